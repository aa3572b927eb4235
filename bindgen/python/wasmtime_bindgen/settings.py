"""What a user may say about how a guest runs: limits, WASI, and where the component comes from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Sink: TypeAlias = Callable[[bytes], object] | Literal["inherit"] | None
"""Where output goes: to a callable in pieces, to the process's own stream, or nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one instance may use. None means no limit.

    Attributes:
        deadline: How long one call from outside, or the start, may take, in seconds.
        fuel: How much fuel one call from outside, or the start, may burn; counting
            it makes the guest slower, and such code is compiled apart.
        memory: How large one linear memory may grow, in bytes.
        table_elements: How large one table may grow, in elements.
        tables: How many tables there may be.
        memories: How many linear memories there may be.
        instances: How many core instances there may be.
    """

    deadline: float | None = None
    fuel: int | None = None
    memory: int | None = 1 << 30
    table_elements: int | None = 1_000_000
    tables: int | None = 1_000
    memories: int | None = 100
    instances: int | None = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wasi:
    """What a guest finds of the outside world: by default nothing.

    Attributes:
        arguments: The command line, the program's name first.
        environment: The environment variables.
        stdin: What there is to read on standard input.
        stdout: Where standard output goes.
        stderr: Where standard error goes, besides the bounded copy that a `Trap` shows.
        directories: Guest path to host folder, read only.
        writable: Guest path to host folder, read and write.
    """

    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    stdout: Sink = None
    stderr: Sink = None
    directories: Mapping[str, str | os.PathLike[str]] = field(default_factory=dict)
    writable: Mapping[str, str | os.PathLike[str]] = field(default_factory=dict)
