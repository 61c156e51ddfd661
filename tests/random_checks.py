"""What is asked of random programs: functions `f` of numbers and arrays, given as the text of a module.

The value bit for bit; arguments left as they were; the gradient against a second engine and against differences; the
split form against the joint one; and the slope of the gradient along a direction, asked the same once more. The second
engine is autograd (operator overloading): the same text, with a `math` and a `np` that it can see through.
"""

import ast
import copy
import functools
import linecache
import math
import operator
import types
import warnings

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from numeric import STEP, assert_close_tree, assert_identical, components, refill, ridders
from reducing import reduced

import s2sad

CLOSE = 1e-7
SECOND = types.SimpleNamespace(
    **{name: getattr(anp, name) for name in ("sin", "cos", "tan", "tanh", "exp", "log", "sqrt")},
    fsum=sum,
    prod=lambda values: functools.reduce(operator.mul, values, 1),
    hypot=lambda *values: anp.sqrt(sum(v * v for v in values)),
)


def _broadcast(x, shape):
    return x + np.zeros(shape, np.float32 if anp.result_type(x) == np.float32 else float)


def _where(condition, x, y):
    """Broadcasts by itself: autograd's own does not reduce what was broadcast."""
    shape = np.broadcast_shapes(np.shape(condition), anp.shape(x), anp.shape(y))
    return anp.where(condition, _broadcast(x, shape), _broadcast(y, shape))


ARRAYS = types.SimpleNamespace(**{**vars(anp), "where": _where, "broadcast_to": _broadcast})
SHIMS = {"math": SECOND, "np": ARRAYS, "float": lambda x: x}


def load(source, name="f", **names):
    """The function that `source` defines, its text where `inspect` finds it; `names` go over its globals."""
    filename = f"<random program {hash(source):x}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace = {"__name__": "random_program"}
    exec(compile(source, filename, "exec"), namespace)
    namespace.update(names)
    return namespace[name]


# Directions, one per argument; numbers are moved as they are, arrays all over.


def directions(args):
    """For each argument a direction in which only it moves: the components of all arguments, zero but for its own."""
    sizes = [np.size(arg) for arg in args]
    for which in range(len(args)):
        yield np.concatenate([np.cos(np.arange(n)) * (i == which) for i, n in enumerate(sizes)])


def moved(args, direction, h):
    """`args`, `h` further along `direction`, in double precision."""
    return refill(tuple(args), list(np.asarray(components(tuple(args))) + h * direction))


def slope_along(gradient, direction):
    return float(np.dot(components(tuple(gradient)), direction))


# Where a program may be asked.


class _Notes(ast.NodeTransformer):
    """Wraps every comparison, so that the decisions of a run can be told."""

    def visit_Compare(self, node):
        noted = ast.Call(ast.Name("_note", ast.Load()), [self.generic_visit(node)], [])
        return ast.copy_location(noted, node)


def path_of(source):
    """A function that gives the decisions that `f` takes at a point, in order."""
    text = ast.unparse(ast.fix_missing_locations(_Notes().visit(ast.parse(source))))
    decisions = []

    def note(outcome):
        decisions.extend(np.ravel(outcome).tolist())
        return outcome

    f = load(text, _note=note)

    def path(*args):
        decisions.clear()
        f(*copy.deepcopy(args))
        return tuple(decisions)

    return path


def is_tame(source, *args, reach=2e-3):
    """Whether `f` is finite and moderate at `args` and takes the same path all around it."""
    f, path = load(source), path_of(source)
    around = [args, *(moved(args, d, h) for d in directions(args) for h in (reach, -reach))]
    try:
        with np.errstate(all="ignore"):
            values = [f(*copy.deepcopy(point)) for point in around]
            paths = {path(*point) for point in around}
    except (ArithmeticError, ValueError):
        return False
    return len(paths) == 1 and all(math.isfinite(value) and abs(value) < 1e4 for value in values)


def is_stable(source, *args):
    """Whether the last bits of numbers, where NumPy's sines differ from those of `math`, are of little consequence."""
    gradient = gradient_by_autograd(source, *args)
    return gradient is None or all(abs(slope) < 1e8 for slope in components(gradient))


def is_steady(source, args, direction, slope):
    """Whether differences mean something: the second engine finds nearly the same slope all over their steps."""
    for h in (STEP, -STEP):
        gradient = gradient_by_autograd(source, *moved(args, direction, h))
        if gradient is None or abs(slope_along(gradient, direction) - slope) > 0.2 * abs(slope) + 1e-6:
            return False
    return True


# References.


def gradient_by_autograd(source, *args):
    """The gradient, or None where autograd cannot follow the program: it finds another value, or none."""
    seen = load(source, **SHIMS)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Output seems independent of input")
        warnings.simplefilter("ignore", RuntimeWarning)  # where it overflows, its slopes are nan
        expected = float(load(source)(*copy.deepcopy(args)))
        try:
            both = autograd.value_and_grad(lambda *args: 1.0 * seen(*args), tuple(range(len(args))))
            value, gradient = both(*copy.deepcopy(args))
        except Exception:
            return None
    return gradient if abs(value - expected) <= 1e-5 * max(1.0, abs(expected)) else None


def slope_by_differences(source, args, direction):
    """The slope along `direction`, and what it may be off by."""
    f = load(source)
    with np.errstate(all="ignore"):
        return ridders(lambda h: float(f(*moved(args, direction, h))))


# Complaints.


def off(got, expected, tolerance):
    return not abs(got - expected) <= tolerance * max(1.0, abs(expected))


def complaint(source, args, value_and_gradient):
    """What is wrong with the value and gradient at `args`, or None."""
    given = copy.deepcopy(args)
    value, gradient = value_and_gradient(*given)
    try:
        assert_identical(value, load(source)(*copy.deepcopy(args)))
        assert_identical(given, args, "argument")
        assert_identical((value, gradient), value_and_gradient(*given), "second call")
    except AssertionError as error:
        return str(error)
    return wrong_gradient(source, args, gradient)


def wrong_gradient(source, args, gradient):
    close = 1e-3 if _single(args) else CLOSE
    second = gradient_by_autograd(source, *args)
    if second is not None:
        pairs = zip(components(tuple(gradient)), components(second), strict=True)
        for place, (got, other) in enumerate(pairs):
            if off(got, other, close):
                return f"slope {place} at {args} is {got}, autograd says {other}"
    for direction in directions(args):
        got = slope_along(gradient, direction)
        if second is None or is_steady(source, args, direction, slope_along(second, direction)):
            slope, error = slope_by_differences(source, args, direction)
            if off(got, slope, 10 * close + 10 * error):
                return f"slope along {direction} at {args} is {got}, differences say {slope}"
    return None


def _single(args):
    return any(np.asarray(arg).dtype == np.float32 for arg in args)


def split_complaint(source, args, gradient):
    """What the split form of the derivative says otherwise than the joint one."""
    value, pullback = s2sad.vjp(load(source), *args)
    bars = pullback(1.0)
    try:
        assert_identical(value, load(source)(*copy.deepcopy(args)), "value of vjp")
        close = 1e-5 if _single(args) else 1e-12
        assert_close_tree(tuple(bars), tuple(gradient), rtol=close, atol=0.1 * close)
    except AssertionError as error:
        return f"vjp: {error}"
    return None


def second_order(source, args):
    """What is wrong with the derivative of the slope of `f` along a direction."""
    every = tuple(range(len(args)))
    first = s2sad.grad(load(source), every)
    slope = load(_slope_text(source, args), "slope", gradient=first, np=np)
    second = s2sad.grad(slope, every)(*copy.deepcopy(args))
    close = 1e-3 if _single(args) else 1e-6
    other = _second_by_autograd(source, args)
    if other is not None:
        pairs = zip(components(tuple(second)), components(other), strict=True)
        return next((f"second slope at {args} is {a}, autograd says {b}" for a, b in pairs if off(a, b, close)), None)
    for direction in directions(args):
        got = slope_along(second, direction)
        expected, error = ridders(lambda h: float(slope(*moved(args, direction, h))))
        if off(got, expected, 10 * close + 10 * error):
            return f"second slope along {direction} at {args} is {got}, differences say {expected}"
    return None


def _slope_text(source, args):
    names = ", ".join(load(source).__code__.co_varnames[: len(args)])
    terms = [f"np.sum(bars[{i}] * np.cos(1.0 + np.arange({np.size(a)}).reshape({np.shape(a)})))" for i, a in enumerate(args)]
    return f"def slope({names}):\n    bars = gradient({names})\n    return {' + '.join(terms)}\n"


def _second_by_autograd(source, args):
    if gradient_by_autograd(source, *args) is None:
        return None
    seen, every = load(source, **SHIMS), tuple(range(len(args)))
    first = autograd.grad(lambda *args: 1.0 * seen(*args), every)
    slope = load(_slope_text(source, args), "slope", gradient=first, np=ARRAYS)
    try:
        found = autograd.grad(slope, every)(*copy.deepcopy(args))
    except Exception:
        return None
    return found if np.all(np.isfinite(components(found))) else None


# One program.


def by_s2sad(source):
    every = tuple(range(load(source).__code__.co_argcount))
    return s2sad.value_and_grad(load(source), argnums=every)


def first_order(source, args):
    """What is wrong with the gradient that s2sad finds, in either form."""
    engine = by_s2sad(source)
    return complaint(source, args, engine) or split_complaint(source, args, engine(*args)[1])


def fate(source, args, complain):
    """What is wrong at a point: None if nothing is, "rough" where nothing can be told, "refused" or a complaint."""
    if not (is_tame(source, *args) and is_stable(source, *args)):
        return "rough"
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # an argument that does not matter
            return complain(source, args)
    except s2sad.S2SADError as error:
        located = [e.location for e in error.errors or (error,)]
        if all(place and place.filename.startswith("<random program") for place in located):
            return "refused"
        return f"{type(error).__name__} without a line: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def check(title, source, points, complain, refusals=False):
    """Fails with a small program where `complain` finds something wrong at one of `points`.

    Gives True where the program was checked, False where no point of it is smooth, None where it was refused.
    """
    said = []
    for args in points:
        found = fate(source, args, complain)
        said.append(found)
        if found in (None, "rough") or (refusals and found == "refused"):
            continue
        kind = found.split()[0]
        small = reduced(source, lambda text: (fate(text, args, complain) or "-").split()[0] == kind)  # noqa: B023
        pytest.fail(f"{title}, {args}: {found}\n\n{source}\nReduced:\n\n{small}", pytrace=False)
    return None if "refused" in said else None in said
