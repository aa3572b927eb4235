"""Runs every case of the shared cases file through every guest, and compares."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeVar

from .errors import FilePath, GuestError, GuestTrapped, InteriorNul, UnusableCases
from .files import nearest, read
from .guest import Guest
from .values import S32_MAX, S32_MIN

Answer = TypeVar("Answer", str, int)

_KEPT = 60
"""How many characters of an answer are shown."""

_MOST_TIMES = 2**64 - 1
"""How often a case may repeat its name: what the Rust host can count to."""

_LONGEST_NAME = 1 << 30
"""The longest name that a case may make by repetition, in bytes."""


class Outcome(Enum):
    """How a guest's answer compares to the one that is expected.

    The value is the word in JSON and in cases files.
    """

    SAME = "same"
    DIFFERENT = "different"
    NOT_EXPRESSIBLE = "not expressible"

    @property
    def words(self) -> str:
        """The outcome as the table words it."""
        return f"{self.value} in the C ABI" if self is Outcome.NOT_EXPRESSIBLE else self.value


@dataclass(frozen=True)
class GreetCase:
    """A name to greet, repeated `times` over, and what is declared of which guest."""

    case: str
    name: str
    times: int
    declared: Mapping[str, Outcome]

    def whole_name(self) -> str:
        """Return the name with its repetitions."""
        # Nothing can be repeated more often than Python can count.
        return self.name * self.times if self.name else ""


@dataclass(frozen=True)
class AddCase:
    """Two integers to add, their sum, and what is declared of which guest."""

    case: str
    a: int
    b: int
    sum: int
    declared: Mapping[str, Outcome]


@dataclass(frozen=True)
class Row:
    """One case, and its outcome for each guest."""

    call: str
    case: str
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True)
class Undeclared:
    """An outcome that the file did not lead to expect.

    Attributes:
        missed: Whether a difference was declared that did not show.
    """

    call: str
    case: str
    guest: str
    expected: str
    got: str
    missed: bool


@dataclass(frozen=True)
class Summary:
    """How many answers came out how."""

    cases: int
    guests: int
    same: int
    different: int
    not_expressible: int


@dataclass
class Comparison:
    """What came of a run."""

    guests: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    undeclared: list[Undeclared] = field(default_factory=list)

    @property
    def summary(self) -> Summary:
        """The counts."""
        outcomes = [outcome for row in self.rows for outcome in row.outcomes.values()]
        return Summary(
            cases=len(self.rows),
            guests=len(self.guests),
            same=outcomes.count(Outcome.SAME),
            different=outcomes.count(Outcome.DIFFERENT),
            not_expressible=outcomes.count(Outcome.NOT_EXPRESSIBLE),
        )


class Cases:
    """The contents of a cases file.

    Args:
        path: The file, or None for the nearest `parity/cases.json` in the
            current directory or above.

    Raises:
        InputError: If there is none, or it is not of schema 1.
    """

    def __init__(self, path: FilePath | None) -> None:
        path = path or nearest(Path("parity/cases.json"))
        if path is None:
            raise UnusableCases(
                "no parity/cases.json here or above: run in the repository,"
                " or name the file with --cases FILE"
            )
        document = _Object(_parse(path), path, "the file")
        # Of another schema, the keys are others too.
        if (schema := document.take("schema", int)) != 1:
            raise UnusableCases(f"{path} has schema {schema}, and 1 is expected")
        document.allow({"schema", "greeting", "greet", "add"})
        self._greeting = document.take("greeting", str)
        greet = document.entries("greet", {"case", "name", "times", "declared"})
        add = document.entries("add", {"case", "a", "b", "sum", "declared"})
        self._greet = [_greet_case(entry) for entry in greet]
        for index, case in enumerate(self._greet):
            if len(case.name.encode()) * case.times > _LONGEST_NAME:
                raise UnusableCases(
                    f"{path}: the name of greet[{index}] is longer than {_LONGEST_NAME} bytes"
                )
        self._add = [_add_case(entry) for entry in add]

    def run(self, guests: Mapping[str, Guest]) -> Comparison:
        """Run every case through every guest; a guest that traps in one is there for the next."""
        comparison = Comparison(list(guests))
        for greet in self._greet:
            name = greet.whole_name()

            def greets(guest: Guest, name: str = name) -> str:
                return guest.greet(name)

            expected = self._greeting + name
            _compare(comparison, "greet", greet, guests, expected, greets)
        for add in self._add:

            def adds(guest: Guest, a: int = add.a, b: int = add.b) -> int:
                return guest.add(a, b)

            _compare(comparison, "add", add, guests, add.sum, adds)
        return comparison


def _compare(
    comparison: Comparison,
    call: str,
    case: GreetCase | AddCase,
    guests: Mapping[str, Guest],
    expected: Answer,
    ask: Callable[[Guest], Answer],
) -> None:
    outcomes = {}
    for name, guest in guests.items():
        try:
            answer = ask(guest)
            outcome = Outcome.SAME if answer == expected else Outcome.DIFFERENT
            got = _shown(answer) if outcome is Outcome.DIFFERENT else outcome.words
        except InteriorNul:
            outcome = Outcome.NOT_EXPRESSIBLE
            got = outcome.words
        except GuestError as error:
            if isinstance(error, GuestTrapped) and error.is_not_expressible:
                outcome = Outcome.NOT_EXPRESSIBLE
                got = outcome.words
            else:
                outcome = Outcome.DIFFERENT
                got = f"a trap: {str(error).splitlines()[0]}"
        # What C can't express is declared of the legacy guest, for all that wrap it.
        of_legacy = case.declared.get("legacy") if outcome is Outcome.NOT_EXPRESSIBLE else None
        declared = case.declared.get(name, of_legacy or Outcome.SAME)
        if outcome is not declared:
            wanted = _shown(expected) if declared is Outcome.SAME else declared.words
            missed = outcome is Outcome.SAME
            comparison.undeclared.append(
                Undeclared(call, case.case, name, wanted, got, missed=missed)
            )
        outcomes[name] = outcome
    comparison.rows.append(Row(call, case.case, outcomes))


def _shown(answer: str | int) -> str:
    """Return the answer as JSON, cut to its first characters."""
    text = json.dumps(answer, ensure_ascii=False)
    return text if len(text) <= _KEPT else f"{text[:_KEPT]}… ({len(text)} characters)"


class _Object:
    """A JSON object of a cases file.

    Args:
        value: What should be one.
        path: The file, for errors.
        where: Where in the file it stands, for errors.
        keys: The keys that it may have, or None for any.
    """

    def __init__(
        self, value: object, path: FilePath, where: str, keys: set[str] | None = None
    ) -> None:
        self._path, self._where = path, where
        if not isinstance(value, dict):
            raise self._unusable("is not an object")
        self._members: dict[str, object] = value
        if keys is not None:
            self.allow(keys)

    def allow(self, keys: set[str]) -> None:
        for key in self._members:
            if key not in keys:
                raise self._unusable(f"has an unknown key `{key}`")

    def take(self, key: str, ty: type[Answer], default: Answer | None = None) -> Answer:
        value = self._members.get(key, default)
        if value is None and key not in self._members:
            raise self._unusable(f"has no key `{key}`")
        # A bool is an int to Python, not to JSON.
        if not isinstance(value, ty) or isinstance(value, bool):
            raise self._unusable(f"has no {'string' if ty is str else 'integer'} as `{key}`")
        if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
            raise self._unusable(f"has a lone surrogate in `{key}`")
        return value

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self.take(key, int, default)
        if not low <= value <= high:
            raise self._unusable(f"has no integer in {low}..={high} as `{key}`")
        return value

    def entries(self, key: str, keys: set[str]) -> list["_Object"]:
        value = self._members.get(key)
        if not isinstance(value, list):
            raise self._unusable(f"has no array as `{key}`")
        return [_Object(item, self._path, f"{key}[{n}]", keys) for n, item in enumerate(value)]

    def declared(self) -> dict[str, Outcome]:
        where = f"{self._where}.declared"
        guests = _Object(self._members.get("declared", {}), self._path, where)
        words = {outcome.value: outcome for outcome in (Outcome.DIFFERENT, Outcome.NOT_EXPRESSIBLE)}
        declared = {}
        for guest in guests._members:
            outcome = words.get(guests.take(guest, str))
            if outcome is None:
                wanted = " nor ".join(f'"{word}"' for word in words)
                raise guests._unusable(f"has neither {wanted} as `{guest}`")
            declared[guest] = outcome
        return declared

    def _unusable(self, what: str) -> UnusableCases:
        return UnusableCases(f"{self._path}: {self._where} {what}")


def _parse(path: FilePath) -> object:
    try:
        return json.loads(read(path).decode())
    except (ValueError, RecursionError) as error:
        raise UnusableCases(f"{path} is not JSON: {error}") from None


def _greet_case(entry: _Object) -> GreetCase:
    name, times = entry.take("name", str), entry.integer("times", 0, _MOST_TIMES, 1)
    return GreetCase(entry.take("case", str), name, times, entry.declared())


def _add_case(entry: _Object) -> AddCase:
    a, b, total = (entry.integer(key, S32_MIN, S32_MAX) for key in ("a", "b", "sum"))
    return AddCase(entry.take("case", str), a, b, total, entry.declared())
