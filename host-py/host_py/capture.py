"""What a guest printed, as lines."""

from wasmtime_bindgen import Capture

CAPACITY = 1 << 20
"""How much of one stream is kept, in bytes. A guest that prints more goes on
undisturbed; the rest is dropped."""


def take_lines(capture: Capture) -> list[str]:
    """Take the lines that were printed so far out of `capture`.

    Bytes that are not UTF-8 are replaced by U+FFFD; where some bytes were
    dropped, a last line says so.
    """
    dropped = capture.dropped
    lines = capture.take().decode(errors="replace").split("\n")
    lines = [line.removesuffix("\r") for line in lines[:-1]] + [*filter(None, lines[-1:])]
    if dropped:
        lines.append(f"… (only the first {capture.limit} bytes were kept)")
    return lines
