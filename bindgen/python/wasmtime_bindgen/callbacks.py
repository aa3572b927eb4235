"""Python functions that C calls, and that must never raise.

What `ctypes` returns to C when a callback raises is whatever lay on the stack.
The runtime takes it for the address of an error, and the process dies. A `try`
around the whole body doesn't help alone: Python acts on signals when a function
is entered, before its `try`, so that a KeyboardInterrupt during a long guest
call would strike exactly there. Three things together close the gap:

- `unpolled` makes a function that doesn't look for signals when it is entered.
  They are acted on inside the `try` instead. Debuggers don't see it entered either
  where that costs nothing, for their functions run Python, too, and may raise.
- Its handler for BaseException makes no calls, for Python looks for signals
  after a call, too. So the error to return to C is made beforehand: `spare` of
  the instance.
- A plan calls `probe` before it calls C, so that a RecursionError strikes there
  and not at the callback's entry.

One gap stays: before Python 3.12, a trace function that is written in Python runs
before the `try` of a host function's callback, and what a signal raises in it is
lost; in 3.10 before that of every callback.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from types import CodeType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .instance import Instance

F = TypeVar("F", bound=Callable[..., Any])

DEEPEST = 64
"""How many calls of an instance may be inside one another; the native stack holds no more."""

_RESUME = dis.opmap.get("RESUME")
_NOP, _JUMP_FORWARD = dis.opmap["NOP"], dis.opmap["JUMP_FORWARD"]
_AFTER_YIELD_FROM = 2


def unpolled_code(code: CodeType, *, hidden: bool) -> CodeType:
    """Return `code`, which begins with a `try`, so that it isn't polled for signals at its start.

    Since Python 3.11 the instruction RESUME polls, unless its argument says that
    a generator goes on after `yield from`. Before, the start of a `try` wasn't
    polled anyway.

    Args:
        code: The code.
        hidden: Whether RESUME is jumped over, which would call what `sys.settrace`
            was given. The NOP that a `try` begins with gives way to the jump.
    """
    text = bytearray(code.co_code)
    for at in range(0, len(text), 2):
        if text[at] == _RESUME:
            argument = text[at + 1] & ~3 | _AFTER_YIELD_FROM
            if hidden and text[at + 2] == _NOP:
                text[at : at + 4] = _JUMP_FORWARD, 1, text[at], argument
            else:
                text[at + 1] = argument
            break
    return code.replace(co_code=bytes(text))


def unpolled(function: F, *, hidden: bool = sys.version_info >= (3, 12)) -> F:
    """Make `function`, which begins with a `try`, one that isn't polled for signals there.

    Args:
        function: The function.
        hidden: Whether debuggers don't see it entered. Python 3.11 specialises no
            code without RESUME, so there it makes a function slower.
    """
    function.__code__ = unpolled_code(function.__code__, hidden=hidden)
    return function


def shielded(instance: Instance, body: Callable[..., object]) -> Callable[..., int]:
    """Return a function for C to call, which calls `body` and never raises.

    What `body` raises becomes `pending` of the instance. While something is
    pending, the function returns the address of an error, which ends the guest; 0
    otherwise.
    """

    def callback(*arguments: Any) -> int:
        try:
            body(*arguments)
            if instance.pending is None:
                return 0
        except BaseException as error:
            instance.pending = error
        spare, instance.spare = instance.spare, 0
        return spare

    return unpolled(callback, hidden=True)


def _nothing() -> None:
    pass


probe = staticmethod(_nothing)
"""Enters Python by way of C, as deep as a callback; raises RecursionError if that would."""
