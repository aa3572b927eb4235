"""A core module runs under limits, too; the caller knows what its numbers mean."""

import wasmtime
from wasmtime_bindgen import CoreModule, Limits, Trap

TEXT = """(module
  (func (export "divide") (param i32 i32) (result i32)
    (i32.div_s (local.get 0) (local.get 1))))"""

module = CoreModule(wasmtime.wat2wasm(TEXT))
with module.start(limits=Limits(deadline=2.0)) as instance:
    divide = instance.exports["divide"]
    assert isinstance(divide, wasmtime.Func)
    print(instance.call("divide", divide, instance.store, 12, 4))
    try:
        instance.call("divide", divide, instance.store, 1, 0)
    except Trap as trap:
        print(trap.code)
