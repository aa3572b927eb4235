"""Values that do not fit their types are refused before the guest is entered, with their path."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

import pytest
import wasmtime

from wasmtime_bindgen import Ok, Some, WasmtimeBindgenError

from .echoed import Access, Circle, Color, Crowd, Empty, Indexed, Person, echo

np = pytest.importorskip("numpy")


def person(**changes: Any) -> Person:
    return Person(**{"name": "Ada", "age": 36, "scores": [1.0], **changes})


class Odd:
    def __float__(self) -> Any:
        return "1"


def forged(bits: int) -> Access:
    """Return a value that no constructor of the class makes."""
    value = object.__new__(Access)
    value._value_ = bits
    return value


class Rude:
    def __repr__(self) -> str:
        raise RuntimeError


def released() -> memoryview:
    view = memoryview(b"Ada")
    view.release()
    return view


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
    ("f64", Odd(), TypeError, "is of type Odd, not a float or an int for f64"),
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
    ("list<s32>", memoryview(b"A").cast("c"), TypeError, "x[0]: b'A' is of type bytes, not an int"),
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
    ("bytes", released(), ValueError, "no list<u8>: operation forbidden on released memoryview"),
    ("bytes", np.array(["2026"], "M8[D]"), ValueError, "no list<u8>: cannot include dtype 'M'"),
    ("s32", np.array([1, 2]), TypeError, "x: array([1, 2]) is of type numpy.ndarray, not an int"),
    ("s32", 10**5000, OverflowError, "x: an int of 16610 bits is out of range for s32"),
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
    ("list<variant>", [Empty(), Circle(True)], TypeError, "x[1].value: True is of type bool"),
    ("list<option<string>>", [None, 5], TypeError, "x[1]: 5 is of type int, not a str"),
    ("variant", person(), TypeError, "not a case of the variant shape: Circle, Crowd, Empty"),
    ("variant", Circle, TypeError, "is of type type, not a case of the variant shape"),
    ("variant", Circle("1"), TypeError, "x.value: '1' is of type str"),  # type: ignore[arg-type]
    ("enum", "red", TypeError, "x: 'red' is of type str, not a member of Color"),
    ("enum", Access.READ, TypeError, "not a member of Color"),
    ("flags", forged(8), ValueError, "x: 8 has bits that are no flags of access"),
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


FITTING: dict[str, object] = {
    **dict.fromkeys(("u8", "s32", "u64", "s64", "f64", "f32"), 1),
    **{"bool": False, "char": "a", "string": "Ada", "bytes": b"Ada", "option<u32>": 1},
    **{f"list<{item}>": [1] for item in ("s32", "s64", "f32", "f64")},
    **{"list<bool>": [True], "list<char>": ["a"], "list<string>": ["Ada"]},
    **{"tuple": (1, "a", 0.5), "record": person(), "list<record>": [person()]},
    **{"variant": Circle(0.5), "list<variant>": [Empty()]},
    **{"enum": Color.RED, "flags": Access.READ, "option<option<string>>": Some("Ada")},
    **{"list<option<string>>": [None, "Ada"]},
    **{"result<s32, string>": Ok(1), "result<_, color>": Ok(None), "map<string, u8>": {"a": 1}},
}


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
    assert isinstance(caught.value, WasmtimeBindgenError)
    # Nothing is poisoned: the same instance goes on.
    assert echo(name).echo(FITTING[name]) == FITTING[name]


def test_a_value_that_changes_while_it_is_read_is_refused() -> None:
    class Shrinking(Claiming):
        def __len__(self) -> int:
            self.claimed >>= 32
            return self.claimed

        def __getitem__(self, index: Any) -> Any:
            return ["Ada", "Grace"][index]

    with pytest.raises(ValueError, match="a value was not the same when it was looked at again"):
        echo("list<string>").echo(Shrinking(2**65))


def test_what_does_not_fit_is_traced_to_the_call_and_no_further() -> None:
    with pytest.raises(TypeError) as caught:
        echo("record").echo(person(name=5))
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert frames[-1] == "plan"
    assert len(frames) <= 3
    assert "During handling" not in "".join(traceback.format_exception(caught.value))
