"""The command `python -m wasmtime_bindgen`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from . import __version__
from .errors import WasmtimeBindgenError
from .generate import generate
from .inputs import read
from .package_directory import PackageDirectory
from .package_name import check_name
from .wasmtime_version import WASMTIME

DONE, STALE, UNUSABLE, INTERRUPTED = 0, 1, 2, 130

_EXAMPLES = """\
examples:
  python -m wasmtime_bindgen app.wasm --out-dir app
  python -m wasmtime_bindgen greeter.wasm --wit wit --world greeter --out-dir greeter
  python -m wasmtime_bindgen wit --world greeter --out-dir greeter

A component in INPUT becomes a part of the package: `from app import Root`, then
`Root.load()`. A component carries neither docs nor the name of its world; --wit gives both.
Exit codes: 0 done, 1 --check found something stale, 2 arguments or input can't be used,
130 interrupted."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: What was given on the command line; that of this process by default.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return _run(_parser().parse_args(given), given)
    except WasmtimeBindgenError as error:
        return _fail(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        return _fail(f"{where}{error.strerror or error}")
    except MemoryError:
        return _fail("the input is too large for the memory of this machine")
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _run(options: argparse.Namespace, given: list[str]) -> int:
    out_dir = Path(options.out_dir)
    for line in check_name(out_dir, options.out_dir):
        print(f"note: {line}", file=sys.stderr)
    directory = PackageDirectory(out_dir, options.out_dir)
    package = generate(
        read(options.input, options.wit),
        world=options.world,
        skip_unsupported=options.skip_unsupported,
        replace=options.replace,
    )
    for line in package.skipped:
        print(f"left out: {line}", file=sys.stderr)
    if options.check:
        if stale := directory.stale(package.files):
            again = shlex.join(argument for argument in given if argument != "--check")
            _fail(f"{options.out_dir} {stale}: run `python -m wasmtime_bindgen {again}`")
            return STALE
        print(f"{options.out_dir} is up to date")
        return DONE
    changes = directory.write(package.files)
    how = "up to date" if not changes else f"{len(package.files)} files"
    print(f"{options.out_dir}: {how}: the world `{package.world}`, class {package.class_}")
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m wasmtime_bindgen",
        usage="%(prog)s INPUT --out-dir DIR [--wit PATH] [--world NAME] [options]",
        description="Generates a typed Python package that calls a WebAssembly component.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    parser.add_argument("input", metavar="INPUT", help="a component, or WIT: a file or a folder")
    # The three that matter.
    parser.add_argument(
        "--out-dir", metavar="DIR", required=True, help="the directory of the package, made new"
    )
    parser.add_argument(
        "--wit", metavar="PATH", help="the WIT of the component in INPUT: a file or a folder"
    )
    parser.add_argument("--world", metavar="NAME", help="the world, where the WIT has several")
    # And the others.
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and exit 1 if the package is stale"
    )
    parser.add_argument(
        "--skip-unsupported",
        action="store_true",
        help="leave out the functions that Python can't call, such as async ones",
    )
    parser.add_argument(
        "--replace",
        metavar="INTERFACE",
        action="append",
        default=[],
        help="make an interface of WASI, such as wasi:random/random, part of the imports: your"
        " Python supplies it, and not the runtime; may be repeated",
    )
    version = f"wasmtime_bindgen {__version__} (wasmtime {WASMTIME})"
    parser.add_argument("--version", action="version", version=version, help="show the versions")
    parser.add_argument("--help", "-h", action="help", help="show this text")
    return parser


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return UNUSABLE
