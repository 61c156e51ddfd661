"""Writes statements that bind one cotangent one after the other as one.

Before: `x_bar = y_bar * a; x_bar += z_bar * b; t_bar = spread(x_bar, t); t_bar = owned(t_bar)`
After:  `x_bar = y_bar * a + z_bar * b; t_bar = owned(spread(x_bar, t))`
Guarantees: the same operations in the same order. An array that is added to in place still is: it would need one more.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Block, Expr
from s2sad.transforms.fuse import LONGEST, is_pure, position, replace_name


def joins(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Joins statements throughout `function`."""
    _join(function.body)
    return function


def _join(statements: Block) -> None:
    result: Block = []
    for stmt in statements:
        for inner in nodes.blocks(stmt):
            _join(inner)
        joined = _joined(result[-1], stmt) if result else None
        if joined is None:
            result.append(stmt)
        else:
            result[-1].value = joined
    statements[:] = result


def _joined(first: gast.stmt, second: gast.stmt) -> Expr | None:
    """The value that `x` has after `x = e` and a statement that binds it anew, reading it once."""
    if not (isinstance(first, gast.Assign) and getattr(first, "reverse", False) and isinstance(first.targets[0], gast.Name)):
        return None
    name = first.targets[0].id
    again = _rebinding(second, name)
    if again is None or nodes.width(first.value) + nodes.width(again.value) > LONGEST:
        return None
    place = position(again, name)
    if place is None or place.conditional or not (place.first or is_pure(first)):
        return None
    if sum(nodes.is_name(n, name) for n in nodes.walk(again.value)) != 1:
        return None
    replace_name(again, name, first.value)
    return again.value


def _rebinding(stmt: gast.stmt, name: str) -> gast.Assign | None:
    """`x = e`, also where it is written as `x += e` for a number x."""
    if isinstance(stmt, gast.Assign) and nodes.is_name(stmt.targets[0], name):
        return nodes.assign(name, stmt.value)
    if isinstance(stmt, gast.AugAssign) and nodes.is_name(stmt.target, name) and getattr(stmt, "number", False):
        return nodes.assign(name, nodes.binop(nodes.load(name), stmt.op, stmt.value))
    return None
