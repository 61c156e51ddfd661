"""The reverse of one statement: from the cotangents of what it binds to those of its operands.

Requires: steps (`classify`). Each function here writes the reverse of one class of step into the sweep.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import gast

from s2sad import nodes
from s2sad.adjoints.registry import Rule, Template, takes_place
from s2sad.analysis.expressions import root
from s2sad.analysis.kinds import REAL, kind_of
from s2sad.analysis.regions import Simple
from s2sad.nodes import Expr
from s2sad.runtime import (
    add_at,
    alone,
    attribute_cotangent,
    require_constants,
    unbroadcast,
)
from s2sad.template import can_be_written_out
from s2sad.template import instantiate as instantiate_template
from s2sad.transforms import containers, steps
from s2sad.transforms.common import share
from s2sad.transforms.contributions import Contribution, definite, finish, rename_root
from s2sad.transforms.edits import Edits
from s2sad.transforms.products import floats, is_fresh, product, sum_of, without_sign
from s2sad.transforms.sweep import Bar, Sweep


def pull(step: steps.Step, node: Simple, sweep: Sweep, edits: Edits) -> None:
    """Writes the reverse of a step, and before the step what only its run can tell."""
    if isinstance(step, steps.Operation) and step.constant and step.target in sweep.bars:
        edits.before[node.stmt].append(_check_of_constants(step, sweep))
    _PULLBACKS[type(step)](step, sweep)


def _check_of_constants(step: steps.Operation, sweep: Sweep) -> gast.stmt:
    assert step.rule is not None and step.bindings is not None
    given = [gast.keyword(name, nodes.clone(step.bindings[name])) for name in step.constant]
    return nodes.statement(gast.Call(sweep.helper(require_constants), [nodes.const(step.rule.name)], given))


def _copy(step: steps.Copy, sweep: Sweep) -> None:
    (target,) = step.kills
    if target in sweep.bars:
        finish(sweep, target, [(step.source, sweep.bar(target), False)])


def _operation(step: steps.Operation, sweep: Sweep) -> None:
    if step.target not in sweep.bars:
        return
    assert step.rule is not None and step.bindings is not None
    if step.rule.kind == "elementwise":
        finish(sweep, step.target, share(_elementwise(step, sweep), sweep))
    else:
        definite(step.target, sweep)
        finish(sweep, step.target, share(_general(step, sweep), sweep))


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
        if _may_broadcast(step, others, sweep):
            value = _summed(value, variable, sweep)
        contributions.append((variable, value, is_fresh(value)))
    return contributions


def _summed(value: Expr, variable: str, sweep: Sweep) -> Expr:
    """The contribution `value` reduced to the shape of its variable; what can be done to that is done afterwards: the
    sign, and a division by the variable itself.
    """
    if isinstance(value, gast.BinOp) and isinstance(value.op, gast.Div) and nodes.is_name(value.right, variable):
        return nodes.binop(_summed(value.left, variable, sweep), gast.Div(), value.right)
    if (opposite := without_sign(value)) is not None:
        return nodes.negate(_summed(opposite, variable, sweep))
    return nodes.call(sweep.helper(unbroadcast), value, _like(variable, sweep))


def _like(variable: str, sweep: Sweep) -> Expr:
    """Something of the shape of a variable, at hand rather than saved for its shape alone."""
    if sweep.context.kinds.get(variable) in REAL:
        return nodes.const(0.0)
    return sweep.primal(nodes.load(sweep.alike(variable)))


def _partials(step: steps.Operation, sweep: Sweep) -> list[Expr]:
    assert step.rule is not None and step.rule.partials is not None
    found = _applied(step, step.rule.partials, [_answer(step, sweep)], sweep)
    count = len(step.bindings or ())
    if len(found) == count:
        return found
    partials = sweep.context.temporary("partials", varied=False)
    sweep.emit(nodes.assign(partials, found[0]))
    return [nodes.subscript(nodes.load(partials), nodes.const(i)) for i in range(count)]


def _applied(step: steps.Operation, template: Template, leading: list[Expr], sweep: Sweep) -> list[Expr]:
    """What a template returns for the operands of a step, expression by expression; or a call of a user's function."""
    assert step.rule is not None
    operands = _operands(step, sweep)
    if not step.rule.own or can_be_written_out(template):
        names = template.__code__.co_varnames[: len(leading)]
        bindings = {**dict(zip(names, leading, strict=True)), **operands}
        return instantiate_template(template, bindings, sweep.context.link)
    arguments, keywords = list(leading), []
    for name, operand in operands.items():
        kind = step.rule.signature.parameters[name].kind
        if kind is inspect.Parameter.KEYWORD_ONLY:
            keywords.append(gast.keyword(name, operand))
        else:
            starred = kind is inspect.Parameter.VAR_POSITIONAL
            arguments.append(gast.Starred(operand, gast.Load()) if starred else operand)
    return [gast.Call(_reached(step.rule, template, sweep), arguments, keywords)]


def _reached(rule: Rule, template: Template, sweep: Sweep) -> Expr:
    """The function of a template, or the method of its class."""
    if rule.home is None:
        name = template.__name__
        return sweep.context.link(name if name.isidentifier() else "slope", template)
    return gast.Attribute(sweep.helper(rule.home), template.__name__, gast.Load())


def _may_broadcast(step: steps.Operation, others: list[Expr], sweep: Sweep) -> bool:
    """May the operand be smaller than the result, or real where the result is complex?"""
    if sweep.context.kinds.get(step.target) in REAL:
        return False
    assert step.rule is not None
    return step.rule.leaves_reals or any(kind_of(o, sweep.context.kinds, sweep.context) not in REAL for o in others)


def _general(step: steps.Operation, sweep: Sweep) -> list[Contribution]:
    assert step.rule is not None and step.bindings is not None
    contributions: list[Contribution] = []
    for parameter, template in step.rule.pullbacks.items():
        operand = step.bindings.get(parameter)
        if operand is None or not (nodes.loads(operand) & step.uses):
            continue
        leading = [sweep.bar(step.target)]
        if step.rule.kind == "rule":
            leading.append(_answer(step, sweep))
        if takes_place(template):
            contributions += _one_by_one(operand, step, template, leading, sweep)
            continue
        (value,) = _applied(step, template, leading, sweep)
        contributions += _distribute(operand, value, sweep)
    return contributions


def _one_by_one(
    operand: Expr, step: steps.Operation, template: Template, leading: list[Expr], sweep: Sweep
) -> list[Contribution]:
    """The cotangents of those operands among `*args` that are active; of all where they are one variable."""

    def cotangent(place: int | None) -> Expr:
        (value,) = _applied(step, template, [*nodes.clone(leading), nodes.const(place)], sweep)
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
    if _is_alone(step.place, owner, sweep):
        sequence = sweep.primal(nodes.load(owner))
        sweep.emit(nodes.assign(sweep.bar_name(owner), nodes.call(sweep.helper(alone), g, step.place.slice, sequence)))
        sweep.take(step.target)
        sweep.bars[owner] = Bar(owned=False)
        return
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


def _is_alone(place: Expr, owner: str, sweep: Sweep) -> bool:
    """Is this the one element of a sequence that is used?"""
    return (
        isinstance(place, gast.Subscript)
        and nodes.is_name(place.value, owner)
        and isinstance(nodes.number(place.slice), int)
        and owner not in sweep.bars
        and containers.is_passed_on(owner, sweep)
    )


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
