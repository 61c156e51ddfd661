"""Each pass on short functions, text in and text out, in tests/goldens/stages; and each text is a program.

A file holds the program and, below a line `# --- pass`, the text after it. What comes after the derivative (`fuse`,
`dead` and so on) is shown on a function of its own, whose names that s2sad would have introduced are given:
`# --- fuse t t_1`. What binds a name that ends in `_bar` stands for the reverse sweep.
`pytest tests/test_stages.py --update-goldens` writes the texts anew.
"""

import math
from pathlib import Path

import gast
import numpy as np
import pytest
from test_goldens import MARK, module_of, parts

from s2sad import nodes, runtime
from s2sad.artifact import Request
from s2sad.context import Context
from s2sad.emit import emit
from s2sad.naming import Namer, used_names
from s2sad.pipeline import PASSES, stages
from s2sad.source import read
from s2sad.transforms.simplify import SIMPLIFICATIONS

FILES = sorted((Path(__file__).parent / "goldens" / "stages").glob("*.txt"))


@pytest.fixture(autouse=True)
def no_cache_of_the_user(monkeypatch):
    monkeypatch.setenv("S2SAD_CACHE", "off")


def text_after(function, what):
    name, *issued = what.split()
    for simplification in SIMPLIFICATIONS:
        if simplification.__name__ == name:
            return emit(simplification(*simplified_in(function, issued)))
    active = function.__code__.co_varnames[:1]
    for stage, trees in stages(function, Request("grad", active)):
        if stage == name:  # at once: the next pass may take the tree apart
            return emit(trees)
    raise AssertionError(f"there is no pass {name}")


def simplified_in(function, issued):
    """The function's tree, in a context where the names in `issued` are those that s2sad introduced."""
    source = read(function)
    tree = nodes.clone(source.tree)
    context = Context(source, (), Namer(used_names(tree)))
    context.namer.issued.update(issued)
    context.locals = nodes.stores(tree.body) | set(nodes.all_parameters(tree.args))
    for stmt in nodes.statements(tree.body):
        stmt.reverse = any(name.endswith("_bar") for name in nodes.stores(stmt))
        if isinstance(stmt, gast.Pass):  # left by another pass
            del stmt.lineno
    return tree, context


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_stage(path, request):
    program, recorded = parts(path)
    module = module_of(path, program)
    got = {what: text_after(module.f, what) for what in recorded}
    if request.config.getoption("--update-goldens"):
        sections = [f"\n{MARK}{what}\n{text.rstrip()}\n" for what, text in got.items()]
        path.write_text(program + "".join(sections), encoding="utf-8")
        return
    assert {what: text.rstrip() for what, text in got.items()} == {w: text.rstrip() for w, text in recorded.items()}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_text_gives_what_the_function_gives(path):
    program, recorded = parts(path)
    module = module_of(path, program)
    for text in recorded.values():
        scope = {**vars(runtime), **vars(module), "math": math, "np": np}
        exec(text, scope)
        for args in module.AT:
            assert scope["f"](*args) == module.f(*args)


def test_every_pass_is_shown():
    shown = {what.split()[0] for path in FILES for what in parts(path)[1]}
    changing = [p.__name__ for p in (*PASSES, *SIMPLIFICATIONS) if p.__name__ != "fence"]
    assert shown == set(changing)
