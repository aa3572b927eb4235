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
import weakref
from typing import TYPE_CHECKING

import wasmtime

if TYPE_CHECKING:
    from .instance import Instance

TICK = 0.05
"""How often a running guest is looked at, in seconds."""

_PATIENCE = 20
"""After how many ticks without a call the thread sleeps."""


class Clock:
    """Ticks for the instances of an engine."""

    def __init__(self, engine: wasmtime.Engine) -> None:
        self._engine = engine
        self._instances: weakref.WeakSet[Instance] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._called = threading.Event()
        self._thread: threading.Thread | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def add(self, instance: Instance) -> None:
        """Look after an instance, from its next call on."""
        with self._lock:
            self._instances.add(instance)

    def wake(self) -> None:
        """Say that a call begins. An instance has to say so when its `attention` is set."""
        self._called.set()
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._run, name="wasmtime-bindgen-clock", daemon=True
                    )
                    self._thread.start()

    def _forked(self) -> None:
        """Begin anew in a child process, which has no copy of the thread."""
        self._lock = threading.Lock()
        self._called = threading.Event()
        self._thread = None
        for instance in list(self._instances):
            instance.attention = True

    def _run(self) -> None:
        idle = 0
        pause = threading.Event()
        while True:
            pause.wait(TICK)
            self._engine.increment_epoch()
            idle = 0 if self._busy() else idle + 1
            if idle > _PATIENCE:
                idle = 0
                # A call that attends after this wakes the thread; one that
                # attended before has begun by the next look.
                self._called.clear()
                with self._lock:
                    for instance in self._instances:
                        instance.attention = True
                pause.wait(TICK)
                if not self._busy():
                    self._called.wait()

    def _busy(self) -> bool:
        with self._lock:
            return any(instance.depth for instance in self._instances)
