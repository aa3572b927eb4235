"""The typed call, on components in two languages."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_py.component import ComponentGreeter
from host_py.errors import (
    CoreModule,
    Invalid,
    MissingExport,
    MissingGuest,
    NotWasm,
    Unfit,
    Unreadable,
)
from host_py.files import LARGEST, read_wasm
from host_py.guest import BUILT, Guest, GuestsFolder, load_guest
from host_py.sandbox import Sandbox
from host_py.values import S32_MAX, S32_MIN


@pytest.fixture(scope="module", params=["rust", "python"])
def component(request: pytest.FixtureRequest, sandbox: Sandbox, folder: GuestsFolder) -> Guest:
    return load_guest(sandbox, folder, request.param)


@pytest.fixture(scope="module")
def guests(sandbox: Sandbox, folder: GuestsFolder) -> list[Guest]:
    return [load_guest(sandbox, folder, name, quiet=True) for name in BUILT]


def test_a_name_is_greeted(component: Guest) -> None:
    assert component.greet("World") == "Hello, World"


def test_a_name_may_hold_a_nul(component: Guest) -> None:
    assert component.greet("root\0.example.com") == "Hello, root\0.example.com"


@pytest.mark.parametrize(
    ("a", "b", "total"), [(5, 3, 8), (S32_MAX, 1, S32_MIN), (S32_MIN, -1, S32_MAX)]
)
def test_a_sum_wraps_on_overflow(component: Guest, a: int, b: int, total: int) -> None:
    assert component.add(a, b) == total


@pytest.mark.parametrize(("a", "b"), [(2**31, 0), (0, 2**31), (-(2**31) - 1, 0), (2**64, 0)])
def test_an_integer_out_of_range_is_refused_before_the_guest_is_entered(
    component: Guest, a: int, b: int
) -> None:
    with pytest.raises(Unfit, match="is out of range for s32, -2147483648 to 2147483647"):
        component.add(a, b)
    assert component.add(1, 2) == 3


@pytest.mark.parametrize("name", ["\ud800", "Ada\udfff", "\udcff\x00"])
def test_a_lone_surrogate_is_refused_before_the_guest_is_entered(
    component: Guest, name: str
) -> None:
    with pytest.raises(Unfit, match=r"^name: .* holds a lone surrogate at index \d"):
        component.greet(name)
    assert component.greet("Ada") == "Hello, Ada"


@given(name=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_without_a_nul_is_greeted_alike_by_every_guest(
    guests: list[Guest], name: str
) -> None:
    assert [guest.greet(name) for guest in guests] == [f"Hello, {name}"] * len(guests)


@given(a=st.integers(S32_MIN, S32_MAX), b=st.integers(S32_MIN, S32_MAX))
def test_any_two_integers_are_added_alike_by_every_guest(
    guests: list[Guest], a: int, b: int
) -> None:
    wrapped = (a + b - S32_MIN) % 2**32 + S32_MIN
    assert [guest.add(a, b) for guest in guests] == [wrapped] * len(guests)


def test_a_component_without_the_exports_is_refused(
    sandbox: Sandbox, misfit: Callable[[str], Path]
) -> None:
    with pytest.raises(MissingExport, match=r"it lacks `greet: func\(name: string\) -> string`"):
        ComponentGreeter(sandbox, misfit("exports-nothing"))


def test_a_component_with_an_export_of_another_type_is_refused(
    sandbox: Sandbox, misfit: Callable[[str], Path]
) -> None:
    with pytest.raises(MissingExport, match="its `add` differs: the parameter `a` is s64, not s32"):
        ComponentGreeter(sandbox, misfit("exports-wrong-type"))


def test_a_core_module_is_refused(sandbox: Sandbox, folder: GuestsFolder) -> None:
    with pytest.raises(CoreModule):
        ComponentGreeter(sandbox, folder.file("legacy.wasm"))


@pytest.mark.parametrize("text", [b"", b"\0as", b"(component)", b"\x7fELF"])
def test_what_is_not_webassembly_is_refused_even_the_text_format(
    sandbox: Sandbox, tmp_path: Path, text: bytes
) -> None:
    file = tmp_path / "guest.wasm"
    file.write_bytes(text)
    with pytest.raises(NotWasm):
        ComponentGreeter(sandbox, file)


def test_a_file_above_the_largest_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "guest.wasm"
    with file.open("wb") as sparse:
        sparse.write(b"\0asm\x0d\0\1\0")
        sparse.truncate(LARGEST + 1)
    with pytest.raises(Unreadable, match=r"wasm: it is larger than 1073741824 bytes$"):
        ComponentGreeter(sandbox, file)
    with file.open("r+b") as other:
        other.write(b"\x7fELF")
    with pytest.raises(NotWasm):
        ComponentGreeter(sandbox, file)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless device here")
def test_a_file_without_an_end_is_refused_by_its_start(sandbox: Sandbox) -> None:
    with pytest.raises(NotWasm):
        ComponentGreeter(sandbox, "/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_comes_out_of_a_pipe_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("host_py.files.LARGEST", 100)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for length in (100, 101):
        data = b"\0asm\1\0\0\0" + bytes(length - 8)
        writer = threading.Thread(target=pipe.write_bytes, args=[data])
        writer.start()
        if length == 100:
            assert read_wasm(pipe, "core module") == data
        else:
            with pytest.raises(Unreadable, match="it is larger than 100 bytes"):
                read_wasm(pipe, "core module")
        writer.join()


def test_memory_that_runs_out_is_said_so(sandbox: Sandbox, folder: GuestsFolder) -> None:
    def exhausted(*_: object) -> bytes:
        raise MemoryError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Path, "open", exhausted)
        with pytest.raises(Unreadable, match="there is no memory for it"):
            ComponentGreeter(sandbox, folder.file("rust.wasm"))


def test_the_guest_that_is_missing_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "python.wasm").mkdir()
    for name, file in (("rust", "rust.wasm"), ("python", "python.wasm"), ("legacy", "legacy.wasm")):
        with pytest.raises(MissingGuest) as refused:
            load_guest(sandbox, GuestsFolder(tmp_path), name)
        assert str(refused.value) == f"no {file} in {tmp_path}: run `cargo xtask build`"


@pytest.mark.parametrize("length", [4, 6, 8, 9, 100, 5000, -1])
def test_a_truncated_component_is_refused_in_one_line(
    sandbox: Sandbox, folder: GuestsFolder, tmp_path: Path, length: int
) -> None:
    file = tmp_path / "guest.wasm"
    file.write_bytes(Path(folder.file("rust.wasm")).read_bytes()[:length])
    with pytest.raises((Invalid, MissingExport)) as refused:
        ComponentGreeter(sandbox, file)
    assert "\n" not in str(refused.value)
