"""What a guest finds of the outside world: nothing, or what it was given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wasmtime import wat2wasm

from wasmtime_bindgen import Wasi, abi

from .resources import func

TEXTS = abi.List(abi.STRING)
PAIRS = abi.List(abi.Tuple((abi.STRING, abi.STRING)))

BINARY = bytes(
    wat2wasm(
        """(component
  (import "wasi:cli/environment@0.2.0" (instance $e
    (export "get-environment" (func (result (list (tuple string string)))))
    (export "get-arguments" (func (result (list string))))))
  (import "wasi:filesystem/types@0.2.0" (instance $t
    (export "descriptor" (type (sub resource)))))
  (alias export $t "descriptor" (type $d))
  (import "wasi:filesystem/preopens@0.2.0" (instance $p
    (export "descriptor" (type $d' (eq $d)))
    (export "get-directories" (func (result (list (tuple (own $d') string)))))))
  (core module $memory (memory (export "memory") 1) (global $top (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (local $p i32)
      (local.set $p (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (global.set $top (i32.add (local.get $p) (local.get 3)))
      (local.get $p)))
  (core instance $mem (instantiate $memory))
  (alias core export $mem "memory" (core memory $m))
  (alias core export $mem "realloc" (core func $realloc))
  (alias export $e "get-environment" (func $environment))
  (alias export $e "get-arguments" (func $arguments))
  (alias export $p "get-directories" (func $directories))
  (canon lower (func $environment) (memory $m) (realloc $realloc) (core func $environment'))
  (canon lower (func $arguments) (memory $m) (realloc $realloc) (core func $arguments'))
  (canon lower (func $directories) (memory $m) (realloc $realloc) (core func $directories'))
  (core module $main
    (import "mem" "memory" (memory 1))
    (import "wasi" "environment" (func $environment (param i32)))
    (import "wasi" "arguments" (func $arguments (param i32)))
    (import "wasi" "directories" (func $directories (param i32)))
    (func (export "environment") (result i32) (call $environment (i32.const 8)) (i32.const 8))
    (func (export "arguments") (result i32) (call $arguments (i32.const 8)) (i32.const 8))
    (func (export "directories") (result i32)
      (call $directories (i32.const 8)) (i32.load (i32.const 12))))
  (core instance $i (instantiate $main
    (with "mem" (instance $mem))
    (with "wasi" (instance (export "environment" (func $environment'))
      (export "arguments" (func $arguments')) (export "directories" (func $directories'))))))
  (func (export "environment") (result (list (tuple string string)))
    (canon lift (core func $i "environment") (memory $m)))
  (func (export "arguments") (result (list string))
    (canon lift (core func $i "arguments") (memory $m)))
  (func (export "directories") (result u32) (canon lift (core func $i "directories"))))"""
    )
)

WORLD = abi.WorldType(
    "tests:wasi/outside",
    "outside",
    (
        func("environment", (), PAIRS),
        func("arguments", (), TEXTS),
        func("directories", (), abi.U32),
    ),
    (),
    "0.1.0",
    abi.INTERFACE,
    "",
)


class Outside(abi.World):
    @classmethod
    def load(cls, wasi: Wasi | None = None) -> Any:
        return cls._load_(WORLD, BINARY, None, wasi, None, False)


def test_a_guest_finds_nothing_of_its_own_accord(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of this process")
    with Outside.load() as outside:
        assert outside._environment() == []
        assert outside._arguments() == []
        assert outside._directories() == 0


def test_a_guest_finds_what_it_was_given(tmp_path: Path) -> None:
    wasi = Wasi(
        arguments=("greet", "Ada"),
        environment={"LANG": "en", "EMPTY": ""},
        directories={"/in": tmp_path},
        writable={"/out": tmp_path},
    )
    with Outside.load(wasi) as outside:
        assert sorted(outside._environment()) == [("EMPTY", ""), ("LANG", "en")]
        assert outside._arguments() == ["greet", "Ada"]
        assert outside._directories() == 2


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="none is no directory, and the guest's /in is"):
        Outside.load(Wasi(directories={"/in": tmp_path / "none"}))
