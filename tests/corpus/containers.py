"""Containers read, and local lists and dicts built and read back."""

import math

import numpy as np

from .cases import case


def params_by_name(params, x):
    return params["w"] * x * x + params["b"] * params["w"]


case(params_by_name, [({"w": 0.5, "b": -1.0}, 0.7)], argnums=(0, 1))


def nested_parameters(params):
    layers = params["layers"]
    y = params["x"]
    for layer in layers:
        y = math.tanh(layer["w"] * y + layer["b"][0])
    return y * layers[0]["w"]


case(
    nested_parameters,
    [({"x": 0.7, "layers": [{"w": 1.5, "b": (0.2,)}, {"w": -0.4, "b": (0.1,)}]},)],
)


def list_indices(xs, i):
    return xs[0] * xs[i] + xs[-1] ** 2 + xs[i - 1] * xs[-2]


case(list_indices, [([0.7, 1.2, -0.4], 1), ([0.7, 1.2], -1)])


def list_slices(xs):
    head, tail = xs[:2], xs[1:]
    total = 0.0
    for a, b in zip(head, tail[::-1]):
        total += a * b * b
    return total * len(xs[:-1])


case(list_slices, [([0.7, 1.2, -0.4],), ([0.7, 1.2, -0.4, 2.0],)])


def read_in_a_loop(xs, n):
    y = 1.0
    for i in range(n):
        y = y * xs[i] + xs[0]
    return y


case(read_in_a_loop, [([0.7, 1.2, -0.4], 3), ([0.7, 1.2, -0.4], 0)])


def get_with_default(params, x):
    y = params.get("scale", 2.0) * x * x
    if "shift" in params:
        y = y + params["shift"] * x
    return y * params.get("missing", x)


case(get_with_default, [({"scale": 0.5}, 0.7), ({"shift": -1.0}, 0.7)], argnums=1)
case(get_with_default, [({"scale": 0.5, "shift": 3.0}, 0.7)], argnums=(0, 1), name="get_with_default_both")


def build_list(x, n):
    ys = []
    for i in range(n):
        ys.append(x**i)
    total = 0.0
    for y in ys:
        total += y * y
    return total


case(build_list, [(0.7, 4), (0.7, 0)])


def build_list_and_index(x):
    ys = [x]
    for i in range(1, 6):
        ys.append(ys[i - 1] * x + ys[0])
    return ys[-1] * ys[2] + len(ys)


case(build_list_and_index, [(0.7,), (-1.2,)])


def build_list_and_total(x, n):
    total, ys = 0.0, []
    for i in range(n):
        ys.append(x**i)
        total += ys[i] * ys[0]
    return total + sum(ys[::-1])


case(build_list_and_total, [(0.7, 4), (0.7, 0)])


def fibonacci_of_functions(x):
    ys = [x, math.sin(x)]
    while len(ys) < 7:
        ys.append(ys[-1] * ys[-2] + 0.5)
    a, b = ys[-2:]
    return a * b


case(fibonacci_of_functions, [(0.7,), (-1.2,)])


def build_dict(x, y):
    d = {}
    d["a"] = x * y
    d["b"] = d["a"] + x
    d["a"] = d["a"] * d["b"]
    return d["a"] * d["b"]


case(build_dict, [(0.7, 1.2)], argnums=(0, 1))


def dict_literal(x):
    d = {"sin": math.sin(x), "square": x * x, "n": 3}
    return d["sin"] * d["square"] ** d["n"]


case(dict_literal, [(0.7,), (-1.2,)])


def memo_table(x, n):
    table = {0: 1.0, 1: x}
    for i in range(2, n):
        table[i] = 2 * x * table[i - 1] - table[i - 2]
    return table[n - 1]


case(memo_table, [(0.7, 6), (0.7, 2)])


def list_of_lists(x):
    rows = []
    for i in range(3):
        row = []
        for j in range(2):
            row.append(x * i + j * x * x)
        rows.append(row)
    return rows[1][1] * rows[2][0] + rows[0][1]


case(list_of_lists, [(0.7,), (-1.2,)])


def concatenated_lists(x, y):
    a = [x, y]
    b = a + [x * y] + [0.5] * 2
    c = b * 2
    total = 1.0
    for v in c:
        total = total * v + v
    return total


case(concatenated_lists, [(0.7, 1.2)], argnums=(0, 1))


def unpacked_into_displays(x, y):
    a = [x, *(y * y, x * y)]
    b = (*a, 1.0)
    d = {**{"p": x * 2}, "q": b[1], "p": a[0] * 3}
    return d["p"] * d["q"] * b[-2]


case(unpacked_into_displays, [(0.7, 1.2)], argnums=(0, 1))


def tuples_of_tuples(x):
    state = (x, (x * x, 1.0))
    for _ in range(3):
        a, (b, c) = state
        state = (a * b, (b + c, a * 0.5))
    return state[0] + state[1][0] * state[1][1]


case(tuples_of_tuples, [(0.7,), (-0.6,)])


def extended_list(x):
    ys = [x]
    ys.extend([x * x, x + 1])
    ys += [math.sin(x)]
    return ys[1] * ys[2] * ys[3] + ys[0]


case(extended_list, [(0.7,), (-0.6,)])


def container_of_arrays(params, v):
    hidden = np.tanh(params["w"] @ v + params["b"])
    return np.sum(hidden * hidden) * params["scale"]


case(
    container_of_arrays,
    [
        (
            {"w": np.array([[0.1, 0.5], [-0.4, 0.3]]), "b": np.array([0.1, -0.2]), "scale": 1.5},
            np.array([0.7, -1.2]),
        )
    ],
    argnums=(0, 1),
)


def list_in_array_and_back(xs):
    v = np.array(xs)
    a, b, c = v * v
    return a * b + c * xs[0]


case(list_in_array_and_back, [([0.7, 1.2, -0.4],)])


def inactive_containers(x, table):
    seen = {}
    order = []
    for key in table:
        seen[key] = seen.get(key, 0) + 1
        order.insert(0, key)
        x = x * seen[key] + len(order)
    return x * x


case(inactive_containers, [(0.7, ["a", "b", "a"]), (0.7, [])])


def len_and_sum_of_list(xs):
    mean = sum(xs) / len(xs)
    return sum([(x - mean) ** 2 for x in xs]) / (len(xs) - 1)


case(len_and_sum_of_list, [([0.7, 1.2, -0.4],)])


def deep_structure(tree):
    (a, [b, inner]), d = tree["left"], tree["right"]
    c = inner["c"]
    return a * b * c + d[0][0] ** 2 * a


case(deep_structure, [({"left": (0.7, [1.2, {"c": -0.4}]), "right": [(2.0,)]},)])


def history_read_backwards(x, n):
    history = []
    y = x
    for i in range(n):
        history.append(y)
        y = y * y * 0.5 + x
    total = 0.0
    for i in range(len(history) - 1, -1, -1):
        total = total * 0.3 + history[i]
    return total * y


case(history_read_backwards, [(0.7, 4), (0.7, 0)])


def zipped_dict(keys, xs):
    d = dict(zip(keys, xs))
    return d["a"] * d["b"] ** 2 + max(d.values())


case(zipped_dict, [(["a", "b"], [0.7, 1.2])], argnums=1)
