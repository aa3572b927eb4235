"""Typed, safe and fast calls into WebAssembly components."""

import sys

from . import starting as _starting

if _starting.IS_COMMAND:
    _starting.leave_current_folder()
try:
    from . import wasmtime_version as _first  # noqa: F401  # before anything of wasmtime
    from .cache import folder as cache_folder
    from .capture import Capture
    from .core import CoreInstance, CoreModule
    from .engine import Component, Source
    from .errors import (
        BadValue,
        CacheUnusable,
        ExceedsLimits,
        InstanceDead,
        InvalidComponent,
        InvalidModule,
        InvalidWit,
        LinkError,
        NoDirectory,
        OutOfRange,
        Trap,
        UnsupportedFeature,
        UnsupportedWasmtime,
        WasmtimeBindgenError,
        WitError,
        WrongType,
        WrongValue,
    )
    from .in_memory import bindings, load
    from .settings import Limits, Wasi
    from .values import Err, Ok, Some
except ImportError as error:
    if not _starting.IS_COMMAND:
        raise
    print(f"error: {error}", file=sys.stderr)
    sys.exit(2)

__version__ = "0.1.0"

__all__ = [
    "BadValue",
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
    "NoDirectory",
    "Ok",
    "OutOfRange",
    "Some",
    "Source",
    "Trap",
    "UnsupportedFeature",
    "UnsupportedWasmtime",
    "Wasi",
    "WasmtimeBindgenError",
    "WitError",
    "WrongType",
    "WrongValue",
    "bindings",
    "cache_folder",
    "load",
]
