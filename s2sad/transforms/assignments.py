"""Assignments in their plain form: one target, no hidden operation.

Before: `a = b = x`; `a, b = b, a`; `(a, (b, c)) = t`; `y += x`; `y: float = x`
After:  `a = x; b = a`; `t = b; b = a; a = t`; `a, t = ...; b, c = t`; `y = y + x`; `y = x`

An augmented assignment is rewritten only where it binds anew; for a value that it would change in place, such as
an array, the emitted code refuses when it runs.
"""

from __future__ import annotations

import functools

import gast

from s2sad import nodes
from s2sad.analysis.expressions import is_simple, is_varied, root
from s2sad.analysis.kinds import REAL
from s2sad.context import Context
from s2sad.nodes import Block
from s2sad.runtime import require_rebinding
from s2sad.transforms.blocks import rewrite_blocks
from s2sad.transforms.loops import plain_loops

_IMMUTABLE = REAL | {"complex", "str", "tuple", "none"}


def assignments(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Puts the active assignments of `function` in plain form."""
    function.body = plain(function.body, context)
    return function


def plain(statements: Block, context: Context) -> Block:
    return rewrite_blocks(statements, lambda stmt: _rewrite(stmt, context))


def _rewrite(stmt: gast.stmt, context: Context) -> Block:
    if isinstance(stmt, gast.Assign) and _is_active(stmt.targets, stmt.value, context):
        found = _assign(stmt.targets, stmt.value, context)
    elif isinstance(stmt, gast.AnnAssign) and stmt.value is not None:
        found = _assign([stmt.target], stmt.value, context) if _is_active([stmt.target], stmt.value, context) else [stmt]
    elif isinstance(stmt, gast.AugAssign) and _is_active([stmt.target], stmt.value, context):
        found = _augmented(stmt, context)
    elif isinstance(stmt, gast.Expr) and _extends(stmt.value, context):
        found = _extended(stmt.value.func.value, stmt.value.args[0], context)
    elif isinstance(stmt, gast.FunctionDef) and stmt.name in context.varied and _is_decorated(stmt, context):
        found = _decorated(stmt)
    else:
        return [stmt]
    return [nodes.copy_position(s, stmt) if not hasattr(s, "lineno") else s for s in found]


def _is_decorated(stmt: gast.FunctionDef, context: Context) -> bool:
    """Has a function decorators, other than `functools.wraps`, which give something else in its place?"""
    makers = [d.func if isinstance(d, gast.Call) else d for d in stmt.decorator_list]
    return any(context.resolve(m) is not functools.wraps for m in makers)


def _decorated(stmt: gast.FunctionDef) -> Block:
    """`@twice def g(): ...` is `def g(): ...` and `g = twice(g)`."""
    decorators, stmt.decorator_list = stmt.decorator_list, []
    around = [nodes.assign(stmt.name, gast.Call(d, [nodes.load(stmt.name)], [])) for d in reversed(decorators)]
    return [stmt, *around]


def _extends(value: gast.expr, context: Context) -> bool:
    """Is this `ys.extend(...)`, with something that varies?"""
    if not (isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute) and value.func.attr == "extend"):
        return False
    return len(value.args) == 1 and root(value.func.value) in context.varied


def _extended(owner: gast.expr, values: gast.expr, context: Context) -> Block:
    """`ys.extend(zs)` appends one by one."""
    item = context.temporary("item")
    append = nodes.statement(nodes.method(nodes.clone(owner), "append", nodes.load(item)))
    return plain_loops([gast.For(nodes.store(item), values, [append], [], None)], context)


def _is_active(targets: list[gast.expr], value: gast.expr, context: Context) -> bool:
    names = {name for t in targets for name in nodes.stores(t)} | {root(e) for t in targets for e in nodes.leaves(t)}
    return bool(names & context.varied) or is_varied(value, context.varied, context)


def _assign(targets: list[gast.expr], value: gast.expr, context: Context) -> Block:
    if len(targets) > 1:
        return _chained(targets, value, context)
    (target,) = targets
    if not isinstance(target, (gast.Tuple, gast.List)):
        return [nodes.assign(target, value)]
    pairs = nodes.paired(target, value)
    return _nested(target, value, context) if pairs is None else _parallel(target.elts, value.elts, context)


def _chained(targets: list[gast.expr], value: gast.expr, context: Context) -> Block:
    first = targets[0]
    if isinstance(first, gast.Name):
        result: Block = [nodes.assign(first, value)]
        shared = first.id
    else:
        shared = context.temporary("t")
        result = [nodes.assign(shared, value), *_assign([first], nodes.load(shared), context)]
    for target in targets[1:]:
        result += _assign([target], nodes.load(shared), context)
    return result


def _parallel(targets: list[gast.expr], values: list[gast.expr], context: Context) -> Block:
    """`a, b = b, a + b`: all right sides are read before anything is bound.

    A value is held in a temporary where binding its target at once would change what is evaluated later.
    """
    result: Block = []
    held: list[tuple[gast.expr, gast.expr]] = []
    for i, (target, value) in enumerate(zip(targets, values, strict=True)):
        later = [*values[i + 1 :], *targets]
        if isinstance(target, gast.Name) and not held and not any(target.id in nodes.loads(n) for n in later):
            result += _assign([target], value, context)
        elif i == len(values) - 1 and isinstance(target, gast.Name) and len(held) <= 1 and all(
            isinstance(t, gast.Name) for t, _ in held
        ):  # fmt: skip
            result += _assign([target], value, context)  # the last one may be bound at once
        else:
            name = context.temporary("t", varied=is_varied(value, context.varied, context))
            result.append(nodes.assign(name, value))
            held.append((target, nodes.load(name)))
    for target, value in held:
        result += _assign([target], value, context)
    return result


def _nested(target: gast.Tuple, value: gast.expr, context: Context) -> Block:
    flat: list[gast.expr] = []
    inner: list[tuple[gast.expr, gast.expr]] = []
    for element in target.elts:
        star = isinstance(element, gast.Starred)
        place = element.value if star else element
        if not isinstance(place, gast.Name):
            name = context.temporary("t")
            inner.append((place, nodes.load(name)))
            place = nodes.store(name)
        flat.append(gast.Starred(place, gast.Store()) if star else place)
    result: Block = [nodes.assign(nodes.tuple_(flat, gast.Store()), value)]
    for place, held in inner:
        result += _assign([place], held, context)
    return result


def _augmented(stmt: gast.AugAssign, context: Context) -> Block:
    target = stmt.target
    if context.trusted and not isinstance(target, gast.Name) and isinstance(stmt.op, gast.Add):
        return [stmt]  # adds to a part of a cotangent, which nobody else sees
    result: Block = []
    if isinstance(target, gast.Subscript) and not _is_steady(target.slice, stmt.value, context):
        index = context.temporary("t", varied=False)  # evaluated once, before the value
        result.append(nodes.assign(index, target.slice))
        target = nodes.subscript(target.value, nodes.load(index), ctx=gast.Store())
    reading = nodes.clone(target)
    reading.ctx = gast.Load()
    if isinstance(target, gast.Name) and isinstance(stmt.op, gast.Add) and context.kinds.get(target.id) == "list":
        return _extended(reading, stmt.value, context)
    known = isinstance(target, gast.Name) and context.kinds.get(target.id) in _IMMUTABLE
    if not known and not context.trusted:
        guard = nodes.call(context.link("require_rebinding", require_rebinding), nodes.clone(reading))
        result.append(nodes.statement(guard))
    result.append(nodes.assign(target, gast.BinOp(reading, stmt.op, stmt.value)))
    return result


def _is_steady(index: gast.expr, value: gast.expr, context: Context) -> bool:
    """Is an index the same before and after `value` is evaluated, and without effects of its own?"""
    if not is_simple(index):
        return False
    rebound = {n.target.id for n in nodes.walk(value) if isinstance(n, gast.NamedExpr)}
    if any(isinstance(n, gast.Call) for n in nodes.walk(value)):
        rebound |= {n for s in nodes.walk(context.source.tree.body) if isinstance(s, gast.Nonlocal) for n in s.names}
    return not rebound & nodes.loads(index)
