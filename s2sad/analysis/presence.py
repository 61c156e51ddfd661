"""Which cotangents exist where: the useful half of activity, in the direction of the reverse sweep.

Requires: the region tree and the step of each statement. Produces: for each loop, the variables whose cotangent may
exist at the head of an iteration; the containers built step by step whose cotangent is of use at all.
"""

from __future__ import annotations

from collections.abc import Mapping

import gast

from s2sad.analysis.elements import sources
from s2sad.analysis.regions import Attempt, Block, Branch, Loop, Node, Rest, Scope, Simple, definitions, walk
from s2sad.context import Context

Steps = Mapping[gast.stmt, "object"]


class Presence:
    """The facts, filled by `solve`."""

    def __init__(self, root: Block, step_of: Mapping[gast.stmt, object], context: Context) -> None:
        self.root, self.step_of, self.context = root, step_of, context
        self.carried: dict[Loop | Attempt, set[str]] = {}
        self.containers: set[str] = set()
        self._indexed: dict[Loop | Attempt, set[str]] = {}
        self._useful: set[str] = set()

    def solve(self, seeds: set[str]) -> None:
        demanded = {name for s in self.step_of.values() if s is not None for name in s.demands}  # type: ignore[attr-defined]
        while True:
            self._useful = set(seeds)
            self.carried.clear()
            self._block(self.root, set(seeds))
            found = self._useful & demanded
            if found <= self.containers:
                return
            self.containers |= found

    def indexed_in(self, loop: Loop | Attempt) -> set[str]:
        """Variables whose cotangent is added to item by item somewhere in a loop."""
        if loop not in self._indexed:
            found: set[str] = set()
            for node in walk(loop.body):
                step = self.step_of.get(node.stmt) if isinstance(node, Simple) else None
                if step is not None:
                    found |= step.indexed  # type: ignore[attr-defined]
                if isinstance(node.stmt, gast.For) and not isinstance(node, Rest):
                    found |= sources(node.stmt, self.context)
            self._indexed[loop] = found | sources(loop.stmt, self.context)
        return self._indexed[loop]

    # Each method takes the variables present after and returns those present before, in program order.

    def _block(self, block: Block, after: set[str]) -> set[str]:
        for node in reversed(block.nodes):
            after = self._node(node, after)
        return after

    def _node(self, node: Node, after: set[str]) -> set[str]:
        if isinstance(node, Branch):
            return (self._block(node.body, set(after)) | self._block(node.orelse, after)) - definitions(node)
        if isinstance(node, Loop):
            return self._loop(node, after)
        if isinstance(node, Attempt):
            return self._attempt(node, after)
        if isinstance(node, Scope):
            return self._block(node.body, after) - definitions(node)
        if isinstance(node, Rest):
            return after | self._block(node.body, set(after))
        return self._simple(node, after)

    def _simple(self, node: Node, after: set[str]) -> set[str]:
        step = self.step_of.get(node.stmt)
        if step is None:
            after -= definitions(node)
            return after
        relevant = bool(step.demands & self.containers) if step.demands else bool(step.kills & after)  # type: ignore[attr-defined]
        if step.kills & after:  # type: ignore[attr-defined]  # what is popped is of use
            self._useful |= step.demands  # type: ignore[attr-defined]
        after -= definitions(node)
        if relevant:
            after |= step.uses | step.demands  # type: ignore[attr-defined]
            self._useful |= step.uses  # type: ignore[attr-defined]
        return after

    def _attempt(self, node: Attempt, after: set[str]) -> set[str]:
        """Any statement within may be the last one: what exists before one of them exists before all."""
        head = self.carried.get(node, set()) | after
        while True:
            before = len(head)
            for inner in node.body.nodes:
                if isinstance(inner.stmt, gast.For) and head & definitions(inner):
                    head |= sources(inner.stmt, self.context)
                    self._useful |= sources(inner.stmt, self.context)
                head |= self._simple(inner, set(head))
            if len(head) == before:
                break
        self.carried[node] = head
        # temporaries are bound where they are read: none of them comes from before
        return head - (definitions(node) & self.context.namer.issued)

    def _loop(self, node: Loop, after: set[str]) -> set[str]:
        head = self.carried.get(node, set()) | after
        while True:
            top = self._block(node.body, set(head))
            bound = definitions(node)
            if top & bound:
                top = (top - bound) | sources(node.stmt, self.context)
                self._useful |= sources(node.stmt, self.context)
            if top <= head:
                break
            head |= top
        self.carried[node] = head
        return set(head)
