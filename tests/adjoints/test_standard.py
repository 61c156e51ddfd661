"""Functions of the standard library, and of NumPy, in programs: what no derivative was known of, or zero without a word."""

import cmath
import math
import operator
import statistics

import numpy as np
import pytest
from numeric import assert_close_tree, central_difference

import s2sad
from s2sad.errors import NotDifferentiable


def weights_counted(x):
    return np.sum(np.bincount([0, 1, 1, 2], weights=x[:4], minlength=5) ** 2)


def points_spaced(x):
    return np.sum(np.arange(x[0], 5.25) ** 2) + np.sum(np.arange(x[0], 4.0, x[1]) ** 2)


def arguments(x):
    table = np.outer(x, x[:3])
    spread = np.var(table, axis=0, mean=table[:1], dtype=np.float64) + np.prod(table, 0, np.float64)
    picked = np.take(x, [0, 7], mode="wrap") + np.nan_to_num(x[:2], nan=1.0)
    return np.sum(np.cos(spread)) + np.trapezoid(picked, dx=x[0]) + np.sum(np.cov(table, aweights=[1.0, 2.0, 0.5]))


def averages(x):
    squares = [v * v for v in x]
    return statistics.mean(squares) * statistics.fmean(x, squares) + statistics.harmonic_mean(squares, weights=x)


def spreads(x):
    values = [math.sin(v) for v in x]
    return statistics.stdev(values) + statistics.pvariance(values, mu=x[0]) + statistics.geometric_mean(x)


def middles(x):
    squares = [v * v for v in x]
    return statistics.median(squares) * statistics.quantiles(squares)[1]


def angles(x):
    distance, angle = cmath.polar(x[0] + 1j * x[1])
    return distance * angle + cmath.rect(x[2], x[3]).imag


def operators(x):
    joined = operator.concat([x[0]], [x[1] * x[2]])
    return operator.getitem(joined, 1) * operator.call(math.sin, x[3]) + math.nextafter(x[0], 2.0)


@pytest.mark.parametrize(
    "function",
    [weights_counted, points_spaced, arguments, averages, spreads, middles, angles, operators],
    ids=lambda f: f.__name__,
)
def test_gradient_against_finite_differences(function):
    x = np.array([0.7, 1.3, 2.1, 0.4, 1.9])
    assert_close_tree(s2sad.grad(function)(x), central_difference(function, (x,)))


def test_in_place_operators_are_refused():
    def f(x):
        return np.sum(operator.iadd(1 * x, x))

    with pytest.raises(NotDifferentiable, match="write the statement"):
        s2sad.grad(f)(np.ones(2))
