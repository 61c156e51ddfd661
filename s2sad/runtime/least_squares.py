"""Pullbacks of the pseudo-inverse and of least squares.

Golub and Pereyra, *The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
separate* (1973): right where the rank stays as it is, and else there is no derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.shapes import unbroadcast
from s2sad.runtime.slopes import conjugate
from s2sad.runtime.spectra import is_absent
from s2sad.runtime.systems import adjoint


def pinv_pullback(g: Any, ans: Any, a: Any) -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.pinv(a)."""
    g, turned = conjugate(g), adjoint(ans)
    rows, columns = np.shape(a)[-2:]
    rank = rank_by(ans, a)
    bar = -(turned @ (g @ turned)) if rows > columns else -((turned @ g) @ turned)
    if rank != rows:
        left = adjoint(g) @ (ans @ turned)
        bar = bar + left - a @ (ans @ left)
    if rank != columns:
        right = (turned @ ans) @ adjoint(g)
        bar = bar + right - (right @ ans) @ a
    return conjugate(bar)


def rank_by(inverse: Any, a: Any) -> Any:
    """The least rank of matrices with these pseudo-inverses, which times the matrices are projections: their traces."""
    return np.min(np.rint(np.real(np.einsum("...ij,...ji->...", inverse, a))), initial=min(np.shape(a)[-2:]))


def pinv_pushforward(t: Any, ans: Any, a: Any) -> Any:
    """The tangent of ans = np.linalg.pinv(a) where `t` is that of `a`."""
    left = ans @ adjoint(ans) @ adjoint(t)
    right = adjoint(t) @ adjoint(ans) @ ans
    return left - (left @ a) @ ans + right - ans @ (a @ right) - ans @ t @ ans


def lstsq_pullback_a(g: Any, ans: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.lstsq(a, b, rcond)."""
    g_x, g_sums, _, g_s = g
    x, sums, _, _ = ans
    columns, solution = _columns(b), _columns(x)
    left_over = columns - a @ solution
    bar: Any = 0
    if not is_absent(g_x):
        inverse = np.linalg.pinv(a, cutoff(a, rcond))
        g_x = conjugate(_columns(g_x))
        u, w = adjoint(inverse) @ g_x, g_x - inverse @ (a @ g_x)
        bar = bar + conjugate(
            left_over @ adjoint(inverse @ u) + (adjoint(inverse) @ solution) @ adjoint(w) - u @ adjoint(solution)
        )
    if not is_absent(g_sums) and np.size(sums):
        bar = bar - 2 * ((g_sums * conjugate(left_over)) @ np.transpose(solution))
    if not is_absent(g_s):
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        bar = bar + conjugate((u * g_s) @ vh)
    return unbroadcast(bar, a)


def lstsq_pullback_b(g: Any, ans: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    """The cotangent of `b` where `g` is that of ans = np.linalg.lstsq(a, b, rcond)."""
    g_x, g_sums, _, _ = g
    x, sums, _, _ = ans
    bar: Any = 0
    if not is_absent(g_x):
        bar = bar + np.transpose(np.linalg.pinv(a, cutoff(a, rcond))) @ _columns(g_x)
    if not is_absent(g_sums) and np.size(sums):
        bar = bar + 2 * (g_sums * conjugate(_columns(b) - a @ _columns(x)))
    return unbroadcast(np.reshape(bar + np.zeros_like(_columns(b)), np.shape(b)), b)


def lstsq_pushforward_a(t: Any, ans: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    """The tangents of ans = np.linalg.lstsq(a, b, rcond) where `t` is that of `a`."""
    x, sums, _, _ = ans
    inverse = np.linalg.pinv(a, cutoff(a, rcond))
    left_over = _columns(b) - a @ _columns(x)
    x_dot = np.reshape(pinv_pushforward(t, inverse, a) @ _columns(b), np.shape(x))
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    s_dot = np.real(np.sum(conjugate(u) * (t @ adjoint(vh)), axis=-2))
    return ListBar((x_dot, _sums_along(-(t @ _columns(x)), left_over, sums), 0, s_dot))


def lstsq_pushforward_b(t: Any, ans: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    """The tangents of ans = np.linalg.lstsq(a, b, rcond) where `t` is that of `b`."""
    x, sums, _, _ = ans
    x_dot = np.reshape(np.linalg.pinv(a, cutoff(a, rcond)) @ _columns(t), np.shape(x))
    return ListBar((x_dot, _sums_along(_columns(t), _columns(b) - a @ _columns(x), sums), 0, 0))


def _sums_along(t: Any, left_over: Any, sums: Any) -> Any:
    """The tangent of the sums of squares of what is left over, which are orthogonal to the change of the solution."""
    return 2 * np.real(np.sum(t * conjugate(left_over), axis=0)) if np.size(sums) else sums


def _columns(b: Any) -> Any:
    return np.expand_dims(b, -1) if np.ndim(b) == 1 else np.asarray(b)


def cutoff(a: Any, rcond: Any) -> Any:
    """The share of the largest singular value below which np.linalg.lstsq(a, b, rcond) takes one for zero."""
    if rcond is None:
        return max(np.shape(a)) * np.finfo(np.result_type(a, 1.0)).eps
    return np.finfo(np.result_type(a, 1.0)).eps if rcond == -1 else rcond
