"""Calls of a function's own lambdas and nested functions, written out where they are called.

Before: `def h(z): return z * x` and `y = h(2.0)`
After:  `z = 2.0; y = z * x`

What such a function captures, and what it assigns by `nonlocal`, are plain variables then, read when the call is
made. Recursive ones, and those that travel as values, are differentiated as closures instead (`calls`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeAlias

import gast

from s2sad import nodes
from s2sad.analysis.expressions import captured
from s2sad.context import Context
from s2sad.nodes import Block, Expr
from s2sad.template import literal_value
from s2sad.transforms.renaming import renamed
from s2sad.transforms.returns import returns

Local: TypeAlias = Any  # a gast.FunctionDef or gast.Lambda
_LARGEST = 400  # nodes of a body that is written out


def local_functions(function: gast.FunctionDef, context: Context) -> dict[str, Local]:
    """The nested functions and named lambdas that may be written out: bound once, and not recursive."""
    found: dict[str, Local] = {}
    for node in nodes.statements(function.body):
        if isinstance(node, gast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, gast.Assign) and isinstance(node.value, gast.Lambda) and len(node.targets) == 1:
            if isinstance(node.targets[0], gast.Name):
                found[node.targets[0].id] = node.value
    if not found:
        return {}
    bound = Counter(name for node in nodes.walk_scope(function.body) for name in nodes.binds(node))
    bound.update(nodes.all_parameters(function.args))
    return {
        name: node for name, node in found.items() if bound[name] == 1 and _is_plain(node) and not _recursive(name, found)
    }


def _recursive(name: str, functions: dict[str, Local]) -> bool:
    """Does a function reach itself through others of the same scope?"""
    seen: set[str] = set()
    todo = [name]
    while todo:
        for inner in captured(functions[todo.pop()]) & functions.keys():
            if inner == name:
                return True
            if inner not in seen:
                seen.add(inner)
                todo.append(inner)
    return False


def _is_plain(node: Local) -> bool:
    args = node.args
    if args.vararg or args.kwarg or getattr(node, "decorator_list", []):
        return False
    defaults = [d for d in [*args.defaults, *args.kw_defaults] if d is not None]
    if not all(literal_value(d)[0] and not isinstance(d, gast.List) for d in defaults):
        return False
    body = node.body if isinstance(node.body, list) else [node.body]
    inside = list(nodes.walk(body))
    own = set(nodes.all_parameters(args)) | nodes.stores(body)
    if any(captured(n) & own for n in inside if isinstance(n, (gast.FunctionDef, gast.Lambda))):
        return False  # each call makes a closure over variables of its own
    forbidden = (gast.Yield, gast.YieldFrom, gast.Await, gast.Global, gast.ClassDef, gast.Import, gast.ImportFrom)
    return len(inside) <= _LARGEST and not any(isinstance(n, forbidden) for n in inside)


def expand(node: Local, call: gast.Call, context: Context) -> tuple[Block, Expr] | None:
    """The statements of a call, and what it returns; None if the call does not fit."""
    arguments = _bind(node.args, call)
    if arguments is None:
        return None
    body = node.body if isinstance(node.body, list) else [gast.Return(node.body)]
    declared = nodes.declared(body, gast.Nonlocal)
    own = [*arguments, *sorted(nodes.stores(body) - declared - set(arguments))]
    names = {name: context.temporary(name, varied=False) for name in own}
    fresh = [renamed(s, names) for s in body if not isinstance(s, gast.Nonlocal)]
    statements: Block = [nodes.assign(names[name], value) for name, value in arguments.items()]
    if nodes.is_docstring(fresh[0]) and len(fresh) > 1:
        fresh = fresh[1:]
    whole = returns(gast.FunctionDef("local", nodes.arguments([]), fresh, [], None, None, []), context)
    last = whole.body[-1]
    if isinstance(last, gast.Return):
        value = last.value if last.value is not None else nodes.const(None)
        return [*statements, *whole.body[:-1]], value
    return [*statements, *whole.body], nodes.const(None)


def _bind(args: gast.arguments, call: gast.Call) -> dict[str, Expr] | None:
    positional = [*args.posonlyargs, *args.args]
    if len(call.args) > len(positional) or any(isinstance(a, gast.Starred) for a in call.args):
        return None
    found: dict[str, Expr] = {p.id: a for p, a in zip(positional, call.args, strict=False)}
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in found:
            return None
        found[keyword.arg] = keyword.value
    defaults = dict(zip([p.id for p in positional][len(positional) - len(args.defaults) :], args.defaults, strict=True))
    defaults |= {p.id: d for p, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}
    parameters = [p.id for p in [*positional, *args.kwonlyargs]]
    if set(found) - set(parameters):
        return None
    for name in parameters:
        if name not in found:
            if name not in defaults:
                return None
            found[name] = nodes.clone(defaults[name])
    return found
