"""Calls: helpers, closures, lambdas, recursion, functions as values, `*` and `**`."""

import functools
import math
import operator

from . import helpers
from .cases import case
from .helpers import affine, mean_and_spread

RATE = 0.4


def square_plus(x, c):
    return x * x + c


def calls_a_helper(x):
    y = square_plus(x, 1.0)
    return square_plus(y, x) * y


case(calls_a_helper, [(0.7,), (-1.2,)])


def helper_in_a_loop(x, n):
    y = x
    for i in range(n):
        y = 0.3 * square_plus(y, x) + i
    return y


case(helper_in_a_loop, [(0.7, 3), (0.7, 0)])


def helper_of_another_module(x):
    return helpers.smooth_step(x) * affine(x) + helpers.damped(helpers.GRAVITY * 0.1 * x)


case(helper_of_another_module, [(0.7,), (-1.2,)])


def helper_returns_tuple(x, y):
    mean, spread = mean_and_spread([x, y, x * y])
    return mean * spread


case(helper_returns_tuple, [(0.7, 1.2)], argnums=(0, 1))


def keywords_and_defaults(x):
    return affine(x) * affine(x, 3.0) + affine(intercept=x, x=x * x) * affine(x, slope=x)


case(keywords_and_defaults, [(0.7,), (-1.2,)])


def weighted(*values, scale=1.0, **extra):
    total = 0.0
    for i, v in enumerate(values):
        total += v * v * (i + 1)
    return total * scale + extra.get("offset", 0.0)


def star_calls(x, y):
    pair = (x, y * y)
    options = {"scale": x, "offset": y}
    return weighted(*pair, x, scale=2.0) + weighted(*pair, **options) + weighted()


case(star_calls, [(0.7, 1.2)], argnums=(0, 1))


def var_args(x, *rest):
    y = x
    for r in rest:
        y = y * r + x
    return y


case(var_args, [(0.7,), (0.7, 2.0), (0.7, 0.5, -1.0)])
case(var_args, [(0.7, 0.5, -1.0)], argnums=(0, 2), name="var_args_by_position")


def var_keywords(x, **options):
    return x * options["a"] ** 2 + options.get("b", 1.0) * x


case(var_keywords, [(0.7,)], kwargs={"a": 1.5})
case(var_keywords, [(0.7,)], kwargs={"a": 1.5, "b": 0.3}, name="var_keywords_two")


def nested_function(x, y):
    def inner(t):
        return t * t + y

    return inner(x) * inner(y)


case(nested_function, [(0.7, 1.2)], argnums=(0, 1))


def nested_function_sees_rebinding(x):
    k = x

    def scaled(t):
        return k * t

    a = scaled(x)
    k = x * x
    return a * scaled(x)


case(nested_function_sees_rebinding, [(0.7,), (-1.2,)])


def nonlocal_counter(x):
    total = 0.0

    def add(t):
        nonlocal total
        total = total + t * t

    add(x)
    add(x * 2)
    return total * x


case(nonlocal_counter, [(0.7,), (-1.2,)])


def inactive_nonlocal(x):
    calls = 0

    def count():
        nonlocal calls
        calls += 1
        return calls

    y = x
    while count() < 4:
        y = y * x + calls
    return y


case(inactive_nonlocal, [(0.7,), (-1.2,)])


def lambda_in_body(x, y):
    f = lambda a, b=2.0: a * a * b + y
    return f(x) * f(y, 3.0)


case(lambda_in_body, [(0.7, 1.2)], argnums=(0, 1))


def list_of_lambdas(x):
    fs = [lambda t: t * t, math.sin, lambda t: t + x]
    y = x
    for f in fs:
        y = f(y)
    return y


case(list_of_lambdas, [(0.7,), (-1.2,)])


def function_chosen_at_run_time(x):
    f = math.sin if x > 0 else math.exp
    g = {"cube": lambda t: t**3}["cube"]
    return f(x) * g(x)


case(function_chosen_at_run_time, [(0.7,), (-1.2,)])


def make_line(slope, intercept):
    def line(t):
        return slope * t + intercept

    return line


def closure_returned_by_helper(x):
    line = make_line(x, x * x)
    return line(x) * line(2.0)


case(closure_returned_by_helper, [(0.7,), (-1.2,)])


def function_as_argument(f, x):
    return f(x) * f(f(x))


case(function_as_argument, [(math.sin, 0.7), (helpers.smooth_step, 0.7), (affine, 0.3)], argnums=1)
case(function_as_argument, [(lambda t: t * t + 1, 0.7)], argnums="x", name="lambda_as_argument")


def apply_n(f, x, n):
    for _ in range(n):
        x = f(x)
    return x


def function_passed_on(x, k):
    return apply_n(lambda t: math.sin(t) * k + t, x, 3) + apply_n(helpers.damped, k, 2)


case(function_passed_on, [(0.7, 0.4)], argnums=(0, 1))


def with_reduce(xs):
    product = functools.reduce(lambda a, b: a * b + a, xs)
    total = functools.reduce(operator.add, xs, 1.0)
    return product * total


case(with_reduce, [([0.7, 1.2, -0.4],), ([0.3],)])


def with_partial(x, y):
    f = functools.partial(square_plus, c=y)
    g = functools.partial(affine, x)
    return f(x) * g(2.0)


case(with_partial, [(0.7, 1.2)], argnums=(0, 1))


def partials_of_what_changes(x):
    total, i = 0.0, 0
    while i < 3:
        again = functools.partial(lambda a, b, c=1.0: a * b * b + c * a, x * (i + 1))
        x, i = 1.5 * x, i + 1
        total += again(x, c=2.0) * again(x)
    return total


case(partials_of_what_changes, [(0.7,), (-0.4,)])


def keywords_and_more(*xs, **options):
    return xs[0] * xs[1] ** 2 * options.get("scale", 1.0) * options["weight"]


def keywords_of_what_is_given(x, function=keywords_and_more):
    return function(2.0, x, scale=x * x, weight=3.0) + function(x, x, weight=x)


case(keywords_of_what_is_given, [(0.7,)])

case(functools.partial(square_plus, c=2.0), [(0.7,)], name="partial_given_directly")


def operator_functions(x, y):
    return operator.mul(operator.add(x, y), operator.pow(x, 2)) + operator.neg(y) * operator.truediv(x, y)


case(operator_functions, [(0.7, 1.2)], argnums=(0, 1))


def with_composition(x):
    f = helpers.compose(math.sin, lambda t: t * t, affine)
    return f(x) * x


case(with_composition, [(0.7,), (-1.2,)])


def power(x, n):
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    if n % 2:
        return half * half * x
    return half * half


case(power, [(0.7, 5), (0.7, 2)])


def recursion_on_value(x):
    if x > 3:
        return x
    return recursion_on_value(x * x + 0.5) * x


case(recursion_on_value, [(0.7,), (1.9,)])


def tree_sum(tree, x):
    if isinstance(tree, tuple):
        left, right = tree
        return tree_sum(left, x) * x + tree_sum(right, x)
    return tree * x


case(tree_sum, [(((0.5, 1.5), (2.0, (0.1, 0.2))), 0.7)], argnums=1)
case(tree_sum, [(((0.5, 1.5), (2.0, (0.1, 0.2))), 0.7)], argnums=(0, 1), name="tree_sum_both")


def even_steps(x, n):
    if n == 0:
        return x
    return odd_steps(x * x, n - 1)


def odd_steps(x, n):
    if n == 0:
        return x * 3
    return even_steps(math.sin(x), n - 1)


case(even_steps, [(0.7, 4), (0.7, 3)])


def nested_recursion(x, n):
    def go(y, k):
        return y if k == 0 else go(y * x + k, k - 1)

    return go(x, n)


case(nested_recursion, [(0.7, 3)])


def global_constants(x):
    return x * RATE * x + helpers.SETTINGS["rate"] * x + len(helpers.SETTINGS["names"])


case(global_constants, [(0.7,), (-1.2,)])


def inactive_calls(x, text):
    n = int(text.strip().split(",")[-1])
    words = sorted(set(text.replace("1", "2")), key=str.lower)
    return x**n * len(words)


case(inactive_calls, [(0.7, "0, 1,3 ")])


def nested_calls(x):
    return affine(helpers.smooth_step(math.sin(square_plus(x, x))), slope=square_plus(x, 0))


case(nested_calls, [(0.7,), (-1.2,)])


def helper_with_inactive_argument(x):
    return square_plus(2.0, 3.0) * x * x + square_plus(x, 3) + square_plus(3, x)


case(helper_with_inactive_argument, [(0.7,), (-1.2,)])
