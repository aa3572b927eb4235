"""Runs the generator, which is itself a component, called through bindings of its own making."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from . import generator
from .binary import MAGIC
from .engine import Component
from .errors import (
    InvalidComponent,
    InvalidWit,
    LinkError,
    Trap,
    UnsupportedFeature,
    WasmtimeBindgenError,
)
from .generator import Failure, FailureError, Generator, Input, Options, Problem, Unsupported
from .inputs import Inputs
from .settings import Limits, Wasi
from .wasmtime_version import WASMTIME

MANIFEST = "wasmtime_bindgen.json"
"""The file in a generated package that says what made it."""

COMPONENT = "component.wasm"
"""The file in a generated package that is the component."""

LIMITS = Limits(deadline=120.0, memory=2 << 30)
"""What the generator may use: an input can be hostile."""


class NotSupplied(LinkError):
    """What is to be replaced is no import that the runtime supplies.

    Attributes:
        supplied: The interfaces that can be replaced, with packages and versions.
    """

    def __init__(self, message: str, supplied: Sequence[str]) -> None:
        self.supplied = tuple(supplied)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package.

    Attributes:
        files: The content of each file by its name, component and manifest included.
        world: The world's full name.
        class_: The Python class of the world.
        skipped: The functions that were left out, and why, one line each.
    """

    files: dict[str, bytes]
    world: str
    class_: str
    skipped: tuple[str, ...]


def generate(
    inputs: Inputs,
    *,
    world: str | None = None,
    skip_unsupported: bool = False,
    replace: Sequence[str] = (),
    cache: bool = True,
) -> Package:
    """Generate the package for a world.

    Args:
        inputs: What to generate from.
        world: The world, where the WIT has several.
        skip_unsupported: Leave out the functions that can't be called.
        replace: The interfaces of WASI that the imports are to have.
        cache: Whether a component that is compiled to see that it can run is kept.

    Raises:
        InvalidComponent: If the component is none, or damaged.
        InvalidWit: If the WIT can't be used, or has no such world.
        LinkError: If the component is not what the WIT says, or what is to be
            replaced is not there.
        UnsupportedFeature: If there are functions that can't be called.
    """
    _refuse_text(inputs)
    options = Options(world, skip_unsupported, replace)
    try:
        wasi = Wasi(stdin=inputs.component or b"")
        with Generator.load(_generator(), wasi=wasi, limits=LIMITS) as instance:
            made = instance.generate(Input(inputs.component is not None, inputs.wit), options)
    except FailureError as failure:
        raise _error(inputs.name, failure.value) from None
    except Trap as trap:
        raise InvalidComponent(
            f"{inputs.name}: the generator gave up on this input: {_reason(trap)}"
        ) from trap
    files = {file.path: file.text.encode() for file in made.files}
    # A WIT package in its binary form has a world with a full name and nothing to run.
    if inputs.component is not None and (inputs.wit or made.manifest.world == "root"):
        files[COMPONENT] = inputs.component
        if made.skipped:
            _refuse_what_never_runs(inputs.name, inputs.component, cache)
    manifest = {
        "generator": f"wasmtime_bindgen {made.manifest.generator}",
        "interface": made.manifest.interface,
        "digest": made.manifest.digest,
        "world": made.manifest.world,
        "class": made.manifest.class_,
        "files": sorted(files),
    }
    files[MANIFEST] = json.dumps(manifest, indent=2).encode() + b"\n"
    return Package(files, made.manifest.world, made.manifest.class_, _lines(made.skipped))


@lru_cache(maxsize=1)
def _generator() -> Component:
    """Return the generator, compiled once for this process."""
    return Component(Path(generator.__file__).with_name(COMPONENT))


def _refuse_text(inputs: Inputs) -> None:
    """Raise for what is plainly neither a component nor WIT, naming what it may be."""
    data = inputs.component
    if data is None or data.startswith(MAGIC):
        return
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:10]
    if not data:
        reason = "is empty"
    elif start.startswith((b"(", b";;")):
        reason = "is WebAssembly text: `wasmtime.wat2wasm` makes a binary of it"
    elif start.startswith((b"package ", b"world ", b"interface ")):
        reason = "looks like WIT, whose files are called `.wit`"
    else:
        reason = r"is neither a component, which begins with `\0asm`, nor WIT"
    raise InvalidComponent(f"{inputs.name} {reason}")


def _refuse_what_never_runs(name: str, binary: bytes, cache: bool) -> None:
    """Raise if wasmtime has no setting with which a component runs, whatever is left out of it."""
    try:
        Component(binary, name=name, cache=cache).compiled(fuel=False)
    except InvalidComponent as error:
        reason = str(error).partition(" is not a valid component: ")[2]
        raise UnsupportedFeature(
            f"{name}: wasmtime {WASMTIME} can't run this component, whatever is left out: {reason}"
        ) from None


def _error(name: str, failure: Failure) -> WasmtimeBindgenError:
    message = f"{name}: {failure.message}"
    match failure.problem:
        case Problem.INVALID_COMPONENT:
            return InvalidComponent(message)
        case Problem.UNSUPPORTED:
            return UnsupportedFeature(message)
        case Problem.NOT_SUPPLIED:
            return NotSupplied(message, failure.supplied)
        case Problem.MISMATCH | Problem.REPLACEMENT:
            return LinkError(message)
        case Problem.NO_INPUT | Problem.INVALID_WIT | Problem.NO_WORLD:
            return InvalidWit(message)


def _reason(trap: Trap) -> str:
    """Return why the generator stopped: what it said when it panicked, if it did."""
    said = [line for line in trap.stderr.splitlines() if line.strip()]
    said = [line for line in said if not line.startswith(("thread ", "note: "))]
    return said[0] if said else trap.message


def _lines(skipped: Sequence[Unsupported]) -> tuple[str, ...]:
    def line(function: Unsupported) -> str:
        side = "import" if function.imported else "export"
        where = f" `{function.interface}`:" if function.interface else ""
        return f"{side}{where} `{function.function}`: {function.reason}"

    return tuple(line(function) for function in skipped)
