"""`load` and `bindings`: a component in a notebook or the REPL, without files."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import subprocess
import sys
import traceback
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import wasmtime_bindgen
from wasmtime_bindgen import InvalidComponent, InvalidWit, LinkError, UnsupportedFeature

from .generated import CASES, GUESTS, add, generate


def guest(case: str) -> Path:
    path = GUESTS / f"{case}.wasm"
    if not path.is_file():
        pytest.skip(f"{path} is not built")
    return path


def test_a_component_is_loaded_from_a_path_or_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "add.wasm"
    path.write_bytes(add())
    for source in (path, str(path), add(), bytearray(add()), memoryview(add())):
        with wasmtime_bindgen.load(source) as root:
            assert root.add.add(1, 2) == 3
            assert type(root).__name__ == "Root"
    assert set(tmp_path.iterdir()) == {path}


def test_the_types_are_those_of_the_bindings() -> None:
    path, wit = guest("variants"), CASES / "variants"
    variants = wasmtime_bindgen.bindings(path, wit=wit)
    with wasmtime_bindgen.load(path, wit=wit) as world:
        assert type(world) is variants.Variants
        triangle = variants.ShapePolygon([variants.Point(x, x * x) for x in range(3)])
        assert variants.shapes.Point is variants.Point
        assert world.shapes.corners(triangle) == 3
        assert world.shapes.echo_shape(variants.ShapeEmpty()) == variants.ShapeEmpty()
    with variants.Variants.load() as world:
        assert world.shapes.corners(triangle) == 3


def test_the_source_is_what_the_command_writes(tmp_path: Path) -> None:
    package = generate("resources", tmp_path, guest=False)
    resources = wasmtime_bindgen.bindings(CASES / "resources")
    for module, name in ((resources, "__init__.py"), (resources.counters, "counters.py")):
        assert inspect.getsource(module) == (package / name).read_text()
    with pytest.raises(LinkError, match="embeds no component"):
        resources.Resources.load()


def test_a_package_can_be_reloaded_and_imported_by_name() -> None:
    package = wasmtime_bindgen.bindings(add())
    assert importlib.import_module(package.__name__) is package
    assert importlib.reload(package) is package
    with package.Root.load() as root:
        assert root.add.add(1, 2) == 3
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"{package.__name__}.nothing")


def test_imports_are_the_generated_class_or_anything_alike() -> None:
    path, wit = guest("world_level"), CASES / "world-level"
    bindings = wasmtime_bindgen.bindings(path, wit=wit)

    def move(point: object, _by: object) -> object:
        return point

    for imports in (
        bindings.WorldLevelImports(move=move),
        {"move": move},
        SimpleNamespace(move=move),
    ):
        with wasmtime_bindgen.load(path, wit=wit, imports=imports) as world:
            start = bindings.Point(1, 2)
            assert world.walk(start, [bindings.MotionStay()]) == [start, start]
    with pytest.raises(LinkError, match=r"^the imports do not fit the world"):
        wasmtime_bindgen.load(path, wit=wit)


def test_errors_are_those_of_the_exception_tree() -> None:
    with pytest.raises(InvalidComponent, match="is neither a component"):
        wasmtime_bindgen.load(b"hello")
    with pytest.raises(InvalidComponent, match="not valid"):
        wasmtime_bindgen.load(add()[:-3])
    with pytest.raises(LinkError, match="does not fit the world `records`"):
        wasmtime_bindgen.load(add(), wit=CASES / "records")
    with pytest.raises(InvalidWit, match="is not known"):
        wasmtime_bindgen.load(add(), world="nope")
    with pytest.raises(UnsupportedFeature, match="async"):
        wasmtime_bindgen.bindings(CASES / "unsupported")
    with pytest.raises(FileNotFoundError):
        wasmtime_bindgen.load("no.wasm")
    for no_source in (5, None, [0]):
        with pytest.raises(TypeError, match="a path or bytes are expected"):
            wasmtime_bindgen.load(no_source)  # type: ignore[arg-type]
    tasks = wasmtime_bindgen.bindings(CASES / "unsupported", skip_unsupported=True)
    assert tasks.Unsupported.__doc__


def test_a_str_is_no_list_of_interfaces_to_replace() -> None:
    with pytest.raises(TypeError, match="replace: 'wasi:random' is a str, and a sequence of them"):
        wasmtime_bindgen.bindings(guest("console"), replace="wasi:random")


def test_an_import_that_is_interrupted_can_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(name: str) -> ModuleType:
        if name.endswith(".shapes"):
            raise KeyboardInterrupt
        return imported(name)

    imported = importlib.import_module
    before = set(sys.modules)
    with monkeypatch.context() as patch:
        patch.setattr(importlib, "import_module", interrupted)
        with pytest.raises(KeyboardInterrupt):
            wasmtime_bindgen.bindings(CASES / "variants")
    assert not [name for name in set(sys.modules) - before if name.startswith("variants_")]
    assert wasmtime_bindgen.bindings(CASES / "variants").ShapeCircle(1.0).value == 1.0


def test_a_traceback_shows_generated_lines() -> None:
    with wasmtime_bindgen.load(add()) as root, pytest.raises(TypeError) as caught:
        root.add.add("1", 2)
    assert "return self._add(x, y)" in "".join(traceback.format_exception(caught.value))


def test_it_works_where_an_event_loop_runs() -> None:
    async def cell() -> int:
        with wasmtime_bindgen.load(add()) as root:
            here: int = root.add.add(1, 2)
            there: int = await asyncio.to_thread(root.add.add, 3, 4)
            return here + there

    assert asyncio.run(cell()) == 10


def test_it_works_in_the_repl(tmp_path: Path) -> None:
    (tmp_path / "add.wasm").write_bytes(add())
    done = subprocess.run(
        [sys.executable, "-i", "-q"],
        input='import wasmtime_bindgen\nroot = wasmtime_bindgen.load("add.wasm")\n'
        "root.add.add(1, 2)\nroot.add.add\n",
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[0]) == (0, "3"), done.stderr
    assert lines[1].startswith("<bound method Add.add of <add_")
