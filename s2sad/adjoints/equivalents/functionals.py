"""NumPy's functions that apply a function to parts of an array, written in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.runtime import collected, masks_of, places_within


def apply_along_axis(func1d: Callable[..., Any], axis: Any, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """`numpy.apply_along_axis`"""
    arr = np.asarray(arr)
    rows = np.moveaxis(arr, axis, -1)
    kept = np.shape(rows)[:-1]
    found = [func1d(row, *args, **kwargs) for row in np.reshape(rows, (-1, np.shape(rows)[-1]))]
    shape = np.shape(found[0])
    whole = np.reshape(np.stack(found), kept + shape)
    sources = tuple(range(len(kept), len(kept) + len(shape)))
    first = axis % np.ndim(arr)
    return np.moveaxis(whole, sources, tuple(range(first, first + len(shape))))


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """`numpy.piecewise`"""
    x = np.asarray(x)
    y = 0.0 * x
    for mask, function in zip(masks_of(condlist, len(funclist), x), funclist, strict=True):
        where = places_within(mask)
        if callable(function):
            part = np.broadcast_to(function(x[mask], *args, **kw), np.shape(x[mask]))
            y = np.where(mask, collected(part, where), y)
        else:
            y = np.where(mask, function, y)
    return y
