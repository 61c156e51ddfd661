"""Programs run in processes of their own, for what must hold from one process to the next."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def environment(directory, **variables):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("S2SAD_")}
    path = os.pathsep.join([str(directory), str(ROOT), str(ROOT / "tests")])
    own = {"PYTHONPATH": path, "S2SAD_CACHE_DIR": str(directory / "cache")}
    # What is compiled knows the age of its text to the second, and tests change texts faster than that.
    return {**inherited, **own, "PYTHONDONTWRITEBYTECODE": "1", **variables}


def start(program, directory, **variables):
    """A process that runs `program` beside the files in `directory`, with a cache of its own there."""
    command = [sys.executable, "-W", "error", "-c", program]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment(directory, **variables), stdout=pipe, stderr=pipe, text=True)


def finish(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def run(program, directory, **variables):
    return finish(start(program, directory, **variables))
