"""A core module runs under the limits of components, and its traps are the same errors."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import wasmtime

from wasmtime_bindgen import (
    Capture,
    CoreInstance,
    CoreModule,
    ExceedsLimits,
    InstanceDead,
    InvalidModule,
    Limits,
    LinkError,
    Trap,
    Wasi,
    cache,
)

TEXT = """(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "Hello, World\\n")
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func $boom (export "boom") unreachable)
  (func (export "spin") (loop (br 0)))
  (func (export "leave") (call $exit (i32.const 3)))
  (func (export "print") (param $stream i32)
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 13))
    (drop (call $write (local.get $stream) (i32.const 0) (i32.const 1) (i32.const 8)))))"""
BINARY = bytes(wasmtime.wat2wasm(TEXT))
MODULE = CoreModule(BINARY, cache=False)


def call(instance: CoreInstance, name: str, *arguments: int) -> object:
    export = instance.exports[name]
    assert isinstance(export, wasmtime.Func)
    result: object = instance.call(name, export, instance.store, *arguments)
    return result


def test_an_export_is_called_with_the_store() -> None:
    with MODULE.start() as instance:
        assert call(instance, "add", 5, 3) == 8


def test_a_trap_says_where_and_why_and_ends_the_instance() -> None:
    with MODULE.start() as instance:
        call(instance, "print", 2)
        with pytest.raises(Trap) as caught:
            call(instance, "boom")
        trap = caught.value
        assert (trap.function, trap.code, trap.status) == ("boom", "unreachable", None)
        assert trap.message == "wasm trap: wasm `unreachable` instruction executed"
        assert trap.stderr == "Hello, World\n"
        assert "boom" in trap.backtrace[0]
        with pytest.raises(InstanceDead, match="`add` can't be called: the instance ended in"):
            call(instance, "add", 5, 3)
    with MODULE.start() as another:
        assert call(another, "add", 5, 3) == 8


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("unreachable", "unreachable"),
        ("(call $fail)", "stack-overflow"),
        ("(drop (i32.load (i32.const -1)))", "memory-out-of-bounds"),
        ("(call_indirect (type $nothing) (i32.const 9))", "table-out-of-bounds"),
        ("(call_indirect (type $nothing) (i32.const 0))", "null-call"),
        ("(call_indirect (type $nothing) (i32.const 1))", "bad-signature"),
        ("(drop (i32.div_s (i32.const 1) (i32.const 0)))", "integer-division-by-zero"),
        ("(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))", "integer-overflow"),
        ("(drop (i32.trunc_f32_s (f32.const nan)))", "bad-conversion-to-integer"),
    ],
)
def test_a_trap_has_a_code_for_its_reason(body: str, code: str) -> None:
    text = f"""(module
      (type $nothing (func))
      (memory 1)
      (table 2 2 funcref)
      (elem (i32.const 1) $number)
      (func $number (result i32) (i32.const 1))
      (func $fail (export "fail") {body}))"""
    module = CoreModule(bytes(wasmtime.wat2wasm(text)), cache=False)
    with module.start() as instance, pytest.raises(Trap) as caught:
        call(instance, "fail")
    assert caught.value.code == code


def test_an_exit_has_its_status() -> None:
    with MODULE.start() as instance, pytest.raises(Trap) as caught:
        call(instance, "leave")
    assert (caught.value.code, caught.value.status) == ("exit", 3)


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(deadline=0.2), "deadline"), (Limits(fuel=10_000), "out-of-fuel")],
)
def test_a_call_ends_at_its_limit(limits: Limits, code: str) -> None:
    with MODULE.start(limits=limits) as instance:
        assert call(instance, "add", 5, 3) == 8
        with pytest.raises(Trap) as caught:
            call(instance, "spin")
    assert caught.value.code == code


def test_all_calls_of_one_body_share_a_deadline() -> None:
    with MODULE.start(limits=Limits(deadline=0.3)) as instance:
        add = instance.exports["add"]
        assert isinstance(add, wasmtime.Func)

        def forever() -> None:
            while True:
                call(instance, "add", 5, 3)

        begin = time.monotonic()
        with pytest.raises(Trap) as caught:
            instance.call("forever", forever)
    assert (caught.value.code, caught.value.function) == ("deadline", "add")
    assert 0.3 <= time.monotonic() - begin < 2


def test_what_is_printed_goes_where_it_was_told_to() -> None:
    printed = Capture()
    with MODULE.start(wasi=Wasi(stdout=printed)) as instance:
        call(instance, "print", 1)
        assert printed.take() == b"Hello, World\n"
        assert printed.take() == b""


def test_a_capture_is_bounded_and_says_how_much_it_dropped() -> None:
    printed = Capture(limit=20)
    with MODULE.start(wasi=Wasi(stdout=printed)) as instance:
        for _ in range(3):
            call(instance, "print", 1)
    assert printed.text() == "Hello, World\nHello, "
    assert printed.dropped == 3 * 13 - 20
    assert printed.take() == b"Hello, World\nHello, "
    assert (printed.text(), printed.dropped) == ("", 0)
    printed(b"\xff")
    assert printed.text() == "\ufffd"


def test_an_exception_that_is_no_trap_leaves_the_instance_alive() -> None:
    with MODULE.start() as instance:

        def fails() -> None:
            raise ValueError("mine")

        with pytest.raises(ValueError, match="mine"):
            instance.call("fails", fails)
        with pytest.raises(wasmtime.WasmtimeError, match="too few parameters"):
            call(instance, "add", 1)
        assert call(instance, "add", 5, 3) == 8


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ('(module (import "acme" "forecast" (func)))', "acme::forecast"),
        (
            '(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i64))))',
            "wasi_snapshot_preview1::proc_exit",
        ),
    ],
)
def test_an_import_that_is_not_wasi_is_named(text: str, missing: str) -> None:
    module = CoreModule(bytes(wasmtime.wat2wasm(text)), name="app.wasm", cache=False)
    with pytest.raises(LinkError, match=r"^app\.wasm can't be started: ") as caught:
        module.start()
    assert caught.value.missing == (missing,)


def test_what_does_not_fit_the_limits_is_no_trap_and_data_that_does_not_fit_is_one() -> None:
    with pytest.raises(ExceedsLimits, match="memory minimum size of 1 pages exceeds memory limits"):
        MODULE.start(limits=Limits(memory=1))
    text = '(module (memory 1) (data (i32.const 65536) "a"))'
    with pytest.raises(Trap, match="in `the start`: wasm trap: out of bounds memory access"):
        CoreModule(bytes(wasmtime.wat2wasm(text)), cache=False).start()


@pytest.mark.parametrize(
    ("binary", "message"),
    [
        (b"(module)", "is not a WebAssembly binary, and a core module is expected"),
        (bytes(wasmtime.wat2wasm("(component)")), "is a component, and a core module is expected"),
        (BINARY[:-1], "is not a valid core module: "),
    ],
)
def test_what_is_no_core_module_is_refused(binary: bytes, message: str) -> None:
    with pytest.raises(InvalidModule) as caught:
        CoreModule(binary, name="app.wasm", cache=False).start()
    assert str(caught.value).startswith(f"app.wasm {message}")
    assert "\n" not in str(caught.value)


def without_threads(config: wasmtime.Config) -> None:
    config.wasm_threads = False
    config.shared_memory = False


def test_a_proposal_can_be_switched_off() -> None:
    shared = bytes(wasmtime.wat2wasm("(module (memory 1 1 shared))"))
    CoreModule(shared, cache=False).compiled(fuel=False)
    with pytest.raises(InvalidModule, match="threads must be enabled"):
        CoreModule(shared, cache=False, configure=without_threads).start()


def test_another_configuration_has_another_entry_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    for _ in range(2):
        CoreModule(BINARY).start().close()
        CoreModule(BINARY, configure=without_threads).start().close()
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_threads_take_turns() -> None:
    with MODULE.start() as instance:
        inside: list[int] = []

        def body() -> None:
            inside.append(1)
            assert len(inside) == 1
            call(instance, "add", 5, 3)
            time.sleep(0.001)
            inside.clear()

        def turns() -> None:
            for _ in range(20):
                instance.call("body", body)

        threads = [threading.Thread(target=turns) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert call(instance, "add", 5, 3) == 8


def test_a_trap_at_the_start_is_one_of_the_module() -> None:
    trapping = bytes(wasmtime.wat2wasm("(module (func $f unreachable) (start $f))"))
    with pytest.raises(Trap) as caught:
        CoreModule(trapping, cache=False).start()
    assert (caught.value.function, caught.value.code) == ("the start", "unreachable")


def test_a_deadline_ends_the_call_even_if_its_error_is_caught() -> None:
    with MODULE.start(limits=Limits(deadline=0.1)) as instance:
        spin = instance.exports["spin"]
        assert isinstance(spin, wasmtime.Func)

        def forgiving() -> None:
            with contextlib.suppress(wasmtime.WasmtimeError):
                spin(instance.store)

        with pytest.raises(Trap) as caught:
            instance.call("forgiving", forgiving)
        assert (caught.value.function, caught.value.code) == ("forgiving", "deadline")
        with pytest.raises(InstanceDead):
            call(instance, "add", 5, 3)


def test_several_calls_share_a_deadline() -> None:
    with MODULE.start(limits=Limits(deadline=0.2)) as instance:
        add = instance.exports["add"]
        assert isinstance(add, wasmtime.Func)

        def forever() -> None:
            while True:
                add(instance.store, 5, 3)

        with pytest.raises(Trap) as caught:
            instance.call("forever", forever)
        assert (caught.value.function, caught.value.code) == ("forever", "deadline")


PROGRAM = f"""
import _thread, signal, sys, threading
from wasmtime_bindgen import Capture, CoreModule, Wasi
import wasmtime
module = CoreModule(bytes(wasmtime.wat2wasm(r'''{TEXT}''')), cache=False)
instance = module.start(wasi=Wasi(stdout=Capture()))
instance.call("print", instance.exports["print"], instance.store, 1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signal can be sent to a thread there")
def test_ctrl_c_ends_a_guest_that_loops() -> None:
    program = f"""{PROGRAM}
main = threading.main_thread().ident
threading.Timer(0.5, signal.pthread_kill, [main, signal.SIGINT]).start()
try:
    instance.call("spin", instance.exports["spin"], instance.store)
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (b"interrupted\n", b"", 0)


def test_a_program_may_end_with_an_open_instance() -> None:
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=False)
        assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)
