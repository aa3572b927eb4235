"""The base classes of what is generated: a world, an exported interface, a guest's resource."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from .descriptors import WorldType
from .engine import Source
from .errors import BadValue
from .loaded import Loaded
from .resources import Unbound, used_up
from .settings import Limits, Wasi, settled

W = TypeVar("W", bound="World")
R = TypeVar("R", bound="Resource")


class Bound:
    """What belongs to an instance, so that it can be neither copied nor pickled."""

    _runtime_: Any

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} belongs to a loaded component, and can't be copied or pickled"
        )


class World(Loaded, Bound):
    """An instance of a component, with its exports as methods and attributes.

    Use it in a `with` statement, or close it, to free what it holds. The names
    `load`, `close` and `interrupt`, and those that begin with an underscore, are its own.
    """

    if TYPE_CHECKING:
        # No value is of this type, so that a call is an error before it is run.
        def __init__(self, _use_load: NoReturn, /) -> None: ...

    else:

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
        """Return an instance of `component`, or of the one that the package embeds.

        Raises:
            InvalidComponent: If it is no component.
            LinkError: If it doesn't fit the package, or the imports that were given.
            Trap: If it traps when it starts.
        """
        from .linking import load

        self = object.__new__(cls)
        load(self, world, component, imports, *settled(wasi, limits), cache)
        return self


class Interface(Bound):
    """An exported interface of an instance; it is made by the world's `load`."""

    if TYPE_CHECKING:

        def __init__(self, _use_the_worlds: NoReturn, /) -> None: ...

    else:

        def __init__(self, *_arguments: object, **_options: object) -> None:
            raise TypeError(f"{type(self).__name__} is an attribute of a loaded world")

        # To type checkers an interface is nothing to call.

        def __call__(self, *_arguments: object, **_options: object) -> NoReturn:
            """Say what to write instead of `root.add().add(store, 1, 2)`, an older form."""
            functions = [name for name in vars(type(self)) if not name.startswith("_")]
            such_as = f", such as `{functions[0]}`," if functions else ""
            raise TypeError(
                f"{type(self).__name__} is an interface, which is not called: its functions are"
                f" attributes{such_as} and take no store"
            )


class Resource(Bound):
    """An object that lives in a guest.

    It is dropped by `drop`, at the end of a `with` statement, or by handing it
    to a function that takes it over. The name `drop`, and those that begin with
    an underscore, are its own.
    """

    _runtime_: Any = Unbound()

    # To type checkers `__init__` alone says what the generated class takes.
    if not TYPE_CHECKING:

        def __new__(cls, *_arguments: object, **_options: object) -> Any:
            """Refuse the generated class itself; its subclass for an instance is to be called.

            That one is refused, too, if the guest has no constructor.
            """
            if cls._runtime_.instance is None:
                raise TypeError(_of_instance(cls.__name__))
            if not hasattr(cls, "_constructor"):
                raise TypeError(_no_constructor(cls))
            return object.__new__(cls)

        def __init_subclass__(cls) -> None:
            """Make static functions of the generated class refuse a call, as the class does."""

            def refuse(*_arguments: object) -> NoReturn:
                raise TypeError(_of_instance(cls.__name__))

            if Resource in cls.__bases__:  # and not the subclass for an instance
                for name, annotation in cls.__annotations__.items():
                    if annotation.startswith("ClassVar"):
                        setattr(cls, name, staticmethod(refuse))

    def drop(self) -> None:
        """Drop the guest's object.

        Raises:
            BadValue: If it was dropped or handed over before, or is lent just now.
            Trap: If the guest traps.
        """
        handle = self._runtime_
        with handle.instance.lock:
            if handle.ptr and handle.lent:
                raise BadValue(f"this {handle.name} is lent to a call that is running")
            pointer, handle.ptr = handle.ptr, 0
            if not pointer:
                raise used_up(handle)
            handle.instance.drop(pointer, handle.name)

    def __enter__(self: R) -> R:
        if not self._runtime_.ptr:
            raise used_up(self._runtime_)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._runtime_.ptr:
            self.drop()


def _of_instance(name: str) -> str:
    return (
        f"{name} belongs to an instance: use the class that is an attribute of the loaded world's"
        " interface"
    )


def _no_constructor(cls: type[Resource]) -> str:
    sources = " and ".join(f"`{name}`" for name in cls._runtime_.sources())
    returned = f"{sources} return one" if " and " in sources else f"{sources} returns one"
    return f"{cls.__name__} has no constructor: " + (returned if sources else "nothing returns one")
