"""NumPy's elementwise functions. They take lists too, so that their templates do not apply operators to operands alone.

At kinks: a tie of maximum or minimum splits evenly, abs has slope 0 at 0. Complex functions follow JAX: the
cotangent of a holomorphic f is g * f'(z), without conjugates.
"""

from __future__ import annotations

import math

import numpy as np

from s2sad.adjoints.arithmetic import A, B
from s2sad.adjoints.registry import elementwise, linear, nondifferentiable, rule, sample
from s2sad.runtime import (
    ListBar,
    abs_slope_pullback,
    abs_slope_pushforward,
    as_base,
    as_complex,
    as_operand,
    bessel_i,
    chosen,
    clip_high,
    clip_inside,
    clip_low,
    conjugate,
    finite,
    imag_pullback,
    instantiate,
    larger,
    or_one,
    power_log,
    power_slope,
    sinc_curvature,
    sinc_slope,
    squared_length,
    unbroadcast,
)

Z = A + 0.5j
ANY = [(0.75,), (A,), (Z,)]
REAL = [(0.75,), (A,)]
POSITIVE = [(0.75,), (abs(A),), (Z,)]
SMALL = [(0.25,), (A / 4,), (Z / 4,)]
PAIRS = [(3.0, 4.0), (A, B), (2.0, B)]
MASK = np.array([[True, False], [False, False], [True, True]])


@elementwise(np.sin, at=ANY)
def sin(ans, x):
    return np.cos(x)


@elementwise(np.cos, at=ANY)
def cos(ans, x):
    return -np.sin(x)


@elementwise(np.tan, at=SMALL)
def tan(ans, x):
    return 1 + ans**2


@elementwise(np.arcsin, at=SMALL)
def arcsin(ans, x):
    return 1 / np.sqrt(1 - np.square(x))


@elementwise(np.arccos, at=SMALL)
def arccos(ans, x):
    return -1 / np.sqrt(1 - np.square(x))


@elementwise(np.arctan, at=ANY)
def arctan(ans, x):
    return 1 / (1 + np.square(x))


@elementwise(np.arctan2, at=PAIRS)
def arctan2(ans, y, x):
    return x / squared_length(x, y), -(y / squared_length(x, y))


@elementwise(np.sinh, at=ANY)
def sinh(ans, x):
    return np.cosh(x)


@elementwise(np.cosh, at=ANY)
def cosh(ans, x):
    return np.sinh(x)


@elementwise(np.tanh, at=ANY)
def tanh(ans, x):
    return 1 - ans**2


@elementwise(np.arcsinh, at=SMALL)
def arcsinh(ans, x):
    return 1 / np.sqrt(np.square(x) + 1)


@elementwise(np.arccosh, at=[(1.5,), (abs(A) + 1,), (Z,)])
def arccosh(ans, x):
    """In two roots, so that it has the branch cut of arccosh."""
    return 1 / (np.sqrt(as_operand(x) - 1) * np.sqrt(as_operand(x) + 1))


@elementwise(np.arctanh, at=SMALL)
def arctanh(ans, x):
    return 1 / (1 - np.square(x))


@elementwise(np.exp, at=ANY)
def exp(ans, x):
    return ans


@elementwise(np.exp2, at=ANY)
def exp2(ans, x):
    return ans * math.log(2)


@elementwise(np.expm1, at=ANY)
def expm1(ans, x):
    return ans + 1


@elementwise(np.log, at=POSITIVE)
def log(ans, x):
    return 1 / x


@elementwise(np.log2, at=POSITIVE)
def log2(ans, x):
    return 1 / (as_operand(x) * math.log(2))


@elementwise(np.log10, at=POSITIVE)
def log10(ans, x):
    return 1 / (as_operand(x) * math.log(10))


@elementwise(np.log1p, at=POSITIVE)
def log1p(ans, x):
    return 1 / (1 + x)


@elementwise(np.logaddexp, at=PAIRS)
def logaddexp(ans, x, y):
    """The share of each in the sum."""
    return np.exp(x - ans), np.exp(y - ans)


@elementwise(np.logaddexp2, at=PAIRS)
def logaddexp2(ans, x, y):
    return np.exp2(x - ans), np.exp2(y - ans)


@elementwise(np.sqrt, at=POSITIVE)
def sqrt(ans, x):
    """Infinite at 0."""
    return 0.5 / ans


@elementwise(np.cbrt, at=REAL)
def cbrt(ans, x):
    """Infinite at 0."""
    return 1 / (3 * ans**2)


@elementwise(np.square, at=ANY)
def square(ans, x):
    return 2 * x


@elementwise(np.reciprocal, at=ANY)
def reciprocal(ans, x):
    return -(ans**2)


@elementwise(np.fabs, at=REAL)
def fabs(ans, x):
    """The sign of x; 0 at 0."""
    return np.sign(x)


@elementwise(np.hypot, at=PAIRS)
def hypot(ans, x, y):
    """x/ans, y/ans; 0 at the origin, as for norms."""
    return x / or_one(ans), y / or_one(ans)


@elementwise(np.float_power, at=[(2.5, 1.5), (abs(A), B)])
def float_power(ans, x, y):
    return power_slope(as_base(x), as_operand(y)), ans * power_log(as_operand(x), ans)


@elementwise(np.fmod, at=[(7.5, 2.0), (A, B)])
def fmod(ans, x, y):
    """In y the quotient that was cut off: x less the remainder, over y."""
    return 1, (ans - x) / y


@elementwise(np.copysign, at=[(2.5, -1.0), (A, B)])
def copysign(ans, x, y):
    return np.copysign(1, x) * np.copysign(1, y), 0


@elementwise(np.nextafter, at=PAIRS)
def nextafter(ans, x, y):
    """x but for a rounding."""
    return 1, 0


@elementwise(np.degrees, np.rad2deg, at=REAL)
def degrees(ans, x):
    return math.degrees(1)


@elementwise(np.radians, np.deg2rad, at=REAL)
def radians(ans, x):
    return math.radians(1)


@elementwise(np.maximum, at=[*PAIRS, (A, A.copy()), (1.5, 1.5)])
def maximum(ans, x, y):
    """A tie splits evenly."""
    return larger(x, y), larger(y, x)


@elementwise(np.minimum, at=[*PAIRS, (A, A.copy()), (1.5, 1.5)])
def minimum(ans, x, y):
    """A tie splits evenly."""
    return larger(y, x), larger(x, y)


@elementwise(np.fmax, np.fmin, at=PAIRS)
def fmax(ans, x, y):
    """A tie splits evenly; nan is never chosen."""
    return chosen(x, y, ans), chosen(y, x, ans)


LIMITS = [sample(A, min=-0.25, max=2.0), sample(A, max=B)]


@elementwise(np.clip, at=[(0.75, 0.0, 1.0), (A, -0.25, 2.0), (A, B - 2, B), (A, None, 2.0), *LIMITS])
def clip(ans, a, a_min=None, a_max=None, *, min=None, max=None):
    """1 inside, 0 outside, 1/2 on a bound."""
    if min is None and max is None:
        return clip_inside(a, a_min, a_max), clip_low(a, a_min, a_max), clip_high(a, a_min, a_max), 0, 0
    return clip_inside(a, min, max), 0, 0, clip_low(a, min, max), clip_high(a, min, max)


@rule(np.where, at=[(MASK, A, 2 * A), (MASK, A, 2.5), (MASK, 2.5, B), (True, 1.5, 2.5)])
class where:
    """Each cotangent goes where its value came from; the condition has none."""

    def pullback_x(g, ans, condition, x, y):
        return unbroadcast(np.where(condition, g, 0), x)

    def pullback_y(g, ans, condition, x, y):
        return unbroadcast(np.where(condition, 0, g), y)

    def pushforward_x(t, ans, condition, x, y):
        return np.broadcast_to(np.where(condition, t, 0), np.shape(ans))

    def pushforward_y(t, ans, condition, x, y):
        return np.broadcast_to(np.where(condition, 0, t), np.shape(ans))


@elementwise(np.heaviside, at=[(1.5, 0.5), (A, 0.5), (A, B)])
def heaviside(ans, x, y):
    """Constant in x; at x = 0 it is y."""
    return 0, np.equal(x, 0)


INFINITE = np.array([0.5, np.nan, np.inf, -np.inf])


@elementwise(np.nan_to_num, at=[*REAL, sample(INFINITE, nan=1.5), sample(INFINITE, posinf=2.0, neginf=-3.0)])
def nan_to_num(ans, x, *, nan=0.0, posinf=None, neginf=None):
    """1 for what is finite; what stands for the rest has what it stands for."""
    return finite(x), np.isnan(x), np.equal(x, np.inf), np.equal(x, -np.inf)


@elementwise(np.sinc, at=[(0.75,), (A,), (1e-3,), (0.0,)])
def sinc(ans, x):
    return sinc_slope(x, ans)


@elementwise(sinc_slope, at=[(0.75,), (A,), (1e-3,), (0.04,)])
def sinc_slope_rule(ans, x, known=None):
    return sinc_curvature(x), 0


@elementwise(np.i0, at=[(np.array([0.75, -2.5, 8.0]),)])
def i0(ans, x):
    return bessel_i(1, x)


@linear(np.conj, at=ANY)
def conj(g, x):
    return np.conj(g)


@linear(np.real, at=ANY)
def real(g, val):
    return as_complex(g, val)


@linear(np.imag, at=ANY)
def imag(g, val):
    return imag_pullback(g, val)


@linear(np.real_if_close, at=[*REAL, (A, 10)])
def real_if_close(g, a, tol=100):
    return g


@rule(np.angle, at=[(Z,), (A,), (1.5 - 0.5j,), (Z, True), (A, True)])
class angle:
    def pullback_z(g, ans, z, deg=False):
        if deg is False:
            return unbroadcast(g * -1j / z, z)
        return unbroadcast((np.degrees(g) if deg else g) * -1j / z, z)

    def pushforward_z(t, ans, z, deg=False):
        return np.degrees(np.imag(t / z)) if deg else np.imag(t / z)


@linear(np.ldexp, at=[(0.75, 3), (A, np.array([1, -2])), (A[:, 0], np.array([[1], [2]]))])
def ldexp(g, x, i):
    return unbroadcast(np.ldexp(g, i), x)


@rule(np.frexp, at=[(0.75,), (1.1 * A,)])
class frexp:
    """The mantissa is x scaled by a power of two; the exponent is an integer."""

    tuple_unless = ()

    def pullback_x(g, ans, x):
        return np.ldexp(g[0], -ans[1])

    def pushforward_x(t, ans, x):
        return ListBar((np.ldexp(t, -ans[1]), 0))


@rule(np.modf, at=[(0.75,), (1.1 * A,)])
class modf:
    """The fractional part moves with x; the integral part does not."""

    tuple_unless = ()

    def pullback_x(g, ans, x):
        return instantiate(g[0], x)

    def pushforward_x(t, ans, x):
        return ListBar((t, 0))


nondifferentiable(
    np.signbit, np.floor, np.ceil, np.trunc, np.fix, np.rint, np.round, np.around, np.spacing,
    np.isnan, np.isinf, np.isfinite, np.isneginf, np.isposinf, np.isreal, np.iscomplex, np.isrealobj,
    np.iscomplexobj, np.less, np.less_equal, np.equal, np.not_equal, np.greater, np.greater_equal,
    np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.bitwise_and, np.bitwise_or,
    np.bitwise_xor, np.invert, np.left_shift, np.right_shift, np.gcd, np.lcm,
)  # fmt: skip


@rule(np.sign, at=[(0.75,), (A,), (Z,), (1.5 - 0.5j,)])
class sign:
    """Constant, jumps apart; of a complex number the direction, which turns."""

    def pullback_x(g, ans, x):
        return abs_slope_pullback(conjugate(g), x)

    def pushforward_x(t, ans, x):
        return np.conj(abs_slope_pushforward(t, x))


@elementwise(np.float16, np.float32, np.float64, np.longdouble, at=[(0.0,), (0 * A,)])
def scalar_type(ans, x):
    """A cast is the identity."""
    return 1


@linear(np.complex64, np.complex128, np.clongdouble, at=[(0.0,), (0j,), (0 * A,)])
def complex_type(g, x):
    return unbroadcast(g, x)
