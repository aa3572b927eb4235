"""What the runtime reads of the world `uplift:bindgen/generator@0.1.0`."""

from __future__ import annotations

from wasmtime_bindgen import abi

from . import types

FILE = abi.Record(
    "file",
    types.File,
    (("path", abi.STRING), ("data", abi.List(abi.U8))),
)

INPUT = abi.Record(
    "input",
    types.Input,
    (("component", abi.BOOL), ("wit", abi.List(FILE))),
)

OPTIONS = abi.Record(
    "options",
    types.Options,
    (
        ("world", abi.Option(abi.STRING)),
        ("skip-unsupported", abi.BOOL),
        ("replace", abi.List(abi.STRING)),
    ),
)

SOURCE = abi.Record(
    "source",
    types.Source,
    (("path", abi.STRING), ("text", abi.STRING)),
)

MANIFEST = abi.Record(
    "manifest",
    types.Manifest,
    (
        ("generator", abi.STRING),
        ("interface", abi.U32),
        ("digest", abi.STRING),
        ("world", abi.STRING),
        ("class", abi.STRING),
    ),
)

UNSUPPORTED = abi.Record(
    "unsupported",
    types.Unsupported,
    (
        ("imported", abi.BOOL),
        ("interface", abi.Option(abi.STRING)),
        ("function", abi.STRING),
        ("reason", abi.STRING),
    ),
)

PACKAGE = abi.Record(
    "package",
    types.Package,
    (
        ("files", abi.List(SOURCE)),
        ("manifest", MANIFEST),
        ("skipped", abi.List(UNSUPPORTED)),
    ),
)

PROBLEM = abi.Enum("problem", types.Problem)

FAILURE = abi.Record(
    "failure",
    types.Failure,
    (("problem", PROBLEM), ("message", abi.STRING), ("supplied", abi.List(abi.STRING))),
)

WORLD = abi.WorldType(
    name="uplift:bindgen/generator@0.1.0",
    python="generator",
    exports=(
        abi.Func(
            "generate",
            "generate",
            (("input", INPUT), ("options", OPTIONS)),
            abi.Result(PACKAGE, FAILURE),
            raises=types.FailureError,
        ),
    ),
    imports=(),
    generator="0.1.0",
    interface=1,
    digest="sha256:0b7fb3f3b7599d3d5cf9c33bae0bea903d78e83291e55e705612ff9c167e8496",
)
