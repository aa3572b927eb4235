"""Typed, safe and fast calls into WebAssembly components."""

import sys

try:
    from . import wasmtime_version as _first  # noqa: F401  # before anything of wasmtime
    from .cache import folder as cache_folder
    from .capture import Capture
    from .core import CoreInstance, CoreModule
    from .engine import Component, Source
    from .errors import (
        CacheUnusable,
        ExceedsLimits,
        InstanceDead,
        InvalidComponent,
        InvalidModule,
        InvalidWit,
        LinkError,
        Trap,
        UnsupportedFeature,
        WasmtimeBindgenError,
        WitError,
    )
    from .in_memory import bindings, load
    from .settings import Limits, Wasi
    from .values import Err, Ok, Some
except ImportError as error:
    # `python -m wasmtime_bindgen` imports this before the command could catch it.
    if sys.argv[:1] != ["-m"] or not {__name__, f"-m{__name__}"}.intersection(sys.orig_argv):
        raise
    print(f"error: {error}", file=sys.stderr)
    sys.exit(2)

__version__ = "0.1.0"

__all__ = [
    "CacheUnusable",
    "Capture",
    "Component",
    "CoreInstance",
    "CoreModule",
    "Err",
    "ExceedsLimits",
    "InstanceDead",
    "InvalidComponent",
    "InvalidModule",
    "InvalidWit",
    "Limits",
    "LinkError",
    "Ok",
    "Some",
    "Source",
    "Trap",
    "UnsupportedFeature",
    "Wasi",
    "WasmtimeBindgenError",
    "WitError",
    "bindings",
    "cache_folder",
    "load",
]
