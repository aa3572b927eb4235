"""The clock of an engine: lets Python look after a guest that runs for long.

While some call runs, a thread advances the engine's epoch every `TICK` seconds.
Compiled code notices at its next loop or function and calls the instance back:
there, on the thread of the call, Python acts on signals, so Ctrl-C raises
KeyboardInterrupt, and a deadline is looked at. When no call has run for some
ticks the thread sleeps, until a call wakes it.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import wasmtime

if TYPE_CHECKING:
    from .instance import Instance

TICK = 0.05
"""How often a running guest is looked at, in seconds."""

_PATIENCE = 20
"""After how many ticks without a call the thread sleeps."""


class Clock:
    """Ticks for the instances of an engine.

    A signal's handler may raise anywhere in a thread that makes calls, and a
    finalizer may load another component anywhere. So what such a thread does here
    takes no lock that it could leave locked, or have already: `_gate` is a plain
    lock that the clock's thread alone waits for.

    Attributes:
        resting: Whether the thread sleeps.
    """

    def __init__(self, engine: wasmtime.Engine) -> None:
        self.resting = False
        self._engine = engine
        self._instances: weakref.WeakValueDictionary[int, Instance] = weakref.WeakValueDictionary()
        self._gate = threading.Lock()
        self._thread: threading.Thread | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def add(self, instance: Instance) -> None:
        """Look after an instance, from its next call on."""
        self._instances[id(instance)] = instance

    def wake(self) -> None:
        """Say that a call begins. An instance has to say so when its `attention` is set."""
        if self._gate.locked():
            with suppress(RuntimeError):  # another thread was faster
                self._gate.release()
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="wasmtime-bindgen-clock", daemon=True)
            thread.start()
            self._thread = thread

    def _forked(self) -> None:
        """Begin anew in a child process, which has no copy of the thread."""
        self._gate = threading.Lock()
        self._thread = None
        is_inside = False
        for instance in self._all():
            instance.attention = True
            is_inside |= instance.is_inside()
        if is_inside:  # a function of the host forked, and the guest goes on
            self.wake()

    def _run(self) -> None:
        idle = 0
        while True:
            time.sleep(TICK)
            self._engine.increment_epoch()
            idle = 0 if self._busy() else idle + 1
            if idle > _PATIENCE:
                idle = 0
                self._rest()

    def _rest(self) -> None:
        """Sleep until a call begins, unless one does already."""
        # A call that attends after this opens the gate again; one that attended
        # before is inside by the time of the look.
        self._gate.acquire(blocking=False)
        for instance in self._all():
            instance.attention = True
        time.sleep(TICK)
        if not self._busy():
            self.resting = True
            self._gate.acquire()
            self.resting = False

    def _busy(self) -> bool:
        return any(instance.depth for instance in self._all())

    def _all(self) -> Iterator[Instance]:
        # The list of references is made at once; the dictionary may change while it is used.
        for reference in self._instances.valuerefs():
            if (instance := reference()) is not None:
                yield instance
