"""The arguments of rules are those of their functions, and no argument of a call is ignored.

Of each function of NumPy: what its rule names stands where the function has it, with its default; what the rule leaves
out is refused by name where it is passed; what it has no pullback for is refused where a derivative flows into it.
"""

import inspect
import linecache
import warnings

import numpy as np
import pytest
from numeric import components, leaves, ridders

import s2sad
from s2sad.adjoints import calling
from s2sad.adjoints.equivalents import WITH_OPTIONS
from s2sad.adjoints.registry import all_rules
from s2sad.errors import NotDifferentiable, S2SADError

Parameter = inspect.Parameter

#: Parameters of NumPy's that rules leave out, and why.
LEFT_OUT = {
    "casting": "it says which casts are errors; the derivative of an unsafe one is that of astype",
    "device": "there is one",
    "like": "it asks for arrays that are not NumPy's",
    "out": "it works in place, as a later step may",
    "overwrite_input": "it destroys what the reverse sweep reads",
    "signature": "it names the loop of a ufunc: dtype says the same",
    "where": "what a ufunc leaves out is undefined without `out`",
}
GUFUNC = "it moves the axes of the operands: np.moveaxis, np.expand_dims"
TWO_RESULTS = "it gives more than the result"
#: The same, of some functions.
LEFT_OUT_OF = {
    "bias": ("without effect, and gone since NumPy 2.4", "corrcoef"),
    "ddof": ("without effect, and gone since NumPy 2.4", "corrcoef"),
    "interpolation": ("the name that method had before NumPy 2.4", "quantile nanquantile percentile nanpercentile"),
    "newshape": ("the name that shape had before NumPy 2.4", "reshape"),
    "axes": (GUFUNC, "matmul matvec vecdot vecmat"),
    "axis": (GUFUNC, "matmul matvec vecmat trim_zeros unique"),
    "keepdims": (GUFUNC, "matmul matvec vecdot vecmat"),
    "copy": ("copy=False works in place", "nan_to_num"),
    "cov": (TWO_RESULTS, "polyfit"),
    "dtype": ("cast the operands", "corrcoef cov linalg.trace reduce accumulate reduceat"),
    "descending": ("the other way round: np.flip of the sorted", "sort"),
    "equal_nan": ("it says whether nan is nan", "unique"),
    "full": (TWO_RESULTS, "polyfit chebfit legfit hermfit hermefit lagfit"),
    "hermitian": ("it asserts what is not checked", "pinv svd"),
    "imag": ("a number of two parts: re + 1j * im", "complex64 complex128 clongdouble"),
    "mean": ("np.nanmean gives it", "nanvar nanstd"),
    "ndmax": ("it makes arrays of lists", "array"),
    "order": ("it names fields", "partition"),
    "return_counts": (TWO_RESULTS, "unique"),
    "return_index": (TWO_RESULTS, "unique"),
    "return_inverse": (TWO_RESULTS, "unique"),
    "sorted": ("the order is anyone's", "unique"),
    "subok": ("subclasses of arrays are not differentiated", "broadcast_arrays"),
    "weights": ("weights of quantiles", "quantile nanquantile percentile nanpercentile"),
}
#: Defaults that rules say in other words than NumPy does: what they mean is the same.
NO_VALUE = {"keepdims": (False,), "where": (True,), "initial": (0, 1, None)}  # and None

EVERY = [
    (f, r)
    for f, r in all_rules()
    if r.kind not in ("nondifferentiable", "refused") and (f.__module__ or "numpy").startswith("numpy")
]
RULES = [(f, r) for f, r in EVERY if not isinstance(f, np.ufunc)]


def name_of(function):
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"{owner.__name__}.{function.__name__}"
    return f"{getattr(function, '__module__', None) or 'numpy'}.{function.__name__}"


def ids(rules):
    return [name_of(f) for f, _ in rules]


def theirs(function):
    """The parameters of a function, unless this NumPy does not tell."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None


#: NumPy before 2.4 does not tell of what is compiled.
TOLD = [(f, r) for f, r in RULES if theirs(f) is not None]


@pytest.mark.parametrize(("function", "rule"), TOLD, ids=ids(TOLD))
def test_what_a_rule_names_is_where_the_function_has_it(function, rule):
    given, named = list(theirs(function).values()), list(rule.signature.parameters.values())
    anything = any(p.kind is p.VAR_KEYWORD for p in given)
    keywords = {p.name: p for p in given if p.kind is not p.POSITIONAL_ONLY}
    places = [p for p in given if p.kind is p.POSITIONAL_ONLY]
    for place, own in enumerate(named):
        if place < len(places):
            other = places[place]
        elif own.name in keywords:
            other = keywords[own.name]
        else:
            assert anything or name_of(function) in SHARED, f"{own} is not a parameter of {inspect.signature(function)}"
            continue
        if own.kind is own.VAR_POSITIONAL:
            assert other.kind is other.VAR_POSITIONAL
        if own.default is not own.empty and other.default is not other.empty:
            assert own.default == other.default or is_meant(function, own, other), (own, other)


#: Rules of functions that have more parameters than these, which have the same meaning.
SHARED = {"numpy.linalg.cross", "numpy.complex128"}


def is_meant(function, own, other):
    if other.default is np._NoValue:
        return own.default in NO_VALUE.get(own.name, (None,))
    return name_of(function) in SHARED


# What is left out is refused --------------------------------------------------------------------------


def define(text, **names):
    """The function `f` that a text defines, its text where it is found."""
    filename = f"<call {hash((text, *map(id, names.values()))):x}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace = {"np": np, **names}
    exec(compile(text, filename, "exec"), namespace)
    return namespace["f"]


def left_out(function, rule):
    """The parameters that a rule leaves out, with a value that is no default."""
    parameters = calling.signature_of(function, rule).parameters.values()
    _, handled_otherwise = WITH_OPTIONS.get(function, (None, frozenset()))
    return [p for p in parameters if p.name not in {*rule.signature.parameters, *handled_otherwise}]


EXTRA = [
    (f, r, p) for f, r in EVERY for p in left_out(f, r) if not isinstance(f, np.ufunc) or p.name not in calling._HARMLESS
]


@pytest.mark.parametrize(("function", "rule", "parameter"), EXTRA, ids=[f"{name_of(f)}-{p.name}" for f, _, p in EXTRA])
def test_what_a_rule_leaves_out_is_refused_by_name(function, rule, parameter):
    _, functions = LEFT_OUT_OF.get(parameter.name, ("", ""))
    assert parameter.name in LEFT_OUT or function.__name__ in functions.replace("linalg.", "").split()
    point = rule.samples[0]
    names = [f"a{i}" for i in range(len(point.args))]
    x = next(i for i, a in enumerate(point.args) if leaves(a))
    by_place = parameter.kind is parameter.POSITIONAL_ONLY
    passed = "option" if by_place else f"{parameter.name}=option"
    options = dict(point.kwargs)
    text = f"def f(a{x}):\n    return np.sum(call({', '.join([*names, *(f'{k}={k}' for k in options), passed])}))\n"
    constants = {n: a for n, a in zip(names, point.args) if n != f"a{x}"}
    f = define(text, call=function, option=object(), **constants, **options)
    with pytest.raises(NotDifferentiable, match=f"does not handle this argument: {parameter.name} in call"):
        s2sad.grad(f)(point.args[x])


# What has no pullback is refused, unless its derivative is zero -----------------------------------------


OPTIONS = [
    (f, r, p.name)
    for f, r in EVERY
    for p in r.signature.parameters.values()
    if p.name not in {*r.differentiable, *r.inert} and p.kind is not p.VAR_POSITIONAL
]
VALUES = [0.5, 1.0, 2.0, np.array([0.5, 1.5, 2.0]), np.array([[0.5, 1.5], [2.0, 1.0], [0.25, 0.75]])]


def candidates(point, rule, name):
    """Floats that may be passed for a parameter: what a point has there, and some others."""
    value = rule.signature.bind(*point.args, **point.kwargs).arguments.get(name)
    try:
        return [np.asarray(value, float)[()], *VALUES]
    except (TypeError, ValueError):
        return VALUES


def weighted(function):
    """The real part of the sum of all that a function gives, each number with a weight of its own."""

    def total(*args, **kwargs):
        found = components(function(*args, **kwargs))
        return sum(np.real(v) * np.cos(i) for i, v in enumerate(found))

    return total


def slope(function, rule, point, name, value):
    """The slope in a parameter along ones; None where no float may be passed."""
    bound = rule.signature.bind(*point.args, **point.kwargs)

    def at(step):
        moved = {**bound.arguments, name: value + step}
        args, options = [], {}
        for parameter in rule.signature.parameters.values():
            if parameter.name not in moved:
                continue
            if parameter.kind is parameter.VAR_POSITIONAL:
                args += moved[parameter.name]
            elif parameter.default is parameter.empty:
                args.append(moved[parameter.name])
            else:
                options[parameter.name] = moved[parameter.name]
        return weighted(function)(*args, **options)

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return ridders(at)[0]
    except Exception:
        return None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "rule", "name"), OPTIONS, ids=[f"{name_of(f)}-{p}" for f, _, p in OPTIONS])
def test_what_has_no_pullback_is_refused_where_it_has_a_derivative(function, rule, name):
    for point in rule.samples:
        for value in candidates(point, rule, name):
            found = slope(function, rule, point, name, value)
            if found is None or not np.isfinite(found) or abs(found) < 1e-6:
                continue
            bound = rule.signature.bind(*point.args, **point.kwargs)
            passed, constants = [], {}
            for p in {**bound.arguments, name: None}:
                parameter = rule.signature.parameters[p]
                star = "*" * (parameter.kind is parameter.VAR_POSITIONAL)
                by_name = parameter.default is not parameter.empty
                passed.append(
                    f"{p}={'v' if p == name else 'c_' + p}" if by_name else star + ("v" if p == name else f"c_{p}")
                )
                constants[f"c_{p}"] = bound.arguments.get(p)
            f = define(f"def f(v):\n    return np.sum(call({', '.join(passed)}))\n", call=function, **constants)
            with pytest.raises(S2SADError, match=f"takes this argument for a constant: {name}"):
                s2sad.grad(f)(value)
            break


# Functions that are known only as the program runs -------------------------------------------------------

X = np.array([[1.0, 4.0, 2.0], [0.5, 3.0, 1.5]])


@pytest.mark.parametrize(
    ("function", "method", "args", "options"),
    [
        (np.sum, "sum", (0, None, None, True), {}),
        (np.max, "max", (1, None, True), {}),
        (np.std, "std", (0, None, None, 1), {}),
        (np.cumsum, "cumsum", (1, None, None), {}),
        (np.take, "take", ([0, 5], None, None, "clip"), {}),
        (np.sum, "sum", (), {"axis": 0, "where": X > 1, "out": None}),
        (np.mean, "mean", (), {"axis": (0, 1), "keepdims": True}),
    ],
)
def test_functions_and_methods_take_their_options_by_place_or_name(function, method, args, options):
    passed = ", ".join([*map(repr, args), *(f"{k}={k if k == 'where' else v}" for k, v in options.items())])
    known = define(f"def f(x):\n    return np.sum(call(x, {passed}) ** 2)\n", call=function, **options)
    expected = s2sad.grad(known)(X)
    by_argument = define(f"def f(d, call):\n    return np.sum(call(d['x'], {passed}) ** 2)\n", **options)
    np.testing.assert_allclose(s2sad.grad(by_argument)({"x": X}, function)["x"], expected, rtol=1e-14)
    by_method = define(f"def f(d):\n    return np.sum(d['x'].{method}({passed}) ** 2)\n", **options)
    np.testing.assert_allclose(s2sad.grad(by_method)({"x": X})["x"], expected, rtol=1e-14)
    points = (
        [X + 1e-6 * np.eye(6)[i].reshape(2, 3) for i in range(6)],
        [X - 1e-6 * np.eye(6)[i].reshape(2, 3) for i in range(6)],
    )
    slopes = [(known(a) - known(b)) / 2e-6 for a, b in zip(*points)]
    np.testing.assert_allclose(np.ravel(expected), slopes, rtol=1e-6)


def test_what_a_rule_leaves_out_is_refused_as_the_program_runs():
    with pytest.raises(S2SADError, match="the rule of sum does not handle the argument out"):
        s2sad.grad(lambda d: d["x"].sum(0, None, np.zeros(3))[0])({"x": X})
    with pytest.raises(S2SADError, match="the rule of sum does not handle the argument out"):
        s2sad.grad(np.sum)(X, None, None, np.zeros(()))
