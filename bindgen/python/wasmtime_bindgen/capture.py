"""Keeps what a guest prints, up to a limit."""

from __future__ import annotations

from .errors import BadValue, WrongType


class Capture:
    """A sink for `Wasi` that keeps what it gets.

    `wasi = Wasi(stdout=printed := Capture())`, and after a call `printed.take()`.
    A guest that prints more than the limit goes on undisturbed; the rest is dropped.

    Args:
        limit: How much is kept, in bytes.

    Raises:
        WrongValue: If the limit is none.

    Attributes:
        limit: How much is kept, in bytes.
        dropped: How many bytes were dropped since `take` was last called.
    """

    def __init__(self, limit: int = 1 << 20) -> None:
        if isinstance(limit, bool) or not isinstance(limit, int):
            raise WrongType(f"limit: {limit!r} is no number of bytes: an int is expected")
        if limit < 0:
            raise BadValue(f"limit: {limit} is no number of bytes: 0 or more is expected")
        self.limit = limit
        self.dropped = 0
        self._kept = bytearray()

    def __call__(self, data: bytes) -> None:
        """Append `data`, or as much of it as there is room for."""
        room = self.limit - len(self._kept)
        self._kept += data[:room]
        self.dropped += max(len(data) - room, 0)

    def text(self) -> str:
        """Return what was kept so far, with U+FFFD for what is no UTF-8."""
        return self._kept.decode(errors="replace")

    def take(self) -> bytes:
        """Return what was kept so far, and begin anew."""
        kept, self._kept, self.dropped = self._kept, bytearray(), 0
        return bytes(kept)
