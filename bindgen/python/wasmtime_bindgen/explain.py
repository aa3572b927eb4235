"""Why a value doesn't fit its WIT type, with the path to the part that doesn't.

This is what a WIT type accepts, in one place and in plain code. It runs only
after the fast path of `lower` refused a value.
"""

from __future__ import annotations

import dataclasses
import operator
import struct
import sys
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

import wasmtime

from . import descriptors as d
from . import spelling
from .arrays import Unfit, array_of, is_real
from .errors import BadValue, OutOfRange, WrongType, WrongValue
from .resources import Handle, Unbound, is_guests, used_up
from .sizes import most
from .values import Err, Ok, Some

_SHOWN = 60


@dataclass
class Seen:
    """What is known of a call's values: whom they are for, and which are handed over or lent.

    Attributes:
        instance: The instance.
        moved: What is handed over, by `id`.
        lent: Where what is lent stands, by `id`.
    """

    instance: Any
    moved: set[int] = field(default_factory=set)
    lent: dict[int, str] = field(default_factory=dict)


def reason(
    error: BaseException,
    params: Sequence[tuple[str, d.ValType]],
    values: Sequence[Any],
    instance: object,
) -> BaseException:
    """Return what to raise for values that the fast path refused by `error`.

    That is `error` itself where the values fit: it came from their own methods,
    or from a signal.
    """
    # Values for which there is no memory are too many to look at.
    if isinstance(error, MemoryError) or not isinstance(error, Exception):
        return error
    try:
        explain(params, values, instance)
    except WrongValue as found:
        found.__suppress_context__ = True
        return found.with_traceback(None)  # how it was found tells a user nothing
    if isinstance(error, Unfit):
        return BadValue("a value was not the same when it was looked at again")
    return error


def explain(
    params: Sequence[tuple[str, d.ValType]], values: Sequence[Any], instance: object
) -> None:
    """Raise the error that says which of `values` doesn't fit, and why; return if all fit.

    Args:
        params: Name and type of each.
        values: The values.
        instance: The instance that they are for.

    Raises:
        WrongType: For a value of a Python type that the WIT type doesn't take.
        OutOfRange: For a number out of range.
        BadValue: For a value that can't be expressed, or a resource that is gone.
    """
    seen = Seen(instance)
    for (name, type_), value in zip(params, values, strict=True):
        _check(type_, value, name, seen)
    for both in seen.moved & seen.lent.keys():
        raise BadValue(f"{seen.lent[both]} is lent and handed over in one call")


def _check(type_: d.ValType, value: Any, path: str, seen: Seen) -> None:
    if isinstance(type_, d.Primitive):
        _PRIMITIVES.get(type_.name, _integer)(type_.name, value, path)
    else:
        _COMPOUND[type(type_)](type_, value, path, seen)


def unwanted(value: Any, path: str) -> WrongType:
    """Return the error for a value where the WIT has none."""
    return _wrong(value, path, "None: the WIT gives it no value")


def _wrong(value: Any, path: str, expected: str) -> WrongType:
    type_ = type(value)
    if issubclass(type_, wasmtime.Store):  # as the removed module wanted it
        return WrongType(
            f"{path}: a Store of wasmtime is passed, and no call takes one: leave it out"
        )
    # numpy has a `bool`, too.
    name = type_.__name__ if type_.__module__ != "numpy" else f"numpy.{type_.__name__}"
    return WrongType(f"{path}: {_show(value)} is of type {name}, not {expected}")


def _show(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:
        text = f"<{type(value).__name__} object>"
        if type(value) is int:  # Python writes no more than so many digits
            text = f"an int of {value.bit_length()} bits"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


# Primitive types


def _integer(name: str, value: Any, path: str) -> None:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise _wrong(value, path, f"an int for {name}")
    try:
        number, bits = operator.index(value), int(name[1:])
    except TypeError:  # an array of numpy has the method, and one item or many
        raise _wrong(value, path, f"an int for {name}") from None
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if name[0] == "s" else (0, (1 << bits) - 1)
    if not low <= number <= high:
        shown = _show(number)
        raise OutOfRange(f"{path}: {shown} is out of range for {name}, {low} to {high}")


def _float(name: str, value: Any, path: str) -> None:
    if not is_real(value):
        raise _wrong(value, path, f"a float or an int for {name}")
    try:
        struct.pack("<f" if name == "f32" else "<d", float(value))
    except OverflowError:
        raise OutOfRange(f"{path}: {_show(value)} is out of range for {name}") from None
    except TypeError:
        raise _wrong(value, path, f"a float or an int for {name}") from None


def _bool(_name: str, value: Any, path: str) -> None:
    if not isinstance(value, bool):
        raise _wrong(value, path, "a bool")


def _char(_name: str, value: Any, path: str) -> None:
    if not isinstance(value, str):
        raise _wrong(value, path, "a str of one character for char")
    if len(value) != 1:
        raise BadValue(f"{path}: {_show(value)} has {len(value)} characters, and a char is one")
    if 0xD800 <= ord(value) < 0xE000:
        raise BadValue(f"{path}: {_show(value)} is a lone surrogate, which is no char")


def _string(_name: str, value: Any, path: str) -> None:
    if not isinstance(value, str):
        raise _wrong(value, path, "a str for string")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadValue(
            f"{path}: {_show(value)} holds a lone surrogate at index {error.start},"
            " so it is not Unicode text"
        ) from None


_PRIMITIVES: dict[str, Callable[[str, Any, str], None]] = {
    "bool": _bool,
    "f32": _float,
    "f64": _float,
    "char": _char,
    "string": _string,
}


# Compound types


def _list(type_: d.List, value: Any, path: str, seen: Seen) -> None:
    what = spelling.value(type_)
    item_type = array_of(type_.element)
    if item_type and not isinstance(value, (str, list, tuple)):
        try:
            view = memoryview(value)
        except TypeError:
            pass
        except (ValueError, BufferError) as error:  # it was released, closed, or has no such
            raise BadValue(f"{path}: {_show(value)} is no {what}: {error}") from None
        else:
            if view.ndim != 1:
                raise BadValue(f"{path}: a buffer of {view.ndim} dimensions is no {what}")
            _refuse_too_many(type_, view, path)
            try:
                value = view.tolist()
            except NotImplementedError:
                raise BadValue(f"{path}: a buffer of format {view.format!r} is no {what}") from None
            is_bool = item_type == "bool"
            if item_type == "char" or (value and isinstance(value[0], bool) != is_bool):
                raise BadValue(f"{path}: a buffer of format {view.format!r} is no {what}")
    if isinstance(value, (str, bytes, bytearray)) or not isinstance(value, Sequence):
        raise _wrong(value, path, f"a sequence for {what}")
    _refuse_too_many(type_, value, path)
    for i, item in enumerate(value):
        _check(type_.element, item, f"{path}[{i}]", seen)


def _refuse_too_many(type_: d.List, items: Sized, path: str) -> None:
    try:
        count = len(items)
        how_many = f"{count}"
    except OverflowError:  # `range` can be longer than Python counts
        count, how_many = sys.maxsize, f"more than {sys.maxsize}"
    room = most(type_.element)
    if count > room:
        raise BadValue(
            f"{path}: it has {how_many} items, and no memory of a guest has room for more than"
            f" {room} of a {spelling.value(type_)}"
        )


def _tuple(type_: d.Tuple, value: Any, path: str, seen: Seen) -> None:
    if not isinstance(value, tuple):
        raise _wrong(value, path, f"a tuple of {len(type_.items)}")
    if len(value) != len(type_.items):
        raise BadValue(f"{path}: a tuple of {len(value)} items, not of {len(type_.items)}")
    for i, (part, item) in enumerate(zip(type_.items, value, strict=True)):
        _check(part, item, f"{path}[{i}]", seen)


def _record(type_: d.Record, value: Any, path: str, seen: Seen) -> None:
    if not isinstance(value, type_.python):
        raise _wrong(value, path, f"{type_.python.__name__} for the record {type_.name}")
    names = [f.name for f in dataclasses.fields(type_.python)]
    for (_, part), name in zip(type_.fields, names, strict=True):
        _check(part, getattr(value, name), f"{path}.{name}", seen)


def _variant(type_: d.Variant, value: Any, path: str, seen: Seen) -> None:
    for _, python, payload in type_.cases:
        if type(value) is python:
            if payload is not None:
                _check(payload, value.value, f"{path}.value", seen)
            return
    cases = ", ".join(python.__name__ for _, python, _ in type_.cases)
    raise _wrong(value, path, f"a case of the variant {type_.name}: {cases}")


def _enum(type_: d.Enum, value: Any, path: str, _seen: Seen) -> None:
    if type(value) is not type_.python:
        raise _wrong(value, path, f"a member of {type_.python.__name__}")


def _flags(type_: d.Flags, value: Any, path: str, _seen: Seen) -> None:
    if type(value) is not type_.python:
        raise _wrong(value, path, f"a value of {type_.python.__name__}")
    if value.value < 0 or value.value >> len(type_.names):
        raise BadValue(f"{path}: {value.value} has bits that are no flags of {type_.name}")


def _option(type_: d.Option, value: Any, path: str, seen: Seen) -> None:
    if value is None:
        return
    if isinstance(type_.payload, d.Option):
        if type(value) is not Some:
            raise _wrong(value, path, "None or Some for an option of an option")
        _check(type_.payload, value.value, f"{path}.value", seen)
    else:
        _check(type_.payload, value, path, seen)


def _result(type_: d.Result, value: Any, path: str, seen: Seen) -> None:
    if type(value) not in (Ok, Err):
        raise _wrong(value, path, "Ok or Err")
    payload = type_.ok if type(value) is Ok else type_.err
    if payload is not None:
        _check(payload, value.value, f"{path}.value", seen)
    elif value.value is not None:
        raise _wrong(value.value, f"{path}.value", "None, as this side has no payload")


def _map(type_: d.Map, value: Any, path: str, seen: Seen) -> None:
    if not isinstance(value, Mapping):
        raise _wrong(value, path, "a mapping")
    for key, item in value.items():
        _check(type_.key, key, f"the key {_show(key)} of {path}", seen)
        _check(type_.value, item, f"{path}[{_show(key)}]", seen)


def _own(type_: d.Own, value: Any, path: str, seen: Seen) -> None:
    _alive(type_.resource, value, path, seen)
    if not is_guests(type_.resource):
        return
    if value._runtime_.lent:
        raise BadValue(f"{path}: this {type_.resource.name} is lent to a call that is running")
    if id(value) in seen.moved:
        raise BadValue(f"{path}: this {type_.resource.name} is handed over twice in one call")
    seen.moved.add(id(value))


def _borrow(type_: d.Borrow, value: Any, path: str, seen: Seen) -> None:
    _alive(type_.resource, value, path, seen)
    seen.lent[id(value)] = f"{path}: this {type_.resource.name}"


def _alive(resource: d.ResourceType, value: Any, path: str, seen: Seen) -> None:
    if not is_guests(resource):
        # The host's own object: whatever implements the protocol.
        if why := seen.instance.resource(resource).misfit(value):
            raise _wrong(value, path, f"an implementation of {resource.python.__name__}: {why}")
        return
    handle: Any = getattr(value, "_runtime_", None)
    if not isinstance(value, resource.python) or type(handle) not in (Handle, Unbound):
        raise _wrong(value, path, f"a {resource.python.__name__}")
    if handle.instance is not seen.instance:
        raise BadValue(f"{path}: this {resource.name} belongs to another instance")
    if not handle.ptr:
        raise BadValue(f"{path}: {used_up(handle)}")


_COMPOUND: dict[type, Callable[[Any, Any, str, Seen], None]] = {
    d.List: _list,
    d.Tuple: _tuple,
    d.Record: _record,
    d.Variant: _variant,
    d.Enum: _enum,
    d.Flags: _flags,
    d.Option: _option,
    d.Result: _result,
    d.Own: _own,
    d.Borrow: _borrow,
    d.Map: _map,
}
