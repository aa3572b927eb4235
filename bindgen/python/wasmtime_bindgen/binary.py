"""What a user gives as a binary: its path, or the bytes themselves."""

from __future__ import annotations

import os
from typing import TypeAlias

from .errors import BadValue, WrongType

MAGIC = b"\0asm"
"""The first bytes of every WebAssembly binary, core module or component."""

Binary: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview
"""The path of a binary, or the binary itself."""


def path_or_bytes(given: Binary) -> str | bytes:
    """Return the path where a binary is, or the binary itself.

    Raises:
        WrongType: If it is neither a path nor bytes.
        BadValue: If it is no path that a file could have.
    """
    if isinstance(given, (str, os.PathLike)):
        text = os.fspath(given)
        if isinstance(text, str):
            if not text or "\0" in text:
                raise BadValue(f"{text!r} is no path of a file")
            return text
    if hasattr(given, "read"):
        raise WrongType(f"{given!r} is an open file: give its path, or what `read` returns")
    try:
        return bytes(memoryview(given))
    except TypeError:
        kind = type(given).__name__
        raise WrongType(f"{given!r} is of type {kind}, and a path or bytes are expected") from None
