"""What an expression depends on: does a derivative flow through it?

Requires: names resolved by the context. Produces: yes or no for one expression, given the names that vary.
"""

from __future__ import annotations

import types
from collections.abc import Collection
from typing import Any

import gast

from s2sad import nodes
from s2sad.adjoints import registry
from s2sad.adjoints.lookups import LOOKUPS
from s2sad.adjoints.methods import ATTRIBUTES, METHODS, NONDIFFERENTIABLE_ATTRIBUTES
from s2sad.context import UNKNOWN, Context
from s2sad.runtime import split

#: Methods that change their list or dictionary; what they hold is followed by the derivative.
BUILDERS = {"append", "pop"}
#: Methods that change their object in place.
IN_PLACE = frozenset({
    "append", "extend", "insert", "remove", "pop", "popitem", "clear", "sort", "reverse", "update", "setdefault", "add",
    "discard", "appendleft", "fill", "put", "itemset", "partition", "resize", "setflags", "setfield", "__setitem__",
    "__iadd__", "__delitem__", "__setattr__", "byteswap",
})  # fmt: skip
_NEVER = (gast.Constant, gast.Compare, gast.JoinedStr, gast.FormattedValue, gast.Slice)


def rule_of(call: gast.Call, context: Context) -> tuple[Any, registry.Rule | None]:
    """The function that a call reaches, if it is known when transforming, and its rule."""
    function = context.resolve(call.func)
    if function is UNKNOWN:
        return function, None
    return function, LOOKUPS[function] if function is split else registry.lookup(function)


def is_varied(node: gast.AST | None, varied: Collection[str], context: Context) -> bool:
    """Does the value of `node` depend differentiably on the names in `varied`?"""
    if isinstance(node, gast.Name):
        return node.id in varied
    if node is None or isinstance(node, _NEVER):
        return False
    if isinstance(node, gast.Lambda):
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        return bool(captured(node) & set(varied)) or any(is_varied(d, varied, context) for d in defaults)
    if isinstance(node, gast.UnaryOp):
        return not isinstance(node.op, gast.Not) and is_varied(node.operand, varied, context)
    if isinstance(node, gast.IfExp):
        return is_varied(node.body, varied, context) or is_varied(node.orelse, varied, context)
    if isinstance(node, gast.Attribute):
        return node.attr not in NONDIFFERENTIABLE_ATTRIBUTES and is_varied(node.value, varied, context)
    if isinstance(node, gast.Subscript):
        return is_varied(node.value, varied, context)
    if isinstance(node, gast.Call):
        return _call_varies(node, varied, context)
    if isinstance(node, nodes.COMPREHENSIONS):
        return _comprehension_varies(node, varied, context)
    return any(is_varied(child, varied, context) for child in nodes.children(node))


def _call_varies(node: gast.Call, varied: Collection[str], context: Context) -> bool:
    function, rule = rule_of(node, context)
    gives = getattr(function, "__s2sad_transform__", None)
    if (rule is not None and rule.kind == "nondifferentiable") or gives == "values":
        return False
    operands = [*node.args, *(k.value for k in node.keywords)]
    if gives == "function":
        operands = node.args[:1]
    if function is super:
        operands = [super_object(node, context)]
    if isinstance(node.func, gast.Attribute) and (function is UNKNOWN or isinstance(function, types.MethodDescriptorType)):
        method = METHODS.get(node.func.attr)
        known = registry.lookup(method) if method is not None else None
        if known is not None and known.kind == "nondifferentiable":
            return False
        if node.func.attr in ("keys", "index", "count"):
            return False
        operands.append(node.func.value)
    elif function is UNKNOWN:
        operands.append(node.func)
    return any(is_varied(o, varied, context) for o in operands)


def super_object(node: gast.Call, context: Context) -> gast.Name | None:
    """The object whose inherited methods `super()` or `super(cls, object)` gives."""
    if len(node.args) == 2:
        return node.args[1]
    args = context.source.tree.args
    first = [*args.posonlyargs, *args.args][:1]
    return nodes.load(first[0].id) if first else None


def _comprehension_varies(node: gast.AST, varied: Collection[str], context: Context) -> bool:
    inner = set(varied)
    for generator in node.generators:
        targets = nodes.stores(generator.target)
        for name in targets:
            inner.discard(name)
        if is_varied(generator.iter, varied | inner if isinstance(varied, set) else inner, context):
            inner |= varied_targets(generator.target, generator.iter, context, inner)
    values = [node.value] if isinstance(node, gast.DictComp) else [node.elt]
    return any(is_varied(v, inner, context) for v in values)


def varied_targets(target: gast.expr, iterable: gast.expr, context: Context, varied: Collection[str]) -> set[str]:
    """The loop variables that vary when `iterable` does: not the counter of enumerate, not the keys of items()."""
    if isinstance(target, gast.Tuple) and isinstance(iterable, gast.Call):
        if context.resolve(iterable.func) is enumerate and len(target.elts) == 2:
            return varied_targets(target.elts[1], iterable.args[0], context, varied)
        if isinstance(iterable.func, gast.Attribute) and iterable.func.attr == "items" and len(target.elts) == 2:
            return nodes.stores(target.elts[1])
        if context.resolve(iterable.func) is zip and len(target.elts) == len(iterable.args):
            found: set[str] = set()
            for t, source in zip(target.elts, iterable.args, strict=True):
                if is_varied(source, varied, context):
                    found |= varied_targets(t, source, context, varied)
            return found
    return nodes.stores(target)


def lasting(node: gast.AST) -> list[gast.expr]:
    """The expressions in a node whose values are kept: bound, returned, iterated, or put into a container."""
    if isinstance(node, (gast.Assign, gast.AugAssign, gast.AnnAssign, gast.NamedExpr, gast.Return)):
        return [node.value] if node.value is not None else []
    if isinstance(node, (gast.For, gast.comprehension)):
        return [node.iter]
    if isinstance(node, gast.Lambda):
        return [node.body]
    if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and node.func.attr in IN_PLACE:
        return list(node.args)
    return []


def captured(node: gast.AST) -> set[str]:
    """The names that a nested function or lambda reads from around it."""
    own = set(nodes.all_parameters(node.args))
    body = node.body if isinstance(node.body, list) else [node.body]
    if isinstance(node, gast.FunctionDef):
        declared = nodes.declared(body, gast.Nonlocal, gast.Global)
        own |= nodes.stores(body) - declared
    found: set[str] = set()
    for n in nodes.walk_scope(body):
        if isinstance(n, gast.Name):
            found.add(n.id)
        elif isinstance(n, (gast.FunctionDef, gast.Lambda)):
            found |= captured(n)
        elif isinstance(n, nodes.COMPREHENSIONS):
            own |= {t for g in n.generators for t in nodes.stores(g.target)} - found
    return found - own


def root(node: gast.expr) -> str | None:
    """The variable at the bottom of a chain of subscripts and attributes."""
    while isinstance(node, (gast.Subscript, gast.Attribute, gast.Starred)):
        node = node.value
    return node.id if isinstance(node, gast.Name) else None


def is_simple(node: gast.AST | None) -> bool:
    """Cheap and without effects, so that it may be evaluated again: names, literals, and arithmetic of them."""
    if node is None or isinstance(node, (gast.Name, gast.Constant)):
        return True
    if isinstance(node, gast.UnaryOp):
        return is_simple(node.operand)
    if isinstance(node, gast.BinOp):
        return is_simple(node.left) and is_simple(node.right)
    if isinstance(node, gast.Slice):
        return is_simple(node.lower) and is_simple(node.upper) and is_simple(node.step)
    if isinstance(node, gast.Tuple):
        return all(is_simple(e) for e in node.elts)
    return False


__all__ = [
    "ATTRIBUTES",
    "BUILDERS",
    "IN_PLACE",
    "captured",
    "is_simple",
    "is_varied",
    "lasting",
    "root",
    "rule_of",
    "varied_targets",
]
