"""Removes assignments to introduced names that nothing reads.

Before: `t = x * y; t_bar = 0.0`      (neither is read)
After:  nothing
Guarantees: nothing that could have an effect is removed; `ignored = f(x)` becomes `f(x)`.
"""

from __future__ import annotations

from collections import Counter, defaultdict

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Block
from s2sad.transforms.blocks import rewrite_blocks


def dead(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Removes what is never read, and what is read only there."""
    read = Counter(_reads(function.body))
    binding: dict[str, list[gast.stmt]] = defaultdict(list)

    def note(stmt: gast.stmt) -> Block:
        name = bound_name(stmt, context)
        if name is not None:
            binding[name].append(stmt)
        return [stmt]

    rewrite_blocks(function.body, note)
    unread = [name for name in binding if not read[name]]
    removed: set[gast.stmt] = set()
    while unread:
        for stmt in binding[unread.pop()]:
            removed.add(stmt)
            if is_pure(stmt):
                for name in _reads(stmt):
                    read[name] -= 1
                    if not read[name] and name in binding:
                        unread.append(name)

    def without(stmt: gast.stmt) -> Block:
        if stmt not in removed:
            return [stmt]
        return [] if is_pure(stmt) else [nodes.copy_position(gast.Expr(stmt.value), stmt)]

    function.body = rewrite_blocks(function.body, without)
    return function


def _reads(node: gast.AST | Block) -> list[str]:
    return [n.id for n in nodes.walk(node) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)]


def bound_name(stmt: gast.stmt, context: Context) -> str | None:
    """The name that a statement binds, and could go with."""
    if isinstance(stmt, gast.FunctionDef):
        defaults = [*stmt.args.defaults, *stmt.args.kw_defaults]  # they may have effects
        return None if stmt.decorator_list or defaults else str(stmt.name)
    target = stmt.targets[0] if isinstance(stmt, gast.Assign) else getattr(stmt, "target", None)
    if isinstance(stmt, (gast.Assign, gast.AugAssign)) and isinstance(target, gast.Name):
        return str(target.id) if target.id in context.namer.issued else None
    return None


def is_pure(stmt: gast.Assign | gast.AugAssign | gast.FunctionDef) -> bool:
    if isinstance(stmt, gast.FunctionDef):
        return True
    calls = [n for n in nodes.walk(stmt.value) if isinstance(n, (gast.Call, gast.Subscript, gast.Attribute))]
    return not calls or (getattr(stmt, "reverse", False) and not any(has_effect(c) for c in calls))


def has_effect(node: gast.AST) -> bool:
    """Does an operation of the reverse sweep do more than give a value?"""
    if not isinstance(node, gast.Call):
        return False
    name = node.func.attr if isinstance(node.func, gast.Attribute) else getattr(node.func, "id", "")
    return name == "pop" or name.split("_")[-1] == "bwd" or "_bwd_" in name
