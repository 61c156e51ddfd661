"""`for` over ranges and `while`, nested, with every kind of trip count."""

import math

from .cases import case


def range_loop(x, n):
    y = x
    for i in range(n):
        y = math.sin(y) * x + i
    return y


case(range_loop, [(0.7, 0), (0.7, 1), (0.7, 6)])


def loop_with_branch(x: float, n: int):
    y = x
    for i in range(n):
        if y > 1.0:
            y = math.sin(y) * x
        else:
            y = y * y + x
    return y


case(loop_with_branch, [(0.9, 0), (0.9, 7), (0.4, 5)])


def range_with_start(x):
    y = 1.0
    for i in range(2, 6):
        y = y * x + i
    return y


case(range_with_start, [(0.7,), (-1.3,)])


def range_negative_step(x, n):
    y = x
    for i in range(n, -1, -2):
        y = y * x + i * math.cos(y)
    return y


case(range_negative_step, [(0.7, 6), (0.7, 5), (0.7, -3)])


def range_of_any_step(x, start, stop, step):
    y = x
    for i in range(start, stop, step):
        y = 0.1 * y * y * i + x
    return y


case(range_of_any_step, [(0.7, 0, 10, 3), (0.7, 9, 0, -4), (0.7, 5, 1, 2), (0.7, -2, 3, 1)])


def range_bounds_reassigned(x, n):
    y = x
    for i in range(n):
        n = n - 1
        y = y * x + n
    return y * n


case(range_bounds_reassigned, [(0.7, 3), (1.2, 1)])


def loop_variable_reassigned(x):
    y = x
    for i in range(4):
        i = i * i
        y = y * x + i
        i = y
    return y * i


case(loop_variable_reassigned, [(0.7,), (-0.4,)])


def loop_variable_after_loop(x, n):
    i = 5
    y = x
    for i in range(n):
        y = y * x
    return y * i + y * y


case(loop_variable_after_loop, [(0.7, 4), (0.7, 0)])


def variable_of_loop_used_after(x):
    for i in range(4):
        last = math.sin(x * i)
        square = last * last
    return last * square + x**2


case(variable_of_loop_used_after, [(0.7,), (-0.4,)])


def loop_local_variable(x):
    total = 0.0
    for i in range(5):
        t = x * i
        u = t * t
        total = total + u * x
    return total


case(loop_local_variable, [(0.7,), (-0.4,)])


def accumulate_sum(x, n):
    total = 0.0
    for i in range(1, n + 1):
        total += x**i / i
    return total


case(accumulate_sum, [(0.7, 5), (0.7, 0), (-0.4, 3)])


def accumulate_product(x):
    product = 1
    for i in range(4):
        product *= x + i
    return product


case(accumulate_product, [(0.7,), (-0.45,)])


def squaring_with_runtime_bound(v, n):
    for _ in range(n):
        v = v * v
    return v


case(squaring_with_runtime_bound, [(1.1, 4), (1.1, 0), (-0.9, 3)])


def two_carried(x, y):
    for _ in range(3):
        t = x
        x = x * y
        y = t + y * 0.5
    return x + y


case(two_carried, [(0.7, 1.1), (-0.4, 0.6)], argnums=(0, 1))


def nested_loops(x, n):
    total = 0.0
    for i in range(n):
        inner = x
        for j in range(i + 1):
            inner = inner * math.cos(x * j) + 0.1 * i
        total += inner * inner
    return total


case(nested_loops, [(0.7, 3), (0.7, 0), (-0.4, 1)])


def triple_loops(x):
    y = x
    for i in range(2):
        for j in range(3):
            for k in range(j):
                y = 0.5 * y * x + i - j * 0.1 + k
            y = math.sin(y)
        y = y + x
    return y


case(triple_loops, [(0.7,), (-0.4,)])


def same_counter_name_nested(x):
    y = x
    for i in range(2):
        for i in range(3):
            y = y * x + i
        y = y + i * x
    return y


case(same_counter_name_nested, [(0.7,), (-0.4,)])


def two_loops_same_names(x):
    y = x
    for i in range(3):
        t = y * x
        y = t + i
    for i in range(2):
        t = y * y
        y = 0.1 * t - i
    return y


case(two_loops_same_names, [(0.7,), (-0.4,)])


def division_in_a_loop(x):
    y = 1.0
    for i in range(1, 5):
        y = (y + x) / (y * i + 2.0)
    return y


case(division_in_a_loop, [(0.7,), (1.4,)])


def while_on_value(x):
    y = x
    while y < 10.0:
        y = y * y + 1.0
    return y


case(while_on_value, [(0.7,), (2.2,), (11.0,)])


def while_on_counter(x, n):
    y = x
    while n > 0:
        y = math.sin(y) + x
        n -= 1
    return y


case(while_on_counter, [(0.7, 4), (0.7, 0)])


def nested_while(x):
    y = x
    i = 0
    while i < 3:
        j = i
        while j > 0:
            y = y * x + j
            j -= 1
        i += 1
        y = 0.3 * y
    return y


case(nested_while, [(0.7,), (-0.4,)])


def while_true(x):
    y = x
    n = 0
    while True:
        y = y * 1.5 + x * x
        n += 1
        if y > 5.0:
            break
    return y / n


case(while_true, [(0.7,), (1.9,)])


def newton_square_root(a):
    x = a
    while abs(x * x - a) > 1e-13 * a:
        x = 0.5 * (x + a / x)
    return x


case(newton_square_root, [(2.0,), (9.0,)])


def collatz_like(x, n):
    y = x
    while n != 1:
        if n % 2 == 0:
            n //= 2
            y = y * x
        else:
            n = 3 * n + 1
            y = y + math.sin(x)
    return y


case(collatz_like, [(0.9, 6), (0.9, 1), (1.1, 3)])


def while_with_active_condition_and_else(x):
    y = x
    steps = 0
    while y > 1:
        y = y / 2
        steps += 1
    else:
        y = y * y
    return y + steps * x * x


case(while_with_active_condition_and_else, [(5.3,), (0.7,)])


def data_dependent_range(x):
    y = 1.0
    for i in range(int(x * 3)):
        y = y * x - i
    return y


case(data_dependent_range, [(0.1,), (1.5,), (2.1,)])


def loop_in_branches(x, n):
    y = x
    if x > 0:
        for i in range(n):
            y = y * y - 0.5
            if y > 0:
                y = y + x
    else:
        while y < 1:
            y = y + x * x
    return y


case(loop_in_branches, [(0.7, 3), (1.1, 2), (-0.7, 2)])


def inactive_loop_around_active(x):
    seen = []
    for word in "a b c".split():
        seen.append(word.upper())
        if len(seen) == 2:
            x = x * x
    return x * len(seen)


case(inactive_loop_around_active, [(0.7,), (-0.4,)])


def loop_over_active_bound_names(x):
    a = b = x
    for _ in range(3):
        a, b = b * x, a + b
        c = a * b
        a = c
    return a + b + c


case(loop_over_active_bound_names, [(0.7,), (-0.4,)])


def continued_fraction(x, depth):
    y = x
    for k in reversed(range(1, depth)):
        y = x + k / y
    return y


case(continued_fraction, [(1.7, 6), (1.7, 1)])


def horner(x, coefficients):
    y = 0.0
    for c in coefficients:
        y = y * x + c
    return y


case(horner, [(1.7, [1.0, -2.0, 3.0, 0.5]), (1.7, [])])
case(horner, [(1.7, [1.0, -2.0, 3.0, 0.5])], argnums=(0, 1), name="horner_and_coefficients")


def changes_kind_in_loop(x):
    state = "up"
    y = x
    for i in range(6):
        if state == "up":
            y = y * 1.5
            if y > 2:
                state = "down"
        else:
            y = y - x * x
            if y < 1:
                state = "up"
    return y


case(changes_kind_in_loop, [(0.7,), (1.1,)])
