"""Pullbacks of weighted averages, covariances and correlations."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.reductions import from_mean, reduced_size, unreduce
from s2sad.runtime.refusals import NoRule
from s2sad.runtime.shapes import as_operand, unbroadcast
from s2sad.runtime.slopes import conjugate


def weights_along(weights: Any, a: Any, axis: Any) -> Any:
    """The weights of np.average in a shape that fits the axes of `a`."""
    if axis is None or np.shape(weights) == np.shape(a):
        return weights
    axes = [i % np.ndim(a) for i in (axis if isinstance(axis, tuple) else (axis,))]
    shape = [n if i in axes else 1 for i, n in enumerate(np.shape(a))]
    return np.reshape(np.transpose(weights, np.argsort(axes)), shape)


def average_pullback_a(g: Any, a: Any, axis: Any, weights: Any, keepdims: Any = False) -> Any:
    """The cotangent of `a` where `g` is that of np.average(a, axis, weights): its share of the weights."""
    if weights is None:
        return unreduce(g / reduced_size(a, axis), a, axis, keepdims)
    w = weights_along(weights, a, axis)
    return unbroadcast(unreduce(g / total_weight(w, a, axis, keepdims), a, axis, keepdims) * w, a)


def total_weight(w: Any, a: Any, axis: Any, keepdims: Any = False) -> Any:
    """What np.average divides by: the sum of the weights `w`, which are those of all elements, or the same in each group."""
    dtype = np.result_type(as_operand(w), as_operand(a), 0.0)
    return np.sum(w, axis=axis, keepdims=keepdims, dtype=dtype) if np.shape(w) == np.shape(a) else np.sum(w, dtype=dtype)


def average_pullback_weights(g: Any, ans: Any, a: Any, axis: Any, weights: Any, keepdims: Any = False) -> Any:
    """The cotangent of `weights` where `g` is that of np.average(a, axis, weights): how far `a` is from the average."""
    w = weights_along(weights, a, axis)
    share = unreduce(g / total_weight(w, a, axis, keepdims), a, axis, keepdims)
    bar = unbroadcast(share * (a - unreduce(ans, a, axis, keepdims)), w)
    if np.shape(weights) == np.shape(a):
        return bar
    axes = [i % np.ndim(a) for i in (axis if isinstance(axis, tuple) else (axis,))]
    order = list(np.argsort(axes))
    kept = np.reshape(bar, [np.shape(a)[axes[i]] for i in order])
    return np.transpose(kept, np.argsort(order))


def average_pushforward_weights(t: Any, ans: Any, a: Any, axis: Any, weights: Any, keepdims: Any = False) -> Any:
    """The tangent of np.average(a, axis, weights) where `t` is that of `weights`."""
    w, w_dot = weights_along(weights, a, axis), weights_along(t, a, axis)
    total = np.sum(np.broadcast_to(w, np.shape(a)), axis=axis, keepdims=keepdims)
    return np.sum(w_dot * (a - unreduce(ans, a, axis, keepdims)), axis=axis, keepdims=keepdims) / total


def variables(m: Any, rowvar: Any) -> Any:
    """The variables of np.cov, one a row."""
    rows = np.atleast_2d(m)
    return rows if rowvar or np.ndim(m) < 2 else np.transpose(rows)


def observation_weights(n: Any, fweights: Any, aweights: Any) -> Any:
    """The weight of each of n observations."""
    counts = 1 if fweights is None else np.asarray(fweights)
    return counts * (np.ones(n) if aweights is None else np.asarray(aweights))


def divisor(w: Any, bias: Any, ddof: Any, aweights: Any) -> Any:
    """What np.cov divides by."""
    less = (0 if bias else 1) if ddof is None else ddof
    total = np.sum(w)
    return total - less if aweights is None or less == 0 else total - less * np.sum(w * aweights) / total


def centred(rows: Any, w: Any) -> Any:
    """Each variable less its average."""
    return rows - np.expand_dims(np.sum(rows * w, axis=1) / np.sum(w), 1)


def _together(m: Any, y: Any, rowvar: Any) -> Any:
    return variables(m, rowvar) if y is None else np.concatenate([variables(m, rowvar), variables(y, rowvar)])


def cov_pullback(
    g: Any,
    which: Any,
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Any:
    """The cotangent of `m` (which=0) or `y` (which=1) where `g` is that of np.cov(m, y, ...)."""  # fmt: skip
    if which == 1 and y is None:  # in a derivative, which asks for all that may vary
        return 0
    if np.size(g) == 0:  # np.cov of no variables takes no notice of y
        return np.zeros_like(m if which == 0 else y)
    rows = _together(m, y, rowvar)
    w = observation_weights(np.shape(rows)[1], fweights, aweights)
    g = np.reshape(g, (len(rows), len(rows)))
    twice = (g + conjugate(np.transpose(g))) / divisor(w, bias, ddof, aweights)
    if fweights is None and aweights is None:
        bars = np.matmul(twice, conjugate(from_mean(rows, 1)))
    else:
        bars = np.matmul(twice, conjugate(centred(rows, w))) * w
    return _part(bars, which, m, y, rowvar)


def _part(bars: Any, which: Any, m: Any, y: Any, rowvar: Any) -> Any:
    """Of the cotangents of all variables, those of `m` (which=0) or `y` (which=1)."""
    first = len(variables(m, rowvar))
    like, part = (m, bars[:first]) if which == 0 else (y, bars[first:])
    part = part if rowvar or np.ndim(like) < 2 else np.transpose(part)
    return unbroadcast(np.reshape(part, np.shape(like)), like)


def cov_pushforward(
    t: Any,
    which: Any,
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
) -> Any:
    """The tangent of np.cov(m, y, ...) where `t` is that of `m` (which=0) or `y` (which=1)."""  # fmt: skip
    if np.size(m) == 0:
        return np.zeros((0, 0))
    rows = _together(m, y, rowvar)
    dots = _together(t, None if y is None else 0 * y, rowvar) if which == 0 else _together(0 * m, t, rowvar)
    w = observation_weights(np.shape(rows)[1], fweights, aweights)
    half = np.matmul(centred(dots, w) * w, conjugate(np.transpose(centred(rows, w)))) / divisor(w, bias, ddof, aweights)
    return np.squeeze(half + conjugate(np.transpose(half)))


def corrcoef_pullback(g: Any, ans: Any, which: Any, x: Any, y: Any = None, rowvar: Any = True) -> Any:
    """The cotangent of `x` (which=0) or `y` (which=1) where `g` is that of ans = np.corrcoef(x, y, rowvar)."""
    if which == 1 and y is None:  # in a derivative, which asks for all that may vary
        return 0
    if np.ndim(ans) == 0 or np.size(ans) == 0:
        return np.zeros_like(x if which == 0 else y)
    rows = from_mean(_together(x, y, rowvar), 1)
    d = _squared_lengths(ans, rows)
    s, shared = np.sqrt(d), g * ans
    inner = g / (np.expand_dims(s, 1) * s) - np.diag((np.sum(shared, axis=0) + np.sum(shared, axis=1)) / (2 * d))
    return _part(np.matmul(inner + np.transpose(inner), rows), which, x, y, rowvar)


def corrcoef_pushforward(t: Any, ans: Any, which: Any, x: Any, y: Any = None, rowvar: Any = True) -> Any:
    """The tangent of ans = np.corrcoef(x, y, rowvar) where `t` is that of `x` (which=0) or `y` (which=1)."""
    cov_dot = cov_pushforward(t, which, x, y, rowvar)
    if np.ndim(ans) == 0 or np.size(ans) == 0:
        return 0.0 * cov_dot
    rows = from_mean(_together(x, y, rowvar), 1)
    d = _squared_lengths(ans, rows) / (np.shape(rows)[1] - 1)
    s, relative = np.sqrt(d), np.diagonal(cov_dot) / d / 2
    return cov_dot / (np.expand_dims(s, 1) * s) - ans * (np.expand_dims(relative, 1) + relative)


def _squared_lengths(ans: Any, rows: Any) -> Any:
    """The sums of the squares of `rows`, for the derivative of their correlations `ans`."""
    if np.iscomplexobj(ans):
        raise NoRule("np.corrcoef of complex numbers; divide np.cov by the deviations")
    return np.vecdot(rows, rows)
