"""The end of the process: instances are closed while threads still run and C may call Python.

Later, Python stops every thread but one at any place: in a guest, or with a lock
in its hands. What would then free a store frees it under a running call, and
what waits for a lock waits for ever.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING

from .errors import InstanceDead, Trap
from .wasi import forget_streams, wait_for_streams

if TYPE_CHECKING:
    from .instance import Instance

_PATIENCE = 1.0
"""How long calls have to end, in seconds."""

_INSTANCES: weakref.WeakValueDictionary[int, Instance] = weakref.WeakValueDictionary()
_begun = False


def watch(instance: Instance) -> None:
    """Close an instance when Python shuts down.

    Raises:
        InstanceDead: If it shuts down already.
    """
    _INSTANCES[id(instance)] = instance
    if _begun:
        raise InstanceDead("no component can be loaded any more: Python is shutting down")


@atexit.register
def _close_all() -> None:
    global _begun
    _begun = True
    _leave_ended_threads_alone()
    instances = [instance for ref in _INSTANCES.valuerefs() if (instance := ref()) is not None]
    for instance in instances:
        instance.end()
    until = time.monotonic() + _PATIENCE
    for instance in instances:
        instance.finish(max(until - time.monotonic(), 0))
    wait_for_streams()


def _leave_ended_threads_alone() -> None:
    """Let threads end without a word where they end because of what is done here.

    They are daemons, all others have ended; without a guest inside, Python would
    stop them without a word, too.
    """
    show = threading.excepthook

    def show_others(arguments: threading.ExceptHookArgs) -> None:
        error = arguments.exc_value
        is_interrupted = isinstance(error, Trap) and error.code == "interrupted"
        if not (is_interrupted or isinstance(error, InstanceDead)):
            show(arguments)

    threading.excepthook = show_others


def _forget() -> None:
    """Leave the parent's instances alone: the threads that end their calls are not here."""
    _INSTANCES.clear()
    forget_streams()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
