"""Whose line a warning is about: not this package's, nor that of a package it generated."""

from __future__ import annotations

import sys
from types import FrameType


def stacklevel() -> int:
    """Return the `stacklevel` with which the caller warns of the user's line."""
    level = 1
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_ours(frame) and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    return level


def _is_ours(frame: FrameType) -> bool:
    package = frame.f_globals.get("__package__")
    if package is None:
        return frame.f_code.co_filename.startswith("<plan of ")
    return package.partition(".")[0] == __package__ or f"{package}._wit" in sys.modules
