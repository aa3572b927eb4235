"""Whether the host's objects can be called as a guest will call them."""

from __future__ import annotations

import inspect
from types import FunctionType


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
