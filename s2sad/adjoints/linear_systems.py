"""numpy.linalg: solutions of linear systems, inverses, powers and determinants.

Giles, *Collected matrix derivative results* (2008), and Magnus and Neudecker, *Matrix Differential Calculus* (1988).
"""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.products import STACK, C, S, V
from s2sad.adjoints.registry import nondifferentiable, rule, sample
from s2sad.runtime import (
    cofactors,
    inverse_along,
    matrix_power_along,
    rows_outer,
    slogdet_pullback,
    solved,
    tensorinv_pullback,
    tensorsolve_pullback_a,
    tensorsolve_pullback_b,
    transposed,
    unbroadcast,
)
from s2sad.runtime.systems import (
    applied,
    is_vector,
    slogdet_pushforward,
    solution_last,
    tensorinv_along,
    tensorsolve_pushforward_a,
)

SINGULAR = np.outer(V, V[::-1]) + np.outer(V[::-1], [1.0, 2.0, 3.0])
TENSOR = np.reshape(np.kron(S, [[1.0, 0.5], [-0.25, 2.0]]), (2, 3, 3, 2))


@rule(np.linalg.inv, at=[(S,), (STACK,), (S + 1j * S.T,)])
class inv:
    def pullback_a(g, ans, a):
        return inverse_along(g, transposed(ans))

    def pushforward_a(t, ans, a):
        return inverse_along(t, ans)


SYSTEMS = [(S, V), (S, S - 1), (STACK, V), (STACK, STACK - 1), (S, V + 1j * V), (S, STACK - 1), (STACK, S), (1j * S, V)]


@rule(np.linalg.solve, at=SYSTEMS)
class solve:
    """The transposed system for `b`; minus its solution times that of the system for `a`."""

    def pullback_a(g, ans, a, b):
        return -rows_outer(solved(transposed(a), g, b), ans, a, b)

    def pullback_b(g, ans, a, b):
        return unbroadcast(solved(transposed(a), g, b), b)

    def pushforward_a(t, ans, a, b):
        return -solved(a, applied(t, ans, b), b)

    def pushforward_b(t, ans, a, b):
        return solved(a, t, b)


@rule(np.linalg.det, at=[(S,), (STACK,), (S + 1j * S.T,), (SINGULAR,), (np.stack([S, SINGULAR]),)])
class det:
    """The cofactors, also where the matrix is singular."""

    def pullback_a(g, ans, a):
        return np.expand_dims(g, (-2, -1)) * cofactors(a, ans)

    def pushforward_a(t, ans, a):
        return np.sum(t * cofactors(a, ans), axis=(-2, -1))


@rule(np.linalg.slogdet, at=[(S,), (STACK,), (S + 1j * S.T,)])
class slogdet:
    """The inverse transposed for the logarithm. The sign of a real determinant is constant, that of a complex one turns."""

    tuple_unless = ()

    def pullback_a(g, ans, a):
        return slogdet_pullback(g, ans, a)

    def pushforward_a(t, ans, a):
        return slogdet_pushforward(t, ans, a)


@rule(np.linalg.matrix_power, at=[(S, n) for n in (0, 1, 2, 3, 4, 7, -1, -2, -5)] + [(STACK, 3), (S + 1j * S.T, -2)])
class matrix_power:
    """By squaring, as the power itself; a negative one by the inverse."""

    def pullback_a(g, ans, a, n):
        return matrix_power_along(g, transposed(ans), transposed(a), n)

    def pushforward_a(t, ans, a, n):
        return matrix_power_along(t, ans, a, n)


@rule(np.linalg.tensorinv, at=[(TENSOR,), (TENSOR, 2), (np.reshape(TENSOR, (6, 3, 2)), 1), (1j * TENSOR,)])
class tensorinv:
    """The inverse of the matrix that the tensor is, seen as one."""

    def pullback_a(g, ans, a, ind=2):
        return tensorinv_pullback(g, ans, a)

    def pushforward_a(t, ans, a, ind=2):
        return tensorinv_along(t, ans)


@rule(
    np.linalg.tensorsolve,
    at=[(TENSOR, C[:, :3]), (TENSOR, 1j * C[:, :3]), (np.moveaxis(TENSOR, -1, 0), C[:, :3], (0,)),
        sample(np.moveaxis(TENSOR, 2, 0), C[:, :3].T.reshape(2, 3), axes=(3, 0))],
)  # fmt: skip
class tensorsolve:
    """The solution of the system that the tensor is, seen as a matrix."""

    def pullback_a(g, ans, a, b, axes=None):
        return tensorsolve_pullback_a(g, ans, a, b, axes)

    def pullback_b(g, ans, a, b, axes=None):
        return tensorsolve_pullback_b(g, a, b, axes)

    def pushforward_a(t, ans, a, b, axes=None):
        return tensorsolve_pushforward_a(t, ans, a, b, axes)

    def pushforward_b(t, ans, a, b, axes=None):
        return np.linalg.tensorsolve(a, t, axes)


nondifferentiable(np.linalg.matrix_rank, is_vector, solution_last)
