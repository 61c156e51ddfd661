"""Functions that do something besides computing: print, ask, draw, count.

Run them within `fresh_world()`, which makes each run start alike and tells what happened.
"""

import builtins
import contextlib
import io
import logging
import math
import random

import numpy as np

from .cases import case

ANSWERS = ("2", "0.5", "stop", "7")
CALLS = 0
LOG: list[object] = []


@contextlib.contextmanager
def fresh_world():
    """Seeds, counters and the keyboard as new; yields the list of what happened, complete on leaving."""
    global CALLS
    CALLS = 0
    LOG.clear()
    random.seed(3)
    np.random.seed(3)
    answers = iter(ANSWERS)
    events = []

    def ask(prompt=""):
        events.append(("input", prompt))
        return next(answers)

    real, builtins.input = builtins.input, ask
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            yield events
    finally:
        builtins.input = real
        events += [("printed", printed.getvalue()), ("calls", CALLS), ("log", list(LOG))]
        events.append(("draws left", random.random(), np.random.rand()))


def prints(x):
    y = x * x
    print("y is", y)
    print(f"{x:.3f} {y!r:>8} {'nested'}", end="!\n")
    return y * x


case(prints, [(0.7,)], tags="effects")


def prints_in_a_loop(x, n):
    y = x
    for i in range(n):
        if i % 2:
            print(f"step {i}: {y:.4f}")
        y = y * y + 0.1
        print(y, sep="")
    return y


case(prints_in_a_loop, [(0.7, 4), (0.7, 0)], tags="effects")


def formats(x, name):
    label = f"{name}: {x:8.3f} {x * 2!r:.3} {{}}"
    text = "%s %.2f" % (name, x)
    other = "{0:.1f}".format(x) + str(x)[:3]
    return x * x * len(label + text + other)


case(formats, [(0.7, "speed")])


def asks(x):
    total = x
    while True:
        answer = input("factor? ")
        if answer == "stop":
            break
        total = total * float(answer) + x * x
    return total


case(asks, [(0.7,)], tags="effects")


def draws(x, n):
    total = 0.0
    for _ in range(n):
        k = random.gauss(0.0, 1.0)
        if random.random() < 0.5:
            total += math.sin(k * x)
        else:
            total += x * x * k
    return total


case(draws, [(0.7, 5), (0.7, 0)], tags="effects")


def draws_arrays(v):
    noise = np.random.normal(size=3)
    own = np.random.default_rng(0).uniform(size=3)
    return np.sum(v * v * noise + own * v)


case(draws_arrays, [(np.array([0.5, -1.2, 2.0]),)], tags="effects")


def counts_calls(x):
    global CALLS
    CALLS += 1
    y = x * CALLS
    CALLS = CALLS + 2
    return y * y


case(counts_calls, [(0.7,)], tags="effects")


def counted_helper(x):
    global CALLS
    CALLS = CALLS + 1
    return x * x + CALLS


def helper_with_effects(x, n):
    y = x
    for i in range(n):
        y = counted_helper(y) * 0.4
    return y


case(helper_with_effects, [(0.7, 3), (0.7, 0)], tags="effects")


def logs(x, words):
    logging.getLogger("corpus").debug("x=%s", x)
    y = x
    for word in words:
        LOG.append(word)
        y = y * x + len(LOG)
    return y


case(logs, [(0.7, ["a", "b"]), (0.7, [])], tags="effects")


def effects_in_short_circuit(x):
    def noted(value, label):
        LOG.append(label)
        return value

    y = x * x
    if noted(x > 0, "first") and noted(x > 1, "second") or noted(True, "third"):
        y = y * x
    return y * (2.0 if noted(False, "fourth") else x)


case(effects_in_short_circuit, [(0.7,), (1.7,), (-0.7,)], tags="effects")


def effects_in_order(x):
    def noted(value):
        LOG.append(len(LOG))
        return value * len(LOG)

    a, b = noted(x), noted(x * x)
    return a * noted(b) + noted(a)


case(effects_in_order, [(0.7,)], tags="effects")


def effects_and_finally(x, divisor):
    try:
        LOG.append("try")
        y = x * x / divisor
        LOG.append("done")
    except ZeroDivisionError as error:
        LOG.append(str(error) != "")
        y = x**3
    finally:
        LOG.append("finally")
        print("bye")
    return y


case(effects_and_finally, [(0.7, 2.0), (0.7, 0)], tags="effects")
