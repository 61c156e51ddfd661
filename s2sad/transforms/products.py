"""Products `g * partial` written as a person would: `g`, `-g`, `2 * g * x`, `g / y`."""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.nodes import Expr


def sum_of(partials: list[Expr]) -> Expr:
    """The sum of partial derivatives with respect to one variable: `x + x` is `2 * x`."""
    total, *rest = partials
    for partial in rest:
        if gast.dump(total) == gast.dump(partial):
            total = product(nodes.const(2), total)
        else:
            total = nodes.add(total, partial)
    return total


def product(g: Expr, partial: Expr) -> Expr:
    """The cotangent `g` times a partial derivative."""
    value = nodes.number(partial)
    if value == 1:
        return g
    if value == -1:
        return nodes.negate(g)
    if value is not None:
        return nodes.multiply(partial, g)
    if isinstance(partial, gast.UnaryOp) and isinstance(partial.op, gast.USub):
        return product(nodes.negate(g), partial.operand)
    if isinstance(partial, gast.BinOp) and isinstance(partial.op, gast.Div):
        return nodes.binop(product(g, partial.left), gast.Div(), partial.right)
    if isinstance(partial, gast.BinOp) and isinstance(partial.op, gast.Mult):
        if nodes.number(partial.left) is not None:
            return nodes.multiply(nodes.multiply(partial.left, g), partial.right)
        return nodes.multiply(product(g, partial.left), partial.right)
    return nodes.multiply(g, partial)


def without_sign(value: Expr) -> Expr | None:
    """What `value` is the negative of, where its first factor is written with a minus; None of anything else."""
    if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
        return value.operand
    if isinstance(value, gast.BinOp) and isinstance(value.op, (gast.Mult, gast.Div)):
        left = without_sign(value.left)
        return None if left is None else nodes.binop(left, value.op, value.right)
    return None


def is_fresh(value: Expr) -> bool:
    """Does evaluating this surely make a new array, not one that another name holds?"""
    if isinstance(value, gast.UnaryOp):
        return isinstance(value.op, gast.USub)
    return isinstance(value, gast.BinOp)


def floats(value: Expr) -> None:
    """Makes the integer factors of a product of floats floats."""
    while isinstance(value, gast.BinOp) and isinstance(value.op, (gast.Mult, gast.Div)):
        if isinstance(value.left, gast.Constant) and type(value.left.value) is int:
            value.left.value = float(value.left.value)
        value = value.left
