"""The world `uplift:bindgen/generator@0.1.0`."""

from __future__ import annotations

from collections.abc import Callable

from wasmtime_bindgen import abi

from . import _wit, types
from .types import (
    Failure,
    FailureError,
    File,
    Input,
    Manifest,
    Options,
    Package,
    Problem,
    Source,
    Unsupported,
)

__all__ = [
    "Failure",
    "FailureError",
    "File",
    "Generator",
    "Input",
    "Manifest",
    "Options",
    "Package",
    "Problem",
    "Source",
    "Unsupported",
    "types",
]


class Generator(abi.World):
    """An instance of the world `uplift:bindgen/generator@0.1.0`.

    Turns WIT into Python.
    """

    _generate: Callable[[Input, Options], Package]

    @classmethod
    def load(
        cls,
        component: abi.Source | None = None,
        *,
        imports: None = None,
        wasi: abi.Wasi | None = None,
        limits: abi.Limits | None = None,
        cache: bool = True,
    ) -> Generator:
        """Return an instance of `component`, or of the one in this package."""
        return cls._load_(_wit.WORLD, component, imports, wasi, limits, cache)

    def generate(self, input: Input, options: Options) -> Package:
        """Generates the package for a world. The same input gives the same text,
        on every machine.

        Raises `FailureError`.
        """
        return self._generate(input, options)
