"""One variable for a container that is built and for what is made of it, or for an argument and a copy of it that is built on."""

import numpy as np

from .cases import case

V = np.array([0.7, -1.2, 0.4, 2.0])


def list_to_array(x):
    ys = [x[0]]
    for v in x[1:]:
        ys.append(0.5 * ys[-1] + v)
    ys = np.array(ys)
    return np.sum(ys**2)


case(list_to_array, [(V,)])


def list_to_array_in_a_loop(x):
    total = 0.0
    for k in range(3):
        row = []
        for v in x:
            row.append(v * k + v * v)
        row = np.asarray(row)
        total = total + np.prod(row[1:])
    return total


case(list_to_array_in_a_loop, [(V,)])


def argument_to_list(xs):
    xs = list(xs)
    xs.append(xs[0] * xs[1])
    xs[0] = xs[2] * 3.0
    return xs[0] * xs[-1]


case(argument_to_list, [([0.7, -1.2, 0.4],), (V,)])


def extended(xs, y):
    xs = [*xs]
    xs.append(y)
    return xs


def argument_of_a_callee_to_list(x):
    ys = [x, x * x]
    more = extended(ys, np.sin(x))
    return ys[1] * more[2] * len(ys)


case(argument_of_a_callee_to_list, [(0.7,)])


def list_that_starts_anew(x, n):
    ys = []
    for i in range(n):
        ys.append(x * i)
        if i == 2:
            ys = [sum(ys)]
    total = x
    for y in ys:
        total = total + y * y
    ys = {"total": total}
    ys["square"] = total * total
    return ys["square"] + ys["total"]


case(list_that_starts_anew, [(0.7, 5), (0.7, 1), (0.7, 0)])


def list_to_array_in_a_try(x):
    ys = []
    try:
        for v in x:
            ys.append(np.sin(v))
        ys = np.stack(ys)
        ys = ys / np.sum(ys)
    except ValueError:
        ys = np.zeros(1)
    return np.sum(ys * ys)


case(list_to_array_in_a_try, [(V,)])


def several_names_at_once(x):
    xs, total = [], 0.0
    for i in range(3):
        xs.append(x**i)
        total, xs = total + xs[-1], [*xs, x]
    xs += [total]
    xs = tuple(xs)
    return xs[0] * xs[-1] + xs[2]


case(several_names_at_once, [(0.7,)])
