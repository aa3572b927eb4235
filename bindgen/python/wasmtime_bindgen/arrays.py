"""Lists of numbers, truth values and characters: written as a whole, not item by item."""

from __future__ import annotations

import ctypes
import math
import struct
from array import array
from collections.abc import Callable, Sequence
from operator import index
from typing import Any

from . import descriptors as d
from ._capi import KIND
from .sizes import LINEAR_MEMORY

FORMAT = {
    "bool": "B",
    "s8": "b",
    "u8": "B",
    "s16": "h",
    "u16": "H",
    "s32": "i",
    "u32": "I",
    "s64": "q",
    "u64": "Q",
    "f32": "f",
    "f64": "d",
    "char": "I",
}
"""The format of the `struct` module for each primitive type but `string`."""

KEPT_ITEMS = 1 << 21
"""How many items' memory (32 bytes each) is kept for the next call; more is freed after use."""

F32_MAX = 2.0**127 * (2 - 2.0**-23)
"""The largest finite `f32`."""

_ALIKE = {
    **dict.fromkeys("bhilq", "signed"),
    **dict.fromkeys("BHILQc", "unsigned"),
    **dict.fromkeys("fd", "float"),
    "?": "bool",
}


class Unfit(Exception):
    """A value that doesn't fit, found on the fast path; `explain` says why."""


def array_of(element: d.ValType) -> str:
    """Return the name of a primitive type whose lists are written as a whole; empty for others."""
    return element.name if isinstance(element, d.Primitive) and element.name in FORMAT else ""


def integer(value: Any) -> int:
    """Return the int that `value` stands for; a bool stands for none."""
    if isinstance(value, bool):
        raise Unfit
    return index(value)


def real(value: Any) -> float:
    """Return the float that `value` stands for; a bool or a text stands for none."""
    if value.__class__ is not int and not is_real(value):
        raise Unfit
    return float(value)


def is_real(value: Any) -> bool:
    """Return whether `float` takes a value, and it is not a bool or a text, which it takes, too."""
    is_number = hasattr(value, "__float__") or hasattr(value, "__index__")
    return is_number and not isinstance(value, (bool, str))


def single(value: float) -> float:
    """Return `value` if an `f32` can hold it, rounded; it is past the largest one by its face."""
    struct.pack("<f", value)
    return value


def sequence(value: Any, most: int) -> tuple[Any, ...]:
    """Return the items of a list, tuple, or other sequence that is no text or bytes.

    Args:
        value: The sequence.
        most: How many it may have; some claim more than there is memory for.
    """
    if isinstance(value, (str, bytes, bytearray)) or not isinstance(value, Sequence):
        raise Unfit
    if len(value) > most:
        raise Unfit
    return tuple(value)


class Items:
    """Memory for the elements of lists of one primitive type, with the kinds filled in.

    Args:
        name: The WIT name of the type, any but `string`.

    Attributes:
        top: How many items are written; who wrote some sets it back.
        capacity: How many there is room for.
    """

    def __init__(self, name: str) -> None:
        self.top = self.capacity = 0
        self._format: Any = FORMAT[name]
        self._size = struct.calcsize(self._format)
        self._most = LINEAR_MEMORY // self._size
        self._alike = "bool" if name == "bool" else _ALIKE[self._format]
        self._convert = _CONVERT.get(name, _integers)
        self._is_u8 = name == "u8"
        self._template = bytes([KIND[name]]) + bytes(31)
        self._reserve(16)

    def put(self, value: Any, keep: list[Any]) -> tuple[int, int]:
        """Write a list; return its length and address.

        Args:
            value: A sequence, or a buffer of this type. Anything else, or an
                item that doesn't fit, raises some error.
            keep: Gets what must live until the list was read.
        """
        kind = value.__class__
        if self._is_u8 and (kind is bytes or kind is bytearray):
            data = value
        elif kind is list or kind is tuple:
            data = self._convert(value, self._format)
        else:
            data = self._other(value)
        count, start = len(data), self.top
        if start + count > self.capacity:
            self._reserve(max(count, min(2 * self.capacity, KEPT_ITEMS)))
            start = self.top
        self._payload[start : start + count] = data
        self.top = start + count
        keep.append(self._memory)
        return count, self._address + 32 * start

    def shrink(self) -> None:
        """Let go of memory for more than is kept; who uses it keeps it alive."""
        self._reserve(16)

    def _reserve(self, capacity: int) -> None:
        """Begin anew with room for so many items; who uses the old memory keeps it alive."""
        self._memory = memory = bytearray(self._template * capacity)
        self.capacity, self.top = capacity, 0
        self._address = ctypes.addressof((ctypes.c_char * 8).from_buffer(memory))
        self._payload = memoryview(memory).cast(self._format)[8 // self._size :: 32 // self._size]

    def _other(self, value: Any) -> Any:
        """Return the items of what is no list, tuple or bytes, as a buffer of this format."""
        if isinstance(value, str):
            raise Unfit
        try:
            view = memoryview(value)
        except TypeError:
            return self._convert(sequence(value, self._most), self._format)
        if view.ndim != 1 or len(view) > self._most:
            raise Unfit
        format_ = view.format.lstrip("@=<" if view.itemsize > 1 else "@=<>!|")
        if view.itemsize == self._size and _ALIKE.get(format_) == self._alike:
            contiguous = view if view.c_contiguous else memoryview(view.tobytes())
            return contiguous.cast("B").cast(self._format)
        if self._alike == "bool" or _ALIKE.get(format_, "bool") == "bool":
            raise Unfit
        return self._convert(view.tolist(), self._format)


def _integers(values: Sequence[Any], format_: str) -> Any:
    if not {int}.issuperset(map(type, values)):
        values = [integer(value) for value in values]
    return array(format_, values)


def _reals(values: Sequence[Any], format_: str) -> Any:
    if not {int, float}.issuperset(map(type, values)):
        values = [real(value) for value in values]
    data = array(format_, values)
    if format_ == "f" and (math.inf in data or -math.inf in data):
        for value in values:
            single(value)
    return data


def _truths(values: Sequence[Any], format_: str) -> Any:
    if not {bool}.issuperset(map(type, values)):
        raise Unfit
    return array(format_, values)


def _characters(values: Sequence[Any], format_: str) -> Any:
    "".join(values).encode()  # refuses what is no text, and surrogates
    return array(format_, map(ord, values))


_CONVERT: dict[str, Callable[[Sequence[Any], str], Any]] = {
    "f32": _reals,
    "f64": _reals,
    "bool": _truths,
    "char": _characters,
}
