"""Which names each statement reads and binds, gathered in one walk for those who ask it of every statement.

Produces: statement -> `Uses`, for all statements of a scope. A compound statement's are those of all that it holds.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

import gast

from s2sad import nodes
from s2sad.nodes import Block

_LEAVES = (*nodes.SCOPES, *nodes.COMPREHENSIONS)


@dataclass(eq=False, slots=True)
class Uses:
    """What nested functions read and bind, whenever they are called, is in `read_inside` and `bound_inside`."""

    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    read_inside: set[str] = field(default_factory=set)
    bound_inside: set[str] = field(default_factory=set)

    def add(self, other: Uses) -> None:
        self.reads |= other.reads
        self.binds |= other.binds
        self.read_inside |= other.read_inside
        self.bound_inside |= other.bound_inside


def uses(block: Block) -> dict[gast.stmt, Uses]:
    """The uses of names by every statement of a scope, those within compound statements included."""
    found: dict[gast.stmt, Uses] = {}
    for stmt in block:
        _statement(stmt, found)
    return found


def _statement(stmt: gast.stmt, found: dict[gast.stmt, Uses]) -> Uses:
    own = found[stmt] = Uses()
    if not isinstance(stmt, nodes.COMPOUND):
        _gather([stmt], own)
        return own
    blocks = nodes.blocks(stmt)
    within = {s for block in blocks for s in block}
    _gather([part for part in nodes.children(stmt) if part not in within], own, within)
    for inner in within:
        own.add(_statement(inner, found))
    return own


def _gather(parts: Iterable[gast.AST], own: Uses, without: Container[gast.AST] = ()) -> None:
    stack = list(parts)
    while stack:
        node = stack.pop()
        if isinstance(node, gast.Name):
            if not isinstance(node.ctx, gast.Load):
                own.binds.add(node.id)
            if not isinstance(node.ctx, gast.Store):
                own.reads.add(node.id)
            continue
        if isinstance(node, _LEAVES):
            read = nodes.loads(node)
            own.reads |= read
            own.binds |= nodes.stores(node)
            if isinstance(node, nodes.SCOPES):
                own.read_inside |= read
                own.bound_inside.update(name for n in nodes.walk(node) if isinstance(n, gast.Nonlocal) for name in n.names)
            continue
        if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            own.reads.add(node.target.id)
        elif isinstance(node, (gast.stmt, gast.pattern)):
            own.binds |= nodes.binds(node)
        below = nodes.children(node)
        stack += [child for child in below if child not in without] if without else below
