"""What a user holds of an instance, and ends it by: the same for components and core modules."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

from .instance import Instance

L = TypeVar("L", bound="Loaded")


class Loaded:
    """An instance that is in use until it is closed."""

    _runtime_: Instance

    def interrupt(self) -> None:
        """End the call that is running, if there is one. Any thread may do so.

        That call raises a `Trap` with the code `interrupted`, and the instance is dead.
        A function of the host is not cut short: the guest ends after it.
        """
        self._runtime_.interrupt()

    def close(self) -> None:
        """Free the instance and everything in it. A second call does nothing.

        A call that another thread makes is interrupted, and waited for.

        Raises:
            RuntimeError: If a function that the instance calls closes it.
        """
        self._runtime_.close()

    def __enter__(self: L) -> L:
        self._runtime_.refuse_closed(type(self).__name__)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()
