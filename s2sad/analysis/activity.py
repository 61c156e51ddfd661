"""Which names vary with the inputs, over the whole function (not statement by statement).

Produces: the set of names that may hold a value through which a derivative flows. Statements that touch none of
them are inactive, and pass through the transformation verbatim.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.analysis.expressions import captured, is_varied, root, varied_targets
from s2sad.context import UNKNOWN, Context
from s2sad.runtime import add_at, add_item

_MUTATORS = {"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "fill", "put"}


def varied_names(function: gast.FunctionDef, context: Context) -> set[str]:
    """The least set of names closed under assignment from the active parameters."""
    varied = set(context.active)
    _close(function.body, varied, context)
    return varied


def mark_varied(statements: nodes.Block, context: Context) -> None:
    """Extends the varied names of the context by those that new statements bind."""
    _close(statements, context.varied, context)


def _close(body: nodes.Block, varied: set[str], context: Context) -> None:
    statements = [n for n in nodes.walk_scope(body) if _binds_values(n)]
    while True:
        before = len(varied)
        for node in statements:
            _extend(node, varied, context)
        if len(varied) == before:
            return


def _binds_values(node: gast.AST) -> bool:
    kinds = (
        gast.Assign, gast.AnnAssign, gast.AugAssign, gast.NamedExpr, gast.For, gast.With, gast.Call,
        gast.FunctionDef, gast.match_case, gast.Match,
    )  # fmt: skip
    return isinstance(node, kinds)


def _extend(node: gast.AST, varied: set[str], context: Context) -> None:
    if isinstance(node, gast.Assign):
        for target in node.targets:
            _assign(target, node.value, varied, context)
    elif isinstance(node, (gast.AnnAssign, gast.AugAssign, gast.NamedExpr)):
        if node.value is not None:
            _assign(node.target, node.value, varied, context)
    elif isinstance(node, gast.For):
        if is_varied(node.iter, varied, context):
            varied |= varied_targets(node.target, node.iter, context, varied)
    elif isinstance(node, gast.With):
        for item in node.items:
            if item.optional_vars is not None and is_varied(item.context_expr, varied, context):
                varied |= _bound(item.optional_vars)
    elif isinstance(node, gast.FunctionDef):
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        if captured(node) & varied or any(is_varied(d, varied, context) for d in defaults):
            varied.add(node.name)
        declared = {n for s in nodes.walk_scope(node.body) if isinstance(s, gast.Nonlocal) for n in s.names}
        if declared:  # what it assigns around itself may depend on its arguments
            inner = varied | set(nodes.all_parameters(node.args))
            _close(node.body, inner, context)
            varied |= inner & declared
    elif isinstance(node, gast.Match):
        if is_varied(node.subject, varied, context):
            for case in node.cases:
                varied |= nodes.stores(case.pattern)
    elif isinstance(node, gast.Call) and nodes.is_name(node.func) and context.resolve(node.func) in (add_at, add_item):
        owner = root(node.args[0])
        if owner is not None and is_varied(node.args[2], varied, context):
            varied.add(owner)
    elif isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and node.func.attr in _MUTATORS:
        if context.resolve(node.func) is UNKNOWN and any(is_varied(a, varied, context) for a in node.args):
            owner = root(node.func.value)
            varied |= {owner} if owner is not None else nodes.loads(node.func.value) & context.locals


def _assign(target: gast.expr, value: gast.expr, varied: set[str], context: Context) -> None:
    if isinstance(target, (gast.Tuple, gast.List)):
        same = isinstance(value, (gast.Tuple, gast.List)) and len(value.elts) == len(target.elts)
        if same and not any(isinstance(e, gast.Starred) for e in [*value.elts, *target.elts]):
            for t, v in zip(target.elts, value.elts, strict=True):
                _assign(t, v, varied, context)
            return
    if is_varied(value, varied, context):
        varied |= _bound(target)


def _bound(target: gast.expr) -> set[str]:
    """Names that an assignment to `target` makes vary: what it binds, and the container that it stores into."""
    if isinstance(target, (gast.Tuple, gast.List)):
        return {name for e in target.elts for name in _bound(e)}
    if isinstance(target, gast.Starred):
        return _bound(target.value)
    name = root(target)
    return {name} if name is not None else set()
