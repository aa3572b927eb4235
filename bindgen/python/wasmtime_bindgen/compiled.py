"""Compiling a binary, once in a process and once for all processes."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

import wasmtime

from . import cache as store
from .binary import MAGIC, Binary, path_or_bytes
from .errors import WasmtimeBindgenError, WrongType
from .messages import one_line

if TYPE_CHECKING:
    from .engine import Configure, Engine


class _Serializable(Protocol):
    def serialize(self) -> bytearray: ...


C = TypeVar("C", bound=_Serializable)
T = TypeVar("T")


class Compiled(ABC, Generic[C]):
    """A binary, and what is made of it for an engine."""

    _kind: ClassVar[str]
    _concurrency: ClassVar[tuple[bool, ...]] = (False,)
    """Whether to compile it for an engine with `concurrency`: the first of them that can."""
    _invalid: ClassVar[type[WasmtimeBindgenError]]

    def __init__(
        self,
        source: Binary,
        *,
        name: str | None = None,
        cache: bool = True,
        configure: Configure | None = None,
    ) -> None:
        if configure is not None and not callable(configure):
            raise WrongType(f"configure: {configure!r} is no function that takes a Config")
        given = path_or_bytes(source)
        if isinstance(given, bytes):
            self.name = name or f"the {self._kind}"
            self._binary = given
        else:
            self.name = name or given
            self._binary = Path(given).read_bytes()
        self._cache = cache
        self._configure = configure
        # A signal's handler, or a finalizer, may load it on the thread that does so already.
        self._lock = threading.RLock()
        self._ready: dict[bool, tuple[Engine, C]] = {}
        if not self._binary.startswith(MAGIC):
            raise self._invalid(
                f"{self.name} is not a WebAssembly binary, and a {self._kind} is expected:"
                r" it does not begin with `\0asm`"
            )
        # The layer field after the version tells the two formats apart (Component
        # Model, Binary.md).
        self._refuse_other_layer(self._binary[6:8])

    def ready(self, *, fuel: bool) -> tuple[Engine, C]:
        """Return it compiled, and the engine that it is compiled for: one that counts fuel, or not.

        Raises:
            WasmtimeBindgenError: `InvalidComponent` or `InvalidModule`, if the
                binary is damaged or uses what no engine knows.
        """
        with self._lock:
            if fuel not in self._ready:
                self._ready[fuel] = self._load(fuel)
            return self._ready[fuel]

    def compiled(self, *, fuel: bool) -> C:
        """Return it, compiled; see `ready`."""
        return self.ready(fuel=fuel)[1]

    def _load(self, fuel: bool) -> tuple[Engine, C]:
        from .engine import engine

        reason = ""
        for concurrency in self._concurrency:
            host = engine(fuel, self._configure, concurrency)
            try:
                return host, self._load_for(host)
            except wasmtime.WasmtimeError as error:
                reason = one_line(str(error))
        raise self._invalid(f"{self.name} is not a valid {self._kind}: {reason}")

    def _load_for(self, host: Engine) -> C:
        entry = store.entry(self._binary, host.configuration) if self._cache else ""
        if self._cache and (stored := store.find(entry)) is not None:
            try:
                return self._deserialize(host, str(stored))
            except wasmtime.WasmtimeError:
                pass  # of another build of wasmtime: compile again
        compiled = _interruptibly(lambda: self._compile(host))
        if self._cache:
            store.write(entry, bytes(compiled.serialize()))
        return compiled

    @abstractmethod
    def _refuse_other_layer(self, layer: bytes) -> None: ...

    @abstractmethod
    def _compile(self, host: Engine) -> C: ...

    @abstractmethod
    def _deserialize(self, host: Engine, path: str) -> C: ...


def _interruptibly(compile_binary: Callable[[], T]) -> T:
    """Return what `compile_binary` returns, from another thread.

    Nothing stops the compiler, which takes seconds for a large binary; so Ctrl-C
    leaves it behind.
    """
    done: list[T | Exception] = []

    def work() -> None:
        try:
            done.append(compile_binary())
        except Exception as error:
            done.append(error)

    thread = threading.Thread(target=work, name="wasmtime-bindgen-compiler", daemon=True)
    thread.start()
    while thread.is_alive():
        # On Windows, a wait without an end is deaf to Ctrl-C.
        thread.join(0.05)
    result = done.pop()
    if isinstance(result, Exception):
        raise result
    return result
