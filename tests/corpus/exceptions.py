"""`try`, `raise`, `assert`, `with`."""

import contextlib
import math

import numpy as np

from .cases import case


def exception_midway(x, ys):
    y = x
    try:
        y = y * x
        y = y * math.sqrt(ys[2])
        y = y + x
    except IndexError:
        y = y * 3 + x
    return y * y


case(exception_midway, [(0.7, [1.0, 2.0, 3.0]), (0.7, [1.0])])


def domain_error_is_caught(x):
    try:
        y = math.log(x) * x
    except ValueError:
        y = x * x
    return y * 2


case(domain_error_is_caught, [(0.7,), (-0.7,)])


def try_with_everything(x, divisor):
    y = x
    try:
        y = y * x
        z = 1 / divisor
        y = y + z
    except ZeroDivisionError as error:
        y = y * len(error.args) + math.sin(x)
    except (TypeError, ValueError):
        y = math.cos(y)
    else:
        y = y * z * x
    finally:
        y = y * y
    return y + x


case(try_with_everything, [(0.7, 2), (0.7, 0), (0.7, "a")])


def return_from_try(x, divisor):
    y = x
    try:
        y = y * y / divisor
        return y * x
    except ZeroDivisionError:
        return math.exp(y)
    finally:
        y = 0.0


case(return_from_try, [(0.7, 2.0), (0.7, 0)])


def try_in_a_loop(x, divisors):
    y = x
    for d in divisors:
        try:
            y = y * x + 1 / d
            y = math.sin(y)
        except ZeroDivisionError:
            y = y + x * x
            continue
        if y < -0.9:
            break
    return y


case(try_in_a_loop, [(0.7, [2, 0, 1, 0]), (0.7, []), (0.7, [-0.3, 2])])


def loop_in_a_try(x, xs):
    y = x
    try:
        for i in range(5):
            y = y * xs[i]
            y = y + x
    except IndexError:
        y = y * x
    return y


case(loop_in_a_try, [(0.7, [1.0, 2.0]), (0.7, [1.0, 2.0, 0.5, 0.1, 1.5, 9.0]), (0.7, [])])


def nested_try(x, keys, table):
    y = x
    for key in keys:
        try:
            try:
                y = y * table[key]
                y = y * x
            except KeyError:
                y = y + x
                y = y / len(key)
        except ZeroDivisionError:
            y = y * 0.5
    return y


case(nested_try, [(0.7, ["a", "b", "", "a"], {"a": 2.0}), (0.7, [], {})])


def raise_and_catch(x):
    y = x * x
    try:
        if y > 1:
            y = y * x
            raise ValueError("too large")
        y = y + 1
    except ValueError:
        y = math.sin(y)
    return y * x


case(raise_and_catch, [(0.7,), (1.7,)])


def checked(x):
    if x < 0:
        raise ValueError(f"negative: {x}")
    return math.sqrt(x)


def exception_from_callee(x, y):
    total = 0.0
    for v in (x, y):
        try:
            total += checked(v) * v
        except ValueError:
            total += v * v
    return total


case(exception_from_callee, [(0.7, -0.5), (-1.0, -2.0)], argnums=(0, 1))


def stop_iteration_is_caught(x, n):
    numbers = iter(range(n))
    y = x
    while True:
        try:
            k = next(numbers)
        except StopIteration:
            break
        y = y * x + k
    return y


case(stop_iteration_is_caught, [(0.7, 3), (0.7, 0)])


def finally_without_except(x, log):
    y = x
    try:
        y = y * y
        y = y * math.cos(x)
    finally:
        log = len(log)
    return y * (1 + log)


case(finally_without_except, [(0.7, "ab")])


def assertions(x):
    assert x > 0, "x must be positive"
    y = math.log(x)
    assert isinstance(y, float)
    return y * x


case(assertions, [(0.7,)])


def raise_that_does_not_happen(x):
    if x < 0:
        raise ValueError("negative")
    y = x * x
    if y > 100:
        raise OverflowError(y) from None
    return y * x


case(raise_that_does_not_happen, [(0.7,)])


def reraised(x):
    y = x
    try:
        try:
            y = y * x
            {}["missing"]
        except KeyError:
            y = y * 2
            raise
    except LookupError:
        y = y * x
    return y


case(reraised, [(0.7,)])


def with_block(x):
    with np.errstate(all="ignore"):
        y = x * x
    return y * x


case(with_block, [(0.7,), (-1.2,)])


def with_several_blocks(x):
    with contextlib.nullcontext(3) as n, np.errstate(divide="ignore"):
        y = x**n
        with contextlib.nullcontext():
            y = y * y
    return y + x


case(with_several_blocks, [(0.7,), (-1.2,)])


def with_in_a_loop(x):
    y = x
    for i in range(4):
        with contextlib.nullcontext(i) as k:
            if k == 3:
                break
            y = y * x + k
    return y


case(with_in_a_loop, [(0.7,), (-1.2,)])


def return_within_with(x):
    with contextlib.nullcontext():
        if x > 0:
            return x * x
        y = x * 2
    return y * x * x


case(return_within_with, [(0.7,), (-1.2,)])


def suppressed(x, divisor):
    y = x
    with contextlib.suppress(ZeroDivisionError):
        y = y * x
        k = 1 / divisor
        y = y * x + k
    return y * y


case(suppressed, [(0.7, 2), (0.7, 0)])


class Level:
    """A context manager of the user's own, which knows nothing of the numbers."""

    depth = 0

    def __enter__(self):
        self.depth += 1
        return self

    def __exit__(self, *exception):
        self.depth -= 1
        return False


def own_context_manager(x):
    level = Level()
    y = x
    with level as inside:
        y = y * x * inside.depth
        with level:
            y = y * x * level.depth
    return y + level.depth


case(own_context_manager, [(0.7,), (-1.2,)])

def bound_within_and_read_after(x, n):
    """What a `with`, or the branch beside a `raise`, binds is made anew in each iteration."""
    y = x
    for i in range(n):
        with contextlib.nullcontext():
            z = math.exp(0.3 * y)
        y = z * y * x
        if y > 1e6:
            raise OverflowError
        else:
            w = math.sin(y)
        y = w * y + z
    return y


case(bound_within_and_read_after, [(0.4, 3), (1.1, 1)], tags="order2")


def jumps_out_of_with(x, n):
    y = x
    for i in range(n):
        with contextlib.nullcontext():
            if i == 1:
                continue
            ys = [x * i, y]
            if y > 3:
                break
        ys.append(y * y)
        y = y * ys[1] + len(ys)
    return y


case(jumps_out_of_with, [(1.3, 4), (0.4, 2), (0.2, 1)], tags="order2")


def jumps_out_of_try(x, n):
    y = x
    for i in range(n):
        ys = [math.cos(y), x * i]
        try:
            if i == 2:
                return ys[-1] * y
            if x > 5:
                break
        except ZeroDivisionError:
            pass
        ys.append(math.tanh(y))
        y = y + x / (2 + i)
    return y


case(jumps_out_of_try, [(0.7, 4), (0.7, 1), (5.5, 2)], tags="order2")


def rebound_within_try(x, n):
    y = x
    zs = [x]
    for i in range(n):
        try:
            ys = [x * i, x]
            if i == 2:
                break
            if i == 1:
                ys = [x, x, x]
                continue
        except ZeroDivisionError:
            pass
        ys.append(y)
        y = y * ys[1] + len(ys)
        zs = [ys[0], y]
    return y + sum(zs) + ys[0]


case(rebound_within_try, [(1.3, 4), (0.7, 2), (0.7, 1)], tags="order2")


def conditional_of_two_shapes_within_try(a, x, flag):
    try:
        y = (x * 2.0 if flag else a * 3.0) - np.array([1.0, 2.0])
        z = (0.5 if flag else np.sum(a) / len(a)) - x
    except ValueError:
        y, z = a, x
    return np.sum(y * y) * z


case(
    conditional_of_two_shapes_within_try,
    [(np.array([1.0, 2.0]), 0.7, True), (np.array([1.0, 2.0]), 0.7, False)],
    argnums=(0, 1),
)


def older_value_read_before_try(x, n):
    """What the `try` restores of `y` must not be what the statement before it reads."""
    y = x
    for i in range(n):
        if i % 2 == 1:
            x = x + y
        else:
            y = y + math.sqrt(1.1 + math.sin(y))
            try:
                raise ZeroDivisionError
            except ZeroDivisionError:
                y = y / (2 + math.cos(x))
                x = x + math.sin(y)
    return math.tanh(x)


case(older_value_read_before_try, [(-0.9, 3), (0.4, 1)])
