"""Shows a stretch of linear memory as rows of hexadecimal digits and ASCII."""

from collections.abc import Iterator
from dataclasses import dataclass

from .legacy import CAbi
from .report import Paint

WIDTH = 16
"""How many bytes a row holds."""

_MARKED = "green"
_FIRST, _LAST = 4, 3
"""How many rows are shown of a long stretch, at its start and at its end."""


@dataclass(frozen=True)
class HexView:
    """A copy of some bytes of linear memory, and which of them are of interest.

    Attributes:
        start: The address of the first byte.
        data: The bytes, a whole number of rows.
        marked: The addresses of the bytes of interest.
    """

    start: int
    data: bytes
    marked: range

    @classmethod
    def around(cls, abi: CAbi, pointer: int, length: int) -> "HexView":
        """Copy the rows that hold `length` bytes at `pointer`, and a row before and after."""
        start = max(0, pointer // WIDTH * WIDTH - WIDTH)
        end = -(-(pointer + length) // WIDTH) * WIDTH + WIDTH
        end = min(end, abi.memory_length())
        return cls(start, abi.read(start, end - start), range(pointer, pointer + length))

    def document(self) -> dict[str, object]:
        """Return what JSON says of it: the bytes as hexadecimal digits, all of them."""
        return {
            "start": self.start,
            "bytes": self.data.hex(),
            "marked": [self.marked.start, self.marked.stop],
        }

    def lines(self, paint: Paint) -> Iterator[str]:
        """Return the rows, the bytes of interest in colour; of many, the first and last."""
        rows = range(0, len(self.data), WIDTH)
        left_out = rows[_FIRST:-_LAST]
        for row in rows:
            # A single row takes no more room than the line that says it is left out.
            if row not in left_out or len(left_out) == 1:
                yield self._row(row, paint)
            elif row == left_out[0]:
                yield f"  {'':8}  … {len(left_out)} rows left out …"

    def _row(self, row: int, paint: Paint) -> str:
        digits, characters = "", ""
        for column, byte in enumerate(self.data[row : row + WIDTH]):
            colour = _MARKED if self.start + row + column in self.marked else "default"
            digits += " " * (1 + (column % 8 == 0)) + paint(f"{byte:02x}", colour)
            characters += paint(chr(byte) if 0x20 <= byte < 0x7F else ".", colour)
        return f"  {self.start + row:08x}{digits}  |{characters}|"
