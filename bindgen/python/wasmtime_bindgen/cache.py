"""Compiled code, kept for the next process.

Compiled code is run as it is found, so the folder must belong to this user and
be readable and writable by nobody else. One that others may read is closed to
them; one that they may write to, or that holds other files, is left alone. An entry is
named by the digest of what it was made from: the component, wasmtime's version,
the engine's configuration and the platform. It is written to a temporary file
and renamed, so that no reader sees a part of one, and ends in a checksum: an
entry that doesn't match it is compiled again. The code before it is mapped into
memory by the runtime, so that what a program doesn't run is hardly read.

There is a limit on how much is kept; what was not used for the longest time goes.

`WASMTIME_BINDGEN_CACHE` names another folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import platform
import re
import stat
import sys
import time
import zlib
from pathlib import Path

from .errors import CacheUnusable
from .wasmtime_version import WASMTIME

VARIABLE = "WASMTIME_BINDGEN_CACHE"
LARGEST = 1 << 30
"""How much is kept, in bytes."""

_ENTRY = re.compile(r"[0-9a-f]{64}")
_OURS = re.compile(rf"{_ENTRY.pattern}|tmp\w+")
"""An entry, or one that is being written."""
_MAGIC = b"wasmtime-bindgen 2\n"
_TRAILER = len(_MAGIC) + 4


def folder() -> Path:
    """Return the folder where compiled code is kept; it is made if need be.

    Raises:
        CacheUnusable: If there is none that can be made and trusted. Loading a
            component goes on without one then.
    """
    path = _path()
    if path is None:
        raise CacheUnusable(f"the user has no home folder: name a folder by {VARIABLE}")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise CacheUnusable(f"{path} can't be made: {error.strerror}") from None
    if not stat.S_ISDIR(found.st_mode):
        raise CacheUnusable(f"{path} is no folder")
    if hasattr(os, "getuid"):
        if found.st_uid != os.getuid() or found.st_mode & 0o022:
            raise CacheUnusable(f"{path} belongs to others, or others may write to it")
        if found.st_mode & 0o055:
            _close(path)
    return path


def _close(path: Path) -> None:
    """Let nobody else read the folder, unless it is not for compiled code alone."""
    try:
        if not all(_OURS.fullmatch(entry.name) for entry in path.iterdir()):
            raise CacheUnusable(
                f"{path}: others may read it, and it holds other files: name a folder of its own by"
                f" {VARIABLE}"
            )
        path.chmod(0o700)
    except OSError as error:
        raise CacheUnusable(f"{path} can't be closed to others: {error.strerror}") from None


def _path() -> Path | None:
    if named := os.environ.get(VARIABLE):
        return Path(named)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        base = Path(local) if local else home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = Path(named) if Path(named).is_absolute() else home / ".cache"
    return base / "wasmtime-bindgen"


def entry(binary: bytes, configuration: str) -> str:
    """Return the name of the entry of a component."""
    digest = hashlib.sha256(binary)
    for part in (WASMTIME, configuration, sys.platform, platform.machine()):
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()


def find(name: str) -> Path | None:
    """Return the file of an entry; None if there is none, or it is damaged."""
    try:
        path = folder() / name
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as entry,
            memoryview(entry) as whole,
            whole[:-_TRAILER] as body,
        ):
            if whole[-_TRAILER:] != _trailer(body):
                return None
    except (CacheUnusable, OSError, ValueError):  # an empty file can't be mapped
        return None
    with contextlib.suppress(OSError):  # it may be read only
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
    return path


def write(name: str, body: bytes) -> None:
    """Write an entry, if there is a folder for it; nothing is said if that fails."""
    import tempfile  # seldom needed, and slow to import

    with contextlib.suppress(CacheUnusable, OSError):
        place = folder()
        handle, temporary = tempfile.mkstemp(dir=place)  # readable and writable by this user only
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(body)
                file.write(_trailer(body))
            Path(temporary).replace(place / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _prune(place)


def _prune(place: Path) -> None:
    """Remove the entries that were not used for the longest time, if there is too much."""
    entries = [(path.stat(), path) for path in place.iterdir() if _ENTRY.fullmatch(path.name)]
    kept = 0
    for found, path in sorted(entries, key=lambda entry: entry[0].st_atime_ns, reverse=True):
        kept += found.st_size
        if kept > LARGEST:
            path.unlink(missing_ok=True)


def _trailer(body: bytes | memoryview) -> bytes:
    return _MAGIC + zlib.crc32(body).to_bytes(4, "little")
