"""Refuses changes in place of what a derivative flows through, but for lists and dictionaries of the function's own.

Requires: `own`, the containers that the function builds itself (`fence`). Those may be built step by step as long as
nothing else holds them: the derivative follows that. Everything else is refused here, with its line.
"""

from __future__ import annotations

from collections import Counter

import gast

from s2sad import nodes
from s2sad.analysis.expressions import IN_PLACE, captured
from s2sad.analysis.mutation import active_changes
from s2sad.context import Context
from s2sad.transforms import inline

_LOOPS = (gast.For, gast.While, *nodes.COMPREHENSIONS)


def refuse_changes(function: gast.FunctionDef, every: list[gast.AST], own: set[str], context: Context) -> None:
    """Notes every change in place that the derivative could not follow; `every`: the nodes of the function's body."""
    for node, name in active_changes(every, own, context):
        _refuse(node, name, context)
    _check_shared(function, every, own, context)


def _refuse(node: gast.AST, name: str, context: Context) -> None:
    place = context.source.location(node)
    if any(e.location and (e.location.filename, e.location.line) == (place.filename, place.line) for e in context.errors):
        return  # said already
    context.refuse(
        node,
        f"{name} is changed in place here, itself or what it shares memory with, and a derivative flows through it",
        "build a new array (np.stack, np.where, np.concatenate), or a list of the function's own with append",
    )


def _check_shared(function: gast.FunctionDef, every: list[gast.AST], own: set[str], context: Context) -> None:
    """A container must not be changed any more once another one, or a closure, holds it."""
    candidates = sorted(own & context.varied)
    if not candidates:
        return
    order = {id(n): i for i, n in enumerate(every)}
    loops = _loops_around(every)
    written_out = _written_out(function, context)
    for name in candidates:
        changes = [n for n in every if _changes(n, name)]
        made = [n for n in every if isinstance(n, gast.Assign) and name in nodes.stores(n.targets[0])]
        for share in (n for n in every if _shares(n, name) and id(n) not in written_out):
            for change in changes:
                common = [loop for loop in loops[id(share)] if loop in loops[id(change)]]
                anew = common and any(common[-1] in loops[id(m)] for m in made)
                if order[id(change)] > order[id(share)] or (common and not anew):
                    _refuse(change, name, context)
                    break


def _written_out(function: gast.FunctionDef, context: Context) -> set[int]:
    """Nested functions that are called and nothing else: their calls are written out, so they hold nothing."""
    calls = [n for n in nodes.walk_scope(function.body) if isinstance(n, gast.Call) and inline.is_plain_call(n)]
    loads = Counter(n.id for n in nodes.walk(function.body) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load))
    called = Counter(c.func.id for c in calls if isinstance(c.func, gast.Name))
    local = inline.local_functions(function, context)
    named = {id(node) for name, node in local.items() if loads[name] == called[name]}
    return named | {id(c.func) for c in calls if isinstance(c.func, gast.Lambda)}


def _loops_around(every: list[gast.AST]) -> dict[int, list[int]]:
    """For each node the loops that it stands in, the outermost first."""
    found: dict[int, list[int]] = {}
    for node in every:  # what is around comes first
        around = found.setdefault(id(node), [])
        inner = [*around, id(node)] if isinstance(node, _LOOPS) else around
        found.update((id(child), inner) for child in nodes.children(node))
    return found


def _shares(node: gast.AST, name: str) -> bool:
    """Does this node let something else hold the object of `name`?"""
    if isinstance(node, (gast.Assign, gast.NamedExpr)):
        return _holds(node.value, name)
    if isinstance(node, (gast.List, gast.Tuple, gast.Set)):
        return isinstance(node.ctx, gast.Load) and any(_holds(e, name) for e in node.elts)
    if isinstance(node, gast.Dict):
        return any(_holds(e, name) for e in node.values)
    if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
        return node.func.attr in ("append", "insert", "setdefault") and any(_holds(a, name) for a in node.args)
    if isinstance(node, (gast.FunctionDef, gast.Lambda)):
        return name in captured(node)
    return isinstance(node, gast.IfExp) and (_holds(node.body, name) or _holds(node.orelse, name))


def _holds(value: gast.expr, name: str) -> bool:
    """Is this the object of `name`, or a view of it: `d.values()`?"""
    view = isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr in ("values", "items")
    return nodes.is_name(value.func.value if view else value, name)


def _changes(node: gast.AST, name: str) -> bool:
    if isinstance(node, gast.Subscript) and isinstance(node.ctx, gast.Store):
        return nodes.is_name(node.value, name)
    if isinstance(node, gast.AugAssign):
        return nodes.is_name(node.target, name)
    if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
        return nodes.is_name(node.func.value, name) and node.func.attr in IN_PLACE
    return False
