"""Runs a guest under limits: no files, environment or network, and an end to memory and time.

The limits themselves, the cache of compiled code, Ctrl-C, WASI and traps are
the work of `wasmtime_bindgen`; this module says which limits, keeps a guest
alive over its traps, and puts what goes wrong into the words of `errors`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import wasmtime
import wasmtime_bindgen
from wasmtime_bindgen import Capture, Component, CoreModule, Trap, Wasi, WasmtimeBindgenError

from .capture import CAPACITY, take_lines
from .errors import (
    CacheUnusable,
    Exited,
    FilePath,
    GuestError,
    GuestTrapped,
    InputError,
    Invalid,
    MissingExport,
    OverLimits,
    TimedOut,
    Unfit,
    UnknownImport,
)
from .files import read_wasm


class Closable(Protocol):
    """The exports of an instance, which can be freed."""

    def close(self) -> None:
        """Free the instance."""


E = TypeVar("E", bound=Closable)
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

    def bounds(self) -> wasmtime_bindgen.Limits:
        """Return these limits and those that nobody can change, for an instance.

        How many linear memories, tables and core instances one guest may have
        is limited too, so that the limits on each bound the whole. The Python
        guest, which links CPython from its libraries, has the most.
        """
        return wasmtime_bindgen.Limits(
            deadline=self.timeout,
            memory=self.memory,
            table_elements=self.table,
            memories=4,
            tables=16,
            instances=100,
        )


class Sandbox:
    """What guests run in, all under the same limits.

    Args:
        limits: What a guest may use.
        cache: Whether compiled code is kept for the next time, in this user's
            cache directory.

    Raises:
        CacheUnusable: If the cache is asked for and can't be used.
    """

    def __init__(self, limits: Limits | None = None, *, cache: bool = True) -> None:
        self.limits = limits or Limits()
        self._cache = cache
        if cache:
            try:
                wasmtime_bindgen.cache_folder()
            except wasmtime_bindgen.CacheUnusable as error:
                raise CacheUnusable(str(error)) from None

    def with_limits(self, limits: Limits) -> "Sandbox":
        """Return a sandbox for guests that get other limits."""
        return Sandbox(limits, cache=self._cache)

    def component(self, path: FilePath) -> Component:
        """Read the component in the file at `path`.

        Raises:
            InputError: If the file can't be read or holds no component.
        """
        data = read_wasm(path, "component")
        return Component(data, name=str(path), cache=self._cache, configure=_switch_off)

    def module(self, path: FilePath) -> CoreModule:
        """Read the core module in the file at `path`.

        Raises:
            InputError: If the file can't be read or holds no core module.
        """
        data = read_wasm(path, "core module")
        return CoreModule(data, name=str(path), cache=self._cache, configure=_switch_off)


def _switch_off(config: wasmtime.Config) -> None:
    """Switch off what the wasmtime package compiles beyond the Rust host's wasmtime.

    No guest of the greeter has a use for it, and each is more that a guest could try.
    """
    config.gc_support = False
    config.shared_memory = False
    config.wasm_component_model_implements = False
    config.wasm_component_model_map = False
    config.wasm_custom_page_sizes = False
    config.wasm_exceptions = False
    config.wasm_gc = False
    config.wasm_stack_switching = False
    config.wasm_threads = False
    config.wasm_wide_arithmetic = False


class Live(Generic[E]):
    """A guest with an instance that is ready to be called.

    One that traps can't be entered again, so it is replaced by a fresh one at
    the next call.

    Args:
        sandbox: Where the guest runs.
        binary: The guest.
        start: Makes an instance of it and returns its exports. May raise what
            is wrong with them.

    Raises:
        InputError: If the guest is damaged, imports what the sandbox does not
            offer, or does not fit the limits or what is expected of it.
        GuestError: If it traps or runs too long when it starts.

    Attributes:
        stdout: What the guest printed, over all instances.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        binary: Component | CoreModule,
        start: Callable[[Wasi, wasmtime_bindgen.Limits], E],
    ) -> None:
        self._limits = sandbox.limits
        self._path = binary.name
        self._offered = "WASI 0.2" if isinstance(binary, Component) else "WASI 0.1"
        self._make = start
        self.stdout = Capture(CAPACITY)
        self._stderr = Capture(CAPACITY)
        self._exports: E | None = self._start()

    def call(self, body: Callable[[E], T]) -> T:
        """Return what `body` returns for the exports of the instance.

        Args:
            body: Calls the guest. Anything that it raises but an `InputError`
                ends the instance.

        Raises:
            Unfit: If the WIT type of an argument can't hold its value.
            GuestTrapped: If the guest traps.
            TimedOut: If it runs too long.
            KeyboardInterrupt: If Ctrl-C ends it.
        """
        exports = self._exports or self._start()
        self._exports = None
        try:
            result = self._run(body, exports)
        except InputError:
            self._exports = exports
            raise
        except BaseException:
            exports.close()
            raise
        self._exports = exports
        return result

    def restart(self) -> None:
        """Replace the instance by a fresh one.

        Raises:
            GuestError: If it traps or runs too long when it starts.
        """
        if self._exports is not None:
            self._exports.close()
        self._exports = None
        self._exports = self._start()

    def _run(self, body: Callable[[E], T], exports: E) -> T:
        try:
            return body(exports)
        except Trap as trap:
            raise self._failure(trap, trap.function) from None
        except WasmtimeBindgenError as error:
            raise Unfit(str(error)) from None

    def _start(self) -> E:
        wasi = Wasi(stdout=self.stdout, stderr=self._stderr)
        try:
            return self._make(wasi, self._limits.bounds())
        except Trap as trap:
            raise self._failure(trap, "instantiate") from None
        except wasmtime_bindgen.ExceedsLimits as error:
            raise OverLimits(self._path, error.reason) from None
        except wasmtime_bindgen.LinkError as error:
            if error.missing:
                raise UnknownImport(self._path, error.missing[0], self._offered) from None
            raise MissingExport(self._path, "the world `greeter`", error.problems[0]) from None
        except WasmtimeBindgenError as error:
            raise Invalid(str(error)) from None

    def _failure(self, trap: Trap, function: str) -> GuestError:
        if trap.code == "deadline":
            return TimedOut(function, self._limits.timeout)
        if trap.status is not None:
            return Exited(function, trap.status)
        return GuestTrapped(function, trap.message, take_lines(self._stderr), trap.backtrace)
