"""One run of the program: arguments in, text and exit code out, whatever becomes of its streams."""

import io
import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


def main() -> int:
    """Do what the arguments of the process ask for, and return the exit code."""
    _open_streams()
    hurried = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if hurried:
        signal.signal(signal.SIGINT, _leave)
        sys.unraisablehook = _heed
    # Imported here, because it takes long enough for a Ctrl-C.
    from . import arguments, command, report
    from .errors import GreeterError

    try:
        if hurried:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        asked = arguments.parse(None)
        if isinstance(asked, str):
            return _print(asked, 0)
        result = command.run(asked)
        lines = report.lines(result, sys.stdout, as_json=asked.json)
        return _print("".join(f"{line}\n" for line in lines), result.exit_code)
    except GreeterError as error:
        _complain(f"error: {error}")
        return error.exit_code
    except MemoryError:
        _complain("error: there is not enough memory for this")
        return 2
    except KeyboardInterrupt:
        _complain("interrupted")
        return 130
    finally:
        if hurried:
            # What is left is to end, which does not take long.
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def _open_streams() -> None:
    """Make stdout and stderr ready for any text, wherever they lead."""
    # Python has None for a stream that was closed when the process began.
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _nowhere() -> TextIO:
    return os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # An exception could end up inside of an import that takes it for its own.
    _complain("interrupted")
    os._exit(130)


def _heed(unraisable: "UnraisableHookArgs") -> None:
    """Leave too where Ctrl-C met a finalizer, which has nobody to raise it to."""
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        _leave(signal.SIGINT, None)
    sys.__unraisablehook__(unraisable)


def _print(text: str, exit_code: int) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon(sys.stdout)  # Whoever reads has seen enough.
    except OSError as error:
        _abandon(sys.stdout)
        _complain(f"error: cannot write to stdout: {error.strerror}")
        return 2
    return exit_code


def _complain(text: str) -> None:
    """Write `text` to stderr, if that can be written: the exit code says it too."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        _abandon(sys.stderr)


def _abandon(stream: TextIO) -> None:
    """Let what is left in the buffer of `stream` go nowhere when Python exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
