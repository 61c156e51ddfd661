"""Names of their own for a container that a function builds, and for what the same variable holds before and after it.

Before: `ys = []`, `ys.append(x)`, `ys = np.array(ys)`, `return np.sum(ys)`
After:  `ys = []`, `ys.append(x)`, `ys_1 = np.array(ys)`, `return np.sum(ys_1)`

Definitions that reach a use in common are a *web*, and must share a name (Muchnick, *Advanced Compiler Design and
Implementation*, 1997, section 16.3.3). The first web keeps the variable's. What reaches a use is never underrated: in a
loop, all that is defined there counts as reaching its start and its end, and so do jumps out of a `try` or a `with`.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping

import gast

from s2sad import nodes
from s2sad.naming import Namer, used_names
from s2sad.nodes import Block

_GROWS = {"append", "extend", "insert", "pop", "update", "setdefault", "remove", "clear", "sort", "reverse", "popitem"}
_MAKERS = {"list", "dict", "sorted"}
_BY_NAME = {"eval", "exec", "locals", "vars", "dir"}  # they reach variables by what they are called

Reaching = dict[str, frozenset[gast.Name]]  # variable -> the definitions that it may have its value from


def separate(function: gast.FunctionDef) -> dict[str, str]:
    """Renames in place. Returns what the user calls each new name.

    Guarantees: the function computes the same; parameters keep their names.
    """
    variables = _built_and_bound_anew(function)
    if not variables:
        return {}
    every = [p for p in nodes.walk(function.args) if isinstance(p, gast.Name) and isinstance(p.ctx, gast.Param)]
    parameters = [p for p in every if p.id in variables]
    webs = _Webs(variables, parameters)
    webs.block(function.body, {p.id: frozenset([p]) for p in parameters})
    return _renamed(webs, [*parameters, *nodes.walk(function.body)], Namer(used_names(function)))


def _renamed(webs: _Webs, every: list[gast.AST], namer: Namer) -> dict[str, str]:
    names: dict[gast.Name, str] = {}  # of each web, by the definition that stands for it
    spelled: dict[str, str] = {}
    known: set[str] = set()
    for node in every:
        if not isinstance(node, gast.Name) or node not in webs.parent:
            continue
        web = webs.find(node)
        if web not in names:
            names[web] = namer.fresh(node.id) if node.id in known else node.id
            known.add(node.id)
            spelled[names[web]] = node.id
        node.id = names[web]
    return {new: old for new, old in spelled.items() if new != old}


def _built_and_bound_anew(function: gast.FunctionDef) -> set[str]:
    """Variables that hold a container which the function makes and changes, and are bound by something else too."""
    bound = Counter(nodes.all_parameters(function.args))
    made, changed, others = set[str](), set[str](), set[str]()
    for node in nodes.walk(function.body):
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store):
            bound[node.id] += 1
        elif isinstance(node, (gast.Assign, gast.AnnAssign)):
            made.update(_made(node))
        elif (isinstance(node, gast.Attribute) and node.attr in _GROWS and nodes.is_name(node.value)) or (
            isinstance(node, gast.Subscript) and isinstance(node.ctx, (gast.Store, gast.Del)) and nodes.is_name(node.value)
        ):
            changed.add(node.value.id)
        others.update(_seen_elsewhere(node))
        if isinstance(node, gast.Name) and node.id in _BY_NAME:
            return set()
    return {name for name in made & changed - others if bound[name] > 1}


def _made(node: gast.Assign | gast.AnnAssign) -> Iterator[str]:
    targets = node.targets if isinstance(node, gast.Assign) else [node.target]
    for target in targets:
        pairs = nodes.paired(target, node.value) or [(target, node.value)]
        yield from (t.id for t, value in pairs if isinstance(t, gast.Name) and _makes_container(value))


def _makes_container(value: gast.expr | None) -> bool:
    if isinstance(value, gast.BinOp):
        return _makes_container(value.left) or _makes_container(value.right)
    if isinstance(value, gast.Call):
        return isinstance(value.func, gast.Name) and value.func.id in _MAKERS
    return isinstance(value, (gast.List, gast.ListComp, gast.Dict, gast.DictComp))


def _seen_elsewhere(node: gast.AST) -> Iterator[str]:
    """Variables that other scopes see, that are deleted, or that are bound otherwise than by a statement's target."""
    if isinstance(node, (*nodes.SCOPES, *nodes.COMPREHENSIONS)):
        inner = [n for n in nodes.walk(node) if isinstance(n, gast.Name)]
        delayed = isinstance(node, (*nodes.SCOPES, gast.GeneratorExp))
        yield from (n.id for n in inner if delayed or not isinstance(n.ctx, gast.Load))
    if isinstance(node, (gast.Global, gast.Nonlocal)):
        yield from node.names
    elif isinstance(node, gast.NamedExpr):
        yield node.target.id
    elif isinstance(node, gast.ExceptHandler) and isinstance(node.name, gast.Name):
        yield node.name.id
    elif isinstance(node, gast.Name):
        if isinstance(node.ctx, gast.Del):
            yield node.id
    else:
        yield from nodes.binds(node)


class _Webs:
    """The webs of some variables, found in one walk over the statements."""

    def __init__(self, variables: set[str], parameters: list[gast.Name]) -> None:
        self.variables = variables
        self.parent = {p: p for p in parameters}

    def find(self, node: gast.Name) -> gast.Name:
        while (parent := self.parent[node]) is not node:
            self.parent[node] = node = self.parent[parent]
        return node

    def block(self, block: Block, reaching: Reaching) -> Reaching:
        for stmt in block:
            reaching = self._statement(stmt, reaching)
        return reaching

    def _statement(self, stmt: gast.stmt, reaching: Reaching) -> Reaching:
        if isinstance(stmt, gast.If):
            self._uses(stmt.test, reaching)
            return _joined(self.block(stmt.body, reaching), self.block(stmt.orelse, reaching))
        if isinstance(stmt, (gast.For, gast.While)):
            return self._loop(stmt, reaching)
        if isinstance(stmt, (gast.Try, gast.TryStar)):
            return self._try(stmt, reaching)
        if isinstance(stmt, gast.With):
            return self._with(stmt, reaching)
        if isinstance(stmt, gast.Match):
            self._uses(stmt.subject, reaching)
            return functools.reduce(_joined, [self._case(case, reaching) for case in stmt.cases], reaching)
        self._uses(stmt, reaching)
        if isinstance(stmt, (gast.Return, gast.Raise, gast.Break, gast.Continue)):
            return {}
        return self._defined(stmt, reaching)

    def _loop(self, stmt: gast.For | gast.While, reaching: Reaching) -> Reaching:
        head = _joined(reaching, self._all(stmt))
        if isinstance(stmt, gast.For):
            self._uses(stmt.iter, reaching)
            self._uses(stmt.target, head)
            self.block(stmt.body, self._defined(stmt.target, head))
        else:
            self._uses(stmt.test, head)
            self.block(stmt.body, head)
        return _joined(head, self.block(stmt.orelse, head))

    def _try(self, stmt: gast.Try | gast.TryStar, reaching: Reaching) -> Reaching:
        """A handler may be reached from anywhere in the body, and `finally` from anywhere at all."""
        anywhere = _joined(reaching, self._all(stmt.body))
        end = self.block(stmt.orelse, self.block(stmt.body, reaching))
        for handler in stmt.handlers:
            if handler.type is not None:
                self._uses(handler.type, anywhere)
            end = _joined(end, self.block(handler.body, anywhere))
        return self.block(stmt.finalbody, _joined(reaching, self._all(stmt))) if stmt.finalbody else end

    def _with(self, stmt: gast.With, reaching: Reaching) -> Reaching:
        """What it manages may end it at any point, and the program goes on."""
        head = reaching
        for item in stmt.items:
            self._uses(item, head)
            head = self._defined(item, head)
        return functools.reduce(_joined, [self.block(stmt.body, head), self._all(stmt.body), head])

    def _case(self, case: gast.match_case, reaching: Reaching) -> Reaching:
        for part in (case.pattern, case.guard):
            if part is not None:
                self._uses(part, reaching)
        return self.block(case.body, reaching)

    def _uses(self, node: gast.AST, reaching: Reaching) -> None:
        for use in nodes.walk(node):
            if isinstance(use, gast.Name) and use.id in self.variables and isinstance(use.ctx, gast.Load):
                self._join([*reaching.get(use.id, ()), use])

    def _defined(self, node: gast.AST, reaching: Reaching) -> Reaching:
        found = [n for n in nodes.walk(node) if _defines(n) and n.id in self.variables]
        for name in found:
            if isinstance(node, gast.AugAssign):
                self._join([*reaching.get(name.id, ()), name])
            else:
                self._join([name])
        return {**reaching, **{name.id: frozenset([name]) for name in found}} if found else reaching

    def _all(self, node: gast.AST | Block) -> Reaching:
        found: Reaching = {}
        for name in nodes.walk(node):
            if _defines(name) and name.id in self.variables:
                found[name.id] = found.get(name.id, frozenset()) | {name}
        return found

    def _join(self, names: list[gast.Name]) -> None:
        first = self.parent.setdefault(names[0], names[0])
        for name in names:
            self.parent.setdefault(name, name)
            self.parent[self.find(name)] = self.find(first)


def _defines(node: gast.AST) -> bool:
    return isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store)


def _joined(one: Mapping[str, frozenset[gast.Name]], other: Mapping[str, frozenset[gast.Name]]) -> Reaching:
    return {name: one.get(name, frozenset()) | other.get(name, frozenset()) for name in {*one, *other}}
