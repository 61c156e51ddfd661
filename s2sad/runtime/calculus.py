"""Pullbacks of differences, integrals, convolutions and interpolation along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.assembly import diff_pullback
from s2sad.runtime.places import scattered
from s2sad.runtime.shapes import unbroadcast

BAND = 5  # np.gradient reads at most two elements to either side


def joined(a: Any, axis: Any, prepend: Any = None, append: Any = None) -> list[Any]:
    """What np.diff joins before it takes differences: numbers are spread over the other axes."""
    return [x if np.ndim(x) else np.broadcast_to(x, _one(a, axis)) for x in (prepend, a, append) if x is not None]


def _one(a: Any, axis: Any) -> tuple[int, ...]:
    """The shape of `a`, of length 1 along `axis`."""
    return tuple(1 if i == axis % np.ndim(a) else n for i, n in enumerate(np.shape(a)))


def diff_part(g: Any, which: Any, a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    """The cotangent of `a` (which=0), `prepend` (-1) or `append` (1) where `g` is that of np.diff with these."""
    if n == 0:
        return g if which == 0 else 0 * np.sum(g)
    whole = diff_pullback(g, np.concatenate(joined(a, axis, prepend, append), axis), n, axis)
    start = 0 if prepend is None else np.shape(joined(a, axis, prepend)[0])[axis]
    stop = start + np.shape(a)[axis]
    if which < 0:
        return unbroadcast(np.take(whole, np.arange(start), axis), prepend)
    if which == 0:
        return unbroadcast(np.take(whole, np.arange(start, stop), axis), a)
    return unbroadcast(np.take(whole, np.arange(stop, np.shape(whole)[axis]), axis), append)


def diff_tangent(t: Any, which: Any, a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    """The tangent of np.diff with these where `t` is that of `a` (which=0), `prepend` (-1) or `append` (1)."""
    dots = [None if x is None else t if i == which else np.zeros_like(x) for i, x in ((-1, prepend), (0, a), (1, append))]
    if dots[1] is not t:
        dots[1] = np.zeros_like(a)
    return np.diff(np.concatenate(joined(dots[1], axis, dots[0], dots[2]), axis), n, axis)


def ediff1d_part(g: Any, which: Any, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The cotangent of `ary` (which=0), `to_end` (1) or `to_begin` (-1) where `g` is that of np.ediff1d with these."""
    first = 0 if to_begin is None else np.size(to_begin)
    last = np.size(g) - (0 if to_end is None else np.size(to_end))
    if which == 0:
        return unbroadcast(np.reshape(diff_pullback(g[first:last], np.ravel(ary)), np.shape(ary)), ary)
    return np.reshape(g[last:], np.shape(to_end)) if which > 0 else np.reshape(g[:first], np.shape(to_begin))


def ediff1d_tangent(t: Any, which: Any, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The tangent of np.ediff1d with these where `t` is that of `ary` (which=0), `to_end` (1) or `to_begin` (-1)."""
    dots = [t if i == which else np.zeros_like(x) for i, x in ((0, ary), (1, to_end), (-1, to_begin)) if x is not None]
    end = None if to_end is None else dots[1]
    return np.ediff1d(dots[0], end, None if to_begin is None else dots[-1])


def spacing(x: Any, dx: Any, y: Any, axis: Any = -1) -> Any:
    """The distances of the points that np.trapezoid sums over, in a shape that fits y's."""
    if x is None:
        return dx
    if np.ndim(x) == 1:
        return np.reshape(np.diff(x), (-1, *(1,) * (np.ndim(y) - 1 - axis % np.ndim(y))))
    return np.diff(x, 1, axis)


def trapezoid_pullback_y(g: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The cotangent of `y` where `g` is that of np.trapezoid(y, x, dx, axis): half of either distance."""
    steps = np.shape(np.diff(y, 1, axis))
    half = np.broadcast_to(np.expand_dims(g, axis) * spacing(x, dx, y, axis) / 2, steps)
    none = np.zeros(_one(y, axis), half.dtype)
    return unbroadcast(np.concatenate([half, none], axis) + np.concatenate([none, half], axis), y)


def trapezoid_pullback_x(g: Any, y: Any, x: Any, axis: Any = -1) -> Any:
    """The cotangent of `x` where `g` is that of np.trapezoid(y, x, axis=axis)."""
    n = np.shape(y)[axis]
    mean = (np.take(y, np.arange(1, n), axis) + np.take(y, np.arange(n - 1), axis)) / 2
    steps = np.expand_dims(g, axis) * mean
    if np.ndim(x) == 1:
        steps = np.sum(np.moveaxis(steps, axis, -1), axis=tuple(range(np.ndim(y) - 1)))
        return unbroadcast(diff_pullback(steps, x), x)
    return unbroadcast(diff_pullback(steps, np.broadcast_to(x, np.shape(y)), 1, axis), x)


def trapezoid_sum(v: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The integral of `v` over the points of np.trapezoid(y, x, dx, axis)."""
    n = np.shape(v)[axis]
    mean = (np.take(v, np.arange(1, n), axis) + np.take(v, np.arange(n - 1), axis)) / 2
    return np.sum(spacing(x, dx, y, axis) * mean, axis=axis)


def trapezoid_slope(y: Any, x: Any = None, axis: Any = -1) -> Any:
    """The derivative of np.trapezoid(y, x, dx, axis) in dx, which points that are given take the place of."""
    whole = trapezoid_sum(y, y, None, 1.0, axis)
    return whole if x is None else 0.0 * whole


def gradient_band(size: int, steps: Any, edge_order: Any) -> Any:
    """The coefficients of np.gradient along one axis: row d holds those of the element d - 2 places ahead of each."""
    own = np.arange(size)
    answers = [np.gradient((own % BAND == k).astype(float), steps, edge_order=edge_order) for k in range(BAND)]
    return np.stack(
        [np.where((own + d >= 0) & (own + d < size), np.choose((own + d) % BAND, answers), 0) for d in range(-2, 3)]
    )


def gradient_pullback(g: Any, f: Any, varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """The cotangent of `f` where `g` is that of np.gradient(f, *varargs, axis=axis, edge_order=edge_order)."""
    axes = list(range(np.ndim(f))) if axis is None else list(np.atleast_1d(axis))
    steps = list(varargs) * len(axes) if len(varargs) == 1 else list(varargs) or [1.0] * len(axes)
    parts = g if isinstance(g, (list, tuple)) else [g]
    total: Any = 0
    for part, i, step in zip(parts, axes, steps, strict=True):
        if not (type(part) is int and part == 0):
            total = total + _along(part, f, i, step, edge_order)
    return total


def _along(g: Any, f: Any, axis: Any, steps: Any, edge_order: Any) -> Any:
    size = np.shape(f)[axis]
    band = gradient_band(size, steps, edge_order)
    rows = np.moveaxis(g, axis, -1)
    wide = np.concatenate(
        [np.zeros((*rows.shape[:-1], 2), rows.dtype), rows, np.zeros((*rows.shape[:-1], 2), rows.dtype)], -1
    )
    total: Any = 0
    for d in range(BAND):
        # element j is read by the one at j - (d - 2), with that one's coefficient
        coefficients = np.concatenate([np.zeros(2), band[d], np.zeros(2)]).astype(np.real(rows).dtype)
        total = total + (wide * coefficients)[..., 4 - d : 4 - d + size]
    return unbroadcast(np.moveaxis(total, -1, axis), f)


def convolve_pullback(g: Any, a: Any, v: Any, mode: Any = "full") -> Any:
    """The cotangent of `a` where `g` is that of np.convolve(a, v, mode), which commutes."""
    return unbroadcast(np.convolve(_full(g, a, v, mode, False), np.flip(v), "valid"), a) if np.size(v) else 0


def correlate_pullback_a(g: Any, a: Any, v: Any, mode: Any = "valid") -> Any:
    """The cotangent of `a` where `g` is that of np.correlate(a, v, mode)."""
    return unbroadcast(np.convolve(_full(g, a, v, mode, True), np.conj(v), "valid"), a)


def correlate_pullback_v(g: Any, a: Any, v: Any, mode: Any = "valid") -> Any:
    """The cotangent of `v` where `g` is that of np.correlate(a, v, mode), which conjugates v."""
    return unbroadcast(np.conj(np.flip(np.convolve(_full(g, a, v, mode, True), np.flip(a), "valid"))), v)


def _full(g: Any, a: Any, v: Any, mode: Any, correlates: bool) -> Any:
    """`g` where the result lies in that of the mode "full", and zeros around it."""
    large, small = max(np.size(a), np.size(v)), min(np.size(a), np.size(v))
    cut = 0
    if mode == "valid":
        cut = small - 1
    elif mode == "same":
        cut = small // 2 if correlates and np.size(a) < np.size(v) else (small - 1) // 2
    rest = large + small - 1 - cut - np.size(g)
    return np.concatenate([np.zeros(cut, g.dtype), g, np.zeros(rest, g.dtype)])


def interval(x: Any, xp: Any) -> Any:
    """The number of the point ahead of each x, as np.interp takes it; the last but one at the end."""
    return np.clip(np.searchsorted(xp, x, "right") - 1, 0, np.size(xp) - 2)


def inside(x: Any, xp: Any) -> Any:
    """1 where x is between the points, 0 beyond them."""
    return np.asarray((np.greater_equal(x, xp[0])) & (np.less_equal(x, xp[-1])), dtype=float)


def interp_slope(x: Any, xp: Any, fp: Any) -> Any:
    """The derivative of np.interp in x: the slope of the line that x lies on, 0 beyond the points."""
    i = interval(x, xp)
    rise = np.take(fp, i + 1) - 1.0 * np.take(fp, i)  # also of truth values
    return inside(x, xp) * rise / (np.take(xp, i + 1) - 1.0 * np.take(xp, i))


def interp_share(x: Any, xp: Any) -> Any:
    """How far each x is along the line that it lies on."""
    i = interval(x, xp)
    return np.clip((x - np.take(xp, i)) / (np.take(xp, i + 1) - np.take(xp, i)), 0.0, 1.0)


def interp_pullback_points(g: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    """The cotangent of `fp` where `g` is that of np.interp(x, xp, fp, left, right)."""
    g, i, share = _seen(g, x, xp, left, right), interval(x, xp), interp_share(x, xp)
    return scattered(np.stack([g * (1 - share), g * share]), np.stack([i, i + 1]), fp)


def interp_pullback_places(g: Any, x: Any, xp: Any, fp: Any) -> Any:
    """The cotangent of `xp` where `g` is that of np.interp(x, xp, fp)."""
    i, share = interval(x, xp), interp_share(x, xp)
    moved = -g * interp_slope(x, xp, fp)
    return scattered(np.stack([moved * (1 - share), moved * share]), np.stack([i, i + 1]), xp)


def interp_between(x: Any, xp: Any, v: Any, left: Any = None, right: Any = None) -> Any:
    """The values `v` at the points, interpolated; 0 where np.interp gives `left` or `right`."""
    i, share = interval(x, xp), interp_share(x, xp)
    return _seen(np.take(v, i) * (1 - share) + np.take(v, i + 1) * share, x, xp, left, right)


def _seen(g: Any, x: Any, xp: Any, left: Any, right: Any) -> Any:
    """`g`, and 0 where the result was `left` or `right`."""
    if left is not None:
        g = np.where(np.less(x, xp[0]), 0.0, g)
    return g if right is None else np.where(np.greater(x, xp[-1]), 0.0, g)
