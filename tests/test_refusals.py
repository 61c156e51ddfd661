"""Refusals: of one family, all at once, each with the user's file, line, a caret, what is wrong and what to do."""

import inspect
import math

import numpy as np
import pytest

import s2sad
from s2sad.errors import InvalidArgument, NotDifferentiable, S2SADError, UnsupportedSyntax
from s2sad.runtime import require_constants


@pytest.fixture(autouse=True)
def no_cache_of_the_user(monkeypatch):
    monkeypatch.setenv("S2SAD_CACHE", "off")


def refusal(derivative, *args):
    with pytest.raises(S2SADError) as caught:
        derivative(*args)
    return caught.value


def assert_points_at(error, function, text, name=None):
    """The error's place is that of `text`, which stands once in the source of `function`."""
    lines, first = inspect.getsourcelines(function)
    ((index, line),) = [(i, line) for i, line in enumerate(lines) if text in line]
    place = error.location
    assert (place.filename, place.line) == (__file__, first + index)
    assert (place.text, place.column) == (line.rstrip("\n"), line.index(text))
    assert place.function == (name or function.__qualname__)
    assert error.hint


def reduces(x):
    y = x * 2.0
    return 1.0 + np.hypot.reduce(y)


def keeps_an_iterator(xs):
    it = iter(xs)
    return next(it) * 2.0


FROMPY = np.frompyfunc(math.gamma, 1, 1)


def foreign_ufunc(x):
    return np.sum(x) + FROMPY(x)


nosource = {}
exec("def made_of_text(x): return x * x", nosource)
made_of_text = nosource["made_of_text"]


def without_source(x):
    return 2.0 * made_of_text(x)


def test_what_has_neither_rule_nor_source():
    error = refusal(s2sad.grad(reduces), np.ones(3))
    assert_points_at(error, reduces, "np.hypot.reduce(y)")
    assert "np.prod" in error.hint
    error = refusal(s2sad.grad(foreign_ufunc), np.ones(3))
    assert_points_at(error, foreign_ufunc, "FROMPY(x)")
    first, second = refusal(s2sad.grad(keeps_an_iterator), [1.0]).errors
    assert_points_at(first, keeps_an_iterator, "iter(xs)")
    assert_points_at(second, keeps_an_iterator, "next(it)")
    assert "for v in values" in first.hint == second.hint
    error = refusal(s2sad.grad(without_source), 1.0)
    assert_points_at(error.errors[-1], without_source, "made_of_text(x)")
    assert "exec" in error.errors[-1].message


def first_helper(x):
    x[0] = 2.0
    return second_helper(x)


def second_helper(x):
    return np.hypot.reduce(x)


counted = 0.0


def many_problems(x):
    global counted
    counted = x
    y = next(x)
    return first_helper(y * 1.0) + second_helper(x)


def test_all_problems_are_reported_at_once():
    """Those of a function, of each stage, and of what it calls, each once."""
    error = refusal(s2sad.grad(many_problems), np.ones(2))
    places = [
        (many_problems, "global counted"),
        (many_problems, "first_helper(y * 1.0)"),
        (many_problems, "next(x)"),
        (first_helper, "x[0] = 2.0"),
        (second_helper, "np.hypot.reduce(x)"),
    ]
    assert str(error).startswith("5 problems:\n\n1. ")
    for part, (function, text) in zip(error.errors, places, strict=True):
        assert_points_at(part, function, text)


def kept_and_called(x):
    def inner(v):
        v = v * 1.0
        yield v

    functions = [inner]
    return sum(functions[0](x))


def test_local_functions_that_are_met_as_the_program_runs():
    """Their text is in emitted code; the place is that of the user's text, and a note says where they are called."""
    error = refusal(s2sad.grad(kept_and_called), 2.0)
    assert isinstance(error, UnsupportedSyntax)
    assert_points_at(error, kept_and_called, "yield v", "kept_and_called.<locals>.inner")
    (note,) = error.__notes__
    assert note.endswith(": return sum(functions[0](x))")


def test_order_two_names_the_line_of_the_user():
    error = refusal(s2sad.grad(s2sad.grad(kept_and_called)), 2.0)
    assert_points_at(error, kept_and_called, "yield v", "kept_and_called.<locals>.inner")


def cumulated(x):
    return np.sum(np.cumprod(x))


def slope(x):
    return np.sum(s2sad.grad(cumulated)(x) ** 2)


def directions(x):
    return np.sum(np.linalg.svd(x)[0])


def unwrapped(parameters, x):
    edge, scale = parameters
    return np.sum(np.unwrap(x, period=edge)) ** 2 * scale


def test_what_an_argument_holds_is_no_constant_in_the_derivative_of_a_derivative():
    """Unlike what emitted code takes from its tape, which the forward sweep has found constant."""
    slope = s2sad.grad(unwrapped, argnums="x")
    error = refusal(s2sad.grad(lambda parameters, x: np.sum(slope(parameters, x))), (0.5, 2.0), np.ones(2))
    assert "unwrap takes this argument for a constant: period" in error.message
    assert error.location.function == "unwrapped"


def test_what_only_the_run_can_tell():
    error = refusal(s2sad.grad(directions), np.ones((3, 2)))
    assert isinstance(error, NotDifferentiable) and error.message.startswith(
        "the derivative of the full matrices of np.linalg.svd"
    )
    assert (error.location.filename, error.location.text) == (__file__, "    return np.sum(np.linalg.svd(x)[0])")
    error = refusal(s2sad.grad(slope), np.array([0.0, 1.0]))
    assert error.message.startswith("the second derivative of cumprod")
    assert (error.location.filename, error.location.text) == (__file__, "    return np.sum(np.cumprod(x))")


def vector(x):
    y = x * 2.0
    return y


@pytest.mark.parametrize(
    ("function", "x", "what"),
    [(vector, np.ones(2), "shape (2,)"), (vector, 1j, "complex number"), (lambda x: [x], 1.0, "returned list")],
)
@pytest.mark.parametrize("form", [s2sad.grad, s2sad.value_and_grad])
def test_results_that_have_no_gradient(form, function, x, what):
    error = refusal(form(function), x)
    assert isinstance(error, InvalidArgument) and isinstance(error, TypeError)  # as in JAX
    assert what in error.message and error.location.filename == __file__


@pytest.mark.parametrize("cotangent", [np.ones(3), 1.0 + np.zeros((1, 2))])
def test_cotangents_that_do_not_fit(cotangent):
    _, pullback = s2sad.vjp(vector, np.ones(2))
    error = refusal(pullback, cotangent)
    assert isinstance(error, TypeError) and "shape (2,) is needed" in error.message


def test_the_traceback_of_a_refusal_shows_the_emitted_line():
    error = refusal(s2sad.grad(directions), np.ones((3, 2)))
    names = [frame.frame.f_code.co_name for frame in inspect.getinnerframes(error.__traceback__)]
    assert "directions_grad" in names and error.__suppress_context__


def compiled_inside(x):
    return np.hypot.reduce(x) + np.hypot.accumulate(x)


def of_numpy(x):
    return compiled_inside(x)


compiled_inside.__module__ = of_numpy.__module__ = "numpy.somewhere"


def called_by_name(x):
    return np.sum(of_numpy(x))


def called_as_argument(x, function=of_numpy):
    return np.sum(function(x))


@pytest.mark.parametrize("function", [called_by_name, called_as_argument])
def test_what_numpy_does_inside_is_refused_where_it_is_called(function):
    error = refusal(s2sad.grad(function), np.ones(2))
    assert (error.location.filename, error.location.function) == (__file__, function.__name__)
    assert "of_numpy has no rule" in error.message and "rule" in error.hint


def unwrapped_by(x, held):
    return np.sum(np.unwrap(x, period=held["p"]))


def scaled_back(x):
    mantissa, exponent = np.frexp(x)
    return np.sum(np.ldexp(mantissa, exponent) ** 2)


def test_what_may_be_an_integer_is_taken_for_a_constant_if_it_is_one():
    np.testing.assert_allclose(s2sad.grad(scaled_back)(np.array([1.5, 3.0])), [3.0, 6.0])
    error = refusal(s2sad.grad(unwrapped_by, argnums=(0, 1)), np.ones(3), {"p": 0.5})
    assert error.message == "the rule of unwrap takes this argument for a constant: period"
    assert error.location.text.strip() == 'return np.sum(np.unwrap(x, period=held["p"]))'


def weighted(x, held):
    params = held["params"]
    return weigh(x, params)


def weigh(x, params):
    return x * params["w"]


def test_what_may_hold_floats_is_no_constant():
    @s2sad.linear(weigh, at=[(2.0, {"w": 3.0})])
    def rule_of_weigh(g, x, params):
        return g * params["w"]

    error = refusal(s2sad.grad(weighted, argnums=(0, 1)), 2.0, {"params": {"w": 3.0}})
    assert error.message == "the rule of rule_of_weigh takes this argument for a constant: params"


@pytest.mark.parametrize(
    "value", [3, True, "edge", None, slice(1, None), [1, (2, 3)], np.arange(2), np.array([True]), float, np.dtype(float)]
)
def test_constants(value):
    require_constants("f", value=value)


@pytest.mark.parametrize(
    "value", [3.0, 1j, [1, 2.0], np.ones(2), np.float32(1), {"w": 1}, np.array([1.0], object), len, slice(2.0)]
)
def test_no_constants(value):
    with pytest.raises(NotImplementedError, match="the rule of f takes this argument for a constant: value"):
        require_constants("f", value=value)


def fills(x):
    out = np.zeros(3)
    np.put(out, [0, 1, 2], x)
    return np.sum(out)


def adds_at(x):
    out = np.zeros(3)
    np.add.at(out, [0, 1, 1], x**2)
    return np.sum(out)


def multiplies_into(x):
    out = np.zeros(3)
    np.multiply(x, x, out=out)
    return np.sum(out)


def windows(x):
    return np.sum(np.lib.stride_tricks.as_strided(x, (2, 2), (8, 8)) ** 2)


@pytest.mark.parametrize(
    ("function", "text", "what"),
    [
        (fills, "np.put(", "np.put is not differentiated: it changes its first argument in place"),
        (adds_at, "np.add.at(", "np.add.at is not differentiated: it changes its first argument in place"),
        (multiplies_into, "np.multiply(", "the rule of multiply does not handle this argument: out"),
        (windows, "np.lib.stride_tricks", "as_strided is not differentiated: it reads memory"),
    ],
)
def test_a_function_that_writes_into_an_array_is_named_and_what_it_reads_is_not(function, text, what):
    error = refusal(s2sad.grad(function), np.array([1.0, 2.0, 3.0]))
    assert not error.errors and what in error.message
    assert_points_at(error, function, text)
