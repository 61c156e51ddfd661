"""Pullbacks of differences, integrals, convolutions and interpolation along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.assembly import diff_pullback
from s2sad.runtime.containers import ListBar
from s2sad.runtime.places import scattered
from s2sad.runtime.shapes import array_pullback, as_operand, unbroadcast


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
    length = sum(np.shape(x)[axis] for x in joined(a, axis, prepend, append))
    whole = np.broadcast_to(0.0, _one(a, axis, length))
    start = 0 if prepend is None else np.shape(joined(a, axis, prepend)[0])[axis]
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


def gradient_pullback(g: Any, f: Any, varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """The cotangent of `f` where `g` is that of np.gradient(f, *varargs, axis=axis, edge_order=edge_order)."""
    axes = gradient_axes(np.ndim(f), axis)
    steps = _for_each(varargs or (1.0,), len(axes))
    parts = g if isinstance(g, (list, tuple)) else [g]
    total: Any = 0
    for part, i, step in zip(parts, axes, steps, strict=True):
        if not (type(part) is int and part == 0):
            bar = _against(np.asarray(part), int(i), step, edge_order)
            total = bar if type(total) is int else np.add(total, bar, out=total)
    return unbroadcast(total, f)


def _against(g: Any, axis: int, steps: Any, edge_order: Any) -> Any:
    """Each element of `g` along `axis` to those that np.gradient has taken it from."""
    n, few, wide = np.shape(g)[axis], min(np.shape(g)[axis], edge_order + 1), np.result_type(np.real(g), float)
    if np.ndim(steps):
        steps = steps + 0.0  # differences of integers overflow
        ends = [_taken(part, few, edge_order, wide)[edge] for edge, part in ((0, steps[:few]), (-1, steps[n - few :]))]
        return _spread(g, axis, *_weights(np.diff(steps)), ends)
    rows, dtype = np.moveaxis(g, axis, 0), _type_of_weights(g, steps)
    scaled = _padded(g, axis, np.divide(wide.type(0.5), steps).astype(dtype))
    return _with_ends(np.subtract(scaled[:n], scaled[2:]), rows, _taken(steps, few, edge_order, wide)[[0, -1]], axis)


def _taken(steps: Any, few: int, edge_order: Any, wide: Any = float) -> Any:
    """What np.gradient takes of each of a few elements."""
    return np.gradient(np.eye(few, dtype=np.result_type(steps, wide)), steps, axis=0, edge_order=edge_order)


def _spread(g: Any, axis: int, ahead: Any, behind: Any, ends: Any) -> Any:
    """`g` times the weights of the elements ahead of each, behind it and between, and those at the ends."""
    n, shape, dtype = np.shape(g)[axis], (-1, *(1,) * (np.ndim(g) - 1)), _type_of_weights(g, ahead)
    ahead, behind = (np.reshape(w, shape).astype(dtype) for w in (ahead, behind))
    bar = _padded(g, axis, ahead)[:n] - _padded(g, axis, behind)[2:] + _padded(g, axis, behind - ahead)[1:-1]
    return _with_ends(bar, np.moveaxis(g, axis, 0), ends, axis)


def _with_ends(bar: Any, rows: Any, ends: Any, axis: int) -> Any:
    """The cotangent `bar` with what the first and the last of `rows` give to a few elements, the axis where it was."""
    few = len(ends[0])
    bar[:few] += np.multiply.outer(ends[0].astype(bar.dtype), rows[0])
    bar[len(rows) - few :] += np.multiply.outer(ends[1].astype(bar.dtype), rows[-1])
    return np.moveaxis(bar, 0, axis)


def _type_of_weights(g: Any, weights: Any) -> Any:
    return g.dtype if np.iscomplexobj(weights) else np.real(g).dtype


def _padded(g: Any, axis: int, scale: Any) -> Any:
    """`g` scaled, with zeros for its first and its last element and for one more beyond each; `axis` is the first one."""
    whole = np.empty([n + 2 * (i == axis % g.ndim) for i, n in enumerate(g.shape)], g.dtype)
    rows, own = np.moveaxis(whole, axis, 0), np.moveaxis(g, axis, 0)
    rows[:2], rows[-2:] = 0, 0
    np.multiply(own[1:-1], scale, out=rows[2:-2])
    return rows


def _weights(d: Any) -> tuple[Any, Any]:
    """How much np.gradient takes of the element ahead of each, and of that behind, at uneven distances `d`."""
    before, after = d[:-1], d[1:]
    return before / (after * (before + after)), after / (before * (before + after))


def _weights_tangent(d: Any, t: Any) -> tuple[Any, Any]:
    """The tangents of these weights where `t` is that of the distances."""
    (ahead, behind), before, after = _weights(d), t[:-1] / d[:-1], t[1:] / d[1:]
    both = (t[:-1] + t[1:]) / (d[:-1] + d[1:])
    return ahead * (before - after - both), behind * (after - before - both)


def gradient_pullback_tangent(t: Any, g: Any, f: Any, varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """The tangent of gradient_pullback(g, f, varargs, axis, edge_order) where `t` holds those of `varargs`."""
    axes = gradient_axes(np.ndim(f), axis)
    parts = g if isinstance(g, (list, tuple)) else [g]
    total: Any = 0
    for part, i, step, dot in zip(parts, axes, _for_each(varargs, len(axes)), _for_each(t, len(axes)), strict=True):
        if type(part) is int or (type(dot) is int and dot == 0) or _of_integers(step):
            continue
        if np.ndim(step) == 0:
            total = total - _against(np.asarray(part), i, step, edge_order) * dot / step
        else:
            few = min(np.size(step), edge_order + 1)
            ends = [
                gradient_pushforward_points(
                    (dot[of],), _taken(step[of], few, edge_order), np.eye(few), (step[of],), 0, edge_order
                )
                for of in (slice(few), slice(np.size(step) - few, None))
            ]
            moved = _weights_tangent(np.diff(step), np.diff(dot))
            total = total + _spread(np.asarray(part), i, *moved, [ends[0][0], ends[1][-1]])
    return unbroadcast(total, f)


def gradient_of(h: Any, varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """The cotangent of `g` where `h` is that of gradient_pullback(g, f, varargs, axis, edge_order)."""
    found = np.gradient(h, *varargs, axis=axis, edge_order=edge_order)
    return ListBar(found) if isinstance(found, (list, tuple)) else found


def gradient_axes(rank: int, axis: Any) -> list[int]:
    """The axes of np.gradient(f, axis=axis), where `rank` is that of f."""
    return list(range(rank)) if axis is None else [int(i) for i in np.atleast_1d(axis)]


def _for_each(given: Any, count: int) -> list[Any]:
    """The distances for `count` axes, or their tangents: of all, where there is one."""
    arrays = [as_operand(x) for x in given]
    return arrays * count if len(arrays) == 1 else arrays


def _of_integers(step: Any) -> bool:
    """Whether these distances are constants."""
    return np.asarray(step).dtype.kind not in "fc"


def gradient_spans(size: int) -> Any:
    """The two distances that each result of np.gradient along an axis depends on, by number: those next to it, or at the end."""
    first = np.clip(np.arange(size) - 1, 0, max(size - 3, 0))
    return np.stack([first, np.minimum(first + 1, size - 2)])


def gradient_bends(f: Any, x: Any, axis: Any, edge_order: Any) -> Any:
    """The derivatives of np.gradient in these two distances, the axis made the last."""
    rows = np.moveaxis(np.asarray(f) + 0.0, axis, -1)  # differences of truth values are no numbers
    d = np.diff(x)
    s = np.diff(rows) / d
    one, other, along, across = d[:-1], d[1:], s[..., :-1], s[..., 1:]
    inner = (one * across + other * along) / (one + other)
    near = (across - inner - other * along / one) / (one + other)
    far = (along - inner - one * across / other) / (one + other)
    ends = [_end(d, s, edge_order), _end(np.flip(d), np.flip(s, -1), edge_order)]
    if np.shape(rows)[-1] == 2:
        return np.stack([np.concatenate([end[0] for end in ends], -1), np.concatenate([0.0 * end[0] for end in ends], -1)])
    return np.stack([np.concatenate([ends[0][0], near, ends[1][1]], -1), np.concatenate([ends[0][1], far, ends[1][0]], -1)])


def _end(d: Any, s: Any, edge_order: Any) -> tuple[Any, Any]:
    """The derivatives of the first result of np.gradient in the first two distances; `s`: the slopes over them."""
    first = -s[..., :1] / d[0]
    if edge_order == 1:
        return first, 0.0 * first
    both, bend = d[0] + d[1], d[0] * (s[..., 1:2] - s[..., :1]) / (d[0] + d[1]) ** 2
    return first - s[..., 1:2] / both + bend, d[0] * s[..., 1:2] / (d[1] * both) + bend


def gradient_pullback_points(g: Any, ans: Any, f: Any, varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """The cotangents of `varargs` where `g` is that of ans = np.gradient(f, *varargs, axis=axis, edge_order=edge_order)."""
    axes = gradient_axes(np.ndim(f), axis)
    steps = _for_each(varargs, len(axes))
    several = isinstance(ans, (list, tuple))
    bars: list[Any] = []
    for i, step in enumerate(steps):
        bar, result = (g[i], ans[i]) if several else (g, ans)
        if _of_integers(step):
            bars.append(np.zeros(np.shape(step), result.dtype))
        elif np.ndim(step) == 0:
            bars.append(-np.sum(bar * result) / step)
        else:
            rows = np.moveaxis(bar + 0.0 * result, axes[i], -1)
            moved = rows * gradient_bends(f, step, axes[i], edge_order)
            spans = np.broadcast_to(np.expand_dims(gradient_spans(np.size(step)), tuple(range(1, np.ndim(f)))), moved.shape)
            bars.append(unbroadcast(diff_pullback(scattered(moved, spans, np.diff(step)), step), step))
    parts = [sum(bars)] if len(varargs) == 1 else bars
    return ListBar([array_pullback(part, x) for part, x in zip(parts, varargs, strict=True)])


def gradient_pushforward_points(t: Any, ans: Any, f: Any, varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """The tangents of ans = np.gradient(f, *varargs, axis=axis, edge_order=edge_order) where `t` holds those of `varargs`."""
    axes = gradient_axes(np.ndim(f), axis)
    steps = _for_each(varargs, len(axes))
    dots = _for_each(t, len(axes))
    several = isinstance(ans, (list, tuple))
    found: list[Any] = []
    for i, (step, dot) in enumerate(zip(steps, dots, strict=True)):
        result = ans[i] if several else ans
        if _of_integers(step):
            found.append(0 * result)
        elif np.ndim(step) == 0:
            found.append(-result * dot / step)
        else:
            spans, bends = gradient_spans(np.size(step)), gradient_bends(f, step, axes[i], edge_order)
            moved = np.diff(dot + np.zeros_like(step))
            found.append(np.moveaxis(bends[0] * moved[spans[0]] + bends[1] * moved[spans[1]], -1, axes[i]))
    return ListBar(found) if several else found[0]


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
