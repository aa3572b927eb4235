"""What the program says on stdout, as text or as JSON."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, TextIO

from .parity import Comparison, Outcome, Summary

SCHEMA = 1
"""The version of the JSON that `--json` writes: see `parity/output.schema.json`."""

HEADING = "cyan"
OUTCOME = {Outcome.SAME: "green", Outcome.DIFFERENT: "red", Outcome.NOT_EXPRESSIBLE: "yellow"}


class Paint:
    """Colours text for a stream, if the stream wants colours.

    That is on a terminal, unless `NO_COLOR` says no or `TERM` is `dumb`.

    Args:
        stream: Where the text will be written.
    """

    def __init__(self, stream: TextIO) -> None:
        welcome = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._wanted = stream.isatty() and welcome and not _is_legacy_console()

    def __call__(self, text: str, colour: str | None) -> str:
        """Return `text` in `colour`, one of the eight that every terminal has, or in none."""
        if not self._wanted or not text or colour is None:
            return text
        from rich.color import ColorSystem
        from rich.style import Style

        return Style.parse(colour).render(text, color_system=ColorSystem.STANDARD)


def _is_legacy_console() -> bool:
    """Return whether stdout is a console of Windows that would show the escape codes."""
    legacy = False
    if sys.platform == "win32":
        # Imported here and above, because it takes as long as a greeting, and
        # most output goes to no terminal.
        from rich.console import Console

        legacy = Console(file=sys.stdout).legacy_windows
    return legacy


class Report(Protocol):
    """One result of the program."""

    @property
    def command(self) -> str:
        """The command that it is the result of."""

    @property
    def exit_code(self) -> int:
        """0, or 1 where a comparison failed."""

    def document(self) -> dict[str, object]:
        """Return what JSON says of it, but for schema and command."""

    def lines(self, paint: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""


def lines(report: Report, stream: TextIO, *, as_json: bool) -> Iterator[str]:
    """Return what `stream` is to be told of `report`, as JSON or as text."""
    if as_json:
        envelope = {"schema": SCHEMA, "command": report.command, **report.document()}
        return iter([json.dumps(envelope, indent=2, ensure_ascii=False)])
    return report.lines(Paint(stream))


@dataclass(frozen=True)
class Greeting:
    """A name and its greeting."""

    name: str
    greeting: str


@dataclass(frozen=True)
class Addition:
    """Two integers and their sum."""

    a: int
    b: int
    sum: int


@dataclass(frozen=True)
class Asked:
    """What one guest answered in the default run.

    Attributes:
        guest: Its name.
        kind: `component` or `core module`.
        greet: A greeting.
        add: A sum.
        printed: What the guest printed meanwhile, as lines.
    """

    guest: str
    kind: str
    greet: Greeting
    add: Addition
    printed: Sequence[str]

    def lines(self, paint: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""
        kind = "component" if self.kind == "component" else "core module with a C ABI"
        yield paint(f"{self.guest} ({kind})", HEADING)
        greet, add = f'greet("{self.greet.name}")', f"add({self.add.a}, {self.add.b})"
        yield f"  {greet:14}  {self.greet.greeting}"
        yield f"  {add:14}  {self.add.sum}"
        for index, line in enumerate(self.printed):
            yield f"  {'it printed' if index == 0 else '':14}  {line}"


@dataclass(frozen=True)
class RunReport:
    """Every guest asked once, and how the cases came out."""

    guests: Sequence[Asked]
    parity: Comparison
    command = "run"

    @property
    def exit_code(self) -> int:
        """As of the comparison."""
        return ParityReport(self.parity).exit_code

    def document(self) -> dict[str, object]:
        """Return what JSON says of it."""
        return {
            "guests": [asdict(asked) for asked in self.guests],
            "parity": asdict(self.parity.summary),
        }

    def lines(self, paint: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""
        for asked in self.guests:
            yield from asked.lines(paint)
        yield ""
        yield f"parity: {_summary(self.parity.summary)}"
        yield from _undeclared(self.parity)


@dataclass(frozen=True)
class GreetReport:
    """Some names greeted by one guest."""

    guest: str
    greetings: Sequence[Greeting]
    command = "greet"
    exit_code = 0

    def document(self) -> dict[str, object]:
        """Return what JSON says of it."""
        return asdict(self)

    def lines(self, _: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""
        return (greeting.greeting for greeting in self.greetings)


@dataclass(frozen=True)
class AddReport:
    """Two numbers added by one guest."""

    guest: str
    addition: Addition
    command = "add"
    exit_code = 0

    def document(self) -> dict[str, object]:
        """Return what JSON says of it."""
        return {"guest": self.guest, **asdict(self.addition)}

    def lines(self, _: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""
        yield str(self.addition.sum)


@dataclass(frozen=True)
class ParityReport:
    """Every case through every guest."""

    comparison: Comparison
    command = "parity"

    @property
    def exit_code(self) -> int:
        """1 if something came out other than the file declares."""
        return 1 if self.comparison.undeclared else 0

    def document(self) -> dict[str, object]:
        """Return what JSON says of it."""
        return {
            "rows": [
                {
                    "call": row.call,
                    "case": row.case,
                    "outcomes": {guest: outcome.value for guest, outcome in row.outcomes.items()},
                }
                for row in self.comparison.rows
            ],
            "summary": asdict(self.comparison.summary),
            "undeclared": [
                {
                    "call": cell.call,
                    "case": cell.case,
                    "guest": cell.guest,
                    "expected": cell.expected,
                    "got": cell.got,
                }
                for cell in self.comparison.undeclared
            ],
        }

    def lines(self, paint: Paint) -> Iterator[str]:
        """Return what text says of it, line by line."""
        table: list[list[tuple[str, str | None]]] = [
            [(text, HEADING) for text in ("case", *self.comparison.guests)]
        ]
        for row in self.comparison.rows:
            cells = [(outcome.words, OUTCOME[outcome]) for outcome in row.outcomes.values()]
            table.append([(f"{row.call}: {row.case}", None), *cells])
        widths = [max(len(text) for text, _ in column) for column in zip(*table, strict=True)]
        for line in table:
            yield "".join(
                paint(text, colour) + " " * (width + 2 - len(text))
                for (text, colour), width in zip(line, widths, strict=True)
            ).rstrip()
        yield ""
        yield _summary(self.comparison.summary)
        yield from _undeclared(self.comparison)


def _summary(summary: Summary) -> str:
    return (
        f"{_count(summary.cases, 'case')} x {_count(summary.guests, 'guest')}: {summary.same} same,"
        f" {summary.different} different,"
        f" {summary.not_expressible} not expressible in the C ABI"
    )


def _undeclared(comparison: Comparison) -> Iterator[str]:
    for cell in comparison.undeclared:
        where = f"{cell.call}: {cell.case}, {cell.guest}"
        if cell.missed:
            yield f"declared: {where}: declared {cell.expected}, but it is {cell.got}"
        else:
            yield f"undeclared: {where}: expected {cell.expected}, got {cell.got}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
