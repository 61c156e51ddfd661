"""Rules whose pullbacks are Python in `s2sad.runtime`, differentiated again by their source.

Each sample point of a rule becomes a small program that uses the result, and is differentiated twice.
"""

import linecache

import numpy as np
import pytest
from by_source import FAMILIES
from numeric import leaves

from s2sad import grad
from s2sad.adjoints.registry import all_rules
from s2sad.testing import check_grads

RULES = [(f, r) for f, r in all_rules() if any(t.__module__ in FAMILIES for t in r.pullbacks.values())]
USED = [(f, r) for f, r in RULES if not (f.__module__ or "").startswith("s2sad")]
FIRST = 2  # of the points of a rule; the others take minutes


def program(function, rule, point):
    """A real function of the point's numbers and arrays, and their values: `sum(w * result) + sum(sin(result))`."""
    scope, values = {"np": np, "f": function}, []
    bound = rule.signature.bind(*point.args, **point.kwargs).arguments
    active = {id(leaf) for name in rule.differentiable for leaf in leaves(bound.get(name, ()))}

    def spelled(argument):
        if id(argument) in active:
            values.append(argument)
            return f"x{len(values) - 1}"
        if isinstance(argument, (list, tuple)) and leaves(argument):
            return f"[{', '.join(map(spelled, argument))}]"
        scope[f"c{len(scope)}"] = argument
        return f"c{len(scope) - 1}"

    arguments = [spelled(a) for a in point.args] + [f"{k}={spelled(a)}" for k, a in point.kwargs.items()]
    result = function(*point.args, **point.kwargs)
    parts = [("y", result)] if not isinstance(result, tuple) else [(f"y[{i}]", y) for i, y in enumerate(result)]
    terms = [f"np.sum(np.real({name} * {0.7 - 0.2 * i} + np.sin({name})))" for i, (name, y) in enumerate(parts) if smooth(y)]
    head = f"def used({', '.join(f'x{i}' for i in range(len(values)))}):"
    text = f"{head}\n    y = f({', '.join(arguments)})\n    return {' + '.join(terms)}\n"
    name = f"<program {len(linecache.cache)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), scope)
    return scope["used"], tuple(values)


def smooth(part):
    return np.asarray(part).dtype.kind in "fc"


def slopes(function, count):
    """The gradient of a function of `count` arguments, as a real number that depends on all of it."""
    derivative = grad(function, argnums=tuple(range(count)))

    def squared(*values):
        total = 0.0
        for part in derivative(*values):
            total = total + np.sum(np.real(part * part) + np.imag(part))
        return total

    return squared


def name_of(function, point):
    arguments = [str(getattr(a, "shape", type(a).__name__)) for a in point.args]
    return f"{function.__module__}.{function.__name__}-{' '.join(arguments)}"


def is_whole(rule, point):
    """Has it arrays to differentiate by, without nan, of which differences tell nothing?"""
    bound = rule.signature.bind(*point.args, **point.kwargs).arguments
    arrays = [x for n, v in bound.items() if n in rule.differentiable for x in leaves(v) if np.ndim(x) and np.size(x)]
    return bool(arrays) and all(np.all(np.isfinite(x)) for x in arrays)


def points(function, rule):
    for i, point in enumerate(p for p in rule.samples if is_whole(rule, p)):
        marks = [pytest.mark.slow] if i >= FIRST else []
        yield pytest.param(function, rule, point, marks=marks, id=name_of(function, point))


@pytest.mark.parametrize(("function", "rule", "point"), [p for f, r in USED for p in points(f, r)])
def test_first_and_second_derivative(function, rule, point):
    function, values = program(function, rule, point)
    check_grads(function, values)
    check_grads(slopes(function, len(values)), values)
