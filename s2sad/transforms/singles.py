"""Asks for the cotangent of one operand alone where those of the others are not read.

Before: `t_bar = multi_dot_pullback(y_bar, t); x_bar = t_bar[0]`
After:  `t_bar = multi_dot_pullback(y_bar, t, 0); x_bar = t_bar`
Guarantees: the cotangents that are read stay the same.
"""

from __future__ import annotations

from collections import Counter

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Expr
from s2sad.runtime import multi_dot_pullback, selected_pullback

#: Functions that give a list, or where the place of an element is their last argument, this element.
_ONE_BY_ONE = (multi_dot_pullback, selected_pullback)


def singles(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Simplifies what is read in one place, of one element."""
    every = list(nodes.walk(function.body))
    names = Counter(n.id for n in every if isinstance(n, gast.Name))
    elements = {n.value.id: n.slice for n in every if _is_element(n)}
    once = {name for name in elements if names[name] == 2 and name in context.namer.issued}  # bound, and read
    alone = set()
    for stmt in nodes.statements(function.body):
        if isinstance(stmt, gast.Assign) and isinstance(stmt.targets[0], gast.Name) and stmt.targets[0].id in once:
            call, name = stmt.value, stmt.targets[0].id
            if isinstance(call, gast.Call) and any(context.resolve(call.func) is f for f in _ONE_BY_ONE):
                call.args.append(nodes.clone(elements[name]))
                alone.add(name)
    return _Whole(alone).visit(function)


def _is_element(node: gast.AST) -> bool:
    """Is this `name[0]` or the like? Places that count from the end are no constants."""
    if not (isinstance(node, gast.Subscript) and isinstance(node.value, gast.Name)):
        return False
    return isinstance(node.slice, gast.Constant) and type(node.slice.value) is int


class _Whole(gast.NodeTransformer):  # type: ignore[misc]
    """Replaces the elements of what is one element by itself."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_Subscript(self, node: gast.Subscript) -> Expr:
        self.generic_visit(node)
        return node.value if _is_element(node) and node.value.id in self.names else node
