"""Saves the values of the primal that the reverse sweep reads and that the forward sweep overwrites.

Guarantees: wherever the reverse sweep reads a name of the primal, the name holds the value that it had there.
A value made in a loop is appended to a list of its own, once per iteration, and popped in the reversed iteration;
elsewhere it is kept under another name. What still stands in its own name is not saved, nor is what a cheap
operation gives again from values that are there anyway.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import gast

from s2sad import nodes
from s2sad.analysis.regions import Attempt, Block, Node, loop_jumps
from s2sad.analysis.versions import Overwrites, Query, Version, common_block, versions
from s2sad.context import Context
from s2sad.nodes import Expr
from s2sad.runtime import outline, snapshot
from s2sad.transforms.edits import Edits
from s2sad.transforms.sweep import PrimalRead


@dataclass(eq=False)
class Recipe:
    """How to compute a temporary again, from operands that the reverse sweep has: cheaper than recording it."""

    node: Node
    value: Expr


@dataclass(eq=False)
class Decision:
    """A branch of the reverse sweep whose test is yet to be chosen: the condition again, or what was recorded."""

    node: Node
    test: Expr
    branch: gast.If


@dataclass(eq=False)
class Primal:
    """What is known of the forward sweep when values are saved.

    `mutated` are the variables whose objects change in place; `rebinds` says of a loop whether the reverse sweep
    binds its loop variable itself.
    """

    root: Block
    parameters: Iterable[str]
    overwrites: Overwrites
    mutated: set[str]
    recipes: Mapping[str, Recipe]
    rebinds: Callable[[Node], bool]


Groups = dict[object, list[PrimalRead]]


def saves(
    primal: Primal, reads: list[PrimalRead], decisions: list[Decision], edits: Edits, context: Context
) -> dict[Node, nodes.Block]:
    """Adds saves to `edits` and returns what restores saved values ahead of the reverse of a node."""
    found = versions(primal.root, primal.parameters, _queries(primal, reads, decisions))
    groups: Groups = defaultdict(list)
    for read in reads:
        key = _saved_as(primal, found, read)
        if key is not None:
            groups[key].append(read)
    again = [_recomputed(primal, found, groups, group, context) for group in list(groups.values())]
    for decision in decisions:
        _decide(primal, found, groups, decision, edits)
    saver = _Saver(edits, context, primal.mutated)
    for key, group in groups.items():
        if group:
            saver.save(key.loop if isinstance(key, Version) else group[0].node.loop, group)
    saver.restore()
    for node, stmt in (a for a in again if a is not None):
        saver.restores[node].append(stmt)
    return saver.restores


def _queries(primal: Primal, reads: list[PrimalRead], decisions: list[Decision]) -> list[Query]:
    queries = [(r.node, r.name.id, r.after) for r in reads]
    for read in reads:
        recipe = primal.recipes.get(read.name.id)
        if recipe is not None:
            queries += [(read.node, name, False) for name in sorted(nodes.loads(recipe.value))]
    for decision in decisions:
        queries += [(decision.node, name, False) for name in sorted(nodes.loads(decision.test))]
    return queries


def _saved_as(primal: Primal, found: Mapping[Query, Version], read: PrimalRead) -> object | None:
    """What the reads of one saved value have in common; None if the value is still at hand."""
    variable = read.name.id
    each = (read.node, variable, read.after)
    overwritten = primal.overwrites.after(variable, read.node, after=read.after)
    if isinstance(read.node.loop, Attempt):
        return each if overwritten or variable in primal.mutated else None
    version = found[each]
    if variable in primal.mutated and not read.in_step:
        return each
    if not overwritten or _rebound(primal, version):
        return None
    return version if version.certain else each


def _rebound(primal: Primal, version: Version) -> bool:
    """Is this the variable of a loop that counts backwards in the reverse sweep, and nothing else's name in it?"""
    loop = version.loop
    if not version.target or loop is None or not primal.rebinds(loop):
        return False
    return not any(s is not loop and _within(s, loop) for s in primal.overwrites.sites[version.variable])


def _recomputed(
    primal: Primal, found: Mapping[Query, Version], groups: Groups, group: list[PrimalRead], context: Context
) -> tuple[Node, gast.stmt] | None:
    """Computes a temporary again where all that it needs is at hand anyway."""
    if not group:
        return None
    variable, node = group[0].name.id, group[0].node
    recipe = primal.recipes.get(variable)
    if recipe is None or isinstance(node.loop, Attempt) or any(r.node is not node or r.after for r in group):
        return None
    value = nodes.clone(recipe.value)
    operands = _operands(value, node, context)
    if not primal.overwrites.stable({r.name.id for r in operands}, recipe.node, node):
        return None
    if any((node, r.name.id, True) in found for r in operands):  # the name is to hold the result there
        return None
    if not _at_hand(primal, found, groups, operands):
        return None
    name = context.temporary(variable, varied=False)
    for read in group:
        read.name.id = name
    group.clear()
    stmt = nodes.assign(name, value)
    stmt.reverse = True
    return node, stmt


def _decide(primal: Primal, found: Mapping[Query, Version], groups: Groups, decision: Decision, edits: Edits) -> None:
    test = nodes.clone(decision.test)
    operands = _operands(test, decision.node, edits.context)
    if decision.node.loop is not None and _at_hand(primal, found, groups, operands):
        decision.branch.test = test
    else:
        decision.branch.test = edits.keep_test(decision.node)


def _operands(value: Expr, node: Node, context: Context) -> list[PrimalRead]:
    names = [n for n in nodes.walk(value) if isinstance(n, gast.Name) and n.id in context.locals]
    return [PrimalRead(n, node, False) for n in names]


def _at_hand(primal: Primal, found: Mapping[Query, Version], groups: Groups, reads: list[PrimalRead]) -> bool:
    """Are these values kept or saved for others? If so, they are read by these too."""
    if any((r.node, r.name.id, False) not in found for r in reads):
        return False
    keys = [_saved_as(primal, found, r) for r in reads]
    if any(key is not None and not groups.get(key) for key in keys):
        return False
    for key, read in zip(keys, reads, strict=True):
        if key is not None:
            groups[key].append(read)
    return True


class _Saver:
    def __init__(self, edits: Edits, context: Context, mutated: set[str]) -> None:
        self.edits, self.context, self.mutated = edits, context, mutated
        self.restores: dict[Node, nodes.Block] = defaultdict(list)
        self.restored: dict[str, list[tuple[Node, str, list[PrimalRead]]]] = defaultdict(list)

    def restore(self) -> None:
        """Restores each value under the variable's own name, unless a later value of it is restored within."""
        for variable, saved in self.restored.items():
            orders = sorted(node.order for node, _, _ in saved)
            seen: set[Node] = set()
            for node, stash, group in saved:
                within = bisect_right(orders, node.last) - bisect_right(orders, node.order)
                name = self.edits.local(variable) if within or node in seen else variable
                seen.add(node)
                for read in group:
                    read.name.id = name
                self.restores[node].append(nodes.assign(name, nodes.method(nodes.load(stash), "pop")))

    def save(self, loop: Node | None, group: list[PrimalRead]) -> None:
        variable = group[0].name.id
        if isinstance(loop, Attempt):
            self.attempted(group)
            return
        members = common_block([r.node for r in group], loop)
        name = self.edits.stash(variable) if loop is not None else self.edits.local(variable)
        for place in self._placed(members[0], group):
            value = self._value(variable, variable, group)
            if loop is None:
                place.append(nodes.assign(name, value))
            else:
                place.append(nodes.statement(nodes.method(nodes.load(name), "append", value)))
        if loop is not None:
            self.restored[variable].append((members[-1], name, group))
            return
        for read in group:
            read.name.id = name

    def attempted(self, group: list[PrimalRead]) -> None:
        """A value that a statement needs is recorded once the statement is completed."""
        node, variable, after = group[0].node, group[0].name.id, group[0].after
        stash = self.edits.stash(variable)
        held = variable
        in_header = isinstance(node.stmt, gast.For)
        if not after and not in_header and variable in nodes.stores(node.stmt):
            held = self.edits.local(variable)
            self.edits.before[node.stmt].append(nodes.assign(held, nodes.load(variable)))
        value = self._value(variable, held, group)
        push = nodes.statement(nodes.method(nodes.load(stash), "append", value))
        (self.edits.top if in_header else self.edits.after)[node.stmt].insert(0, push)
        self.restored[variable].append((node, stash, group))

    def _value(self, variable: str, held: str, group: list[PrimalRead]) -> Expr:
        """What to save of a value: no more than its outline if nothing else is read, a copy if it may change."""
        value = nodes.load(held)
        if variable in self.mutated and not all(r.in_step for r in group):
            return nodes.call(self.context.link("snapshot", snapshot), value)
        return nodes.call(self.context.link("outline", outline), value) if all(r.outline for r in group) else value

    def _placed(self, first: Node, group: list[PrimalRead]) -> list[nodes.Block]:
        """Before the first node that reads the value, or, if it is read only there after the fact, where that ends:
        after it, and at each jump that leaves it.
        """
        here = [r for r in group if r.node is first]
        later_only = bool(here) and all(r.after for r in here) and not any(_within(r.node, first) for r in group)
        if not later_only:
            return [self.edits.before[first.stmt]]
        jumps = [] if isinstance(first.stmt, (gast.Break, gast.Continue)) else loop_jumps([first.stmt])
        return [*(self.edits.before[jump] for jump in jumps), self.edits.after[first.stmt]]


def _within(node: Node, outer: Node) -> bool:
    return node is not outer and outer.order < node.order <= outer.last
