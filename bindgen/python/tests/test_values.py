"""Every type of value goes through a guest and comes back."""

from __future__ import annotations

import copy
import math
import pickle
import struct
from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmtime_bindgen import Err, Ok, Some

from .echoed import TYPES, Indexed, echo


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


@pytest.mark.parametrize("wrapper", [Ok, Err, Some])
def test_a_wrapper_is_made_with_its_type_and_travels(wrapper: Any) -> None:
    made = wrapper[int](3)
    assert made == wrapper(3)
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made
    assert not hasattr(made, "__dict__")
    with pytest.raises(AttributeError):
        made.value = 4
