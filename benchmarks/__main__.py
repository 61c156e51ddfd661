"""`python -m benchmarks [names]`: all benchmarks, or those named, as one table each.

With `--check` the exit code is 1 if a target was missed. Targets are for a quiet machine.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = ("scalar_loop", "vectorised", "indexing", "transform", "imports", "disk_cache")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}; all if none is given"
    )
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target was missed")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")

    names = options.names or NAMES
    if len(names) == 1:
        met = run(names[0])
    else:
        # Each in a process of its own: the threads and allocators of one peer do not meet the next benchmark.
        command = [sys.executable, "-m", "benchmarks", "--check"]
        here = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": here}
        met = all([subprocess.run([*command, name], env=environment).returncode == 0 for name in names])
    return 0 if met or not options.check else 1


def run(name: str) -> bool:
    """Prints one table, and says whether all targets in it were met."""
    from benchmarks.measure import table

    with tempfile.TemporaryDirectory() as empty:
        os.environ["S2SAD_CACHE_DIR"] = empty  # nothing that an earlier run left on disk helps this one
        for threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
            os.environ.setdefault(threads, "1")  # a ratio of work done, not of cores that happen to be free
        import numpy as np

        start = time.perf_counter()
        benchmark = importlib.import_module(f"benchmarks.{name}")
        lines = benchmark.run()
        print(table(benchmark.__doc__.splitlines()[0], lines))
        print(
            f"(Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores; "
            f"{time.perf_counter() - start:.0f} s)\n",
            flush=True,
        )
    return all(getattr(line, "met", True) for line in lines)


if __name__ == "__main__":
    sys.exit(main())
