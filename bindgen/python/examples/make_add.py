"""Makes the component of the tutorial: an interface `add` with one function."""

from pathlib import Path

import wasmtime

TEXT = """(component
  (core module $m
    (func (export "add") (param i32 i32) (result i32)
      (i32.add (local.get 0) (local.get 1))))
  (core instance $i (instantiate $m))
  (func $add (param "x" u32) (param "y" u32) (result u32)
    (canon lift (core func $i "add")))
  (instance $interface (export "add" (func $add)))
  (export "docs:adder/add@0.1.0" (instance $interface)))"""

Path("add.wasm").write_bytes(wasmtime.wat2wasm(TEXT))
