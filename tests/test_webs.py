"""A variable that holds a container being built, and something else before or after, is taken apart."""

import contextlib
import math
import textwrap

import gast
import numpy as np
import pytest
from random_programs import generate

from s2sad import grad, nodes
from s2sad.emit import emit
from s2sad.errors import NotDifferentiable
from s2sad.source import webs
from s2sad.source.webs import separate


def renamed(text):
    function = gast.parse(textwrap.dedent(text)).body[0]
    spelled = separate(function)
    return emit(function), spelled


def test_what_is_made_of_a_list_has_its_own_name():
    text, spelled = renamed("""
        def f(x):
            ys = []
            for v in x:
                ys.append(v)
            ys = np.array(ys)
            return ys
    """)
    assert spelled == {"ys_1": "ys"}
    assert "ys.append(v)" in text and "ys_1 = np.array(ys)" in text and "return ys_1" in text


def test_a_parameter_keeps_its_name_though_nothing_reads_it():
    text, spelled = renamed("""
        def f(x, ys=None):
            ys = [x]
            ys.append(x)
            return ys
    """)
    assert spelled == {"ys_1": "ys"}
    assert "def f(x, ys=None):" in text and "ys_1 = [x]" in text and "return ys_1" in text


@pytest.mark.parametrize(
    "body",
    [
        "ys = []; ys.append(x); return ys",  # bound once
        "ys = x; ys = ys + 1; return ys",  # never changed
        "ys = []; ys.append(x); ys = np.array(ys); return (lambda: ys)()",  # seen by another scope
        "ys = []; ys.append(x); ys = np.array(ys); del ys; return x",
        "ys = []; ys.append(x)\n    if x: ys = [x]\n    ys.append(x); return ys",  # both reach the last use
        "ys = []\n    while x: ys.append(x); ys = ys[1:]\n    return ys",
        "ys = []; ys.append(x); ys += [x]; return ys",
        "ys = []; ys.append(x); ys = np.array(ys); return eval('ys')",
    ],
)
def test_what_must_share_a_name_does(body):
    text = f"def f(x):\n    {body}\n"
    assert renamed(text) == (emit(gast.parse(text).body[0]), {})


def test_a_message_names_what_the_user_wrote():
    def changed(x):
        ys = []
        ys.append(x[0])
        ys = x * 2.0
        ys[0] = 1.0
        return np.sum(ys)

    with pytest.raises(NotDifferentiable, match="^ys is changed in place"):
        grad(changed)(np.array([1.0, 2.0]))


PATHS = {
    "break": """
        y = 1
        for i in range(3):
            y = x + i
            if x > 0:
                break
        else:
            y = -1
        return y
    """,
    "continue": """
        y = 1
        for i in range(3):
            z = y
            y = 2
            if x > 0:
                continue
            y = z + i
        return y
    """,
    "except": """
        y = 1
        try:
            y = 2
            if x > 0:
                raise ValueError
            y = 3
        except ValueError:
            y = y + 10
        return y
    """,
    "finally": """
        y = 1
        try:
            try:
                y = 2
                if x > 0:
                    raise ValueError
                y = 3
            finally:
                z = y
        except ValueError:
            pass
        return z
    """,
    "with": """
        y = 1
        with contextlib.suppress(ValueError):
            y = 2
            if x > 0:
                raise ValueError
            y = 3
        return y
    """,
    "match": """
        y = 1
        match x:
            case 1:
                y = 2
            case n if n < y:
                y = 3
        return y
    """,
}


def of_every_variable(function):
    elsewhere = {name for node in nodes.walk(function.body) for name in webs._seen_elsewhere(node)}
    return (nodes.stores(function.body) | set(nodes.all_parameters(function.args))) - elsewhere


def outcome(text, *args):
    scope = {"contextlib": contextlib, "math": math}
    exec(text, scope)
    return repr(scope["f"](*args))


@pytest.mark.parametrize("path", PATHS)
def test_what_reaches_a_use_by_any_path_shares_its_name(path, monkeypatch):
    monkeypatch.setattr(webs, "_built_and_bound_anew", of_every_variable)
    text = "def f(x):\n" + textwrap.indent(textwrap.dedent(PATHS[path]), "    ")
    for x in (-1, 1, 7):
        assert outcome(renamed(text)[0], x) == outcome(text, x)


def test_every_variable_may_be_taken_apart(monkeypatch):
    monkeypatch.setattr(webs, "_built_and_bound_anew", of_every_variable)
    apart = 0
    for seed in range(300):
        module = gast.parse(generate(seed, 40))
        text = emit(module)
        spelled = [separate(function) for function in module.body if isinstance(function, gast.FunctionDef)]
        apart += any(spelled)
        for args in ((0.3, -0.7), (1.1, 0.4), (-1.2, 0.9)):
            assert outcome(emit(module), *args) == outcome(text, *args), f"seed {seed}\n{text}"
    assert apart > 200
