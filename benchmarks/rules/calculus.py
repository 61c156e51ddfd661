"""Differences, integrals, convolutions and interpolation; functions applied to parts of an array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.rules.case import Case, Draw


def cases(draw: Draw) -> Iterator[Case]:
    yield from _differences(draw)
    yield from _integrals(draw)
    yield from _convolutions(draw)
    yield from _interpolation(draw)
    yield from _applied(draw)


def _differences(draw: Draw) -> Iterator[Case]:
    x, line = draw.square(), draw.line()
    yield Case("np.diff", np.diff, _diff, line)
    yield Case("np.diff(axis=0)", lambda x: np.diff(x, axis=0), _diff, x)
    yield Case("np.diff(axis=1)", np.diff, lambda g, x, _: _diff_rows(g, x), x)
    yield Case("np.diff(n=2)", lambda x: np.diff(x, 2), _diff_twice, line)
    yield Case("np.diff(prepend=)", lambda x: np.diff(x, prepend=0.5), _diff_after, line)
    yield Case("np.ediff1d", np.ediff1d, _diff, line)
    yield Case("np.gradient", np.gradient, _gradient, line)
    yield Case("np.gradient(axis=0)", lambda x: np.gradient(x, axis=0), _gradient, x)
    yield Case("np.gradient(axis=1)", lambda x: np.gradient(x, axis=1), lambda g, x, _: _gradient_rows(g, x), x)
    yield Case(
        "np.gradient, both axes", lambda x: np.gradient(x), lambda g, x, _: _gradient(g[0], x) + _gradient_rows(g[1], x), x
    )


def _diff(g: Any, x: Any, _: Any = None) -> Any:
    bar = np.empty_like(x)
    bar[0] = -g[0]
    np.subtract(g[:-1], g[1:], out=bar[1:-1])
    bar[-1] = g[-1]
    return bar


def _diff_rows(g: Any, x: Any) -> Any:
    bar = np.empty_like(x)
    bar[:, 0] = -g[:, 0]
    np.subtract(g[:, :-1], g[:, 1:], out=bar[:, 1:-1])
    bar[:, -1] = g[:, -1]
    return bar


def _diff_twice(g: Any, x: Any, _: Any) -> Any:
    return _diff(_diff(g, x[1:]), x)


def _diff_after(g: Any, x: Any, _: Any) -> Any:
    bar = np.empty_like(x)
    np.subtract(g[:-1], g[1:], out=bar[:-1])
    bar[-1] = g[-1]
    return bar


def _gradient(g: Any, x: Any, _: Any = None) -> Any:
    """Central differences within, one-sided ones at the ends."""
    half = 0.5 * g
    bar = np.empty_like(x)
    np.subtract(half[:-2], half[2:], out=bar[1:-1])
    bar[0], bar[-1] = -g[0] - half[1], half[-2] + g[-1]
    bar[1] += half[0]
    bar[-2] -= half[-1]
    return bar


def _gradient_rows(g: Any, x: Any) -> Any:
    half = 0.5 * g
    bar = np.empty_like(x)
    np.subtract(half[:, :-2], half[:, 2:], out=bar[:, 1:-1])
    bar[:, 0], bar[:, -1] = -g[:, 0] - half[:, 1], half[:, -2] + g[:, -1]
    bar[:, 1] += half[:, 0]
    bar[:, -2] -= half[:, -1]
    return bar


def _integrals(draw: Draw) -> Iterator[Case]:
    x, at, steps = draw.square(), np.sort(draw.row()), np.sort(draw.square(), axis=1)
    weights = _weights(at)
    yield Case("np.trapezoid", lambda x: np.trapezoid(x, dx=0.5), _trapezoid, x)
    yield Case("np.trapezoid(x=)", lambda x: np.trapezoid(x, at), lambda g, x, _: g[:, None] * weights, x)
    yield Case("np.trapezoid, of the points", lambda s: np.trapezoid(x, s), lambda g, s, _: _of_points(g, x, s), steps)


def _trapezoid(g: Any, x: Any, _: Any) -> Any:
    bar = np.empty_like(x)
    bar[...] = (0.5 * g)[:, None]
    bar[:, 0] *= 0.5
    bar[:, -1] *= 0.5
    return bar


def _weights(at: Any) -> Any:
    w = np.zeros_like(at)
    w[1:] += np.diff(at) / 2
    w[:-1] += np.diff(at) / 2
    return w


def _of_points(g: Any, y: Any, s: Any) -> Any:
    mean = y[:, 1:] + y[:, :-1]
    mean *= (0.5 * g)[:, None]
    return _diff_rows(mean, s)


def _convolutions(draw: Draw) -> Iterator[Case]:
    line, kernel = draw.line(), draw(min(20, draw.n))
    yield Case("np.convolve", lambda x: np.convolve(x, kernel), lambda g, x, _: np.correlate(g, kernel), line)
    yield Case(
        "np.convolve(valid)",
        lambda x: np.convolve(x, kernel, "valid"),
        lambda g, x, _: np.correlate(g, kernel, "full"),
        line,
    )
    yield Case("np.convolve(same)", lambda x: np.convolve(x, kernel, "same"), lambda g, x, _: _same(g, x, kernel), line)
    yield Case("np.convolve, of the kernel", lambda k: np.convolve(line, k), lambda g, k, _: np.correlate(g, line), kernel)
    yield Case("np.correlate", lambda x: np.correlate(x, kernel), lambda g, x, _: np.convolve(g, kernel), line)
    yield Case("np.correlate, of the kernel", lambda k: np.correlate(line, k), lambda g, k, _: np.correlate(line, g), kernel)


def _same(g: Any, x: Any, kernel: Any) -> Any:
    cut = (len(kernel) - 1) // 2
    return np.correlate(np.concatenate([np.zeros(cut), g, np.zeros(len(kernel) - 1 - cut)]), kernel)


def _interpolation(draw: Draw) -> Iterator[Case]:
    n = draw.n
    at, values = np.arange(n) / n, draw.row()
    x = draw.rng.integers(-2, n + 2, n * n) / n if draw.coarse else draw.rng.uniform(-0.1, 1.1, n * n)
    yield Case("np.interp", lambda x: np.interp(x, at, values), lambda g, x, _: _interp(g, x, at, values), x)
    yield Case("np.interp, of the values", lambda v: np.interp(x, at, v), lambda g, v, _: _interp_values(g, x, at), values)
    yield Case(
        "np.interp, of the points", lambda a: np.interp(x, a, values), lambda g, a, _: _interp_points(g, x, a, values), at
    )


def _located(x: Any, at: Any) -> tuple[Any, Any]:
    """The interval of each element, and how far along it the element lies."""
    i = np.searchsorted(at, x, "right")
    i -= 1
    np.clip(i, 0, len(at) - 2, out=i)
    share = x - at[i]
    share /= np.diff(at)[i]
    return i, np.clip(share, 0.0, 1.0, out=share)


def _interp(g: Any, x: Any, at: Any, values: Any) -> Any:
    """Beyond the points the slope is 0."""
    slopes = np.concatenate([[0.0], np.diff(values) / np.diff(at), [0.0]])
    i = np.searchsorted(at, x, "right")
    i[x == at[-1]] = len(at) - 1
    return g * slopes[i]


def _interp_values(g: Any, x: Any, at: Any) -> Any:
    i, share = _located(x, at)
    ahead = g * share
    bar = np.bincount(i, g - ahead, len(at))
    bar[1:] += np.bincount(i, ahead, len(at) - 1)[: len(at) - 1]
    return bar


def _interp_points(g: Any, x: Any, at: Any, values: Any) -> Any:
    return _interp_values(-_interp(g, x, at, values), x, at)


def _applied(draw: Draw) -> Iterator[Case]:
    """A function written in Python, applied to a thousand rows."""
    x = draw.square()
    yield Case("np.apply_along_axis", lambda x: np.apply_along_axis(lambda row: np.sum(np.sin(row)), 1, x), _by_rows, x)


def _by_rows(g: Any, x: Any, _: Any) -> Any:
    return np.stack([part * np.cos(row) for part, row in zip(g, x)])
