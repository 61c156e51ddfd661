"""Lists and tuples where NumPy takes arrays.

Before: `np.sin(xs)`, `a * xs`                                 (where xs is a list)
After:  `t = np.asarray(xs); np.sin(t)`, `t = np.asarray(xs); a * t`

The derivative then has to know of arrays only: how their cotangent goes back to the list is the rule of `np.asarray`.
What is not known to be a list is left as it is. `+` and `*`, which chain and repeat lists, are decided as the program
runs where only one operand is known to be one.
"""

from __future__ import annotations

from collections.abc import Callable

import gast
import numpy as np

from s2sad import nodes
from s2sad.adjoints import calling
from s2sad.adjoints.equivalents.selecting import chained, repeated
from s2sad.adjoints.registry import SEQUENCES
from s2sad.analysis.expressions import rule_of
from s2sad.analysis.kinds import kind_of
from s2sad.context import Context
from s2sad.nodes import Expr

Bind = Callable[[Expr], Expr]  # gives a value a name
_OF_LISTS = (np.asarray, np.asanyarray)  # what is called here, and its like


def operation(node: gast.BinOp, context: Context, bound: Bind) -> Expr:
    """An operator on atoms, of which some may be lists."""
    sides = [node.left, node.right]
    kinds = [kind_of(e, context.kinds, context) for e in sides]
    lists = [k in ("list", "tuple") for k in kinds]
    if "array" in kinds:
        left, right = (_array(e, context, bound) for e in sides)
        return gast.BinOp(left, node.op, right)
    if isinstance(node.op, gast.Add) and sum(lists) == 1:
        return gast.Call(context.link("chained", chained), sides, [])
    if isinstance(node.op, gast.Mult) and any(_is_active_list(e, context) for e in sides):
        return gast.Call(context.link("repeated", repeated), sides if lists[0] else sides[::-1], [])
    return node


def arguments(call: gast.Call, context: Context, bound: Bind) -> gast.Call:
    """A call with atoms as arguments, in which a function of NumPy gets arrays for lists."""
    function, rule = rule_of(call, context)
    if rule is None or function in _OF_LISTS or not str(getattr(function, "__module__", "")).startswith("numpy"):
        return call
    bindings = calling.bind(function, rule, call) or {}
    taken = [bindings[p] for p in rule.differentiable if p in bindings and p not in SEQUENCES]
    stars = [id(a.value) for a in call.args if isinstance(a, gast.Starred)]  # several operands, not one
    operands = [e for t in taken if id(t) not in stars for e in (t.elts if isinstance(t, gast.Tuple) else [t])]
    arrays = {id(e): _array(e, context, bound) for e in operands}
    args = [arrays.get(id(a), a) for a in call.args]
    return gast.Call(call.func, args, [gast.keyword(k.arg, arrays.get(id(k.value), k.value)) for k in call.keywords])


def _array(operand: Expr, context: Context, bound: Bind) -> Expr:
    if not _is_active_list(operand, context):
        return operand
    return bound(nodes.call(gast.Attribute(context.link("np", np), "asarray", gast.Load()), operand))


def _is_active_list(operand: Expr, context: Context) -> bool:
    return nodes.is_name(operand) and operand.id in context.varied and context.kinds.get(operand.id) in ("list", "tuple")
