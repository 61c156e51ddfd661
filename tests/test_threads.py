"""Many threads make and call derivatives at once, and what one of them meets leaves no trace in the
others.
"""

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import s2sad
from s2sad import derive

THREADS = 8


def together(work, count=THREADS):
    """The results of `work(0)`, `work(1)` ... in threads that all start at the same moment."""
    gate = threading.Barrier(count)

    def one(number):
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def make(a):
    def inner(x, n):
        total = 0.0
        for i in range(n):
            total = total * x + math.sin(a * x) if i % 2 else total + x * x
        return total

    return inner


def difference(function, x, h=1e-6):
    return (function(x + h) - function(x - h)) / (2 * h)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Nothing is known from tests before, so that the threads meet in the transformer."""
    monkeypatch.setenv("S2SAD_CACHE", "off")
    derive._compiled.clear()
    derive._recent.clear()


def test_one_function_made_by_all_at_once():
    function = make(2.0)
    derivatives = together(lambda _: s2sad.grad(function)(0.7, 4))
    assert derivatives == [derivatives[0]] * THREADS
    assert derivatives[0] == pytest.approx(difference(lambda x: function(x, 4), 0.7), rel=1e-7)
    assert sum(len(twins) for twins in derive._compiled.values()) == 1


def test_one_derivative_called_by_all_before_it_is_made():
    df = s2sad.value_and_grad(make(3.0))
    results = together(lambda number: [df(0.1 * number + 0.01 * i, 5) for i in range(50)])
    for number, row in enumerate(results):
        for i, (value, slope) in enumerate(row):
            x = 0.1 * number + 0.01 * i
            assert value == make(3.0)(x, 5)
            assert slope == pytest.approx(difference(lambda x: make(3.0)(x, 5), x), rel=1e-6, abs=1e-8)


def test_nested_gradients_over_closures():
    def work(number):
        a = 1.0 + number

        def f(x):
            y = math.exp(a * x / 10)
            return y * x if x > 0 else y

        inner = s2sad.grad(f)

        def outer(x):
            return inner(x) * a + x * x

        found = []
        for i in range(10):
            x = 0.3 + 0.1 * i
            found.append((s2sad.grad(outer)(x), s2sad.grad(s2sad.grad(f))(x)))
        return found

    for number, found in enumerate(together(work)):
        a = 1.0 + number
        for i, (of_outer, second) in enumerate(found):
            x = 0.3 + 0.1 * i
            # f = x exp(b x) with b = a/10: f'' = (2 b + b^2 x) exp(b x)
            expected = (2 * a / 10 + (a / 10) ** 2 * x) * math.exp(a * x / 10)
            assert second == pytest.approx(expected, rel=1e-12)
            assert of_outer == pytest.approx(expected * a + 2 * x, rel=1e-12)


def test_arrays_in_many_threads_do_not_mix():
    weights = np.linspace(0.1, 1.0, 200)

    def loss(w, x):
        z = np.tanh(w * x)
        total = 0.0
        for k in range(3):
            total = total + (z**2).sum() * (k + 1)
        return total

    gradient = s2sad.grad(loss)
    inputs = [np.full(200, 0.5 + number) for number in range(THREADS)]
    alone = [s2sad.grad(loss)(weights, x) for x in inputs]
    for number, found in enumerate(together(lambda n: [gradient(weights, inputs[n]) for _ in range(20)])):
        for one in found:
            np.testing.assert_array_equal(one, alone[number])


def test_pullbacks_of_many_threads_hold_their_own():
    def work(number):
        pairs = [s2sad.vjp(make(float(number)), 0.1 * i, 3, argnums=0) for i in range(10)]
        return [pullback(1.0)[0] for _, pullback in reversed(pairs)]

    for number, found in enumerate(together(work)):
        expected = [difference(lambda x: make(float(number))(x, 3), 0.1 * i) for i in reversed(range(10))]
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-8)


class Trouble(Exception):
    pass


def test_exceptions_leave_no_state_behind():
    def f(x, n, bad):
        y = x
        for i in range(n):
            if i == bad:
                raise Trouble(i)
            y = y * x + math.sqrt(y)
        return y

    df = s2sad.grad(f)
    expected = df(1.5, 4, -1)

    def work(number):
        for i in range(20):
            bad = (number + i) % 4
            with pytest.raises(Trouble) as caught:
                df(1.5, 4, bad)
            assert caught.value.args == (bad,)
            assert df(1.5, 4, -1) == expected
            with pytest.raises(ValueError, match="math domain error"):
                df(-1.5, 4, -1)
        return df(1.5, 4, -1)

    assert together(work) == [expected] * THREADS


def test_a_pullback_that_raises_works_the_next_time():
    value, pullback = s2sad.vjp(lambda x: np.array([x[0] * x[1], x[1]]), np.array([2.0, 3.0]))
    with pytest.raises(Exception, match="shape|cotangent|broadcast"):
        pullback(np.ones(5))
    assert pullback(np.array([1.0, 10.0]))[0].tolist() == [3.0, 12.0]
    assert value.tolist() == [6.0, 3.0]


def test_a_function_that_fails_to_transform_fails_in_every_thread():
    def generator(x):
        yield x

    def work(_):
        with pytest.raises(s2sad.S2SADError) as caught:
            s2sad.grad(generator)(1.0)
        return str(caught.value)

    assert len(set(together(work))) == 1
    assert s2sad.grad(lambda x: x * 5.0)(1.0) == 5.0


def test_redefinition_while_others_call():
    """Each result belongs to one of the definitions, and after the last one only to that."""
    space = {}
    exec("def helper(x):\n    return 1.0 * x\n", space)
    define(space, 1.0)
    import linecache

    text = "def f(x):\n    return helper(x) + x\n"
    linecache.cache["<threads f>"] = (len(text), None, text.splitlines(True), "<threads f>")
    exec(compile(text, "<threads f>", "exec"), space)
    df = s2sad.grad(space["f"])

    def work(number):
        if number == 0:
            for k in range(2, 12):
                define(space, float(k))
            return []
        return [df(1.0) for _ in range(60)]

    for found in together(work):
        assert {slope - 1.0 for slope in found} <= {float(k) for k in range(1, 12)}
    assert df(1.0) == 12.0


def define(space, k):
    import linecache

    text, filename = f"def helper(x):\n    return {k} * x\n", f"<threads helper {k}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    exec(compile(text, filename, "exec"), space)
