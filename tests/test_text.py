"""What emitted text leaves out and how it is put: one test per blemish, each on the smallest function that had it."""

import ast

import numpy as np
import pytest

import s2sad


def text_of(function, argnums=0, form="grad"):
    return getattr(s2sad, form)(function, argnums=argnums).source


def test_nothing_is_imported_that_nothing_uses():
    tree = ast.parse(text_of(lambda x: x**2 + 1.0))
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    assert imported and imported <= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}


def test_the_cotangent_of_the_result_is_the_seed():
    text = text_of(lambda x: x * x)
    assert "out_bar_1" not in text and "x_bar = 2 * out_bar * x" in text


def calibrated(x: float, n: int):
    for _ in range(n):
        x = x - 0.5 * x * x
    return x


def test_an_annotated_parameter_needs_no_conversion_even_if_it_is_bound_anew():
    text = text_of(calibrated)
    assert "return x_bar\n" in text and "x_1" not in text
    assert type(s2sad.grad(calibrated)(0.5, 3)) is float


def test_an_argument_that_breaks_the_promise_of_its_annotation_gets_a_gradient_of_its_own_type():
    gradient = s2sad.grad(calibrated)(np.float32(0.5), 3)
    assert type(gradient) is np.float32
    np.testing.assert_allclose(gradient, s2sad.grad(calibrated)(0.5, 3), rtol=1e-6)


def test_what_is_negative_is_subtracted():
    text = text_of(lambda x, y: np.cos(x) + x * y)
    assert " - " in text and "+ -" not in text
    text = text_of(lambda x, y: x * y - np.sin(x) * y)
    assert "+ -" not in text


def test_numbers_in_front_are_gathered():
    def f(x: float):
        return (0.5 * x) ** 2

    assert "x_bar = out_bar * t\n" in text_of(f)
    assert s2sad.grad(f)(3.0) == 1.5


def test_a_mean_of_squares_is_differentiated_without_an_array_of_its_cotangent():
    def f(x):
        e = np.sin(x)
        return np.mean(e**2)

    text = text_of(f)
    assert "broadcast_to" not in text and "unbroadcast" not in text
    np.testing.assert_allclose(s2sad.grad(f)(np.array([0.5, 1.0])), np.sin([1.0, 2.0]) / 2)
    assert s2sad.grad(f)(np.array([0.5, 1.0], np.float32)).dtype == np.float32


def test_lists_are_not_taken_for_arrays():
    """A list times 2 is twice as long: what is computed from it is not of the shape of the list."""

    def f(p, y):
        twice = p["xs"] * 2
        return np.sum(np.sin(twice) * y)

    with pytest.raises(s2sad.InvalidArgument, match="different structure"):
        s2sad.grad(f)({"xs": [0.5, 1.0]}, np.ones(4))

    def g(xs, y):
        twice = xs * 2
        return np.sum(np.sin(twice) * y)

    np.testing.assert_allclose(s2sad.grad(g)([0.5, 1.0], np.ones(4)), 2 * np.cos([0.5, 1.0]))


def test_empty_branches_go():
    def f(x: float, n: int):
        total = 0.0
        for _ in range(n):
            if total > x:
                break
            total += x * x
        return total

    text = text_of(f)
    assert "pass" not in text and "if not branch_stash.pop():" in text


def test_comments_quote_the_statement_and_nothing_around_it():
    cube = lambda x: x * x * x  # noqa: E731

    def long(x):
        y = x * (
            1.0  # one
            + x
        )
        return y * y

    assert "    # x * x * x\n" in text_of(cube)
    assert "    # y = x * (1.0 + x)\n" in text_of(long)


def test_what_is_restored_stands_under_the_line_that_it_is_restored_for():
    def squared(x: float, n: int):
        for _ in range(n):
            x = x * x
        return x

    assert "        # x = x * x\n        x = x_stash.pop()\n" in text_of(squared)


def test_a_match_selects_and_binds_once():
    def f(x: float, shape):
        match shape:
            case "square":
                return x * x
            case ("rectangle", height):
                return x * height
            case other:
                return other * x

    text = text_of(f)
    assert "None" not in text and "height = " not in text and "selected == 2" not in text
    gradients = [s2sad.grad(f)(3.0, shape) for shape in ("square", ("rectangle", 2.0), 7.0)]
    assert gradients == [6.0, 2.0, 7.0]


def test_a_starred_capture_is_a_list():
    def f(t):
        match t:
            case (first, *rest):
                return first * rest[0] if isinstance(rest, list) else 0.0

    assert s2sad.value_and_grad(f)((3.0, 5.0, 7.0)) == (15.0, (5.0, 3.0, 0.0))
