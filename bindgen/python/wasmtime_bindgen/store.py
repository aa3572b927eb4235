"""The store of an instance, which has its limits and is freed by it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import wasmtime

from .settings import Limits

if TYPE_CHECKING:
    from .instance import Instance


class Store(wasmtime.Store):
    """A store that its instance alone frees.

    The garbage collector frees objects that go together in any order, and runs
    their finalizers before. Were the store to go by itself, a finalizer that
    comes later, or keeps the instance, would call into what is gone.

    Args:
        engine: The engine.
        instance: Lives as long as the store, which calls its functions.
        limits: What the guest may use; the deadline and the fuel are for each call to set.
    """

    def __init__(self, engine: wasmtime.Engine, instance: Instance, limits: Limits) -> None:
        super().__init__(engine)
        self.instance = instance
        self.set_limits(
            memory_size=_limit(limits.memory),
            table_elements=_limit(limits.table_elements),
            instances=_limit(limits.instances),
            tables=_limit(limits.tables),
            memories=_limit(limits.memories),
        )

    def __del__(self) -> None:
        """Leave it to the instance."""


def _limit(value: int | None) -> int:
    """Return a limit as the C API takes it: a signed number of 64 bits, -1 for none."""
    return -1 if value is None else min(value, 2**63 - 1)
