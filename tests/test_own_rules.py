"""Rules of the user's own: said in the package's words, for functions of any kind."""

import math
import os
import subprocess
import sys
import textwrap
import types

import numpy as np
import pytest
from scipy.special import erf, jv

import s2sad
from s2sad import RuleError, grad
from s2sad.adjoints.registry import all_rules
from s2sad.rules import check_fit
from s2sad.testing import check_grads, check_rule, sample

A = np.array([0.3, 1.2, -0.7])


# What functions are without a rule: compiled, or with a source that says something else.

root_of = np.frompyfunc(lambda x: math.cbrt(x), 1, 1)


def hidden(x):
    return float(f"{x:.17g}") ** 2


def power(x, n=2):
    return float(f"{x:.17g}") ** n


def scaled(x, *, by=1.0):
    return by * float(f"{x:.17g}")


def product_of(*xs):
    return float(np.prod([float(f"{x:.17g}") for x in xs]))


def distance(x, y):
    return np.frompyfunc(math.hypot, 2, 1)(x, y).astype(float)


def mirrored(x, times):
    return times * np.array([float(f"{v:.17g}") for v in x[::-1]])


class TestWords:
    def test_a_local_function_named_function(self):
        """The text around it calls it `function`."""

        def function(x):
            return float(f"{x:.17g}") ** 3

        @s2sad.elementwise(function, at=[(0.5,)])
        def function_rule(ans, x):
            return 3 * x**2

        check_rule(function)
        assert grad(function)(2.0) == 12.0

    def test_a_function_named_as_its_module(self, monkeypatch):
        module = types.ModuleType("cubed")
        monkeypatch.setitem(sys.modules, "cubed", module)

        def cubed(x):
            return float(f"{x:.17g}") ** 3

        cubed.__module__, module.cubed = "cubed", cubed

        @s2sad.elementwise(cubed, at=[(0.5,)])
        def cubed_rule(ans, x):
            return 3 * x**2

        assert grad(cubed)(2.0) == 12.0

    def test_elementwise_of_a_compiled_function(self):
        @s2sad.elementwise(erf, at=[(0.3,), (A,)])
        def erf_rule(ans, x):
            return 2 / math.sqrt(math.pi) * np.exp(-(x**2))

        check_rule(erf)
        f = lambda x: np.sum(erf(x * x) * x)  # noqa: E731
        check_grads(f, (A,))
        check_grads(grad(lambda x: erf(x) * x), (0.4,))
        assert "math.sqrt(math.pi)" in grad(f).source and "erf_rule" not in grad(f).source  # written out

    def test_statements_and_branches(self):
        @s2sad.elementwise(hidden, at=[(2.0,)])
        def slope(ans, x):
            if x > 0:
                return 2 * math.sqrt(ans)
            twice = 2 * x
            return twice

        check_rule(hidden)
        assert grad(hidden)(3.0) == 6.0 and grad(hidden)(-3.0) == -6.0
        f = lambda x: hidden(x) * x  # noqa: E731
        assert grad(f)(-2.0) == 12.0 and grad(grad(f))(2.0) == 12.0
        assert "slope(" in grad(f).source

    def test_partials_of_two_arguments_are_computed_once(self):
        calls = []

        @s2sad.elementwise(distance, at=[(A, 0.5), (A[:, None], A)])
        def distance_rule(ans, x, y):
            calls.append(1)
            return x / ans, y / ans

        check_rule(distance)
        calls.clear()
        x_bar, y_bar = grad(lambda x, y: np.sum(distance(x, y)), argnums=(0, 1))(A, 0.5)
        np.testing.assert_allclose(x_bar, A / np.hypot(A, 0.5))
        np.testing.assert_allclose(y_bar, np.sum(0.5 / np.hypot(A, 0.5)))
        assert calls == [1]

    def test_options(self):
        @s2sad.elementwise(power, at=[(2.0,), (2.0, 3)])
        def power_rule(ans, x, n=2):
            return n * x ** (n - 1), 0

        @s2sad.elementwise(scaled, at=[(2.0,), sample(2.0, by=3.0)])
        def scaled_rule(ans, x, *, by=1.0):
            return by, ans / by

        check_rule(power)
        check_rule(scaled)
        assert grad(lambda x: power(x) + power(x, 3) + power(x, n=1))(2.0) == 4.0 + 12.0 + 1.0
        assert grad(lambda x, b: scaled(x, by=b), argnums=(0, 1))(2.0, 3.0) == (3.0, 2.0)

    def test_linear(self):
        @s2sad.linear(mirrored, at=[(np.arange(5.0), 3)])
        def mirrored_rule(g, x, times):
            back = g[::-1]
            return times * back

        check_rule(mirrored)
        check_grads(lambda x: np.sum(mirrored(x, 3) ** 2 * x), (np.arange(5.0),))
        check_grads(grad(lambda x: np.sum(mirrored(np.array([x, 1.0, x * x]), 3) ** 3)), (2.0,))

    def test_rule(self):
        @s2sad.rule(jv, at=[(1, 0.5)])
        class jv_rule:
            """In the argument; the order is a whole number."""

            def pullback_z(g, ans, v, z):
                below, above = jv(v - 1, z), jv(v + 1, z)
                return g * (below - above) / 2

            def pushforward_z(t, ans, v, z):
                return t * (jv(v - 1, z) - jv(v + 1, z)) / 2

        check_rule(jv)
        check_grads(lambda z: jv(1, z) * z, (0.7,))
        check_grads(grad(lambda z: jv(2, z) * z), (0.7,))
        assert "jv_rule.pullback_z(" in grad(lambda z: jv(1, z)).source

    def test_any_number_of_arguments(self):
        @s2sad.rule(product_of, at=[(2.0, 3.0, 4.0)])
        class product_rule:
            def pullback_xs(g, ans, *xs):
                return [g * ans / x for x in xs]

            def pushforward_xs(ts, ans, *xs):
                return sum(ans / x * t for x, t in zip(xs, ts, strict=True))

        check_rule(product_of)
        assert grad(lambda x: product_of(x, 2.0 * x, 3.0))(2.0) == 24.0
        with pytest.raises(RuleError, match="say it as a rule"):
            s2sad.elementwise(product_of)(lambda ans, *xs: 0)

    def test_nondifferentiable(self):
        def steps(x):
            return x * 1.0

        s2sad.nondifferentiable(steps)
        assert grad(lambda x: steps(x) * x)(3.0) == 3.0

    def test_variables_around_a_rule(self):
        def made(k):
            def f(x):
                return hidden(x) * k

            @s2sad.elementwise(f)
            def f_rule(ans, x):
                return k * 10.0

            return f

        one, two = made(1.0), made(2.0)
        assert grad(lambda x: one(x) + two(x))(1.0) == 30.0
        assert grad(one)(1.0) == 10.0 and grad(two)(1.0) == 20.0

    def test_a_function_made_of_one_of_python(self):
        @s2sad.elementwise(root_of, at=[(8.0,)])
        def root_rule(ans, x):
            return 1 / (3 * ans**2)

        assert grad(lambda x: root_of(x) * 2.0)(8.0) == pytest.approx(1 / 6)


class TestPrecedence:
    def test_a_rule_comes_before_the_source(self):
        def wasteful(x):
            for _ in range(1000):
                x = x + 0.0
            return x * x

        assert grad(wasteful)(3.0) == 6.0

        @s2sad.elementwise(wasteful)
        def wasteful_rule(ans, x):
            return 2 * x

        assert grad(lambda x: wasteful(x))(3.0) == 6.0
        assert "for" not in grad(lambda x: wasteful(x)).source

    def test_a_rule_of_the_package_is_replaced(self, monkeypatch):
        from s2sad.adjoints import registry

        monkeypatch.setitem(registry._RULES, np.sinc, registry.lookup(np.sinc))

        @s2sad.elementwise(np.sinc)
        def sinc_rule(ans, x):
            return 42.0

        assert grad(lambda x: np.sinc(x))(0.5) == 42.0

    def test_a_rule_that_is_said_anew_is_noticed(self):
        def f(x):
            return x * x

        def g(x):
            return f(x) + x

        derivative = grad(g)
        assert derivative(3.0) == 7.0
        s2sad.elementwise(f)(lambda ans, x: 100.0)
        assert derivative(3.0) == 101.0

        def later(ans, x):
            return 200.0

        s2sad.elementwise(f)(later)
        assert derivative(3.0) == 201.0
        s2sad.nondifferentiable(f)
        assert derivative(3.0) == 1.0

    def test_of_a_function_that_is_known_only_at_run_time(self):
        def f(x):
            return hidden(x)

        s2sad.elementwise(f)(lambda ans, x: 7.0)
        assert grad(lambda x, g: g(x) * 2.0)(1.0, f) == 14.0

    def test_of_a_method(self):
        class Model:
            def __init__(self, w):
                self.w = w

            def predict(self, x):
                return self.w * x

        @s2sad.rule(Model.predict)
        class predict_rule:
            def pullback_x(g, ans, self, x):
                return g * 5.0

            def pushforward_x(t, ans, self, x):
                return t * 5.0

        assert grad(lambda x, m: m.predict(x))(1.0, Model(2.0)) == 5.0

    def test_of_another_process_is_not_taken_for_ones_own(self, tmp_path):
        """The derivative on disk rests on the rule."""
        path = tmp_path / "ruled.py"
        environment = {**os.environ, "S2SAD_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": os.pathsep.join(sys.path)}
        environment.pop("S2SAD_CACHE", None)
        (tmp_path / "cache").mkdir(mode=0o700)

        def slope(said):
            path.write_text(
                textwrap.dedent(
                    f"""
                    import math
                    import s2sad
                    def f(x):
                        return math.fsum([x, x])
                    {said}
                    def g(x):
                        return f(x) * 2.0
                    print(s2sad.grad(g)(1.0))
                    """
                )
            )
            command = [sys.executable, str(path)]
            return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)

        assert slope("s2sad.elementwise(f)(lambda ans, x: 10.0)") == 20.0
        assert slope("s2sad.elementwise(f)(lambda ans, x: 10.0)") == 20.0
        assert slope("s2sad.elementwise(f)(lambda ans, x: 11.0)") == 22.0
        assert slope("s2sad.nondifferentiable(f)") == 0.0
        assert slope("") == 4.0


def with_shape(x, shape):
    return float(f"{x * shape:.17g}")


class TestErrors:
    def test_a_parameter_is_taken_for_a_constant_by_what_it_holds_and_not_by_its_name(self):
        @s2sad.linear(with_shape, at=[(2.0, 3.0)])
        def rule_of_shape(g, x, shape):
            return g * shape

        with pytest.raises(s2sad.NotDifferentiable, match="takes this argument for a constant: shape"):
            grad(lambda x, k: with_shape(x, k), argnums=(0, 1))(2.0, 3.0)
        with pytest.raises(s2sad.NotDifferentiable, match="takes this argument for a constant: shape"):
            grad(lambda x, held: with_shape(x, held["k"]), argnums=(0, 1))(2.0, {"k": 3.0})

    @pytest.mark.parametrize(
        ("function", "template", "problem"),
        [
            (power, lambda ans, n, x: 0, "argument 1 is n here, and x there"),
            (power, lambda ans, x, n=3: 0, "the default of n is 3 here, and 2 there"),
            (power, lambda ans, x, n, m: 0, "it has an argument m, and the function none in that place"),
            (distance, lambda ans, x: 0, "it has no argument y"),
            (erf, lambda ans, x, y, z: 0, "it has an argument y"),
            (np.linalg.norm, lambda ans, x, *, y: 0, "the function has no argument y"),
        ],
    )
    def test_a_rule_that_does_not_fit(self, function, template, problem):
        with pytest.raises(RuleError, match=problem):
            s2sad.elementwise(function)(template)

    def test_no_function(self):
        with pytest.raises(RuleError, match="a rule is for functions"):
            s2sad.elementwise()
        with pytest.raises(RuleError, match="3.0 is not a function"):
            s2sad.elementwise(3.0)(lambda ans, x: x)

    def test_a_wrong_rule_is_found(self):
        def f(x):
            return x * x

        @s2sad.elementwise(f, at=[(3.0,)])
        def f_rule(ans, x):
            half = x / 2
            return half

        with pytest.raises(AssertionError, match="pushforward"):
            check_rule(f)

    def test_no_points(self):
        def f(x):
            return x * x

        s2sad.elementwise(f)(lambda ans, x: 2 * x)
        with pytest.raises(RuleError, match="no sample points"):
            check_rule(f)


@pytest.mark.parametrize(
    ("function", "rule"), [pytest.param(f, r, id=getattr(f, "__name__", type(f).__name__)) for f, r in all_rules()]
)
def test_the_rules_of_the_package_fit_their_functions(function, rule):
    by_position = {pow, np.asarray, np.asanyarray, np.complex128}  # these share the rule of another function
    read = rule.kind not in ("nondifferentiable", "refused") and not (function.__module__ or "").startswith("s2sad.")
    if read and function not in by_position:
        check_fit(function, rule)
