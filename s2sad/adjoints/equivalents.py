"""Builtins that have no source, written in Python, so that they are differentiated like any user's function.

Emitted code calls these in place of the builtins, where a derivative flows through the call.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any


def reduce(function: Any, values: Any, *initial: Any) -> Any:
    """`functools.reduce`"""
    items = list(values)
    if initial:
        total = initial[0]
        start = 0
    else:
        total = items[0]
        start = 1
    for i in range(start, len(items)):
        total = function(total, items[i])
    return total


def dict_get(mapping: Any, key: Any, default: Any = None) -> Any:
    """`dict.get`"""
    if key in mapping:
        return mapping[key]
    return default


EQUIVALENTS: dict[Any, Callable[..., Any]] = {functools.reduce: reduce}
#: Methods of builtin containers, by type and name.
METHOD_EQUIVALENTS: dict[tuple[type, str], Callable[..., Any]] = {(dict, "get"): dict_get}


def equivalent(function: Any) -> Callable[..., Any] | None:
    """The function in Python that stands for a builtin, or None."""
    try:
        return EQUIVALENTS.get(function)
    except TypeError:
        return None


def method_equivalent(owner: Any, name: str) -> Callable[..., Any] | None:
    """The function in Python that stands for a method of a builtin container, or None."""
    return METHOD_EQUIVALENTS.get((type(owner), name))
