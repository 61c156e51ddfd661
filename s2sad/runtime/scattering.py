"""Sums of what comes from the same place of an array, which is counted through the whole array: of that NumPy adds up fastest."""

from __future__ import annotations

from typing import Any

import numpy as np

LARGE = 1000
"""Elements from which on it pays to count their places through the whole array."""


def add_elements(total: Any, flat: Any, g: Any) -> None:
    """`total.reshape(-1)[flat] += g` of a contiguous array, where places that repeat add up.

    >>> total = np.zeros((2, 2))
    >>> add_elements(total, np.array([3, 0, 3]), np.array([1.0, 2.0, 3.0]))
    >>> total
    array([[2., 0.],
           [0., 4.]])
    """
    np.add.at(total.reshape(-1), np.ravel(flat), np.ravel(np.broadcast_to(g, np.shape(flat))))


def flat_places(index: Any, shape: Any) -> Any:
    """The places of the elements at `index`, one array of numbers for each axis, counted through an array of that shape.

    Those that count from the end of the first axis count from the end of all.
    """
    flat = np.asarray(index[0], np.intp)
    for places, n in zip(index[1:], shape[1:], strict=True):
        flat = flat * n + _from_start(np.asarray(places, np.intp), n)
    return flat


def places_along(indices: Any, shape: tuple[int, ...], axis: int) -> Any:
    """The places of the elements that np.take_along_axis takes out of an array of that shape."""
    grid: list[Any] = list(np.ix_(*map(np.arange, shape)))
    grid[axis] = indices
    return flat_places(grid, shape)


def places_taken(indices: Any, shape: tuple[int, ...], axis: int) -> Any:
    """The places of the elements that np.take takes out of an array of that shape, in the shape of its result."""
    indices = np.asarray(indices)
    flat = places_along(np.reshape(indices, [-1 if i == axis else 1 for i in range(len(shape))]), shape, axis)
    return np.reshape(flat, (*shape[:axis], *indices.shape, *shape[axis + 1 :]))


def _from_start(places: Any, n: int) -> Any:
    return np.where(places < 0, places + n, places) if np.min(places, initial=0) < 0 else places
