"""Types with strategies for their values, and a guest for each that gives a value back."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from wasmtime_bindgen import Err, Ok, Some, abi

from .echo import Echo, load


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    age: int
    scores: Sequence[float]


@dataclass(frozen=True, slots=True)
class Circle:
    value: float


@dataclass(frozen=True, slots=True)
class Crowd:
    value: Sequence[Person]


@dataclass(frozen=True, slots=True)
class Empty: ...


class Color(enum.Enum):
    RED = "red"
    DARK_GREEN = "dark-green"


class Access(enum.Flag):
    READ = 1
    WRITE = 2
    RUN = 4


PERSON = abi.Record(
    "person", Person, (("name", abi.STRING), ("age", abi.U8), ("scores", abi.List(abi.F64)))
)
SHAPE = abi.Variant(
    "shape",
    (("circle", Circle, abi.F64), ("crowd", Crowd, abi.List(PERSON)), ("empty", Empty, None)),
)
COLOR = abi.Enum("color", Color)
ACCESS = abi.Flags("access", Access, ("read", "write", "run"))
BITS = enum.Flag("Bits", {f"B{i}": 1 << i for i in range(32)})  # type: ignore[misc]
BITS_TYPE = abi.Flags("bits", BITS, tuple(f"b{i}" for i in range(32)))


def integers(name: str) -> st.SearchStrategy[int]:
    bits = int(name[1:])
    return (
        st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if name[0] == "s"
        else st.integers(0, 2**bits - 1)
    )


texts = st.text(st.characters(exclude_categories=["Cs"]))
people = st.builds(Person, texts, integers("u8"), st.lists(st.floats(allow_nan=False)))
colors = st.sampled_from(Color)
accesses = st.builds(Access, st.integers(0, 7))
shapes = st.one_of(
    st.builds(Circle, st.floats(allow_nan=False)),
    st.builds(Crowd, st.lists(people, max_size=3)),
    st.just(Empty()),
)

TYPES: dict[str, tuple[abi.ValType, st.SearchStrategy[Any]]] = {
    **{
        type_.name: (type_, integers(type_.name))
        for type_ in (abi.S8, abi.U8, abi.S16, abi.U16, abi.S32, abi.U32, abi.S64, abi.U64)
    },
    "bool": (abi.BOOL, st.booleans()),
    "f32": (abi.F32, st.floats(width=32, allow_nan=False)),
    "f64": (abi.F64, st.floats(allow_nan=False)),
    "char": (abi.CHAR, st.characters(exclude_categories=["Cs"])),
    "string": (abi.STRING, texts),
    "bytes": (abi.List(abi.U8), st.binary()),
    **{
        f"list<{t.name}>": (abi.List(t), st.lists(integers(t.name)))
        for t in (abi.S8, abi.S16, abi.U16, abi.S32, abi.U32, abi.S64, abi.U64)
    },
    "list<bool>": (abi.List(abi.BOOL), st.lists(st.booleans())),
    "list<f32>": (abi.List(abi.F32), st.lists(st.floats(width=32, allow_nan=False))),
    "list<f64>": (abi.List(abi.F64), st.lists(st.floats(allow_nan=False))),
    "list<char>": (
        abi.List(abi.CHAR),
        st.lists(st.characters(exclude_categories=["Cs"])),
    ),
    "list<string>": (abi.List(abi.STRING), st.lists(texts)),
    "list<list<string>>": (abi.List(abi.List(abi.STRING)), st.lists(st.lists(texts))),
    "list<list<u8>>": (abi.List(abi.List(abi.U8)), st.lists(st.binary())),
    "tuple": (
        abi.Tuple((abi.U8, abi.STRING, abi.F64)),
        st.tuples(integers("u8"), texts, st.floats(allow_nan=False)),
    ),
    "record": (PERSON, people),
    "list<record>": (abi.List(PERSON), st.lists(people)),
    "variant": (SHAPE, shapes),
    "list<variant>": (abi.List(SHAPE), st.lists(shapes)),
    "enum": (COLOR, colors),
    "list<enum>": (abi.List(COLOR), st.lists(colors)),
    "flags": (ACCESS, accesses),
    "list<flags>": (abi.List(ACCESS), st.lists(accesses)),
    "32 flags": (BITS_TYPE, st.builds(BITS, st.integers(0, 2**32 - 1))),
    "option<u32>": (abi.Option(abi.U32), st.none() | integers("u32")),
    "list<option<string>>": (abi.List(abi.Option(abi.STRING)), st.lists(st.none() | texts)),
    "option<option<string>>": (
        abi.Option(abi.Option(abi.STRING)),
        st.none() | st.builds(Some, st.none() | texts),
    ),
    "option<option<option<u8>>>": (
        abi.Option(abi.Option(abi.Option(abi.U8))),
        st.none() | st.builds(Some, st.none() | st.builds(Some, st.none() | integers("u8"))),
    ),
    "result<s32, string>": (
        abi.Result(abi.S32, abi.STRING),
        st.builds(Ok, integers("s32")) | st.builds(Err, texts),
    ),
    "result<_, color>": (
        abi.Result(None, COLOR),
        st.builds(Ok, st.none()) | st.builds(Err, colors),
    ),
    "result": (abi.Result(None, None), st.sampled_from((Ok(None), Err(None)))),
    "list<result<list<person>>>": (
        abi.List(abi.Result(abi.List(PERSON), None)),
        st.lists(
            st.builds(Ok, st.lists(people, max_size=2)) | st.builds(Err, st.none()), max_size=3
        ),
    ),
    "list<tuple<tuple<bool, char>, person>>": (
        abi.List(abi.Tuple((abi.Tuple((abi.BOOL, abi.CHAR)), PERSON))),
        st.lists(
            st.tuples(st.tuples(st.booleans(), st.characters(exclude_categories=["Cs"])), people)
        ),
    ),
    "map<string, u8>": (abi.Map(abi.STRING, abi.U8), st.dictionaries(texts, integers("u8"))),
}

_loaded: dict[str, Echo] = {}


def echo(name: str) -> Echo:
    if name not in _loaded:
        _loaded[name] = load(TYPES[name][0])
    return _loaded[name]


class Indexed:
    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value
