"""What is out of sight: variables read by other means than their names, logs that are read back, arrays with masks.

What cannot be seen to be inactive is refused, with the line.
"""

from collections import deque

import numpy as np
import pytest

import s2sad
from s2sad import S2SADError, grad, vjp

FACTOR = 2.0
TEXT = "x + 1.0"
REFUSED = []


def refused(line):
    """`line` is part of the line that the error must show."""
    return lambda f: REFUSED.append((f, line)) or f


class Tagged(np.ndarray):
    """An array with rules of its own."""


class Holder:
    def __init__(self, value):
        self.value = value


# -- variables read by other means than their names ---------------------------------------------------------


@refused("eval")
def program_1(x):
    return eval("x * x")


@refused("eval")
def program_2(x):
    return x * eval(TEXT)


@refused("exec")
def program_3(x):
    out = []
    exec("out.append(x)")
    return out[0]


@refused("locals")
def program_4(x):
    y = x * x
    return locals()["y"]


@refused("vars")
def program_5(x):
    return sum(vars().values())


@refused("__dict__")
def program_6(x):
    held = Holder(x)
    return held.__dict__["value"]


def test_text_that_reads_nothing_active_is_run():
    def f(x, text):
        n = 2.0
        return x * eval("n + 1.0") * eval(text, {"a": 2.0}) * globals()["FACTOR"]

    assert grad(f)(3.0, "a * a") == 24.0


# -- logs ----------------------------------------------------------------------------------------------------


LOG, DEQUE = [], deque()


def write_log(value):
    LOG.append(value)
    return value * 2


def read_log():
    return LOG[-1]


@refused("return LOG[-1] * x")
def program_7(x):
    LOG.append(x * x)
    return LOG[-1] * x


@refused("return DEQUE.pop() * x")
def program_8(x):
    DEQUE.append(x * x)
    return DEQUE.pop() * x


@refused("return read_log() * x")
def program_9(x):
    LOG.append(x * x)
    return read_log() * x


@refused("return LOG[0] * x")
def program_10(x):
    write_log(x * x)
    return LOG[0] * x


@refused("last = LOG[-1]")
def program_11(x):
    y = write_log(x * x)
    for last in (1.0, 2.0):
        last = LOG[-1]
        y = y * last
    return y


SHARED = [1.0]


def pair():
    return 0.0, SHARED


@refused("ys.append(x)")
def program_12(x):
    ys = []
    if x > 0:
        _, ys = pair()
    ys.append(x)
    return SHARED[-1] * x


@refused("ys.append(x)")
def program_13(x):
    ys = []
    for ys in [SHARED]:
        ys.append(x)
    return SHARED[-1] * x


@refused("ys.append(x)")
def program_14(x):
    ys = []

    def bind():
        nonlocal ys
        ys = SHARED

    bind()
    ys.append(x)
    return SHARED[-1] * x


def test_logs_may_be_written():
    def f(x):
        LOG.append(x * x)
        if len(LOG) > 1:
            print(LOG[-1])
        return write_log(x) * len(LOG)

    LOG.clear()
    assert grad(f)(3.0) == 4.0
    assert LOG == [9.0, 3.0]


@pytest.mark.parametrize(("program", "line"), REFUSED)
def test_refused(program, line):
    with pytest.raises(S2SADError) as caught:
        grad(program)(2.0)
    assert line in str(caught.value) and "hint: " in str(caught.value)
    assert all(part.location is not None for part in caught.value.errors or (caught.value,))
    with pytest.raises(S2SADError):
        vjp(program, 2.0)


# -- arrays that are more than arrays ------------------------------------------------------------------------


@pytest.mark.parametrize("inside", [lambda a: a, lambda a: [1.0, (a,)], lambda a: {"w": a}, Holder])
@pytest.mark.parametrize("array", [np.ma.array([1.0, 2.0], mask=[False, True]), np.eye(2).view(Tagged)])
def test_subclasses_of_arrays_are_refused(inside, array):
    with pytest.raises(s2sad.InvalidArgument, match=rf"{type(array).__name__}, which is more than an array"):
        grad(lambda p: 1.0)(inside(array))


def test_functions_with_the_names_of_methods_are_no_logs():
    """`np.sort` and `np.add` change no container, so that `np.pi` may be read."""
    x = np.array([2.0, 1.0])
    np.testing.assert_array_equal(s2sad.grad(lambda x: np.sum(np.sort(x) * np.pi))(x), [np.pi, np.pi])
    np.testing.assert_array_equal(s2sad.grad(lambda x: np.sum(np.add(x, x * np.pi)))(x), [1 + np.pi, 1 + np.pi])
