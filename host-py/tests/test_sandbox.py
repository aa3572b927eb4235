"""A guest that misbehaves ends in a typed error, and the host goes on."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import wasmtime

from host_py.capture import CAPACITY
from host_py.component import ComponentGreeter
from host_py.errors import (
    CacheUnusable,
    Exited,
    GuestTrapped,
    Invalid,
    OverLimits,
    TimedOut,
    UnknownImport,
)
from host_py.guest import GuestsFolder
from host_py.legacy import LegacyGreeter, load
from host_py.sandbox import Limits, Sandbox

Misfit = Callable[[str], Path]

TRAPS = (Path(__file__).parents[2] / "parity" / "misfits" / "traps.wat").read_text(encoding="utf-8")


def test_a_trap_is_a_typed_error_with_its_backtrace_and_the_next_call_works(
    sandbox: Sandbox, misfit: Misfit
) -> None:
    greeter = ComponentGreeter(sandbox, misfit("traps"))
    for _ in range(2):
        with pytest.raises(GuestTrapped) as trapped:
            greeter.greet("World")
        assert trapped.value.function == "greet"
        assert trapped.value.message == "wasm trap: wasm `unreachable` instruction executed"
        assert len(trapped.value.backtrace) == 1
        assert greeter.add(1, 2) == 3


def test_a_panic_s_text_comes_with_its_trap_and_only_with_its_own(
    sandbox: Sandbox, folder: GuestsFolder
) -> None:
    live = load(sandbox, folder.file("legacy.wasm"))
    for _ in range(2):
        with pytest.raises(GuestTrapped) as trapped:
            live.call(lambda abi: abi.greet(b"\xff"))
        assert sum("panicked at" in line for line in trapped.value.stderr) == 1
        assert "\n  guest stderr: the name is not UTF-8" in str(trapped.value)
        assert any("custom_greet" in frame for frame in trapped.value.backtrace)
    assert live.call(lambda abi: abi.greet(b"Ada")) == b"Hello, Ada"


def test_a_trap_before_the_first_call_is_a_trap_too(sandbox: Sandbox, misfit: Misfit) -> None:
    with pytest.raises(GuestTrapped) as trapped:
        ComponentGreeter(sandbox, misfit("traps-at-start"))
    assert trapped.value.function == "instantiate"


def test_an_endless_loop_is_stopped_and_the_next_call_works(misfit: Misfit) -> None:
    sandbox = Sandbox(Limits(timeout=0.05))
    greeter = ComponentGreeter(sandbox, misfit("loops"))
    with pytest.raises(TimedOut, match=r"in `greet`: it ran for more than 0\.05 s"):
        greeter.greet("World")
    assert greeter.add(1, 2) == 3


@pytest.mark.parametrize(("seconds", "said"), [(10.0, "10"), (0.25, "0.25"), (1e-7, "0.0000001")])
def test_a_limit_on_time_is_said_as_it_is_given(seconds: float, said: str) -> None:
    assert f"more than {said} s " in str(TimedOut("greet", seconds))


def test_a_trap_after_a_guest_that_was_stopped_is_a_trap(misfit: Misfit) -> None:
    sandbox = Sandbox(Limits(timeout=0.05))
    loops, traps = (ComponentGreeter(sandbox, misfit(name)) for name in ("loops", "traps"))
    with pytest.raises(TimedOut):
        loops.greet("World")
    with pytest.raises(GuestTrapped):
        traps.greet("World")


def test_the_time_of_one_call_is_not_counted_against_the_next(
    folder: GuestsFolder,
) -> None:
    sandbox = Sandbox(Limits(timeout=0.3))
    greeter = ComponentGreeter(sandbox, folder.file("rust.wasm"))
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        assert greeter.add(1, 2) == 3
    time.sleep(0.4)
    assert greeter.add(1, 2) == 3


def test_a_guest_that_starts_above_the_memory_cap_is_refused(
    sandbox: Sandbox, misfit: Misfit
) -> None:
    with pytest.raises(OverLimits, match=r"memory limits: raise --memory or --table$"):
        ComponentGreeter(sandbox, misfit("needs-memory"))


def module(tmp_path: Path, text: str) -> Path:
    """Make a binary of the text of a module or component."""
    file = tmp_path / "guest.wasm"
    file.write_bytes(wasmtime.wat2wasm(text))
    return file


def test_what_no_option_mends_gets_no_advice(sandbox: Sandbox, tmp_path: Path) -> None:
    file = module(tmp_path, "(module" + "(memory 1)" * 5 + ")")
    with pytest.raises(OverLimits) as refused:
        load(sandbox, file)
    reason = "resource limit exceeded: memory count too high at 5"
    assert str(refused.value) == f"{file} does not fit the limits: {reason}"
    assert refused.value.exit_code == 2


def test_data_that_does_not_fit_its_memory_is_a_trap(sandbox: Sandbox, tmp_path: Path) -> None:
    core = '(module (memory 1) (data (i32.const 65536) "a"))'
    with pytest.raises(GuestTrapped, match=r"in `instantiate`: wasm trap: out of bounds memory"):
        load(sandbox, module(tmp_path, core))
    whole = TRAPS.replace(
        "(core module $m", '(core module $m (memory 1) (data (i32.const 65536) "a")'
    )
    with pytest.raises(GuestTrapped, match=r"in `instantiate`: wasm trap: out of bounds memory"):
        ComponentGreeter(sandbox, module(tmp_path, whole))


@pytest.mark.parametrize(
    "text",
    [
        "(module (type (struct (field i32))))",
        "(module (table 1 externref))",
        "(module (tag))",
        "(module (memory 1 1 shared))",
        "(module (func (result i64 i64) (i64.mul_wide_s (i64.const 1) (i64.const 1))))",
    ],
)
def test_a_proposal_that_no_guest_needs_is_refused(
    sandbox: Sandbox, tmp_path: Path, text: str
) -> None:
    file = module(tmp_path, text)
    # The package's own engine takes them: the refusal is the sandbox's.
    wasmtime.Module(wasmtime.Engine(), file.read_bytes())
    with pytest.raises(Invalid, match="is not a valid core module"):
        load(sandbox, file)


LEAVING = """(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $leave (export "leave") (call $exit (i32.const 3)))
  (func (export "custom_greet") (param i32) (result i32) (call $leave) (i32.const 0))
  (func (export "free_string") (param i32))
  (func (export "add") (param i32 i32) (result i32) (i32.const 8)))"""


def test_a_guest_that_ends_itself_is_said_so(sandbox: Sandbox, tmp_path: Path) -> None:
    guest = LegacyGreeter(sandbox, module(tmp_path, LEAVING))
    for _ in range(2):
        with pytest.raises(Exited) as ended:
            guest.greet("Ada")
        said = "the guest ended itself in `custom_greet`, with exit status 3"
        assert (str(ended.value), ended.value.exit_code) == (said, 1)
        assert guest.add(5, 3) == 8
    with pytest.raises(Exited, match=r"in `instantiate`, with exit status 3$"):
        load(sandbox, module(tmp_path, LEAVING.removesuffix(")") + "(start $leave))"))


def test_an_import_of_a_core_module_is_told_of_the_wasi_for_those(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    for text, name in (
        ('(module (import "acme" "forecast" (func)))', "acme::forecast"),
        (
            '(module (import "wasi_snapshot_preview1" "proc_exit" (func (param i64))))',
            "wasi_snapshot_preview1::proc_exit",
        ),
    ):
        with pytest.raises(UnknownImport) as refused:
            load(sandbox, module(tmp_path, text))
        assert f"imports `{name}`, which" in str(refused.value)
        assert "it offers WASI 0.1 without files" in str(refused.value)


def test_a_guest_that_starts_above_the_table_cap_is_refused(
    sandbox: Sandbox, folder: GuestsFolder
) -> None:
    capped = sandbox.with_limits(replace(sandbox.limits, table=1))
    with pytest.raises(OverLimits, match="--table"):
        ComponentGreeter(capped, folder.file("rust.wasm"))


def test_a_guest_that_outgrows_the_memory_cap_traps_with_its_own_last_words(
    sandbox: Sandbox, folder: GuestsFolder
) -> None:
    capped = sandbox.with_limits(replace(sandbox.limits, memory=3 << 20))
    greeter = ComponentGreeter(capped, folder.file("rust.wasm"))
    with pytest.raises(GuestTrapped) as trapped:
        greeter.greet("a" * 1_300_000)
    assert trapped.value.stderr[0] == "memory allocation of 1300007 bytes failed"
    assert greeter.greet("World") == "Hello, World"


def test_an_import_that_is_not_offered_is_named(sandbox: Sandbox, misfit: Misfit) -> None:
    with pytest.raises(UnknownImport, match=r"`acme:weather/forecast@1\.0\.0`.* WASI 0\.2 "):
        ComponentGreeter(sandbox, misfit("imports-unknown"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            '(import "wasi:http/types@0.2.0" (instance (export "f" (func))))',
            "wasi:http/types@0.2.0",
        ),
        ('(import "wasi:cli/stdin@0.2.3" (instance (export "f" (func))))', "wasi:cli/stdin@0.2.3"),
    ],
)
def test_a_wasi_interface_that_is_not_offered_is_named(
    sandbox: Sandbox, misfit: Misfit, tmp_path: Path, text: str, name: str
) -> None:
    file = module(tmp_path, TRAPS.replace("(component\n", f"(component {text}\n", 1))
    with pytest.raises(UnknownImport, match=f"imports `{name}`"):
        ComponentGreeter(sandbox, file)


def test_what_a_guest_prints_is_kept_up_to_a_limit(sandbox: Sandbox, folder: GuestsFolder) -> None:
    guest = LegacyGreeter(sandbox, folder.file("legacy.wasm"))
    name = "a" * (CAPACITY + 1)
    assert guest.greet(name) == f"Hello, {name}"
    start, end = guest.take_printed()
    assert len(start) == CAPACITY
    assert end == "… (only the first 1048576 bytes were kept)"
    guest.greet("Ada")
    assert len(guest.take_printed()) == 2


def test_what_a_guest_prints_is_there_when_its_call_returns(
    sandbox: Sandbox, folder: GuestsFolder
) -> None:
    guest = LegacyGreeter(sandbox, folder.file("legacy.wasm"))
    for _ in range(1000):
        guest.greet("Ada")
        assert len(guest.take_printed()) == 2


def test_a_cache_that_cannot_be_made_is_refused_with_the_way_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a-file"
    file.touch()
    # The cache's folder is looked for by the first on Linux, by the second on macOS.
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    monkeypatch.setenv("HOME", str(file))
    monkeypatch.setenv("LOCALAPPDATA", str(file))
    Sandbox(cache=False)
    with pytest.raises(CacheUnusable, match="--no-cache"):
        Sandbox()


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C reaches the tests too")
def test_ctrl_c_ends_a_guest_that_loops_with_exit_code_130(misfit: Misfit) -> None:
    program = [sys.executable, "-m", "host_py", "--timeout", "60", "greet", "World"]
    host = subprocess.Popen(
        [*program, "--guest", misfit("loops")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    time.sleep(1)
    assert host.poll() is None
    host.send_signal(signal.SIGINT)
    stdout, stderr = host.communicate(timeout=30)
    assert (stdout, stderr, host.returncode) == (b"", b"interrupted\n", 130)


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C reaches the tests too")
def test_ctrl_c_leaves_the_compiler_behind(folder: GuestsFolder) -> None:
    program = [sys.executable, "-m", "host_py", "--no-cache", "greet", "World"]
    host = subprocess.Popen(
        [*program, "--guest", folder.file("python.wasm")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(1)
    host.send_signal(signal.SIGINT)
    stdout, stderr = host.communicate(timeout=30)
    assert (stdout, stderr, host.returncode) == (b"", b"interrupted\n", 130)


@pytest.fixture
def interrupted() -> Iterator[Callable[[Callable[..., None]], None]]:
    """Sends a Ctrl-C soon, to the handler that it is given."""
    before = signal.getsignal(signal.SIGINT)
    timers: list[threading.Timer] = []

    def interrupt(handler: Callable[..., None]) -> None:
        signal.signal(signal.SIGINT, handler)
        main = threading.main_thread().ident
        assert main is not None
        timers.append(threading.Timer(0.3, signal.pthread_kill, [main, signal.SIGINT]))
        timers[0].start()

    yield interrupt
    timers[0].join()
    signal.signal(signal.SIGINT, before)


class Enough(Exception):
    """What a handler of a program's own raises."""


def enough(*_: object) -> None:
    raise Enough


@pytest.mark.skipif(sys.platform == "win32", reason="no signal can be sent to a thread there")
@pytest.mark.parametrize(
    ("handler", "raised"), [(signal.default_int_handler, KeyboardInterrupt), (enough, Enough)]
)
def test_ctrl_c_raises_what_its_handler_raises_and_leaves_the_guest_usable(
    misfit: Misfit,
    interrupted: Callable[[Callable[..., None]], None],
    handler: Callable[..., None],
    raised: type[BaseException],
) -> None:
    greeter = ComponentGreeter(Sandbox(Limits(timeout=60)), misfit("loops"))
    interrupted(handler)
    with pytest.raises(raised):
        greeter.greet("World")
    assert greeter.add(1, 2) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="no signal can be sent to a thread there")
def test_a_handler_of_ctrl_c_that_returns_lets_the_guest_go_on(
    misfit: Misfit, interrupted: Callable[[Callable[..., None]], None]
) -> None:
    greeter = ComponentGreeter(Sandbox(Limits(timeout=1)), misfit("loops"))
    heard: list[float] = []
    interrupted(lambda *_: heard.append(time.monotonic()))
    with pytest.raises(TimedOut):
        greeter.greet("World")
    assert len(heard) == 1


def test_guests_of_both_kinds_may_be_alive_when_the_program_ends(folder: GuestsFolder) -> None:
    program = """import sys
from host_py.guest import GuestsFolder, load_guest
from host_py.sandbox import Sandbox
guests = [load_guest(Sandbox(), GuestsFolder(sys.argv[1]), n) for n in ("rust", "python", "legacy")]
print(*(guest.greet("World") for guest in guests), sep="; ")
"""
    guests = Path(folder.file("rust.wasm")).parent
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", program, guests], capture_output=True, check=False
        )
        said = b"; ".join([b"Hello, World"] * 3) + b"\n"
        assert (done.stdout.replace(b"\r", b""), done.stderr, done.returncode) == (said, b"", 0)
