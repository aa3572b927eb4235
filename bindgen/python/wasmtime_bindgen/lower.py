"""Descriptors to code that lowers Python values into memory that the C API reads.

The layout of everything but a list's items is known beforehand, so it is filled
in once (kinds, field names, pointers) and a call writes only what varies. The
code refuses what doesn't fit by any exception; `explain` then says why.
"""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Callable
from typing import Any

from . import descriptors as d
from ._capi import BYTES, ENTRY_WORDS, KIND, PAIR_WORDS, VAL_WORDS
from .arrays import F32_MAX, KEPT_ITEMS, Unfit, array_of, integer, real, sequence, single
from .layout import Place, Region
from .names import FlagTable, address_of, enum_table
from .resources import is_guests
from .sizes import most
from .source import PlanSource
from .values import Err, Ok, Some


class Lowering:
    """Writes the code that lowers values, into `source`.

    Attributes:
        own: The region of the plan's own block.
        addresses: The words of it whose address the code names as `A_<word>`.
        items: The types whose `Items` the code names as `items_<type>`.
        uses_heap: Whether the code takes blocks, by `take`.
        keeps: Whether the code keeps what C reads alive, in `keep`.
        moves: Whether it hands resources over, in `moved`.
        lends: Whether it lends some of the guest's, in `lent`, a set of the plan's own.
        gives: Whether it lends some of the host's, in `given`.
    """

    def __init__(self, source: PlanSource) -> None:
        self.source = source
        self.own = Region()
        self.addresses: set[int] = set()
        self.items: set[str] = set()
        self.uses_heap = False
        self.keeps = False
        self.moves = False
        self.lends = False
        self.gives = False
        source.names.update(
            BYTES=BYTES,
            Unfit=Unfit,
            array=array,
            encode=str.encode,
            integer=integer,
            real=real,
            sequence=sequence,
            single=single,
        )

    def slot(self, count: int) -> list[Place]:
        """Return places for so many values, side by side at the beginning of the block."""
        first = self.own.take(VAL_WORDS * count)
        return [Place(self.own, first + VAL_WORDS * i, self.own) for i in range(count)]

    def put(self, type_: d.ValType, value: str, place: Place) -> None:
        """Append what writes the local variable `value` to `place`."""
        if isinstance(type_, d.Primitive):
            self._kind(place, type_.name)
            _PRIMITIVES.get(type_.name, Lowering._integer)(self, type_.name, value, place)
        else:
            _COMPOUND[type(type_)](self, type_, value, place)

    def prologue(self) -> list[str]:
        """Return what goes before the code that was written."""
        lines = ["keep = []"] if self.keeps else []
        lines += [f"top_{name} = items_{name}.top" for name in sorted(self.items)]
        lines += ["top = heap.top"] if self.uses_heap else []
        lines += ["moved = {}"] if self.moves else []
        lines += ["given = []"] if self.gives else []
        return lines

    def undo(self) -> None:
        """Append what takes resources back: a value was refused, so C does not see them."""
        if self.moves:
            self.source.line("for handle, pointer in moved.items(): handle.restore(pointer)")
        if self.lends:
            self.source.line("lent.clear()")

    def done(self) -> None:
        """Append what lets go of resources: C has taken over what it was given."""
        if self.moves:
            self.source.line("for handle, pointer in moved.items(): handle.gone(pointer)")

    def tidy(self) -> None:
        """Append what gives back the memory for what varies in length, and what was lent.

        A signal's handler may raise after any call, and at the start of a function.
        So what a later call relies on comes first, and calls no function of Python's.
        """
        line = self.source.line
        for name in sorted(self.items):
            line(f"items_{name}.top = top_{name}")
        if self.uses_heap:
            line("heap.top = top")
        if self.lends:
            line("lent.clear()")
        if self.gives:
            line("for handle in given: handle.returned()")
        for name in sorted(self.items):
            line(f"if items_{name}.capacity > {KEPT_ITEMS}: items_{name}.shrink()")
        if self.uses_heap:
            line("if heap.wanted: heap.grow()")

    # Writing

    def _view(self, place: Place, view: str, offset: int = 1) -> str:
        region, word = place.region, place.word + offset
        region.views.add(view)
        index = str(word) if not region.base else f"{region.base}+{word}" if word else region.base
        return f"{view}{region.suffix}[{index}]"

    def _set(self, place: Place, offset: int, text: str, view: str = "u64") -> None:
        self.source.line(f"{self._view(place, view, offset)} = {text}")

    def _kind(self, place: Place, kind: str) -> None:
        place.region.constants.append((place.word, KIND[kind]))

    def _address(self, region: Region, word: int) -> str:
        """Return an expression for the address of a word."""
        if region.pointer:
            return f"{region.pointer}+{8 * word}" if word else region.pointer
        self.addresses.add(word)
        return f"A_{word}"

    def _hang(self, place: Place) -> Place:
        """Return a place for a value that hangs off the one at `place`."""
        return Place(place.rest, place.rest.take(VAL_WORDS), place.rest)

    def _unfit_if(self, condition: str) -> None:
        self.source.line(f"if {condition}: raise Unfit")

    def _keep(self, name: str) -> None:
        self.keeps = True
        self.source.line(f"keep.append({name})")

    # Primitive types

    def _integer(self, name: str, value: str, place: Place) -> None:
        self.source.line(f"if {value}.__class__ is not int: {value} = integer({value})")
        self._set(place, 1, value, name)

    def _float(self, name: str, value: str, place: Place) -> None:
        self.source.line(f"if {value}.__class__ is not float: {value} = real({value})")
        if name == "f32":
            self.source.line(f"if not {-F32_MAX} <= {value} <= {F32_MAX}: single({value})")
        self._set(place, 1, value, name)

    def _bool(self, _name: str, value: str, place: Place) -> None:
        self._unfit_if(f"{value} is not True and {value} is not False")
        self._set(place, 1, value, "u8")

    def _char(self, _name: str, value: str, place: Place) -> None:
        self._unfit_if(f"not isinstance({value}, str)")
        code = self.source.local(f"ord({value})", "x")
        self._unfit_if(f"0xD7FF < {code} < 0xE000")
        self._set(place, 1, code, "u32")

    def _string(self, _name: str, value: str, place: Place) -> None:
        text = self.source.local(f"encode({value})", "text")
        if place.region.base:
            self._keep(text)
        self._set(place, 1, f"len({text})")
        self._set(place, 2, f"id({text}) + BYTES")

    # Compound types

    def _record(self, type_: d.Record, value: str, place: Place) -> None:
        self._kind(place, "record")
        cls = self.source.constant(type_.python, "class")
        self._unfit_if(f"{value}.__class__ is not {cls} and not isinstance({value}, {cls})")
        first = place.rest.take(ENTRY_WORDS * len(type_.fields))
        place.region.constants.append((place.word + 1, len(type_.fields)))
        place.region.pointers.append((place.word + 2, place.rest, first))
        names = [f.name for f in dataclasses.fields(type_.python)]
        for i, ((name, part), attribute) in enumerate(zip(type_.fields, names, strict=True)):
            word = first + ENTRY_WORDS * i
            length, address = address_of(name)
            place.rest.constants += [(word, length), (word + 1, address)]
            local = self.source.local(f"{value}.{attribute}", "x")
            self.put(part, local, Place(place.rest, word + 2, place.rest))

    def _tuple(self, type_: d.Tuple, value: str, place: Place) -> None:
        self._kind(place, "tuple")
        self._unfit_if(f"not isinstance({value}, tuple)")
        first = place.rest.take(VAL_WORDS * len(type_.items))
        place.region.constants.append((place.word + 1, len(type_.items)))
        place.region.pointers.append((place.word + 2, place.rest, first))
        names = [self.source.fresh("x") for _ in type_.items]
        self.source.line(f"[{', '.join(names)}] = {value}")
        for i, (part, name) in enumerate(zip(type_.items, names, strict=True)):
            self.put(part, name, Place(place.rest, first + VAL_WORDS * i, place.rest))

    def _variant(self, type_: d.Variant, value: str, place: Place) -> None:
        self._kind(place, "variant")
        kind = self.source.local(f"{value}.__class__", "kind")
        for i, (name, python, payload) in enumerate(type_.cases):
            cls = self.source.constant(python, "case")
            with self.source.block(f"{'elif' if i else 'if'} {kind} is {cls}:"):
                length, address = address_of(name)
                self._set(place, 1, str(length))
                self._set(place, 2, str(address))
                if payload is None:
                    self._set(place, 3, "0")
                else:
                    self._payload(payload, f"{value}.value", place, 3)
        self.source.line("else: raise Unfit")

    def _payload(self, type_: d.ValType, expression: str, place: Place, offset: int) -> None:
        inner = self._hang(place)
        self._set(place, offset, self._address(inner.region, inner.word))
        self.put(type_, self.source.local(expression, "x"), inner)

    def _enum(self, type_: d.Enum, value: str, place: Place) -> None:
        self._kind(place, "enum")
        cls = self.source.constant(type_.python, "class")
        table = self.source.constant(enum_table(type_), "cases")
        self._unfit_if(f"{value}.__class__ is not {cls}")
        length, address = self._view(place, "u64", 1), self._view(place, "u64", 2)
        self.source.line(f"{length}, {address} = {table}[{value}._value_]")

    def _flags(self, type_: d.Flags, value: str, place: Place) -> None:
        self._kind(place, "flags")
        cls = self.source.constant(type_.python, "class")
        table = self.source.constant(FlagTable(type_), "flags")
        self._unfit_if(f"{value}.__class__ is not {cls}")
        length, address = self._view(place, "u64", 1), self._view(place, "u64", 2)
        self.source.line(f"{length}, {address}, names = {table}[{value}._value_]")
        self._keep("names")

    def _option(self, type_: d.Option, value: str, place: Place) -> None:
        self._kind(place, "option")
        with self.source.block(f"if {value} is None:"):
            self._set(place, 1, "0")
        with self.source.block("else:"):
            if isinstance(type_.payload, d.Option):
                some = self.source.constant(Some, "class")
                self._unfit_if(f"{value}.__class__ is not {some}")
                self._payload(type_.payload, f"{value}.value", place, 1)
            else:
                self._payload(type_.payload, value, place, 1)

    def _result(self, type_: d.Result, value: str, place: Place) -> None:
        self._kind(place, "result")
        kind = self.source.local(f"{value}.__class__", "kind")
        for keyword, cls, is_ok, payload in (("if", Ok, 1, type_.ok), ("elif", Err, 0, type_.err)):
            with self.source.block(f"{keyword} {kind} is {self.source.constant(cls, 'class')}:"):
                self.side(is_ok, payload, f"{value}.value", place)
        self.source.line("else: raise Unfit")

    def side(self, is_ok: int, payload: d.ValType | None, expression: str, place: Place) -> None:
        """Append what writes one side of a result; the kind at `place` is there already."""
        self._set(place, 1, str(is_ok))
        if payload is None:
            self._unfit_if(f"{expression} is not None")
            self._set(place, 2, "0")
        else:
            self._payload(payload, expression, place, 2)

    def result_place(self) -> Place:
        """Return a place for a result that is written by `side`."""
        [place] = self.slot(1)
        self._kind(place, "result")
        return place

    def _own(self, type_: d.Own, value: str, place: Place) -> None:
        self._handle(type_.resource, value, place, "own")

    def _borrow(self, type_: d.Borrow, value: str, place: Place) -> None:
        self._handle(type_.resource, value, place, "borrow")

    def _handle(self, resource: d.ResourceType, value: str, place: Place, verb: str) -> None:
        self._kind(place, "resource")
        function = self.source.resource(verb, resource)
        if verb == "own":
            self.moves = True
            self._set(place, 1, f"{function}({value}, moved)")
        elif is_guests(resource):
            self.lends = True
            self._set(place, 1, f"{function}({value}, lent)")
        else:
            self.gives = True
            self._set(place, 1, f"{function}({value}, given)")

    def _map(self, type_: d.Map, value: str, place: Place) -> None:
        self._kind(place, "map")
        pairs = self.source.local(f"tuple({value}.items())", "pairs")

        def body(item: str, values: Region, rest: Region) -> None:
            key, val = self.source.fresh("key"), self.source.fresh("value")
            self.source.line(f"{key}, {val} = {item}")
            self.put(type_.key, key, Place(values, 0, rest))
            self.put(type_.value, val, Place(values, VAL_WORDS, rest))

        self._many(pairs, PAIR_WORDS, place, body)

    def _list(self, type_: d.List, value: str, place: Place) -> None:
        self._kind(place, "list")
        element = type_.element
        if name := array_of(element):
            self.items.add(name)
            length, address = self._view(place, "u64", 1), self._view(place, "u64", 2)
            self.keeps = True
            self.source.line(f"{length}, {address} = items_{name}.put({value}, keep)")
            return
        taken = f"sequence({value}, {most(element)})"
        # Not by `__class__`, which may lie: there is room for as many items as `len` says.
        items = self.source.local(f"{value} if type({value}) is tuple else {taken}", "items")

        def body(item: str, values: Region, rest: Region) -> None:
            self.put(element, item, Place(values, 0, rest))

        self._many(items, VAL_WORDS, place, body)

    def _many(
        self, items: str, stride: int, place: Place, body: Callable[[str, Region, Region], None]
    ) -> None:
        """Append a loop over a tuple that writes its items to a block, each by `body`."""
        source = self.source
        self.uses_heap = self.keeps = True
        [item, count, block, start, v, c, p] = [
            source.fresh(stem) for stem in ("item", "n", "block", "start", "v", "c", "p")
        ]
        suffix = block.removeprefix("block")
        values = Region(suffix, v, "", stride)
        rest = Region(suffix, c, p)
        mark = source.mark()
        with source.block(f"for {item} in {items}:"):
            body(item, values, rest)
            source.line(f"{v} += {stride}")
            if rest.words:
                source.line(f"{c} += {rest.words}; {p} += {8 * rest.words}")
        head = [
            f"{count} = len({items})",
            f"{block}, {start} = take({count} * {stride + rest.words}, keep)",
            f"{self._view(place, 'u64', 1)} = {count}",
            f"{self._view(place, 'u64', 2)} = {block}.address + 8 * {start}",
            f"{v} = {start}; {c} = {start} + {stride} * {count}; {p} = {block}.address + 8 * {c}",
            *self._fill(values, v, count, block),
            *(self._fill(rest, c, count, block) if rest.words else ()),
        ]
        for region in (values, rest):
            for word, target, to in region.pointers:
                region.views.add("u64")
                first = f"{region.base}+{word}"
                step = 8 * target.words
                head.append(
                    f"u64{suffix}[{first}:{first}+{region.words}*{count}:{region.words}]"
                    f" = array('Q', range({p}+{8 * to}, {p}+{8 * to}+{step}*{count}, {step}))"
                )
        views = sorted(values.views | rest.views)
        at = next(i for i, line in enumerate(head) if line.startswith(f"{v} ="))
        head[at:at] = [f"{view}{suffix} = {block}.{view}" for view in views]
        source.insert(mark, head)

    def _fill(self, region: Region, base: str, count: str, block: str) -> list[str]:
        template = self.source.constant(region.template(), "template")
        end = f"8*({base}+{region.words}*{count})"
        return [f"{block}.raw[8*{base}:{end}] = {template} * {count}"]


_PRIMITIVES: dict[str, Callable[[Lowering, str, str, Place], None]] = {
    "bool": Lowering._bool,
    "f32": Lowering._float,
    "f64": Lowering._float,
    "char": Lowering._char,
    "string": Lowering._string,
}

_COMPOUND: dict[type, Callable[[Lowering, Any, str, Place], None]] = {
    d.List: Lowering._list,
    d.Tuple: Lowering._tuple,
    d.Record: Lowering._record,
    d.Variant: Lowering._variant,
    d.Enum: Lowering._enum,
    d.Flags: Lowering._flags,
    d.Option: Lowering._option,
    d.Result: Lowering._result,
    d.Own: Lowering._own,
    d.Borrow: Lowering._borrow,
    d.Map: Lowering._map,
}
