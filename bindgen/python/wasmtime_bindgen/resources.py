"""Handles of resources: objects that live in the guest, and the host's objects that it knows.

For each resource of each instance there is a table that a plan's code calls by
four verbs: `own` and `borrow` lower a value (handing it over, or lending it),
`take` and `see` lift one (taking it over, or looking at what is lent).
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import wasmtime

from . import descriptors as d
from ._capi import any_clone, any_delete, any_to_rep, host_to_any
from .arrays import Unfit
from .errors import BadValue
from .implementations import flaws

if TYPE_CHECKING:
    from .instance import Instance


class Lowered(Protocol):
    """What a plan's code tells how a handle fared that it lowered."""

    def restore(self, pointer: int) -> None:
        """Undo handing it over: the call was refused."""

    def gone(self, pointer: int) -> None:
        """It was handed over: the call was made."""


class Table(ABC):
    """The verbs for one resource of one instance.

    What they may do is `lower_own`, `lower_borrow`, `lift_own` and `lift_borrow`
    of the Component Model's CanonicalABI.md: a handle that is lent can't be
    handed over, and one that was handed over is gone.
    """

    @abstractmethod
    def own(self, value: Any, moved: dict[Lowered, int]) -> int:
        """Return the address of a handle to hand over, and note it in `moved`."""

    @abstractmethod
    def borrow(self, value: Any, lent: Any) -> int:
        """Return the address of a handle to lend, and note it in `lent`."""

    @abstractmethod
    def take(self, pointer: int) -> Any:
        """Return the object of an owned handle, which C still frees."""

    @abstractmethod
    def see(self, pointer: int) -> Any:
        """Return the object of a lent handle, which C still frees."""


class Handle:
    """A handle of an object in the guest; what a `Resource` holds as `_runtime_`.

    Attributes:
        table: The resource.
        instance: The instance that the object lives in.
        name: The resource's name, for messages.
        ptr: The address of the runtime's handle; 0 once it is dropped or handed over.
        lender: What the outermost call that it was lent to has lent. A call empties
            that when it ends, however it does.
    """

    __slots__ = ("__weakref__", "instance", "lender", "name", "ptr", "table")

    def __init__(self, table: GuestTable, ptr: int) -> None:
        self.table = table
        self.instance = table.instance
        self.name = table.name
        self.lender: Collection[Handle] = ()
        self.ptr = ptr

    @property
    def lent(self) -> bool:
        """Whether it is lent to a call that is running."""
        return self in self.lender

    def restore(self, pointer: int) -> None:
        """See `Lowered`."""
        self.ptr = pointer

    def gone(self, pointer: int) -> None:
        """See `Lowered`."""
        any_delete(pointer)

    def __del__(self) -> None:
        # This may run at any time and on any thread, so the guest isn't entered here.
        ptr = getattr(self, "ptr", 0)
        if ptr:
            # A finalizer that runs after this one, or keeps the object, finds nothing.
            self.ptr = 0
            self.instance.lose(ptr, self.name)


def used_up(handle: Handle | Unbound) -> BadValue:
    """Return the error for an object whose handle is no longer the host's."""
    return BadValue(f"this {handle.name} was dropped or handed over before")


def is_guests(type_: d.ResourceType) -> bool:
    """Return whether a resource is implemented by the guest, and not by the host."""
    return hasattr(type_.python, "_runtime_")


class Unbound:
    """What a resource's class holds as `_runtime_`: objects that were never made have no handle.

    Attributes:
        instance: The instance that the class belongs to; None for the generated class.
        name: The resource's name, for messages.
        ptr: The address of no handle.
        sources: The functions that return such an object.
    """

    __slots__ = ("instance", "name", "ptr", "sources")

    def __init__(self, instance: Instance | None = None, name: str = "resource") -> None:
        self.instance = instance
        self.name = name
        self.ptr = 0
        self.sources: Callable[[], list[str]] = list


class GuestTable(Table):
    """A resource that the guest implements.

    Args:
        instance: The instance.
        type_: The resource.

    Attributes:
        cls: The class for this instance's objects, a subclass of the generated one.
    """

    def __init__(self, instance: Instance, type_: d.ResourceType) -> None:
        self.instance = instance
        self.name = type_.name
        self.cls: type[Any] = type(
            type_.python.__name__,
            (type_.python,),
            {
                "__module__": type_.python.__module__,
                "__qualname__": type_.python.__qualname__,
                "__doc__": type_.python.__doc__,
                "_runtime_": Unbound(instance, type_.name),
            },
        )

    def _handle(self, value: Any) -> Handle:
        handle = value._runtime_
        # A stand-in may say that it is of any class, and have whatever attributes it likes.
        if type(handle) is not Handle or handle.table is not self or not handle.ptr:
            raise Unfit
        return handle

    def own(self, value: Any, moved: dict[Lowered, int]) -> int:
        """See `Table`."""
        handle = self._handle(value)
        if handle in handle.lender:
            raise Unfit
        pointer = moved[handle] = handle.ptr
        handle.ptr = 0
        return pointer

    def borrow(self, value: Any, lent: set[Handle]) -> int:
        """See `Table`."""
        handle = self._handle(value)
        lent.add(handle)
        if handle not in handle.lender:
            handle.lender = lent
        return handle.ptr

    def take(self, pointer: int) -> Any:
        """See `Table`."""
        value = object.__new__(self.cls)
        value._runtime_ = Handle(self, any_clone(pointer))
        return value

    see = take

    def adopt(self, value: Any, made: Any) -> None:
        """Give `value`, which is being constructed, the handle of `made`, which goes away."""
        value._runtime_ = made._runtime_


class _Given:
    """A host's object on its way into the guest."""

    def __init__(self, table: HostTable, rep: int, pointer: int) -> None:
        self._table, self._rep, self._pointer = table, rep, pointer

    def restore(self, pointer: int) -> None:
        """See `Lowered`."""
        self._table.forget(self._rep)
        with suppress(wasmtime.WasmtimeError):  # a trap may have left it lent
            any_to_rep(self._table.context, pointer)
        any_delete(pointer)

    def gone(self, pointer: int) -> None:
        """See `Lowered`."""
        any_delete(pointer)

    def returned(self) -> None:
        """Take it back: it is no longer lent."""
        self.restore(self._pointer)


class HostTable(Table):
    """A resource that the host implements by a Python class.

    Args:
        instance: The instance.

    Attributes:
        type: The number by which the runtime knows the resource.
        context: The address of the store's context.
        methods: What the guest may call of an object, by its Python names.
    """

    _types = itertools.count(1)

    def __init__(self, instance: Instance) -> None:
        self.context = instance.context.value or 0
        self.methods: tuple[str, ...] = ()
        self._fitting: set[type] = set()
        self._objects: dict[int, Any] = {}
        self._reps = itertools.count(1)
        self.type = next(self._types)

    def misfit(self, value: Any) -> str:
        """Return why a value can't be the guest's object; empty if it can."""
        kind = type(value)
        why = flaws(value, self.methods)
        if not why and all(hasattr(kind, name) for name in self.methods):
            self._fitting.add(kind)
        return why

    def _give(self, value: Any) -> tuple[_Given, int]:
        # Once for each class, unless its objects have methods of their own.
        if type(value) not in self._fitting and self.misfit(value):
            raise Unfit
        rep = next(self._reps)
        self._objects[rep] = value
        pointer = host_to_any(self.context, rep, self.type)
        return _Given(self, rep, pointer), pointer

    def own(self, value: Any, moved: dict[Lowered, int]) -> int:
        """See `Table`."""
        given, pointer = self._give(value)
        moved[given] = pointer
        return pointer

    def borrow(self, value: Any, lent: list[_Given]) -> int:
        """See `Table`."""
        # The runtime lends an owned handle for the call; it is taken back after.
        given, pointer = self._give(value)
        lent.append(given)
        return pointer

    def take(self, pointer: int) -> Any:
        """See `Table`."""
        return self._objects.pop(any_to_rep(self.context, pointer))

    def see(self, pointer: int) -> Any:
        """See `Table`."""
        return self._objects[any_to_rep(self.context, pointer)]

    def forget(self, rep: int) -> Any:
        """Return the object of a number that the guest no longer knows."""
        return self._objects.pop(rep, None)
