"""Functions of numbers: all of `math` and `cmath`."""

from __future__ import annotations

import cmath
import math

from s2sad.adjoints.registry import elementwise, linear, nondifferentiable, rule
from s2sad.runtime import ListBar, abs_slope, bessel_i, polygamma, power_log, power_slope, unbroadcast

HALF = [(0.5,), (-0.25,)]
POSITIVE = [(0.5,), (2.5,)]
ANY = [(0.5,), (-1.75,)]
COMPLEX = [(0.5 + 0.25j,), (-1.5 + 0.75j,)]


@elementwise(math.sin, at=ANY)
def sin(ans, x):
    return math.cos(x)


@elementwise(math.cos, at=ANY)
def cos(ans, x):
    return -math.sin(x)


@elementwise(math.tan, cmath.tan, at=ANY)
def tan(ans, x):
    return 1 + ans**2


@elementwise(math.asin, at=HALF)
def asin(ans, x):
    return 1 / math.sqrt(1 - x * x) if -1 < x < 1 else math.inf


@elementwise(math.acos, at=HALF)
def acos(ans, x):
    return -1 / math.sqrt(1 - x * x) if -1 < x < 1 else -math.inf


@elementwise(math.atan, cmath.atan, at=ANY)
def atan(ans, x):
    return 1 / (1 + x * x)


@elementwise(math.atan2, at=[(0.5, 2.0), (-1.0, -0.25)])
def atan2(ans, y, x):
    return x / math.hypot(x, y) ** 2, -y / math.hypot(x, y) ** 2


@elementwise(math.sinh, at=ANY)
def sinh(ans, x):
    return math.cosh(x)


@elementwise(math.cosh, at=ANY)
def cosh(ans, x):
    return math.sinh(x)


@elementwise(math.tanh, cmath.tanh, at=ANY)
def tanh(ans, x):
    return 1 - ans**2


@elementwise(math.asinh, at=ANY)
def asinh(ans, x):
    return 1 / math.sqrt(x * x + 1)


@elementwise(math.acosh, at=[(1.5,), (4.0,)])
def acosh(ans, x):
    return 1 / math.sqrt(x * x - 1) if x > 1 else math.inf


@elementwise(math.atanh, cmath.atanh, at=HALF)
def atanh(ans, x):
    return 1 / (1 - x * x)


@elementwise(math.exp, cmath.exp, at=ANY)
def exp(ans, x):
    return ans


@elementwise(math.expm1, at=ANY)
def expm1(ans, x):
    return ans + 1


@elementwise(math.log, at=[(0.5,), (2.5,), (2.5, 3.0)])
def log(ans, x, base=None):
    if base is None:
        return 1 / x, 0
    return 1 / (x * math.log(base)), -ans / (base * math.log(base))


@elementwise(cmath.log, at=[*COMPLEX, (2.5, 3.0), (0.5 + 0.25j, -1.5 + 0.75j), (0.5 + 0.25j, -3.0)])
def complex_log(ans, x, base=None):
    if base is None:
        return 1 / x, 0
    return 1 / (x * cmath.log(base)), -ans / (base * cmath.log(base))


@elementwise(math.log1p, at=POSITIVE)
def log1p(ans, x):
    return 1 / (1 + x)


@elementwise(math.log2, at=POSITIVE)
def log2(ans, x):
    return 1 / (x * math.log(2))


@elementwise(math.log10, cmath.log10, at=POSITIVE)
def log10(ans, x):
    return 1 / (x * math.log(10))


@elementwise(math.sqrt, at=POSITIVE)
def sqrt(ans, x):
    """Infinite at 0, as in NumPy."""
    return 0.5 / ans if ans else math.inf


@elementwise(math.pow, at=[(2.5, 1.5), (2.5, -1.0)])
def pow(ans, x, y):
    """y * x**(y - 1); the logarithm of a base of zero counts as zero, as in JAX."""
    return power_slope(x, y), ans * power_log(x, ans)


@elementwise(math.fabs, at=ANY)
def fabs(ans, x):
    """The sign of x; 0 at 0."""
    return abs_slope(x)


@elementwise(math.copysign, at=[(2.5, -1.0), (-2.5, 1.0)])
def copysign(ans, x, y):
    return math.copysign(1.0, x) * math.copysign(1.0, y), 0


@elementwise(math.fmod, at=[(7.5, 2.0), (-7.5, 2.0)])
def fmod(ans, x, y):
    """In y the quotient that was cut off: x less the remainder, over y."""
    return 1, (ans - x) / y


@elementwise(math.remainder, at=[(7.5, 2.0), (-8.5, 2.0)])
def remainder(ans, x, y):
    """In y the quotient that was rounded: x less the remainder, over y."""
    return 1, (ans - x) / y


@elementwise(math.nextafter, at=[(0.5, 2.0), (-1.75, 0.0)])
def nextafter(ans, x, y):
    """x but for a rounding."""
    return 1, 0


@elementwise(math.degrees, at=ANY)
def degrees(ans, x):
    return math.degrees(1)


@elementwise(math.radians, at=ANY)
def radians(ans, x):
    return math.radians(1)


@elementwise(math.erf, at=ANY)
def erf(ans, x):
    return 2 / math.sqrt(math.pi) * math.exp(-x * x)


@elementwise(math.erfc, at=ANY)
def erfc(ans, x):
    return -2 / math.sqrt(math.pi) * math.exp(-x * x)


@elementwise(math.gamma, at=[(0.5,), (4.25,), (-1.5,)])
def gamma(ans, x):
    return ans * polygamma(0, x)


@elementwise(math.lgamma, at=[(0.5,), (4.25,), (-1.5,)])
def lgamma(ans, x):
    return polygamma(0, x)


@linear(math.ldexp, at=[(0.75, 3)])
def ldexp(g, x, i):
    return math.ldexp(g, i)


@rule(math.frexp, at=[(10.5,), (-0.3,)])
class frexp:
    """The mantissa is x scaled by a power of two; the exponent is an integer."""

    tuple_unless = ()

    def pullback_x(g, ans, x):
        return math.ldexp(g[0], -ans[1])

    def pushforward_x(t, ans, x):
        return ListBar((math.ldexp(t, -ans[1]), 0))


@rule(math.modf, at=[(10.25,), (-0.3,)])
class modf:
    """The fractional part moves with x; the integral part does not."""

    tuple_unless = ()

    def pullback_x(g, ans, x):
        return g[0]

    def pushforward_x(t, ans, x):
        return ListBar((t, 0))


# Complex numbers: the derivatives are those of holomorphic functions.


@elementwise(cmath.sin, at=COMPLEX)
def complex_sin(ans, x):
    return cmath.cos(x)


@elementwise(cmath.cos, at=COMPLEX)
def complex_cos(ans, x):
    return -cmath.sin(x)


@elementwise(cmath.sinh, at=COMPLEX)
def complex_sinh(ans, x):
    return cmath.cosh(x)


@elementwise(cmath.cosh, at=COMPLEX)
def complex_cosh(ans, x):
    return cmath.sinh(x)


@elementwise(cmath.asin, at=COMPLEX)
def complex_asin(ans, x):
    return 1 / cmath.sqrt(1 - x**2)


@elementwise(cmath.acos, at=COMPLEX)
def complex_acos(ans, x):
    return -1 / cmath.sqrt(1 - x**2)


@elementwise(cmath.asinh, at=COMPLEX)
def complex_asinh(ans, x):
    return 1 / cmath.sqrt(x**2 + 1)


@elementwise(cmath.acosh, at=COMPLEX)
def complex_acosh(ans, x):
    return 1 / (cmath.sqrt(x - 1) * cmath.sqrt(x + 1))


@elementwise(cmath.sqrt, at=COMPLEX)
def complex_sqrt(ans, x):
    return 0.5 / ans


@rule(cmath.phase, at=COMPLEX)
class phase:
    def pullback_x(g, ans, x):
        return -1j * g / x

    def pushforward_x(t, ans, x):
        return (t / x).imag


@rule(cmath.rect, at=[(2.5, 0.5), (-1.5, 2.0)])
class rect:
    def pullback_r(g, ans, r, phi):
        return unbroadcast(g * cmath.exp(1j * phi), r)

    def pullback_phi(g, ans, r, phi):
        return unbroadcast(1j * g * ans, phi)

    def pushforward_r(t, ans, r, phi):
        return t * cmath.exp(1j * phi)

    def pushforward_phi(t, ans, r, phi):
        return 1j * t * ans


@rule(cmath.polar, at=COMPLEX)
class polar:
    """The distance from 0, and the angle."""

    tuple_unless = ()

    def pullback_x(g, ans, x):
        return (g[0] * ans[0] - 1j * g[1]) / x

    def pushforward_x(t, ans, x):
        return ListBar(((t / x).real * ans[0], (t / x).imag))


nondifferentiable(
    math.ceil, math.comb, math.factorial, math.floor, math.gcd, math.isclose, math.isfinite, math.isinf,
    math.isnan, math.isqrt, math.lcm, math.perm, math.trunc, math.ulp, cmath.isclose, cmath.isfinite,
    cmath.isinf, cmath.isnan,
)  # fmt: skip


@elementwise(polygamma, at=[(0, 2.5), (1, 2.5), (2, -0.75)])
def polygamma_rule(ans, n, x):
    return 0, polygamma(n + 1, x)


@elementwise(bessel_i, at=[(0, 2.5), (1, -2.5)])
def bessel_i_rule(ans, n, x):
    return 0, (bessel_i(n + 1, x) + bessel_i(abs(n - 1), x)) / 2


if hasattr(math, "cbrt"):

    @elementwise(math.cbrt, at=ANY)
    def cbrt(ans, x):
        """Infinite at 0, as in NumPy."""
        return 1 / (3 * ans**2) if ans else math.inf

    @elementwise(math.exp2, at=ANY)
    def exp2(ans, x):
        return ans * math.log(2)


if hasattr(math, "fma"):

    @elementwise(math.fma, at=[(0.5, 2.0, -1.0)])
    def fma(ans, x, y, z):
        return y, x, 1
