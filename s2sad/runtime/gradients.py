"""Pullbacks and pushforwards of np.gradient, in the values and in the distances of the points, even and uneven."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.assembly import diff_pullback
from s2sad.runtime.containers import ListBar
from s2sad.runtime.places import scattered
from s2sad.runtime.shapes import array_pullback, as_operand, unbroadcast


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
    rows, dtype = np.swapaxes(g, 0, axis), _type_of_weights(g, steps)
    scaled = _scaled(rows, np.divide(wide.type(0.5), steps).astype(dtype))
    return _with_ends(_apart(scaled, scaled), rows, _taken(steps, few, edge_order, wide)[[0, -1]], axis)


def _taken(steps: Any, few: int, edge_order: Any, wide: Any = float) -> Any:
    """What np.gradient takes of each of a few elements."""
    return np.gradient(np.eye(few, dtype=np.result_type(steps, wide)), steps, axis=0, edge_order=edge_order)


def _spread(g: Any, axis: int, ahead: Any, behind: Any, ends: Any) -> Any:
    """`g` times the weights of the elements ahead of each, behind it and between, and those at the ends."""
    rows, shape, dtype = np.swapaxes(g, 0, axis), (-1, *(1,) * (np.ndim(g) - 1)), _type_of_weights(g, ahead)
    ahead, behind = (np.reshape(np.pad(w, 1), shape).astype(dtype) for w in (ahead, behind))
    bar = _apart(_scaled(rows, ahead), _scaled(rows, behind)) + _scaled(rows, behind - ahead)
    return _with_ends(bar, rows, ends, axis)


def _with_ends(bar: Any, rows: Any, ends: Any, axis: int) -> Any:
    """The cotangent `bar` with what the first and the last of `rows` give to a few elements, the axis where it was."""
    few = len(ends[0])
    bar[:few] += np.multiply.outer(ends[0].astype(bar.dtype), rows[0])
    bar[len(rows) - few :] += np.multiply.outer(ends[1].astype(bar.dtype), rows[-1])
    return np.swapaxes(bar, 0, axis)


def _type_of_weights(g: Any, weights: Any) -> Any:
    return g.dtype if np.iscomplexobj(weights) else np.real(g).dtype


def _scaled(rows: Any, weights: Any) -> Any:
    """`rows` times their weights, but zeros for the first and the last of them, whose differences are one-sided."""
    scaled = np.multiply(rows, weights)
    scaled[0], scaled[-1] = 0, 0
    return scaled


def _apart(ahead: Any, behind: Any) -> Any:
    """What each row of `ahead` adds to the next one, less what each of `behind` adds to the one before it."""
    bar = np.empty_like(ahead)
    bar[0], bar[-1] = -behind[1], ahead[-2]
    np.subtract(ahead[:-2], behind[2:], out=bar[1:-1])
    return bar


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
