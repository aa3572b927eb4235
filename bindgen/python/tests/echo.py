"""Components that return what they are given, for any type without resources, from WAT text.

A function of more than 16 flat parameters gets a pointer to them, and one whose
result is more than one flat value returns a pointer (Component Model,
CanonicalABI.md). With 17 small parameters behind `x`, a pointer to the
parameters is a pointer to a tuple of `x` and the first of them, too. So the
guest's code is the identity, whatever the type.
"""

from __future__ import annotations

from typing import Any

from wasmtime import wat2wasm

from wasmtime_bindgen import Component, abi

PADDING = 17

_CORE = """
  (core module $m
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 16))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $p i32)
      (local.set $p (i32.and
        (i32.add (global.get $top) (i32.sub (local.get 2) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get 2))))
      (global.set $top (i32.add (local.get $p) (local.get 3)))
      (block $enough
        (br_if $enough (i32.le_u (global.get $top) (i32.shl (memory.size) (i32.const 16))))
        (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1) (i32.shr_u
          (i32.sub (global.get $top) (i32.shl (memory.size) (i32.const 16))) (i32.const 16)))))
          (then unreachable)))
      (local.get $p))
    (func (export "echo") (param i32) (result i32) (local.get 0))
    (func (export "done") (param i32) (global.set $top (i32.const 16))))
  (core instance $i (instantiate $m))
"""


class _Text:
    """Type definitions in WAT."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._known: dict[Any, str] = {}

    def of(self, type_: abi.ValType | None) -> str:
        if isinstance(type_, abi.Primitive):
            return type_.name
        if type_ not in self._known:
            self._known[type_] = self._define(type_)
        return self._known[type_]

    def _define(self, type_: Any) -> str:
        if isinstance(type_, abi.List):
            text, named = f"(list {self.of(type_.element)})", False
        elif isinstance(type_, abi.Option):
            text, named = f"(option {self.of(type_.payload)})", False
        elif isinstance(type_, abi.Map):
            text, named = f"(map {self.of(type_.key)} {self.of(type_.value)})", False
        elif isinstance(type_, abi.Tuple):
            text, named = f"(tuple {' '.join(map(self.of, type_.items))})", False
        elif isinstance(type_, abi.Result):
            ok = "" if type_.ok is None else self.of(type_.ok)
            err = "" if type_.err is None else f"(error {self.of(type_.err)})"
            text, named = f"(result {ok} {err})", False
        elif isinstance(type_, abi.Record):
            fields = (f'(field "{n}" {self.of(t)})' for n, t in type_.fields)
            text, named = f"(record {' '.join(fields)})", True
        elif isinstance(type_, abi.Variant):
            cases = (f'(case "{n}" {"" if t is None else self.of(t)})' for n, _, t in type_.cases)
            text, named = f"(variant {' '.join(cases)})", True
        elif isinstance(type_, abi.Enum):
            text, named = f"(enum {' '.join(repr(m.value) for m in type_.python)})", True
        elif isinstance(type_, abi.Flags):
            text, named = f"(flags {' '.join(map(repr, type_.names))})", True
        else:
            raise TypeError(type_)
        text = text.replace("'", '"')
        name = f"$t{len(self.lines)}"
        self.lines.append(f"(type {name} {text})")
        if not named:
            return name
        self.lines.append(f'(export {name}-named "t{name[2:]}" (type {name}))')
        return f"{name}-named"


def component(type_: abi.ValType) -> bytes:
    """Return a component whose `echo` returns its first parameter and the second."""
    text = _Text()
    ref = text.of(type_)
    padding = " ".join(f'(param "p{i}" u8)' for i in range(PADDING))
    wat = f"""(component {_CORE}
      {" ".join(text.lines)}
      (type $result (tuple {ref} u8))
      (func $echo (param "x" {ref}) {padding} (result $result)
        (canon lift (core func $i "echo") (memory (core memory $i "memory"))
          (realloc (core func $i "realloc"))
          (post-return (core func $i "done"))))
      (export "echo" (func $echo)))"""
    return bytes(wat2wasm(wat))


class Echo(abi.World):
    """A world whose `echo` returns what it is given."""

    _echo: Any

    def echo(self, x: Any) -> Any:
        value, padding = self._echo(x, *range(PADDING))
        assert padding == 0
        return value


def load(type_: abi.ValType, binary: bytes | None = None) -> Echo:
    """Return an instance for `type_`, of another component if one is given."""
    padding = tuple((f"p{i}", abi.U8) for i in range(PADDING))
    func = abi.Func("echo", "echo", (("x", type_), *padding), abi.Tuple((type_, abi.U8)))
    world = abi.WorldType("tests:echo/echo", "echo", (func,), (), "0.1.0", 1, "")
    source = Component(binary or component(type_), cache=False)
    return Echo._load_(world, source, None, None, None, False)
