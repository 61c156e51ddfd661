"""What the derivatives of NumPy's reductions share: their results spread over the array again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from s2sad.runtime.refusals import NoRule
from s2sad.runtime.shapes import unbroadcast
from s2sad.runtime.slopes import conjugate


def unreduce(g: Any, a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """`g`, of the shape of a reduction of `a`, repeated along the axes that were reduced (a read-only view).

    >>> unreduce(np.array([1.0, 2.0]), np.zeros((2, 3)), axis=1)
    array([[1., 1., 1.],
           [2., 2., 2.]])
    """
    if axis is not None and not keepdims:
        g = np.expand_dims(g, axis)
    return np.broadcast_to(g, np.shape(a))


def reduced_size(a: Any, axis: Any = None) -> int:
    """How many elements of `a` go into one element of its reduction along `axis`."""
    if axis is None:
        return int(np.size(a))
    shape = np.shape(a)
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return math.prod(shape[i] for i in axes)


def unreduce_where(g: Any, a: Any, axis: Any = None, keepdims: Any = False, where: Any = True) -> Any:
    """`g`, of the shape of a reduction of `a`, repeated along the axes that were reduced; 0 for what `where` leaves out."""
    spread = unreduce(g, a, axis, keepdims)
    return unbroadcast(spread if where is True else np.where(where, spread, spread.dtype.type(0)), a)


def freedom(a: Any, axis: Any, keepdims: Any, where: Any, ddof: Any = 0, correction: Any = None) -> Any:
    """How many elements of `a` went into each element of a reduction, less the degrees of freedom that it took."""
    less = ddof if correction is None else correction
    if where is True:
        return reduced_size(a, axis) - less
    dtype = np.real(a).dtype if np.real(a).dtype.kind == "f" else np.dtype(float)
    count = np.count_nonzero(np.broadcast_to(where, np.shape(a)), axis=axis, keepdims=keepdims)
    return np.asarray(count, dtype)[()] - less


def from_mean(a: Any, axis: Any = None, where: Any = True, mean: Any = None) -> Any:
    """How far the elements of `a` are from `mean`, or from their own means along `axis`."""
    if np.iscomplexobj(mean) and not np.iscomplexobj(a):
        raise NoRule("np.var and np.std of real numbers with a complex mean", "take mean.real")
    return np.subtract(a, np.mean(a, axis=axis, keepdims=True, where=where) if mean is None else mean)


def present(a: Any, where: Any = True) -> Any:
    """Which elements of `a` are not nan, among those of `where`."""
    return ~np.isnan(a) if where is True else ~np.isnan(a) & where


def from_mean_of(a: Any, there: Any, axis: Any = None) -> Any:
    """How far the elements of `a` are from the means along `axis` of those that are `there`; 0 for those that are not."""
    full = np.where(there, a, 0)
    full -= np.sum(full, axis=axis, keepdims=True) / freedom(a, axis, True, there)
    full *= there
    return full


def nanvar_pullback(
    g: Any, a: Any, there: Any, axis: Any = None, keepdims: Any = False, ddof: Any = 0, correction: Any = None
) -> Any:
    """The cotangent of `a` where `g` is that of np.nanvar(a, axis, ...), of the elements that are `there`.

    Twice how far they are from the mean, over n - ddof.
    """
    bar = conjugate(from_mean_of(a, there, axis))
    bar *= unreduce(g * 2 / freedom(a, axis, keepdims, there, ddof, correction), a, axis, keepdims)
    return bar


def or_above(ans: Any) -> Any:
    """`ans`, with infinity for nan, which no element that is there ties with."""
    return np.where(np.isnan(ans), np.inf, ans)


def ties(a: Any, ans: Any, axis: Any = None, keepdims: Any = False, initial: Any = None, where: Any = True) -> Any:
    """How much of the maximum or minimum `ans` of its group each element is: 1, or 1/n for n equal ones.

    `initial` is one more candidate, which takes half of a tie.
    """
    a = np.asarray(a)
    extreme = unreduce(ans, a, axis, keepdims)
    hits = a == extreme
    if np.any(np.isnan(ans)):  # nan is equal to nothing
        hits |= np.isnan(a) & np.isnan(extreme)
    if where is not True:
        hits &= where
    dtype = a.dtype if a.dtype.kind in "fc" else np.dtype(float)
    weights = _shared(hits, _how_many(hits, axis), dtype)
    return weights if initial is None else weights * np.where(extreme == initial, dtype.type(0.5), dtype.type(1))


def _how_many(hits: Any, axis: Any) -> Any:
    """How many of the elements along `axis`, which is kept, are true."""
    if axis is None or (isinstance(axis, tuple) and len(axis) == hits.ndim):
        return np.reshape(np.count_nonzero(hits), (1,) * hits.ndim)
    return np.sum(hits, axis=axis, keepdims=True)


def _shared(hits: Any, count: Any, dtype: Any) -> Any:
    if np.all(count == 1):
        return np.asarray(hits).view(np.int8)  # a product with it needs no array of floats
    return hits.astype(dtype) / np.maximum(count, 1).astype(dtype)


def _grouped(a: Any, axis: Any) -> tuple[Any, tuple[int, ...], tuple[int, ...]]:
    """`a` as a matrix whose columns are the groups of a reduction, and what undoes it."""
    a = np.asarray(a)
    axes = range(a.ndim) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = tuple(i % a.ndim for i in axes)
    order = axes + tuple(i for i in range(a.ndim) if i not in axes)
    moved = np.transpose(a, order)
    return (
        moved.reshape(math.prod(moved.shape[: len(axes)]), -1 if a.size else 0),
        moved.shape,
        tuple(int(i) for i in np.argsort(order)),
    )


def _ungrouped(rows: Any, shape: tuple[int, ...], inverse: tuple[int, ...]) -> Any:
    return np.transpose(np.reshape(rows, shape), inverse)


def _others(rows: Any, dots: Any = None) -> tuple[Any, Any]:
    """For each element the product of the others of its column, and the tangent of that where `dots` is that of `rows`.

    The products of the others in pairs, times the other one of its own pair: nothing is divided by, and nothing cancels.
    """
    n = len(rows)
    if n < 2:
        return np.ones_like(rows), np.zeros_like(rows)
    even, odd, single = rows[: n - 1 : 2], rows[1::2], rows[n - n % 2 :]
    if dots is None:
        outer, _ = _others(np.concatenate([even * odd, single]))
        return _paired(outer, even, odd), None
    even_dot, odd_dot, single_dot = dots[: n - 1 : 2], dots[1::2], dots[n - n % 2 :]
    pairs_dot = even_dot * odd + even * odd_dot
    outer, outer_dot = _others(np.concatenate([even * odd, single]), np.concatenate([pairs_dot, single_dot]))
    return _paired(outer, even, odd), _paired(outer_dot, even, odd) + _paired(outer, even_dot, odd_dot, 0)


def _paired(outer: Any, even: Any, odd: Any, last: Any = 1) -> Any:
    """Each pair crosswise, times what is `outer` of it; what is left over at the end has no partner."""
    size = len(even)
    found = np.empty((size + len(outer), *outer.shape[1:]), np.result_type(outer, even))
    np.multiply(outer[:size], odd, out=found[: 2 * size : 2])
    np.multiply(outer[:size], even, out=found[1 : 2 * size : 2])
    np.multiply(outer[size:], last, out=found[2 * size :])
    return found


def prod_others(a: Any, axis: Any = None) -> Any:
    """For each element the product of all others of its group: the derivative of np.prod.

    >>> prod_others(np.array([2.0, 3.0, 0.0]))
    array([0., 0., 6.])
    """
    if np.ndim(a) == 0:
        return np.ones_like(a)
    rows, shape, inverse = _grouped(a, axis)
    return _ungrouped(_others(rows)[0], shape, inverse)


def prod_pullback(g: Any, a: Any, axis: Any = None, keepdims: Any = False, product: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.prod(a, axis, keepdims=keepdims), which may be given as `product`: its
    quotients, unless they are none.
    """
    product = np.prod(a, axis=axis, keepdims=keepdims) if product is None else product
    if np.asarray(product).dtype.kind in "fc":
        size = np.abs(product)
        if np.all((size >= np.finfo(size.dtype).tiny) & (size < np.inf)):
            return unreduce(g * product, a, axis, keepdims) / a
    return unreduce(g, a, axis, keepdims) * prod_others(a, axis)


def prod_others_pullback(h: Any, a: Any, axis: Any = None) -> Any:
    """The cotangent of `a` where `h` is that of prod_others(a, axis); the derivative is symmetric."""
    if np.ndim(a) == 0:
        return np.zeros_like(a)
    rows, shape, inverse = _grouped(a, axis)
    weights = _grouped(np.broadcast_to(h, np.shape(a)), axis)[0]
    return _ungrouped(_others(rows, weights)[1], shape, inverse)


def cumsum_pullback(g: Any, a: Any, axis: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.cumsum(a, axis)."""
    if axis is None:
        return unbroadcast(np.reshape(np.flip(np.cumsum(np.flip(g))), np.shape(a)), a)
    return unbroadcast(np.reshape(np.flip(np.cumsum(np.flip(g, axis), axis), axis), np.shape(a)), a)


def without_initial(g: Any, axis: Any, include_initial: Any) -> Any:
    """Of np.cumulative_sum(..., include_initial=True), all but the first along `axis`."""
    if not include_initial:
        return g
    return np.take(g, np.arange(1, np.shape(g)[axis or 0]), axis or 0)


def with_initial(t: Any, axis: Any, include_initial: Any) -> Any:
    """`t` with a zero ahead of it along `axis`."""
    if not include_initial:
        return t
    ahead = [1 if i == (axis or 0) % np.ndim(t) else n for i, n in enumerate(np.shape(t))]
    return np.concatenate([np.zeros_like(t, shape=ahead), t], axis or 0)


def cumprod_pullback(g: Any, a: Any, axis: Any = None, products: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.cumprod(a, axis), which may be given as `products`."""
    if axis is None:
        return np.reshape(cumprod_pullback(g, np.ravel(a), 0, products), np.shape(a))
    ans = np.moveaxis(np.cumprod(a, axis=axis) if products is None else products, axis, 0)
    a, g = (np.moveaxis(np.asarray(v), axis, 0) for v in (a, g))
    if np.all(a != 0):
        total = (g * ans)[::-1]
        np.cumsum(total, axis=0, out=total)
        total = np.divide(total[::-1], a, out=total[::-1]) if total.dtype == np.result_type(total, a) else total[::-1] / a
    else:
        total = np.empty(a.shape, np.result_type(a, g))
        behind = np.zeros_like(total[0])
        for k in reversed(range(len(a))):
            behind = g[k] + (a[k + 1] * behind if k + 1 < len(a) else 0)
            total[k] = behind
        total[1:] *= ans[:-1]
    return np.moveaxis(total, 0, axis)


def cumprod_pushforward(t: Any, a: Any, axis: Any = None) -> Any:
    """The tangent of np.cumprod(a, axis) where `t` is that of `a`."""
    if axis is None:
        return cumprod_pushforward(np.ravel(t), np.ravel(a), 0)
    a, t = (np.moveaxis(np.asarray(v), axis, 0) for v in (a, t))
    ans = np.cumprod(a, axis=0)
    if np.all(a != 0):
        total = ans * np.cumsum(t / a, axis=0)
    else:
        total = np.empty(a.shape, np.result_type(a, t))
        for k in range(len(a)):
            total[k] = t[k] if k == 0 else total[k - 1] * a[k] + ans[k - 1] * t[k]
    return np.moveaxis(total, 0, axis)


def _refuse_zeros(a: Any) -> None:
    if not np.all(np.asarray(a) != 0):
        raise NoRule("the second derivative of cumprod of an array that holds a zero")


def cumprod_curvature(h: Any, g: Any, a: Any, axis: Any = None) -> Any:
    """The cotangent of `a` where `h` is that of cumprod_pullback(g, a, axis)."""
    _refuse_zeros(a)
    first = cumprod_pullback(g, a, axis)
    spread = np.cumsum(h / a, axis=axis)
    return cumprod_pullback(g * spread, a, axis) - h * first / a


def cumprod_bend(t: Any, s: Any, a: Any, axis: Any = None) -> Any:
    """The second derivative of np.cumprod(a, axis) along `t` and `s`."""
    _refuse_zeros(a)
    sums = np.cumsum(t / a, axis=axis) * np.cumsum(s / a, axis=axis) - np.cumsum(t * s / a**2, axis=axis)
    return np.cumprod(a, axis=axis) * sums
