"""What kills a Python process, or goes wrong in silence, with the generic calls (each named so).

Every program runs in a process of its own: it has to end by itself, with the
exception that it expects, and call the guest once more.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from .programs import ROOT, run

HEAD = """
from tests.generated import CASES, GUESTS
from wasmtime_bindgen import LinkError, Trap
"""

AGAIN = """
assert world._grow(0) >= 1
print("alive")
"""

PROGRAMS = {
    "a char that is a surrogate": """
        from tests.echo import load as echo
        for bad in ("\\ud800", "\\udfff", "", "ab", b"a", 97):
            try:
                echo(abi.CHAR).echo(bad)
            except (ValueError, TypeError):
                continue
            raise SystemExit(f"{bad!r} passed")
        world = load()
    """,
    "a plan of one instance with a resource of another": """
        world, other = load(), load()
        counter = other.counters.Counter(1)
        try:
            world.counters.sum([counter])
        except ValueError:
            counter.drop()
        else:
            raise SystemExit("it passed")
    """,
    "KeyboardInterrupt in a host function": """
        def log(text):
            raise KeyboardInterrupt
        broken = load(log)
        try:
            broken._log_text("x")
        except KeyboardInterrupt:
            world = load()
    """,
    "SystemExit in a host function": """
        def log(text):
            sys.exit(3)
        broken = load(log)
        try:
            broken._log_text("x")
        except SystemExit:
            world = load()
    """,
    "one instance from several threads": """
        import threading
        world = load(lambda text: None)
        def work():
            for _ in range(300):
                world._log_text("x")
                with world.counters.Counter(1) as counter:
                    assert counter.add(1) == 2
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """,
    "a guest that panics without WASI": """
        broken = load()
        try:
            broken._boom()
        except Trap as error:
            assert error.code == "unreachable", error.code
        else:
            raise SystemExit("it passed")
        world = load()
    """,
    "use after drop, and double drop": """
        world = load()
        counter = world.counters.Counter(1)
        counter.drop()
        for use in (counter.drop, lambda: counter.add(1), lambda: world.counters.sum([counter])):
            try:
                use()
            except ValueError:
                continue
            raise SystemExit("it passed")
    """,
    "a host function of the wrong signature": """
        class Wrong(Files):
            def log(self, *arguments):  # which `load` can't tell
                (lambda: None)(*arguments)
        broken = World.load(imports=Imports(Wrong()))
        try:
            broken._log_text("x")
        except TypeError:
            world = load()
        class Plain(Files):
            def log(self):
                pass
        try:
            World.load(imports=Imports(Plain()))
        except LinkError as error:
            assert "takes (), and the guest passes (text)" in str(error), error
        else:
            raise SystemExit("it passed")
    """,
    "a list that changes while it is lowered": """
        from tests.echo import load as echo
        items = list(range(1000))
        class Growing:
            def __index__(self):
                items.extend(range(100000))
                return 1
        items.insert(10, Growing())
        out = echo(abi.List(abi.S32)).echo(items)
        assert len(out) == 101001, len(out)
        shrunk = []
        class Shrinking:
            def __index__(self):
                shrunk.append(len(shrinking))
                shrinking.clear()
                return 1
        # Numbers are taken one by one, all else from a copy.
        shrinking = [Shrinking(), *[2] * 1000]
        out = echo(abi.List(abi.S32)).echo(shrinking)
        assert out == [1], out
        shrinking = [(Shrinking(),), *[(2,)] * 1000]
        out = echo(abi.List(abi.Tuple((abi.S32,)))).echo(shrinking)
        assert out == [(1,), *[(2,)] * 1000], out
        assert shrunk == [1001, 1001], shrunk
        world = load()
    """,
    "a host function that calls back in without end": """
        deepest = []
        def log(text):
            deepest.append(text)
            broken._log_text("x")
        for slack in range(0, 40, 1):
            broken = load(log)
            def down(n):
                return broken._log_text("x") if n == 0 else down(n - 1)
            try:
                down(slack)
            except RecursionError:
                continue
            raise SystemExit("it passed")
        world = load()
    """,
    "a call at the edge of Python's recursion": """
        sys.setrecursionlimit(200)
        broken = load(lambda text: None, limits=abi.Limits(deadline=0.3))
        def down(n):
            return broken._log_text("x") if n == 0 else down(n - 1)
        outcomes = set()
        for depth in range(150, 210):
            try:
                outcomes.add(down(depth))
            except RecursionError:
                outcomes.add("too deep")
            except Exception as error:
                outcomes.add("dead")
                broken = load(lambda text: None)
        assert "too deep" in outcomes and None in outcomes, outcomes
        def down(n):
            return broken._spin() if n == 0 else down(n - 1)
        for depth in range(185, 200):
            broken = load(limits=abi.Limits(deadline=0.2))
            try:
                down(depth)
            except Exception as error:
                outcomes.add(type(error).__name__)
        assert {"Trap", "RecursionError"} <= outcomes, outcomes
        sys.setrecursionlimit(1000)
        world = load()
    """,
    "a call of a host function at the edge of Python's recursion": """
        sys.setrecursionlimit(200)
        logged, refused = [], 0
        def down(n, call):
            return call("x") if n == 0 else down(n - 1, call)
        for depth in range(170, 205):
            broken = load(lambda text: logged.append(text))
            try:
                down(depth, broken._log_text)
            except RecursionError:
                refused += 1
        assert logged and refused and len(logged) + refused == 35, (len(logged), refused)
        sys.setrecursionlimit(1000)
        world = load()
    """,
    "a resource that is dropped while it is lent": """
        def log(text):
            try:
                world.counters.Counter(5).drop()
            finally:
                held[0].drop()
        world = load(log)
        held = [world.counters.Counter(1)]
        world._log_text("x")
        assert world.counters.Counter.live() == 0
    """,
    "stand-ins for a resource and for a tuple": """
        from unittest.mock import MagicMock
        from tests.echo import load as echo
        world = load()
        counter = world.counters.Counter(1)
        for one in (MagicMock(spec=type(counter)), MagicMock(spec=counter)):
            for use in (
                lambda: world.counters.merge(one, counter),
                lambda: world.counters.sum([one]),
                lambda: world.counters.Counter._add(one, 1),
            ):
                try:
                    use()
                except TypeError:
                    continue
                if use.__code__.co_names[-1] != "add":  # it stands for an int, too
                    raise SystemExit("it passed")
        import gc, warnings
        warnings.simplefilter("ignore")
        pair = abi.Tuple((abi.STRING, abi.List(abi.STRING)))
        class Liar:
            __class__ = property(lambda self: tuple)
            def __len__(self):
                return 1
            def __iter__(self):
                return iter([("Ada", ["Grace", "World"])] * 30)
        assert len(echo(abi.List(pair)).echo(Liar())) == 30
    """,
    "objects that outlive their instance": """
        import gc
        broken = load()
        counter, method = broken.counters.Counter(1), broken._grow
        interface = broken.counters
        broken.close()
        del broken
        gc.collect()
        for use in (lambda: method(0), lambda: counter.add(1), lambda: interface.Counter(1)):
            try:
                use()
            except Exception as error:
                assert type(error).__name__ == "InstanceDead", error
                continue
            raise SystemExit("it passed")
        counter.drop()
        world = load()
    """,
    "KeyboardInterrupt where an object of the host's is made, used or dropped": """
        for name in ("__init__", "read", "drop"):
            for error in (KeyboardInterrupt, SystemExit):
                def fails(self, *args, error=error):
                    raise error
                class Broken(Files):
                    File = type("Broken", (File,), {name: fails})
                broken = World.load(imports=Imports(Broken()))
                try:
                    broken._use_file(10, 3)
                except error:
                    continue
                raise SystemExit(f"{name} passed")
        world = load()
    """,
    "an answer of a host function that does not fit": """
        import types, wasmtime_bindgen
        binary, wit = GUESTS / "imports.wasm", CASES / "imports"
        for bad in ("\\ud800", b"x", None, 5):
            imports = types.SimpleNamespace(
                host=types.SimpleNamespace(
                    nop=print, send=print, echo_list=print, echo_nested=print
                ),
                double=lambda n: -1,
                describe=lambda value, name: bad,
            )
            for call in (lambda: broken.call_describe(0.5, "x"), lambda: broken.call_double(1)):
                broken = wasmtime_bindgen.load(binary, wit=wit, imports=imports)
                try:
                    call()
                except (ValueError, TypeError, OverflowError):
                    continue
                raise SystemExit("it passed")
        world = load()
    """,
    "a guest in Rust that panics, of whose WASI nobody spoke": """
        import types, wasmtime_bindgen
        binary, wit = GUESTS / "imports.wasm", CASES / "imports"
        host = types.SimpleNamespace(nop=print, send=print, echo_list=print, echo_nested=print)
        imports = types.SimpleNamespace(host=host, double=print, describe=print)
        try:
            wasmtime_bindgen.load(binary, wit=wit, imports=imports).panic("the reason why")
        except Trap as error:
            assert "the reason why" in error.stderr, error
        else:
            raise SystemExit("it passed")
        world = load()
    """,
    "a result of a host function whose lowering calls in again": """
        import types, wasmtime_bindgen
        depth = []
        class Nosy:
            def __index__(self):
                depth.append(1)
                return guest.call_double(len(depth)) if len(depth) < 20 else 7
        host = types.SimpleNamespace(nop=print, send=print, echo_list=print, echo_nested=print)
        imports = types.SimpleNamespace(host=host, double=lambda n: Nosy(), describe=print)
        binary, wit = GUESTS / "imports.wasm", CASES / "imports"
        guest = wasmtime_bindgen.load(binary, wit=wit, imports=imports)
        assert guest.call_double(0) == 7
        assert len(depth) == 20
        world = load()
    """,
    "asyncio with threads, one of which is interrupted by its host function": """
        import asyncio
        def log(text):
            if text == "stop":
                raise KeyboardInterrupt
        async def main():
            world, broken = load(log), load(log)
            async def stop():
                try:
                    await asyncio.to_thread(stopped)
                except InterruptedError:
                    return "stopped"
            def stopped():
                try:
                    broken._log_text("stop")
                except KeyboardInterrupt:
                    raise InterruptedError from None
            calls = [asyncio.to_thread(world._log_text, "x") for _ in range(20)]
            assert (await asyncio.gather(stop(), *calls))[0] == "stopped"
        asyncio.run(main())
        world = load()
    """,
    "components of noise": """
        import random, wasmtime
        from wasmtime_bindgen import Component, InvalidComponent, LinkError, Trap
        from tests.generated import add
        from tests.test_cache import WORLD
        made, outcomes = random.Random(11), set()
        class Noise(abi.World):
            pass
        for _ in range(200):
            damaged = bytearray(add())
            for _ in range(made.randrange(1, 6)):
                damaged[made.randrange(8, len(damaged))] = made.randrange(256)
            try:
                Noise._load_(WORLD, bytes(damaged), None, None, None, False)
            except (InvalidComponent, LinkError, Trap) as error:
                outcomes.add(type(error).__name__)
        assert {"InvalidComponent", "LinkError"} <= outcomes, outcomes
        world = load()
    """,
    "an instance that is never closed": """
        import warnings
        warnings.simplefilter("ignore")
        lost = [load() for _ in range(20)]
        for one in lost: one.counters.Counter(1)
        del lost, one
        import gc; gc.collect()
        world = load()
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_process_is_killed_by(name: str) -> None:
    done = run(HEAD + textwrap.dedent(PROGRAMS[name]) + AGAIN)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="glibc says exactly what is in use")
def test_memory_does_not_grow_over_many_calls() -> None:
    # `cargo xtask bench` makes a million of each kind.
    command = [sys.executable, str(ROOT / "bench" / "memory.py"), "--calls", "3000"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
