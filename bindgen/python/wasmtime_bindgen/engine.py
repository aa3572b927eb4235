"""Engines, which are shared by all instances of a process, and compiled components."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeAlias

import wasmtime
from wasmtime import component as wit

from . import _capi
from .binary import Binary
from .clock import Clock
from .compiled import Compiled
from .errors import InvalidComponent
from .wasmtime_version import WASMTIME

if TYPE_CHECKING:
    from .check import Check

Configure: TypeAlias = Callable[[wasmtime.Config], object]
"""Sets options of an engine beyond those that this package needs."""


class Engine:
    """An engine of the runtime, its clock, and linkers with WASI.

    Args:
        fuel: Whether compiled code counts the fuel that it burns.
        configure: Sets further options; called once.
        concurrency: Whether components may have what Python can't call, such as streams
            and async functions; their other functions are slower to call.
    """

    def __init__(self, fuel: bool, configure: Configure | None, concurrency: bool = False) -> None:
        config = wasmtime.Config()
        _capi.enable_maps(config)
        if concurrency:
            _capi.enable_all(config)
        if configure is not None:
            configure(config)
        config.epoch_interruption = True
        config.consume_fuel = fuel
        if not concurrency:
            _capi.disable_concurrency(config)
        self.engine = wasmtime.Engine(config)
        self.clock = Clock(self.engine)
        # That version traps where a guest is entered again, and its concurrency is on.
        self.enters_again = not (concurrency and WASMTIME.startswith("48."))
        self.configuration = (
            f"epochs, {'all' if concurrency else 'maps'}, {'fuel' if fuel else 'no fuel'}"
        )
        if configure is not None:
            # What is compiled carries every option, so that of an empty module tells all.
            empty = wasmtime.Module(self.engine, b"\0asm\1\0\0\0")
            self.configuration += hashlib.sha256(empty.serialize()).hexdigest()

    def linker(self) -> wit.Linker:
        """Return a new linker with WASI, whose parts may be defined again."""
        linker = wit.Linker(self.engine)
        linker.allow_shadowing = True
        linker.add_wasip2()
        return linker

    @cached_property
    def plain_linker(self) -> wit.Linker:
        """The linker with WASI for components that import nothing else."""
        return self.linker()

    @cached_property
    def module_linker(self) -> wasmtime.Linker:
        """The linker with WASI preview 1, for core modules."""
        linker = wasmtime.Linker(self.engine)
        linker.define_wasi()
        return linker


@cache
def engine(fuel: bool, configure: Configure | None, concurrency: bool) -> Engine:
    """Return the process's engine with these options."""
    return Engine(fuel, configure, concurrency)


class Component(Compiled[wit.Component]):
    """A component that can be loaded as often as one likes; it is compiled once.

    Args:
        source: The path of a binary, or the binary itself.
        name: What errors call it; the path, unless it is given.
        cache: Whether compiled code is kept for other processes of this user,
            and taken from there.
        configure: Sets options of wasmtime's engine, such as which proposals it
            knows. Components with the same function share an engine, so pass a
            function of a module and not a new one each time.

    Raises:
        InvalidComponent: If it is no component.
        OSError: If the file can't be read.
    """

    _kind = "component"
    # Most components need no more than the first, whose calls are faster.
    _concurrency = (False, True)
    _invalid = InvalidComponent

    @cached_property
    def checks(self) -> dict[int, Check]:
        """The worlds without imports that it was compared with, and fits, by their id."""
        return {}

    def _refuse_other_layer(self, layer: bytes) -> None:
        if layer == b"\0\0":
            raise InvalidComponent(
                f"{self.name} is a core module, and a component is expected: a component is what"
                " `cargo component build` or wit-component makes of one"
            )

    def _compile(self, host: Engine) -> wit.Component:
        return wit.Component(host.engine, self._binary)

    def _deserialize(self, host: Engine, path: str) -> wit.Component:
        return wit.Component.deserialize_file(host.engine, path)


Source: TypeAlias = Binary | Component
"""Where a component comes from: a path, the binary itself, or a compiled one."""


def as_component(source: Source, *, cache: bool) -> Component:
    """Return `source` as a `Component`."""
    return source if isinstance(source, Component) else Component(source, cache=cache)
