"""Gathers the signs and numbers in front of products, and subtracts what is negative instead of adding it.

Before: `x_bar += -y_bar * w; z_bar = a_bar + -(2 * (0.5 * b_bar * c))`
After:  `x_bar -= y_bar * w; z_bar = a_bar - b_bar * c`
Guarantees: only the reverse sweep changes. A sign is exact wherever it is applied; numbers are gathered only where that
changes no rounding.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Block, Expr
from s2sad.runtime import unbroadcast
from s2sad.transforms.blocks import rewrite_blocks

_OPPOSITE: dict[type[gast.operator], gast.operator] = {gast.Add: gast.Sub(), gast.Sub: gast.Add()}
_PRODUCTS = (gast.Mult, gast.Div)


def factors(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Simplifies the contributions to cotangents."""
    helpers = {name for name, value in context.links.items() if value is unbroadcast}
    rewriter = _Factors(helpers)

    def rewrite(stmt: gast.stmt) -> Block:
        if getattr(stmt, "reverse", False) and isinstance(stmt, (gast.Assign, gast.AugAssign)):
            stmt.value = rewriter.visit(stmt.value)
            if isinstance(stmt, gast.AugAssign) and type(stmt.op) in _OPPOSITE:
                positive = rewriter.positive(stmt.value)
                if positive is not None:
                    stmt.value, stmt.op = positive, _OPPOSITE[type(stmt.op)]
        return [stmt]

    function.body = rewrite_blocks(function.body, rewrite)
    return function


class _Factors(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, helpers: set[str]) -> None:
        self.helpers = helpers  # names of functions that are linear in their first argument

    def visit_BinOp(self, node: gast.BinOp) -> Expr:
        self.generic_visit(node)
        if type(node.op) in _OPPOSITE:
            positive = self.positive(node.right)
            if positive is not None:
                return nodes.binop(node.left, _OPPOSITE[type(node.op)], positive)
        number = nodes.number(node.left)
        if isinstance(node.op, gast.Mult) and number is not None:
            return self.times(number, node.right) or node
        return node

    def times(self, number: complex, value: Expr) -> Expr | None:
        """`number` times a product that begins with a number, as one that begins with the product of the two."""
        if not isinstance(value, gast.BinOp) or not isinstance(value.op, _PRODUCTS):
            return None
        first = nodes.number(value.left)
        if first is None:
            left = self.times(number, value.left)
            return None if left is None else nodes.binop(left, value.op, value.right)
        if not isinstance(value.op, gast.Mult) or not _is_exact(number, first):
            return None
        return value.right if number * first == 1 else nodes.multiply(nodes.const(number * first), value.right)

    def visit_UnaryOp(self, node: gast.UnaryOp) -> Expr:
        self.generic_visit(node)
        if isinstance(node.op, gast.USub) and nodes.number(node) is None:
            return self.positive(node.operand) or self.negative(node.operand)
        return node

    def negative(self, value: Expr) -> Expr:
        """Minus `value`, which is not negative, with the sign at its first factor."""
        if isinstance(value, gast.BinOp) and isinstance(value.op, _PRODUCTS):
            return nodes.binop(self.negative(value.left), value.op, value.right)
        return nodes.negate(value)

    def positive(self, value: Expr) -> Expr | None:
        """`value` without its minus sign, if it has one."""
        if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
            return value.operand
        if isinstance(value, gast.BinOp) and isinstance(value.op, _PRODUCTS):
            left = self.positive(value.left)
            if left is not None:
                one = isinstance(value.op, gast.Mult) and nodes.number(left) == 1 and type(nodes.number(left)) is int
                return value.right if one else nodes.binop(left, value.op, value.right)
        if isinstance(value, gast.Call) and nodes.is_name(value.func) and value.func.id in self.helpers:
            first = self.positive(value.args[0])
            if first is not None:
                return gast.Call(value.func, [first, *value.args[1:]], value.keywords)
        return None


def _is_exact(a: complex, b: complex) -> bool:
    """Integers, or a power of two that scales without rounding."""
    if type(a) is int and type(b) is int:
        return True
    return all(type(x) in (int, float) for x in (a, b)) and any(abs(x) in (0.5, 1, 2, 4) for x in (a, b))
