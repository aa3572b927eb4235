"""What a component's types look like to the runtime.

A generated package spells the types and functions of its world with these
classes, in the WIT's own names, next to the Python classes that stand for them.
They carry no behaviour: `lower`, `lift` and `call` turn them into plans.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from .errors import WitError


@dataclass(frozen=True, slots=True)
class Primitive:
    """A type without parts; `name` is its WIT name."""

    name: str


BOOL = Primitive("bool")
S8 = Primitive("s8")
U8 = Primitive("u8")
S16 = Primitive("s16")
U16 = Primitive("u16")
S32 = Primitive("s32")
U32 = Primitive("u32")
S64 = Primitive("s64")
U64 = Primitive("u64")
F32 = Primitive("f32")
F64 = Primitive("f64")
CHAR = Primitive("char")
STRING = Primitive("string")


@dataclass(frozen=True, slots=True)
class List:
    """`list<element>`."""

    element: ValType


@dataclass(frozen=True, slots=True)
class Tuple:
    """`tuple<items…>`; a Python tuple of the same length."""

    items: tuple[ValType, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A record.

    Attributes:
        name: Its WIT name, for messages.
        python: The dataclass that stands for it; its fields are in the WIT's order.
        fields: WIT name and type of each field.
    """

    name: str
    python: type[Any]
    fields: tuple[tuple[str, ValType], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant.

    Attributes:
        name: Its WIT name, for messages.
        cases: WIT name, case class and payload of each case. A case class has
            the one field `value`, or none where there is no payload.
    """

    name: str
    cases: tuple[tuple[str, type[Any], ValType | None], ...]


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum; the values of the members of `python`, in order, are the WIT names of the cases."""

    name: str
    python: type[enum.Enum]


@dataclass(frozen=True, slots=True)
class Flags:
    """Flags; the flag `names[i]` is the bit `1 << i` of `python`."""

    name: str
    python: type[enum.Flag]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """`option<payload>`: None or the payload; where the payload is an option, None or `Some`."""

    payload: ValType


@dataclass(frozen=True, slots=True)
class Result:
    """`result<ok, err>`, with None for no type: `Ok | Err`, but as a function's result."""

    ok: ValType | None
    err: ValType | None


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A resource.

    Attributes:
        name: Its WIT name.
        python: For a resource that the guest implements, the generated subclass
            of `abi.Resource`; for one that the host implements, the generated
            protocol.
        attribute: The name under which the class is found: an attribute of the
            exported interface's object, or of the object that implements the
            imported interface. If empty, the name of `python`.
    """

    name: str
    python: type[Any]
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """`own<resource>`: the handle changes hands."""

    resource: ResourceType


@dataclass(frozen=True, slots=True)
class Borrow:
    """`borrow<resource>`: the handle is lent for the length of a call."""

    resource: ResourceType


@dataclass(frozen=True, slots=True)
class Map:
    """`map<key, value>`: any mapping goes in, a dict comes out."""

    key: ValType
    value: ValType


ValType: TypeAlias = (
    Primitive
    | List
    | Tuple
    | Record
    | Variant
    | Enum
    | Flags
    | Option
    | Result
    | Own
    | Borrow
    | Map
)
"""Any type of a value."""


def parts(type_: ValType) -> list[ValType | None]:
    """Return the types that a type is made of, in the WIT's order; None for a payload that is not.

    A handle is made of none: its resource is no type of a value.
    """
    match type_:
        case Record():
            return [part for _, part in type_.fields]
        case Variant():
            return [part for _, _, part in type_.cases]
        case Tuple():
            return list(type_.items)
        case List():
            return [type_.element]
        case Option():
            return [type_.payload]
        case Result():
            return [type_.ok, type_.err]
        case Map():
            return [type_.key, type_.value]
        case Primitive() | Enum() | Flags() | Own() | Borrow():
            return []


@dataclass(frozen=True, slots=True)
class Func:
    """A function, method, static function or constructor.

    Attributes:
        name: Its WIT name, such as `area` or `[method]canvas.draw`.
        python: The Python name: the plan of an export is set as `_<python>`, of a
            constructor as `_constructor`; an import calls the attribute `python`.
        params: WIT name and type of each parameter, a method's `self` included.
        result: The type of the result, if there is one.
        raises: If the result is a `Result`: the exception class of its error.
    """

    name: str
    python: str
    params: tuple[tuple[str, ValType], ...]
    result: ValType | None
    raises: type[WitError[Any]] | None = None


@dataclass(frozen=True, slots=True)
class InterfaceType:
    """An imported or exported interface.

    Attributes:
        name: Its full name with the version, such as `demo:shapes/geometry@1.0.0`.
        python: The attribute of the world's object or of the imports' dataclass.
        cls: The generated subclass of `abi.Interface` for an exported one, the
            generated protocol for an imported one.
        funcs: Its functions, those of its resources included.
        resources: The resources that it defines.
    """

    name: str
    python: str
    cls: type[Any]
    funcs: tuple[Func, ...] = ()
    resources: tuple[ResourceType, ...] = ()


@dataclass(frozen=True, slots=True)
class WorldType:
    """A world.

    Attributes:
        name: Its full name with the version; `root` for a bare binary.
        python: Its Python name.
        exports: What the component exports.
        imports: What the host provides, without what the runtime supplies of WASI.
        generator: The version of the generator that wrote the package.
        interface: The number of the runtime's interface that it was written for.
        digest: The digest of the generator's input, for messages.
        resources: The resources of the world itself, which the host implements.
        left_out: The imported functions that nobody can implement, for each
            interface; those of the world itself under the empty name.
    """

    name: str
    python: str
    exports: tuple[Func | InterfaceType, ...]
    imports: tuple[Func | InterfaceType, ...]
    generator: str
    interface: int
    digest: str
    resources: tuple[ResourceType, ...] = ()
    left_out: tuple[tuple[str, tuple[str, ...]], ...] = ()
