"""An instance: its store, its lock, what it owes, and what is left of it after a trap."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from ctypes import ArgumentError, c_void_p
from typing import Any, NoReturn, TypeVar

from . import _capi
from . import descriptors as d
from .arrays import Items
from .blame import stacklevel
from .callbacks import probe, shielded
from .engine import Engine
from .errors import InstanceDead, Trap, UnsupportedFeature
from .interruption import Interrupted, Interruption
from .memory import Heap
from .messages import diagnose, read_trap
from .resources import GuestTable, HostTable, Table, is_guests
from .settings import Limits
from .shutdown import watch
from .store import Store
from .wasi import Stderr
from .wasmtime_version import WASMTIME

T = TypeVar("T")

_CLOSED = "the instance was closed"


class Instance:
    """An instance of a component and everything that its plans share.

    One thread at a time is inside; a host function may call back in. Once it has
    trapped, or was closed, it can't be entered again.

    Args:
        engine: The engine that the component was compiled for.
        limits: What it may use.

    Attributes:
        lock: Held by the thread that is inside; it locks nothing once Python shuts down.
        attention: Whether a call has to `attend` before it enters.
        depth: How many calls are inside.
        pending: What a host function raised, until the call that it ended is over.
        spare: The address of an error for a callback to return when it fails; 0
            after that, until the call is over. Returning 0 lets the guest go on.
        context: The address of the store's context, prepared for a call.
        remedy: What to do when it is dead.
    """

    def __init__(self, engine: Engine, limits: Limits) -> None:
        self.lock: Any = threading.RLock()
        self.attention = True
        self.depth = 0
        self.pending: BaseException | None = None
        self.spare = _new_error()
        self.heap = Heap()
        self.stderr = Stderr()
        self.store = Store(engine.engine, self, limits)
        self.context = c_void_p(_capi.context(self.store))
        self.remedy = "load the component again"
        self._clock = engine.clock
        self._enters_again = engine.enters_again
        self._limits = limits
        self._dead = ""
        self._closed = False
        self._interruption = Interruption(limits.deadline)
        self._items: dict[str, Items] = {}
        self._tables: dict[d.ResourceType, Table] = {}
        self._lost: list[tuple[int, str]] = []
        self._kept: list[Any] = []
        self._delete = _capi.any_delete  # modules go before the last objects do
        self._look_after_guests()
        watch(self)
        self._clock.add(self)

    def _look_after_guests(self) -> None:
        """Let Python act on signals at the ticks of the clock, and end what is to end."""

        def epoch(_context: int, _data: int, ticks: int, _kind: int) -> None:
            _capi.write_ticks(ticks, 1)
            if self.pending is None:
                self._interruption.check()

        self.store.set_epoch_deadline(1)
        callback = _capi.EpochCallback(shielded(self, epoch))
        self.keep(callback)
        _capi.on_epoch(self.store, callback)

    # What plans share

    def items(self, name: str) -> Items:
        """Return the memory for lists of a primitive type."""
        if name not in self._items:
            self._items[name] = Items(name)
        return self._items[name]

    def resource(self, type_: d.ResourceType) -> Table:
        """Return the table of a resource."""
        if type_ not in self._tables:
            table = GuestTable(self, type_) if is_guests(type_) else HostTable(self)
            self._tables[type_] = table
        return self._tables[type_]

    def keep(self, value: object) -> None:
        """Keep what C refers to alive as long as the instance."""
        self._kept.append(value)

    # Entering and leaving

    def attend(self, function: str) -> None:
        """Do what is due before a call enters: it is dead, objects were lost, limits start anew."""
        if self._interruption.closing:
            self.die(_CLOSED)
        if self._dead:
            raise InstanceDead(f"`{function}` can't be called: {self._dead}; {self.remedy}")
        if self.depth and not self._enters_again:
            raise UnsupportedFeature(
                f"`{function}` can't be called by a function that the component calls: wasmtime"
                f" {WASMTIME} does not enter a component with streams or async functions again"
            )
        self.attention = (
            self._limits.deadline is not None
            or self._limits.fuel is not None
            or not self._enters_again
        )
        self._clock.wake()
        if self.depth:
            # What this leaves as it is, the next call from outside has to look at.
            if self._lost or self._interruption.is_interrupted():
                self.attention = True
            return
        self._interruption.begin()
        self._renew()
        if self._lost:
            self._drop_lost()
        if self._limits.fuel is not None:
            _capi.set_fuel(self.context.value or 0, min(self._limits.fuel, 2**64 - 1))
        self._interruption.start_deadline()

    def settle(self, error: int | None, function: str) -> NoReturn:
        """Raise what ended a call.

        Args:
            error: The address of the runtime's error, if it has one.
            function: What was called.
        """
        if error:
            try:
                self.fail(function, *_capi.take_error(error))
            except ArgumentError as wrapped:  # what ctypes makes of a RecursionError
                raise RecursionError(str(wrapped)) from None
            finally:
                # Any of this may have failed at the edge of Python's recursion.
                self._dead = self._dead or f"the instance ended in `{function}`"
                self.attention, self.pending = True, None
        if isinstance(self.pending, Interrupted):
            self.fail(function, "")
        # It was raised where the runtime ignores an error, and the guest went on.
        pending, self.pending = self.pending, None
        assert pending is not None
        raise pending

    def fail(self, function: str, message: str, status: int | None = None) -> NoReturn:
        """End the instance, and raise why.

        Args:
            function: What was called.
            message: What the runtime says of it.
            status: With what the guest called `exit`, if it did.
        """
        pending, self.pending = self.pending, None
        self._renew()
        reason, backtrace = read_trap(message)
        code: str | None
        if isinstance(pending, Interrupted):
            reason, code, status = pending.reason, pending.code, None
        elif pending is None:
            reason, code = diagnose(reason, status)
        else:
            self.die(f"the instance ended in `{function}`: {_blame(pending)}")
            raise pending
        self.die(f"the instance ended in `{function}`: {reason}")
        raise Trap(
            function,
            reason,
            code=code,
            status=status,
            backtrace=backtrace,
            stderr=self.stderr.text(),
        )

    def die(self, reason: str) -> None:
        """Refuse every further call."""
        self._dead = self._dead or reason
        self.attention = True

    def guard(self, function: str, body: Callable[[], T]) -> T:
        """Return what `body` returns, which enters the guest by other ways than a plan.

        Raises:
            Trap: If the guest traps.
        """
        with self.lock:
            if self.attention:
                self.attend(function)
            probe()
            self.depth += 1
            try:
                return body()
            finally:
                self.depth -= 1

    # Resources

    def lose(self, pointer: int, name: str) -> None:
        """Note a handle that nobody holds any more; it is dropped when that is possible."""
        if self._closed:
            self._delete(pointer)
        else:
            self._lost.append((pointer, name))
            self.attention = True

    def drop(self, pointer: int, name: str) -> None:
        """Drop the guest's object behind a handle, and free the handle."""

        def body() -> None:
            error = _capi.any_drop(self.context, pointer)
            if error or self.pending is not None:
                self.settle(error, f"drop of {name}")

        if self._dead:
            self._delete(pointer)
            return
        try:
            self.guard(f"drop of {name}", body)
        finally:
            self._delete(pointer)

    def _renew(self) -> None:
        if not self.spare:
            self.spare = _new_error()

    def _drop_lost(self) -> None:
        names = []
        # Taken at once: a drop is a call, and would attend to the rest within it.
        lost, self._lost = self._lost, []
        try:
            while lost:
                pointer, name = lost.pop()
                names.append(name)
                self.drop(pointer, name)
        finally:
            self._lost += lost
        for name in names:
            warnings.warn(
                f"a {name} was lost: drop it, or use it in a `with` statement",
                ResourceWarning,
                stacklevel=stacklevel(),
            )

    def refuse_closed(self, name: str) -> None:
        """Raise `InstanceDead` if it was closed.

        Args:
            name: What it is to the user.
        """
        if self._closed:
            raise InstanceDead(f"{name} can't be used again: {_CLOSED}; {self.remedy}")

    def is_inside(self) -> bool:
        """Return whether this thread is inside."""
        locks = not isinstance(self.lock, nullcontext)
        return locks and self.depth > 0 and self.lock._is_owned()

    def interrupt(self) -> None:
        """End the call that is inside, if there is one, when the clock next ticks."""
        self._interruption.interrupt()
        # So that the next call, which may have no need to attend, is another one.
        self.attention = True

    def close(self) -> None:
        """Free the instance, after the end of a call that another thread makes.

        A second call does nothing.

        Raises:
            RuntimeError: If a call is inside, on this thread.
        """
        lock = self.lock
        if isinstance(lock, nullcontext):
            return
        if not lock._is_owned():
            self.end()
        with lock:
            if self._closed:
                return
            if self.depth:
                raise RuntimeError("an instance can't be closed by a function that it calls")
            self._interruption.closing = False
            try:
                if self._lost and not self._dead:
                    self._drop_lost()
            finally:
                self.die(_CLOSED)
                self._free()

    def end(self) -> None:
        """End the call that is inside when the clock next ticks, and let none begin."""
        self._interruption.closing = True
        self.attention = True

    def finish(self, patience: float) -> None:
        """Close it because Python shuts down; what can't be freed safely is not.

        A thread may be stopped while it holds the lock, so nobody waits for it any more.

        Args:
            patience: How long a call of another thread has to end, in seconds.
        """
        lock = self.lock
        held = lock.acquire(timeout=patience)
        self.die("Python is shutting down")
        self.remedy = "no component can be loaded any more"
        if held and not self._closed:
            self._free()
        self._closed = True
        self.lock = nullcontext()
        if held:
            lock.release()

    def _free(self) -> None:
        """Free everything; handles that are lost later free themselves."""
        self._closed = True
        if self.depth:
            return  # a child process has no copy of the thread that is inside
        while self._lost:
            self._delete(self._lost.pop()[0])
        if self.spare:
            _capi.take_error(self.spare)
            self.spare = 0
        self.store.close()

    def __del__(self) -> None:
        # Nobody closed it. What is finalized after this, or keeps it, finds it dead.
        if not getattr(self, "_closed", True):
            self.die("nothing referred to the instance any more")
            self._free()


def _blame(error: BaseException) -> str:
    """Return what ended an instance, for an exception that was raised while its guest ran."""
    if isinstance(error, KeyboardInterrupt):
        return "it was interrupted by KeyboardInterrupt"
    # Which of the two can't be told: both come to light while a guest runs.
    return f"a host function or a signal handler raised {type(error).__name__}"


def _new_error() -> int:
    return int(_capi.error_new(b"a host function raised an exception"))
