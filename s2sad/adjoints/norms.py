"""numpy.linalg: norms and condition numbers.

A norm has the derivative 0 where it is 0. Where several elements, rows or singular values are the largest (or smallest), they
share it evenly. An element that is 0 has the derivative 0.
"""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.names import of
from s2sad.adjoints.products import STACK, C, S, T, V
from s2sad.adjoints.registry import nondifferentiable, rule, sample
from s2sad.runtime import cond_slope, conjugate, norm_pullback, or_one, vector_norm_pullback
from s2sad.runtime.norms import norm_axes, norm_pushforward, vector_norm_pushforward

INF = np.inf
Z = A + 1j * A[::-1] ** 2
NORMS = [
    (V,), (A,), (T,), (A, "fro"), (V, 2), (A, None, 0), (A, 2, -1), (T, None, (0, 1)), (T, "fro", (2, 0)), (Z,), (Z, None, 0),
    sample(A, keepdims=True), sample(A, axis=1, keepdims=True), sample(A, ord=2, axis=(1,)), (2.5 * V, None, 0),
    *[(V, p) for p in (INF, -INF, 0, 1, 3, 1.5, -1, -2)], *[(Z, p, 0) for p in (INF, -INF, 1, 3)], sample(T, 3, -1, keepdims=True),
    *[(A, p) for p in (1, -1, INF, -INF, 2, -2, "nuc")], *[(Z, p) for p in (1, INF, 2, -2, "nuc")],
    *[sample(T, p, (2, 0), keepdims=k) for p in (1, -INF, 2, "nuc") for k in (False, True)],
]  # fmt: skip


@rule(np.linalg.norm, at=NORMS)
class norm:
    """The direction x / ans for the 2-norm and the Frobenius norm; those of the largest elements, rows or singular values."""

    def pullback_x(g, ans, x, ord=None, axis=None, keepdims=False):
        if ord is None and axis is None and keepdims is False:
            return g / or_one(ans) * conjugate(x)
        return norm_pullback(g, ans, x, ord, axis, keepdims)

    def pushforward_x(t, ans, x, ord=None, axis=None, keepdims=False):
        return norm_pushforward(t, ans, x, ord, axis, keepdims)


VECTOR_NORMS = [
    (V,), (A,), (Z,), sample(A, axis=0), sample(T, axis=(0, 2), keepdims=True), sample(A, ord=1), sample(A, ord=INF),
    sample(A, ord=3, axis=-1), sample(T, ord=-INF, axis=(0, 1)), sample(A, keepdims=True),
]  # fmt: skip


@rule(*of(np.linalg, "vector_norm"), at=VECTOR_NORMS)
class vector_norm:
    def pullback_x(g, ans, x, *, axis=None, keepdims=False, ord=2):
        return vector_norm_pullback(g, ans, x, axis, keepdims, ord)

    def pushforward_x(t, ans, x, *, axis=None, keepdims=False, ord=2):
        return vector_norm_pushforward(t, ans, x, axis, keepdims, ord)


@rule(
    *of(np.linalg, "matrix_norm"),
    at=[(A,), (T,), (Z,), sample(T, ord=1), sample(T, ord="nuc", keepdims=True), sample(C, ord=2)],
)
class matrix_norm:
    def pullback_x(g, ans, x, *, keepdims=False, ord="fro"):
        return norm_pullback(g, ans, x, ord, (-2, -1), keepdims)

    def pushforward_x(t, ans, x, *, keepdims=False, ord="fro"):
        return norm_pushforward(t, ans, x, ord, (-2, -1), keepdims)


@rule(
    np.linalg.cond,
    at=[(S,), (A,), (C,), (STACK,), (T, 2), (T, -2), *[(STACK[2], p) for p in (1, -1, INF, -INF, "fro", 2, -2)], (STACK[1:], 1), (S + 1j * S.T,),
        (S + 1j * S.T, "fro")],
)  # fmt: skip
class cond:
    """The quotient of the extreme singular values; for other norms, that of the matrix times that of its inverse."""

    def pullback_x(g, ans, x, p=None):
        return np.expand_dims(np.real(g), (-2, -1)) * cond_slope(x, p)  # NumPy 2.2 makes it complex where x is

    def pushforward_x(t, ans, x, p=None):
        return np.real(np.sum(t * cond_slope(x, p), axis=(-2, -1)))


nondifferentiable(norm_axes)
