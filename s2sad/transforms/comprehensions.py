"""Comprehensions on active paths become loops that build a list or dictionary of their own.

Before: `ys = [f(v) for v in xs if v > 0]`
After:  `t = []` / `for v in xs: if v > 0: t.append(f(v))` / `ys = t`

Their variables live in a scope of their own: they are renamed where the function has the name already.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Block, Expr
from s2sad.transforms.renaming import renamed


def expand(node: gast.AST, context: Context) -> tuple[Block, str]:
    """The statements that build what a comprehension or generator expression yields, and the name that holds it."""
    node = rename_targets(node, context)
    is_dict = isinstance(node, gast.DictComp)
    result = context.temporary("t", kind="dict" if is_dict else "list")
    if is_dict:
        key = context.temporary("key", varied=False)  # Python evaluates the key first
        place = nodes.subscript(nodes.load(result), nodes.load(key), ctx=gast.Store())
        body: Block = [nodes.assign(key, node.key), nodes.assign(place, node.value)]
    else:
        body = [nodes.statement(nodes.method(nodes.load(result), "append", node.elt))]
    for generator in reversed(node.generators):
        for test in reversed(generator.ifs):
            body = [nodes.if_(test, body)]
        body = [gast.For(generator.target, generator.iter, body, [], None)]
    empty: Expr = gast.Dict([], []) if is_dict else gast.List([], gast.Load())
    return [nodes.assign(result, empty), *body], result


def rename_targets(node: gast.AST, context: Context) -> gast.AST:
    """Gives the variables of a comprehension names that nothing else in the function has."""
    names: dict[str, str] = {}
    for generator in node.generators:
        for name in sorted(nodes.stores(generator.target)):
            names[name] = context.temporary(name, varied=name in context.varied)
    first = node.generators[0].iter  # evaluated in the scope around it
    new: gast.AST = renamed(node, names)
    new.generators[0].iter = first
    return new
