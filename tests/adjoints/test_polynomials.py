"""Polynomials whose leading coefficients are zero or cancel, which NumPy trims off."""

import numpy as np
import pytest
from numpy.polynomial import chebyshev, polynomial

from s2sad import grad
from s2sad.errors import NotDifferentiable

C = np.array([0.5, -1.5, 2.0])


@pytest.mark.parametrize("add", [polynomial.polyadd, chebyshev.chebadd])
def test_what_cancels_has_no_part_in_the_result(add):
    first, second = grad(lambda a, b: np.sum(add(a, b) ** 2), argnums=(0, 1))(C, np.array([1.0, 1.0, -2.0]))
    np.testing.assert_allclose(first, [3.0, -1.0, 0.0])
    np.testing.assert_allclose(second, [3.0, -1.0, 0.0])


def test_a_leading_zero_has_the_slope_of_the_coefficients_that_are_there():
    slope = grad(lambda c: np.sum(polynomial.polymul(c, [1.0, 3.0])))(np.array([2.0, 5.0, 0.0]))
    np.testing.assert_allclose(slope, [4.0, 4.0, 1.0])


def test_constants_of_integration_are_refused_where_a_derivative_flows_into_them():
    with pytest.raises(NotDifferentiable, match="chebint"):
        grad(lambda k: np.sum(chebyshev.chebint(C, 1, [k])))(2.0)


def test_the_scale_of_a_derivative_is_refused_where_a_derivative_flows_into_it():
    with pytest.raises(NotDifferentiable, match="chebder"):
        grad(lambda s: np.sum(chebyshev.chebder(C, 1, s)))(2.0)


def test_the_places_and_the_options_of_a_fit_are_refused():
    with pytest.raises(NotDifferentiable, match="chebfit"):
        grad(lambda x: np.sum(chebyshev.chebfit(x, C, 1)))(C)
    with pytest.raises(NotDifferentiable, match="polyfit"):
        grad(lambda y: np.sum(np.polyfit(C, y, 1, cov=True)[0]))(C)


def test_a_remainder_alone():
    slope = grad(lambda c: np.sum(polynomial.polydiv(c, [1.0, 2.0])[1]))(C)
    np.testing.assert_allclose(slope, [1.0, -0.5, 0.25])
