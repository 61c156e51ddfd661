"""Pullbacks of single functions at a million elements, over the same written by hand with the best formula we know.

A pullback by hand gets the cotangent of the result, the argument, and the result. It gives what ours gives, at ties and
zeros as well, in an array that owns its memory; `tests/test_benchmarks.py` holds this.
"""

from __future__ import annotations

import importlib
import operator
import re
from collections.abc import Iterator

import numpy as np

import s2sad
from benchmarks.measure import Note, Row, times
from benchmarks.rules.case import Case, Draw, cotangent

FAMILIES = ("elementwise", "reductions", "shapes", "selections", "calculus", "products", "linear_algebra")
TARGET = 1.2

REASONS = {
    "differentiated by its equal in Python": ("np.piecewise", "np.apply_along_axis"),
    "two roots, so that it is nan and has its branch cut where the function does": ("np.arccosh",),
    "the direction comes first, so that no quotient overflows where the number is tiny": ("np.abs of complex",),
    "summed to a row by what sums to any shape": ("x / row, of the row", "einsum ij->i"),
    "the conditions are looked at again": ("np.select",),
    "contributions to several parts are added up": ("x[1:] - x[:-1]",),
    "part of a larger cotangent, which is copied where it is handed out": ("np.diff(prepend=)",),
    "by way of the covariances: the variances are found once more": ("np.corrcoef",),
    "one formula for all axes and options": (
        "np.delete", "np.nanvar(axis=1)", "np.nanstd(axis=1)", "np.nanprod(axis=1)", "np.add.reduceat", "np.take_along_axis",
        "np.take_along_axis, repeated", "np.gradient(axis=1)",
    ),
    "the order of contractions is planned": ("einsum i,j->ij",),
    "one formula for real and complex matrices": ("np.linalg.eigh",),
    "so small that the calls of functions count": (
        "np.diag, of a row", "np.diagflat", "np.linalg.tensorinv", "np.linalg.tensorsolve", "np.linalg.eigh, stacked",
    ),
}  # fmt: skip
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
        return [_row(case) for case in cases(1_000)]


def _row(case: Case) -> Row:
    ans, pullback = s2sad.vjp(case.function, case.x)
    g = cotangent(ans)
    t = times({"s2sad": lambda: pullback(g), "by hand": lambda: case.by_hand(g, case.x, ans)}, repeats=7, at_least=0.01)
    ratio = t["s2sad"] / t["by hand"]
    why = [reason for reason, names in REASONS.items() if case.name in names and ratio > TARGET]
    return Row(case.name, ratio, target=TARGET, note="; ".join([f"{t['s2sad'] * 1e3:.3g} ms", *why]))
