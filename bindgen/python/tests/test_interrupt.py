"""How a guest is ended from outside: by `interrupt`, by `close`, and by Ctrl-C in its thread."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import wasmtime

from wasmtime_bindgen import CoreModule, InstanceDead, Limits, Trap
from wasmtime_bindgen.instance import Instance

from .generated import EXAMPLES, generate
from .programs import run
from .resources import World, load

PATIENCE = 60
"""How long something may take on a busy machine, in seconds, that takes a tenth of one."""


class Running:
    """A call in a thread of its own, and what became of it."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._call()
        except BaseException as error:
            self.error = error

    def ended(self) -> BaseException | None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self.error


def spinning(world: World) -> Running:
    """Return a call that never ends by itself, once it is inside."""
    call = Running(world._spin)
    wait(lambda: world._runtime_.depth > 0)
    return call


def wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_another_thread_interrupts_a_call() -> None:
    world = load()
    call = spinning(world)
    world.interrupt()
    trap = call.ended()
    assert isinstance(trap, Trap)
    assert (trap.function, trap.code, trap.message) == ("spin", "interrupted", "it was interrupted")
    with pytest.raises(InstanceDead, match="the instance ended in `spin`: it was interrupted"):
        world._grow(0)
    world.interrupt()
    world.close()
    world.interrupt()


@pytest.mark.parametrize("limits", [Limits(), Limits(deadline=60), Limits(fuel=10**12)])
def test_an_interrupt_between_two_calls_does_nothing(limits: Limits) -> None:
    with load(limits=limits) as world:
        world.interrupt()
        assert world._grow(0) == 1
        world.interrupt()
        assert outlasts_the_clock(world)


def test_an_interrupt_that_comes_too_late_does_not_end_the_next_call() -> None:
    def log(_text: str) -> None:
        world.interrupt()
        assert world._grow(0) == 1  # it is part of the call that ends before the clock ticks

    for _ in range(20):
        with load(log) as world, suppress(Trap):  # should the clock tick in time
            world._log_text("x")
            assert world._grow(0) == 1
            assert outlasts_the_clock(world)
            return
    pytest.fail("the clock ticked during each of the calls")


def outlasts_the_clock(world: World) -> bool:
    """Return whether a call goes on for some ticks of the clock, until it is interrupted."""
    call = spinning(world)
    time.sleep(0.3)
    is_inside = bool(world._runtime_.depth)
    world.interrupt()
    assert isinstance(call.ended(), Trap)
    return is_inside


@pytest.mark.parametrize("calls", range(3))
@pytest.mark.parametrize("line", range(1, 3))
def test_an_interrupt_ends_no_call_that_begins_after_it(line: int, calls: int) -> None:
    for _ in range(20):
        with load(hold := Hold()) as world:
            ends = interrupted_while_others_begin(world, hold, line, calls)
            if any(isinstance(end, Trap) and end.code == "interrupted" for end in ends):
                continue  # the clock ticked before a call that may be ended had returned
            assert ends == [None, None]
            assert outlasts_the_clock(world)
            return
    pytest.fail("the clock ticked during each of the calls")


def interrupted_while_others_begin(world: World, hold: Hold, line: int, calls: int) -> list[object]:
    """Interrupt a call that ends before a line of `interrupt`.

    Returns how it ended, and the last of those that began before that line.
    """
    calling = [Running(lambda: world._log_text("x"))]
    ends: list[object] = []
    hold.entered(1)

    def meanwhile() -> None:
        """End the call, make some others, and begin one that lasts."""
        hold.go_on()
        ends.append(calling.pop().ended())
        if ends[0] is not None:
            return
        for _ in range(calls):
            hold.go_on()
            world._log_text("x")
        calling.append(Running(lambda: world._log_text("x")))
        hold.entered(calls + 2)

    at_line(Instance.interrupt, line, meanwhile, world.interrupt)
    hold.go_on()
    return [*ends, *(call.ended() for call in calling)]


class Hold:
    """A function of the host that stays inside until it may go on."""

    def __init__(self) -> None:
        self._inside, self._on = threading.Semaphore(0), threading.Semaphore(0)
        self._seen = 0

    def __call__(self, _text: str) -> None:
        self._inside.release()
        assert self._on.acquire(timeout=PATIENCE)

    def entered(self, times: int) -> None:
        while self._seen < times:
            assert self._inside.acquire(timeout=PATIENCE)
            self._seen += 1

    def go_on(self) -> None:
        self._on.release()


def at_line(function: Any, line: int, do: Callable[[], None], call: Callable[[], None]) -> None:
    """Call `call`, and `do` before the line of `function` that runs as so manieth."""
    seen = []

    def trace(frame: Any, event: str, _argument: object) -> Any:
        if frame.f_code is not function.__code__:
            return None
        if event == "line":
            seen.append(frame.f_lineno)
            if len(seen) == line:
                sys.settrace(None)
                do()
                sys.settrace(trace)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)


def test_a_host_function_interrupts_the_call_that_it_is_part_of() -> None:
    def log(_text: str) -> None:
        world.interrupt()

    with load(log) as world, pytest.raises(Trap) as caught:
        world._spin_and_log()
    assert (caught.value.function, caught.value.code) == ("spin-and-log", "interrupted")


def test_a_host_function_can_not_hide_an_interrupt_from_the_call_outside() -> None:
    def log(_text: str) -> None:
        with suppress(Trap, InstanceDead):
            world._spin()

    with load(log) as world:
        call = Running(world._spin_and_log)
        wait(lambda: bool(world._runtime_.depth > 1))
        world.interrupt()
        error = call.ended()
    assert isinstance(error, Trap)
    assert (error.function, error.code) == ("spin-and-log", "interrupted")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_signal_handler_interrupts_the_call_that_it_breaks_into() -> None:
    done = run(
        """
        import signal
        world = load()
        signal.signal(signal.SIGINT, lambda *_: world.interrupt())
        print("ready", flush=True)
        try:
            world._spin()
        except Exception as error:
            print(error.code)
        """,
        interrupt_after=0.3,
    )
    assert (done.returncode, done.stdout) == (0, "ready\ninterrupted\n"), done.stderr


def test_close_ends_the_call_of_another_thread_and_waits_for_it() -> None:
    world = load()
    call = spinning(world)
    waiting = Running(lambda: world._grow(0))
    world.close()
    assert world._runtime_.depth == 0
    trap, refused = call.ended(), waiting.ended()
    assert isinstance(trap, Trap)
    assert (trap.code, trap.message) == ("interrupted", "the instance was closed while it ran")
    assert isinstance(refused, InstanceDead)
    with pytest.raises(InstanceDead, match="the instance was closed"):
        world._grow(0)


def test_close_lets_a_function_of_the_host_end_and_no_other_call_begin() -> None:
    world = load(hold := Hold())
    call = Running(lambda: world._log_text("x"))
    hold.entered(1)
    waiting = [Running(lambda: world._grow(0)) for _ in range(16)]
    closing = Running(world.close)
    wait(lambda: bool(world._runtime_._interruption.closing))
    hold.go_on()
    assert closing.ended() is None
    assert call.ended() is None  # the guest had nothing more to do
    for refused in waiting:
        assert isinstance(refused.ended(), InstanceDead)


def test_close_still_drops_what_was_lost() -> None:
    world = load()
    world.counters.Counter(5)
    with pytest.warns(ResourceWarning, match="a counter was lost"):
        world.close()


def test_a_core_module_is_interrupted() -> None:
    text = '(module (func (export "spin") (loop $l (br $l))))'
    with CoreModule(wasmtime.wat2wasm(text), cache=False).start() as instance:
        spin = instance.exports["spin"]
        assert isinstance(spin, wasmtime.Func)
        call = Running(lambda: instance.call("spin", spin, instance.store))
        runtime: Any = instance._runtime_
        wait(lambda: bool(runtime.depth))
        instance.interrupt()
        trap = call.ended()
    assert isinstance(trap, Trap)
    assert (trap.function, trap.code) == ("spin", "interrupted")


def test_a_timeout_of_asyncio_ends_the_guest() -> None:
    async def main() -> None:
        with load() as world:
            await asyncio.wait_for(asyncio.to_thread(world._spin), 0.3)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(main())


def test_a_function_of_the_host_that_waits_for_the_loop_ends_if_close_does_not_hold_it_up() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()

        def log(_text: str) -> None:
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0.2), loop).result(PATIENCE)

        world = load(log)
        call = asyncio.create_task(asyncio.to_thread(world._log_text, "x"))
        while not world._runtime_.depth:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(world.close)
        await call

    asyncio.run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C can't be sent to a child")
@pytest.mark.parametrize(
    "work",
    [
        """
        async def main():
            with load() as world:
                print("ready", flush=True)
                await asyncio.to_thread(world._spin)
        asyncio.run(main())
        """,
        """
        world = load()
        async def main():
            try:
                print("ready", flush=True)
                await asyncio.to_thread(world._spin)
            except asyncio.CancelledError:
                world.interrupt()
                raise
        asyncio.run(main())
        """,
        """
        with load() as world:
            thread = threading.Thread(target=world._spin)
            thread.start()
            print("ready", flush=True)
            thread.join()
        """,
    ],
)
def test_ctrl_c_ends_a_guest_that_runs_in_another_thread(work: str) -> None:
    program = "import asyncio, threading\nthreading.excepthook = lambda _: None\n"
    begin = time.monotonic()
    done = run(program + textwrap.dedent(work), interrupt_after=0.5)
    assert (done.returncode, done.stdout) == (-signal.SIGINT, "ready\n"), done.stderr
    assert done.stderr.endswith("KeyboardInterrupt\n")
    assert time.monotonic() - begin < PATIENCE


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C can't be sent to a child")
def test_ctrl_c_ends_the_program_of_the_guide(tmp_path: Path) -> None:
    generate("console", tmp_path)
    shutil.copy(EXAMPLES / "use_asyncio.py", tmp_path)
    with subprocess.Popen(
        [sys.executable, "-u", "use_asyncio.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Ctrl-C ends it\n"
        time.sleep(0.5)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
        assert time.monotonic() - begin < PATIENCE
    assert process.returncode == -signal.SIGINT
    assert complaint.endswith("KeyboardInterrupt\n")
