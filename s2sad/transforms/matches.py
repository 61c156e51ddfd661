"""`match` on an active subject becomes a selection, then branches.

Before: `match t:` / `case (a, b) if a > 0: y = a * b`
After:  `match t: case (a, b) if a > 0: selected = 0` and so on, then `if selected == 0: a = t[0]; b = t[1]; y = a * b`

Python itself selects the case; what a pattern binds of an active subject is read again by index, where the derivative
can follow. A last case that takes whatever comes is what is selected from the start.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.analysis.expressions import is_varied
from s2sad.context import Context
from s2sad.nodes import Block, Expr
from s2sad.transforms.blocks import rewrite_blocks


def matches(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Rewrites every `match` that takes part in the derivative."""
    function.body = plain_matches(function.body, context)
    return function


def plain_matches(statements: Block, context: Context) -> Block:
    return rewrite_blocks(statements, lambda stmt: _rewrite(stmt, context))


def _rewrite(stmt: gast.stmt, context: Context) -> Block:
    if not isinstance(stmt, gast.Match):
        return [stmt]
    stored = nodes.stores([s for c in stmt.cases for s in c.body])
    active = is_varied(stmt.subject, context.varied, context) or bool(stored & context.varied)
    if not active and not any(isinstance(n, (gast.Break, gast.Continue)) for n in nodes.statements([stmt])):
        return [stmt]
    varied = is_varied(stmt.subject, context.varied, context)
    subject = context.temporary("subject", varied=varied)
    selected = context.temporary("selected", varied=False, kind="int")
    default = len(stmt.cases) - 1 if is_irrefutable(stmt.cases[-1]) else -1
    branches: Block = []
    cases: list[gast.match_case] = []
    for number, case in reversed(list(enumerate(stmt.cases))):
        taken = [*_bindings(case.pattern, nodes.load(subject), case, context), *case.body]
        if number == default:
            branches = taken
            continue
        body = taken if varied else case.body  # what a pattern bound stays bound
        test = gast.Compare(nodes.load(selected), [gast.Eq()], [nodes.const(number)])
        branches = [nodes.if_(test, body, branches)]
        choose: Block = [nodes.assign(selected, nodes.const(number))]
        cases.insert(0, gast.match_case(case.pattern, case.guard, choose))
    selection = [gast.Match(nodes.load(subject), cases)] if cases else []
    result = [nodes.assign(subject, stmt.subject), nodes.assign(selected, nodes.const(default)), *selection, *branches]
    for new in result:
        if not hasattr(new, "lineno"):
            nodes.copy_position(new, stmt)
    return result


def is_irrefutable(case: gast.match_case) -> bool:
    """Is this a case that takes whatever comes?"""
    return isinstance(case.pattern, gast.MatchAs) and case.pattern.pattern is None and case.guard is None


def _bindings(pattern: gast.pattern, place: Expr, case: gast.match_case, context: Context) -> Block:
    """Assignments for what a pattern binds, read from its place in the subject."""
    if isinstance(pattern, gast.MatchAs):
        inner = _bindings(pattern.pattern, place, case, context) if pattern.pattern is not None else []
        return [*inner, nodes.assign(pattern.name, nodes.clone(place))] if pattern.name else inner
    if isinstance(pattern, gast.MatchSequence):
        return _sequence(pattern.patterns, place, case, context)
    if isinstance(pattern, gast.MatchMapping):
        found: Block = []
        for key, value in zip(pattern.keys, pattern.patterns, strict=True):
            found += _bindings(value, nodes.subscript(nodes.clone(place), nodes.clone(key)), case, context)
        if pattern.rest and pattern.rest in context.varied:
            context.refuse(case, "a mapping pattern with **rest", "read the keys one by one", syntax=True)
        return found
    if isinstance(pattern, gast.MatchClass):
        return _class(pattern, place, case, context)
    if isinstance(pattern, gast.MatchOr) and nodes.stores(pattern) & context.varied:
        context.refuse(case, "alternatives that bind names", "write one case per alternative", syntax=True)
    return []


def _sequence(patterns: list[gast.pattern], place: Expr, case: gast.match_case, context: Context) -> Block:
    found: Block = []
    star = next((i for i, p in enumerate(patterns) if isinstance(p, gast.MatchStar)), len(patterns))
    for i, inner in enumerate(patterns):
        after = i - len(patterns)
        if i == star:
            if inner.name:
                span = gast.Slice(nodes.const(i), nodes.const(after + 1) if after + 1 else None, None)
                rest = nodes.subscript(nodes.clone(place), span)
                found.append(nodes.assign(inner.name, nodes.call(context.link("list", list), rest)))
        else:
            index = nodes.const(i if i < star else after)
            found += _bindings(inner, nodes.subscript(nodes.clone(place), index), case, context)
    return found


def _class(pattern: gast.MatchClass, place: Expr, case: gast.match_case, context: Context) -> Block:
    found: Block = []
    names = list(pattern.kwd_attrs)
    cls = context.resolve(pattern.cls)
    if pattern.patterns:
        if cls in (float, int, str, bool, complex):
            return _bindings(pattern.patterns[0], place, case, context)
        names = [*getattr(cls, "__match_args__", ())[: len(pattern.patterns)], *names]
    for name, inner in zip(names, [*pattern.patterns, *pattern.kwd_patterns], strict=True):
        found += _bindings(inner, gast.Attribute(nodes.clone(place), name, gast.Load()), case, context)
    return found
