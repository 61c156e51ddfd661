"""Where the elements of an active `for` loop live in what it iterates."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Expr

Counter = Callable[[], Expr]
Index = Callable[[Counter], Expr]


def elements(stmt: gast.For, context: Context) -> Iterator[tuple[str, str, Index]]:
    """(loop variable, sequence, index of the iteration's element) for each place that the loop reads."""
    yield from _elements(stmt.target, stmt.iter, context, lambda counter: counter())


def _elements(target: Expr, source: Expr, context: Context, index: Index) -> Iterator[tuple[str, str, Index]]:
    if isinstance(source, gast.Name) and isinstance(target, gast.Name):
        yield target.id, source.id, index
    elif isinstance(source, gast.Call):
        function = context.resolve(source.func)
        if function is enumerate and isinstance(target, gast.Tuple):
            yield from _elements(target.elts[1], source.args[0], context, index)
        elif function is zip and isinstance(target, gast.Tuple):
            for inner, argument in zip(target.elts, source.args, strict=True):
                yield from _elements(inner, argument, context, index)
        elif function is reversed:
            yield from _elements(target, source.args[0], context, lambda counter: _from_end(index(counter)))
        elif isinstance(source.func, gast.Attribute) and source.func.attr == "items" and isinstance(target, gast.Tuple):
            key = target.elts[0]
            assert isinstance(key, gast.Name) and isinstance(target.elts[1], gast.Name)
            yield target.elts[1].id, source.func.value.id, lambda counter: nodes.load(key.id)


def _from_end(position: Expr) -> Expr:
    return nodes.binop(nodes.const(-1), gast.Sub(), position)


def sources(stmt: gast.stmt, context: Context) -> set[str]:
    """The active sequences that a `for` loop iterates."""
    if not isinstance(stmt, gast.For):
        return set()
    return {source for _, source, _ in elements(stmt, context)} & context.varied
