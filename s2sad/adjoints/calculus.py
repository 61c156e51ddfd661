"""Along an axis: differences, integrals, convolutions, interpolation."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.names import of
from s2sad.adjoints.registry import linear, nondifferentiable, rule, sample
from s2sad.runtime import (
    above,
    below,
    convolve_pullback,
    correlate_pullback_a,
    correlate_pullback_v,
    diff_part,
    diff_pullback,
    diff_tangent,
    ediff1d_part,
    ediff1d_tangent,
    gradient_axes,
    gradient_of,
    gradient_pullback,
    gradient_pullback_points,
    gradient_pullback_tangent,
    gradient_pushforward_points,
    gradient_spans,
    inside,
    interp_between,
    interp_pullback_places,
    interp_pullback_points,
    interp_slope,
    interval,
    put_back,
    to_points,
    trapezoid_pullback_x,
    trapezoid_pullback_y,
    trapezoid_slope,
    trapezoid_sum,
    unbroadcast,
)

V = np.array([0.5, -1.5, 2.0])
W = np.array([0.25, 1.5, -0.5, 2.0, 1.0, -1.0, 0.75])
T = np.sin(np.arange(24.0) ** 2).reshape(2, 3, 4)
X = np.array([0.0, 1.0, 2.5, 3.0])
F = np.array([1.0, -0.5, 2.0, 0.25])

nondifferentiable(gradient_axes, gradient_spans, interval, inside, below, above)


@rule(
    np.diff,
    at=[(V,), (A, 1, 0), (T, 2), (V, 0), sample(V, prepend=0.5, append=[1.5, 2.5]), sample(A, axis=0, append=A[:1]),
        sample(A, 2, prepend=2.5), sample(V, 2, -1, 1.5)],
)  # fmt: skip
class diff:
    def pullback_a(g, ans, a, n=1, axis=-1, prepend=None, append=None):
        if prepend is None and append is None:
            return diff_pullback(g, a, n, axis)
        return diff_part(g, 0, a, n, axis, prepend, append)

    def pullback_prepend(g, ans, a, n=1, axis=-1, prepend=None, append=None):
        return diff_part(g, -1, a, n, axis, prepend, append)

    def pullback_append(g, ans, a, n=1, axis=-1, prepend=None, append=None):
        return diff_part(g, 1, a, n, axis, prepend, append)

    def pushforward_a(t, ans, a, n=1, axis=-1, prepend=None, append=None):
        if prepend is None and append is None:
            return np.diff(t, n, axis)
        return diff_tangent(t, 0, a, n, axis, prepend, append)

    def pushforward_prepend(t, ans, a, n=1, axis=-1, prepend=None, append=None):
        return diff_tangent(t, -1, a, n, axis, prepend, append)

    def pushforward_append(t, ans, a, n=1, axis=-1, prepend=None, append=None):
        return diff_tangent(t, 1, a, n, axis, prepend, append)


@linear(
    diff_pullback,
    at=[
        (np.diff(V), V),
        (np.diff(T, 2, 1), T, 2, 1),
        (np.diff(T, 2, 1), T, 2, 1, slice(1)),
        (np.diff(T), T, 1, -1, slice(2, 4)),
        (np.diff(T, 0), T, 0, 1, slice(1, 3)),
    ],
)
def diff_pullback_rule(h, g, a, n=1, axis=-1, part=None):
    if part is None:
        return np.diff(h, n, axis)
    return np.diff(put_back(h, part, a, axis), n, axis)


@rule(np.ediff1d, at=[(V,), (A,), (V, [1.5, 2.5]), (V, 0.5, 1.5), sample(V, to_begin=A)])
class ediff1d:
    def pullback_ary(g, ans, ary, to_end=None, to_begin=None):
        return ediff1d_part(g, 0, ary, to_end, to_begin)

    def pullback_to_end(g, ans, ary, to_end=None, to_begin=None):
        return ediff1d_part(g, 1, ary, to_end, to_begin)

    def pullback_to_begin(g, ans, ary, to_end=None, to_begin=None):
        return ediff1d_part(g, -1, ary, to_end, to_begin)

    def pushforward_ary(t, ans, ary, to_end=None, to_begin=None):
        if to_end is None and to_begin is None:
            return np.ediff1d(t)
        return ediff1d_tangent(t, 0, ary, to_end, to_begin)

    def pushforward_to_end(t, ans, ary, to_end=None, to_begin=None):
        return ediff1d_tangent(t, 1, ary, to_end, to_begin)

    def pushforward_to_begin(t, ans, ary, to_end=None, to_begin=None):
        return ediff1d_tangent(t, -1, ary, to_end, to_begin)


@rule(
    *of(np, "trapezoid", "trapz"),
    at=[(W,), (A,), (W, None, 0.5), sample(A, axis=0), (V, [0.0, 1.0, 3.0]), (A, V, 1.0, 0), (T, np.sort(T), 1.0, -1),
        (A + 1j * A,)],
)  # fmt: skip
class trapezoid:
    """The points may move as well, or their distance `dx`."""

    def pullback_y(g, ans, y, x=None, dx=1.0, axis=-1):
        return trapezoid_pullback_y(g, y, x, dx, axis)

    def pullback_x(g, ans, y, x=None, dx=1.0, axis=-1):
        return trapezoid_pullback_x(g, y, x, axis)

    def pullback_dx(g, ans, y, x=None, dx=1.0, axis=-1):
        return unbroadcast(g * trapezoid_slope(y, x, axis), dx)

    def pushforward_y(t, ans, y, x=None, dx=1.0, axis=-1):
        return trapezoid_sum(t, y, x, dx, axis)

    def pushforward_x(t, ans, y, x=None, dx=1.0, axis=-1):
        return trapezoid_sum(y, y, t, dx, axis)

    def pushforward_dx(t, ans, y, x=None, dx=1.0, axis=-1):
        return t * trapezoid_slope(y, x, axis)


@rule(
    np.gradient,
    at=[(W,), (W, 0.5), (W, np.array([0, 1, 3, 4, 7, 8, 9])), (A,), (T, 0.5, np.array([0, 1, 3]), 1.0), sample(W, edge_order=2),
        sample(A, axis=0), sample(T, axis=(-1, 1)), sample(W, np.arange(7) ** 2, edge_order=2), (W, np.cumsum(W**2)),
        sample(A, 0.5, axis=0), sample(T, 0.75, X**2, axis=(1, 2)), sample(W, np.cumsum(W**2), edge_order=2), (A, 2.5),
        sample(A, np.array([0.5, 1.25]), axis=1), sample(T, np.array([0.5, 1.0, 2.5]), axis=1, edge_order=2)],
)  # fmt: skip
class gradient:
    """The distances of the points may change as well, or their places."""

    def pullback_f(g, ans, f, *varargs, axis=None, edge_order=1):
        return gradient_pullback(g, f, varargs, axis, edge_order)

    def pullback_varargs(g, ans, f, *varargs, axis=None, edge_order=1):
        return gradient_pullback_points(g, ans, f, varargs, axis, edge_order)

    def pushforward_f(t, ans, f, *varargs, axis=None, edge_order=1):
        return np.gradient(t, *varargs, axis=axis, edge_order=edge_order)

    def pushforward_varargs(t, ans, f, *varargs, axis=None, edge_order=1):
        return gradient_pushforward_points(t, ans, f, varargs, axis, edge_order)


PAIRS = [(W, V), (V, W), (W, V + 1j), (V, V), (W, W[:4]), (W[:4], W), (2.5, V)]


@rule(np.convolve, at=[(*p, m) for p in PAIRS for m in ("full", "same", "valid")])
class convolve:
    def pullback_a(g, ans, a, v, mode="full"):
        return convolve_pullback(g, a, v, mode)

    def pullback_v(g, ans, a, v, mode="full"):
        return convolve_pullback(g, v, a, mode)

    def pushforward_a(t, ans, a, v, mode="full"):
        return np.convolve(t, v, mode)

    def pushforward_v(t, ans, a, v, mode="full"):
        return np.convolve(a, t, mode)


@rule(np.correlate, at=[(*p, m) for p in PAIRS[:-1] for m in ("full", "same", "valid")])
class correlate:
    def pullback_a(g, ans, a, v, mode="valid"):
        return correlate_pullback_a(g, a, v, mode)

    def pullback_v(g, ans, a, v, mode="valid"):
        return correlate_pullback_v(g, a, v, mode)

    def pushforward_a(t, ans, a, v, mode="valid"):
        return np.correlate(t, v, mode)

    def pushforward_v(t, ans, a, v, mode="valid"):
        return np.correlate(a, t, mode)


@rule(
    np.interp,
    at=[(0.75, X, F), (np.array([-0.5, 0.25, 1.5, 2.75, 3.5]), X, F), (np.array([[0.1, 2.6]]), X, F), sample(V, X, F, left=1.5, right=2.5), sample(2 * V + 0.25, X, F, left=1.5, right=2.5)],
)  # fmt: skip
class interp:
    """On a point the slope of the line ahead of it, at the last one that of the line behind it; 0 beyond the points."""

    def pullback_x(g, ans, x, xp, fp, left=None, right=None):
        return unbroadcast(g * interp_slope(x, xp, fp), x)

    def pullback_xp(g, ans, x, xp, fp, left=None, right=None):
        return interp_pullback_places(g, x, xp, fp)

    def pullback_fp(g, ans, x, xp, fp, left=None, right=None):
        return interp_pullback_points(g, x, xp, fp, left, right)

    def pullback_left(g, ans, x, xp, fp, left=None, right=None):
        return unbroadcast(np.sum(np.where(below(x, xp), g, 0.0)), left)

    def pullback_right(g, ans, x, xp, fp, left=None, right=None):
        return unbroadcast(np.sum(np.where(above(x, xp), g, 0.0)), right)

    def pushforward_x(t, ans, x, xp, fp, left=None, right=None):
        return t * interp_slope(x, xp, fp)

    def pushforward_xp(t, ans, x, xp, fp, left=None, right=None):
        return -interp_slope(x, xp, fp) * interp_between(x, xp, t)

    def pushforward_fp(t, ans, x, xp, fp, left=None, right=None):
        return interp_between(x, xp, t, left, right)

    def pushforward_left(t, ans, x, xp, fp, left=None, right=None):
        return np.where(below(x, xp), t, 0.0)

    def pushforward_right(t, ans, x, xp, fp, left=None, right=None):
        return np.where(above(x, xp), t, 0.0)


@rule(np.unwrap, at=[(3 * W,), (4 * A, None, 0), sample(3 * W, period=2.2), (W, 1.0)])
class unwrap:
    """What is added is a multiple of the period, and constant."""

    def pullback_p(g, ans, p, discont=None, axis=-1, *, period=6.283185307179586):
        return g

    def pushforward_p(t, ans, p, discont=None, axis=-1, *, period=6.283185307179586):
        return t


# What the templates above call, so that emitted gradients have gradients.


POINTS = np.cumsum(W**2)
MOVING = [
    (W, W, (0.5,)),
    (W, W, (POINTS,)),
    (A, A, (V[::2],), 1),
    ([A, A + 1], A, (V, 0.5), None, 1),
    (W, W, (POINTS,), 0, 2),
]


@rule(gradient_pullback, at=[(W, W, ()), ([A, A + 1], A, (), None, 1), (A, A, (), 0, 2), *MOVING[:3]])
class gradient_pullback_rule:
    inert = ("f",)

    def pullback_g(h, ans, g, f, varargs, axis=None, edge_order=1):
        return gradient_of(h, varargs, axis, edge_order)

    def pullback_varargs(h, ans, g, f, varargs, axis=None, edge_order=1):
        return gradient_pullback_points(g, gradient_of(h, varargs, axis, edge_order), h, varargs, axis, edge_order)

    def pushforward_g(t, ans, g, f, varargs, axis=None, edge_order=1):
        return gradient_pullback(t, f, varargs, axis, edge_order)

    def pushforward_varargs(t, ans, g, f, varargs, axis=None, edge_order=1):
        return gradient_pullback_tangent(t, g, f, varargs, axis, edge_order)


@rule(gradient_of, at=[(W, ()), (A, (), None), (A, (), 0, 2), *((h, *rest) for _, h, *rest in MOVING)])
class gradient_of_rule:
    def pullback_h(k, ans, h, varargs, axis=None, edge_order=1):
        return gradient_pullback(k, h, varargs, axis, edge_order)

    def pullback_varargs(k, ans, h, varargs, axis=None, edge_order=1):
        return gradient_pullback_points(k, ans, h, varargs, axis, edge_order)

    def pushforward_h(t, ans, h, varargs, axis=None, edge_order=1):
        return gradient_of(t, varargs, axis, edge_order)

    def pushforward_varargs(t, ans, h, varargs, axis=None, edge_order=1):
        return gradient_pushforward_points(t, ans, h, varargs, axis, edge_order)


@linear(to_points, at=[(2.5, W), (V, A), (V[:2], A, 0)])
def to_points_rule(h, g, y, axis=-1):
    return trapezoid_sum(h, y, None, 1.0, axis)
