"""Contributions of one statement, and how they reach the cotangents of its operands."""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.nodes import Expr
from s2sad.runtime import (
    instantiate,
)
from s2sad.transforms.sweep import Bar, Sweep

Contribution = tuple[str, Expr, bool]  # variable, value, fresh?


def finish(sweep: Sweep, target: str, contributions: list[Contribution]) -> None:
    """Adds contributions and ends the cotangent of the target, which may itself be among the operands."""
    bar = sweep.bars[target]
    bare = [v for v, value, _ in contributions if nodes.is_name(value, sweep.bar_name(target))]
    own = [(value, fresh) for v, value, fresh in contributions if v == target]
    for variable, value, fresh in contributions:
        if variable != target:
            aliased = nodes.is_name(value, sweep.bar_name(target))
            sweep.add(variable, value, fresh=fresh or (aliased and bar.owned), zero=bar.zero)
    if len(bare) > 1:
        sweep.share(bare)
    sweep.take(target)
    if own:
        total, fresh = own[0]
        for value, _ in own[1:]:
            total, fresh = nodes.add(total, value), True
        if not nodes.is_name(total, sweep.bar_name(target)):
            sweep.emit(nodes.assign(sweep.bar_name(target), total))
            sweep.bars[target] = Bar(owned=fresh, zero=bar.zero)
        else:
            sweep.bars[target] = Bar(owned=bar.owned and len(bare) == 1, zero=bar.zero)


def definite(target: str, sweep: Sweep) -> None:
    """A rule that is not elementwise needs a cotangent of the right shape, not the universal zero."""
    if sweep.bars[target].zero and not sweep.is_scalar(target):
        primal = sweep.primal(nodes.load(target), after=True)
        value = nodes.call(sweep.helper(instantiate), sweep.bar(target), primal)
        sweep.emit(nodes.assign(sweep.bar_name(target), value))
        sweep.bars[target] = Bar(owned=sweep.bars[target].owned)


def rename_root(place: Expr, name: str) -> None:
    while isinstance(place, (gast.Subscript, gast.Attribute)):
        place = place.value
    assert isinstance(place, gast.Name)
    place.id = name
    place.__dict__.pop("primal", None)
