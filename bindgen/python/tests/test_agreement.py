"""Generated packages against other hosts: the same guests, the same values, the same outcome.

Each function of each case is called with the same arguments from Python and by
the Rust host of `bindgen/reference`, and answered alike where it asks something
of the host. The guest of `mirrors` says what it sees in a value, so that a
value mistaken in the same way on its way in and out is noticed, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, note, settings

from . import generic
from .compared import Case, Export
from .generated import cases
from .reference import Reference, written

Package = Callable[[str], ModuleType]
EXAMPLES = 25

# Everything there works on resources of the host's, or on WASI, and the reference has neither:
# test_cases, test_features and test_console know what is expected of them.
NOT_COMPARED = {"console", "host-resources", "world-resources"}
CASES = sorted(
    {folder.name for folder in cases() if (folder / "guest.rs").is_file()} - NOT_COMPARED
)

# Its only outcome is a trap.
TRAPS = {"panic"}


@pytest.fixture(scope="module")
def reference() -> Iterator[Reference]:
    host = Reference()
    yield host
    host.close()


def compare_with_rust(case: Case, export: Export) -> None:
    @settings(deadline=None, max_examples=EXAMPLES if export.types else 1)
    @given(arguments=export.arguments, answers=case.answerable())
    def agree(arguments: tuple[Any, ...], answers: dict[str, Any]) -> None:
        note(export.name)
        case.answers = answers
        case.asked.clear()
        outcome = export.outcome(arguments)
        assert (outcome, case.asked) == case.reference(export, arguments)

    agree()


@pytest.mark.parametrize("name", CASES)
def test_a_guest_does_what_it_does_for_a_host_in_rust(
    name: str, package: Package, reference: Reference
) -> None:
    case = Case(name, package(name), reference)
    with case.load() as world:
        exports = [export for export in case.exports(world) if export.func.name not in TRAPS]
        for export in exports:
            compare_with_rust(case, export)
    assert exports


def compare_with_generic(export: Export, other: Callable[..., Any]) -> None:
    @settings(deadline=None, max_examples=EXAMPLES)
    @given(arguments=export.arguments)
    def agree(arguments: tuple[Any, ...]) -> None:
        note(export.name)
        given = written(arguments, {"tuple": export.types})
        theirs = other(*map(generic.made, given, export.types))
        assert generic.agrees(theirs, export.outcome(arguments), export.result)

    agree()


def test_a_guest_sees_what_it_sees_with_the_generic_calls(
    package: Package, reference: Reference
) -> None:
    case = Case("mirrors", package("mirrors"), reference)
    other = generic.Generic(case.path)
    with case.load() as world:
        right = [
            export
            for export in case.exports(world)
            if all(map(generic.is_right, [*export.types, export.result]))
            and not export.func.name.startswith("relay-")  # nobody answers there
        ]
        for export in right:
            compare_with_generic(export, other.function(export.name))
    assert len(right) > 40
