"""The cache on disk: milliseconds per function in a process that transforms nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Note, Row, median
from benchmarks.transform import TWENTY_LINES

FUNCTIONS = 30
# The first function pays for what is loaded once per process; it counts apart.
SCRIPT = """
import json, time
import models, s2sad
def seconds(function):
    start = time.perf_counter()
    s2sad.grad(function)(0.5, 0.2, 0.7, 1)
    return time.perf_counter() - start
print(json.dumps([seconds(getattr(models, f"model_{i}")) for i in range(%d)]))
""" % (FUNCTIONS + 1)  # noqa: UP031


def run() -> list[Row | Note]:
    with tempfile.TemporaryDirectory() as directory:
        text = ["import numpy as np"] + [TWENTY_LINES.replace("{number}", str(i)) for i in range(FUNCTIONS + 1)]
        Path(directory, "models.py").write_text("\n\n".join(text))
        cache = Path(directory, "cache")
        cache.mkdir(mode=0o700)
        cold = _process(directory, cache)
        files = sorted(cache.rglob("*.py"))
        assert len(files) >= FUNCTIONS, f"{len(files)} files in the cache"
        warm = [_process(directory, cache) for _ in range(5)]
        assert sorted(cache.rglob("*.py")) == files
    loaded = min(median(seconds[1:]) for seconds in warm)
    transformed = median(cold[1:])
    once = min(seconds[0] for seconds in warm)
    note = f"grad(f) and a call; the process's first {once * 1e3:.3g}"
    return [
        Row("load, per function", loaded * 1e3, "ms", target=2.0, note=note),
        Row("transform, per function", transformed * 1e3, "ms", note="the process that filled the cache"),
    ]


def _process(directory: str, cache: Path) -> list[float]:
    environment = {**os.environ, "S2SAD_CACHE_DIR": str(cache)}
    for name in ("S2SAD_CACHE", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    here = str(Path(__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [directory, here, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)
