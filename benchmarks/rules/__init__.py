"""Pullbacks of single functions at a million elements, over the same written by hand with the best formula we know.

A pullback by hand gets the cotangent of the result, the argument, and the result. It gives what ours gives, at ties and
zeros as well, in an array that owns its memory; `tests/test_benchmarks.py` holds this. Both are called through `s2sad.vjp`,
the one by hand as a rule of the user's, so that formulas are compared; the first line says what such a call takes by itself.
"""

from __future__ import annotations

import importlib
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import s2sad
from benchmarks.measure import Note, Row, times
from benchmarks.rules.case import Case, Draw, cotangent

FAMILIES = ("elementwise", "reductions", "shapes", "selections", "calculus", "products", "linear_algebra")
TARGET = 1.2

REASONS = {
    "each row is a call of a function of the user's": ("np.apply_along_axis",),
    "the absolute value is found once more; of real numbers it is not needed": ("np.abs of complex",),
    "the places are counted through the whole array before anything is added": ("x[i, j]",),
    "contributions to several parts are added up": ("x[1:] - x[:-1]",),
    "the conditions are looked at again": ("np.select", "np.select, of default"),
    "one formula for all axes and options": ("np.nanprod(axis=1)",),
    "the order of contractions is planned": ("einsum i,j->ij",),
}
"""Why a pullback that takes longer than the target does."""


def cases(n: int, coarse: bool = False) -> Iterator[Case]:
    """All cases of functions that the installed NumPy has, of about n * n elements each."""
    for family in FAMILIES:
        every = importlib.import_module(f"benchmarks.rules.{family}").cases(Draw(n, coarse))
        yield from (case for case in every if _is_there(case.name))


def _is_there(name: str) -> bool:
    """Does NumPy have the function of which this is the name, up to what follows it?"""
    path = re.match(r"np\.([\w.]+)", name)
    try:
        return path is None or bool(operator.attrgetter(path[1])(np))
    except AttributeError:
        return False


def run() -> list[Row | Note]:
    with np.errstate(all="ignore"):
        return [_call(), *(_row(case) for case in cases(1_000))]


def _call() -> Row:
    """What a call of any pullback takes, but for its formula."""
    x = np.ones(1_000)
    pullback = s2sad.vjp(lambda x: x, x)[1]
    seconds = times({"s2sad": lambda: pullback(x)}, repeats=7, at_least=0.01)["s2sad"]
    return Row("a call of a pullback, of nothing", seconds * 1e6, unit="us")


def _row(case: Case) -> Row:
    ans, pullback = s2sad.vjp(case.function, case.x)
    by_hand = s2sad.vjp(_with_formula(case), case.x)[1]
    g = cotangent(ans)
    t = times({"s2sad": lambda: pullback(g), "by hand": lambda: by_hand(g)}, repeats=25, at_least=0.003)
    ratio = t["s2sad"] / t["by hand"]
    why = [reason for reason, names in REASONS.items() if case.name in names and ratio > TARGET]
    return Row(case.name, ratio, target=TARGET, note="; ".join([f"{t['s2sad'] * 1e3:.3g} ms", *why]))


def _with_formula(case: Case) -> Callable[[Any], Any]:
    """The function of a case, with its pullback by hand for a rule."""

    def function(x: Any) -> Any:
        return case.function(x)

    @s2sad.rule(function)
    class by_hand:
        def pullback_x(g: Any, ans: Any, x: Any) -> Any:
            return case.by_hand(g, x, ans)

        def pushforward_x(t: Any, ans: Any, x: Any) -> Any:
            raise NotImplementedError

    return function
