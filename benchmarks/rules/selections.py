"""What selects, sorts and scatters elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.rules.case import Case, Draw


def cases(draw: Draw) -> Iterator[Case]:
    yield from _slices(draw)
    yield from _indices(draw)
    yield from _choices(draw)
    yield from _orders(draw)


def _at(index: Any) -> Any:
    """The pullback of a selection that takes no element twice."""

    def by_hand(g: Any, x: Any, _: Any) -> Any:
        bar = np.zeros_like(x)
        bar[index] = g
        return bar

    return by_hand


def _slices(draw: Draw) -> Iterator[Case]:
    n, x, line = draw.n, draw.square(), draw.line()
    mask, some = draw.mask(), draw.rng.random(n) < 0.5
    yield Case("x[1:-1]", lambda x: x[1:-1], _at(np.s_[1:-1]), x)
    yield Case("x[::2]", lambda x: x[::2], _at(np.s_[::2]), line)
    yield Case("x[:, 0]", lambda x: x[:, 0], _at(np.s_[:, 0]), x)
    yield Case("x[mask]", lambda x: x[mask], _at(mask), x)
    yield Case("x[1:] - x[:-1]", lambda x: x[1:] - x[:-1], _differences, line)
    yield Case("np.compress", lambda x: np.compress(some, x, 0), _at(some), x)
    yield Case("np.extract", lambda x: np.extract(mask, x), _at(mask), x)
    trimmed = np.concatenate([np.zeros(3), np.abs(line) + 0.5, np.zeros(2)])
    yield Case("np.trim_zeros", np.trim_zeros, _at(np.s_[3:-2]), trimmed)


def _differences(g: Any, x: Any, _: Any) -> Any:
    bar = np.empty_like(x)
    bar[0], bar[1:] = 0.0, g
    bar[:-1] -= g
    return bar


def _indices(draw: Draw) -> Iterator[Case]:
    n, x, line = draw.n, draw.square(), draw.line()
    index, rows = draw.rng.integers(0, n * n, n * n), draw.rng.integers(0, n, n)
    first, second = draw.rng.integers(0, n, n * n), draw.rng.integers(0, n, n * n)
    inner, order = draw.rng.integers(0, n, (n, n)), np.argsort(draw.rng.random((n, n)), axis=1)
    bins, weights = draw.rng.integers(0, n, n * n), draw.line()
    yield Case("x[indices]", lambda x: x[index], lambda g, x, _: np.bincount(index, g, len(x)), line)
    yield Case("x[rows]", lambda x: x[rows], lambda g, x, _: _rows(g, x, rows), x)
    yield Case("x[i, j]", lambda x: x[first, second], lambda g, x, _: _pairs(g, x, first, second), x)
    yield Case("np.take", lambda x: np.take(x, index), lambda g, x, _: np.bincount(index, g, len(x)), line)
    yield Case("np.take(axis=0)", lambda x: np.take(x, rows, 0), lambda g, x, _: _rows(g, x, rows), x)
    yield Case("np.take(axis=1)", lambda x: np.take(x, rows, 1), lambda g, x, _: _rows(g.T, x.T, rows).T, x)
    yield Case("np.take(wrap)", lambda x: np.take(x, index, mode="wrap"), lambda g, x, _: _wrapped(g, x, index), line)
    yield Case("np.take_along_axis", lambda x: np.take_along_axis(x, order, 1), lambda g, x, _: _along(g, x, order), x)
    yield Case(
        "np.take_along_axis, repeated", lambda x: np.take_along_axis(x, inner, 1), lambda g, x, _: _along(g, x, inner), x
    )
    yield Case("np.bincount", lambda w: np.bincount(bins, w), lambda g, w, _: g[bins], weights)


def _wrapped(g: Any, x: Any, index: Any) -> Any:
    return np.bincount(index % len(x), g, len(x))


def _rows(g: Any, x: Any, rows: Any) -> Any:
    n = x.shape[1]
    return np.bincount((rows[:, None] * n + np.arange(n)).ravel(), g.ravel(), x.size).reshape(x.shape)


def _pairs(g: Any, x: Any, i: Any, j: Any) -> Any:
    return np.bincount(i * x.shape[1] + j, g, x.size).reshape(x.shape)


def _along(g: Any, x: Any, index: Any) -> Any:
    flat = index + np.arange(len(x))[:, None] * x.shape[1]
    return np.bincount(flat.ravel(), g.ravel(), x.size).reshape(x.shape)


def _choices(draw: Draw) -> Iterator[Case]:
    n, x, other, mask = draw.n, draw.square(), draw.square(), draw.mask()
    second, which = draw.mask(), draw.rng.integers(0, 3, (n, n))
    left = ~(mask | second)
    yield Case("np.select", lambda x: np.select([mask, second], [other, x], 0.5), _masked(second & ~mask), x)
    yield Case("np.select, of default", lambda x: np.select([mask, second], [other, other], x), _masked(left), x)
    yield Case("np.choose", lambda x: np.choose(which, [other, x, other]), lambda g, x, _: np.where(which == 1, g, 0.0), x)
    yield Case("np.piecewise", _piecewise(mask), lambda g, x, _: np.where(mask, g * np.cos(x), -g), x)


def _masked(mask: Any) -> Any:
    return lambda g, x, _: np.where(mask, g, 0.0)


def _piecewise(mask: Any) -> Any:
    return lambda x: np.piecewise(x, [mask], [lambda v: np.sin(v), lambda v: -v])


def _orders(draw: Draw) -> Iterator[Case]:
    n, x, line = draw.n, draw.square(), draw.line()
    yield Case("np.sort", np.sort, _sort, line)
    yield Case("np.sort(axis=1)", lambda x: np.sort(x, axis=1), _sort_rows, x)
    yield Case("np.sort(axis=0)", lambda x: np.sort(x, axis=0), lambda g, x, y: _sort_rows(g.T, x.T, y.T).T, x)
    yield Case("np.partition", lambda x: np.partition(x, n // 2), _partition, x)
    yield Case("np.sort_complex", lambda x: np.sort_complex(x), lambda g, x, y: _sort(g.real, x, y), line)
    yield Case("np.unique", np.unique, _unique, line)
    yield Case("np.unique_values", lambda x: np.unique_values(x), _by_value, line)


def _sort(g: Any, x: Any, _: Any) -> Any:
    bar = np.empty_like(x)
    bar[np.argsort(x, kind="stable")] = g
    return bar


def _sort_rows(g: Any, x: Any, _: Any) -> Any:
    bar = np.empty_like(x)
    np.put_along_axis(bar, np.argsort(x, axis=1, kind="stable"), g, 1)
    return bar


def _partition(g: Any, x: Any, y: Any) -> Any:
    """The result says in what order it holds the elements; equal ones keep theirs."""
    bar = np.empty_like(x)
    went = np.take_along_axis(g, np.argsort(y, axis=1, kind="stable"), 1)
    np.put_along_axis(bar, np.argsort(x, axis=1, kind="stable"), went, 1)
    return bar


def _unique(g: Any, x: Any, y: Any) -> Any:
    bar = np.zeros_like(x)
    bar[np.unique(x, return_index=True)[1]] = g
    return bar


def _by_value(g: Any, x: Any, y: Any) -> Any:
    """The values may come in any order."""
    return _unique(g[np.argsort(y, kind="stable")], x, y)
