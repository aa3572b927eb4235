"""Finds a guest by name or path, and calls it whichever way it needs."""

import os
from pathlib import Path
from typing import Protocol

from .component import ComponentGreeter
from .errors import FilePath, MissingGuest, NoGuestsFolder, NoSuchGuest
from .files import nearest
from .legacy import LegacyGreeter
from .sandbox import Sandbox

BUILT = ("rust", "python", "legacy")
"""The guests that `cargo xtask build` makes."""


class Guest(Protocol):
    """What every guest can do, however it is called."""

    def greet(self, name: str) -> str:
        """Return the guest's greeting for `name`."""

    def add(self, a: int, b: int) -> int:
        """Return the sum of `a` and `b`, which wraps on overflow."""


class GuestsFolder:
    """Where the guests are that `cargo xtask build` made.

    Args:
        named: The folder that the user named, or None for the nearest
            `target/guests` in the current directory or above. It is looked for
            only when a guest from it is asked for.
    """

    def __init__(self, named: FilePath | None) -> None:
        self._named = named

    def file(self, name: str) -> str:
        """Return the path of the file `name` in the folder.

        Raises:
            NoGuestsFolder: If there is no such folder.
            MissingGuest: If the file is not in it.
        """
        folder = self._named if self._named is not None else nearest(Path("target/guests"))
        if folder is None:
            raise NoGuestsFolder
        # A Path would drop a leading `./`, and raise where it may not look.
        path = os.path.join(folder, name)  # noqa: PTH118
        if not os.path.isfile(path):  # noqa: PTH113
            raise MissingGuest(name, folder)
        return path


def load_guest(sandbox: Sandbox, folder: GuestsFolder, name: str, *, quiet: bool = False) -> Guest:
    """Load the guest that `name` means.

    Args:
        sandbox: Where it runs.
        folder: Where the built guests are.
        name: `rust`, `python`, `legacy` or the path of a component.
        quiet: Whether to take the build of the legacy guest that does not print.

    Raises:
        InputError: If there is no such guest, or it can't be used.
        GuestError: If it traps when it starts.
    """
    if name == "legacy":
        return LegacyGreeter(sandbox, folder.file("legacy-quiet.wasm" if quiet else "legacy.wasm"))
    return ComponentGreeter(sandbox, component_file(folder, name))


def component_file(folder: GuestsFolder, name: str) -> FilePath:
    """Return the file of the component that `name` means: `rust`, `python` or a path."""
    if name in BUILT:
        return folder.file(f"{name}.wasm")
    # The empty path would be the current directory.
    if not name or not os.path.exists(name):  # noqa: PTH110
        raise NoSuchGuest(name)
    return name
