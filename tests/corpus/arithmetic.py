"""Operators and `math` on plain numbers."""

import cmath
import math

from .cases import case


def polynomial(x):
    return 3.0 * x**3 - 2.0 * x**2 + x - 7.0


case(polynomial, [(1.5,), (-0.3,), (0.0,)])


def all_operators(x, y):
    a = x + y
    b = x - y
    c = a * b
    d = c / (y + 3.0)
    e = -d
    f = +e
    return f + d**2


case(all_operators, [(1.2, 0.7), (-0.4, 2.5)], argnums=(0, 1))


def power_both(x, y):
    return x**y


case(power_both, [(1.7, 2.3), (0.4, -1.2)], argnums=(0, 1))


def power_constant_base(x):
    return 2**x + 0.5**x


case(power_constant_base, [(1.3,), (-2.0,)])


def integer_powers(x):
    return x**2 + x**-1 + x**4 * x**0


case(integer_powers, [(1.3,), (-0.8,)])


def floor_and_modulo(x, y):
    return (x // y) * x + (x % y) * y


case(floor_and_modulo, [(7.3, 2.0), (-7.3, 2.2)], argnums=(0, 1))


def mixed_with_integers(x, n):
    return (x + 1) * (2 - x) / (n + x) + n // 2


case(mixed_with_integers, [(0.5, 3), (-1.5, 7)])


def math_functions(x):
    a = math.sin(x) + math.cos(2 * x) + math.tan(0.3 * x)
    b = math.exp(-x) * math.log(x + 3) + math.sqrt(x + 2)
    c = math.atan(x) + math.asinh(x) + math.tanh(x)
    return a * b + c


case(math_functions, [(0.7,), (-0.9,)])


def more_math_functions(x):
    a = math.asin(x) + math.acos(x / 2) + math.atanh(x / 3)
    b = math.sinh(x) + math.cosh(x) + math.acosh(x + 2.5)
    c = math.log10(x + 2) + math.log2(x + 3) + math.log1p(x) + math.expm1(x)
    return a * b - c


case(more_math_functions, [(0.4,), (-0.6,)])


def special_math_functions(x):
    return math.erf(x) + math.erfc(0.5 * x) * math.gamma(x + 2.0) + math.lgamma(x + 3.0)


case(special_math_functions, [(0.4,), (-0.6,)])


def two_argument_math(x, y):
    return math.atan2(y, x) * math.hypot(x, y) + math.pow(x, 2) + math.fabs(y) + math.log(x + 5, 3)


case(two_argument_math, [(1.0, 0.5), (-2.0, -1.5)], argnums=(0, 1))


def absolute_value(x):
    return abs(x) * x + abs(-x)


case(absolute_value, [(1.5,), (-2.5,)])


def conversions(x):
    return float(x) * 2.0 + math.floor(x) * x + round(x) + int(x) * x**2


case(conversions, [(1.6,), (-2.3,)])


def constants_of_math(r):
    return math.pi * r**2 + math.e / r


case(constants_of_math, [(1.0,), (2.5,)])


def used_many_times(x):
    y = x * x
    z = y * x + y
    return z * y + x / z


case(used_many_times, [(1.1,), (-0.6,)])


def deep_expression(x, y):
    return ((x * (y + (x - (y * (x / (2.0 + y * y)))))) ** 2 + 1.0) ** 0.5 - -x


case(deep_expression, [(0.9, 1.4), (-1.3, 0.2)], argnums=(0, 1))


def complex_modulus(z):
    return abs(z) ** 2


case(complex_modulus, [(1 + 2j,), (-0.5 + 0.25j,)], tags="complex")


def complex_arithmetic(z):
    w = z * z + (1 - 2j) / z
    return w.real * 2.0 - w.imag


case(complex_arithmetic, [(1 + 2j,), (-0.5 + 0.75j,)], tags="complex")


def complex_conjugate(z):
    return (z.conjugate() * z * z).real


case(complex_conjugate, [(1 + 2j,), (-0.5 + 0.75j,)], tags="complex")


def through_the_complex_plane(x):
    z = cmath.exp(1j * x) * (2 + x)
    return z.real + z.imag**2


case(through_the_complex_plane, [(0.7,), (-1.2,)])


def annotated(x: float, y: float = 2.0, *, scale: float = 1.5) -> float:
    """Parameters of every kind, with defaults."""
    return scale * x * math.exp(-y * x)


case(annotated, [(0.7,), (0.7, 1.1)])
case(annotated, [(0.7, 1.1)], argnums=(0, "scale"), kwargs={"scale": 0.8}, name="annotated_by_name")


def positional_only(x, /, y, *, z):
    return x * y**2 + math.sin(z * x)


case(positional_only, [(0.7, -1.2)], argnums=("y", "z"), kwargs={"z": 0.4})


cube = lambda x: x * x * x + 1.0  # noqa: E731

case(cube, [(1.5,), (-0.5,)], name="lambda_cube")

pair = (lambda x: math.sin(x) * x, lambda x: math.cos(x) * x)

case(pair[0], [(1.5,)], name="lambda_first_of_two")
case(pair[1], [(1.5,)], name="lambda_second_of_two")
