"""Measures what a call costs in this host: every guest in one run, so that their ratios hold.

Prints JSON on stdout: for each row the median of each guest, in nanoseconds.
The guests take turns, round by round, so that a busy moment of the machine
meets all of them. `--short` only shows that everything runs.
"""

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median

from host_py.greeter import Greeter
from host_py.guest import BUILT, GuestsFolder, component_file, load_guest
from host_py.legacy import load
from host_py.sandbox import Live, Sandbox

GUESTS = Path(__file__).parents[2] / "target" / "guests"

Measured = Callable[[], object]


def interleaved(bodies: dict[str, Measured], rounds: int, sample: float) -> dict[str, float]:
    """Return the median time of one call of each body, in nanoseconds.

    Args:
        bodies: What is measured, by name.
        rounds: How many samples are taken of each; they take turns.
        sample: How long a sample lasts at least, in seconds, if a call is shorter.
    """
    calls = {name: _calls_in(body, sample) for name, body in bodies.items()}
    samples: dict[str, list[float]] = {name: [] for name in bodies}
    for _ in range(rounds):
        for name, body in bodies.items():
            samples[name].append(_time(body, calls[name]) / calls[name])
    return {name: median(times) for name, times in samples.items()}


def _time(body: Measured, calls: int) -> int:
    start = time.perf_counter_ns()
    for _ in range(calls):
        body()
    return time.perf_counter_ns() - start


def _calls_in(body: Measured, seconds: float) -> int:
    calls = 1
    while _time(body, calls) < seconds * 1e9:
        calls *= 2
    return calls


def measure(sandbox: Sandbox, folder: GuestsFolder, *, short: bool) -> dict[str, dict[str, float]]:
    """Return all rows."""
    rounds, sample = (3, 0.002) if short else (31, 0.02)
    guests = {name: load_guest(sandbox, folder, name, quiet=True) for name in BUILT}
    rows: dict[str, dict[str, float]] = {}
    for length in (5, 1024, 1 << 20):
        name = "a" * length

        def greets(guest: str, name: str = name) -> Measured:
            return lambda: guests[guest].greet(name)

        rows[f"greet_{length}"] = interleaved({g: greets(g) for g in BUILT}, rounds, sample)

    def adds(guest: str) -> Measured:
        return lambda: guests[guest].add(5, 3)

    rows["add"] = interleaved({guest: adds(guest) for guest in BUILT}, rounds, sample)
    rows["start"] = interleaved({guest: _starts(guest) for guest in BUILT}, 3 if short else 15, 0)
    restarts = {"legacy": _restarts_legacy(sandbox, folder)} | {
        guest: _restarts_component(sandbox, folder, guest) for guest in ("rust", "python")
    }
    rows["instantiate"] = interleaved(restarts, rounds, sample)
    return {
        name: {guest: row[guest] for guest in ("legacy", "rust", "python")}
        for name, row in rows.items()
    }


def _starts(guest: str) -> Measured:
    """Return a fresh process from its start to its first greeting, with a warm cache."""
    command = [sys.executable, "-m", "host_py", "greet", "World", "--guest", guest]

    def start() -> None:
        subprocess.run([*command, "--guests", GUESTS], check=True, stdout=subprocess.DEVNULL)

    start()
    return start


def _restarts_legacy(sandbox: Sandbox, folder: GuestsFolder) -> Measured:
    return load(sandbox, folder.file("legacy-quiet.wasm")).restart


def _restarts_component(sandbox: Sandbox, folder: GuestsFolder, guest: str) -> Measured:
    component = sandbox.component(component_file(folder, guest))
    return Live(
        sandbox,
        component,
        lambda wasi, limits: Greeter.load(component, wasi=wasi, limits=limits),
    ).restart


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="only show that everything runs")
    short = parser.parse_args().short
    rows = measure(Sandbox(), GuestsFolder(GUESTS), short=short)
    versions = {"python": platform.python_version(), "wasmtime": version("wasmtime")}
    print(json.dumps({"schema": 1, "versions": versions, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
