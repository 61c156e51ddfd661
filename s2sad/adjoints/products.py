"""Products of vectors, matrices and tensors, in NumPy and in numpy.linalg."""

from __future__ import annotations

import operator

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.names import of
from s2sad.adjoints.registry import linear, nondifferentiable, rule, sample
from s2sad.runtime import (
    cast_tangent,
    column,
    conjugate,
    cross_pullback_a,
    cross_pullback_b,
    diagonal_pullback,
    dot_pullback_a,
    dot_pullback_b,
    inner_pullback_a,
    inner_pullback_b,
    kron_pullback_a,
    kron_pullback_b,
    matmul_pullback_a,
    matmul_pullback_b,
    multi_dot_pullback,
    row,
    tensordot_pullback_a,
    tensordot_pullback_b,
    through_cast,
    trace_pullback,
    unbroadcast,
    vecdot_pullback_a,
    vecdot_pullback_b,
)
from s2sad.runtime.products import kron_shapes, multi_dot_pushforward

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
    """The sum over the last axis of `a` and the last but one of `b`."""

    def pullback_a(g, ans, a, b):
        return dot_pullback_a(g, a, b)

    def pullback_b(g, ans, a, b):
        return dot_pullback_b(g, a, b)

    def pushforward_a(t, ans, a, b):
        return np.dot(t, b)

    def pushforward_b(t, ans, a, b):
        return np.dot(a, t)


@rule(np.matmul, operator.matmul, *of(np.linalg, "matmul"), at=MATMULS)
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


@rule(np.trace, at=[(S,), (A,), (S, 1), (T, -1), (T, 0, 1, 2), (T, 1, 0, -1), (A, 0, 0, 1, float), sample(A, dtype=int)])
class trace:
    def pullback_a(g, ans, a, offset=0, axis1=0, axis2=1, dtype=None):
        if dtype is None:
            return trace_pullback(g, a, offset, axis1, axis2)
        return trace_pullback(through_cast(g, ans), a, offset, axis1, axis2)

    def pushforward_a(t, ans, a, offset=0, axis1=0, axis2=1, dtype=None):
        return cast_tangent(np.trace(t, offset, axis1, axis2), ans)


@rule(np.kron, at=[(A, C), (V, W), (A, V), (V, A), (T, W), (W, T), (2.5, A), (A, 2.5), (A, 1j * C), (T[:1], U)])
class kron:
    """Blocks of `b`, weighted by the elements of `a`."""

    def pullback_a(g, ans, a, b):
        return kron_pullback_a(g, a, b)

    def pullback_b(g, ans, a, b):
        return kron_pullback_b(g, a, b)

    def pushforward_a(t, ans, a, b):
        return np.kron(t, b)

    def pushforward_b(t, ans, a, b):
        return np.kron(a, t)


CROSSES = [
    (V, V[::-1]), (S, V), (V, S), (S, S - 1), (S, 1j * V), sample(S, V, axisa=0), sample(V, S, axisb=0, axisc=0),
    sample(A, A + 1, axis=0), (STACK, V), sample(STACK, S, axisa=1, axisb=0), sample(A, STACK[:, :2], 0, -1, 1),
]  # fmt: skip


@rule(np.cross, at=CROSSES)
class cross:
    """b x g, and g x a. Of vectors with three elements; those with two are going away in NumPy, and are refused."""

    def pullback_a(g, ans, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
        return cross_pullback_a(g, a, b, axisa, axisb, axisc, axis)

    def pullback_b(g, ans, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
        return cross_pullback_b(g, a, b, axisa, axisb, axisc, axis)

    def pushforward_a(t, ans, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
        return np.cross(t, b, axisa, axisb, axisc, axis)

    def pushforward_b(t, ans, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
        return np.cross(a, t, axisa, axisb, axisc, axis)


VECTORS = [(V, V[::-1]), (A.T, V), (V, A.T), (A.T, A.T - 1), (1j * A.T + 1, V), (V, 1j * A.T), sample(A, A + 1, axis=0)]


@rule(*of(np, "vecdot"), *of(np.linalg, "vecdot"), at=VECTORS)
class vecdot:
    """Products of the elements, the first ones conjugated, summed along an axis."""

    def pullback_a(g, ans, a, b, axis=-1):
        return vecdot_pullback_a(g, a, b, axis)

    def pullback_b(g, ans, a, b, axis=-1):
        return vecdot_pullback_b(g, a, b, axis)

    def pushforward_a(t, ans, a, b, axis=-1):
        return np.vecdot(t, b, axis=axis)

    def pushforward_b(t, ans, a, b, axis=-1):
        return np.vecdot(a, t, axis=axis)


@rule(*of(np, "matvec"), at=[(A, W), (S, S), (STACK, V), (S, STACK), (1j * S, V), (STACK, S)])
class matvec:
    def pullback_a(g, ans, a, b):
        return unbroadcast(column(g) * row(b), a)

    def pullback_b(g, ans, a, b):
        return unbroadcast(np.matvec(np.swapaxes(a, -1, -2), g), b)

    def pushforward_a(t, ans, a, b):
        return np.matvec(t, b)

    def pushforward_b(t, ans, a, b):
        return np.matvec(a, t)


@rule(*of(np, "vecmat"), at=[(V, A), (S, S), (V, STACK), (STACK, S), (1j * V, S), (V, 1j * S), (S, STACK)])
class vecmat:
    """The vector is conjugated."""

    def pullback_a(g, ans, a, b):
        return unbroadcast(conjugate(np.matvec(b, g)), a)

    def pullback_b(g, ans, a, b):
        return unbroadcast(conjugate(column(a)) * row(g), b)

    def pushforward_a(t, ans, a, b):
        return np.vecmat(t, b)

    def pushforward_b(t, ans, a, b):
        return np.vecmat(a, t)


@rule(np.linalg.multi_dot, at=[([A, C, C.T],), ([V, A, C, C.T[:, 0]],), ([A, W],), ([V, A],), ([A, 1j * C],), ([V, V],)])
class multi_dot:
    """For each array the product of those before it, the cotangent, and those after it."""

    def pullback_arrays(g, ans, arrays):
        return multi_dot_pullback(g, arrays)

    def pushforward_arrays(t, ans, arrays):
        return multi_dot_pushforward(t, arrays)


# The same in numpy.linalg, under names and with options of its own.
rule(*of(np.linalg, "outer"), at=[(V, W), (V, 1j * W)])(outer)
rule(*of(np.linalg, "tensordot"), at=[(A, A + 1), sample(T, C, axes=1), sample(T, C, axes=(2, 0))])(tensordot)
rule(*of(np.linalg, "cross"), at=[(V, V[::-1]), (S, V), sample(A, A + 1, axis=0)])(cross)


@linear(*of(np.linalg, "trace"), at=[(S,), (STACK,), sample(A, offset=-1)])
def linalg_trace(g, x, *, offset=0):
    return trace_pullback(g, x, offset, -2, -1)


@linear(*of(np.linalg, "diagonal"), at=[(S,), (STACK,), sample(A, offset=-1)])
def linalg_diagonal(g, x, *, offset=0):
    return diagonal_pullback(g, x, offset, -2, -1)


@linear(*of(np, "matrix_transpose"), *of(np.linalg, "matrix_transpose"), at=[(A,), (T,)])
def matrix_transpose(g, x):
    return np.swapaxes(g, -1, -2)


@linear(column, at=[(V,), (A,)])
def column_rule(h, x):
    return np.squeeze(h, -1)


@linear(row, at=[(V,), (A,)])
def row_rule(h, x):
    return np.squeeze(h, -2)


nondifferentiable(np.einsum_path, kron_shapes)
