"""Branches nested deeper than Python can read are laid out one after the other.

A block of which every few statements may leave the loop, or return, is reversed by branches within branches. Python
takes a hundred levels of indentation; where a function needs more, the branches note how far they came:

Before: `if a: P` `  if b: X` `  else: Y` `  Q` `else: Z`
After:  `level = 0` `if a: P; level = 1` `else: Z` `if level == 1:` `  if b: X` `  else: Y` `if level >= 1: Q`

Guarantees: the same statements are executed, in the same order.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Block

_DEEPEST = 90  # levels of indentation; Python's tokenizer takes 100
_READABLE = 20  # levels that are left as they are


def unnest(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Lays out the branches of `function` that are nested too deeply."""
    function.body = _Unnester(context).block(function.body, 1)
    return function


class _Unnester:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.heights: dict[gast.stmt, int] = {}

    def height(self, stmt: gast.stmt) -> int:
        """How many levels of indentation there are within a statement."""
        if not isinstance(stmt, nodes.COMPOUND):
            return 0
        if stmt not in self.heights:
            self.heights[stmt] = max((self._within(stmt, block) for block in nodes.blocks(stmt)), default=0)
        return self.heights[stmt]

    def _within(self, stmt: gast.stmt, block: Block) -> int:
        deepest = max(map(self.height, block), default=0)
        is_elif = isinstance(stmt, gast.If) and block is stmt.orelse and len(block) == 1 and isinstance(block[0], gast.If)
        return deepest if is_elif else deepest + 1

    def block(self, statements: Block, depth: int) -> Block:
        result: Block = []
        for stmt in statements:
            if depth + self.height(stmt) <= _DEEPEST:
                result.append(stmt)
            elif isinstance(stmt, gast.If):
                result += self._flat(stmt, depth)
            else:
                for inner in nodes.blocks(stmt):
                    inner[:] = self.block(inner, depth + 1)
                result.append(stmt)
        return result

    def _flat(self, outermost: gast.If, depth: int) -> Block:
        name = self.context.temporary("level", varied=False)
        result: Block = [nodes.assign(name, nodes.const(0))]
        after: list[Block] = []
        branch: gast.If | None = outermost
        while branch is not None:
            level, around = len(after), max((branch.body, branch.orelse), key=self._tallest)
            inner = max(around, key=self.height)
            if isinstance(inner, gast.If) and self.height(inner) > _READABLE:
                position = around.index(inner)
                after.append(self.block(around[position + 1 :], depth + 1))
                around[position:] = [nodes.assign(name, nodes.const(level + 1))]
            else:
                inner = None
            branch.body, branch.orelse = self.block(branch.body, depth + 2), self.block(branch.orelse, depth + 2)
            result.append(branch if level == 0 else nodes.if_(_compare(name, gast.Eq(), level), [branch]))
            branch = inner
        for level, rest in reversed(list(enumerate(after, 1))):
            if rest:
                result.append(nodes.if_(_compare(name, gast.GtE(), level), rest))
        return result

    def _tallest(self, block: Block) -> int:
        return max(map(self.height, block), default=-1)


def _compare(name: str, op: gast.cmpop, level: int) -> gast.Compare:
    return gast.Compare(nodes.load(name), [op], [nodes.const(level)])
