"""Pullbacks of Python's reductions over sequences: sum, math.prod, max, math.hypot and their like.

The cotangent of a list or tuple is a ListBar, that of an array an array. A dictionary is here the sequence of its
keys, which carry no derivative: its cotangent is an empty one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from s2sad.runtime.containers import DictBar, ListBar
from s2sad.runtime.shapes import unbroadcast


def _is_zero(x: Any) -> bool:
    return type(x) is int and x == 0


def as_sequence(bars: Any, xs: Any) -> Any:
    """Cotangents of elements as the cotangent of the sequence `xs`: an array if it is one."""
    if isinstance(xs, dict):
        return DictBar.of(xs)
    bars = _of_elements(bars, xs)
    if isinstance(xs, np.ndarray):
        if isinstance(bars, np.ndarray):
            return bars
        parts = [np.zeros_like(x) if _is_zero(b) else b for b, x in zip(bars, xs, strict=True)]
        return np.reshape(np.array(parts, xs.dtype), xs.shape)
    return bars if isinstance(bars, ListBar) else ListBar(bars)


def _of_elements(bars: Any, xs: Any) -> Any:
    """The cotangent of a sequence as those of its elements: none of keys."""
    return ListBar([0] * len(xs)) if isinstance(bars, DictBar) else bars


def spread(g: Any, xs: Any) -> Any:
    """The cotangent of a sequence that was summed: `g` for each element.

    >>> spread(2.0, [1.0, 5.0])
    [2.0, 2.0]
    """
    if isinstance(xs, np.ndarray):
        return unbroadcast(np.broadcast_to(g, xs.shape), xs)
    if isinstance(xs, dict):
        return DictBar.of(xs)
    if type(g) is float:
        return ListBar([g] * len(xs))
    return ListBar(unbroadcast(g, x) for x in xs)


def gathered(bars: Any, xs: Any) -> Any:
    """The sum of the tangents of the elements of a sequence."""
    return sum(t for t in _of_elements(bars, xs) if not _is_zero(t)) if len(xs) else 0


def weighted_sum(weights: Any, bars: Any) -> Any:
    """The sum of the products of two sequences, of which the second may hold universal zeros."""
    pairs = zip(weights, _of_elements(bars, weights), strict=True)
    return sum((w * t for w, t in pairs if not _is_zero(t)), 0.0)


def scaled(g: Any, weights: Any, xs: Any) -> Any:
    """`g` times each weight, as the cotangent of the sequence `xs`."""
    bars = [g * w for w in _of_elements(weights, xs)]
    if any(np.iscomplexobj(bar) for bar in bars) and not isinstance(xs, dict):
        bars = [unbroadcast(bar, x) for bar, x in zip(bars, xs, strict=True)]
    return as_sequence(bars, xs)


def _others(xs: list[Any]) -> list[Any]:
    """For each number the product of the others, right also where some are zero."""
    result: list[Any] = [1.0] * len(xs)
    before: Any = 1.0  # products of NumPy's integers overflow
    after: Any = 1.0
    for i, x in enumerate(xs):
        result[i], before = before, before * x
    for i in reversed(range(len(xs))):
        result[i], after = result[i] * after, after * xs[i]
    return result


def product_slopes(xs: Any, start: Any = 1) -> Any:
    """The derivatives of math.prod(xs, start=start) in the elements of `xs`."""
    return [start * p for p in _others(list(xs))]


def product_curvature(h: Any, xs: Any, start: Any = 1) -> Any:
    """The cotangent of `xs` where `h` holds those of product_slopes(xs, start)."""
    values = list(xs)
    total = [0.0 * x for x in values]
    for i, w in enumerate(h):
        if not _is_zero(w):
            without = _others([*values[:i], start, *values[i + 1 :]])
            total = [t if j == i else t + w * p for j, (t, p) in enumerate(zip(total, without, strict=True))]
    return as_sequence(total, xs)


def distance_slopes(ans: Any, xs: Any) -> Any:
    """The derivatives of a Euclidean norm: the direction, and 0 at the origin."""
    return [x / ans for x in xs] if ans else [0.0 for x in xs]


def difference(p: Any, q: Any) -> list[Any]:
    return [a - b for a, b in zip(p, q, strict=True)]


def deviations(xs: Any, centre: Any = None) -> list[Any]:
    """How far each number is from `centre`, or from the mean of all.

    >>> deviations([1.0, 2.0, 6.0])
    [-2.0, -1.0, 3.0]
    """
    middle = math.fsum(xs) / len(xs) if centre is None else centre
    return [x - middle for x in xs]


# The extrema --------------------------------------------------------------------------------------


def extremum_weights(ans: Any, xs: tuple[Any, ...], key: Any = None) -> Any:
    """How much of max(*xs) or min(*xs) each candidate is: 1, or 1/n for each of n equal ones."""
    candidates = list(xs[0]) if len(xs) == 1 else list(xs)
    if key is None and not isinstance(ans, (list, tuple, dict, str)):
        count = candidates.count(ans)
        if count == 1:
            weights = [0] * len(candidates)
            weights[candidates.index(ans)] = 1
            return weights
        if count:
            return [1.0 / count if x == ans else 0 for x in candidates]
    first = next((i for i, x in enumerate(candidates) if x is ans), None)
    if first is None:
        first = next((i for i, x in enumerate(candidates) if x == ans or x != x), None)
    return [int(i == first) for i in range(len(candidates))]


def extremum_pullback(g: Any, ans: Any, xs: tuple[Any, ...], key: Any = None) -> Any:
    """The cotangents of the arguments of max(*xs) or min(*xs), of which a single one is a sequence."""
    parts = [0 if w == 0 else g if w == 1 else g * w for w in extremum_weights(ans, xs, key)]
    return ListBar([as_sequence(parts, xs[0])]) if len(xs) == 1 else ListBar(parts)


def extremum_pushforward(t: Any, ans: Any, xs: tuple[Any, ...], key: Any = None) -> Any:
    """The tangent of max(*xs) or min(*xs)."""
    weights = extremum_weights(ans, xs, key)
    tangents = t[0] if len(xs) == 1 else t
    if _is_zero(tangents) or isinstance(tangents, DictBar):
        return 0 if isinstance(ans, (list, tuple)) else 0.0 * ans
    chosen = [(w, d) for w, d in zip(weights, tangents, strict=True) if w != 0]
    if len(chosen) == 1:
        return chosen[0][1]
    return sum((w * d for w, d in chosen), 0.0)


def when_empty(g: Any, xs: tuple[Any, ...]) -> Any:
    """`g` where max or min of an empty sequence fell back on its default, else 0."""
    return g if len(xs[0]) == 0 else 0 * g


def sorted_pullback(g: Any, xs: Any, reverse: Any = False) -> Any:
    """The cotangent of `xs` where `g` is that of sorted(xs, reverse=reverse)."""
    parts: list[Any] = [0] * len(xs)
    for place, i in enumerate(sorted(range(len(xs)), key=list(xs).__getitem__, reverse=reverse)):
        parts[i] = g[place]
    return as_sequence(parts, xs)


def sorted_pushforward(t: Any, xs: Any, reverse: Any = False) -> Any:
    """The tangent of sorted(xs, reverse=reverse): the tangents of `xs` in its order."""
    bars = _of_elements(t, xs)
    return ListBar(bars[i] for i in sorted(range(len(xs)), key=list(xs).__getitem__, reverse=reverse))
