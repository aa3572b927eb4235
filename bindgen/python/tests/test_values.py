"""Every type of value goes through a guest and comes back."""

from __future__ import annotations

import enum
import math
import struct
import traceback
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import wasmtime
from hypothesis import given, settings
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


@pytest.mark.parametrize("name", TYPES)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_value_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    value = data.draw(TYPES[name][1])
    back = echo(name).echo(value)
    assert back == value
    assert type(back) is type(value)
    assert repr(back) == repr(value)  # tells True from 1, 1 from 1.0, -0.0 from 0.0


@pytest.mark.parametrize("name", ["f32", "f64"])
def test_a_nan_comes_back_as_one(name: str) -> None:
    assert math.isnan(echo(name).echo(math.nan))


class Indexed:
    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


np = pytest.importorskip("numpy")


@pytest.mark.parametrize(
    ("name", "value", "back"),
    [
        ("u8", Indexed(200), 200),
        ("u8", np.int64(200), 200),
        ("s32", np.uint8(200), 200),
        ("f64", 3, 3.0),
        ("f64", np.float32(0.5), 0.5),
        ("f32", np.int16(-2), -2.0),
        ("bytes", bytearray(b"Ada"), b"Ada"),
        ("bytes", memoryview(b"Ada"), b"Ada"),
        ("bytes", memoryview(b"AxdxaX")[::2], b"Ada"),
        ("bytes", [65, Indexed(100), 97], b"Ada"),
        ("bytes", range(3), b"\0\1\2"),
        ("bytes", array("B", b"Ada"), b"Ada"),
        ("bytes", array("i", [65, 100, 97]), b"Ada"),
        ("bytes", np.array([65, 100, 97]), b"Ada"),
        ("bytes", np.array([65, 100, 97], np.uint8), b"Ada"),
        ("list<s32>", (1, 2), [1, 2]),
        ("list<s32>", range(-1, 2), [-1, 0, 1]),
        ("list<s32>", np.arange(3, dtype=np.int32), [0, 1, 2]),
        ("list<s32>", np.arange(6, dtype=np.int32)[::2], [0, 2, 4]),
        ("list<s64>", np.arange(3, dtype=np.int32), [0, 1, 2]),
        ("list<s64>", array("q", [-1, 5]), [-1, 5]),
        ("list<u16>", b"\1\2", [1, 2]),
        ("list<f64>", [1, 2.5], [1.0, 2.5]),
        ("list<f64>", array("d", [1, 2.5]), [1.0, 2.5]),
        ("list<f64>", np.linspace(0, 1, 3), [0.0, 0.5, 1.0]),
        ("list<f64>", array("f", [0.5]), [0.5]),
        ("list<f64>", np.arange(2), [0.0, 1.0]),
        ("list<f32>", [math.inf, -math.inf], [math.inf, -math.inf]),
        ("list<bool>", np.array([True, False]), [True, False]),
        ("list<string>", ("Ada", "Grace"), ["Ada", "Grace"]),
    ],
)
def test_what_stands_for_a_value_is_taken_for_it(name: str, value: object, back: object) -> None:
    assert repr(echo(name).echo(value)) == repr(back)


def person(**changes: Any) -> Person:
    return Person(**{"name": "Ada", "age": 36, "scores": [1.0], **changes})


class Rude:
    def __repr__(self) -> str:
        raise RuntimeError


class Claiming(Sequence[Any]):
    """A sequence that need not hold what it has."""

    def __init__(self, count: int) -> None:
        self.claimed = count

    def __len__(self) -> int:
        return self.claimed

    def __getitem__(self, index: Any) -> Any:
        raise AssertionError("an item was looked at")


BOOL = type(np.True_).__name__  # `bool_` before numpy 2
REFUSED: list[tuple[str, object, type[Exception], str]] = [
    ("u8", 300, OverflowError, "x: 300 is out of range for u8, 0 to 255"),
    ("u8", -1, OverflowError, "x: -1 is out of range for u8, 0 to 255"),
    ("s32", 2**31, OverflowError, "x: 2147483648 is out of range for s32"),
    ("u64", 2**64, OverflowError, "x: 18446744073709551616 is out of range for u64"),
    ("u64", 10**400, OverflowError, "is out of range for u64"),
    ("s64", Indexed(2**63), OverflowError, "x: 9223372036854775808 is out of range for s64"),
    ("s32", True, TypeError, "x: True is of type bool, not an int for s32"),
    ("s32", 1.0, TypeError, "x: 1.0 is of type float, not an int for s32"),
    ("s32", "1", TypeError, "x: '1' is of type str, not an int for s32"),
    ("s32", None, TypeError, "x: None is of type NoneType, not an int for s32"),
    ("s32", Rude(), TypeError, "x: <Rude object> is of type Rude, not an int for s32"),
    ("bool", np.True_, TypeError, f"x: np.True_ is of type numpy.{BOOL}, not a bool"),
    (
        "bool",
        wasmtime.Store(),
        TypeError,
        "x: a Store of wasmtime is passed, and no call takes one",
    ),
    ("string", wasmtime.Store(), TypeError, "and no call takes one: leave it out"),
    ("record", wasmtime.Store(), TypeError, "and no call takes one: leave it out"),
    ("bool", 1, TypeError, "x: 1 is of type int, not a bool"),
    ("f64", True, TypeError, "x: True is of type bool, not a float or an int for f64"),
    ("f64", "1", TypeError, "x: '1' is of type str, not a float or an int for f64"),
    ("f64", 1j, TypeError, "x: 1j is of type complex, not a float or an int for f64"),
    ("f64", 10**400, OverflowError, "is out of range for f64"),
    ("f32", 1e300, OverflowError, "x: 1e+300 is out of range for f32"),
    ("char", "", ValueError, "x: '' has 0 characters, and a char is one"),
    ("char", "ab", ValueError, "x: 'ab' has 2 characters, and a char is one"),
    ("char", "\ud800", ValueError, r"x: '\ud800' is a lone surrogate, which is no char"),
    ("char", b"a", TypeError, "x: b'a' is of type bytes, not a str of one character for char"),
    ("string", "a\udfff", ValueError, "x: 'a\\udfff' holds a lone surrogate at index 1"),
    ("string", b"a", TypeError, "x: b'a' is of type bytes, not a str for string"),
    ("bytes", "Ada", TypeError, "x: 'Ada' is of type str, not a sequence for list<u8>"),
    ("bytes", [1, 256], OverflowError, "x[1]: 256 is out of range for u8"),
    ("bytes", [1, True], TypeError, "x[1]: True is of type bool, not an int for u8"),
    ("bytes", np.array([300]), OverflowError, "x[0]: 300 is out of range for u8"),
    ("bytes", np.array([0.5]), TypeError, "x[0]: 0.5 is of type float, not an int for u8"),
    ("bytes", np.zeros((2, 2), np.uint8), ValueError, "x: a buffer of 2 dimensions is no list<u8>"),
    ("list<s32>", {1}, TypeError, "x: {1} is of type set, not a sequence for list<s32>"),
    ("list<s32>", iter([1]), TypeError, "not a sequence for list<s32>"),
    ("list<s32>", np.array([True]), ValueError, "x: a buffer of format '?' is no list<s32>"),
    ("list<s32>", np.array([1], ">i4"), ValueError, "x: a buffer of format '>i' is no list<s32>"),
    ("list<f32>", [0.5, 1e300], OverflowError, "x[1]: 1e+300 is out of range for f32"),
    ("list<f64>", [0.5, "a"], TypeError, "x[1]: 'a' is of type str, not a float or an int"),
    ("list<bool>", [True, 1], TypeError, "x[1]: 1 is of type int, not a bool"),
    ("list<char>", "Ada", TypeError, "x: 'Ada' is of type str, not a sequence for list<char>"),
    ("list<char>", ["A", "\udc00"], ValueError, r"x[1]: '\udc00' is a lone surrogate"),
    ("list<char>", ["A", "da"], ValueError, "x[1]: 'da' has 2 characters, and a char is one"),
    ("list<s64>", range(2**62), ValueError, "x: it has 4611686018427387904 items, and no memory"),
    ("list<s64>", range(2**70), ValueError, "x: it has more than 9223372036854775807 items"),
    ("list<s64>", Claiming(2**33), ValueError, "has room for more than 536870912 of a list<s64>"),
    ("bytes", Claiming(2**33), ValueError, "has room for more than 4294967296 of a list<u8>"),
    ("bytes", np.broadcast_to(np.uint8(0), 2**40), ValueError, "x: it has 1099511627776 items"),
    ("list<string>", Claiming(2**33), ValueError, "x: it has 8589934592 items, and no memory"),
    ("list<record>", Claiming(2**33), ValueError, "x: it has 8589934592 items, and no memory"),
    ("list<string>", "Ada", TypeError, "x: 'Ada' is of type str, not a sequence for list<string>"),
    ("list<string>", ["Ada", None], TypeError, "x[1]: None is of type NoneType, not a str"),
    ("tuple", (1, "a"), ValueError, "x: a tuple of 2 items, not of 3"),
    ("tuple", [1, "a", 0.5], TypeError, "x: [1, 'a', 0.5] is of type list, not a tuple of 3"),
    ("tuple", (1, 2, 0.5), TypeError, "x[1]: 2 is of type int, not a str for string"),
    ("record", {"name": "Ada"}, TypeError, "is of type dict, not Person for the record person"),
    ("record", person(age=300), OverflowError, "x.age: 300 is out of range for u8"),
    (
        "list<record>",
        [person(), person(), person(age=300)],
        OverflowError,
        "x[2].age: 300 is out of range for u8",
    ),
    (
        "list<variant>",
        [Crowd([person(scores=[0.5, ""])])],
        TypeError,
        "x[0].value[0].scores[1]: '' is of type str, not a float or an int for f64",
    ),
    ("variant", person(), TypeError, "not a case of the variant shape: Circle, Crowd, Empty"),
    ("variant", Circle, TypeError, "is of type type, not a case of the variant shape"),
    ("variant", Circle("1"), TypeError, "x.value: '1' is of type str"),  # type: ignore[arg-type]
    ("enum", "red", TypeError, "x: 'red' is of type str, not a member of Color"),
    ("enum", Access.READ, TypeError, "not a member of Color"),
    ("flags", 1, TypeError, "x: 1 is of type int, not a value of Access"),
    ("flags", {"read"}, TypeError, "x: {'read'} is of type set, not a value of Access"),
    ("option<u32>", -1, OverflowError, "x: -1 is out of range for u32"),
    ("option<option<string>>", "a", TypeError, "not None or Some for an option of an option"),
    ("option<option<string>>", Some(5), TypeError, "x.value: 5 is of type int, not a str"),
    ("result<s32, string>", 5, TypeError, "x: 5 is of type int, not Ok or Err"),
    ("result<s32, string>", Ok("a"), TypeError, "x.value: 'a' is of type str, not an int for s32"),
    ("result<_, color>", Ok(1), TypeError, "x.value: 1 is of type int, not None"),
    ("map<string, u8>", [("a", 1)], TypeError, "is of type list, not a mapping"),
    ("map<string, u8>", {"a": 256}, OverflowError, "x['a']: 256 is out of range for u8"),
    ("map<string, u8>", {1: 1}, TypeError, "the key 1 of x: 1 is of type int, not a str"),
]


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    REFUSED,
    ids=[f"{r[0]}-{i}" for i, r in enumerate(REFUSED)],
)
def test_a_value_that_does_not_fit_is_refused_with_its_path(
    name: str, value: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        echo(name).echo(value)
    assert message in str(caught.value)
    assert isinstance(caught.value, abi_error())
    # Nothing is poisoned: the same instance goes on.
    fine = {"bool": False, "char": "a", "string": "", "enum": Color.RED, "record": person()}
    if name in fine:
        assert echo(name).echo(fine[name]) == fine[name]


def test_what_does_not_fit_is_traced_to_the_call_and_no_further() -> None:
    with pytest.raises(TypeError) as caught:
        echo("record").echo(person(name=5))
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert frames[-1] == "plan"
    assert len(frames) <= 3
    assert "During handling" not in "".join(traceback.format_exception(caught.value))


def abi_error() -> type[Exception]:
    from wasmtime_bindgen import WasmtimeBindgenError

    return WasmtimeBindgenError


def test_an_exception_of_the_values_own_reaches_the_caller() -> None:
    class Moody:
        def __index__(self) -> int:
            raise ZeroDivisionError("not today")

    with pytest.raises(ZeroDivisionError, match="not today"):
        echo("s32").echo(Moody())


def test_a_call_from_within_the_lowering_of_another_has_its_own_memory() -> None:
    greeter = echo("tuple")

    class Nosy:
        def __index__(self) -> int:
            assert greeter.echo((1, "inner", 0.25)) == (1, "inner", 0.25)
            return 7

    assert greeter.echo((Nosy(), "outer", 0.5)) == (7, "outer", 0.5)


def test_a_large_list_is_written_into_memory_that_grows() -> None:
    data = bytes(range(256)) * 1024
    assert echo("bytes").echo(data) == data
    names = [str(i) for i in range(20_000)]
    assert echo("list<string>").echo(names) == names
    lists = [[str(i)] * 3 for i in range(5_000)]
    assert echo("list<list<string>>").echo(lists) == lists


def test_f32_is_rounded_as_the_standard_says() -> None:
    assert echo("f32").echo(0.1) == struct.unpack("f", struct.pack("f", 0.1))[0]
