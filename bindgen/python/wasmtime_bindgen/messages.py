"""What the runtime's messages say.

wasmtime-py has one class of error for almost everything, so its words are what
there is to go by. A message begins with what failed, or with a backtrace, and
goes on with the causes, each deeper than the one before.
"""

from __future__ import annotations

import re

from .errors import ExceedsLimits, LinkError

CODES = {
    "unreachable": "unreachable",
    "all fuel consumed": "out-of-fuel",
    "call stack exhausted": "stack-overflow",
    "out of bounds memory access": "memory-out-of-bounds",
    "undefined element": "table-out-of-bounds",
    "uninitialized element": "null-call",
    "indirect call type mismatch": "bad-signature",
    "integer divide by zero": "integer-division-by-zero",
    "integer overflow": "integer-overflow",
    "invalid conversion to integer": "bad-conversion-to-integer",
    "cannot enter component instance": "cannot-enter-component",
    "too much data is being copied": "too-much-data",
}
"""What the runtime says of a trap, and the code for it; the C API has none for components."""

CLEARER = {
    # The runtime calls this bound a fuel, which is not the fuel of `Limits`.
    "too-much-data": "too much data is passed to the host: one call may hand over 128 MiB of the"
    " runtime's values, a list of some 2.8 million items: let the guest return it in parts, or as"
    " a string",
}
"""What is said instead of the runtime's words, by the code of a trap."""

_CAUSES = "\n\nCaused by:\n"
_NUMBER = re.compile(r"^\s*(\d+: )?")
_MISSING = re.compile(
    r"component imports \w+ `([^`]+)`|(?:unknown import:|incompatible import type for) `([^`]+)`"
)


def read_trap(message: str) -> tuple[str, list[str]]:
    """Return the innermost cause and the lines of the backtrace, as the runtime aligns them."""
    head, *causes = message.rstrip().split(_CAUSES)
    first, *backtrace = head.split("\n")
    if causes:
        first = _NUMBER.sub("", causes[-1].split("\n")[-1])
    return first, [line for line in backtrace if not line.endswith("wasm backtrace:")]


def diagnose(reason: str, status: int | None) -> tuple[str, str | None]:
    """Return the reason of a trap, in clearer words where there are some, and its code.

    Args:
        reason: The innermost cause, as `read_trap` returns it.
        status: With what the guest called `exit`, if it did.
    """
    if status is not None:
        return f"it exited with status {status}", "exit"
    code = next((code for text, code in CODES.items() if text in reason), None)
    return CLEARER.get(code or "", reason), code


def is_trap(message: str) -> bool:
    """Return whether the guest ran when it failed: then there is a backtrace or a trap."""
    reason, backtrace = read_trap(message)
    return bool(backtrace) or reason.startswith("wasm trap: ")


def one_line(message: str) -> str:
    """Return all causes on one line."""
    head, *causes = message.rstrip().split(_CAUSES)
    chain = [head, *(_NUMBER.sub("", line) for part in causes for line in part.split("\n"))]
    return " ".join(": ".join(filter(None, chain)).split())


def refusal(name: str, message: str) -> LinkError | None:
    """Return why `name` can't be started; None if it was, and trapped."""
    said = f"{name} can't be started: {one_line(message)}"
    if found := _MISSING.search(message):
        return LinkError(said, missing=[found[1] or found[2]])
    return None if is_trap(message) else ExceedsLimits(said, read_trap(message)[0])
