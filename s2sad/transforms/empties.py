"""Removes what other passes have emptied: branches in which nothing happens, comments over nothing.

Before: `if flag: pass` / `else: x_bar += y_bar`
After:  `if not flag: x_bar += y_bar`
Guarantees: a condition of which nothing depends any more is still evaluated, unless that has no effect.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Block
from s2sad.transforms.blocks import rewrite_blocks


def empties(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Removes what is empty throughout `function`."""
    flags = {name for name in context.namer.issued if context.kinds.get(name) == "bool"}
    function.body = _said(rewrite_blocks(function.body, lambda stmt: _rewrite(stmt, flags)))
    return function


def _rewrite(stmt: gast.stmt, flags: set[str]) -> Block:
    for name in ("body", "orelse"):
        inner = getattr(stmt, name, None)
        if inner and isinstance(stmt, (gast.If, gast.For, gast.While)):
            setattr(stmt, name, _said(inner))
    if not isinstance(stmt, gast.If) or not _is_empty(stmt.body):
        return [stmt]
    if not _is_empty(stmt.orelse):
        return [nodes.copy_position(nodes.if_(_negated(stmt.test), stmt.orelse), stmt)]
    test = stmt.test.operand if isinstance(stmt.test, gast.UnaryOp) else stmt.test
    return [] if isinstance(test, gast.Name) and test.id in flags else [stmt]


def _is_empty(statements: Block) -> bool:
    """Nothing but what passes have left; a `pass` of the user's is something."""
    return not any(not isinstance(s, gast.Pass) or hasattr(s, "lineno") for s in statements if not nodes.is_comment(s))


def _negated(test: gast.expr) -> gast.expr:
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    return gast.UnaryOp(gast.Not(), test)


def _said(statements: Block) -> Block:
    """A block without the comments that no statement follows."""
    result: Block = []
    for stmt, following in zip(statements, [*statements[1:], None], strict=True):
        if not nodes.is_comment(stmt) or (following is not None and not nodes.is_comment(following)):
            result.append(stmt)
    return result
