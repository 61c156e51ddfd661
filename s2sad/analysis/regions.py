"""The structure that the reverse sweep follows: blocks of statements, branches, loops, and what jumps skip.

Produces: a tree over the statements of a function. A block is a list of nodes; `if c: A; break` followed by R is a
branch between A and R; where a jump sits deeper, what follows it is a `Rest`, which some iterations do not reach.

Requires: single exit (the only `return` is the last statement), loops without `else` where active.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import gast

from s2sad import nodes


@dataclass(eq=False)
class Block:
    """Nodes executed in order. `loop` is the innermost loop around them."""

    nodes: list[Node]
    owner: Node | None = None
    binds: frozenset[str] | None = field(default=None, repr=False)  # known once asked for: see `all_definitions`


@dataclass(eq=False)
class Node:
    """One statement, or a compound statement with its blocks. `order` is the position in the text."""

    stmt: gast.stmt
    block: Block = field(repr=False)
    order: int
    loop: Loop | Attempt | None = field(repr=False)
    last: int = 0  # the order of the last node within
    binds: frozenset[str] | None = field(default=None, repr=False)  # known once asked for: see `definitions`

    def blocks(self) -> list[Block]:
        return []


@dataclass(eq=False)
class Simple(Node):
    """A statement that the reverse sweep treats as one step, or skips as inactive."""


@dataclass(eq=False)
class Branch(Node):
    body: Block = field(default_factory=lambda: Block([]))
    orelse: Block = field(default_factory=lambda: Block([]))

    def blocks(self) -> list[Block]:
        return [self.body, self.orelse]


@dataclass(eq=False)
class Loop(Node):
    body: Block = field(default_factory=lambda: Block([]))
    breaks: bool = False

    def blocks(self) -> list[Block]:
        return [self.body]


@dataclass(eq=False)
class Scope(Node):
    """The body of a `with`."""

    body: Block = field(default_factory=lambda: Block([]))

    def blocks(self) -> list[Block]:
        return [self.body]


@dataclass(eq=False)
class Attempt(Node):
    """A `try`, or a `with` that may swallow an exception: any statement within may be the last one executed.

    Its simple statements stand in one flat block; which of them were executed, the run records one by one.
    """

    body: Block = field(default_factory=lambda: Block([]))

    def blocks(self) -> list[Block]:
        return [self.body]


@dataclass(eq=False)
class Rest(Node):
    """What follows a statement that may have jumped past it. `stmt` is its first statement."""

    body: Block = field(default_factory=lambda: Block([]))
    after: gast.stmt = field(default_factory=gast.Pass)

    def blocks(self) -> list[Block]:
        return [self.body]


def build(statements: list[gast.stmt], is_active: IsActive, may_swallow: Callable[[gast.With], bool]) -> Block:
    """The region tree of a function's body. `may_swallow` says of a `with` whether it may suppress an exception."""
    builder = _Builder(is_active, may_swallow)
    return builder.block(statements, None, None)


class IsActive:
    """Says of a statement whether anything in it takes part in the derivative."""

    def __call__(self, stmt: gast.stmt) -> bool:
        raise NotImplementedError


class _Builder:
    def __init__(self, is_active: IsActive, may_swallow: Callable[[gast.With], bool]) -> None:
        self.is_active, self.may_swallow = is_active, may_swallow
        self.order = 0

    def block(self, statements: list[gast.stmt], owner: Node | None, loop: Loop | None) -> Block:
        block = Block([], owner)
        self.fill(block, statements, loop)
        return block

    def fill(self, block: Block, statements: list[gast.stmt], loop: Loop | None) -> None:
        for i, stmt in enumerate(statements):
            if jumps(stmt) and i + 1 < len(statements):
                self._jumping(block, stmt, statements[i + 1 :], loop)
                return
            self.node(block, stmt, loop)

    def node(
        self, block: Block, stmt: gast.stmt, loop: Loop | None, extra: tuple[str, list[gast.stmt]] | None = None
    ) -> None:
        self.order += 1
        active = self.is_active(stmt) or jumps(stmt) or extra is not None
        new: Node
        if active and isinstance(stmt, gast.If):
            new = Branch(stmt, block, self.order, loop)
            block.nodes.append(new)
            more = {"body": list[gast.stmt](), "orelse": list[gast.stmt]()}
            if extra is not None:
                more[extra[0]] = extra[1]
            new.body = self.block([*stmt.body, *more["body"]], new, loop)
            new.orelse = self.block([*stmt.orelse, *more["orelse"]], new, loop)
        elif active and isinstance(stmt, (gast.For, gast.While)):
            new = Loop(stmt, block, self.order, loop)
            block.nodes.append(new)
            new.breaks = any(isinstance(n, gast.Break) for n in loop_jumps(stmt.body))
            new.body = self.block(stmt.body, new, new)
        elif self.is_active(stmt) and (
            isinstance(stmt, gast.Try) or (isinstance(stmt, gast.With) and self.may_swallow(stmt))
        ):
            new = Attempt(stmt, block, self.order, loop)
            block.nodes.append(new)
            new.body.owner = new
            self.flatten([stmt], new)
        elif active and isinstance(stmt, gast.With):
            new = Scope(stmt, block, self.order, loop)
            block.nodes.append(new)
            new.body = self.block(stmt.body, new, loop)
        else:
            new = Simple(stmt, block, self.order, loop)
            block.nodes.append(new)
        new.last = self.order

    def flatten(self, statements: list[gast.stmt], attempt: Attempt) -> None:
        """Every simple statement within, and every loop for the sake of its variable."""
        for stmt in statements:
            compound = isinstance(stmt, nodes.COMPOUND)
            if not compound or isinstance(stmt, gast.For):
                self.order += 1
                attempt.body.nodes.append(Simple(stmt, attempt.body, self.order, attempt, self.order))
            if compound:
                for inner in nodes.blocks(stmt):
                    self.flatten(inner, attempt)

    def _jumping(self, block: Block, stmt: gast.stmt, rest: list[gast.stmt], loop: Loop | None) -> None:
        if isinstance(stmt, gast.If):
            body, orelse = always_jumps(stmt.body), always_jumps(stmt.orelse)
            if body and not any(jumps(s) for s in stmt.orelse):
                return self.node(block, stmt, loop, ("orelse", rest))
            if orelse and not any(jumps(s) for s in stmt.body):
                return self.node(block, stmt, loop, ("body", rest))
            if body and orelse:
                return self.node(block, stmt, loop)
        self.node(block, stmt, loop)
        if isinstance(stmt, (gast.Break, gast.Continue)):
            return None
        self.order += 1
        node = Rest(rest[0], block, self.order, loop, after=stmt)
        block.nodes.append(node)
        node.body = self.block(rest, node, loop)
        node.last = self.order
        return None


def jumps(stmt: gast.stmt) -> bool:
    """May this statement leave or restart the loop around it?"""
    return any(True for _ in loop_jumps([stmt]))


def loop_jumps(statements: list[gast.stmt]) -> Iterator[gast.stmt]:
    """The `break` and `continue` statements that belong to the loop whose body this is."""
    for stmt in statements:
        if isinstance(stmt, (gast.Break, gast.Continue)):
            yield stmt
        elif isinstance(stmt, (gast.For, gast.While)):
            yield from loop_jumps(stmt.orelse)
        else:
            for inner in nodes.blocks(stmt):
                yield from loop_jumps(inner)


def always_jumps(statements: list[gast.stmt]) -> bool:
    """Does every path through these statements end in a `break`, `continue` or `raise`?"""
    if not statements:
        return False
    last = statements[-1]
    if isinstance(last, (gast.Break, gast.Continue, gast.Raise)):
        return True
    return isinstance(last, gast.If) and always_jumps(last.body) and always_jumps(last.orelse)


def walk(block: Block) -> Iterator[Node]:
    """Every node below a block, in the order of the text."""
    for node in block.nodes:
        yield node
        for inner in node.blocks():
            yield from walk(inner)


def definitions(node: Node) -> frozenset[str]:
    """Names that a node itself binds: all of a simple statement, the header of a compound one."""
    if node.binds is None:
        node.binds = frozenset(_definitions(node))
    return node.binds


def _definitions(node: Node) -> set[str]:
    if isinstance(node, Rest):
        return set()
    stmt = node.stmt
    if isinstance(stmt, gast.For) and isinstance(node.loop, Attempt):
        return nodes.stores(stmt.target)
    if isinstance(node, (Simple, Attempt)):
        return nodes.stores(stmt)
    if isinstance(stmt, gast.For):
        return nodes.stores(stmt.target) | nodes.stores(stmt.iter)
    if isinstance(stmt, (gast.If, gast.While)):
        return nodes.stores(stmt.test)
    if isinstance(stmt, gast.With):
        return {name for item in stmt.items for name in nodes.stores(item)}
    return set()


def all_definitions(block: Block) -> frozenset[str]:
    """Names bound anywhere below a block."""
    if block.binds is None:
        below = [all_definitions(inner) for node in block.nodes for inner in node.blocks()]
        block.binds = frozenset().union(*below, *map(definitions, block.nodes))
    return block.binds
