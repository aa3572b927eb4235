"""Compiled components."""

from __future__ import annotations

import os
from typing import TypeAlias


class Component:
    """A compiled component, to be loaded as often as one likes."""


Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | Component
"""Where a component comes from: a path, the binary itself, or a compiled one."""
