"""Whether the host's objects can be called as a guest will call them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from types import FunctionType, MethodType


def flaw(owner: object, name: str) -> str:
    """Return why the guest can't call `owner.name`; empty if it can.

    Args:
        owner: What implements an interface or a resource.
        name: The Python name of a function.
    """
    try:
        found = getattr(owner, name)
    except AttributeError:
        return f"it lacks `{name}`"
    if not callable(found):
        return f"its `{name}` can't be called"
    if is_async(found):
        return f"its `{name}` is an `async def`, and a plain function is expected"
    return ""


def of_object(class_: type, name: str) -> Callable[..., object]:
    """Return what takes the object itself first, as a plain function in a class does."""
    found = inspect.getattr_static(class_, name, None)
    if isinstance(found, FunctionType):
        return found

    def unknown(*_arguments: object) -> None:
        """Take anything: what else a class may hold binds its object by rules of its own."""

    return unknown


def mismatch(function: Callable[..., object], passed: Sequence[str]) -> str:
    """Return why a function can't be called with so many arguments; empty if it can, or can't tell.

    Args:
        function: The function.
        passed: The names of what is passed to it, by place.
    """
    if _takes(function, len(passed)):
        return ""
    try:
        # A decorator may add or take away parameters of what it wraps.
        signature = inspect.signature(function, follow_wrapped=False)
    except Exception:  # many builtins have none, and objects may answer by whatever they like
        return ""
    try:
        signature.bind(*passed)
    except TypeError:
        plain = [
            parameter.replace(annotation=inspect.Parameter.empty, default=inspect.Parameter.empty)
            for parameter in signature.parameters.values()
        ]
        takes = inspect.Signature(plain)
        return f"takes {takes}, and the guest passes ({', '.join(passed)})"
    return ""


def _takes(function: object, count: int) -> bool:
    """Return whether it plainly takes so many arguments, which is quicker to tell than to bind."""
    is_bound = isinstance(function, MethodType)
    plain = function.__func__ if isinstance(function, MethodType) else function
    if not isinstance(plain, FunctionType):
        return False
    code = plain.__code__
    return code.co_argcount == count + is_bound and not code.co_kwonlyargcount


def is_async(function: object) -> bool:
    """Return whether a call would return something to be awaited, and no result."""
    call = getattr(function, "__call__", None)  # noqa: B004  # an object's own
    return any(
        test(candidate)
        for test in (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
        for candidate in (function, call)
    )


def wants_object(owner: object, name: str) -> bool:
    """Return whether `owner` is a class, and its function `name` expects an object of it."""
    return isinstance(owner, type) and isinstance(
        inspect.getattr_static(owner, name, None), FunctionType
    )


def flaws(value: object, methods: tuple[str, ...]) -> str:
    """Return why an object can't stand for a resource with these methods; empty if it can."""
    if any(wants_object(value, name) for name in methods):
        return "it is a class, and an object of it is expected"
    return ", ".join(filter(None, (flaw(value, name) for name in methods)))
