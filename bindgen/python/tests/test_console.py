"""What a guest in Rust reads on standard input, and where goes what it prints."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from wasmtime_bindgen import Capture, InstanceDead, Wasi

from .generated import GUESTS

Package = Callable[[str], ModuleType]


def console(package: Package, **wasi: Any) -> Any:
    return package("console").Console.load(wasi=Wasi(**wasi))


def test_a_guest_reads_what_it_is_given(package: Package) -> None:
    with console(package, stdin="Ada\nGrace Höpper\n\0\xff".encode("latin-1")) as guest:
        assert guest.read_line() == "Ada"
        assert guest.read_all() == b"Grace H\xf6pper\n\0\xff"
        assert guest.read_all() == b""
        assert guest.read_line() is None


def test_a_guest_reads_nothing_unless_it_is_given_something(package: Package) -> None:
    with package("console").Console.load() as guest:
        assert guest.read_line() is None
        assert guest.read_all() == b""


def test_each_instance_has_its_own_standard_input(package: Package) -> None:
    with console(package, stdin=b"one") as one, console(package, stdin=b"two") as two:
        assert (two.read_all(), one.read_all()) == (b"two", b"one")


def test_what_is_printed_goes_to_its_own_sink(package: Package) -> None:
    out, err = Capture(), Capture()
    with console(package, stdout=out, stderr=err) as guest:
        guest.print("Hello, World")
        guest.complain("no, Ada")
        guest.print("Grace")
        assert out.text() == "Hello, World\nGrace\n"
        assert err.text() == "no, Ada\n"


def test_much_is_printed_without_loss(package: Package) -> None:
    out = Capture(limit=1 << 22)
    with console(package, stdout=out) as guest:
        guest.print_much(3_000_000)
    assert (len(out.take()), out.dropped) == (3_000_000, 0)


def run(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program that has `load`, which gives the guest's sinks."""
    head = f"""
        import sys, wasmtime_bindgen
        from wasmtime_bindgen import Wasi
        def load(**wasi):
            return wasmtime_bindgen.load({str(GUESTS / "console.wasm")!r}).load(wasi=Wasi(**wasi))
    """
    code = textwrap.dedent(head) + textwrap.dedent(program)
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code],
        input="of this process\n",
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_inherit_is_the_process_own_streams() -> None:
    done = run(
        """
        print("before", flush=True)
        with load(stdout="inherit", stderr="inherit") as guest:
            guest.print("Hello, Grüße")
            guest.complain("no, Ada")
        print("after")
        """
    )
    assert (done.returncode, done.stdout) == (0, "before\nHello, Grüße\nafter\n"), done.stderr
    assert done.stderr == "no, Ada\n"


def test_nothing_of_the_process_is_read_or_printed_to_by_default() -> None:
    done = run(
        """
        with load() as guest:
            guest.print("Hello, World")
            guest.complain("no, Ada")
            print(guest.read_line())
        print(sys.stdin.readline(), end="")
        """
    )
    assert (done.returncode, done.stdout) == (0, "None\nof this process\n"), done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("sink", ["stdout", "stderr"])
@pytest.mark.parametrize("error", ["ValueError", "KeyboardInterrupt", "SystemExit"])
def test_what_a_sink_raises_is_shown_as_of_a_thread_and_the_guest_goes_on(
    sink: str, error: str
) -> None:
    done = run(
        f"""
        import threading
        threading.excepthook = lambda args: raised.append(args.exc_type)
        raised = []
        def sink(data):
            raise {error}("mine")
        with load({sink}=sink) as guest:
            for turn in range(3):
                guest.print("Hello, World")
                guest.complain("no, Ada")
            assert set(raised) == {{{error}}}, raised
        print("alive")
        """
    )
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr


def test_a_character_is_inherited_whole_although_it_is_printed_in_parts() -> None:
    done = run(
        """
        with load(stdout="inherit") as guest:
            guest.print("x" + "ü" * 100_000)
        """
    )
    assert (done.returncode, done.stdout) == (0, "x" + "ü" * 100_000 + "\n"), done.stderr


def test_a_closed_guest_prints_nothing_more(package: Package) -> None:
    out = Capture()
    guest = console(package, stdout=out)
    guest.print("Hello")
    guest.close()
    with pytest.raises(InstanceDead):
        guest.print("World")
    assert out.text() == "Hello\n"
