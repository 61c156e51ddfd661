"""NumPy's functions that apply a function to parts of an array, and those with options that make them another one, in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.runtime import masks_of, put_each, taken_each
from s2sad.runtime.refusals import NoRule
from s2sad.runtime.statistics import weights_along


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


def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """`numpy.apply_over_axes`"""
    found = np.asarray(a)
    rank = np.ndim(found)
    for axis in [axes] if np.ndim(axes) == 0 else axes:
        place = axis % rank if axis < 0 else axis
        part = func(found, place)
        if np.ndim(part) != np.ndim(found):
            part = np.expand_dims(part, place)
        if np.ndim(part) != np.ndim(found):
            raise ValueError("function is not returning an array of the correct shape")
        found = part
    return found


def vectorized(pyfunc: Callable[..., Any], *args: Any) -> Any:
    """What `numpy.vectorize(pyfunc)` does with its arguments: a call for each element, after one for the type of the results."""
    arrays = np.broadcast_arrays(*args)
    if np.size(arrays[0]) == 0:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
    first = pyfunc(*[np.ravel(a)[0] for a in arrays])
    if isinstance(first, tuple):
        raise NoRule("np.vectorize of a function with several results", "make one for each result")
    found = [pyfunc(*values) for values in zip(*[np.ravel(a).tolist() for a in arrays])]
    return np.reshape(np.array(found, np.asarray(first).dtype), np.shape(arrays[0]))


def fromiter(iter: Any, dtype: Any, count: Any = -1) -> Any:
    """`numpy.fromiter`"""
    values = list(iter) if count < 0 else list(iter)[:count]
    if len(values) < count:
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(values)} items.")
    return np.array(values, dtype)


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """`numpy.piecewise`"""
    x = np.asarray(x)
    theres = [np.flatnonzero(mask) for mask in masks_of(condlist, len(funclist), x)]
    parts = [
        function(part, *args, **kw) if callable(function) else function
        for function, part in zip(funclist, taken_each(x, theres), strict=True)
    ]
    return put_each(parts, theres, x)


def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, base: Any = 10.0, dtype: Any = None, axis: Any = 0
) -> Any:
    """`numpy.logspace`"""
    if np.ndim(base):
        rank = max(np.ndim(start), np.ndim(stop), np.ndim(base))
        start = np.reshape(start, (1,) * (rank - np.ndim(start)) + np.shape(start))  # apart: each may be a constant
        stop = np.reshape(stop, (1,) * (rank - np.ndim(stop)) + np.shape(stop))
        base = np.expand_dims(np.reshape(base, (1,) * (rank - np.ndim(base)) + np.shape(base)), axis)
    found = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return found if dtype is None else np.asarray(found, dtype)


def linspace_and_step(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, retstep: Any = False, dtype: Any = None, axis: Any = 0
) -> Any:
    """`numpy.linspace` with `retstep`"""
    found = np.linspace(start, stop, num, endpoint, dtype=dtype, axis=axis)
    if not retstep:
        return found
    parts = num - 1 if endpoint else num
    return found, (np.subtract(stop, start) / parts if parts > 0 else np.nan)


def average_and_weight(
    a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False
) -> Any:
    """`numpy.average` with `returned`"""
    if not returned:
        return np.average(a, axis, weights, keepdims=keepdims)
    if weights is None:
        mean = np.average(a, axis, keepdims=keepdims)
        return mean, np.full_like(mean, np.size(a) / np.size(mean))[()]
    spread = weights_along(np.asarray(weights), a, axis)
    dtype = np.result_type(a, spread, *([] if np.result_type(a).kind in "fc" else [float]))
    weight = np.sum(spread, axis=axis, dtype=dtype, keepdims=keepdims)
    if np.any(weight == 0.0):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    mean = np.sum(np.multiply(a, spread, dtype=dtype), axis=axis, keepdims=keepdims) / weight
    return mean, np.broadcast_to(weight, np.shape(mean))[()]


def interp_around(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """`numpy.interp` with `period`"""
    if period is None:
        return np.interp(x, xp, fp, left, right)
    if period == 0:
        raise ValueError("period must be a non-zero value")
    period = abs(period)
    x, xp, fp = np.asarray(x, float), np.asarray(xp, float), np.asarray(fp)
    if np.ndim(xp) != 1 or np.ndim(fp) != 1:
        raise ValueError("Data points must be 1-D sequences")
    if len(xp) != len(fp):
        raise ValueError("fp and xp are not of the same length")
    x, xp = x % period, xp % period
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    return np.interp(x, xp, np.concatenate([fp[-1:], fp, fp[:1]]))


def kaiser(M: Any, beta: Any) -> Any:
    """`numpy.kaiser`"""
    if M <= 1:
        return np.ones(max(int(M), 0))
    half, beta = (M - 1) / 2.0, np.asarray(beta, float)[()]
    return np.i0(beta * np.sqrt(1 - ((np.arange(0.0, M) - half) / half) ** 2.0)) / np.i0(beta)
