"""What the reverse sweep adds to the forward sweep: counters, recorded decisions, saved values.

The user's statements are not touched; edits are kept beside them and applied at the end.
"""

from __future__ import annotations

from collections import defaultdict

import gast

from s2sad import nodes
from s2sad.analysis.regions import Loop, Node, Rest
from s2sad.context import Context
from s2sad.nodes import Block, Expr


class Edits:
    """Statements to insert before and after statements of the forward sweep, and replacements."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.before: dict[gast.stmt, Block] = defaultdict(list)
        self.after: dict[gast.stmt, Block] = defaultdict(list)
        self.top: dict[gast.stmt, Block] = defaultdict(list)
        self.replaced: dict[gast.stmt, gast.stmt] = {}
        self.start: Block = []
        self.counters: dict[Node, str] = {}
        self._trips: dict[Node, str] = {}

    def local(self, base: str) -> str:
        return self.context.temporary(base, varied=False)

    # -- recording --------------------------------------------------------------------------------------------

    def stash(self, base: str) -> str:
        """A list that records one value per iteration."""
        name = self.local(f"{base}_stash")
        self.start.append(nodes.assign(name, gast.List([], gast.Load())))
        return name

    def keep(self, node: Node, value: Expr, *, before: bool = False) -> Expr:
        """The value that `value` has after (or before) this execution of `node`, for its one use in the reverse."""
        if node.loop is None:
            return value
        base = value.id if isinstance(value, gast.Name) else "value"
        stash = self.stash(base)
        push = nodes.statement(nodes.method(nodes.load(stash), "append", nodes.clone(value)))
        if before:
            self.before[node.stmt].append(push)
        else:
            self.after[node.stmt].insert(0, push)
        return nodes.method(nodes.load(stash), "pop")

    def keep_test(self, node: Node) -> Expr:
        """Records which branch is taken."""
        stmt = node.stmt
        assert isinstance(stmt, gast.If)
        branch = self.local("branch")
        self.before[stmt].append(nodes.assign(branch, stmt.test))
        stmt.test = nodes.load(branch)
        return self.keep(node, nodes.load(branch), before=True)

    def trips(self, node: Loop) -> str:
        """Counts the iterations of a loop."""
        if node not in self._trips:
            name = self.local("trips")
            self._trips[node] = name
            self.before[node.stmt].append(nodes.assign(name, nodes.const(0)))
            self.top[node.stmt].insert(0, nodes.augment(name, nodes.const(1)))
        return self._trips[node]

    def counter(self, node: Loop) -> str:
        """The number of the iteration, in the reverse sweep."""
        if node not in self.counters:
            self.counters[node] = self.local("k")
        return self.counters[node]

    def trace(self, node: Node, steps: list[tuple[int, Node]]) -> str:
        """A list of the statements within an attempt, by number, as they are completed."""
        name = self.local("trace")
        self.before[node.stmt].append(nodes.assign(name, gast.List([], gast.Load())))
        for number, step in steps:
            record = nodes.statement(nodes.method(nodes.load(name), "append", nodes.const(number)))
            where = self.top if isinstance(step.stmt, gast.For) else self.after
            where[step.stmt].append(record)
        return name

    def count(self, node: Node, stmt: gast.For) -> str:
        """The number of the iteration, in the forward sweep."""
        if node not in self.counters:
            name = self.counters[node] = self.local("k")
            self.before[stmt].append(nodes.assign(name, nodes.const(-1)))
            self.top[stmt].insert(0, nodes.augment(name, nodes.const(1)))
        return self.counters[node]

    def keep_top(self, node: Node, name: str) -> Expr:
        """As `keep`, at the start of an iteration."""
        stash = self.stash(name)
        self.top[node.stmt].append(nodes.statement(nodes.method(nodes.load(stash), "append", nodes.load(name))))
        return nodes.method(nodes.load(stash), "pop")

    def reached(self, node: Rest) -> Expr:
        """Records whether a statement that may jump let the rest of its block be executed."""
        stash = self.stash("reached")
        first = nodes.method(nodes.load(stash), "append", nodes.const(False))
        self.before[node.after].insert(0, nodes.statement(first))
        last = nodes.subscript(nodes.load(stash), nodes.const(-1), ctx=gast.Store())
        self.after[node.after].insert(0, nodes.assign(last, nodes.const(True)))
        return nodes.method(nodes.load(stash), "pop")

    def hoist_iterable(self, node: Loop, base: str) -> str:
        """Gives the range that a loop runs over a name."""
        stmt = node.stmt
        assert isinstance(stmt, gast.For)
        name = self.local(base)
        self.before[stmt].append(nodes.assign(name, stmt.iter))
        stmt.iter = nodes.load(name)
        return name

    # -- application ------------------------------------------------------------------------------------------

    def apply(self, statements: Block) -> Block:
        """The forward sweep with all edits in place."""
        result: Block = []
        for stmt in statements:
            result += _placed(self.before.get(stmt, []), stmt)
            self._inside(stmt)
            result.append(self.replaced.get(stmt, stmt))
            result += _placed(self.after.get(stmt, []), stmt)
        return result

    def _inside(self, stmt: gast.stmt) -> None:
        if isinstance(stmt, nodes.SCOPES):
            return
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(stmt, name, None)
            if inner:
                setattr(stmt, name, self.apply(inner))
        for handler in [*getattr(stmt, "handlers", []), *getattr(stmt, "cases", [])]:
            handler.body = self.apply(handler.body)
        if stmt in self.top:
            stmt.body = [*_placed(self.top[stmt], stmt), *stmt.body]


def _placed(added: Block, stmt: gast.stmt) -> Block:
    """What is added belongs to the line of the statement that it is added for."""
    return [nodes.copy_position(s, stmt) for s in added]
