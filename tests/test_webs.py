"""A variable that holds a container being built, and something else before or after, is taken apart."""

import contextlib
import random
import textwrap

import gast
import numpy as np
import pytest

from s2sad import grad
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


class Program:
    """A random function of statements that bind a few variables again and again, in every kind of block."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.loops = 0

    def text(self):
        return "def f(a, b):\n    c = 0\n" + self.block(1, 4, False) + "    return a, b, c\n"

    def name(self):
        return self.random.choice("abc")

    def value(self):
        return f"({self.name()} * {self.random.randint(-2, 3)} + {self.name()}) % 7"

    def block(self, depth, most, loop):
        return "".join(self.statement(depth, loop) for _ in range(self.random.randint(1, most)))

    def statement(self, depth, loop):
        kinds = ["assign"] * 4 + ["augment", "swap"] + ["jump"] * loop
        kind = self.random.choice(kinds + ["if", "for", "while", "try", "with", "match", "raise"] * (depth < 4))
        pad, inner = "    " * depth, lambda: self.block(depth + 1, 3, loop)
        if kind == "assign":
            return f"{pad}{self.name()} = {self.value()}\n"
        if kind == "augment":
            return f"{pad}{self.name()} += {self.value()}\n"
        if kind == "swap":
            return f"{pad}a, b = {self.value()}, {self.value()}\n"
        if kind == "jump":
            jump = self.random.choice(["break", "continue", "return a, b"])
            return f"{pad}if {self.value()} > 3:\n{pad}    {jump}\n"
        if kind == "raise":
            return f"{pad}if {self.value()} > 5:\n{pad}    raise ValueError({self.name()})\n"
        if kind == "if":
            return f"{pad}if {self.value()} > 3:\n{inner()}{pad}else:\n{inner()}"
        if kind == "for":
            body = self.block(depth + 1, 3, True)
            return f"{pad}for {self.name()} in range({self.random.randint(0, 3)}):\n{body}{pad}else:\n{inner()}"
        if kind == "while":
            self.loops += 1
            step = f"{pad}    n{self.loops} -= 1\n"
            return f"{pad}n{self.loops} = 3\n{pad}while n{self.loops} > 0:\n{step}{self.block(depth + 1, 3, True)}"
        if kind == "with":
            return f"{pad}with contextlib.suppress(ValueError):\n{inner()}"
        if kind == "match":
            one, other = self.block(depth + 2, 2, loop), self.block(depth + 2, 2, loop)
            cases = f"{pad}    case 0 | 1 | 2:\n{one}{pad}    case n if n > {self.name()}:\n{other}"
            return f"{pad}match {self.value()}:\n{cases}"
        end = self.random.choice(["", f"{pad}finally:\n{inner()}"])
        return f"{pad}try:\n{inner()}{pad}except ValueError:\n{inner()}{pad}else:\n{inner()}{end}"


def outcome(text, *args):
    scope = {"contextlib": contextlib}
    exec(text, scope)
    try:
        return scope["f"](*args)
    except ValueError as error:
        return str(error)


def test_every_variable_may_be_taken_apart(monkeypatch):
    monkeypatch.setattr(webs, "_built_and_bound_anew", lambda function: set("abc"))
    apart = 0
    for seed in range(300):
        text = Program(seed).text()
        new, spelled = renamed(text)
        apart += bool(spelled)
        for args in ((0, 1), (3, 2), (5, 6)):
            assert outcome(new, *args) == outcome(text, *args), f"seed {seed}\n{text}\n{new}"
    assert apart > 150
