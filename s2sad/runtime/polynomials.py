"""Pullbacks of functions of polynomials' coefficients, the same for every family (powers, Chebyshev, Legendre, ...).

What is linear in coefficients is transposed with the help of the function itself, applied to one coefficient at a time.
Functions of a family trim leading zeros off their results: what is trimmed off is no part of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.shapes import unbroadcast
from s2sad.runtime.spectra import is_absent


def fitted(c: Any, like: Any) -> Any:
    """Coefficients as many as `like` has: zeros in the place of what was trimmed off, without what is trimmed off there."""
    n, there = np.shape(like)[0], np.shape(c)[0]
    return c[:n] if there >= n else np.concatenate((c, np.zeros_like(c, shape=(n - there,))))


def fitted_bar(g: Any, c: Any) -> Any:
    """The cotangent of the coefficients `c` that fitted(c, g) takes into a result with cotangent `g`."""
    return unbroadcast(fitted(g, c), c)


def transposed(function: Any, g: Any, c: Any, *others: Any) -> Any:
    """The cotangent of the coefficients `c` of function(c, *others), which is linear in them."""
    shares = [np.sum(g * fitted(function(e, *others), g)) for e in unit_coefficients(c)]
    return unbroadcast(np.stack(shares).astype(np.result_type(g, np.asarray(c))), c)


def matrix_transposed(matrix: Any, g: Any, c: Any, axis: Any = 0) -> Any:
    """The cotangent of `c` where its coefficients along an axis were multiplied by a matrix."""
    return unbroadcast(np.moveaxis(np.tensordot(matrix, np.moveaxis(g, axis, 0), (0, 0)), 0, axis), c)


def unit_coefficients(c: Any, axis: Any = 0) -> Any:
    """The polynomials of the basis along an axis of `c`, one in each column."""
    return np.eye(np.shape(c)[axis], dtype=np.asarray(c).dtype)


def fitting_matrix(vander: Any, x: Any, deg: Any, rcond: Any = None, w: Any = None) -> Any:
    """The matrix that takes values at `x` to the coefficients fitted to them: (coefficients, places), scaled as NumPy does it."""
    x = np.asarray(x) + 0.0
    degrees = np.sort(deg) if np.ndim(deg) else np.arange(deg + 1)
    weights = np.ones_like(x) if w is None else np.asarray(w)
    basis = vander(x, degrees[-1])[:, degrees] * weights[:, None]
    lengths = np.linalg.norm(basis, axis=0)
    lengths = lengths + (lengths == 0)
    inverse = np.linalg.pinv(basis / lengths, len(x) * np.finfo(x.dtype).eps if rcond is None else rcond)
    matrix = np.zeros((degrees[-1] + 1, len(x)), inverse.dtype)
    matrix[degrees] = inverse / lengths[:, None] * weights
    return matrix


def highest_first(x: Any, deg: Any) -> Any:
    """The Vandermonde matrix of np.polyfit."""
    return np.vander(x, deg + 1)


def fromroots_pullback(g: Any, fromroots: Any, roots: Any) -> Any:
    """The cotangent of the roots: a root's change takes away the product of the others."""
    return unbroadcast(np.stack([-np.sum(g * fitted(p, g)) for p in _of_others(fromroots, roots)]), roots)


def fromroots_pushforward(t: Any, ans: Any, fromroots: Any, roots: Any) -> Any:
    """The tangent of ans = fromroots(roots) where `t` is that of the roots."""
    return np.sum(np.stack([-d * fitted(p, ans) for d, p in zip(t, _of_others(fromroots, roots), strict=True)]), axis=0)


def _of_others(fromroots: Any, roots: Any) -> Any:
    return [fromroots(np.delete(roots, i)) for i in range(np.shape(roots)[0])]


def division_pullback_c1(g: Any, div: Any, c1: Any, c2: Any) -> Any:
    """The cotangent of the dividend where `g` holds those of div(c1, c2), which is linear in it."""
    shares = [_share(g, div(e, c2)) for e in unit_coefficients(c1)]
    return unbroadcast(np.stack(shares).astype(_common(g, c1)), c1)


def division_pullback_c2(g: Any, ans: Any, div: Any, mul: Any, c2: Any) -> Any:
    """The cotangent of the divisor where `g` holds those of ans = div(c1, c2)."""
    shares = [_share(g, div(-mul(ans[0], e), c2)) for e in unit_coefficients(c2)]
    return unbroadcast(np.stack(shares).astype(_common(g, c2)), c2)


def division_pushforward(t: Any, ans: Any, div: Any, c2: Any) -> Any:
    """The tangents of ans = div(c1, c2) where `t` is that of the dividend, or less the quotient times that of the divisor."""
    return ListBar(tuple(fitted(part, like) for part, like in zip(div(t, c2), ans, strict=True)))


def _share(g: Any, parts: Any) -> Any:
    total: Any = 0.0
    for bar, part in zip(g, parts, strict=True):
        if not is_absent(bar):
            total = total + np.sum(bar * fitted(part, bar))
    return total


def _common(g: Any, c: Any) -> Any:
    return np.result_type(np.asarray(c), *(bar for bar in g if not is_absent(bar)))
