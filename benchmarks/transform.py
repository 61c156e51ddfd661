"""Transforming: milliseconds for a 20-line function, and how the time grows.

Every measurement transforms a function that was never seen before, with the cache on disk switched off. The
first one of a process also imports the passes and parses the rules in use; the note says what it took.
"""

from __future__ import annotations

import itertools
import linecache
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import s2sad
from benchmarks.measure import Note, Row, median, once

TWENTY_LINES = """\
def model_{number}(w, b, x, n: int):
    total = 0.0
    scale = {number} / 1000.0
    h = np.tanh(w * x + b)
    for i in range(n):
        z = h * w + scale
        if z > 1.0:
            h = np.sin(z) * b
            total = total + h * h
        elif z > 0.5:
            h = z * z + x
        else:
            h = np.exp(-z) * x
            total = total - 0.5 * h
        w = w * 0.99
    k = 0
    while k < 3:
        total = total * 0.5 + h / (1.0 + k)
        k += 1
    return total + np.log(1.0 + total * total)
"""
STRAIGHT = (500, 1_000, 2_000, 5_000)

# Peers keep caches on disk as well, so that even the second run must not repeat a text of the first.
_numbers = itertools.count(time.time_ns() // 1000 % 10**9)


def fresh(template: str = TWENTY_LINES, name: str = "model") -> Callable[..., Any]:
    """A function that no cache can know: its own text, its own code, its own file."""
    number = next(_numbers)
    text = template.replace("{number}", str(number))
    file = f"<benchmark {number}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"np": np, "__name__": f"benchmark_{number}"}
    exec(compile(text, file, "exec"), namespace)
    return namespace[f"{name}_{number}"]


def straight(statements: int) -> str:
    """A function of so many statements, with three operations each."""
    lines = ["def chain_{number}(x):", "    y0 = x + {number}"]
    lines += [f"    y{i} = y{i - 1} * x + 0.5 * y{max(0, i - 3)}" for i in range(1, statements - 1)]
    return "\n".join([*lines, f"    return y{statements - 2}", ""])


def transform(function: Callable[..., Any]) -> float:
    """Seconds until the gradient's source stands. Transforming may be lazy, so the source is asked for."""
    return once(lambda: s2sad.grad(function).source)


def run() -> list[Row | Note]:
    switch = os.environ.get("S2SAD_CACHE")
    os.environ["S2SAD_CACHE"] = "off"
    try:
        return list(_run())
    finally:
        if switch is None:
            del os.environ["S2SAD_CACHE"]
        else:
            os.environ["S2SAD_CACHE"] = switch


def _run() -> Iterator[Row | Note]:
    assert len(TWENTY_LINES.splitlines()) == 20
    sample = fresh()
    assert np.isfinite(s2sad.grad(sample)(0.5, 0.2, 0.7, 4))
    first = transform(fresh())
    rest = [transform(fresh()) for _ in range(40)]
    note = f"median of {len(rest)}; least {min(rest) * 1e3:.3g}, first {first * 1e3:.3g}"
    yield Row("s2sad, 20 lines", median(rest) * 1e3, "ms", target=10.0, note=note)
    tangent = _tangent()
    yield tangent
    if isinstance(tangent, Row):  # what a machine's speed has no part in
        yield Row("s2sad over tangent-ad", median(rest) * 1e3 / tangent.measured, target=0.1)

    per_statement = {}
    for statements in STRAIGHT:
        measured = [transform(fresh(straight(statements), "chain")) for _ in range(3)]
        per_statement[statements] = min(measured) / statements
    for statements, seconds in per_statement.items():
        growth = seconds / per_statement[STRAIGHT[0]]
        note = f"{seconds * 1e6:.0f} microseconds each, {seconds * statements:.2f} s in all"
        yield Row(f"per statement, {statements:,} of them", growth, target=1.5, note=note)


def _tangent() -> Row | Note:
    try:
        import tangent
    except ImportError:
        return Note("tangent-ad", "not installed")
    try:
        with tempfile.TemporaryDirectory() as directory:
            measured = []
            for _ in range(7):
                number = next(_numbers)
                path = Path(directory) / f"model_{number}.py"
                path.write_text("import numpy as np\n" + TWENTY_LINES.replace("{number}", str(number)))
                namespace: dict[str, Any] = {"__name__": path.stem}
                exec(compile(path.read_text(), str(path), "exec"), namespace)
                measured.append(once(lambda: tangent.grad(namespace[path.stem])))
    except Exception as error:
        return Note("tangent-ad", f"fails: {type(error).__name__}: {str(error).splitlines()[0][:80]}")
    return Row("tangent-ad, 20 lines", median(measured) * 1e3, "ms", note=f"median of {len(measured)}")
