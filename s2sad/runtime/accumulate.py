"""Contributions to parts of a cotangent, and guards for what works in place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from s2sad.runtime.containers import DictBar, ListBar, ObjectBar
from s2sad.runtime.scattering import LARGE, add_elements, flat_places, places_taken


def add_at(bar: Any, index: Any, g: Any) -> None:
    """`bar[index] += g`, where an index that repeats adds up each time."""
    if not isinstance(bar, np.ndarray) or (not _is_array(index) and _selects_once(index)):
        bar[index] += g
        return
    flat = _flat_places(index, bar)
    if flat is None:
        np.add.at(bar, index, g)
    elif _selects_once(index):
        bar.reshape(-1)[flat] += g
    else:
        add_elements(bar, flat, g)


def _is_array(index: Any) -> bool:
    return isinstance(index, np.ndarray)


def _flat_places(index: Any, bar: Any) -> Any:
    """The places of single elements that an index selects, counted through the whole array, if that is faster; else None."""
    if not bar.flags.c_contiguous:
        return None
    if _is_array(index):
        if index.dtype == bool:
            return np.flatnonzero(index) if index.shape == bar.shape else None
        rows = bar.ndim > 1 and index.size * math.prod(bar.shape[1:]) >= LARGE
        return places_taken(index, bar.shape, 0) if rows else None
    if type(index) is tuple and len(index) == bar.ndim > 1 and all(_is_array(i) and i.dtype.kind in "iu" for i in index):
        return flat_places(index, bar.shape)
    return None


def add_item(bar: Any, position: int, g: Any) -> None:
    """`bar[position] += g`, where `bar` belongs to what a loop runs over: of a dictionary, that is the keys."""
    if not isinstance(bar, DictBar):
        bar[position] += g


def alone(g: Any, position: int, sequence: Any) -> Any:
    """The cotangent of a sequence of which nothing else is used than one element; `g` is that of the element.

    >>> alone(1.5, 1, (0.5, 2.0, 3.0))
    [0, 1.5, 0]
    """
    bar = ListBar([0] * len(sequence))
    bar[position] = g
    return bar


_KEYS = object()  # no dictionary has this key


def place_of_item(bar: Any, position: int) -> Any:
    """The place that `add_item(bar, position, g)` adds to: of a dictionary, one of which nothing else knows."""
    return _KEYS if isinstance(bar, DictBar) else position


def _selects_once(index: Any) -> bool:
    if isinstance(index, tuple):
        return all(_selects_once(i) for i in index)
    if isinstance(index, np.ndarray):
        return bool(index.dtype == bool)
    return not isinstance(index, list)


def popped(bar: Any) -> Any:
    """The last element of a list's cotangent, taken off; the list itself may have been emptied since."""
    return bar.pop() if isinstance(bar, list) and bar else 0


def display_item(bar: Any, key: Any, later: tuple[Any, ...]) -> Any:
    """The cotangent of an item in a dictionary display: none if one of the `later` keys is the same."""
    return bar[key] if isinstance(bar, dict) and key not in later else 0


def display_item_pullback(g: Any, bar: Any, key: Any, later: tuple[Any, ...]) -> Any:
    """The cotangent of `bar` where `g` is that of `display_item(bar, key, later)`."""
    return 0 if key in later else DictBar.of(bar, {key: g})


def display_items(bar: Any, mapping: Any, later: tuple[Any, ...]) -> Any:
    """The cotangent of a mapping that is spread in a dictionary display, but for what `later` keys replace."""
    replaced = set(later)
    return DictBar.of(mapping, {key: bar[key] for key in mapping if key not in replaced})


def attribute_cotangent(owner: Any, name: str, g: Any) -> Any:
    """The cotangent of `owner`, given that of `owner.T`, `.mT`, `.real` or `.imag`, or of an attribute so named."""
    if not isinstance(owner, (np.ndarray, np.generic, int, float, complex)):
        return ObjectBar(**{name: g})
    if name == "T":
        return g.T if hasattr(g, "T") else g
    if name == "mT":
        return np.swapaxes(g, -1, -2)
    if np.iscomplexobj(owner):
        return g + 0j if name == "real" else -1j * g
    return g if name == "real" else 0 * g


def require_rebinding(value: Any) -> None:
    """Refuses `value += ...` where it would work in place on an array or list."""
    if type(value) is float:
        return
    if hasattr(type(value), "__iadd__") or isinstance(value, np.ndarray):
        from s2sad.errors import InPlaceError

        raise InPlaceError(
            f"an augmented assignment works in place on a value of type {type(value).__name__}, which a derivative flows through",
            hint="write `x = x + ...` instead of `x += ...`",
        )


def require_apart(result: Any, *containers: Any) -> None:
    """Refuses a result of a function that is, or has inside, a container that its caller goes on to change."""
    if any(result is container for container in containers):
        from s2sad.errors import InPlaceError

        raise InPlaceError(
            "a container that is changed later, and that a derivative flows through, is given back by a function",
            hint="return a copy: list(values), dict(items)",
        )
    if isinstance(result, (list, tuple, dict)):
        for part in result.values() if isinstance(result, dict) else result:
            if isinstance(part, (list, tuple, dict)):
                require_apart(part, *containers)
