"""Products of vectors and matrices, and numpy.linalg."""

from __future__ import annotations

import operator

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import linear, nondifferentiable, rule, sample
from s2sad.runtime import (
    ListBar,
    conjugate,
    dot_pullback_a,
    dot_pullback_b,
    half_tril,
    inner_pullback_a,
    inner_pullback_b,
    lower_pullback,
    lower_symmetric,
    matmul_pullback_a,
    matmul_pullback_b,
    rows_outer,
    slogdet_cotangent,
    tensordot_pullback_a,
    tensordot_pullback_b,
    trace_pullback,
    unbroadcast,
)

V = np.array([0.5, -1.5, 2.0])
W = np.array([1.5, 0.25])
C = np.array([[0.5, -1.0, 2.0, 1.5], [1.5, 0.5, -0.75, 1.0]])
T = np.arange(12.0).reshape(2, 3, 2) ** 1.5 - 10.0
U = np.arange(8.0).reshape(2, 2, 2) ** 1.5 - 5.0
S = np.array([[2.0, -1.0, 0.5], [0.25, 1.5, -0.5], [1.0, 0.75, 3.0]])
STACK = np.stack([S, S.T + 1, S @ S])
MATMULS = [
    (V, V),
    (A, W),
    (V, A),
    (A, C),
    (T, U),
    (T, W),
    (V, T),
    (T, C),
    (A, U),
    (A, 1j * C),
    (T[:1], U),
    (T, U[:1]),
]


@rule(np.dot, at=[(2.5, 1.5), (2.5, A), (V, V), (A, W), (V, A), (A, C), (T, W), (T, U), (V, T), (A, 1j * C)])
class dot:
    def pullback_a(g, ans, a, b):
        return dot_pullback_a(g, a, b)

    def pullback_b(g, ans, a, b):
        return dot_pullback_b(g, a, b)

    def pushforward_a(t, ans, a, b):
        return np.dot(t, b)

    def pushforward_b(t, ans, a, b):
        return np.dot(a, t)


@rule(np.matmul, operator.matmul, at=MATMULS)
class matmul:
    def pullback_a(g, ans, a, b):
        return matmul_pullback_a(g, a, b)

    def pullback_b(g, ans, a, b):
        return matmul_pullback_b(g, a, b)

    def pushforward_a(t, ans, a, b):
        return t @ b

    def pushforward_b(t, ans, a, b):
        return a @ t


@rule(np.inner, at=[(V, V), (A, W), (W, A), (A, 2 * A), (T, A), (2.5, A), (1j * A, A)])
class inner:
    def pullback_a(g, ans, a, b):
        return inner_pullback_a(g, a, b)

    def pullback_b(g, ans, a, b):
        return inner_pullback_b(g, a, b)

    def pushforward_a(t, ans, a, b):
        return np.inner(t, b)

    def pushforward_b(t, ans, a, b):
        return np.inner(a, t)


@rule(np.outer, at=[(V, W), (A, W), (V, C), (V, 1j * W)])
class outer:
    def pullback_a(g, ans, a, b):
        return unbroadcast(np.reshape(g @ np.ravel(b), np.shape(a)), a)

    def pullback_b(g, ans, a, b):
        return unbroadcast(np.reshape(np.ravel(a) @ g, np.shape(b)), b)

    def pushforward_a(t, ans, a, b):
        return np.outer(t, b)

    def pushforward_b(t, ans, a, b):
        return np.outer(a, t)


@rule(np.vdot, at=[(V, V), (A, 2 * A), (1j * A + 1, A), (1j * A + 1, A - 2j), (A, A - 2j)])
class vdot:
    def pullback_a(g, ans, a, b):
        return unbroadcast(conjugate(g * np.reshape(b, np.shape(a))), a)

    def pullback_b(g, ans, a, b):
        return unbroadcast(g * conjugate(np.reshape(a, np.shape(b))), b)

    def pushforward_a(t, ans, a, b):
        return np.vdot(t, b)

    def pushforward_b(t, ans, a, b):
        return np.vdot(a, t)


AXES = [
    (A, A + 1), (A, 1j * C, 1), (V, W, 0), (T, U, ((2, 0), (0, 1))), (T, U, ([0, -1], [2, 0])),
    (T, C, (2, 0)), sample(T, T, axes=3), sample(A, C, axes=([1], [0])),
]  # fmt: skip


@rule(np.tensordot, at=AXES)
class tensordot:
    def pullback_a(g, ans, a, b, axes=2):
        return tensordot_pullback_a(g, a, b, axes)

    def pullback_b(g, ans, a, b, axes=2):
        return tensordot_pullback_b(g, a, b, axes)

    def pushforward_a(t, ans, a, b, axes=2):
        return np.tensordot(t, b, axes)

    def pushforward_b(t, ans, a, b, axes=2):
        return np.tensordot(a, t, axes)


@linear(np.trace, at=[(S,), (A,), (S, 1), (T, -1), (T, 0, 1, 2), (T, 1, 0, -1)])
def trace(g, a, offset=0, axis1=0, axis2=1):
    return trace_pullback(g, a, offset, axis1, axis2)


@rule(np.linalg.inv, at=[(S,), (STACK,), (S + 1j * S.T,)])
class inv:
    def pullback_a(g, ans, a):
        return -(np.swapaxes(ans, -1, -2) @ g @ np.swapaxes(ans, -1, -2))

    def pushforward_a(t, ans, a):
        return -(ans @ t @ ans)


@rule(np.linalg.solve, at=[(S, V), (S, S - 1), (STACK, STACK - 1), (S, V + 1j * V), (S, STACK - 1)])
class solve:
    def pullback_a(g, ans, a, b):
        return -rows_outer(np.linalg.solve(np.swapaxes(a, -1, -2), g), ans, a)

    def pullback_b(g, ans, a, b):
        return unbroadcast(np.linalg.solve(np.swapaxes(a, -1, -2), g), b)

    def pushforward_a(t, ans, a, b):
        return -np.linalg.solve(a, t @ ans)

    def pushforward_b(t, ans, a, b):
        return np.linalg.solve(a, t)


@rule(np.linalg.det, at=[(S,), (STACK,), (S + 1j * S.T,)])
class det:
    """det(a) times the inverse transposed; a singular matrix is refused by NumPy's inv."""

    def pullback_a(g, ans, a):
        return np.expand_dims(g * ans, (-2, -1)) * np.swapaxes(np.linalg.inv(a), -1, -2)

    def pushforward_a(t, ans, a):
        return ans * np.trace(np.linalg.inv(a) @ t, axis1=-2, axis2=-1)


@rule(np.linalg.slogdet, at=[(S,), (STACK,)])
class slogdet:
    """The inverse transposed for the logarithm; the sign of a real determinant is constant."""

    tuple_unless = ()

    def pullback_a(g, ans, a):
        return np.expand_dims(slogdet_cotangent(g, ans), (-2, -1)) * np.swapaxes(np.linalg.inv(a), -1, -2)

    def pushforward_a(t, ans, a):
        return ListBar((0, np.trace(np.linalg.inv(a) @ t, axis1=-2, axis2=-1)))


@rule(np.linalg.cholesky, at=[(S @ S.T,), (STACK @ np.swapaxes(STACK, -1, -2),)])
class cholesky:
    """NumPy reads the lower triangle alone, so the cotangent is lower triangular. Real matrices."""

    def pullback_a(g, ans, a):
        return lower_pullback(
            np.swapaxes(np.linalg.inv(ans), -1, -2) @ half_tril(np.swapaxes(ans, -1, -2) @ g) @ np.linalg.inv(ans)
        )

    def pushforward_a(t, ans, a):
        return ans @ half_tril(np.linalg.inv(ans) @ lower_symmetric(t) @ np.swapaxes(np.linalg.inv(ans), -1, -2))


nondifferentiable(np.linalg.matrix_rank)
