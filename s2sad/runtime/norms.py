"""Derivatives of norms and of the condition number.

Each norm is real, so that its derivative is an array of the shape of `x`, and pullback and pushforward are products with it.
A norm has the derivative 0 where it is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.reductions import ties, unreduce
from s2sad.runtime.slopes import abs_slope, conjugate, or_one
from s2sad.runtime.systems import inverse_along, transposed


def norm_pullback(g: Any, ans: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The cotangent of `x` where `g` is that of ans = np.linalg.norm(x, ord, axis, keepdims)."""
    return unreduce(g, x, axis, keepdims) * norm_slope(unreduce(ans, x, axis, keepdims), x, ord, axis)


def norm_pushforward(t: Any, ans: Any, x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    """The tangent of ans = np.linalg.norm(x, ord, axis, keepdims) where `t` is that of `x`."""
    slope = norm_slope(unreduce(ans, x, axis, keepdims), x, ord, axis)
    return np.real(np.sum(t * slope, axis=axis, keepdims=keepdims))


def norm_slope(ans: Any, x: Any, ord: Any, axis: Any) -> Any:
    """The derivative of np.linalg.norm(x, ord, axis); `ans` has the shape of `x`."""
    axes = norm_axes(x, axis)
    if len(axes) == 1:
        return vector_slope(ans, x, ord, axes)
    return vector_slope(ans, x, 2, axes) if ord is None or ord == "fro" else _matrix_slope(x, ord, axes)


def norm_axes(x: Any, axis: Any) -> tuple[int, ...]:
    """The axes of a norm as a tuple, all for None."""
    if axis is None:
        return tuple(range(np.ndim(x)))
    return tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)


def vector_slope(ans: Any, x: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    """The derivative of the norm of the vectors along `axes`, all of them together; `ans` has the shape of `x`."""
    if ord is None or ord == 2:
        return conjugate(x) / or_one(ans)
    if ord == 0:
        return 0 * conjugate(x)
    if np.isinf(ord):
        return abs_slope(x) * ties(np.abs(x), ans, axes, True)
    if ord == 1:
        return abs_slope(x)
    share = np.abs(x) / or_one(ans)
    return abs_slope(x) * (share + (share == 0)) ** (ord - 1) * (x != 0)


def _matrix_slope(x: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    """The derivative of the norm of the matrices along two axes."""
    if ord in (1, -1, np.inf, -np.inf):
        within, across = axes if abs(ord) == 1 else axes[::-1]
        sums = np.sum(np.abs(x), axis=within, keepdims=True)
        extreme = np.max(sums, axis=across, keepdims=True) if ord > 0 else np.min(sums, axis=across, keepdims=True)
        return abs_slope(x) * ties(sums, extreme, across, True)
    u, s, vh = np.linalg.svd(np.moveaxis(x, axes, (-2, -1)), full_matrices=False)
    if ord == "nuc":
        weights = np.sign(s)
    else:
        extreme = np.max(s, axis=-1, keepdims=True) if ord > 0 else np.min(s, axis=-1, keepdims=True)
        weights = ties(s, extreme, -1, True) * np.sign(s)
    return np.moveaxis(conjugate((u * np.expand_dims(weights, -2)) @ vh), (-2, -1), axes)


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
    through = inverse_along(norm_slope(inverse_size, inverse, p, (-2, -1)), transposed(inverse))
    return inverse_size * norm_slope(size, x, p, (-2, -1)) + size * through
