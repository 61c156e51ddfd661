"""Partial functions that a function makes and calls itself are called as what they are made of.

Before: `f = functools.partial(g, x, k=y)` ... `f(z)`
After:  `t = x; t_1 = y; f = functools.partial(g, t, k=t_1)` ... `g(t, z, k=t_1)`

Requires: plain assignments. Guarantees: the names that a call gets hold what the partial holds.
"""

from __future__ import annotations

import functools
from collections import Counter

import gast

from s2sad import nodes
from s2sad.analysis.expressions import is_varied
from s2sad.context import UNKNOWN, Context
from s2sad.nodes import Block


def partials(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Rewrites the body of `function`, where partials are bound once and hold what a derivative flows through."""
    bound = Counter(name for node in nodes.walk_scope(function.body) for name in nodes.binds(node))
    bound.update(nodes.all_parameters(function.args))
    made: dict[str, gast.Call] = {}
    function.body = _block(function.body, bound, made, context)
    for node in list(nodes.walk_scope(function.body)) if made else []:
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id in made:
            _call_what_is_held(node, made[node.func.id])
    return function


def _block(statements: Block, bound: Counter[str], made: dict[str, gast.Call], context: Context) -> Block:
    result: Block = []
    for stmt in statements:
        for inner in nodes.blocks(stmt):
            inner[:] = _block(inner, bound, made, context)
        if _makes_partial(stmt, bound, context):
            result += _hold(stmt, bound, context)
            made[stmt.targets[0].id] = stmt.value
        result.append(stmt)
    return result


def _makes_partial(stmt: gast.stmt, bound: Counter[str], context: Context) -> bool:
    if not (isinstance(stmt, gast.Assign) and isinstance(stmt.value, gast.Call) and nodes.is_name(stmt.targets[0])):
        return False
    call = stmt.value
    starred = nodes.has_stars(call)
    if starred or not call.args or context.resolve(call.func) is not functools.partial:
        return False
    return bound[stmt.targets[0].id] == 1 and is_varied(call, context.varied, context)


def _hold(stmt: gast.Assign, bound: Counter[str], context: Context) -> Block:
    """Gives names of their own to what a partial holds, which may be bound again before it is called."""
    call, names = stmt.value, []
    for place in [*range(len(call.args)), *call.keywords]:
        value = call.args[place] if isinstance(place, int) else place.value
        if place == 0 and (context.resolve(value) is not UNKNOWN or (nodes.is_name(value) and bound[value.id] == 1)):
            continue  # the function itself, which stays what it is
        name = context.temporary(varied=is_varied(value, context.varied, context))
        names.append(nodes.copy_position(nodes.assign(name, value), stmt))
        if isinstance(place, int):
            call.args[place] = nodes.load(name)
        else:
            place.value = nodes.load(name)
    return names


def _call_what_is_held(call: gast.Call, made: gast.Call) -> None:
    if any(k.arg is None for k in call.keywords):  # what they override is known as the program runs
        return
    function, *held = (nodes.clone(a) for a in made.args)
    given = {k.arg for k in call.keywords}
    call.func = nodes.copy_position(function, call)
    call.args = [*held, *call.args]
    call.keywords = [*(nodes.clone(k) for k in made.keywords if k.arg not in given), *call.keywords]
