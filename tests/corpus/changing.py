"""Variables that change their type along the way, and the names and kinds that this may confuse."""

import math
from fractions import Fraction

import numpy as np

from .cases import case

VECTOR = np.array([0.5, -1.2, 2.0])


def zero_then_float_then_array(x):
    y = 0
    y = y + x
    y = y * VECTOR
    y = y @ y
    return y * x


case(zero_then_float_then_array, [(0.7,), (-1.2,)])


def integer_accumulator(v):
    total = 0
    for i in range(3):
        total = total + v * v
    return np.sum(total * v)


case(integer_accumulator, [(VECTOR,)])
case(lambda v: sum(v * v) * 1.0, [(VECTOR,)], name="builtin_sum_of_array")


def number_or_array(x, wide):
    y = x * x
    if wide:
        y = y * VECTOR
    z = y + 1.0
    return np.sum(z * z)


case(number_or_array, [(0.7, True), (0.7, False)])


def scalar_grows_in_a_loop(x, n):
    y = x
    for i in range(n):
        y = y * VECTOR if i == 1 else y + x
    return np.sum(y * x)


case(scalar_grows_in_a_loop, [(0.7, 3), (0.7, 1), (0.7, 0)])


def list_then_number(x):
    y = [x, x * x]
    y = y[0] * y[1]
    y = (y, 2.0)
    y = y[0] * y[1]
    return y


case(list_then_number, [(0.7,), (-1.2,)])


def none_until_set(xs):
    best = None
    for x in xs:
        if best is None or x > best:
            best = x
    return best * best


case(none_until_set, [([0.5, 2.0, 1.0],), ([3.0],)])


def text_then_number(x):
    y = "n/a"
    if y != "":
        y = x * x
    return y * y


case(text_then_number, [(0.7,)])


def active_then_inactive(x):
    y = x * x
    z = y * x
    y = 3.0
    z = z * y
    y = z
    return y * x


case(active_then_inactive, [(0.7,), (-1.2,)])


def becomes_constant_in_one_branch(x):
    y = x * x
    if x > 1:
        y = 2.0
    return y * x


case(becomes_constant_in_one_branch, [(0.7,), (1.2,)])


def real_then_complex(x):
    z = x
    z = z * (1 + 1j)
    z = z * z
    return abs(z) + z.imag


case(real_then_complex, [(0.7,), (1.2,)])


def integer_argument_stays_integer(x, n):
    m = n * 2 + 1
    half = n / 2
    return x**m * half + m // 2


case(integer_argument_stays_integer, [(0.7, 2), (-1.2, 1)])


def numpy_scalars(x):
    y = np.float64(2.0) * x
    z = np.sin(y) * x
    return float(z) + y * z


case(numpy_scalars, [(0.7,), (np.float64(-1.2),)])


def zero_dimensional(a):
    b = a * a
    c = b + np.array(2.0) * a
    return np.sin(c[()]) * b.item()


case(zero_dimensional, [(np.array(0.7),)])


def fractions_stay_exact(x, p):
    y = p * 2 + Fraction(1, 3)
    return x * x * float(y)


case(fractions_stay_exact, [(0.7, Fraction(1, 7))])


def array_to_float_and_back(v):
    total = float(np.sum(v * v))
    w = total * v
    return math.sqrt(np.sum(w**2)) + w.tolist()[0]


case(array_to_float_and_back, [(VECTOR,)])


def same_name_for_function_and_value(x):
    f = math.sin
    y = f(x)
    f = y * x
    return f * f


case(same_name_for_function_and_value, [(0.7,), (-1.2,)])


def generator_name_reused(xs):
    x = 2.0
    ys = [x * x for x in xs]
    for x in ys:
        pass
    return x * ys[0]


case(generator_name_reused, [([0.5, 2.0, 1.0],)])


def shadowed_builtin_helper(x):
    def abs(t):
        return t * t

    def max(a, b):
        return a + b

    return abs(x) * max(x, 2.0)


case(shadowed_builtin_helper, [(0.7,), (-1.2,)])


def local_called_np(x):
    np = x * x
    math = np * x
    for i in range(2):
        np = np * math
    return np + math


case(local_called_np, [(0.7,), (-1.2,)])


def index_changes_in_place(v):
    index = np.array([0, 1, 0])
    total = 0.0
    for k in range(3):
        total = total + np.sum(v[index] ** 2) * (k + 1)
        index += 1
        index %= 3
    return total


case(index_changes_in_place, [(np.array([0.5, -1.2, 2.0]),)])


def data_change_behind_a_view(v):
    data = np.ones(6)
    view = data[::2]
    total = 0.0
    for k in range(3):
        y = v * view
        data[2 * k] = 3.0
        total = total + np.sum(y * y)
    return total


case(data_change_behind_a_view, [(np.array([0.5, -1.2, 2.0]),)])


def scaled_once_too_often(v):
    total = 0.0
    for i in range(3):
        mean = np.mean(v, keepdims=True)
        total = total + np.sum(v * mean) * i
        v = v * mean
    return total


case(scaled_once_too_often, [(np.array([0.5, -1.2, 2.0]),)])


def read_in_slices_and_scaled(v):
    y = v * v
    total = 0.0
    for i in range(3):
        z = y[i:]
        total = total + np.sum(z * 2.0 * v[i])
        y = y * 1.5
    return total


case(read_in_slices_and_scaled, [(np.array([0.5, -1.2, 2.0]),)])
