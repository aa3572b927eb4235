"""Engines, which are shared by all instances of a process, and compiled components."""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import wasmtime
from wasmtime import component as wit

from . import _capi, cache
from .clock import Clock
from .errors import InvalidComponent


class Engine:
    """An engine of the runtime, its clock, and a linker with WASI for components without imports.

    Args:
        fuel: Whether compiled code counts the fuel that it burns.
    """

    def __init__(self, fuel: bool) -> None:
        config = wasmtime.Config()
        config.epoch_interruption = True
        config.consume_fuel = fuel
        _capi.enable_maps(config)
        _capi.disable_concurrency(config)
        self.configuration = f"epochs, maps, {'fuel' if fuel else 'no fuel'}"
        self.engine = wasmtime.Engine(config)
        self.clock = Clock(self.engine)

    def linker(self) -> wit.Linker:
        """Return a new linker with WASI, whose parts may be defined again."""
        linker = wit.Linker(self.engine)
        linker.allow_shadowing = True
        linker.add_wasip2()
        return linker


@lru_cache(maxsize=2)
def engine(fuel: bool) -> Engine:
    """Return the process's engine."""
    return Engine(fuel)


class Component:
    """A component that can be loaded as often as one likes; it is compiled once.

    Args:
        source: The path of a binary, or the binary itself.
        cache: Whether compiled code is kept for other processes of this user,
            and taken from there.

    Raises:
        InvalidComponent: If it is no component.
        OSError: If the file can't be read.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | bytes | bytearray | memoryview,
        *,
        cache: bool = True,
    ) -> None:
        if isinstance(source, (str, os.PathLike)):
            self.name = os.fspath(source)
            self._binary = Path(source).read_bytes()
        else:
            self.name = "the component"
            self._binary = bytes(source)
        self._cache = cache
        self._lock = threading.Lock()
        self._compiled: dict[bool, wit.Component] = {}
        _refuse_others(self.name, self._binary)

    def compiled(self, *, fuel: bool) -> wit.Component:
        """Return it, compiled for the engine that counts fuel or the one that doesn't.

        Raises:
            InvalidComponent: If the binary is damaged or uses what the runtime doesn't know.
        """
        with self._lock:
            if fuel not in self._compiled:
                self._compiled[fuel] = self._compile(engine(fuel))
            return self._compiled[fuel]

    def _compile(self, host: Engine) -> wit.Component:
        entry = cache.entry(self._binary, host.configuration) if self._cache else ""
        if self._cache and (stored := cache.read(entry)) is not None:
            try:
                return wit.Component.deserialize(host.engine, stored)
            except wasmtime.WasmtimeError:
                pass  # of another build of wasmtime: compile again
        try:
            component = wit.Component(host.engine, self._binary)
        except wasmtime.WasmtimeError as error:
            reason = " ".join(str(error).split())
            raise InvalidComponent(f"{self.name} is not a valid component: {reason}") from None
        if self._cache:
            cache.write(entry, bytes(component.serialize()))
        return component


Source: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | Component"
"""Where a component comes from: a path, the binary itself, or a compiled one."""


def as_component(source: Source, *, cache: bool) -> Component:
    """Return `source` as a `Component`."""
    return source if isinstance(source, Component) else Component(source, cache=cache)


def _refuse_others(name: str, data: bytes) -> None:
    """Raise `InvalidComponent` for what is no component by its first bytes."""
    if data[:4] != b"\0asm":
        raise InvalidComponent(
            f"{name} is not a WebAssembly binary, and a component is expected:"
            r" it does not begin with `\0asm`"
        )
    # The layer field after the version tells the two formats apart (Component
    # Model, Binary.md).
    if data[6:8] == b"\0\0":
        raise InvalidComponent(
            f"{name} is a core module, and a component is expected: a component is what"
            " `cargo component build` or wit-component makes of one"
        )
