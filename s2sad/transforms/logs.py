"""Refuses to read back what a function appends to a list from outside of it.

A log may be written: `LOG.append(loss)` changes nothing that a derivative flows through. But what is read from it
again, here or in a function that is called, would count as constant.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from typing import Any

import gast

from s2sad import nodes
from s2sad.adjoints import registry
from s2sad.analysis.activity import varied_names
from s2sad.analysis.expressions import IN_PLACE, is_varied, lasting, root
from s2sad.context import UNKNOWN, Context
from s2sad.errors import S2SADError
from s2sad.naming import Namer
from s2sad.source import read


def refuse_reading_back(contexts: Sequence[Context]) -> None:
    """Notes where functions that are transformed together read what one of them has logged."""
    known = [context.source.function for context in contexts]
    logs = [log for context in contexts if not context.trusted for log in _logs(context, known)]
    for context in contexts:
        for log in logs:
            for node in _reads(log, context, []):
                context.refuse(
                    node,
                    "a container from outside is read, to which values that a derivative flows through are appended",
                    "return the values instead, or append s2sad.stop_gradient(value)",
                )


def _logs(context: Context, seen: list[Any]) -> Iterator[Any]:
    """The containers from outside to which a function, or one that it calls, appends what may be active."""
    body = context.source.tree.body
    calls = [node for node in nodes.walk(body) if isinstance(node, gast.Call) and _may_append(node, context)]
    if not calls:
        return
    nested = {id(n) for scope in nodes.walk(body) if isinstance(scope, nodes.SCOPES) for n in nodes.walk(scope)}
    for node in calls:
        given = [*node.args, *(k.value for k in node.keywords)]
        if not any(is_varied(a, context.varied, context) or (id(node) in nested and nodes.loads(a)) for a in given):
            continue
        if _changes(node):
            owner = context.resolve(node.func.value)
            if not isinstance(owner, types.ModuleType):  # np.add
                yield owner
        elif (inner := _context_of(context.resolve(node.func), seen)) is not None:
            inner.varied = varied_names(inner.source.tree, inner)
            yield from _logs(inner, seen)


def _may_append(node: gast.Call, context: Context) -> bool:
    called = context.resolve(node.func)
    return called is not UNKNOWN and (_changes(node) or isinstance(called, types.FunctionType))


def _changes(node: gast.Call) -> bool:
    return isinstance(node.func, gast.Attribute) and node.func.attr in IN_PLACE


def _reads(log: Any, context: Context, seen: list[Any]) -> Iterator[gast.AST]:
    """Expressions whose values depend on what `log` holds."""
    for value in (v for node in nodes.walk(context.source.tree.body) for v in lasting(node)):
        for part in nodes.walk(value):
            if isinstance(part, (gast.Name, gast.Attribute)) and context.resolve(part) is log:
                name = root(part)
                if name is not None and is_varied(value, {name}, context):
                    yield part
            elif isinstance(part, gast.Call) and (inner := _context_of(context.resolve(part.func), seen)) is not None:
                if any(True for _ in _reads(log, inner, seen)):
                    yield part


def _context_of(function: Any, seen: list[Any]) -> Context | None:
    """A function of Python that is called, with all of its parameters active; None if it has no text, or was `seen`."""
    if not isinstance(function, types.FunctionType) or function in seen or registry.lookup(function) is not None:
        return None
    seen.append(function)
    try:
        source = read(function)
    except S2SADError:
        return None
    parameters = nodes.all_parameters(source.tree.args)
    context = Context(source, tuple(parameters), Namer(()))
    context.locals = nodes.stores(source.tree.body) | set(parameters)
    return context
