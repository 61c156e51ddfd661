"""Python's functions over sequences, and its conversions of numbers."""

from __future__ import annotations

import builtins
import math
import operator

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import linear, nondifferentiable, rule, sample
from s2sad.runtime import (
    ListBar,
    abs_slope,
    as_sequence,
    difference,
    distance_slopes,
    extremum_pullback,
    extremum_pushforward,
    gathered,
    product_curvature,
    product_slopes,
    scaled,
    sorted_pullback,
    sorted_pushforward,
    spread,
    unbroadcast,
    weighted_sum,
    when_empty,
)

NUMBERS = [0.5, -1.5, 2.0]
VECTOR = np.array(NUMBERS)


@rule(abs, operator.abs, np.abs, at=[(-2.5,), (A,), (3.0 - 4.0j,), (A + 2j * A,)])
class absolute:
    """The sign; 0 at 0. Of a complex number the conjugate of its direction, as in JAX."""

    def pullback_x(g, ans, x):
        return g * abs_slope(x)

    def pushforward_x(t, ans, x):
        return (t * abs_slope(x)).real


@linear(float, at=[(2.5,), (np.float64(2.5),), (np.array(2.5),)])
def float_(g, x):
    return g


@rule(complex, at=[(2.5,), (2.5, 1.5), (2.5 + 1j,)])
class complex_:
    def pullback_real(g, ans, real, imag=0):
        return unbroadcast(g, real)

    def pullback_imag(g, ans, real, imag=0):
        return unbroadcast(1j * g, imag)

    def pushforward_real(t, ans, real, imag=0):
        return complex(t)

    def pushforward_imag(t, ans, real, imag=0):
        return 1j * t


@linear(list, tuple, at=[(NUMBERS,), (VECTOR,), (A,)])
def sequence(g, xs):
    return as_sequence(g, xs)


@rule(sum, at=[(NUMBERS,), (NUMBERS, 2.5), (VECTOR,), (A,), ([A, 2 * A],)])
class sum_:
    def pullback_xs(g, ans, xs, start=0):
        return spread(g, xs)

    def pullback_start(g, ans, xs, start=0):
        return unbroadcast(g, start)

    def pushforward_xs(t, ans, xs, start=0):
        return gathered(t, xs)

    def pushforward_start(t, ans, xs, start=0):
        return t


@linear(math.fsum, at=[(NUMBERS,), (VECTOR,)])
def fsum(g, xs):
    return spread(g, xs)


@rule(math.prod, at=[(NUMBERS,), (VECTOR,), ([0.5, 0.0, 2.0],), ([0.0, 0.0, 2.0],), sample(NUMBERS, start=2.5)])
class prod:
    """The product of the others for each element, also where some are zero."""

    def pullback_xs(g, ans, xs, *, start=1):
        return scaled(g, product_slopes(xs, start), xs)

    def pullback_start(g, ans, xs, *, start=1):
        return unbroadcast(math.prod(xs, start=g), start)

    def pushforward_xs(t, ans, xs, *, start=1):
        return weighted_sum(product_slopes(xs, start), t)

    def pushforward_start(t, ans, xs, *, start=1):
        return math.prod(xs, start=t)


@rule(math.hypot, at=[(3.0, 4.0), (1.0, 2.0, 2.0), (2.5,)])
class hypot:
    """The direction; 0 at the origin, as for norms."""

    def pullback_xs(g, ans, *xs):
        return scaled(g, distance_slopes(ans, xs), xs)

    def pushforward_xs(t, ans, *xs):
        return weighted_sum(distance_slopes(ans, xs), t)


@rule(math.dist, at=[([3.0, 4.0], [1.0, 0.5]), (VECTOR, VECTOR[::-1])])
class dist:
    """The direction; 0 where the points are the same, as for norms."""

    def pullback_p(g, ans, p, q):
        return scaled(g, distance_slopes(ans, difference(p, q)), p)

    def pullback_q(g, ans, p, q):
        return scaled(-g, distance_slopes(ans, difference(p, q)), q)

    def pushforward_p(t, ans, p, q):
        return weighted_sum(distance_slopes(ans, difference(p, q)), t)

    def pushforward_q(t, ans, p, q):
        return -weighted_sum(distance_slopes(ans, difference(p, q)), t)


@rule(max, min, at=[(1.5, 2.5), (2.5, 1.0, -1.0), (NUMBERS,), (VECTOR,), sample(NUMBERS, key=abs), sample([], default=2.5)])
class extremum:
    """1 for the extremal argument; a tie splits evenly."""

    def pullback_xs(g, ans, *xs, key=None, default=None):
        return extremum_pullback(g, ans, xs, key)

    def pullback_default(g, ans, *xs, key=None, default=None):
        return when_empty(g, xs)

    def pushforward_xs(t, ans, *xs, key=None, default=None):
        return extremum_pushforward(t, ans, xs, key)

    def pushforward_default(t, ans, *xs, key=None, default=None):
        return when_empty(t, xs)


@rule(sorted, at=[(NUMBERS,), sample(NUMBERS, reverse=True), (VECTOR,)])
class sorted_:
    def pullback_xs(g, ans, xs, *, reverse=False):
        return sorted_pullback(g, xs, reverse)

    def pushforward_xs(t, ans, xs, *, reverse=False):
        return sorted_pushforward(t, xs, reverse)


@rule(divmod, np.divmod, at=[(7.5, 2.0), (np.array([7.5, -2.5]), 2.0), (np.array([7.5, -2.5]), np.array([[2.0], [3.0]]))])
class divmod_:
    """The quotient is constant; the remainder is x - quotient * y."""

    def pullback_x(g, ans, x, y):
        return unbroadcast(g[1], x)

    def pullback_y(g, ans, x, y):
        return unbroadcast(-ans[0] * g[1], y)

    def pushforward_x(t, ans, x, y):
        return ListBar((0, t + 0 * y))

    def pushforward_y(t, ans, x, y):
        return ListBar((0, -ans[0] * t))


if hasattr(math, "sumprod"):

    @rule(math.sumprod, at=[(NUMBERS, [1.5, 0.5, -2.0]), (VECTOR, VECTOR[::-1])])
    class sumprod:
        def pullback_p(g, ans, p, q):
            return scaled(g, q, p)

        def pullback_q(g, ans, p, q):
            return scaled(g, p, q)

        def pushforward_p(t, ans, p, q):
            return weighted_sum(q, t)

        def pushforward_q(t, ans, p, q):
            return weighted_sum(p, t)


# What the templates above call, so that emitted gradients have gradients.


@linear(spread, at=[(2.5, NUMBERS), (2.5, VECTOR)])
def spread_rule(h, g, xs):
    return gathered(h, xs)


@linear(gathered, at=[(NUMBERS, NUMBERS)])
def gathered_rule(h, bars, xs):
    return spread(h, bars)


@linear(as_sequence, at=[(NUMBERS, NUMBERS)])
def as_sequence_rule(h, bars, xs):
    return as_sequence(h, bars)


@rule(scaled, at=[(2.5, NUMBERS, NUMBERS), (2.5, NUMBERS, VECTOR)])
class scaled_rule:
    def pullback_g(h, ans, g, weights, xs):
        return weighted_sum(weights, h)

    def pullback_weights(h, ans, g, weights, xs):
        return scaled(g, h, weights)

    def pushforward_g(t, ans, g, weights, xs):
        return scaled(t, weights, xs)

    def pushforward_weights(t, ans, g, weights, xs):
        return scaled(g, t, xs)


@rule(weighted_sum, at=[(NUMBERS, [1.5, 0.5, -2.0])])
class weighted_sum_rule:
    def pullback_weights(h, ans, weights, bars):
        return scaled(h, bars, weights)

    def pullback_bars(h, ans, weights, bars):
        return scaled(h, weights, bars)

    def pushforward_weights(t, ans, weights, bars):
        return weighted_sum(bars, t)

    def pushforward_bars(t, ans, weights, bars):
        return weighted_sum(weights, t)


@rule(product_slopes, at=[(NUMBERS,), ([0.5, 0.0, 2.0],), (NUMBERS, 1.5)])
class product_slopes_rule:
    """Symmetric: the matrix of second derivatives of a product."""

    def pullback_xs(h, ans, xs, start=1):
        return product_curvature(h, xs, start)

    def pullback_start(h, ans, xs, start=1):
        return weighted_sum(product_slopes(xs), h)

    def pushforward_xs(t, ans, xs, start=1):
        return product_curvature(t, xs, start)

    def pushforward_start(t, ans, xs, start=1):
        return scaled(t, product_slopes(xs), xs)


@rule(distance_slopes, at=[(math.hypot(*NUMBERS), NUMBERS), (0.0, [0.0, 0.0])])
class distance_slopes_rule:
    """The quotient xs / norm, of a norm that is a variable of its own."""

    def pullback_norm(h, ans, norm, xs):
        return -weighted_sum(distance_slopes(norm, ans), h)

    def pullback_xs(h, ans, norm, xs):
        return as_sequence(distance_slopes(norm, h), xs)

    def pushforward_norm(t, ans, norm, xs):
        return scaled(-t, distance_slopes(norm, ans), xs)

    def pushforward_xs(t, ans, norm, xs):
        return distance_slopes(norm, t)


@rule(difference, at=[(NUMBERS, [1.5, 0.5, -2.0]), (VECTOR, NUMBERS)])
class difference_rule:
    def pullback_p(h, ans, p, q):
        return as_sequence(h, p)

    def pullback_q(h, ans, p, q):
        return scaled(-1, h, q)

    def pushforward_p(t, ans, p, q):
        return as_sequence(t, ans)

    def pushforward_q(t, ans, p, q):
        return scaled(-1, t, ans)


nondifferentiable(
    builtins.all, builtins.any, bool, bytes, callable, chr, format, hasattr, hash, hex, id, input, int,
    isinstance, issubclass, len, oct, ord, print, range, repr, round, str, type, operator.truth,
    operator.index, operator.countOf, operator.indexOf, operator.length_hint,
)  # fmt: skip
