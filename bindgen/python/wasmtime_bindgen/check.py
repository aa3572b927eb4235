"""Whether a component fits the world that a package was generated for.

What the runtime reports of a component's types is compared with the descriptors,
part by part, and every misfit is collected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import wasmtime
from wasmtime import component as wit

from . import component_types as c
from . import descriptors as d
from . import spelling
from .implementations import is_async, mismatch, of_object, wants_object
from .imports import attribute_of, provided

_SUPPLIED = re.compile(r"wasi:(io|clocks|filesystem|sockets|random|cli)/[^@]+@0\.2\.")
"""The interfaces that the runtime supplies; the generator leaves out the same (`support.rs`)."""


class Check:
    """Compares a component with a world.

    Args:
        component: The compiled component.
        engine: Its engine.
        world: The world.

    Attributes:
        problems: The misfits of the component that were found.
        lacking: Those of the imports that the user gave.
        unknown: The imports that nobody provides.
        wanted: What the component imports, as `imports.define` takes it.
        left_out: What it imports although the package leaves it out, likewise.
        wasi: Whether it imports something of WASI.
    """

    def __init__(
        self, component: wit.Component, engine: wasmtime.Engine, world: d.WorldType
    ) -> None:
        self.problems: list[str] = []
        self.lacking: list[str] = []
        self.unknown: list[str] = []
        self.wanted: dict[str, set[str]] = {}
        self.left_out: dict[str, set[str]] = {}
        self._not_made = {name: set(funcs) for name, funcs in world.left_out}
        self._world = world
        self._exports = c.exports(component, engine)
        known = {item.name for item in world.imports} | set(self._not_made)
        self._imports = c.imports(
            component, engine, wanted=lambda name: name in known or not _SUPPLIED.match(name)
        )
        self.wasi = any(name.startswith("wasi:") for name in self._imports)

    def exports(self) -> None:
        """Look for every export of the world in the component."""
        for item in self._world.exports:
            if isinstance(item, d.Func):
                self._function(self._exports, item, "it lacks")
                continue
            inner = self._interface(self._exports, item.name, "exports")
            if inner is not None:
                for func in item.funcs:
                    self._function(inner, func, f"its `{item.name}` lacks")

    def imports(self, imports: object) -> None:
        """Look for every import of the component in the world, and in what the user gave."""
        items = {item.name: item for item in self._world.imports}
        resources = {resource.name for resource in self._world.resources}
        for name, actual in self._imports.items():
            item = items.get(name)
            if isinstance(item, d.Func):
                if self._function(self._imports, item, "it lacks the import"):
                    self.wanted.setdefault("", set()).add(name)
                    self._provided(item, self._world.resources, imports, "the imports")
            elif isinstance(item, d.InterfaceType) and isinstance(actual, c.Interface):
                self._imported(item, actual.items, imports)
            elif isinstance(actual, c.Function) and self._is_left_out("", name, actual):
                pass
            elif isinstance(actual, c.Interface) and name in self._not_made:
                for inner, found in actual.items.items():
                    if isinstance(found, c.Function) and not self._is_left_out(name, inner, found):
                        self.problems.append(
                            f"it imports `{inner}` of `{name}`, which is not known"
                        )
            elif _SUPPLIED.match(name):
                # The runtime must not stand in for what the user replaced.
                if other := _other_version(name, list(items)):
                    self._misses(name, other)
            elif _has_to_be_provided(actual) and name not in resources:
                self._unknown(name, list(items))

    def _imported(
        self, item: d.InterfaceType, actual: Mapping[str, c.Item], imports: object
    ) -> None:
        provider = getattr(imports, item.python, None)
        where = f"`{item.python}` of the imports"
        if provider is None:
            self.lacking.append(f"the imports lack `{item.python}`, for `{item.name}`")
        elif any(wants_object(provider, f.python) for f in item.funcs if f.name in actual):
            self.lacking.append(
                f"{where} is the class {provider.__name__}, and an object of it is expected"
            )
            provider = None
        names = self.wanted[item.name] = set()
        funcs = {func.name: func for func in item.funcs}
        for name, found in actual.items():
            if not isinstance(found, c.Function):
                pass  # a resource, or the name of a type
            elif self._is_left_out(item.name, name, found):
                pass
            elif name not in funcs:
                self.problems.append(f"it imports `{name}` of `{item.name}`, which is not known")
            elif self._function(actual, funcs[name], f"its `{item.name}` lacks"):
                names.add(name)
                if provider is not None:
                    self._provided(funcs[name], item.resources, provider, where)

    def _is_left_out(self, interface: str, name: str, found: c.Function) -> bool:
        """Return whether the package leaves an import out; if so, note it."""
        if name not in self._not_made.get(interface, ()):
            return False
        if found.is_async:
            where = f" of `{interface}`" if interface else ""
            self.problems.append(
                f"it imports the async function `{name}`{where}, and Python can't give it one"
            )
        else:
            self.left_out.setdefault(interface, set()).add(name)
        return True

    def _provided(
        self, func: d.Func, resources: tuple[d.ResourceType, ...], provider: object, where: str
    ) -> None:
        if func.name.startswith("["):
            self._of_class(func, resources, provider, where)
            return
        try:
            found: Any = provided(func, resources, provider)
        except AttributeError:
            self._lacks(where, f"`{func.python}`", func)
            return
        self._callable(found, f"`{func.python}` of {where}", func)

    def _of_class(
        self, func: d.Func, resources: tuple[d.ResourceType, ...], provider: object, where: str
    ) -> None:
        """Look for a constructor, method or static function of a resource of the host's."""
        kind, _, rest = func.name.removeprefix("[").partition("]")
        resource = next(r for r in resources if r.name == rest.partition(".")[0])
        name = attribute_of(resource)
        class_: Any = getattr(provider, name, None)
        if kind == "method":
            # Without a class in view, objects may be of any.
            is_judged = isinstance(class_, type) and not hasattr(class_, "__getattr__")
        elif class_ is None:
            self._lacks(where, f"the class `{name}`", func)
            return
        else:
            is_judged = kind == "static"
        if kind == "constructor":
            self._callable(class_, f"`{name}` of {where}", func)
        elif is_judged and not hasattr(class_, func.python):
            self._lacks(f"`{name}` of {where}", f"`{func.python}`", func)
        elif is_judged:
            found = getattr(class_, func.python)
            judged = found if kind == "static" else of_object(class_, func.python)
            self._callable(found, f"`{func.python}` of `{name}` of {where}", func, judged)

    def _callable(self, found: Any, what: str, func: d.Func, judged: Any = None) -> None:
        """Look whether what implements a function can be called; whatever the types say.

        Args:
            found: What implements it.
            what: What messages call it.
            func: The function.
            judged: What takes the function's parameters, if that is not `found`.
        """
        passed = [name.replace("-", "_") for name, _ in func.params]
        if not callable(found):
            self.lacking.append(f"{what} can't be called, for `{func.name}`")
        elif is_async(found):
            self.lacking.append(
                f"{what} is an `async def`, and a plain function is expected, for `{func.name}`"
            )
        elif why := mismatch(judged or found, passed):
            self.lacking.append(f"{what} {why}, for `{func.name}`")

    def _lacks(self, where: str, what: str, func: d.Func) -> None:
        verb = "lack" if where == "the imports" else "lacks"
        self.lacking.append(f"{where} {verb} {what}, for `{func.name}`")

    def _unknown(self, name: str, known: list[str]) -> None:
        if other := _other_version(name, known):
            self._misses(name, other)
            return
        self.unknown.append(name)
        self.problems.append(f"it imports `{name}`, which the package doesn't know")

    def _misses(self, name: str, other: str) -> None:
        self.unknown.append(name)
        self.problems.append(f"it imports `{name}`, and the package was generated for `{other}`")

    def _interface(
        self, items: Mapping[str, c.Item], name: str, verb: str
    ) -> Mapping[str, c.Item] | None:
        if name not in items:
            other = _other_version(name, list(items))
            self.problems.append(
                f"it {verb} `{other}`, and `{name}` is expected"
                if other
                else f"it does not {verb.removesuffix('s')} `{name}`"
            )
            return None
        actual = items[name]
        if not isinstance(actual, c.Interface):
            self.problems.append(f"its `{name}` is no interface")
            return None
        return actual.items

    def _function(self, items: Mapping[str, c.Item], func: d.Func, lacking: str) -> bool:
        """Compare a function; return whether it fits."""
        if func.name not in items:
            self.problems.append(f"{lacking} `{spelling.function(func)}`")
            return False
        actual = items[func.name]
        if not isinstance(actual, c.Function):
            self.problems.append(f"its `{func.name}` is no function")
            return False
        if len(actual.params) != len(func.params):
            self.problems.append(
                f"its `{func.name}` takes {len(actual.params)} parameters, and {len(func.params)}"
                " are expected"
            )
            return False
        reasons = [
            f"the parameter `{name}` {reason}"
            for (name, type_), (_, found) in zip(func.params, actual.params, strict=True)
            if (reason := _misfit(type_, found))
        ]
        if (func.result is None) != (actual.result is None):
            reasons.append("has a result" if func.result is None else "has no result")
        elif reason := _misfit(func.result, actual.result):
            reasons.append(f"the result {reason}")
        self.problems += [f"its `{func.name}` differs: {reason}" for reason in reasons]
        return not reasons


def _has_to_be_provided(actual: c.Item) -> bool:
    """Return whether an import is a function, or an interface that has one.

    The resources of an interface may be those of another one, under a second name.
    """
    if isinstance(actual, c.Interface):
        return any(isinstance(item, c.Function) for item in actual.items.values())
    return isinstance(actual, c.Function)


def _other_version(name: str, names: list[str]) -> str | None:
    stem = name.partition("@")[0]
    return next((other for other in names if other.partition("@")[0] == stem), None)


def _misfit(expected: d.ValType | None, actual: c.Type | None) -> str:
    """Return why a type is another one; empty if it is the same."""
    if expected is None or actual is None:
        return "" if expected is None and actual is None else "has a part too many or too few"
    kind = expected.name if isinstance(expected, d.Primitive) else _KINDS[type(expected)]
    if actual.kind != kind:
        return f"is {actual.kind}, not {kind}"
    found, wanted = actual.parts, _parts(expected)
    names = [name for name, _ in found]
    if names != [name for name, _, _ in wanted]:
        return f"has the names {', '.join(names)}" if any(names) else f"has {len(names)} items"
    return next(
        (
            what + why
            for (_, what, type_), (_, part) in zip(wanted, found, strict=True)
            if (why := _misfit(type_, part))
        ),
        "",
    )


def _parts(type_: d.ValType) -> list[tuple[str, str, d.ValType | None]]:
    """Return the name of each part, what messages call it, and its type."""
    match type_:
        case d.Record():
            return [(name, f"its `{name}` ", part) for name, part in type_.fields]
        case d.Variant():
            return [(name, f"its `{name}` ", part) for name, _, part in type_.cases]
        case d.Enum():
            return [(member.value, "", None) for member in type_.python]
        case d.Flags():
            return [(name, "", None) for name in type_.names]
        case d.Tuple():
            return [("", "an item ", part) for part in type_.items]
        case d.List():
            return [("", "its element ", type_.element)]
        case d.Option():
            return [("", "its payload ", type_.payload)]
        case d.Result():
            return [("", "its ok ", type_.ok), ("", "its error ", type_.err)]
        case d.Map():
            return [("", "its key ", type_.key), ("", "its value ", type_.value)]
        case d.Primitive() | d.Own() | d.Borrow():  # a resource has no name here
            return []


_KINDS: dict[type, str] = {
    kind: kind.__name__.lower()
    for kind in (
        *(d.List, d.Tuple, d.Record, d.Variant, d.Enum, d.Flags, d.Option, d.Result),
        *(d.Own, d.Borrow, d.Map),
    )
}
