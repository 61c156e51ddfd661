"""Derivatives of np.pad, in every mode that computes or copies what it pads with.

NumPy pads one axis after the other, so that later ones pad what earlier ones have padded. On each side of an axis every element of
the padding is a weight times a sum of shares of the array's elements, less a copied one, plus a weight of a number that is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from s2sad.runtime.quantiles import quantile_pullback
from s2sad.runtime.reductions import ties
from s2sad.runtime.refusals import NoRule
from s2sad.runtime.shapes import array_pullback, unbroadcast

_COPYING = ("edge", "reflect", "symmetric", "wrap")
_GIVEN = {"constant": "constant_values", "linear_ramp": "end_values"}


class Side(NamedTuple):
    """The padding ahead of the last axis: `weights * sum(shares * x[..., :n])`, less `x[..., copied]`, plus `given * number`."""

    shares: Any
    weights: Any
    copied: Any
    given: Any


def pad_pullback(
    g: Any, a: Any, pad_width: Any, mode: Any = "constant", stat_length: Any = None, reflect_type: Any = "even"
) -> Any:
    """The cotangent of `a` where `g` is that of np.pad(a, pad_width, mode, ...): the part in the middle, and what was made of it."""
    if mode in _COPYING and reflect_type == "even":
        for axis, pair in enumerate(_pairs(pad_width, np.ndim(a))):
            g = _folded(np.asarray(g), axis, np.shape(a)[axis], int(pair[0]), mode)
        return unbroadcast(g, a)
    if mode == "constant":
        before = (int(pair[0]) for pair in _pairs(pad_width, np.ndim(a)))
        return np.asarray(g)[tuple(slice(b, b + n) for b, n in zip(before, np.shape(a), strict=True))]
    return unbroadcast(_bars(g, a, pad_width, mode, stat_length, reflect_type)[0], a)


def _folded(g: Any, axis: int, n: int, before: int, mode: str) -> Any:
    """`g` along one axis: the middle, with what was copied to either side of it added where it came from."""
    rows = np.swapaxes(g, axis, 0)
    bar = rows[before : before + n].copy("K")
    np.add.at(bar, _copied(np.arange(-before, 0), n, mode), rows[:before])
    np.add.at(bar, _copied(np.arange(n, len(rows) - before), n, mode), rows[before + n :])
    return np.swapaxes(bar, axis, 0)


def _copied(outside: Any, n: int, mode: str) -> Any:
    """From where among `n` elements np.pad copies what it puts at places outside of them."""
    if mode == "edge":
        return np.minimum(np.maximum(outside, 0), n - 1)
    if mode == "wrap":
        return outside % n
    period = 2 * n if mode == "symmetric" else max(2 * n - 2, 1)
    along = outside % period
    return np.where(along < n, along, (period - 1 if mode == "symmetric" else period) - along)


def pad_pullback_values(g: Any, values: Any, a: Any, pad_width: Any, mode: Any) -> Any:
    """The cotangent of the `values` that np.pad(a, pad_width, mode, ...) pads with, or ramps towards."""
    bars = _bars(g, a, pad_width, mode, None, "even")[1]
    return array_pullback(unbroadcast(bars, np.asarray(values)), values)


def pad_tangent(
    t: Any, a: Any, pad_width: Any, mode: Any = "constant", stat_length: Any = None, reflect_type: Any = "even"
) -> Any:
    """The tangent of np.pad(a, pad_width, mode, ...) where `t` is that of `a`."""
    if mode in ("constant", *_COPYING) and reflect_type == "even":
        return np.pad(t, pad_width, mode)
    for axis, sides, _ in _axes(a, pad_width, mode, stat_length, reflect_type):
        rows = np.moveaxis(t, axis, -1)
        parts = [_made(sides[0], rows), rows, np.flip(_made(sides[1], np.flip(rows, -1)), -1)]
        t = np.moveaxis(np.concatenate(parts, -1), -1, axis)
    return t


def pad_values_tangent(t: Any, a: Any, pad_width: Any, mode: Any) -> Any:
    """The tangent of np.pad(a, pad_width, mode, ...) where `t` is that of the values that it pads with."""
    if mode not in _GIVEN:
        raise NoRule(f"np.pad with mode={mode!r} takes no values")
    zeros = np.zeros_like(a, np.result_type(np.asarray(a), np.asarray(t)))
    return np.pad(zeros, pad_width, mode, **{_GIVEN[mode]: t})


def _bars(g: Any, a: Any, pad_width: Any, mode: Any, stat_length: Any, reflect_type: Any) -> tuple[Any, Any]:
    """The cotangents of `a`, and of the number on each side of each axis."""
    g = np.asarray(g)
    numbers = np.zeros((np.ndim(a), 2), g.dtype)
    for axis, (ahead, behind), size in reversed(list(_axes(a, pad_width, mode, stat_length, reflect_type))):
        rows = np.moveaxis(g, axis, -1)
        before = len(ahead.weights)
        left, right = rows[..., :before], np.flip(rows[..., before + size :], -1)
        middle = rows[..., before : before + size].copy()
        _give(left, ahead, middle)
        _give(right, behind, np.flip(middle, -1))
        numbers[axis] = np.sum(left * ahead.given), np.sum(right * behind.given)
        g = np.moveaxis(middle, -1, axis)
    return g, numbers


def _made(side: Side, t: Any) -> Any:
    """The tangent of the padding ahead of rows with the tangent `t`."""
    total = np.sum(side.shares * t[..., : side.shares.shape[-1]], axis=-1, keepdims=True) * side.weights
    return total if side.copied is None else total - t[..., side.copied]


def _give(g: Any, side: Side, bar: Any) -> None:
    """Adds to the cotangent of rows what the padding ahead of them, with the cotangent `g`, was made of."""
    bar[..., : side.shares.shape[-1]] += side.shares * np.sum(g * side.weights, axis=-1, keepdims=True)
    if side.copied is not None:
        bar[..., side.copied] -= g


def _axes(
    a: Any, pad_width: Any, mode: Any, stat_length: Any, reflect_type: Any
) -> Iterator[tuple[int, tuple[Side, Side], int]]:
    """For each axis how it is padded on either side, and its size."""
    if callable(mode) or mode == "empty":
        raise NoRule(f"np.pad with mode={mode!r}; the modes that say what they pad with have a derivative")
    a = np.asarray(a)
    widths, lengths = _pairs(pad_width, a.ndim), _pairs(stat_length, a.ndim)
    for axis in range(a.ndim):
        rows = np.moveaxis(a, axis, -1)
        options = (mode, reflect_type)
        ahead = _side(rows, int(widths[axis][0]), lengths[axis][0], *options)
        behind = _side(np.flip(rows, -1), int(widths[axis][1]), lengths[axis][1], *options)
        yield axis, (ahead, behind), rows.shape[-1]
        own = [tuple(widths[axis]) if i == axis else (0, 0) for i in range(a.ndim)]
        a = np.pad(a, own, mode, **_stated(mode, stat_length, reflect_type, lengths))


def _stated(mode: str, stat_length: Any, reflect_type: Any, lengths: Any) -> dict[str, Any]:
    """The options of a call in this mode; the numbers that are given do not matter."""
    if mode in ("reflect", "symmetric"):
        return {"reflect_type": reflect_type}
    return {} if stat_length is None else {"stat_length": lengths}


def _pairs(given: Any, rank: int) -> Any:
    """A number for each side of each axis, as np.pad spreads them."""
    if isinstance(given, dict):
        full = {axis % rank: pair for axis, pair in given.items()}
        return [np.broadcast_to(full.get(axis, 0), 2) for axis in range(rank)]
    return [tuple(pair) for pair in np.broadcast_to(np.asarray(given), (rank, 2))]


def _side(x: Any, width: int, length: Any, mode: str, reflect_type: Any) -> Side:
    """How np.pad pads ahead of the last axis of `x`."""
    dtype = np.real(x).dtype if x.dtype.kind in "fc" else np.dtype(float)
    size, one, none = x.shape[-1], np.ones(1, dtype), np.zeros(width, dtype)
    if mode == "constant" or width == 0:
        return Side(one[:0], none, None, none + one)
    if mode == "linear_ramp":
        ramp = np.linspace(0.0, 1.0, width, endpoint=False, dtype=dtype)
        return Side(one, ramp, None, 1 - ramp)
    if mode in ("maximum", "minimum", "mean", "median"):
        part = x[..., : size if length is None else min(int(length), size)]
        return Side(_shares(part, mode), np.ones(width, dtype), None, none)
    reach = width if mode == "symmetric" else width + 1
    if mode not in ("reflect", "symmetric") or reach > size:
        raise NoRule(f"np.pad with mode={mode!r} and reflect_type='odd', wider than the array", "pad it in steps")
    return Side(one, 2 * np.ones(width, dtype), np.arange(reach - width, reach)[::-1], none)


def _shares(part: Any, mode: str) -> Any:
    """The derivative of a statistic along the last axis in each of the elements."""
    if mode == "mean":
        return np.full(part.shape[-1], 1 / part.shape[-1], np.real(part).dtype)
    if mode == "median":
        return quantile_pullback(np.quantile, np.ones(part.shape[:-1], part.dtype), part, 0.5, -1)
    return ties(part, np.max(part, axis=-1) if mode == "maximum" else np.min(part, axis=-1), -1)
