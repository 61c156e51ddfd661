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

NAMES = ("scalar_loop", "vectorised", "rules", "indexing", "transform", "imports", "disk_cache")

# Ratios would depend on the moment otherwise: on how many cores happen to be free, and on whether the heap
# gives the memory of one array back to the system before the next one asks for it.
STEADY = {
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_TRIM_THRESHOLD_": "1000000000",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}; all if none is given")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target was missed")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    if options.here:
        return 0 if run(options.names[0]) else 1

    codes = [_in_its_own_process(name) for name in options.names or NAMES]
    failed = any(code not in (0, 1) for code in codes)
    return max(codes) if failed or options.check else 0


def _in_its_own_process(name: str) -> int:
    """The threads and allocators of one benchmark's peers do not meet the next benchmark."""
    paths = filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")])
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, **STEADY, "PYTHONPATH": os.pathsep.join(paths)}
        environment["S2SAD_CACHE_DIR"] = empty  # nothing that an earlier run left on disk helps this one
        command = [sys.executable, "-m", "benchmarks", "--here", name]
        return abs(subprocess.run(command, env=environment).returncode)


def run(name: str) -> bool:
    """Prints one table, and says whether all targets in it were met."""
    import numpy as np

    from benchmarks.measure import table

    start = time.perf_counter()
    benchmark = importlib.import_module(f"benchmarks.{name}")
    lines = benchmark.run()
    print(table(benchmark.__doc__.splitlines()[0], lines))
    seconds = time.perf_counter() - start
    where = f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores"
    print(f"({where}; {seconds:.0f} s)\n", flush=True)
    return all(getattr(line, "met", True) for line in lines)


if __name__ == "__main__":
    sys.exit(main())
