"""What the cotangents of several operands of one operation are all made of, computed once.

Before:

    a_bar = -rows_outer(solved(transposed(a), x_bar, b), x, a, b)
    b_bar = unbroadcast(solved(transposed(a), x_bar, b), b)

After:

    part = solved(transposed(a), x_bar, b)
    a_bar = -rows_outer(part, x, a, b)
    b_bar = unbroadcast(part, b)
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.nodes import Expr
from s2sad.transforms.contributions import Contribution
from s2sad.transforms.sweep import Sweep


def share(contributions: list[Contribution], bar: str, sweep: Sweep) -> list[Contribution]:
    """The contributions, with the largest call of the cotangent `bar` that several of them hold in a statement of its own."""
    calls = [{gast.dump(n): n for n in nodes.walk(value) if _is_call_of(bar, n)} for _, value, _ in contributions]
    common = [key for i, found in enumerate(calls) for key in found if any(key in later for later in calls[i + 1 :])]
    if not common:
        return contributions
    largest = max(common, key=len)
    part = sweep.context.temporary("part", varied=False)
    sweep.emit(nodes.assign(part, next(c[largest] for c in calls if largest in c)))

    def replaced(node: Expr) -> Expr:
        same = _is_call_of(bar, node) and gast.dump(node) == largest
        return nodes.load(part) if same else nodes.copy_with(node, replaced)

    found = [(variable, replaced(value), fresh) for variable, value, fresh in contributions]
    return [(variable, value, fresh and not nodes.is_name(value)) for variable, value, fresh in found]


def _is_call_of(bar: str, node: gast.AST) -> bool:
    return isinstance(node, gast.Call) and bar in nodes.loads(node)
