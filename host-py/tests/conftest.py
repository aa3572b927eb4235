"""What the tests share: the built guests, guests that misbehave, and the program itself."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import wasmtime

from host_py.guest import GuestsFolder
from host_py.sandbox import Sandbox

ROOT = Path(__file__).parents[2]

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def pytest_configure() -> None:
    """Take Ctrl-C as in a terminal, where a shell's background job would ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def folder() -> GuestsFolder:
    """The guests that `cargo xtask build` made."""
    guests = ROOT / "target" / "guests"
    if not guests.is_dir():
        pytest.exit("no target/guests: run cargo xtask build", returncode=1)
    return GuestsFolder(guests)


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """One sandbox with the default limits."""
    return Sandbox()


@pytest.fixture(scope="session")
def misfit(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes a binary of a text in `parity/misfits` or `tests/guests`, by its name."""
    made = tmp_path_factory.mktemp("misfits")

    def make(name: str) -> Path:
        folders = (ROOT / "parity" / "misfits", Path(__file__).parent / "guests")
        sources = [path for path in (folder / f"{name}.wat" for folder in folders) if path.exists()]
        binary = made / f"{name}.wasm"
        binary.write_bytes(wasmtime.wat2wasm(sources[0].read_text(encoding="utf-8")))
        return binary

    return make


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs the program at the root of the repository, with a few variables set or unset."""

    def run(
        *arguments: str | bytes | Path, **variables: str
    ) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [sys.executable, "-m", "host_py", *arguments],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )

    return run
