"""Every public callable of NumPy has a class, and the page that lists them is true."""

from pathlib import Path

import numpy as np
import pytest

from s2sad import grad
from s2sad.adjoints.coverage import CLASSES, entries
from s2sad.adjoints.methods import IN_PLACE_METHODS
from s2sad.analysis.expressions import IN_PLACE
from s2sad.cli.coverage import PAGE, page, rows
from s2sad.errors import NotDifferentiable

ENTRIES = entries()
HOW = "say what it is (CONTRIBUTING.md, Add a rule), then run `s2sad rules --coverage --write`"


def test_every_callable_is_in_a_class():
    assert [e.name for e in ENTRIES if e.kind not in CLASSES] == [], HOW


def test_the_page_is_up_to_date():
    """Of what both have: another version of NumPy than the page's has other functions."""
    written, now = (dict(rows(text)) for text in (Path(__file__).parents[2].joinpath(PAGE).read_text("utf-8"), page()))
    stale = [name for name in written.keys() & now.keys() if written[name] != now[name]]
    assert sorted(stale) == [], HOW
    if np.__version__ in Path(__file__).parents[2].joinpath(PAGE).read_text("utf-8"):
        assert written == now, HOW


def test_methods_that_work_in_place_are_refused_as_such():
    assert IN_PLACE_METHODS <= IN_PLACE


def counted(x):
    return np.sum(np.histogram2d(x, x)[1])


def counted_by(x, count=np.histogram2d):
    return np.sum(count(x, x)[1])


def seen_as_bytes(x):
    return np.sum(x.view(np.float64))


@pytest.mark.parametrize(
    ("function", "reason"), [(counted, "it counts"), (counted_by, "it counts"), (seen_as_bytes, "reads the bytes")]
)
def test_a_refusal_says_why_and_what_else_to_do(function, reason):
    with pytest.raises(NotDifferentiable, match=f"is not differentiated: .*{reason}") as caught:
        grad(function)(np.array([1.0, 2.0]))
    assert caught.value.hint


def test_what_is_refused_may_be_used_where_no_derivative_flows():
    assert grad(lambda x: np.histogram2d(np.zeros(3), np.zeros(3))[0][5, 5] * x + x)(2.0) == 4.0
