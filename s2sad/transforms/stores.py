"""Removes bindings of introduced names whose value nothing reads before the name is bound anew.

Before: `out_bar = 0.0; x_bar = 0.0; x_bar = y_bar * w; return x_bar`
After:  `x_bar = y_bar * w; return x_bar`
Guarantees: nothing that could have an effect is removed, and nothing within or before a `try` that may still read it.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.analysis.uses import Uses, uses
from s2sad.context import Context
from s2sad.nodes import Block
from s2sad.transforms.dead import bound_name, is_pure

_Names = set[str]


def stores(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Removes such bindings throughout `function`."""
    _Stores(context, uses(function.body)).block(function.body, set(), [])
    return function


class _Stores:
    """Goes backwards with the names that are still read later. `jumps` are those after, and at the head of, each loop."""

    def __init__(self, context: Context, known: dict[gast.stmt, Uses]) -> None:
        self.context, self.uses = context, known
        self.elsewhere = set().union(*(u.read_inside for u in known.values()))  # nested functions are called at any time

    def block(self, statements: Block, live: _Names, jumps: list[tuple[_Names, _Names]]) -> _Names:
        """Removes from a block, after which `live` are read; returns what is read from its start on."""
        kept: Block = []
        live = set(live)  # changed from here on, statement by statement
        for stmt in reversed(statements):
            if not self._is_unread(stmt, live):
                live = self.before(stmt, live, jumps)
                kept.append(stmt)
        statements[:] = kept[::-1]
        return live

    def _is_unread(self, stmt: gast.stmt, live: _Names) -> bool:
        if isinstance(stmt, gast.FunctionDef):
            return False
        name = bound_name(stmt, self.context)
        return name is not None and name not in live and name not in self.elsewhere and is_pure(stmt)

    def before(self, stmt: gast.stmt, live: _Names, jumps: list[tuple[_Names, _Names]]) -> _Names:
        if isinstance(stmt, gast.If):
            body, orelse = self.block(stmt.body, live, jumps), self.block(stmt.orelse, live, jumps)
            return body | orelse | nodes.loads(stmt.test)
        if isinstance(stmt, (gast.For, gast.While)):
            head = live | self.uses[stmt].reads
            after = self.block(stmt.orelse, live, jumps)
            self.block(stmt.body, head, [*jumps, (live | after, head)])
            return head
        if isinstance(stmt, (gast.Break, gast.Continue)):
            return set(jumps[-1][isinstance(stmt, gast.Continue)])
        if isinstance(stmt, nodes.COMPOUND):
            return live.union(self.uses[stmt].reads, *(jumps[-1] if jumps else ()))
        if isinstance(stmt, gast.Return):
            return set(self.uses[stmt].reads)
        if isinstance(stmt, gast.Assign):
            live -= self.uses[stmt].binds
        live |= self.uses[stmt].reads
        return live
