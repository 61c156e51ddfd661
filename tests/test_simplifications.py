"""Each simplification may be left out: the emitted function then is longer, and means the same."""

import copy
import sys
import warnings
from collections import OrderedDict

import numpy as np
import pytest
from numeric import assert_close_tree, assert_identical

import s2sad
from corpus import CASES
from corpus.effects import fresh_world
from s2sad.transforms import simplify
from s2sad.transforms.simplify import SIMPLIFICATIONS

SCALARS = [c for c in CASES if c.output == "scalar"]
# Every simplification changes one of these.
TELLING = (
    "floor_and_modulo",
    "sum_of_squares",
    "defined_in_one_branch",
    "with_in_a_loop",
    "break_first_thing",
    "one_of_several",
)
derive = sys.modules["s2sad.derive"]


@pytest.fixture
def made_anew(monkeypatch):
    """Nothing is taken from a cache, and nothing put into one that others see."""
    monkeypatch.setenv("S2SAD_CACHE", "off")

    def forget():
        for kept in ("_compiled", "_recent"):
            monkeypatch.setattr(derive, kept, OrderedDict())

    forget()
    return forget


def results(case):
    """Value, gradient, side effects and text."""
    derivative = s2sad.value_and_grad(case.function, argnums=case.argnums)
    found = []
    for args in case.inputs:
        args, kwargs = copy.deepcopy((args, dict(case.kwargs)))
        with fresh_world() as events, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            found.append((*derivative(*args, **kwargs), events))
    return found, derivative.source


@pytest.mark.parametrize("omitted", [*SIMPLIFICATIONS, None], ids=lambda s: s.__name__ if s else "all")
def test_on_equals_off(omitted, made_anew, monkeypatch):
    fewer = tuple(s for s in SIMPLIFICATIONS if omitted is not None and s is not omitted)
    # all of the corpus without any, and a part of it without each
    chosen = SCALARS[SIMPLIFICATIONS.index(omitted) :: len(SIMPLIFICATIONS)] if omitted else SCALARS
    longer = 0
    for case in [*chosen, *(c for c in SCALARS if c.name in TELLING)]:
        made_anew()
        monkeypatch.setattr(simplify, "SIMPLIFICATIONS", SIMPLIFICATIONS)
        expected, text = results(case)
        made_anew()
        monkeypatch.setattr(simplify, "SIMPLIFICATIONS", fewer)
        got, text_without = results(case)
        longer += text_without != text
        for (value, gradient, did), (value_without, gradient_without, did_without) in zip(expected, got, strict=True):
            assert_identical(value_without, value)
            assert did_without == did
            single = any(getattr(leaf, "dtype", None) == np.float32 for leaf in case.inputs[0])
            assert_close_tree(gradient_without, gradient, rtol=1e-5 if single else 1e-12, atol=1e-6 if single else 1e-14)
    assert longer
