"""`break`, `continue` and `else` on loops, and early returns, wherever they may stand."""

import math

from .cases import case


def break_on_value(x, n):
    y = x
    for i in range(n):
        y = y * 1.5 + x * x
        if y > 4:
            break
        y = y + i
    return y


case(break_on_value, [(0.7, 10), (0.7, 1), (3.0, 5), (0.7, 0)])


def break_first_thing(x):
    y = x
    for i in range(10):
        if y > 3:
            break
        y = y * y + x
    return y * i


case(break_first_thing, [(0.9,), (4.0,)])


def break_in_else_branch(x):
    y = x
    while True:
        if y < 3:
            y = y * 1.7
        else:
            y = y * x
            break
    return y


case(break_in_else_branch, [(0.9,), (4.0,)])


def continue_in_for(x, n):
    y = x
    for i in range(n):
        if i % 3 == 1:
            continue
        y = y * x + i
        if y > 2:
            y = math.sin(y)
            continue
        y = y + x
    return y


case(continue_in_for, [(0.7, 7), (1.4, 5), (0.7, 0)])


def continue_in_while(x):
    y = x
    i = 0
    while i < 6:
        i += 1
        if y > 1.5:
            y = y / (1 + x * x)
            continue
        y = y * 1.4 + 0.1 * i
    return y


case(continue_in_while, [(0.7,), (2.4,)])


def break_and_continue(x, n):
    y = x
    for i in range(n):
        t = math.sin(y + i)
        if t < 0:
            continue
        y = y + t * x
        if y > 3:
            break
        y = y * 1.1
    return y * y


case(break_and_continue, [(0.7, 8), (1.4, 3), (-0.5, 6)])


def for_else(x, n):
    y = x
    for i in range(n):
        y = y * 1.5
        if y > 3:
            y = y * x
            break
    else:
        y = y * y
    return y


case(for_else, [(0.7, 2), (0.7, 9), (0.7, 0)])


def while_else(x, n):
    y = x
    while n > 0:
        n -= 1
        y = y * x + 1
        if y > 4:
            break
    else:
        y = math.sin(y) * x
    return y


case(while_else, [(0.7, 2), (1.9, 9), (0.7, 0)])


def search_with_else(x, primes):
    y = x
    for n in range(2, 12):
        for p in primes:
            if n % p == 0 and n != p:
                break
        else:
            y = y * x + n
    return y


case(search_with_else, [(0.3, [2, 3]), (0.3, [])])


def nested_breaks(x):
    y = x
    for i in range(4):
        for j in range(4):
            y = y + x * x * 0.3
            if y > i + 1:
                break
            y = y * 1.1
        if y > 3.0:
            y = y * x
            break
        y = y + 0.1 * j
    return y


case(nested_breaks, [(0.7,), (1.4,), (0.2,)])


def break_out_of_two_by_flag(x):
    y = x
    done = False
    for i in range(5):
        for j in range(5):
            y = y * (1 + 0.1 * x) + 0.05 * j
            if y > 2:
                done = True
                break
        if done:
            break
    return y * (i + 1)


case(break_out_of_two_by_flag, [(0.7,), (2.4,), (0.01,)])


def deep_jumps(x, n):
    y = x
    for i in range(n):
        if y > 0:
            if i % 2:
                if y > 2:
                    y = y - x * x
                    continue
                y = y * 1.3
            elif y > 5:
                break
            y = y + 0.4 * x
        else:
            y = x * x
            continue
        y = y * 1.2
    return y


case(deep_jumps, [(0.9, 9), (2.6, 6), (-0.8, 4)])


def break_in_inner_continue_in_outer(x, rows):
    y = x
    for row in rows:
        if not row:
            continue
        for k in row:
            if k < 0:
                break
            y = y * x + k
        else:
            continue
        y = y * y
    return y


case(break_in_inner_continue_in_outer, [(0.7, [[1, 2], [], [3, -1, 5], [-2]]), (0.7, [])])


def early_return(x):
    if x > 1:
        return x * x
    y = math.sin(x)
    return y * x


case(early_return, [(1.5,), (0.5,)])


def many_returns(x, y):
    if x > 1:
        if y > 1:
            return x * y
        x = x * y
    elif x > 0:
        return y
    else:
        if y < 0:
            return x + y * y
        y = y + x
    z = x * y
    if z > 2:
        return z * z
    return math.exp(z)


case(
    many_returns,
    [(1.5, 2.0), (1.5, 0.5), (2.5, 0.9), (0.5, 1.0), (-0.5, -1.0), (-0.5, 1.0)],
    argnums=1,
)


def return_in_else(x):
    if x > 0:
        y = x * x
    else:
        return math.exp(x)
    return y * 3


case(return_in_else, [(1.5,), (-0.5,)])


def return_from_loop(x, n):
    y = x
    for i in range(n):
        y = y * 1.5 + x
        if y > 5:
            return y * y
        y = y + 0.1
    return y * x


case(return_from_loop, [(0.7, 2), (0.7, 9), (0.7, 0)])


def return_from_while(x):
    y = x
    while True:
        y = y * y + 1.1
        if y > 20:
            return y
        if y > 5:
            return x * y


case(return_from_while, [(0.7,), (3.0,), (5.0,)])


def return_from_nested_loops(x, n):
    y = x
    for i in range(n):
        for j in range(i + 1):
            y = y + x * j
            if y > 6:
                return y * i
            y = y * 1.2
        if y > 4:
            return y * y
    return y + x * x


case(return_from_nested_loops, [(0.7, 2), (1.3, 5), (0.4, 9), (0.9, 4)])


def return_before_a_loop(x, n):
    if x < 0:
        return x * x
    for i in range(n):
        x = x * x + 0.1
    return x


case(return_before_a_loop, [(-0.7, 2), (0.7, 2)])


def return_in_loop_else(x, n):
    for i in range(n):
        if x > i:
            x = x * 1.5
        else:
            x = x + x * x
            break
    else:
        return x**3
    return x * 2


case(return_in_loop_else, [(0.7, 5), (2.5, 2), (0.7, 0)])


def return_with_break_and_continue(x, n):
    y = 1.0
    for i in range(n):
        if i == 1:
            continue
        y = y * x + i
        if y > 9:
            return y
        if y > 4:
            break
    else:
        y = y * x
    return y * y


case(return_with_break_and_continue, [(0.7, 4), (2.4, 6), (3.2, 9)])


def return_constant_early(x):
    if x > 2:
        return 1.5
    if x < -2:
        return 0
    return x * x


case(return_constant_early, [(0.7,), (2.5,), (-2.5,)])


def unreachable_code(x):
    y = x * x
    return y
    y = y * 2
    return y


case(unreachable_code, [(0.7,)])


def find_first(xs, threshold):
    for i, x in enumerate(xs):
        if x > threshold:
            return x * x * (i + 1)
    return threshold * 2


case(find_first, [([0.5, 1.5, 2.5], 1.0), ([0.5], 1.0), ([], 1.0)], argnums=(0, 1))
