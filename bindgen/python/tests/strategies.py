"""Values for any type, made by hypothesis from the descriptors."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from wasmtime_bindgen import Err, Ok, Some, abi

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
character = st.characters(exclude_categories=["Cs"])


def integers(name: str) -> st.SearchStrategy[int]:
    """Return the integers of a type such as `s32`."""
    bits = int(name[1:])
    if name[0] == "s":
        return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return st.integers(0, 2**bits - 1)


_PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "f32": st.floats(width=32),
    "f64": st.floats(),
    "char": character,
    "string": text,
}


def values(type_: abi.ValType | None) -> st.SearchStrategy[Any]:
    """Return values of a type without resources; None has None alone."""
    if type_ is None:
        return st.none()
    if isinstance(type_, abi.Primitive):
        name = type_.name
        return _PRIMITIVES[name] if name in _PRIMITIVES else integers(name)
    if isinstance(type_, abi.List):
        if type_.element == abi.U8:
            return st.binary(max_size=40)
        return st.lists(values(type_.element), max_size=5)
    if isinstance(type_, abi.Tuple):
        return st.tuples(*map(values, type_.items))
    if isinstance(type_, abi.Record):
        names = [f.name for f in dataclasses.fields(type_.python)]
        parts = {n: values(t) for n, (_, t) in zip(names, type_.fields, strict=True)}
        return st.builds(type_.python, **parts)
    if isinstance(type_, abi.Variant):
        return st.one_of(
            *(
                st.builds(python) if part is None else st.builds(python, values(part))
                for _, python, part in type_.cases
            )
        )
    if isinstance(type_, abi.Enum):
        return st.sampled_from(list(type_.python))
    if isinstance(type_, abi.Flags):
        return st.builds(type_.python, st.integers(0, 2 ** len(type_.names) - 1))
    if isinstance(type_, abi.Option):
        inner = values(type_.payload)
        return st.none() | (
            st.builds(Some, inner) if isinstance(type_.payload, abi.Option) else inner
        )
    if isinstance(type_, abi.Result):
        return st.builds(Ok, values(type_.ok)) | st.builds(Err, values(type_.err))
    if isinstance(type_, abi.Map):
        return st.dictionaries(values(type_.key), values(type_.value), max_size=5)
    raise TypeError(f"no values of {type_}")
