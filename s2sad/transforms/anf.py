"""Three-address form for active expressions.

Before: `y = math.sin(x * w) + (a if a > b else b)`
After:  `t = x * w; t_1 = math.sin(t); if a > b: t_2 = a` `else: t_2 = b; y = t_1 + t_2`

Requires: statements in the forms that `assignments`, `loops` and `matches` leave.
Guarantees: every active operation stands in a statement of its own, on names and literals; evaluation order and
short-circuits are the user's; inactive statements and operands are untouched.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.analysis.expressions import BUILDERS, is_varied, root
from s2sad.context import Context
from s2sad.nodes import Expr
from s2sad.runtime import add_at, add_item
from s2sad.transforms.inline import local_functions
from s2sad.transforms.lowering import Lowering


def anf(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Rewrites the body of `function` to three-address form."""
    lowering = _Statements(context, local_functions(function, context))
    function.body = lowering.block(function.body)
    _refuse_nonlocal(function, lowering, context)
    return function


def _refuse_nonlocal(function: gast.FunctionDef, lowering: _Statements, context: Context) -> None:
    """A nested function that assigns an active variable around it must have been written out wherever it is used."""
    for node in nodes.statements(function.body):
        if isinstance(node, gast.FunctionDef):
            names = nodes.declared(node.body, gast.Nonlocal)
            if names & context.varied and node.name in nodes.loads(function.body):
                context.refuse(
                    node,
                    f"{node.name} assigns {sorted(names & context.varied)[0]}, which a derivative flows through, and is "
                    "recursive or used as a value",
                    "return the value instead of assigning it by nonlocal",
                )


class _Statements(Lowering):
    """Each statement in three-address form, with what it needs ahead of it."""

    def _assign(self, stmt: gast.Assign) -> None:
        target = stmt.targets[0]
        stores_active = not isinstance(target, gast.Name) and root_varied(target, self.context)
        if not (self.active(stmt.value) or stores_active):
            self.emit(stmt)
        elif isinstance(target, gast.Name):
            value = self.lower(stmt.value)
            if target.id in nodes.loads(value) and not _ignores_result(value):
                # the reverse may need the operand and the result, so they must not share a name
                value = nodes.load(self.bind(value, "t", varied=is_varied(value, self.context.varied, self.context)))
            self.emit(nodes.copy_position(nodes.assign(target, value), stmt))
        elif isinstance(target, (gast.Tuple, gast.List)):
            self.emit(nodes.copy_position(nodes.assign(target, self.atom(stmt.value)), stmt))
        else:
            value = self.atom(stmt.value)
            self.emit(nodes.copy_position(nodes.assign(self.place(target), value), stmt))

    def place(self, target: Expr) -> Expr:
        """A subscript or attribute that is stored to, its index made simple."""
        if isinstance(target, gast.Subscript):
            return gast.Subscript(self.path(target.value), self.index(target.slice), gast.Store())
        assert isinstance(target, gast.Attribute)
        return gast.Attribute(self.path(target.value), target.attr, gast.Store())

    def _return(self, stmt: gast.Return) -> None:
        value = stmt.value
        if value is not None and self.active(value):
            stmt.value = self.atom(value, base="out")
        elif value is not None and not isinstance(value, (gast.Name, gast.Constant)):
            stmt.value = nodes.load(self.bind(value, "out", varied=False))
        self.emit(stmt)

    def _augassign(self, stmt: gast.AugAssign) -> None:
        """What `assignments` leaves: adding to a part of a cotangent, in emitted code."""
        if not isinstance(stmt.target, gast.Name) and root(stmt.target) in self.context.varied:
            stmt.value = self.atom(stmt.value)
            stmt.target = self.place(stmt.target)
        self.emit(stmt)

    def _expr(self, stmt: gast.Expr) -> None:
        value = stmt.value
        suspended = (gast.Yield, gast.YieldFrom, gast.Await, gast.GeneratorExp)
        if not self.active(value) or isinstance(value, suspended):
            self.emit(stmt)
            return
        if not isinstance(value, gast.Call):  # `x > 0 and ys.append(x)`
            self.lower(value)
            return
        if self.context.resolve(value.func) in (add_at, add_item):  # the place itself, not a copy of what it holds
            place, index, part = value.args
            lowered: Expr = gast.Call(value.func, [self.path(place), self.index(index), self.atom(part)], [])
        else:
            lowered = nodes.copy_position(self.call(value), value)
        if isinstance(lowered, gast.Call) and (
            _is_builder(lowered) or self.context.resolve(lowered.func) in (add_at, add_item)
        ):
            self.emit(nodes.copy_position(gast.Expr(lowered), stmt))
        else:  # the result is dropped, but the call may change its arguments
            name = self.context.temporary("ignored")
            self.context.dropped.add(name)
            self.emit(nodes.copy_position(nodes.assign(name, lowered), stmt))

    def _if(self, stmt: gast.If) -> None:
        test = self.test(stmt.test)
        body, orelse = self.block(stmt.body), self.block(stmt.orelse) if stmt.orelse else []
        self.emit(nodes.copy_position(gast.If(test, body, orelse), stmt))

    def _while(self, stmt: gast.While) -> None:
        saved, self.out = self.out, []
        self.origin = stmt
        test = self.test(stmt.test)
        before, self.out = self.out, saved
        if before:
            leave = nodes.if_(gast.UnaryOp(gast.Not(), test), [gast.Break()])
            body = [*before, leave, *self.block(stmt.body)]
            test = nodes.const(True)
        else:
            body = self.block(stmt.body)
        self.emit(nodes.copy_position(gast.While(test, body, stmt.orelse), stmt))

    def _for(self, stmt: gast.For) -> None:
        if self.active(stmt.iter):
            stmt.iter = self.iterable(stmt.iter, nodes.stores(stmt))
        elif self.touches(stmt.iter):
            stmt.iter = self.lower(stmt.iter)
        stmt.body = self.block(stmt.body)
        self.emit(stmt)

    def iterable(self, node: Expr, rebound: set[str]) -> Expr:
        """The iterable of an active loop: what `loops` leaves, on names. Those that are `rebound` within get another."""
        if isinstance(node, gast.Call):
            if self.context.resolve(node.func) in (enumerate, zip, reversed):
                return gast.Call(node.func, [self.iterable(a, rebound) for a in node.args], node.keywords)
            if isinstance(node.func, gast.Attribute) and node.func.attr == "items":
                owner = gast.Attribute(self.iterable(node.func.value, rebound), "items", gast.Load())
                return gast.Call(owner, [], [])
        atom = self.atom(node)
        if nodes.is_name(atom) and atom.id in rebound & self.context.varied:
            return nodes.load(self.bind(atom, atom.id, varied=True))
        return atom

    def _functiondef(self, stmt: gast.FunctionDef) -> None:
        self.check_defaults(stmt)
        self.emit(stmt)

    def _with(self, stmt: gast.With) -> None:
        stmt.body = self.block(stmt.body)
        self.emit(stmt)

    def _try(self, stmt: gast.Try) -> None:
        stmt.body = self.block(stmt.body)
        for handler in stmt.handlers:
            handler.body = self.block(handler.body)
        stmt.orelse = self.block(stmt.orelse) if stmt.orelse else []
        stmt.finalbody = self.block(stmt.finalbody) if stmt.finalbody else []
        self.emit(stmt)

    def _assert(self, stmt: gast.Assert) -> None:
        if self.touches(stmt.test):
            stmt.test = self.test(stmt.test)
        self.emit(stmt)


def _ignores_result(value: Expr) -> bool:
    """Operations whose derivative does not refer to their result."""
    if isinstance(value, gast.BinOp):
        return isinstance(value.op, (gast.Add, gast.Sub, gast.Mult))
    return not isinstance(value, gast.Call)


def _is_builder(node: gast.Call) -> bool:
    return isinstance(node.func, gast.Attribute) and node.func.attr in BUILDERS


def root_varied(target: Expr, context: Context) -> bool:
    """Does an assignment to `target` store into something active?"""
    if isinstance(target, (gast.Tuple, gast.List)):
        return any(root_varied(e, context) for e in target.elts)
    return root(target) in context.varied


__all__ = ["anf"]
