"""What can go wrong, in words for the person at the keyboard.

The text of each error names the file, function or value, what was expected, and
how to mend it.
"""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

FilePath = str | Path
"""A file as the user named it: a `Path` would drop a leading `./` from the text of an error."""


class GreeterError(Exception):
    """Why a guest could not be loaded or called.

    Attributes:
        exit_code: What a program ends with that can go no further: 1 if a guest
            ran and failed, 2 if what was given to the host can't be used.
    """

    exit_code = 2


class InputError(GreeterError):
    """What was given to the host can't be used; no guest was harmed."""


class NoGuestsFolder(InputError):
    """No folder of built guests was found."""

    def __init__(self) -> None:
        super().__init__(
            "no target/guests here or above: run `cargo xtask build`,"
            " or name the folder with --guests DIR"
        )


class MissingGuest(InputError):
    """The folder does not hold the `file` of the guest that was asked for."""

    def __init__(self, file: str, folder: FilePath) -> None:
        super().__init__(f"no {file} in {folder}: run `cargo xtask build`")


class NoSuchGuest(InputError):
    """Neither a guest's name nor a file."""

    def __init__(self, guest: str) -> None:
        super().__init__(
            f"no file `{guest}`: --guest takes rust, python, legacy or the path of a component"
        )


class Unreadable(InputError):
    """A file could not be read."""

    def __init__(self, path: FilePath, reason: str) -> None:
        super().__init__(f"cannot read {path}: {reason}")


class CoreModule(InputError):
    """A core module where a component is expected."""

    def __init__(self, path: FilePath) -> None:
        super().__init__(
            f"{path} is a core module, and a component is expected: a component is what"
            " `cargo component build` or wit-component makes of one"
        )


class IsComponent(InputError):
    """A component where a core module is expected."""

    def __init__(self, path: FilePath) -> None:
        super().__init__(f"{path} is a component, and a core module is expected")


class NotWasm(InputError):
    """Not a WebAssembly binary at all; `expected` is `component` or `core module`."""

    def __init__(self, path: FilePath, expected: str) -> None:
        super().__init__(
            f"{path} is not a WebAssembly binary, and a {expected} is expected:"
            r" it does not begin with `\0asm`"
        )


class Invalid(InputError):
    """A binary that does not compile: truncated, corrupt, or too new."""


class UnknownImport(InputError):
    """A guest that imports what the sandbox does not offer; `offered` is the WASI that it does."""

    def __init__(self, path: FilePath, name: str, offered: str) -> None:
        super().__init__(
            f"{path} imports `{name}`, which this host does not offer:"
            f" it offers {offered} without files, environment or network"
        )


class MissingExport(InputError):
    """A guest that lacks an export, or exports it with another type."""

    def __init__(self, path: FilePath, expected: str, reason: str) -> None:
        super().__init__(f"{path} does not export {expected}: {reason}")


class OverLimits(InputError):
    """A guest that needs more than the limits allow before it even runs."""

    def __init__(self, path: FilePath, reason: str) -> None:
        advice = ": raise --memory or --table" if "minimum size" in reason else ""
        super().__init__(f"{path} does not fit the limits: {reason}{advice}")


class CacheUnusable(InputError):
    """The per-user cache of compiled code can't be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the cache of compiled code can't be used: {reason}: mend it, or pass --no-cache"
        )


class Unfit(InputError):
    """A value that its WIT type can't hold; it never reached the guest."""


class NotText(Unfit):
    """A `str` that is not Unicode text: it holds a lone surrogate, at `index`."""

    def __init__(self, index: int) -> None:
        self.index = index
        super().__init__(
            f"the name holds a lone surrogate at character {index},"
            " so it is not Unicode text, and UTF-8 cannot express it"
        )


class OutOfRange(Unfit):
    """An integer that no `s32` can hold."""

    def __init__(self, argument: str, value: int) -> None:
        super().__init__(f"{argument} is {value}, which is not in -2147483648..=2147483647")


class InteriorNul(InputError):
    """A name that the C ABI has no way to pass on; its first NUL is at `byte`."""

    def __init__(self, byte: int) -> None:
        self.byte = byte
        super().__init__(
            f"the name holds a NUL at byte {byte}, which a C string cannot express:"
            " use a component guest"
        )


class UnusableCases(InputError):
    """A file of parity cases that can't be used."""


class GuestError(GreeterError):
    """The guest ran and failed. Its instance is gone; the next call gets a fresh one."""

    exit_code = 1


_WRAPPED_NUL = "uplift: a C string can't hold the NUL in this string"
"""What the backtrace names where a component that `uplift` made of a C module is passed one."""


class GuestTrapped(GuestError):
    """The guest ended in a trap.

    Attributes:
        function: The function that was called.
        message: The reason, as the runtime words it.
        stderr: What the guest wrote to its stderr: a panic's text, as lines.
        backtrace: The WebAssembly frames that were active, innermost first.
    """

    def __init__(
        self, function: str, message: str, stderr: Sequence[str], backtrace: Sequence[str]
    ) -> None:
        self.function = function
        self.message = message
        self.stderr = [line for line in stderr if line]
        self.backtrace = list(backtrace)
        lines = [f"the guest trapped in `{function}`: {message}"]
        lines += [f"  guest stderr: {line}" for line in self.stderr]
        lines += ["  wasm backtrace:"] if self.backtrace else []
        lines += [f"  {frame}" for frame in self.backtrace]
        super().__init__("\n".join(lines))

    @property
    def is_not_expressible(self) -> bool:
        """Whether the guest wraps a C module, and C has no way to ask it this."""
        return any(_WRAPPED_NUL in frame for frame in self.backtrace)


class TimedOut(GuestError):
    """The guest ran longer than it may, `seconds`, and was stopped."""

    def __init__(self, function: str, seconds: float) -> None:
        # Not 1e-07, which --timeout does not take.
        shown = int(seconds) if seconds == int(seconds) else f"{Decimal(str(seconds)):f}"
        super().__init__(
            f"the guest was stopped in `{function}`: it ran for more than {shown} s (--timeout)"
        )


class Exited(GuestError):
    """The guest ended itself, as a program does that calls `exit`."""

    def __init__(self, function: str, status: int) -> None:
        super().__init__(f"the guest ended itself in `{function}`, with exit status {status}")


class NoRoom(GuestError):
    """The legacy guest's memory can't grow for a name of so many bytes."""

    def __init__(self, length: int) -> None:
        super().__init__(f"the guest's memory has no room for a name of {length} bytes (--memory)")


class BrokenAbi(GuestError):
    """The legacy guest broke the rules that its C ABI leaves unsaid."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the legacy guest broke its C ABI in `custom_greet`: {reason}")
