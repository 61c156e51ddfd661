"""Iterators of active values must be consumed where they are made: the derivative has lists in their place.

Nobody can tell `sum(map(f, xs))` from the sum of a list. But an iterator that is kept may be consumed twice,
in parts, or never; and one in the head of a loop calls its functions in turn with the loop's body.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections import Counter

import gast
import numpy as np

from s2sad import nodes
from s2sad.adjoints import registry
from s2sad.adjoints.equivalents import EQUIVALENTS, ITERATORS, WITH_OPTIONS
from s2sad.analysis.expressions import is_simple, is_varied
from s2sad.context import UNKNOWN, Context
from s2sad.nodes import Expr

#: What reads all of its arguments, once and in order, before it returns.
_READERS = (list, tuple, sum, math.prod, math.fsum, functools.reduce, np.fromiter, *EQUIVALENTS, *WITH_OPTIONS)


def refuse_kept_iterators(function: gast.FunctionDef, every: list[gast.AST], context: Context) -> None:
    """Notes every iterator of active values that is not consumed at once; `every`: the nodes of the function's body."""
    if any(_gives_iterator(node, context) for node in every):
        check = _Check(function, every, context)
        for stmt in function.body:
            check.visit(stmt)


def _gives_iterator(node: gast.AST, context: Context) -> bool:
    if isinstance(node, gast.Call):
        return _among(context.resolve(node.func), tuple(ITERATORS))
    return isinstance(node, gast.GeneratorExp)


class _Check(gast.NodeVisitor):  # type: ignore[misc]
    def __init__(self, function: gast.FunctionDef, every: list[gast.AST], context: Context) -> None:
        self.context = context
        self.consumed: set[int] = set()
        self.loads: Counter[str] = Counter()
        self.bound: Counter[str] = Counter(nodes.all_parameters(function.args))
        for node in every:
            for name in nodes.binds(node):
                self.bound[name] += 1
            if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load):
                self.loads[node.id] += 1
        self.following: dict[int, gast.stmt] = {}
        for node in [function, *every]:
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list):
                    self.following.update((id(a), b) for a, b in itertools.pairwise(block))

    # -- what consumes -----------------------------------------------------------------------------

    def consume(self, node: Expr) -> None:
        self.consumed.add(id(node))
        if isinstance(node, gast.IfExp):
            self.consume(node.body)
            self.consume(node.orelse)

    def visit_For(self, node: gast.For) -> None:
        self.consume(node.iter)
        self._lazily(node.iter)
        self.generic_visit(node)

    def visit_Starred(self, node: gast.Starred) -> None:
        self.consume(node.value)
        self.generic_visit(node)

    def visit_Call(self, node: gast.Call) -> None:
        function = self.context.resolve(node.func)
        if _among(function, _READERS) or (isinstance(node.func, gast.Attribute) and node.func.attr == "join"):
            for argument in node.args:
                self.consume(argument)
        if _gives_iterator(node, self.context) and self._is_active(node) and id(node) not in self.consumed:
            self._refuse(node, gast.unparse(node.func).strip())
        self.generic_visit(node)

    def visit_GeneratorExp(self, node: gast.GeneratorExp) -> None:
        if self._is_active(node) and id(node) not in self.consumed:
            self._refuse(node, "a generator expression")
        self._comprehension(node)

    def _comprehension(self, node: gast.AST) -> None:
        for generator in node.generators:
            self.consume(generator.iter)
        self.generic_visit(node)

    visit_ListComp = visit_DictComp = visit_SetComp = _comprehension

    def visit_Assign(self, node: gast.Assign) -> None:
        (target, *others) = node.targets
        unpacked = isinstance(target, (gast.Tuple, gast.List))
        if not others and (unpacked or self._used_next(node, target)):
            self.consume(node.value)
        self.generic_visit(node)

    def _used_next(self, node: gast.Assign, target: Expr) -> bool:
        """Is what is assigned consumed whole by what follows, before anything else is done?"""
        if not isinstance(target, gast.Name) or self.loads[target.id] != 1 or self.bound[target.id] != 1:
            return False
        after = self.following.get(id(node))
        value = getattr(after, "value", None)
        if isinstance(value, gast.Call) and value.args and nodes.is_name(value.args[0], target.id):
            return _among(self.context.resolve(value.func), _READERS)
        while isinstance(after, gast.Assign) and (is_simple(after.value) or self._is_quiet(after.value)):
            if target.id in nodes.loads(after.value) or not self._leaves_alone(after, node.value):
                return False
            after = self.following.get(id(after))
        if isinstance(after, gast.For) and nodes.stores([after.target, *after.body]) & nodes.loads(node.value):
            return False
        head = after.iter if isinstance(after, gast.For) else getattr(after, "value", None)
        return head is not None and self._is_quiet(node.value) and self._consumes(head, target.id)

    def _leaves_alone(self, stmt: gast.Assign, later: Expr) -> bool:
        """Does an assignment bind nothing but names that `later` does not read?"""
        parts = [n for t in stmt.targets for n in nodes.walk(t)]
        names = all(isinstance(n, (gast.Name, gast.Tuple, gast.List, gast.Starred, gast.expr_context)) for n in parts)
        return names and not nodes.stores(stmt.targets) & nodes.loads(later)

    def _consumes(self, node: Expr, name: str) -> bool:
        if isinstance(node, gast.Call) and _among(self.context.resolve(node.func), _READERS):
            return any(nodes.is_name(a, name) or self._consumes(a, name) for a in node.args)
        if isinstance(node, nodes.COMPREHENSIONS):
            return self._consumes(node.generators[0].iter, name)
        return nodes.is_name(node, name)

    def _is_quiet(self, node: Expr) -> bool:
        """Surely without effects: it does not matter when it is evaluated."""
        effects = (gast.NamedExpr, gast.Await, gast.Yield, gast.YieldFrom)
        return not any(
            isinstance(n, effects) or (isinstance(n, gast.Call) and not (self._known(n.func) or self._makes_iterator(n)))
            for n in nodes.walk(node)
        )

    def _makes_iterator(self, node: gast.Call) -> bool:
        found = self.context.resolve(node.func)
        return _among(found, tuple(ITERATORS)) and (not _calls(found) or all(map(self._is_pure, node.args[:2])))

    def _is_active(self, node: Expr) -> bool:
        return is_varied(node, self.context.varied, self.context)

    def _refuse(self, node: gast.AST, what: str) -> None:
        self.context.refuse(
            node,
            f"{what} gives values that a derivative flows through, and is kept before it is consumed",
            "make it a list: list(...)",
            syntax=True,
        )

    # -- in the head of a loop ---------------------------------------------------------------------

    def _lazily(self, source: Expr) -> None:
        """Functions that would be called ahead of the loop instead of in turn with its body."""
        if not self._is_active(source):
            return
        for node in self._inner(source):
            found = self.context.resolve(node.func)
            if found is not UNKNOWN and _calls(found) and not all(self._is_pure(a) for a in node.args[:2]):
                self.context.refuse(
                    node,
                    f"{gast.unparse(node.func).strip()} calls its function in turn with the body of the loop",
                    "loop over a list: list(...)",
                    syntax=True,
                )

    def _inner(self, source: Expr) -> list[gast.Call]:
        """The iterators within the head that the loop does not take apart itself."""
        if not isinstance(source, gast.Call):
            return []
        function = self.context.resolve(source.func)
        if function in (enumerate, zip, reversed, map, filter):
            return [c for a in source.args for c in self._inner(a)]
        if not _among(function, tuple(ITERATORS)):
            return []
        return [n for n in nodes.walk(source) if isinstance(n, gast.Call)]

    def _is_pure(self, node: Expr) -> bool:
        """Surely no function of the user's with effects: no function, one with a rule, or arithmetic."""
        if isinstance(node, gast.Lambda):
            calls = [n for n in nodes.walk(node.body) if isinstance(n, gast.Call)]
            return all(self._known(c.func) for c in calls)
        if isinstance(node, gast.Starred):
            return True
        found = self.context.resolve(node)
        return self._known(node) or (not callable(found) and not isinstance(node, gast.Call))

    def _known(self, node: Expr) -> bool:
        found = self.context.resolve(node)
        return found is not UNKNOWN and (
            registry.lookup(found) is not None or getattr(found, "__module__", None) in ("_operator", operator.__name__)
        )


def _among(function: object, known: tuple[object, ...]) -> bool:
    return any(function is k or function == k for k in known) if function is not UNKNOWN else False


def _calls(function: object) -> bool:
    try:
        return ITERATORS.get(function, False)
    except TypeError:
        return False
