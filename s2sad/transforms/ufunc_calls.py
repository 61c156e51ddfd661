"""Calls of ufuncs in the form that rules know: without the method `outer`, and with operands of the type that is asked for.

Before: `np.subtract.outer(a, b)`     `np.sqrt(x, dtype=complex)`
After:  `np.subtract(widened(a, b), b)`     `np.sqrt(of_type(x, complex), dtype=complex)`
"""

from __future__ import annotations

from collections.abc import Callable

import gast
import numpy as np

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Expr
from s2sad.runtime import of_type, widened

Atoms = Callable[[list[Expr]], list[Expr]]


def plain_call(node: gast.Call, context: Context, atoms: Atoms) -> gast.Call:
    """The call of a ufunc in the form that its rule knows; any other call as it is."""
    function = context.resolve(node.func)
    if nodes.has_stars(node):
        return node
    if isinstance(function, np.ufunc) and any(k.arg == "dtype" for k in node.keywords):
        return _of_one_type(node, context, atoms)
    if isinstance(getattr(function, "__self__", None), np.ufunc) and getattr(function, "__name__", "") == "outer":
        return _outer(node, context, atoms)
    return node


def _outer(node: gast.Call, context: Context, atoms: Atoms) -> gast.Call:
    """Every element of the one operand with every element of the other, by broadcasting."""
    if not isinstance(node.func, gast.Attribute) or len(node.args) != 2 or node.keywords:
        return node
    a, b = atoms(node.args)
    wide = nodes.call(context.link("widened", widened), a, nodes.clone(b))
    return nodes.copy_position(gast.Call(node.func.value, [nodes.copy_position(wide, node), b], []), node)


def _of_one_type(node: gast.Call, context: Context, atoms: Atoms) -> gast.Call:
    """What the ufunc does before anything else."""
    values = atoms([*node.args, *(k.value for k in node.keywords)])
    keywords = [gast.keyword(k.arg, v) for k, v in zip(node.keywords, values[len(node.args) :], strict=True)]
    (dtype,) = (k.value for k in keywords if k.arg == "dtype")
    operands = [
        nodes.copy_position(nodes.call(context.link("of_type", of_type), a, nodes.clone(dtype)), node)
        if nodes.loads(a) & context.varied
        else a
        for a in values[: len(node.args)]
    ]
    return nodes.copy_position(gast.Call(node.func, operands, keywords), node)
