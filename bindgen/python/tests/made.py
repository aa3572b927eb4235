"""Imports, loads and calls packages of worlds that were made up: `python -m tests.made FOLDER`.

The generator's tests write them. A component in them traps when it is called.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

from wasmtime_bindgen import Trap, abi

from .host import implemented


def answer_nothing(*_arguments: object) -> None:
    """Stand for any function of the host."""


def function_of(_owner: abi.InterfaceType | None, _func: abi.Func) -> Any:
    """Return what implements a function."""
    return answer_nothing


def class_of(
    _owner: abi.InterfaceType | None, resource: abi.ResourceType, funcs: Sequence[abi.Func]
) -> type[Any]:
    """Return what implements a resource."""
    methods: dict[str, Any] = {"__init__": answer_nothing}
    for func in funcs:
        if func.name.startswith("[static]"):
            methods[func.python] = staticmethod(answer_nothing)
        elif func.name.startswith("[method]"):
            methods[func.python] = answer_nothing
    return type(resource.python.__name__, (), methods)


def imports_of(world: abi.WorldType) -> Any:
    """Return what the host provides, by what the descriptors say."""
    made = implemented(world, function_of, class_of)
    for item in world.imports:
        if isinstance(item, abi.InterfaceType):
            wanted = {name for name in vars(item.cls) if not name.startswith("_")}
            given = set(vars(getattr(made, item.python)))
            assert wanted == given, f"{item.name}: the protocol has {wanted}"
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
            with classes[0].load(imports=imports_of(world), cache=False) as instance:
                call(instance, world)
        tried += 1
    assert tried, f"{folder} has no packages"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
