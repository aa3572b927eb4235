"""A case of `bindgen/cases` with its guest in two hosts, Python's and the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from hypothesis import strategies as st

from wasmtime_bindgen import Err, Ok, Wasi, WitError, abi

from .conftest import GUESTS
from .reference import Number, Reference, no_number, written
from .strategies import values
from .test_cases import world_of

BOUNDS = {
    # How long a list to make, and how many calls.
    ("lists", "make"): {"count": st.integers(0, 300)},
    ("imports", "loop"): {"times": st.integers(0, 5)},
    ("resources", "make"): {"count": st.integers(0, 3)},
}


class Unused:
    """Stands for the class of a resource of the host's, which no compared function needs."""

    def __init__(self, *_arguments: object) -> None:
        raise AssertionError("no resource of the host's was to be made")

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was not to be used")


def full(owner: abi.InterfaceType | None, func: abi.Func) -> str:
    """Return the name that the reference has for a function."""
    return func.name if owner is None else f"{owner.name}#{func.name}"


def has_resources(type_: Any) -> bool:
    """Return whether a function takes or returns what the reference can't write."""
    return "'unwritten'" in repr(type_)


class Held:
    """The guest's resources that Python holds, numbered as the reference numbers them.

    Attributes:
        objects: The resources by their numbers.
    """

    def __init__(self, resources: tuple[abi.ResourceType, ...]) -> None:
        self.objects: dict[int, Any] = {}
        self._resources = resources
        self._count = 0

    def number(self, value: Any, _kind: str) -> int:
        """Return the number of a resource; one that is new gets the next."""
        for number, other in self.objects.items():
            if other is value:
                return number
        self._count += 1
        self.objects[self._count - 1] = value
        return self._count - 1

    def by_type(self) -> dict[abi.ResourceType, list[Any]]:
        """Return what there is of each type."""
        return {
            resource: [value for value in self.objects.values() if isinstance(value, class_)]
            for resource in self._resources
            for class_ in [cast("type", resource.python)]
        }


def _functions(items: Any) -> Iterator[tuple[abi.InterfaceType | None, abi.Func]]:
    for item in items:
        if isinstance(item, abi.InterfaceType):
            yield from ((item, func) for func in item.funcs)
        else:
            yield None, item


@dataclass
class Export:
    """An exported function.

    Attributes:
        name: Its name for the reference.
        func: Its descriptor.
        call: What a user calls.
        types: Of its parameters, as the reference describes them.
        result: The type of its result, likewise.
        bounds: What to draw for a parameter other than any value.
    """

    name: str
    func: abi.Func
    call: Callable[..., Any]
    types: list[Any]
    result: Any
    bounds: Mapping[str, st.SearchStrategy[Any]]

    @property
    def has_handles(self) -> bool:
        """Whether it takes or returns a resource of the guest."""
        return any(f"'{kind}'" in repr((self.types, self.result)) for kind in ("own", "borrow"))

    def arguments(
        self, held: Mapping[abi.ResourceType, Sequence[Any]] | None = None
    ) -> st.SearchStrategy[tuple[Any, ...]]:
        """Return arguments to draw, with resources from among those that are held."""
        drawn = [self.bounds.get(name, values(param, held)) for name, param in self.func.params]
        return st.tuples(*drawn)

    def outcome(self, arguments: tuple[Any, ...], number: Number = no_number) -> Any:
        """Call it; return its result, written."""
        raises = self.func.raises
        try:
            result = self.call(*arguments)
        except WitError as error:
            assert raises is not None
            assert type(error) is raises
            return written(Err(error.value), self.result, number)
        if self.result is None:
            assert result is None
            return None
        return written(result if raises is None else Ok(result), self.result, number)


class Case:
    """A case in both hosts.

    Attributes:
        types: The functions that it exports and imports, by the reference.
        answers: What the imported functions return in Python, by their names.
        asked: What they were asked there, written.
    """

    def __init__(self, name: str, package: ModuleType, reference: Reference) -> None:
        self.path = GUESTS / f"{name.replace('-', '_')}.wasm"
        self.types = reference.load(self.path)
        self.answers: dict[str, Any] = {}
        self.asked: list[Any] = []
        self._name, self._reference = name, reference
        self._class, self._world = world_of(package)

    def load(self) -> abi.World:
        """Return an instance whose imports answer by `answers`."""
        imports = SimpleNamespace()
        for owner, func in _functions(self._world.imports):
            provider = imports
            if owner is not None:
                if not hasattr(imports, owner.python):
                    classes = {_class_name(resource): Unused for resource in owner.resources}
                    setattr(imports, owner.python, SimpleNamespace(**classes))
                provider = getattr(imports, owner.python)
            if not func.name.startswith("["):
                setattr(provider, func.python, self._answering(full(owner, func), func))
        given = imports if self._world.imports else None
        return self._class._load_(self._world, None, given, Wasi(), None, True)

    def _answering(self, name: str, func: abi.Func) -> Callable[..., Any]:
        def answer(*arguments: Any) -> Any:
            types = self.types["imports"][name]["params"]
            self.asked.append([name, written(arguments, {"tuple": types})])
            value = self.answers[name]
            if func.raises is None:
                return value
            if isinstance(value, Err):
                raise func.raises(value.value)
            return value.value

        return answer

    def exports(self, world: abi.World) -> list[Export]:
        """Return the functions that can be compared, as `world` has them."""
        found = []
        names = set(self.types["exports"])
        for owner, func in _functions(self._world.exports):
            names.remove(full(owner, func))
            type_ = self.types["exports"][full(owner, func)]
            if has_resources(type_):
                continue
            bounds = BOUNDS.get((self._name, func.name), {})
            call = _method(world, owner, func)
            params, result = type_["params"], type_["result"]
            found.append(Export(full(owner, func), func, call, params, result, bounds))
        assert not names, "the package lacks them"
        return found

    def answerable(self) -> st.SearchStrategy[dict[str, Any]]:
        """Return what the imported functions may answer."""
        return st.fixed_dictionaries(
            {
                full(owner, func): values(func.result)
                for owner, func in _functions(self._world.imports)
                if not has_resources(self.types["imports"][full(owner, func)])
            }
        )

    def resources(self) -> tuple[abi.ResourceType, ...]:
        """Return the resources of the guest."""
        interfaces = [item for item in self._world.exports if isinstance(item, abi.InterfaceType)]
        return tuple(resource for item in interfaces for resource in item.resources)

    def reference(
        self, export: Export, arguments: tuple[Any, ...], number: Number = no_number
    ) -> tuple[Any, list[Any]]:
        """Return what a function does for the reference: its result, and what it asked."""
        imports = self.types["imports"]
        answers = {
            name: written(value, imports[name]["result"])
            for name, value in self.answers.items()
            if imports[name]["result"] is not None
        }
        given = written(arguments, {"tuple": export.types}, number)
        return self._reference.call(self.path, export.name, given, answers)


def _class_name(resource: abi.ResourceType) -> str:
    return resource.attribute or resource.python.__name__


def _method(
    world: abi.World, owner: abi.InterfaceType | None, func: abi.Func
) -> Callable[..., Any]:
    found: Any = world if owner is None else getattr(world, owner.python)
    kind, _, name = func.name.rpartition("]")
    if kind == "[method":
        return lambda self, *arguments: getattr(self, func.python)(*arguments)
    if owner is not None and kind:
        name = name.partition(".")[0]
        [resource] = [resource for resource in owner.resources if resource.name == name]
        found = getattr(found, _class_name(resource))
    method: Callable[..., Any] = found if kind == "[constructor" else getattr(found, func.python)
    return method
