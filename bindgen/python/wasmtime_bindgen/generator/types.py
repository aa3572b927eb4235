"""The interface `uplift:bindgen/types@0.1.0`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from wasmtime_bindgen import abi

__all__ = [
    "Failure",
    "FailureError",
    "File",
    "Input",
    "Manifest",
    "Options",
    "Package",
    "Problem",
    "Source",
    "Unsupported",
]


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read."""

    path: str
    """Its path in the folder of WIT, with `/` between the parts."""
    data: abi.Buffer


@dataclass(frozen=True, slots=True)
class Input:
    """What to generate from: a component, WIT, or both."""

    component: bool
    """Whether a component, or a WIT package in its binary form, stands on
    standard input: a component can be large, and a stream costs its host
    less than a list of bytes.
    """
    wit: Sequence[File]
    """A folder of WIT. The files at its top are the main package; those in
    `deps` are what it uses: `deps/name.wit`, `deps/name/file.wit`, or
    `deps/name.wasm` with a package in its binary form.

    With a component it gives the names and docs that a component lacks.
    """


@dataclass(frozen=True, slots=True)
class Options:
    """The record `options`."""

    world: str | None
    """The world, by its name or with package and version. Needed where the
    WIT has several; a component has one.
    """
    skip_unsupported: bool
    """Leave out the functions that are not supported, instead of failing."""
    replace: Sequence[str]
    """The interfaces of WASI that the host's Python provides instead of the
    runtime: `wasi:random/random`, with or without version or package, or
    `wasi:random` for all of a package.
    """


@dataclass(frozen=True, slots=True)
class Source:
    """A file to write."""

    path: str
    """Its path in the package's directory."""
    text: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generated package says of itself."""

    generator: str
    """The version of the generator."""
    interface: int
    """The number of the runtime's interface that the package needs."""
    digest: str
    """`sha256:` and the digest in hexadecimal: of the component, or, without
    one, of the WIT.
    """
    world: str
    """The world, with its package and version; `root` for that of a component
    without WIT, which does not carry the name.
    """
    class_: str
    """The Python class of the world."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A function that is left out, and the reason."""

    imported: bool
    """Whether the world imports it; if not, the world exports it."""
    interface: str | None
    """The interface, with its package and version; none for a function of
    the world itself.
    """
    function: str
    """The function's WIT name, such as `[method]canvas.draw`."""
    reason: str


@dataclass(frozen=True, slots=True)
class Package:
    """A generated package."""

    files: Sequence[Source]
    """The files, sorted by their paths."""
    manifest: Manifest
    skipped: Sequence[Unsupported]
    """The functions that were left out."""


class Problem(Enum):
    """What is wrong."""

    NO_INPUT = "no-input"
    """There is neither a component nor WIT."""
    INVALID_COMPONENT = "invalid-component"
    """The component is no WebAssembly, or a core module, or damaged."""
    INVALID_WIT = "invalid-wit"
    """The WIT can't be read."""
    NO_WORLD = "no-world"
    """There is no such world, or several and none is named."""
    MISMATCH = "mismatch"
    """The component is not what the WIT says."""
    NOT_SUPPLIED = "not-supplied"
    """What is to be replaced is no import that the runtime supplies."""
    REPLACEMENT = "replacement"
    """What is to be replaced is one of several, or can't be replaced by itself."""
    UNSUPPORTED = "unsupported"
    """The world has functions that can't be called."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why no package was generated."""

    problem: Problem
    message: str
    """What is wrong, where, and how to mend it, for people."""
    supplied: Sequence[str]
    """What can be replaced, if what was to be is no import that the runtime
    supplies: the interfaces, with their packages and versions.
    """


class FailureError(abi.WitError[Failure]):
    """Raised for an error of the type `failure`."""
