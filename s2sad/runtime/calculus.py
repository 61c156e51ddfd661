"""Pullbacks of differences, integrals, convolutions and interpolation along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.assembly import diff_pullback
from s2sad.runtime.places import scattered
from s2sad.runtime.shapes import unbroadcast


def joined(a: Any, axis: Any, prepend: Any = None, append: Any = None) -> list[Any]:
    """What np.diff joins before it takes differences: numbers are spread over the other axes."""
    return [x if np.ndim(x) else np.broadcast_to(x, _one(a, axis)) for x in (prepend, a, append) if x is not None]


def _one(a: Any, axis: Any, length: int = 1) -> tuple[int, ...]:
    """The shape of `a`, of another length along `axis`."""
    return tuple(length if i == axis % np.ndim(a) else n for i, n in enumerate(np.shape(a)))


def diff_part(g: Any, which: Any, a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Any:
    """The cotangent of `a` (which=0), `prepend` (-1) or `append` (1) where `g` is that of np.diff with these."""
    if n == 0:
        return g if which == 0 else 0 * np.sum(g)
    lengths = [np.shape(x)[axis] for x in joined(a, axis, prepend, append)]
    whole = np.broadcast_to(0.0, _one(a, axis, sum(lengths)))
    start = 0 if prepend is None else lengths[0]
    stop = start + np.shape(a)[axis]
    part, like = ((slice(start), prepend), (slice(start, stop), a), (slice(stop, None), append))[which + 1]
    return unbroadcast(diff_pullback(g, whole, n, axis, part), like)


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
    part, like = (g[last:], to_end) if which > 0 else (g[:first], to_begin)
    return unbroadcast(np.reshape(part, np.shape(like)), like)


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
    if x is None:
        return unbroadcast(to_points(g * dx, y, axis), y)
    half = spacing(x, dx, y, axis) / 2
    along = axis % np.ndim(y) - np.ndim(y)
    none = np.zeros(_one(half, along), half.dtype)
    weights = np.concatenate([half, none], along) + np.concatenate([none, half], along)
    return unbroadcast(np.expand_dims(g, axis) * weights, y)


def to_points(g: Any, y: Any, axis: Any = -1) -> Any:
    """The cotangent of `y` where `g` is that of np.trapezoid(y, axis=axis): half of it to the first point, and to the last."""
    g = np.asarray(g)
    bar = np.empty(np.shape(y), g.dtype)
    points = np.moveaxis(bar, axis, 0)
    points[...] = g
    share = 0.5 if len(points) > 1 else 0.0
    points[:1] *= share
    points[-1:] *= share
    return bar


def trapezoid_pullback_x(g: Any, y: Any, x: Any, axis: Any = -1) -> Any:
    """The cotangent of `x` where `g` is that of np.trapezoid(y, x, axis=axis)."""
    steps = np.expand_dims(g / 2, axis) * neighbour_sums(y, axis)
    if np.ndim(x) == 1:
        steps = np.sum(np.moveaxis(steps, axis, -1), axis=tuple(range(np.ndim(y) - 1)))
        return unbroadcast(diff_pullback(steps, x), x)
    return unbroadcast(diff_pullback(steps, np.broadcast_to(x, np.shape(y)), 1, axis), x)


def neighbour_sums(v: Any, axis: Any) -> Any:
    """The sum of each element of `v` along `axis` and the one behind it."""
    before = (slice(None),) * (axis % np.ndim(v))
    v = np.asarray(v)
    return v[(*before, slice(1, None))] + v[(*before, slice(-1))]


def trapezoid_sum(v: Any, y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The integral of `v` over the points of np.trapezoid(y, x, dx, axis)."""
    return np.sum(spacing(x, dx, y, axis) / 2 * neighbour_sums(v, axis), axis=axis)


def trapezoid_slope(y: Any, x: Any = None, axis: Any = -1) -> Any:
    """The derivative of np.trapezoid(y, x, dx, axis) in dx, which points that are given take the place of."""
    whole = trapezoid_sum(y, y, None, 1.0, axis)
    return whole if x is None else 0.0 * whole


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
    there = np.size(xp) > 0  # NumPy interpolates nothing at no points
    return np.asarray(there and (np.greater_equal(x, xp[0])) & (np.less_equal(x, xp[-1])), dtype=float)


def below(x: Any, xp: Any) -> Any:
    """Where x is ahead of the points."""
    return np.less(x, xp[0]) if np.size(xp) else np.zeros(np.shape(x), bool)


def above(x: Any, xp: Any) -> Any:
    """Where x is behind the points."""
    return np.greater(x, xp[-1]) if np.size(xp) else np.zeros(np.shape(x), bool)


def line_slopes(xp: Any, fp: Any) -> Any:
    """The slopes of the lines between the points, which may be given as truth values."""
    return np.diff(np.multiply(1.0, fp)) / np.diff(np.multiply(1.0, xp))


def interp_slope(x: Any, xp: Any, fp: Any) -> Any:
    """The derivative of np.interp in x: the slope of the line that x lies on, 0 beyond the points."""
    return inside(x, xp) * np.take(line_slopes(xp, fp), interval(x, xp))


def interp_share(x: Any, xp: Any, i: Any) -> Any:
    """How far each x is along the line that it lies on, the one at interval `i`."""
    return np.clip((x - np.take(xp, i)) / np.take(np.diff(np.multiply(1.0, xp)), i), 0.0, 1.0)


def interp_pullback_points(g: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None) -> Any:
    """The cotangent of `fp` where `g` is that of np.interp(x, xp, fp, left, right)."""
    g, i = _seen(g, x, xp, left, right), interval(x, xp)
    ahead = g * interp_share(x, xp, i)
    return scattered(g - ahead, i, fp) + scattered(ahead, i + 1, fp)


def interp_pullback_places(g: Any, x: Any, xp: Any, fp: Any) -> Any:
    """The cotangent of `xp` where `g` is that of np.interp(x, xp, fp)."""
    i = interval(x, xp)
    moved = -g * inside(x, xp) * np.take(line_slopes(xp, fp), i)
    ahead = moved * interp_share(x, xp, i)
    return scattered(moved - ahead, i, xp) + scattered(ahead, i + 1, xp)


def interp_between(x: Any, xp: Any, v: Any, left: Any = None, right: Any = None) -> Any:
    """The values `v` at the points, interpolated; 0 where np.interp gives `left` or `right`."""
    i = interval(x, xp)
    share = interp_share(x, xp, i)
    return _seen(np.take(v, i) * (1 - share) + np.take(v, i + 1) * share, x, xp, left, right)


def _seen(g: Any, x: Any, xp: Any, left: Any, right: Any) -> Any:
    """`g`, and 0 where the result was `left` or `right`."""
    if left is not None:
        g = np.where(below(x, xp), 0.0, g)
    return g if right is None else np.where(above(x, xp), 0.0, g)
