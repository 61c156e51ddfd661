"""Closures: the cotangent of a function is an object with those of the variables that it captures.

A function that captures another one has its cotangent as a part: `g_bar.h.a` belongs to the variable `a` of the `h`
that `g` captures. What a function that calls itself, directly or through others, contributes to itself is
added to its own parts, so that the cotangent does not grow with the depth of the recursion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import gast

from s2sad import nodes
from s2sad.analysis.expressions import captured
from s2sad.captures import ITSELF, Path, captures
from s2sad.context import Context
from s2sad.nodes import Expr
from s2sad.runtime import ObjectBar, folded


def own_closures(statements: nodes.Block, context: Context) -> dict[str, tuple[str, ...]]:
    """The active variables that each nested function captures: of the functions that are bound once."""
    found: dict[str, tuple[str, ...]] = {}
    for node in nodes.statements(statements):
        if isinstance(node, gast.FunctionDef):
            found[node.name] = tuple(sorted(captured(node) & context.varied))
        elif isinstance(node, gast.Assign) and isinstance(node.value, gast.Lambda) and nodes.is_name(node.targets[0]):
            found[node.targets[0].id] = tuple(sorted(captured(node.value) & context.varied))
    if not found:
        return {}
    bound = Counter(name for node in nodes.walk_scope(statements) for name in nodes.binds(node))
    return {name: names for name, names in found.items() if bound[name] == 1}


def receivers(name: str, closures: Mapping[str, tuple[str, ...]], within: Path = ()) -> Iterator[Path]:
    """Where in the cotangent of an own closure those of the caller's variables are: `("h", "a")` for `g_bar.h.a`."""
    for variable in closures[name]:
        if variable not in closures:
            yield (*within, variable)
        elif variable != name and variable not in within:
            yield from receivers(variable, closures, (*within, variable))


def cotangent(names: tuple[str, ...], bars: Mapping[str, str], context: Context) -> Expr:
    """The cotangent of the function that is being differentiated, of those of the variables that it captures."""
    known = captures(context.source.function)
    parts: dict[str, Expr] = {}
    own: list[Expr] = []  # of the function as it captures itself
    for name in names:
        variable = known.names.get(name, name)
        if name not in bars or variable is None:
            continue
        bar = nodes.load(bars[name])
        if variable == ITSELF:
            own.append(bar)
        else:
            parts[variable] = nodes.add(parts[variable], bar) if variable in parts else bar
    total: Expr = gast.Call(context.link("ObjectBar", ObjectBar), [], [gast.keyword(n, v) for n, v in parts.items()])
    for bar in own:
        total = nodes.add(total, bar)
    cycles = [nodes.tuple_([nodes.const(n) for n in path]) for path in known.cycles if path[0] in parts]
    return nodes.call(context.link("folded", folded), total, nodes.tuple_(cycles)) if cycles else total
