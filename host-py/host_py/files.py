"""Reads the files that a user names, up to a limit."""

import os
from collections.abc import Callable
from pathlib import Path

from .errors import CoreModule, FilePath, IsComponent, NotWasm, Unreadable

LARGEST = 1 << 30
"""The largest file that is read, in bytes."""

_CHUNK = 1 << 24
_HEADER = 8


def read(path: FilePath) -> bytes:
    """Return what is in the file at `path`; raise `Unreadable` if that is too much or can't be."""
    return _read(path, lambda _: None)


def read_wasm(path: FilePath, expected: str) -> bytes:
    """Return the WebAssembly binary in the file at `path`.

    Args:
        path: The file.
        expected: `component` or `core module`.

    Raises:
        InputError: If it can't be read, or does not begin as a binary of that
            kind does.
    """

    def check(header: bytes) -> None:
        # The wasmtime package takes other bytes for the text format.
        if header[:4] != b"\0asm":
            raise NotWasm(path, expected)
        # The layer field after the version tells the two kinds apart (Component
        # Model, Binary.md).
        layer = header[6:8]
        if expected == "component" and layer == b"\0\0":
            raise CoreModule(path)
        if expected == "core module" and layer.strip(b"\0"):
            raise IsComponent(path)

    return _read(path, check)


def nearest(relative: Path) -> Path | None:
    """Find `relative` in the current directory or the nearest one above it."""
    try:
        here = Path.cwd()
    except OSError:  # It was deleted, or can't be looked at.
        return None
    paths = (folder / relative for folder in (here, *here.parents))
    # The methods of Path raise where a folder can't be looked at.
    return next((path for path in paths if os.path.exists(path)), None)  # noqa: PTH110


def _read(path: FilePath, check: Callable[[bytes], None]) -> bytes:
    try:
        with Path(path).open("rb") as file:
            check(start := file.read(_HEADER))
            parts, length = [start], os.fstat(file.fileno()).st_size
            if length <= LARGEST:
                # A pipe or a device has no size, so what comes is counted too.
                length = len(start)
                while length <= LARGEST and (part := file.read(_CHUNK)):
                    parts.append(part)
                    length += len(part)
        if length > LARGEST:
            raise Unreadable(path, f"it is larger than {LARGEST} bytes")
        return b"".join(parts)
    except OSError as error:
        raise Unreadable(path, error.strerror or str(error)) from None
    except MemoryError:
        raise Unreadable(path, "there is no memory for it") from None
