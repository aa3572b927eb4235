"""Programs that have a process of their own, because of signals, or because it could die."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(code: str, *, interrupt_after: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program that may use `load`; interrupt it so long after it printed a line."""
    program = "from tests.resources import *\nimport sys, time\n" + textwrap.dedent(code)
    with subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = ""
        if interrupt_after is not None:
            first = process.stdout.readline()
            time.sleep(interrupt_after)
            process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
    return subprocess.CompletedProcess([], process.returncode, first + out, err)
