"""What generated code may use of the runtime; everything else is private to it.

The descriptors spell a world in the WIT's own names, the base classes give
generated classes their behaviour, the rest is what signatures mention. The
number `INTERFACE` rises when code that was generated before no longer fits.
"""

from .buffer import Buffer
from .descriptors import (
    BOOL,
    CHAR,
    F32,
    F64,
    S8,
    S16,
    S32,
    S64,
    STRING,
    U8,
    U16,
    U32,
    U64,
    Borrow,
    Enum,
    Flags,
    Func,
    InterfaceType,
    List,
    Map,
    Option,
    Own,
    Primitive,
    Record,
    ResourceType,
    Result,
    Tuple,
    ValType,
    Variant,
    WorldType,
)
from .engine import Component, Source
from .errors import WitError
from .linking import INTERFACE
from .objects import Interface, Resource, World
from .settings import Limits, Wasi
from .values import Err, Ok, Some

__all__ = [
    "BOOL",
    "CHAR",
    "F32",
    "F64",
    "INTERFACE",
    "S8",
    "S16",
    "S32",
    "S64",
    "STRING",
    "U8",
    "U16",
    "U32",
    "U64",
    "Borrow",
    "Buffer",
    "Component",
    "Enum",
    "Err",
    "Flags",
    "Func",
    "Interface",
    "InterfaceType",
    "Limits",
    "List",
    "Map",
    "Ok",
    "Option",
    "Own",
    "Primitive",
    "Record",
    "Resource",
    "ResourceType",
    "Result",
    "Some",
    "Source",
    "Tuple",
    "ValType",
    "Variant",
    "Wasi",
    "WitError",
    "World",
    "WorldType",
]
