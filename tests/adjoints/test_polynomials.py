"""Polynomials: what NumPy trims off, several variables, the highest power first, what is refused."""

import numpy as np
import pytest
from numpy.polynomial import chebyshev, polynomial

from s2sad import grad, vjp
from s2sad.adjoints.polynomials import FAMILIES
from s2sad.errors import NotDifferentiable
from s2sad.runtime.polynomials import fitted
from s2sad.testing import check_grads

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


def test_what_else_a_fit_tells_is_refused():
    with pytest.raises(NotDifferentiable, match="polyfit"):
        grad(lambda y: np.sum(np.polyfit(C, y, 1, cov=True)[0]))(C)


def test_a_remainder_alone():
    slope = grad(lambda c: np.sum(polynomial.polydiv(c, [1.0, 2.0])[1]))(C)
    np.testing.assert_allclose(slope, [1.0, -0.5, 0.25])


def of_several(x, y, c):
    return np.sum(np.sin(chebyshev.chebval2d(x, y, c) + polynomial.polyval3d(x, y, x, c[:, :, None])))


def basis_of_several(x, y):
    return np.sum(np.sin(chebyshev.chebvander2d(x, y, [1, 2]))) + np.sum(polynomial.polyvander3d(x, y, x, [1, 0, 2]) ** 2)


def highest_first(a, b):
    return np.sum(np.polyadd(a, b) ** 3) + np.sum(np.polysub(b, a) ** 2) + np.sum(np.polymul(a, b) ** 2)


def of_columns(a, b):
    return np.sum(np.polyadd(a, b) ** 3) + np.sum(np.polysub(b, a) ** 2)


def integrated(a, k):
    return np.sum(np.polyint(a, 2, k) ** 2) + np.sum(np.polyint(a)) + np.sum(polynomial.polytrim(a, 1.0) ** 2)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (of_several, (C, C + 1, np.array([[0.5, 1.5], [2.0, -1.0]]))),
        (basis_of_several, (C, C + 1)),
        (highest_first, (C, np.array([0.25, 0.75]))),
        (highest_first, (np.array([0.0, 2.0, 1.0]), 1.5)),
        (of_columns, (np.array([[0.5, 1.5], [2.0, -1.0]]), np.array([[0.25, 0.75], [1.0, 3.0]]))),
        (integrated, (C, np.array([0.25, 0.75]))),
        (integrated, (C, 2.0)),
    ],
)
def test_of_several_variables_and_the_highest_power_first(function, args):
    check_grads(function, args)


@pytest.mark.parametrize(
    ("function", "args", "message"),
    [
        (chebyshev.chebval2d, (C, C[:2], np.ones((2, 2))), "x, y are incompatible"),
        (np.polymul, (np.ones((2, 2)), C), "1d only"),
        (np.polyint, (C, -1), "must be positive"),
        (np.polyint, (C, 3, [1.0, 2.0]), "k must be a scalar"),
        (polynomial.polytrim, (C, -1.0), "tol must be non-negative"),
        (polynomial.polytrim, (C[:0],), "Coefficient array is empty"),
    ],
)
def test_their_errors_are_those_of_numpy(function, args, message):
    for called in (function, lambda x, *more: grad(lambda x: np.sum(function(x, *more)))(x)):
        with pytest.raises(ValueError, match=message):
            called(*args)


def test_an_old_polynomial_object_is_refused():
    with pytest.raises(NotDifferentiable, match=r"pass its array: p\.coef"):
        grad(lambda c: np.sum(np.polyadd(c, np.poly1d([1.0, 2.0]))))(C)


@pytest.mark.filterwarnings("ignore:The fit may be poorly conditioned", "ignore:Polyfit may be poorly conditioned")
@pytest.mark.parametrize("fit", [np.polyfit, chebyshev.chebfit])
def test_places_and_weights_of_a_fit_that_they_do_not_determine_are_refused(fit):
    x, y = np.array([-0.7, 0.1, 0.8]), C
    np.testing.assert_allclose(grad(lambda y: np.sum(fit(x, y, 4)))(y), np.sum([fit(x, e, 4) for e in np.eye(3)], axis=1))
    with pytest.raises(NotDifferentiable, match="does not determine all coefficients"):
        grad(lambda x: np.sum(fit(x, y, 4)))(x)
    with pytest.raises(NotDifferentiable, match="does not determine all coefficients"):
        grad(lambda w: np.sum(fit(x, y, 4, w=w)))(np.ones(3))


@pytest.mark.parametrize("fit", [np.polyfit, chebyshev.chebfit])
def test_a_fit_to_many_values_takes_no_more_than_their_basis(fit):
    """A matrix of places by places would have 8 times 10**10 bytes."""
    x = np.linspace(-1.0, 1.0, 100_001)
    y = np.exp(x)
    slope = grad(lambda y: np.sum(fit(x, y, 3) ** 2))(y)
    assert slope.shape == x.shape
    np.testing.assert_allclose(slope @ y, 2 * np.sum(fit(x, y, 3) ** 2))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("n", "m"), [(30, 4), (4, 30)])
def test_long_products(family, n, m):
    mul = getattr(FAMILIES[family], f"{family}mul")
    c, d, g = np.cos(np.arange(n)), np.sin(np.arange(m) + 1.0), np.cos(np.arange(n + m - 1) ** 2)
    slopes = [g @ fitted(mul(e, d), g) for e in np.eye(n)]
    np.testing.assert_allclose(vjp(mul, c, d)[1](g)[0], slopes, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(vjp(mul, d, c)[1](g)[1], slopes, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_number_is_a_polynomial_too(family):
    mul, mulx = (getattr(FAMILIES[family], f"{family}{name}") for name in ("mul", "mulx"))
    assert np.isclose(grad(lambda x: np.sum(mul(x, [1.0, 2.0])))(1.5), 3.0)
    assert np.isclose(grad(lambda x: np.sum(mulx(x)))(1.5), np.sum(mulx(1.0)))
