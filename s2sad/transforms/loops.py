"""Loops in the forms that the reverse sweep knows.

Before: `for ...: ... break` `else: R`       After: a flag says whether the loop ended by itself; `if completed: R`
Before: `for v in map(f, xs): ...`           After: `for t in xs: v = f(t); ...`
Before: `for (a, b), c in pairs: ...`        After: `for t in pairs: t_1, c = t; a, b = t_1; ...`
Before: `for v in d.values(): ...`           After: `for key, v in d.items(): ...`

Guarantees: the iterable of an active loop is a name, `enumerate`, `zip` or `reversed` of such, or `name.items()`, and
each target that varies is a name. Nothing is iterated that was not iterated before.
"""

from __future__ import annotations

import functools

import gast

from s2sad import nodes
from s2sad.analysis.expressions import is_varied
from s2sad.analysis.regions import jumps
from s2sad.context import Context
from s2sad.nodes import Block, Expr
from s2sad.transforms.blocks import rewrite_blocks

#: What a loop goes through element by element; with a star, as a list.
_LAZY = (enumerate, filter, map, reversed, zip)


def loops(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Normalises the active loops of `function`."""
    function.body = plain_loops(function.body, context)
    return function


def plain_loops(statements: Block, context: Context) -> Block:
    return rewrite_blocks(statements, lambda stmt: _rewrite(stmt, context))


def _rewrite(stmt: gast.stmt, context: Context) -> Block:
    if not isinstance(stmt, (gast.For, gast.While)) or not _is_active(stmt, context):
        return [stmt]
    after = _without_else(stmt, context) if stmt.orelse else ([], [])
    if isinstance(stmt, gast.For) and is_varied(stmt.iter, context.varied, context):
        _iteration(stmt, context)
    for new in [*after[0], *after[1]]:
        nodes.copy_position(new, stmt)
    return [*after[0], stmt, *after[1]]


def _is_active(stmt: gast.For | gast.While, context: Context) -> bool:
    return any(isinstance(node, gast.Name) and node.id in context.varied for node in nodes.walk(stmt))


def _without_else(stmt: gast.For | gast.While, context: Context) -> tuple[Block, Block]:
    orelse, stmt.orelse = stmt.orelse, []
    if not any(jumps(s) for s in stmt.body):
        return [], orelse
    completed = context.temporary("completed", varied=False, kind="bool")
    stmt.body = _mark_breaks(stmt.body, completed)
    return [nodes.assign(completed, nodes.const(True))], [nodes.if_(nodes.load(completed), orelse)]


def _mark_breaks(statements: Block, completed: str) -> Block:
    """`completed = False` ahead of each `break` of this loop."""
    result: Block = []
    for stmt in statements:
        if isinstance(stmt, gast.Break):
            result.append(nodes.assign(completed, nodes.const(False)))
        elif isinstance(stmt, (gast.For, gast.While)):
            stmt.orelse = _mark_breaks(stmt.orelse, completed)
        elif not isinstance(stmt, nodes.SCOPES):
            for name in ("body", "orelse", "finalbody"):
                if getattr(stmt, name, None):
                    setattr(stmt, name, _mark_breaks(getattr(stmt, name), completed))
            for handler in [*getattr(stmt, "handlers", []), *getattr(stmt, "cases", [])]:
                handler.body = _mark_breaks(handler.body, completed)
        result.append(stmt)
    return result


def _iteration(stmt: gast.For, context: Context) -> None:
    """Brings target and iterable of an active `for` into a form with a place for every element."""
    stmt.target, stmt.iter, start = _plain(stmt.target, stmt.iter, context)
    stmt.body = [*start(stmt.body)]


class _Start:
    """What an iteration begins with: statements ahead of its body, or a condition around it."""

    def __init__(self, statements: Block | None = None, test: Expr | None = None) -> None:
        self.parts: list[tuple[Block, Expr | None]] = [(statements or [], test)]

    @property
    def conditional(self) -> bool:
        return any(test is not None for _, test in self.parts)

    def __call__(self, body: Block) -> Block:
        for statements, test in reversed(self.parts):
            body = [*statements, *(body if test is None else [nodes.if_(test, body)])]
        return body

    def then(self, inner: _Start) -> _Start:
        """First this, and within it `inner`."""
        both = _Start()
        both.parts = [*self.parts, *inner.parts]
        return both


def _plain(target: Expr, source: Expr, context: Context) -> tuple[Expr, Expr, _Start]:
    """The plain target and iterable, and what the body starts with."""
    if isinstance(source, gast.Call):
        function = context.resolve(source.func)
        if function in _LAZY and any(isinstance(a, gast.Starred) for a in source.args):
            name, start = _name(target, context)
            return name, gast.Call(context.link("list", list), [source], []), start
        if function is enumerate:
            return _enumerate(target, source, context)
        if function is zip:
            return _zip(target, source, context)
        if function is reversed:
            target, inner, start = _plain(target, source.args[0], context)
            if isinstance(inner, gast.Call) and not (isinstance(inner.func, gast.Attribute) and inner.func.attr == "items"):
                return target, source, start
            return target, gast.Call(source.func, [inner], []), start
        if function is map and len(source.args) == 2:
            item = context.temporary("item")
            made = nodes.assign(target, gast.Call(source.args[0], [nodes.load(item)], []))
            new, inner, start = _plain(nodes.store(item), source.args[1], context)
            return new, inner, start.then(_Start([made]))
        if function is map:
            items = [context.temporary("item") for _ in source.args[1:]]
            made = nodes.assign(target, gast.Call(source.args[0], [nodes.load(i) for i in items], []))
            pair = nodes.tuple_([nodes.store(i) for i in items], gast.Store())
            zipped = gast.Call(context.link("zip", zip), source.args[1:], [])
            new, inner, start = _zip(pair, zipped, context)
            return new, inner, start.then(_Start([made]))
        if function is filter:
            return _filter(target, source, context)
        if isinstance(source.func, gast.Attribute) and not source.args:
            if source.func.attr == "values":
                key = context.temporary("key", varied=False)
                items = gast.Call(gast.Attribute(source.func.value, "items", gast.Load()), [], [])
                value, start = _name(target, context)
                return nodes.tuple_([nodes.store(key), value], gast.Store()), items, start
            if source.func.attr == "items" and isinstance(target, gast.Tuple) and len(target.elts) == 2:
                value, start = _name(target.elts[1], context)
                key, key_start = _name(target.elts[0], context, varied=False)
                return nodes.tuple_([key, value], gast.Store()), source, start.then(key_start)
    if isinstance(source, gast.GeneratorExp) and len(source.generators) == 1 and not source.generators[0].is_async:
        return _generator(target, source, context)
    name, start = _name(target, context)
    return name, source, start


def _name(target: Expr, context: Context, varied: bool = True) -> tuple[Expr, _Start]:
    """A plain name for a target; a tuple is unpacked at the start of the body."""
    if isinstance(target, gast.Name):
        return target, _Start()
    item = context.temporary("item", varied=varied)
    return nodes.store(item), _Start([nodes.assign(target, nodes.load(item))])


def _enumerate(target: Expr, source: gast.Call, context: Context) -> tuple[Expr, Expr, _Start]:
    if isinstance(target, gast.Tuple) and len(target.elts) == 2 and isinstance(target.elts[0], gast.Name):
        value, inner, start = _plain(target.elts[1], source.args[0], context)
        source = gast.Call(source.func, [inner, *source.args[1:]], source.keywords)
        if not start.conditional:
            return nodes.tuple_([target.elts[0], value], gast.Store()), source, start
    name, start = _name(target, context)
    return name, source, start


def _zip(target: Expr, source: gast.Call, context: Context) -> tuple[Expr, Expr, _Start]:
    start = _Start()
    if not (isinstance(target, gast.Tuple) and len(target.elts) == len(source.args)) or any(
        isinstance(e, gast.Starred) for e in target.elts
    ):
        items = [context.temporary("item") for _ in source.args]
        start = _Start([nodes.assign(target, nodes.tuple_([nodes.load(i) for i in items]))])
        target = nodes.tuple_([nodes.store(i) for i in items], gast.Store())
    plain = [_plain(t, s, context) for t, s in zip(target.elts, source.args, strict=True)]
    if any(p[2].conditional for p in plain):
        context.refuse(source, "filter within zip", "filter the values before the loop", syntax=True)
    first = functools.reduce(lambda a, b: a.then(b), [p[2] for p in plain], _Start())
    new = gast.Call(source.func, [p[1] for p in plain], source.keywords)
    return nodes.tuple_([p[0] for p in plain], gast.Store()), new, first.then(start)


def _filter(target: Expr, source: gast.Call, context: Context) -> tuple[Expr, Expr, _Start]:
    predicate, values = source.args
    name, start = _name(target, context)
    assert isinstance(name, gast.Name)
    test: Expr = nodes.load(name.id)
    if not (isinstance(predicate, gast.Constant) and predicate.value is None):
        test = gast.Call(predicate, [test], [])
    new, inner, before = _plain(name, values, context)
    return new, inner, before.then(_Start([], test)).then(start)


def _generator(target: Expr, source: gast.GeneratorExp, context: Context) -> tuple[Expr, Expr, _Start]:
    """`for v in (e for t in xs if c)` is `for t in xs: if c: v = e`."""
    from s2sad.transforms.comprehensions import rename_targets

    source = rename_targets(source, context)
    (generator,) = source.generators
    new, inner, start = _plain(generator.target, generator.iter, context)
    made: Block = [nodes.assign(target, source.elt)]
    if not generator.ifs:
        return new, inner, start.then(_Start(made))
    test = generator.ifs[0] if len(generator.ifs) == 1 else gast.BoolOp(gast.And(), generator.ifs)
    return new, inner, start.then(_Start([], test)).then(_Start(made))
