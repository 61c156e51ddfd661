"""Removes second names of one value: what is a copy of another name is read under that name.

Before: `t_bar = y_bar; x_bar = t_bar * w; y_bar = t_bar`
After:  `x_bar = y_bar * w`
Guarantees: only temporaries and their cotangents go, and only where both names mean the same value at every read.
"""

from __future__ import annotations

from collections import Counter

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.nodes import Block

_INNER = (*nodes.SCOPES, *nodes.COMPREHENSIONS)
_DESCENDED = (gast.If, gast.For, gast.While)  # any statement of a `try` or `with` may be the last one


def copies(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Removes copies throughout `function`."""
    _Copies(function, context).block(function.body)
    return function


class _Copies:
    def __init__(self, function: gast.FunctionDef, context: Context) -> None:
        self.reads: Counter[str] = Counter()
        inner: set[str] = set()  # what other scopes read or bind
        for node in nodes.walk(function.body):
            if isinstance(node, gast.Name):
                self.reads[node.id] += not isinstance(node.ctx, gast.Store)
            elif isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
                self.reads[node.target.id] += 1
            elif isinstance(node, _INNER):
                inner |= nodes.loads(node)
            elif isinstance(node, gast.Nonlocal):
                inner |= set(node.names)
        self.issued = context.namer.issued - inner
        self.removable = self.issued - context.named
        self.bound = (context.namer.issued | set(nodes.all_parameters(function.args))) - inner
        self.locals = context.locals - inner

    def block(self, statements: Block) -> None:
        position = 0
        while position < len(statements):
            stmt = statements[position]
            self.swap(statements, position)
            self.swap(statements, position)
            pair = self.pair(stmt)
            if pair is not None and self.remove(*pair, statements, position):
                continue
            if isinstance(stmt, _DESCENDED):
                self.block(stmt.body)
                self.block(stmt.orelse)
            position += 1

    def pair(self, stmt: gast.stmt) -> tuple[str, str] | None:
        """(new, old) of a copy `new = old` that may go: `old` surely has a value."""
        if not (_is_plain(stmt) and isinstance(stmt.value, gast.Name)):
            return None
        new, old = stmt.targets[0].id, stmt.value.id
        known = old in self.bound or (getattr(stmt, "reverse", False) and old in self.locals)
        return (new, old) if new in self.removable and known and new != old else None

    def swap(self, statements: Block, position: int) -> None:
        """`t = e; x = t` is `x = e; t = x`, from which t may go."""
        first, *rest = statements[position : position + 2]
        if not (rest and _is_plain(first) and not isinstance(first.value, gast.Name) and _is_plain(rest[0])):
            return
        (second,) = rest
        new, old = first.targets[0], second.targets[0]
        if not nodes.is_name(second.value, new.id) or new.id not in self.removable or old.id not in self.issued:
            return
        for attempt in (True, False):  # if t has to stay, all stays
            new.id, old.id, second.value.id = old.id, new.id, old.id
            self.reads[old.id] += -1
            self.reads[new.id] += 1
            if attempt and self.remove(old.id, new.id, statements, position + 1):
                return

    def remove(self, new: str, old: str, statements: Block, position: int) -> bool:
        """Removes a copy if every read of `new` can be one of `old`, since it comes before either is bound again."""
        reads: list[gast.Name] = []
        back: list[gast.stmt] = []
        replaced = False  # is `new` bound again, so that what follows reads something else?
        for stmt in map(statements.__getitem__, range(position + 1, len(statements))):
            if len(reads) + len(back) == self.reads[new]:
                break  # those are all
            if _assigns(stmt, old, new):
                back.append(stmt)
                continue
            stored = nodes.stores(stmt) & {new, old}
            if not stored or isinstance(stmt, (gast.Assign, gast.AugAssign)):
                reads += [n for n in nodes.walk(stmt) if nodes.is_name(n, new) and isinstance(n.ctx, gast.Load)]
            if stored:
                replaced = isinstance(stmt, gast.Assign) and nodes.is_name(stmt.targets[0], new)
                break
        if not replaced and len(reads) + len(back) != self.reads[new]:
            return False
        for name in reads:
            name.id = old
        self.reads[new] -= len(reads) + len(back)
        self.reads[old] += len(reads) - 1
        gone = {statements[position], *back}
        statements[:] = [s for s in statements if s not in gone]
        return True


def _is_plain(stmt: gast.stmt) -> bool:
    return isinstance(stmt, gast.Assign) and isinstance(stmt.targets[0], gast.Name)


def _assigns(stmt: gast.stmt, target: str, value: str) -> bool:
    return isinstance(stmt, gast.Assign) and nodes.is_name(stmt.targets[0], target) and nodes.is_name(stmt.value, value)
