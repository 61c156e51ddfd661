"""A deliberately wrong rule must fail: every template of every rule, with one thing about it changed."""

import pytest
from mutants import mutants

from s2sad.adjoints.registry import all_rules
from s2sad.testing.points import check_points

RULES = {r: f for f, r in all_rules() if r.kind not in ("nondifferentiable", "refused")}

#: Changes that change nothing at any point, each with the reason, by the name of the rule.
EQUIVALENT = {
    "acos": ["-math.inf -> math.inf"],  # where there is no derivative: the table of kinks is run
    "power_log_rule": ["1 / (x + (x == 0))", "x + (x == 0) ->"],  # at 0, where log has none
    "copysign": ["copysign"],  # the quotient of two signs is their product
    "divmod_": ["0 * y"],  # the shape
    "nanmean": ["cast_tangent"],  # the precision
    "of_type_rule": ["cast_tangent"],
    "imag_pullback_rule": ["0 * h ->"],  # zeros, which the universal zero stands for
    "arange": ["np.zeros_like(ans) ->"],
    "cond": ["np.real(g) -> g"],  # of NumPy 2.2, whose condition numbers are complex
    "sort_complex": ["+ 0j"],
    "vsplit": ["axis=0) ->"],  # the default
    # The quotient of two signs is their product; the shape is that of the argument, and a real array's result is real.
    "subtract_reduce": ["/ first_against_others", "unbroadcast("],
    "divide_reduce": ["/ first_against_others", "unbroadcast("],
    "subtract_accumulate": ["/ first_against_others", "unbroadcast("],
    "divide_accumulate": ["/ first_against_others", "unbroadcast("],
    "insert": ["unbroadcast("],
    "put_back_rule": ["unbroadcast("],
    # What is zero on the reals, and refused elsewhere: the third derivative of abs.
    "abs_bend_rule": ["abs_bend"],
    "abs_slope_pullback_rule": ["abs_bend", "abs_slope_"],
    "abs_slope_pushforward_rule": ["abs_bend", "abs_slope_"],
    # Of dictionaries and objects only programs are checked, in tests/test_objects.py and others.
    "display_item_rule": ["display_item"],
    "display_item_pullback_rule": ["display_item"],
    "display_items_rule": ["display_items"],
    "folded_rule": ["folded"],
    "unfolded_rule": ["folded"],
}


def survivors(function, rule):
    for change, wrong in mutants(rule):
        try:
            check_points(function, wrong)
        except Exception:  # an error of any kind is seen
            continue
        if not any(part in change for part in EQUIVALENT.get(rule.name, ())):
            yield change


def name_of(rule):
    return f"{getattr(RULES[rule], '__module__', None) or 'numpy'}.{rule.name}"


#: Each kind of rule, and what may go wrong in each: partials, options, axes, lists, complex numbers, broadcasting.
REPRESENTATIVE = """
    sin arctan2 where maximum clip angle conj real sign add multiply power divide sum mean prod max cumsum
    average cov concatenate stack einsum tensordot matmul dot outer solve inv det norm eigh svd fft irfft take
    median interp convolve pad transpose reshape sorted_ hypot extremum fmean polymul legder unbroadcast_rule logn
""".split()


@pytest.mark.parametrize("rule", [r for r in RULES if r.name in REPRESENTATIVE], ids=name_of)
def test_each_wrong_copy_is_found(rule):
    assert list(survivors(RULES[rule], rule)) == []


@pytest.mark.slow
@pytest.mark.parametrize("rule", [r for r in RULES if r.name not in REPRESENTATIVE], ids=name_of)
def test_each_wrong_copy_of_any_rule_is_found(rule):
    assert list(survivors(RULES[rule], rule)) == []


def test_the_representative_rules_are_there():
    assert {*REPRESENTATIVE} <= {r.name for r in RULES}
