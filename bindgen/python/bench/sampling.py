"""How a call is timed: samples of several calls, taken in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

Call = Callable[[], object]


def interleaved(calls: Mapping[str, Call], *, short: bool) -> dict[str, float]:
    """Return the median time of each call, in nanoseconds.

    The calls take turns, sample by sample, so that a busy moment of the machine
    meets all of them.

    Args:
        calls: What is measured, by name.
        short: Only see that it runs.
    """
    rounds, seconds = (3, 0.005) if short else (11, 0.1)
    counts = {name: _count(call, seconds) for name, call in calls.items()}
    samples: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            samples[name].append(_time(call, counts[name]) / counts[name])
    return {name: round(median(times), 1) for name, times in samples.items()}


def _time(call: Call, count: int) -> int:
    begin = time.perf_counter_ns()
    for _ in range(count):
        call()
    return time.perf_counter_ns() - begin


def _count(call: Call, seconds: float) -> int:
    """Return how many calls take so long; they warm up what they call."""
    count = 1
    while _time(call, count) < seconds * 1e9:
        count *= 2
    return count
