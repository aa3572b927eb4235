"""A name for everything that has the buffer protocol."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer
elif sys.version_info >= (3, 12):
    from collections.abc import Buffer
else:
    import array
    from abc import ABC

    class Buffer(ABC):  # noqa: B024
        """What `memoryview` accepts: bytes, bytearray, array, numpy arrays and the like."""

    for _kind in (bytes, bytearray, memoryview, array.array):
        Buffer.register(_kind)

__all__ = ["Buffer"]
