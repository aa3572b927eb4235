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
from hypothesis import strategies as st

from . import generic
from .compared import Case, Export, Held
from .generated import cases
from .reference import Reference, written

Package = Callable[[str], ModuleType]
EXAMPLES = 25

# Everything there works on resources of the host's, or on WASI, and the reference has neither:
# test_cases, test_features, test_console and test_limits know what is expected of them;
# `mixed` has what can't be called, and test_mixed.
NOT_COMPARED = {"mixed", "console", "network", "host-resources", "world-resources"}
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
    @given(arguments=export.arguments(), answers=case.answerable())
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
            if not export.has_handles:
                compare_with_rust(case, export)
    assert exports


def use_resources(
    case: Case,
    exports: list[Export],
    reference: Reference,
    data: st.DataObject,
    called: set[str],
) -> None:
    """Call functions in any order, with any of the resources that they returned, or drop one."""
    held = Held(case.resources())
    for _ in range(data.draw(st.integers(10, 40), "steps")):
        if held.objects and data.draw(st.integers(0, 4)) == 0:
            drop(case, held, reference, data.draw(st.sampled_from(sorted(held.objects)), "drop"))
            continue
        there = held.by_type()
        callable_now = [one for one in exports if not one.arguments(there).is_empty]
        export = data.draw(st.sampled_from(callable_now))
        note(export.name)
        given = data.draw(export.arguments(there))
        owned: list[int] = []
        lent: list[int] = []

        def number(value: Any, kind: str, owned: list[int] = owned, lent: list[int] = lent) -> int:
            (owned if kind == "own" else lent).append(held.number(value, kind))
            return held.number(value, kind)

        written(given, {"tuple": export.types}, number)
        if len(owned) > len(set(owned)) or set(owned) & set(lent):
            continue  # Python refuses that: see test_resources
        called.add(export.func.name)
        theirs, _ = case.reference(export, given, held.number)
        for handle in owned:
            del held.objects[handle]
        assert export.outcome(given, held.number) == theirs
    for handle in sorted(held.objects):
        drop(case, held, reference, handle)


def drop(case: Case, held: Held, reference: Reference, handle: int) -> None:
    held.objects.pop(handle).drop()
    reference.drop(case.path, handle)


def test_resources_live_and_die_as_they_do_for_a_host_in_rust(
    package: Package, reference: Reference
) -> None:
    case = Case("resources", package("resources"), reference)
    called: set[str] = set()

    @settings(deadline=None, max_examples=60)
    @given(data=st.data())
    def agree(data: st.DataObject) -> None:
        reference.end(case.path)
        with case.load() as world:
            exports = case.exports(world)
            use_resources(case, exports, reference, data, called)
            [alive] = [export for export in exports if export.func.name == "alive"]
            assert alive.outcome(()) == case.reference(alive, ())[0] == 0

    agree()
    assert called == {export.rpartition("#")[2] for export in case.types["exports"]}


def compare_with_generic(export: Export, other: Callable[..., Any]) -> None:
    @settings(deadline=None, max_examples=EXAMPLES)
    @given(arguments=export.arguments())
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
