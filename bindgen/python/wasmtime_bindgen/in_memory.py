"""Bindings without files, for a notebook or the REPL: the same generator, in memory."""

from __future__ import annotations

import importlib
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from .binary import Binary, path_or_bytes
from .errors import LinkError, WrongType
from .settings import Limits, Wasi

if TYPE_CHECKING:
    from .descriptors import WorldType
    from .generate import Package
    from .inputs import Inputs


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
    replace: Sequence[str] = (),
) -> Any:
    """Return an instance of a component, with what it exports as methods and attributes.

    It is what `load()` of the generated world class returns; types and
    exceptions are found in `bindings`, called with the same component and WIT.

    Args:
        component: Its path, or the component itself.
        wit: The path of its WIT, which gives docs and the names of the world.
        world: The world, where the WIT has several.
        imports: What the component imports: an object, or a mapping, with what the
            generated dataclass of imports has. A mapping may also have the name of an
            interface of WASI, such as `wasi:random/random`, to replace the runtime's.
        wasi: What it finds of the outside world; nothing by default.
        limits: How much it may use.
        cache: Whether compiled code is kept for the next process.
        skip_unsupported: Leave out functions that can't be called.
        replace: The interfaces of WASI that are part of the imports, instead of
            supplied by the runtime.

    Raises:
        InvalidComponent: If it is no component.
        InvalidWit: If the WIT can't be used.
        LinkError: If component, WIT and imports don't fit together.
        UnsupportedFeature: If it has functions that can't be called.
        Trap: If it traps when it starts.
        OSError: If a file can't be read.
    """

    def bound(more: Iterable[str] = ()) -> tuple[ModuleType, str]:
        names = tuple(sorted({*_names(replace), *more}))
        return _bindings(component, wit, world, skip_unsupported, names, cache)

    if isinstance(imports, Mapping) and imports:
        (module, class_), imports = _given(imports, bound)
    else:
        module, class_ = bound()
        imports = imports or None
    return getattr(module, class_).load(imports=imports, wasi=wasi, limits=limits, cache=cache)


def bindings(
    component: Binary,
    *,
    wit: str | os.PathLike[str] | None = None,
    world: str | None = None,
    skip_unsupported: bool = False,
    replace: Sequence[str] = (),
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
        replace: The interfaces of WASI that are part of the imports, instead of
            supplied by the runtime.

    Raises:
        InvalidComponent: If it is no component.
        InvalidWit: If the WIT can't be used.
        LinkError: If component and WIT don't fit together.
        UnsupportedFeature: If it has functions that can't be called.
        OSError: If a file can't be read.
    """
    names = tuple(sorted({*_names(replace)}))
    return _bindings(component, wit, world, skip_unsupported, names)[0]


def _names(replace: Sequence[str]) -> Sequence[str]:
    if isinstance(cast("object", replace), str):
        raise WrongType(f"replace: {replace!r} is a str, and a sequence of them is wanted")
    return replace


def _given(
    imports: Mapping[str, object], bound: Callable[[Iterable[str]], tuple[ModuleType, str]]
) -> tuple[tuple[ModuleType, str], object]:
    """Return the package in which all that is given has a place, and the object for its `load`.

    A name that is no attribute of the imports is that of an interface of WASI:
    the package is then the one in which that is an import like any other.

    Raises:
        LinkError: If there is no such interface.
    """
    from .generate import NotSupplied

    replaced: list[str] = []
    found = bound(())
    places = _places(found[0], replaced)
    if more := [name for name in imports if name not in places]:
        replaced += more
        try:
            found = bound(replaced)
        except NotSupplied as error:
            raise _unused(more, [*places, *error.supplied]) from None
        except LinkError as error:
            raise LinkError(f"the imports have {_listed(more)}: {error}") from None
        places = _places(found[0], replaced)
    if astray := [name for name in imports if name not in places]:
        raise LinkError(f"the imports have `{astray[0]}`, which is not one interface: name it")
    return found, SimpleNamespace(**{places[name]: given for name, given in imports.items()})


def _unused(given: list[str], known: Sequence[str]) -> LinkError:
    """Return the error for imports that are none of the world's, and no interfaces of WASI."""
    can_be = (
        f"it can be given {_listed(known)}" if known else "it imports nothing that can be given"
    )
    return LinkError(
        f"the imports have {_listed(given)}, and the world imports nothing of that name: {can_be}"
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _places(module: ModuleType, replaced: Iterable[str]) -> dict[str, str]:
    """Return the attribute of the imports for each name that can be given."""
    from .imports import attribute_of

    world: WorldType = module._wit.WORLD
    places = {attribute_of(resource): attribute_of(resource) for resource in world.resources}
    for item in world.imports:
        if not item.name.startswith("["):
            places[item.python] = item.python
    for item in world.imports:
        full = item.name
        stem, _, _ = full.partition("@")
        for name in replaced:
            if name in (full, stem) or name.replace("_", "-") == stem.partition("/")[2]:
                places.setdefault(name, item.python)
    return places


_lock = threading.RLock()  # a finalizer may ask for one while another is made
_packages: dict[str, tuple[ModuleType, str]] = {}
"""The packages of this process, with the names of their worlds' classes."""


def _bindings(
    component: Binary,
    wit: str | os.PathLike[str] | None,
    world: str | None,
    skip_unsupported: bool,
    replace: tuple[str, ...],
    cache: bool = True,
) -> tuple[ModuleType, str]:
    from .generate import generate

    inputs = _inputs(component, wit)
    key = _digest(inputs, world, skip_unsupported, replace)
    with _lock:
        if key not in _packages:
            package = generate(
                inputs,
                world=world,
                skip_unsupported=skip_unsupported,
                replace=replace,
                cache=cache,
            )
            module = _imported(_name(inputs.name, key), package)
            _packages[key] = module, package.class_
        return _packages[key]


def _inputs(component: Binary, wit: str | os.PathLike[str] | None) -> Inputs:
    from .inputs import Inputs, read, read_wit

    given = path_or_bytes(component)
    if not isinstance(given, bytes):
        return read(given, wit)
    return Inputs("the component", given, () if wit is None else read_wit(wit))


def _digest(
    inputs: Inputs, world: str | None, skip_unsupported: bool, replace: tuple[str, ...]
) -> str:
    options = (world, skip_unsupported, replace, inputs.component is None)
    digest = sha256(repr(options).encode())
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
