"""Which wasmtime is installed, and whether this package knows it.

This is asked before anything of wasmtime is imported, which another version may lack.
"""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from .errors import UnsupportedWasmtime

SUPPORTED = range(48, 51)
"""The majors of wasmtime-py whose layouts are known to be those in `_capi`."""

OVERRIDE = "WASMTIME_BINDGEN_ANY_WASMTIME"
"""The environment variable that admits another version."""


def installed() -> str:
    """Return wasmtime-py's version.

    Raises:
        UnsupportedWasmtime: If there is none, or it is not one that is known.
    """
    known = f"{SUPPORTED.start} to {SUPPORTED.stop - 1}"
    try:
        found = version("wasmtime")
    except PackageNotFoundError:
        if find_spec("wasmtime") is None:
            raise UnsupportedWasmtime(
                f"wasmtime is not installed, and wasmtime_bindgen needs it: install one of {known}"
            ) from None
        found = "of unknown version"  # such as one that was packed without its metadata
    if os.environ.get(OVERRIDE) or found.partition(".")[0] in map(str, SUPPORTED):
        return found
    raise UnsupportedWasmtime(
        f"wasmtime {found} is installed, and wasmtime_bindgen was checked with {known}:"
        f" install one of them, or set {OVERRIDE}=1 to try this one"
    )


WASMTIME = installed()
"""The version of wasmtime-py."""
