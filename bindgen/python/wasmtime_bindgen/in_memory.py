"""Bindings without files, for a notebook or the REPL: the same generator, in memory."""

from __future__ import annotations

import importlib
import os
import re
import sys
import threading
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

from .settings import Limits, Wasi

if TYPE_CHECKING:
    from .generate import Package
    from .inputs import Inputs

Binary: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview
"""The path of a component, or the component itself."""


def load(
    component: Binary,
    *,
    wit: str | os.PathLike[str] | None = None,
    world: str | None = None,
    imports: object | None = None,
    wasi: Wasi | None = None,
    limits: Limits | None = None,
    cache: bool = True,
    skip_unsupported: bool = False,
) -> Any:
    """Return an instance of a component, with what it exports as methods and attributes.

    It is what `load()` of the generated world class returns; types and
    exceptions are found in `bindings`, called with the same component and WIT.

    Args:
        component: Its path, or the component itself.
        wit: The path of its WIT, which gives docs and the names of the world.
        world: The world, where the WIT has several.
        imports: What the component imports: an object, or a mapping, with what the
            generated dataclass of imports has.
        wasi: What it finds of the outside world; nothing by default.
        limits: How much it may use.
        cache: Whether compiled code is kept for the next process.
        skip_unsupported: Leave out functions that can't be called.

    Raises:
        InvalidComponent: If it is no component.
        InvalidWit: If the WIT can't be used.
        LinkError: If component, WIT and imports don't fit together.
        UnsupportedFeature: If it has functions that can't be called.
        Trap: If it traps when it starts.
        OSError: If a file can't be read.
    """
    module, class_ = _bindings(component, wit, world, skip_unsupported)
    if isinstance(imports, Mapping):
        imports = SimpleNamespace(**imports)
    return getattr(module, class_).load(imports=imports, wasi=wasi, limits=limits, cache=cache)


def bindings(
    component: Binary,
    *,
    wit: str | os.PathLike[str] | None = None,
    world: str | None = None,
    skip_unsupported: bool = False,
) -> Any:
    """Return the package that the command would write for a component, as a module.

    The same component and WIT give the same module, so that values of its types
    fit every instance.

    Args:
        component: Its path, or the component itself. A path of WIT gives the
            bindings alone: its world's `load` is then given a component.
        wit: The path of its WIT, which gives docs and the names of the world.
        world: The world, where the WIT has several.
        skip_unsupported: Leave out functions that can't be called.

    Raises:
        InvalidComponent: If it is no component.
        InvalidWit: If the WIT can't be used.
        LinkError: If component and WIT don't fit together.
        UnsupportedFeature: If it has functions that can't be called.
        OSError: If a file can't be read.
    """
    return _bindings(component, wit, world, skip_unsupported)[0]


_lock = threading.Lock()
_packages: dict[str, tuple[ModuleType, str]] = {}
"""The packages of this process, with the names of their worlds' classes."""


def _bindings(
    component: Binary,
    wit: str | os.PathLike[str] | None,
    world: str | None,
    skip_unsupported: bool,
) -> tuple[ModuleType, str]:
    from .generate import generate

    inputs = _inputs(component, wit)
    key = _digest(inputs, world, skip_unsupported)
    with _lock:
        if key not in _packages:
            package = generate(inputs, world=world, skip_unsupported=skip_unsupported)
            module = _imported(_name(inputs.name, key), package)
            _packages[key] = module, package.class_
        return _packages[key]


def _inputs(component: Binary, wit: str | os.PathLike[str] | None) -> Inputs:
    from .inputs import Inputs, read, read_wit

    if isinstance(component, (str, os.PathLike)):
        return read(component, wit)
    return Inputs(
        "the component", bytes(memoryview(component)), () if wit is None else read_wit(wit)
    )


def _digest(inputs: Inputs, world: str | None, skip_unsupported: bool) -> str:
    digest = sha256(repr((world, skip_unsupported, inputs.component is None)).encode())
    for name, data in (("", inputs.component or b""), *((f.path, f.data) for f in inputs.wit)):
        for part in (name.encode(), bytes(data)):
            digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


def _name(path: str, digest: str) -> str:
    """Return a name for the package that tells a reader of a traceback where it is from."""
    stem = re.sub(r"\W", "_", Path(path).stem)
    return f"{stem}_{digest[:12]}" if stem[:1].isalpha() else f"_{stem}_{digest[:12]}"


def _imported(name: str, package: Package) -> ModuleType:
    from .finder import Finder  # its base classes are slow to import

    finder = Finder(name, package.files)
    sys.meta_path.append(finder)  # to stay: `importlib.reload` asks for it
    try:
        module = importlib.import_module(name)
        for file in package.files:
            if file.endswith(".py") and file != "__init__.py":
                importlib.import_module(f"{name}.{file.removesuffix('.py')}")
    except BaseException:
        sys.meta_path.remove(finder)
        for imported in [n for n in sys.modules if n == name or n.startswith(f"{name}.")]:
            del sys.modules[imported]
        raise
    return module
