"""The greeter of the repository by `wasmtime_bindgen`, beside other ways to call a guest."""

from __future__ import annotations

import importlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import wasmtime
from legacy import LegacyGreeter
from sampling import interleaved
from wasmtime import component as wit

import wasmtime_bindgen

_NUMBERS = struct.Struct("<ii")
_SUM = struct.Struct("<i")

Greet = Callable[[str], str]
Add = Callable[[int, int], int]


def rows(guests: Path, extism: Path | None, *, short: bool) -> dict[str, dict[str, float]]:
    """Return the medians of `add` and `greet` by each peer, in nanoseconds.

    Args:
        guests: The folder of `rust.wasm` and `legacy-quiet.wasm`.
        extism: The greeter as an Extism plugin, if that is to be measured.
        short: Only see that it runs.
    """
    component = guests / "rust.wasm"
    legacy = LegacyGreeter(guests / "legacy-quiet.wasm")
    with wasmtime_bindgen.load(component) as greeter:
        peers: dict[str, tuple[Add, Greet]] = {
            "wasmtime_bindgen": (greeter.add, greeter.greet),
            "generic": _generic(component),
            "legacy": (legacy.add, legacy.greet),
        }
        if extism is not None:
            peers["extism"] = _extism(extism)
        for name, (add, greet) in peers.items():
            if (add(5, 3), greet("World")) != (8, "Hello, World"):
                raise ValueError(f"{name} does not greet or add as it should")
        adds = {name: _calls_add(add) for name, (add, _) in peers.items()}
        greets = {name: _calls_greet(greet) for name, (_, greet) in peers.items()}
        return {
            "add": interleaved(adds, short=short),
            "greet": interleaved(greets, short=short),
        }


def _calls_add(add: Add) -> Callable[[], object]:
    return lambda: add(5, 3)


def _calls_greet(greet: Greet) -> Callable[[], object]:
    return lambda: greet("World")


def _generic(path: Path) -> tuple[Add, Greet]:
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    store.set_wasi(wasmtime.WasiConfig())
    linker = wit.Linker(engine)
    linker.add_wasip2()
    instance = linker.instantiate(store, wit.Component.from_file(engine, str(path)))
    add, greet = (instance.get_func(store, name) for name in ("add", "greet"))
    assert add is not None
    assert greet is not None
    add_, greet_ = add, greet

    def call_add(a: int, b: int) -> Any:
        return add_(store, a, b)

    def call_greet(name: str) -> Any:
        return greet_(store, name)

    return call_add, call_greet


def _extism(path: Path) -> tuple[Add, Greet]:
    plugin = importlib.import_module("extism").Plugin(path.read_bytes(), wasi=True)

    def add(a: int, b: int) -> int:
        total: int = _SUM.unpack(plugin.call("add", _NUMBERS.pack(a, b)))[0]
        return total

    def greet(name: str) -> str:
        greeting: bytes = plugin.call("greet", name)
        return greeting.decode()

    return add, greet
