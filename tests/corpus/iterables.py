"""`for` over everything that can be iterated."""

import itertools
import math

import numpy as np

from .cases import case

LIST = [0.5, -1.2, 2.0]
DICT = {"a": 0.5, "b": -1.2, "c": 2.0}
VECTOR = np.array([0.5, -1.2, 2.0, 0.3])
MATRIX = np.array([[0.5, -1.2], [2.0, 0.3], [1.1, -0.6]])


def over_list(xs):
    y = 1.0
    for x in xs:
        y = y * x + math.sin(x)
    return y


case(over_list, [(LIST,), ([],), ([1.5],)])
case(over_list, [((0.5, -1.2, 2.0),)], name="over_tuple")
case(over_list, [(VECTOR,)], name="over_vector")


def over_list_literal(x, y):
    total = 0.0
    for a in [x, y, x * y, 2.0]:
        total = total * a + a
    return total


case(over_list_literal, [(0.7, 1.2)], argnums=(0, 1))


def over_rows(a):
    total = 0.0
    for row in a:
        total = total + np.sum(row * row) * row[0]
    return total


case(over_rows, [(MATRIX,)])


def over_rows_unpacked(a):
    total = 0.0
    for u, v in a:
        total += u * u * v
    return total


case(over_rows_unpacked, [(MATRIX,), ([(1.0, 2.0), (0.5, -1.0)],)])


def dict_values(d):
    total = 1.0
    for v in d.values():
        total = total * v + v * v
    return total


case(dict_values, [(DICT,)])


def dict_items(d, weights):
    total = 0.0
    for key, v in d.items():
        total += weights[key] * v**2
    return total


case(dict_items, [(DICT, {"a": 1.0, "b": 2.0, "c": -3.0})], argnums=(0, 1))


def dict_keys(d):
    total = 1.0
    for key in d:
        total *= d[key]
    for key in d.keys():
        total += d[key] ** 2
    return total


case(dict_keys, [(DICT,)])


def over_string(x, text):
    y = x
    for letter in text:
        if letter == "+":
            y = y + x
        elif letter == "*":
            y = y * x
    return y


case(over_string, [(0.7, "*+?*"), (0.7, "")])


def with_enumerate(xs):
    total = 0.0
    for i, x in enumerate(xs):
        total += x**2 * i
    for i, x in enumerate(xs, start=2):
        total *= x + i
    return total


case(with_enumerate, [(LIST,), (VECTOR,)])


def with_zip(xs, ys):
    total = 0.0
    for x, y in zip(xs, ys):
        total += x * y * y
    return total


case(with_zip, [(LIST, [1.0, 2.0]), ([1.0], LIST), (VECTOR, [0.2, 0.3, 0.4, 0.5])], argnums=(0, 1))


def with_zip_of_a_star(xs, ys):
    total = 0.0
    for x, y in zip(*[xs, ys]):
        total = total + x * y
    for i, pair in enumerate(zip(*(xs, ys))):
        total = total + i * pair[0] * pair[1] ** 2
    for product in map(lambda x, y: x * y * y, *[xs, ys]):
        total = total * product
    return total + sum(x * y for x, y in zip(*[xs, ys]))


case(with_zip_of_a_star, [(LIST, [1.0, 2.0, 0.5]), ([1.0], LIST), (VECTOR, [0.2, 0.3, 0.4, 0.5])], argnums=(0, 1))


def with_enumerate_zip(xs, ys):
    total = 1.0
    for i, (x, y) in enumerate(zip(xs, ys)):
        total = total * x + y**i
    return total


case(with_enumerate_zip, [(LIST, [1.0, 2.0, 0.5])], argnums=(0, 1))


def with_reversed(xs):
    y = 1.0
    for x in reversed(xs):
        y = y * x + x
    return y


case(with_reversed, [(LIST,), ((0.3, 0.7),)])


def with_map(xs, scale):
    total = 0.0
    for y in map(lambda x: scale * x * x, xs):
        total += y * y
    return total


case(with_map, [(LIST, 0.7)], argnums=(0, 1))


def with_map_of_named(xs):
    a, b, c = map(math.sin, xs)
    return a * b + c * sum(map(math.exp, xs))


case(with_map_of_named, [(LIST,)])


def with_filter(xs):
    total = 1.0
    for x in filter(lambda v: v > 0, xs):
        total = total * x + x
    return total


case(with_filter, [(LIST,), ([-1.0, -2.0, 3.0],)])


def with_sorted(xs):
    total = 0.0
    for i, x in enumerate(sorted(xs)):
        total += x * x * (i + 1)
    for i, x in enumerate(sorted(xs, reverse=True)):
        total += x**3 * i
    return total


case(with_sorted, [(LIST,), ([3.0, 1.0, 2.0],)])


def with_sorted_by_key(xs):
    total = 0.0
    for i, x in enumerate(sorted(xs, key=lambda v: v * v)):
        total += i * x**2
    return total


case(with_sorted_by_key, [(LIST,)])


def with_chain(xs, ys):
    total = 1.0
    for v in itertools.chain(xs, ys):
        total = 0.5 * total * v + v
    return total


case(with_chain, [(LIST, [1.0, 0.2])], argnums=(0, 1))


def with_product(xs, ys):
    total = 0.0
    for x, y in itertools.product(xs, ys):
        total += x * y * y
    return total


case(with_product, [(LIST, [1.0, 0.2])], argnums=(0, 1))


def with_islice(xs):
    total = 0.0
    for x in itertools.islice(xs, 1, None):
        total += x**2
    return total


case(with_islice, [(LIST,)])


def with_pairwise(xs):
    total = 0.0
    for a, b in itertools.pairwise(xs):
        total += (b - a) ** 2 * a
    return total


case(with_pairwise, [(LIST,)])


def with_accumulate(xs):
    total = 0.0
    for partial in itertools.accumulate(xs):
        total += partial * partial
    return total


case(with_accumulate, [(LIST,)])


def with_count_and_break(x):
    y = 0.0
    for n in itertools.count(1):
        y += x**n / n
        if n > 5:
            break
    return y


case(with_count_and_break, [(0.5,), (-0.3,)])


def with_cycle_and_break(x, signs):
    y = x
    n = 0
    for sign in itertools.cycle(signs):
        y = y * x + sign
        n += 1
        if n == 5:
            break
    return y


case(with_cycle_and_break, [(0.5, [1, -1]), (-0.3, [2.0, 0.5, 0.1])])


def with_repeat_and_combinations(x, xs):
    y = x
    for v in itertools.repeat(x, 3):
        y = y * v + 1
    for a, b in itertools.combinations(xs, 2):
        y = y + a * b * x
    return y


case(with_repeat_and_combinations, [(0.5, LIST)], argnums=(0, 1))


def over_generator_expression(xs, x):
    total = 0.0
    for y in (v * x for v in xs if v > 0):
        total = total * y + y
    return total


case(over_generator_expression, [(LIST, 0.7)], argnums=(0, 1))


def countdown(n):
    while n > 0:
        yield n
        n -= 1


def over_generator_of_numbers(x, n):
    y = x
    for k in countdown(n):
        y = y * x + k
    return y


case(over_generator_of_numbers, [(0.5, 4), (0.5, 0)])


def iterated_once(x, n):
    numbers = iter(range(n))
    y = x
    for k in numbers:
        y = y * x + k
        next(numbers, None)
    return y


case(iterated_once, [(0.5, 5), (0.5, 0)])


def over_nested_lists(rows):
    total = 0.0
    for row in rows:
        product = 1.0
        for v in row:
            product *= v
        total += product * product
    return total


case(over_nested_lists, [([[1.0, 2.0], [0.5], [], [0.3, -0.4, 2.0]],)])


def over_set_of_numbers(x):
    y = 0.0
    for k in {1, 2, 3}:
        y = y + x**k
    return y


case(over_set_of_numbers, [(0.5,), (-0.3,)])


def over_lines(x, text):
    for line in text.splitlines():
        name, _, number = line.partition("=")
        if name.strip() == "scale":
            x = x * x * float(number)
    return x


case(over_lines, [(0.5, "scale = 3\n# note\nscale=0.5"), (0.5, "")])
