"""What is given to `load`, `Limits` and `Wasi`: each mistake is named, and how to mend it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import wasmtime

import wasmtime_bindgen
from wasmtime_bindgen import (
    Capture,
    Component,
    CoreModule,
    InstanceDead,
    Limits,
    Wasi,
    WasmtimeBindgenError,
    WitError,
)

from .generated import add
from .resources import load
from .test_wasi import Outside

CASES: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"arguments": 5}, TypeError, "arguments: 5 is of type int, and a tuple of str is expected"),
    ({"arguments": ("a", b"b")}, TypeError, "arguments[1]: b'b' is of type bytes, not str"),
    ({"arguments": ("a\0b",)}, ValueError, "arguments[0]: 'a\\x00b' holds a NUL, which ends it"),
    ({"arguments": ("\ud800",)}, ValueError, "arguments[0]: '\\ud800' is not Unicode text"),
    ({"environment": [("A", "b")]}, TypeError, "environment: [('A', 'b')] is of type list, and a"),
    ({"environment": {"A": 1}}, TypeError, "environment['A']: 1 is of type int, not str"),
    ({"environment": {1: "a"}}, TypeError, "the key 1 of environment: 1 is of type int, not str"),
    ({"environment": {"A": "\0"}}, ValueError, "environment['A']: '\\x00' holds a NUL"),
    ({"environment": {"A=B": "c"}}, ValueError, "the key 'A=B' of environment: it holds a `=`"),
    ({"environment": {"": "c"}}, ValueError, "the key '' of environment: it is empty"),
    ({"stdin": "Ada"}, TypeError, "stdin: 'Ada' is of type str, and bytes are expected: encode it"),
    ({"stdin": 5}, TypeError, "stdin: 5 is of type int, and bytes are expected"),
    ({"directories": ["data"]}, TypeError, "directories: ['data'] is of type list, and a mapping"),
    ({"directories": {"/d": 5}}, TypeError, "directories['/d']: 5 is of type int, not a path"),
    ({"directories": {"/d": b"d"}}, TypeError, "directories['/d']: b'd' is of type bytes, not a"),
    ({"writable": {5: "d"}}, TypeError, "the key 5 of writable: 5 is of type int, not str"),
    ({"writable": {"/d": "a\0"}}, ValueError, "writable['/d']: 'a\\x00' holds a NUL"),
    ({"writable": {"": "d"}}, ValueError, "the key '' of writable: it is empty"),
    ({"stderr": 5}, TypeError, 'stderr: 5 is neither a callable, "inherit" nor None'),
]


@pytest.mark.parametrize(("given", "error", "message"), CASES)
def test_what_wasi_can_not_give_is_refused(
    given: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        Wasi(**given)
    assert message in str(caught.value)
    assert isinstance(caught.value, WasmtimeBindgenError)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (lambda: Limits(memory=-5), ValueError, "memory: -5 is no limit: 0 or more is expected"),
        (lambda: Limits(deadline=float("nan")), ValueError, "deadline: nan is no limit"),
        (lambda: Limits(fuel=1.5), TypeError, "fuel: 1.5 is neither an int nor None"),  # type: ignore[arg-type]
        (lambda: Limits(tables=True), TypeError, "tables: True is neither an int nor None"),
        (lambda: Limits(deadline="2"), TypeError, "deadline: '2' is neither a number of seconds"),  # type: ignore[arg-type]
        (lambda: Wasi(arguments="app"), TypeError, "arguments: 'app' is of type str, and a tuple"),  # type: ignore[arg-type]
        (lambda: Wasi(stdout="inherits"), TypeError, "stdout: 'inherits' is neither a callable"),  # type: ignore[arg-type]
        (lambda: Component(add(), configure=5), TypeError, "configure: 5 is no function that"),  # type: ignore[arg-type]
        (lambda: Capture(limit=-1), ValueError, "limit: -1 is no number of bytes: 0 or more"),
        (lambda: Capture(limit=1.5), TypeError, "limit: 1.5 is no number of bytes: an int"),  # type: ignore[arg-type]
        (lambda: Capture(limit=True), TypeError, "limit: True is no number of bytes: an int"),
        (lambda: load(limits={"fuel": 1}), TypeError, "limits: {'fuel': 1} is no wasmtime_bindgen"),  # type: ignore[arg-type]
    ],
)
def test_settings_that_mean_nothing_are_refused(
    settings: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        settings()
    assert message in str(caught.value)
    assert isinstance(caught.value, WasmtimeBindgenError)


def test_a_limit_past_what_the_runtime_can_count_is_none() -> None:
    with load(limits=Limits(fuel=2**64, memory=2**64, deadline=1e300)) as world:
        assert world._grow(1) == 1
    with load(limits=Limits(deadline=10**400)) as world:
        assert world._grow(1) == 1


def test_wasi_stays_as_it_was_given() -> None:
    environment: dict[str, str] = {"A": "b"}
    stdin: Any = bytearray(b"Ada")
    wasi = Wasi(environment=environment, stdin=stdin)
    environment["C"] = "\0"
    stdin.clear()
    assert (wasi.environment, wasi.stdin) == ({"A": "b"}, b"Ada")


def test_a_list_of_arguments_and_a_buffer_of_input_will_do(tmp_path: Path) -> None:
    given: Any = {"arguments": ["app", "Ada"], "stdin": bytearray(b"x")}
    with Outside.load(Wasi(**given, directories={"/d": tmp_path})) as outside:
        assert outside._arguments() == ["app", "Ada"]


@pytest.mark.parametrize("kind", ["directories", "writable"])
def test_a_folder_that_can_not_be_given_is_an_error_of_ours(kind: str, tmp_path: Path) -> None:
    (file := tmp_path / "file").touch()
    for path in (file, tmp_path / "none"):
        given: dict[str, Any] = {kind: {"/d": path}}
        with pytest.raises(NotADirectoryError) as caught:
            Outside.load(Wasi(**given))
        assert str(caught.value) == f"{path} is no directory, and the guest's /d is to be one"
        assert isinstance(caught.value, WasmtimeBindgenError)


def test_a_folder_that_the_system_keeps_closed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_dir", lambda _: True)
    with pytest.raises(NotADirectoryError, match="none can't be opened, and the guest's /d is"):
        Outside.load(Wasi(directories={"/d": tmp_path / "none"}))


SOURCES: list[Callable[[Any], object]] = [Component, CoreModule, wasmtime_bindgen.load]


@pytest.mark.parametrize("load_", SOURCES)
def test_what_is_no_source_is_refused(load_: Callable[[Any], object], tmp_path: Path) -> None:
    for given, error, message in (
        ("", ValueError, "'' is no path"),
        (5, TypeError, "5 is of type int, and a path or bytes are expected"),
        (None, TypeError, "None is of type NoneType, and a path or bytes are expected"),
        (["a"], TypeError, "['a'] is of type list, and a path or bytes are expected"),
        (io.BytesIO(b"x"), TypeError, "is an open file: give its path, or what `read` returns"),
        (io.StringIO("x"), TypeError, "is an open file: give its path, or what `read` returns"),
        ("a\0b", ValueError, "'a\\x00b' is no path"),
    ):
        with pytest.raises(error) as caught:
            load_(given)
        assert message in str(caught.value)
        assert isinstance(caught.value, WasmtimeBindgenError)
    with pytest.raises(FileNotFoundError, match=r"none\.wasm"):
        load_(str(tmp_path / "none.wasm"))


def test_a_folder_is_no_binary(tmp_path: Path) -> None:
    for load_ in (Component, CoreModule):
        with pytest.raises(IsADirectoryError, match=tmp_path.name):
            load_(tmp_path)


def test_a_folder_without_wit_is_no_component(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"holds no `\.wit` file"):
        wasmtime_bindgen.load(tmp_path)
    (tmp_path / "a.wit").write_text("package a:b; world w { export f: func(); }")
    with pytest.raises(WasmtimeBindgenError, match="embeds no component"):
        wasmtime_bindgen.load(tmp_path)


def test_a_closed_instance_is_not_entered_again() -> None:
    world = load()
    world.close()
    message = "World can't be used again: the instance was closed; load the component again"
    with pytest.raises(InstanceDead, match=message), world:
        pytest.fail("it was entered")


def test_a_closed_instance_of_a_core_module_says_what_to_do() -> None:
    text = '(module (func (export "nop")) (func (export "boom") unreachable))'
    module = CoreModule(wasmtime.wat2wasm(text), cache=False)
    instance = module.start()
    nop: Any = instance.exports["nop"]
    instance.close()
    message = "`nop` can't be called: the instance was closed; start the module again"
    with pytest.raises(InstanceDead, match=message):
        instance.call("nop", nop, instance.store)
    with pytest.raises(InstanceDead, match="CoreInstance can't be used again"), instance:
        pytest.fail("it was entered")


def test_a_dropped_object_is_not_entered_again() -> None:
    with load() as world:
        counter = world.counters.Counter(1)
        counter.drop()
        message = "this counter was dropped or handed over before"
        with pytest.raises(ValueError, match=message), counter:
            pytest.fail("it was entered")


def test_an_error_without_a_value_has_a_text() -> None:
    assert str(WitError(None)) == "the function failed, and its error has no value"
    assert (repr(WitError(None)), WitError(None).value) == ("WitError(None)", None)
    assert str(WitError("deep")) == "deep"
    assert str(type("DeepError", (WitError,), {})(None)).startswith("the function failed")


def test_a_component_is_read_from_what_it_was() -> None:
    for given in (add(), bytearray(add()), memoryview(add())):
        with wasmtime_bindgen.load(given) as root:
            assert root.add.add(1, 2) == 3
