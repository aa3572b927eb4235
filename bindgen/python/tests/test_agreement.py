"""Generated packages against other hosts: the same guests, the same values, the same outcome.

Each function of each case is called with the same arguments from Python and by
the Rust host of `bindgen/reference`, and answered alike where it asks something
of the host. Resources of either side go through random calls, and each drop of
the host's is compared, too. The guest of `mirrors` says what it sees in a value, so that a
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
from .compared import Case, Export, has_handles
from .generated import cases
from .host import Object
from .reference import Reference
from .strategies import values

Package = Callable[[str], ModuleType]
EXAMPLES = 25

# What is expected of WASI is known by test_console and test_limits, and by test_mixed of what
# can't be called.
NOT_COMPARED = {"mixed", "console", "network"}
RESOURCES = [
    *("resources", "interfaces", "names"),
    *("host-resources", "host-handles", "world-resources"),
]
OTHERS = sorted(
    {folder.name for folder in cases() if (folder / "guest.rs").is_file()}
    - NOT_COMPARED.union(RESOURCES)
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
    @given(arguments=export.arguments(), answers=case.answers())
    def agree(arguments: tuple[Any, ...], answers: dict[str, Any]) -> None:
        note(export.name)
        case.answer = lambda name, _: answers[name]
        case.agree(export, arguments, export.given(arguments))

    agree()


@pytest.mark.parametrize("name", OTHERS)
def test_a_guest_does_what_it_does_for_a_host_in_rust(
    name: str, package: Package, reference: Reference
) -> None:
    case = Case(name, package(name), reference)
    assert not has_handles(case.types)
    with case.load() as world:
        exports = [export for export in case.exports(world) if export.func.name not in TRAPS]
        for export in exports:
            compare_with_rust(case, export)
    assert exports


def use_resources(case: Case, exports: list[Export], data: st.DataObject, called: set[str]) -> None:
    """Call functions in any order, with any of the resources there are, or drop one."""
    held = case.held()
    case.answer = lambda _, func: data.draw(values(func.result, held.by_type()))
    for _ in range(data.draw(st.integers(10, 40), "steps")):
        if held.objects and data.draw(st.integers(0, 4)) == 0:
            case.drop(held, data.draw(st.sampled_from(sorted(held.objects)), "drop"))
            continue
        there = held.by_type()
        callable_now = [one for one in exports if not one.arguments(there).is_empty]
        export = data.draw(st.sampled_from(callable_now))
        note(export.name)
        arguments = data.draw(export.arguments(there))
        owned: list[int] = []
        lent: list[int] = []

        def number(value: Any, kind: str, owned: list[int] = owned, lent: list[int] = lent) -> int:
            if not isinstance(value, Object):
                (owned if kind == "own" else lent).append(held.number(value, kind))
            return held.number(value, kind)

        given = export.given(arguments, number)
        if len(owned) > len(set(owned)) or set(owned) & set(lent):
            continue  # Python refuses that: see test_resources
        called.add(export.name)
        for handle in owned:
            del held.objects[handle]
        case.agree(export, arguments, given, held.number)
    for handle in sorted(held.objects):
        case.drop(held, handle)


@pytest.mark.parametrize("name", RESOURCES)
def test_resources_live_and_die_as_they_do_for_a_host_in_rust(
    name: str, package: Package, reference: Reference
) -> None:
    case = Case(name, package(name), reference)
    called: set[str] = set()

    @settings(deadline=None, max_examples=50)
    @given(data=st.data())
    def agree(data: st.DataObject) -> None:
        with case.load() as world:
            exports = case.exports(world)
            use_resources(case, exports, data, called)
            for export in exports:
                if export.func.name == "alive":
                    assert case.agree(export, (), []) == 0

    agree()
    assert called == case.types["exports"].keys()


def compare_with_generic(export: Export, other: Callable[..., Any]) -> None:
    @settings(deadline=None, max_examples=EXAMPLES)
    @given(arguments=export.arguments())
    def agree(arguments: tuple[Any, ...]) -> None:
        note(export.name)
        theirs = other(*map(generic.made, export.given(arguments), export.types))
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
