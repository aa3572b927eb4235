"""Typed, safe and fast calls into WebAssembly components."""

from .engine import Component, Source
from .errors import (
    InstanceDead,
    InvalidComponent,
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

__version__ = "0.1.0"

__all__ = [
    "Component",
    "Err",
    "InstanceDead",
    "InvalidComponent",
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
    "load",
]
