"""The elements of an iterable as a list, and their order by a key; names of fields: what the equivalents are built from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.adjoints.registry import linear, nondifferentiable
from s2sad.errors import NotDifferentiable
from s2sad.runtime import as_sequence

NUMBERS = [0.5, -1.5, 2.0]
VECTOR = np.array(NUMBERS)


def listed(iterable: Any, caller: str) -> list[Any]:
    """The elements of what may be read ahead: not of an iterator, which may be endless or have effects."""
    if hasattr(iterable, "__len__"):
        return list(iterable)
    iter(iterable)  # what is no iterable at all is the builtin's error
    raise NotDifferentiable(
        f"{caller} of an iterator ({type(iterable).__name__}), with values that a derivative flows through",
        hint=f"{caller} of list(...), if it is finite; or a loop of its own",
    )


@linear(listed, at=[(NUMBERS, "zip"), (VECTOR, "zip"), (np.outer(VECTOR, VECTOR), "zip")])
def listed_rule(g, xs, caller):  # type: ignore[no-untyped-def]
    return as_sequence(g, xs)


def sorted_indices(items: list[Any], key: Callable[[Any], Any] | None, reverse: Any) -> list[int]:
    """Where the elements of sorted(items, key=key, reverse=reverse) stand in `items`."""
    keys = items if key is None else [key(x) for x in items]
    return sorted(range(len(items)), key=keys.__getitem__, reverse=reverse)


def extreme_index(choose: Callable[..., int], items: Any, key: Callable[[Any], Any] | None) -> int:
    """Where choose(items, key=key) stands in `items`, for `choose` max or min."""
    return choose(range(len(items)), key=items.__getitem__ if key is None else lambda i: key(items[i]))


def given_fields(obj: Any, changes: Any = ()) -> list[str]:
    """The fields of a named tuple, and those of a dataclass that its constructor takes."""
    if isinstance(obj, tuple):
        return list(obj._fields)  # type: ignore[attr-defined]
    names = [f.name for f in dataclasses.fields(obj) if f.init]
    if not set(changes) <= set(names):
        dataclasses.replace(obj, **changes)  # the error is its own
    return names


def endless(caller: str) -> None:
    """Refuses what never ends."""
    raise NotDifferentiable(
        f"{caller} never ends, and a derivative flows through it",
        hint="say how many: itertools.repeat(x, n), or a loop over range(n)",
    )


nondifferentiable(sorted_indices, extreme_index, given_fields, endless)
