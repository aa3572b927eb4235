"""What signals do to a program that has a guest: Ctrl-C, and handlers of the program's own."""

from __future__ import annotations

import sys

import pytest

from .programs import run


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C can't be sent to a child")
@pytest.mark.parametrize("function", ["spin", *["spin_and_log"] * 3])
def test_ctrl_c_ends_a_guest_that_loops_within_a_second(function: str) -> None:
    done = run(
        f"""
        world = load(lambda text: None)
        print("ready", flush=True)
        try:
            world._{function}()
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        try:
            world._grow(0)
        except Exception as error:
            print(type(error).__name__, "it was interrupted" in str(error))
        """,
        interrupt_after=0.5,
    )
    assert (done.returncode, done.stdout) == (0, "ready\ninterrupted\nInstanceDead True\n"), (
        done.stderr
    )
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_signal_handler_that_returns_lets_the_guest_go_on() -> None:
    done = run(
        """
        import signal
        world = load(limits=abi.Limits(deadline=1.5))
        signal.signal(signal.SIGINT, lambda *_: print("heard", flush=True))
        print("ready", flush=True)
        try:
            world._spin()
        except Exception as error:
            print(error.code)
        """,
        interrupt_after=0.5,
    )
    assert (done.returncode, done.stdout) == (0, "ready\nheard\ndeadline\n"), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_signal_handler_may_load_what_its_thread_is_loading() -> None:
    done = run(
        """
        import signal
        from tests.test_cache import BINARY, WORLD, One
        def load_last(*_):
            loaded.append(One._load_(WORLD, components[-1], None, None, None, False).close())
        components, loaded = [], []
        signal.signal(signal.SIGALRM, load_last)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            components.append(abi.Component(BINARY, cache=False))
            signal.setitimer(signal.ITIMER_REAL, 0.0005 + len(components) % 20 / 10000)
            load_last()
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(len(loaded) > len(components) > 5)
        """
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.skipif(sys.version_info < (3, 11), reason="its debuggers see every function")
def test_no_process_is_killed_by_ctrl_c_under_a_debugger() -> None:
    done = run(
        """
        import signal
        def trace(frame, event, argument):
            "".join(())  # here Python looks for signals
            return trace
        def call(function, *arguments, after):
            try:
                signal.setitimer(signal.ITIMER_REAL, after)
                sys.settrace(trace)
                while True: function(*arguments)
            except KeyboardInterrupt:
                return
            finally:
                sys.settrace(None)
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        call(load()._spin, after=0.2)
        for i in range(100 if sys.version_info >= (3, 12) else 0):
            call(load(lambda text: None)._log_text, "x", after=0.001 + i / 1e5)
        print("alive")
        """
    )
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_no_process_is_killed_by_exceptions_from_signals_at_any_moment() -> None:
    done = run(
        """
        import random, signal, warnings
        from tests.echo import load as echo
        from tests.echoed import PERSON, Person
        warnings.simplefilter("ignore")
        sys.unraisablehook = lambda unraisable: None
        class Bell(BaseException): pass
        def handler(*_): raise Bell
        world, people = load(lambda text: None), echo(abi.List(PERSON))
        value = [Person("Ada", 36, [1.0, 2.0])] * 5
        signal.signal(signal.SIGALRM, handler)
        def turn():
            with world.counters.Counter(1) as counter:
                counter.add(1)
        calls = [
            lambda: world._log_text("hello"),
            lambda: world._use_file(10, 3),
            turn,
            lambda: people.echo(value),
            lambda: world._spin_and_log(),
            lambda: world.counters.merge(*world.counters.pair(1)),
        ]
        end, bells = time.monotonic() + 4, 0
        while time.monotonic() < end:
            try:
                signal.setitimer(signal.ITIMER_REAL, random.random() * 0.002 + 0.00001, 0.05)
                try:
                    while True:
                        random.choice(calls)()
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            except Bell:
                bells += 1
            except Exception:
                pass
            try:
                if world._runtime_._dead:
                    world = load(lambda text: None)
                if people._runtime_._dead:
                    people = echo(abi.List(PERSON))
            except Bell:
                pass
        print(bells > 50)
        """
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
