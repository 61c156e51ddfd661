"""Functions that are long where nesting could follow: jumps after jumps, returns after returns, a long `try`."""

import gc
import itertools
import linecache
import sys
import weakref

import gast
import pytest

import s2sad
from s2sad import derive, nodes
from s2sad.emit import emit
from s2sad.synthetic import apply_wrapper
from s2sad.transforms.dispatch import dispatch

_numbers = itertools.count()


def function(text):
    file = f"<long function {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace = {}
    exec(compile(text, file, "exec"), namespace)
    return namespace["f"]


def leaving(jumps):
    """Multiplies by 1.5 until the value is above the bound of one of many `break`s, in every iteration."""
    steps = "".join(
        f"        y = y * 1.5\n        if y > x ** 2 + {k}:\n            y = y + x\n            break\n"
        for k in range(jumps)
    )
    return function(f"def f(x, n):\n    y = x\n    for i in range(n):\n{steps}        y = y - x\n    return y\n")


def returning(returns):
    steps = "".join(f"    y = y * x\n    if y > {k}:\n        return y + {k} * x\n" for k in range(returns))
    return function(f"def f(x):\n    y = x\n{steps}    return y\n")


def difference(f, x):
    return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6


@pytest.mark.parametrize("x", [0.3, 1.7, 5.3, 40.0])
def test_many_statements_that_leave_a_loop(x):
    f = leaving(150)
    value, gradient = s2sad.value_and_grad(f)(x, 3)
    assert value == f(x, 3)
    assert gradient == pytest.approx(difference(lambda x: f(x, 3), x), rel=1e-4)
    assert gradient == s2sad.grad(leaving(30))(x, 3), "no jump that is taken is among the last"


@pytest.mark.parametrize("x", [0.9, 1.0, 1.01, 1.6, 7.0])
def test_many_returns(x):
    f = returning(150)
    value, gradient = s2sad.value_and_grad(f)(x)
    assert value == f(x)
    assert gradient == pytest.approx(difference(f, x), rel=1e-4)
    _, pullback = s2sad.vjp(f, x)
    assert pullback(1.0) == (gradient,)


def test_what_is_nested_too_deeply_is_shown():
    with pytest.raises(s2sad.UnsupportedSyntax, match="nested too deeply") as caught:
        s2sad.grad(returning(900))(1.0)
    assert caught.value.location.line > 1000
    assert "function of its own" in caught.value.hint


@pytest.mark.parametrize("stop", [None, 0, 7, 299])
def test_a_long_try(stop):
    steps = "".join(f"        y = y * x\n        if stop == {k}:\n            raise ValueError\n" for k in range(300))
    f = function(f"def f(x, stop):\n    y = 1.0\n    try:\n{steps}    except ValueError:\n        y = y + x\n    return y\n")
    power = 300 if stop is None else stop + 1
    expected = power * 1.01 ** (power - 1) + (stop is not None)
    assert s2sad.grad(f)(1.01, stop) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("count", [1, 2, 16, 17, 1500])
def test_one_of_many_blocks(count):
    numbers = [3 * k for k in range(count)]
    chosen = dispatch("step", [(n, [nodes.assign("found", nodes.const(n))]) for n in numbers])
    text = emit(gast.Module(chosen, []))
    assert max(len(line) - len(line.lstrip()) for line in text.splitlines()) <= 4 * 8
    for step in {*numbers[:3], *numbers[-3:], numbers[count // 2]}:
        scope = {"step": step}
        exec(text, scope)
        assert scope["found"] == step


def test_functions_behind_stars_are_let_go():
    apply_wrapper.cache_clear()
    texts = len(linecache.cache)
    for k in range(3 * apply_wrapper.cache_info().maxsize):
        assert apply_wrapper(lambda x, k=k: x * k, 1, ())((2.0,), {}) == 2.0 * k
    gc.collect()
    assert apply_wrapper.cache_info().currsize == apply_wrapper.cache_info().maxsize
    assert len(linecache.cache) <= texts + 1, "one text, however many functions"


def test_a_function_may_outlive_what_remembers_it(monkeypatch):
    """When the interpreter exits, the globals of modules go before the last functions do."""

    def f(x):
        return x * x

    s2sad.grad(f)(2.0)
    said = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    monkeypatch.setattr(derive, "_recent", None)
    gone = weakref.ref(f)
    del f
    gc.collect()
    assert gone() is None
    assert said == []
