"""Partial derivatives that are not one formula: kinks, ties and the edges of a domain."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.errors import NotDifferentiable
from s2sad.runtime.containers import DictBar, ListBar, NamedTupleBar, ObjectBar, parts_of, primal_of
from s2sad.runtime.fields import require_settled
from s2sad.runtime.refusals import NoRule
from s2sad.runtime.shapes import array_of, as_operand, unbroadcast


def abs_slope(x: Any) -> Any:
    """The derivative of abs: the sign, 0 at 0; of a complex number the conjugate of its direction."""
    if isinstance(x, float):
        return float(x > 0) - float(x < 0)
    if isinstance(x, (np.ndarray, np.generic)):
        if x.dtype.kind == "c":
            return _turned_back(x)
        return np.sign(x)
    if isinstance(x, complex):
        return x.conjugate() / abs(x) if x else 0j
    if isinstance(x, (list, tuple)):
        return abs_slope(as_operand(x))
    return (x > 0) - (x < 0)


def _turned_back(x: Any) -> Any:
    """The conjugate of the direction of complex numbers, 0 of 0."""
    size = np.abs(x)
    if np.min(size, initial=1) > np.finfo(size.dtype).tiny:  # so that reciprocals are finite: products take less time
        return np.conj(x) * (1 / size)
    return np.conj(x) / or_one(size)


def or_one(x: Any) -> Any:
    """`x`, with 1 where it is 0: what one may divide by."""
    if isinstance(x, float):
        return x or 1.0
    return x if np.all(x) else x + (x == 0)


def squared_length(x: Any, y: Any) -> Any:
    """x**2 + y**2, in floating point: squares of integers overflow."""
    dtype = np.result_type(as_operand(x), as_operand(y), 0.0)
    return np.square(x, dtype=dtype) + np.square(y, dtype=dtype)


def _no_slope(h: Any) -> Any:
    """Zero for each element of `h`, also where that is infinite."""
    return np.zeros_like(h)[()] if isinstance(h, (np.ndarray, np.generic)) else 0.0


def abs_slope_pullback(h: Any, x: Any) -> Any:
    """The cotangent of x where `h` is that of abs_slope(x): zero on the reals."""
    if not np.iscomplexobj(x):
        return _no_slope(h)
    size = or_one(np.abs(x))
    return (np.conj(h) - np.real(h * np.conj(x)) / size * np.conj(x) / size) / size


def abs_slope_pushforward(t: Any, x: Any) -> Any:
    """The tangent of abs_slope(x) where `t` is that of x."""
    if not np.iscomplexobj(x):
        return _no_slope(t)
    size = or_one(np.abs(x))
    along = np.conj(x) / size
    return (np.conj(t) - along * np.real(along * t)) / size


def abs_bend(h: Any, x: Any) -> Any:
    """The contribution of x to the derivative of abs_slope_pullback and abs_slope_pushforward: zero on the reals."""
    if np.iscomplexobj(x):
        raise NotDifferentiable(
            "the third derivative of abs of a complex number", hint="write sqrt(z.real**2 + z.imag**2) in its place"
        )
    return _no_slope(h)


def finite(x: Any) -> Any:
    """Where x is finite. np.nan_to_num replaces one part of a complex number that is not, and keeps the other."""
    found = np.isfinite(x)
    if np.iscomplexobj(x) and not np.all(found):
        raise NoRule("np.nan_to_num of complex numbers that are not finite", "apply it to z.real and z.imag")
    return found


def larger(x: Any, y: Any) -> Any:
    """1 where x > y, 1/2 where they are equal, 0 elsewhere: the derivative of maximum(x, y) in x."""
    if isinstance(x, float) and isinstance(y, (float, int)):
        return 1.0 if x > y else (0.5 if x == y else 0.0)
    return _as_weight(np.greater(x, y), np.equal(x, y), x, y)


def chosen(x: Any, y: Any, ans: Any) -> Any:
    """1 where the result is x, 1/2 where it is y as well, 0 elsewhere."""
    from_x = np.equal(x, ans)
    both = from_x & np.equal(y, ans)
    return _as_weight(from_x & ~both if np.any(both) else from_x, both, x, y)


def _as_weight(one: Any, half: Any, x: Any, y: Any) -> Any:
    if not np.any(half):
        return np.asarray(one).view(np.int8)  # a product with it needs no array of floats
    dtype = np.result_type(as_operand(x), as_operand(y))
    if dtype.kind not in "fc":
        dtype = np.dtype(float)
    return one.astype(dtype) + half.astype(dtype) * dtype.type(0.5)


def clip_inside(a: Any, low: Any, high: Any) -> Any:
    """The derivative of clip in the array: 1 inside, 0 outside, 1/2 on a bound."""
    if low is not None and high is not None and not np.any(np.equal(a, low) | np.equal(a, high)):
        return _as_weight(np.greater(a, low) & np.less(a, high), False, a, low)
    raised = a if low is None else np.maximum(a, low)
    inside = 1 if high is None else larger(high, raised)
    return inside if low is None else larger(a, low) * inside


def clip_low(a: Any, low: Any, high: Any) -> Any:
    """The derivative of clip in its lower bound."""
    if low is None:
        return 0
    weight = larger(low, a)
    return weight if high is None else weight * larger(high, np.maximum(a, low))


def clip_high(a: Any, low: Any, high: Any) -> Any:
    """The derivative of clip in its upper bound."""
    return 0 if high is None else larger(a if low is None else np.maximum(a, low), high)


def conjugate(x: Any) -> Any:
    """The complex conjugate; what is real is returned as it is, not copied. An array of a list."""
    return np.conj(x) if np.iscomplexobj(x) else as_operand(x)


def as_complex(g: Any, x: Any) -> Any:
    """The real `g` made complex where `x` is, so that a complex cotangent can be added to it."""
    if not np.iscomplexobj(x):
        return g
    return g.astype(np.result_type(g.dtype, np.complex64)) if isinstance(g, np.ndarray) and g.dtype != object else g + 0j


def imag_pullback(g: Any, x: Any) -> Any:
    """The cotangent of x where `g` is that of its imaginary part: a real x has none."""
    return -1j * g if np.iscomplexobj(x) else 0 * g


def broadcast_like(h: Any, g: Any) -> Any:
    """The cotangent of g where `h` is that of unbroadcast(g, like): repeated where g was summed."""
    if type(h) is float and type(g) is float:
        return h
    if isinstance(h, list):
        return h if isinstance(g, list) else array_of(h, g)
    if (type(h) is int and h == 0) or np.shape(h) == np.shape(g):
        return h
    shape, goal = np.shape(h), np.shape(g)
    repeats = len(shape) <= len(goal) and all(m in (1, n) for m, n in zip(shape[::-1], goal[::-1], strict=False))
    return np.broadcast_to(h, goal) if repeats else unbroadcast(h, g)


def through_gradient(h: Any, g: Any) -> Any:
    """The cotangent of g where `h` is that of as_gradient(g, x): a number may have stood for an array, that for a list."""
    if isinstance(h, list) and isinstance(g, np.ndarray):
        return array_of(h, g)
    if isinstance(h, ObjectBar):
        require_settled(g, primal_of(h))
        own = parts_of(g) if isinstance(g, ObjectBar) else {}
        return ObjectBar(primal_of(h), **{k: through_gradient(v, own.get(k, 0)) for k, v in parts_of(h).items()})
    if isinstance(h, DictBar) and isinstance(g, dict):
        return DictBar.of(h.primal, {k: through_gradient(v, dict.get(g, k, 0)) for k, v in h.items()})
    if isinstance(h, ListBar) and not isinstance(h, NamedTupleBar) and isinstance(g, list):
        return ListBar(map(through_gradient, h, g))
    return h if isinstance(g, (list, dict)) or not isinstance(h, np.ndarray) else unbroadcast(h, g)
