"""Standalone files run where s2sad cannot be imported, and give the numbers that the library gives."""

import importlib
import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import s2sad
from s2sad import standalone
from s2sad.artifact import Request
from s2sad.errors import S2SADError
from s2sad.pipeline import Transformer
from s2sad.standalone.scopes import outside, renamed
from s2sad.standalone.spelling import Unspellable, spelled

PRELUDE = """
import json, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "s2sad":
            raise ImportError("s2sad is not installed here")
sys.meta_path.insert(0, Blocker())
sys.path.insert(0, {directory!r})
import {module} as m
import numpy as np
def plain(x):
    if isinstance(x, np.ndarray): return x.tolist()
    if isinstance(x, (list, tuple)): return [plain(v) for v in x]
    if isinstance(x, dict): return {{k: plain(v) for k, v in x.items()}}
    return x
print(json.dumps(plain({expression})))
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module of the user's and imports it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made = []

    def make(text, name="model"):
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
        importlib.invalidate_caches()
        made.append(name)
        return importlib.import_module(name)

    yield make
    for name in made:
        sys.modules.pop(name, None)


def source(function, *active, form="grad"):
    return standalone.text(Transformer().run(function, Request(form, active)), "1.2.3")


def run(tmp_path, text, expression):
    """Evaluates an expression of the file `m` in a process that has no s2sad."""
    target = tmp_path / "out"
    target.mkdir(exist_ok=True)
    (target / "alone.py").write_text(text, encoding="utf-8")
    assert "import s2sad" not in text and "from s2sad." not in text
    program = PRELUDE.format(directory=str(target), module="alone", expression=expression)
    done = subprocess.run([sys.executable, "-I", "-W", "error", "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + text
    return json.loads(done.stdout)


def test_numbers_only_need_nothing(tmp_path, module):
    m = module(
        """
        import math

        def wave(x: float, n: int = 3):
            y = x
            for i in range(n):
                y = math.sin(y) * x
            return y
        """
    )
    program = Transformer().run(m.wave, Request("grad", ("x",), (("x", "float"), ("n", "int"))))
    text = standalone.text(program, "1.2.3")
    assert text.startswith(
        '"""Gradient of wave (model.py) with respect to x.\n\n'
        'Written by s2sad 1.2.3; runs without it.\n"""\n\n'
        "import math\n\n\ndef wave_grad(x, n=3, *, out_bar=1.0):\n"
    )
    assert run(tmp_path, text, "m.wave_grad(0.7)") == s2sad.grad(m.wave)(0.7)


def test_helpers_come_along(tmp_path, module):
    m = module(
        """
        import numpy as np

        def loss(w, x):
            return np.sum((w @ x + 1.0) ** 2)
        """
    )
    text = source(m.loss, "w", "x")
    assert "# Helpers: copied from s2sad 1.2.3 (MIT licence)." in text
    assert "type: ignore" not in text
    w, x = np.arange(6.0).reshape(2, 3), np.arange(3.0)
    found = run(tmp_path, text, "m.loss_grad(np.arange(6.0).reshape(2, 3), np.arange(3.0))")
    expected = s2sad.grad(m.loss, (0, 1))(w, x)
    assert found == [e.tolist() for e in expected]


def test_structures(tmp_path, module):
    m = module("def energy(p):\n    return p['a'] * p['b'][0] ** 2 + p['b'][1]\n")
    found = run(tmp_path, source(m.energy, "p"), "m.energy_grad({'a': 2.0, 'b': [3.0, 1.0]})")
    assert found == {"a": 9.0, "b": [12.0, 1.0]}


def test_callees_and_value(tmp_path, module):
    m = module(
        """
        def square(x):
            return x * x

        def f(x):
            return square(x) + square(3 * x)
        """
    )
    text = source(m.f, "x", form="value_and_grad")
    assert text.index("def square_fwd") < text.index("def f_value_and_grad")
    assert run(tmp_path, text, "m.f_value_and_grad(2.0)") == [40.0, 40.0]


def test_split(tmp_path, module):
    m = module("def f(x, y):\n    return x * x * y\n")
    text = source(m.f, "x", "y", form="split")
    assert run(tmp_path, text, "(lambda out: [out[0], m.f_bwd(out[1], 1.0)])(m.f_fwd(3.0, 2.0))") == [
        18.0,
        [12.0, 9.0],
    ]


def test_globals_of_all_kinds(tmp_path, module):
    m = module(
        """
        import math as mathematics
        import os.path
        from math import floor as down
        import numpy as np
        from numpy import sin

        RATE = 0.5
        LIMITS = (float("-inf"), 2.0)
        TABLE = {"low": [1, 2], None: b"x"}
        W = np.array([[0.1, 1 / 3], [1e-300, np.nan]], dtype=np.float32)
        EMPTY = np.zeros((0, 3))
        NUMBERS = (int, float)

        twice = lambda k: 2 * k

        def count(k, step=TABLE["low"][0]):  # copied with its comment
            return down(k) + step + len(TABLE)

        def f(x, n=len(TABLE), unused=np.float32(0.1)):
            if isinstance(n, NUMBERS) and os.path.basename("a/b") == "b":
                n = count(n) + twice(n) + EMPTY.shape[1]
            scale = RATE * n + float(W[0, 0]) + (LIMITS[0] < 0)
            return sin(x) * scale * mathematics.pi
        """
    )
    text = source(m.f, "x")
    for line in (
        "from math import floor as down",
        "import math as mathematics",
        "import os",
        "RATE = 0.5",
        "LIMITS = (float('-inf'), 2.0)",
        "TABLE = {'low': [1, 2], None: b'x'}",
        "NUMBERS = (int, float)",
        "def count(k, step=1):",
        "def twice(k):",
        "n=2, unused=np.float32(0.1)",
    ):
        assert line in text, line
    assert run(tmp_path, text, "float(m.f_grad(0.4))") == pytest.approx(s2sad.grad(m.f)(0.4), rel=1e-15)


def test_closures_become_constants(tmp_path, module):
    m = module(
        """
        def make(a, b):
            def inner(x):
                return a * x ** 2 + b
            return inner

        f = make(3.0, 1.0)
        """
    )
    assert run(tmp_path, source(m.f, "x"), "m.inner_grad(2.0)") == 12.0


def test_names_of_two_modules(tmp_path, module):
    module("SCALE = 10.0\nnp = 3.0\n\ndef helper(x):\n    return SCALE * x * np\n", "other")
    m = module(
        """
        import numpy as np
        from other import helper

        SCALE = 2.0

        def f(x):
            return helper(x) * SCALE + np.sum(x)
        """
    )
    text = source(m.f, "x")
    assert "SCALE = " in text and "SCALE_1 = " in text
    assert run(tmp_path, text, "m.f_grad(1.0)") == s2sad.grad(m.f)(1.0) == 61.0


def test_a_helper_of_ours_makes_way_for_the_users(tmp_path, module):
    m = module(
        """
        import numpy as np

        as_gradient = 3.0
        _sum_to = 2.0

        def f(x):
            return np.sum(x * as_gradient * _sum_to)
        """
    )
    text = source(m.f, "x")
    assert "as_gradient = 3.0\n" in text and "_sum_to = 2.0\n" in text
    assert run(tmp_path, text, "m.f_grad(np.ones(2))") == [6.0, 6.0]


def test_local_variables_do_not_hide_helpers(tmp_path, module):
    m = module(
        """
        import numpy as np

        def scaled(as_gradient, unbroadcast):
            return as_gradient * unbroadcast

        def f(x):
            return np.sum(scaled(x, np.float64(2.0)))
        """
    )
    assert run(tmp_path, source(m.f, "x"), "m.f_grad(np.ones(2))") == [2.0, 2.0]


def test_a_property_of_an_argument_says_what_is_missing(tmp_path, module):
    m = module("def f(spring):\n    return spring.softness * 2.0\n")
    spring = "type('Spring', (), {'softness': property(lambda self: 1 / self.k), 'k': 2.0})()"
    text = source(m.f, "spring")
    done = run(tmp_path, text + f"""

def attempt():
    try:
        return f_grad({spring})
    except TypeError as error:
        return str(error)
""", "m.attempt()")  # fmt: skip
    assert "which only s2sad itself can follow" in done


def test_submodules_are_imported(module):
    m = module(
        """
        import scipy.special

        def f(x, k):
            return x * scipy.special.gamma(k)
        """
    )
    assert "\nimport scipy.special\n" in source(m.f, "x")


def test_the_users_modules_are_imported(module):
    module("def helper(k):\n    return 2 * k\n", "other")
    m = module("import other\n\ndef f(x, k):\n    return x * other.helper(k)\n")
    assert "\nimport other\n" in source(m.f, "x")


def test_stop_gradient(tmp_path, module):
    m = module("from s2sad import stop_gradient\n\ndef f(x):\n    return x * stop_gradient(x)\n")
    assert run(tmp_path, source(m.f, "x"), "m.f_grad(3.0)") == 3.0


def test_every_file_compiles_to_the_same_bytes(module):
    m = module("import numpy as np\n\ndef f(x):\n    return np.sum(x ** 2)\n")
    assert source(m.f, "x") == source(m.f, "x")


REFUSED = {
    "what g(...) calls is known only as the program runs": "def f(x, g):\n    return g(x)\n",
    "what o.area(...) calls": "def f(x, o):\n    return o.area(x)\n",
    "W is an array of 5000 numbers": """
        import numpy as np
        W = np.zeros(5000)
        def f(x):
            return np.sum(x * W)
        """,
    "R is an object of type Generator": """
        import numpy as np
        R = np.random.default_rng()
        def f(x):
            return x * R.normal()
        """,
    "A is the class A": """
        class A: pass
        def f(x, a):
            return x if isinstance(a, A) else x * 2
        """,
    "the global variable n": """
        n = 0
        def f(x):
            global n
            n += 1
            return x * 2
        """,
    "f_grad changes the global variable LOG": """
        LOG = []
        def f(x):
            LOG.append(1)
            return x * 2
        """,
    "the variable n of the function around it": """
        def make():
            n = 0
            def f(x):
                nonlocal n
                n += 1
                return x * 2
            return f
        f = make()
        """,
    "g is an object of type": """
        import functools
        @functools.lru_cache
        def g(k): return k
        def f(x):
            return x * g(2)
        """,
    "s2sad is": """
        import s2sad
        def f(x, k):
            return x * s2sad.stop_gradient(k)
        """,
    "the default of the parameter a is an object of type A": """
        class A: pass
        def f(x, a=A()):
            return x
        """,
}


@pytest.mark.parametrize("expected", REFUSED)
def test_what_cannot_be_written_is_refused_by_name(module, expected):
    m = module(REFUSED[expected])
    with pytest.raises(S2SADError) as caught:
        source(m.f, "x")
    message = str(caught.value)
    assert expected in message
    assert "hint: " in message
    assert 'model.py", line ' in message


def test_all_problems_are_reported_at_once(module):
    m = module("import numpy as np\nA = np.zeros(2000)\nB = object()\ndef f(x):\n    return x * A[0] * id(B)\n")
    with pytest.raises(S2SADError) as caught:
        source(m.f, "x")
    assert len(caught.value.errors) == 2


VALUES = [
    *[None, ..., True, -1, 10**40, 0.1, -0.0, float("inf"), 1e-320, 1 - 2j, complex(-0.0, 3)],
    *[complex(0, float("inf")), "a\n'\"", b"\x00", (), (1,), [1, [2.0]], {"a": (1, 2)}, {1, 3}, set()],
    *[frozenset({2}), range(3), slice(1, None), int],
    *[np.float64(0.1), np.float32(0.1), np.int8(3), np.bool_(True), np.complex64(1 + 2j), np.float32],
    np.dtype("f4"),
    np.arange(6.0).reshape(2, 3) / 7,
    np.array([1, 2], np.int32),
    np.array([0.1, np.nan, -np.inf], np.float32),
    np.array(2.5),
    np.array([[True, False]]),
    np.zeros((2, 0)),
    np.array([1 + 2j, complex(-0.0, 0)]),
    np.array([1e-300, 1e300]),
    np.linspace(-1, 1, 50) ** 3,
]


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_spelled(value):
    again = eval(spelled(value), {"np": np})
    assert type(again) is type(value)
    if isinstance(value, (np.ndarray, np.generic)):
        assert again.dtype == value.dtype and again.shape == value.shape
        assert np.array_equal(np.signbit(np.real(again)), np.signbit(np.real(value)))
        assert np.array_equal(again, value, equal_nan=True)
    else:
        assert repr(again) == repr(value)


@pytest.mark.parametrize("value", [object(), np.array([None]), np.zeros(1001), [object()], type("T", (), {})])
def test_unspellable(value):
    with pytest.raises(Unspellable):
        spelled(value)


def test_outside_knows_the_scopes():
    found = outside(
        textwrap.dedent(
            """
            def f(x: Any, n=N) -> T:
                global counter
                counter = [y * a for y in x if (lambda q: q + b)(y)]
                class C(Base):
                    z = outer
                    w = z
                return math.pi + x
            """
        )
    )
    assert found.names == {"N", "a", "b", "Base", "outer", "math"}
    assert found.early == {"N"}
    assert found.annotations == {"Any", "T"}
    assert found.written == {"counter"}


def test_renamed_refuses_what_is_local_too():
    text = "def f(g):\n    return [h(g) for h in hs]\n"
    assert renamed(text, {"hs": "hs_1", "f": "f_1"}) == "def f_1(g):\n    return [h(g) for h in hs_1]\n"
    with pytest.raises(S2SADError, match="the name h "):
        renamed(text, {"h": "h_1"})


def test_builtins_that_take_functions(module):
    m = module("def f(x):\n    return sum(map(abs, [x, 2 * x]))\n")
    with pytest.raises(S2SADError, match="known only as the program runs") as caught:
        source(m.f, "x")
    assert "write a loop or a comprehension" in str(caught.value)


def test_builtins_in_python_come_along(tmp_path, module):
    m = module(
        """
        def f(x):
            total = 0.0
            for a, b in zip([x, 2 * x], [x, x]):
                total += a * b
            return total
        """
    )
    assert run(tmp_path, source(m.f, "x"), "m.f_grad(3.0)") == s2sad.grad(m.f)(3.0) == 18.0
