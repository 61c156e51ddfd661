"""Importing s2sad where NumPy is imported already, in milliseconds."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.measure import Note, Row, median

SCRIPT = """
import time, numpy
start = time.perf_counter()
import {module}
print(time.perf_counter() - start)
"""


def run() -> list[Row | Note]:
    measured = _measure("s2sad")
    note = f"median of {len(measured)} processes; least {min(measured):.3g}"
    lines: list[Row | Note] = [Row("import s2sad", median(measured), "ms", target=60.0, note=note)]
    for peer in ("autograd", "tangent", "jax", "torch"):
        try:
            lines.append(Row(f"import {peer}", median(_measure(peer, 3)), "ms"))
        except subprocess.CalledProcessError:
            lines.append(Note(f"import {peer}", "not installed"))
    return lines


def _measure(module: str, repeats: int = 11) -> list[float]:
    """Milliseconds in each of several processes, the first of which compiles and does not count."""
    command = [sys.executable, "-c", SCRIPT.format(module=module)]
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # users import byte code
    done = [
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        for _ in range(repeats + 1)
    ]
    return [float(output.split()[-1]) * 1e3 for output in done[1:]]
