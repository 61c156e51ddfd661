"""Derivatives of norms and of the condition number.

Each norm is real, so that its derivative is an array of the shape of `x`, and pullback and pushforward are products with it.
A norm has the derivative 0 where it is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.reductions import ties
from s2sad.runtime.slopes import abs_slope, conjugate, or_one
from s2sad.runtime.systems import inverse_along, transposed


def norm_pullback(g: Any, ans: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The cotangent of `x` where `g` is that of ans = np.linalg.norm(x, ord, axis, keepdims)."""
    return norm_slope(_kept(g, axis, keepdims), _kept(ans, axis, keepdims), x, ord, axis)


def norm_pushforward(t: Any, ans: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    """The tangent of ans = np.linalg.norm(x, ord, axis, keepdims) where `t` is that of `x`."""
    return np.real(np.sum(t * norm_slope(1, _kept(ans, axis, keepdims), x, ord, axis), axis=axis, keepdims=keepdims))


def vector_norm_pullback(g: Any, ans: Any, x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The cotangent of `x` where `g` is that of ans = np.linalg.vector_norm(x, ...): all of several axes are one vector."""
    return _vector_slope(_kept(g, axis, keepdims), _kept(ans, axis, keepdims), x, ord, norm_axes(x, axis))


def vector_norm_pushforward(t: Any, ans: Any, x: Any, axis: Any, keepdims: bool, ord: Any) -> Any:
    """The tangent of ans = np.linalg.vector_norm(x, ...) where `t` is that of `x`."""
    slope = _vector_slope(1, _kept(ans, axis, keepdims), x, ord, norm_axes(x, axis))
    return np.real(np.sum(t * slope, axis=axis, keepdims=keepdims))


def _kept(g: Any, axis: Any, keepdims: bool) -> Any:
    """`g` with the axes of `x` that were reduced, of length 1."""
    return g if keepdims or axis is None else np.expand_dims(g, axis)


def norm_slope(g: Any, ans: Any, x: Any, ord: Any, axis: Any) -> Any:
    """The derivative of np.linalg.norm(x, ord, axis), times `g`."""
    axes = norm_axes(x, axis)
    if len(axes) == 1:
        return _vector_slope(g, ans, x, ord, axes)
    return _vector_slope(g, ans, x, 2, axes) if ord is None or ord == "fro" else _matrix_slope(g, x, ord, axes)


def norm_axes(x: Any, axis: Any) -> tuple[int, ...]:
    """The axes of a norm as a tuple, all for None."""
    if axis is None:
        return tuple(range(np.ndim(x)))
    return tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)


def _vector_slope(g: Any, ans: Any, x: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    """The derivative of the norm of the vectors along `axes`, all of them together, times `g`."""
    if ord is None or ord == 2:
        return g / or_one(ans) * conjugate(x)
    if ord == 0:
        return 0 * conjugate(x)
    if np.isinf(ord):
        return abs_slope(x) * ties(np.abs(x), ans, axes, True) * g
    if ord == 1:
        return abs_slope(x) * g
    return abs_slope(x) * _share(x, ans) ** (ord - 1) * g


def _share(x: Any, ans: Any) -> Any:
    """The absolute values of `x` over their norm; where they are 0, which the sign is too, something to take powers of."""
    share = np.abs(x) / or_one(ans)
    return share if np.all(x) else share + np.equal(x, 0)


def _matrix_slope(g: Any, x: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    """The derivative of the norm of the matrices along two axes, times `g`."""
    if ord in (1, -1, np.inf, -np.inf):
        within, across = axes if abs(ord) == 1 else axes[::-1]
        sums = np.sum(np.abs(x), axis=within, keepdims=True)
        extreme = (
            np.max(sums, axis=across, keepdims=True, initial=0) if ord > 0 else np.min(sums, axis=across, keepdims=True)
        )
        return abs_slope(x) * (ties(sums, extreme, across, True) * g)
    u, s, vh = np.linalg.svd(np.moveaxis(x, axes, (-2, -1)), full_matrices=False)
    weights = np.sign(s)
    if ord != "nuc":
        extreme = np.max(s, axis=-1, keepdims=True, initial=0) if ord > 0 else np.min(s, axis=-1, keepdims=True)
        weights = weights * ties(s, extreme, -1, True)
    return np.moveaxis(conjugate((u * np.expand_dims(weights, -2)) @ vh), (-2, -1), axes) * g


def cond_slope(x: Any, p: Any = None) -> Any:
    """The derivative of np.linalg.cond(x, p)."""
    if p is None or p == 2 or p == -2:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        top, bottom = (-1, 0) if p == -2 else (0, -1)
        above, below = np.expand_dims(s[..., top], -1), np.expand_dims(s[..., bottom], -1)
        eye = np.eye(np.shape(s)[-1], dtype=np.asarray(s).dtype)
        slope = (eye[top] - eye[bottom] * above / below) / below
        return conjugate((u * np.expand_dims(slope, -2)) @ vh)
    inverse = np.linalg.inv(x)
    size = np.linalg.norm(x, p, (-2, -1), keepdims=True)
    inverse_size = np.linalg.norm(inverse, p, (-2, -1), keepdims=True)
    through = inverse_along(norm_slope(1, inverse_size, inverse, p, (-2, -1)), transposed(inverse))
    return inverse_size * norm_slope(1, size, x, p, (-2, -1)) + size * through
