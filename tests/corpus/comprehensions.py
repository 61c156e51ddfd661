"""Comprehensions and generator expressions."""

import math

import numpy as np

from .cases import case

LIST = [0.5, -1.2, 2.0]


def list_comprehension(xs):
    ys = [x * x + 1 for x in xs]
    return ys[0] * ys[-1] + sum(ys)


case(list_comprehension, [(LIST,), ([0.3],)])


def comprehension_over_range(x):
    ys = [x**i for i in range(5)]
    return sum(ys) * ys[2]


case(comprehension_over_range, [(0.7,), (-1.2,)])


def comprehension_with_conditions(xs, limit):
    ys = [x * limit if x > 1 else math.sin(x) for x in xs if x > -1 if x < 6]
    return sum(ys)


case(comprehension_with_conditions, [(LIST, 0.5), ([], 0.5), ([7.0, 3.0], 0.5)])


def nested_comprehension(rows):
    squares = [[v * v for v in row] for row in rows]
    return sum([s * row[0] for row in squares for s in row])


case(nested_comprehension, [([[1.0, 0.5], [0.3]],)])


def comprehension_of_two_loops(xs, ys):
    products = [x * y * y for x in xs for y in ys if x > y]
    return sum(products)


case(comprehension_of_two_loops, [(LIST, [0.1, 1.0])], argnums=(0, 1))


def comprehension_unpacking(pairs):
    ys = [a * b for a, b in pairs]
    zs = [i * a**2 for i, (a, _) in enumerate(pairs)]
    return ys[0] * zs[1]


case(comprehension_unpacking, [([(0.5, 1.5), (2.0, -0.3)],)])


def comprehension_scope(x):
    i = x * x
    ys = [i * x for i in (1.0, 2.0)]
    return i * sum(ys)


case(comprehension_scope, [(0.7,), (-1.2,)])


def comprehension_captures(x):
    scale = x * 2
    shift = math.cos(x)
    ys = [scale * k + shift for k in (1, 2, 3)]
    return ys[0] * ys[1] * ys[2]


case(comprehension_captures, [(0.7,), (-1.2,)])


def walrus_in_comprehension(xs):
    last = 0.0
    ys = [last := last * 0.5 + x * x for x in xs]
    return sum(ys) * last


case(walrus_in_comprehension, [(LIST,)])


def dict_comprehension(d):
    squares = {key: v * v for key, v in d.items()}
    return squares["a"] * squares["b"] + d["a"]


case(dict_comprehension, [({"a": 0.5, "b": -1.5},)])


def dict_comprehension_by_number(x):
    powers = {n: x**n for n in range(4) if n != 1}
    return powers[2] * powers[3] + powers[0]


case(dict_comprehension_by_number, [(0.7,), (-1.2,)])


def inactive_set_comprehension(x, words):
    lengths = {len(word) for word in words}
    y = x
    for n in sorted(lengths):
        y = y * x + n
    return y


case(inactive_set_comprehension, [(0.7, ["a", "bcd", "e"]), (0.7, [])])


def sum_of_generator(xs, y):
    return sum(x * x * y for x in xs)


case(sum_of_generator, [(LIST, 0.7), ([], 0.7)], argnums=1)
case(sum_of_generator, [(LIST, 0.7)], argnums=(0, 1), name="sum_of_generator_both")


def sum_with_start(xs, start):
    return sum((x * x for x in xs), start * start)


case(sum_with_start, [(LIST, 0.7)], argnums=(0, 1))


def min_and_max_of_generator(xs):
    return min(x * x for x in xs) * max(math.exp(x) for x in xs)


case(min_and_max_of_generator, [(LIST,)])


def max_by_key(xs):
    best = max(xs, key=lambda x: x * x)
    worst = min(xs, key=abs)
    return best**2 * worst


case(max_by_key, [(LIST,)])


def max_of_arguments(x, y):
    return max(x, y, 0.1) * min(x, y) + max([x, y]) ** 2


case(max_of_arguments, [(0.7, 1.2), (1.2, -0.3)], argnums=(0, 1))


def default_of_max(xs, x):
    return max((v * x for v in xs), default=x * x)


case(default_of_max, [(LIST, 0.7), ([], 0.7)], argnums=1)


def any_and_all(xs):
    y = xs[0]
    if any(x > 1 for x in xs):
        y = y * xs[1]
    if all(x > 0 for x in xs):
        y = y * y
    return y


case(any_and_all, [([0.5, 1.5],), ([0.5, 0.7],), ([-0.5, 3.0],)])


def list_and_tuple_of_generator(xs):
    a = list(x * x for x in xs)
    b = tuple(math.sin(x) for x in xs)
    return a[0] * b[1] + a[1] * b[0]


case(list_and_tuple_of_generator, [(LIST,)])


def dict_of_generator(xs):
    d = dict((i, x * x) for i, x in enumerate(xs))
    return d[0] * d[1] * d[2]


case(dict_of_generator, [(LIST,)])


def array_of_list_comprehension(x):
    v = np.array([x * k for k in range(1, 4)])
    return np.sum(v**2) * v[0]


case(array_of_list_comprehension, [(0.7,), (-1.2,)])


def math_prod_and_fsum(xs):
    return math.prod(x + 1 for x in xs) * math.fsum([x * x for x in xs])


case(math_prod_and_fsum, [(LIST,)])


def join_of_generator(x, names):
    label = ", ".join(name.upper() for name in names)
    return x * x * len(label)


case(join_of_generator, [(0.7, ["a", "bc"])])


def zip_of_generators(xs):
    squares = (x * x for x in xs)
    sines = (math.sin(x) for x in xs)
    return sum(a * b for a, b in zip(squares, sines))


case(zip_of_generators, [(LIST,)])


def softmax_of_list(xs):
    largest = max(xs)
    exps = [math.exp(x - largest) for x in xs]
    total = sum(exps)
    return sum(i * (e / total) for i, e in enumerate(exps))


case(softmax_of_list, [(LIST,), ([1.0, 2.0],)])
