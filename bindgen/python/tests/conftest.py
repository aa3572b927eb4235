"""Packages that the command generates from the guests of `bindgen/cases`."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

BINDGEN = Path(__file__).parent.parent.parent
GUESTS = BINDGEN.parent / "target" / "wasm32-wasip2" / "debug" / "examples"


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ModuleType]:
    """Return a function from a case's name to the package generated for it, as a subpackage."""
    parent = tmp_path_factory.mktemp("generated") / "generated_cases"
    parent.mkdir()
    (parent / "__init__.py").touch()
    sys.path.insert(0, str(parent.parent))

    def generate(case: str) -> ModuleType:
        name = case.replace("-", "_")
        guest = GUESTS / f"{name}.wasm"
        if not guest.is_file():
            pytest.fail(f"{guest} is not built: CONTRIBUTING.md says how")
        if not (parent / name).exists():
            command = [sys.executable, "-m", "wasmtime_bindgen", str(guest)]
            command += ["--wit", str(BINDGEN / "cases" / case), "--out-dir", str(parent / name)]
            subprocess.run(command, check=True, capture_output=True, cwd=BINDGEN / "python")
            importlib.invalidate_caches()
        return importlib.import_module(f"{parent.name}.{name}")

    return generate
