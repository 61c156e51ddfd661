"""Saves the values of the primal that the reverse sweep reads and that the forward sweep overwrites.

Guarantees: wherever the reverse sweep reads a name of the primal, the name holds the value that it had there.
A value made in a loop is appended to a list of its own, once per iteration, and popped in the reversed iteration;
elsewhere it is kept under another name. What still stands in its own name is not saved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import gast

from s2sad import nodes
from s2sad.analysis.regions import Attempt, Block, Loop, Node
from s2sad.analysis.versions import Overwrites, Version, common_block, versions
from s2sad.context import Context
from s2sad.runtime import snapshot
from s2sad.transforms.edits import Edits
from s2sad.transforms.sweep import PrimalRead


def saves(
    root: Block,
    parameters: Iterable[str],
    reads: list[PrimalRead],
    overwrites: Overwrites,
    edits: Edits,
    context: Context,
    mutated: set[str],
    rebinds: Callable[[Loop], bool],
) -> dict[Node, nodes.Block]:
    """Adds saves to `edits` and returns what restores saved values ahead of the reverse of a node.

    `mutated` are the variables whose objects change in place; `rebinds` says of a loop whether the reverse sweep
    binds its loop variable itself.
    """
    queries = [(r.node, r.name.id, r.after) for r in reads]
    found = versions(root, parameters, queries)
    groups: dict[object, list[PrimalRead]] = defaultdict(list)
    for read, query in zip(reads, queries, strict=True):
        if isinstance(read.node.loop, Attempt):
            if overwrites.after(read.name.id, read.node, after=read.after) or read.name.id in mutated:
                groups[read.node, read.name.id, read.after].append(read)
            continue
        version = found[query]
        copied = read.name.id in mutated and not read.structure
        if version.target and version.loop is not None and rebinds(version.loop) and not copied:
            continue
        if not copied and not overwrites.after(read.name.id, read.node, after=read.after):
            continue
        if copied:
            groups[read.node, read.name.id, read.after].append(read)
        else:
            groups[version if version.certain else (read.node, read.name.id, read.after)].append(read)
    saver = _Saver(edits, context, mutated)
    for key, group in groups.items():
        saver.save(key.loop if isinstance(key, Version) else group[0].node.loop, group)
    return saver.restores


class _Saver:
    def __init__(self, edits: Edits, context: Context, mutated: set[str]) -> None:
        self.edits, self.context, self.mutated = edits, context, mutated
        self.restores: dict[Node, nodes.Block] = defaultdict(list)

    def save(self, loop: Node | None, group: list[PrimalRead]) -> None:
        variable = group[0].name.id
        if isinstance(loop, Attempt):
            self.attempted(group)
            return
        members = common_block([r.node for r in group], loop)
        place = self._placed(members[0], group)
        value: gast.expr = nodes.load(variable)
        copied = variable in self.mutated and not all(r.structure for r in group)
        if copied:
            value = nodes.call(self.context.link("snapshot", snapshot), value)
        if loop is None:
            name = self.edits.local(variable)
            place.append(nodes.assign(name, value))
            for read in group:
                read.name.id = name
            return
        stash = self.edits.stash(variable)
        place.append(nodes.statement(nodes.method(nodes.load(stash), "append", value)))
        name = self.edits.local(variable) if copied else variable
        for read in group:
            read.name.id = name
        self.restores[members[-1]].append(nodes.assign(name, nodes.method(nodes.load(stash), "pop")))

    def attempted(self, group: list[PrimalRead]) -> None:
        """A value that a statement needs is recorded once the statement is completed."""
        node, variable, after = group[0].node, group[0].name.id, group[0].after
        stash = self.edits.stash(variable)
        held = variable
        in_header = isinstance(node.stmt, gast.For)
        if not after and not in_header and variable in nodes.stores(node.stmt):
            held = self.edits.local(variable)
            self.edits.before[node.stmt].append(nodes.assign(held, nodes.load(variable)))
        value: gast.expr = nodes.load(held)
        if variable in self.mutated and not all(r.structure for r in group):
            value = nodes.call(self.context.link("snapshot", snapshot), value)
        push = nodes.statement(nodes.method(nodes.load(stash), "append", value))
        (self.edits.top if in_header else self.edits.after)[node.stmt].insert(0, push)
        restored = self.edits.local(variable) if after and held != variable else variable
        for read in group:
            read.name.id = restored
        self.restores[node].append(nodes.assign(restored, nodes.method(nodes.load(stash), "pop")))

    def _placed(self, first: Node, group: list[PrimalRead]) -> nodes.Block:
        """Before the first node that reads the value, or after it if it is read only there, after the fact."""
        here = [r for r in group if r.node is first]
        later_only = bool(here) and all(r.after for r in here) and not any(_within(r.node, first) for r in group)
        return self.edits.after[first.stmt] if later_only else self.edits.before[first.stmt]


def _within(node: Node, outer: Node) -> bool:
    return node is not outer and outer.order < node.order <= outer.last
