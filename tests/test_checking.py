"""`check_grads` passes what is right, and fails what is wrong."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from s2sad import stop_gradient
from s2sad.checking import compare, ridders
from s2sad.errors import InvalidArgument
from s2sad.testing import check_grads


@dataclass
class Line:
    slope: float
    offset: np.ndarray
    name: str = "line"


def polynomial(x, *coefficients, scale=1.0):
    return scale * sum(c * x**k for k, c in enumerate(coefficients))


RIGHT = {
    "scalar": (lambda x: math.sin(x) * x, (0.7,), {}),
    "near a branch": (lambda x: x * x if x > 0 else -x, (1e-6,), {}),
    "near the edge of a domain": (lambda x: math.log(x) + math.sqrt(x), (1e-4,), {}),
    "large": (lambda x: x * x, (1e12,), {}),
    "array": (lambda x: np.sum(np.sin(x) * x), (np.arange(6.0).reshape(2, 3),), {}),
    "large array": (lambda x: np.sum(np.sin(x) * x), (np.linspace(0, 1, 500),), {}),
    "no scalar": (lambda x, y: x * y, (np.arange(3.0), 2.0), {}),
    "single precision": (lambda x: np.sum(x * x), (np.arange(4, dtype=np.float32),), {}),
    "complex": (lambda z: abs(z) ** 2, (1 + 2j,), {}),
    "complex result": (lambda z: z * z, (1 + 2j,), {}),
    "dict of lists": (lambda p: p["a"] * p["b"][0] * p["n"], ({"a": 2.0, "b": [3.0, 1.0], "n": 3},), {}),
    "dataclass": (lambda line, x: np.sum(line.slope * x + line.offset), (Line(2.0, np.ones(2)), 3.0), {}),
    "star and keyword": (polynomial, (2.0, 1.0, 3.0), {"scale": 0.5}),
    "tuple result": (lambda x: (x * x, {"y": [x, 2]}), (3.0,), {}),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(name):
    function, args, kwargs = RIGHT[name]
    check_grads(function, args, kwargs=kwargs)


def test_the_callers_arguments_are_left_alone():
    x = np.arange(3.0)
    check_grads(lambda x: np.sum(x * x), (x,))
    assert x.tolist() == [0.0, 1.0, 2.0]


WRONG = {
    "scalar": (lambda x: x * stop_gradient(x), (3.0,)),
    "one number of an array": (lambda x: np.sum(x * x) + stop_gradient(x)[1], (np.arange(4.0),)),
    "one number of a large array": (lambda x: np.sum(x * x) + stop_gradient(x)[1], (np.arange(400.0),)),
    "no scalar": (lambda x: x * stop_gradient(x), (np.arange(1.0, 4.0),)),
    "second argument": (lambda x, y: x * stop_gradient(y), (3.0, 1.0)),
    "a millionth": (lambda x: x + 1e-5 * stop_gradient(x), (3.0,)),
}


@pytest.mark.filterwarnings("ignore:s2sad. the result does not depend")
@pytest.mark.parametrize("name", WRONG)
def test_wrong(name):
    function, args = WRONG[name]
    with pytest.raises(AssertionError, match="differs from finite differences"):
        check_grads(function, args)


def test_tolerance_and_argnums():
    def half(x, y):
        return x * stop_gradient(x) + y

    check_grads(half, (3.0, 1.0), argnums="y")
    check_grads(half, (3.0, 1.0), argnums=(1,))
    check_grads(half, (3.0, 1.0), argnums=-1)
    check_grads(half, (3.0, 1.0), rtol=0.6)
    with pytest.raises(AssertionError, match="argument x"):
        check_grads(half, (3.0, 1.0), argnums=0)


def test_a_jump_is_unclear():
    (found,) = compare(lambda x: x + math.floor(x), (1.0,))
    assert found.verdict != "ok"


def test_arguments_are_labelled():
    found = compare(polynomial, (2.0, 1.0, 3.0))
    assert [c.argument for c in found] == ["x", "coefficients[0]", "coefficients[1]", "scale"]


def test_nothing_to_check():
    with pytest.raises(InvalidArgument, match="no argument has a derivative"):
        check_grads(lambda n: n, (3,))


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (math.exp, 1.0),
        (math.sin, 1.0),
        (lambda t: 0.0, 0.0),
        (lambda t: 1e8 + t, 1.0),
        (lambda t: abs(t) ** 3 + t, 1.0),
    ],
)
def test_ridders(function, slope):
    found, error = ridders(function, 0.05)
    assert abs(found - slope) <= 1e-6
    assert abs(found - slope) <= 2 * error + 1e-12
