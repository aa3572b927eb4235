"""Shows each step of a call by the C ABI, with the memory around each pointer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .capture import take_lines
from .errors import BrokenAbi, InteriorNul
from .guest import GuestsFolder, load_guest
from .hexview import HexView
from .legacy import CAbi, load
from .report import HEADING, Paint, Report
from .sandbox import Live, Sandbox
from .values import text

_KEPT = 64
"""How many bytes of an input are written out."""

WHY_NOTHING = (
    "There is nothing to trace, because no pointer crosses this boundary. What the host",
    "does by hand for the core module, the canonical ABI does at each call (CanonicalABI.md",
    "of the Component Model):",
    "  lower        The name is encoded into room that the guest's own `realloc` hands out,",
    "               and the guest gets its address and its length in bytes.",
    "  lift         The greeting's address and length are checked against linear memory, its",
    "               bytes for being UTF-8, and the host gets a copy; or the call traps.",
    "  post-return  The guest frees the greeting, once, after it was lifted.",
)


@dataclass(frozen=True)
class Step:
    """One step of the call.

    Attributes:
        said: What was done, in the original host's words.
        printed: What the guest printed meanwhile, as lines.
        memory_length: The size of linear memory after it, in bytes.
        view: The memory around the pointer that it is about, if it is about one.
    """

    said: str
    printed: Sequence[str]
    memory_length: int
    view: HexView | None

    def document(self) -> dict[str, object]:
        """Return what JSON says of it."""
        return {
            "said": self.said,
            "printed": list(self.printed),
            "memory_length": self.memory_length,
            "view": self.view.document() if self.view else None,
        }

    def lines(self, paint: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""
        for line in self.printed:
            yield f"  the guest printed: {paint(line, 'yellow')}"
        yield self.said
        if self.view:
            yield from self.view.lines(paint)


@dataclass(frozen=True)
class TraceReport:
    """One greeting, step by step.

    Attributes:
        guest: The guest's name.
        name: Who was greeted.
        greeting: What came back.
        steps: The steps, none for a component.
        why: For a component, why there are none, as lines.
    """

    guest: str
    name: str
    greeting: str
    steps: Sequence[Step]
    why: Sequence[str]
    command = "trace"
    exit_code = 0

    def document(self) -> dict[str, object]:
        """Return what JSON says of it."""
        return {
            "guest": self.guest,
            "name": self.name,
            "greeting": self.greeting,
            "steps": [step.document() for step in self.steps],
            "why": " ".join(" ".join(self.why).split()) or None,
        }

    def lines(self, paint: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""
        kind = "core module with a C ABI" if self.steps else "component"
        yield paint(f"{self.guest} ({kind})", HEADING)
        for step in self.steps:
            yield from step.lines(paint)
        if self.why:
            yield f"Resulting string: {self.greeting}"
            yield from self.why


def trace(sandbox: Sandbox, folder: GuestsFolder, guest: str, name: str) -> Report:
    """Greet `name` by `guest` and return each step.

    Raises:
        InputError: If there is no such guest, or the C ABI can't express the name.
        GuestError: If the guest traps, runs too long or returns no valid string.
    """
    if guest != "legacy":
        greeting = load_guest(sandbox, folder, guest).greet(name)
        return TraceReport(guest, name, greeting, [], WHY_NOTHING)
    data = text(name).encode()
    if (nul := data.find(0)) >= 0:
        raise InteriorNul(nul)
    live = load(sandbox, folder.file("legacy.wasm"))
    steps = _Steps(live)
    pointer = live.call(lambda abi: steps.write(abi, data))
    result = live.call(lambda abi: steps.greet(abi, pointer))
    greeting = live.call(lambda abi: steps.free(abi, result))
    return TraceReport(guest, name, greeting, steps.taken, [])


class _Steps:
    """The steps of one call, taken one by one."""

    def __init__(self, live: Live[CAbi]) -> None:
        self._live = live
        self.taken: list[Step] = []

    def write(self, abi: CAbi, name: bytes) -> int:
        data = name + b"\0"
        pointer = abi.place(data)
        shown = repr(data[:_KEPT]) + (f"… ({len(data)} bytes)" if len(data) > _KEPT else "")
        self._take(abi, f"Writing to memory: Input string bytes = {shown}", None)
        said = f"Memory data length = {abi.memory_length()}, Input pointer = {pointer:#x}"
        self._take(abi, said, HexView.around(abi, pointer, len(data)))
        return pointer

    def greet(self, abi: CAbi, name: int) -> int:
        pointer = abi.custom_greet(name)
        length = len(abi.read_string(pointer)) + 1
        said = f"Received pointer from custom_greet: {pointer:#x}"
        self._take(abi, said, HexView.around(abi, pointer, length))
        return pointer

    def free(self, abi: CAbi, pointer: int) -> str:
        data = abi.read_string(pointer)
        try:
            greeting = data.decode()
        except UnicodeDecodeError as error:
            raise BrokenAbi(f"it returned a string that is not UTF-8: {error}") from None
        self._take(abi, f"Resulting string: {greeting}", None)
        abi.free_string(pointer)
        said = f"Freed memory at pointer: {pointer:#x}"
        self._take(abi, said, HexView.around(abi, pointer, len(data) + 1))
        return greeting

    def _take(self, abi: CAbi, said: str, view: HexView | None) -> None:
        printed = take_lines(self._live.stdout)
        self.taken.append(Step(said, printed, abi.memory_length(), view))
