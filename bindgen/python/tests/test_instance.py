"""What an instance does about traps, limits, host functions that raise, and threads."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import pickle
import sys
import threading
import time
from collections.abc import Callable

import pytest
from wasmtime import wat2wasm

from wasmtime_bindgen import (
    ExceedsLimits,
    InstanceDead,
    Limits,
    Trap,
)

from .programs import run
from .resources import WORLD, Counters, File, Files, Imports, World, load


def test_a_trap_says_where_and_why_and_ends_the_instance() -> None:
    world = load()
    with pytest.raises(Trap) as caught:
        world._boom()
    trap = caught.value
    assert (trap.function, trap.code) == ("boom", "unreachable")
    assert trap.message == "wasm trap: wasm `unreachable` instruction executed"
    assert trap.backtrace
    assert "main!<wasm function" in trap.backtrace[0]
    assert str(trap).startswith("the guest trapped in `boom`: wasm trap:")
    with pytest.raises(InstanceDead, match="`grow` can't be called: the instance ended in `boom`"):
        world._grow(0)
    world.close()
    with load() as another:
        assert another._grow(0) == 1


def test_a_trap_travels_to_another_process() -> None:
    with load() as world, pytest.raises(Trap) as caught:
        world._boom()
    trap = caught.value
    trap.__dict__["__notes__"] = ["in the pool"]
    for again in (pickle.loads(pickle.dumps(trap)), copy.deepcopy(trap)):
        assert type(again) is Trap
        assert (str(again), vars(again)) == (str(trap), vars(trap))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_what_belongs_to_an_instance_is_not_copied(copied: Callable[[object], object]) -> None:
    with load() as world, world.counters.Counter(1) as counter:
        for thing in (world, world.counters, counter):
            name = type(thing).__name__
            with pytest.raises(TypeError, match=f"a {name} belongs to a loaded component"):
                copied(thing)


def test_a_stack_overflow_is_a_trap() -> None:
    with load() as world, pytest.raises(Trap) as caught:
        world._deep()
    assert caught.value.code == "stack-overflow"


def test_a_stack_overflow_is_a_trap_in_a_thread_with_a_stack_of_a_mebibyte() -> None:
    done = run(
        """
        import threading
        def work():
            try:
                load()._deep()
            except Exception as error:
                print(error.code)
        threading.stack_size(1 << 20)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        """
    )
    assert (done.returncode, done.stdout) == (0, "stack-overflow\n"), done.stderr


def test_a_closed_instance_says_so() -> None:
    world = load()
    world.close()
    with pytest.raises(InstanceDead, match="the instance was closed"):
        world._grow(0)


def test_a_call_ends_at_its_deadline() -> None:
    with load(limits=Limits(deadline=0.2)) as world:
        assert world._grow(0) == 1
        time.sleep(0.3)  # each call has its own
        assert world._grow(0) == 1
        begin = time.monotonic()
        with pytest.raises(Trap, match=r"it ran for more than 0.2 s") as caught:
            world._spin()
        assert caught.value.code == "deadline"
        assert 0.2 <= time.monotonic() - begin < 1
        with pytest.raises(InstanceDead):
            world._grow(0)


def test_a_call_ends_when_its_fuel_is_burnt() -> None:
    with load(limits=Limits(fuel=100_000)) as world:
        for _ in range(10):
            assert world.counters.Counter.live() == 0  # each call has its own
        with pytest.raises(Trap) as caught:
            world._spin()
        assert caught.value.code == "out-of-fuel"


def test_memory_does_not_grow_past_its_limit() -> None:
    with load(limits=Limits(memory=10 << 16)) as world:
        assert world._grow(9) == 1
        assert world._grow(1) == -1
    with pytest.raises(ExceedsLimits, match=r"can't be started: .*limits") as caught:
        load(limits=Limits(memory=1 << 10))
    assert caught.value.reason == "memory minimum size of 1 pages exceeds memory limits"


def test_a_component_with_more_than_its_limits_allow_is_no_trap() -> None:
    with pytest.raises(ExceedsLimits) as caught:
        load(limits=Limits(instances=1))
    assert caught.value.reason.startswith("resource limit exceeded: ")


@pytest.mark.parametrize("error", [ValueError("mine"), KeyboardInterrupt(), SystemExit(3)])
def test_what_a_host_function_raises_reaches_the_caller_unchanged(error: BaseException) -> None:
    def log(_text: str) -> None:
        raise error

    with load(log) as world:
        with pytest.raises(type(error)) as caught:
            world._log_text("x")
        assert caught.value is error
        with pytest.raises(InstanceDead, match=type(error).__name__):
            world._log_text("x")


def test_an_exception_belongs_to_its_instance_alone() -> None:
    def raises(text: str) -> None:
        raise ValueError(text)

    barrier = threading.Barrier(2)

    def run(name: str) -> None:
        def log(text: str) -> None:
            barrier.wait()
            raises(text + name)

        with load(log) as world, pytest.raises(ValueError, match=f"x{name}"):
            barrier.wait()
            world._log_text("x")

    threads = [threading.Thread(target=run, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_host_function_may_call_back_in() -> None:
    seen: list[int] = []

    def log(text: str) -> None:
        if len(text) < 5:
            world._log_text(text + "x")
        seen.append(world._grow(0))

    with load(log) as world:
        world._log_text("x")
        assert seen == [1] * 5


def test_a_trap_in_an_inner_call_reaches_the_outermost_caller() -> None:
    def log(_text: str) -> None:
        world._boom()

    with load(log) as world, pytest.raises(Trap, match="trapped in `boom`"):
        world._log_text("x")


def test_an_instance_is_not_closed_from_within() -> None:
    def log(_text: str) -> None:
        world.close()

    world = load(log)
    with pytest.raises(RuntimeError, match="can't be closed by a function that it calls"):
        world._log_text("x")
    world.close()


def test_threads_take_turns() -> None:
    inside: list[int] = []

    def log(_text: str) -> None:
        inside.append(1)
        assert len(inside) == 1
        time.sleep(0.001)
        inside.clear()

    with load(log) as world:

        def turns() -> None:
            for _ in range(20):
                world._log_text("x")

        threads = [threading.Thread(target=turns) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert world._grow(0) == 1


def test_an_instance_works_under_asyncio() -> None:
    async def main() -> list[int]:
        with load() as world:
            return await asyncio.gather(*(asyncio.to_thread(world._grow, 0) for _ in range(8)))

    assert asyncio.run(main()) == [1] * 8


def test_the_clock_sleeps_when_nothing_runs_and_wakes_for_a_call() -> None:
    with load() as world:
        clock = world._runtime_._clock
        for _ in range(2):
            world._grow(0)
            patience = time.monotonic() + 10
            while not clock.resting and time.monotonic() < patience:
                time.sleep(0.05)
            assert clock.resting
            assert world._runtime_.attention
            world._grow(0)
            time.sleep(0.2)
            assert not clock.resting


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="needs fork")
def test_a_forked_child_has_deadlines_too() -> None:
    done = run(
        """
        import os, warnings
        warnings.simplefilter("ignore")
        world = load(limits=abi.Limits(deadline=0.3))
        world._grow(0)
        child = os.fork()
        if child == 0:
            try:
                world._spin()
            except Exception as error:
                print(error.code, flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        """
    )
    assert (done.returncode, done.stdout) == (0, "deadline\n"), done.stderr


def test_an_interface_is_made_by_its_world_alone() -> None:
    with pytest.raises(TypeError, match="Counters is an attribute of a loaded world"):
        Counters(object())  # type: ignore[arg-type]  # which is what mypy is to say


@pytest.mark.parametrize(
    ("body", "code"), [("unreachable", "unreachable"), ("(loop (br 0))", "deadline")]
)
def test_a_component_that_traps_when_it_starts_says_so(body: str, code: str) -> None:
    text = (
        f"(component (core module $m (func $f {body}) (start $f)) (core instance (instantiate $m)))"
    )
    empty = dataclasses.replace(WORLD, imports=(), exports=())
    with pytest.raises(Trap) as caught:
        World._load_(empty, bytes(wat2wasm(text)), None, None, Limits(deadline=0.1), False)
    assert (caught.value.function, caught.value.code) == ("the start", code)


def test_what_the_destructor_of_a_hosts_object_raises_reaches_the_caller() -> None:
    class Stubborn(File):
        def drop(self) -> None:
            raise LookupError("not today")

    stubborn = type("Stubborn", (Files,), {"File": Stubborn})()
    with World.load(imports=Imports(stubborn)) as world:
        with pytest.raises(LookupError, match="not today"):
            world._use_file(10, 3)
        with pytest.raises(InstanceDead):
            world._grow(0)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_guest_that_goes_on_in_a_forked_child_has_its_deadline() -> None:
    done = run(
        """
        import os, warnings
        warnings.simplefilter("ignore")
        children = []
        world = load(
            lambda text: children or children.append(os.fork()), limits=abi.Limits(deadline=0.5)
        )
        try:
            world._spin_and_log()
        except Exception as error:
            os.write(1, f"{error.code}\\n".encode())  # both at once
        if children[0] == 0:
            os._exit(0)
        os.waitpid(children[0], 0)
        """
    )
    assert (done.returncode, done.stdout) == (0, "deadline\ndeadline\n"), done.stderr


def test_world_has_no_constructor() -> None:
    with pytest.raises(TypeError, match=r"World has no constructor to call: World.load\(\)"):
        World(object())  # type: ignore[arg-type]  # which is what mypy is to say
