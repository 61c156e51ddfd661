"""Where quantiles lie among the elements in their order, and how much of each they take."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.runtime.places import collected, places, scattered


def neighbours(function: Callable[..., Any], shape: Any, a: Any, q: Any, axis: Any, method: Any) -> tuple[Any, Any]:
    """The places in `a` of the two elements between which each quantile lies, and how much it takes of either.

    Both are of `shape`, that of the result, with one more axis ahead. How far along the elements in their order a quantile
    lies, is the quantile of their ranks, as the function itself gives it.

    >>> neighbours(np.quantile, (), np.array([3.0, 1.0, 2.0]), 0.25, None, "linear")
    (array([1, 2]), array([0.5, 0.5]))
    """
    rows, numbers = _rows(a, axis), _rows(places(a), axis)
    order = np.argsort(rows, axis=-1, kind="stable")
    ranks: Any = np.arange(rows.shape[-1], dtype=np.real(rows).dtype if rows.dtype.kind in "fc" else float)
    if function in (np.nanquantile, np.nanpercentile):
        ranks = np.where(np.isnan(np.sort(rows, axis=-1)), np.nan, ranks)
        along = function(ranks, q, axis=-1, method=method)
    else:
        along = function(ranks, q, method=method)
        along = np.reshape(along, (*np.shape(q), *(1,) * (rows.ndim - 1)))
    along = np.nan_to_num(np.broadcast_to(along, (*np.shape(q), *rows.shape[:-1])))  # of nothing but nan: any will do
    low = np.floor(along)
    ends = np.stack([low, np.ceil(along)]).astype(int)
    starts = np.reshape(np.arange(rows[..., 0].size) * rows.shape[-1], rows.shape[:-1])
    found = np.take(np.take_along_axis(numbers, order, -1), starts + ends)
    share = np.stack([1 - (along - low), along - low])
    return np.reshape(found, (2, *shape)), np.reshape(share, (2, *shape))


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
    where, share = neighbours(function, np.shape(g), a, q, axis, method)
    return scattered(g * share, where, a)


def quantile_pushforward(
    function: Callable[..., Any], t: Any, ans: Any, a: Any, q: Any, axis: Any = None, method: Any = "linear"
) -> Any:
    """The tangent of the result `ans` of `function(a, q, axis, method=method)` where `t` is that of `a`."""
    where, share = neighbours(function, np.shape(ans), a, q, axis, method)
    return np.sum(collected(t, where) * share, axis=0)
