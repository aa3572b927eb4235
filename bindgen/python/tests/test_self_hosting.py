"""The generator that is in the package, and the bindings through which it is called."""

from __future__ import annotations

import json

import pytest

import wasmtime_bindgen
from wasmtime_bindgen import abi
from wasmtime_bindgen.command import main

from .generated import PYTHON

GENERATOR = PYTHON / "wasmtime_bindgen" / "generator"
WIT = PYTHON.parent / "generator" / "wit"


def test_the_generator_makes_the_bindings_that_call_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    component = GENERATOR / "component.wasm"
    arguments = [str(component), "--wit", str(WIT), "--out-dir", str(GENERATOR), "--check"]
    assert (main(arguments), capsys.readouterr().err) == (0, "")


def test_generator_runtime_and_distribution_are_of_one_version() -> None:
    manifest = json.loads((GENERATOR / "wasmtime_bindgen.json").read_text())
    assert manifest["generator"] == f"wasmtime_bindgen {wasmtime_bindgen.__version__}"
    assert manifest["interface"] == abi.INTERFACE
    project = (PYTHON / "pyproject.toml").read_text()
    assert f'version = "{wasmtime_bindgen.__version__}"' in project


def test_the_generator_names_no_folder_of_the_machine_that_built_it() -> None:
    binary = (GENERATOR / "component.wasm").read_bytes()
    for folder in (b"/root/", b"/home/", b"/Users/", b"\\Users\\", b".cargo"):
        assert folder not in binary


def test_the_license_is_the_repositorys() -> None:
    root = PYTHON.parent.parent
    assert (PYTHON / "LICENSE").read_bytes() == (root / "LICENSE").read_bytes()
