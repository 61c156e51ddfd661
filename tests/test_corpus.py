"""Every function of the corpus, at every input: value, gradient, side effects, reuse, order two."""

import ast
import copy
import functools
import inspect
import textwrap
from collections import Counter

import numpy as np
import pytest
from numeric import (
    assert_close_tree,
    assert_identical,
    assert_same_structure,
    central_difference,
    components,
    cotangent_like,
    leaves,
    selected,
)

import corpus
from corpus import CASES
from corpus.effects import fresh_world

POINTS = [pytest.param(c, args, id=f"{c.name}-{i}") for c in CASES for i, args in enumerate(c.inputs)]
SCALARS = [point for point in POINTS if point.values[0].output == "scalar"]
TREES = [point for point in POINTS if point.values[0].output == "tree"]
CURVED = [point for point in SCALARS if "first-order" not in point.values[0].tags]
NUMBERS = [p for p in CURVED if p.values[0].argnums == 0 and type(p.values[1][0]) is float]


def run(case, function, args):
    """What `function` gives at a copy of `args`, and what it did; the copy must come back as it was."""
    args, kwargs = copy.deepcopy((args, dict(case.kwargs)))
    before = copy.deepcopy((args, kwargs))
    with fresh_world() as events:
        value = function(*args, **kwargs)
    assert_identical((args, kwargs), before, "arguments")
    return value, events


def pull_back(case, function, args, cotangent):
    """The value of `function` and `cotangent` pulled back through it, in the form that `grad` gives."""
    import s2sad

    value, pullback = s2sad.vjp(function, *args, argnums=case.argnums, **case.kwargs)
    bars = pullback(cotangent)
    return value, bars if isinstance(case.argnums, tuple) else bars[0]


def reference(case, function, args, **options):
    @functools.wraps(function)
    def in_a_fresh_world(*args, **kwargs):
        if "effects" not in case.tags:
            return function(*args, **kwargs)
        with fresh_world():
            return function(*args, **kwargs)

    return central_difference(in_a_fresh_world, args, case.argnums, case.kwargs, **options)


def assert_gradient(case, args, got, expected):
    single = any(getattr(leaf, "dtype", None) == np.float32 for leaf in leaves(args))
    assert_close_tree(got, expected, rtol=1e-4 if single else 2e-7, atol=1e-5 if single else 1e-8)
    chosen = selected(case.function, args, case.kwargs, case.argnums)
    assert_same_structure(got if isinstance(case.argnums, tuple) else (got,), tuple(chosen))


@pytest.mark.parametrize(("case", "args"), SCALARS)
def test_value_and_gradient(case, args):
    import s2sad

    derivative = s2sad.value_and_grad(case.function, argnums=case.argnums)
    expected, did = run(case, case.function, args)
    (value, gradient), also_did = run(case, derivative, args)
    assert_identical(value, expected)
    assert also_did == did
    assert_gradient(case, args, gradient, reference(case, case.function, args))
    again, _ = run(case, derivative, args)
    assert_identical(again, (value, gradient), "second call")


@pytest.mark.parametrize(("case", "args"), SCALARS)
def test_split_form_agrees_with_joint_form(case, args):
    import s2sad

    joint, _ = run(case, s2sad.grad(case.function, argnums=case.argnums), args)

    def split(*args, **kwargs):
        return pull_back(case, case.function, args, 1.0)

    (value, gradient), did = run(case, split, args)
    expected, should = run(case, case.function, args)
    assert_identical(value, expected)
    assert did == should
    assert_close_tree(gradient, joint, rtol=1e-6 if "float32" in case.tags else 1e-12, atol=1e-13)


@pytest.mark.parametrize(("case", "args"), TREES)
def test_vjp_of_trees(case, args):
    expected, _ = run(case, case.function, args)
    cotangent = cotangent_like(expected)

    def split(*args, **kwargs):
        return pull_back(case, case.function, args, cotangent)

    (value, gradient), _ = run(case, split, args)
    assert_identical(value, expected)
    assert_gradient(case, args, gradient, reference(case, case.function, args, cotangent=cotangent))


@pytest.mark.parametrize(("case", "args"), CURVED)
def test_order_two(case, args):
    """The gradient of the gradient along a direction, against differences of the gradient."""
    import s2sad

    gradient = s2sad.grad(case.function, argnums=case.argnums)
    first, _ = run(case, gradient, args)
    direction = cotangent_like(first)

    def split(*args, **kwargs):
        return pull_back(case, gradient, args, direction)

    (value, second), _ = run(case, split, args)
    assert_identical(value, first)
    assert_gradient(case, args, second, reference(case, gradient, args, cotangent=direction))


@pytest.mark.filterwarnings("ignore:s2sad. the result does not depend")  # of a linear function
@pytest.mark.parametrize(("case", "args"), NUMBERS)
def test_grad_of_grad(case, args):
    import s2sad

    first = s2sad.grad(case.function)
    second, _ = run(case, s2sad.grad(first), args)
    assert_gradient(case, args, second, reference(case, first, args))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:s2sad. the result does not depend")
@pytest.mark.parametrize(("case", "args"), NUMBERS)
def test_order_three(case, args):
    import s2sad

    second = s2sad.grad(s2sad.grad(case.function))
    try:
        third, _ = run(case, s2sad.grad(second), args)
    except s2sad.S2SADError:
        return  # some are refused; none is wrong
    assert_close_tree(third, reference(case, second, args), rtol=1e-5, atol=1e-6)


def test_corpus_is_large_and_its_names_are_unique():
    assert len({case.function for case in CASES}) >= 170
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []
    assert len(CURVED) >= 0.95 * len(SCALARS) and len(NUMBERS) >= 100


@pytest.mark.parametrize(("case", "args"), POINTS)
def test_references_are_finite_and_stable(case, args):
    """Smooth at its inputs: differences of two step sizes agree, and a second run gives the same."""
    value, did = run(case, case.function, args)
    again, did_again = run(case, case.function, args)
    assert_identical(again, value)
    assert did == did_again
    assert np.all(np.isfinite(components(value)))
    options = {} if case.output == "scalar" else {"cotangent": cotangent_like(value)}
    coarse = reference(case, case.function, args, **options)
    fine = reference(case, case.function, args, step=3e-4, **options)
    assert np.all(np.isfinite(components(coarse)))
    assert_close_tree(fine, coarse, rtol=1e-7, atol=1e-9)


LANGUAGE = {
    "Assign AugAssign AnnAssign NamedExpr Starred Delete Pass Global Nonlocal Assert Raise",
    "If IfExp BoolOp And Or Not Compare Is IsNot In NotIn For While Break Continue Return With Try Match",
    "MatchValue MatchSequence MatchMapping MatchOr MatchAs MatchStar MatchSingleton ExceptHandler",
    "ListComp DictComp SetComp GeneratorExp comprehension JoinedStr FormattedValue Lambda FunctionDef",
    "Call keyword Attribute Subscript Slice Tuple List Dict Set",
    "Add Sub Mult Div FloorDiv Mod Pow MatMult USub UAdd Eq NotEq Lt LtE Gt GtE",
}


def test_corpus_uses_the_whole_language():
    used = set()
    for case in CASES:
        function = inspect.unwrap(case.function)
        function = getattr(function, "func", function)
        if not inspect.isroutine(function):
            function = type(function).__call__
        if function.__name__ == "<lambda>":
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        used |= {type(node).__name__ for node in ast.walk(tree)}
        used |= {f"{type(node).__name__} else" for node in ast.walk(tree) if getattr(node, "orelse", None)}
        used |= {"Try finally" for node in ast.walk(tree) if getattr(node, "finalbody", None)}
    wanted = {name for line in LANGUAGE for name in line.split()}
    wanted |= {"For else", "While else", "Try else", "Try finally"}
    assert wanted - used == set()


def test_corpus_does_not_know_s2sad():
    for name in corpus.__all__:
        module = getattr(corpus, name)
        if inspect.ismodule(module):
            assert "import s2sad" not in inspect.getsource(module)
