"""Pullbacks of what solves linear systems: solutions, inverses, powers and determinants.

The formulas with real matrices are those of Giles, *Collected matrix derivative results* (2008). A transposed matrix stays
one for complex matrices, since cotangents are not conjugated; where a formula needs the conjugate as well, `adjoint` says so.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.shapes import unbroadcast
from s2sad.runtime.slopes import conjugate


def transposed(x: Any) -> Any:
    """The transpose of each matrix in a stack."""
    return np.swapaxes(x, -1, -2)


def adjoint(x: Any) -> Any:
    """The conjugate transpose of each matrix in a stack."""
    return conjugate(np.swapaxes(x, -1, -2))


def is_vector(b: Any) -> bool:
    """Does np.linalg.solve(a, b) take `b` for a vector?"""
    return np.ndim(b) == 1


def solved(a: Any, g: Any, b: Any) -> Any:
    """np.linalg.solve(a, g), where `g` is one vector, or a stack of vectors, if `b` is."""
    if is_vector(b):
        return np.squeeze(np.linalg.solve(a, np.expand_dims(g, -1)), -1)
    return np.linalg.solve(a, g)


def applied(a: Any, x: Any, b: Any) -> Any:
    """The product of `a` and the solution `x`, which is one vector, or a stack of vectors, if `b` is."""
    return np.squeeze(a @ np.expand_dims(x, -1), -1) if is_vector(b) else a @ x


def rows_outer(u: Any, x: Any, a: Any, b: Any) -> Any:
    """The products of `u` and `x`, of the shape of `b`, summed over right sides to the shape of `a`."""
    if is_vector(b):
        return unbroadcast(np.expand_dims(u, -1) * np.expand_dims(x, -2), a)
    return unbroadcast(u @ transposed(x), a)


def inverse_along(t: Any, ans: Any) -> Any:
    """The tangent of the inverse `ans` where `t` is that of the matrix, or a cotangent where both are transposed."""
    return -(ans @ t @ ans)


def matrix_power_along(t: Any, ans: Any, a: Any, n: int) -> Any:
    """The tangent of ans = np.linalg.matrix_power(a, n) where `t` is that of `a`; a cotangent where all are transposed."""
    if n == 0:
        return 0 * t
    if n > 0:
        return _power_along(t, np.asarray(a), n)[1]
    inverse = ans if n == -1 else np.linalg.inv(a)
    return _power_along(inverse_along(t, inverse), inverse, -n)[1]


def _power_along(t: Any, a: Any, n: int) -> Any:
    """a ** (n // 2), and the tangent of a ** n: factor by factor where they are few, else by squaring."""
    if n < 4:
        along = left = t
        for _ in range(n - 1):
            left = a @ left
            along = along @ a + left
        return a, along
    quarter, along = _power_along(t, a, n // 2)
    half = quarter @ quarter @ a if n // 2 % 2 else quarter @ quarter
    along = along @ half + half @ along
    return half, along @ a + half @ (half @ t) if n % 2 else along


def cofactors(a: Any, ans: Any) -> Any:
    """The derivative of ans = np.linalg.det(a): ans times the inverse transposed; what it tends to where `a` is singular."""
    if np.all(ans != 0):
        return np.expand_dims(ans, (-2, -1)) * transposed(np.linalg.inv(a))
    return singular_cofactors(a)


def singular_cofactors(a: Any) -> Any:
    """The cofactors of matrices that may be singular, by their singular values: a product without each in turn."""
    u, s, vh = np.linalg.svd(a)
    others = np.where(np.eye(np.shape(s)[-1], dtype=bool), 1, np.expand_dims(s, -2))
    sizes = np.expand_dims(np.prod(others, axis=-1), -2)
    return conjugate((u * sizes) @ vh) * np.expand_dims(np.linalg.det(u) * np.linalg.det(vh), (-2, -1))


def slogdet_pullback(g: Any, ans: Any, a: Any) -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.slogdet(a); the sign of a real determinant is constant."""
    g_sign, slope = g
    if np.iscomplexobj(a):
        slope = slope + 1j * np.imag(g_sign * ans[0])
    return np.expand_dims(slope, (-2, -1)) * transposed(np.linalg.inv(a))


def slogdet_pushforward(t: Any, ans: Any, a: Any) -> Any:
    """The tangents of the sign and the logarithm."""
    along = np.trace(np.linalg.solve(a, t), axis1=-2, axis2=-1)
    return ListBar((1j * np.imag(along) * ans[0] if np.iscomplexobj(a) else 0, np.real(along)))


def tensorinv_along(t: Any, ans: Any) -> Any:
    """The tangent of the tensor inverse `ans` where `t` is that of the tensor."""
    inverse = _as_matrix(ans)
    return np.reshape(inverse_along(np.reshape(t, np.shape(inverse)), inverse), np.shape(ans))


def tensorinv_pullback(g: Any, ans: Any, a: Any) -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.tensorinv(a)."""
    inverse = transposed(_as_matrix(ans))
    return np.reshape(inverse_along(np.reshape(g, np.shape(inverse)), inverse), np.shape(a))


def _as_matrix(x: Any) -> Any:
    size = math.isqrt(np.size(x))
    return np.reshape(x, (size, size))


def tensorsolve_pullback_b(g: Any, a: Any, b: Any, axes: Any = None) -> Any:
    """The cotangent of `b` where `g` is that of np.linalg.tensorsolve(a, b, axes)."""
    matrix = _matrix_of(a, b, axes)
    return unbroadcast(np.reshape(np.linalg.solve(transposed(matrix), np.ravel(g)), np.shape(b)), b)


def tensorsolve_pullback_a(g: Any, ans: Any, a: Any, b: Any, axes: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.tensorsolve(a, b, axes)."""
    order = solution_last(a, axes)
    u = np.linalg.solve(transposed(_matrix_of(a, b, axes)), np.ravel(g))
    found = np.reshape(-np.outer(u, ans), [np.shape(a)[i] for i in order])
    return unbroadcast(np.transpose(found, np.argsort(order)), a)


def tensorsolve_pushforward_a(t: Any, ans: Any, a: Any, b: Any, axes: Any = None) -> Any:
    """The tangent of ans = np.linalg.tensorsolve(a, b, axes) where `t` is that of `a`."""
    right = np.reshape(_matrix_of(t, b, axes) @ np.ravel(ans), np.shape(b))
    return -np.linalg.tensorsolve(a, right, axes)


def _matrix_of(a: Any, b: Any, axes: Any) -> Any:
    """The square matrix of the system that np.linalg.tensorsolve(a, b, axes) solves."""
    return np.reshape(np.transpose(a, solution_last(a, axes)), (np.size(b), np.size(b)))


def solution_last(a: Any, axes: Any) -> list[int]:
    """The axes of `a` in the order in which np.linalg.tensorsolve takes them: those of `axes` at the end."""
    moved = [] if axes is None else list(axes)
    return [i for i in range(np.ndim(a)) if i not in moved] + moved
