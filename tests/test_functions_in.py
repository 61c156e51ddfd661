"""What may be given to `grad`, `value_and_grad` and `vjp`, with respect to what, and what comes out."""

import cmath
import collections
import dataclasses
import doctest
import functools
import inspect
import linecache
import math
import re
import sys
import textwrap
import traceback
import types
import typing
from fractions import Fraction

import numpy as np
import pytest
from numeric import assert_close_tree, assert_same_structure, central_difference

import s2sad
from s2sad import grad, value_and_grad, vjp
from s2sad.testing import check_grads


@pytest.fixture(autouse=True)
def no_cache_of_the_user(monkeypatch):
    monkeypatch.setenv("S2SAD_CACHE", "off")


def agrees(function, *args, argnums=0, **kwargs):
    """The gradient is that of finite differences, and so is that of `value_and_grad` and `vjp`."""
    expected = central_difference(function, args, argnums, kwargs)
    value, gradient = value_and_grad(function, argnums)(*args, **kwargs)
    assert value == function(*args, **kwargs)
    assert_close_tree(gradient, expected, rtol=2e-7, atol=1e-8)
    assert_close_tree(grad(function, argnums)(*args, **kwargs), gradient, rtol=1e-13, atol=0)
    value, pullback = vjp(function, *args, argnums=argnums, **kwargs)
    bars = pullback(1.0)
    assert value == function(*args, **kwargs)
    assert_close_tree(bars if isinstance(argnums, tuple) else bars[0], gradient, rtol=1e-13, atol=0)


def executed(text, name, **names):
    """A module whose text only `linecache` knows."""
    filename = f"<{name} of test_functions_in>"
    text = textwrap.dedent(text)
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    module = types.ModuleType(name)
    module.__dict__.update(names)
    exec(compile(text, filename, "exec"), module.__dict__)
    return module


# -- lambdas ----------------------------------------------------------------------------------------------

# fmt: off
several = lambda x: x * x, lambda x: x * x * x, lambda x: 2.0 * x, lambda y: y * y
holding = lambda x, g=lambda t: t * t, h=lambda t: 3.0 * t: g(x) + h(x)
multiline = (lambda x, y:
             x * x  # a comment, with a lambda: in it
             + math.sin(
                 x * y))
in_a_dict = {"a": lambda x: x ** 2, "b": [lambda x: x ** 3, (lambda x: x ** 4)]}
chosen = (lambda x: x * 5.0) if len(several) else (lambda x: x * 6.0)
curried = lambda a: lambda x: a * x * x
# fmt: on


@pytest.mark.parametrize(("index", "expected"), [(0, 6.0), (1, 27.0), (2, 2.0), (3, 6.0)])
def test_lambdas_on_one_line(index, expected):
    assert grad(several[index])(3.0) == expected


def test_lambdas_in_defaults():
    assert grad(holding)(3.0) == 9.0
    assert grad(holding)(3.0, lambda t: t * t * t) == 30.0
    assert grad(holding.__defaults__[0])(3.0) == 6.0
    assert grad(holding.__defaults__[1])(3.0) == 3.0


def test_a_lambda_over_several_lines():
    agrees(multiline, 0.7, 1.3, argnums=(0, 1))


def test_lambdas_in_literals_and_conditions():
    assert grad(in_a_dict["a"])(2.0) == 4.0
    assert [grad(f)(2.0) for f in in_a_dict["b"]] == [12.0, 32.0]
    assert grad(chosen)(1.0) == 5.0


def test_a_lambda_that_a_lambda_made():
    five, six = curried(5.0), curried(6.0)
    assert (grad(five)(1.0), grad(six)(1.0), grad(five)(2.0)) == (10.0, 12.0, 20.0)


def test_lambdas_in_the_arguments_of_calls():
    def both(f, g):
        return f, g

    # fmt: off
    f, g = both(lambda x: math.sin(x), g=lambda x: math.cos(x))
    h, k = both(
        lambda x: x ** 2,
        lambda x: x ** 3,
    )
    # fmt: on
    assert grad(f)(0.5) == math.cos(0.5)
    assert grad(g)(0.5) == -math.sin(0.5)
    assert (grad(h)(3.0), grad(k)(3.0)) == (6.0, 27.0)
    assert grad(lambda x: x * x)(3.0) + grad(lambda x: x * x * x)(1.0) == 9.0
    assert value_and_grad(lambda x, y: x * y, (0, 1))(2.0, 3.0) == (6.0, (3.0, 2.0))


def test_lambdas_of_a_loop():
    made = [lambda x, n=n: x**n for n in range(4)]
    assert [grad(f)(2.0) for f in made] == [0.0, 1.0, 4.0, 12.0]
    late = [lambda x: x**n for n in range(4)]  # all see the last n, as Python has it
    assert [grad(f)(2.0) for f in late] == [12.0] * 4
    assert [grad(lambda x: x * x * n)(1.0) for n in range(3)] == [0.0, 2.0, 4.0]


def test_a_lambda_named_later_keeps_its_text():
    square = lambda x: x * x
    assert "x * x" in grad(square).source
    assert re.search(r"def lambda\w*_grad\(x, ", grad(square).source)


# -- methods, partials, callable objects ------------------------------------------------------------------


class Spring:
    rest = 0.5

    def __init__(self, stiffness):
        self.stiffness = stiffness

    def energy(self, x, power=2):
        return self.stiffness * (x - self.rest) ** power

    @classmethod
    def relative(cls, x):
        return (x / cls.rest) ** 2

    @staticmethod
    def cube(x):
        return x * x * x

    def __call__(self, x, y):
        return self.energy(x) * y

    @grad
    def force(self, x):
        return self.stiffness * x * x

    @grad(argnums="x")
    def pull(self, x):
        return self.stiffness * x * x

    @value_and_grad(argnums=1)
    def both(self, x):
        return self.stiffness * x * x

    @staticmethod
    @grad
    def slope(x):
        return x * x

    @classmethod
    @grad(argnums="x")
    def scaled(cls, x):
        return cls.rest * x * x


class Stiff(Spring):
    rest = 0.25

    def energy(self, x, power=2):
        return 2.0 * super().energy(x, power)

    @classmethod
    def relative(cls, x):
        return super().relative(x) + x


def test_bound_methods():
    spring = Spring(3.0)
    assert grad(spring.energy)(1.5) == 6.0
    assert grad(spring.energy)(1.5, power=3) == 9.0
    assert grad(spring.energy, "x")(x=1.5) == 6.0
    spring.stiffness = 4.0
    assert grad(spring.energy)(1.5) == 8.0


def test_unbound_methods_and_their_objects():
    assert grad(Spring.energy, "x")(Spring(3.0), 1.5) == 6.0
    gradient = grad(Spring.energy)(Spring(3.0), 1.5)
    assert type(gradient) is Spring and gradient.stiffness == 1.0
    gradient, slope = grad(Spring.energy, (0, 1))(Spring(3.0), 1.5)
    assert (gradient.stiffness, slope) == (1.0, 6.0)


def test_class_and_static_methods():
    assert grad(Spring.relative)(1.0) == 8.0
    assert grad(Spring(1.0).relative)(1.0) == 8.0
    assert grad(Spring.cube)(2.0) == 12.0
    assert grad(Spring(1.0).cube)(2.0) == 12.0
    assert grad(Spring.__dict__["cube"])(2.0) == 12.0


def test_super():
    assert grad(Stiff(3.0).energy)(1.5) == 2 * 3.0 * 2 * 1.25
    assert grad(Stiff.relative)(1.0) == 33.0


def test_callable_objects():
    assert grad(Spring(3.0))(1.5, 2.0) == 12.0
    assert grad(Spring(3.0), "y")(1.5, 2.0) == 3.0
    agrees(Spring(3.0), 1.5, 2.0, argnums=(0, 1))


def test_decorated_methods():
    spring = Spring(3.0)
    assert spring.pull(2.0) == 12.0
    assert spring.both(2.0) == (12.0, 12.0)
    assert Spring.slope(2.0) == spring.slope(2.0) == 4.0
    assert Spring.scaled(2.0) == spring.scaled(2.0) == 2.0
    assert Stiff.scaled(2.0) == 1.0
    assert Spring.pull(spring, 2.0) == 12.0
    assert spring.force(2.0).stiffness == 4.0  # position 0 is self


def test_partials():
    def f(a, b, c=1.0, *, d=2.0):
        return a * b * c + d * a * a

    agrees(functools.partial(f, 2.0), 3.0)
    agrees(functools.partial(f, 2.0), 3.0, 4.0, argnums=(0, 1))
    agrees(functools.partial(f, d=5.0), 3.0, 4.0, argnums=(0, "b"))
    agrees(functools.partial(functools.partial(f, 2.0), c=7.0), 3.0)
    agrees(functools.partial(Spring(2.0).energy, power=3), 1.5)
    assert grad(functools.partial(f, c=3.0), argnums=0)(1.0, 2.0) == 10.0
    assert grad(functools.partial(f, c=3.0), argnums=0)(1.0, 2.0, c=4.0) == 12.0


def test_a_partial_of_a_function_with_a_rule():
    assert grad(functools.partial(np.multiply, 3.0))(2.0) == 3.0
    assert grad(functools.partial(math.pow, 2.0))(3.0) == pytest.approx(8.0 * math.log(2.0))
    assert grad(functools.partial(pow, exp=3))(2.0) == 12.0


def test_a_function_with_a_rule_takes_keywords():
    def called(x, power):
        return power(base=x, exp=3)

    assert grad(called)(2.0, pow) == 12.0
    assert grad(lambda x: pow(x, exp=3))(2.0) == 12.0


def test_wraps():
    def doubled(function):
        @functools.wraps(function)
        def wrapper(x):
            return 2.0 * function(x)

        return wrapper

    @doubled
    def square(x):
        return x * x

    assert grad(square)(3.0) == 12.0  # what the name means, not what it wraps


def test_wraps_with_other_parameters():
    def swapped(function):
        @functools.wraps(function)
        def wrapper(a, b):
            return 2.0 * function(b, a)

        return wrapper

    @swapped
    def f(b, a):
        return b * b * a

    assert f(2.0, 3.0) == 36.0
    assert grad(f)(2.0, 3.0) == 18.0
    assert grad(f, 1)(2.0, 3.0) == 24.0

    def scaled(function):
        @functools.wraps(function)
        def wrapper(x, scale=2.0):
            return function(x) * scale

        return wrapper

    @scaled
    def square(x):
        return x * x

    assert grad(square)(3.0) == 12.0
    assert grad(square)(3.0, 5.0) == 30.0
    assert grad(square, "scale")(3.0, scale=5.0) == 9.0


def test_wraps_that_do_more_than_forwarding():
    calls = []

    def logged(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            calls.append(args)
            return function(*args, **kwargs)

        return wrapper

    @logged
    def cube(x):
        return x * x * x

    assert grad(cube)(2.0) == 12.0
    assert calls == [(2.0,)]


def test_cached_functions():
    @functools.lru_cache
    def square(x):
        return x * x

    assert grad(square)(3.0) == 6.0


# -- closures ---------------------------------------------------------------------------------------------


def test_cells_are_the_real_ones():
    factor = 2.0

    def f(x):
        return factor * x * x

    df = grad(f)
    assert df(3.0) == 12.0
    factor = 5.0
    assert df(3.0) == 30.0


def test_closures_of_one_text_are_apart():
    def make(power):
        def f(x):
            return x**power

        return grad(f)

    square, cube = make(2), make(3)
    assert (square(2.0), cube(2.0), square(3.0), cube(3.0)) == (4.0, 12.0, 6.0, 27.0)


def test_nonlocal():
    count = 0

    def f(x):
        nonlocal count
        count += 1
        return x * x * count

    assert grad(f)(3.0) == 6.0
    assert grad(f)(3.0) == 12.0
    assert value_and_grad(f)(3.0) == (27.0, 18.0)
    assert count == 3


def test_two_functions_share_a_cell():
    state = 1.0

    def set_(value):
        nonlocal state
        state = value

    def f(x):
        set_(4.0)
        return state * x

    assert grad(f)(2.0) == 4.0
    assert state == 4.0


def test_a_global_variable():
    module = executed(
        """
        count = 0
        def f(x):
            global count
            count += 1
            return x * x * count
        """,
        "counting",
    )
    assert (grad(module.f)(1.0), grad(module.f)(1.0), module.count) == (2.0, 4.0, 2)


def test_a_cell_that_is_filled_later():
    def f(x):
        return helper(x) * x

    df = grad(f)

    def helper(x):
        return 3.0 * x

    assert df(2.0) == 12.0


def test_recursion_in_a_closure():
    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert grad(power)(2.0, 5) == 80.0


# -- other sources of text --------------------------------------------------------------------------------


def test_exec_with_an_entry_in_linecache():
    module = executed("def f(x):\n    return x * x\n\ng = lambda x: f(x) * x, lambda x: x\n", "executed")
    assert grad(module.f)(3.0) == 6.0
    assert [grad(g)(2.0) for g in module.g] == [12.0, 1.0]


def test_exec_without_text_is_refused():
    names = {}
    exec("def f(x):\n    return x * x", names)
    with pytest.raises(s2sad.SourceNotFound) as caught:
        grad(names["f"])(1.0)
    assert isinstance(caught.value, s2sad.S2SADError)
    message = str(caught.value)
    assert "f" in message and "hint:" in message and "linecache" in message


@pytest.mark.parametrize("function", [str.upper, np.linalg.lstsq.__class__, len, iter])
def test_compiled_functions_without_a_rule_are_refused(function):
    with pytest.raises(s2sad.S2SADError):
        grad(function)(1.0)


@pytest.mark.parametrize("value", [3.5, None, [math.sin], "sin"])
def test_what_is_no_function_is_refused(value):
    with pytest.raises(s2sad.S2SADError):
        grad(value)(1.0) if value is not None else value_and_grad([])


def test_a_doctest():
    text = """
    >>> import s2sad
    >>> def f(x):
    ...     y = x * x
    ...     return y * x
    >>> s2sad.grad(f)(2.0)
    12.0
    >>> g = lambda x: 2.0 * x, lambda x: x * x
    >>> s2sad.grad(g[1])(2.0)
    4.0
    >>> print(s2sad.grad(f).source.split("return")[-1].strip() != "")
    True
    """
    test = doctest.DocTestParser().get_doctest(text, {}, "documented", None, 0)
    out = []
    failed, tried = doctest.DocTestRunner().run(test, out=out.append)
    assert (failed, tried) == (0, 6), "".join(out)


# -- what has a rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "point", "expected"),
    [
        (np.sin, 0.5, math.cos(0.5)),
        (np.exp, 0.5, math.exp(0.5)),
        (math.exp, 0.5, math.exp(0.5)),
        (math.sqrt, 4.0, 0.25),
        (math.lgamma, 3.0, 0.9227843350984671),
        (np.square, 3.0, 6.0),
        (abs, -2.0, -1.0),
        (np.sum, 2.0, 1.0),
        (float, 2.0, 1.0),
    ],
)
def test_functions_with_rules(function, point, expected):
    assert grad(function)(point) == pytest.approx(expected)
    value, gradient = value_and_grad(function)(point)
    assert (value, gradient) == (function(point), pytest.approx(expected))


def test_functions_with_rules_of_several_arguments():
    assert grad(math.hypot, (0, 1))(3.0, 4.0) == (0.6, 0.8)
    assert grad(math.pow, argnums=0)(3.0, 2.0) == 6.0
    assert grad(np.arctan2, (1, 0))(0.0, 2.0) == (0.0, 0.5)
    array = np.array([1.0, 2.0])
    np.testing.assert_array_equal(grad(np.dot)(array, np.array([3.0, 4.0])), [3.0, 4.0])
    np.testing.assert_array_equal(grad(np.sum)(array), [1.0, 1.0])
    np.testing.assert_array_equal(grad(np.mean)(array), [0.5, 0.5])
    assert grad(grad(np.sin))(0.5) == -math.sin(0.5)
    assert grad(grad(math.exp))(0.5) == math.exp(0.5)


def test_vjp_of_a_function_with_a_rule():
    value, pullback = vjp(np.sin, np.array([0.0, 0.5]))
    np.testing.assert_array_equal(value, np.sin([0.0, 0.5]))
    np.testing.assert_allclose(pullback(np.array([1.0, 2.0]))[0], np.cos([0.0, 0.5]) * [1.0, 2.0])


# -- derivatives of derivatives ---------------------------------------------------------------------------


def iterated(x, n):
    y = x
    for i in range(n):
        if y > 1.0:
            y = math.sin(y) * x
        else:
            y = y * y + x
    return y


def until(x):
    y = 1.0
    while y < 50.0:
        y = y * x + x
        if y > 40.0:
            break
    return y * y


def gathered(x, n):
    ys = []
    for i in range(n):
        ys.append(math.sin(x) * (i + x))
    return sum(y * y for y in ys)


def early(x, n):
    for i in range(n):
        if x * i > 2.0:
            return x * x * i
        x = x * 1.5
    return x * x


@pytest.mark.filterwarnings("ignore:s2sad. the result does not depend")  # the third one of `early`
@pytest.mark.parametrize(
    ("function", "args"),
    [(iterated, (0.7, 5)), (until, (1.7,)), (gathered, (0.3, 4)), (early, (0.6, 6)), (early, (0.1, 2))],
)
def test_second_derivatives(function, args):
    first = grad(function)
    agrees(first, *args)
    agrees(grad(first), *args)


def test_third_derivatives():
    assert grad(grad(grad(lambda x: x**4)))(2.0) == 48.0
    assert grad(grad(grad(math.sin)))(0.5) == pytest.approx(-math.cos(0.5))


def test_mixed_second_derivatives():
    def f(x, y):
        return x * x * y + math.sin(x * y)

    mixed = grad(grad(f, 0), 1)
    agrees(grad(f, 0), 0.7, 1.3, argnums=1)
    assert mixed(0.7, 1.3) == pytest.approx(grad(grad(f, 1), 0)(0.7, 1.3))


def test_a_gradient_inside_a_differentiated_function():
    def g(x):
        return x * x * x

    def f(x):
        return grad(g)(x) * x

    agrees(f, 2.0)
    dg = grad(g)

    def uses_a_name(x):
        return dg(x) * x

    agrees(uses_a_name, 2.0)

    def newton(x, n):
        for _ in range(n):
            x = x - g(x) / grad(g)(x)
        return x

    agrees(newton, 2.0, 4)


def test_a_gradient_of_a_local_function():
    def f(x):
        def g(y):
            return y * y * y

        return grad(g)(x) * x

    agrees(f, 2.0)


def test_a_gradient_of_a_local_function_that_captures():
    def f(x):
        def g(y):
            return x * y * y

        return grad(g)(x)  # 2 x y at y = x

    agrees(f, 2.0)


def test_a_gradient_of_a_lambda_inside():
    def f(x):
        return grad(lambda y: math.sin(y) * y)(x)

    agrees(f, 0.5)

    def captures_what_is_no_number(x, n):
        return grad(lambda y: y**n)(x)

    agrees(captures_what_is_no_number, 0.5, 3)


def test_value_and_grad_inside():
    def g(x):
        return x * x * x

    def f(x):
        value, slope = value_and_grad(g)(x)
        return value / slope

    agrees(f, 2.0)


def _weighted(x, y, *rest):
    return np.sum(x**3 * y) + sum(rest) ** 2, {"aux": 2.0 * np.sum(x)}


@pytest.mark.parametrize(
    ("form", "argnums", "total"),
    [
        (grad, 0, lambda r: np.sum(r[0]) + r[1]["aux"]),
        (grad, (0,), lambda r: np.sum(r[0][0]) + r[1]["aux"]),
        (grad, (1, 0), lambda r: np.sum(r[0][1]) + r[0][0] + r[1]["aux"]),
        (grad, (0, 0), lambda r: np.sum(r[0][0] * r[0][1])),
        (grad, ("y", "x"), lambda r: np.sum(r[0][1] * r[0][0])),
        (grad, 2, lambda r: r[0] * r[1]["aux"]),
        (grad, (3, 0), lambda r: r[0][0] * np.sum(r[0][1])),
        (value_and_grad, 0, lambda r: r[0][0] * r[0][1]["aux"] + np.sum(r[1])),
        (value_and_grad, (0,), lambda r: r[0][0] + r[0][1]["aux"] * np.sum(r[1][0])),
        (value_and_grad, (1, 3), lambda r: r[0][0] * r[1][0] + r[1][1]),
    ],
)
def test_what_a_gradient_inside_gives_is_what_it_gives_outside(form, argnums, total):
    """Its tuples are the user's: of one argument, of one that is asked for twice, in the order asked for, beside `aux`."""
    derivative = form(_weighted, argnums=argnums, has_aux=True)

    def h(x, c):
        return total(derivative(x, c, 2.0 * c, 0.5))

    args = (np.array([1.0, 2.0]), 1.5)
    assert value_and_grad(h)(*args)[0] == h(*args)
    check_grads(h, args, argnums=(0, 1))


def test_a_decorated_helper_inside():
    @grad
    def slope(x):
        return x * x * x

    def f(x):
        return slope(x) + slope(2.0 * x)

    agrees(f, 2.0)


# -- argnums ----------------------------------------------------------------------------------------------


def three(a, b, c=2.0):
    return a * b * c


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (0, 15.0),
        (1, 10.0),
        (2, 6.0),
        (-1, 6.0),
        (-3, 15.0),
        (np.int64(1), 10.0),
        ("a", 15.0),
        ("c", 6.0),
        ((0,), (15.0,)),
        ((0, 1), (15.0, 10.0)),
        ((1, 0), (10.0, 15.0)),
        ([0, 1], (15.0, 10.0)),
        (("c", "a"), (6.0, 15.0)),
        (("b", 0), (10.0, 15.0)),
        ((-1, 0), (6.0, 15.0)),
        ((0, 0), (15.0, 15.0)),
        ((0, "a", -3), (15.0, 15.0, 15.0)),
    ],
)
def test_argnums(argnums, expected):
    assert grad(three, argnums)(2.0, 3.0, 5.0) == expected
    assert grad(three, argnums=argnums)(2.0, 3.0, c=5.0) == expected
    assert value_and_grad(three, argnums)(2.0, 3.0, 5.0) == (30.0, expected)
    bars = vjp(three, 2.0, 3.0, 5.0, argnums=argnums)[1](1.0)
    assert bars == (expected if isinstance(expected, tuple) else (expected,))


@pytest.mark.parametrize("argnums", [3, -4, "d", "", (0, 3), ("a", "d"), 1.0, None, True, (0, None)])
def test_argnums_that_are_none(argnums):
    with pytest.raises(s2sad.InvalidArgument) as caught:
        grad(three, argnums)(2.0, 3.0)
    assert "three" in str(caught.value) or "argnums" in str(caught.value)


def test_argnums_of_nothing():
    assert grad(three, ())(2.0, 3.0) == ()
    assert value_and_grad(three, ())(2.0, 3.0) == (12.0, ())


def test_a_default_as_the_active_argument():
    assert grad(three, "c")(2.0, 3.0) == 6.0
    assert grad(three, ("a", "c"))(2.0, 3.0) == (6.0, 6.0)


def test_wrong_calls_are_type_errors():
    for args, kwargs in [
        ((), {}),
        ((1.0, 2.0, 3.0, 4.0), {}),
        ((1.0, 2.0), {"a": 1.0}),
        ((1.0, 2.0), {"q": 1.0}),
    ]:
        with pytest.raises(TypeError) as expected:
            three(*args, **kwargs)
        with pytest.raises(TypeError) as caught:
            grad(three)(*args, **kwargs)
        assert not isinstance(caught.value, s2sad.S2SADError)
        assert str(expected.value).partition("()")[2].split()[:2]  # it says something
        assert str(caught.value)


# -- parameters of all kinds ------------------------------------------------------------------------------


def everything(a, b=2.0, /, c=3.0, *rest, d=4.0, e, **more):
    total = a * b * c * d * e
    for r in rest:
        total = total + r * r * a
    for key, value in more.items():
        total = total + value * len(key) * b
    return total


@pytest.mark.parametrize(
    ("args", "kwargs", "argnums"),
    [
        ((1.5,), {"e": 2.0}, 0),
        ((1.5, 2.5), {"e": 2.0}, (0, 1)),
        ((1.5, 2.5, 3.5), {"e": 2.0}, ("c", "e", "d")),
        ((1.5,), {"e": 2.0, "c": 1.25}, "c"),
        ((1.5, 2.5, 3.5, 4.5, 5.5), {"e": 2.0}, (3, 4, 0)),
        ((1.5, 2.5, 3.5, 4.5, 5.5), {"e": 2.0}, "rest"),
        ((1.5,), {"e": 2.0, "one": 3.0, "three": 4.0}, (0, "more")),
    ],
)
def test_parameters_of_all_kinds(args, kwargs, argnums):
    def by_hand():
        a, b, c, rest, d, e, more = everything_bound(args, kwargs)
        return {
            "a": b * c * d * e + sum(r * r for r in rest),
            "b": a * c * d * e + sum(len(k) * v for k, v in more.items()),
            "c": a * b * d * e,
            "d": a * b * c * e,
            "e": a * b * c * d,
            "rest": tuple(2 * r * a for r in rest),
            "more": {k: len(k) * b for k in more},
        }

    expected = by_hand()

    def at(argnum):
        if isinstance(argnum, str):
            return expected[argnum]
        return expected["abc"[argnum]] if argnum < 3 else expected["rest"][argnum - 3]

    wanted = tuple(at(a) for a in argnums) if isinstance(argnums, tuple) else at(argnums)
    value, gradient = value_and_grad(everything, argnums)(*args, **kwargs)
    assert value == everything(*args, **kwargs)
    assert_close_tree(gradient, wanted, rtol=1e-12, atol=0)
    assert_same_structure(gradient, wanted)
    bars = vjp(everything, *args, argnums=argnums, **kwargs)[1](1.0)
    assert_close_tree(bars, wanted if isinstance(argnums, tuple) else (wanted,), rtol=1e-12, atol=0)


def everything_bound(args, kwargs):
    bound = inspect.signature(everything).bind(*args, **kwargs)
    bound.apply_defaults()
    return bound.arguments.values()


def test_a_negative_argnum_counts_the_positional_parameters():
    assert grad(everything, -1)(1.0, 2.0, 3.0, e=1.0) == 8.0


def test_an_argument_of_args_that_is_not_there():
    with pytest.raises(s2sad.InvalidArgument):
        grad(everything, 4)(1.0, 2.0, 3.0, 4.0, e=1.0)


def test_a_positional_only_name_that_is_also_a_keyword():
    def f(x, /, **more):
        return x * more["x"]

    assert grad(f)(2.0, x=3.0) == 3.0


def test_defaults_are_the_very_objects():
    weights = np.array([1.0, 2.0])

    def f(x, w=weights):
        return x * w.sum()

    df = grad(f)
    assert df(1.0) == 3.0
    weights[0] = 10.0
    assert df(1.0) == 12.0


def test_active_parameters_with_unusual_names():
    def f(x_bar, y_stash, np, list, out_bar):
        y = x_bar * np
        for _ in range(2):
            y = y * y_stash + list
        return y * out_bar

    agrees(f, 0.5, 1.5, 2.5, 3.5, 4.5, argnums=(0, 1, 2, 3, 4))


# -- has_aux ----------------------------------------------------------------------------------------------


def with_aux(x, y):
    z = x * y
    return z * x, {"z": z, "note": "kept"}


def test_has_aux():
    aux = {"z": 6.0, "note": "kept"}
    assert grad(with_aux, has_aux=True)(2.0, 3.0) == (12.0, aux)
    assert grad(with_aux, (0, 1), has_aux=True)(2.0, 3.0) == ((12.0, 4.0), aux)
    assert grad(with_aux, (1,), has_aux=True)(2.0, 3.0) == ((4.0,), aux)
    assert value_and_grad(with_aux, has_aux=True)(2.0, 3.0) == ((12.0, aux), 12.0)
    assert value_and_grad(with_aux, (0, 1), has_aux=True)(2.0, 3.0) == ((12.0, aux), (12.0, 4.0))
    value, pullback, got = vjp(with_aux, 2.0, 3.0, has_aux=True)
    assert (value, got, pullback(1.0), pullback(2.0)) == (12.0, aux, (12.0, 4.0), (24.0, 8.0))


def test_has_aux_as_a_decorator():
    @grad(argnums="y", has_aux=True)
    def f(x, y):
        return x * y, "aux"

    assert f(2.0, 3.0) == (2.0, "aux")


def test_has_aux_of_a_function_without():
    for make in (grad, value_and_grad):
        with pytest.raises((s2sad.S2SADError, TypeError, ValueError)):
            make(lambda x: x * x, has_aux=True)(2.0)
    with pytest.raises((s2sad.S2SADError, TypeError, ValueError)):
        vjp(lambda x: x * x, 2.0, has_aux=True)


def test_aux_has_no_derivative():
    def f(x):
        return x * x, x * x * x

    assert grad(f, has_aux=True)(2.0) == (4.0, 8.0)


# -- decorators -------------------------------------------------------------------------------------------


@grad
def plain(x):
    """The square."""
    return x * x


@grad(argnums="w")
def named(x, w):
    return x * w * w


@value_and_grad
def valued(x):
    return x * x


@value_and_grad(argnums=(0, 1))
def valued_of_two(x, y):
    return x * y


@grad
@grad
def twice(x):
    return x * x * x


def test_decorators():
    assert plain(3.0) == 6.0
    assert named(2.0, 3.0) == 12.0
    assert valued(3.0) == (9.0, 6.0)
    assert valued_of_two(2.0, 3.0) == (6.0, (3.0, 2.0))
    assert twice(2.0) == 12.0


def test_a_recursive_function_under_a_decorator():
    module = executed(
        """
        from s2sad import grad
        @grad
        def f(x, n):
            return x if n == 0 else x * f(x, n - 1)
        """,
        "recursive",
    )
    # the name now means the gradient: f(x, 1) is d/dx (x * 1), f(x, 2) is d/dx (x * f(x, 1)) = d/dx x
    assert module.f(3.0, 0) == 1.0
    assert module.f(3.0, 1) == 1.0
    assert module.f(3.0, 2) == 1.0


def test_names_defined_later_are_found():
    module = executed(
        """
        from s2sad import grad
        @grad
        def f(x):
            return helper(x) * SCALE

        def helper(x):
            return x * x

        SCALE = 3.0
        """,
        "later",
    )
    assert module.f(2.0) == 12.0


def test_names_defined_later_are_found_by_the_second_derivative_too():
    module = executed(
        """
        from s2sad import grad
        def f(x):
            return helper(x) * x

        ddf = grad(grad(f))

        def helper(x):
            return x * x
        """,
        "later_twice",
    )
    assert module.ddf(2.0) == 12.0


def test_a_redefined_helper_is_noticed():
    module = executed(
        """
        def helper(x):
            return x * x

        def f(x):
            return helper(x) * scale
        """,
        "cell_1",
        scale=1.0,
    )
    df, joint = grad(module.f), value_and_grad(module.f)
    assert df(3.0) == 6.0 and joint(3.0) == (9.0, 6.0)
    assert "helper_fwd" in df.source
    again = executed("def helper(x):\n    return x * x * x\n", "cell_2")
    module.helper = again.helper
    assert df(3.0) == 27.0 and joint(3.0) == (27.0, 27.0)
    module.scale = 2.0
    assert df(3.0) == 54.0
    module.helper = math.sin
    assert df(3.0) == 2.0 * math.cos(3.0)
    module.helper = again.helper
    assert df(3.0) == 54.0


def test_a_redefined_helper_of_a_helper_is_noticed():
    module = executed(
        """
        def inner(x):
            return x

        def outer(x):
            return inner(x) * x

        def f(x):
            return outer(x)
        """,
        "deep",
    )
    df = grad(module.f)
    assert df(3.0) == 6.0
    module.inner = executed("def inner(x):\n    return x * x\n", "deep_2").inner
    assert df(3.0) == 27.0


def scaled(x, *, scale=2.0):
    return x * scale


def test_defaults_that_are_replaced_are_noticed(monkeypatch):
    slope = grad(lambda x: scaled(x) * x)
    of_itself = grad(scaled)
    assert slope(1.0) == 4.0 and of_itself(1.0) == 2.0
    monkeypatch.setattr(scaled, "__kwdefaults__", {"scale": 3.0})
    assert slope(1.0) == 6.0 and of_itself(1.0) == 3.0
    scaled.__kwdefaults__["scale"] = 4.0
    assert slope(1.0) == 8.0 and of_itself(1.0) == 4.0


def test_a_redefined_method_is_noticed():
    class Model:
        def predict(self, x):
            return x * x

    model = Model()

    def f(x):
        return model.predict(x)

    df, bound = grad(f), grad(lambda x: model.predict(x) * 2.0)
    assert (df(3.0), bound(3.0)) == (6.0, 12.0)
    Model.predict = lambda self, x: x * x * x
    assert (df(3.0), bound(3.0)) == (27.0, 54.0)


# -- how it looks -----------------------------------------------------------------------------------------


def described(x: float, /, y: "float" = 2.0, *, scale=3.0) -> float:
    """What it does."""
    return x * y * scale


@pytest.mark.parametrize("make", [grad, value_and_grad])
def test_source(make):
    df = make(described)
    form = "grad" if make is grad else "value_and_grad"
    assert df.source == s2sad.source(df)
    assert df.source.endswith(inspect.getsource(df))
    assert inspect.getsource(df).startswith(f"def described_{form}(")
    assert f"def described_{form}(x, /, y, *, scale, out_bar=1.0):" in df.source or (
        f"def described_{form}(x, /, y=2.0, *, scale=3.0, out_bar=1.0):" in df.source
    )
    assert df.source.endswith("\n") and not df.source.endswith("\n\n")
    compile(df.source, "emitted", "exec")


def test_source_is_of_s2sad_only():
    with pytest.raises(s2sad.InvalidArgument):
        s2sad.source(described)


def test_source_before_and_after_a_call():
    before = grad(described)
    after = grad(described)
    after(1.0)
    assert before.source == after.source


def test_name_doc_and_signature():
    df = grad(described)
    assert (df.__name__, df.__qualname__, df.__module__) == ("described", "described", __name__)
    assert df.__doc__ == "What it does."
    assert list(inspect.signature(df).parameters) == ["x", "y", "scale"]
    assert inspect.signature(df).parameters["y"].default == 2.0
    assert str(inspect.signature(df)).startswith("(x: float, /, y: 'float' = 2.0, *, scale=3.0)")
    assert callable(df) and "described" in repr(df)


def test_a_gradient_does_not_claim_to_return_what_the_function_returns():
    def f(x: np.ndarray, y: float) -> float:
        return float(y) * x.sum()

    assert inspect.signature(grad(f)).return_annotation is not float
    assert inspect.signature(value_and_grad(f)).return_annotation is not float


def test_no_docstring_is_none():
    def f(x):
        return x * x

    assert grad(f).__doc__ is None
    assert grad(lambda x: x).__doc__ is None


def test_names_of_methods_partials_and_rules():
    assert grad(Spring(1.0).energy).__name__ == "energy"
    assert list(inspect.signature(grad(Spring(1.0).energy)).parameters) == ["x", "power"]
    assert list(inspect.signature(grad(functools.partial(three, 1.0))).parameters) == ["b", "c"]
    assert grad(math.exp).__name__ == "exp"
    assert grad(np.sin).__name__ == "sin"


def test_questions_do_not_transform():
    def f(x):
        return missing(x)  # noqa: F821

    df = grad(f)
    assert callable(df) and inspect.signature(df) and repr(df) and df.__name__ == "f"
    hasattr(df, "__wrapped__")


# -- arguments that cannot be differentiated, and others --------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [3, True, np.int64(3), np.array([1, 2]), np.array([True]), "text", None, b"x", {1, 2}, range(3)],
)
def test_arguments_without_a_derivative_are_refused(value):
    def f(x, y):
        return y * 2.0

    for make in (grad, value_and_grad):
        with pytest.raises(s2sad.InvalidArgument) as caught:
            make(f)(value, 1.0)
        assert "x" in str(caught.value)
    with pytest.raises(s2sad.InvalidArgument):
        vjp(f, value, 1.0)


@pytest.mark.parametrize("value", [[1, 2], {"a": 1, "b": 2}, (2,), [np.array([1, 2])]])
def test_containers_of_integers_are_refused(value):
    with pytest.raises(s2sad.InvalidArgument):
        grad(lambda x: 2.0 * sum(x if not isinstance(x, dict) else x.values()))(value)


def test_inactive_arguments_may_be_anything():
    def f(x, n, flag, mode, options, nothing, table):
        y = x
        for _ in range(n):
            y = y * x if flag else y
        if mode == "sin" and nothing is None:
            y = math.sin(y)
        return y * options["scale"] * table[n]

    args = (0.5, 2, True, "sin", {"scale": 2.0}, None, np.array([1, 2, 3]))
    agrees(f, *args)
    assert grad(f)(*args) == pytest.approx(math.cos(0.125) * 3 * 0.25 * 6)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * np.ones(2),
        lambda x: (x, x),
        lambda x: [x],
        lambda x: None,
        lambda x: "text",
        lambda x: {"a": x},
    ],
)
def test_values_that_are_no_scalars_are_refused(f):
    for make in (grad, value_and_grad):
        with pytest.raises((TypeError, s2sad.S2SADError), match="scalar"):
            make(f)(2.0)


def test_a_complex_value_is_refused():
    with pytest.raises((TypeError, s2sad.S2SADError), match="complex"):
        grad(lambda z: z * z)(1 + 2j)


@pytest.mark.filterwarnings("ignore:s2sad. the result does not depend on the argument x")
def test_a_constant_has_gradient_zero():
    gradient = grad(lambda x: 3.0)(2.0)
    assert gradient == 0.0 and type(gradient) is float
    gradient = grad(lambda x: 3.0)(np.ones((2, 3), np.float32))
    assert gradient.shape == (2, 3) and gradient.dtype == np.float32 and not gradient.any()
    assert grad(lambda x: 3.0)({"a": 1.0, "b": [2.0]}) == {"a": 0.0, "b": [0.0]}
    assert grad(lambda x: 1)(2.0) == 0.0


# -- gradients have the type of the argument --------------------------------------------------------------

Pair = collections.namedtuple("Pair", "left right")


class Typed(typing.NamedTuple):
    w: np.ndarray
    b: float = 0.0


@dataclasses.dataclass
class Layer:
    w: np.ndarray
    b: float
    name: str = "layer"


@dataclasses.dataclass(frozen=True)
class Frozen:
    left: float
    right: float


@dataclasses.dataclass(slots=True)
class Slotted:
    left: float
    right: float


class Plain:
    def __init__(self, left, right):
        self.left, self.right = left, right


def square(x):
    return (x * x).sum() if isinstance(x, np.ndarray) else x * x


@pytest.mark.parametrize(
    "x",
    [
        3.0,
        np.float64(3.0),
        np.float32(3.0),
        np.float16(3.0),
        np.longdouble(3.0),
        np.array(3.0),
        np.array([1.0, 2.0]),
        np.array([1.0, 2.0], np.float32),
        np.array([[1.0, 2.0]], np.float16),
        np.zeros((0, 3)),
        np.asfortranarray(np.ones((2, 3))),
        np.ones((4, 3))[::2],
    ],
    ids=lambda x: f"{type(x).__name__}-{getattr(x, 'dtype', '')}-{np.shape(x)}",
)
def test_numbers_and_arrays(x):
    def weighted(x):
        y = x
        for _ in range(2):
            y = 0.5 * y + x * 1.5
        return np.sum(y * y)

    for function, factor in [(square, 2.0), (weighted, 2.0 * 2.5 * 2.5)]:
        for gradient in (grad(function)(x), value_and_grad(function)(x)[1], vjp(function, x)[1](1.0)[0]):
            assert type(gradient) is type(x)
            assert getattr(gradient, "dtype", None) == getattr(x, "dtype", None)
            assert np.shape(gradient) == np.shape(x)
            np.testing.assert_allclose(gradient, (factor / 1.0) * x, rtol=1e-2 if x is np.float16 else 1e-3)


def test_subclasses_of_float():
    class Metres(float):
        pass

    assert grad(lambda x: x * x)(Metres(3.0)) == 6.0


TREES = [
    ({"w": 2.0, "b": 3.0}, lambda p: p["w"] * p["w"] * p["b"], {"w": 12.0, "b": 4.0}),
    ([2.0, 3.0], lambda p: p[0] * p[0] * p[1], [12.0, 4.0]),
    ((2.0, 3.0), lambda p: p[0] * p[0] * p[1], (12.0, 4.0)),
    (Pair(2.0, 3.0), lambda p: p.left * p.left * p[1], Pair(12.0, 4.0)),
    (Frozen(2.0, 3.0), lambda p: p.left * p.left * p.right, Frozen(12.0, 4.0)),
    (Slotted(2.0, 3.0), lambda p: p.left * p.left * p.right, Slotted(12.0, 4.0)),
    (
        {"a": [1.0, (2.0, 3.0)], "b": {}},
        lambda p: p["a"][0] * p["a"][1][0],
        {"a": [2.0, (1.0, 0.0)], "b": {}},
    ),
    ([[1.0, 2.0], []], lambda p: p[0][1] ** 2, [[0.0, 4.0], []]),
    ({1: 2.0, (0, 1): 3.0}, lambda p: p[1] * p[0, 1], {1: 3.0, (0, 1): 2.0}),
    (Pair([2.0], {"k": 3.0}), lambda p: p.left[0] * p.right["k"], Pair([3.0], {"k": 2.0})),
]


@pytest.mark.parametrize(("tree", "function", "expected"), TREES, ids=[repr(t[0])[:30] for t in TREES])
def test_containers(tree, function, expected):
    for gradient in (
        grad(function)(tree),
        value_and_grad(function)(tree)[1],
        vjp(function, tree)[1](1.0)[0],
    ):
        assert gradient == expected
        assert_same_structure(gradient, expected)


def test_ordered_and_default_dicts():
    ordered = collections.OrderedDict(b=2.0, a=3.0)
    gradient = grad(lambda p: p["a"] * p["b"])(ordered)
    assert type(gradient) is collections.OrderedDict and list(gradient.items()) == [("b", 3.0), ("a", 2.0)]


def test_dataclasses_with_arrays_and_names():
    layer = Layer(np.array([1.0, 2.0], np.float32), 3.0)
    gradient = grad(lambda p, x: float((p.w * x).sum()) * p.b)(layer, 2.0)
    assert type(gradient) is Layer and type(gradient.b) is float and gradient.b == 6.0
    assert gradient.w.dtype == np.float32
    np.testing.assert_array_equal(gradient.w, [6.0, 6.0])
    np.testing.assert_array_equal(layer.w, [1.0, 2.0])


def test_typed_named_tuples():
    gradient = grad(lambda p: (p.w * p.w).sum() * p.b)(Typed(np.array([1.0, 2.0]), 3.0))
    assert type(gradient) is Typed and gradient.b == 5.0
    np.testing.assert_array_equal(gradient.w, [6.0, 12.0])


def test_objects():
    gradient = grad(lambda p: p.left * p.left * p.right)(Plain(2.0, 3.0))
    assert type(gradient) is Plain and vars(gradient) == {"left": 12.0, "right": 4.0}


def test_an_argument_that_does_not_matter_is_named():
    with pytest.warns(UserWarning, match="does not depend on the argument y"):
        assert grad(lambda x, y: x * x, (0, 1))(2.0, 3.0) == (4.0, 0.0)


def test_integers_within_a_container():
    gradient = grad(lambda p: p["x"] * p["n"] * p["x"])({"x": 2.0, "n": 3, "name": "n"})
    assert gradient["x"] == 12.0 and set(gradient) == {"x", "n", "name"}


def test_a_whole_list_of_arrays():
    arrays = [np.ones((2, 3)), np.full(3, 2.0, np.float32)]
    gradient = grad(lambda ws: (ws[0] @ ws[1]).sum())(arrays)
    assert [g.shape for g in gradient] == [(2, 3), (3,)] and [g.dtype for g in gradient] == [
        np.float64,
        np.float32,
    ]
    np.testing.assert_array_equal(gradient[0], np.full((2, 3), 2.0))
    np.testing.assert_array_equal(gradient[1], [2.0, 2.0, 2.0])


def test_gradients_are_not_the_caller_s_data():
    x, w = np.ones(3), np.ones(3)
    gradients = grad(lambda x, w: np.sum(x + w), (0, 1))(x, w)
    gradients[0][:] = 7.0
    assert gradients[1].tolist() == [1.0] * 3 and x.tolist() == w.tolist() == [1.0] * 3
    gradient = grad(lambda x, w: np.sum(x * w))(x, w)
    gradient[:] = 7.0
    assert w.tolist() == [1.0] * 3
    _, pullback = vjp(lambda x: x, x)
    seed = np.zeros(3)
    pullback(seed)[0][:] = 7.0
    assert seed.tolist() == [0.0] * 3


# -- fractions, complex numbers ---------------------------------------------------------------------------


def test_fractions_are_exact():
    def f(x, y):
        z = x * x / 3 - y
        for _ in range(3):
            z = z * y + x
        return z / (x + 1)

    def exact(x, y):
        """The derivative with respect to x, by dual numbers."""
        z, dz = x * x / 3 - y, 2 * x / 3
        for _ in range(3):
            z, dz = z * y + x, dz * y + 1
        return dz / (x + 1) - z / (x + 1) ** 2

    x, y = Fraction(1, 7), Fraction(2, 3)
    gradient = grad(f)(x, y)
    assert type(gradient) is Fraction and gradient == exact(x, y)
    value, gradient = value_and_grad(f)(x, y)
    assert value == f(x, y) and type(gradient) is Fraction and gradient == exact(x, y)
    assert vjp(f, x, y)[1](Fraction(1))[0] == exact(x, y)
    assert grad(lambda x: x**3)(Fraction(1, 3)) == Fraction(1, 3)


def test_fractions_through_a_helper_are_exact():
    def helper(x):
        return x * x / 7

    def f(x):
        return helper(x) - helper(x + 1)

    gradient = grad(f)(Fraction(1, 3))
    assert type(gradient) is Fraction and gradient == Fraction(-2, 7)


Z = 1 + 2j


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda z: abs(z) ** 2, 2 - 4j),
        (lambda z: (z * z.conjugate()).real, 2 - 4j),
        (lambda z: z.real, 1 + 0j),
        (lambda z: z.imag, -1j),
        (lambda z: (z * z).real, 2 * Z),
        (lambda z: (z**3).imag, -1j * 3 * Z**2),
        (lambda z: cmath.exp(z).real, cmath.exp(Z)),
        (lambda z: np.real(np.sin(z)), np.cos(Z)),
        (lambda z: z.real * z.imag, 2 - 1j),
        (lambda z: (1j * z).real, 1j),
        (lambda z: abs(z), Z.conjugate() / abs(Z)),
    ],
)
def test_complex_numbers(function, expected):
    gradient = grad(function)(Z)
    assert type(gradient) is complex
    assert gradient == pytest.approx(expected, rel=1e-12)
    array = np.array([Z, 2.0 * Z])
    if "cmath" not in function.__code__.co_names:
        gradient = grad(lambda a: np.sum(np.real(function(a))))(array)
        assert gradient.dtype == complex and gradient.shape == (2,)
        assert gradient[0] == pytest.approx(expected, rel=1e-12)


def test_holomorphic_pullbacks_have_no_conjugates():
    value, pullback = vjp(lambda z: z * z * z, Z)
    assert value == Z**3
    assert pullback(1.0 + 0j)[0] == pytest.approx(3 * Z**2)
    assert pullback(1j)[0] == pytest.approx(3j * Z**2)


def test_a_real_argument_of_complex_arithmetic():
    def f(x):
        z = cmath.exp(1j * x)
        return (z * z).real  # cos(2 x)

    gradient = grad(f)(0.3)
    assert type(gradient) is float and gradient == pytest.approx(-2 * math.sin(0.6))


def test_complex64():
    gradient = grad(lambda z: np.sum(np.abs(z) ** 2))(np.array([Z], np.complex64))
    assert gradient.dtype == np.complex64
    np.testing.assert_allclose(gradient, [2 - 4j], rtol=1e-6)


# -- tracebacks and debuggers -----------------------------------------------------------------------------


def fails(x, n):
    y = x
    for i in range(n):
        y = y - 1.0
        y = y * math.log(y)
    return y


def line_of(function, text):
    lines, first = inspect.getsourcelines(function)
    (found,) = [first + i for i, line in enumerate(lines) if text in line]
    return found


@pytest.mark.parametrize("order", [1])
def test_a_note_names_the_line_of_the_user(order):
    df = fails
    for _ in range(order):
        df = grad(df)
    with pytest.raises(ValueError) as expected:
        fails(2.5, 4)
    with pytest.raises(ValueError) as caught:
        df(2.5, 4)
    assert str(caught.value) == str(expected.value)
    (note,) = caught.value.__notes__
    assert "test_functions_in.py" in note
    assert str(line_of(fails, "math.log")) in note
    assert "y = y * math.log(y)" in note


def test_the_traceback_shows_the_emitted_line():
    with pytest.raises(ValueError) as caught:
        grad(fails)(2.5, 4)
    frames = traceback.extract_tb(caught.value.__traceback__)
    (frame,) = [f for f in frames if f.name == "fails_grad"]
    assert "math.log(y)" in frame.line
    text = grad(fails).source.splitlines()
    assert text[frame.lineno - 1].strip() == frame.line


def test_linecache_has_every_line():
    df = grad(fails)
    df(9.5, 2)
    code = df.__wrapped__.__code__
    lines = linecache.getlines(code.co_filename)
    assert "".join(lines) == df.source
    linecache.checkcache(code.co_filename)
    assert linecache.getlines(code.co_filename) == lines
    numbers = {n for _, _, n in code.co_lines() if n is not None}
    assert lines[min(numbers) - 1].startswith("def fails_grad")
    assert lines[max(numbers) - 1].startswith("    return ") and max(numbers) == len(lines)


def test_a_debugger_stops_in_the_reverse_sweep():
    df = grad(fails)
    df(9.5, 2)
    code = df.__wrapped__.__code__
    lines = df.source.splitlines()
    wanted = next(i for i, line in enumerate(lines, 1) if line.strip() == "y_bar = y_bar * math.log(y)")
    seen = []

    def trace(frame, event, argument):
        if frame.f_code is not code:
            return None
        if event == "line" and frame.f_lineno == wanted:
            seen.append(dict(frame.f_locals))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        df(9.5, 2)
    finally:
        sys.settrace(before)
    assert len(seen) == 2  # each iteration, with the user's names and their cotangents at hand
    assert [s["i"] for s in seen] == [1, 0] and all("y_bar" in s for s in seen)


def test_breakpoint_in_the_user_s_function(monkeypatch):
    hits = []
    monkeypatch.setattr(sys, "breakpointhook", lambda *args, **kwargs: hits.append(sys._getframe(1).f_code.co_name))

    def f(x):
        y = x * x
        breakpoint()
        return y * x

    assert grad(f)(2.0) == 12.0
    assert hits == ["f_grad"]


def test_unsupported_constructs_are_all_reported_at_once():
    def f(x, table):
        class Local:
            value = x

        table[0] = x

        class Other:
            value = x * x

        return Local.value + Other.value + table[0]

    with pytest.raises(s2sad.S2SADError) as caught:
        grad(f)(1.0, [0.0])
    message = str(caught.value)
    for text in ("class Local", "class Other", "table[0] = x"):
        assert f'test_functions_in.py", line {line_of(f, text + (":" if "class" in text else chr(10)))}' in message
    assert "^" in message and message.count("hint:") >= 3
