"""What uses an instance while Python ends, or while its garbage collector takes things apart.

Every program runs in a process of its own, which has to end by itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from .programs import ROOT, run

HEAD = """
import gc, threading, wasmtime_bindgen
from tests.generated import CASES, GUESTS
from wasmtime_bindgen import InstanceDead

def guest(name):
    return wasmtime_bindgen.load(GUESTS / f"{name}.wasm", wit=CASES / name)

def show(use, out=sys.stdout, dead=InstanceDead):
    try:
        print(use(), file=out, flush=True)
    except dead as error:
        print("refused:", error, file=out, flush=True)

def begin(work, times=1):
    for _ in range(times):
        threading.Thread(target=work, daemon=True).start()
    time.sleep(0.3)
"""

THREADS = {
    "in a loop of calls": """
        world = guest("resources")
        def work():
            while True:
                world.counters.alive()
        begin(work)
    """,
    "in a loop of calls that survives errors": """
        world = guest("resources")
        def work():
            while True:
                try:
                    world.counters.alive()
                except InstanceDead:
                    pass
        begin(work, 3)
        class Late:
            def __del__(self):
                show(lambda: world.counters.alive())
                world.close()
        sys.late = Late()
    """,
    "in a loop of loads": """
        binary, wit = GUESTS / "resources.wasm", CASES / "resources"
        made = wasmtime_bindgen.bindings(binary, wit=wit)
        source = wasmtime_bindgen.Component(binary)
        def work():
            while True:
                with made.Resources.load(source) as world:
                    world.counters.alive()
        begin(work)
    """,
    "in one long call": """
        world = guest("console")
        begin(lambda: world.print_much(2**32 - 1))
    """,
    "in a long call without WASI": """
        world = load()
        begin(world._spin)
    """,
    "in calls of the host": """
        world = load(lambda text: None)
        def work():
            while True:
                world._spin_and_log()
        begin(work, 3)
    """,
    "in a function of the host that sleeps": """
        world = load(lambda text: time.sleep(60))
        begin(lambda: world._log_text("x"))
    """,
}

FINALIZERS = {
    "of a global": """
        class Session:
            def __init__(self):
                self.world = guest("resources")
                self.counter = self.world.counters.Counter(1)
            def __del__(self):
                show(lambda: self.counter.value())
                self.counter.drop()
                self.world.close()
        session, sys.session = Session(), Session()
        session.me = session
        print("survived", flush=True)
    """,
    "of a generator with statements inside": """
        def session():
            with guest("resources") as world, world.counters.Counter(1) as counter:
                yield counter
        cycle = [session()]
        next(cycle[0])
        cycle.append(cycle)
        del cycle
        gc.collect()
        print("survived", flush=True)
    """,
    "that keeps an object of the guest": """
        world, kept = guest("resources"), []
        class Session:
            def __init__(self):
                self.counter, self.me = world.counters.Counter(1), self
            def __del__(self):
                kept.append(self.counter)
        Session()
        gc.collect()
        world.counters.alive()
        try:
            kept[0].value()
        except ValueError:
            print("survived", flush=True)
    """,
    "that calls an instance which goes with it": """
        class Session:
            def __init__(self, world):
                self.world, self.me = world, self
            def __del__(self):
                show(lambda: self.world.counters.Counter(2).value())
        for _ in range(3):
            Session(guest("resources"))
            gc.collect()
        print("survived", flush=True)
    """,
    "that keeps an instance which goes with it": """
        kept = []
        class Session:
            def __init__(self, world):
                self.world, self.counter, self.me = world, world.counters.Counter(1), self
            def __del__(self):
                kept.append(self)
        Session(guest("resources"))
        gc.collect()
        show(lambda: kept[0].world.counters.alive())
        show(lambda: kept[0].counter.value())
        kept[0].world.close()
        kept.clear()
        gc.collect()
        print("survived", flush=True)
    """,
}


@pytest.mark.parametrize("name", THREADS)
def test_python_ends_with_a_thread(name: str) -> None:
    done = run(HEAD + textwrap.dedent(THREADS[name]) + "\nprint('survived', flush=True)")
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert done.stdout.startswith("survived\n"), done.stdout
    assert done.stderr == ""


def test_an_error_of_a_threads_own_is_shown_while_python_ends() -> None:
    work = """
        world = load()
        def work():
            try:
                world._spin()
            finally:
                raise LookupError("not found")
        begin(work)
        """
    done = run(HEAD + textwrap.dedent(work))
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert "Exception in thread" in done.stderr  # Python may stop it before it has said all


@pytest.mark.parametrize("name", FINALIZERS)
def test_no_process_is_killed_by_a_finalizer(name: str) -> None:
    done = run(HEAD + textwrap.dedent(FINALIZERS[name]))
    assert done.returncode == 0, (done.returncode, done.stderr)
    assert "survived\n" in done.stdout
    assert "Exception ignored" not in done.stderr, done.stderr


@pytest.mark.parametrize("use", ["counter.value()", "world.counters.alive()", "guest('resources')"])
def test_an_atexit_handler_that_comes_last_is_refused(use: str) -> None:
    program = "import atexit, sys, time\natexit.register(lambda: bye())\n" + HEAD
    program += textwrap.dedent(
        f"""
        world = guest("resources")
        counter = world.counters.Counter(1)
        def bye():
            show(lambda: {use})
            show(world.__enter__)
        """
    )
    command = [sys.executable, "-X", "faulthandler", "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (done.returncode, done.stderr)
    first, second = done.stdout.splitlines()
    assert first.startswith("refused: ")
    assert "Python is shutting down" in first
    assert second.startswith("refused: ")


def test_an_atexit_handler_that_comes_first_calls_the_guest() -> None:
    work = """
        import atexit
        world = guest("resources")
        atexit.register(lambda: show(lambda: world.counters.alive()))
    """
    done = run(HEAD + textwrap.dedent(work))
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_ends_without_waiting_for_calls_of_its_parent() -> None:
    work = """
        import os
        world = guest("resources")
        def work():
            while True:
                world.counters.alive()
        begin(work)
        child = os.fork()
        if not child:
            sys.exit(7)
        start = time.monotonic()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        print(f"{time.monotonic() - start:.1f} s", flush=True)
    """
    done = run(HEAD + textwrap.dedent(work))
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[0]) < 0.9, done.stdout
