"""Finds the step of a statement in three-address form: what it means for the reverse sweep.

Requires: activity and kinds. What cannot be differentiated after all is refused here.
"""

from __future__ import annotations

import functools
import operator
import re
import types
from collections.abc import Mapping
from typing import Any

import gast
import numpy as np

from s2sad import nodes
from s2sad.adjoints import calling, registry
from s2sad.adjoints.equivalents import equivalent
from s2sad.adjoints.methods import ATTRIBUTES, METHODS
from s2sad.analysis.expressions import captured, is_varied, root, rule_of, super_object
from s2sad.analysis.kinds import kind_of
from s2sad.context import UNKNOWN, Context
from s2sad.runtime import add_at, add_item, popped, with_axes
from s2sad.transforms import constructions
from s2sad.transforms.closures import receivers
from s2sad.transforms.steps import (
    Accumulate,
    Append,
    Attribute,
    Call,
    Closure,
    Construct,
    Copy,
    Display,
    Operation,
    Pop,
    Read,
    Step,
    Store,
    Unpack,
)

OPERATORS: Mapping[type[gast.AST], str] = {
    gast.Add: "add", gast.Sub: "sub", gast.Mult: "mul", gast.Div: "truediv", gast.Pow: "pow", gast.Mod: "mod",
    gast.FloorDiv: "floordiv", gast.MatMult: "matmul", gast.USub: "neg", gast.UAdd: "pos",
}  # fmt: skip
#: The names of emitted reverse sweeps, and of the sweeps of these.
_SWEEP = re.compile(r"_bwd(_\d+)?((_fwd|_bwd)(_\d+)?)*$")
ARRAY_LIKE = frozenset({"array", "scalar", "float"})


def classify(stmt: gast.stmt, context: Context) -> Step | None:
    """The step of a statement in three-address form; None if no derivative flows through it."""
    step = _step(stmt, context)
    if (
        step is not None
        and step.kills <= context.namer.issued
        and step.uses
        and step.uses <= _from_tape(context) | context.constant
    ):
        context.constant |= step.kills
    return step


def _step(stmt: gast.stmt, context: Context) -> Step | None:
    varied = context.varied
    if isinstance(stmt, gast.FunctionDef):
        found = tuple(sorted(captured(stmt) & varied - {stmt.name}))
        return Closure(stmt, frozenset([stmt.name]), frozenset(found), name=stmt.name, captures=found) if found else None
    if isinstance(stmt, gast.AugAssign) and not isinstance(stmt.target, gast.Name):
        return _accumulation(stmt, stmt.target, stmt.value, context)
    if (
        isinstance(stmt, gast.Expr)
        and isinstance(stmt.value, gast.Call)
        and context.resolve(stmt.value.func) in (add_at, add_item)
    ):
        owner, index, value = stmt.value.args
        return _accumulation(stmt, nodes.subscript(owner, index), value, context)
    if isinstance(stmt, gast.Expr) and isinstance(stmt.value, gast.Call) and isinstance(stmt.value.func, gast.Attribute):
        return _mutation(stmt, stmt.value, context)
    if not isinstance(stmt, gast.Assign):
        return None
    target, value = stmt.targets[0], stmt.value
    if isinstance(target, (gast.Subscript, gast.Attribute)):
        return _store(stmt, target, value, context)
    if isinstance(target, (gast.Tuple, gast.List)):
        if not is_varied(value, varied, context):
            return None
        assert isinstance(value, gast.Name)
        kills = frozenset(nodes.stores(target))
        return Unpack(stmt, kills, frozenset([value.id]), indexed=frozenset(), targets=tuple(target.elts), source=value.id)
    assert isinstance(target, gast.Name)
    owner = _popped(value, context)
    if owner is not None:
        own = frozenset([owner])
        return Pop(stmt, frozenset([target.id]), frozenset(), own, own, owner=owner, target=target.id)
    if not is_varied(value, varied, context):
        return None
    return _assignment(stmt, target.id, value, context)


def _accumulation(stmt: gast.stmt, place: gast.expr, value: gast.expr, context: Context) -> Step | None:
    owner = root(place)
    if owner not in context.varied:
        return None
    own = frozenset([owner])
    return Accumulate(stmt, frozenset(), frozenset(_varied_names(value, context)), own, own, place=place, value=value)


def _popped(value: gast.expr, context: Context) -> str | None:
    """The list of which an expression pops the last element."""
    if not isinstance(value, gast.Call):
        return None
    if context.resolve(value.func) is popped:
        owner = value.args[0]
    elif isinstance(value.func, gast.Attribute) and value.func.attr == "pop" and not value.args:
        owner = value.func.value
    else:
        return None
    return owner.id if isinstance(owner, gast.Name) and owner.id in context.varied else None


def _assignment(stmt: gast.Assign, target: str, value: gast.expr, context: Context) -> Step | None:
    kills = frozenset([target])
    if isinstance(value, gast.Name):
        return Copy(stmt, kills, frozenset([value.id]), source=value.id)
    if isinstance(value, (gast.BinOp, gast.UnaryOp)):
        return _operator(stmt, target, value, context)
    if isinstance(value, (gast.List, gast.Tuple, gast.Dict)):
        return Display(stmt, kills, frozenset(_varied_names(value, context)), target=target, display=value)
    if isinstance(value, gast.Lambda):
        found = tuple(sorted(captured(value) & context.varied))
        return Closure(stmt, kills, frozenset(found), name=target, captures=found)
    if isinstance(value, gast.Subscript):
        whole = isinstance(value.slice, gast.Tuple) and not value.slice.elts
        if whole and isinstance(value.value, gast.Name):  # x[()] is x, which may be a scalar
            return Copy(stmt, kills, frozenset([value.value.id]), source=value.value.id)
        if isinstance(value.value, gast.Name) and _adds_axes(value.slice):
            rule = registry.lookup(with_axes)
            assert rule is not None
            return _operation(stmt, target, rule, {"x": value.value, "index": value.slice}, context)
        owner = frozenset([root(value) or ""])
        return Read(stmt, kills, owner, indexed=owner, target=target, place=value)
    if isinstance(value, gast.Attribute):
        return _attribute(stmt, target, value, context)
    if isinstance(value, gast.Call):
        return _call(stmt, target, value, context)
    return None


def _adds_axes(index: gast.expr) -> bool:
    """Is an index made of None and Ellipsis alone? NumPy's numbers may have it too."""
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    return all(isinstance(p, gast.Constant) and p.value in (None, ...) for p in parts)


def _varied_names(node: gast.AST, context: Context) -> set[str]:
    return {n for n in nodes.loads(node) if n in context.varied}


def _call_uses(call: gast.Call, context: Context) -> set[str]:
    """Names that a call contributes to; for one of the function's own closures, what it captures."""
    found: set[str] = set()
    for name in _varied_names(call, context):
        found.update(v for *_, v in receivers(name, context.closures)) if name in context.closures else found.add(name)
    return found


def _operator(stmt: gast.Assign, target: str, value: gast.expr, context: Context) -> Step | None:
    if isinstance(value, gast.BinOp) and isinstance(value.op, gast.Add):
        sides = [value.left, value.right]
        if all(kind_of(e, context.kinds, context) in ("list", "tuple") for e in sides):
            joined = gast.List([gast.Starred(e, gast.Load()) for e in sides], gast.Load())
            uses = frozenset(_varied_names(value, context))
            return Display(stmt, frozenset([target]), uses, target=target, display=joined)

    rule = registry.lookup(getattr(operator, OPERATORS[type(value.op)])) if type(value.op) in OPERATORS else None
    if rule is None:
        context.refuse(
            stmt, f"the operator {type(value.op).__name__} has no derivative", "keep it out of the differentiated values"
        )
        return None
    if rule.kind == "nondifferentiable":
        return None
    operands = [value.left, value.right] if isinstance(value, gast.BinOp) else [value.operand]
    bindings = dict(zip(rule.signature.parameters, operands, strict=True))
    return _operation(stmt, target, rule, bindings, context)


def _operation(
    stmt: gast.stmt, target: str, rule: registry.Rule, bindings: Mapping[str, gast.expr], context: Context
) -> Operation:
    uses = {n for p in rule.differentiable if p in bindings for n in _varied_names(bindings[p], context)}
    return Operation(stmt, frozenset([target]), frozenset(uses), target=target, rule=rule, bindings=bindings)


def _attribute(stmt: gast.Assign, target: str, value: gast.Attribute, context: Context) -> Step | None:
    owner = value.value
    if value.attr in ATTRIBUTES and isinstance(owner, gast.Name):
        kills, uses = frozenset([target]), frozenset([owner.id])
        function = ATTRIBUTES[value.attr]
        rule = registry.lookup(function)
        if context.kinds.get(owner.id) in ARRAY_LIKE | {"complex"} and rule is not None:
            if rule.kind == "nondifferentiable":
                return None
            bindings = calling.bind(function, rule, gast.Call(value, [owner], []))
            assert bindings is not None
            return _operation(stmt, target, rule, bindings, context)
        return Attribute(stmt, kills, uses, target=target, owner=owner.id, name=nodes.const(value.attr))
    base = frozenset([root(value) or ""])
    return Read(stmt, frozenset([target]), base, indexed=base, target=target, place=value)


def _call(stmt: gast.Assign, target: str, call: gast.Call, context: Context) -> Step | None:
    function, rule = rule_of(call, context)
    if function is super:
        proxied = super_object(call, context)
        assert proxied is not None
        return Copy(stmt, frozenset([target]), frozenset([proxied.id]), source=proxied.id)
    if getattr(function, "__s2sad_transform__", None) == "function":  # it captures what the given function does
        (name,) = _varied_names(call.args[0], context)
        return Copy(stmt, frozenset([target]), frozenset([name]), source=name)
    if rule is None and isinstance(function, type):
        return _construct(stmt, target, call, function, context)
    if function is getattr and len(call.args) >= 2:
        return _getattr(stmt, target, call, context)
    if rule is None and function is UNKNOWN and isinstance(call.func, gast.Attribute):
        owner = call.func.value
        if isinstance(owner, gast.Name) and context.kinds.get(owner.id) == "array" and call.func.attr in METHODS:
            function = METHODS[call.func.attr]
            rule = registry.lookup(function)
            call = nodes.copy_position(gast.Call(call.func, [owner, *call.args], call.keywords), call)
    if rule is not None and rule.kind == "refused":
        context.refuse(call, f"{gast.unparse(call.func)} is not differentiated: {rule.doc}", rule.instead)
        return None
    if rule is not None and rule.kind != "nondifferentiable":
        found = calling.arguments(function, rule, call)
        if found is not None and not found.unhandled:
            step = _operation(stmt, target, rule, found.operands, context)
            constant = _taken_for_constants(step, call, function, context)
            certain = tuple(p for p in constant if _is_number(found.operands[p], context))
            if not certain:
                step.constant = constant
                return step
            found = calling.Arguments(found.operands, certain)
        if found is not None or not nodes.has_stars(call):
            _refuse_arguments(call, rule, found, context)
            return None
    if _is_compiled(function) and equivalent(function) is None:
        context.refuse(
            call,
            f"{gast.unparse(call.func)} has neither a rule nor Python source, and a derivative flows through it",
            _remedy(function),
        )
        return None
    uses = frozenset(_call_uses(call, context))
    return Call(stmt, frozenset([target]), uses, target=target, call=call, function=function)


def _taken_for_constants(step: Operation, call: gast.Call, function: Any, context: Context) -> tuple[str, ...]:
    """The arguments that a derivative flows into, and that the rule has no pullback for."""
    assert step.rule is not None and step.bindings is not None
    if str(getattr(function, "__module__", "")).startswith("s2sad.runtime"):
        return ()
    constant = _from_tape(context) | context.constant
    options = step.bindings.keys() - {*step.rule.differentiable, *step.rule.inert}
    return tuple(p for p in sorted(options) if _varied_names(step.bindings[p], context) - constant)


def _is_number(operand: gast.expr, context: Context) -> bool:
    return kind_of(operand, context.kinds, context) in ("float", "complex")


def _refuse_arguments(call: gast.Call, rule: registry.Rule, found: calling.Arguments | None, context: Context) -> None:
    handled = f"it handles {rule.name}{rule.signature}"
    if found is None:
        context.refuse(call, f"the rule of {rule.name} does not handle these arguments: {gast.unparse(call)}", handled)
        return
    for name in found.unhandled:
        constant = name in found.operands
        what = "takes this argument for a constant" if constant else "does not handle this argument"
        way_out = "pass s2sad.stop_gradient(value)" if constant else calling.WAYS_OUT.get(name, f"leave it out; {handled}")
        context.refuse(call, f"the rule of {rule.name} {what}: {name} in {gast.unparse(call)}", way_out)


def _is_compiled(function: Any) -> bool:
    """A builtin, a ufunc such as SciPy's, or a method of one (`np.multiply.reduce`)."""
    return isinstance(function, (types.BuiltinFunctionType, np.ufunc))


def _remedy(function: Any) -> str:
    if function in (iter, next):
        return "loop over the values (`for v in values`), or take them by their index (`values[0]`)"
    if isinstance(getattr(function, "__self__", None), np.ufunc):
        return "use np.sum, np.prod, np.max, np.min, np.cumsum or np.cumprod, or register a rule for it"
    return "register a rule for it, or write what it does in Python"


def _construct(stmt: gast.Assign, target: str, call: gast.Call, cls: type, context: Context) -> Step | None:
    uses = frozenset(_varied_names(call, context))
    try:
        found = constructions.parts(cls, call, target)
    except constructions.NotStored as reason:
        if str(reason) == "with * or **":
            return Call(stmt, frozenset([target]), uses, target=target, call=call)
        context.refuse(
            stmt,
            f"values that a derivative flows through go into the class {cls.__qualname__}, {reason}",
            "use a dataclass, a named tuple, a tuple or a dictionary",
        )
        return None
    if cls is functools.partial and _varied_names(call.args[0], context):
        context.refuse(stmt, "functools.partial of a function that itself holds active values", "write a lambda instead")
    return Construct(stmt, frozenset([target]), uses, target=target, parts=found, computes=constructions.computes(cls))


def _getattr(stmt: gast.Assign, target: str, call: gast.Call, context: Context) -> Step | None:
    """`getattr(owner, name)`; a default has to be inactive."""
    owner, name, *default = call.args
    if not isinstance(owner, gast.Name) or any(_varied_names(d, context) for d in [name, *default]):
        context.refuse(stmt, "getattr with a default that a derivative flows through", "ask with hasattr, then branch")
        return None
    kills, uses = frozenset([target]), frozenset([owner.id])
    return Attribute(stmt, kills, uses, target=target, owner=owner.id, name=name)


def _from_tape(context: Context) -> set[str]:
    """What emitted code takes from its tape: as an option of a rule, it was found constant by the forward sweep."""
    source = context.source
    first = next(iter(nodes.all_parameters(source.tree.args)), "")
    if not (context.trusted and first.startswith("tape") and _SWEEP.search(source.name)):
        return set()
    unpacked = [s for s in source.tree.body if isinstance(s, gast.Assign) and nodes.is_name(s.value, first)]
    return {n for s in unpacked for n in nodes.stores(s.targets[0])}


def _mutation(stmt: gast.Expr, call: gast.Call, context: Context) -> Step | None:
    owner, method = call.func.value, call.func.attr
    if not isinstance(owner, gast.Name) or owner.id not in context.varied:
        return None
    own = frozenset([owner.id])
    if method == "append" and len(call.args) == 1:
        value = call.args[0]
        uses = frozenset(_varied_names(value, context))
        return Append(stmt, frozenset(), uses, own, own, owner=owner.id, value=value)
    if method == "pop" and not call.args:
        return Pop(stmt, frozenset(), frozenset(), own, own, owner=owner.id, target=None)
    return None


def _store(stmt: gast.Assign, target: gast.expr, value: gast.expr, context: Context) -> Step | None:
    owner = root(target)
    if owner not in context.varied:
        return None
    own = frozenset([owner])
    return Store(stmt, frozenset(), frozenset(_varied_names(value, context)), own, own, place=target, value=value)
