"""Timing and the table.

Machines get faster and slower while one measures. So the functions of a comparison take turns, and what is
reported is a ratio of times of the same run. Where arrays lie in memory makes a function faster or slower too, by a third
and for as long as the process lives. So every turn finds the heap shifted by another length.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MOST_SHIFTED = 400 * 4096
"""Bytes, of many pages."""


@dataclass(frozen=True)
class Row:
    """One line of the table. `target` is the most that `measured` may be; peers have none."""

    what: str
    measured: float
    unit: str = "x"
    target: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        return self.target is None or self.measured <= self.target


@dataclass(frozen=True)
class Note:
    """A line without a number: what was left out, and why."""

    what: str
    note: str


def times(functions: Mapping[str, Callable[[], object]], repeats: int = 15, at_least: float = 0.0) -> dict[str, float]:
    """Seconds per call of each function: the least over turns, which is what noise adds nothing to.

    A function that is done sooner than `at_least` seconds is called often enough to fill them.
    """
    calls = {}
    for name, function in functions.items():
        function()  # compiles, transforms, fills caches
        start = time.perf_counter()
        function()
        calls[name] = max(1, round(at_least / max(time.perf_counter() - start, 1e-9)))
    best = dict.fromkeys(functions, float("inf"))
    shifts = random.Random(0)
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()  # as timeit does
    try:
        for _ in range(repeats):
            for name, function in functions.items():
                shift = bytearray(shifts.randrange(MOST_SHIFTED))
                function()  # touches its memory
                start = time.perf_counter()
                for _ in range(calls[name]):
                    function()
                elapsed = time.perf_counter() - start
                best[name] = min(best[name], elapsed / calls[name])
                del shift
    finally:
        if collecting:
            gc.enable()
    return best


def once(function: Callable[[], object]) -> float:
    """Seconds of one call, for what can be done only once."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def median(values: list[float]) -> float:
    return statistics.median(values)


def table(title: str, lines: list[Row | Note]) -> str:
    """Aligned text; a target that was missed is marked."""
    width = max(len(line.what) for line in lines)
    text = [title, "-" * len(title)]
    for line in lines:
        if isinstance(line, Note):
            text.append(f"{line.what:{width}}  {'':>12}  {'':15}  {line.note}".rstrip())
            continue
        target = "" if line.target is None else f"target {line.target:g}" + ("" if line.met else " MISSED")
        number = f"{line.measured:.3g}" if line.measured < 1000 else f"{line.measured:,.0f}"
        text.append(f"{line.what:{width}}  {number:>8} {line.unit:3}  {target:18}  {line.note}".rstrip())
    return "\n".join(text)
