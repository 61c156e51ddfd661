"""What a function may return: tuples, dicts, lists, arrays, and now and then nothing to do with its arguments."""

import math

import numpy as np

from .cases import case


def return_tuple(x, y):
    return x * y, x + y * y


case(return_tuple, [(0.7, 1.2)], argnums=(0, 1), output="tree")


def return_list_of_mixed(x):
    return [x * x, "label", 3, math.sin(x)]


case(return_list_of_mixed, [(0.7,)], output="tree")


def return_dict(x, n):
    if n > 2:
        return {"y": x * x, "n": n}
    return {"y": math.exp(x), "n": n}


case(return_dict, [(0.7, 1), (0.7, 3)], output="tree")


def return_nested(x, y):
    return {"pair": (x * y, [x]), "y": y**2}


case(return_nested, [(0.7, 1.2)], argnums=(0, 1), output="tree")


def return_array(x):
    return np.sin(x) * np.array([1.0, 2.0, 3.0])


case(return_array, [(0.7,), (np.array([0.1, 0.2, 0.3]),)], output="tree")


def return_argument(x):
    return x


case(return_argument, [(0.7,), (np.float64(0.3),)])


def return_tuple_from_loop(x, n):
    total, last = 0.0, x
    for i in range(n):
        last = last * x
        total += last
        if total > 3:
            return total, last
    return total, x


case(return_tuple_from_loop, [(0.7, 4), (1.6, 9)], output="tree")


def return_constant_in_tuple(x):
    return x**2, 1.0, None


case(return_constant_in_tuple, [(0.7,)], output="tree")


def return_same_value_twice(x):
    y = x * x
    return y, y


case(return_same_value_twice, [(0.7,)], output="tree")


def return_different_structures(x):
    if x > 0:
        return (x * x, x)
    return (x**3, 2.0)


case(return_different_structures, [(0.7,), (-0.7,)], output="tree")


def return_boolean_operands(x, y):
    return x > 0 and x * y or y * y


case(return_boolean_operands, [(0.7, 1.2), (-0.7, 1.2)], argnums=1)
