"""Interfaces of WASI that Python provides to a guest in Rust, instead of the runtime."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import wasmtime_bindgen
from wasmtime_bindgen import LinkError, UnsupportedFeature, Wasi
from wasmtime_bindgen.command import main

from .generated import CASES, EXAMPLES, GUESTS, add

GUEST = GUESTS / "console.wasm"
REPLACED = ("--replace", "wasi:clocks/wall-clock", "--replace", "wasi:cli/environment")


class Environment:
    """An environment of one's own."""

    def get_environment(self) -> list[tuple[str, str]]:
        return [("NAME", "Grace")]


class Seed:
    """Chance that is the same each time."""

    def insecure_seed(self) -> tuple[int, int]:
        return (1, 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the example's package, and the example."""
    arguments = [str(GUEST), "--wit", str(CASES / "console"), *REPLACED]
    assert main([*arguments, "--out-dir", str(tmp_path / "own_clock")]) == 0
    shutil.copy(EXAMPLES / "use_own_clock.py", tmp_path)
    return tmp_path


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, encoding="utf-8"
    )


def test_a_generated_package_calls_the_users_clock_and_environment(folder: Path) -> None:
    done = python(folder, "-W", "error", "use_own_clock.py")
    assert (done.stdout, done.stderr) == ("1767225600 Ada None\n", "")


def test_only_what_is_replaced_makes_the_package_larger(folder: Path) -> None:
    modules = {path.name for path in (folder / "own_clock").glob("*.py")}
    assert modules == {"__init__.py", "_wit.py", "wall_clock.py", "environment.py"}


def test_what_is_missing_of_a_replaced_interface_is_named_at_load(folder: Path) -> None:
    program = (
        "from own_clock import Console, ConsoleImports\n"
        "Console.load(imports=ConsoleImports(wall_clock=object(), environment=object()))\n"
    )
    said = python(folder, "-c", program).stderr
    assert "`wall_clock` of the imports lacks `now`, for `now`" in said
    assert "`environment` of the imports lacks `get_environment`" in said


@pytest.mark.parametrize(
    "name",
    [
        "wasi:cli/environment",
        "wasi:cli/environment@0.2.6",
        "environment",
    ],
)
def test_a_replaced_interface_is_given_by_its_name_in_memory(name: str) -> None:
    wasi = Wasi(environment={"NAME": "Ada"})
    with wasmtime_bindgen.load(GUEST, imports={name: Environment()}, wasi=wasi) as guest:
        assert guest.variable("NAME") == "Grace"
        assert abs(guest.seconds() - time.time()) < 60
    with wasmtime_bindgen.load(GUEST, wasi=wasi) as guest:
        assert guest.variable("NAME") == "Ada"


def test_chance_can_be_made_the_same_each_time() -> None:
    def rolled(**options: Any) -> int:
        with wasmtime_bindgen.load(GUEST, wit=CASES / "console", **options) as guest:
            number: int = guest.roll()
            return number

    own = {"imports": {"wasi:random/insecure-seed": Seed()}}
    assert rolled(**own) == rolled(**own)
    assert len({rolled(), rolled(), rolled(**own)}) == 3


def test_bindings_have_the_protocol_of_what_is_replaced() -> None:
    package = wasmtime_bindgen.bindings(GUEST, replace=["wasi:random"])
    imports = package.RootImports(insecure_seed=Seed())
    with package.Root.load(imports=imports) as one, package.Root.load(imports=imports) as other:
        assert one.roll() == other.roll()
    with wasmtime_bindgen.load(GUEST, imports=imports, replace=["insecure-seed"]) as guest:
        assert guest.roll() > 0


def test_an_exception_of_the_users_clock_reaches_the_caller() -> None:
    class Broken:
        def now(self) -> object:
            raise LookupError("no time")

    with (
        wasmtime_bindgen.load(GUEST, imports={"wall_clock": Broken()}) as guest,
        pytest.raises(LookupError, match="no time"),
    ):
        guest.seconds()


@pytest.mark.parametrize("name", ["dice", "wasi:random/dice", "wasi:cli/environment@0.2.99"])
def test_a_name_that_means_nothing_is_refused_with_those_that_mean_something(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = f"the imports have `{name}`, and the world imports nothing of that name: it can be"
    with pytest.raises(LinkError, match=expected) as caught:
        wasmtime_bindgen.load(GUEST, imports={name: Seed()})
    assert "`wasi:random/insecure-seed@0.2.6`" in str(caught.value)
    assert "replaced" not in str(caught.value)
    expected = f"`{name}` can't be replaced, because it is no import that the runtime supplies"
    arguments = [str(GUEST), "--replace", name, "--out-dir", str(tmp_path / "out")]
    assert main(arguments) == 2
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_imports_of_a_world_that_imports_nothing_are_refused() -> None:
    said = "the imports have `log`, and the world imports nothing of that name: it imports nothing"
    with pytest.raises(LinkError, match=said):
        wasmtime_bindgen.load(add(), imports={"log": print})


def test_imports_that_nothing_would_call_are_refused() -> None:
    with pytest.raises(LinkError, match="the imports have `insecure_seed`, and the world"):
        wasmtime_bindgen.load(GUEST, imports=Seed())
    with pytest.raises(LinkError, match="`wasi:random`, which is not one interface"):
        wasmtime_bindgen.load(GUEST, imports={"wasi:random": Seed()})
    with wasmtime_bindgen.load(GUEST, imports={}) as guest:
        assert guest.variable("NAME") is None


def test_a_resource_of_the_runtime_is_replaced_with_all_that_pass_it_or_not_at_all() -> None:
    with pytest.raises(LinkError, match=r"`wasi:io/poll@0\.2\.6` can't be replaced alone, because"):
        wasmtime_bindgen.bindings(GUEST, replace=["wasi:io/poll"])
    with pytest.raises(LinkError, match=r"the imports have `wasi:io/poll`: .* replaced alone, bec"):
        wasmtime_bindgen.load(GUEST, imports={"wasi:io/poll": object()})
    with pytest.raises(UnsupportedFeature, match="`subscribe-duration`: its result has the res"):
        wasmtime_bindgen.bindings(GUEST, replace=["wasi:clocks/monotonic-clock"])


def test_all_that_is_to_be_replaced_together_is_named_at_once() -> None:
    with pytest.raises(LinkError) as caught:
        wasmtime_bindgen.bindings(GUEST, replace=["wasi:io/poll"])
    others = re.findall("`(wasi:[^`]+)`", str(caught.value).partition(": replace ")[2])
    assert {"wasi:clocks/monotonic-clock@0.2.6", "wasi:io/streams@0.2.6"} < set(others)
    package = wasmtime_bindgen.bindings(GUEST, replace=["wasi:io/poll", *others])
    assert {"poll", "streams", "monotonic_clock"} < vars(package).keys()


def test_the_runtime_does_not_stand_in_for_another_version_of_what_is_replaced(
    tmp_path: Path,
) -> None:
    package = wasmtime_bindgen.bindings(GUEST, replace=["wasi:random/insecure-seed"])
    older = GUEST.read_bytes().replace(
        b"wasi:random/insecure-seed@0.2.6", b"wasi:random/insecure-seed@0.2.4"
    )
    with pytest.raises(LinkError) as caught:
        package.Root.load(older, imports=package.RootImports(insecure_seed=Seed()))
    assert caught.value.missing == ("wasi:random/insecure-seed@0.2.4",)
    assert "was generated for `wasi:random/insecure-seed@0.2.6`" in str(caught.value)


def test_the_example_passes_mypy_and_a_wrong_clock_does_not(folder: Path) -> None:
    wrong = (folder / "use_own_clock.py").read_text().replace("seconds=1_767_225_600", 'seconds=""')
    wrong = wrong.replace("def get_environment", "def environment")
    (folder / "wrong.py").write_text(wrong)
    mypy = ("-m", "mypy", "--strict", "--python-version", "3.10")
    done = python(folder, *mypy, "-p", "own_clock", "-p", "use_own_clock")
    assert done.returncode == 0, done.stdout
    said = python(folder, *mypy, "wrong.py").stdout
    assert said.count("[arg-type]") == 2, said


class Pollable:
    def ready(self) -> bool:
        return True

    def block(self) -> None:
        return None


class Stream:
    """Resources of the host's, in the place of the runtime's."""

    written = b""

    def blocking_read(self, size: int) -> bytes:
        return b"x" * size

    def check_write(self) -> int:
        return 4096

    def write(self, contents: bytes) -> None:
        Stream.written += contents

    def blocking_flush(self) -> None:
        return None

    def subscribe(self) -> Pollable:
        return Pollable()


class Streams:
    """All of WASI in which a resource of `wasi:io` occurs, as far as it is called."""

    def __init__(self) -> None:
        self.Pollable, self.OutputStream, self.InputStream = Pollable, Stream, Stream
        self.Error = self.TerminalInput = self.TerminalOutput = Stream

    def get_stdout(self) -> Stream:
        return Stream()

    def __getattr__(self, name: str) -> Any:
        def call(*_arguments: object) -> Any:
            raise NotImplementedError(name)

        return call


def test_the_users_resources_take_the_place_of_the_runtimes_if_all_do() -> None:
    package = wasmtime_bindgen.bindings(GUEST, replace=["wasi:io", "wasi:cli", "wasi:clocks"])
    streams = Streams()
    given = {field.name: streams for field in dataclasses.fields(package.RootImports)}
    with package.Root.load(imports=package.RootImports(**given)) as guest:
        guest.print("Hello, Ada")
        guest.print("Hello, Grace")
    assert Stream.written == b"Hello, Ada\nHello, Grace\n"


class Monotonic:
    def now(self) -> int:
        return 5

    def resolution(self) -> int:
        return 1


def test_what_passes_a_resource_of_the_runtime_can_be_left_out() -> None:
    imports = {"wasi:clocks/monotonic-clock": Monotonic()}
    with wasmtime_bindgen.load(GUEST, imports=imports, skip_unsupported=True) as guest:
        assert guest.seconds() > 0
        with pytest.raises(UnsupportedFeature, match="the guest called `subscribe-duration` of"):
            guest.wait(1)
