"""What the guests import, for Python: functions and classes that answer as they are told.

The Rust host of `bindgen/reference` gives the same answers, and is asked the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from wasmtime_bindgen import Err, Ok, abi
from wasmtime_bindgen.imports import attribute_of

from .reference import written


class Object:
    """A resource of the host's; the tests know it by its number."""

    number: int


def number_of(value: Any, _kind: str) -> int:
    """Return the number of a resource of the host's."""
    assert isinstance(value, Object), f"{value} was not expected"
    return value.number


class Host:
    """The imports of one instance.

    Args:
        world: The world of the package.
        types: The types of the imported functions by their names, as the reference describes them.
        answer: Returns what an imported function returns, from its name and its descriptor.

    Attributes:
        asked: The calls, written; dropping a resource of the host's is one.
        answered: What was returned to them, likewise.
        objects: The resources of the host's; there is some of each type.
    """

    def __init__(
        self, world: abi.WorldType, types: Any, answer: Callable[[str, abi.Func], Any]
    ) -> None:
        self.asked: list[Any] = []
        self.answered: list[Any] = []
        self.objects: dict[abi.ResourceType, list[Any]] = {}
        self._types, self._answer = types, answer
        self._numbers = itertools.count()
        self._world = world

    def imports(self) -> SimpleNamespace | None:
        """Return what a package is given as its imports."""
        return implemented(self._world, self._function, self._class)

    def begin(self) -> None:
        """Forget the calls that were made so far."""
        self.asked.clear()
        self.answered.clear()

    def _class(
        self,
        owner: abi.InterfaceType | None,
        resource: abi.ResourceType,
        funcs: Sequence[abi.Func],
    ) -> type[Object]:
        there = self.objects[resource] = []

        def add(value: Object) -> None:
            value.number = next(self._numbers)
            there.append(value)

        def drop(value: Object) -> None:
            self.asked.append([full(owner, f"[resource-drop]{resource.name}"), [value.number]])

        methods: dict[str, Any] = {"drop": drop}
        for func in funcs:
            if func.name.startswith("[constructor]"):
                methods["__init__"] = self._constructor(full(owner, func.name), func, add)
            else:
                function = self._function(owner, func)
                static = func.name.startswith("[static]")
                methods[func.python] = staticmethod(function) if static else function
        class_ = type(resource.name.title().replace("-", ""), (Object,), methods)
        for _ in range(3):
            add(object.__new__(class_))
        return class_

    def _constructor(
        self, name: str, func: abi.Func, add: Callable[[Object], None]
    ) -> Callable[..., None]:
        def make(value: Object, *arguments: Any) -> None:
            if func.raises is None:
                add(value)
                self._note(name, arguments, value)
                return
            answer = self._answer(name, func)
            if isinstance(answer, Ok):
                add(value)
                answer = Ok(value)
            self._note(name, arguments, answer)
            if isinstance(answer, Err):
                raise func.raises(answer.value)

        return make

    def _function(self, owner: abi.InterfaceType | None, func: abi.Func) -> Callable[..., Any]:
        name = full(owner, func.name)

        def answer(*arguments: Any) -> Any:
            value = self._answer(name, func)
            self._note(name, arguments, value)
            if func.raises is None:
                return value
            if isinstance(value, Err):
                raise func.raises(value.value)
            return value.value

        return answer

    def _note(self, name: str, arguments: tuple[Any, ...], answer: Any) -> None:
        type_ = self._types[name]
        self.asked.append([name, written(arguments, {"tuple": type_["params"]}, number_of)])
        if type_["result"] is not None:
            self.answered.append(written(answer, type_["result"], number_of))


def full(owner: abi.InterfaceType | None, name: str) -> str:
    """Return the name that the reference has for a function."""
    return name if owner is None else f"{owner.name}#{name}"


def implemented(
    world: abi.WorldType,
    function: Callable[[abi.InterfaceType | None, abi.Func], Callable[..., Any]],
    class_: Callable[[abi.InterfaceType | None, abi.ResourceType, Sequence[abi.Func]], type[Any]],
) -> SimpleNamespace | None:
    """Return imports for a world; None if it has none.

    Args:
        world: The world.
        function: Returns what implements a function, from its interface and its descriptor.
        class_: Returns what implements a resource, from both and its functions.
    """

    def provider(
        owner: abi.InterfaceType | None,
        funcs: Sequence[abi.Func],
        resources: Sequence[abi.ResourceType],
    ) -> SimpleNamespace:
        made = SimpleNamespace()
        for resource in resources:
            of_it = [func for func in funcs if _resource(func) == resource.name]
            setattr(made, attribute_of(resource), class_(owner, resource, of_it))
        for func in funcs:
            if _resource(func) is None:
                setattr(made, func.python, function(owner, func))
        return made

    if not world.imports and not world.resources:
        return None
    own = [item for item in world.imports if isinstance(item, abi.Func)]
    imports = provider(None, own, world.resources)
    for item in world.imports:
        if isinstance(item, abi.InterfaceType):
            setattr(imports, item.python, provider(item, item.funcs, item.resources))
    return imports


def functions(items: Sequence[Any]) -> Iterator[tuple[abi.InterfaceType | None, abi.Func]]:
    """Return the functions of what a world imports or exports, with their interfaces."""
    for item in items:
        if isinstance(item, abi.InterfaceType):
            yield from ((item, func) for func in item.funcs)
        else:
            yield None, item


def _resource(func: abi.Func) -> str | None:
    kind, _, name = func.name.rpartition("]")
    return name.partition(".")[0] if kind else None
