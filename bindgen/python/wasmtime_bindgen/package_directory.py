"""The directory of a generated package: what may be written there, and what is stale."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import WasmtimeBindgenError
from .generate import MANIFEST


class RefusedDirectory(WasmtimeBindgenError):
    """A directory that holds what this tool did not make."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to happen for a directory to hold a package.

    Attributes:
        written: The names of files that are absent or differ.
        removed: The names of files of an earlier generation.
    """

    written: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.written or self.removed)

    def __str__(self) -> str:
        parts = [f"{name} differs or is missing" for name in self.written]
        parts += [f"{name} is no longer generated" for name in self.removed]
        return ", ".join(parts)


class PackageDirectory:
    """The directory of a generated package; it need not exist.

    Args:
        path: Where it is.
        shown: What messages call it.

    Raises:
        RefusedDirectory: If it exists, is not empty, and was not made by this tool.
        OSError: If it can't be read.
    """

    def __init__(self, path: Path, shown: str) -> None:
        self._path, self._shown = path, shown
        self._made = self._made_before()

    def stale(self, files: Mapping[str, bytes]) -> str:
        """Return in which way it does not hold `files`; empty if it does.

        Raises:
            RefusedDirectory: If a file that was not made by this tool is in the way.
        """
        changes = self.changes(files)
        if self._made or not changes:
            return f"is stale: {changes}" if changes else ""
        return "is empty" if self._path.exists() else "is not there"

    def changes(self, files: Mapping[str, bytes]) -> Changes:
        """Return what has to happen for it to hold `files`.

        Raises:
            RefusedDirectory: If a file that was not made by this tool is in the way.
        """
        written = tuple(name for name in sorted(files) if not self._holds(name, files[name]))
        for name in written:
            if name not in self._made and os.path.lexists(self._path / name):
                raise RefusedDirectory(
                    f"{self._shown}: {name} was not made by wasmtime_bindgen, and a file of that"
                    " name is to be generated: move it elsewhere"
                )
        gone = self._made - set(files)
        removed = tuple(name for name in sorted(gone) if os.path.lexists(self._path / name))
        return Changes(written, removed)

    def write(self, files: Mapping[str, bytes]) -> Changes:
        """Make it hold `files`, each written whole or not at all.

        The manifest lists a file before it is there and after it has gone, so
        that a run that is interrupted leaves a directory that the next accepts.

        Returns:
            What was changed.

        Raises:
            RefusedDirectory: If a file that was not made by this tool is in the way.
            OSError: If something can't be written.
        """
        changes = self.changes(files)
        if not changes:
            return changes
        self._path.mkdir(parents=True, exist_ok=True)
        manifest: dict[str, Any] = json.loads(files[MANIFEST])
        manifest["files"] = sorted({*manifest["files"], *self._made} - {MANIFEST})
        self._put(MANIFEST, json.dumps(manifest, indent=2).encode() + b"\n")
        for name in changes.written:
            if name != MANIFEST:
                self._put(name, files[name])
        for name in changes.removed:
            (self._path / name).unlink(missing_ok=True)
        self._put(MANIFEST, files[MANIFEST])
        return changes

    def _made_before(self) -> set[str]:
        """Return the names of the files that an earlier run made."""
        if not self._path.exists():
            return set()
        if not self._path.is_dir():
            raise RefusedDirectory(f"{self._shown} is a file, and a directory is expected")
        others = [entry.name for entry in self._path.iterdir() if entry.name != "__pycache__"]
        if not others:
            return set()
        if MANIFEST not in others:
            raise RefusedDirectory(
                f"{self._shown} holds files and was not made by wasmtime_bindgen, which leaves a"
                f" {MANIFEST} in a directory: choose an empty or a new one"
            )
        try:
            names = json.loads((self._path / MANIFEST).read_bytes())["files"]
            made = {name for name in names if _is_plain(name)}
        except (ValueError, TypeError, LookupError, RecursionError):
            raise RefusedDirectory(
                f"{self._shown}: {MANIFEST} is damaged, so nobody can tell what was generated:"
                " restore it, or move what is yours elsewhere, remove the directory, and run this"
                " again"
            ) from None
        return made | {MANIFEST}

    def _holds(self, name: str, content: bytes) -> bool:
        try:
            present = (self._path / name).read_bytes()
        except OSError:
            return False
        if not name.endswith(".wasm"):
            present = present.replace(b"\r\n", b"\n")  # a checkout on Windows may have those
        return present == content

    def _put(self, name: str, content: bytes) -> None:
        part = self._path / f".{name}.{os.getpid()}.part"
        try:
            part.write_bytes(content)
            part.replace(self._path / name)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _is_plain(name: object) -> bool:
    """Return whether a manifest's entry is the name of a file right in its directory."""
    return isinstance(name, str) and re.fullmatch(r"\w[\w.-]*", name, re.ASCII) is not None
