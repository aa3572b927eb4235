"""A wasmtime that this package does not know is refused, clearly and early."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import wasmtime

PYTHON = Path(__file__).parent.parent


@pytest.fixture
def pretend(tmp_path: Path) -> Path:
    """Return a folder for `sys.path` in which metadata says that wasmtime is of version 99."""
    metadata = tmp_path / "wasmtime-99.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: wasmtime\nVersion: 99.1.0\n")
    return tmp_path


def python(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{PYTHON}"} | variables,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


MESSAGE = (
    "wasmtime 99.1.0 is installed, and wasmtime_bindgen was checked with 48 to 50: install one of"
    " them, or set WASMTIME_BINDGEN_ANY_WASMTIME=1 to try this one"
)


@pytest.mark.parametrize("how", [("-m", "wasmtime_bindgen"), ("-mwasmtime_bindgen",)])
def test_the_command_ends_in_one_line(pretend: Path, how: tuple[str, ...]) -> None:
    done = python(pretend, *how, "app.wasm", "--out-dir", "app")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {MESSAGE}\n")


def test_an_import_raises_an_import_error(pretend: Path) -> None:
    program = "try: import wasmtime_bindgen\nexcept ImportError as error: print(error)"
    done = python(pretend, "-c", program)
    assert (done.stdout, done.stderr) == (f"{MESSAGE}\n", "")
    # Another program that is started by `-m` gets the exception, too.
    (pretend / "program").mkdir()
    (pretend / "program" / "__init__.py").write_text("import wasmtime_bindgen")
    done = python(pretend, "-m", "program")
    assert done.stderr.splitlines()[-1].endswith(f"errors.UnsupportedWasmtime: {MESSAGE}")


def test_the_override_admits_it(pretend: Path) -> None:
    done = python(pretend, "-m", "wasmtime_bindgen", "--version", WASMTIME_BINDGEN_ANY_WASMTIME="1")
    assert done.stdout.endswith("(wasmtime 99.1.0)\n"), done.stderr


def test_a_wasmtime_that_is_missing_is_named(pretend: Path) -> None:
    # Without the packages of the environment, `-S`, there is none.
    (pretend / "wasmtime-99.1.0.dist-info" / "METADATA").unlink()
    (pretend / "wasmtime-99.1.0.dist-info").rmdir()
    done = python(pretend, "-S", "-m", "wasmtime_bindgen", "--version")
    assert done.returncode == 2
    assert done.stderr == (
        "error: wasmtime is not installed, and wasmtime_bindgen needs it: install one of 48 to 50\n"
    )
    (pretend / "wasmtime.py").touch()
    done = python(pretend, "-S", "-m", "wasmtime_bindgen", "--version")
    assert done.stderr.startswith("error: wasmtime of unknown version is installed")


@pytest.mark.skipif(sys.platform == "win32", reason="a link needs a privilege there")
def test_both_are_found_where_they_lie_together(tmp_path: Path) -> None:
    # As `pip install --target` does it; without the environment, there is no other wasmtime.
    installed = Path(wasmtime.__file__).parent
    for path in (PYTHON / "wasmtime_bindgen", installed, *installed.parent.glob("wasmtime-*")):
        (tmp_path / path.name).symlink_to(path)
    command = [sys.executable, "-S", "-m", "wasmtime_bindgen", "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")


def test_one_that_is_laid_out_in_another_way_is_refused_in_spite_of_the_override(
    pretend: Path,
) -> None:
    program = (
        "from wasmtime import _ffi\ndel _ffi.wasmtime_component_valmap_entry_t\n"
        "import wasmtime_bindgen"
    )
    done = python(pretend, "-c", program, WASMTIME_BINDGEN_ANY_WASMTIME="1")
    assert "wasmtime 99.1.0 is laid out in another way" in done.stderr.splitlines()[-1]
    assert "wasmtime_component_valmap_entry_t" in done.stderr.splitlines()[-1]
