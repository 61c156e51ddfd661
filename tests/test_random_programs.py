"""Gradients of random programs: the value bit for bit, against differences, and against a second engine.

The second engine is autograd (operator overloading): the same text, with a `math` that it can see through.
"""

import ast
import re
import types
import warnings

import autograd
import autograd.numpy as anp
import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st
from numeric import STEP, assert_identical, ridders
from random_programs import generate, is_tame, load, path_of, points
from reducing import reduced

SHIM = types.SimpleNamespace(**{name: getattr(anp, name) for name in ("sin", "cos", "tan", "tanh", "exp", "log", "sqrt")})
PER_CHUNK = 250
CHUNKS = 16


def gradient_by_autograd(source, x, y):
    f = load(source, math=SHIM)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Output seems independent of input")
        warnings.simplefilter("ignore", RuntimeWarning)  # where it overflows, its slopes are nan
        return tuple(map(float, autograd.grad(lambda x, y: 1.0 * f(x, y), (0, 1))(x, y)))


def gradient_by_differences(source, x, y):
    """Slopes and what they may be off by."""
    f = load(source)
    return ridders(lambda h: f(x + h, y)), ridders(lambda h: f(x, y + h))


def is_stable(source, x, y):
    """Whether the last bits of numbers, where NumPy's sines differ from those of `math`, are of little consequence."""
    return all(abs(slope) < 1e8 for slope in gradient_by_autograd(source, x, y))


def is_steady(source, x, y, gradient):
    """Whether differences mean something: the second engine finds nearly the same slopes all over their steps."""
    around = [(STEP, 0.0), (-STEP, 0.0), (0.0, STEP), (0.0, -STEP)]
    slopes = [gradient_by_autograd(source, x + h, y + k) for h, k in around]
    return all(abs(s - g) <= 0.2 * abs(g) + 1e-6 for slope in slopes for s, g in zip(slope, gradient))


def off(got, expected, tolerance):
    return not abs(got - expected) <= tolerance * max(1.0, abs(expected))


def complaint(source, x, y, value_and_gradient):
    """What is wrong with the value and gradient at (x, y), or None."""
    value, gradient = value_and_gradient(x, y)
    try:
        assert_identical(value, load(source)(x, y))
        assert_identical((value, gradient), value_and_gradient(x, y), "second call")
    except AssertionError as error:
        return str(error)
    second = gradient_by_autograd(source, x, y)
    for name, got, other in zip("xy", gradient, second):
        if off(got, other, 1e-7):
            return f"d/d{name} at {x, y} is {got}, autograd says {other}"
    if is_steady(source, x, y, second):
        for name, got, (slope, error) in zip("xy", gradient, gradient_by_differences(source, x, y)):
            if off(got, slope, 1e-6 + 10 * error):
                return f"d/d{name} at {x, y} is {got}, differences say {slope}"
    return None


def by_s2sad(source):
    import s2sad

    def value_and_gradient(x, y):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an argument that does not matter
            return derivative(x, y)

    derivative = s2sad.value_and_grad(load(source), argnums=(0, 1))
    return value_and_gradient


def check(seed, size, differentiate=by_s2sad):
    """Check the program of `seed`; False where no point of it is smooth."""
    source = generate(seed, size)
    tame = [point for point in points(seed) if is_tame(source, *point) and is_stable(source, *point)]
    for point in tame:

        def wrong(text, point=point):
            if not (is_tame(text, *point) and is_stable(text, *point)):
                return None
            try:
                return complaint(text, *point, differentiate(text))
            except Exception as error:
                return f"{type(error).__name__}: {error}"

        if said := wrong(source):
            kind = said.split()[0]
            small = reduced(source, lambda text: (wrong(text) or "-").split()[0] == kind)  # noqa: B023
            said = f"seed {seed}, size {size}, {point}: {said}"
            pytest.fail(f"{said}\n\n{source}\nReduced:\n\n{small}", pytrace=False)
    return bool(tame)


@settings(derandomize=True, max_examples=60, deadline=None, database=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32), size=st.integers(2, 22))
def test_random_programs(seed, size):
    assume(check(seed, size))


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_many_random_programs(chunk):
    tried = [check(seed, 4 + seed % 24) for seed in range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK)]
    assert sum(tried) > 0.8 * PER_CHUNK


# The tests of the tester.


def test_references_agree_and_programs_are_tame():
    def trusted(source):
        return lambda x, y: (load(source)(x, y), gradient_by_autograd(source, x, y))

    tried = [check(seed, 4 + seed % 20, trusted) for seed in range(60)]
    assert sum(tried) > 50


@settings(derandomize=True, max_examples=20, deadline=None, database=None)
@given(seed=st.integers(0, 2**32), size=st.integers(2, 22))
@example(seed=7, size=14)
def test_programs_are_deterministic(seed, size):
    source = generate(seed, size)
    assert source == generate(seed, size)
    assert "return" in source and load(source).__code__.co_argcount == 2


# Slopes that turn within a step of the differences: there both engines agree, and differences say nothing.
STEEP = """
import math

def f(x, y):
    for i in range(12):
        x = 4 * x * math.cos(x * x)
    return x
"""


def test_differences_are_asked_where_they_can_tell():
    gradient = gradient_by_autograd(STEEP, 1.1, 0.0)
    slope, error = gradient_by_differences(STEEP, 1.1, 0.0)[0]
    assert off(gradient[0], slope, 1e-6 + 10 * error) and not is_steady(STEEP, 1.1, 0.0, gradient)
    assert complaint(STEEP, 1.1, 0.0, by_s2sad(STEEP)) is None
    asked = [
        is_steady(source, *point, gradient_by_autograd(source, *point))
        for source, point in ((generate(seed), points(seed)[0]) for seed in range(100))
        if is_tame(source, *point)
    ]
    assert sum(asked) > 0.95 * len(asked) > 80


# The sine of a number beyond 1e12 is that of its last bits.
CHAOTIC = """
import math

def f(x, y):
    for i in range(9):
        x += (y + 20) * x * math.sqrt(1.1 + math.sin(x))
    return math.sin(x)
"""


def test_engines_are_compared_where_rounding_does_not_show():
    assert not is_stable(CHAOTIC, 1.1, 1.4) and is_stable("def f(x, y):\n    return x * y\n", 1.1, 1.4)
    stable = [
        is_stable(generate(seed), *points(seed)[0]) for seed in range(100) if is_tame(generate(seed), *points(seed)[0])
    ]
    assert sum(stable) > 0.95 * len(stable) > 80


def test_programs_use_the_language():
    used = {}
    for seed in range(300):
        tree = ast.parse(generate(seed, 14))
        names = {type(node).__name__ for node in ast.walk(tree)}
        names |= {f"{type(node).__name__} else" for node in ast.walk(tree) if getattr(node, "orelse", None)}
        names |= {
            "return in loop"
            for loop in ast.walk(tree)
            if isinstance(loop, (ast.For, ast.While))
            for node in ast.walk(loop)
            if isinstance(node, ast.Return)
        }
        for name in names:
            used[name] = used.get(name, 0) + 1
    wanted = "For While With If IfExp Break Continue Try Raise AugAssign Tuple ListComp BoolOp Call List".split()
    for name in [*wanted, "For else", "While else", "If else", "return in loop"]:
        assert used.get(name, 0) >= 15, name


def test_paths_are_told_apart():
    source = "def f(x, y):\n    return x if x > 1 and y < 2 else y\n"
    path = path_of(source)
    assert path(0.0, 0.0) == (False,)
    assert path(2.0, 0.0) == (True, True)
    assert path(2.0, 3.0) == (True, False)
    assert is_tame(source, 0.5, 0.5) and not is_tame(source, 1.0005, 0.5)


def test_a_wrong_gradient_is_found_and_the_program_reduced():
    """An engine that forgets the gradient through `+=` is caught, with a small program."""

    def forgetful(source):
        text = re.sub(r"\+= (?!1\n)", "+= 0 * ", source)  # but for the counters
        return lambda x, y: (load(source)(x, y), gradient_by_autograd(text, x, y))

    with pytest.raises(pytest.fail.Exception) as caught:
        for seed in range(100):
            check(seed, 12, forgetful)
    small = str(caught.value).split("Reduced:\n\n")[1]
    assert "+=" in small and len(small.splitlines()) <= 12
