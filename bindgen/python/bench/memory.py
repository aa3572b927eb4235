"""Whether memory grows over many calls: it fails if it does.

    python bindgen/python/bench/memory.py [--calls COUNT]

makes so many calls of each kind, a million unless told otherwise, and fewer of
those that take a fresh instance. It prints as JSON how many bytes more are in use
after each kind, and by how many the process is larger. It ends with 1 if that is
more than a fifth of a byte a call, and some room for noise.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import subprocess
import sys
import warnings
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

from guests import WAT, WORLD, Access, Calls, Circle, Color, Imports, Large, Small
from wasmtime import wat2wasm

from tests import resources
from wasmtime_bindgen import Component, WasmtimeBindgenError, WitError

MILLION = 1_000_000
A_CALL = 0.2
"""How many bytes may be left of a call."""
NOISE = 16 << 10
"""How many bytes more may be in use, however few calls there were."""
PAGES = 4 << 20
"""How many bytes larger the process may be: the system gives and takes whole pages."""
ATTEMPTS = 3
"""How often memory has to grow: a table takes more once, a leak does each time."""
INSTANCES = 200
"""How many calls take as long as one with a fresh instance: so many fewer are made."""
FEWEST = 300
"""How many turns are enough for what a fresh instance leaves to stand out of the noise."""

Turn = Callable[[], object]


def turns() -> dict[str, tuple[Turn, int]]:
    """Return, by kind, what makes calls, and how many it stands for, or takes as long as."""
    component = Component(bytes(wat2wasm(WAT)), cache=False)
    calls = Calls._load_(WORLD, component, Imports(lambda n: n), None, None, False)
    record = Large(
        1, -2, 0.5, True, "Ada", Circle("round"), "perhaps", Access.READ, Color.RED, [1, 2, 3]
    )
    records = [Small("Ada", i, 0.5) for i in range(3)]
    data, floats = bytes(100), array("d", range(10))
    world = resources.load(lambda text: None)
    counters = world.counters

    def resource() -> None:
        with calls.counters.Counter(5) as counter:
            counter.add(3)

    def lost() -> None:
        counters.Counter(5)

    def handed_over() -> None:
        a, b = counters.pair(1)
        with counters.merge(a, b), b:
            counters.sum([b])

    def raised() -> None:
        _expect(WitError, world._use_file, 1, 3)
        _expect(WitError, counters.Counter.try_make, 0)

    def refused() -> None:
        _expect(OverflowError, calls.add, 5, 1 << 40)
        _expect(TypeError, calls.small, [*records, None])
        _expect(TypeError, calls.greet, 5)

    def trapped() -> None:
        fresh = resources.load()
        fresh.counters.Counter(1)
        _expect(WasmtimeBindgenError, fresh._boom)
        _expect(WasmtimeBindgenError, fresh._grow, 0)

    def interrupted() -> None:
        with resources.load(_interrupts) as fresh:
            _expect(KeyboardInterrupt, fresh._log_text, "x")

    def closed() -> None:
        with resources.load() as fresh:
            fresh._grow(0)

    return {
        "numbers": (lambda: calls.add(5, 3), 1),
        "text": (lambda: calls.greet("Grace Höpper"), 1),
        "a record": (lambda: calls.large(record), 1),
        "records in a list": (lambda: calls.small(records), 1),
        "bytes in": (lambda: calls.bytes_in(data), 1),
        "bytes out": (lambda: calls.make_bytes(100), 1),
        "numbers from a buffer": (lambda: calls.floats_in(floats), 1),
        "resources of the guest": (resource, 3),
        "resources handed over": (handed_over, 5),
        "resources that are lost": (lost, 2),
        "resources of the host": (lambda: world._use_file(10, 3), 4),
        "functions of the host": (lambda: calls.ticks(10), 11),
        "errors of a result": (raised, 4),
        "values refused": (refused, 3),
        "traps, each with a fresh instance": (trapped, INSTANCES),
        "interrupts, each with a fresh instance": (interrupted, INSTANCES),
        "instances closed": (closed, INSTANCES),
    }


def _interrupts(_text: str) -> None:
    raise KeyboardInterrupt


def _expect(error: type[BaseException], call: Callable[..., Any], *arguments: Any) -> None:
    try:
        call(*arguments)
    except error:
        return
    raise SystemExit(f"{call} raised no {error.__name__}")


class _Allocated(ctypes.Structure):
    """What glibc says of memory, `struct mallinfo2`."""

    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]


def in_use() -> int:
    """Return how many bytes the process has allocated; its size where that can't be asked."""
    gc.collect()
    try:
        mallinfo2 = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):
        return size()
    mallinfo2.restype = _Allocated
    allocated = mallinfo2()
    return int(allocated.uordblks + allocated.hblkhd)


def size() -> int:
    """Return how much memory the process occupies, in bytes."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


def grown(turn: Turn, count: int) -> tuple[int, int]:
    """Return by how many bytes so many turns increased what is in use, and the process."""
    for _ in range(max(count // 4, 20)):
        turn()
    before, small = in_use(), size()
    for _ in range(count):
        turn()
    return in_use() - before, size() - small


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=MILLION, help="how many of each kind")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ResourceWarning)
    rows, leaks = {}, []
    for name, (turn, weight) in turns().items():
        count = max(arguments.calls // weight, FEWEST)
        allowed = A_CALL * arguments.calls + NOISE
        for _ in range(ATTEMPTS):
            used, larger = grown(turn, count)
            if used <= allowed and larger <= allowed + PAGES:
                break
        else:
            leaks.append(name)
        calls = count if weight == INSTANCES else count * weight
        rows[name] = {"calls": calls, "in_use": used, "process": larger}
    print(json.dumps({"schema": 1, "rows": rows}, indent=2))
    if leaks:
        sys.exit(f"error: memory grows: {', '.join(leaks)}")


if __name__ == "__main__":
    # Objects of Python's own are to be counted, too.
    if os.environ.get("PYTHONMALLOC") != "malloc":
        again = [sys.executable, *sys.argv]
        sys.exit(subprocess.run(again, env={**os.environ, "PYTHONMALLOC": "malloc"}).returncode)
    main()
