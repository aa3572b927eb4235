"""The world `uplift:greeter/greeter@0.1.0`."""

from __future__ import annotations

from collections.abc import Callable

from wasmtime_bindgen import abi

from . import _wit

__all__ = ["Greeter"]


class Greeter(abi.World):
    """An instance of the world `uplift:greeter/greeter@0.1.0`.

    The contract of the lesson: what every guest exports and every host calls.

    It takes the place of three C functions (`custom_greet`, `free_string` and
    `add`) and of the prose that had to say who allocates, who frees, and where
    a string ends. A `string` is Unicode text that carries its length; it may
    contain U+0000 and it is never null.
    """

    _greet: Callable[[str], str]
    _add: Callable[[int, int], int]

    @classmethod
    def load(
        cls,
        component: abi.Source | None = None,
        *,
        imports: None = None,
        wasi: abi.Wasi | None = None,
        limits: abi.Limits | None = None,
        cache: bool = True,
    ) -> Greeter:
        """Return an instance of `component`, or of the one in this package."""
        return cls._load_(_wit.WORLD, component, imports, wasi, limits, cache)

    def greet(self, name: str) -> str:
        """Returns `Hello, ` followed by `name`: `greet("World")` is
        `Hello, World`.
        """
        return self._greet(name)

    def add(self, a: int, b: int) -> int:
        """Returns the sum of `a` and `b`. On overflow it wraps around, as two's
        complement does: `add(2147483647, 1)` is `-2147483648`. No guest may
        trap, saturate, or widen instead.
        """
        return self._add(a, b)
