"""A case of `bindgen/cases` with its guest in two hosts, Python's and the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, cast

from hypothesis import strategies as st

from wasmtime_bindgen import Err, Ok, Wasi, WitError, abi
from wasmtime_bindgen.imports import attribute_of

from .generated import GUESTS
from .host import Host, Object, full, functions, number_of
from .reference import Number, Reference, written
from .strategies import values
from .test_cases import world_of

BOUNDS = {
    # How long a list to make, and how many calls.
    ("lists", "make"): {"count": st.integers(0, 300)},
    ("imports", "loop"): {"times": st.integers(0, 5)},
    ("resources", "make"): {"count": st.integers(0, 3)},
}


def has_handles(type_: Any) -> bool:
    """Return whether there are resources in types, as the reference describes them."""
    return any(f"'{kind}'" in repr(type_) for kind in ("own", "borrow"))


class Held:
    """The resources that Python can give to the guest.

    The guest's have the numbers by which the reference knows them.

    Attributes:
        objects: The guest's by their numbers.
    """

    def __init__(self, guests: tuple[abi.ResourceType, ...], host: Host) -> None:
        self.objects: dict[int, Any] = {}
        self._guests, self._host = guests, host
        self._count = 0

    def number(self, value: Any, kind: str) -> int:
        """Return the number of a resource; one of the guest's that is new gets the next."""
        if isinstance(value, Object):
            return number_of(value, kind)
        for number, other in self.objects.items():
            if other is value:
                return number
        self._count += 1
        self.objects[self._count - 1] = value
        return self._count - 1

    def by_type(self) -> dict[abi.ResourceType, list[Any]]:
        """Return what there is of each type."""
        guests = {
            resource: [value for value in self.objects.values() if isinstance(value, class_)]
            for resource in self._guests
            for class_ in [cast("type", resource.python)]
        }
        return {**guests, **self._host.objects}


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

    def arguments(
        self, held: Mapping[abi.ResourceType, Sequence[Any]] | None = None
    ) -> st.SearchStrategy[tuple[Any, ...]]:
        """Return arguments to draw, with resources from among those that are held."""
        drawn = [self.bounds.get(name, values(param, held)) for name, param in self.func.params]
        return st.tuples(*drawn)

    def given(self, arguments: tuple[Any, ...], number: Number = number_of) -> list[Any]:
        """Return arguments, written."""
        return cast("list[Any]", written(arguments, {"tuple": self.types}, number))

    def outcome(self, arguments: tuple[Any, ...], number: Number = number_of) -> Any:
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
        answer: Returns what an imported function returns, from its name and its descriptor.
        host: The imports of the instance that was loaded last.
    """

    def __init__(self, name: str, package: ModuleType, reference: Reference) -> None:
        self.path = GUESTS / f"{name.replace('-', '_')}.wasm"
        self.types = reference.load(self.path)
        self.answer: Callable[[str, abi.Func], Any]
        self.host: Host
        self._name, self._reference = name, reference
        self._class, self._world = world_of(package)

    def load(self) -> abi.World:
        """Return a fresh instance, for the reference as well, whose imports answer by `answer`."""
        self._reference.end(self.path)
        self.host = Host(self._world, self.types["imports"], lambda *of: self.answer(*of))
        return self._class._load_(self._world, None, self.host.imports(), Wasi(), None, True)

    def exports(self, world: abi.World) -> list[Export]:
        """Return the exported functions, as `world` has them."""
        found = []
        names = set(self.types["exports"])
        for owner, func in functions(self._world.exports):
            name = full(owner, func.name)
            names.remove(name)
            type_ = self.types["exports"][name]
            bounds = BOUNDS.get((self._name, func.name), {})
            call = _method(world, owner, func)
            found.append(Export(name, func, call, type_["params"], type_["result"], bounds))
        assert not names, "the package lacks them"
        return found

    def answers(self) -> st.SearchStrategy[dict[str, Any]]:
        """Return what the imported functions may answer, by their names."""
        return st.fixed_dictionaries(
            {
                full(owner, func.name): values(func.result)
                for owner, func in functions(self._world.imports)
            }
        )

    def held(self) -> Held:
        """Return what there is to give to an instance that was just loaded."""
        interfaces = [item for item in self._world.exports if isinstance(item, abi.InterfaceType)]
        guests = tuple(resource for item in interfaces for resource in item.resources)
        return Held(guests, self.host)

    def agree(
        self,
        export: Export,
        arguments: tuple[Any, ...],
        given: list[Any],
        number: Number = number_of,
    ) -> Any:
        """Call a function in both; return its result, written.

        Args:
            export: The function.
            arguments: Its arguments.
            given: The same, written.
            number: Returns the number of a resource in its result.
        """
        self.host.begin()
        outcome = export.outcome(arguments, number)
        theirs = self._reference.call(self.path, export.name, given, self.host.answered)
        assert (outcome, self.host.asked) == theirs
        return outcome

    def drop(self, held: Held, handle: int) -> None:
        """Drop a resource of the guest's in both."""
        self.host.begin()
        held.objects.pop(handle).drop()
        assert self.host.asked == self._reference.drop(self.path, handle)


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
        found = getattr(found, attribute_of(resource))
    method: Callable[..., Any] = found if kind == "[constructor" else getattr(found, func.python)
    return method
