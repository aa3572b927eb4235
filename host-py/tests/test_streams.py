"""The program where its surroundings are hostile: streams, folders and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import ROOT

HOST = [sys.executable, "-m", "host_py"]
UNKNOWN = [*HOST, "greet", "Ada", "--guest", "nobody"]

posix = pytest.mark.skipif(os.name != "posix", reason="file descriptors are inherited otherwise")


def run_without(
    command: list[str], *closed: int, stderr: int = subprocess.PIPE
) -> "subprocess.CompletedProcess[bytes]":
    """Run `command` with some of its standard streams closed."""
    # A program of its own closes them: what runs between fork and exec may not.
    closing = "import os, sys\nfor n in sys.argv[1].split(): os.close(int(n))\n"
    closing += "os.execv(sys.argv[2], sys.argv[2:])"
    return subprocess.run(
        [sys.executable, "-c", closing, " ".join(map(str, closed)), *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        check=False,
        timeout=60,
    )


@posix
@pytest.mark.parametrize("closed", [[1], [2], [1, 2], [0, 1, 2]])
def test_closed_streams_are_as_good_as_nowhere(closed: list[int]) -> None:
    for command, code in (([*HOST, "greet", "Ada"], 0), ([*HOST, "--version"], 0), (UNKNOWN, 2)):
        done = run_without(command, *closed)
        assert done.returncode == code, done
        assert b"Traceback" not in done.stderr
        assert done.stdout == b"" or 1 not in closed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_stderr_that_cannot_be_written_leaves_the_exit_code() -> None:
    with Path("/dev/full").open("wb") as full:
        assert run_without(UNKNOWN, stderr=full.fileno()).returncode == 2
        done = subprocess.run([*HOST, "--version"], stdout=full, stderr=full, check=False, cwd=ROOT)
        assert done.returncode == 2


@posix
def test_a_working_directory_that_is_gone_is_one_clear_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    leaving = (
        "import os, sys\nos.mkdir(sys.argv[1]); os.chdir(sys.argv[1]); os.rmdir(sys.argv[1])\n"
    )
    leaving += "os.execv(sys.argv[2], sys.argv[2:])"
    for command, said in (
        ("greet Ada", b"error: no target/guests here or above: "),
        ("parity", b"error: no parity/cases.json here or above: "),
        ("greet Ada --guest nobody", b"error: no file `nobody`: "),
    ):
        done = subprocess.run(
            [sys.executable, "-c", leaving, gone, *HOST, *command.split()],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 2
        assert done.stderr.startswith(said), done
        assert done.stderr.count(b"\n") == 1


@posix
@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_looked_into_is_one_clear_line(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    for option, said in (
        (["--guest", str(closed / "guest.wasm")], b"error: no file `"),
        (["--guests", str(closed / "guests")], b"error: no rust.wasm in "),
    ):
        done = subprocess.run([*HOST, "greet", "Ada", *option], capture_output=True, check=False)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done
        assert done.stderr.startswith(said)


# What an interrupted import leaves behind depends on where it was; an exception
# in a finalizer, for one, is swallowed.
INTERRUPTED = {
    "in the open": "os.kill(os.getpid(), signal.SIGINT)",
    "in a try": "try: os.kill(os.getpid(), signal.SIGINT)\nexcept BaseException: pass",
    "in a finalizer": """class Finalized:
    def __del__(self): os.kill(os.getpid(), signal.SIGINT)
Finalized()""",
}


@posix
@pytest.mark.parametrize("where", INTERRUPTED)
def test_ctrl_c_while_it_imports_is_a_quick_end(tmp_path: Path, where: str) -> None:
    shadow = tmp_path / "wasmtime.py"
    shadow.write_text(f"import os, signal, time\n{INTERRUPTED[where]}\ntime.sleep(60)\n")
    done = subprocess.run(
        [*HOST, "greet", "Ada"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"interrupted\n", 130)


FINALIZER = """import os, signal, sys, time
from host_py import command, program
class Finalized:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
def run(asked):
    Finalized()
    time.sleep(60)
command.run = run
sys.argv = ["host_py"]
sys.exit(program.main())"""


@posix
def test_ctrl_c_in_a_finalizer_is_heard() -> None:
    host = [sys.executable, "-c", FINALIZER]
    done = subprocess.run(host, capture_output=True, check=False, timeout=30)
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"interrupted\n", 130)


@posix
@pytest.mark.parametrize("module", ["typing", "signal"])
def test_ctrl_c_while_it_imports_the_standard_library_is_a_quick_end(
    tmp_path: Path, module: str
) -> None:
    if subprocess.run(
        [sys.executable, "-c", f"import sys; sys.exit({module!r} in sys.modules)"], check=False
    ).returncode:
        pytest.skip("this Python has it from its start")
    (tmp_path / f"{module}.py").write_text("raise KeyboardInterrupt\n")
    done = subprocess.run(
        [*HOST, "greet", "Ada"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"interrupted\n", 130)


@posix
def test_an_ignored_ctrl_c_stays_ignored() -> None:
    # A program inherits what is ignored.
    handled = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        host = subprocess.Popen(
            [*HOST, "greet", "Ada"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    finally:
        signal.signal(signal.SIGINT, handled)
    while host.poll() is None:
        time.sleep(0.02)
        host.send_signal(signal.SIGINT)
    stdout, stderr = host.communicate()
    assert (stdout, stderr, host.returncode) == (b"Hello, Ada\n", b"", 0)
