"""The smallest programs whose gradients were wrong, or not there, in a form of their input that NumPy takes."""

import cmath
import math

import numpy as np
import pytest

import s2sad
from s2sad.errors import NotDifferentiable


def test_an_array_without_an_axis_is_not_changed_in_place():
    x = np.array(0.5)
    expected = s2sad.grad(math.gamma)(0.5)
    assert s2sad.grad(math.gamma)(x) == expected and x == 0.5


def test_values_in_no_order():
    """np.unique_values of complex numbers hashes them."""
    z = np.array([0.5 + 1j, -1.5 + 0.25j, 2.0 - 1j, 0.5 + 1j, 3j])
    found = s2sad.grad(lambda z: np.sum(np.abs(np.unique_values(z)) ** 2))(z)
    np.testing.assert_allclose(found, 2 * np.conj(z) * [1, 1, 1, 0, 1])


def test_parts_of_complex_numbers_that_are_not_finite():
    f = lambda z: np.sum(np.nan_to_num(z)).real
    np.testing.assert_array_equal(s2sad.grad(f)(np.array([1 + 2j])), [1])
    with pytest.raises(NotDifferentiable, match=r"apply it to z.real and z.imag"):
        s2sad.grad(f)(np.array([complex(1, np.inf)]))


def test_logarithms_to_a_complex_base():
    z, base = 0.5 + 0.25j, -1.5 + 0.75j
    found = s2sad.grad(lambda b: cmath.log(z, b).real)(base)
    assert cmath.isclose(found, -cmath.log(z) / (cmath.log(base) ** 2 * base))


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.longdouble])
def test_means_in_other_precisions(kind):
    """A third that is rounded to a double is no third of extended precision."""
    _, pullback = s2sad.vjp(lambda x: np.var(x), np.array([0.5, 1.5, 4.0], kind))
    np.testing.assert_allclose(pullback(kind(1))[0], np.array([-3, -1, 4], kind) / 3, rtol=8 * np.finfo(kind).eps)


@pytest.mark.parametrize(
    "function",
    [np.diff, np.ediff1d, np.roots, lambda x: np.median(x[None, :], axis=0), lambda x: np.linalg.norm(x[:, None], 1, 1)],
)
def test_of_nothing(function):
    f = lambda x: np.sum(np.real(function(x)))
    np.testing.assert_array_equal(s2sad.grad(f)(np.zeros(0)), np.zeros(0))


def test_integers_beside_floats():
    a, b = np.array([[1, 2], [3, 4], [5, 7]]), np.array([0.5, 1.5, 2.0])
    f = lambda a: s2sad.grad(lambda b: np.sum(np.linalg.lstsq(a, b, None)[0] ** 2))(b)
    np.testing.assert_allclose(f(a), f(a.astype(float)))
