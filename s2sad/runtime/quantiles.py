"""Where quantiles lie among the elements in their order, and how much of each they take."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.runtime.places import collected, places, scattered
from s2sad.runtime.shapes import array_pullback

#: Methods whose quantiles move with q: how many places in all, less the number of elements.
_MOVING = {
    "hazen": 0.0,
    "interpolated_inverted_cdf": 0.0,
    "linear": -1.0,
    "median_unbiased": 1 / 3,
    "normal_unbiased": 0.25,
    "weibull": 1.0,
}
_SKIP = (np.nanquantile, np.nanpercentile)


def neighbours(function: Callable[..., Any], shape: Any, a: Any, q: Any, axis: Any, method: Any) -> Any:
    """The places in `a` of the two elements between which each quantile lies.

    They are of `shape`, that of the result, with one more axis ahead. How far along the elements in their order a quantile
    lies, is the quantile of their ranks, as the function itself gives it.

    >>> neighbours(np.quantile, (), np.array([3.0, 1.0, 2.0]), 0.25, None, "linear")
    array([1, 2])
    """
    rows, numbers = _rows(a, axis), _rows(places(a), axis)
    order = np.argsort(rows, axis=-1, kind="stable")
    along = _along(function, rows, q, method)
    ends = np.stack([np.floor(along), np.ceil(along)]).astype(int)
    starts = np.reshape(np.arange(rows[..., 0].size) * rows.shape[-1], rows.shape[:-1])
    return np.reshape(np.take(numbers, starts + np.take(order, starts + ends)), (2, *shape))


def shares(function: Callable[..., Any], shape: Any, a: Any, q: Any, axis: Any, method: Any) -> Any:
    """How much each quantile takes of either of its neighbours."""
    along = _along(function, _rows(a, axis), q, method)
    return np.reshape(np.stack([1 - (along - np.floor(along)), along - np.floor(along)]), (2, *shape))


def places_per_q(function: Callable[..., Any], shape: Any, a: Any, q: Any, axis: Any, method: Any) -> Any:
    """How many places along the elements in their order each quantile moves, where its `q` moves by 1."""
    rows = _rows(a, axis)
    count = np.sum(~np.isnan(rows), axis=-1) if function in _SKIP else rows.shape[-1]
    scale = 0.01 if function in (np.percentile, np.nanpercentile) else 1.0
    moved = np.multiply(count + _MOVING[method], scale) if method in _MOVING else np.zeros(())
    dtype = np.real(rows).dtype if rows.dtype.kind in "fc" else float
    return np.reshape(np.broadcast_to(moved.astype(dtype), (*np.shape(q), *rows.shape[:-1])), shape)


def _along(function: Callable[..., Any], rows: Any, q: Any, method: Any) -> Any:
    ranks: Any = np.arange(rows.shape[-1], dtype=np.real(rows).dtype if rows.dtype.kind in "fc" else float)
    if function in _SKIP:
        counts, which = np.unique(np.sum(~np.isnan(rows), axis=-1), return_inverse=True)
        there = np.where(ranks < counts[:, np.newaxis], ranks, ranks.dtype.type(np.nan))
        along = function(there, q, axis=-1, method=method)[..., which.reshape(rows.shape[:-1])]
    else:
        along = function(ranks, q, method=method)
        along = np.reshape(along, (*np.shape(q), *(1,) * (rows.ndim - 1)))
    return np.nan_to_num(np.broadcast_to(along, (*np.shape(q), *rows.shape[:-1])))  # of nothing but nan: any will do


def _rows(a: Any, axis: Any) -> Any:
    """`a` with the axes that are reduced made one, the last."""
    a = np.asarray(a)
    if axis is None:
        return np.reshape(a, -1)
    axes = [i % a.ndim for i in (axis if isinstance(axis, (tuple, list)) else [axis])]
    kept = [i for i in range(a.ndim) if i not in axes]
    return np.reshape(np.transpose(a, [*kept, *axes]), (*(a.shape[i] for i in kept), math.prod(a.shape[i] for i in axes)))


def quantile_pullback(function: Callable[..., Any], g: Any, a: Any, q: Any, axis: Any = None, method: Any = "linear") -> Any:
    """The cotangent of `a` where `g` is that of `function(a, q, axis, method=method)`, a quantile or percentile."""
    given = (function, np.shape(g), a, q, axis, method)
    return scattered(g * shares(*given), neighbours(*given), a)


def quantile_pushforward(
    function: Callable[..., Any], t: Any, ans: Any, a: Any, q: Any, axis: Any = None, method: Any = "linear"
) -> Any:
    """The tangent of the result `ans` of `function(a, q, axis, method=method)` where `t` is that of `a`."""
    given = (function, np.shape(ans), a, q, axis, method)
    return np.sum(collected(t, neighbours(*given)) * shares(*given), axis=0)


def quantile_pullback_q(
    function: Callable[..., Any], g: Any, a: Any, q: Any, axis: Any = None, method: Any = "linear"
) -> Any:
    """The cotangent of `q`: how far its neighbours are apart."""
    bar = g * quantile_slope(function, np.shape(g), a, q, axis, method)
    return array_pullback(np.sum(np.reshape(bar, (*np.shape(q), -1)), axis=-1), q)


def quantile_pushforward_q(
    function: Callable[..., Any], t: Any, ans: Any, a: Any, q: Any, axis: Any = None, method: Any = "linear"
) -> Any:
    """The tangent of the result `ans` where `t` is that of `q`."""
    if np.size(ans) == 0:
        return ans
    spread = np.reshape(t, (*np.shape(q), *(1,) * (np.ndim(ans) - np.ndim(q))))
    return spread * quantile_slope(function, np.shape(ans), a, q, axis, method)


def quantile_slope(function: Callable[..., Any], shape: Any, a: Any, q: Any, axis: Any, method: Any) -> Any:
    """The derivative of a quantile in its `q`; 0 where it is an element, as in JAX."""
    ends = collected(a, neighbours(function, shape, a, q, axis, method))
    return (1.0 * ends[1] - 1.0 * ends[0]) * places_per_q(function, shape, a, q, axis, method)
