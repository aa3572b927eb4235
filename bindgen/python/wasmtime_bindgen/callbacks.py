"""Python functions that C calls, and that must never raise.

What `ctypes` returns to C when a callback raises is whatever lay on the stack.
The runtime takes it for the address of an error, and the process dies. A `try`
around the whole body doesn't help alone: Python acts on signals when a function
is entered, before its `try`, so that a KeyboardInterrupt during a long guest
call would strike exactly there. Three things together close the gap:

- `unpolled` makes a function that doesn't look for signals when it is entered.
  They are acted on inside the `try` instead.
- Its handler for BaseException makes no calls, for Python looks for signals
  after a call, too. So the error to return to C is made beforehand: `spare` of
  the instance.
- A plan calls `probe` before it calls C, so that a RecursionError strikes there
  and not at the callback's entry.

One gap stays: a trace function that is written in Python, such as a debugger's,
runs before the `try`, and what a signal raises in it is lost.
"""

from __future__ import annotations

import dis
from collections.abc import Callable
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .instance import Instance

F = TypeVar("F", bound=Callable[..., Any])

DEEPEST = 64
"""How many calls of an instance may be inside one another; the native stack holds no more."""

_RESUME = dis.opmap.get("RESUME")
_AFTER_YIELD_FROM = 2


def unpolled_code(code: CodeType) -> CodeType:
    """Return `code`, which begins with a `try`, so that it isn't polled for signals at its start.

    Since Python 3.11 the instruction RESUME polls, unless its argument says that
    a generator goes on after `yield from`. Before, the start of a `try` wasn't
    polled anyway.
    """
    text = bytearray(code.co_code)
    for at in range(0, len(text), 2):
        if text[at] == _RESUME:
            text[at + 1] = text[at + 1] & ~3 | _AFTER_YIELD_FROM
            break
    return code.replace(co_code=bytes(text))


def unpolled(function: F) -> F:
    """Make `function`, which begins with a `try`, one that isn't polled for signals there."""
    function.__code__ = unpolled_code(function.__code__)
    return function


def shielded(instance: Instance, body: Callable[..., object]) -> Callable[..., int]:
    """Return a function for C to call, which calls `body` and never raises.

    What `body` raises becomes `pending` of the instance. While something is
    pending, the function returns the address of an error, which ends the guest; 0
    otherwise.
    """

    @unpolled
    def callback(*arguments: Any) -> int:
        try:
            body(*arguments)
            if instance.pending is None:
                return 0
        except BaseException as error:
            instance.pending = error
        spare, instance.spare = instance.spare, 0
        return spare

    return callback


def _nothing() -> None:
    pass


probe = partial(_nothing)
"""Enters Python from C, as a callback does; raises RecursionError if a callback would."""
