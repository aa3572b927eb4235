"""Resources of the guest and of the host."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from wasmtime_bindgen import InstanceDead, Limits, WasmtimeBindgenError, WitError

from .programs import run
from .resources import Counter, File, TextError, World, load


@pytest.fixture
def world() -> Iterator[World]:
    File.open.clear()
    with load() as world:
        yield world


def test_an_object_of_the_guests_is_made_used_and_dropped(world: World) -> None:
    counter = world.counters.Counter(5)
    assert isinstance(counter, Counter)
    assert counter.add(2) == 7
    assert world.counters.Counter.live() == 1
    counter.drop()
    assert world.counters.Counter.live() == 0


def test_a_with_statement_drops(world: World) -> None:
    with world.counters.Counter(5) as counter:
        assert counter.add(1) == 6
    assert world.counters.Counter.live() == 0
    with world.counters.Counter(5) as counter:
        counter.drop()


def test_a_dropped_object_is_refused_and_nothing_is_poisoned(world: World) -> None:
    counter = world.counters.Counter(5)
    counter.drop()
    with pytest.raises(ValueError, match="self: this counter was dropped or handed over before"):
        counter.add(1)
    with pytest.raises(ValueError, match="this counter was dropped or handed over before"):
        counter.drop()
    assert world.counters.Counter.live() == 0


def test_an_object_that_was_handed_over_is_refused(world: World) -> None:
    a, b = world.counters.pair(10)
    merged = world.counters.merge(a, b)
    assert merged.add(0) == 10
    with pytest.raises(ValueError, match="a: this counter was dropped or handed over before"):
        world.counters.merge(a, b)
    with pytest.raises(ValueError, match="self: this counter was dropped"):
        a.add(1)
    for counter in (merged, b):
        counter.drop()
    assert world.counters.Counter.live() == 0


def test_an_object_can_not_be_lent_and_handed_over_in_one_call(world: World) -> None:
    with world.counters.Counter(1) as a:
        with pytest.raises(ValueError, match="b: this counter is lent and handed over"):
            world.counters.merge(a, a)
        assert a.add(1) == 2


def test_what_is_no_object_of_the_guest_is_refused(world: World) -> None:
    wrong: Any = 5
    with world.counters.Counter(1) as a:
        with pytest.raises(TypeError, match="a: 5 is of type int, not a Counter"):
            world.counters.merge(wrong, a)
        with pytest.raises(TypeError, match=r"all\[1\]: 5 is of type int, not a Counter"):
            world.counters.sum([a, wrong])
        assert a.add(1) == 2


def test_an_object_that_is_lent_to_a_running_call_stays() -> None:
    def log(_text: str) -> None:
        with pytest.raises(ValueError, match="this counter is lent to a call that is running"):
            counter.drop()
        with pytest.raises(ValueError, match="a: this counter is lent to a call that is running"):
            world.counters.merge(counter, other)
        assert counter.add(1) == 2  # it may be lent again
        with pytest.raises(ValueError, match="is lent to a call"):
            counter.drop()

    with (
        load(log) as world,
        world.counters.Counter(1) as counter,
        world.counters.Counter(1) as other,
    ):
        counter.tell()
        assert counter.add(1) == 3


def test_a_refused_call_keeps_what_it_was_to_hand_over(world: World) -> None:
    with world.counters.Counter(1) as a:
        with pytest.raises(TypeError, match="b: 5 is of type int, not a Counter"):
            world.counters.merge(a, 5)  # type: ignore[arg-type]
        assert a.add(1) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("use", ["counter.add(1)", "world.counters.sum([counter] * 20)"])
def test_an_object_is_not_lent_any_more_after_an_exception_from_a_signal(use: str) -> None:
    done = run(
        f"""
        import random, signal
        class Bell(BaseException): pass
        def handler(*_): raise Bell
        signal.signal(signal.SIGALRM, handler)
        world = load()
        counter = world.counters.Counter(1)
        drawn, bells, end = random.Random(7), 0, time.monotonic() + 20
        while bells < 300 and time.monotonic() < end:
            try:
                signal.setitimer(signal.ITIMER_REAL, drawn.random() * 0.0005 + 0.00001)
                while True:
                    {use}
            except Bell:
                bells += 1
            try:
                counter.drop()
            except ValueError as error:
                raise SystemExit(f"after {{bells}}: {{error}}")
            if world._runtime_._dead:
                world = load()
            counter = world.counters.Counter(1)
        print(bells)
        """
    )
    assert (done.returncode, done.stdout) == (0, "300\n"), done.stderr


def test_objects_are_lent_in_a_list(world: World) -> None:
    a, b = world.counters.pair(10)
    assert world.counters.sum([a, b, a]) == 31
    b.drop()
    with pytest.raises(ValueError, match=r"all\[1\]: this counter was dropped"):
        world.counters.sum([a, b])
    a.drop()


def test_a_static_function_returns_an_object_or_raises(world: World) -> None:
    with world.counters.Counter.try_make(3) as counter:
        assert counter.add(1) == 4
    with pytest.raises(TextError) as caught:
        world.counters.Counter.try_make(0)
    assert caught.value.value == "deep"
    assert isinstance(caught.value, WitError)


def test_an_object_of_another_instance_is_refused(world: World) -> None:
    with load() as other, other.counters.Counter(1) as foreign:
        with pytest.raises(ValueError, match=r"all\[0\]: this counter belongs to another"):
            world.counters.sum([foreign])
        assert foreign.add(1) == 2


def test_the_generated_class_itself_is_no_class_of_an_instance() -> None:
    with pytest.raises(TypeError, match="Counter belongs to an instance: use the class that is"):
        Counter(1)
    for static in (Counter.live, lambda: Counter.try_make(3)):
        with pytest.raises(TypeError, match="Counter belongs to an instance: use the class that"):
            static()


def test_a_lost_object_is_dropped_at_the_next_call_with_a_warning(world: World) -> None:
    world.counters.Counter(5)
    gc.collect()
    with pytest.warns(ResourceWarning, match="a counter was lost"):
        assert world.counters.Counter.live() == 0


@pytest.mark.parametrize("limits", [None, Limits(deadline=9.0), Limits(fuel=10**9)])
def test_thousands_of_lost_objects_are_dropped(limits: Limits | None) -> None:
    with load(limits=limits) as world:
        lost = [world.counters.Counter(n) for n in range(3000)]
        del lost
        with pytest.warns(ResourceWarning, match="a counter was lost"):
            assert world.counters.Counter.live() == 0


def test_a_lost_object_is_dropped_at_close_with_a_warning() -> None:
    world = load()
    world.counters.Counter(5)
    with pytest.warns(ResourceWarning, match="a counter was lost"):
        world.close()


def test_an_object_that_another_thread_loses_is_dropped_by_this_one(world: World) -> None:
    held = [world.counters.Counter(5)]
    thread = threading.Thread(target=held.clear)
    thread.start()
    thread.join()
    with pytest.warns(ResourceWarning):
        assert world.counters.Counter.live() == 0


def test_an_object_lost_in_a_host_function_is_dropped_after_the_call() -> None:
    live: list[int] = []

    def log(_text: str) -> None:
        held.clear()
        gc.collect()
        live.append(world.counters.Counter.live())

    world = load(log)
    held = [world.counters.Counter(1)]
    world._log_text("x")
    assert live == [1]
    with pytest.warns(ResourceWarning):
        assert world.counters.Counter.live() == 0
    world.close()


def test_a_destructor_that_traps_ends_the_instance(world: World) -> None:
    counter = world.counters.Counter(666)
    with pytest.raises(WasmtimeBindgenError, match="trapped in `drop of counter`"):
        counter.drop()
    with pytest.raises(InstanceDead):
        world.counters.Counter.live()


def test_objects_of_a_dead_or_closed_instance_go_quietly() -> None:
    world = load()
    counter, lost = world.counters.Counter(5), [world.counters.Counter(6)]
    with pytest.raises(WasmtimeBindgenError):
        world._boom()
    lost.clear()
    with pytest.raises(InstanceDead):
        counter.add(1)
    counter.drop()
    world.close()
    world.close()
    late = load()
    counter = late.counters.Counter(1)
    late.close()
    del counter
    gc.collect()


def test_an_object_of_the_hosts_is_made_used_and_dropped_by_the_guest(world: World) -> None:
    assert world._use_file(10, 3) == 3
    assert File.open == []
    with pytest.raises(TextError) as caught:
        world._use_file(10, 30)
    assert caught.value.value == "only 10"
    assert File.open == []


def test_an_object_of_the_hosts_comes_out_as_itself(world: World) -> None:
    file = world._open_file(10)
    assert File.open == [file]
    assert world._count_files() == 1
    assert world._read_file(file, 4) == 4
    with pytest.raises(TextError):
        world._read_file(file, 40)
    world._close_file(file)
    assert File.open == []
    kept = weakref.ref(file)
    del file
    gc.collect()
    assert kept() is None


def test_an_object_of_the_hosts_own_making_goes_in(world: World) -> None:
    file = File(3)
    assert world._read_file(file, 2) == 2
    world._close_file(file)
    assert File.open == []


def test_an_unfit_result_of_a_host_function_is_named() -> None:
    class Wrong(File):
        def read(self, n: int) -> int:
            return -n

    from .resources import Files, Imports

    class WrongFiles(Files):
        File = Wrong

    world = World.load(imports=Imports(WrongFiles()))
    with pytest.raises(OverflowError, match=r"the result of `\[method\]file.read`: -3 is out of"):
        world._use_file(10, 3)
    with pytest.raises(InstanceDead):
        world._use_file(10, 3)
