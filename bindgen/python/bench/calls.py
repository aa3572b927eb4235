"""How long a call takes, beside the same call by the generic `wasmtime.component`.

    python bindgen/python/bench/calls.py [--short] [--extism PLUGIN]

prints medians of interleaved samples as JSON, in nanoseconds a call: `rows`
are calls of one world of its own, `peers` those of the repository's greeter.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from array import array
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import wasmtime
from wasmtime import component as wit

sys.path.insert(0, str(Path(__file__).parent))

import peers
from guests import WAT, WORLD, Access, Calls, Circle, Color, Imports, Large, Small
from sampling import interleaved

import wasmtime_bindgen
from wasmtime_bindgen import Component
from wasmtime_bindgen.wasmtime_version import WASMTIME

GUESTS = Path(__file__).parents[3] / "target" / "guests"
TICKS = 10
MIB = 1 << 20
TARGETS = {
    "add": 8,
    "greet": 6,
    "record": 12,
    "records_100": 12,
    "resource_method": 8,
    "import": 6,
    "bytes_in_1024": 25,
    "bytes_in_1048576": 15,
    "bytes_out_1048576": 10,
    "floats_in_1048576": 30,
}


NAMES = ("add", "greet", "large", "small", "ticks", "make_bytes", "bytes_in", "floats_in")


class Generic:
    """The same component behind `wasmtime.component`, as its documentation shows it."""

    def __init__(self, binary: bytes) -> None:
        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        linker = wit.Linker(engine)
        with linker.root() as root:
            root.add_func("tick", lambda _store, n: n)
        self._instance = linker.instantiate(self._store, wit.Component(engine, binary))

    def counter(self, start: int) -> tuple[Any, Callable[..., Any]]:
        """Return a new counter, and its method."""
        get = self._instance.get_export_index
        interface = get(self._store, "bench:calls/counters")
        names = ("[constructor]counter", "[method]counter.add")
        make, add = (
            self._instance.get_func(self._store, index)
            for name in names
            if (index := get(self._store, name, interface)) is not None
        )
        assert make is not None
        assert add is not None
        return make(self._store, start), lambda *arguments: add(self._store, *arguments)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        func = self._instance.get_func(self._store, name.replace("_", "-"))
        assert func is not None
        return lambda *arguments: func(self._store, *arguments)


def _record(**fields: Any) -> wit.Record:
    record = wit.Record()
    record.__dict__.update(fields)
    return record


def cases() -> dict[str, tuple[Callable[[], object], Callable[[], object], int]]:
    """Return the two calls of each row, and how many calls into or from the guest each makes."""
    binary = bytes(wasmtime.wat2wasm(WAT))
    component, imports = Component(binary, cache=False), Imports(lambda n: n)
    calls = Calls._load_(WORLD, component, imports, None, None, False)
    generic = Generic(binary)
    kib, mib = bytes(range(256)) * 4, bytes(range(256)) * 4096
    large = Large(
        1, -2, 0.5, True, "Ada", Circle("round"), "perhaps", Access.READ, Color.RED, [1, 2, 3]
    )
    large_ = _record(
        a=1,
        b=-2,
        c=0.5,
        d=True,
        e="Ada",
        shape="round",
        maybe="perhaps",
        access={"read"},
        color="red",
        numbers=[1, 2, 3],
    )
    small = [Small("Ada", i, 0.5) for i in range(100)]
    small_ = [_record(name="Ada", x=i, y=0.5) for i in range(100)]
    floats = array("d", range(131072))
    floats_ = list(floats)
    g = {name: getattr(generic, name) for name in NAMES}
    counter = calls.counters.Counter(5)
    counter_, add_ = generic.counter(5)
    return {
        "add": (lambda: calls.add(5, 3), lambda: g["add"](5, 3), 1),
        "greet": (lambda: calls.greet("World"), lambda: g["greet"]("World"), 1),
        "record": (lambda: calls.large(large), lambda: g["large"](large_), 1),
        "records_100": (lambda: calls.small(small), lambda: g["small"](small_), 1),
        "resource_method": (lambda: counter.add(3), lambda: add_(counter_, 3), 1),
        "import": (lambda: calls.ticks(TICKS), lambda: g["ticks"](TICKS), TICKS),
        "bytes_in_1024": (lambda: calls.bytes_in(kib), lambda: g["bytes_in"](kib), 1),
        "bytes_in_1048576": (lambda: calls.bytes_in(mib), lambda: g["bytes_in"](mib), 1),
        "bytes_out_1048576": (lambda: calls.make_bytes(MIB), lambda: g["make_bytes"](MIB), 1),
        "floats_in_1048576": (lambda: calls.floats_in(floats), lambda: g["floats_in"](floats_), 1),
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="few samples, to see that it runs")
    parser.add_argument("--extism", metavar="PLUGIN", type=Path, help="an Extism plugin to compare")
    arguments = parser.parse_args()
    rows = {}
    for name, (ours, theirs, calls) in cases().items():
        pair = {"wasmtime_bindgen": ours, "generic": theirs}
        medians = interleaved(pair, short=arguments.short)
        rows[name] = {
            **{by: round(median / calls, 1) for by, median in medians.items()},
            "target": TARGETS[name],
        }
    greeter = peers.rows(GUESTS, arguments.extism, short=arguments.short)
    versions = {
        "python": platform.python_version(),
        "wasmtime": WASMTIME,
        "wasmtime_bindgen": wasmtime_bindgen.__version__,
    }
    if arguments.extism is not None:
        versions["extism"] = metadata.version("extism")
    results = {"schema": 1, "versions": versions, "rows": rows, "peers": greeter}
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
