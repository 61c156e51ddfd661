"""The reverse of one statement: from the cotangents of what it binds to those of its operands.

Requires: steps (`classify`). Each function here writes the reverse of one class of step into the sweep.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad import nodes
from s2sad.adjoints.registry import takes_place
from s2sad.analysis.expressions import root
from s2sad.analysis.kinds import REAL, kind_of
from s2sad.nodes import Expr
from s2sad.runtime import (
    add_at,
    attribute_cotangent,
    unbroadcast,
)
from s2sad.template import instantiate as instantiate_template
from s2sad.transforms import containers, steps
from s2sad.transforms.contributions import Contribution, definite, finish, rename_root
from s2sad.transforms.products import floats, is_fresh, product, sum_of
from s2sad.transforms.sweep import Sweep


def pull(step: steps.Step, sweep: Sweep) -> None:
    """Writes the reverse of a step."""
    _PULLBACKS[type(step)](step, sweep)


def _copy(step: steps.Copy, sweep: Sweep) -> None:
    (target,) = step.kills
    if target in sweep.bars:
        finish(sweep, target, [(step.source, sweep.bar(target), False)])


def _operation(step: steps.Operation, sweep: Sweep) -> None:
    if step.target not in sweep.bars:
        return
    assert step.rule is not None and step.bindings is not None
    if step.rule.kind == "elementwise":
        finish(sweep, step.target, _elementwise(step, sweep))
    else:
        definite(step.target, sweep)
        finish(sweep, step.target, _general(step, sweep))


def _operands(step: steps.Operation, sweep: Sweep) -> dict[str, Expr]:
    assert step.bindings is not None
    return {name: sweep.primal(value) for name, value in step.bindings.items()}


def _answer(step: steps.Operation, sweep: Sweep) -> Expr:
    return sweep.primal(nodes.load(step.target), after=True)


def _elementwise(step: steps.Operation, sweep: Sweep) -> list[Contribution]:
    assert step.rule is not None and step.rule.partials is not None and step.bindings is not None
    partials = _partials(step, sweep)
    by_variable: dict[str, list[Expr]] = {}
    operands = list(step.bindings.values())
    for operand, partial in zip(operands, partials, strict=True):
        if isinstance(operand, gast.Name) and operand.id in sweep.context.varied and not nodes.is_zero(partial):
            by_variable.setdefault(operand.id, []).append(partial)
    contributions = []
    for variable, found in by_variable.items():
        value = product(sweep.bar(step.target), sum_of(found))
        if sweep.context.kinds.get(step.target) == "float":
            floats(value)  # Python multiplies two floats faster than an int and a float
        others = [o for o in operands if not nodes.is_name(o, variable)]
        if _may_broadcast(step.target, others, sweep):
            value = nodes.call(sweep.helper(unbroadcast), value, _like(variable, sweep))
            contributions.append((variable, value, False))
        else:
            contributions.append((variable, value, is_fresh(value)))
    return contributions


def _like(variable: str, sweep: Sweep) -> Expr:
    """Something of the shape of a variable, at hand rather than saved for its shape alone."""
    if sweep.context.kinds.get(variable) in REAL:
        return nodes.const(0.0)
    return sweep.primal(nodes.load(sweep.alike(variable)))


def _partials(step: steps.Operation, sweep: Sweep) -> list[Expr]:
    assert step.rule is not None and step.rule.partials is not None
    first = next(iter(step.rule.partials.__code__.co_varnames))
    bindings = _operands(step, sweep)
    bindings[first] = _answer(step, sweep)
    return instantiate_template(step.rule.partials, bindings, sweep.context.link)


def _may_broadcast(target: str, others: list[Expr], sweep: Sweep) -> bool:
    """May the operand be smaller than the result, or real where the result is complex?"""
    if sweep.context.kinds.get(target) in REAL:
        return False
    return any(kind_of(o, sweep.context.kinds, sweep.context) not in REAL for o in others)


def _general(step: steps.Operation, sweep: Sweep) -> list[Contribution]:
    assert step.rule is not None and step.bindings is not None
    contributions: list[Contribution] = []
    for parameter, template in step.rule.pullbacks.items():
        operand = step.bindings.get(parameter)
        if operand is None or not (nodes.loads(operand) & step.uses):
            continue
        bindings = {"ans": _answer(step, sweep), **_operands(step, sweep)}
        first, second = (*template.__code__.co_varnames, "")[:2]
        if step.rule.kind == "rule":
            bindings[second] = _answer(step, sweep)
        bindings[first] = sweep.bar(step.target)
        if takes_place(template):
            contributions += _one_by_one(operand, template, bindings, sweep)
            continue
        (value,) = instantiate_template(template, bindings, sweep.context.link)
        contributions += _distribute(operand, value, sweep)
    return contributions


def _one_by_one(operand: Expr, template: Any, bindings: dict[str, Expr], sweep: Sweep) -> list[Contribution]:
    """The cotangents of those operands among `*args` that are active; of all where they are one variable."""

    def cotangent(place: int | None) -> Expr:
        (value,) = instantiate_template(template, {**bindings, "place": nodes.const(place)}, sweep.context.link)
        return value

    if isinstance(operand, gast.Name):
        return [(operand.id, cotangent(None), False)]
    assert isinstance(operand, gast.Tuple)
    return [
        (element.id, value := cotangent(i), is_fresh(value))
        for i, element in enumerate(operand.elts)
        if isinstance(element, gast.Name) and element.id in sweep.context.varied
    ]


def _distribute(operand: Expr, value: Expr, sweep: Sweep) -> list[Contribution]:
    """The cotangent of an operand, which is a variable or a display of several (`*args`)."""
    if isinstance(operand, gast.Name):
        return [(operand.id, value, is_fresh(value))]
    assert isinstance(operand, gast.Tuple)
    parts = sweep.context.temporary("parts", varied=False)
    sweep.emit(nodes.assign(parts, value))
    return [
        (element.id, nodes.subscript(nodes.load(parts), nodes.const(i)), False)
        for i, element in enumerate(operand.elts)
        if isinstance(element, gast.Name) and element.id in sweep.context.varied
    ]


def _read(step: steps.Read, sweep: Sweep) -> None:
    if step.target not in sweep.bars:
        return
    assert step.place is not None
    owner = root(step.place)
    assert owner is not None
    if owner == step.target:  # `t = t[0]`: the container's cotangent starts where the item's ends
        item = sweep.context.temporary("item_bar", varied=False)
        sweep.emit(nodes.assign(item, sweep.bar(step.target)))
        sweep.take(step.target)
        g: Expr = nodes.load(item)
    else:
        g = sweep.bar(step.target)
    sweep.materialise(owner, after=False)
    place = sweep.primal(step.place)
    rename_root(place, sweep.bar_name(owner))
    if isinstance(place, gast.Subscript) and not _plain_index(place.slice, sweep):
        index = _index_value(place.slice, sweep)
        sweep.emit(nodes.statement(nodes.call(sweep.helper(add_at), place.value, index, g)))
    else:
        place.ctx = gast.Store()
        sweep.emit(nodes.augment(place, g))
    if owner != step.target:
        sweep.take(step.target)


def _index_value(index: Expr, sweep: Sweep) -> Expr:
    """An index as a value: outside brackets, `1:n` is spelled `slice(1, n)`."""
    if isinstance(index, gast.Tuple):
        return nodes.tuple_([_index_value(e, sweep) for e in index.elts])
    if isinstance(index, gast.Slice):
        parts = [p if p is not None else nodes.const(None) for p in (index.lower, index.upper, index.step)]
        return nodes.call(sweep.helper(slice), *(parts if index.step is not None else parts[:2]))
    return index


def _plain_index(index: Expr, sweep: Sweep) -> bool:
    """An index that selects each element at most once, so that `+=` adds up."""
    if isinstance(index, gast.Tuple):
        return all(_plain_index(e, sweep) for e in index.elts)
    if isinstance(index, gast.Slice):
        return True
    if isinstance(index, gast.Constant) and (index.value is None or index.value is Ellipsis):
        return True
    return kind_of(index, sweep.context.kinds, sweep.context) in ("int", "str")


def _attribute(step: steps.Attribute, sweep: Sweep) -> None:
    if step.target in sweep.bars:
        definite(step.target, sweep)
        assert step.name is not None
        owner = sweep.primal(nodes.load(step.owner))
        value = nodes.call(sweep.helper(attribute_cotangent), owner, sweep.primal(step.name), sweep.bar(step.target))
        finish(sweep, step.target, [(step.owner, value, False)])


_PULLBACKS: dict[type[steps.Step], Callable[[Any, Sweep], None]] = {
    steps.Copy: _copy,
    steps.Operation: _operation,
    steps.Read: _read,
    steps.Attribute: _attribute,
    steps.Display: containers.display,
    steps.Unpack: containers.unpack,
    steps.Append: containers.append,
    steps.Pop: containers.pop,
    steps.Store: containers.store,
    steps.Accumulate: containers.accumulate,
    steps.Construct: containers.construct,
    steps.Closure: containers.closure,
}
