"""The testers are tested: references that could not fail would prove nothing."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from numeric import (
    assert_close_tree,
    assert_identical,
    central_difference,
    components,
    cotangent_like,
    refill,
    ridders,
)


@dataclass
class Pair:
    a: float
    b: object


TREE = {"x": 1.5, "pair": Pair(2.0, [np.array([1.0, 2.0]), (3 + 1j,)]), "n": 3, "text": "t"}


def test_components_and_refill_are_inverse():
    assert components(TREE) == [1.5, 2.0, 1.0, 2.0, 3 + 1j]
    assert_identical(refill(TREE, components(TREE)), TREE)


@pytest.mark.parametrize("x", [0.3, 1.0, 2.5])
def test_ridders_is_accurate_and_knows_its_error(x):
    slope, error = ridders(lambda h: math.exp(math.sin(x + h)))
    assert slope == pytest.approx(math.exp(math.sin(x)) * math.cos(x), rel=1e-10)
    assert error < 1e-9


def test_ridders_tells_a_jump():
    _, error = ridders(lambda h: float(h > 0))
    assert error > 1


def test_central_difference_of_a_tree():
    def f(tree, k):
        a, (v, (z,)) = tree["pair"].a, tree["pair"].b
        return tree["x"] ** 2 * k + a * np.sum(v**2) + abs(z) ** 2

    got, k_bar = central_difference(f, (TREE, 2.0), argnums=(0, "k"))
    expected = {"x": 6.0, "pair": Pair(5.0, [np.array([4.0, 8.0]), (6 - 2j,)]), "n": 3, "text": "t"}
    assert_close_tree(got, expected)
    assert k_bar == pytest.approx(2.25)


def test_central_difference_of_single_precision_and_of_trees_out():
    v = np.array([0.5, 2.0], dtype=np.float32)
    got = central_difference(lambda v: (v * v, 3.0), (v,), cotangent=(np.array([1.0, 10.0]), 0.0))
    assert_close_tree(got, np.array([1.0, 40.0], dtype=np.float32), rtol=1e-6)


def test_cotangents_have_the_structure_of_values():
    bar = cotangent_like(TREE)
    assert bar["n"] == 0 and bar["text"] == 0
    assert len(set(components(bar))) == 5


@pytest.mark.parametrize(
    "got",
    [
        1.0 + 1e-5,
        np.array(1.0),
        1,
        (1.0,),
        "1.0",
    ],
)
def test_close_trees_may_fail(got):
    with pytest.raises(AssertionError):
        assert_close_tree(got, 1.0)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (0.0, -0.0),
        (1, 1.0),
        (np.float64(1.0), 1.0),
        ([1.0], (1.0,)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (np.zeros(2), np.zeros(2, dtype=np.float32)),
        (1.0, 1.0 + 2**-52),
    ],
)
def test_identical_may_fail(got, expected):
    assert_identical(expected, expected)
    with pytest.raises(AssertionError):
        assert_identical(got, expected)


def test_nan_is_identical_to_nan():
    assert_identical([math.nan, np.array([np.nan])], [math.nan, np.array([np.nan])])
