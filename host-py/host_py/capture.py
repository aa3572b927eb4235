"""Keeps what a guest prints, up to a limit.

The wasmtime package hands a guest's output to a Python callable on a thread of
the runtime's, and drops the callable there too. Python ends the process hard if
that happens while the interpreter shuts down, so every store that captures is
closed before, and the callables are waited for.
"""

import atexit
import time
import weakref

import wasmtime

CAPACITY = 1 << 20
"""How much of one stream is kept, in bytes. A guest that prints more goes on
undisturbed; the rest is dropped."""


class Capture:
    """What came out of one stream of a guest, over all of its instances."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._dropped = False

    def keep(self, data: bytes) -> None:
        """Append `data`, or as much of it as there is room for."""
        room = CAPACITY - len(self._kept)
        self._dropped |= len(data) > room
        self._kept += data[:room]

    def take_lines(self) -> list[str]:
        """Take the lines that were printed so far out of the capture.

        Bytes that are not UTF-8 are replaced by U+FFFD; where some bytes were
        dropped, a last line says so.
        """
        kept, self._kept = self._kept, bytearray()
        lines = kept.decode(errors="replace").split("\n")
        lines = [line.removesuffix("\r") for line in lines[:-1]] + [*filter(None, lines[-1:])]
        if self._dropped:
            lines.append(f"… (only the first {CAPACITY} bytes were kept)")
            self._dropped = False
        return lines


class _Sink:
    """The callable that only the runtime holds: when it is gone, so is the stream."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        _SINKS.add(self)

    def __call__(self, data: bytes) -> None:
        self._capture.keep(data)


_SINKS: "weakref.WeakSet[_Sink]" = weakref.WeakSet()
_STORES: "weakref.WeakSet[wasmtime.Store]" = weakref.WeakSet()


def give_wasi(store: wasmtime.Store, stdout: Capture, stderr: Capture) -> None:
    """Give the guest of `store` a WASI world with two captured streams and nothing else.

    No files, arguments, environment or network, and an empty stdin.
    """
    wasi = wasmtime.WasiConfig()
    wasi.stdout_custom = _Sink(stdout)
    wasi.stderr_custom = _Sink(stderr)
    store.set_wasi(wasi)
    _STORES.add(store)


@atexit.register
def _close_streams() -> None:
    for store in list(_STORES):
        store.close()
    patience = time.monotonic() + 1
    while len(_SINKS) and time.monotonic() < patience:
        time.sleep(0.001)
    # The thread that dropped the last one still has to leave Python.
    time.sleep(0.001)
