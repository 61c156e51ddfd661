"""Derivatives on disk, so that a process need not make what another one made before.

One readable Python file per derivative, in a directory that is the user's alone. Files are written aside
and moved into place, so a reader sees all of one or nothing; what is stale, damaged or not the user's own
is as if it were not there. Nothing that goes wrong here may disturb a derivative: without a cache it is
made anew.

`S2SAD_CACHE_DIR` names another directory; `S2SAD_CACHE=off` switches the cache off.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
import threading
import time
import warnings
from typing import TYPE_CHECKING

import numpy as np

from s2sad.artifact import Artifact, from_file, to_file
from s2sad.dependencies import digest

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 64 * 2**20  # bytes; above it the files that were not used for the longest time go
_LARGEST = 8 * 2**20
_SWEEP_EVERY = 64  # one write out of so many, whichever process it is in, looks after the size
_DAY = 86400.0
_STARTED = time.time_ns()
_OFF = {"off", "0", "no", "false"}

_warned: set[str] = set()


def location() -> Path | None:
    """The directory of the cache, whether it exists or not; None if the cache is switched off."""
    if os.environ.get("S2SAD_CACHE", "").strip().lower() in _OFF:
        return None
    from pathlib import Path  # costs more to import than loading a derivative

    return Path(_directory())


def entries() -> list[Path]:
    """The files in the cache, the one used last first."""
    directory = location()
    if directory is None or not directory.is_dir():
        return []
    return [directory / path for _, _, path in sorted(_scan(str(directory)), reverse=True)]


def clear() -> int:
    """Removes all files of the cache; how many there were."""
    found = entries()
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _directory() -> str:
    given = os.environ.get("S2SAD_CACHE_DIR")
    if given:
        return os.path.abspath(os.path.expanduser(given))
    if sys.platform.startswith("linux"):  # what platformdirs says too, without the time to import it
        base = os.environ.get("XDG_CACHE_HOME", "").strip()
        return os.path.join(base or os.path.expanduser("~/.cache"), "s2sad")
    from platformdirs import user_cache_dir

    return user_cache_dir("s2sad", appauthor=False)


# -- one entry ------------------------------------------------------------------------------------------


def entry_key(function_digest: str, request: object) -> str:
    """The key of a derivative: the function, what is asked for, and everything that makes derivatives."""
    return digest(function_digest, repr(request), environment())


def load(name: str, key: str) -> Artifact | None:
    """The artifact that was stored under this name and key, if it is there and whole."""
    directory = _usable(create=False)
    if directory is None:
        return None
    path = os.path.join(directory, _filename(name, key))
    try:
        text = _read(path)
        return None if text is None else from_file(text, key)
    except (OSError, ValueError, SyntaxError, TypeError, RecursionError, LookupError, MemoryError):
        return None


def store(name: str, key: str, artifact: Artifact) -> None:
    """Writes an artifact, if there is a place for it."""
    directory = _usable(create=True)
    if directory is None:
        return
    text = to_file(artifact, key, f"made by s2sad with Python {_python()} and NumPy {np.__version__}")
    path = os.path.join(directory, _filename(name, key))
    aside = f"{path}.{os.getpid()}.{threading.get_ident()}.{os.urandom(4).hex()}.tmp"
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(aside, path)
    except (OSError, ValueError):
        with contextlib.suppress(OSError):
            os.unlink(aside)
        return
    if int(key, 16) % _SWEEP_EVERY == 0:
        _bound(directory)


def _filename(name: str, key: str) -> str:
    readable = "".join([c if c.isascii() and c.isalnum() else "_" for c in name[:60]])
    return f"{readable}-{key}.py"


def _read(path: str) -> str | None:
    with open(path, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or not _is_own(status) or status.st_size > _LARGEST:
            return None
        data = file.read()
    now = time.time()
    if now - status.st_mtime > _DAY:  # used: not the oldest any more
        with contextlib.suppress(OSError):
            os.utime(path)
    return data.decode("utf-8")


# -- the directory --------------------------------------------------------------------------------------


def _usable(*, create: bool) -> str | None:
    """The directory, if nobody else can write into it."""
    if os.environ.get("S2SAD_CACHE", "").strip().lower() in _OFF or not environment():
        return None
    directory = _directory()
    try:
        status = os.stat(directory)
    except OSError:
        if not create:
            return None
        try:
            os.makedirs(directory, mode=0o700, exist_ok=True)
            status = os.stat(directory)
        except OSError:
            return None
    if not stat.S_ISDIR(status.st_mode):
        return None
    if not _is_own(status):
        if directory not in _warned:
            _warned.add(directory)
            warnings.warn(
                f"s2sad does not use the cache directory {directory}, since others can write into it: "
                "chmod go-w it, or give another one in S2SAD_CACHE_DIR",
                RuntimeWarning,
                stacklevel=2,
            )
        return None
    return directory


def _is_own(status: os.stat_result) -> bool:
    """Does it belong to this user, who alone can write it? Elsewhere than on POSIX, the place must do."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _scan(directory: str) -> list[tuple[float, int, str]]:
    """(last used, size, path) of each entry, and of what writers that died have left behind."""
    found = []
    with contextlib.suppress(OSError), os.scandir(directory) as listing:
        for entry in listing:
            with contextlib.suppress(OSError):
                if re.search(r"-[0-9a-f]{32}\.py(\..*\.tmp)?$", entry.name) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime, status.st_size, entry.path))
    return found


def _bound(directory: str) -> None:
    """Removes what was not used for the longest time, until the rest is small enough."""
    found = sorted(_scan(directory))
    total = sum(size for _, size, _ in found)
    old = time.time() - _DAY
    for used, size, path in found:
        if total > LIMIT or (path.endswith(".tmp") and used < old):
            with contextlib.suppress(OSError):
                os.unlink(path)
            total -= size


# -- what makes derivatives -----------------------------------------------------------------------------

_environment: list[str] = []


def _python() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def environment() -> str:
    """Python, NumPy, and the files of s2sad itself.

    Empty if those cannot be told, or were replaced since they were imported; then nothing is cached.
    """
    if not _environment:
        _environment.append(_describe(os.path.dirname(os.path.abspath(__file__)), _STARTED))
    return _environment[0]


def _describe(package: str, imported: int) -> str:
    found, todo = [], [package]
    while todo:
        with contextlib.suppress(OSError), os.scandir(todo.pop()) as listing:
            for entry in listing:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    if status.st_ctime_ns > imported:
                        return ""
                    found.append(f"{entry.path[len(package) :]} {status.st_size} {status.st_mtime_ns}")
                elif entry.is_dir() and entry.name != "__pycache__":
                    todo.append(entry.path)
    if not found:
        return ""
    return digest(sys.implementation.cache_tag or _python(), _python(), np.__version__, *sorted(found))
