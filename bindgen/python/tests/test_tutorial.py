"""The component tutorial, and the examples of the guide, from the component to the output."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .generated import EXAMPLES, add, generate

OUTPUT = {
    "use_variants": """\
3
a circle with an area of 12.6
a polygon with 3 corners
the text 'Ada' at 1, 2
nothing
""",
    "use_resources": """\
8 3
8 1
refused: too-large
""",
    "use_imports": """\
42 a half is 0.5
Response(status=200, body=b'/index')
failed: FailureTimedOut(value=30)
""",
    "use_host_resources": """\
b'Dear Ada'
letter
Errno.NOT_FOUND
""",
    "use_options_results": """\
4
Errno.NOT_FOUND
not for you
a text
None Ada
None Some(value=None)
[Ok(value=7), Ok(value=None), Err(value=Err(value=<Errno.DENIED: 'denied'>))]
""",
}


CORE_MODULE = """\
3
integer-division-by-zero
"""


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def tutorial(tmp_path: Path) -> Path:
    """Return a folder as the tutorial has it after the command."""
    done = python(tmp_path, str(EXAMPLES / "make_add.py"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "add.wasm").read_bytes() == add()
    done = python(tmp_path, "-m", "wasmtime_bindgen", "add.wasm", "--out-dir", "add")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "add: 6 files: the world `root`, class Root\n"
    return tmp_path


def test_the_tutorials_program_prints_the_sum(tutorial: Path) -> None:
    shutil.copy(EXAMPLES / "use_add.py", tutorial)
    done = python(tutorial, "use_add.py")
    assert (done.stdout, done.stderr) == ("1 + 2 = 3\n", "")
    done = python(tutorial, "-m", "mypy", "--strict", "use_add.py")
    assert done.returncode == 0, done.stdout


def test_the_removed_modules_form_is_told_what_to_write(tutorial: Path) -> None:
    program = "from wasmtime import Store\nfrom add import Root\nRoot(Store())"
    done = python(tutorial, "-c", program)
    assert "TypeError: " in done.stderr
    assert "Root.load()" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("call", ["root.add()", "root.add(store, 1, 2)", "root.add(1, 2)"])
def test_the_removed_modules_calls_are_told_what_to_write(tutorial: Path, call: str) -> None:
    program = f"import wasmtime, add\nstore = wasmtime.Store()\nroot = add.Root.load()\n{call}"
    done = python(tutorial, "-c", program)
    assert done.stderr.splitlines()[-1] == (
        "TypeError: Add is an interface, which is not called: its functions are attributes, such as"
        " `add`, and take no store"
    )


def test_a_package_works_inside_another(tmp_path: Path) -> None:
    (tmp_path / "add.wasm").write_bytes(add())
    done = python(tmp_path, "-m", "wasmtime_bindgen", "add.wasm", "--out-dir", "outer/inner/add")
    assert done.returncode == 0, done.stderr
    (tmp_path / "outer" / "__init__.py").touch()
    done = python(
        tmp_path,
        *("-c", "from outer.inner.add import Root; print(Root.load().add.add(40, 2))"),
    )
    assert (done.stdout, done.stderr) == ("42\n", "")


def test_a_package_works_in_a_zip_file(tutorial: Path) -> None:
    shutil.make_archive(str(tutorial / "packed"), "zip", tutorial, "add")
    shutil.rmtree(tutorial / "add")
    program = "import sys; sys.path.insert(0, 'packed.zip')\nfrom add import Root\n"
    done = python(tutorial, "-c", program + "print(Root.load().add.add(1, 2))")
    assert (done.stdout, done.stderr) == ("3\n", "")


@pytest.mark.parametrize("example", sorted(OUTPUT))
def test_an_example_prints_what_the_guide_says(example: str, tmp_path: Path) -> None:
    generate(example.removeprefix("use_").replace("_", "-"), tmp_path)
    shutil.copy(EXAMPLES / f"{example}.py", tmp_path)
    done = python(tmp_path, f"{example}.py")
    assert (done.stdout, done.stderr) == (OUTPUT[example], "")


def test_the_example_of_a_core_module_prints_what_it_says(tmp_path: Path) -> None:
    done = python(tmp_path, str(EXAMPLES / "use_core_module.py"))
    assert (done.stdout, done.stderr) == (CORE_MODULE, "")


def test_every_example_is_run() -> None:
    programs = {path.stem for path in EXAMPLES.glob("*.py")}
    # By `test_interrupt`, `test_replace`, and the test of the README's commands.
    elsewhere = {"use_asyncio", "use_own_clock", "use_greeter"}
    assert programs == {*OUTPUT, *elsewhere, "make_add", "use_add", "use_core_module"}
