"""Where the parts of a value go in memory, which is decided before any value is known.

A place is a word in a region. A plan's own region begins at word 0 of its block;
a list's items have two regions in a block that is taken for the call: their
values side by side, and all that hangs off them.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Region:
    """Words that are laid out alike for every call, or for every item of a list.

    Attributes:
        suffix: What the names of the block's views end in.
        base: The local variable with the first word; empty for word 0.
        pointer: The local variable with the address of `base`; empty for a plan's own.
        words: How long it is so far.
        constants: Word and value of what is filled in beforehand.
        pointers: Word of this region, region and word that it points to.
        views: The views that are used.
    """

    suffix: str = ""
    base: str = ""
    pointer: str = ""
    words: int = 0
    constants: list[tuple[int, int]] = field(default_factory=list)
    pointers: list[tuple[int, Region, int]] = field(default_factory=list)
    views: set[str] = field(default_factory=set)

    def take(self, words: int) -> int:
        """Return the first of so many more words."""
        self.words += words
        return self.words - words

    def template(self) -> bytes:
        """Return what the words hold beforehand, without the pointers."""
        memory = [0] * self.words
        for word, value in self.constants:
            memory[word] = value
        return b"".join(value.to_bytes(8, "little") for value in memory)


@dataclass
class Place:
    """Where a value goes: four words of `region` from `word`; what hangs off it goes to `rest`."""

    region: Region
    word: int
    rest: Region
