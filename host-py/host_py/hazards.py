"""Makes each known failure of the C ABI happen, next to what a component does.

Nothing here is told what will happen: each hazard runs in a fresh instance, and
its finding is written from what is seen. Addresses, lengths and counts belong to
one compiler's layout of memory, so they are searched for and never written down.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from .component import ComponentGreeter
from .errors import GreeterError, GuestError, GuestTrapped
from .guest import GuestsFolder, component_file
from .legacy import CAbi, load
from .report import HEADING, Paint
from .sandbox import Live, Sandbox

T = TypeVar("T")

LONGEST_NAME = 4096
"""The longest name, in bytes, that the search for a failing one tries."""

LEAKS = 2000
"""How many greetings are leaked."""

NO_SUCH_CALL = "WIT has no such call"


@dataclass(frozen=True)
class Finding:
    """One hazard and what was seen of it.

    Attributes:
        hazard: Its name.
        did: What the host did.
        c_abi: What came of it by the C ABI, as sentences.
        component: What the component did with the same, as sentences.
        shown: Whether the failure was seen, and the component did not share it.
        facts: What was measured.
    """

    hazard: str
    did: str
    c_abi: Sequence[str]
    component: Sequence[str]
    shown: bool
    facts: dict[str, int]

    def document(self) -> dict[str, object]:
        """Return what JSON says of it."""
        return {
            "hazard": self.hazard,
            "did": self.did,
            "c_abi": list(self.c_abi),
            "component": list(self.component),
            "shown": self.shown,
            "facts": self.facts,
        }

    def lines(self, number: int, paint: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""
        yield paint(f"{number}. {self.hazard}", HEADING)
        yield f"   the host   {self.did}"
        for label, said, colour in (
            ("C ABI", self.c_abi, "red"),
            ("component", self.component, "green"),
        ):
            for index, line in enumerate(said):
                column = f"{label if index == 0 else '':9}"
                yield f"   {paint(column, colour)}  {line}"
        if not self.shown:
            yield f"   {paint('not shown', 'yellow')}  the failure could not be reproduced here"


@dataclass(frozen=True)
class HazardsReport:
    """Every hazard."""

    findings: Sequence[Finding]
    command = "hazards"

    @property
    def exit_code(self) -> int:
        """0 if every hazard showed, as is expected; else 1."""
        return 0 if all(finding.shown for finding in self.findings) else 1

    def document(self) -> dict[str, object]:
        """Return what JSON says of it."""
        return {"hazards": [finding.document() for finding in self.findings]}

    def lines(self, paint: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""
        for number, finding in enumerate(self.findings, 1):
            yield from finding.lines(number, paint)
            yield ""
        shown = sum(finding.shown for finding in self.findings)
        yield f"{shown} of {len(self.findings)} hazards shown, each in a fresh instance"


def show_hazards(sandbox: Sandbox, folder: GuestsFolder) -> HazardsReport:
    """Make every hazard happen in the legacy guest, and ask the Rust component the same.

    Raises:
        InputError: If one of the two can't be used.
        GuestError: If one of them does not start.
    """
    component = ComponentGreeter(sandbox, component_file(folder, "rust"))
    bench = _Bench(load(sandbox, folder.file("legacy.wasm")), component)
    return HazardsReport(
        [
            _write_without_allocating(bench),
            _use_after_free(bench),
            _missing_free(bench, sandbox, folder),
            _double_free(bench),
            _interior_nul(bench),
            _invalid_utf8(bench),
            _out_of_bounds(bench),
        ]
    )


class Failure:
    """How the guest failed, in a line: of a panic its message, else the runtime's words."""

    def __init__(self, error: GuestError) -> None:
        self.words = str(error).splitlines()[0]
        if isinstance(error, GuestTrapped):
            panic = (line for line in error.stderr if "panicked at" not in line)
            self.words = f"it traps: {next(panic, error.message)}"


@dataclass(frozen=True)
class _Bench:
    legacy: Live[CAbi]
    component: ComponentGreeter

    def fresh(self, body: Callable[[CAbi], T]) -> T | Failure:
        """Return what `body` returns in a fresh instance of the legacy guest, or how it failed."""
        self.legacy.restart()
        try:
            return self.legacy.call(body)
        except GuestError as error:
            return Failure(error)


def _write_without_allocating(bench: _Bench) -> Finding:
    failing = 0
    outcome: bytes | Failure | None = None
    for length in range(1, LONGEST_NAME + 1):
        name = b"a" * length
        outcome = bench.fresh(partial(_greet_at_the_end, name=name))
        if outcome != b"Hello, " + name:
            failing = length
            break
    name = b"a" * (failing or LONGEST_NAME)
    greeting = bench.component.greet(name.decode())
    fits = f"names of up to {len(name) - 1} bytes happen to work"
    return Finding(
        hazard="writing without allocating",
        did="wrote the name at the very end of linear memory, as the original host did,"
        " which asked nobody for room",
        c_abi=[fits, f"the first of {failing} bytes does not: {_shown(outcome)}"]
        if failing
        else [f"every name of up to {LONGEST_NAME} bytes happened to work"],
        component=[f"greets the same {len(name)} bytes: {_shown(greeting)}"],
        shown=failing > 0 and greeting.encode() == b"Hello, " + name,
        facts={"smallest_failing_name": failing},
    )


def _greet_at_the_end(abi: CAbi, name: bytes) -> bytes:
    pointer = abi.memory_length() - len(name) - 1
    abi.write(pointer, name + b"\0")
    return abi.read_string(abi.custom_greet(pointer))


def _use_after_free(bench: _Bench) -> Finding:
    seen: list[bytes] = []

    def body(abi: CAbi) -> None:
        pointer = abi.custom_greet(abi.place(b"World\0"))
        length = len(b"Hello, World")
        seen.append(abi.read(pointer, length))
        abi.free_string(pointer)
        seen.append(abi.read(pointer, length))
        abi.custom_greet(abi.place(b"Grace\0"))
        seen.append(abi.read_string(pointer))

    failure = bench.fresh(body)
    world, grace = bench.component.greet("World"), bench.component.greet("Grace")
    c_abi = [_shown(failure)] if isinstance(failure, Failure) else [
        f"before free_string the pointer leads to {_shown(seen[0])}",
        f"after it to {_shown(seen[1])}",
        f"and after Grace was greeted to {_shown(seen[2])}",
    ]  # fmt: skip
    return Finding(
        hazard="use after free",
        did="greeted World, freed the greeting, and read it again",
        c_abi=c_abi,
        component=[
            f"{NO_SUCH_CALL}: no pointer is left to read",
            f"greeting Grace does not touch what came for World: {_shown(world)}, {_shown(grace)}",
        ],
        shown=not isinstance(failure, Failure) and seen[1] != seen[0] and world == "Hello, World",
        facts={},
    )


def _missing_free(bench: _Bench, sandbox: Sandbox, folder: GuestsFolder) -> Finding:
    name = b"a" * 1024
    sizes: list[int] = []

    def body(abi: CAbi) -> None:
        pointer = abi.place(name + b"\0")
        sizes.append(abi.memory_length())
        for _ in range(LEAKS):
            abi.custom_greet(pointer)
            sizes.append(abi.memory_length())

    failure = bench.fresh(body)
    before, after, calls = sizes[0], sizes[-1], len(sizes) - 1
    times = len(set(sizes)) - 1
    c_abi = [
        f"{calls} greetings of {len(name)} bytes: memory grew {times} times,"
        f" from {before} to {after} bytes"
    ]
    if isinstance(failure, Failure):
        c_abi.append(_shown(failure))
    # A component's memory can't be seen from outside, so it gets a cap: what
    # the legacy guest had before, and a quarter of what it leaked.
    cap = before + (after - before) // 4
    capped = sandbox.with_limits(replace(sandbox.limits, memory=cap))
    greeter = ComponentGreeter(capped, component_file(folder, "rust"))
    text = name.decode()
    answered = sum(greeter.greet(text) == f"Hello, {text}" for _ in range(calls))
    return Finding(
        hazard="missing free",
        did=f"greeted {LEAKS} times and never called free_string",
        c_abi=c_abi,
        component=[
            f"{NO_SUCH_CALL}: the guest's post-return frees each result, and is always called",
            f"{answered} of the same greetings within a memory of {cap} bytes",
        ],
        shown=after > before and answered == calls,
        facts={"calls": calls, "memory_before": before, "memory_after": after, "cap": cap},
    )


def _double_free(bench: _Bench) -> Finding:
    later = ("Ada", "Grace", "World")
    accepted = 0
    placed: list[int] = []

    def greetings_after(abi: CAbi, frees: int) -> list[bytes]:
        nonlocal accepted
        pointer, _neighbour = (abi.custom_greet(abi.place(b"World\0")) for _ in range(2))
        accepted = 0
        for _ in range(frees):
            abi.free_string(pointer)
            accepted += 1
        placed.clear()
        for name in later:
            placed.append(abi.custom_greet(abi.place(name.encode() + b"\0")))
        return [abi.read_string(pointer) for pointer in placed]

    bench.fresh(partial(greetings_after, frees=1))
    as_they_should = list(placed)
    outcome = bench.fresh(partial(greetings_after, frees=2))
    if accepted < 2 and isinstance(outcome, Failure):
        c_abi = [f"the second free_string fails: {_shown(outcome)}"]
    else:
        c_abi = ["the second free_string says nothing"]
        if isinstance(outcome, Failure):
            c_abi.append(f"greeting {later[len(placed)]} fails after it: {_shown(outcome)}")
        elif placed != as_they_should:
            c_abi.append(f"the allocator hands out {_addresses(placed)} after it")
            c_abi.append(f"where one free leads to {_addresses(as_they_should)}")
        else:
            c_abi.append("nothing that came after it shows the damage")
    answered = [bench.component.greet(name) for name in later]
    return Finding(
        hazard="double free",
        did=f"freed one of two greetings twice, then greeted {', '.join(later)}",
        c_abi=c_abi,
        component=[
            f"{NO_SUCH_CALL}: there is no pointer to free, not even once",
            f"the same names: {', '.join(map(_shown, answered))}",
        ],
        shown=isinstance(outcome, Failure) or placed != as_they_should,
        facts={"frees_accepted": accepted, "greetings_after": len(placed)},
    )


def _addresses(pointers: Sequence[int]) -> str:
    return ", ".join(f"{pointer:#x}" for pointer in pointers)


def _interior_nul(bench: _Bench) -> Finding:
    name = "root\0.example.com"
    outcome = bench.fresh(lambda abi: abi.greet(name.encode()))
    greeting = bench.component.greet(name)
    return Finding(
        hazard="interior NUL",
        did=f"greeted {_shown(name)} without looking for a NUL first",
        c_abi=[f"the name ends at its NUL, for the guest: {_shown(outcome)}"],
        component=[f"greets all of it: {_shown(greeting)}"],
        shown=outcome == b"Hello, root" and greeting == "Hello, " + name,
        facts={},
    )


def _invalid_utf8(bench: _Bench) -> Finding:
    name = "Zoë".encode("latin-1")
    outcome = bench.fresh(lambda abi: abi.greet(name))
    try:
        refusal = _shown(bench.component.greet(name.decode(errors="surrogateescape")))
    except GreeterError as error:
        refusal = f"the host refuses before the guest is entered: {error}"
    after = bench.component.greet("Zoë")
    return Finding(
        hazard="invalid UTF-8",
        did=f"greeted the bytes {_shown(name)}, which are Latin-1",
        c_abi=[_shown(outcome)],
        component=[refusal, f"as the text that they meant: {_shown(after)}"],
        shown=outcome != b"Hello, " + name and after == "Hello, Zoë",
        facts={},
    )


def _out_of_bounds(bench: _Bench) -> Finding:
    lengths: list[int] = []

    def body(abi: CAbi) -> bytes:
        lengths.append(abi.memory_length())
        return abi.read_string(abi.custom_greet(abi.memory_length()))

    outcome = bench.fresh(body)
    return Finding(
        hazard="a pointer out of bounds",
        did=f"passed the pointer {lengths[0]:#x}, the first address after linear memory",
        c_abi=[_shown(outcome)],
        component=[
            f"{NO_SUCH_CALL}: a name is passed, not its address",
            "and the canonical ABI checks the pointer and length of a result against memory",
        ],
        shown=isinstance(outcome, Failure),
        facts={"pointer": lengths[0]},
    )


def _shown(value: bytes | str | Failure | None) -> str:
    """Return bytes and text as Python writes them, and a failure in its words; long ones cut."""
    said = value.words if isinstance(value, Failure) else repr(value)
    return said if len(said) <= 72 else f"{said[:72]}… ({len(said)} characters)"
