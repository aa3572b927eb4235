"""Memory for what varies in length, taken and given back in the order of a stack."""

from __future__ import annotations

from typing import Any

from ._capi import Block

KEPT_WORDS = 1 << 20
"""How many words are kept for the next call; more are freed after use."""


class Heap:
    """Where lists' items go, for one instance.

    Attributes:
        top: How many words are taken; who took some sets it back.
        wanted: How many words there was no room for.
    """

    def __init__(self) -> None:
        self.top = 0
        self._block = Block(512)
        self.wanted = 0

    def take(self, words: int, keep: list[Any]) -> tuple[Block, int]:
        """Return a block and the first of `words` words in it; `keep` keeps it alive."""
        start = self.top
        if start + words <= self._block.words:
            self.top = start + words
            keep.append(self._block)
            return self._block, start
        self.wanted += words
        block = Block(words)
        keep.append(block)
        return block, 0

    def grow(self) -> None:
        """Make room for what was wanted, if nothing is in use."""
        if not self.top:
            wanted = self._block.words + 2 * self.wanted
            if wanted <= KEPT_WORDS:
                self._block = Block(wanted)
            self.wanted = 0
