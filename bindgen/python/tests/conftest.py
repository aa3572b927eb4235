"""Packages that the command generates from the guests of `bindgen/cases`."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from .generated import generate


def pytest_configure() -> None:
    """Take Ctrl-C as in a terminal, where a shell's background job would ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ModuleType]:
    """Return a function from a case's name to the package generated for it, as a subpackage."""
    parent = tmp_path_factory.mktemp("generated") / "generated_cases"
    parent.mkdir()
    (parent / "__init__.py").touch()
    sys.path.insert(0, str(parent.parent))

    def load(case: str) -> ModuleType:
        name = case.replace("-", "_")
        if not (parent / name).exists():
            generate(case, parent)
            importlib.invalidate_caches()
        return importlib.import_module(f"{parent.name}.{name}")

    return load
