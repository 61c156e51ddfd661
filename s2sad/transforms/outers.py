"""The method `outer` of a ufunc, as the ufunc itself: every element of the one operand with every element of the other.

Before: `np.subtract.outer(a, b)`
After:  `np.subtract(widened(a, b), b)`
"""

from __future__ import annotations

from collections.abc import Callable

import gast
import numpy as np

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Expr
from s2sad.runtime import widened


def outer_call(node: gast.Call, context: Context, atoms: Callable[[list[Expr]], list[Expr]]) -> gast.Call:
    """The call of a ufunc for that of its method; any other call as it is."""
    function = context.resolve(node.func)
    method = isinstance(getattr(function, "__self__", None), np.ufunc) and getattr(function, "__name__", "") == "outer"
    starred = any(isinstance(a, gast.Starred) for a in node.args)
    if not method or not isinstance(node.func, gast.Attribute) or len(node.args) != 2 or node.keywords or starred:
        return node
    a, b = atoms(node.args)
    wide = nodes.call(context.link("widened", widened), a, nodes.clone(b))
    return nodes.copy_position(gast.Call(node.func.value, [nodes.copy_position(wide, node), b], []), node)
