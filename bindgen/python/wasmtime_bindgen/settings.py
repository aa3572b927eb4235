"""What a user may say about how a guest runs: limits, WASI, and where the component comes from."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal, TypeAlias, cast

from .errors import BadValue, WrongType

Sink: TypeAlias = Callable[[bytes], object] | Literal["inherit"] | None
"""Where output goes: to a callable in pieces, to the process's own stream, or nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one instance may use. None means no limit.

    Attributes:
        deadline: How long one call from outside, or the start, may take, in seconds.
        fuel: How much fuel one call from outside, or the start, may burn; counting
            it makes the guest slower, and such code is compiled apart.
        memory: How large one linear memory may grow, in bytes.
        table_elements: How large one table may grow, in elements.
        tables: How many tables there may be.
        memories: How many linear memories there may be.
        instances: How many core instances there may be.
    """

    deadline: float | None = None
    fuel: int | None = None
    memory: int | None = 1 << 30
    table_elements: int | None = 1_000_000
    tables: int | None = 1_000
    memories: int | None = 100
    instances: int | None = 1_000

    def __post_init__(self) -> None:
        for limit in fields(self):
            name, value = limit.name, getattr(self, limit.name)
            if value is None:
                continue
            is_number = isinstance(value, (int, float) if name == "deadline" else int)
            if isinstance(value, bool) or not is_number:
                expected = "a number of seconds" if name == "deadline" else "an int"
                raise WrongType(f"{name}: {value!r} is neither {expected} nor None")
            if not value >= 0:
                raise BadValue(f"{name}: {value!r} is no limit: 0 or more is expected, or None")
            if name == "deadline" and value > sys.float_info.max:
                object.__setattr__(self, name, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wasi:
    """What a guest finds of the outside world: by default nothing.

    Attributes:
        arguments: The command line, the program's name first.
        environment: The environment variables.
        stdin: What there is to read on standard input.
        stdout: Where standard output goes.
        stderr: Where standard error goes, besides the bounded copy that a `Trap` shows.
        directories: Guest path to host folder, read only.
        writable: Guest path to host folder, read and write.
    """

    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    stdout: Sink = None
    stderr: Sink = None
    directories: Mapping[str, str | os.PathLike[str]] = field(default_factory=dict)
    writable: Mapping[str, str | os.PathLike[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        arguments, stdin = cast("object", self.arguments), cast("object", self.stdin)
        if isinstance(arguments, str) or not isinstance(arguments, Sequence):
            raise _wrong("arguments", arguments, "and a tuple of str is expected")
        for i, argument in enumerate(arguments):
            _check_text(f"arguments[{i}]", argument)
        _check_environment(self.environment)
        _check_folders("directories", self.directories)
        _check_folders("writable", self.writable)
        if not isinstance(stdin, (bytes, bytearray, memoryview)):
            hint = ": encode it" if isinstance(stdin, str) else ""
            raise _wrong("stdin", stdin, f"and bytes are expected{hint}")
        for name, sink in (("stdout", self.stdout), ("stderr", self.stderr)):
            if sink is not None and sink != "inherit" and not callable(sink):
                raise WrongType(f'{name}: {sink!r} is neither a callable, "inherit" nor None')
        # As they were looked at: who gave them may change them.
        object.__setattr__(self, "arguments", tuple(self.arguments))
        object.__setattr__(self, "stdin", bytes(self.stdin))
        for name in ("environment", "directories", "writable"):
            object.__setattr__(self, name, dict(getattr(self, name)))


def _check_environment(given: object) -> None:
    for key, value in _items("environment", given):
        _check_text(f"environment[{key!r}]", value)
        if "=" in key:
            raise BadValue(f"the key {key!r} of environment: it holds a `=`, which ends a name")


def _check_folders(name: str, given: object) -> None:
    for key, value in _items(name, given):
        path = os.fspath(value) if isinstance(value, os.PathLike) else value
        _check_text(f"{name}[{key!r}]", path, expected="a path")


def _items(name: str, given: object) -> Iterable[tuple[str, object]]:
    """Return the items of a mapping whose keys are texts, but not empty ones."""
    if not isinstance(given, Mapping):
        raise _wrong(name, given, "and a mapping is expected")
    for key in given:
        _check_text(f"the key {key!r} of {name}", key)
        if not key:
            raise BadValue(f"the key {key!r} of {name}: it is empty")
    return given.items()


def _check_text(where: str, value: object, *, expected: str = "str") -> None:
    if not isinstance(value, str):
        raise _wrong(where, value, f"not {expected}")
    if "\0" in value:
        raise BadValue(f"{where}: {value!r} holds a NUL, which ends it for the guest")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadValue(f"{where}: {value!r} is not Unicode text") from None


def _wrong(where: str, value: object, rest: str) -> WrongType:
    return WrongType(f"{where}: {value!r} is of type {type(value).__name__}, {rest}")


def settled(wasi: Wasi | None, limits: Limits | None) -> tuple[Wasi, Limits]:
    """Return what was given, or what holds by default.

    Raises:
        WrongType: If they are something else.
    """
    for name, given, kind in (("wasi", wasi, Wasi), ("limits", limits, Limits)):
        if given is not None and not isinstance(given, kind):
            raise WrongType(f"{name}: {given!r} is no wasmtime_bindgen.{kind.__name__}")
    return wasi or Wasi(), limits or Limits()
