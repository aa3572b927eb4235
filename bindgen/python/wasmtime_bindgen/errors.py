"""What can go wrong: one tree under `WasmtimeBindgenError`.

A value of the wrong type or out of range is no matter of this tree alone: it is
also the builtin `TypeError`, `ValueError` or `OverflowError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # So that `except WitError as error` leaves nothing unknown.
    T_co = TypeVar("T_co", covariant=True, default=Any)
else:
    from typing import TypeVar

    T_co = TypeVar("T_co", covariant=True)


class WasmtimeBindgenError(Exception):
    """The root of everything that this package raises by itself."""


class WitError(WasmtimeBindgenError, Generic[T_co]):
    """The error that a function's `result` carries, and what a host function raises to return one.

    Attributes:
        value: The error value; None where the WIT gives the error no type.
    """

    value: T_co

    def __init__(self, value: T_co) -> None:
        super().__init__(value)
        self.value = value

    def __str__(self) -> str:
        if self.value is None:
            return "the function failed, and its error has no value"
        return str(self.value)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.value,)


class Trap(WasmtimeBindgenError):
    """The guest ended in a trap; its instance is dead, a new one can be loaded.

    Attributes:
        function: The function that was called, as the WIT names it.
        message: The reason, as the runtime words it.
        code: A short name for the reason, such as `unreachable`, `deadline`,
            `out-of-fuel` or `stack-overflow`; None where it can't be told.
        status: The status with which the guest ended itself, where the code is `exit`.
        backtrace: The WebAssembly frames that were active, innermost first, as
            the runtime aligns them.
        stderr: What the guest wrote to its stderr in this instance, a panic's
            text included.
    """

    def __init__(
        self,
        function: str,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        backtrace: Sequence[str] = (),
        stderr: str = "",
    ) -> None:
        self.function = function
        self.message = message
        self.code = code
        self.status = status
        self.backtrace = tuple(backtrace)
        self.stderr = stderr
        lines = [f"the guest trapped in `{function}`: {message}"]
        lines += [f"  guest stderr: {line}" for line in stderr.splitlines() if line]
        lines += ["  wasm backtrace:", *(f"  {frame}" for frame in backtrace)] if backtrace else []
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[Any, ...]:
        again = partial(
            type(self),
            self.function,
            self.message,
            code=self.code,
            status=self.status,
            backtrace=self.backtrace,
            stderr=self.stderr,
        )
        return again, (), self.__dict__


class InstanceDead(WasmtimeBindgenError):
    """A call into an instance that trapped before, or was closed."""


class LinkError(WasmtimeBindgenError):
    """The component and the generated package, or the imports given to it, do not fit.

    Attributes:
        problems: Every misfit that was found, one line each.
        missing: The names of what the component imports and nobody provides.
    """

    def __init__(
        self, message: str, problems: Sequence[str] = (), *, missing: Sequence[str] = ()
    ) -> None:
        self.problems = tuple(problems)
        self.missing = tuple(missing)
        super().__init__("\n".join([message, *(f"  - {problem}" for problem in problems)]))


class ExceedsLimits(LinkError):
    """A component that needs more than its limits allow before any of it runs.

    Attributes:
        reason: Which limit it is, as the runtime words it.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        self.reason = reason
        super().__init__(message)


class InvalidComponent(WasmtimeBindgenError):
    """Bytes that are no component: truncated, corrupt, text, or a core module."""


class InvalidModule(WasmtimeBindgenError):
    """Bytes that are no core module: truncated, corrupt, text, or a component."""


class CacheUnusable(WasmtimeBindgenError):
    """There is no folder for compiled code that can be made and trusted."""


class InvalidWit(WasmtimeBindgenError, ValueError):
    """WIT that can't be used: it does not parse, or lacks the world that was asked for."""


class UnsupportedFeature(WasmtimeBindgenError):
    """Something of the component model that this package can't do yet."""


class UnsupportedWasmtime(UnsupportedFeature, ImportError):
    """A wasmtime that this package does not know; raised when the package is imported."""


class WrongValue(WasmtimeBindgenError):
    """A value that can't be taken, such as one that its WIT type can't hold; see the subclasses."""


class WrongType(WrongValue, TypeError):
    """A value of a Python type that the WIT type doesn't take."""


class BadValue(WrongValue, ValueError):
    """A value of the right Python type that the WIT type can't hold."""


class OutOfRange(WrongValue, OverflowError):
    """A number out of the range of its WIT type."""


class NoDirectory(WrongValue, NotADirectoryError):
    """A folder of the host that a guest was to be given, and that can't be opened."""
