"""A second opinion on values: the Rust host of `bindgen/reference`, and what it calls them.

Values are written as it writes them, from the types that it read in the component
and from the public names of the generated classes. The runtime's descriptors have
no part in that, so a mistake in them can't agree with itself.
"""

from __future__ import annotations

import json
import math
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, cast

from wasmtime_bindgen import Err, Ok, Some

BINARY = Path(__file__).parents[3] / "target" / "debug" / "wasmtime-bindgen-reference"


class Reference:
    """The Rust host, in a process of its own."""

    def __init__(self) -> None:
        binary = BINARY.with_suffix(".exe") if sys.platform == "win32" else BINARY
        if not binary.is_file():
            raise FileNotFoundError(f"{binary} is built by `cargo build -p {binary.stem}`")
        self._process = subprocess.Popen(
            [binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def load(self, path: Path) -> dict[str, Any]:
        """Return the types of the functions that a component exports and imports."""
        return self._ask({"load": str(path)})

    def call(
        self, path: Path, function: str, arguments: list[Any], answers: list[Any]
    ) -> tuple[Any, list[Any]]:
        """Return the result of a function, and what it asked of the host.

        Args:
            path: The component, loaded before.
            function: The function, as the keys of `load` name it.
            arguments: Its arguments, written.
            answers: What imported functions return, written, call by call.
        """
        request = {"call": function, "of": str(path), "arguments": arguments, "answers": answers}
        answer = self._ask(request)
        return answer["result"], answer["asked"]

    def drop(self, path: Path, handle: int) -> list[Any]:
        """Drop the resource behind a handle; return what that asked of the host."""
        asked: list[Any] = self._ask({"drop": handle, "of": str(path)})["asked"]
        return asked

    def end(self, path: Path) -> None:
        """Let the next call have a fresh instance of a component."""
        self._ask({"of": str(path)})

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request, ensure_ascii=False) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


_PRIMITIVES: dict[str, type] = {"bool": bool, "char": str, "string": str}
_FLOATS = {"f32": ("<f", "<I"), "f64": ("<d", "<Q")}


Number: TypeAlias = Callable[[Any, str], int]
"""From a resource, and `own` or `borrow`, to its number."""


def written(value: Any, type_: Any, number: Number) -> Any:
    """Return a value of a type as the reference writes it.

    Args:
        value: The value.
        type_: Its type, as the reference describes it.
        number: Returns the number of a resource.
    """
    if isinstance(type_, str):
        if type_ not in _FLOATS:
            assert type(value) is _PRIMITIVES.get(type_, int), (value, type_)
            return value
        assert type(value) is float, value
        packed, bits = _FLOATS[type_]
        return "nan" if math.isnan(value) else struct.unpack(bits, struct.pack(packed, value))[0]
    [(kind, parts)] = type_.items()
    return _COMPOUND[kind](value, parts, number)


def _list(value: Any, element: Any, number: Number) -> Any:
    assert type(value) is (bytes if element == "u8" else list), value
    return [written(item, element, number) for item in value]


def _tuple(value: Any, types: Any, number: Number) -> Any:
    assert type(value) is tuple, value
    return [written(item, type_, number) for item, type_ in zip(value, types, strict=True)]


def _map(value: Any, types: Any, number: Number) -> Any:
    assert type(value) is dict, value
    return [
        [written(key, types[0], number), written(item, types[1], number)]
        for key, item in value.items()
    ]


def _record(value: Any, fields: Any, number: Number) -> Any:
    public = {name.rstrip("_"): name for name in type(value).__slots__}
    assert len(public) == len(fields), value
    return {
        name: written(getattr(value, public[name.replace("-", "_")]), type_, number)
        for name, type_ in fields
    }


def _variant(value: Any, cases: Any, number: Number) -> Any:
    class_ = type(value).__name__.rstrip("_")
    ends = {
        "".join(word.capitalize() for word in name.split("-")): (name, type_)
        for name, type_ in cases
    }
    name, type_ = ends[max((end for end in ends if class_.endswith(end)), key=len)]
    if type_ is None:
        assert not type(value).__slots__, value
        return {name: None}
    return {name: written(value.value, type_, number)}


def _own(value: Any, name: Any, number: Number) -> Any:
    return _handle(value, name, "own", number)


def _borrow(value: Any, name: Any, number: Number) -> Any:
    return _handle(value, name, "borrow", number)


def _handle(value: Any, name: str, kind: str, number: Number) -> int:
    names = {class_.__name__.lower() for class_ in type(value).__mro__}
    assert name.replace("-", "") in names, value
    return number(value, kind)


def _enum(value: Any, names: Any, number: Number) -> Any:
    name = value.name.rstrip("_").lower().replace("_", "-")
    assert name in names, value
    return name


def _flags(value: Any, names: Any, number: Number) -> Any:
    members = cast("Any", type(value).__members__)
    public = {name.rstrip("_").lower().replace("_", "-"): name for name in members}
    assert public.keys() == set(names), value
    return [name for name in names if members[public[name]] in value]


def _option(value: Any, payload: Any, number: Number) -> Any:
    if value is None:
        return None
    if isinstance(payload, dict) and "option" in payload:
        assert type(value) is Some, value
        value = value.value
    return {"some": written(value, payload, number)}


def _result(value: Any, types: Any, number: Number) -> Any:
    assert type(value) in (Ok, Err), value
    key, type_ = ("ok", types[0]) if type(value) is Ok else ("err", types[1])
    if type_ is None:
        assert value.value is None, value
        return {key: None}
    return {key: written(value.value, type_, number)}


_COMPOUND = {
    "list": _list,
    "tuple": _tuple,
    "map": _map,
    "record": _record,
    "variant": _variant,
    "enum": _enum,
    "flags": _flags,
    "option": _option,
    "result": _result,
    "own": _own,
    "borrow": _borrow,
}
