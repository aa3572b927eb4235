"""What a generated package may be called: a name that Python can import, and that hides nothing."""

from __future__ import annotations

import keyword
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from .errors import WasmtimeBindgenError

_NEEDED = ("wasmtime", "wasmtime_bindgen")
"""The packages that a generated package imports."""


class RefusedName(WasmtimeBindgenError):
    """A name that no generated package may have in that place."""


def check_name(package: Path, shown: str) -> list[str]:
    """Return what the user should know of a package's name.

    Args:
        package: The directory that it is to be in.
        shown: What messages call it.

    Raises:
        RefusedName: If Python can't import it, or it would hide another module.
    """
    if not shown:
        raise RefusedName("--out-dir is empty: give the directory of the package")
    name = package.absolute().name or package.resolve().name
    if not name.isidentifier() or keyword.iskeyword(name):
        raise RefusedName(
            f"--out-dir {shown}: `{name}` is no name of a Python package: use letters,"
            " digits and underscores"
        )
    parent = package.absolute().parent
    if name not in _NEEDED and name not in sys.stdlib_module_names:
        return _hides_installed(name, parent)
    if where := _searched(parent):
        whose = "the package" if name in _NEEDED else "Python's own module"
        raise RefusedName(
            f"--out-dir {shown}: a package `{name}` would hide {whose} `{name}` from programs"
            f" that {where}: choose another name, or put it into a package of yours, as in"
            f" --out-dir app/{name}"
        )
    if (parent / "__init__.py").exists():
        return []
    return [
        f"a package `{name}` hides a module of that name wherever the folder {parent.name} itself"
        " is on Python's path"
    ]


def _hides_installed(name: str, parent: Path) -> list[str]:
    """Return a note if programs that would find the package have another of that name."""
    where = _searched(parent)
    others = [entry for entry in sys.path if not _same(parent, entry or ".")]
    found = PathFinder.find_spec(name, others) if where else None
    if found is None or found.origin is None:  # a folder without a module is hidden by anything
        return []
    return [f"a package `{name}` hides {found.origin} from programs that {where}"]


def _searched(folder: Path) -> str:
    """Return which programs look for modules in a folder; empty if none are known."""
    if _same(folder, "."):
        return "run in the current folder"  # by `python -m` or `-c`, or in the REPL
    if any(_same(folder, entry) for entry in sys.path):
        return f"find their modules in {folder}"
    return ""


def _same(folder: Path, other: str) -> bool:
    try:
        return folder.samefile(other)
    except OSError:  # one of them is not there
        return False
