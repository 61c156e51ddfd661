"""Temporaries that surely have the shape of a variable: `t = 2.0 * y` has that of y."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import gast

from s2sad import nodes
from s2sad.analysis.kinds import REAL, kind_of
from s2sad.analysis.regions import Block, Node, Simple, definitions, walk
from s2sad.context import Context
from s2sad.transforms import steps


@dataclass(frozen=True)
class Alike:
    """At `node`, the temporary was made; it has the shape of `variable`, and is real where that is."""

    variable: str
    node: Node


def alike(root: Block, step_of: Mapping[gast.stmt, steps.Step], context: Context) -> dict[str, Alike]:
    """For each introduced temporary a variable of the same shape, if one is known."""
    found: dict[str, Alike] = {}
    bound = Counter(name for node in walk(root) for name in definitions(node))
    once = {name for name in context.namer.issued if bound[name] == 1}  # the branches of `a if c else b` bind one name
    for node in walk(root):
        step = step_of.get(node.stmt) if isinstance(node, Simple) else None
        if isinstance(step, steps.Operation) and step.target in once and _keeps_realness(step):
            names = _shaping(step, context)
            if len(names) == 1:
                (name,) = names
                inner = found.get(name)
                keeps = inner is not None and inner.node.block is node.block
                found[step.target] = Alike(inner.variable if inner is not None and keeps else name, node)
    return found


def _shaping(step: steps.Operation, context: Context) -> set[str]:
    """The operands that may be more than a real number; an unknown one counts under a name that is none."""
    assert step.bindings is not None
    found = set()
    for operand in step.bindings.values():
        if kind_of(operand, context.kinds, context) not in REAL:
            found.add(operand.id if isinstance(operand, gast.Name) else "")
    return found if "" not in found else set()


def _keeps_realness(step: steps.Operation) -> bool:
    value = step.stmt.value
    if not isinstance(value, gast.BinOp):
        return False
    whole_power = isinstance(value.op, gast.Pow) and isinstance(nodes.number(value.right), int)
    return whole_power or isinstance(value.op, (gast.Add, gast.Sub, gast.Mult, gast.Div))
