"""Refuses changes in place of what a derivative flows through, but for lists and dictionaries of the function's own.

Requires: `own`, the containers that the function builds itself (`fence`). Those may be built step by step as long as
nothing else holds them: the derivative follows that. Everything else is refused here, with its line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import gast

from s2sad import nodes
from s2sad.analysis.expressions import IN_PLACE, captured
from s2sad.analysis.mutation import active_changes
from s2sad.analysis.sharing import Resolve, given_back, held
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
    changes: dict[str, list[gast.AST]] = {}
    for node in every:
        if (name := _changed(node)) in own & context.varied:
            changes.setdefault(name, []).append(node)
    if not changes:
        return
    order = {id(n): i for i, n in enumerate(every)}
    loops = _loops_around(every)
    written_out = _written_out(function, context)
    resolve = _resolver(function, context)
    shares = [(node, name) for node in every if id(node) not in written_out for name in _shared(node, resolve)]
    for share, name in sorted((s for s in shares if s[1] in changes), key=lambda s: s[1]):
        made = [n for n in every if isinstance(n, gast.Assign) and name in nodes.stores(n.targets[0])]
        for change in changes[name]:
            common = [loop for loop in loops[id(share)] if loop in loops[id(change)]]
            anew = common and any(common[-1] in loops[id(m)] for m in made)
            if order[id(change)] > order[id(share)] or (common and not anew):
                _refuse(change, name, context)
                break


def _written_out(function: gast.FunctionDef, context: Context) -> set[int]:
    """Nested functions that are called and nothing else: their calls are written out, so they hold nothing."""
    calls = [n for n in nodes.walk_scope(function.body) if isinstance(n, gast.Call) and not nodes.has_stars(n)]
    loads = Counter(n.id for n in nodes.walk(function.body) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load))
    called = Counter(c.func.id for c in calls if isinstance(c.func, gast.Name))
    local = inline.local_functions(function, context)
    named = {id(node) for name, node in local.items() if loads[name] == called[name]}
    return named | {id(c.func) for c in calls if isinstance(c.func, gast.Lambda)}


def _resolver(function: gast.FunctionDef, context: Context) -> Resolve:
    """What a call reaches: also the nodes of the function's own lambdas and nested functions."""
    local = inline.local_functions(function, context)
    return lambda node: local[node.id] if isinstance(node, gast.Name) and node.id in local else context.resolve(node)


def _loops_around(every: list[gast.AST]) -> dict[int, list[int]]:
    """For each node the loops that it stands in, the outermost first."""
    found: dict[int, list[int]] = {}
    for node in every:  # what is around comes first
        around = found.setdefault(id(node), [])
        inner = [*around, id(node)] if isinstance(node, _LOOPS) else around
        found.update((id(child), inner) for child in nodes.children(node))
    return found


def _shared(node: gast.AST, resolve: Resolve) -> Iterable[str]:
    """The names whose objects this node lets something else hold."""
    if isinstance(node, (gast.Assign, gast.NamedExpr)):
        return [] if isinstance(node.value, gast.Lambda) else held(node.value, resolve)
    if isinstance(node, (gast.IfExp, gast.BoolOp)):
        return held(node, resolve)
    if isinstance(node, (gast.List, gast.Tuple, gast.Set, gast.Dict)):
        return held(node, resolve) if isinstance(getattr(node, "ctx", gast.Load()), gast.Load) else []
    if isinstance(node, gast.Call):
        keeps = isinstance(node.func, gast.Attribute) and node.func.attr in ("append", "insert", "setdefault")
        kept = [name for a in node.args for name in held(a, resolve)] if keeps else []
        return [*given_back(node, resolve), *kept]
    if isinstance(node, gast.Match):
        return held(node.subject, resolve) if any(_names_whole(c.pattern) for c in node.cases) else []
    return captured(node) if isinstance(node, (gast.FunctionDef, gast.Lambda)) else []


def _names_whole(pattern: gast.pattern) -> bool:
    """Does a pattern give the whole subject a name?"""
    if isinstance(pattern, gast.MatchOr):
        return any(map(_names_whole, pattern.patterns))
    return isinstance(pattern, gast.MatchAs) and pattern.name is not None


def _changed(node: gast.AST) -> str | None:
    """The name whose object this node changes itself."""
    place: gast.AST | None = None
    if isinstance(node, gast.Subscript) and isinstance(node.ctx, gast.Store):
        place = node.value
    elif isinstance(node, gast.AugAssign):
        place = node.target
    elif isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and node.func.attr in IN_PLACE:
        place = node.func.value
    return place.id if isinstance(place, gast.Name) else None
