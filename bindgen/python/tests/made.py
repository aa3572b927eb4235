"""Imports, loads and calls packages of worlds that were made up: `python -m tests.made FOLDER`.

The generator's tests write them. A component in them traps when it is called.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, get_type_hints

from wasmtime_bindgen import Trap, abi
from wasmtime_bindgen.imports import attribute_of


def answer_nothing(*_arguments: object) -> None:
    """Stand for any function of the host."""


def implemented(funcs: Sequence[abi.Func], resources: Sequence[abi.ResourceType]) -> Any:
    """Return an object with all these functions, and a class for each resource."""
    made = SimpleNamespace()
    for func in funcs:
        if not func.name.startswith("["):
            setattr(made, func.python, answer_nothing)
    for resource in resources:
        methods = {
            func.python: staticmethod(answer_nothing) if kind == "[static" else answer_nothing
            for func in funcs
            for kind, _, rest in [func.name.partition("]")]
            if rest.partition(".")[0] == resource.name and kind in ("[method", "[static")
        }
        constructor = {"__init__": answer_nothing}
        class_ = type(resource.python.__name__, (), methods | constructor)
        setattr(made, attribute_of(resource), class_)
    return made


def imports_of(world: abi.WorldType) -> Any:
    """Return what the host provides, by what the descriptors say."""
    own = [item for item in world.imports if isinstance(item, abi.Func)]
    made = implemented(own, world.resources)
    for item in world.imports:
        if isinstance(item, abi.InterfaceType):
            provider = implemented(item.funcs, item.resources)
            wanted = {name for name in vars(item.cls) if not name.startswith("_")}
            assert wanted == set(vars(provider)), f"{item.name}: the protocol has {wanted}"
            setattr(made, item.python, provider)
    return made


def examine(name: str, folder: Path) -> ModuleType:
    """Import all of a package; every name and annotation in it means something."""
    package = import_module(name)
    for file in sorted(folder.glob("*.py")):
        module = package if file.stem == "__init__" else import_module(f"{name}.{file.stem}")
        for public in getattr(module, "__all__", []):
            value = getattr(module, public)
            if isinstance(value, type):
                get_type_hints(value)
    return package


def call(instance: Any, world: abi.WorldType) -> None:
    """Call what takes nothing: it traps, and says so."""
    plain = [(instance, item) for item in world.exports if isinstance(item, abi.Func)]
    for item in world.exports:
        if isinstance(item, abi.InterfaceType):
            plain += [(getattr(instance, item.python), func) for func in item.funcs]
    for owner, func in plain:
        if not func.params and not func.name.startswith("["):
            try:
                getattr(owner, func.python)()
            except Trap:
                return
            raise AssertionError(f"{func.name} did not trap")


def is_world(value: object) -> bool:
    """Return whether something is the class of a world."""
    return isinstance(value, type) and abi.World in value.__bases__


def main(folder: Path) -> None:
    """Try each package in a folder."""
    sys.path.insert(0, str(folder))
    tried = 0
    for path in sorted(path.parent for path in folder.glob("*/_wit.py")):
        print(path.name)
        package = examine(path.name, path)
        world = import_module(f"{path.name}._wit").WORLD
        if (path / "component.wasm").exists():
            classes: list[Any] = [value for value in vars(package).values() if is_world(value)]
            has_imports = bool(world.imports or world.resources)
            given = imports_of(world) if has_imports else None
            with classes[0].load(imports=given, cache=False) as instance:
                call(instance, world)
        tried += 1
    assert tried, f"{folder} has no packages"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
