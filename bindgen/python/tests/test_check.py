"""A component that doesn't fit its package, and imports that don't fit the world, are refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from wasmtime import wat2wasm

from wasmtime_bindgen import Component, InvalidComponent, LinkError, abi

from . import echo
from .resources import WORLD, FileProtocol, Files, Imports, World, func

COUNTERS, FILES = WORLD.exports[0], WORLD.imports[0]
assert isinstance(COUNTERS, abi.InterfaceType)
assert isinstance(FILES, abi.InterfaceType)


def problems(world: abi.WorldType, imports: Any = None) -> list[str]:
    with pytest.raises(LinkError) as caught:
        World.load(world=world, imports=imports or Imports(Files())).close()
    assert "not fit the world `tests:guest/resources`" in str(caught.value)
    return list(caught.value.problems)


def with_export(item: Any) -> abi.WorldType:
    return dataclasses.replace(WORLD, exports=(item,))


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (func("bang"), "it lacks `bang: func()`"),
        (
            func("add", (("a", abi.S32), ("b", abi.S32)), abi.S32),
            "it lacks `add: func(a: s32, b: s32) -> s32`",
        ),
        (func("boom", (("n", abi.U8),)), "its `boom` takes 0 parameters, and 1 are expected"),
        (func("boom", (), abi.U8), "its `boom` differs: has no result"),
        (func("count-files"), "its `count-files` differs: has a result"),
        (
            func("grow", (("pages", abi.S64),), abi.S32),
            "its `grow` differs: the parameter `pages` is u32, not s64",
        ),
        (
            func("grow", (("pages", abi.U32),), abi.List(abi.U8)),
            "its `grow` differs: the result is s32, not list",
        ),
        (
            func("use-file", (("size", abi.U32), ("n", abi.U32)), abi.Result(abi.U64, abi.STRING)),
            "its `use-file` differs: the result its ok is u32, not u64",
        ),
        (
            func("use-file", (("size", abi.U32), ("n", abi.U32)), abi.Result(abi.U32, None)),
            "its `use-file` differs: the result its error has a part too many or too few",
        ),
        (
            dataclasses.replace(COUNTERS, name="tests:guest/counters@2.0.0"),
            "it exports `tests:guest/counters@1.0.0`, and `tests:guest/counters@2.0.0` is expected",
        ),
        (
            dataclasses.replace(COUNTERS, name="tests:other/counters"),
            "it does not export `tests:other/counters`",
        ),
        (dataclasses.replace(COUNTERS, name="boom"), "its `boom` is no interface"),
        (func("tests:guest/counters@1.0.0"), "its `tests:guest/counters@1.0.0` is no function"),
        (
            dataclasses.replace(COUNTERS, funcs=(func("split"),)),
            "its `tests:guest/counters@1.0.0` lacks `split: func()`",
        ),
    ],
)
def test_an_export_that_does_not_fit_is_named(item: Any, problem: str) -> None:
    assert problems(with_export(item)) == [problem]


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    x: int


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        (abi.Record("point", Point, (("y", abi.U8),)), "has the names x"),
        (abi.Record("point", Point, (("x", abi.U16),)), "its `x` is u8, not u16"),
        (abi.Tuple((abi.U8,)), "is record, not tuple"),
    ],
)
def test_a_type_that_does_not_fit_is_named_by_its_parts(
    expected: abi.ValType, problem: str
) -> None:
    component = echo.component(abi.Record("point", Point, (("x", abi.U8),)))
    with pytest.raises(LinkError, match=f"the parameter `x` {problem}"):
        echo.load(expected, component)


@pytest.mark.parametrize(
    ("type_", "written"),
    [
        (abi.List(abi.U8), "list<u8>"),
        (abi.Tuple((abi.CHAR, abi.Option(abi.BOOL))), "tuple<char, option<bool>>"),
        (abi.Result(None, None), "result"),
        (abi.Result(abi.U8, None), "result<u8>"),
        (abi.Result(None, abi.STRING), "result<_, string>"),
        (abi.Result(abi.U8, abi.STRING), "result<u8, string>"),
        (abi.Map(abi.STRING, abi.F64), "map<string, f64>"),
        (abi.Own(abi.ResourceType("file", object)), "file"),
        (abi.Borrow(abi.ResourceType("file", object)), "borrow<file>"),
        (abi.Record("point", object, ()), "point"),
    ],
)
def test_what_is_lacking_is_written_as_in_wit(type_: abi.ValType, written: str) -> None:
    lacking = with_export(func("bang", (("p", type_),), type_))
    assert problems(lacking) == [f"it lacks `bang: func(p: {written}) -> {written}`"]


def test_an_import_that_the_package_does_not_know_is_named() -> None:
    assert problems(dataclasses.replace(WORLD, imports=())) == [
        "it imports `tests:host/files@1.0.0`, which the package doesn't know"
    ]
    other = dataclasses.replace(FILES, name="tests:host/files@2.0.0")
    assert problems(dataclasses.replace(WORLD, imports=(other,))) == [
        "it imports `tests:host/files@1.0.0`, and the package was generated for"
        " `tests:host/files@2.0.0`"
    ]


def test_an_import_that_nobody_provides_is_a_field_of_the_error() -> None:
    with pytest.raises(LinkError) as caught:
        World.load(world=dataclasses.replace(WORLD, imports=()), imports=Imports(Files()))
    assert caught.value.missing == ("tests:host/files@1.0.0",)
    other = b"""(component (import "wasi:cli/stdin@0.2.3" (instance (export "f" (func)))))"""
    empty = dataclasses.replace(WORLD, imports=(), exports=())
    with pytest.raises(LinkError, match="the component can't be started: ") as caught:
        World._load_(empty, bytes(wat2wasm(other)), None, None, None, False)
    assert caught.value.missing == ("wasi:cli/stdin@0.2.3",)
    assert "\n" not in str(caught.value)


def test_the_runtime_supplies_no_other_wasi_than_0_2() -> None:
    later = b"""(component (import "wasi:cli/stdin@0.3.0" (instance (export "f" (func)))))"""
    empty = dataclasses.replace(WORLD, imports=(), exports=())
    with pytest.raises(LinkError) as caught:
        World._load_(empty, bytes(wat2wasm(later)), None, None, None, False)
    assert caught.value.missing == ("wasi:cli/stdin@0.3.0",)
    assert caught.value.problems == (
        "it imports `wasi:cli/stdin@0.3.0`, which the package doesn't know",
    )


MAPS = """
(component
  (core module $m
    (memory (export "memory") 1)
    (func (export "count") (param i32 i32) (result i32) local.get 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 8))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (type $map (map string (list u32)))
  (type $maps (list $map))
  (func $count (param "table" $map) (result u32)
    (canon lift (core func $i "count") (memory $memory) (realloc $realloc)))
  (func $all (param "tables" $maps) (result u32)
    (canon lift (core func $i "count") (memory $memory) (realloc $realloc)))
  (component $inner
    (type $map (map string (list u32)))
    (import "count" (func $count (param "table" $map) (result u32)))
    (export $table "table" (type $map))
    (export "count" (func $count) (func (param "table" $table) (result u32))))
  (instance $tables (instantiate $inner (with "count" (func $count))))
  (export "tests:guest/tables" (instance $tables))
  (export "all" (func $all)))
"""
"""A guest whose interface gives a map a name, and a function with a map in a list."""


def load_maps(map_: abi.Map) -> World:
    tables = abi.InterfaceType(
        *("tests:guest/tables", "tables", abi.Interface),
        (func("count", (("table", map_),), abi.U32),),
    )
    every = func("all", (("tables", abi.List(map_)),), abi.U32)
    world = abi.WorldType("tests:guest/maps", "maps", (tables, every), (), "0.1.0", 1, "")
    source = Component(wat2wasm(MAPS), cache=False)
    return World._load_(world, source, None, None, None, False)


def test_maps_are_compared_as_other_types_are() -> None:
    with load_maps(abi.Map(abi.STRING, abi.List(abi.U32))) as world:
        assert vars(world)["_all"]([{"a": [1]}, {}]) == 2
        assert vars(vars(world)["tables"])["_count"]({"a": [1], "b": [], "c": []}) == 3
    with pytest.raises(LinkError) as caught:
        load_maps(abi.Map(abi.CHAR, abi.List(abi.U32)))
    assert caught.value.problems == (
        "its `count` differs: the parameter `table` its key is string, not char",
        "its `all` differs: the parameter `tables` its element its key is string, not char",
    )
    with pytest.raises(LinkError) as caught:
        load_maps(abi.Map(abi.STRING, abi.List(abi.U8)))
    assert caught.value.problems[0] == (
        "its `count` differs: the parameter `table` its value its element is u32, not u8"
    )


def test_all_that_is_missing_of_the_imports_is_said_at_once() -> None:
    assert problems(WORLD, Imports(None)) == [  # type: ignore[arg-type]
        "the imports lack `files`, for `tests:host/files@1.0.0`"
    ]

    class Some:
        log = "no function"

    assert problems(WORLD, Imports(Some())) == [  # type: ignore[arg-type]
        "`files` of the imports lacks the class `File`, for `[constructor]file`",
        "`files` of the imports lacks the class `File`, for `[static]file.count`",
        "`files` of the imports lacks `same`, for `same`",
        "`log` of `files` of the imports can't be called, for `log`",
    ]
    with pytest.raises(LinkError) as caught:
        World.load(world=WORLD, imports=Imports(None))  # type: ignore[arg-type]
    assert str(caught.value) == (
        "the imports do not fit the world `tests:guest/resources`\n"
        "  - the imports lack `files`, for `tests:host/files@1.0.0`"
    )


def test_a_package_for_another_runtime_is_to_be_regenerated() -> None:
    said = "regenerate it with `python -m wasmtime_bindgen INPUT --out-dir tests/resources`"
    with pytest.raises(LinkError, match=f"the package `tests.resources` was .*: {said}"):
        World.load(world=dataclasses.replace(WORLD, interface=999), imports=Imports(Files()))


@pytest.mark.parametrize(
    ("binary", "message"),
    [
        (b"", "is not a WebAssembly binary, and a component is expected"),
        (b"(component)", "is not a WebAssembly binary, and a component is expected"),
        (bytes(wat2wasm("(module)")), "is a core module, and a component is expected"),
        (bytes(wat2wasm("(component)"))[:-1] + b"\x07\xff\xff", "is not a valid component: "),
        (bytes(wat2wasm("(component)")) + b"\x01\x80\x80", "is not a valid component: "),
    ],
)
def test_what_is_no_component_is_refused(binary: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "app.wasm"
    path.write_bytes(binary)
    with pytest.raises(InvalidComponent) as caught:
        World._load_(WORLD, path, None, None, None, False)
    assert str(caught.value).startswith(f"{path} {message}")
    assert "\n" not in str(caught.value)
    assert "Caused by" not in str(caught.value)
    with pytest.raises(InvalidComponent) as named:
        World._load_(WORLD, Component(binary, name="app", cache=False), None, None, None, False)
    assert str(named.value).startswith(f"app {message}")


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Component(tmp_path / "none.wasm")


def test_a_package_without_its_component_says_so() -> None:
    with pytest.raises(LinkError, match=r"World embeds no component: give World.load\(\) one"):
        World._load_(WORLD, None, None, None, None, False)


NAMED_TWICE = """
(component
  (import "a:b/streams" (instance $streams (export "stream" (type (sub resource)))))
  (alias export $streams "stream" (type $stream))
  (import "a:b/types" (instance
    (alias outer 1 $stream (type $same))
    (export "stream" (type (eq $same))))))
"""


def test_a_resource_that_an_interface_only_names_anew_needs_nothing_of_the_host() -> None:
    streams = abi.InterfaceType(
        "a:b/streams",
        "streams",
        FileProtocol,
        resources=(abi.ResourceType("stream", FileProtocol),),
    )
    world = dataclasses.replace(WORLD, imports=(streams,), exports=())
    imports = SimpleNamespace(streams=SimpleNamespace())
    World._load_(world, bytes(wat2wasm(NAMED_TWICE)), imports, None, None, False)


def test_a_resource_of_the_world_without_functions_can_be_imported() -> None:
    binary = bytes(wat2wasm('(component (import "token" (type (sub resource))))'))
    token = abi.ResourceType("token", FileProtocol)
    world = dataclasses.replace(WORLD, imports=(), exports=(), resources=(token,))
    World._load_(world, binary, SimpleNamespace(FileProtocol=object), None, None, False)
