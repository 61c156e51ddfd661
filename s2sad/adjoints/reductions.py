"""NumPy's reductions and running sums.

At kinks: a tie of max or min splits evenly; norm and std have derivative 0 where they are 0.
"""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.names import of
from s2sad.adjoints.registry import linear, rule, sample
from s2sad.runtime import (
    cast_tangent,
    conjugate,
    cumprod_bend,
    cumprod_curvature,
    cumprod_pullback,
    cumprod_pushforward,
    cumsum_pullback,
    freedom,
    from_mean,
    or_one,
    prod_others,
    prod_others_pullback,
    prod_pullback,
    reduced_size,
    through_cast,
    ties,
    unbroadcast,
    unreduce,
    unreduce_where,
    with_initial,
    without_initial,
)

V = np.array([0.5, -1.5, 2.0])
T = np.arange(24.0).reshape(2, 3, 4) ** 1.5 - 20.0
ZEROS = np.array([[0.5, 0.0, 2.0], [0.0, 0.0, 3.0], [1.5, 2.0, -1.0]])
MASK = np.array([[True, False], [False, True], [True, True]])
EMPTY = np.zeros((0, 3))
SHAPES = [
    (V,), (A,), (2.5,), (A, None), (A, 0), (A, -1), (T, (0, -1)), sample(A, keepdims=True), 
    sample(A, axis=1, keepdims=True), sample(T, axis=(0, 2), keepdims=True), (A + 1j * A, 0),
]  # fmt: skip
REAL_SHAPES = SHAPES[:-1]
WHERE = [
    sample(A, where=MASK),
    sample(A, axis=0, where=MASK),
    sample(A, axis=0, keepdims=True, where=[[True], [False], [True]]),
]
INITIAL = [sample(A, axis=1, initial=2.5), sample(A, where=MASK, initial=1.5)]
TYPED = [(A, 0, float), sample(A, dtype=int), sample(A, dtype=complex)]


@rule(np.sum, at=[*SHAPES, *WHERE, *INITIAL, *TYPED, (EMPTY, 0), (EMPTY,)])
class sum:
    def pullback_a(g, ans, a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True):
        if where is True and dtype is None:
            if axis is None:
                return np.broadcast_to(g, np.shape(a))
            return unreduce(g, a, axis, keepdims)
        return unreduce_where(through_cast(g, ans), a, axis, keepdims, where)

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True):
        return cast_tangent(np.sum(t, axis=axis, keepdims=keepdims, where=where), ans)


@rule(np.mean, at=[*SHAPES, *WHERE, *TYPED])
class mean:
    def pullback_a(g, ans, a, axis=None, dtype=None, *, keepdims=False, where=True):
        if where is True and dtype is None:
            if axis is None:
                return np.broadcast_to(g / np.size(a), np.shape(a))
            return unreduce(g / reduced_size(a, axis), a, axis, keepdims)
        return unreduce_where(through_cast(g, ans) / freedom(a, axis, keepdims, where), a, axis, keepdims, where)

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, keepdims=False, where=True):
        return cast_tangent(np.mean(t, axis=axis, keepdims=keepdims, where=where), ans)


@rule(np.prod, *of(np, "product"), at=[*SHAPES, (ZEROS, 0), (ZEROS, 1), (ZEROS,), *WHERE, *INITIAL, *TYPED])
class prod:
    """The product of the others for each element, also where some are zero."""

    def pullback_a(g, ans, a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True):
        if where is True and initial == 1 and dtype is None:
            return prod_pullback(g, a, axis, keepdims, ans)
        return unbroadcast(
            np.where(where, prod_pullback(through_cast(g, ans) * initial, np.where(where, a, 1), axis, keepdims), 0), a
        )

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True):
        return cast_tangent(
            initial * np.sum(t * prod_others(np.where(where, a, 1), axis), axis=axis, keepdims=keepdims, where=where), ans
        )


@rule(np.max, np.amax, np.min, np.amin, at=[*REAL_SHAPES, *INITIAL])
class max:
    """1 for the extremal element; a tie splits evenly; `initial` takes half of one."""

    def pullback_a(g, ans, a, axis=None, *, keepdims=False, initial=None, where=True):
        return unreduce(g, a, axis, keepdims) * ties(a, ans, axis, keepdims, initial, where)

    def pushforward_a(t, ans, a, axis=None, *, keepdims=False, initial=None, where=True):
        return np.sum(t * ties(a, ans, axis, keepdims, initial, where), axis=axis, keepdims=keepdims)


@rule(np.ptp, at=[(V,), (A,), (A, 0), (A, 1), sample(A, axis=1, keepdims=True)])
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


CORRECTED = [sample(A, axis=0, ddof=1), sample(V, ddof=1), *WHERE, sample(A, axis=1, where=[True, True], ddof=1)]
CENTRED = [sample(A, axis=0, mean=A[:1]), sample(A, mean=1.5, ddof=1), sample(A, 1, float, keepdims=True)]
CENTRED += [sample(A, axis=1, mean=A[:, :1], keepdims=True), sample(A, dtype=int, mean=1.5), sample(A + 1j * A, 0, complex)]
CENTRED += [sample(A + 1j * A, axis=0, dtype=complex, mean=1j * A[:1])]


@rule(np.var, at=[*SHAPES, *CORRECTED, *CENTRED, sample(A, dtype=int)])
class var:
    """Twice the deviation from the mean, or from what is given for it, over n - ddof."""

    def pullback_a(g, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None):
        if where is True and mean is None and correction is None and dtype is None:
            return unreduce(2 * g / (reduced_size(a, axis) - ddof), a, axis, keepdims) * conjugate(
                a - np.mean(a, axis=axis, keepdims=True)
            )
        return unreduce_where(
            np.real(through_cast(g, ans)) * 2 / freedom(a, axis, keepdims, where, ddof, correction), a, axis, keepdims, where
        ) * conjugate(from_mean(a, axis, where, mean))

    def pullback_mean(g, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None):
        return unbroadcast(
            unreduce_where(
                -2 * np.real(through_cast(g, ans)) / freedom(a, axis, keepdims, where, ddof, correction),
                a,
                axis,
                keepdims,
                where,
            )
            * conjugate(from_mean(a, axis, where, mean)),
            mean,
        )

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None):
        return cast_tangent(np.real(
            np.sum(t * conjugate(from_mean(a, axis, where, mean)), axis=axis, keepdims=keepdims, where=where)
        ) * 2 / freedom(a, axis, keepdims, where, ddof, correction), ans)  # fmt: skip

    def pushforward_mean(
        t, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None
    ):
        return cast_tangent(np.real(
            np.sum(t * conjugate(from_mean(a, axis, where, mean)), axis=axis, keepdims=keepdims, where=where)
        ) * -2 / freedom(a, axis, keepdims, where, ddof, correction), ans)  # fmt: skip


@rule(np.std, at=[(V,), (A,), (A, 0), (A, 1), sample(A, axis=1, keepdims=True), (A + 1j * A,), *CORRECTED[:-2], *CENTRED])
class std:
    """The deviation from the mean, or from what is given for it, over (n - ddof) ans; 0 where all are equal, as for norms."""

    def pullback_a(g, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None):
        if where is True and mean is None and correction is None and dtype is None:
            return unreduce(g / (or_one(ans) * (reduced_size(a, axis) - ddof)), a, axis, keepdims) * conjugate(
                a - np.mean(a, axis=axis, keepdims=True)
            )
        return unreduce_where(
            np.real(through_cast(g, ans)) / (or_one(ans) * freedom(a, axis, keepdims, where, ddof, correction)),
            a,
            axis,
            keepdims,
            where,
        ) * conjugate(from_mean(a, axis, where, mean))

    def pullback_mean(g, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None):
        return unbroadcast(
            unreduce_where(
                -np.real(through_cast(g, ans)) / (or_one(ans) * freedom(a, axis, keepdims, where, ddof, correction)), a, axis, keepdims, where
            ) * conjugate(from_mean(a, axis, where, mean)),
            mean,
        )  # fmt: skip

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None):
        return cast_tangent(np.real(
            np.sum(t * conjugate(from_mean(a, axis, where, mean)), axis=axis, keepdims=keepdims, where=where)
        ) / (or_one(ans) * freedom(a, axis, keepdims, where, ddof, correction)), ans)  # fmt: skip

    def pushforward_mean(
        t, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=None
    ):
        return cast_tangent(-np.real(
            np.sum(t * conjugate(from_mean(a, axis, where, mean)), axis=axis, keepdims=keepdims, where=where)
        ) / (or_one(ans) * freedom(a, axis, keepdims, where, ddof, correction)), ans)  # fmt: skip


CUMULATIVE = [(V,), (A,), (A, 0), (T, -1)]


@rule(np.cumsum, at=[*CUMULATIVE, (2.5 * V, 0), (EMPTY, 0), (A, 0, int), (A, None, complex)])
class cumsum:
    def pullback_a(g, ans, a, axis=None, dtype=None):
        return cumsum_pullback(through_cast(g, ans), a, axis)

    def pushforward_a(t, ans, a, axis=None, dtype=None):
        return cast_tangent(np.cumsum(t, axis=axis), ans)


@rule(np.cumprod, *of(np, "cumproduct"), at=[*CUMULATIVE, (ZEROS, 0), (ZEROS, 1), (ZEROS,), (A, 0, int), (A, None, complex)])
class cumprod:
    """Right also where some elements are zero."""

    def pullback_a(g, ans, a, axis=None, dtype=None):
        return unbroadcast(cumprod_pullback(through_cast(g, ans), a, axis, ans), a)

    def pushforward_a(t, ans, a, axis=None, dtype=None):
        return cast_tangent(cumprod_pushforward(t, a, axis), ans)


@rule(np.cumulative_sum, at=[(V,), sample(A, axis=0), sample(T, axis=-1, include_initial=True), sample(V, dtype=int)])
class cumulative_sum:
    def pullback_x(g, ans, x, *, axis=None, dtype=None, include_initial=False):
        return cumsum_pullback(without_initial(through_cast(g, ans), axis, include_initial), x, axis)

    def pushforward_x(t, ans, x, *, axis=None, dtype=None, include_initial=False):
        return cast_tangent(np.cumulative_sum(t, axis=axis, include_initial=include_initial), ans)


@rule(np.cumulative_prod, at=[(V,), sample(A, axis=0), sample(T, axis=-1, include_initial=True), sample(V, dtype=int)])
class cumulative_prod:
    def pullback_x(g, ans, x, *, axis=None, dtype=None, include_initial=False):
        return cumprod_pullback(without_initial(through_cast(g, ans), axis, include_initial), x, axis)

    def pushforward_x(t, ans, x, *, axis=None, dtype=None, include_initial=False):
        return cast_tangent(with_initial(cumprod_pushforward(t, x, axis), axis, include_initial), ans)


# What the templates above call, so that emitted gradients have gradients.


@linear(unreduce, at=[(V, A.T, 0), (2.5, A), (V[:, None], A, 1, True)])
def unreduce_rule(h, g, a, axis=None, keepdims=False):
    return np.sum(h, axis=axis, keepdims=keepdims)


@linear(
    unreduce_where, at=[(V, A.T, 0, False, MASK.T), (2.5, A, None, False, MASK), (V[:, None], A, 1, True, [True, False])]
)
def unreduce_where_rule(h, g, a, axis=None, keepdims=False, where=True):
    return np.sum(h, axis=axis, keepdims=keepdims, where=where)


@rule(from_mean, at=[(A,), (A, 0), (A, 1, [True, False]), (A, 0, True, A[:1]), (A[:1], 0, True, A)])
class from_mean_rule:
    def pullback_a(h, ans, a, axis=None, where=True, mean=None):
        if mean is None:
            return h - unreduce_where(
                np.sum(h, axis=axis, keepdims=True) / freedom(a, axis, True, where), a, axis, True, where
            )
        return unbroadcast(h, a)

    def pullback_mean(h, ans, a, axis=None, where=True, mean=None):
        return unbroadcast(-h, mean)

    def pushforward_a(t, ans, a, axis=None, where=True, mean=None):
        if mean is None:
            return from_mean(t, axis, where)
        return np.broadcast_to(t, np.shape(ans))

    def pushforward_mean(t, ans, a, axis=None, where=True, mean=None):
        return np.broadcast_to(-t, np.shape(ans))


@linear(cumsum_pullback, at=[(V, 2 * V, 0), (np.arange(6.0), A, None), (A, A, 1)])
def cumsum_pullback_rule(h, g, a, axis=None):
    return np.cumsum(h, axis=axis)


@linear(without_initial, at=[(V, None, True), (A, 0, True), (A, 0, False)])
def without_initial_rule(h, g, axis, include_initial):
    return with_initial(h, axis, include_initial)


@linear(with_initial, at=[(V, None, True), (A, 0, True), (A, 0, False)])
def with_initial_rule(h, t, axis, include_initial):
    return without_initial(h, axis, include_initial)


@rule(prod_others, at=[(V,), (A,), (A, 0), (ZEROS, 0), (ZEROS,)])
class prod_others_rule:
    """Symmetric: the matrix of second derivatives of a product."""

    def pullback_a(h, ans, a, axis=None):
        return prod_others_pullback(h, a, axis)

    def pushforward_a(t, ans, a, axis=None):
        return prod_others_pullback(t, a, axis)


@rule(prod_pullback, at=[(V[:1], V, 0, True), (2 * V[:2], A, 0), (V, ZEROS, 1), (V[:, None], ZEROS, 1, True)])
class prod_pullback_rule:
    def pullback_g(h, ans, g, a, axis=None, keepdims=False, product=None):
        return np.sum(h * prod_others(a, axis), axis=axis, keepdims=keepdims)

    def pullback_a(h, ans, g, a, axis=None, keepdims=False, product=None):
        return prod_others_pullback(h * unreduce(g, a, axis, keepdims), a, axis)

    def pushforward_g(t, ans, g, a, axis=None, keepdims=False, product=None):
        return prod_pullback(t, a, axis, keepdims)

    def pushforward_a(t, ans, g, a, axis=None, keepdims=False, product=None):
        return unreduce(g, a, axis, keepdims) * prod_others_pullback(t, a, axis)


@rule(cumprod_pullback, at=[(V, 2 * V, 0), (np.arange(6.0), A + 2, None), (A, A + 2, 1)])
class cumprod_pullback_rule:
    def pullback_g(h, ans, g, a, axis=None, products=None):
        return cumprod_pushforward(h, a, axis)

    def pullback_a(h, ans, g, a, axis=None, products=None):
        return cumprod_curvature(h, g, a, axis)

    def pushforward_g(t, ans, g, a, axis=None, products=None):
        return cumprod_pullback(t, a, axis)

    def pushforward_a(t, ans, g, a, axis=None, products=None):
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
