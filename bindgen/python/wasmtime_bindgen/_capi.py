"""The C side: the one module that knows wasmtime-py's private parts and the layouts of the C API.

Checked against wasmtime-py 48, 49 and 50 (`wasmtime/component/val.h` of the
C API; Linux x86-64). A version that is not `SUPPORTED` is refused before this
module is imported, a layout that differs from what is written down here, or a
function that is not there, when it is. `WASMTIME_BINDGEN_ANY_WASMTIME=1` admits
another version; the layouts are compared all the same.

A `wasmtime_component_val_t` has four words of eight bytes: the kind is the first
byte of word 0, the payload begins at word 1. Pointers are plain integers here.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import c_bool, c_int, c_size_t, c_ssize_t, c_uint32, c_uint64, c_void_p
from typing import Any

import wasmtime
from wasmtime import _ffi as ffi
from wasmtime import component as wit

from .errors import UnsupportedWasmtime
from .wasmtime_version import WASMTIME

KIND = {
    name: kind
    for kind, name in enumerate(
        (
            *("bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char"),
            *("string", "list", "record", "tuple", "variant", "enum", "option", "result"),
            *("flags", "resource", "map"),
        )
    )
}
"""The kind byte of each kind of value."""

TYPE_KINDS = (
    *("bool", "s8", "s16", "s32", "s64", "u8", "u16", "u32", "u64", "f32", "f64", "char"),
    *("string", "list", "record", "tuple", "variant", "enum", "option", "result", "flags"),
    *("own", "borrow", "future", "stream", "error-context", "map"),
)
"""The kinds of types, whose numbers are not those of values."""

ITEM_KINDS = (
    *("component", "component_instance", "module", "component_func", "resource", "core_func"),
    "type",
)
"""The kinds of what a component imports or exports."""

VAL_WORDS = 4
ENTRY_WORDS = 6
"""A record's entry: the field's name (length, pointer), then its value."""
PAIR_WORDS = 8
"""A map's entry: two values."""

_NAMED = {name: name.upper() for name in KIND if name != "map"}
"""What the C API calls a kind. It has no constant for maps in these versions."""


def _verify() -> None:
    """Raise `UnsupportedWasmtime` unless wasmtime is laid out as is known."""
    differences = [what for what, holds in _facts() if not holds]
    if differences:
        raise UnsupportedWasmtime(
            f"wasmtime {WASMTIME} is laid out in another way than wasmtime_bindgen knows: "
            + ", ".join(differences)
        )


def _facts() -> list[tuple[str, bool]]:
    """Return what the rest of this package relies on, and whether it holds."""
    try:
        c: Any = ffi
        val, entry = c.wasmtime_component_val_t, c.wasmtime_component_valrecord_entry_t
        pair, name = c.wasmtime_component_valmap_entry_t, c.wasm_byte_vec_t
        variant, result = c.wasmtime_component_valvariant_t, c.wasmtime_component_valresult_t
        many = c.wasmtime_component_vallist_t
        type_, item = c.wasmtime_component_valtype_t, c.wasmtime_component_item_t
        kinds = {k: getattr(c, f"WASMTIME_COMPONENT_{n}").value for k, n in _NAMED.items()}
        names = [name.upper().replace("-", "_") for name in TYPE_KINDS[:-1]]
        types = [getattr(c, f"WASMTIME_COMPONENT_VALTYPE_{name}").value for name in names]
        items = [getattr(c, f"WASMTIME_COMPONENT_ITEM_{name.upper()}").value for name in ITEM_KINDS]
        layout: Any = [
            ("little-endian", sys.byteorder, "little"),
            ("64 bits", ctypes.sizeof(c_void_p), 8),
            ("a value", (ctypes.sizeof(val), val.kind.offset, val.of.offset), (32, 0, 8)),
            ("a record's entry", (ctypes.sizeof(entry), entry.val.offset), (48, 16)),
            ("a map's entry", (ctypes.sizeof(pair), pair.value.offset), (64, 32)),
            ("a name", (ctypes.sizeof(name), name.size.offset, name.data.offset), (16, 0, 8)),
            ("a list", (ctypes.sizeof(many), many.size.offset, many.data.offset), (16, 0, 8)),
            ("a variant", (variant.discriminant.offset, variant.val.offset), (0, 16)),
            ("a result", (result.is_ok.offset, result.val.offset), (0, 8)),
            ("a type", (ctypes.sizeof(type_), type_.kind.offset, type_.of.offset), (16, 0, 8)),
            ("an item", (ctypes.sizeof(item), item.kind.offset, item.of.offset), (24, 0, 8)),
            ("the kinds", kinds, {k: KIND[k] for k in kinds}),
            ("the kinds of types", types, list(range(len(types)))),
            ("the kinds of items", items, list(range(len(items)))),
        ]
    except AttributeError as error:
        return [(f"it lacks {error}", False)]
    probe = b"\x01\x02\x03"
    inside = sys.implementation.name == "cpython" and (
        ctypes.string_at(id(probe) + bytes.__basicsize__ - 1, 3) == probe
    )
    return [(what, is_ == wanted) for what, is_, wanted in layout] + [("CPython's bytes", inside)]


_verify()

BYTES = bytes.__basicsize__ - 1
"""What to add to the `id` of a bytes object for the address of its first byte (CPython)."""

_free = ffi.dll
_held = ctypes.PyDLL(_free._name, handle=_free._handle)


def c_function(name: str, restype: Any, *argtypes: Any, held: bool = False) -> Any:
    """Return an own object for a C function; with `held` it keeps the interpreter's lock."""
    function = _symbol(name, held=held)
    function.restype = restype
    function.argtypes = argtypes
    return function


def has_function(name: str) -> bool:
    """Return whether this version of the C API has a function."""
    return hasattr(_held, name)


def _symbol(name: str, *, held: bool = False) -> Any:
    try:
        return (_held if held else _free)[name]
    except AttributeError:
        raise UnsupportedWasmtime(
            f"wasmtime {WASMTIME} lacks {name}, which wasmtime_bindgen calls"
        ) from None


call = _symbol("wasmtime_component_func_call")
"""`(function, context, arguments, count, result, count)`: 0, or the address of an error.

It runs the function's `post-return` as well (CanonicalABI.md, `canon lift`).
It has no argument types: pass prepared `c_void_p`s and small integers only.
"""
call.restype = c_void_p

val_delete = _symbol("wasmtime_component_val_delete", held=True)
"""`(value)`: frees what a value owns, not the value; pass a prepared `c_void_p`."""
val_delete.restype = None

val_clone = c_function("wasmtime_component_val_clone", None, c_void_p, c_void_p, held=True)
error_new = c_function("wasmtime_error_new", c_void_p, ctypes.c_char_p, held=True)
_error_delete = c_function("wasmtime_error_delete", None, c_void_p, held=True)
_error_message = c_function("wasmtime_error_message", None, c_void_p, c_void_p, held=True)
_error_exit = c_function("wasmtime_error_exit_status", c_bool, c_void_p, c_void_p, held=True)
_vec_new = c_function("wasm_byte_vec_new", None, c_void_p, c_size_t, ctypes.c_char_p, held=True)
_vec_delete = c_function("wasm_byte_vec_delete", None, c_void_p, held=True)
any_clone = c_function("wasmtime_component_resource_any_clone", c_void_p, c_void_p, held=True)
any_delete = c_function("wasmtime_component_resource_any_delete", None, c_void_p, held=True)
any_drop = c_function("wasmtime_component_resource_any_drop", c_void_p, c_void_p, c_void_p)
_any_to_host = c_function(
    "wasmtime_component_resource_any_to_host", c_void_p, c_void_p, c_void_p, c_void_p, held=True
)
_host_to_any = c_function(
    "wasmtime_component_resource_host_to_any", c_void_p, c_void_p, c_void_p, c_void_p, held=True
)
_host_new = c_function(
    "wasmtime_component_resource_host_new", c_void_p, c_bool, c_uint32, c_uint32, held=True
)
_host_rep = c_function("wasmtime_component_resource_host_rep", c_uint32, c_void_p, held=True)
_host_delete = c_function("wasmtime_component_resource_host_delete", None, c_void_p, held=True)
_set_stdin = c_function("wasi_config_set_stdin_bytes", None, c_void_p, c_void_p, held=True)
_set_fuel = c_function("wasmtime_context_set_fuel", c_void_p, c_void_p, c_uint64, held=True)
_on_epoch = c_function(
    "wasmtime_store_epoch_deadline_callback", None, c_void_p, c_void_p, c_void_p, c_void_p
)
_add_func = c_function(
    "wasmtime_component_linker_instance_add_func",
    c_void_p,
    *(c_void_p, ctypes.c_char_p, c_size_t, c_void_p, c_void_p, c_void_p),
)
_add_resource = c_function(
    "wasmtime_component_linker_instance_add_resource",
    c_void_p,
    *(c_void_p, ctypes.c_char_p, c_size_t, c_void_p, c_void_p, c_void_p, c_void_p),
)

FuncCallback = ctypes.CFUNCTYPE(c_size_t, *[c_void_p] * 4, c_size_t, c_void_p, c_size_t)
"""`(data, context, type, arguments, count, results, count)`: 0 or the address of an error."""
DropCallback = ctypes.CFUNCTYPE(c_size_t, c_void_p, c_void_p, c_uint32)
"""`(data, context, representation)`: 0 or the address of an error."""
EpochCallback = ctypes.CFUNCTYPE(c_size_t, c_void_p, c_void_p, c_void_p, c_void_p)
"""`(context, data, where to write the ticks, where to write the kind)`: 0 or an error."""

ORIGIN = 8
"""The address where `MEMORY` begins: Python refuses a view of address 0."""
_READ_ONLY = 0x100  # `PyBUF_READ`
_view = ctypes.PYFUNCTYPE(ctypes.py_object, c_void_p, c_ssize_t, c_int)(
    ("PyMemoryView_FromMemory", ctypes.pythonapi)
)
MEMORY: memoryview = _view(ORIGIN, sys.maxsize - ORIGIN, _READ_ONLY)
"""All of the process's memory, to be read: the byte at an address is `MEMORY[address - ORIGIN]`."""


_VIEWS: dict[str, Any] = {
    "f32": "f",
    "f64": "d",
    "s8": "b",
    "s16": "h",
    "s32": "i",
    "s64": "q",
    "u8": "B",
    "u16": "H",
    "u32": "I",
    "u64": "Q",
}
"""The views of a block, and the formats of their items."""


class Block:
    """Words of memory that C may read, filled from Python through views.

    Every view counts in words of eight bytes from the start, whatever the size
    of its items: `block.i32[5]` is the 32-bit integer at the start of word 5.
    They check the range of what is written.

    Args:
        words: How many; they are zero.

    Attributes:
        address: Where the block is.
    """

    __slots__ = ("_anchor", "address", "raw", "words", *_VIEWS)

    def __init__(self, words: int) -> None:
        memory = bytearray(8 * max(words, 1))
        self.words = words
        self._anchor = (ctypes.c_char * 8).from_buffer(memory)
        self.address = ctypes.addressof(self._anchor)
        self.raw = memoryview(memory)

    def __getattr__(self, name: str) -> Any:
        """Make a view when it is first asked for; few are."""
        if name not in _VIEWS:
            raise AttributeError(name)
        view = self.raw.cast(_VIEWS[name])
        view = view[:: 8 // view.itemsize]
        setattr(self, name, view)
        return view

    def pointer(self, word: int = 0) -> c_void_p:
        """Return the address of `word`, prepared for a call."""
        return c_void_p(self.address + 8 * word)


def take_error(error: int) -> tuple[str, int | None]:
    """Free an error; return its text and, if the guest called `exit`, the status."""
    text, status = ffi.wasm_byte_vec_t(), c_int()
    _error_message(error, ctypes.addressof(text))
    message = ctypes.string_at(text.data, text.size).decode(errors="replace")
    _vec_delete(ctypes.addressof(text))
    exited = _error_exit(error, ctypes.addressof(status))
    _error_delete(error)
    return message, status.value if exited else None


def steal_error(error: wasmtime.WasmtimeError) -> int:
    """Return the address of the runtime's error in an exception, which is left empty."""
    return ctypes.cast(error._consume(), c_void_p).value or 0


def _check(error: int | None) -> None:
    if error:
        raise wasmtime.WasmtimeError(take_error(error)[0])


def context(store: wasmtime.Store) -> int:
    """Return the address of the store's context."""
    return ctypes.cast(store._context(), c_void_p).value or 0


def function(func: wit.Func) -> c_void_p:
    """Return the address of an exported function, prepared for a call; `func` has to outlive it."""
    return c_void_p(ctypes.addressof(func._func))


def set_stdin(config: wasmtime.WasiConfig, data: bytes) -> None:
    """Let the guest read a copy of `data` on its standard input."""
    copy = ffi.wasm_byte_vec_t()
    _vec_new(ctypes.addressof(copy), len(data), data)
    _set_stdin(ctypes.cast(config.ptr(), c_void_p), ctypes.addressof(copy))  # which owns it then


def set_fuel(context_: int, fuel: int) -> None:
    """Give the store of a context so much fuel."""
    _check(_set_fuel(context_, fuel))


def on_epoch(store: wasmtime.Store, callback: Any) -> None:
    """Call the `EpochCallback` when the store's epoch deadline has passed."""
    _on_epoch(ctypes.cast(store.ptr(), c_void_p), ctypes.cast(callback, c_void_p), None, None)


def write_ticks(address: int, ticks: int) -> None:
    """Tell the runtime when to call an `EpochCallback` next."""
    c_uint64.from_address(address).value = ticks


def add_func(instance: wit.LinkerInstance, name: str, callback: Any) -> None:
    """Define a function by its `FuncCallback`, which must outlive the linker and its instances."""
    text = name.encode()
    _check(
        _add_func(
            ctypes.cast(instance.ptr(), c_void_p),
            text,
            len(text),
            ctypes.cast(callback, c_void_p),
            None,
            None,
        )
    )


def add_resource(instance: wit.LinkerInstance, name: str, type_: int, callback: Any) -> None:
    """Define a host resource, whose type is a number, by its `DropCallback`, as `add_func` does."""
    text = name.encode()
    resource = wit.ResourceType.host(type_)
    _check(
        _add_resource(
            ctypes.cast(instance.ptr(), c_void_p),
            text,
            len(text),
            ctypes.cast(resource.ptr(), c_void_p),
            ctypes.cast(callback, c_void_p),
            None,
            None,
        )
    )


def host_to_any(context_: int, rep: int, type_: int) -> int:
    """Return a new owned handle for the host's object `rep`; free it by `any_delete`."""
    host, handle = _host_new(True, rep, type_), c_void_p()
    try:
        _check(_host_to_any(context_, host, ctypes.addressof(handle)))
    finally:
        _host_delete(host)
    return handle.value or 0


def any_to_rep(context_: int, handle: int) -> int:
    """Return the number of the host's object behind a handle, which is used up, not freed."""
    host = c_void_p()
    _check(_any_to_host(context_, handle, ctypes.addressof(host)))
    try:
        rep: int = _host_rep(host)
        return rep
    finally:
        _host_delete(host)


_PROPOSALS = ("async", "async_stackful", "more_async_builtins", "accessors", "implements")
"""What a component may need beside what Python can call; the last two are new in version 50."""


def enable_maps(config: wasmtime.Config) -> None:
    """Let components use `map`."""
    config.wasm_component_model_map = True


def disable_concurrency(config: wasmtime.Config) -> None:
    """Leave out what only asynchronous functions need: it makes every call faster."""
    ffi.wasmtime_config_concurrency_support_set(config.ptr(), False)


def enable_all(config: wasmtime.Config) -> None:
    """Let components have whatever types and functions this version can load."""
    for proposal in _PROPOSALS:
        name = f"wasmtime_config_wasm_component_model_{proposal}_set"
        if has_function(name):
            c_function(name, None, c_void_p, c_bool)(ctypes.cast(config.ptr(), c_void_p), True)
