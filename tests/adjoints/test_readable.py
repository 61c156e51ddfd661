"""Functions of NumPy that are differentiated by their own source."""

import numpy as np
import pytest

from s2sad import grad, value_and_grad, vjp
from s2sad.adjoints.registry import SOURCES, load_families
from s2sad.errors import NotDifferentiable
from s2sad.testing import check_grads

load_families()
POINTS = [(f, p) for f, points in SOURCES.items() for p in points]
PROGRAMS = {
    1: lambda f: lambda x: np.sum(np.sin(f(x))),
    2: lambda f: lambda x, y: np.sum(np.sin(f(x, y))),
    3: lambda f: lambda x, y, z: np.sum(np.sin(f(x, y, z))),
    4: lambda f: lambda x, y, z, c: np.sum(np.sin(f(x, y, z, c))),
}


@pytest.mark.parametrize(("function", "point"), POINTS, ids=[f"{f.__module__}.{f.__name__}" for f, _ in POINTS])
def test_the_source_gives_the_derivative(function, point):
    program = PROGRAMS[len(point.args)](function)
    check_grads(program, point.args)
    active = tuple(i for i, a in enumerate(point.args) if np.asarray(a).dtype.kind in "fc")
    check_grads(slopes(program, active), point.args, argnums=active)


def slopes(program, argnums):
    derivative = grad(program, argnums=argnums)

    def squared(*values):
        return sum([np.sum(np.real(part * part)) for part in derivative(*values)])

    return squared


def test_functions_over_indices():
    def total(x):
        return np.sum(np.fromfunction(lambda i, j: x * i + j, (2, 3)) ** 2)

    check_grads(total, (2.5,))


def normalised(rows):
    return np.sum(np.apply_along_axis(lambda r: r / np.sum(r), 0, rows) ** 2)


def summed(rows):
    return np.sum(np.apply_along_axis(np.sum, -1, rows) ** 2)


def outer_products(rows):
    return np.sum(np.apply_along_axis(lambda r: np.outer(r, r), 1, rows) * np.arange(4.0).reshape(2, 2))


def pieces(rows):
    return np.sum(np.piecewise(rows, [rows > 1.1, rows < 0], [lambda t: t * t, 3.0, np.cos]) * rows)


ROWS = np.array([[0.5, 1.5], [2.5, -0.5], [1.25, 3.0]])


@pytest.mark.parametrize("function", [normalised, summed, outer_products, pieces])
def test_functions_that_apply_functions(function):
    assert value_and_grad(function)(ROWS)[0] == function(ROWS)
    check_grads(function, (ROWS,))
    check_grads(slopes(function, (0,)), (ROWS,))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(np.subtract.outer(x, x[:2]) ** 2),
        lambda x: np.sum(np.multiply.outer(np.multiply.outer(x, x), 2.0) * np.add.reduce(x)),
        lambda x: np.logaddexp.reduce(x) + np.sum(np.maximum.outer(x, x + 0.4) ** 2),
    ],
)
def test_methods_of_ufuncs(function):
    check_grads(function, (np.array([1.0, 2.0, 3.5]),))
    check_grads(slopes(function, (0,)), (np.array([1.0, 2.0, 3.5]),))


def test_methods_of_ufuncs_are_told_apart():
    """Their derivatives are kept by what they are methods of, in equal texts as well."""

    def squared(reduce):
        return lambda x: reduce(x) ** 2

    x = np.array([2.0, 3.0])
    np.testing.assert_allclose(grad(squared(np.add.reduce))(x), [10.0, 10.0])
    np.testing.assert_allclose(grad(squared(np.multiply.reduce))(x), [36.0, 24.0])


def test_piecewise_is_zero_where_no_condition_holds():
    def risen(x):
        return np.piecewise(x, [x < 2], [np.sin])

    value, pullback = vjp(risen, np.array([np.inf, 1.0]))
    np.testing.assert_array_equal(value, [0.0, np.sin(1.0)])
    np.testing.assert_array_equal(pullback(np.ones(2))[0], [0.0, np.cos(1.0)])


def test_piecewise_refuses_conditions_of_another_shape():
    with pytest.raises(NotDifferentiable, match="condition of another shape than x"):
        grad(lambda x: np.sum(np.piecewise(x, [np.array([True, False, True])], [np.sin])))(ROWS)
