"""numpy.linalg: the pseudo-inverse and least squares.

Golub and Pereyra (1973). Right where the rank stays as it is; where it changes there is no derivative.
"""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.products import STACK, C, S, T, V
from s2sad.adjoints.registry import nondifferentiable, rule, sample
from s2sad.runtime import lstsq_pullback_a, lstsq_pullback_b, pinv_pullback
from s2sad.runtime.least_squares import cutoff, lstsq_pushforward_a, lstsq_pushforward_b, pinv_pushforward, rank_by

MATRICES = [(S,), (A,), (C,), (STACK,), (T,), (A + 1j * A[::-1],), (A, 1e-10), sample(A, rcond=1e-10), sample(A, rtol=1e-10)]


@rule(np.linalg.pinv, at=MATRICES)
class pinv:
    def pullback_a(g, ans, a, rcond=None, *, rtol=None):
        return pinv_pullback(g, ans, a)

    def pushforward_a(t, ans, a, rcond=None, *, rtol=None):
        return pinv_pushforward(t, ans, a)


Z = A + 1j * A[::-1] ** 2
SYSTEMS = [
    (A, V),
    (A, S),
    (C, A[:2]),
    (C, V[:2]),
    (S, V),
    (A, V, -1),
    (Z, S),
    (A, 1j * V),
    (Z, V),
    sample(A, V, rcond=1e-10),
]


@rule(np.linalg.lstsq, at=SYSTEMS)
class lstsq:
    """Of all results but the rank: the solution, the sums of squares that are left over, and the singular values."""

    tuple_unless = ()

    def pullback_a(g, ans, a, b, rcond=None):
        return lstsq_pullback_a(g, ans, a, b, rcond)

    def pullback_b(g, ans, a, b, rcond=None):
        return lstsq_pullback_b(g, ans, a, b, rcond)

    def pushforward_a(t, ans, a, b, rcond=None):
        return lstsq_pushforward_a(t, ans, a, b, rcond)

    def pushforward_b(t, ans, a, b, rcond=None):
        return lstsq_pushforward_b(t, ans, a, b, rcond)


nondifferentiable(cutoff, rank_by)
