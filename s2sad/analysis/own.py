"""Lists and dictionaries that a function builds itself, so that nobody else can see them change.

What they hold may be shared: only changes of the container itself are the function's own affair.
"""

from __future__ import annotations

from collections.abc import Iterator

import gast

from s2sad import nodes
from s2sad.analysis.kinds import kind_of
from s2sad.context import Context


def own_containers(args: gast.arguments, scope: list[gast.AST], context: Context) -> set[str]:
    """Names that are bound to nothing else, in the scope of a function with these parameters."""
    found: dict[str, bool] = {}
    for node in scope:
        for name, value in _bindings(node):
            fresh = value is not None and _makes_container(value, context)
            found[name] = found.get(name, True) and fresh
    parameters = set(nodes.all_parameters(args))
    return {name for name, fresh in found.items() if fresh and name not in parameters and name in context.locals}


def is_own_at_times(name: str, context: Context) -> bool:
    """Does the function bind a name to a container that it makes, among other things?"""
    bindings = (b for node in nodes.walk_scope(context.source.tree.body) for b in _bindings(node))
    return any(name == bound and value is not None and _makes_container(value, context) for bound, value in bindings)


def _bindings(node: gast.AST) -> Iterator[tuple[str, gast.expr | None]]:
    """The names that a node binds, each with its value where nothing else has that value."""
    if isinstance(node, (gast.Assign, gast.AnnAssign)) and node.value is not None:
        targets = node.targets if isinstance(node, gast.Assign) else [node.target]
        for target in targets:
            yield from _bound(target, node.value if len(targets) == 1 else None)
    elif isinstance(node, (gast.For, gast.NamedExpr)):
        yield from _bound(node.target, None)
    elif isinstance(node, gast.withitem) and node.optional_vars is not None:
        yield from _bound(node.optional_vars, None)
    elif isinstance(node, gast.MatchAs):
        yield from ((name, None) for name in nodes.binds(node))
    elif isinstance(node, gast.FunctionDef):
        yield from ((name, None) for inner in nodes.walk(node) if isinstance(inner, gast.Nonlocal) for name in inner.names)


def _bound(target: gast.expr, value: gast.expr | None) -> Iterator[tuple[str, gast.expr | None]]:
    """`s, ys = 0.0, []` binds each to what stands in its place."""
    pairs = nodes.paired(target, value)
    if pairs is not None:
        for element, part in pairs:
            yield from _bound(element, part)
    else:
        plain = isinstance(target, gast.Name)
        yield from ((name, value if plain else None) for name in nodes.stores(target))


def _makes_container(value: gast.expr, context: Context) -> bool:
    if isinstance(value, (gast.List, gast.Dict, gast.ListComp, gast.DictComp)):
        return True
    if isinstance(value, gast.BinOp) and isinstance(value.op, (gast.Add, gast.Mult)):  # [0.0] * n
        return any(_is_list(e, context) or _makes_container(e, context) for e in (value.left, value.right))
    if isinstance(value, gast.Subscript):  # a part of a list is a list of its own
        return _is_list(value, context)
    if not isinstance(value, gast.Call):
        return False
    if isinstance(value.func, gast.Attribute) and value.func.attr == "copy":
        return kind_of(value.func.value, context.kinds, context) in ("list", "dict")
    return context.resolve(value.func) in (list, dict, sorted)


def _is_list(value: gast.expr, context: Context) -> bool:
    return kind_of(value, context.kinds, context) == "list"
