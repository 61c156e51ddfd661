"""An exception that is raised in emitted code says which line of the user's file it belongs to, and is else
untouched.
"""

import inspect
import math

import numpy as np
import pytest

import s2sad


@pytest.fixture(autouse=True)
def no_cache_of_the_user(monkeypatch):
    monkeypatch.setenv("S2SAD_CACHE", "off")


class Special(Exception):
    pass


def line_of(function, text):
    """The number of the line of `function` that holds `text`."""
    lines, first = inspect.getsourcelines(function)
    (found,) = [first + i for i, line in enumerate(lines) if text in line]
    return found


def note_of(error):
    (note,) = error.__notes__
    return note


def expected(function, emitted, text):
    return f"s2sad: in {emitted}, for line {line_of(function, text)} of test_notes.py: {text}"


def forward(x, n):
    y = x

    for i in range(n):
        y = y * x
        if i == 2:
            y = math.sqrt(y - 100.0)
    return y


def test_a_line_of_the_forward_sweep():
    with pytest.raises(ValueError, match="math domain error") as caught:
        s2sad.grad(forward)(1.5, 4)
    assert note_of(caught.value) == expected(forward, "forward_grad", "y = math.sqrt(y - 100.0)")


@s2sad.value_and_grad
def decorated(
    x,
    w,
):
    scaled = x * 2.0
    return scaled @ w


def test_decorators_and_signatures_of_several_lines():
    with pytest.raises(ValueError) as caught:
        decorated(np.ones(3), np.ones(4))
    assert note_of(caught.value) == expected(decorated._fun, "decorated_value_and_grad", "return scaled @ w")


def root(a):
    """Its derivative does not exist at 0: only the reverse sweep divides."""
    c = np.sqrt(a)
    return np.sum(c * 2.0)


@pytest.fixture
def strict():
    """Where NumPy raises what it else warns of."""
    with np.errstate(all="raise"):
        yield


def test_a_line_of_the_reverse_sweep(strict):
    zeros = np.zeros(2)
    assert root(zeros) == 0.0
    with pytest.raises(FloatingPointError) as caught:
        s2sad.grad(root)(zeros)
    assert note_of(caught.value) == expected(root, "root_grad", "c = np.sqrt(a)")


def calls(x):
    y = x * 3.0
    return root(y) + np.sum(y)


def test_the_line_of_a_callee_and_a_pullback(strict):
    zeros = np.zeros(2)
    _, pullback = s2sad.vjp(calls, zeros)
    with pytest.raises(FloatingPointError) as caught:
        pullback(1.0)
    assert note_of(caught.value) == expected(root, "root_bwd", "c = np.sqrt(a)")
    with pytest.raises(FloatingPointError) as caught:
        s2sad.vjp(calls, zeros - 1.0)
    assert note_of(caught.value) == expected(root, "root_fwd", "c = np.sqrt(a)")


def failing(x):
    y = x * 2.0
    return math.sqrt(y)


def test_one_note_through_nested_derivatives():
    slope = s2sad.grad(failing)

    def outer(x):
        return slope(x) * x

    for derivative in (s2sad.grad(outer), s2sad.grad(s2sad.grad(outer)), s2sad.grad(slope)):
        with pytest.raises(ValueError) as caught:
            derivative(-1.0)
        emitted = caught.value.__notes__[0].split(",")[0].removeprefix("s2sad: in ")
        assert note_of(caught.value) == expected(failing, emitted, "return math.sqrt(y)")


def through_a_helper(x):
    return failing(x + 0.0) * x


def through_a_local_function(x):
    def inner(v):
        w = v + 0.0
        return math.log(w)

    functions = [inner]
    return functions[0](x) * x


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(
    ("function", "where", "text"),
    [
        (failing, failing, "return math.sqrt(y)"),
        (through_a_helper, failing, "return math.sqrt(y)"),
        (through_a_local_function, through_a_local_function, "return math.log(w)"),
        (forward, forward, "y = math.sqrt(y - 100.0)"),
    ],
)
def test_every_order_names_the_line_of_the_user(function, where, text, order):
    derivative = function
    for _ in range(order):
        derivative = s2sad.grad(derivative)
    with pytest.raises(ValueError) as caught:
        derivative(*[-1.5, 4][: function.__code__.co_argcount])
    emitted = caught.value.__notes__[0].split(",")[0].removeprefix("s2sad: in ")
    assert note_of(caught.value) == expected(where, emitted, text)


def test_the_exception_is_the_one_that_was_raised():
    error = Special("as it is")
    cause = KeyError("the cause")

    def raising(x):
        if x > 1:
            raise error from cause
        return x * x

    df = s2sad.grad(raising)
    for _ in range(3):
        with pytest.raises(Special) as caught:
            df(2.0)
        assert caught.value is error and error.args == ("as it is",) and error.__cause__ is cause
    assert note_of(error) == expected(raising, "raising_grad", "raise error from cause")
    assert df(0.5) == 1.0


def test_notes_of_the_user_stay():
    def raising(x):
        error = Special()
        error.add_note("mine")
        if x > 1:
            raise error
        return x * x

    with pytest.raises(Special) as caught:
        s2sad.grad(raising)(2.0)
    assert caught.value.__notes__[0] == "mine" and caught.value.__notes__[1].startswith("s2sad: in raising_grad")


def test_wrong_arguments_have_no_note():
    with pytest.raises(TypeError) as caught:
        s2sad.grad(failing)(1.0, 2.0, 3.0)
    assert not hasattr(caught.value, "__notes__")


def test_what_is_no_exception_passes():
    def interrupted(x):
        if x > 1:
            raise KeyboardInterrupt
        return x

    with pytest.raises(KeyboardInterrupt) as caught:
        s2sad.grad(interrupted)(2.0)
    assert not hasattr(caught.value, "__notes__")


def test_the_emitted_lines_are_in_the_traceback():
    import traceback

    with pytest.raises(ValueError) as caught:
        s2sad.grad(forward)(1.5, 4)
    text = "".join(traceback.format_exception(caught.value))
    assert "in forward_grad\n    y = math.sqrt(y - 100.0)" in text
