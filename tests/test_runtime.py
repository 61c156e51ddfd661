"""Functions of the runtime, where no program that is transformed shows what they refuse."""

import numpy as np
import pytest

from s2sad import grad
from s2sad.runtime import unbroadcast
from s2sad.runtime.refusals import Unfit


@pytest.mark.parametrize("g", [np.ones(3), np.ones((1, 3)), np.ones((2, 2)), 1.5, np.array([0.0, 1.0, 0.0])])
def test_a_cotangent_smaller_than_its_value_is_refused(g):
    with pytest.raises(Unfit, match=r"for a value of shape \(2, 3\)"):
        unbroadcast(np.asarray(g), np.zeros((2, 3)))


@pytest.mark.parametrize("zero", [0, 0.0, np.zeros(3), np.array([0.0, np.nan, 0.0])])
def test_but_the_universal_zero_has_any_shape(zero):
    found = unbroadcast(np.asarray(zero), np.zeros((2, 3)))
    assert np.shape(found) == (2, 3) and not np.any(found > 0)


def test_also_one_that_something_of_another_shape_has_scaled():
    def f(v, least):
        m = np.outer(v, v)
        for _ in range(2):
            m = np.sin(v)[:, None] * np.cos(v[1:])
        if np.sum(v) > least:
            return np.sum(m)
        return np.sum(v * v)

    assert grad(f)(np.array([0.5, 1.0, 2.0]), 100.0).tolist() == [1.0, 2.0, 4.0]
