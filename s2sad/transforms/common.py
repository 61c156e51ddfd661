"""What the cotangents of one operation's operands compute more than once, computed once.

Before:

    a_bar = -rows_outer(solved(transposed(a), x_bar, b), x, a, b)
    b_bar = unbroadcast(solved(transposed(a), x_bar, b), b)

After:

    part = solved(transposed(a), x_bar, b)
    a_bar = -rows_outer(part, x, a, b)
    b_bar = unbroadcast(part, b)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import gast

from s2sad import nodes
from s2sad.nodes import Expr
from s2sad.runtime import as_operand, conjugate
from s2sad.transforms.contributions import Contribution
from s2sad.transforms.sweep import Sweep

_FREE = (as_operand.__name__, conjugate.__name__)  # what they take in most programs
_NOT_ALWAYS = (gast.IfExp, gast.BoolOp, gast.Lambda, *nodes.COMPREHENSIONS)


def share(contributions: list[Contribution], sweep: Sweep) -> list[Contribution]:
    """The contributions, with calls that they hold more than once in statements of their own, the largest ones first."""
    largest = _largest_repeated([value for _, value, _ in contributions])
    if largest is None:
        return contributions
    part = sweep.context.temporary("part", varied=False)
    sweep.emit(nodes.assign(part, largest))
    text = gast.dump(largest)

    def replaced(node: Expr) -> Expr:
        same = isinstance(node, gast.Call) and gast.dump(node) == text
        return nodes.load(part) if same else nodes.copy_with(node, replaced)

    found = [(variable, replaced(value), fresh) for variable, value, fresh in contributions]
    return share([(variable, value, fresh and not nodes.is_name(value)) for variable, value, fresh in found], sweep)


def _largest_repeated(values: list[Expr]) -> Expr | None:
    calls = [call for value in values for call in _calls(value)]
    names = Counter(_name(call) for call in calls)
    by_text: dict[str, list[Expr]] = {}
    for call in calls:
        if names[_name(call)] > 1:
            by_text.setdefault(gast.dump(call), []).append(call)
    repeated = [text for text, same in by_text.items() if len(same) > 1]
    return by_text[max(repeated, key=len)][0] if repeated else None


def _calls(node: gast.AST) -> Iterator[gast.Call]:
    """Those that are made whatever happens, and are worth a name."""
    if isinstance(node, _NOT_ALWAYS):
        return
    if isinstance(node, gast.Call) and _name(node) not in _FREE:
        yield node
    for child in nodes.children(node):
        yield from _calls(child)


def _name(call: gast.Call) -> str:
    """The last name of what is called."""
    function = call.func
    return str(getattr(function, "attr", getattr(function, "id", "")))
