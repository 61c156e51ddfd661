"""The reverse sweep: statements visited backwards, each replaced by its pullback.

Before: a function in three-address form.
After:  `Derivative`: its forward statements, with what the reverse sweep needs saved on the way; the reverse
        statements; the names of the cotangents of the active parameters.
Requires: `regions` over the body, `steps` for its statements.

The reverse sweep is written first; then every value of the primal that it reads is either still at hand or saved,
and nothing else is (`saves`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import nodes
from s2sad.analysis import regions
from s2sad.analysis.elements import elements
from s2sad.analysis.expressions import is_simple
from s2sad.analysis.later import LaterChanges
from s2sad.analysis.presence import Presence
from s2sad.analysis.regions import Attempt, Block, Branch, Loop, Node, Rest, Scope, Simple
from s2sad.analysis.versions import Overwrites
from s2sad.context import Context
from s2sad.nodes import Expr
from s2sad.transforms import containers, pullbacks, shapes, steps
from s2sad.transforms.calls import pull_call
from s2sad.transforms.dispatch import dispatch
from s2sad.transforms.edits import Edits
from s2sad.transforms.saves import Decision
from s2sad.transforms.sweep import Bar, Sweep


@dataclass
class Chunk:
    """The reverse of one node. `inner` are the blocks whose reverse goes into the lists."""

    node: Node | None
    statements: nodes.Block
    inner: list[tuple[nodes.Block, list[Chunk]]] = field(default_factory=list)


class Reverse:
    """Writes the reverse sweep of a region tree into chunks, and edits of the forward sweep beside them."""

    def __init__(self, root: Block, step_of: dict[gast.stmt, steps.Step], context: Context) -> None:
        self.root, self.step_of, self.context = root, step_of, context
        self.sweep = Sweep(context, alike=self._alike, is_result=self._is_result, overwritten=self._overwritten)
        self.sweep.later = LaterChanges(root, {stmt: step.demands for stmt, step in step_of.items()}, context)
        self._shapes = shapes.alike(root, step_of, context)
        self.edits = Edits(context)
        self.overwrites = Overwrites(root)
        self.decisions: list[Decision] = []
        self._ranges: dict[Node, bool] = {}
        self.presence = Presence(root, step_of, context)

    def run(self, seeds: dict[str, Bar]) -> list[Chunk]:
        """The chunks of the whole function; `seeds` are the cotangents that are present at its end."""
        self.sweep.bars.update(seeds)
        self.presence.solve(set(seeds))
        return self.block(self.root)

    def _alike(self, variable: str) -> str:
        """A variable of the same shape that is still what it was, when the reverse sweep gets to this node."""
        found = self._shapes.get(variable)
        node = self.sweep.node
        if (
            found is None
            or node is None
            or (node.loop is None and found.variable in regions.definitions(node))
            or not self.overwrites.stable([found.variable], found.node, node)
        ):
            return variable
        return found.variable

    def _is_result(self, variable: str) -> bool:
        sites = self.overwrites.sites.get(variable, [])
        return len(sites) == 1 and isinstance(self.step_of.get(sites[0].stmt), steps.Call)

    def _overwritten(self, variable: str) -> bool:
        return self.sweep.node is not None and self.overwrites.after(variable, self.sweep.node)

    def builtin(self, value: Any) -> gast.Name:
        """The name of a builtin, which the user's function may use for something else."""
        return self.context.link(value.__name__, value)

    # -- blocks -----------------------------------------------------------------------------------------------

    def block(self, block: Block) -> list[Chunk]:
        return [self.chunk(node) for node in reversed(block.nodes)]

    def chunk(self, node: Node) -> Chunk:
        handler = {
            Simple: self._simple, Branch: self._branch, Loop: self._loop, Scope: self._scope, Rest: self._rest,
            Attempt: self._attempt,
        }  # fmt: skip
        outer, self.sweep.out, self.sweep.node = self.sweep.out, [], node
        chunk: Chunk = handler[type(node)](node)  # type: ignore[operator]
        chunk.statements, self.sweep.out = [*self.sweep.out, *chunk.statements], outer
        return chunk

    def _simple(self, node: Simple) -> Chunk:
        step = self.step_of.get(node.stmt)
        if isinstance(step, steps.Call):
            pull_call(step, node, self.sweep, self.edits)
        elif step is not None and self._relevant(step):
            pullbacks.pull(step, node, self.sweep, self.edits)
        for name in regions.definitions(node):  # bound by something inactive: the cotangent ends here
            if step is None or name not in step.kills:
                self.sweep.bars.pop(name, None)
        return Chunk(node, [])

    def _relevant(self, step: steps.Step) -> bool:
        return not step.demands or bool(step.demands & self.presence.containers)

    def _scope(self, node: Scope) -> Chunk:
        inner = self.block(node.body)
        self._end_header(node)
        body: nodes.Block = []
        chunk = Chunk(node, [_Spliced(body)], [(body, inner)])
        return chunk

    def _end_header(self, node: Node) -> None:
        for name in regions.definitions(node):
            self.sweep.bars.pop(name, None)

    # -- branches ---------------------------------------------------------------------------------------------

    def _branch(self, node: Branch) -> Chunk:
        before = dict(self.sweep.bars)
        body = self.block(node.body)
        bars_body, self.sweep.bars = self.sweep.bars, before
        orelse = self.block(node.orelse)
        bars_orelse = self.sweep.bars
        body.append(self._completed(node, bars_body, bars_orelse))
        orelse.append(self._completed(node, bars_orelse, bars_body))
        self.sweep.bars = {name: _either(bars_body[name], bars_orelse[name]) for name in _ordered(bars_body, bars_orelse)}
        self._end_header(node)
        if _empty(body) and _empty(orelse):
            return Chunk(node, [])
        assert isinstance(node.stmt, gast.If)
        body_out: nodes.Block = []
        orelse_out: nodes.Block = []
        branch = gast.If(nodes.const(True), body_out, orelse_out)
        self._decide(node, branch)
        return Chunk(node, [branch], [(body_out, body), (orelse_out, orelse)])

    def _completed(self, node: Node, bars: dict[str, Bar], others: dict[str, Bar]) -> Chunk:
        """Zeros for the cotangents that the other branch contributes to and this one does not."""
        outer, self.sweep.out, self.sweep.bars = (self.sweep.out, self.sweep.bars), [], bars
        for name in others:
            if name not in bars:
                self.sweep.zero(name)
        chunk = Chunk(None, self.sweep.out)
        self.sweep.out, self.sweep.bars = outer
        return chunk

    def _decide(self, node: Branch, branch: gast.If) -> None:
        """Which branch was taken: the condition again if it is cheap and unchanged, else what was recorded."""
        stmt = node.stmt
        assert isinstance(stmt, gast.If)
        names = nodes.loads(stmt.test)
        if not _repeatable(stmt.test) or not names <= self.context.locals:
            branch.test = self.edits.keep_test(node)
        elif any(self._changes(n, node) for n in names):
            self.decisions.append(Decision(node, stmt.test, branch))
        else:
            branch.test = nodes.clone(stmt.test)

    def _changes(self, name: str, node: Node) -> bool:
        """May `name` be something else when the reverse sweep gets to `node`?"""
        if name not in self.context.locals:
            return True
        loop = node.loop
        if loop is not None and isinstance(loop.stmt, gast.For) and nodes.is_name(loop.stmt.target, name):
            if self.is_range(loop) and name not in regions.all_definitions(loop.body):
                return False
        return self.overwrites.after(name, node) or self.context.kinds.get(name) in ("list", "dict", "array", "unknown")

    # -- statements of which any may be the last ----------------------------------------------------------------

    def _attempt(self, node: Attempt) -> Chunk:
        """The statements that were executed are recorded one by one, and reversed one by one."""
        carried, bound = sorted(self.presence.carried[node]), regions.definitions(node)
        for name in carried:
            if name in self.presence.indexed_in(node) - bound:
                self.sweep.materialise(name)
            elif name not in self.sweep.bars:  # a name that is bound within may have no value at all
                self.sweep.zero(name)
        entry, self.sweep.out = self.sweep.out, []
        unknown = {n: Bar(b.owned and n not in bound, not self.sweep.is_scalar(n)) for n, b in self.sweep.bars.items()}
        steps_: list[tuple[int, list[Chunk]]] = []
        for number, inner in enumerate(node.body.nodes):
            self.sweep.bars = dict(unknown)
            chunk = self._attempted(inner, carried)
            if chunk.statements:
                steps_.append((number, [chunk]))
        self.sweep.bars, self.sweep.out, self.sweep.node = dict(unknown), entry, node
        if not steps_:
            return Chunk(node, [])
        trace, which = self.edits.trace(node, [(n, node.body.nodes[n]) for n, _ in steps_]), self.edits.local("step")
        cases: list[tuple[int, nodes.Block]] = [(number, []) for number, _ in steps_]
        blocks = [(body, chunks) for (_, body), (_, chunks) in zip(cases, steps_, strict=True)]
        again = [nodes.assign(which, nodes.method(nodes.load(trace), "pop")), *dispatch(which, cases)]
        kept = self.edits.keep(node, nodes.load(trace), before=True)  # a jump may leave the statement
        fetch = [] if isinstance(kept, gast.Name) else [nodes.assign(trace, kept)]
        return Chunk(node, [*fetch, gast.While(nodes.load(trace), again, [])], blocks)

    def _attempted(self, node: Node, carried: list[str]) -> Chunk:
        outer, self.sweep.out, self.sweep.node = self.sweep.out, [], node
        stmt = node.stmt
        if isinstance(stmt, gast.For):
            for element, source, index in elements(stmt, self.context):
                if element in self.sweep.bars and source in self.context.varied:
                    self.sweep.materialise(source, after=False)
                    counter = self.edits.count(node, stmt)
                    position = self.sweep.primal(index(lambda: self.edits.keep_top(node, counter)))  # noqa: B023
                    containers.add_element(source, position, element, self.sweep, self._is_key(position))
            self._end_header(node)
        else:
            self._simple(node)  # type: ignore[arg-type]
        for name in carried:
            if name not in self.sweep.bars:
                self.sweep.zero(name)
        chunk = Chunk(node, self.sweep.out)
        self.sweep.out = outer
        return chunk

    # -- loops ------------------------------------------------------------------------------------------------

    def is_range(self, loop: Node) -> bool:
        """Does the loop run over a range, so that the reverse sweep can count backwards?"""
        if loop not in self._ranges:
            stmt = loop.stmt
            called = isinstance(stmt, gast.For) and isinstance(stmt.iter, gast.Call)
            self._ranges[loop] = (
                called and self.context.resolve(stmt.iter.func) is range and isinstance(stmt.target, gast.Name)
            )
        return self._ranges[loop]

    def _loop(self, node: Loop) -> Chunk:
        carried = self.presence.carried[node]
        killed = regions.all_definitions(node.body) | regions.definitions(node)
        for name in sorted(carried):
            if name in self.presence.indexed_in(node) - killed:
                self.sweep.materialise(name)
            elif name not in self.sweep.bars:  # a name that is bound within may have no value at all
                self.sweep.zero(name)
        entry, entry_bars = self.sweep.out, dict(self.sweep.bars)
        for name in [n for n in self.sweep.bars if n in killed]:
            self.sweep.bars[name] = Bar(owned=False, zero=not self.sweep.is_scalar(name))
        self.sweep.out = []
        inner = self.block(node.body)
        self._element(node, inner)
        inner.append(self._top(node, carried))
        self.sweep.out = entry
        self.sweep.bars = {
            name: Bar(bar.owned and name not in killed, entry_bars[name].zero or (name in killed and bar.zero))
            for name, bar in self.sweep.bars.items()
            if name in carried
        }
        if _empty(inner):
            return Chunk(node, [])
        body: nodes.Block = []
        return Chunk(node, [self._header(node, body)], [(body, inner)])

    def _top(self, node: Loop, carried: set[str]) -> Chunk:
        """At the head of an iteration every carried cotangent exists."""
        outer, self.sweep.out, self.sweep.node = self.sweep.out, [], node
        for name in sorted(carried):
            if name not in self.sweep.bars:
                self.sweep.zero(name)
        chunk = Chunk(None, self.sweep.out)
        self.sweep.out = outer
        return chunk

    def _element(self, node: Loop, inner: list[Chunk]) -> None:
        """`for v in xs`: the cotangent of the element goes to its place in that of the sequence."""
        stmt = node.stmt
        outer, self.sweep.out, self.sweep.node = self.sweep.out, [], node.body.nodes[0]
        if isinstance(stmt, gast.For):
            for element, source, index in elements(stmt, self.context):
                if element in self.sweep.bars and source in self.context.varied:
                    position = self.sweep.primal(index(lambda: nodes.load(self.edits.counter(node))))
                    containers.add_element(source, position, element, self.sweep, self._is_key(position))
        inner.append(Chunk(None, self.sweep.out))
        self.sweep.out = outer
        self._end_header(node)

    def _is_key(self, position: Expr) -> bool:
        """Is this the key of `d.items()`, and not the number of the iteration?"""
        return isinstance(position, gast.Name) and position.id not in self.edits.counters.values()

    def _header(self, node: Loop, body: nodes.Block) -> gast.stmt:
        stmt = node.stmt
        if self.is_range(node):
            assert isinstance(stmt, gast.For)
            if not all(is_simple(a) for a in stmt.iter.args) or any(
                self._changes_range(n, node) for n in nodes.loads(stmt.iter)
            ):
                steps_name = self.edits.hoist_iterable(node, "steps")
                space: Expr = self.edits.keep(node, nodes.load(steps_name), before=True)
            else:
                space = nodes.clone(stmt.iter)
            if node.breaks:
                trips = self.edits.keep(node, nodes.load(self.edits.trips(node)))
                space = nodes.subscript(space, gast.Slice(None, trips, None))
            return nodes.for_(nodes.clone(stmt.target), nodes.call(self.builtin(reversed), space), body)
        trips = self.edits.keep(node, nodes.load(self.edits.trips(node)))
        counter = self.edits.counters.get(node)
        if counter is None:
            return nodes.for_("_", nodes.call(self.builtin(range), trips), body)
        return nodes.for_(counter, nodes.call(self.builtin(reversed), nodes.call(self.builtin(range), trips)), body)

    def _changes_range(self, name: str, node: Loop) -> bool:
        if name == "range":
            return False
        if name not in self.context.locals:
            return True
        loop = node.loop
        if loop is not None and self.is_range(loop) and nodes.is_name(loop.stmt.target, name):
            return name in regions.all_definitions(loop.body)
        return self.overwrites.after(name, node)

    def _rest(self, node: Rest) -> Chunk:
        """What a jump may have skipped is reversed only where it was reached."""
        before = dict(self.sweep.bars)
        inner = self.block(node.body)
        after = self.sweep.bars
        skipped = [self._completed(node, before, after)]
        inner.append(self._completed(node, after, before))
        self.sweep.bars = {name: _either(before[name], after[name]) for name in _ordered(before, after)}
        if _empty(inner) and _empty(skipped):
            return Chunk(node, [])
        body: nodes.Block = []
        orelse: nodes.Block = []
        flag = self.edits.reached(node)
        return Chunk(node, [gast.If(flag, body, orelse)], [(body, inner), (orelse, skipped)])


class _Spliced(gast.If):  # type: ignore[misc]
    """Statements that belong to the block around them."""

    def __init__(self, body: nodes.Block) -> None:
        super().__init__(nodes.const(True), body, [])


def compose(chunks: list[Chunk], before: dict[Node, nodes.Block], line: Callable[[int], str]) -> nodes.Block:
    """The statements of the reverse sweep, each under the user's line that it belongs to.

    `before` holds what restores saved values ahead of a node's reverse; `line` gives what the user wrote in a line.
    """
    result: nodes.Block = []
    said = 0
    for chunk in chunks:
        for target, inner in chunk.inner:
            target.extend(compose(inner, before, line))
        number = getattr(chunk.node.stmt, "lineno", 0) if isinstance(chunk.node, Simple) else 0
        if chunk.statements and number and number != said:
            said_here = nodes.comment(line(number))
            said_here.lineno = number  # what an exception's note refers to
            result.append(said_here)
            said = number
        if chunk.node is not None:
            result.extend(before.pop(chunk.node, []))
        for stmt in chunk.statements:
            if isinstance(stmt, _Spliced):
                result.extend(stmt.body)
            else:
                result.append(stmt)
    return result


def _empty(chunks: list[Chunk]) -> bool:
    return not any(c.statements for c in chunks)


def _ordered(one: dict[str, Bar], other: dict[str, Bar]) -> list[str]:
    return [*one, *(n for n in other if n not in one)]


def _either(one: Bar, other: Bar) -> Bar:
    return Bar(one.owned and other.owned, one.zero or other.zero)


def _repeatable(test: Expr) -> bool:
    """A condition that may be evaluated twice: comparisons and `not` of names and literals."""
    if isinstance(test, gast.Compare):
        return all(is_simple(e) for e in [test.left, *test.comparators])
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return _repeatable(test.operand)
    if isinstance(test, gast.BoolOp):
        return all(_repeatable(v) for v in test.values)
    return isinstance(test, gast.Name)
