"""Random programs over lists, dictionaries, tuples, closures and arrays: both forms of the gradient, and the second order.

A program may be refused, with a line of its own; a generator whose programs are refused tests nothing, so few may be.
"""

import ast

import pytest
import random_array_programs
import random_container_programs
from random_checks import by_s2sad, check, first_order, gradient_by_autograd, is_tame, load, second_order

GENERATORS = pytest.mark.parametrize(
    "programs", [random_container_programs, random_array_programs], ids=["containers", "arrays"]
)
FEW = 16
PER_CHUNK = 100
CHUNKS = 16


def size_of(seed):
    return 4 + seed % 16


def check_all(programs, seeds, complain):
    """How many of the programs were checked: the others are refused, or nowhere smooth."""
    fates = []
    for seed in seeds:
        source, size = programs.generate(seed, size_of(seed)), size_of(seed)
        title = f"{programs.__name__}, seed {seed}, size {size}"
        fates.append(check(title, source, programs.points(seed, 1), complain, refusals=True))
    return fates.count(True)


@GENERATORS
def test_random_programs(programs):
    assert check_all(programs, range(FEW), first_order) > 0.6 * FEW


@GENERATORS
def test_second_derivatives_of_random_programs(programs):
    assert check_all(programs, range(0, 2 * FEW, 8), second_order) > 0.6 * FEW / 4


@pytest.mark.slow
@GENERATORS
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_many_random_programs(programs, chunk):
    seeds = range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK)
    assert check_all(programs, seeds, first_order) > 0.7 * PER_CHUNK


@pytest.mark.slow
@GENERATORS
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_second_derivatives_of_many_random_programs(programs, chunk):
    seeds = range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK, 4)
    assert check_all(programs, seeds, second_order) > 0.6 * PER_CHUNK / 4


# The tests of the tester.


def test_programs_use_the_language():
    used = {}
    for programs in (random_container_programs, random_array_programs):
        for seed in range(400):
            for node in ast.walk(ast.parse(programs.generate(seed, 14))):
                name = node.attr if isinstance(node, ast.Attribute) else type(node).__name__
                used[name] = used.get(name, 0) + 1
    wanted = """ListComp DictComp Dict Lambda Nonlocal Starred GeneratorExp Slice AugAssign append extend pop insert
    sort reverse copy get items values update setdefault p q sum mean max min prod std var T dot outer reshape
    stack concatenate array where cumsum sort linalg zeros_like ones_like full roll clip diff MatMult Break
    Continue Try""".split()
    assert not [name for name in wanted if used.get(name, 0) < 3]


@GENERATORS
def test_programs_run_and_the_second_engine_can_tell(programs):
    told = []
    for seed in range(60):
        source, args = programs.generate(seed), programs.points(seed)[0]
        assert source == programs.generate(seed)
        if is_tame(source, *args):
            told.append(gradient_by_autograd(source, *args) is not None)
    assert sum(told) > 0.7 * len(told) > 30


def test_a_wrong_gradient_is_found_and_the_program_reduced():
    """An engine that forgets what goes through the maximum is caught, with a small program."""

    def forgetful(source, args):
        text = source.replace("np.max(", "np.max(0.9 * ")
        return None if by_s2sad(source)(*args)[1][0].tobytes() == by_s2sad(text)(*args)[1][0].tobytes() else "wrong"

    with pytest.raises(pytest.fail.Exception) as caught:
        for seed in range(100):
            source, args = random_array_programs.generate(seed, 4), random_array_programs.points(seed, 1)
            if "np.max(" in source:
                check(f"seed {seed}", source, args, forgetful, refusals=True)
    small = str(caught.value).split("Reduced:\n\n")[1]
    assert "np.max(" in small and load(small)
