"""Packages that the command generates for the worlds of `bindgen/cases`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from wasmtime_bindgen.command import main

PYTHON = Path(__file__).parent.parent
CASES = PYTHON.parent / "cases"
GUESTS = PYTHON.parent.parent / "target" / "wasm32-wasip2" / "debug" / "examples"
EXAMPLES = PYTHON / "examples"


def cases() -> list[Path]:
    """Return the folder of each case."""
    return sorted(path.parent for path in CASES.glob("*/*.wit"))


def generate(case: str, parent: Path, *, guest: bool = True) -> Path:
    """Generate the package of a case, with its guest or from the WIT alone."""
    name = case.replace("-", "_")
    inputs = [str(CASES / case)]
    if guest:
        binary = GUESTS / f"{name}.wasm"
        if not binary.is_file():
            pytest.fail(f"{binary} is not built: CONTRIBUTING.md says how")
        inputs = [str(binary), "--wit", *inputs]
    package = parent / name
    assert main([*inputs, "--out-dir", str(package), "--skip-unsupported"]) == 0
    return package


@cache
def add() -> bytes:
    """Return the component of the tutorial."""
    return bytes(wat2wasm((Path(__file__).with_name("add.wat")).read_text()))
