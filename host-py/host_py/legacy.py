"""The same two functions by raw pointers, and the only pointer arithmetic of this host.

The module's type says only `(i32) -> i32`. What the integers mean, who
allocates, who frees and where a string ends is knowledge of this file, and a
mistake in it is memory corruption inside the guest.
"""

import ctypes
from collections.abc import Mapping

import wasmtime
from wasmtime_bindgen import CoreInstance

from .capture import take_lines
from .errors import BrokenAbi, FilePath, InteriorNul, MissingExport, NoRoom
from .sandbox import Live, Sandbox
from .values import s32, text

PAGE = 65_536
"""The size of a page of linear memory, in bytes."""

_FIRST_READ = 256
"""How many bytes of a string are read at first, in search of its NUL."""


class LegacyGreeter:
    """A core module that exports the greeter by its C ABI.

    Args:
        sandbox: Where it runs.
        path: The file that holds the core module.

    Raises:
        InputError: If the file is no core module, or lacks one of the exports.
        GuestError: If the module traps when it starts.
    """

    def __init__(self, sandbox: Sandbox, path: FilePath) -> None:
        self._guest = load(sandbox, path)

    def greet(self, name: str) -> str:
        """Return what the guest's `custom_greet` returns for `name`, and free it there.

        Raises:
            InputError: If `name` holds a NUL, which would end it early, or a
                lone surrogate.
            GuestError: If the guest traps, runs too long, or returns no valid
                string. The next call gets a fresh instance.
        """
        data = text(name).encode()
        if (nul := data.find(0)) >= 0:
            raise InteriorNul(nul)
        greeting = self._guest.call(lambda abi: abi.greet(data))
        try:
            return greeting.decode()
        except UnicodeDecodeError as error:
            raise BrokenAbi(f"it returned a string that is not UTF-8: {error}") from None

    def add(self, a: int, b: int) -> int:
        """Return the sum of `a` and `b`, which wraps on overflow.

        Raises:
            InputError: If one of them is not in -2147483648..=2147483647.
            GuestError: If the guest traps or runs too long.
        """
        return self._guest.call(lambda abi: abi.add(s32("a", a), s32("b", b)))

    def take_printed(self) -> list[str]:
        """Take what the guest printed since this was last asked, as lines."""
        return take_lines(self._guest.stdout)


class CAbi:
    """The exports of one instance as they are: addresses in, addresses out.

    An address counts bytes from the start of linear memory. `LegacyGreeter`
    is the way to call the guest; this class is for whoever has to see the steps.

    Args:
        instance: An instance of the core module.
        path: The file that the module came from, for errors.

    Raises:
        MissingExport: If it lacks one of the exports.
    """

    def __init__(self, instance: CoreInstance, path: FilePath) -> None:
        self._instance = instance
        self._store = store = instance.store
        exports = instance.exports
        self._memory = _memory(exports, path)
        self._custom_greet = _function(exports, store, path, "custom_greet", 1, 1)
        self._free_string = _function(exports, store, path, "free_string", 1, 0)
        self._add = _function(exports, store, path, "add", 2, 1)
        self._scratch = range(0)

    def greet(self, name: bytes) -> bytes:
        """Greet `name`, which holds no NUL, and return the greeting's bytes.

        Raises:
            NoRoom: If the memory can't grow for the name.
            BrokenAbi: If what the guest returns is no pointer to a string.
        """
        pointer = self.custom_greet(self.place(name + b"\0"))
        # A pointer that is wrong is not given back to the guest: the error ends
        # the instance, and its memory with it.
        greeting = self.read_string(pointer)
        self.free_string(pointer)
        return greeting

    def place(self, data: bytes) -> int:
        """Copy `data` to where the guest does not overwrite it, and return the address.

        The guest exports no allocator, so the host adds pages of its own to
        linear memory. They are safe there because of this guest's allocator,
        which hands out only pages that it asked for itself. Not every allocator
        leaves foreign pages alone: one that takes all memory up to its current
        end would hand these out. They are used again by the next call.

        Raises:
            NoRoom: If the memory can't grow as much.
        """
        if len(self._scratch) < len(data):
            # Outgrown pages are lost: doubling bounds the loss.
            pages = -(-max(len(data), 2 * len(self._scratch)) // PAGE)
            try:
                start = self._memory.grow(self._store, pages) * PAGE
            except wasmtime.WasmtimeError:
                raise NoRoom(len(data) - 1) from None
            self._scratch = range(start, start + pages * PAGE)
        self.write(self._scratch.start, data)
        return self._scratch.start

    def custom_greet(self, name: int) -> int:
        """Call the guest with the address of a string; return the address of another."""
        return self._call("custom_greet", self._custom_greet, _signed(name)) & 0xFFFF_FFFF

    def free_string(self, pointer: int) -> None:
        """Let the guest free what `custom_greet` returned."""
        self._call("free_string", self._free_string, _signed(pointer))

    def add(self, a: int, b: int) -> int:
        """Return the sum of two integers that are in range."""
        return self._call("add", self._add, a, b)

    def memory_length(self) -> int:
        """Return the size of linear memory, in bytes."""
        return self._memory.data_len(self._store)

    def write(self, address: int, data: bytes) -> None:
        """Copy `data` into linear memory.

        Raises:
            BrokenAbi: If it does not lie in linear memory as a whole.
        """
        self._check(address, len(data))
        ctypes.memmove(self._base() + address, data, len(data))

    def read(self, address: int, length: int) -> bytes:
        """Return a copy of `length` bytes of linear memory.

        Raises:
            BrokenAbi: If they do not lie in linear memory as a whole.
        """
        self._check(address, length)
        return ctypes.string_at(self._base() + address, length)

    def read_string(self, address: int) -> bytes:
        """Return a copy of the bytes from `address` up to the first NUL.

        Raises:
            BrokenAbi: If `address` is null or outside of linear memory, or no
                NUL follows.
        """
        if address == 0:
            raise BrokenAbi("it returned null")
        base, end = self._base(), self.memory_length()
        if address >= end:
            reason = f"it returned the pointer {address:#x}, outside of a memory of {end} bytes"
            raise BrokenAbi(reason)
        parts: list[bytes] = []
        start, length = address, _FIRST_READ
        while start < end:
            part = ctypes.string_at(base + start, min(length, end - start))
            nul = part.find(0)
            if nul >= 0:
                return b"".join([*parts, part[:nul]])
            parts.append(part)
            start += len(part)
            length *= 8
        raise BrokenAbi(f"no NUL ends the string at {address:#x}")

    def close(self) -> None:
        """Free the instance."""
        self._instance.close()

    def _call(self, name: str, function: wasmtime.Func, *arguments: int) -> int:
        result = self._instance.call(name, function, self._store, *arguments)
        return 0 if result is None else int(result)

    def _check(self, address: int, length: int) -> None:
        size = self.memory_length()
        if not 0 <= address <= size - length:
            reason = f"{length} bytes at {address:#x} are outside of a memory of {size} bytes"
            raise BrokenAbi(reason)

    def _base(self) -> int:
        # Asked for at every access, because memory may move when it grows.
        return ctypes.addressof(self._memory.data_ptr(self._store).contents)


def load(sandbox: Sandbox, path: FilePath) -> Live[CAbi]:
    """Compile the core module in the file at `path` and start an instance.

    Raises:
        InputError: If the file is no core module, or lacks one of the exports.
        GuestError: If the module traps when it starts.
    """
    module = sandbox.module(path)
    return Live(
        sandbox,
        module,
        lambda wasi, limits: CAbi(module.start(wasi=wasi, limits=limits), path),
    )


def _memory(exports: Mapping[str, object], path: FilePath) -> wasmtime.Memory:
    memory = exports.get("memory")
    if not isinstance(memory, wasmtime.Memory):
        raise MissingExport(path, "the greeter's C ABI", "it lacks the memory `memory`")
    return memory


def _function(
    exports: Mapping[str, object],
    store: wasmtime.Store,
    path: FilePath,
    name: str,
    parameters: int,
    results: int,
) -> wasmtime.Func:
    i32 = wasmtime.ValType.i32()
    function = exports.get(name)
    if isinstance(function, wasmtime.Func):
        ty = function.type(store)
        if ty.params == [i32] * parameters and ty.results == [i32] * results:
            return function
    expected = f"({', '.join(['i32'] * parameters)}) -> ({', '.join(['i32'] * results)})"
    raise MissingExport(path, "the greeter's C ABI", f"it lacks the function `{name}: {expected}`")


def _signed(address: int) -> int:
    """Return the 32 bits of `address` as the `i32` that WebAssembly's text calls them."""
    return address - 2**32 if address >= 2**31 else address
