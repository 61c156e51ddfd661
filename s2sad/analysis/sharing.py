"""What lets something else hold an object: names for it, containers that it goes into, views, calls that give it back.

Produces: the names whose object the value of an expression is, or has inside; the parameters that a function may give
back. A container must not change any more once something else holds it, or what is seen there would change unnoticed.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any

import gast

from s2sad import nodes
from s2sad.adjoints import registry
from s2sad.analysis.expressions import captured
from s2sad.analysis.glances import glance
from s2sad.context import UNKNOWN

Resolve = Callable[[gast.AST], Any]
_VIEWS = ("values", "items")
_COPIES = (list, tuple, set, frozenset, float, int, complex, bool, str, range, enumerate, zip, reversed, map, filter, super)


def held(value: gast.expr | None, resolve: Resolve) -> Iterator[str]:
    """Names whose object `value` is, or has inside. The elements of a container are not the container."""
    if isinstance(value, gast.Name):
        yield value.id
    elif isinstance(value, (gast.Tuple, gast.List, gast.Set)):
        yield from _of_all(value.elts, resolve)
    elif isinstance(value, gast.Dict):
        yield from _of_all([v for k, v in zip(value.keys, value.values, strict=True) if k is not None], resolve)
    elif isinstance(value, gast.IfExp):
        yield from _of_all([value.body, value.orelse], resolve)
    elif isinstance(value, gast.BoolOp):
        yield from _of_all(value.values, resolve)
    elif isinstance(value, gast.NamedExpr):
        yield from held(value.value, resolve)
    elif isinstance(value, gast.Lambda):
        yield from captured(value)
    elif isinstance(value, gast.Call):
        if isinstance(value.func, gast.Attribute) and value.func.attr in _VIEWS:
            yield from held(value.func.value, resolve)
        yield from given_back(value, resolve)


def given_back(call: gast.Call, resolve: Resolve) -> Iterator[str]:
    """Names whose object the result of a call is, or has inside, as far as the function is known.

    `resolve` gives the node of a function's own lambdas and nested functions.
    """
    function = call.func if isinstance(call.func, gast.Lambda) else resolve(call.func)
    arguments = [*call.args, *(k.value for k in call.keywords)]
    if isinstance(function, (gast.Lambda, gast.FunctionDef)):
        names = _in_result(function, resolve)
        parameters = set(nodes.all_parameters(function.args))
        yield from names - parameters
        yield from _of_all(arguments if names & parameters else [], resolve)
    elif function is UNKNOWN:
        if isinstance(call.func, gast.Attribute) and call.func.attr in ("get", "setdefault", "pop"):
            yield from _of_all(call.args[1:], resolve)
    elif function is dict:
        yield from _of_all([k.value for k in call.keywords if k.arg is not None], resolve)
    elif function in (max, min):
        yield from _of_all(call.args if len(call.args) > 1 else [], resolve)
    elif isinstance(function, type):
        yield from _of_all([] if function in _COPIES else arguments, resolve)
    elif isinstance(function, types.FunctionType) and registry.lookup(function) is None:
        yield from _of_all(_given(returned_parameters(function), function, call), resolve)


def _of_all(values: list[gast.expr], resolve: Resolve) -> Iterator[str]:
    for value in values:
        yield from held(value, resolve)


def _given(parameters: frozenset[str], function: types.FunctionType, call: gast.Call) -> list[gast.expr]:
    """The arguments for some parameters; all, where stars leave open which."""
    if not parameters:
        return []
    try:
        bound = inspect.signature(function, follow_wrapped=False).bind(*call.args, **{k.arg: k.value for k in call.keywords})
    except TypeError:
        return [*call.args, *(k.value for k in call.keywords)]
    found: list[gast.expr] = []
    for name in parameters & bound.arguments.keys():
        value = bound.arguments[name]
        found += value if isinstance(value, tuple) else value.values() if isinstance(value, dict) else [value]
    return found


_summaries: dict[types.CodeType, frozenset[str]] = {}


def forget() -> None:
    """What functions give back is found out anew: those that they call may have been redefined."""
    _summaries.clear()


def returned_parameters(function: types.FunctionType) -> frozenset[str]:
    """The parameters of a function whose objects its result may be, or have inside."""
    code = function.__code__
    if code not in _summaries:
        _summaries[code] = frozenset()  # a recursive call gives back nothing of its own
        _summaries[code] = _summary(function)
    return _summaries[code]


def _summary(function: types.FunctionType) -> frozenset[str]:
    context = glance(function)
    if context is None:
        return frozenset()
    tree = context.source.tree
    return frozenset(_in_result(tree, context.resolve) & set(nodes.all_parameters(tree.args)))


def _in_result(function: gast.FunctionDef | gast.Lambda, resolve: Resolve) -> set[str]:
    """The names, as they are called in a function, whose objects its result may be, or have inside."""
    if isinstance(function, gast.Lambda):
        return set(held(function.body, resolve))
    scope = list(nodes.walk_scope(function.body))
    holds = holders(scope, resolve)
    found = {name for n in scope if isinstance(n, gast.Return) for name in held(n.value, resolve)}
    return {inside for name in found for inside in holds.get(name, {name})}


def holders(scope: list[gast.AST], resolve: Resolve) -> dict[str, set[str]]:
    """For each name that is bound: itself, and the names whose objects it may be, or have inside."""
    holds: dict[str, set[str]] = {}
    for node in scope:
        for name, value in _bindings(node):
            holds.setdefault(name, {name}).update(held(value, resolve))
    changed = True
    while changed:
        changed = False
        for names in holds.values():
            more = {n for name in names for n in holds.get(name, ())} - names
            names |= more
            changed = changed or bool(more)
    return holds


def _bindings(node: gast.AST) -> Iterator[tuple[str, gast.expr | None]]:
    """What may come to hold what: names bound to a value, containers that a value goes into."""
    if isinstance(node, (gast.Assign, gast.AnnAssign, gast.NamedExpr)):
        for target in node.targets if isinstance(node, gast.Assign) else [node.target]:
            for leaf in nodes.leaves(target):
                name = leaf.value if isinstance(leaf, (gast.Subscript, gast.Attribute, gast.Starred)) else leaf
                if isinstance(name, gast.Name):
                    yield name.id, node.value
    elif isinstance(node, gast.FunctionDef):
        yield node.name, gast.Tuple([nodes.load(n) for n in sorted(captured(node))], gast.Load())
    elif isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and nodes.is_name(node.func.value):
        if node.func.attr in ("append", "insert", "setdefault", "update"):
            arguments = [*node.args, *(k.value for k in node.keywords)]
            yield node.func.value.id, gast.Tuple(arguments, gast.Load())


__all__ = ["Resolve", "given_back", "held", "holders", "returned_parameters"]
