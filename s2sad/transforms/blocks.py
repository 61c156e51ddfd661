"""Rewriting statements wherever they stand."""

from __future__ import annotations

from collections.abc import Callable

import gast

from s2sad import nodes
from s2sad.nodes import Block


def rewrite_blocks(statements: Block, rewrite: Callable[[gast.stmt], Block]) -> Block:
    """Replaces each statement by what `rewrite` makes of it, the statements within compound ones first."""
    result: Block = []
    for stmt in statements:
        if isinstance(stmt, nodes.COMPOUND):
            for name in ("body", "orelse", "finalbody"):
                inner = getattr(stmt, name, None)
                if inner:
                    setattr(stmt, name, rewrite_blocks(inner, rewrite))
            for handler in [*getattr(stmt, "handlers", []), *getattr(stmt, "cases", [])]:
                handler.body = rewrite_blocks(handler.body, rewrite)
        result += rewrite(stmt)
    return result
