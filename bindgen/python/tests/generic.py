"""Another opinion on values: `wasmtime.component`, for the types that it handles rightly.

It takes and returns other values than generated packages do, so these are made
from those that `reference` writes, and written again.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import wasmtime
from wasmtime import component as wit

from .host import number_of
from .reference import written


class Generic:
    """An instance of a component that asks nothing of the host."""

    def __init__(self, path: Path) -> None:
        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        # Without it the process ends when the guest looks at its environment.
        self._store.set_wasi(wasmtime.WasiConfig())
        component = wit.Component(engine, path.read_bytes())
        linker = wit.Linker(engine)
        linker.define_unknown_imports_as_traps(component)
        self._instance = linker.instantiate(self._store, component)

    def function(self, name: str) -> Callable[..., Any]:
        """Return a function by the name that the reference gives it."""
        owner, _, inner = name.rpartition("#")
        get = self._instance.get_export_index
        index = get(self._store, inner, get(self._store, owner) if owner else None)
        assert index is not None
        function = self._instance.get_func(self._store, index)
        assert function is not None
        return lambda *arguments: function(self._store, *arguments)


def is_right(type_: Any) -> bool:
    """Return whether `wasmtime.component` handles values of a type as it should."""
    if type_ is None or isinstance(type_, str):
        return True
    [(kind, parts)] = type_.items()
    if kind in ("enum", "flags"):
        return True
    if kind in ("list", "tuple"):
        return all(map(is_right, parts if kind == "tuple" else [parts]))
    if kind == "record":
        return all(is_right(part) for _, part in parts)
    if kind in ("option", "variant", "result"):
        cases = _cases(type_)
        # By its class alone, a bool is an integer, and anything may be a missing payload.
        told_apart = _is_tagged(type_) or not any(
            case is not None and (case == "bool" or object in _classes(case))
            for case in cases.values()
        )
        return told_apart and all(map(is_right, cases.values()))
    return False  # a map, which it does not know


def _cases(type_: Any) -> dict[str, Any]:
    [(kind, parts)] = type_.items()
    if kind == "option":
        return {"none": None, "some": parts}
    return dict(parts) if kind == "variant" else dict(zip(("ok", "err"), parts, strict=True))


def _classes(type_: Any) -> set[type]:
    """Return the classes of values that stand for a type; object stands for no payload."""
    if type_ is None:
        return {object}
    if isinstance(type_, str):
        known: dict[str, type] = {"bool": bool, "f32": float, "f64": float}
        return {known.get(type_, str if type_ in ("char", "string") else int)}
    [(kind, parts)] = type_.items()
    if kind == "list":
        return {bytes if parts == "u8" else list}
    if kind in ("option", "variant", "result"):
        if _is_tagged(type_):
            return {wit.Variant}
        return set().union(*map(_classes, _cases(type_).values()))
    return {{"tuple": tuple, "record": wit.Record, "enum": str, "flags": set}[kind]}


def _is_tagged(type_: Any) -> bool:
    """Return whether cases are told apart by their names, as their classes don't do."""
    classes = [_classes(case) for case in _cases(type_).values()]
    return len(set().union(*classes)) < sum(map(len, classes))


def made(value: Any, type_: Any) -> Any:
    """Return what `wasmtime.component` takes for a written value."""
    if isinstance(type_, str):
        if type_ in ("f32", "f64"):
            formats = ("<I", "<f") if type_ == "f32" else ("<Q", "<d")
            packed = struct.pack(formats[0], 0 if value == "nan" else value)
            return math.nan if value == "nan" else struct.unpack(formats[1], packed)[0]
        return value
    [(kind, parts)] = type_.items()
    if kind == "list":
        items = [made(item, parts) for item in value]
        return bytes(items) if parts == "u8" else items
    if kind == "tuple":
        return tuple(made(item, part) for item, part in zip(value, parts, strict=True))
    if kind == "record":
        record = wit.Record()
        record.__dict__.update({name: made(value[name], part) for name, part in parts})
        return record
    if kind in ("enum", "flags"):
        return set(value) if kind == "flags" else value
    if kind == "option":
        [(name, payload)] = [("none", None)] if value is None else value.items()
    else:
        [(name, payload)] = value.items()
    part = _cases(type_)[name]
    payload = None if part is None else made(payload, part)
    return wit.Variant(name, payload) if _is_tagged(type_) else payload


def agrees(theirs: Any, expected: Any, type_: Any) -> bool:
    """Return whether what `wasmtime.component` returned is the written value that is expected."""
    if isinstance(type_, str):
        return bool(written(theirs, type_, number_of) == expected)
    [(kind, parts)] = type_.items()
    if kind in ("list", "tuple"):
        types = parts if kind == "tuple" else [parts] * len(expected)
        return len(theirs) == len(expected) and all(map(agrees, theirs, expected, types))
    if kind == "record":
        given = theirs.__dict__
        return len(given) == len(parts) and all(
            agrees(given[name], expected[name], part) for name, part in parts
        )
    if kind in ("enum", "flags"):
        return bool(theirs == (set(expected) if kind == "flags" else expected))
    [(name, payload)] = [("none", None)] if expected is None else expected.items()
    part = _cases(type_)[name]
    if _is_tagged(type_):
        if theirs.tag != name:
            return False
        theirs = theirs.payload
    return theirs is None if part is None else agrees(theirs, payload, part)
