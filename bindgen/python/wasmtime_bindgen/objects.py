"""The base classes of what is generated: a world, an exported interface, a guest's resource."""

from __future__ import annotations

from types import TracebackType
from typing import Any, NoReturn, TypeVar

from .descriptors import WorldType
from .engine import Source
from .settings import Limits, Wasi

W = TypeVar("W", bound="World")
R = TypeVar("R", bound="Resource")


class World:
    """An instance of a component, with its exports as methods and attributes.

    Use it in a `with` statement, or close it, to free what it holds. The names
    `load` and `close`, and those that begin with an underscore, are its own.
    """

    _runtime_: Any

    def __init__(self, *_arguments: object, **_options: object) -> None:
        name = type(self).__name__
        raise TypeError(f"{name} has no constructor to call: {name}.load() makes an instance")

    @classmethod
    def _load_(
        cls: type[W],
        world: WorldType,
        component: Source | None,
        imports: object | None,
        wasi: Wasi | None,
        limits: Limits | None,
        cache: bool,
    ) -> W:
        """Return an instance of `component`, or of the one that the package embeds."""
        raise NotImplementedError

    def close(self) -> None:
        """Free the instance and everything in it. A second call does nothing."""
        raise NotImplementedError

    def __enter__(self: W) -> W:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()


class Interface:
    """An exported interface of an instance; it is made by the world's `load`."""

    _runtime_: Any

    def __init__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is an attribute of a loaded world")


class Resource:
    """An object that lives in a guest.

    It is dropped by `drop`, at the end of a `with` statement, or by handing it
    to a function that takes it over. The name `drop`, and those that begin with
    an underscore, are its own.
    """

    _runtime_: Any

    def drop(self) -> None:
        """Drop the guest's object.

        Raises:
            BadValue: If it was dropped or handed over before.
        """
        raise NotImplementedError

    def __enter__(self: R) -> R:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        raise NotImplementedError
