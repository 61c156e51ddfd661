"""NumPy's reductions and running sums.

At kinks: a tie of max or min splits evenly; std has the derivative 0 where it is 0.
"""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import linear, rule, sample
from s2sad.runtime import (
    conjugate,
    cumprod_bend,
    cumprod_curvature,
    cumprod_pullback,
    cumprod_pushforward,
    prod_others,
    prod_others_pullback,
    reduced_size,
    ties,
    unreduce,
)

V = np.array([0.5, -1.5, 2.0])
T = np.arange(24.0).reshape(2, 3, 4) ** 1.5 - 20.0
ZEROS = np.array([[0.5, 0.0, 2.0], [0.0, 0.0, 3.0], [1.5, 2.0, -1.0]])
SHAPES = [
    (V,), (A,), (2.5,), (A, None), (A, 0), (A, -1), (T, (0, -1)), sample(A, keepdims=True), 
    sample(A, axis=1, keepdims=True), sample(T, axis=(0, 2), keepdims=True), (A + 1j * A, 0),
]  # fmt: skip
REAL_SHAPES = SHAPES[:-1]


@linear(np.sum, at=SHAPES)
def sum(g, a, axis=None, *, keepdims=False):
    if axis is None:
        return np.broadcast_to(g, np.shape(a))
    return unreduce(g, a, axis, keepdims)


@linear(np.nansum, at=REAL_SHAPES)
def nansum(g, a, axis=None, *, keepdims=False):
    return np.where(np.isnan(a), 0, unreduce(g, a, axis, keepdims))


@linear(np.mean, at=SHAPES)
def mean(g, a, axis=None, *, keepdims=False):
    if axis is None:
        return np.broadcast_to(g / np.size(a), np.shape(a))
    return unreduce(g / reduced_size(a, axis), a, axis, keepdims)


@rule(np.prod, at=[*SHAPES, (ZEROS, 0), (ZEROS, 1), (ZEROS,)])
class prod:
    """The product of the others for each element, also where some are zero."""

    def pullback_a(g, ans, a, axis=None, *, keepdims=False):
        return unreduce(g, a, axis, keepdims) * prod_others(a, axis)

    def pushforward_a(t, ans, a, axis=None, *, keepdims=False):
        return np.sum(t * prod_others(a, axis), axis=axis, keepdims=keepdims)


@rule(np.max, np.amax, np.min, np.amin, at=REAL_SHAPES)
class max:
    """1 for the extremal element; a tie splits evenly."""

    def pullback_a(g, ans, a, axis=None, *, keepdims=False):
        return unreduce(g, a, axis, keepdims) * ties(a, ans, axis, keepdims)

    def pushforward_a(t, ans, a, axis=None, *, keepdims=False):
        return np.sum(t * ties(a, ans, axis, keepdims), axis=axis, keepdims=keepdims)


@rule(np.ptp, at=[(V,), (A,), (A, 0), sample(A, axis=1, keepdims=True)])
class ptp:
    def pullback_a(g, ans, a, axis=None, *, keepdims=False):
        return unreduce(g, a, axis, keepdims) * (
            ties(a, np.max(a, axis=axis, keepdims=keepdims), axis, keepdims)
            - ties(a, np.min(a, axis=axis, keepdims=keepdims), axis, keepdims)
        )

    def pushforward_a(t, ans, a, axis=None, *, keepdims=False):
        return np.sum(
            t
            * (
                ties(a, np.max(a, axis=axis, keepdims=keepdims), axis, keepdims)
                - ties(a, np.min(a, axis=axis, keepdims=keepdims), axis, keepdims)
            ),
            axis=axis,
            keepdims=keepdims,
        )


@rule(np.var, at=[*SHAPES, sample(A, axis=0, ddof=1), sample(V, ddof=1)])
class var:
    """Twice the deviation from the mean, over n - ddof."""

    def pullback_a(g, ans, a, axis=None, *, ddof=0, keepdims=False):
        return unreduce(g * (2 / (reduced_size(a, axis) - ddof)), a, axis, keepdims) * conjugate(
            a - np.mean(a, axis=axis, keepdims=True)
        )

    def pushforward_a(t, ans, a, axis=None, *, ddof=0, keepdims=False):
        return np.real(np.sum(t * conjugate(a - np.mean(a, axis=axis, keepdims=True)), axis=axis, keepdims=keepdims)) * (
            2 / (reduced_size(a, axis) - ddof)
        )


@rule(np.std, at=[(V,), (A,), (A, 0), sample(A, axis=1, keepdims=True), sample(V, ddof=1), (A + 1j * A,)])
class std:
    """The deviation from the mean over (n - ddof) ans; 0 where all are equal, as for norms."""

    def pullback_a(g, ans, a, axis=None, *, ddof=0, keepdims=False):
        return unreduce(g / ((ans + (ans == 0)) * (reduced_size(a, axis) - ddof)), a, axis, keepdims) * conjugate(
            a - np.mean(a, axis=axis, keepdims=True)
        )

    def pushforward_a(t, ans, a, axis=None, *, ddof=0, keepdims=False):
        return np.real(np.sum(t * conjugate(a - np.mean(a, axis=axis, keepdims=True)), axis=axis, keepdims=keepdims)) / (
            (ans + (ans == 0)) * (reduced_size(a, axis) - ddof)
        )


@linear(np.cumsum, at=[(V,), (A,), (A, 0), (T, -1), (2.5 * V, 0)])
def cumsum(g, a, axis=None):
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(g))), np.shape(a))
    return np.reshape(np.flip(np.cumsum(np.flip(g, axis or 0), axis), axis or 0), np.shape(a))


@rule(np.cumprod, at=[(V,), (A,), (A, 0), (T, -1), (ZEROS, 0), (ZEROS, 1), (ZEROS,)])
class cumprod:
    """Right also where some elements are zero."""

    def pullback_a(g, ans, a, axis=None):
        return cumprod_pullback(g, a, axis)

    def pushforward_a(t, ans, a, axis=None):
        return cumprod_pushforward(t, a, axis)


# What the templates above call, so that emitted gradients have gradients.


@linear(unreduce, at=[(V, A.T, 0), (2.5, A), (V[:, None], A, 1, True)])
def unreduce_rule(h, g, a, axis=None, keepdims=False):
    return np.sum(h, axis=axis, keepdims=keepdims)


@rule(prod_others, at=[(V,), (A,), (A, 0), (ZEROS, 0), (ZEROS,)])
class prod_others_rule:
    """Symmetric: the matrix of second derivatives of a product."""

    def pullback_a(h, ans, a, axis=None):
        return prod_others_pullback(h, a, axis)

    def pushforward_a(t, ans, a, axis=None):
        return prod_others_pullback(t, a, axis)


@rule(cumprod_pullback, at=[(V, 2 * V, 0), (np.arange(6.0), A + 2, None), (A, A + 2, 1)])
class cumprod_pullback_rule:
    def pullback_g(h, ans, g, a, axis=None):
        return cumprod_pushforward(h, a, axis)

    def pullback_a(h, ans, g, a, axis=None):
        return cumprod_curvature(h, g, a, axis)

    def pushforward_g(t, ans, g, a, axis=None):
        return cumprod_pullback(t, a, axis)

    def pushforward_a(t, ans, g, a, axis=None):
        return cumprod_curvature(t, g, a, axis)


@rule(cumprod_pushforward, at=[(V, 2 * V, 0), (A, A + 2, None), (A, A + 2, 1)])
class cumprod_pushforward_rule:
    def pullback_t(h, ans, t, a, axis=None):
        return cumprod_pullback(h, a, axis)

    def pullback_a(h, ans, t, a, axis=None):
        return cumprod_curvature(t, h, a, axis)

    def pushforward_t(s, ans, t, a, axis=None):
        return cumprod_pushforward(s, a, axis)

    def pushforward_a(s, ans, t, a, axis=None):
        return cumprod_bend(t, s, a, axis)
