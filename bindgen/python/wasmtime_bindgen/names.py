"""Names of fields, cases and flags, where the C API can read them, and the way back."""

from __future__ import annotations

from functools import lru_cache
from operator import index
from typing import Any

from . import descriptors as d
from ._capi import BYTES, Block

_texts: dict[str, bytes] = {}

KEPT_COMBINATIONS = 1024
"""How many combinations of flags are remembered for each type."""


def address_of(name: str) -> tuple[int, int]:
    """Return length and address of a name's UTF-8 text, which is kept for good."""
    text = _texts.setdefault(name, name.encode())
    return len(text), id(text) + BYTES


@lru_cache(maxsize=4096)
def enum_table(type_: d.Enum) -> dict[Any, tuple[int, int]]:
    """Return length and address of the name of each case."""
    return {member.value: address_of(member.value) for member in type_.python}


@lru_cache(maxsize=4096)
def enum_members(type_: d.Enum) -> dict[bytes, Any]:
    """Return the member for each case's name."""
    return {member.value.encode(): member for member in type_.python}


class FlagTable(dict[int, tuple[int, int, Block]]):
    """For the bits of flags: how many are set, the address of their names, what keeps those."""

    def __init__(self, type_: d.Flags) -> None:
        super().__init__()
        self._names = [address_of(name) for name in type_.names]

    def __missing__(self, bits: int) -> tuple[int, int, Block]:
        """Return the entry of a combination that wasn't met yet."""
        bits = index(bits)  # what it is remembered by is no object of a user's
        if bits < 0 or bits >> len(self._names):
            raise ValueError(f"{bits:#x} has bits that are no flags")
        chosen = [name for i, name in enumerate(self._names) if bits >> i & 1]
        block = Block(2 * len(chosen))
        for i, (length, address) in enumerate(chosen):
            block.u64[2 * i], block.u64[2 * i + 1] = length, address
        entry = len(chosen), block.address, block
        if len(self) < KEPT_COMBINATIONS:
            self[bits] = entry
        return entry


class FlagNames(dict[tuple[bytes, ...], Any]):
    """For the names of the flags that are set: the value."""

    def __init__(self, type_: d.Flags) -> None:
        super().__init__()
        self._python = type_.python
        self._bits = {name.encode(): 1 << i for i, name in enumerate(type_.names)}

    def __missing__(self, names: tuple[bytes, ...]) -> Any:
        """Return the value of a combination that wasn't met yet."""
        value = self._python(sum(self._bits[name] for name in names))
        if len(self) < KEPT_COMBINATIONS:
            self[names] = value
        return value
