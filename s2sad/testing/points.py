"""Rules at points: in both modes, against finite differences, and in every form that the function takes its input in."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from s2sad.adjoints.registry import Rule, Sample, lookup, takes_place
from s2sad.errors import NotDifferentiable, RuleError
from s2sad.runtime.refusals import NoRule, Unfit
from s2sad.testing.calls import WIDER, Call, keeping, rounding
from s2sad.testing.forms import LAYOUTS, POINTS, PRECISIONS, WHOLE, Change, arrays_only, broadcasts, in_precision, read_only
from s2sad.testing.structures import (
    assert_close,
    assert_fits,
    assert_still,
    cotangent,
    direction,
    flat,
    is_inexact,
    leaves,
    map_leaves,
    map_point,
    pairing,
    point_leaves,
    precision,
    same_numbers,
)

_CLOSE = 1e-7
_EQUAL = 1e-9
_SMOOTH = 1e-2


def check_rule(function: Callable[..., Any]) -> None:
    """Checks the derivative rule of `function` at its sample points; raises AssertionError where it is wrong.

    At each point, for each argument: the pushforward against finite differences, the pullback against the pushforward
    (`<pullback(g), t> == <g, pushforward(t)>`), the shape and realness of the cotangent. The same in other forms of the input, as
    far as the function takes them: strided, reversed and Fortran-ordered arrays, NumPy's numbers, arrays without an axis or
    without an element, complex numbers, shapes that are broadcast, and integers for the other arguments; half, single and
    extended precision, in which nothing on the way may be double. Arguments are read-only.

    >>> import numpy as np
    >>> check_rule(np.hypot)
    """
    rule = lookup(function)
    if rule is None:
        raise RuleError(f"{function!r} has no rule")
    if not rule.samples and rule.kind not in ("nondifferentiable", "refused"):
        raise RuleError(f"the rule {rule.name} has no sample points", hint="give at=[(argument, ...)]")
    check_points(function, rule)


def check_points(function: Callable[..., Any], rule: Rule) -> None:
    """Checks a rule as that of `function`, whether or not it is registered."""
    for point in rule.samples:
        call = Call.at(function, rule, map_point(read_only, point))
        _check_derivatives(call)
        _check_precisions(call)
        for form, change in LAYOUTS.items():
            _check_same(call, map_point(change, call.point), form, change)
        if (getattr(function, "__module__", None) or "").startswith("s2sad."):
            continue  # a helper is called by templates only, which have points of their own
        for form, change in POINTS.items():
            for names in _choices([name for name, _ in call.active()]):
                _check_other(call, call.with_changed(names, change), f"{form} in {', '.join(names)}")
        for form, (change, integral) in WHOLE.items():
            _check_integers(call, form, change, integral)
        for other in broadcasts(point) if rule.kind == "elementwise" else ():
            _check_other(call, other, "broadcast")


# One point ----------------------------------------------------------------------------------------


def _check_derivatives(call: Call, smooth: float = np.inf) -> None:
    """Of each argument. Where differences of two steps differ by more than `smooth`, they tell nothing."""
    generator = np.random.default_rng(0)
    g = cotangent(call.ans, generator)
    for name, value in call.active():
        where = f"{call}, argument {name}"
        t = direction(value, generator)
        difference, doubt = call.difference(name, t)
        expected = flat(difference, call.ans)
        for specialised in (False, True):
            backward = call.pullback(name, g, specialised)
            forward = call.pushforward(name, t, specialised)
            if np.size(flat(value, value)) == 0:
                assert_fits(backward, value, where)
                continue  # of nothing
            if doubt <= smooth:
                assert_close(flat(forward, call.ans), expected, max(_CLOSE, call.closeness()), f"{where}: pushforward")
            assert_fits(backward, value, where)
            assert_still(forward, call.ans, where)
            left, right = pairing(backward, t, value), pairing(g, forward, call.ans)
            assert_close(left, right, _EQUAL + rounding(call.ans), f"{where}: pullback against pushforward")
            if name in call.rule.pullbacks and takes_place(call.rule.pullbacks[name]):
                together = call.pullback_together(name, g, specialised)
                assert_close(flat(together, value), flat(backward, value), _EQUAL, f"{where}: one by one")


# Other forms of a point ---------------------------------------------------------------------------


def _accepted(call: Call, point: Sample) -> Call | None:
    """The call at another point, if it is another one, and the function takes it and gives numbers."""
    if all(a is b for a, b in zip(point_leaves(point), point_leaves(call.point), strict=True)):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", np.exceptions.ComplexWarning)  # it takes the half of them
            other = Call.at(call.function, call.rule, point)
        return other if all(np.all(np.isfinite(leaf)) for leaf in leaves(other.ans)) else None
    except Exception:  # whatever it raises, it does not take this
        return None


@contextmanager
def _form(call: Call, form: str) -> Iterator[None]:
    """A form that a rule refuses is no error, and one that it fails in is named."""
    try:
        with suppress(NotDifferentiable, NoRule, Unfit), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as the function may warn itself
            yield
    except Exception as error:
        error.add_note(f"{call}: {form}")
        raise


def _choices(names: list[str]) -> list[list[str]]:
    """All names, and each of several."""
    return [names, *([name] for name in names if len(names) > 1)]


def _check_other(call: Call, point: Sample, form: str) -> None:
    """Other numbers, which have derivatives of their own."""
    other = _accepted(call, point)
    if other is not None:
        with _form(other, form):
            _check_derivatives(other, _SMOOTH)
            _check_precisions(other)


def _check_same(call: Call, point: Sample, form: str, change: Change) -> None:
    """The same numbers, which have the same derivatives unless the function tells them apart."""
    other = _accepted(call, point)
    if other is not None and not same_numbers(call.ans, other.ans):
        _check_other(call, point, form)
    elif other is not None:
        with _form(other, form):
            for name, _ in call.active():
                _assert_same(call, other, name, form, change)


def _check_integers(call: Call, form: str, whole: Change, integral: Change) -> None:
    """Integers in the place of all other arguments: they have no cotangents, and derivatives are those of the same floats."""
    active = [name for name, _ in call.active()]
    for name in active:
        others = [other for other in active if other != name]
        floats = _accepted(call, call.with_changed(others, whole))
        integers = _accepted(call, call.with_changed(others, integral))
        if floats is not None and integers is not None and same_numbers(floats.ans, integers.ans):
            with _form(integers, form):
                _assert_same(floats, integers, name, form, lambda x: x)


def _assert_same(call: Call, other: Call, name: str, form: str, change: Change) -> None:
    generator = np.random.default_rng(0)
    where = f"{call}, argument {name}, {form}"
    g, t, value = cotangent(call.ans, generator), direction(call.bound[name], generator), call.bound[name]
    with np.errstate(all="ignore"):
        bar, dot = flat(call.pullback(name, g), value), flat(call.pushforward(name, t), call.ans)
        if not np.all(np.isfinite(bar)) or not np.all(np.isfinite(dot)):
            return
        other_bar, other_dot = other.pullback(name, map_leaves(change, g)), other.pushforward(name, map_leaves(change, t))
    assert_fits(other_bar, other.bound[name], where)
    assert_close(flat(other_bar, value), bar, _EQUAL + rounding(call.ans), f"{where}: pullback")
    assert_close(flat(other_dot, call.ans), dot, _EQUAL + rounding(call.ans), f"{where}: pushforward")


# Precision ----------------------------------------------------------------------------------------


def _check_precisions(call: Call) -> None:
    for kind in PRECISIONS:
        for form, change in (("arrays", arrays_only(in_precision(kind))), ("arrays and numbers", in_precision(kind))):
            other = _accepted(call, map_point(change, call.point))
            if other is not None and {precision(leaf) for leaf in leaves(other.ans)} == {kind}:
                with _form(other, kind.__name__):
                    _check_precision(other, kind, f"{form} of {kind.__name__}")


def _check_precision(call: Call, kind: Any, form: str) -> None:
    """Derivatives in the precision that arguments and result have, and as exact as that."""
    generator = np.random.default_rng(0)
    cast = in_precision(kind)
    g = map_leaves(cast, direction(call.ans, generator))
    for name, value in call.active():
        if any(is_inexact(leaf) and precision(leaf) != kind for leaf in leaves(value)):
            continue  # a number of Python's has no precision of its own
        if np.size(flat(value, value)) == 0:
            continue
        where = f"{call}, argument {name}, {form}"
        t = map_leaves(cast, direction(value, generator))
        with keeping(kind, where), np.errstate(all="ignore"):
            backward, forward = call.pullback(name, g), call.pushforward(name, t)
        assert_fits(backward, value, where)
        _assert_kept(backward, value, kind, f"{where}: cotangent")
        _assert_kept(forward, call.ans, kind, f"{where}: tangent")
        left, right = flat(backward, value) * flat(t, value), flat(g, call.ans) * flat(forward, call.ans)
        if np.all(np.isfinite(left)) and np.all(np.isfinite(right)):
            close = 100 * np.finfo(kind).eps * (np.sum(np.abs(left)) + np.sum(np.abs(right)))
            if np.abs(np.real(np.sum(left) - np.sum(right))) > close + np.finfo(kind).tiny:
                raise AssertionError(f"{where}: pullback against pushforward: {np.sum(left)!r}, expected {np.sum(right)!r}")


def _assert_kept(derivative: Any, like: Any, kind: Any, where: str) -> None:
    """Python's numbers take on the precision of what they meet; only a zero loses none of a longer one."""
    if not any(precision(leaf) == kind for leaf in leaves(like)):
        return
    for leaf in leaves(derivative):
        number = isinstance(leaf, (int, float, complex)) and not isinstance(leaf, np.generic)
        if precision(leaf) not in (kind, *WIDER.get(kind, ())) and not (number and (kind is not np.longdouble or leaf == 0)):
            raise AssertionError(f"{where}: {np.asarray(leaf).dtype} from {np.dtype(kind)}")
