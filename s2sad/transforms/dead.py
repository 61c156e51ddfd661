"""Removes assignments to introduced names that nothing reads.

Before: `t = x * y; t_bar = 0.0`      (neither is read)
After:  nothing
Guarantees: nothing that could have an effect is removed; `ignored = f(x)` becomes `f(x)`.
"""

from __future__ import annotations

from collections import Counter

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Block
from s2sad.transforms.blocks import rewrite_blocks


def dead(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Removes what is never read, until nothing more is found."""
    while True:
        read = Counter(n.id for n in nodes.walk(function.body) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load))
        removed: list[gast.stmt] = []

        def visit(stmt: gast.stmt, read: Counter[str] = read, removed: list[gast.stmt] = removed) -> Block:
            if isinstance(stmt, gast.Assign) and isinstance(stmt.targets[0], gast.Name):
                name = stmt.targets[0].id
                if name in context.namer.issued and not read[name]:
                    removed.append(stmt)
                    return [] if _is_pure(stmt) else [nodes.copy_position(gast.Expr(stmt.value), stmt)]
            if isinstance(stmt, gast.AugAssign) and isinstance(stmt.target, gast.Name):
                if stmt.target.id in context.namer.issued and not read[stmt.target.id]:
                    removed.append(stmt)
                    return [] if _is_pure(stmt) else [nodes.copy_position(gast.Expr(stmt.value), stmt)]
            if isinstance(stmt, gast.FunctionDef) and not read[stmt.name] and not stmt.decorator_list:
                if not stmt.args.defaults and not stmt.args.kw_defaults:  # defaults may have effects
                    removed.append(stmt)
                    return []
            return [stmt]

        function.body = rewrite_blocks(function.body, visit)
        if not removed:
            return function


def _is_pure(stmt: gast.Assign | gast.AugAssign) -> bool:
    calls = [n for n in nodes.walk(stmt.value) if isinstance(n, (gast.Call, gast.Subscript, gast.Attribute))]
    return not calls or (getattr(stmt, "reverse", False) and not any(_has_effect(c) for c in calls))


def _has_effect(node: gast.AST) -> bool:
    if not isinstance(node, gast.Call):
        return False
    name = node.func.attr if isinstance(node.func, gast.Attribute) else getattr(node.func, "id", "")
    return name == "pop" or name.split("_")[-1] == "bwd" or "_bwd_" in name
