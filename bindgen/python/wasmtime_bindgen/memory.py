"""Memory for what varies in length, taken and given back in the order of a stack."""

from __future__ import annotations

from typing import Any

from ._capi import Block

KEPT_WORDS = 1 << 20
"""How many words are kept for the next call; more are freed after use."""


class Heap:
    """Where lists' items go, for one instance.

    Attributes:
        top: How many words are taken.
    """

    def __init__(self) -> None:
        self.top = 0
        self._block = Block(512)
        self._wanted = 0

    def take(self, words: int, keep: list[Any]) -> tuple[Block, int]:
        """Return a block and the first of `words` words in it; `keep` keeps it alive."""
        start = self.top
        if start + words <= self._block.words:
            self.top = start + words
            keep.append(self._block)
            return self._block, start
        self._wanted += words
        block = Block(words)
        keep.append(block)
        return block, 0

    def reset(self, top: int) -> None:
        """Give back what was taken after `top` words; grow, if nothing else is in use."""
        self.top = top
        if self._wanted and not top:
            wanted = self._block.words + 2 * self._wanted
            if wanted <= KEPT_WORDS:
                self._block = Block(wanted)
            self._wanted = 0
