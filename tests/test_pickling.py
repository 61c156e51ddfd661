"""Derivative functions go through pickles: into processes that have not seen the function, and transform
nothing.
"""

import copy
import functools
import importlib
import math
import pickle
import sys
import threading

import numpy as np
import pytest
from processes import run

import s2sad


@pytest.fixture(autouse=True)
def no_cache_of_the_user(monkeypatch):
    monkeypatch.setenv("S2SAD_CACHE", "off")


SCALE = 3.0


def helper(a):
    return a * SCALE + math.sin(a)


def f(x, n=2):
    """The documentation of f."""
    for _ in range(n):
        x = x * helper(x)
    return x


def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


def make_counter():
    count = 0

    def counted(x):
        nonlocal count
        count += 1
        return x * x

    return s2sad.grad(counted), lambda: count


def make_recursive():
    def inner(x, n):
        if n > 0:
            return x * inner(x, n - 1)
        return x

    return s2sad.grad(inner)


class Private:
    def method(self, x):
        return x * self.__weight * __class__.factor

    factor = 2.0

    def __init__(self):
        self.__weight = 5.0


# Loads what is in the file, calls it, and says which modules for transforming were imported.
LOAD = """
import pickle, sys
derivative = pickle.load(open("pickle.bin", "rb"))
print(repr(derivative({arguments})))
print([name for name in ("gast", "s2sad.pipeline", "test_pickling", "{module}") if name in sys.modules])
{more}
"""


def in_main(function):
    """As if it stood in a script: nothing can be imported by its name."""
    function.__module__ = "__main__"
    return function


def load(data, directory, arguments, module="nothing", more=""):
    (directory / "pickle.bin").write_bytes(data)
    program = f"import os; os.chdir({str(directory)!r})\n" + LOAD.format(arguments=arguments, module=module, more=more)
    return run(program, directory, S2SAD_CACHE="off").splitlines()


SCRIPT = """
import functools, math, pickle, sys
import numpy as np
import s2sad

SCALE = 3.0

def helper(a):
    return a * SCALE + math.sin(a)

def f(x, n=2):
    for _ in range(n):
        x = x * helper(x)
    return x

def power(x, n=3):
    return 1.0 if n == 0 else x * power(x, n - 1)

def make(weights, shift):
    return lambda x: (x + shift) * weights[0] + (
        helper(x) * weights[1])

@s2sad.grad
def decorated(x: float) -> float:
    s = "a line\\n   # no comment"
    y = x * len(s)
    return y * y

class Model:
    def __init__(self):
        self.__w = 2.0

def uses(x):
    return decorated(x) * x

twice = lambda g: lambda x: g(g(x))
CASES = [
    s2sad.grad(f),
    s2sad.value_and_grad(f, "x"),
    s2sad.grad(power),
    s2sad.grad(make([2.0, 0.5], 1.0)),
    decorated,
    s2sad.grad(functools.partial(f, n=3)),
    s2sad.grad(twice(lambda x: x * x)),
    s2sad.grad(s2sad.grad(f)),
]
values = [case(0.7) for case in CASES]
pickle.dump((CASES, values), open("pickle.bin", "wb"))
"""


def test_from_a_script_to_a_process_that_transforms_nothing(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    run(
        f"import os, runpy; os.chdir({str(tmp_path)!r}); runpy.run_path('script.py', run_name='__main__')",
        tmp_path,
    )
    program = f"""
import os, pickle, sys
os.chdir({str(tmp_path)!r})
cases, values = pickle.load(open("pickle.bin", "rb"))
print([case(0.7) == value for case, value in zip(cases, values)])
print([name for name in ("gast", "s2sad.pipeline") if name in sys.modules])
print("def f_grad(x, n=2" in cases[0].source, cases[4].__name__, cases[4].__signature__)
import s2sad
print(s2sad.grad(cases[0])(0.7) == values[7])
"""
    equal, heavy, looks, again = run(program, tmp_path, S2SAD_CACHE="off").splitlines()
    assert equal == str([True] * 8)
    assert heavy == "[]"
    assert looks == "True decorated (x: float)"
    assert again == "True"  # what was loaded is differentiated like any function: its text came along


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "model_of_pickles.py").write_text(
        "import s2sad\nFACTOR = 2.0\ndef g(x):\n    return x * x * FACTOR\n\n@s2sad.grad\ndef slope(x):\n    return x ** 3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("model_of_pickles")
    sys.modules.pop("model_of_pickles")


def test_importable_functions_go_by_name(package, tmp_path):
    derivative = s2sad.grad(package.g)
    assert derivative(1.5) == 6.0
    data = pickle.dumps(derivative)
    assert b"model_of_pickles" in data
    value, modules = load(data, tmp_path, "1.5", "model_of_pickles")
    assert value == "6.0" and modules == "['model_of_pickles']"
    assert pickle.loads(data)._fun is package.g


def test_text_for_a_function_that_changed_since_is_not_used(package, tmp_path):
    data = pickle.dumps(s2sad.grad(package.g))
    path = tmp_path / "model_of_pickles.py"
    path.write_text(path.read_text().replace("x * x * FACTOR", "x * FACTOR"))
    value, modules = load(data, tmp_path, "1.5", "model_of_pickles")
    assert value == "2.0" and "s2sad.pipeline" in modules


def test_a_decorated_function_of_a_module_is_that_name(package):
    data = pickle.dumps(package.slope)
    assert len(data) < 100
    assert pickle.loads(data) is package.slope


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_all_protocols(protocol):
    shift = np.array([1.0, 2.0])
    derivative = s2sad.grad(lambda x: ((x + shift) ** 2).sum())
    again = pickle.loads(pickle.dumps(derivative, protocol))
    assert again(shift).tolist() == [4.0, 8.0]


def test_closures_keep_their_shared_cells():
    derivative, count = make_counter()
    derivative, other = pickle.loads(pickle.dumps((derivative, derivative)))
    assert other is derivative
    assert [derivative(3.0), derivative(4.0)] == [6.0, 8.0]
    assert derivative._fun.__closure__[0].cell_contents == 2
    assert count() == 0  # what was pickled is not touched


def test_recursive_closures():
    again = pickle.loads(pickle.dumps(make_recursive()))
    assert again(2.0, 3) == 32.0
    inner = again._fun
    assert inner.__closure__[0].cell_contents is inner


def test_methods_and_partials():
    model = Private()
    assert pickle.loads(pickle.dumps(s2sad.grad(model.method)))(1.0) == 10.0
    bound = functools.partial(in_main(lambda a, b, c: a * b * c), 2.0, c=7.0)
    assert pickle.loads(pickle.dumps(s2sad.grad(bound)))(1.0) == 14.0


def test_functions_with_rules():
    assert pickle.loads(pickle.dumps(s2sad.grad(np.sin)))(0.0) == 1.0
    assert pickle.loads(pickle.dumps(s2sad.grad(math.exp)))(0.0) == 1.0


def test_derivatives_in_the_globals_of_each_other():
    space = {"s2sad": s2sad, "__name__": "__main__"}
    define(space, "def f(x):\n    return x * x if x < 0 else x * dh(x)\ndf = s2sad.grad(f)\n")
    define(space, "def h(x):\n    return x * x * x if x < 100 else df(x)\ndh = s2sad.grad(h)\n")
    expected = space["df"](2.0)
    again = pickle.loads(pickle.dumps(space["df"]))
    assert again(2.0) == expected == 36.0
    assert again._fun.__globals__["df"] is again and again._fun.__globals__ is not space


def define(space, text):
    import linecache

    filename = f"<pickling {len(text)} {hash(text)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    exec(compile(text, filename, "exec"), space)


def test_defaults_annotations_and_looks():
    @s2sad.value_and_grad
    def model(x: float, *rest, scale: "float" = 2.0, **options) -> float:
        """How it is documented."""
        return x * scale

    again = pickle.loads(pickle.dumps(model))
    assert again(3.0) == (6.0, 2.0) and again(3.0, scale=5.0) == (15.0, 5.0)
    assert (again.__doc__, again.__name__, again.__qualname__) == (
        model.__doc__,
        model.__name__,
        model.__qualname__,
    )
    assert again.__signature__ == model.__signature__
    assert again.source == model.source
    assert repr(again) == repr(model)


def test_a_function_that_cannot_be_differentiated_says_so_when_it_is_called():
    def generator(x):
        yield x

    again = pickle.loads(pickle.dumps(s2sad.grad(generator)))
    with pytest.raises(s2sad.S2SADError):
        again(1.0)


def test_what_cannot_be_pickled_is_named():
    lock = threading.Lock()

    def locked(x):
        with lock:
            return x * x

    with pytest.raises(TypeError, match="lock"):
        pickle.dumps(s2sad.grad(locked))
    space = {}
    exec("def unseen(x):\n    return x\n", space)
    with pytest.raises(pickle.PicklingError, match="unseen has no source"):
        pickle.dumps(s2sad.grad(space["unseen"]))


def test_another_format_is_refused():
    derivative = s2sad.grad(lambda x: x * 2.0)
    rebuild, arguments, payload, _, _, setter = derivative.__reduce__()
    payload["format"] = -1
    with pytest.raises(pickle.UnpicklingError, match="another version"):
        setter(rebuild(*arguments), payload)


def test_copies_are_the_same():
    derivative = s2sad.grad(f)
    assert copy.copy(derivative) is derivative
    assert copy.deepcopy({"d": derivative})["d"] is derivative
