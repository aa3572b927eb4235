"""A peer: the greeter's C ABI, called from Python as one does by hand.

Which integers are addresses, where a string ends and who frees it is knowledge
of this file alone. It checks what the guest returns, as a careful host does.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import wasmtime

_PAGE = 65_536
_FIRST_READ = 256


class LegacyGreeter:
    """The core module in a file, with functions of a C ABI."""

    def __init__(self, path: Path) -> None:
        engine = wasmtime.Engine()
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        self._store = wasmtime.Store(engine)
        self._store.set_wasi(wasmtime.WasiConfig())
        module = wasmtime.Module.from_file(engine, str(path))
        exports = linker.instantiate(self._store, module).exports(self._store)
        memory, greet, free, add = (
            exports[name] for name in ("memory", "custom_greet", "free_string", "add")
        )
        assert isinstance(memory, wasmtime.Memory)
        assert isinstance(greet, wasmtime.Func)
        assert isinstance(free, wasmtime.Func)
        assert isinstance(add, wasmtime.Func)
        self._memory, self._greet, self._free, self._add = memory, greet, free, add
        # The guest exports no allocator: the name goes to a page of the host's own.
        self._name = memory.grow(self._store, 1) * _PAGE

    def add(self, a: int, b: int) -> int:
        """Return the sum of `a` and `b`."""
        return int(self._add(self._store, a, b))

    def greet(self, name: str) -> str:
        """Return the greeting of `name`, of less than a page.

        Raises:
            ValueError: If it holds a NUL or is too long, or the guest returns no string.
        """
        data = name.encode()
        if 0 in data or len(data) >= _PAGE:
            raise ValueError("a C string of less than a page is expected")
        ctypes.memmove(self._base() + self._name, data + b"\0", len(data) + 1)
        pointer = self._greet(self._store, self._name) & 0xFFFF_FFFF
        try:
            return self._string(pointer).decode()
        finally:
            self._free(self._store, pointer)

    def _string(self, address: int) -> bytes:
        base, end = self._base(), self._memory.data_len(self._store)
        parts: list[bytes] = []
        length = _FIRST_READ
        while 0 < address < end:
            part = ctypes.string_at(base + address, min(length, end - address))
            if (nul := part.find(0)) >= 0:
                return b"".join([*parts, part[:nul]])
            parts.append(part)
            address += len(part)
            length *= 8
        raise ValueError("the guest returned no string")

    def _base(self) -> int:
        # Asked for at every access, because memory may move when it grows.
        return ctypes.addressof(self._memory.data_ptr(self._store).contents)
