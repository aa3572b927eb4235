"""What the runtime knows of a component's types, read through the C API into plain objects.

wasmtime-py has classes for them, too, but none for maps: it raises for an
interface that merely names one.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from ctypes import byref, c_bool, c_size_t, c_uint64, c_void_p
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeAlias

import wasmtime
from wasmtime import component as wit

from ._capi import ITEM_KINDS, TYPE_KINDS, c_function, has_function


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a value.

    Attributes:
        kind: What WIT calls it: `u8`, `list`, `record`.
        parts: Name and type of what it is made of: of each field or case; without
            a type of each name of an enum or flags; without a name of each item
            of a tuple, side of a result, key, value, element or payload.
    """

    kind: str
    parts: Parts = ()


Parts: TypeAlias = tuple[tuple[str, Type | None], ...]
"""Names and types."""


@dataclass(frozen=True, slots=True)
class Function:
    """The type of a function."""

    params: Parts
    result: Type | None
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface, with what it has by name."""

    items: Mapping[str, Item]


@dataclass(frozen=True, slots=True)
class Other:
    """What is neither; `kind` says what it is, such as `resource` or `type`."""

    kind: str


Item: TypeAlias = Function | Interface | Other
"""What a component imports or exports by a name."""


def exports(component: wit.Component, engine: wasmtime.Engine) -> dict[str, Item]:
    """Return what a component exports."""
    type_ = component.type
    return dict(_items("type_export", *_addresses(type_, engine)))


def imports(
    component: wit.Component, engine: wasmtime.Engine, *, wanted: Callable[[str], bool]
) -> dict[str, Item]:
    """Return what a component imports; of what isn't wanted by its name, the name alone."""
    type_ = component.type
    return dict(_items("type_import", *_addresses(type_, engine), wanted))


def _addresses(type_: wit.ComponentType, engine: wasmtime.Engine) -> tuple[int, int]:
    """Return the addresses of both, which have to outlive their use."""
    return _address(type_.ptr()), _address(engine.ptr())


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, c_void_p).value or 0


@lru_cache
def _c(name: str, restype: Any, *argtypes: Any) -> Any:
    return c_function(f"wasmtime_component_{name}", restype, *argtypes, held=True)


def _items(
    stem: str,
    owner: int,
    engine: int,
    wanted: Callable[[str], bool] = lambda _name: True,
) -> Iterator[tuple[str, Item]]:
    nth = _c(f"{stem}_nth", c_bool, c_void_p, c_void_p, c_size_t, *[c_void_p] * 3)
    for i in range(_c(f"{stem}_count", c_size_t, c_void_p, c_void_p)(owner, engine)):
        name, item = _Name(), (c_uint64 * 3)()
        nth(owner, engine, i, *name.slots, byref(item))
        if has_function("wasmtime_component_extern_type"):
            # Since version 50 it is an object around its type.
            extern, item = item[0], (c_uint64 * 3)()
            _c("extern_type", None, c_void_p, c_void_p)(extern, byref(item))
            _c("extern_delete", None, c_void_p)(extern)
        try:
            text = name.text()
            yield text, _item(item, engine) if wanted(text) else Other("not wanted")
        finally:
            _c("item_delete", None, c_void_p)(byref(item))


def _item(item: Any, engine: int) -> Item:
    kind = ITEM_KINDS[item[0] & 0xFF]
    if kind == "component_func":
        params = _named("func_type_param", item[1])
        is_async = _c("func_type_async", c_bool, c_void_p)(item[1])
        return Function(params, _side("func_type_result", c_bool, item[1]), is_async)
    if kind == "component_instance":
        return Interface(dict(_items("instance_type_export", item[1], engine)))
    return Other(kind)


class _Name:
    """Where the C API puts the address and length of a name."""

    def __init__(self) -> None:
        self._start, self._length = c_void_p(), c_size_t()
        self.slots = byref(self._start), byref(self._length)

    def text(self) -> str:
        """Return it, while what it is the name of lives."""
        return ctypes.string_at(self._start, self._length.value).decode()


def _read(fill: Callable[[Any], bool | None]) -> Type | None:
    """Return the type that `fill` writes to an address; None if it says that there is none."""
    slot = (c_uint64 * 2)()
    if fill(byref(slot)) is False:
        return None
    try:
        number = slot[0] & 0xFF
        kind = TYPE_KINDS[number] if number < len(TYPE_KINDS) else "of a later version"
        return Type(kind, _PARTS[kind](slot[1]) if kind in _PARTS else ())
    finally:
        _c("valtype_delete", None, c_void_p)(byref(slot))


def _side(name: str, restype: Any, owner: int) -> Type | None:
    return _read(partial(_c(name, restype, c_void_p, c_void_p), owner))


def _sides(restype: Any, *names: str) -> Callable[[int], Parts]:
    return lambda owner: tuple(("", _side(name, restype, owner)) for name in names)


def _count(stem: str, owner: int) -> range:
    return range(_c(f"{stem}_count", c_size_t, c_void_p)(owner))


def _named(stem: str, owner: int) -> Parts:
    """Return the names and types of parameters or fields."""
    nth = _c(f"{stem}_nth", c_bool, c_void_p, c_size_t, *[c_void_p] * 3)

    def one(i: int) -> tuple[str, Type | None]:
        name = _Name()
        type_ = _read(partial(nth, owner, i, *name.slots))
        return name.text(), type_

    return tuple(map(one, _count(stem, owner)))


def _unnamed(stem: str, owner: int) -> Parts:
    """Return the types of a tuple's items."""
    nth = _c(f"{stem}_nth", c_bool, c_void_p, c_size_t, c_void_p)
    return tuple(("", _read(partial(nth, owner, i))) for i in _count(stem, owner))


def _cases(stem: str, owner: int) -> Parts:
    nth = _c(f"{stem}_nth", c_bool, c_void_p, c_size_t, *[c_void_p] * 4)

    def one(i: int) -> tuple[str, Type | None]:
        name, has_payload = _Name(), c_bool()

        def fill(slot: Any) -> bool:
            nth(owner, i, *name.slots, byref(has_payload), slot)
            return has_payload.value

        type_ = _read(fill)
        return name.text(), type_

    return tuple(map(one, _count(stem, owner)))


def _names(stem: str, owner: int) -> Parts:
    """Return the names of an enum's cases, or of flags."""
    nth = _c(f"{stem}_nth", c_bool, c_void_p, c_size_t, c_void_p, c_void_p)
    name = _Name()
    return tuple((name.text(), None) for i in _count(stem, owner) if nth(owner, i, *name.slots))


_PARTS: dict[str, Callable[[int], Parts]] = {
    "list": _sides(None, "list_type_element"),
    "record": partial(_named, "record_type_field"),
    "tuple": partial(_unnamed, "tuple_type_types"),
    "variant": partial(_cases, "variant_type_case"),
    "enum": partial(_names, "enum_type_names"),
    "option": _sides(None, "option_type_ty"),
    "result": _sides(c_bool, "result_type_ok", "result_type_err"),
    "flags": partial(_names, "flags_type_names"),
    "map": _sides(None, "map_type_key", "map_type_value"),
}
