"""Each sample point of a rule becomes a small program that uses the result, and is differentiated twice."""

import linecache

import numpy as np
import pytest
from numeric import leaves, map_leaves

from s2sad import grad
from s2sad.adjoints.registry import all_rules, sample
from s2sad.testing import check_grads

USED = [
    (f, r)
    for f, r in all_rules()
    if r.kind not in ("nondifferentiable", "refused") and not (getattr(f, "__module__", "") or "").startswith("s2sad")
]
FIRST = 2  # of the points of a rule; the others take minutes
EXTREMES = {np.maximum, np.minimum, np.fmax, np.fmin}


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
    parts = [(f"y[{i}]", y) for i, y in enumerate(result)] if isinstance(result, (tuple, list)) else [("y", result)]
    terms = [f"np.sum(np.real({name} * {0.7 - 0.2 * i} + np.sin({name})))" for i, (name, y) in enumerate(parts) if smooth(y)]
    head = f"def used({', '.join(f'x{i}' for i in range(len(values)))}):"
    text = f"{head}\n    y = f({', '.join(arguments)})\n    return {' + '.join(terms)}\n"
    name = f"<program {len(linecache.cache)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), scope)
    return scope["used"], tuple(values)


def smooth(part):
    return not isinstance(part, list) and np.asarray(part).dtype.kind in "fc"


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
    return f"{getattr(function, '__module__', None) or 'numpy'}.{function.__name__}-{' '.join(arguments)}"


def filled(point):
    """A point with numbers in the place of nan, of which differences tell nothing."""

    def without_nan(leaf):
        return (
            np.where(np.isnan(leaf), np.arange(np.size(leaf)).reshape(np.shape(leaf)) + 0.8, leaf)
            if np.any(np.isnan(leaf))
            else leaf
        )

    return sample(*map_leaves(without_nan, list(point.args)), **map_leaves(without_nan, dict(point.kwargs)))


def is_whole(rule, point):
    """Has it arrays to differentiate by, and nothing infinite?"""
    bound = rule.signature.bind(*point.args, **point.kwargs).arguments
    arrays = [x for n, v in bound.items() if n in rule.differentiable for x in leaves(v) if np.size(x)]
    return any(map(np.ndim, arrays) if has_array_points(rule) else arrays) and all(np.all(np.isfinite(x)) for x in arrays)


def has_array_points(rule):
    return any(np.ndim(x) for point in rule.samples for x in leaves([*point.args, *point.kwargs.values()]))


def is_smooth(function, point):
    """Of a tie differences tell nothing, float16 is too coarse for them, and abs of a complex number has two derivatives."""
    if function in EXTREMES:
        return not np.any(np.equal(*point.args))
    return function is not np.float16 and not (function is np.sign and np.iscomplexobj(point.args[0]))


def points(function, rule):
    whole = [p for p in map(filled, rule.samples) if is_whole(rule, p) and is_smooth(function, p)]
    for i, point in enumerate(whole):
        marks = [pytest.mark.slow] if i >= FIRST else []
        yield pytest.param(function, rule, point, marks=marks, id=name_of(function, point))


@pytest.mark.filterwarnings("ignore:s2sad. the result does not depend")
@pytest.mark.parametrize(("function", "rule", "point"), [p for f, r in USED for p in points(f, r)])
def test_first_and_second_derivative(function, rule, point):
    function, values = program(function, rule, point)
    check_grads(function, values)
    check_grads(slopes(function, len(values)), values)


def test_each_rule_of_arrays_is_differentiated_twice():
    without = {name_of(f, r.samples[0]).partition("-")[0] for f, r in USED if next(points(f, r), None) is None}
    assert {name for name in without if name.startswith("numpy")} == {"numpy.float16"}


HOLES = np.array([1.5, np.nan, 0.5, 2.25, np.nan, -0.75])
THERE = ~np.isnan(HOLES)


def there(function):
    return lambda x: function(x[THERE])


WITHOUT_NAN = {
    np.nansum: there(np.sum), np.nanmean: there(np.mean), np.nanvar: there(np.var), np.nanstd: there(np.std),
    np.nanprod: there(np.prod), np.nanmax: there(np.max), np.nanmin: there(np.min), np.nanmedian: there(np.median),
    np.nancumsum: lambda x: np.cumsum(np.where(THERE, x, 0.0)), np.nancumprod: lambda x: np.cumprod(np.where(THERE, x, 1.0)),
}  # fmt: skip


@pytest.mark.parametrize("function", WITHOUT_NAN, ids=lambda f: f.__name__)
def test_second_derivatives_leave_out_nan(function):
    def second(f, x):
        first = grad(lambda x: np.sum(np.sin(f(x))))
        return grad(lambda x: np.sum(first(x) * np.cos(np.arange(6.0))))(x)

    expected = second(WITHOUT_NAN[function], np.where(THERE, HOLES, 7.0))
    np.testing.assert_allclose(second(function, HOLES), expected, rtol=1e-12)
