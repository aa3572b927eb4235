"""The wheel and the sdist: what is in them, and that they work where nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import wasmtime_bindgen

from .generated import PYTHON, add

VERSION = wasmtime_bindgen.__version__


def run(*command: object, cwd: Path) -> str:
    """Run a program that sees nothing of this environment's packages, and return its stdout."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name not in hidden},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist, and the wheel that is built from the sdist's content."""
    folder = tmp_path_factory.mktemp("built")
    hatchling = (sys.executable, "-m", "hatchling", "build", "-d", folder)
    run(*hatchling, "-t", "sdist", cwd=PYTHON)
    with tarfile.open(folder / f"wasmtime_bindgen-{VERSION}.tar.gz") as sdist:
        if sys.version_info >= (3, 12):
            sdist.extractall(folder, filter="data")
        else:
            sdist.extractall(folder)
    run(*hatchling, "-t", "wheel", cwd=folder / f"wasmtime_bindgen-{VERSION}")
    return folder


@pytest.fixture
def wheel(built: Path) -> Path:
    return built / f"wasmtime_bindgen-{VERSION}-py3-none-any.whl"


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(f"wasmtime_bindgen-{VERSION}.dist-info/METADATA").decode()
    for name in ("py.typed", "generator/component.wasm", "generator/_wit.py", "__main__.py"):
        assert f"wasmtime_bindgen/{name}" in names
    assert {name.split("/")[0] for name in names} == {
        "wasmtime_bindgen",
        f"wasmtime_bindgen-{VERSION}.dist-info",
    }
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert required == ["Requires-Dist: wasmtime<51,>=48"]
    assert "License-File: LICENSE" in metadata
    assert not [name for name in names if name.endswith((".so", ".pyd", ".dll", ".dylib"))]


def test_it_installs_into_an_empty_environment_and_works_there(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = (sys.executable, "-m", "pip", "--python", python, "install")
    run(*install, "--disable-pip-version-check", "--quiet", wheel, cwd=tmp_path)

    (tmp_path / "add.wasm").write_bytes(add())
    run(python, "-m", "wasmtime_bindgen", "add.wasm", "--out-dir", "add", cwd=tmp_path)
    program = "from add import Root\nwith Root.load() as root: print(root.add.add(1, 2))"
    assert run(python, "-c", program, cwd=tmp_path) == "3\n"
    program = "import wasmtime_bindgen; print(wasmtime_bindgen.__file__)"
    assert run(python, "-c", program, cwd=tmp_path).startswith(str(environment))
