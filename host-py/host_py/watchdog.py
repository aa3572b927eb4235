"""Ends a guest's call when its time is up, or at Ctrl-C.

While a guest runs, the main thread is inside the runtime, so Python can't act
on a signal there. Python's own C handler can still write a byte to a socket;
this module's thread waits at the other end and advances the engine's epoch,
which compiled code compares with its store's deadline in every loop and
function.
"""

import select
import signal
import socket
import threading
import time
from typing import Literal

import wasmtime

TICK = 0.01
"""How often the time is looked at, in seconds."""


class Watchdog:
    """A thread that watches the calls into one engine, one call at a time.

    In the main thread, Ctrl-C ends a call too, unless the program has set a
    wakeup descriptor for signals of its own.

    Args:
        engine: The engine, with epoch interruption enabled.
    """

    def __init__(self, engine: wasmtime.Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._deadline: float | None = None
        self._bite: Literal["timeout", "interrupt"] | None = None
        self._closed = False
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        self._hears_signals = self._listen()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def begin(self, store: wasmtime.Store, seconds: float) -> None:
        """Let a call into `store` run for `seconds` from now."""
        store.set_epoch_deadline(1)
        with self._lock:
            self._bite = None
            self._deadline = time.monotonic() + seconds

    def end(self) -> Literal["timeout", "interrupt"] | None:
        """Say that the call is over; return why it was ended, if it was."""
        with self._lock:
            self._deadline = None
            return self._bite

    def close(self) -> None:
        """End the thread and give signals back."""
        if self._closed:
            return
        self._closed = True
        if self._hears_signals and threading.current_thread() is threading.main_thread():
            signal.set_wakeup_fd(-1)
        self._bell.send(b"\0")
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._ear.close()
        self._bell.close()

    def _listen(self) -> bool:
        if threading.current_thread() is not threading.main_thread():
            return False
        previous = signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        if previous == -1:
            return True
        signal.set_wakeup_fd(previous)
        return False

    def _watch(self) -> None:
        while not self._closed:
            heard, _, _ = select.select([self._ear], [], [], TICK)
            rung = bool(heard) and signal.SIGINT in self._ear.recv(4096)
            with self._lock:
                if self._deadline is None:
                    continue
                if rung:
                    self._bite = "interrupt"
                elif time.monotonic() >= self._deadline:
                    self._bite = "timeout"
                else:
                    continue
                self._deadline = None
                self._engine.increment_epoch()
