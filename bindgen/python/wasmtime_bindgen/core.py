"""Core modules under the limits of components, for as long as a program needs both.

A core module's functions take and return numbers, and what those mean is the
caller's knowledge: `wasmtime`'s own objects call them. What is the same as for
a component is how it runs: compiled code is kept, limits, deadline, Ctrl-C,
WASI, and traps as typed errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import wasmtime

from . import wasi as wasi_
from .compiled import Compiled
from .engine import Engine
from .errors import InvalidModule
from .instance import Instance
from .loaded import Loaded
from .messages import is_trap, refusal
from .settings import Limits, Wasi, settled

T = TypeVar("T")


class CoreModule(Compiled[wasmtime.Module]):
    """A core module that can be started as often as one likes; it is compiled once.

    Args:
        source: The path of a binary, or the binary itself.
        name: What errors call it; the path, unless it is given.
        cache: As for `Component`.
        configure: As for `Component`.

    Raises:
        InvalidModule: If it is no core module.
        OSError: If the file can't be read.
    """

    _kind = "core module"
    _invalid = InvalidModule

    def start(self, *, wasi: Wasi | None = None, limits: Limits | None = None) -> CoreInstance:
        """Return a new instance; what it may import is WASI preview 1.

        Raises:
            LinkError: If it imports anything else, or doesn't fit the limits.
            Trap: If it traps when it starts.
        """
        return CoreInstance(self, *settled(wasi, limits))

    def _refuse_other_layer(self, layer: bytes) -> None:
        if layer.strip(b"\0"):
            raise InvalidModule(f"{self.name} is a component, and a core module is expected")

    def _compile(self, host: Engine) -> wasmtime.Module:
        return wasmtime.Module(host.engine, self._binary)

    def _deserialize(self, host: Engine, path: str) -> wasmtime.Module:
        return wasmtime.Module.deserialize_file(host.engine, path)


class CoreInstance(Loaded):
    """An instance of a core module; `CoreModule.start` makes one.

    Use it in a `with` statement, or close it, to free what it holds. After a
    trap it can't be called any more.

    Attributes:
        store: The store that `wasmtime`'s objects ask for.
        exports: The exports by name, as `wasmtime` has them.
    """

    def __init__(self, module: CoreModule, wasi: Wasi, limits: Limits) -> None:
        fuel = limits.fuel is not None
        host, compiled = module.ready(fuel=fuel)
        self._runtime_ = Instance(host, limits)
        self._runtime_.remedy = "start the module again"
        self.store = self._runtime_.store

        def start() -> wasmtime._instance.InstanceExports:
            wasi_.give(self.store, wasi, self._runtime_.stderr)
            try:
                return host.module_linker.instantiate(self.store, compiled).exports(self.store)
            except wasmtime.WasmtimeError as error:
                if self._runtime_.pending is None and (why := refusal(module.name, str(error))):
                    raise why from None
                raise

        self.exports = self.call("the start", start)

    def call(self, function: str, body: Callable[..., T], *arguments: Any) -> T:
        """Return `body(*arguments)`, in which the instance may be called, under its limits.

        Args:
            function: What errors call it.
            body: An export, whose first argument is the store, or a function
                that calls several.
            arguments: What `body` is called with.

        Raises:
            Trap: If the guest traps.
            InstanceDead: If it trapped before, or was closed.
        """
        instance = self._runtime_

        def run() -> T:
            try:
                result = body(*arguments)
            except (wasmtime.WasmtimeError, wasmtime.Trap) as error:
                status = error.code if isinstance(error, wasmtime.ExitTrap) else None
                message = str(error)
                if instance.pending is None and status is None and not is_trap(message):
                    raise  # the guest was not entered
                ended = message, status
            else:
                if instance.pending is not None:
                    instance.settle(None, function)
                return result
            return instance.fail(function, *ended)

        return instance.guard(function, run)
