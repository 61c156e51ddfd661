"""Multiplies by a number that was spread over an array as the number that it is, and leaves out needless sums.

Before: `y_bar = 2 * np.broadcast_to(out_bar / np.size(t), np.shape(t)) * y`      (where t = y ** 2)
After:  `y_bar = 2 * (out_bar / np.size(t)) * y`
Guarantees: the numbers stay the same. Shapes are compared as far as the statements outside of loops and branches tell:
two values are *alike* if they surely have one shape, and both are real or both complex.
"""

from __future__ import annotations

from collections.abc import Mapping

import gast
import numpy as np

from s2sad import nodes
from s2sad.analysis.expressions import root
from s2sad.analysis.kinds import REAL, kind_of
from s2sad.analysis.uses import uses
from s2sad.context import Context
from s2sad.nodes import Expr
from s2sad.runtime import unbroadcast

_ELEMENTWISE = (gast.Add, gast.Sub, gast.Mult, gast.Div)
_OF_LISTS = (gast.Add, gast.Mult)  # the operators that chain and repeat lists


def spreads(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Simplifies the reverse sweep of `function`."""
    last: dict[str, int] = {}
    rewriter = _Spreads(context, last, _added_to(function.body))
    known = uses(function.body)
    for number, stmt in enumerate(function.body):
        last.update(dict.fromkeys(known[stmt].binds, number))
    for stmt in function.body:  # at any time
        last.update(dict.fromkeys(known[stmt].bound_inside, len(function.body)))
    for number, stmt in enumerate(function.body):
        rewriter.number = number
        rewriter.statement(stmt)
        if isinstance(stmt, gast.Assign) and isinstance(stmt.targets[0], gast.Name):
            rewriter.use(stmt.value)
            if last[stmt.targets[0].id] == number:
                rewriter.learn(stmt.targets[0].id, stmt.value)
    return function


def _added_to(body: nodes.Block) -> set[str]:
    """Names whose arrays may be added to in place, under this name or another one."""
    every = list(nodes.walk(body))
    found = {n.target.id for n in every if isinstance(n, gast.AugAssign) and isinstance(n.target, gast.Name)}
    found |= {root(n) or "" for n in every if isinstance(n, gast.Subscript) and isinstance(n.ctx, gast.Store)}
    found |= {name for n in every if isinstance(n, gast.Expr) for name in nodes.loads(n)}
    for n in reversed(every):  # the reverse sweep hands on what it owns
        if isinstance(n, gast.Assign) and isinstance(n.value, gast.Name) and nodes.stores(n) & found:
            found.add(n.value.id)
    return found


class _Spreads(gast.NodeTransformer):  # type: ignore[misc]
    """`like` maps a name to one that it is alike, `spread` to the number and the array that it was spread over."""

    def __init__(self, context: Context, last: Mapping[str, int], added_to: set[str]) -> None:
        self.context, self.added_to = context, added_to
        self.last, self.number = last, 0  # where each name is bound for the last time, and where we are
        self.like: dict[str, str] = {}
        self.spread: dict[str, tuple[Expr, str]] = {}

    def statement(self, stmt: gast.stmt) -> None:
        for inner in nodes.blocks(stmt):
            for within in inner:
                self.statement(within)
        if getattr(stmt, "reverse", False) and isinstance(stmt, (gast.Assign, gast.AugAssign)):
            fresh = not isinstance(stmt.value, gast.Call)
            stmt.value = self.visit(stmt.value)
            if (
                isinstance(stmt, gast.Assign)
                and fresh
                and isinstance(stmt.value, gast.Call)
                and nodes.stores(stmt) & self.added_to
            ):
                what, shape = stmt.value.args  # a view cannot be added to, as what was there could
                full = gast.Attribute(self.context.link("np", np), "full", gast.Load())
                stmt.value = nodes.call(full, shape, what)

    def use(self, value: Expr) -> None:
        """What an operator that lists do not have is applied to is surely no list."""
        if isinstance(value, gast.BinOp) and not isinstance(value.op, _OF_LISTS):
            for side in (value.left, value.right):
                if isinstance(side, gast.Name) and self.is_settled(side.id):
                    self.like.setdefault(side.id, side.id)

    def learn(self, name: str, value: Expr) -> None:
        found = self.alike(value)
        if found is None and self._keeps_shape(value):
            found = name  # no other name is known to be alike, but it is surely no list
        if found is not None and not isinstance(value, gast.Name):
            self.like[name] = found
        parts = self.parts(value)
        if parts is not None and isinstance(parts[0], gast.Name) and self.is_settled(parts[0].id):
            self.spread[name] = parts

    def is_settled(self, name: str) -> bool:
        """Is a name bound neither here nor later?"""
        return self.last.get(name, -1) < self.number

    # -- facts ------------------------------------------------------------------------------------------------

    def alike(self, value: Expr) -> str | None:
        """The name that stands for all values of the shape of this one; None if it is not known."""
        if isinstance(value, gast.Name):
            own = value.id in self.context.locals or value.id in self.context.namer.issued
            return self.like.get(value.id, value.id) if own and self.is_settled(value.id) else None
        if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
            return self.alike(value.operand)
        if isinstance(value, gast.BinOp):
            left, right = value.left, value.right
            if isinstance(value.op, gast.Pow):
                return self.alike(left) if isinstance(nodes.number(right), int) else None
            if not isinstance(value.op, _ELEMENTWISE):
                return None
            if isinstance(value.op, _OF_LISTS) and not (self._is_result(left) or self._is_result(right)):
                return None
            if self._is_number(left) or self._is_number(right):
                return self.alike(left if self._is_number(right) else right)
            found = self.alike(left)
            return found if found is not None and found == self.alike(right) else None
        if isinstance(value, gast.Call):
            return self._result(value)
        return None

    def _result(self, call: gast.Call) -> str | None:
        parts = self.parts(call)
        if parts is not None:
            return parts[1]
        return self.alike(call.args[0]) if self._keeps_shape(call) else None

    def _keeps_shape(self, value: Expr) -> bool:
        """Is this a function of NumPy of one argument, which gives a result of its shape?"""
        if not isinstance(value, gast.Call) or len(value.args) != 1 or value.keywords:
            return False
        return _is_plain(self.context.resolve(value.func))

    def _is_result(self, value: Expr) -> bool:
        """Is this surely no list: computed by something that gives numbers or arrays, or a factor that is no integer?"""
        if isinstance(value, gast.Name):
            return value.id in self.like or self.context.kinds.get(value.id) in ("array", "float", "scalar")
        return isinstance(value, (gast.BinOp, gast.UnaryOp, gast.Call)) or isinstance(nodes.number(value), float)

    def _is_number(self, value: Expr) -> bool:
        return kind_of(value, self.context.kinds, self.context) in REAL

    def parts(self, value: Expr) -> tuple[Expr, str] | None:
        """What was spread, and over what, of `np.broadcast_to(what, np.shape(over))`."""
        if isinstance(value, gast.Name):
            return self.spread.get(value.id) if self.is_settled(value.id) else None
        if not (isinstance(value, gast.Call) and self.context.resolve(value.func) is np.broadcast_to):
            return None
        what, shape = value.args
        if not (isinstance(shape, gast.Call) and self.context.resolve(shape.func) is np.shape):
            return None
        over = self.alike(shape.args[0])
        return None if over is None else (what, over)

    # -- rewriting --------------------------------------------------------------------------------------------

    def visit_UnaryOp(self, node: gast.UnaryOp) -> Expr:
        self.generic_visit(node)
        if isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Call) and self.parts(node.operand):
            return self._within(node.operand, nodes.negate(node.operand.args[0]))
        return node

    def visit_BinOp(self, node: gast.BinOp) -> Expr:
        self.generic_visit(node)
        if not isinstance(node.op, (gast.Mult, gast.Div)):
            return node
        left, right = self.parts(node.left), self.parts(node.right)
        if left is not None and left[1] == self.alike(node.right) and self._is_result(node.right):
            return nodes.binop(nodes.clone(left[0]), node.op, node.right)
        if (
            right is not None
            and right[1] == self.alike(node.left)
            and self._is_result(node.left)
            and isinstance(node.op, gast.Mult)
        ):
            return nodes.binop(node.left, node.op, nodes.clone(right[0]))
        if left is not None and isinstance(node.left, gast.Call) and self._is_number(node.right):
            return self._within(node.left, nodes.binop(left[0], node.op, node.right))
        if right is not None and isinstance(node.right, gast.Call) and nodes.number(node.left) is not None:
            if isinstance(node.op, gast.Mult):
                return self._within(node.right, nodes.binop(node.left, node.op, right[0]))
        return node

    def _within(self, spread: gast.Call, value: Expr) -> Expr:
        return gast.Call(spread.func, [value, *spread.args[1:]], [])

    def visit_Call(self, node: gast.Call) -> Expr:
        self.generic_visit(node)
        if self._is_sum(node):
            value, like = node.args
            if self._is_sum(value):  # the sum of a sum
                return gast.Call(node.func, [value.args[0], like], [])
            if isinstance(like, gast.Name) and like.id in self.like and self.alike(value) == self.alike(like) is not None:
                return value
        return node

    def _is_sum(self, node: Expr) -> bool:
        return isinstance(node, gast.Call) and self.context.resolve(node.func) is unbroadcast


def _is_plain(function: object) -> bool:
    """Is this a function of NumPy that keeps shapes, and gives real numbers for real ones and complex for complex?"""
    if not isinstance(function, np.ufunc) or (function.nin, function.nout) != (1, 1):
        return False
    return "d->d" in function.types and not any(t[0] in "FDG" and t[-1] not in "FDG" for t in function.types)
