"""NumPy's reductions that leave out nan: those of the elements that are there."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import linear, nondifferentiable, rule, sample
from s2sad.runtime import (
    cast_tangent,
    conjugate,
    cumprod_pullback,
    cumprod_pushforward,
    cumsum_pullback,
    freedom,
    from_mean_of,
    nanvar_pullback,
    or_above,
    or_one,
    present,
    prod_others,
    prod_pullback,
    through_cast,
    ties,
    unreduce,
    unreduce_where,
)

HOLES = np.array([[0.5, np.nan, 2.0], [1.5, -0.5, np.nan]])
GAPS = [(HOLES,), (HOLES, 0), sample(HOLES, axis=-1, keepdims=True), (A, 1), sample(HOLES, where=[True, False, True])]

nondifferentiable(present, freedom, or_above)


@rule(
    np.nansum,
    at=[*GAPS, sample(HOLES, initial=2.5), (HOLES + 1j, 0), (HOLES, 0, float), sample(HOLES, dtype=complex), (A, 0, int)],
)
class nansum:
    def pullback_a(g, ans, a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True):
        return unreduce_where(through_cast(g, ans), a, axis, keepdims, present(a, where))

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True):
        return cast_tangent(np.sum(t, axis=axis, keepdims=keepdims, where=present(a, where)), ans)


@rule(np.nanmean, at=[*GAPS, (HOLES + 1j, 0), (HOLES, 0, float), (A, 0, complex)])
class nanmean:
    def pullback_a(g, ans, a, axis=None, dtype=None, *, keepdims=False, where=True):
        return unreduce_where(g / freedom(a, axis, keepdims, present(a, where)), a, axis, keepdims, present(a, where))

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, keepdims=False, where=True):
        return cast_tangent(np.mean(t, axis=axis, keepdims=keepdims, where=present(a, where)), ans)


@rule(np.nanprod, at=[*GAPS, sample(HOLES, initial=2.5), (A, 0, int)])
class nanprod:
    def pullback_a(g, ans, a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True):
        if dtype is None and initial == 1 and where is True:
            return np.where(np.isnan(a), 0, prod_pullback(g, np.where(np.isnan(a), 1, a), axis, keepdims, ans))
        return np.where(
            present(a, where),
            prod_pullback(through_cast(g, ans) * initial, np.where(present(a, where), a, 1), axis, keepdims),
            0,
        )

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True):
        return cast_tangent(
            initial * np.sum(
                t * prod_others(np.where(present(a, where), a, 1), axis),
                axis=axis, keepdims=keepdims, where=present(a, where),
            ),
            ans,
        )  # fmt: skip


@rule(np.nanmax, np.nanmin, at=[*GAPS[:-1], sample(HOLES, axis=1, initial=1.75)])
class nanmax:
    """A tie splits evenly."""

    def pullback_a(g, ans, a, axis=None, *, keepdims=False, initial=None, where=True):
        return unreduce(g, a, axis, keepdims) * ties(a, or_above(ans), axis, keepdims, initial, where)

    def pushforward_a(t, ans, a, axis=None, *, keepdims=False, initial=None, where=True):
        return np.sum(t * ties(a, ans, axis, keepdims, initial, present(a, where)), axis=axis, keepdims=keepdims)


@rule(np.nanvar, at=[*GAPS, sample(HOLES, axis=1, ddof=1)])
class nanvar:
    """Twice the deviation from the mean, over n - ddof."""

    def pullback_a(g, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None):
        return nanvar_pullback(g, a, present(a, where), axis, keepdims, ddof, correction)

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None):
        return np.real(
            np.sum(
                t * conjugate(from_mean_of(a, present(a, where), axis)),
                axis=axis, keepdims=keepdims, where=present(a, where),
            )
        ) * 2 / freedom(a, axis, keepdims, present(a, where), ddof, correction)  # fmt: skip


@linear(from_mean_of, at=[(A, A > 0.6, 0)])
def from_mean_of_rule(h, a, there, axis=None):
    return from_mean_of(h, there, axis)


@rule(nanvar_pullback, at=[(A[0], A, A > 0.6, 0), (A[:, :1], A + 1j * A**2, A < 5, 1, True, 1), (2.5, A, True)])
class nanvar_pullback_rule:
    """Symmetric in the array and in the cotangent of its cotangent."""

    def pullback_g(h, ans, g, a, there, axis=None, keepdims=False, ddof=0, correction=None):
        return np.real(
            np.sum(h * conjugate(from_mean_of(a, there, axis)), axis=axis, keepdims=keepdims)
        ) * 2 / freedom(a, axis, keepdims, there, ddof, correction)  # fmt: skip

    def pullback_a(h, ans, g, a, there, axis=None, keepdims=False, ddof=0, correction=None):
        return nanvar_pullback(g, h, there, axis, keepdims, ddof, correction)

    def pushforward_g(t, ans, g, a, there, axis=None, keepdims=False, ddof=0, correction=None):
        return nanvar_pullback(t, a, there, axis, keepdims, ddof, correction)

    def pushforward_a(t, ans, g, a, there, axis=None, keepdims=False, ddof=0, correction=None):
        return nanvar_pullback(g, t, there, axis, keepdims, ddof, correction)


@rule(np.nanstd, at=[(HOLES,), sample(HOLES, axis=1, ddof=1), sample(HOLES, axis=1, keepdims=True)])
class nanstd:
    """The deviation from the mean over (n - ddof) ans; 0 where all are equal, as for norms."""

    def pullback_a(g, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None):
        return nanvar_pullback(g / (2 * or_one(ans)), a, present(a, where), axis, keepdims, ddof, correction)

    def pushforward_a(t, ans, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None):
        return np.real(
            np.sum(
                t * conjugate(from_mean_of(a, present(a, where), axis)),
                axis=axis, keepdims=keepdims, where=present(a, where),
            )
        ) / (or_one(ans) * freedom(a, axis, keepdims, present(a, where), ddof, correction))  # fmt: skip


@rule(np.nancumsum, at=[(HOLES,), (HOLES, 0), (HOLES, -1), (HOLES, 0, float), (A, 0, int)])
class nancumsum:
    def pullback_a(g, ans, a, axis=None, dtype=None):
        return np.where(np.isnan(a), 0, cumsum_pullback(through_cast(g, ans), a, axis))

    def pushforward_a(t, ans, a, axis=None, dtype=None):
        return cast_tangent(np.cumsum(np.where(np.isnan(a), 0, t), axis=axis), ans)


@rule(np.nancumprod, at=[(HOLES,), (HOLES, 0), (HOLES, -1), (A, 0, int)])
class nancumprod:
    def pullback_a(g, ans, a, axis=None, dtype=None):
        return np.where(np.isnan(a), 0, cumprod_pullback(through_cast(g, ans), np.where(np.isnan(a), 1, a), axis, ans))

    def pushforward_a(t, ans, a, axis=None, dtype=None):
        return cast_tangent(cumprod_pushforward(np.where(np.isnan(a), 0, t), np.where(np.isnan(a), 1, a), axis), ans)
