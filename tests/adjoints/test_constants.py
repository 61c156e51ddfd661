"""What is said to have no derivative has none: small changes of what it is given leave what it gives as it is."""

import copy
import inspect
import itertools
import warnings

import numpy as np
import pytest
from numeric import components, map_leaves

from s2sad import stop_gradient
from s2sad.adjoints.registry import all_rules

#: These are not asked: they read or write files, wait for somebody, or change NumPy.
EFFECTS = {
    "fromfile", "fromregex", "genfromtxt", "info", "input", "load", "loadtxt", "open", "print", "save", "savetxt", "savez",
    "savez_compressed", "seed", "set_default_printstyle", "set_printoptions", "setbufsize", "seterr", "seterrcall",
    "show_config", "show_runtime", "tofile", "dump", "exec", "eval", "breakpoint", "exit", "help", "quit",
}  # fmt: skip
#: What these give depends on what was in memory, on a tuple times an array, or is meant to be constant.
ANYTHING = {"diag_indices", "empty", "empty_like", stop_gradient.__name__}

CONSTANT = [
    f
    for f, r in all_rules()
    if r.kind == "nondifferentiable"
    and not str(getattr(f, "__module__", "")).startswith("s2sad.runtime")
    and getattr(f, "__name__", "") not in EFFECTS | ANYTHING
]
V = np.array([0.61, 1.73, 2.39])
M = np.array([[0.61, 1.73], [2.39, 0.43], [1.27, 3.11]])
FLOATS = [0.73, V, M, [0.57, 1.51]]
OTHERS = [(), (1,), (2,), (0.91,), (V + 0.05,), (M + 0.05,), (1, 2), (0.91, 1.13), ((2, 3),), ([0, 1, 1],)]


def called(function, args):
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = function(*copy.deepcopy(args))  # one of them may be `out`
            return None if inspect.isgenerator(found) else components(found)
    except Exception:
        return None


@pytest.mark.parametrize("function", CONSTANT, ids=lambda f: getattr(f, "__qualname__", None) or f.__name__)
def test_it_is_constant(function):
    for x, before, after in itertools.product(FLOATS, OTHERS, OTHERS):
        if len(before) + len(after) > 2:
            continue
        value = called(function, (*before, x, *after))
        if value:
            moved = called(function, (*before, map_leaves(lambda v: v * (1 + 1e-9), x), *after))
            np.testing.assert_array_equal(moved, value, err_msg=f"{before}, {x}, {after}")
