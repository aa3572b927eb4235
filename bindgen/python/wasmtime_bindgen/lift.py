"""Descriptors to code that lifts what the C API returned into Python values.

A value's payload is unpacked together with its neighbours', by one `struct` for
a record's fields or a list's items; what hangs off it is read at its address.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from . import descriptors as d
from ._capi import MEMORY, ORIGIN
from .arrays import FORMAT, array_of
from .names import FlagNames, enum_members
from .source import PlanSource
from .values import Err, Ok, Some

_PAYLOAD = {
    **{name: f"{code}{24 - struct.calcsize(code)}x" for name, code in FORMAT.items()},
    "bool": "?23x",
    "string": "QQ8x",
}
_COMPOUND_PAYLOAD: dict[type, str] = {
    **dict.fromkeys((d.List, d.Record, d.Tuple, d.Flags, d.Map, d.Enum), "QQ8x"),
    d.Variant: "QQQ",
    d.Result: "?7xQ8x",
    **dict.fromkeys((d.Option, d.Own, d.Borrow), "Q16x"),
}


def payload(type_: d.ValType) -> str:
    """Return the format of a value's last three words."""
    if isinstance(type_, d.Primitive):
        return _PAYLOAD[type_.name]
    return _COMPOUND_PAYLOAD[type(type_)]


class Lifting:
    """Writes the code that lifts values, into `source`."""

    def __init__(self, source: PlanSource) -> None:
        self.source = source
        source.names.update(MEMORY=MEMORY)

    def values(self, types: list[d.ValType], buffer: str, offset: str) -> list[str]:
        """Append what lifts values side by side in a buffer; return their local names."""
        reader, names = self._reader("<" + "".join("8x" + payload(t) for t in types), types)
        self._unpack(names, f"{reader}.unpack_from({buffer}, {offset})")
        return [self.lift(t, part) for t, part in zip(types, names, strict=True)]

    def lift(self, type_: d.ValType, parts: list[str]) -> str:
        """Append what lifts a value from its unpacked payload; return an expression for it.

        Args:
            type_: The type of the value.
            parts: The local names of the payload's fields.
        """
        if isinstance(type_, d.Primitive):
            if type_.name == "string":
                return self._text(parts)
            return f"chr({parts[0]})" if type_.name == "char" else parts[0]
        return _COMPOUND[type(type_)](self, type_, parts)

    # Reading

    def _reader(self, format_: str, types: list[d.ValType]) -> tuple[str, list[list[str]]]:
        """Return the name of a `Struct`, and local names for what it unpacks, by type."""
        fields = [sum(c.isalpha() or c == "?" for c in payload(t).replace("x", "")) for t in types]
        names = [[self.source.fresh("r") for _ in range(n)] for n in fields]
        return self.source.constant(_struct(format_), "struct"), names

    def _unpack(self, names: list[list[str]], expression: str) -> None:
        flat = [name for part in names for name in part]
        self.source.line(f"[{', '.join(flat)}] = {expression}")

    def _bytes(self, length: str, address: str) -> str:
        return f"MEMORY[{address}-{ORIGIN}:{address}-{ORIGIN}+{length}]"

    def _text(self, parts: list[str]) -> str:
        return f"str({self._bytes(*parts)}, 'utf-8')"

    def _at(self, type_: d.ValType, address: str) -> str:
        """Append what lifts the value at an address; return an expression."""
        return self.values([type_], "MEMORY", f"{address}-{ORIGIN}")[0]

    # Compound types

    def _record(self, type_: d.Record, parts: list[str]) -> str:
        types = [t for _, t in type_.fields]
        reader, names = self._reader("<" + "".join("24x" + payload(t) for t in types), types)
        self._unpack(names, f"{reader}.unpack_from(MEMORY, {parts[1]}-{ORIGIN})")
        values = [self.lift(t, part) for t, part in zip(types, names, strict=True)]
        return f"{self.source.constant(type_.python, 'class')}({', '.join(values)})"

    def _tuple(self, type_: d.Tuple, parts: list[str]) -> str:
        values = self.values(list(type_.items), "MEMORY", f"{parts[1]}-{ORIGIN}")
        return f"({', '.join(values)},)"

    def _variant(self, type_: d.Variant, parts: list[str]) -> str:
        name = self.source.local(f"bytes({self._bytes(parts[0], parts[1])})", "case")
        out = self.source.fresh("y")
        for i, (case, python, inner) in enumerate(type_.cases):
            last = i == len(type_.cases) - 1
            head = (
                "else:" if last and i else f"{'elif' if i else 'if'} {name} == {case.encode()!r}:"
            )
            with self.source.block(head):
                value = "" if inner is None else self._at(inner, parts[2])
                cls = self.source.constant(python, "case")
                self.source.line(f"{out} = {cls}({value})")
        return out

    def _enum(self, type_: d.Enum, parts: list[str]) -> str:
        members = self.source.constant(enum_members(type_), "members")
        return f"{members}[bytes({self._bytes(*parts)})]"

    def _flags(self, type_: d.Flags, parts: list[str]) -> str:
        values = self.source.constant(FlagNames(type_), "flags")
        pair = self.source.constant(_struct("<QQ"), "struct")
        one = self._bytes("n", "p")
        region = self._bytes(f"16*{parts[0]}", parts[1])
        return f"{values}[tuple([bytes({one}) for n, p in {pair}.iter_unpack({region})])]"

    def _option(self, type_: d.Option, parts: list[str]) -> str:
        out = self.source.fresh("y")
        with self.source.block(f"if {parts[0]}:"):
            value = self._at(type_.payload, parts[0])
            if isinstance(type_.payload, d.Option):
                value = f"{self.source.constant(Some, 'class')}({value})"
            self.source.line(f"{out} = {value}")
        with self.source.block("else:"):
            self.source.line(f"{out} = None")
        return out

    def _result(self, type_: d.Result, parts: list[str]) -> str:
        out = self.source.fresh("y")

        def side(cls: type, inner: d.ValType | None) -> None:
            value = "None" if inner is None else self._at(inner, parts[1])
            self.source.line(f"{out} = {self.source.constant(cls, 'class')}({value})")

        with self.source.block(f"if {parts[0]}:"):
            side(Ok, type_.ok)
        with self.source.block("else:"):
            side(Err, type_.err)
        return out

    def outcome(self, type_: d.Result, buffer: str, error: str) -> None:
        """Append what returns the ok value of a function's own result, or raises the error.

        Args:
            type_: The type of the result.
            buffer: Begins with the result.
            error: The name of the exception's class.
        """
        reader, [parts] = self._reader("<8x" + payload(type_), [type_])
        self._unpack([parts], f"{reader}.unpack_from({buffer})")
        with self.source.block(f"if not {parts[0]}:"):
            value = "None" if type_.err is None else self._at(type_.err, parts[1])
            self.source.line(f"raise {error}({value})")
        self.source.line("return " + ("None" if type_.ok is None else self._at(type_.ok, parts[1])))

    def _take(self, type_: d.Own, parts: list[str]) -> str:
        return f"{self.source.resource('take', type_.resource)}({parts[0]})"

    def _see(self, type_: d.Borrow, parts: list[str]) -> str:
        return f"{self.source.resource('see', type_.resource)}({parts[0]})"

    def _map(self, type_: d.Map, parts: list[str]) -> str:
        out = self.source.local("{}", "y")
        with self._items([type_.key, type_.value], parts) as names:
            key = self.source.local(self.lift(type_.key, names[0]), "y")
            value = self.lift(type_.value, names[1])
            self.source.line(f"{out}[{key}] = {value}")
        return out

    def _list(self, type_: d.List, parts: list[str]) -> str:
        element = type_.element
        if name := array_of(element):
            return self._array(name, parts)
        out = self.source.local("[]", "y")
        append = self.source.local(f"{out}.append", "append")
        with self._items([element], parts) as names:
            self.source.line(f"{append}({self.lift(element, names[0])})")
        return out

    @contextmanager
    def _items(self, types: list[d.ValType], parts: list[str]) -> Iterator[list[list[str]]]:
        """Append the head of a loop over items; give the names of their payloads to its body."""
        reader, names = self._reader("<" + "".join("8x" + payload(t) for t in types), types)
        flat = [name for part in names for name in part]
        region = self._bytes(f"{32 * len(types)}*{parts[0]}", parts[1])
        with self.source.block(f"for [{', '.join(flat)}] in {reader}.iter_unpack({region}):"):
            yield names

    def _array(self, name: str, parts: list[str]) -> str:
        count, address = parts
        region = self._bytes(f"32*{count}", address)
        if name == "u8":
            return f"bytes({region}[8::32])"
        if name == "bool":
            return f"list(map(bool, {region}[8::32]))"
        format_ = FORMAT[name]
        size = struct.calcsize(format_)
        items = f"{region}.cast('{format_}')[{8 // size}::{32 // size}].tolist()"
        if name == "char":
            items = f"list(map(chr, {items}))"
        return f"({items} if {count} else [])"


_struct = cache(struct.Struct)

_COMPOUND: dict[type, Callable[[Lifting, Any, list[str]], str]] = {
    d.List: Lifting._list,
    d.Tuple: Lifting._tuple,
    d.Record: Lifting._record,
    d.Variant: Lifting._variant,
    d.Enum: Lifting._enum,
    d.Flags: Lifting._flags,
    d.Option: Lifting._option,
    d.Result: Lifting._result,
    d.Own: Lifting._take,
    d.Borrow: Lifting._see,
    d.Map: Lifting._map,
}
