"""Values for any type, made by hypothesis from the descriptors."""

from __future__ import annotations

import dataclasses
import math
import struct
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from hypothesis import strategies as st

from wasmtime_bindgen import Err, Ok, Some, abi

character = st.sampled_from("\0\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff") | (
    st.characters(exclude_categories=["Cs"])
)
text = st.text(character, max_size=20)


def integers(name: str) -> st.SearchStrategy[int]:
    """Return the integers of a type such as `s32`, its ends often."""
    bits = int(name[1:])
    least = -(2 ** (bits - 1)) if name[0] == "s" else 0
    most = least + 2**bits - 1
    return st.sampled_from([least, least + 1, 0, most - 1, most]) | st.integers(least, most)


def floats(width: Literal[32, 64]) -> st.SearchStrategy[float]:
    """Return floats that fit a width, the special ones often."""
    largest = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0] if width == 32 else sys.float_info.max
    special = [0.0, -0.0, math.inf, -math.inf, math.nan, largest, -largest]
    return st.sampled_from(special) | st.floats(width=width)


_PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "f32": floats(32),
    "f64": floats(64),
    "char": character,
    "string": text,
}


def values(
    type_: abi.ValType | None, held: Mapping[abi.ResourceType, Sequence[Any]] | None = None
) -> st.SearchStrategy[Any]:
    """Return values of a type; None has None alone.

    Args:
        type_: The type.
        held: The resources there are to choose from.
    """
    if type_ is None:
        return st.none()
    if isinstance(type_, abi.Primitive):
        name = type_.name
        return _PRIMITIVES[name] if name in _PRIMITIVES else integers(name)
    if isinstance(type_, abi.List):
        if type_.element == abi.U8:
            return st.binary(max_size=40)
        element = values(type_.element, held)
        return st.just([]) if element.is_empty else st.lists(element, max_size=5)
    if isinstance(type_, abi.Tuple):
        return st.tuples(*(values(item, held) for item in type_.items))
    if isinstance(type_, abi.Record):
        names = [f.name for f in dataclasses.fields(type_.python)]
        parts = {n: values(t, held) for n, (_, t) in zip(names, type_.fields, strict=True)}
        return st.builds(type_.python, **parts)
    if isinstance(type_, abi.Variant):
        return st.one_of(
            *(
                st.builds(python) if part is None else st.builds(python, values(part, held))
                for _, python, part in type_.cases
            )
        )
    if isinstance(type_, abi.Enum):
        return st.sampled_from(list(type_.python))
    if isinstance(type_, abi.Flags):
        return st.builds(type_.python, st.integers(0, 2 ** len(type_.names) - 1))
    if isinstance(type_, abi.Option):
        inner = values(type_.payload, held)
        return st.none() | (
            st.builds(Some, inner) if isinstance(type_.payload, abi.Option) else inner
        )
    if isinstance(type_, abi.Result):
        return st.builds(Ok, values(type_.ok, held)) | st.builds(Err, values(type_.err, held))
    if isinstance(type_, abi.Map):
        return st.dictionaries(values(type_.key, held), values(type_.value, held), max_size=5)
    if isinstance(type_, (abi.Own, abi.Borrow)) and held is not None:
        there = held[type_.resource]
        return st.sampled_from(there) if there else st.nothing()
    raise TypeError(f"no values of {type_}")
