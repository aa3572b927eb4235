"""Runs a guest under limits: no files, environment or network, and an end to memory and time."""

import copy
import re
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import wasmtime
from wasmtime import component as wit

from .capture import Capture, give_wasi
from .errors import (
    CacheUnusable,
    Exited,
    FilePath,
    GuestTrapped,
    InputError,
    Invalid,
    OverLimits,
    TimedOut,
    UnknownImport,
)
from .files import read_wasm
from .watchdog import Watchdog

E = TypeVar("E")
T = TypeVar("T")


@dataclass(frozen=True)
class Limits:
    """How much a guest may use.

    Attributes:
        timeout: How long one call, or the start of an instance, may run, in seconds.
        memory: How large one linear memory may grow, in bytes.
        table: How large one table may grow, in elements.
    """

    timeout: float = 10.0
    memory: int = 256 << 20
    table: int = 20_000


class Sandbox:
    """Compiles guests and starts instances of them, all under the same limits.

    One call runs at a time. Close it, or use it in a `with` statement, to end
    its thread.

    Args:
        limits: What a guest may use.
        cache: Whether compiled code is kept for the next time, in wasmtime's
            cache directory of this user.

    Raises:
        CacheUnusable: If the cache is asked for and can't be used.
    """

    def __init__(self, limits: Limits | None = None, *, cache: bool = True) -> None:
        self.limits = limits or Limits()
        self._owner: Sandbox | None = None
        config = wasmtime.Config()
        config.epoch_interruption = True
        for proposal in _SWITCHED_OFF:
            setattr(config, proposal, False)
        if cache:
            try:
                config.cache = True
            except wasmtime.WasmtimeError as error:
                raise CacheUnusable(_one_line(error)) from None
        self.engine = wasmtime.Engine(config)
        self.component_linker = wit.Linker(self.engine)
        self.component_linker.add_wasip2()
        self.module_linker = wasmtime.Linker(self.engine)
        self.module_linker.define_wasi()
        self.watchdog = Watchdog(self.engine)
        self.close = weakref.finalize(self, self.watchdog.close)

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def with_limits(self, limits: Limits) -> "Sandbox":
        """Return this sandbox for guests that get other limits. Only this one has to be closed."""
        other = copy.copy(self)
        other.limits = limits
        # Whose end is the watchdog's.
        other._owner = self
        return other

    def component(self, path: FilePath) -> wit.Component:
        """Compile the component in the file at `path`, or take it from the cache.

        Raises:
            InputError: If the file can't be read, holds no valid component, or
                one that imports more than WASI.
        """
        data = read_wasm(path, "component")
        try:
            component = _interruptibly(lambda: wit.Component(self.engine, data))
        except wasmtime.WasmtimeError as error:
            raise Invalid(path, "component", _one_line(error)) from None
        for name in component.type.imports(self.engine):
            if not name.startswith("wasi:"):
                raise UnknownImport(path, name, "WASI 0.2")
        return component

    def module(self, path: FilePath) -> wasmtime.Module:
        """Compile the core module in the file at `path`, or take it from the cache.

        Raises:
            InputError: If the file can't be read or holds no valid core module.
        """
        data = read_wasm(path, "core module")
        try:
            return _interruptibly(lambda: wasmtime.Module(self.engine, data))
        except wasmtime.WasmtimeError as error:
            raise Invalid(path, "core module", _one_line(error)) from None


class Live(Generic[E]):
    """A guest with an instance that is ready to be called.

    One that traps can't be entered again, so it is replaced by a fresh one at
    the next call.

    Args:
        sandbox: Where the guest runs.
        path: The file that the guest came from, for errors.
        instantiate: Makes an instance in a new store and returns its exports.
            May raise what is wrong with them.

    Raises:
        InputError: If the guest imports what the sandbox does not offer or does
            not fit the limits.
        GuestError: If it traps or runs too long when it starts.

    Attributes:
        stdout: What the guest printed, over all instances.
    """

    def __init__(
        self, sandbox: Sandbox, path: FilePath, instantiate: Callable[[wasmtime.Store], E]
    ) -> None:
        self._sandbox = sandbox
        self._path = path
        self._instantiate = instantiate
        self.stdout = Capture()
        self._stderr = Capture()
        self._instance: tuple[wasmtime.Store, E] | None = None
        self._instance = self._start()

    def call(self, function: str, body: Callable[[E], T]) -> T:
        """Return what `body` returns for the exports of the instance.

        Args:
            function: What is called, for errors.
            body: Calls the guest. Anything that it raises but an `InputError`
                ends the instance.

        Raises:
            GuestTrapped: If the guest traps.
            TimedOut: If it runs too long.
            KeyboardInterrupt: If Ctrl-C ends it.
        """
        store, exports = self._instance or self._start()
        self._instance = None
        try:
            result = self._guarded(store, function, lambda: body(exports))
        except InputError:
            self._instance = store, exports
            raise
        self._instance = store, exports
        return result

    def restart(self) -> None:
        """Replace the instance by a fresh one.

        Raises:
            GuestError: If it traps or runs too long when it starts.
        """
        self._instance = None
        self._instance = self._start()

    def _start(self) -> tuple[wasmtime.Store, E]:
        limits = self._sandbox.limits
        store = wasmtime.Store(self._sandbox.engine)
        give_wasi(store, self.stdout, self._stderr)
        store.set_limits(
            memory_size=min(limits.memory, _I64_MAX),
            table_elements=min(limits.table, _I64_MAX),
            memories=_MEMORIES,
            tables=_TABLES,
            instances=_INSTANCES,
        )
        return store, self._guarded(store, "instantiate", lambda: self._admit(store))

    def _admit(self, store: wasmtime.Store) -> E:
        try:
            return self._instantiate(store)
        except wasmtime.WasmtimeError as error:
            refusal = _refusal(self._path, error)
            if refusal is None:
                raise
            raise refusal from None

    def _guarded(self, store: wasmtime.Store, function: str, body: Callable[[], T]) -> T:
        watchdog = self._sandbox.watchdog
        watchdog.begin(store, self._sandbox.limits.timeout)
        try:
            return body()
        except (wasmtime.WasmtimeError, wasmtime.Trap) as error:
            bite = watchdog.end()
            if bite == "interrupt":
                raise KeyboardInterrupt from None
            if bite == "timeout":
                raise TimedOut(function, self._sandbox.limits.timeout) from None
            if isinstance(error, wasmtime.ExitTrap):
                raise Exited(function, error.code) from None
            message, backtrace = _read_trap(error)
            raise GuestTrapped(function, message, self._stderr.take_lines(), backtrace) from None
        finally:
            watchdog.end()


_I64_MAX = 2**63 - 1

# What the wasmtime package compiles beyond the Rust host's wasmtime. No guest of
# the greeter has a use for it, and each is more that a guest could try.
_SWITCHED_OFF = (
    "gc_support",
    "shared_memory",
    "wasm_component_model_implements",
    "wasm_component_model_map",
    "wasm_custom_page_sizes",
    "wasm_exceptions",
    "wasm_gc",
    "wasm_stack_switching",
    "wasm_threads",
    "wasm_wide_arithmetic",
)

# How many linear memories, tables and core instances one guest may have, so that
# the limits on each bound the whole. The Python guest, which links CPython from
# its libraries, has the most.
_MEMORIES = 4
_TABLES = 16
_INSTANCES = 100


def _interruptibly(compile_guest: Callable[[], T]) -> T:
    """Return what `compile_guest` returns, from another thread.

    Nothing stops the compiler, which takes seconds for a large guest; so Ctrl-C
    leaves it behind.
    """
    done: list[T | Exception] = []

    def work() -> None:
        try:
            done.append(compile_guest())
        except Exception as error:
            done.append(error)

    thread = threading.Thread(target=work, name="compiler", daemon=True)
    thread.start()
    while thread.is_alive():
        # On Windows, a wait without an end is deaf to Ctrl-C.
        thread.join(0.05)
    result = done.pop()
    if isinstance(result, Exception):
        raise result
    return result


def _read_trap(error: Exception) -> tuple[str, list[str]]:
    """Return the innermost cause of the runtime's error, and its backtrace as lines."""
    head, *causes = str(error).rstrip().split("\n\nCaused by:\n")
    first, *backtrace = head.split("\n")
    if causes:
        first = re.sub(r"^\d+: ", "", causes[-1].split("\n")[-1].strip())
    return first, backtrace


def _refusal(path: FilePath, error: wasmtime.WasmtimeError) -> InputError | None:
    """Return why the guest at `path` can't be started at all, if that is so.

    The wasmtime package has one class of error for everything, so its words are
    what there is to go by.
    """
    text = str(error)
    if found := re.match(r"component imports \w+ `([^`]+)`", text):
        return UnknownImport(path, found[1], "WASI 0.2")
    if found := re.match(r"(?:unknown import:|incompatible import type for) `([^`]+)`", text):
        return UnknownImport(path, found[1], "WASI 0.1")
    message, backtrace = _read_trap(error)
    # Code that runs leaves a backtrace; a limit is met before any does.
    if backtrace or message.startswith("wasm trap: "):
        return None
    return OverLimits(path, " ".join(message.split()))


def _one_line(error: Exception) -> str:
    """Return the whole chain of causes of the runtime's error on one line."""
    head, *causes = str(error).rstrip().split("\n\nCaused by:\n")
    chain = [
        head,
        *(re.sub(r"^\s*(\d+: )?", "", line) for part in causes for line in part.split("\n")),
    ]
    return " ".join(": ".join(filter(None, chain)).split())
