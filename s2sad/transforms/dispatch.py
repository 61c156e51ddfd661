"""One of many blocks, chosen by number."""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.nodes import Block

_CHAIN = 16  # comparisons in a row that a person still reads as one choice


def dispatch(name: str, cases: list[tuple[int, Block]]) -> Block:
    """Runs the block whose number is the value of `name`; the numbers grow.

    Before: `[(0, a), (1, b), (2, c)]`
    After:  `if step == 0: a` `elif step == 1: b` `elif step == 2: c`

    Many are halved until few are left, so neither time nor depth grows with their number.
    """
    if len(cases) > _CHAIN:
        half = len(cases) // 2
        below = gast.Compare(nodes.load(name), [gast.Lt()], [nodes.const(cases[half][0])])
        return [nodes.if_(below, dispatch(name, cases[:half]), dispatch(name, cases[half:]))]
    chain: Block = []
    for number, block in reversed(cases):
        chain = [nodes.if_(gast.Compare(nodes.load(name), [gast.Eq()], [nodes.const(number)]), block, chain)]
    return chain
