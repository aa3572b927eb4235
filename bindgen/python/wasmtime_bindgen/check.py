"""Whether a component fits the world that a package was generated for.

What the runtime reports of a component's types is compared with the descriptors,
part by part, and every misfit is collected.
"""

from __future__ import annotations

import re
from typing import Any

import wasmtime
from wasmtime import component as wit

from . import descriptors as d
from . import spelling
from .imports import attribute_of, provided

_SUPPLIED = re.compile(r"wasi:(io|clocks|filesystem|sockets|random|cli)/")
"""The interfaces that the runtime supplies."""


class Check:
    """Compares a component with a world.

    Args:
        component: The compiled component.
        engine: Its engine.
        world: The world.

    Attributes:
        problems: The misfits that were found.
        unknown: The imports that nobody provides.
        wanted: What the component imports, as `imports.define` takes it.
        wasi: Whether it imports something of WASI.
    """

    def __init__(
        self, component: wit.Component, engine: wasmtime.Engine, world: d.WorldType
    ) -> None:
        self.problems: list[str] = []
        self.unknown: list[str] = []
        self.wanted: dict[str, set[str]] = {}
        self._engine = engine
        self._world = world
        kind = component.type
        self._exports, self._imports = kind.exports(engine), kind.imports(engine)
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
        for name, extern in self._imports.items():
            actual, item = _type(extern), items.get(name)
            if isinstance(item, d.Func):
                if self._function(self._imports, item, "it lacks the import"):
                    self.wanted.setdefault("", set()).add(name)
                    self._provided(item, self._world.resources, imports, "the imports")
            elif isinstance(item, d.InterfaceType) and isinstance(
                actual, wit.ComponentInstanceType
            ):
                self._imported(item, actual.exports(self._engine), imports)
            elif (
                isinstance(actual, (wit.FuncType, wit.ComponentInstanceType))
                and not _SUPPLIED.match(name)
                and name not in resources
                and not self._is_types_only(actual)
            ):
                self._unknown(name, list(items))

    def _is_types_only(self, actual: Any) -> bool:
        """Return whether an import is an interface that nobody has to provide."""
        if not isinstance(actual, wit.ComponentInstanceType):
            return False
        items = [_type(extern) for extern in actual.exports(self._engine).values()]
        return not any(isinstance(item, (wit.FuncType, wit.ResourceType)) for item in items)

    def _imported(self, item: d.InterfaceType, actual: dict[str, Any], imports: object) -> None:
        provider = getattr(imports, item.python, None)
        if provider is None:
            self.problems.append(f"the imports lack `{item.python}`, for `{item.name}`")
        names = self.wanted[item.name] = set()
        funcs = {func.name: func for func in item.funcs}
        for name, extern in actual.items():
            if not isinstance(_type(extern), wit.FuncType):
                pass  # a resource, or the name of a type
            elif name not in funcs:
                self.problems.append(f"it imports `{name}` of `{item.name}`, which is not known")
            elif self._function(actual, funcs[name], f"its `{item.name}` lacks"):
                names.add(name)
                if provider is not None:
                    self._provided(
                        funcs[name], item.resources, provider, f"`{item.python}` of the imports"
                    )

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
        if not callable(found):  # whatever the types say
            self.problems.append(f"`{func.python}` of {where} can't be called, for `{func.name}`")

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
        if is_judged and not hasattr(class_, func.python):
            self._lacks(f"`{name}` of {where}", f"`{func.python}`", func)

    def _lacks(self, where: str, what: str, func: d.Func) -> None:
        verb = "lack" if where == "the imports" else "lacks"
        self.problems.append(f"{where} {verb} {what}, for `{func.name}`")

    def _unknown(self, name: str, known: list[str]) -> None:
        other = _other_version(name, known)
        self.unknown.append(name)
        self.problems.append(
            f"it imports `{name}`, and the package was generated for `{other}`"
            if other
            else f"it imports `{name}`, which the package doesn't know"
        )

    def _interface(self, items: dict[str, Any], name: str, verb: str) -> dict[str, Any] | None:
        if name not in items:
            other = _other_version(name, list(items))
            self.problems.append(
                f"it {verb} `{other}`, and `{name}` is expected"
                if other
                else f"it does not {verb.removesuffix('s')} `{name}`"
            )
            return None
        actual = _type(items[name])
        if not isinstance(actual, wit.ComponentInstanceType):
            self.problems.append(f"its `{name}` is no interface")
            return None
        found: dict[str, Any] = actual.exports(self._engine)
        return found

    def _function(self, items: dict[str, Any], func: d.Func, lacking: str) -> bool:
        """Compare a function; return whether it fits."""
        if func.name not in items:
            self.problems.append(f"{lacking} `{spelling.function(func)}`")
            return False
        actual = _type(items[func.name])
        if not isinstance(actual, wit.FuncType):
            self.problems.append(f"its `{func.name}` is no function")
            return False
        try:
            types, result = [type_ for _, type_ in actual.params], actual.result
        except TypeError:
            return True  # it has a type that wasmtime-py can't report: a map
        expected = [type_ for _, type_ in func.params]
        if len(types) != len(expected):
            self.problems.append(
                f"its `{func.name}` takes {len(types)} parameters, and {len(expected)} are expected"
            )
            return False
        reasons = [
            f"the parameter `{name}` {reason}"
            for (name, type_), found in zip(func.params, types, strict=True)
            if (reason := _misfit(type_, found))
        ]
        if (func.result is None) != (result is None):
            reasons.append("has a result" if func.result is None else "has no result")
        elif func.result is not None and (reason := _misfit(func.result, result)):
            reasons.append(f"the result {reason}")
        self.problems += [f"its `{func.name}` differs: {reason}" for reason in reasons]
        return not reasons


def _type(extern: Any) -> Any:
    """Return what an import or export is; wasmtime-py wraps it since version 50."""
    return getattr(extern, "ty", extern)


def _other_version(name: str, names: list[str]) -> str | None:
    stem = name.partition("@")[0]
    return next((other for other in names if other.partition("@")[0] == stem), None)


def _misfit(expected: d.ValType | None, actual: Any) -> str:
    """Return why a type is another one; empty if it is the same."""
    if expected is None or actual is None:
        return "" if expected is None and actual is None else "has a part too many or too few"
    if isinstance(expected, d.Primitive):
        return "" if _word(actual) == expected.name else f"is {_word(actual)}, not {expected.name}"
    if _word(actual) != _KINDS[type(expected)]:
        return f"is {_word(actual)}, not {_KINDS[type(expected)]}"
    if isinstance(expected, (d.Enum, d.Flags)):
        names = (
            [member.value for member in expected.python]
            if isinstance(expected, d.Enum)
            else list(expected.names)
        )
        return "" if list(actual.names) == names else f"has the names {', '.join(actual.names)}"
    return _parts(expected, actual)


def _parts(expected: Any, actual: Any) -> str:
    pairs: list[tuple[str, d.ValType | None, Any]]
    mine: list[tuple[str, Any]]
    if isinstance(expected, (d.Record, d.Variant)):
        if isinstance(expected, d.Record):
            mine, theirs = list(expected.fields), actual.fields
        else:
            mine, theirs = [(name, part) for name, _, part in expected.cases], actual.cases
        if [name for name, _ in mine] != [name for name, _ in theirs]:
            return f"has the parts {', '.join(name for name, _ in theirs)}"
        pairs = [
            (f"its `{name}` ", part, found)
            for (name, part), (_, found) in zip(mine, theirs, strict=True)
        ]
    elif isinstance(expected, d.Tuple):
        if len(expected.items) != len(actual.elements):
            return f"has {len(actual.elements)} items"
        pairs = [("an item ", *pair) for pair in zip(expected.items, actual.elements, strict=True)]
    elif isinstance(expected, d.List):
        pairs = [("its element ", expected.element, actual.element)]
    elif isinstance(expected, d.Option):
        pairs = [("its payload ", expected.payload, actual.payload)]
    elif isinstance(expected, d.Result):
        pairs = [("its ok ", expected.ok, actual.ok), ("its error ", expected.err, actual.err)]
    else:
        pairs = []  # a resource has no name here
    return next((what + why for what, mine, found in pairs if (why := _misfit(mine, found))), "")


_KINDS: dict[type, str] = {
    kind: kind.__name__.lower()
    for kind in (
        *(d.List, d.Tuple, d.Record, d.Variant, d.Enum, d.Flags, d.Option, d.Result),
        *(d.Own, d.Borrow, d.Map),
    )
}


def _word(actual: Any) -> str:
    return type(actual).__name__.removesuffix("Type").lower()
