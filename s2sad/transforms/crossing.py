"""Names that the reverse sweep takes over from the forward sweep, in the split form."""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.nodes import Block


def crossing(reverse: Block, defined: set[str], own: set[str]) -> list[str]:
    """Names that may be read before they are bound in `reverse`, out of `defined`, in order of first use."""
    exposed: dict[str, None] = {}
    _exposed(reverse, set(own), exposed)
    return [name for name in exposed if name in defined]


def _exposed(block: Block, bound: set[str], exposed: dict[str, None]) -> set[str]:
    """Adds names read while not certainly bound; returns what is certainly bound after the block."""
    for stmt in block:
        if isinstance(stmt, gast.If):
            _reads(stmt.test, bound, exposed)
            one = _exposed(stmt.body, set(bound), exposed)
            other = _exposed(stmt.orelse, set(bound), exposed)
            bound = one & other
        elif isinstance(stmt, gast.For):
            _reads(stmt.iter, bound, exposed)
            _exposed(stmt.body, bound | nodes.stores(stmt.target), exposed)
        else:
            _reads(stmt, bound, exposed)
            if isinstance(stmt, gast.AugAssign) and isinstance(stmt.target, gast.Name):
                _note(stmt.target.id, bound, exposed)
            bound = bound | nodes.stores(stmt)
    return bound


def _reads(node: gast.AST, bound: set[str], exposed: dict[str, None]) -> None:
    for n in nodes.walk(node):
        if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load):
            _note(n.id, bound, exposed)


def _note(name: str, bound: set[str], exposed: dict[str, None]) -> None:
    if name not in bound:
        exposed.setdefault(name)


def undefined_at_end(forward: Block, parameters: list[str], names: list[str]) -> list[str]:
    """Those of `names` that the forward sweep may leave unbound, such as what only one branch binds."""
    certain = _certain(forward, set(parameters))
    return [n for n in names if n not in certain]


def _certain(block: Block, bound: set[str]) -> set[str]:
    for stmt in block:
        if isinstance(stmt, gast.If):
            bound = _certain(stmt.body, set(bound)) & _certain(stmt.orelse, set(bound))
        elif isinstance(stmt, gast.With):
            bound = bound | nodes.stores([i for i in stmt.items])  # an exception in its body may be suppressed
        elif not isinstance(stmt, (gast.For, gast.While, gast.Try, gast.Match)):
            bound = bound | nodes.stores(stmt)
    return bound
