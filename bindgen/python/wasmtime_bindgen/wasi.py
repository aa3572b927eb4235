"""The WASI world of an instance: nothing but what was asked for, and a copy of its stderr.

The runtime hands a guest's output to a Python callable on a thread of its own,
and drops the callable there too. Python ends the process hard if that happens
while the interpreter shuts down, so every store that writes to callables is
closed before (by `shutdown`), and the callables are waited for.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
import threading
import time
import weakref
from pathlib import Path

import wasmtime

from ._capi import set_stdin
from .errors import NoDirectory
from .settings import Sink, Wasi

KEPT_STDERR = 1 << 16
"""How much of a guest's stderr is kept for a `Trap`, in bytes: the latest."""


class Stderr:
    """The end of what a guest wrote to its stderr."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def keep(self, data: bytes) -> None:
        """Append `data`, and drop what is too old."""
        self._kept += data
        if len(self._kept) > KEPT_STDERR:
            del self._kept[:-KEPT_STDERR]

    def text(self) -> str:
        """Return it, with U+FFFD for what is no UTF-8."""
        return self._kept.decode(errors="replace")


class _Pipe:
    """The callable that only the runtime holds: when it is gone, so is the stream."""

    def __init__(self, sink: Sink, stream: str, copy: Stderr | None) -> None:
        self._sink, self._stream, self._copy = sink, stream, copy
        # A piece may end in the middle of a character.
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        _PIPES.add(self)

    def __call__(self, data: bytes) -> None:
        # The runtime ends the process over anything that is raised here.
        try:
            self._write(data)
        except BaseException as error:
            shown = threading.ExceptHookArgs((type(error), error, error.__traceback__, None))
            with contextlib.suppress(BaseException):  # a hook of the user's
                threading.excepthook(shown)

    def _write(self, data: bytes) -> None:
        if self._copy is not None:
            self._copy.keep(data)
        if self._sink == "inherit":
            stream = getattr(sys, self._stream)
            stream.write(self._decoder.decode(data))
            stream.flush()
        elif self._sink is not None:
            self._sink(data)


_PIPES: weakref.WeakSet[_Pipe] = weakref.WeakSet()


def give(store: wasmtime.Store, wasi: Wasi, stderr: Stderr) -> None:
    """Give the guest of `store` the world that `wasi` describes, and a copy of its stderr.

    Raises:
        NoDirectory: If a folder can't be opened.
    """
    config = wasmtime.WasiConfig()
    if wasi.arguments:
        config.argv = list(wasi.arguments)
    if wasi.environment:
        config.env = list(wasi.environment.items())
    if wasi.stdin:
        set_stdin(config, bytes(wasi.stdin))
    for folders, writable in ((wasi.directories, False), (wasi.writable, True)):
        for guest, host in folders.items():
            path = os.fspath(host)
            if not Path(path).is_dir():
                raise NoDirectory(f"{path} is no directory, and the guest's {guest} is to be one")
            try:
                config.preopen_dir(path, guest, writable)
            except wasmtime.WasmtimeError:
                raise NoDirectory(
                    f"{path} can't be opened, and the guest's {guest} is to be it"
                ) from None
    if wasi.stdout is not None:
        config.stdout_custom = _Pipe(wasi.stdout, "stdout", None)
    config.stderr_custom = _Pipe(wasi.stderr, "stderr", stderr)
    store.set_wasi(config)


def wait_for_streams() -> None:
    """Wait until the runtime has dropped the callables of stores that are closed."""
    patience = time.monotonic() + 1
    while len(_PIPES) and time.monotonic() < patience:
        time.sleep(0.001)
    # The thread that dropped the last one still has to leave Python.
    time.sleep(0.001)


def forget_streams() -> None:
    """Wait for no callable of before; a child process lacks the threads that drop them."""
    _PIPES.clear()
