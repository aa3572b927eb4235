"""Compiled code is kept for this user alone, and never trusted further than that."""

from __future__ import annotations

import dataclasses
import os
import signal
import stat
import sys
import threading
from pathlib import Path

import pytest
from wasmtime import wat2wasm

import wasmtime_bindgen
from wasmtime_bindgen import CacheUnusable, Component, Limits, LinkError, abi, cache, cache_folder

from .resources import func

BINARY = bytes(
    wat2wasm(
        """(component
        (core module $m (func (export "one") (result i32) (i32.const 1)))
        (core instance $i (instantiate $m))
        (func (export "one") (result u32) (canon lift (core func $i "one"))))"""
    )
)
WORLD = abi.WorldType("t:t/t", "t", (func("one", (), abi.U32),), (), "0.1.0", abi.INTERFACE, "")
posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX's")


class One(abi.World):
    @classmethod
    def load(cls, *, limits: Limits | None = None, keep: bool = True) -> One:
        return cls._load_(WORLD, BINARY, None, None, limits, keep)

    def one(self) -> int:
        result: int = self._one()  # type: ignore[attr-defined]
        return result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cache"
    monkeypatch.setenv(cache.VARIABLE, str(path))
    return path


def load_and_call(**options: object) -> None:
    with One.load(**options) as one:  # type: ignore[arg-type]
        assert one.one() == 1


def test_an_entry_is_written_once_and_read_again(folder: Path) -> None:
    load_and_call()
    [entry] = folder.iterdir()
    written = entry.stat().st_mtime_ns
    load_and_call()
    assert [path.stat().st_mtime_ns for path in folder.iterdir()] == [written]


def test_another_configuration_has_another_entry(folder: Path) -> None:
    load_and_call()
    load_and_call(limits=Limits(fuel=1000))
    assert len(list(folder.iterdir())) == 2


def test_nothing_is_written_without_a_cache(folder: Path) -> None:
    load_and_call(keep=False)
    assert not folder.exists()


@posix
def test_folder_and_entries_are_this_users_alone(folder: Path) -> None:
    load_and_call()
    [entry] = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],
        lambda data: b"\x7fELF" * 100,
    ],
)
def test_a_damaged_entry_is_compiled_again(folder: Path, damage: object) -> None:
    load_and_call()
    [entry] = folder.iterdir()
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))  # type: ignore[operator]
    load_and_call()
    assert len(entry.read_bytes()) == len(whole)
    load_and_call()


def test_an_entry_that_the_runtime_refuses_is_compiled_again(folder: Path) -> None:
    load_and_call()
    [entry] = folder.iterdir()
    cache.write(entry.name, b"of another build")
    load_and_call()
    assert len(entry.read_bytes()) > 1000


def test_what_was_not_used_for_the_longest_time_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_and_call()
    [first] = folder.iterdir()
    size = first.stat().st_size
    (folder / "a-file-of-the-user").write_bytes(bytes(10 * size))
    monkeypatch.setattr(cache, "LARGEST", 2 * size)
    second, third = "0" * 64, "1" * 64
    cache.write(second, bytes(size - 100))
    os.utime(first, ns=(0, 0))
    os.utime(folder / second, ns=(1, 1))
    load_and_call()  # uses the first
    cache.write(third, bytes(size - 100))
    kept = {first.name, third, "a-file-of-the-user"}
    assert {path.name for path in folder.iterdir()} == kept


@posix
def test_a_folder_that_others_may_write_to_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    load_and_call()
    assert list(folder.iterdir()) == []
    with pytest.raises(CacheUnusable, match="others may write to it"):
        cache_folder()


@posix
@pytest.mark.parametrize("mode", [0o755, 0o750, 0o711])
def test_a_folder_of_ours_is_closed_to_others(folder: Path, mode: int) -> None:
    load_and_call()
    [entry] = folder.iterdir()
    written = entry.stat().st_mtime_ns
    folder.chmod(mode)
    load_and_call()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.stat().st_mtime_ns for path in folder.iterdir()] == [written]


@posix
def test_a_folder_that_others_may_read_is_left_alone_if_it_holds_more(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    (folder / "a-file-of-the-user").touch()
    load_and_call()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert {path.name for path in folder.iterdir()} == {"a-file-of-the-user"}
    with pytest.raises(CacheUnusable, match="others may read it, and it holds other files: "):
        cache_folder()


@posix
@posix
@pytest.mark.parametrize(
    ("platform", "below"),
    [
        ("linux", ".cache"),
        ("darwin", "Library/Caches"),
        ("win32", "AppData/Local"),
    ],
)
def test_the_folder_is_in_the_users_cache_of_the_platform(
    platform: str, below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in (cache.VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == tmp_path / below / "wasmtime-bindgen"


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv(cache.VARIABLE, raising=False)
    monkeypatch.setattr(Path, "home", home)
    with pytest.raises(
        CacheUnusable, match="no home folder: name a folder by WASMTIME_BINDGEN_CACHE"
    ):
        cache_folder()
    load_and_call()


@posix
def test_an_entry_that_can_not_be_put_in_its_place_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_path: Path, _target: Path) -> Path:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refused)
    load_and_call()
    assert list(folder.iterdir()) == []


def test_a_link_is_no_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    load_and_call()
    assert list((tmp_path / "elsewhere").iterdir()) == []
    with pytest.raises(CacheUnusable, match="cache is no folder"):
        cache_folder()


def test_the_folder_can_be_asked_for(folder: Path) -> None:
    assert cache_folder() == folder
    assert folder.is_dir()


def test_a_folder_below_a_file_can_not_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "cache"))
    load_and_call()
    with pytest.raises(CacheUnusable, match="cache can't be made: "):
        cache_folder()


@posix
@pytest.mark.skipif(getattr(os, "getuid", lambda: 1)() == 0, reason="root may write anywhere")
def test_a_folder_that_can_not_be_made_is_no_obstacle(folder: Path) -> None:
    folder.parent.chmod(0o500)
    load_and_call()


def test_a_component_is_compiled_once_for_many_instances(folder: Path) -> None:
    component = Component(BINARY)
    first = component.compiled(fuel=False)
    assert component.compiled(fuel=False) is first


def test_a_component_that_is_loaded_again_is_compared_with_each_world() -> None:
    component = Component(BINARY, cache=False)
    other = dataclasses.replace(WORLD, exports=(func("two", (), abi.U32),))
    for _ in range(2):
        One._load_(WORLD, component, None, None, None, False).close()
        with pytest.raises(LinkError, match="it lacks `two: func"):
            One._load_(other, component, None, None, None, False)


@pytest.mark.skipif(sys.platform == "win32", reason="no signal can be sent to a thread there")
def test_ctrl_c_leaves_the_compiler_behind() -> None:
    large = Component(
        Path(wasmtime_bindgen.__file__).parent / "generator/component.wasm", cache=False
    )
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(0.1, signal.pthread_kill, [main, signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        large.compiled(fuel=False)
    [compiler] = [t for t in threading.enumerate() if t.name == "wasmtime-bindgen-compiler"]
    compiler.join()
    large.compiled(fuel=False)
