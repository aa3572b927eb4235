"""Exceptions that Python raises before a callback from C has begun.

Python acts on a signal at the entry of a function, before its first `try`. In a
callback such a KeyboardInterrupt goes to `sys.unraisablehook` and is lost. While
there are callbacks of this package a hook in front of that one keeps it on the
instance, which raises it when the call is over.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .instance import Instance

_callbacks: weakref.WeakKeyDictionary[Callable[..., Any], weakref.ref[Instance]] = (
    weakref.WeakKeyDictionary()
)
_lock = threading.Lock()
_ours: Any = None


def catch(callback: Callable[..., Any], instance: Instance) -> None:
    """Keep what is raised before `callback`, a function, has begun, on `instance`."""
    global _ours
    with _lock:
        _callbacks[callback] = weakref.ref(instance)
        if sys.unraisablehook is not _ours:
            _ours = sys.unraisablehook = _hook_before(sys.unraisablehook)


def _hook_before(following: Callable[[Any], object]) -> Callable[[Any], None]:
    def hook(unraisable: Any) -> None:
        found = _callbacks.get(unraisable.object) if callable(unraisable.object) else None
        instance = None if found is None else found()
        if instance is None:
            following(unraisable)
        elif instance.pending is None:
            instance.pending = unraisable.exc_value

    return hook
