"""Functions that capture what a derivative flows through, passed on, kept, called by themselves, differentiated."""

import functools
import math

import numpy as np
import pytest
from numeric import central_difference

from s2sad import S2SADError, grad, value_and_grad, vjp


def twice(function, x):
    return function(x) + function(2.0 * x)


def slope_of(function, x):
    def weighted(t):
        return function(t) * x * t

    return grad(weighted)(x)


def made(c):
    a = c * 3.0
    return lambda t: a * t


# -- several closures that share variables ---------------------------------------------------------------------


def captures_what_the_captured_one_captures(x):
    a = x * x

    def inner(t):
        return a * t

    def outer(t):
        return a * inner(t)

    return twice(outer, x)


def kept_in_a_list(x):
    a = x * x

    def inner(t):
        return a * t

    def outer(t):
        return a * inner(t)

    kept = [outer]
    return twice(kept[0], x)


def defined_in_branches(x):
    a = x * x

    def inner(t):
        return a * t

    if x > 0.0:

        def outer(t):
            return a * inner(t)
    else:

        def outer(t):
            return inner(t)

    return twice(outer, x)


def the_captured_one_is_defined_in_branches(x):
    a, b = x * x, 3.0 * x
    if x < 1.0:

        def inner(t):
            return b * t
    else:

        def inner(t):
            return a * t

    def outer(t):
        return x * inner(t)

    return twice(outer, x)


def variables_of_one_name(x):
    a = x * x
    inner = made(x)
    return twice(lambda t: a * inner(t), x)


def names_of_cotangents(x):
    primal, self, copy, args = x * x, 3.0 * x, math.sin(x), 2.0

    def line(t):
        return primal * t + self * t * t + copy * args

    return twice(line, x)


def calls_itself(x):
    a = x * x

    def power(t, n):
        return a * t if n == 0 else power(t * a, n - 1)

    return twice(lambda t: a * power(t, 2), x)


def call_each_other(x):
    a, b = x * x, 3.0 * x

    def even(t):
        return a if t < 0.1 else b * odd(t / 2.0)

    def odd(t):
        return b if t < 0.1 else a * even(t / 2.0)

    return twice(even, x)


def bound_anew_between_calls(x):
    a = x * x

    def scaled(t):
        return a * t

    first = scaled(x)
    a = math.sin(x)
    return first * scaled(x)


# -- derivatives of closures -----------------------------------------------------------------------------------


def slope_of_a_closure(x):
    a = x * x

    def curve(t):
        return math.sin(t) * a * t

    return grad(curve)(x) * 2.0


def slope_of_a_lambda(x):
    return grad(lambda z: z**2 * x)(3.0) + grad(lambda z: z**3 * x)(x)


def decorated(x):
    a = x * x

    @grad
    def slope(t):
        return a * t * t

    return slope(x)


def slope_and_value(x):
    value, slope = value_and_grad(lambda z: z**2 * x)(x)
    return value * slope


def gradient_steps(x):
    def cost(t):
        return (t * t - x) ** 2

    root = 1.0
    for _ in range(20):
        root = root - 0.05 * grad(cost)(root)
    return root


def no_steps(x):
    root = x
    for _ in range(0):
        root = root - 0.05 * grad(lambda t: t * x)(root)
    return root * root


def slope_through_a_closure(x):
    a = x * x

    def inner(t):
        return a * t * t

    def outer(t):
        return inner(t) * x

    return grad(grad(outer))(x) + grad(outer)(2.0)


def slope_through_a_received_function(x):
    a = x * x

    def inner(t):
        return a * t

    def outer(t):
        return inner(t) * t

    return slope_of(lambda t: a * t, x) + slope_of(outer, x)


PROGRAMS = [
    captures_what_the_captured_one_captures, kept_in_a_list, defined_in_branches, the_captured_one_is_defined_in_branches,
    variables_of_one_name, names_of_cotangents, calls_itself, call_each_other, bound_anew_between_calls,
    slope_of_a_closure, slope_of_a_lambda, decorated, slope_and_value, gradient_steps, no_steps,
    slope_through_a_closure, slope_through_a_received_function,
]  # fmt: skip


@pytest.mark.parametrize("x", [0.7, 1.3])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_gradient(program, x):
    assert grad(program)(x) == pytest.approx(central_difference(program, (x,)))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_second_derivative(program):
    first = grad(program)
    assert grad(first)(0.7) == pytest.approx(central_difference(first, (0.7,)))


def test_gradient_of_a_gradient_step_on_arrays():
    def updated(v):
        def loss(w):
            return np.sum((w - v) ** 2 * v)

        w = np.zeros(3)
        w = w - 0.1 * grad(loss)(w)
        return np.sum(w**2)

    v = np.array([0.3, 0.5, -0.2])
    np.testing.assert_allclose(grad(updated)(v), central_difference(updated, (v,)), rtol=1e-7)


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(S2SADError, match="vjp of what a derivative flows through"):
        grad(lambda x: vjp(lambda t: t * x, x)[0])(2.0)
    with pytest.raises(S2SADError, match="partial"):
        grad(lambda x: grad(functools.partial(math.pow, x))(x))(2.0)
