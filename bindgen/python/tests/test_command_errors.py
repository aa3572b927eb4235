"""What `python -m wasmtime_bindgen` says of input that it can't use: a line, never a traceback."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from wasmtime_bindgen import Limits
from wasmtime_bindgen.command import main

from .generated import CASES, add

CORE_MODULE = b"\0asm\1\0\0\0"


def failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what the command says when it fails with 2."""
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err
    return said.err.removeprefix("error: ").removesuffix("\n")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "add.wasm").write_bytes(add())
    return tmp_path


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "app.wasm is empty"),
        (b"hello", r"app.wasm is neither a component, which begins with `\0asm`, nor WIT"),
        (b"(component)", "app.wasm is WebAssembly text: `wasmtime.wat2wasm` makes a binary of it"),
        (b";; Adds.\n(component)", "app.wasm is WebAssembly text: "),
        (b"\xef\xbb\xbf(; Adds. ;) ( component)", "app.wasm is WebAssembly text: "),
        (b"package a:b;", "app.wasm looks like WIT, whose files are called `.wit`"),
        (CORE_MODULE, "app.wasm: a core module was given, and a component is expected"),
        (b"\0asm", "app.wasm: the component is not valid: "),
        (add()[:-1], "app.wasm: the component is not valid: "),
        (add()[: len(add()) // 2], "app.wasm: the component is not valid: "),
        (add() + b"\x7f", "app.wasm: the component is not valid: "),
    ],
)
def test_what_is_no_component_is_named(
    content: bytes, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "app.wasm").write_bytes(content)
    told = failure(capsys, "app.wasm", "--out-dir", "app")
    assert told.startswith(said)
    assert "\n" not in told
    assert not (here / "app").exists()


def test_a_component_of_noise_ends_in_a_line(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = random.Random(7)
    for _ in range(40):
        damaged = bytearray(add())
        for _ in range(made.randrange(1, 6)):
            damaged[made.randrange(8, len(damaged))] = made.randrange(256)
        (here / "app.wasm").write_bytes(damaged)
        code = main(["app.wasm", "--out-dir", "app"])
        said = capsys.readouterr()
        assert code == 0 or (code, said.err[:7], said.err.count("\n")) == (2, "error: ", 1)


def test_a_component_that_nests_without_end_ends_in_a_line(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def leb(value: int) -> bytes:
        low, high = value & 0x7F, value >> 7
        return bytes([low | 0x80]) + leb(high) if high else bytes([low])

    binary = b"\0asm\x0d\0\1\0"
    for _ in range(2000):
        binary = b"\0asm\x0d\0\1\0\x04" + leb(len(binary)) + binary
    (here / "app.wasm").write_bytes(binary)
    assert "app.wasm: " in failure(capsys, "app.wasm", "--out-dir", "app")


def test_an_input_that_is_too_much_for_the_generator_ends_in_a_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("wasmtime_bindgen.generate.LIMITS", Limits(memory=4 << 20))
    custom = b"\0" + b"\x80\x80\x80\x04"  # a section of 8 MiB, without a name
    (here / "app.wasm").write_bytes(add() + custom + bytes(8 << 20))
    told = failure(capsys, "app.wasm", "--out-dir", "app")
    assert told.startswith("app.wasm: ")
    assert "memory" in told
    assert "\n" not in told


def test_a_generator_that_gives_up_says_why(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("wasmtime_bindgen.generate.LIMITS", Limits(fuel=100_000))
    (here / "app.wasm").write_bytes(add())
    assert failure(capsys, "app.wasm", "--out-dir", "app") == (
        "app.wasm: the generator gave up on this input: wasm trap: all fuel consumed by WebAssembly"
    )


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert failure(capsys, "no.wasm", "--out-dir", "app").startswith("no.wasm: ")
    assert failure(capsys, "no.wit", "--out-dir", "app").startswith("no.wit: ")
    assert failure(capsys, "add.wasm", "--wit", "no", "--out-dir", "app").startswith("no: ")


@pytest.mark.parametrize(
    ("wit", "said"),
    [
        ("package a:b;\nworld w { export f: fun(); }", "app.wit:2:"),
        ("package a:b;\ninterface i {\n  f: func(x: nope);\n}", "app.wit:3:"),
        ("package a:b;\nworld v {}\nworld w {}", "has several worlds: name one with --world: `v`"),
        ("package a:b;\ninterface i {}", "has no world"),
        ("package a:b;\nworld w { import c:d/e; }", "c:d"),
    ],
)
def test_wit_that_can_not_be_used_is_shown_with_its_line(
    wit: str, said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "app.wit").write_text(wit)
    told = failure(capsys, "app.wit", "--out-dir", "app")
    assert told.startswith("app.wit: ")
    assert said in told


def test_a_folder_without_wit_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "project" / "wit").mkdir(parents=True)
    told = failure(capsys, "project", "--out-dir", "app")
    assert told == f"project holds no `.wit` file: give {Path('project/wit')}"
    told = failure(capsys, "add.wasm", "--wit", "add.wasm", "--out-dir", "app")
    assert told == "add.wasm is a WebAssembly binary, and WIT is text"
    records = str(CASES / "records")
    assert "so is" in failure(capsys, records, "--wit", records, "--out-dir", "app")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("", "--out-dir", "app"), "an empty path was given, and that of a component or of WIT"),
        (("add.wasm", "--wit", "", "--out-dir", "app"), "an empty path was given"),
        (("add.wasm", "--out-dir", ""), "--out-dir is empty: give the directory of the package"),
    ],
)
def test_an_empty_argument_is_not_the_current_folder(
    arguments: tuple[str, ...], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "world.wit").write_text("package a:b;\nworld w {}")
    assert failure(capsys, *arguments).startswith(said)
    assert not (here / "app").exists()


def test_a_world_that_the_component_does_not_have_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "`adder` is not known" in failure(
        capsys, "add.wasm", "--world", "adder", "--out-dir", "app"
    )
    assert main(["add.wasm", "--world", "root", "--out-dir", "app"]) == 0
    assert "the world `root`" in capsys.readouterr().out
    told = failure(capsys, "add.wasm", "--wit", str(CASES / "records"), "--out-dir", "app")
    assert "the component does not fit the world `records`" in told
    assert "the component does not export `cases:records/people`" in told


@pytest.mark.parametrize("name", ["my-app", "class", "1st", "a b"])
def test_a_directory_that_python_can_not_import_is_refused(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = failure(capsys, "add.wasm", "--out-dir", name)
    assert told.startswith(f"--out-dir {name}: `{name}` is no name of a Python package")


@pytest.mark.parametrize("name", ["random", "json", "wasmtime", "wasmtime_bindgen"])
def test_a_package_that_would_hide_a_module_is_refused(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whose = "Python's own module" if name in ("random", "json") else "the package"
    told = failure(capsys, "add.wasm", "--out-dir", name)
    assert told == (
        f"--out-dir {name}: a package `{name}` would hide {whose} `{name}` from programs that run"
        " in the current folder: choose another name, or put it into a package of yours, as in"
        f" --out-dir app/{name}"
    )
    # A part of a package that is being worked on from within.
    (here / "__init__.py").touch()
    assert told == failure(capsys, "add.wasm", "--out-dir", name, "--check")
    assert not (here / name).exists()

    (here / "modules").mkdir()
    monkeypatch.syspath_prepend(here / "modules")
    told = failure(capsys, "add.wasm", "--out-dir", f"modules/{name}")
    assert f"from programs that find their modules in {here / 'modules'}: " in told


def test_a_package_that_hides_an_installed_one_is_made_with_a_note(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [pytest_] = pytest.__spec__.submodule_search_locations or []
    assert main(["add.wasm", "--out-dir", "pytest"]) == 0
    assert capsys.readouterr().err == (
        f"note: a package `pytest` hides {Path(pytest_, '__init__.py')} from programs that run in"
        " the current folder\n"
    )
    # Where nobody looks for it, and where it is itself what is found.
    assert main(["add.wasm", "--out-dir", "app/pytest"]) == 0
    assert main(["add.wasm", "--out-dir", "add"]) == 0
    assert main(["add.wasm", "--out-dir", "add", "--check"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["random", "wasmtime"])
def test_a_part_of_a_package_may_be_called_as_a_module(
    name: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "app").mkdir()
    (here / "app" / "__init__.py").touch()
    assert main(["add.wasm", "--out-dir", f"app/{name}"]) == 0
    assert capsys.readouterr().err == ""
    program = f"from app.{name} import Root; print(Root.load().add.add(1, 2))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert (done.stdout, done.stderr) == ("3\n", "")
    # Nobody can tell what a folder will be that is no package yet.
    assert main(["add.wasm", "--out-dir", f"src/{name}"]) == 0
    assert capsys.readouterr().err == (
        f"note: a package `{name}` hides a module of that name wherever the folder src itself is on"
        " Python's path\n"
    )


@pytest.mark.parametrize("name", ["random", "ctypes", "hashlib", "wasmtime"])
def test_the_command_ignores_modules_in_the_current_folder(name: str, here: Path) -> None:
    (here / name).mkdir()
    (here / name / "__init__.py").write_text("from wasmtime_bindgen import abi")
    command = [sys.executable, "-m", "wasmtime_bindgen", "add.wasm", "--out-dir", "add"]
    environment = os.environ | {"WASMTIME_BINDGEN_CACHE": str(here / "cache")}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_directory_that_is_a_file_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("app").touch()
    assert failure(capsys, "add.wasm", "--out-dir", "app").startswith("app is a file")


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="needs a folder that can't be written"
)
def test_a_directory_that_can_not_be_written_is_named(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "locked").mkdir(mode=0o500)
    told = failure(capsys, "add.wasm", "--out-dir", "locked/app")
    assert told.startswith("locked/app: ")


def test_a_parent_that_is_a_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("parent").touch()
    assert "parent" in failure(capsys, "add.wasm", "--out-dir", "parent/app")


def test_arguments_that_are_missing_or_unknown_end_with_2() -> None:
    for arguments in ([], ["add.wasm"], ["add.wasm", "--out", "x"]):
        done = subprocess.run(
            [sys.executable, "-m", "wasmtime_bindgen", *arguments],
            capture_output=True,
            encoding="utf-8",
        )
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
