"""One exit: every `return` becomes an assignment to one name, returned at the end.

Before: `if x > 0: return x` / `return -x`
After:  `if x > 0: out = x` / `else: out = -x` / `return out`

A `return` in a loop leaves the loops by `break`; where it depends on the run whether a block was left, a flag
says so. Functions whose only `return` is their last statement stay as they are.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.analysis.regions import loop_jumps
from s2sad.context import Context
from s2sad.nodes import Block
from s2sad.transforms.matches import is_irrefutable


def returns(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Normalises the exits of `function`."""
    if not _has_return(function.body[:-1]) and not _has_return(_inner(function.body[-1])):
        return function
    rewriter = _Rewriter(context)
    body, complete = rewriter.block(function.body, in_loop=False, flagged=False)
    if not complete and not rewriter.flag_used:
        body.append(nodes.assign(rewriter.out, nodes.const(None)))
    start: Block = []
    if rewriter.flag_used:
        start.append(nodes.assign(rewriter.flag, nodes.const(False)))
        if not complete:
            start.append(nodes.assign(rewriter.out, nodes.const(None)))
    docstring = [body.pop(0)] if body and nodes.is_docstring(body[0]) else []
    function.body = [*docstring, *start, *body, gast.Return(nodes.load(rewriter.out))]
    return function


class _Rewriter:
    def __init__(self, context: Context) -> None:
        self.out = context.temporary("out")
        self.flag = context.temporary("returned", varied=False, kind="bool")
        self.flag_used = False

    def block(self, statements: Block, *, in_loop: bool, flagged: bool) -> tuple[Block, bool]:
        """The block without returns, and whether every path through it returned."""
        result: Block = []
        for i, stmt in enumerate(statements):
            rest = statements[i + 1 :]
            if isinstance(stmt, gast.Return):
                return [*result, *self.exit(stmt, in_loop, flagged)], True
            if isinstance(stmt, gast.Raise):
                return [*result, stmt], True
            if not _has_return([stmt]):
                result.append(stmt)
                continue
            more, complete = self.compound(stmt, rest, in_loop, flagged)
            return [*result, *more], complete
        return result, False

    def exit(self, stmt: gast.Return, in_loop: bool, flagged: bool) -> Block:
        value = stmt.value if stmt.value is not None else nodes.const(None)
        new: Block = [nodes.copy_position(nodes.assign(self.out, value), stmt)]
        if flagged or in_loop:
            self.flag_used = True
            new.append(nodes.assign(self.flag, nodes.const(True)))
        if in_loop:
            new.append(gast.Break())
        return new

    def compound(self, stmt: gast.stmt, rest: Block, in_loop: bool, flagged: bool) -> tuple[Block, bool]:
        if isinstance(stmt, gast.If) and not in_loop:
            return self.branch(stmt, rest, flagged)
        if isinstance(stmt, gast.Match) and not in_loop and not rest:
            return self.cases(stmt, flagged)
        endless = _is_endless(stmt)
        self.descend(stmt, in_loop)
        if endless and not in_loop:  # it is left by `return` only
            return [stmt], True
        if not rest:
            if in_loop and isinstance(stmt, (gast.For, gast.While)):
                return [stmt, self.leave()], False
            return [stmt], False
        if in_loop:  # inside a loop, `break` has skipped the rest
            after = [self.leave()] if isinstance(stmt, (gast.For, gast.While)) else []
            more, complete = self.block(rest, in_loop=True, flagged=flagged)
            return [stmt, *after, *more], complete
        more, complete = self.block(rest, in_loop=False, flagged=flagged)
        missing = [] if complete or flagged else [nodes.assign(self.out, nodes.const(None))]
        return [stmt, nodes.if_(gast.UnaryOp(gast.Not(), nodes.load(self.flag)), [*more, *missing])], not flagged

    def leave(self) -> gast.stmt:
        return nodes.if_(nodes.load(self.flag), [gast.Break()])

    def branch(self, stmt: gast.If, rest: Block, flagged: bool) -> tuple[Block, bool]:
        """`if c: return a` followed by R: R becomes the other branch."""
        body_returns, orelse_returns = _always(stmt.body), _always(stmt.orelse)
        if body_returns and not _has_return(stmt.orelse):
            stmt.body, _ = self.block(stmt.body, in_loop=False, flagged=flagged)
            stmt.orelse, complete = self.block([*stmt.orelse, *rest], in_loop=False, flagged=flagged)
            return [stmt], complete
        if orelse_returns and not _has_return(stmt.body):
            stmt.orelse, _ = self.block(stmt.orelse, in_loop=False, flagged=flagged)
            stmt.body, complete = self.block([*stmt.body, *rest], in_loop=False, flagged=flagged)
            return [stmt], complete
        partial = bool(rest) and not (body_returns and orelse_returns)
        stmt.body, one = self.block(stmt.body, in_loop=False, flagged=flagged or partial)
        stmt.orelse, other = self.block(stmt.orelse, in_loop=False, flagged=flagged or partial)
        if not partial:
            if not flagged and one != other:  # falls off the end: returns None
                (stmt.orelse if one else stmt.body).append(nodes.assign(self.out, nodes.const(None)))
                return [stmt], True
            return [stmt], one and other
        more, complete = self.block(rest, in_loop=False, flagged=flagged)
        return [stmt, nodes.if_(gast.UnaryOp(gast.Not(), nodes.load(self.flag)), more)], complete

    def cases(self, stmt: gast.Match, flagged: bool) -> tuple[Block, bool]:
        """A `match` that comes last: where no case returns, the function returns None."""
        complete = is_irrefutable(stmt.cases[-1])
        for case in stmt.cases:
            case.body, returned = self.block(case.body, in_loop=False, flagged=flagged)
            complete = complete and returned
        if complete or flagged:
            return [stmt], complete
        return [nodes.assign(self.out, nodes.const(None)), stmt], True

    def descend(self, stmt: gast.stmt, in_loop: bool) -> None:
        """Rewrites the blocks of a compound statement, whose returns raise the flag."""
        loops = isinstance(stmt, (gast.For, gast.While))
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(stmt, name, [])
            if inner:
                within = in_loop or (loops and name == "body")
                block, _ = self.block(inner, in_loop=within, flagged=True)
                setattr(stmt, name, block)
        for handler in [*getattr(stmt, "handlers", []), *getattr(stmt, "cases", [])]:
            handler.body, _ = self.block(handler.body, in_loop=in_loop, flagged=True)


def _is_endless(stmt: gast.stmt) -> bool:
    """`while True` without a `break` of its own."""
    if not (isinstance(stmt, gast.While) and isinstance(stmt.test, gast.Constant) and stmt.test.value is True):
        return False
    return not any(isinstance(n, gast.Break) for n in loop_jumps(stmt.body))


def _inner(stmt: gast.stmt) -> Block:
    return [] if isinstance(stmt, gast.Return) else [stmt]


def _has_return(statements: Block) -> bool:
    return any(isinstance(s, gast.Return) for s in nodes.statements(statements))


def _always(statements: Block) -> bool:
    if not statements:
        return False
    last = statements[-1]
    if isinstance(last, (gast.Return, gast.Raise)):
        return True
    return isinstance(last, gast.If) and _always(last.body) and _always(last.orelse)
