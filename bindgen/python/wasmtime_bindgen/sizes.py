"""How many items a list can have at most: a guest's memory has room for no more."""

from __future__ import annotations

from . import descriptors as d

LINEAR_MEMORY = 1 << 32
"""How many bytes a linear memory has at most: components have addresses of 32 bits."""

_PRIMITIVES = {"bool": 1, "char": 4, "string": 8}


def most(element: d.ValType) -> int:
    """Return how many elements of a type fit into a memory, or some more."""
    return LINEAR_MEMORY // least_size(element)


def least_size(type_: d.ValType) -> int:
    """Return how many bytes a value takes in a list, without what alignment may add.

    With that it would be `elem_size` of the Component Model's CanonicalABI.md.
    """
    match type_:
        case d.Primitive():
            return _PRIMITIVES.get(type_.name) or int(type_.name[1:]) // 8
        case d.List() | d.Map():
            return 8
        case d.Own() | d.Borrow():
            return 4
        case d.Record():
            return sum(least_size(part) for _, part in type_.fields)
        case d.Tuple():
            return sum(least_size(part) for part in type_.items)
        case d.Variant():
            return 1 + max((least_size(part) for _, _, part in type_.cases if part), default=0)
        case d.Option():
            return 1 + least_size(type_.payload)
        case d.Result():
            return 1 + max((least_size(part) for part in (type_.ok, type_.err) if part), default=0)
        case d.Enum() | d.Flags():
            return 1
