"""The same calls by raw pointers: placed, read in bounds, and freed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_py.errors import (
    BrokenAbi,
    InteriorNul,
    IsComponent,
    MissingExport,
    NoRoom,
    NotText,
    NotWasm,
    OutOfRange,
)
from host_py.guest import GuestsFolder
from host_py.legacy import PAGE, CAbi, LegacyGreeter, load
from host_py.sandbox import Live, Sandbox


@pytest.fixture
def quiet(sandbox: Sandbox, folder: GuestsFolder) -> LegacyGreeter:
    return LegacyGreeter(sandbox, folder.file("legacy-quiet.wasm"))


@pytest.fixture
def printing(sandbox: Sandbox, folder: GuestsFolder) -> LegacyGreeter:
    return LegacyGreeter(sandbox, folder.file("legacy.wasm"))


@pytest.fixture
def broken(sandbox: Sandbox, misfit: Callable[[str], Path]) -> LegacyGreeter:
    return LegacyGreeter(sandbox, misfit("broken-abi"))


def pointers(printed: list[str], verb: str) -> list[str]:
    return [line.rsplit(" ", 1)[-1] for line in printed if line.startswith(verb)]


@given(lengths=st.lists(st.integers(0, 300_000), max_size=12))
@settings(deadline=None, max_examples=30)
def test_names_of_any_length_in_any_order_leave_the_guest_intact(
    sandbox: Sandbox, folder: GuestsFolder, lengths: list[int]
) -> None:
    guest = LegacyGreeter(sandbox, folder.file("legacy-quiet.wasm"))
    for length in lengths:
        name = "é" * (length // 2)
        assert guest.greet(name) == f"Hello, {name}"


def test_memory_stays_flat_over_many_calls_of_mixed_lengths(
    sandbox: Sandbox, folder: GuestsFolder
) -> None:
    live = load(sandbox, folder.file("legacy-quiet.wasm"))
    names = [b"a" * length for length in (0, 5, 48, 1024, 70_000, 300_000)]

    def greet_all(abi: CAbi) -> int:
        for name in names:
            assert abi.greet(name) == b"Hello, " + name
        return abi.memory_length()

    warm = [live.call(greet_all) for _ in range(50)][-1]
    assert {live.call(greet_all) for _ in range(500)} == {warm}


def test_pages_that_inputs_outgrow_are_lost_only_to_a_bounded_extent(
    sandbox: Sandbox, folder: GuestsFolder
) -> None:
    live = load(sandbox, folder.file("legacy-quiet.wasm"))
    pages = 40

    def grow(abi: CAbi) -> int:
        before = abi.memory_length()
        for count in range(1, pages + 1):
            abi.place(b"a" * (count * PAGE))
        return abi.memory_length() - before

    assert live.call(grow) <= 4 * pages * PAGE


def test_every_string_that_the_guest_allocates_is_freed(printing: LegacyGreeter) -> None:
    for name in ("", "Ada", "Grace" * 1000):
        printing.greet(name)
    printed = printing.take_printed()
    assert len(pointers(printed, "Allocated")) == 3
    assert pointers(printed, "Allocated") == pointers(printed, "Freeing")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("null", "it returned null"),
        (
            "outside",
            "it returned the pointer 0xfffffff0, outside of a memory of 131072 bytes",
        ),
        ("endless", "no NUL ends the string at 0x20000"),
    ],
)
def test_a_pointer_to_no_string_is_never_given_back_to_the_guest(
    broken: LegacyGreeter, name: str, reason: str
) -> None:
    live: Live[CAbi] = broken._guest
    freed: list[int] = []

    def greet(abi: CAbi) -> None:
        try:
            abi.greet(name.encode())
        finally:
            freed.append(abi.add(0, 0))

    with pytest.raises(BrokenAbi, match=reason):
        live.call(greet)
    assert freed == [0]
    with pytest.raises(BrokenAbi, match=reason):
        broken.greet(name)
    assert broken.greet("Ada") == "Ada"


@pytest.mark.parametrize("name", ["latin", "Ada"])
def test_a_string_is_freed_once_even_if_it_is_not_utf_8(broken: LegacyGreeter, name: str) -> None:
    if name == "latin":
        with pytest.raises(BrokenAbi, match="not UTF-8"):
            broken.greet(name)
    else:
        broken.greet(name)
    assert broken.add(0, 0) == 1


@pytest.mark.parametrize(("name", "byte"), [("root\0.example.com", 4), ("é\0", 2), ("\0", 0)])
def test_a_nul_is_refused_by_its_place_before_the_guest_is_entered(
    printing: LegacyGreeter, name: str, byte: int
) -> None:
    with pytest.raises(InteriorNul, match=f"at byte {byte},"):
        printing.greet(name)
    assert printing.take_printed() == []


def test_what_no_component_takes_the_legacy_guest_does_not_get_either(
    quiet: LegacyGreeter,
) -> None:
    with pytest.raises(NotText):
        quiet.greet("\ud800")
    with pytest.raises(OutOfRange):
        quiet.add(2**31, 0)
    assert quiet.add(2**31 - 1, 1) == -(2**31)


@pytest.mark.parametrize("address", [-1, 1_114_111, 1_114_112, 2**32])
def test_no_access_reaches_outside_of_linear_memory(
    sandbox: Sandbox, folder: GuestsFolder, address: int
) -> None:
    def reach(abi: CAbi) -> None:
        assert abi.memory_length() == 1_114_112
        with pytest.raises(BrokenAbi, match="outside"):
            abi.read(address, 2)
        with pytest.raises(BrokenAbi, match="outside"):
            abi.write(address, b"ab")

    load(sandbox, folder.file("legacy-quiet.wasm")).call(reach)


def test_a_name_that_the_memory_cap_has_no_room_for_is_said_so(
    sandbox: Sandbox, folder: GuestsFolder
) -> None:
    capped = sandbox.with_limits(replace(sandbox.limits, memory=2 << 20))
    guest = LegacyGreeter(capped, folder.file("legacy-quiet.wasm"))
    with pytest.raises(NoRoom) as refused:
        guest.greet("a" * (1 << 20))
    said = "the guest's memory has no room for a name of 1048576 bytes (--memory)"
    assert (str(refused.value), refused.value.exit_code) == (said, 1)
    assert guest.greet("Ada") == "Hello, Ada"


def test_a_module_without_the_exports_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "empty.wasm"
    file.write_bytes(b"\0asm\1\0\0\0")
    with pytest.raises(MissingExport, match="it lacks the memory `memory`"):
        load(sandbox, file)
    file.write_bytes(b"(module)")
    with pytest.raises(NotWasm, match="a core module is expected"):
        load(sandbox, file)


def test_a_component_is_no_core_module(sandbox: Sandbox, folder: GuestsFolder) -> None:
    file = folder.file("rust.wasm")
    with pytest.raises(IsComponent) as refused:
        load(sandbox, file)
    assert str(refused.value) == f"{file} is a component, and a core module is expected"
