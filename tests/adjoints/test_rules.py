"""Every rule of the registry at every one of its sample points."""

import ast
import builtins
import importlib
import inspect
import textwrap

import numpy as np
import pytest
from by_source import FAMILIES
from numeric import components, map_leaves

import s2sad
from s2sad.adjoints import methods
from s2sad.adjoints.registry import all_rules, elementwise, linear, lookup, nondifferentiable, rule
from s2sad.errors import RuleError
from s2sad.testing import check_rule

RULES = [(function, r) for function, r in all_rules() if r.kind not in ("nondifferentiable", "refused")]


def name_of(function):
    module = getattr(function, "__module__", None) or "numpy"
    return f"{module}.{getattr(function, '__qualname__', None) or function.__name__}"


@pytest.mark.parametrize("function", [f for f, _ in RULES], ids=[name_of(f) for f, _ in RULES])
def test_rule_is_the_derivative(function):
    check_rule(function)


# Where these depend on what they compare, it is at a tie.
TIES = {"extremum_pullback", "extremum_pushforward"}
HELPERS = [(f, r) for f, r in RULES if (f.__module__ or "").startswith("s2sad.runtime") and f.__name__ not in TIES]


@pytest.mark.parametrize(("function", "rule"), HELPERS, ids=[name_of(f) for f, _ in HELPERS])
def test_helpers_depend_on_nothing_that_their_rule_leaves_out(function, rule):
    """In emitted code that is differentiated again, what a helper's rule does not name counts as constant."""
    for point in rule.samples:
        bound = rule.signature.bind(*point.args, **point.kwargs)
        expected = components(function(*bound.args, **bound.kwargs))
        for name in set(bound.arguments) - set(rule.differentiable):
            moved = rule.signature.bind(*point.args, **point.kwargs)
            moved.arguments[name] = map_leaves(lambda leaf: leaf * 1.0001 + 0.0001, bound.arguments[name])
            np.testing.assert_allclose(components(function(*moved.args, **moved.kwargs)), expected, rtol=1e-12)


# Lists in place of arrays


def from_numpy(function):
    return (getattr(function, "__module__", None) or "").startswith("numpy")


def listed_points(function, rule):
    """Where arrays of floats stand in sample points that may be lists too; the arguments as they are, and listed."""
    for point in rule.samples:
        if point.kwargs or len(point.args) > 4:
            continue
        listed = [a.tolist() if isinstance(a, np.ndarray) and a.ndim else a for a in point.args]
        try:
            value = function(*listed)
        except (AttributeError, TypeError):  # it takes no lists
            continue
        if not isinstance(value, (np.ndarray, np.floating)) or value.dtype.kind != "f":
            continue
        for i, argument in enumerate(point.args):
            if isinstance(argument, np.ndarray) and argument.size and argument.ndim and argument.dtype.kind == "f":
                yield i, point.args, listed


def derivatives(function, i, args):
    """Functions for the gradient in the argument `i` of a number made of the result, and that of a number made of it."""
    before, after = args[:i], args[i + 1 :]
    calls = {
        (0, 0): lambda x: function(x),
        (0, 1): lambda x: function(x, after[0]),
        (0, 2): lambda x: function(x, after[0], after[1]),
        (0, 3): lambda x: function(x, after[0], after[1], after[2]),
        (1, 0): lambda x: function(before[0], x),
        (1, 1): lambda x: function(before[0], x, after[0]),
        (2, 0): lambda x: function(before[0], before[1], x),
        (2, 1): lambda x: function(before[0], before[1], x, after[0]),
        (1, 2): lambda x: function(before[0], x, after[0], after[1]),
        (3, 0): lambda x: function(before[0], before[1], before[2], x),
    }
    called = calls[len(before), len(after)]

    def weights(x):
        return np.cos(np.arange(np.size(x))).reshape(np.shape(x))

    def total(held):  # in a dictionary, so that nobody knows what it is
        value = called(held["x"])
        return np.sum(np.sin(value) * weights(value))

    def slope(held):
        return np.sum(np.asarray(first(held)["x"]) * weights(held["x"]))

    first, second = s2sad.grad(total), s2sad.grad(slope)
    return [lambda x: first({"x": x})["x"], lambda x: second({"x": x})["x"]]


# 1 / (1 + x) reads better than what takes lists, too.
OF_ARRAYS = [(f, r) for f, r in RULES if f is not np.log1p and from_numpy(f) and next(listed_points(f, r), None) is not None]


@pytest.mark.filterwarnings("ignore:s2sad. the result does not depend")
@pytest.mark.parametrize(("function", "rule"), OF_ARRAYS, ids=[name_of(f) for f, _ in OF_ARRAYS])
def test_functions_of_numpy_take_lists(function, rule):
    """What is not known to be a list is an operand of the rule as it is, also in the derivative of the derivative."""
    for i, args, listed in listed_points(function, rule):
        for of_array, of_list in zip(derivatives(function, i, args), derivatives(function, i, listed), strict=True):
            try:
                expected = of_array(args[i])
            except s2sad.NotDifferentiable:  # of an array neither
                continue
            np.testing.assert_allclose(components(of_list(listed[i])), components(expected), rtol=1e-9, atol=1e-12)


def templates(r):
    return [t for t in (r.partials, *r.pullbacks.values(), *r.pushforwards.values()) if t is not None]


def called(template):
    """The functions that a template calls, other than its own parameters."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(template))).body[0]
    for node in ast.walk(ast.Module(tree.body, [])):
        if isinstance(node, ast.Call):
            parts = ast.unparse(node.func).split(".")
            if parts[0] in template.__globals__ or hasattr(builtins, parts[0]):
                found = template.__globals__.get(parts[0]) or getattr(builtins, parts[0])
                for part in parts[1:]:
                    found = getattr(found, part)
                yield ".".join(parts), found


# The third derivatives of these are not there yet.
LAST = {
    "product_curvature", "prod_others_pullback", "cumprod_curvature", "cumprod_bend", "sinc_curvature",
}  # fmt: skip


def test_what_templates_hold_can_be_imported():
    """Emitted code imports it by its name."""
    held = {f for _, r in RULES for t in templates(r) for f in inspect.getclosurevars(t).nonlocals.values() if callable(f)}
    assert len(held) > 10
    lost = {f for f in held if getattr(importlib.import_module(f.__module__), f.__name__, None) is not f}
    assert not lost


def test_what_templates_call_has_rules():
    missing = {
        name
        for _, r in RULES
        for t in templates(r)
        for name, f in called(t)
        if name not in LAST and lookup(f) is None and t.__module__ not in FAMILIES
    }
    assert not missing


@pytest.mark.parametrize("name", sorted(methods.METHODS))
def test_methods_are_what_numpy_has(name):
    assert hasattr(np.ndarray, name)
    assert lookup(methods.METHODS[name]) is not None


@pytest.mark.parametrize("name", sorted(methods.ATTRIBUTES))
def test_attributes_give_what_numpy_gives(name):
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    expected = getattr(x, name, x.T)  # mT came with NumPy 2
    np.testing.assert_array_equal(methods.ATTRIBUTES[name](x), expected)
    assert lookup(methods.ATTRIBUTES[name]) is not None


def test_method_calls_give_what_numpy_gives():
    x = np.arange(6.0).reshape(2, 3)
    calls = {
        "argpartition": (2,), "choose": None, "compress": ([True, False, True], 1), "dump": None,
            "getfield": (float,), "tofile": None,
        "astype": (np.float32,), "clip": (1.0, 3.0), "item": (1, 2), "repeat": (2,), "reshape": (3, 2),
        "round": (1,), "searchsorted": None, "squeeze": (), "swapaxes": (0, 1), "take": ([0, 5],),
        "transpose": (1, 0), "dot": (x.T,),
    }  # fmt: skip
    for name, function in methods.METHODS.items():
        arguments = calls.get(name, ())
        if arguments is not None:
            np.testing.assert_array_equal(function(x, *arguments), getattr(x, name)(*arguments), err_msg=name)


class TestTheChecker:
    """A wrong rule must not pass."""

    def test_wrong_partial(self):
        def cube(x):
            return x**3

        @elementwise(cube, at=[(1.5,)])
        def rule_of_cube(ans, x):
            return 3 * x

        with pytest.raises(AssertionError, match="rule_of_cube at"):
            check_rule(cube)

    def test_wrong_pullback(self):
        def double(x):
            return 2 * x

        @linear(double, at=[(np.array([1.5, 2.5]),)])
        def rule_of_double(g, x):
            return 3 * g

        with pytest.raises(AssertionError, match="pullback against pushforward"):
            check_rule(double)

    def test_wrong_shape(self):
        def total(x):
            return np.sum(x)

        @linear(total, at=[(np.ones(3),)])
        def rule_of_total(g, x):
            return g

        with pytest.raises(AssertionError, match="shape"):
            check_rule(total)

    def test_wrong_pushforward(self):
        def product(x, y):
            return x * y

        @rule(product, at=[(1.5, 2.5)])
        class rule_of_product:
            def pullback_x(g, ans, x, y):
                return g * y

            def pushforward_x(t, ans, x, y):
                return t * x

        with pytest.raises(AssertionError, match="pushforward"):
            check_rule(product)

    def test_double_precision_made_of_single(self):
        def triple(x):
            return x * 3

        @elementwise(triple, at=[(np.ones(3),)])
        def rule_of_triple(ans, x):
            return np.full(3, 3.0)

        with pytest.raises(AssertionError, match="arrays of float16: cotangent: float64 from float16"):
            check_rule(triple)

    def test_a_constant_that_is_not_conjugated(self):
        def size(z):
            return abs(z)

        @rule(size, at=[(1.0 + 2.0j,)])
        class rule_of_size:
            def pullback_z(g, ans, z):
                return g * z / ans

            def pushforward_z(t, ans, z):
                return (t * z.conjugate() / ans).real

        with pytest.raises(AssertionError, match="pullback against pushforward"):
            check_rule(size)

    def test_no_rule(self):
        with pytest.raises(RuleError, match="no rule"):
            check_rule(lambda x: x)


class TestRegistration:
    def test_a_rule_needs_points(self):
        with pytest.raises(RuleError, match="no sample points"):
            elementwise(object(), at=[])(lambda ans, x: 1)

    def test_a_rule_needs_both_modes(self):
        class half:
            def pullback_x(g, ans, x):
                return g

        with pytest.raises(RuleError, match="pushforward_x"):
            rule(object(), at=[(1.0,)])(half)

    def test_unhashable_callables_have_none(self):
        class Unhashable:
            __hash__ = None

            def __call__(self):
                return 0

        assert lookup(Unhashable()) is None

    def test_nondifferentiable_is_said(self):
        def anything(x):
            return 0

        nondifferentiable(anything)
        assert lookup(anything).kind == "nondifferentiable"
        assert lookup(anything).differentiable == ()


class TestKinks:
    """What is returned where a function has no derivative."""

    @staticmethod
    def slope(function, *args):
        r = lookup(function)
        return r.partials(function(*args), *args)

    def test_ties_split_evenly(self):
        assert self.slope(np.maximum, 1.5, 1.5) == (0.5, 0.5)
        assert self.slope(np.minimum, np.float32(1.5), np.float32(1.5)) == (0.5, 0.5)
        x = np.array([1.0, 3.0, 3.0])
        bar = lookup(np.max).pullbacks["a"](1.0, 3.0, x)
        np.testing.assert_array_equal(bar, [0, 0.5, 0.5])
        assert lookup(max).pullbacks["xs"](1.0, 3.0, 3.0, 3.0) == [0.5, 0.5]

    def test_abs_at_zero(self):
        pullback = lookup(abs).pullbacks["x"]
        assert pullback(1.0, 0.0, 0.0) == 0
        assert pullback(1.0, 0.0, 0j) == 0
        np.testing.assert_array_equal(pullback(1.0, 0.0, np.zeros(2)), [0, 0])

    def test_norm_at_zero(self):
        x = np.zeros(3)
        np.testing.assert_array_equal(lookup(np.linalg.norm).pullbacks["x"](1.0, np.linalg.norm(x), x), x)

    def test_abs_of_complex_is_as_in_jax(self):
        z = 1 + 2j
        g = 2 * abs(z)
        assert np.isclose(lookup(abs).pullbacks["x"](g, abs(z), z), 2 - 4j)

    def test_roots_at_zero_are_infinite(self):
        import math

        assert self.slope(math.sqrt, 0.0) == math.inf
        assert self.slope(math.asin, 1.0) == math.inf

    def test_maximum_of_infinities(self):
        assert self.slope(np.maximum, -np.inf, -np.inf) == (0.5, 0.5)
