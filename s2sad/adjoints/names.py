"""Functions by name, since not every version of NumPy has every one."""

from __future__ import annotations

from types import ModuleType
from typing import Any


def of(module: ModuleType, *names: str) -> tuple[Any, ...]:
    """What a module has under these names."""
    return tuple(getattr(module, name) for name in names if name in dir(module))
