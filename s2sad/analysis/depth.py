"""Where a function is nested deepest: what to show when it is too deep."""

from __future__ import annotations

import gast

from s2sad import nodes

_LEAVING = (gast.Break, gast.Continue, gast.Return)


def deepest(body: nodes.Block) -> gast.AST:
    """The node under most others; what follows a statement that may leave its block counts as standing in it.

    So it is treated: after `if a: break`, the rest of the block is executed only `else`.
    """
    found: tuple[int, gast.AST] = (0, body[0])
    stack = _levels(body, 1)
    while stack:
        node, depth = stack.pop()
        if depth > found[0]:
            found = depth, node
        stack += [(child, depth + 1) for child in nodes.children(node) if isinstance(child, gast.expr)]
        for block in nodes.blocks(node):
            stack += _levels(block, depth + 1)
    return found[1]


def _levels(block: nodes.Block, depth: int) -> list[tuple[gast.AST, int]]:
    found = []
    for stmt in block:
        found.append((stmt, depth))
        depth += any(isinstance(inner, _LEAVING) for inner in nodes.statements([stmt]))
    return found
