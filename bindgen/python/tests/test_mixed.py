"""Components with streams, futures and async functions, of which the rest is called."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from wasmtime import wat2wasm

import wasmtime_bindgen
from wasmtime_bindgen import (
    Component,
    InstanceDead,
    InvalidComponent,
    Limits,
    LinkError,
    Trap,
    UnsupportedFeature,
)
from wasmtime_bindgen.command import main
from wasmtime_bindgen.wasmtime_version import WASMTIME

from .generated import CASES, GUESTS, add

GUEST = GUESTS / "mixed.wasm"
WIT = CASES / "mixed"
IS_48 = WASMTIME.startswith("48.")


class Feed:
    """What Python can provide of the interface `feed`."""

    def scale(self, value: int) -> int:
        return value * 10


@pytest.fixture
def mixed() -> ModuleType:
    module: ModuleType = wasmtime_bindgen.bindings(GUEST, wit=WIT, skip_unsupported=True)
    return module


def load(mixed: ModuleType, **options: Any) -> Any:
    imports = mixed.MixedImports(feed=Feed())
    return mixed.Mixed.load(imports=imports, **options)


def test_the_synchronous_functions_of_a_guest_in_rust_can_be_called(mixed: ModuleType) -> None:
    with load(mixed) as world:
        assert world.greet("Ada") == "Hello, Ada"
        job = mixed.Job("sum", [1, 2, 3])
        assert world.work.double(job) == mixed.Job("sum", [10, 20, 30])
        with pytest.raises(wasmtime_bindgen.WitError) as caught:
            world.work.refuse(job)
        assert caught.value.value == "sum"
        with world.work.Tally(40) as tally:
            assert (tally.add(1), tally.add(1)) == (41, 42)
        for left_out in ("greet_all", "work.run", "work.numbers", "work.soon", "work.Tally.wait"):
            owner, _, name = f"world.{left_out}".rpartition(".")
            assert not hasattr(eval(owner, {"world": world}), name)


def test_the_command_makes_a_package_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(GUEST), "--skip-unsupported", "--out-dir", str(tmp_path / "rest")]
    assert main(arguments) == 0
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 7
    assert said[0] == (
        "left out: import `cases:mixed/feed`: `watch`: its result has a `stream`, which the"
        " runtime can't pass"
    )
    monkeypatch.syspath_prepend(tmp_path)
    rest: Any = __import__("rest")
    with rest.Root.load(imports=rest.RootImports(feed=Feed())) as root:
        assert root.work.double(rest.Job("", [7])).sizes == [70]


def test_an_import_that_is_left_out_ends_the_instance_when_it_is_called(
    mixed: ModuleType,
) -> None:
    with load(mixed) as world:
        with pytest.raises(UnsupportedFeature, match="called `watch` of `cases:mixed/feed`"):
            world.work.try_watch()
        with pytest.raises(InstanceDead):
            world.greet("Ada")


def test_what_python_can_provide_is_still_asked_for(mixed: ModuleType) -> None:
    with pytest.raises(LinkError, match="`feed` of the imports lacks `scale`"):
        mixed.Mixed.load(imports=mixed.MixedImports(feed=object()))


class Back:
    """A feed that calls the world, whose exceptions reach the caller."""

    def __init__(self) -> None:
        self.world: Any = None

    def scale(self, value: int) -> int:
        if value > 1:
            raise KeyboardInterrupt
        return len(self.world.greet(str(value)))


@pytest.mark.skipif(IS_48, reason="see the next test")
def test_a_host_function_may_call_back_in(mixed: ModuleType) -> None:
    back = Back()
    imports = mixed.MixedImports(feed=back)
    with mixed.Mixed.load(imports=imports) as back.world:
        job = mixed.Job("", [1])
        assert back.world.work.double(job).sizes == [len("Hello, 1")]


@pytest.mark.skipif(not IS_48, reason="later versions enter again")
def test_a_host_function_that_calls_back_in_is_refused(mixed: ModuleType) -> None:
    back = Back()
    imports = mixed.MixedImports(feed=back)
    with (
        mixed.Mixed.load(imports=imports) as back.world,
        pytest.raises(UnsupportedFeature, match="`greet` can't be called by a function that the"),
    ):
        back.world.work.double(mixed.Job("", [1]))


def test_what_a_host_function_raises_reaches_the_caller(mixed: ModuleType) -> None:
    imports = mixed.MixedImports(feed=Back())
    with mixed.Mixed.load(imports=imports) as world, pytest.raises(KeyboardInterrupt):
        world.work.double(mixed.Job("", [2]))


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(deadline=0.1), "deadline"), (Limits(fuel=1_000_000), "out-of-fuel")],
)
def test_limits_hold(mixed: ModuleType, limits: Limits, code: str) -> None:
    with load(mixed, limits=limits) as world, pytest.raises(Trap) as caught:
        world.work.spin()
    assert caught.value.code == code


def test_only_such_components_are_compiled_for_the_slower_engine() -> None:
    fast, _ = Component(add(), cache=False).ready(fuel=False)
    slow, _ = Component(GUEST, cache=False).ready(fuel=False)
    again, _ = Component(GUEST).ready(fuel=False)
    assert slow is again
    assert slow is not fast
    assert slow.configuration != fast.configuration


ASYNC_IMPORT = """
(component
  (import "fetch" (func $fetch async (result u32)))
  (core module $m
    (import "" "fetch" (func (result i32)))
    (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))
  (core func $fetch' (canon lower (func $fetch)))
  (core instance $i (instantiate $m (with "" (instance (export "fetch" (func $fetch'))))))
  (func (export "double") (param "x" u32) (result u32) (canon lift (core func $i "double"))))
"""

FIXED = """
(component
  (core module $m (func (export "f") (param i32 i32 i32 i32)))
  (core instance $i (instantiate $m))
  (func (export "f") (param "x" (list u8 4)) (canon lift (core func $i "f"))))
"""


def test_a_component_that_imports_an_async_function_is_refused_when_it_is_generated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    binary = tmp_path / "fetch.wasm"
    binary.write_bytes(wat2wasm(ASYNC_IMPORT))
    for more in ([], ["--skip-unsupported"]):
        assert main([str(binary), "--out-dir", str(tmp_path / "out"), *more]) == 2
        said = capsys.readouterr().err
        assert "can't run in wasmtime 48 to 50, whatever is left out" in said
        assert "import `fetch`: it is async, and wasmtime's C API can't give" in said
    assert not (tmp_path / "out").exists()


def test_a_component_that_imports_an_async_function_is_refused_when_it_is_loaded(
    tmp_path: Path,
) -> None:
    (tmp_path / "world.wit").write_text(
        "package a:b; world w { import fetch: async func() -> u32; export double: func(x: u32)"
        " -> u32; }"
    )
    package = wasmtime_bindgen.bindings(tmp_path, skip_unsupported=True)
    with pytest.raises(LinkError, match="it imports the async function `fetch`, and Python can't"):
        package.W.load(wat2wasm(ASYNC_IMPORT), cache=False)


def test_a_component_that_no_setting_admits_is_refused_when_it_is_generated() -> None:
    try:
        binary = bytes(wat2wasm(FIXED))
    except Exception as error:
        pytest.skip(f"this wasmtime has no text for it: {error}")
    for skip in (False, True):
        with pytest.raises(UnsupportedFeature, match="a list of the fixed length 4, which no set"):
            wasmtime_bindgen.bindings(binary, skip_unsupported=skip)
    with pytest.raises(InvalidComponent, match=r"[Ff]ixed"):
        Component(binary, cache=False).compiled(fuel=False)


def test_what_only_the_runtime_refuses_is_said_when_it_is_generated() -> None:
    inside = FIXED.replace("(list u8 4)", "(stream u8)").replace(" i32 i32 i32)", ")")
    inside = inside.replace("(component", "(component (core func (canon error-context.drop))")
    binary = bytes(wat2wasm(inside))
    with pytest.raises(UnsupportedFeature, match="Leave them out with --skip-unsupported"):
        wasmtime_bindgen.bindings(binary)
    expected = "can't run this component, whatever is left out: .* error-context"
    with pytest.raises(UnsupportedFeature, match=expected):
        wasmtime_bindgen.bindings(binary, skip_unsupported=True)


LEFT_OUT = """
(component
  (import "watch" (func $watch (result (stream u8))))
  (import "a:b/c@1.0.0" (instance (export "later" (func (result (future u8))))))
  (core module $m
    (import "" "watch" (func $watch (result i32)))
    (func (export "answer") (result i32) (i32.const 42))
    (func (export "call-watch") (call $watch) drop))
  (core func $watch' (canon lower (func $watch)))
  (core instance $i (instantiate $m (with "" (instance (export "watch" (func $watch'))))))
  (func (export "answer") (result u32) (canon lift (core func $i "answer")))
  (func (export "call-watch") (canon lift (core func $i "call-watch"))))
"""


def test_imports_of_the_world_and_whole_interfaces_can_be_left_out() -> None:
    with wasmtime_bindgen.load(wat2wasm(LEFT_OUT), skip_unsupported=True) as root:
        assert root.answer() == 42
        with pytest.raises(UnsupportedFeature, match="the guest called `watch`, which the package"):
            root.call_watch()
