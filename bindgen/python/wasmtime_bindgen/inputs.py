"""What there is to generate from, as it is found on disk: a component, WIT, or both."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .binary import MAGIC
from .errors import InvalidWit
from .generator import File


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to generate from, read.

    Attributes:
        name: What messages call it: the path that the user gave.
        component: A component, or a WIT package in its binary form.
        wit: The files of a folder of WIT, or one file.
    """

    name: str
    component: bytes | None
    wit: tuple[File, ...] = ()


def read(given: str | os.PathLike[str], wit: str | os.PathLike[str] | None = None) -> Inputs:
    """Read a component or WIT.

    Args:
        given: The path of a component, or of WIT: a file, or a folder with `deps`.
        wit: The path of the WIT that belongs to the component.

    Raises:
        InvalidWit: If there is no WIT where it was said to be.
        OSError: If a file can't be read.
    """
    path = _path(given)
    if path.is_dir() or path.suffix == ".wit":
        if wit is not None:
            raise InvalidWit(f"{given} is WIT, and so is {wit}: give a component, or one of them")
        return Inputs(str(given), None, read_wit(path))
    return Inputs(str(given), path.read_bytes(), () if wit is None else read_wit(wit))


def read_wit(given: str | os.PathLike[str]) -> tuple[File, ...]:
    """Read a file of WIT, or a folder: its files, and those of the packages in `deps`.

    Raises:
        InvalidWit: If there is none.
        OSError: If a file can't be read.
    """
    path = _path(given)
    if not path.is_dir():
        data = path.read_bytes()
        if data.startswith(MAGIC):
            raise InvalidWit(f"{given} is a WebAssembly binary, and WIT is text")
        return (File(_name(path), data),)
    files = _files(path, "", {".wit"})
    if not files:
        inner = path / "wit"
        hint = f": give {inner}" if inner.is_dir() else ""
        raise InvalidWit(f"{given} holds no `.wit` file{hint}")
    dependencies = path / "deps"
    if dependencies.is_dir():
        files += _files(dependencies, "deps/", {".wit", ".wasm"})
        for entry in sorted(dependencies.iterdir()):
            if entry.is_dir():
                files += _files(entry, f"deps/{_name(entry)}/", {".wit"})
    return tuple(files)


def _path(given: str | os.PathLike[str]) -> Path:
    if not os.fspath(given):  # which would be the current folder
        raise InvalidWit("an empty path was given, and that of a component or of WIT is expected")
    return Path(given)


def _files(folder: Path, prefix: str, kinds: set[str]) -> list[File]:
    return [
        File(prefix + _name(path), path.read_bytes())
        for path in sorted(folder.iterdir())
        if path.suffix in kinds and path.is_file()
    ]


def _name(path: Path) -> str:
    """Return a file's name, with U+FFFD for what is no UTF-8: it is for messages."""
    return os.fsencode(path.name).decode(errors="replace")
