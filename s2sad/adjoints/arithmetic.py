"""Python's arithmetic operators, and the functions of `operator` that are the same.

Those of NumPy take lists too, which operators do not, so some have templates of their own.
"""

from __future__ import annotations

import operator

import numpy as np

from s2sad.adjoints.registry import elementwise, nondifferentiable
from s2sad.runtime import as_base, as_operand, power_log, power_slope

A = np.array([[0.5, 1.5], [2.5, -0.5], [1.25, 3.0]])
B = np.array([1.5, 2.0])


@elementwise(operator.add, np.add, at=[(3.0, 4.0), (A, B), (A, 2.0), (2.0, B)])
def add(ans, x, y):
    return 1, 1


@elementwise(operator.sub, np.subtract, at=[(3.0, 4.0), (A, B), (A, 2.0), (2.0, B)])
def subtract(ans, x, y):
    return 1, -1


@elementwise(operator.mul, np.multiply, at=[(3.0, 4.0), (A, B), (A, 2.0), (2.0, B)])
def multiply(ans, x, y):
    return y, x


@elementwise(operator.truediv, np.divide, at=[(3.0, 4.0), (A, B), (A, 2.0), (2.0, B)])
def divide(ans, x, y):
    return 1 / y, -ans / y


POWERS = [(3.0, 4.0), (abs(A), B), (abs(A), 2.0), (2.0, B)]


@elementwise(operator.pow, pow, at=POWERS)
def power(ans, base, exp):
    """exp * base**(exp - 1); the logarithm of a base of zero counts as zero, as in JAX."""
    if exp == 2:
        return 2 * base, ans * power_log(base, ans)
    if exp > 1 or exp < 0:
        return exp * base ** (exp - 1), ans * power_log(base, ans)
    return power_slope(base, exp), ans * power_log(base, ans)


@elementwise(np.power, at=[*POWERS, (abs(A), 3)])
def array_power(ans, x, y):
    """As `power`."""
    if y == 2:
        return 2 * x, ans * power_log(as_operand(x), ans)
    if y > 1 or y < 0:
        return y * np.power(x, y - 1), ans * power_log(as_operand(x), ans)
    return power_slope(as_base(x), as_operand(y)), ans * power_log(as_operand(x), ans)


@elementwise(operator.mod, at=[(7.5, 2.0), (A, B)])
def remainder(ans, x, y):
    return 1, -(x // y)


@elementwise(np.remainder, at=[(7.5, 2.0), (A, B)])
def array_remainder(ans, x, y):
    return 1, -np.floor_divide(x, y)


@elementwise(operator.neg, np.negative, at=[(3.0,), (A,)])
def negative(ans, x):
    return -1


@elementwise(operator.pos, np.positive, at=[(3.0,), (A,)])
def positive(ans, x):
    return 1


nondifferentiable(
    operator.floordiv, np.floor_divide, operator.not_, operator.lt, operator.le, operator.eq, operator.ne,
    operator.ge, operator.gt, operator.is_, operator.is_not, operator.contains,
)  # fmt: skip
