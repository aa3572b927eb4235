"""What the benchmark calls: one world in WAT text, its Python classes and descriptors."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from wasmtime_bindgen import abi


@dataclass(frozen=True, slots=True)
class Small:
    """A record of a string and two numbers."""

    name: str
    x: int
    y: float


@dataclass(frozen=True, slots=True)
class Circle:
    """The case `circle`."""

    value: str


@dataclass(frozen=True, slots=True)
class Empty:
    """The case `empty`."""


class Access(enum.Flag):
    """Flags."""

    READ = 1
    WRITE = 2
    RUN = 4


class Color(enum.Enum):
    """An enum."""

    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Large:
    """A record of ten fields."""

    a: int
    b: int
    c: float
    d: bool
    e: str
    shape: Circle | Empty
    maybe: str | None
    access: Access
    color: Color | None
    numbers: Sequence[int]


SMALL = abi.Record("small", Small, (("name", abi.STRING), ("x", abi.S32), ("y", abi.F64)))
SHAPE = abi.Variant("shape", (("circle", Circle, abi.STRING), ("empty", Empty, None)))
ACCESS = abi.Flags("access", Access, ("read", "write", "run"))
COLOR = abi.Enum("color", Color)
LARGE = abi.Record(
    "large",
    Large,
    (
        *(("a", abi.U8), ("b", abi.S64), ("c", abi.F64), ("d", abi.BOOL), ("e", abi.STRING)),
        *(("shape", SHAPE), ("maybe", abi.Option(abi.STRING)), ("access", ACCESS)),
        *(("color", abi.Option(COLOR)), ("numbers", abi.List(abi.S32))),
    ),
)


class Counter(abi.Resource):
    """A resource of the guest's."""

    _constructor: Callable[[int], None]
    _add: Callable[[int], int]

    def __init__(self, start: int) -> None:
        self._constructor(start)

    def add(self, n: int) -> int:
        """Return the sum of `n` and what it was made of."""
        return self._add(n)


_Counter: TypeAlias = Counter


class Counters(abi.Interface):
    """The interface of the resource."""

    Counter: type[_Counter]


COUNTER = abi.ResourceType("counter", Counter)
COUNTERS = abi.InterfaceType(
    "bench:calls/counters",
    "counters",
    Counters,
    (
        abi.Func("[constructor]counter", "constructor", (("n", abi.U32),), abi.Own(COUNTER)),
        abi.Func(
            "[method]counter.add",
            "add",
            (("self", abi.Borrow(COUNTER)), ("n", abi.U32)),
            abi.U32,
        ),
    ),
    (COUNTER,),
)

TYPES = """
  (type $small' (record (field "name" string) (field "x" s32) (field "y" f64)))
  (type $shape' (variant (case "circle" string) (case "empty")))
  (type $access' (flags "read" "write" "run"))
  (type $color' (enum "red" "green"))
  (export $small "a-small" (type $small'))
  (export $shape "a-shape" (type $shape'))
  (export $access "a-access" (type $access'))
  (export $color "a-color" (type $color'))
  (type $large' (record (field "a" u8) (field "b" s64) (field "c" f64) (field "d" bool)
    (field "e" string) (field "shape" $shape) (field "maybe" (option string))
    (field "access" $access) (field "color" (option $color)) (field "numbers" (list s32))))
  (export $large "a-large" (type $large'))
"""

WAT = f"""(component
  (import "tick" (func $tick (param "n" u32) (result u32)))
  (core module $m
    (import "host" "tick" (func $tick (param i32) (result i32)))
    (memory (export "memory") 600)
    (global $top (mut i32) (i32.const 64))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $p i32)
      (local.set $p (i32.and
        (i32.add (global.get $top) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
      (global.set $top (i32.add (local.get $p) (local.get 3)))
      (local.get $p))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "pair") (param i32 i32) (result i32)
      (i32.store (i32.const 8) (local.get 0))
      (i32.store (i32.const 12) (local.get 1))
      (i32.const 8))
    (func (export "count") (param i32 i32) (result i32)
      (global.set $top (i32.const 64)) (local.get 1))
    (func (export "make-bytes") (param i32) (result i32)
      (i32.store (i32.const 8) (i32.const 64))
      (i32.store (i32.const 12) (local.get 0))
      (i32.const 8))
    (func (export "self") (param i32) (result i32) (local.get 0))
    (func (export "ticks") (param i32) (result i32) (local $s i32)
      (loop $l
        (local.set $s (i32.add (local.get $s) (call $tick (local.get 0))))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get $s))
    (func (export "done") (param i32) (global.set $top (i32.const 64))))
  (core func $tick' (canon lower (func $tick)))
  (core instance $i (instantiate $m (with "host" (instance (export "tick" (func $tick'))))))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (alias core export $i "done" (core func $done))
  {TYPES}
"""


def _func(name: str, core: str, params: str, result: str, options: str = "") -> str:
    return f"""(func ${name} {params} (result {result})
      (canon lift (core func $i "{core}") (memory $memory) (realloc $realloc) {options}))
    (export "{name}" (func ${name}))"""


def _param(name: str, type_: str) -> str:
    return f'(param "{name}" {type_})'


DONE = "(post-return $done)"
WAT += "\n".join(
    (
        _func("add", "add", _param("a", "s32") + _param("b", "s32"), "s32"),
        _func("greet", "pair", _param("name", "string"), "string", DONE),
        _func("ticks", "ticks", _param("n", "u32"), "u32"),
        _func("large", "self", _param("x", "$large"), "$large", DONE),
        _func("small", "pair", _param("x", "(list $small)"), "(list $small)", DONE),
        _func("bytes-in", "count", _param("x", "(list u8)"), "u32"),
        _func("make-bytes", "make-bytes", _param("count", "u32"), "(list u8)"),
        _func("floats-in", "count", _param("x", "(list f64)"), "u32"),
    )
)
WAT += """
  (type $counter' (resource (rep i32)))
  (canon resource.new $counter' (core func $new))
  (core module $n
    (import "own" "new" (func $new (param i32) (result i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0))))
  (core instance $j (instantiate $n (with "own" (instance (export "new" (func $new))))))
  (func $make (param "n" u32) (result (own $counter')) (canon lift (core func $j "make")))
  (func $plus (param "self" (borrow $counter')) (param "n" u32) (result u32)
    (canon lift (core func $i "add")))
  (component $counters
    (import "counter" (type $c (sub resource)))
    (import "make" (func $make (param "n" u32) (result (own $c))))
    (import "plus" (func $plus (param "self" (borrow $c)) (param "n" u32) (result u32)))
    (export $C "counter" (type $c))
    (export "[constructor]counter" (func $make) (func (param "n" u32) (result (own $C))))
    (export "[method]counter.add" (func $plus)
      (func (param "self" (borrow $C)) (param "n" u32) (result u32))))
  (instance $out (instantiate $counters (with "counter" (type $counter'))
    (with "make" (func $make)) (with "plus" (func $plus))))
  (export "bench:calls/counters" (instance $out)))"""

_SIGNATURES: dict[str, tuple[tuple[abi.ValType, ...], abi.ValType]] = {
    "add": ((abi.S32, abi.S32), abi.S32),
    "greet": ((abi.STRING,), abi.STRING),
    "ticks": ((abi.U32,), abi.U32),
    "large": ((LARGE,), LARGE),
    "small": ((abi.List(SMALL),), abi.List(SMALL)),
    "bytes-in": ((abi.List(abi.U8),), abi.U32),
    "make-bytes": ((abi.U32,), abi.List(abi.U8)),
    "floats-in": ((abi.List(abi.F64),), abi.U32),
}

WORLD = abi.WorldType(
    "bench:calls/calls",
    "calls",
    exports=(
        *(
            abi.Func(name, name.replace("-", "_"), tuple((f"p{i}", t) for i, t in enumerate(ps)), r)
            for name, (ps, r) in _SIGNATURES.items()
        ),
        COUNTERS,
    ),
    imports=(abi.Func("tick", "tick", (("n", abi.U32),), abi.U32),),
    generator="0.1.0",
    interface=1,
    digest="",
)


@dataclass
class Imports:
    """What the host provides."""

    tick: Callable[[int], int]


class Calls(abi.World):
    """The world; its plans are called through methods, as in a generated class."""

    counters: Counters
    _add: Callable[[int, int], int]
    _greet: Callable[[str], str]
    _ticks: Callable[[int], int]
    _large: Callable[[Large], Large]
    _small: Callable[[Sequence[Small]], list[Small]]
    _bytes_in: Callable[[Any], int]
    _make_bytes: Callable[[int], bytes]
    _floats_in: Callable[[Any], int]

    def add(self, a: int, b: int) -> int:
        """Return the sum."""
        return self._add(a, b)

    def greet(self, name: str) -> str:
        """Return `name`."""
        return self._greet(name)

    def ticks(self, n: int) -> int:
        """Call `tick` that often."""
        return self._ticks(n)

    def large(self, x: Large) -> Large:
        """Return `x`."""
        return self._large(x)

    def small(self, x: Sequence[Small]) -> list[Small]:
        """Return `x`."""
        return self._small(x)

    def bytes_in(self, x: Any) -> int:
        """Return the length of `x`."""
        return self._bytes_in(x)

    def make_bytes(self, count: int) -> bytes:
        """Return so many bytes."""
        return self._make_bytes(count)

    def floats_in(self, x: Any) -> int:
        """Return the length of `x`."""
        return self._floats_in(x)
