"""Random programs of numbers: loops, branches, jumps, helpers, exceptions. And the tests of the tester."""

import ast
import random
import re

import numpy as np
import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st
from random_checks import (
    check,
    complaint,
    first_order,
    gradient_by_autograd,
    is_stable,
    is_steady,
    is_tame,
    load,
    off,
    path_of,
    slope_by_differences,
)
from random_programs import generate

PER_CHUNK = 250
CHUNKS = 16
ALONG_X = np.array([1.0, 0.0])


def points(seed, count=2):
    """Points to try the program of `seed` at."""
    draw = random.Random(f"points of {seed}")
    return [(draw.uniform(-1.6, 1.6), draw.uniform(-1.6, 1.6)) for _ in range(count)]


def check_program(seed, size, complain=first_order):
    return check(f"seed {seed}, size {size}", generate(seed, size), points(seed), complain)


def asked_of(engine):
    """The complaint about what `engine` makes of a program."""
    return lambda source, args: complaint(source, args, engine(source))


@settings(derandomize=True, max_examples=60, deadline=None, database=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32), size=st.integers(2, 22))
def test_random_programs(seed, size):
    assume(check_program(seed, size))


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_many_random_programs(chunk):
    tried = [check_program(seed, 4 + seed % 24) for seed in range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK)]
    assert sum(tried) > 0.8 * PER_CHUNK


# The tests of the tester.


def test_references_agree_and_programs_are_tame():
    def trusted(source):
        return lambda x, y: (load(source)(x, y), gradient_by_autograd(source, x, y))

    tried = [check_program(seed, 4 + seed % 20, asked_of(trusted)) for seed in range(60)]
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
    return x + 0 * y
"""


def test_differences_are_asked_where_they_can_tell():
    gradient = gradient_by_autograd(STEEP, 1.1, 0.0)
    slope, error = slope_by_differences(STEEP, (1.1, 0.0), ALONG_X)
    assert off(gradient[0], slope, 1e-6 + 10 * error) and not is_steady(STEEP, (1.1, 0.0), ALONG_X, gradient[0])
    assert first_order(STEEP, (1.1, 0.0)) is None
    asked = [
        is_steady(source, point, ALONG_X, gradient_by_autograd(source, *point)[0])
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
            check_program(seed, 12, asked_of(forgetful))
    small = str(caught.value).split("Reduced:\n\n")[1]
    assert "+=" in small and len(small.splitlines()) <= 12
