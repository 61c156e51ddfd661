"""Un-nests temporaries: what is bound once and read once, goes where it is read.

Before: `t = x * w; y = math.sin(t)`
After:  `y = math.sin(x * w)`
Guarantees: everything is evaluated as often as before, and in the same order as far as it can have effects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Block, Expr
from s2sad.transforms.dead import has_effect

LONGEST = 88  # characters of an expression that a person would still write in one line
_LARGEST = 48  # nodes of one in the forward sweep, where it stood in one line
_REACH = 8  # statements to look back
_OPERATIONS = (gast.Call, gast.BinOp, gast.Subscript, gast.Attribute)


def fuse(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Un-nests temporaries throughout `function`."""
    function.body = _Fuser(function, context).block(function.body)
    return function


class _Fuser:
    def __init__(self, function: gast.FunctionDef, context: Context) -> None:
        self.issued, self.locals = context.namer.issued, context.locals
        self.read: Counter[str] = Counter()
        self.bound: Counter[str] = Counter(nodes.all_parameters(function.args))
        hidden: set[str] = set()
        for node in nodes.walk(function.body):
            if isinstance(node, gast.Name):
                (self.read if isinstance(node.ctx, gast.Load) else self.bound)[node.id] += 1
            elif isinstance(node, (gast.FunctionDef, gast.Lambda)):
                hidden |= nodes.loads(node)
        once = {n for n in self.issued if self.read[n] == 1 and self.bound[n] == 1}
        self.once = once - hidden - context.named  # what may be un-nested
        self.written: dict[gast.stmt, set[str]] = {}

    def block(self, statements: Block) -> Block:
        result: Block = []
        bound: list[str | None] = []  # the name that each statement of the result binds
        for stmt in statements:
            if isinstance(stmt, nodes.COMPOUND):
                for name in ("body", "orelse", "finalbody"):
                    inner = getattr(stmt, name, None)
                    if inner:
                        setattr(stmt, name, self.block(inner) or [gast.Pass()])
                for handler in [*getattr(stmt, "handlers", []), *getattr(stmt, "cases", [])]:
                    handler.body = self.block(handler.body)
            if not isinstance(stmt, nodes.SCOPES):
                self.absorb(stmt, result, bound)
            result.append(stmt)
            bound.append(_bound_name(stmt))
        return result

    def absorb(self, stmt: gast.stmt, before: Block, bound: list[str | None]) -> None:
        """Takes temporaries bound shortly before into the expressions of `stmt`."""
        if self.once.isdisjoint(bound[-_REACH:]):
            return
        wanted = {n.id for part in _parts(stmt) for n in nodes.walk(part) if isinstance(n, gast.Name)} & self.once
        back = 1
        while wanted and back <= min(_REACH, len(before)):
            candidate, name = before[-back], bound[-back]
            if (
                name is not None
                and name in wanted
                and self._may_move(candidate, before[len(before) - back + 1 :], stmt, name)
            ):
                replace_name(stmt, name, candidate.value)
                if not hasattr(stmt, "lineno"):  # an error in it is one of the line that the temporary came from
                    nodes.copy_position(stmt, candidate)
                wanted = wanted - {name} | nodes.loads(candidate.value) & self.once
                del before[-back], bound[-back]
                back = 0
            back += 1

    def _may_move(self, candidate: gast.Assign, between: Block, stmt: gast.stmt, name: str) -> bool:
        value = candidate.value
        place = position(stmt, name)
        if place is None or place.conditional or not (_is_atom(value) or _fits(candidate, stmt)):
            return False
        pure = is_pure(candidate) and not self._reads_outside(value)
        if not pure and (any(not nodes.is_comment(s) for s in between) or not place.first):
            return False
        read = nodes.loads(value)
        return not any(read & self._written(s) for s in between)

    def _written(self, stmt: gast.stmt) -> set[str]:
        if stmt not in self.written:
            self.written[stmt] = _written(stmt)
        return self.written[stmt]

    def _reads_outside(self, value: Expr) -> bool:
        return isinstance(value, gast.Name) and value.id not in self.locals and value.id not in self.issued


class _Position:
    """Where a name is read in a statement: behind a condition? before anything that may have an effect?"""

    def __init__(self, first: bool, conditional: bool) -> None:
        self.first, self.conditional = first, conditional


def _parts(stmt: gast.stmt) -> list[Expr]:
    """The expressions that a statement itself evaluates, once, in order."""
    if isinstance(stmt, gast.If):
        return [stmt.test]
    if isinstance(stmt, gast.For):
        return [stmt.iter]
    if isinstance(stmt, (gast.Return, gast.Expr)):
        return [stmt.value] if stmt.value is not None else []
    if isinstance(stmt, gast.Assign):
        return [stmt.value, *(t for t in stmt.targets if not isinstance(t, gast.Name))]
    if isinstance(stmt, gast.AugAssign):
        return [stmt.value] if isinstance(stmt.target, gast.Name) else [stmt.target, stmt.value]
    return []


def position(stmt: gast.stmt, name: str) -> _Position | None:
    first = True
    for part in _parts(stmt):
        for node, conditional in _evaluated(part, False):
            if nodes.is_name(node, name):
                return _Position(first, conditional)
            if isinstance(node, (gast.Call, gast.BinOp, gast.Subscript, gast.Compare, gast.Attribute)):
                first = False
    return None


def _evaluated(node: gast.AST, conditional: bool) -> Iterator[tuple[gast.AST, bool]]:
    """Nodes in the order of evaluation; an operation comes after its operands."""
    if isinstance(node, (gast.BoolOp, gast.IfExp, gast.Lambda, *nodes.COMPREHENSIONS)):
        conditional = True
    if isinstance(node, gast.Attribute) and isinstance(node.value, gast.Name):
        yield node.value, conditional  # looking up a method of a name has no effect of its own
        return
    for child in nodes.children(node):
        yield from _evaluated(child, conditional)
    yield node, conditional


def _bound_name(stmt: gast.stmt) -> str | None:
    if isinstance(stmt, gast.Assign) and isinstance(stmt.targets[0], gast.Name):
        return str(stmt.targets[0].id)
    return None


def _is_atom(value: Expr) -> bool:
    return isinstance(value, (gast.Name, gast.Constant))


def is_pure(stmt: gast.Assign) -> bool:
    """May its value be evaluated later? An operation on the user's values may raise, or have effects."""
    if getattr(stmt, "reverse", False):
        return not any(has_effect(node) for node in nodes.walk(stmt.value))
    return not any(isinstance(node, _OPERATIONS) for node in nodes.walk(stmt.value))


def _written(stmt: gast.stmt) -> set[str]:
    """Names that a statement binds, or whose values it may change in place."""
    found = nodes.stores(stmt)
    for node in nodes.walk(stmt):
        if isinstance(node, (gast.Subscript, gast.Attribute)) and isinstance(node.ctx, gast.Store):
            found |= nodes.loads(node)
        elif isinstance(node, gast.AugAssign):
            found |= nodes.loads(node.target) | nodes.stores(node.target)
        elif isinstance(node, gast.Expr):
            found |= nodes.loads(node)
        elif isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and node.func.attr == "pop":
            found |= nodes.loads(node.func.value)
    return found


def _fits(candidate: gast.Assign, stmt: gast.stmt) -> bool:
    if getattr(candidate, "reverse", False):
        return nodes.width(candidate.value) + sum(map(nodes.width, _parts(stmt))) <= LONGEST
    return sum(isinstance(n, gast.expr) for part in [candidate.value, *_parts(stmt)] for n in nodes.walk(part)) <= _LARGEST


def replace_name(stmt: gast.stmt, name: str, value: Expr) -> None:
    visitor = _Replace(name, value)
    for field in stmt._fields:
        if field in ("body", "orelse", "finalbody", "handlers"):
            continue
        current = getattr(stmt, field, None)
        if isinstance(current, gast.AST):
            setattr(stmt, field, visitor.visit(current))
        elif isinstance(current, list):
            setattr(stmt, field, [visitor.visit(c) if isinstance(c, gast.AST) else c for c in current])


class _Replace(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, name: str, value: Expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: gast.Name) -> Expr:
        return self.value if node.id == self.name and isinstance(node.ctx, gast.Load) else node

    def visit_Subscript(self, node: gast.Subscript) -> Expr:
        """An element of a cotangent that is put together of its elements is that element."""
        self.generic_visit(node)
        elements = node.value.args[0].elts if getattr(node.value, "of_elements", False) else []
        index = nodes.number(node.slice)
        return elements[index] if elements and isinstance(index, int) and all(map(_is_atom, elements)) else node
