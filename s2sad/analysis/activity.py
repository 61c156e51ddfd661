"""Which names vary with the inputs, over the whole function (not statement by statement).

Produces: the set of names that may hold a value through which a derivative flows. Statements that touch none of
them are inactive, and pass through the transformation verbatim.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.analysis.expressions import captured, is_varied, root, rule_of, varied_targets
from s2sad.context import UNKNOWN, Context
from s2sad.runtime import add_at, add_item

_BINDERS = (
    gast.Assign, gast.AnnAssign, gast.AugAssign, gast.NamedExpr, gast.For, gast.With, gast.Call, gast.FunctionDef,
    gast.Match,
)  # fmt: skip
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
    """Sweeps to and fro: values flow down the text, and in a loop also up, from one iteration to the next."""
    scope = list(nodes.walk_scope(body))
    binders = [n for n in scope if isinstance(n, _BINDERS)]
    nested = [n for n in scope if isinstance(n, (gast.FunctionDef, gast.Lambda))]
    calls = [n for n in nodes.walk(body) if isinstance(n, gast.Call)] if nested else []
    before = -1
    while len(varied) > before:
        before = len(varied)
        for node in binders:
            _extend(node, varied, context)
        for node in nested:
            varied |= _assigned_within(node, body, calls, varied, context)
        binders.reverse()


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
        around = [*node.args.defaults, *node.args.kw_defaults, *node.decorator_list]
        if captured(node) & varied or any(is_varied(e, varied, context) for e in around):
            varied.add(node.name)
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


def _assigned_within(
    node: gast.AST, body: nodes.Block, calls: list[gast.Call], varied: set[str], context: Context
) -> set[str]:
    """Variables around a nested function that calling it may make vary: by `nonlocal`, or by filling a container."""
    inner = varied - set(nodes.all_parameters(node.args))
    if _may_get_active(node, body, calls, varied, context):
        inner |= set(nodes.all_parameters(node.args))
    _close(node.body if isinstance(node.body, list) else [gast.Expr(node.body)], inner, context)
    return inner & captured(node)


def _may_get_active(node: gast.AST, body: nodes.Block, calls: list[gast.Call], varied: set[str], context: Context) -> bool:
    """May a nested function be called with arguments that vary, here or where it is passed on to?"""
    name = getattr(node, "name", None)
    own = [c for c in calls if nodes.is_name(c.func, name)] if name is not None else []
    if any(is_varied(a, varied, context) for c in own for a in [*c.args, *(k.value for k in c.keywords)]):
        return True
    uses = sum(isinstance(n, gast.Name) and n.id == name and isinstance(n.ctx, gast.Load) for n in nodes.walk(body))
    if name is not None and uses == len(own):
        return False
    return any(
        is_varied(c, varied, context)
        and (rule_of(c, context)[1] is None or name in nodes.loads(c) or any(n is node for n in nodes.walk(c)))
        for c in calls
    )


def _assign(target: gast.expr, value: gast.expr, varied: set[str], context: Context) -> None:
    pairs = nodes.paired(target, value)
    if pairs is not None:
        for t, v in pairs:
            _assign(t, v, varied, context)
    elif is_varied(value, varied, context):
        varied |= _bound(target)


def _bound(target: gast.expr) -> set[str]:
    """Names that an assignment to `target` makes vary: what it binds, and the container that it stores into."""
    if isinstance(target, (gast.Tuple, gast.List)):
        return {name for e in target.elts for name in _bound(e)}
    if isinstance(target, gast.Starred):
        return _bound(target.value)
    name = root(target)
    return {name} if name is not None else set()
