"""Pullbacks of functions of polynomials' coefficients, the same for every family (powers, Chebyshev, Legendre, ...).

What is linear in coefficients is transposed with the help of the function itself, applied to one coefficient at a time.
Functions of a family trim leading zeros off their results: what is trimmed off is no part of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.shapes import unbroadcast


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


def fromroots_pullback(g: Any, fromroots: Any, roots: Any) -> Any:
    """The cotangent of the roots: a root's change takes away the product of the others."""
    return unbroadcast(np.stack([-np.sum(g * fitted(p, g)) for p in _of_others(fromroots, roots)]), roots)


def fromroots_pushforward(t: Any, ans: Any, fromroots: Any, roots: Any) -> Any:
    """The tangent of ans = fromroots(roots) where `t` is that of the roots."""
    return np.sum(np.stack([-d * fitted(p, ans) for d, p in zip(t, _of_others(fromroots, roots), strict=True)]), axis=0)


def _of_others(fromroots: Any, roots: Any) -> Any:
    return [fromroots(np.delete(roots, i)) for i in range(np.shape(roots)[0])]
