"""The equals of builtins, against the builtins: values, errors, derivatives of functions that use them."""

import dataclasses
import functools
import itertools
import math
import operator
import random
import sys
from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest
from numeric import assert_close_tree, assert_identical, central_difference

import s2sad
from s2sad.adjoints.equivalents import (
    EQUIVALENTS,
    ITERATORS,
    METHOD_EQUIVALENTS,
    WITH_OPTIONS,
    equivalent,
    method_equivalent,
)
from s2sad.errors import NotDifferentiable, S2SADError, UnsupportedSyntax

XS = [0.5, -1.2, 2.0, 0.3]
YS = [1.5, 0.7]
ROWS = [(0.5, -1.2), (2.0, 0.3)]
VECTOR = np.array(XS)


def call(*args, **kwargs):
    return args, kwargs


@dataclasses.dataclass(frozen=True)
class Pair:
    first: float
    second: float = 2.0
    both: float = dataclasses.field(init=False, default=3.0)


# Arguments, by builtin. What raises here must raise the same there.
CALLS = {
    dict: [
        call(),
        call({"a": 1.0}),
        call([("a", 1.0), ("b", 2.0), ("a", 3.0)]),
        call(a=1.0, b=2.0),
        call({"a": 1.0}, a=5.0, c=2.0),
        call([["k", 1]]),
        call([]),
        call(["ab", "cd"]),
        call([(1, 2, 3)]),
        call([1]),
        call(OrderedDict(a=1)),
        call(3),
    ],
    enumerate: [
        call(XS),
        call([]),
        call("ab", 3),
        call(XS, start=-2),
        call(VECTOR),
        call(3),
        call({"k": 1.0}),
    ],
    filter: [
        call(None, [0.0, 1.0, "", "a"]),
        call(lambda v: v > 0, XS),
        call(lambda v: v > 0, []),
        call(math.isnan, (1.0, math.nan)),
    ],
    map: [
        call(math.sin, XS),
        call(operator.mul, XS, YS),
        call(lambda *a: a, XS, YS, "abc"),
        call(str, []),
        call(float, ["1.5", "-2"]),
        call(math.sqrt, [1.0, -1.0]),
        call(len, [1.0]),
        call(divmod, [7.5], [2.0]),
        call(math.sin, 3.0),
    ],
    reversed: [call(XS), call([]), call((1, 2)), call("abc"), call(range(4)), call(VECTOR), call(3)],
    zip: [
        call(),
        call(XS),
        call(XS, YS),
        call(XS, [], YS),
        call("ab", range(9), XS),
        call(VECTOR, {"a": 1, "b": 2}),
        call(XS, YS, strict=True),
        call(YS, XS, strict=True),
        call(YS, YS, strict=True),
        call(XS, XS, YS, strict=True),
        call(XS, 3),
    ],
    dataclasses.replace: [
        call(Pair(0.5)),
        call(Pair(0.5), second=1.5),
        call(Pair(0.5), first=1, second=2),
        call(Pair(0.5), third=1.0),
        call(Pair(0.5), both=1.0),
        call(0.5, first=1.0),
    ],
    functools.reduce: [
        call(operator.add, XS),
        call(operator.mul, XS, 2.0),
        call(operator.add, [], 1.0),
        call(operator.add, []),
        call(lambda a, b: a + (b,), XS, ()),
        call(operator.sub, (1.0,)),
        call(operator.add, 3),
    ],
    itertools.accumulate: [
        call(XS),
        call([]),
        call([], initial=2.0),
        call(XS, operator.mul),
        call(XS, lambda a, b: a - b, initial=1.0),
        call(XS, max),
        call(XS, initial=0.5),
        call(("a", "b")),
        call(3),
    ],
    itertools.chain: [
        call(),
        call(XS),
        call(XS, [], (1.0,), "ab", range(2), {"k": 1}),
        call(XS, VECTOR),
        call(XS, 3),
    ],
    itertools.chain.from_iterable: [call([XS, YS]), call([]), call([XS, []]), call("abc"), call([XS, 3])],
    itertools.combinations: [call(XS, r) for r in (0, 1, 2, 4, 5, -1, "2")],
    itertools.combinations_with_replacement: [call(XS[:3], r) for r in (0, 1, 2, 3, -1)] + [call([], 2)],
    itertools.compress: [
        call(XS, [1, 0, True, ""]),
        call(XS, [1]),
        call([], [1, 1]),
        call(XS, [1, 1, 1, 1, 1]),
    ],
    itertools.dropwhile: [
        call(lambda v: v > 0, XS),
        call(lambda v: True, XS),
        call(lambda v: False, XS),
        call(bool, []),
    ],
    itertools.filterfalse: [call(None, [0.0, 1.0]), call(lambda v: v > 0, XS), call(bool, [])],
    itertools.islice: [
        call(XS, 2),
        call(XS, 1, None),
        call(XS, 0, None, 2),
        call(XS, 9),
        call(XS, 1, 3),
        call(XS, -1),
        call(XS, 0, 2, 0),
        call(XS),
        call(XS, None),
        call([], 3),
    ],
    itertools.pairwise: [call(XS), call([1.0]), call([])],
    itertools.permutations: [
        call(XS[:3]),
        call(XS, 2),
        call(XS[:3], None),
        call([]),
        call(XS, 5),
        call(XS, -1),
    ],
    itertools.product: [
        call(),
        call(XS, YS),
        call(XS, []),
        call(YS, repeat=2),
        call(XS[:2], YS, repeat=2),
        call(XS, repeat=0),
        call(XS, repeat=-1),
    ],
    itertools.repeat: [call(0.5, 3), call(0.5, 0), call(0.5, -2), call(0.5, times=2)],
    itertools.starmap: [
        call(pow, [(2.0, 3), (3.0, 2)]),
        call(math.hypot, [(3.0, 4.0), ()]),
        call(pow, []),
        call(pow, [(2.0,)]),
    ],
    itertools.takewhile: [
        call(lambda v: v > 0, XS),
        call(lambda v: True, XS),
        call(lambda v: False, XS),
        call(bool, []),
    ],
    itertools.zip_longest: [
        call(),
        call(XS, YS),
        call(YS, XS, fillvalue=0.0),
        call([], YS, XS, fillvalue="-"),
        call(XS),
    ],
    max: [
        call(XS, key=abs),
        call(1.0, -2.0, 2.0, key=abs),
        call(["b", "aa", "c"], key=len),
        call([], key=abs),
        call([], key=abs, default=3.0),
        call(XS, key=None),
        call(XS, key=lambda v: "no"[v]),
        call(XS, default=1.0, key=operator.neg),
        call([(1, "a"), (1, "b")], key=lambda p: p[0]),
    ],
    sorted: [
        call(XS, key=abs),
        call(XS, key=abs, reverse=True),
        call(["bb", "a", "cc", "d"], key=len),
        call(["bb", "a", "cc", "d"], key=len, reverse=True),
        call([], key=abs),
        call(XS, key=None),
        call([1, "a"], key=lambda v: v),
        call(XS, key=lambda v: v // 0),
        call((2.0, 1.0), key=operator.neg),
        call(3, key=abs),
    ],
}
CALLS[min] = CALLS[max]
if sys.version_info >= (3, 12):
    CALLS[itertools.batched] = [call(XS, 3), call(XS, 2), call([], 2), call(XS, 0), call(XS, 9)]
ENDLESS = {itertools.count, itertools.cycle}


def outcome(function, arguments, *, as_list):
    args, kwargs = arguments
    try:
        value = function(*args, **kwargs)
        return list(value) if as_list else value
    except Exception as error:
        return type(error)


def test_each_equal_is_compared():
    """Those of NumPy are in `test_options`."""
    builtin = {f for f in WITH_OPTIONS if f.__module__ == "builtins"}
    assert set(CALLS) | ENDLESS == set(EQUIVALENTS) | builtin


@pytest.mark.parametrize(
    ("function", "arguments"),
    [pytest.param(f, c, id=f"{f.__qualname__}-{i}") for f, calls in CALLS.items() for i, c in enumerate(calls)],
)
def test_value_or_error_of_the_builtin(function, arguments):
    equal = equivalent(function, ["key"])
    expected = outcome(function, arguments, as_list=function in ITERATORS)
    assert_identical(outcome(equal, arguments, as_list=False), expected)


@pytest.mark.parametrize("arguments", [a for f in (zip, itertools.islice, itertools.combinations) for a in CALLS[f]])
def test_errors_in_the_words_of_the_builtin(arguments):
    for function in (zip, itertools.islice, itertools.combinations):
        try:
            list(function(*arguments[0], **arguments[1]))
        except ValueError as error:
            with pytest.raises(ValueError) as ours:
                equivalent(function)(*arguments[0], **arguments[1])
            assert str(ours.value) == str(error)
        except TypeError:
            pass


@pytest.mark.parametrize(("kind", "name"), METHOD_EQUIVALENTS)
def test_methods_of_containers(kind, name):
    if kind is defaultdict:
        owner = defaultdict(list, a=1.0, b=2.0)
    else:
        owner = list(XS) if kind is list else kind(a=1.0, b=2.0)
    equal = method_equivalent(owner, name)
    for args in [("a",), ("z",), ("z", 3.0)] if name == "get" else [()]:
        value = getattr(owner, name)(*args)
        assert_identical(equal(owner, *args), list(value) if name in ("items", "values") else value)
    with pytest.raises(TypeError):
        equal(owner, 1, 2, 3)


def test_subclasses_with_methods_of_their_own_are_left_alone():
    class Loud(dict):
        def get(self, key, default=None):
            return "loud"

    assert method_equivalent(Loud(), "get") is None


def test_an_iterator_is_not_read_ahead():
    for function in [f for f in ITERATORS if f not in ENDLESS | {itertools.repeat, reversed}]:
        for endless in (itertools.count(), (i for i in [1])):
            first = (
                [operator.add]
                if function
                in (
                    map,
                    filter,
                    itertools.starmap,
                    itertools.takewhile,
                    itertools.dropwhile,
                    itertools.filterfalse,
                )
                else []
            )
            more = (
                [1]
                if function in (itertools.combinations, itertools.combinations_with_replacement, itertools.islice)
                else []
            )
            if hasattr(itertools, "batched") and function is itertools.batched:
                more = [1]
            if function is itertools.compress:
                more = [[1]]
            with pytest.raises(NotDifferentiable, match=r"of an iterator[\s\S]*hint"):
                equivalent(function)(*first, endless, *more)
    for function in ENDLESS:
        with pytest.raises(NotDifferentiable, match="never ends"):
            equivalent(function)([1.0])


# -- derivatives -----------------------------------------------------------------------------------


def square(v):
    return v * v


def blend(a, b):
    return a * b + math.sin(a)


GRADIENTS = []


def checked(*inputs, argnums=0):
    def register(function):
        for i, args in enumerate(inputs):
            GRADIENTS.append(pytest.param(function, args, argnums, id=f"{function.__name__}-{i}"))
        return function

    return register


@checked((XS,), (tuple(XS),), (VECTOR,), ([],))
def mapped_once(xs):
    return sum(list(map(square, xs))) + sum(map(math.exp, xs)) + sum(tuple(map(lambda v: v**3, xs)))


@checked((XS, YS), (VECTOR, YS), argnums=(0, 1))
def mapped_over_two(xs, ys):
    return sum(map(blend, xs, ys)) * sum(map(operator.mul, ys, xs))


@checked((0.7, XS), argnums=(0, 1))
def mapped_closure(w, xs):
    return math.prod(map(lambda v: v * w + 1.0, xs)) + sum(map(lambda a, b: a * b * w, xs, xs[1:]))


@checked(([0.5, -1.2, 2.1],))
def mapped_to_constants(xs):
    return sum(map(int, xs)) * xs[0] + sum(map(abs, xs))


@checked((XS, 0.2), ([], 0.2), argnums=(0, 1))
def filtered_values(xs, limit):
    above = list(filter(lambda v: v > limit, xs))
    below = list(itertools.filterfalse(lambda v: v > limit, xs))
    return sum(above) * limit - sum(v * v for v in below) + sum(filter(None, xs))


@checked((XS, YS), argnums=(0, 1))
def zipped_values(xs, ys):
    pairs = list(zip(xs, ys))
    (a, b), _ = zip(ys, xs)
    rows = tuple(zip(*pairs))
    return pairs[0][0] * pairs[1][1] ** 2 + a * b + rows[1][0] * rows[0][1]


@checked((XS, YS), argnums=(0, 1))
def zipped_longest(xs, ys):
    total = 0.0
    for a, b in itertools.zip_longest(xs, ys, fillvalue=xs[0]):
        total += a * b * b
    return total


@checked((XS,), (VECTOR,))
def numbered_and_reversed(xs):
    pairs = list(enumerate(xs, start=1))
    back = list(reversed(xs))
    return sum(i * v**2 for i, v in pairs) + back[0] * back[1] ** 2


@checked((XS,))
def enumerated_kept_in_a_name(xs):
    pairs = enumerate(xs)
    total = 0.0
    for i, v in pairs:
        total += i * v**2
    return total


@checked((XS, YS), argnums=(0, 1))
def chained(xs, ys):
    total = 1.0
    for v in itertools.chain(xs, ys, [2.0]):
        total = 0.5 * total * v + v
    return total + sum(itertools.chain.from_iterable([xs, ys, xs])) ** 2


@checked((XS, YS), argnums=(0, 1))
def arranged(xs, ys):
    total = 0.0
    for a, b in itertools.product(xs, ys):
        total += a * b * b
    for a, b in itertools.product(ys, repeat=2):
        total += a**2 * b
    for a, b in itertools.combinations(xs, 2):
        total += a * b**2
    for a, b in itertools.permutations(xs, 2):
        total += a**3 * b
    for a, b in itertools.combinations_with_replacement(ys, 2):
        total += a * b
    for a, b in itertools.pairwise(xs):
        total += (b - a) ** 2 * a
    return total


@checked((XS,), (VECTOR,))
def cut(xs):
    head = list(itertools.islice(xs, 2))
    odd = list(itertools.islice(xs, 1, None, 2))
    chosen = list(itertools.compress(xs, [1, 0, 0, 1]))
    early = list(itertools.takewhile(lambda v: v > 0, xs))
    late = list(itertools.dropwhile(lambda v: v > 0, xs))
    return head[0] * head[1] + odd[0] ** 2 * chosen[1] + sum(early) ** 3 + math.prod(late)


@checked((XS, 0.7), ([], 0.7), ((1.5,), 0.7), argnums=(0, 1))
def accumulated(xs, x):
    total = x
    for v in itertools.accumulate(xs):
        total += v * v
    for v in itertools.accumulate(xs, operator.mul, initial=x):
        total += v * x
    for v in itertools.accumulate(xs, lambda a, b: a * x + b):
        total += v**2
    return total


@checked((XS, 0.7), ([], 0.7), argnums=(0, 1))
def reduced(xs, x):
    return functools.reduce(lambda a, b: a * b + x, xs, x) + functools.reduce(max, [*xs, x])


@checked((0.7, XS), argnums=(0, 1))
def repeated_and_starred(x, xs):
    total = sum(itertools.repeat(x, 3)) * x
    for a, b in zip(xs, itertools.repeat(x, 4)):
        total += a * b
    return total + sum(itertools.starmap(blend, [(x, xs[0]), (xs[1], x)])) + max(*map(square, xs))


@checked((XS, 0.43), ((0.5, 2.0, -1.0), 0.43), (VECTOR, 0.43), argnums=(0, 1))
def ordered_by_key(xs, x):
    near = sorted(xs, key=lambda v: (v - x) ** 2)
    far = sorted(xs, key=lambda v: abs(v), reverse=True)
    return sum(i * v**2 for i, v in enumerate(near)) * far[0] * x + far[1] ** 3


@checked((XS, 0.43), argnums=(0, 1))
def extreme_by_key(xs, x):
    far = max(xs, key=lambda v: (v - x) ** 2)
    near = min(xs, key=lambda v: (v - x) ** 2)
    last = max([], key=abs, default=x)
    first = min(xs, key=abs, default=x)
    return far * near**2 + last * first + max(x, 3.0 * x, -x, key=math.cos) ** 2


@checked(({"a": 0.5, "b": -1.2},))
def best_item(scores):
    key, value = max(scores.items(), key=lambda item: item[1])
    return value**2 * scores[key] + sorted(scores.items(), key=operator.itemgetter(0))[1][1]


@checked((0.7, XS), argnums=(0, 1))
def dictionaries(x, xs):
    a = dict(u=x, v=x * x)
    b = dict(a, w=x**3, u=2.0)
    c = dict(zip("pqrs", xs))
    d = dict([("k", x), ("k", xs[0])])
    e = dict((name, v * x) for name, v in c.items())
    f = c.copy()
    return (
        a["u"] * b["w"]
        + b["u"] * b["v"]
        + c["q"] ** 2
        + d["k"] * x
        + sum(e.values())
        + f["p"] * c["p"]
        + sum(dict(a).values()) ** 2
    )


@checked(({0: 1.0, 1: 2.0, 4: -0.5},), ({0.5: 1.0, 2.5: 2.0},))
def keys_carry_no_derivative(d):
    return sum(k * v * v for k, v in list(d.items())) + sum(d.values()) ** 2 + d.get(9, 1.0) * d.copy()[min(d.keys())]


@checked((0.7, 1.2), argnums=(0, 1))
def partials(x, y):
    f = functools.partial(blend, x)
    g = functools.partial(blend, b=y)
    h = functools.partial(operator.mul, x * y)
    return f(y) * g(x) + h(3.0) + sum(map(functools.partial(operator.sub, x), [1.0, y])) + functools.partial(pow, y)(2)


@checked((0.7, 1.2), argnums=(0, 1))
def partial_overridden(x, y):
    f = functools.partial(blend, b=y)
    return f(x, b=x) * f(2.0) + f(x, b=3.0)


def twice(f, v):
    return f(f(v))


@checked((0.7, 1.2), argnums=(0, 1))
def partial_passed_on(x, y):
    return twice(functools.partial(blend, b=y), x) + functools.reduce(functools.partial(blend3, x), [y, x, 2.0])


def blend3(a, b, c):
    return a * b - c * c


@checked(([{"a": 0.5, "b": 1.5}, {"a": -1.0, "b": 2.0}],))
def getters(rows):
    by_name = operator.itemgetter("a")
    first = operator.itemgetter(0)
    both = operator.itemgetter("a", "b")
    a, b = both(rows[1])
    return sum(map(by_name, rows)) ** 2 + first(rows)["b"] * a * b**2


@checked((0.5,))
def repeated_lists(x):
    ys = [x, 2.0] * 2
    zs = [0.0] * 3
    for i in range(3):
        zs[i] = x**i
    return ys[0] * ys[2] + sum(zs * 2)


@pytest.mark.parametrize(("function", "args", "argnums"), GRADIENTS)
def test_gradient(function, args, argnums):
    value, gradient = s2sad.value_and_grad(function, argnums=argnums)(*args)
    assert_identical(value, function(*args))
    assert_close_tree(gradient, central_difference(function, args, argnums), 1e-6, 1e-7)


# -- effects ---------------------------------------------------------------------------------------


def test_functions_are_called_once_and_in_order():
    log = []

    def noted(v):
        log.append(float(v))
        return v * v

    def f(xs):
        best = max(xs, key=noted)
        ordered = sorted(xs, key=noted)
        return best * ordered[0] + sum(map(noted, xs)) + sum(filter(noted, xs))

    assert s2sad.grad(f)(XS) == pytest.approx(central_difference(f, (XS,), 0), abs=1e-6)
    log.clear()
    s2sad.grad(f)(XS)
    assert log == XS * 4


def test_random_draws_keep_their_order():
    def f(xs):
        return sum(map(lambda v: v * random.random(), xs)) + sum(
            itertools.accumulate(xs, lambda a, b: a + b * random.random())
        )

    random.seed(5)
    expected = f(XS)
    random.seed(5)
    value, gradient = s2sad.value_and_grad(f)(XS)
    assert value == expected

    def seeded(xs):
        random.seed(5)
        return f(xs)

    assert gradient == pytest.approx(central_difference(seeded, (XS,), 0), abs=1e-6)


LOG = []


def note(word):
    LOG.append(word)


def numbers():
    for i in range(3):
        note(i)
        yield float(i)


def test_reduce_reads_a_generator_in_turn():
    LOG.clear()

    def f(x):
        def step(a, b):
            note("step")
            return a * x + b

        return functools.reduce(step, numbers(), x)

    assert s2sad.grad(f)(0.7) == pytest.approx(4 * 0.7**3 + 1)
    assert LOG == [0, "step", 1, "step", 2, "step"]


# -- refusals --------------------------------------------------------------------------------------


def used_twice(xs):
    squares = map(square, xs)
    return sum(squares) + sum(squares)


def generator_used_twice(xs):
    squares = (v * v for v in xs)
    return sum(squares) + sum(squares)


def read_in_parts(xs):
    pairs = zip(xs, xs)
    return next(pairs)[0]


def consumed_in_a_loop(xs):
    squares = map(square, xs)
    total = 0.0
    for _ in range(3):
        total += sum(squares)
    return total


def passed_on(xs):
    return squared_sum(map(square, xs))


def squared_sum(values):
    return sum(values) + sum(values)


def returned(xs):
    return first_of(xs)[0]


def first_of(xs):
    return reversed(xs)


def changed_meanwhile(xs):
    factors = [1.0, 2.0]
    products = map(operator.mul, xs, factors)
    factors.append(3.0)
    return sum(products)


def another_effect_first(xs):
    squares = (noted_square(v) for v in xs)
    note("made")
    return sum(squares)


def effects_in_turn_with_the_body(xs):
    total = 0.0
    squares = (noted_square(v) for v in xs)
    for s in squares:
        note("body")
        total += s
    return total


def noted_square(v):
    note("square")
    return v * v


KEPT = [
    used_twice,
    generator_used_twice,
    read_in_parts,
    consumed_in_a_loop,
    passed_on,
    returned,
    changed_meanwhile,
    another_effect_first,
    effects_in_turn_with_the_body,
]


@pytest.mark.parametrize("function", KEPT)
def test_an_iterator_that_is_kept_is_refused(function):
    with pytest.raises(S2SADError, match=r"before it is consumed[\s\S]*hint: make it a list"):
        s2sad.grad(function)(XS)


def test_functions_in_turn_with_the_body_are_refused():
    def f(xs):
        total = 0.0
        for v in itertools.accumulate(xs, blend):
            total += v
        return total

    with pytest.raises(UnsupportedSyntax, match=r"in turn with the body[\s\S]*hint: loop over a list"):
        s2sad.grad(f)(XS)


def test_endless_iterators_of_active_values():
    def f(x):
        total = 0.0
        for v in itertools.count(x):
            total += v
            if total > 10:
                break
        return total

    with pytest.raises(NotDifferentiable, match=r"itertools.count never ends[\s\S]*hint"):
        s2sad.grad(f)(0.5)


def test_a_zip_with_a_generator_is_refused_when_it_runs():
    def f(xs):
        return sum([a * b for a, b in list(zip(xs, itertools.count()))])

    def g(xs):
        return sum([a * b for a, b in zip(xs, itertools.count())])

    with pytest.raises(NotDifferentiable, match="zip of an iterator"):
        s2sad.grad(f)(XS)
    assert s2sad.grad(g)(XS) == [0.0, 1.0, 2.0, 3.0]


def test_counted_words_keep_their_type():
    counts = Counter(a=2.0)
    assert method_equivalent(counts, "get")(counts, "a") == 2.0
    assert method_equivalent(counts, "copy") is None
