"""Which wasmtime is installed, and whether this package knows it.

This is asked before anything of wasmtime is imported, which another version may lack.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from .errors import UnsupportedWasmtime

SUPPORTED = range(48, 51)
"""The majors of wasmtime-py whose layouts are known to be those in `_capi`."""

OVERRIDE = "WASMTIME_BINDGEN_ANY_WASMTIME"
"""The environment variable that admits another version."""


_METADATA = re.compile(r"wasmtime-([^-]+)\.dist-info")


def installed() -> str:
    """Return wasmtime-py's version.

    Raises:
        UnsupportedWasmtime: If there is none, or it is not one that is known.
    """
    known = f"{SUPPORTED.start} to {SUPPORTED.stop - 1}"
    found = _by_folder() or _anywhere()
    if found is None:
        if find_spec("wasmtime") is None:
            raise UnsupportedWasmtime(
                f"wasmtime is not installed, and wasmtime_bindgen needs it: install one of {known}"
            )
        found = "of unknown version"  # such as one that was packed without its metadata
    if os.environ.get(OVERRIDE) or found.partition(".")[0] in map(str, SUPPORTED):
        return found
    raise UnsupportedWasmtime(
        f"wasmtime {found} is installed, and wasmtime_bindgen was checked with {known}:"
        f" install one of them, or set {OVERRIDE}=1 to try this one"
    )


def _by_folder() -> str | None:
    """Return the version in the name of the first folder with wasmtime's metadata."""
    for entry in sys.path:
        with contextlib.suppress(OSError):  # no folder, for one
            for path in Path(entry).iterdir():
                found = _METADATA.fullmatch(path.name)
                if found and (path / "METADATA").is_file():
                    return found[1]
    return None


def _anywhere() -> str | None:
    """Return the version by Python's own ways, which take as long as all else to import."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("wasmtime")
    except PackageNotFoundError:
        return None


WASMTIME = installed()
"""The version of wasmtime-py."""
