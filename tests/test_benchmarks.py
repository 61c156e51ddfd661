"""The pullbacks by hand that the benchmark of rules compares with give what ours give, also at ties and zeros."""

from __future__ import annotations

import numpy as np
import pytest

import s2sad
from benchmarks.rules import REASONS, cases
from benchmarks.rules.case import cotangent

SMOOTH, COARSE = list(cases(6)), list(cases(6, coarse=True))


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=c.name) for c in SMOOTH] + [pytest.param(c, id=f"{c.name}, coarse") for c in COARSE]
)
def test_by_hand_is_ours(case):
    with np.errstate(all="ignore"):
        ans, pullback = s2sad.vjp(case.function, case.x)
        g = cotangent(ans)
        (ours,), by_hand = pullback(g), case.by_hand(g, case.x, ans)
    assert type(ours) is type(case.x)
    assert by_hand.dtype == ours.dtype
    assert np.shape(by_hand) == np.shape(ours)
    np.testing.assert_allclose(by_hand, ours, rtol=1e-9, atol=1e-9)
    assert not np.shares_memory(by_hand, case.x)
    assert not any(np.shares_memory(by_hand, part) for part in (g if isinstance(g, list) else [g]))


def test_cases_have_names_of_their_own():
    names = [case.name for case in SMOOTH]
    assert len(set(names)) == len(names)
    assert names == [case.name for case in COARSE]


def test_reasons_are_those_of_cases():
    explained = [name for names in REASONS.values() for name in names]
    assert len(set(explained)) == len(explained)
    assert {name for name in explained if not name.startswith("np.")} <= {case.name for case in SMOOTH}


def test_coarse_numbers_tie_and_vanish():
    assert any(
        np.any(case.x == 0) and len(np.unique(case.x)) < np.size(case.x) for case in COARSE if case.name == "np.prod(axis=1)"
    )
