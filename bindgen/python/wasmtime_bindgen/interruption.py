"""How a call ends before its guest returns: by `interrupt`, by `close`, or at its deadline.

The first two come from any thread, while another is inside and holds the lock of
the instance. So nothing here takes a lock: what is said names the call that is
meant, and no later call can be taken for it. The guest ends when the engine's
clock next ticks.
"""

from __future__ import annotations

import time


class Interrupted(Exception):
    """Why a call ends before its guest returns.

    Args:
        reason: Why, in words.
        code: The code of the `Trap` that it ends in.
    """

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


class Interruption:
    """Whether the call that is inside an instance is to end before its guest returns.

    Args:
        deadline: How long a call from outside may take, in seconds; None for any time.

    Attributes:
        closing: Whether the instance is to be closed: every call is to end.
    """

    def __init__(self, deadline: float | None) -> None:
        self.closing = False
        self._deadline = deadline
        self._until = float("inf")
        self._call = object()
        self._interrupted: object = None

    def begin(self) -> None:
        """Note that a call comes from outside: an `interrupt` of the one before is over."""
        self._call = object()

    def start_deadline(self) -> None:
        """Count the time of the call from now on."""
        if self._deadline is not None:
            self._until = time.monotonic() + self._deadline

    def interrupt(self) -> None:
        """End the call that is inside, if there is one."""
        self._interrupted = self._call

    def is_interrupted(self) -> bool:
        """Return whether `interrupt` meant the call that is inside."""
        return self._interrupted is self._call

    def check(self) -> None:
        """Raise `Interrupted` if the call that is inside is to end."""
        if self.closing:
            raise Interrupted("the instance was closed while it ran", "interrupted")
        if self.is_interrupted():
            raise Interrupted("it was interrupted", "interrupted")
        if time.monotonic() > self._until:
            raise Interrupted(f"it ran for more than {self._deadline} s", "deadline")
