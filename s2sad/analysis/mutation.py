"""Which names may hold an object that is changed in place, by this function or by one that it calls?

Produces: names of a function, closed under aliasing (`d = c`, `d = c[1:]`, elements, results of calls); the
parameters that a function changes. It says "may" where it cannot tell: for a number that costs nothing, since
what the reverse sweep needs of such a name is copied, and a copy of a number is the number.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Iterator
from typing import Any

import gast

from s2sad import nodes
from s2sad.adjoints import registry
from s2sad.adjoints.equivalents import equivalent
from s2sad.adjoints.methods import METHODS
from s2sad.analysis.expressions import BUILDERS, IN_PLACE, root
from s2sad.analysis.glances import glance
from s2sad.analysis.own import own_containers
from s2sad.context import UNKNOWN, Context

IMMUTABLE = frozenset({"int", "float", "scalar", "bool", "complex", "str", "none", "range"})
Resolve = Callable[[gast.AST], Any]
_WRITERS = {"copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis", "shuffle", "at"}
_VIEWS = {
    "asarray", "asanyarray", "reshape", "ravel", "squeeze", "transpose", "swapaxes", "diagonal", "view", "broadcast_to",
    "atleast_1d", "atleast_2d", "atleast_3d", "zip", "enumerate", "reversed", "list", "tuple", "items", "values",
}  # fmt: skip
_CHANGING = (gast.Subscript, gast.Attribute, gast.AugAssign, gast.Call)
_READERS = {"keys", "items", "values", "get", "index", "count", "copy", "join", "split", "format", "startswith"}


class Aliases:
    """Classes of names that may share an object."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        while self._parent.get(name, name) != name:
            name = self._parent[name]
        return name

    def join(self, one: str, other: str) -> None:
        self._parent.setdefault(one, one)
        self._parent.setdefault(other, other)
        self._parent[self.find(one)] = self.find(other)


def mutated_names(every: list[gast.AST], context: Context) -> set[str]:
    """The inactive names of a function whose objects may change in place, or by assignments of nested functions.

    Active ones are not among them: changing what a derivative flows through is refused (`active_changes`), and emitted
    code, which does it when it is differentiated again, changes only what it made itself.
    """
    changed = {name for name in _changed(every, context.resolve) if context.kinds.get(name) not in IMMUTABLE}
    if context.trusted and changed:
        every = _without_stashes(every)
        changed = _changed(every, context.resolve) & changed - context.varied
    found = {n for s in every if isinstance(s, gast.Nonlocal) for n in s.names}
    if changed:
        aliases = _aliases(every, context.resolve, loose=True)
        roots = {aliases.find(name) for name in changed}
        found |= {name for name in context.locals if aliases.find(name) in roots}
    return {n for n in found if n not in context.varied and context.kinds.get(n) not in IMMUTABLE}


def _without_stashes(every: list[gast.AST]) -> list[gast.AST]:
    """All nodes but the pushes and pops of lists that are used for nothing else: what is in them stays as it is."""
    stacks = {n.func: n.func.value for n in every if isinstance(n, gast.Call) and _is_stack_call(n)}
    handed_over = {e for n in every if isinstance(n, gast.Tuple) for e in n.elts}
    allowed = {*stacks.values(), *handed_over}
    others = {n.id for n in every if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load) and n not in allowed}
    gone = {method for method, owner in stacks.items() if owner.id not in others}
    return [n for n in every if n not in gone and getattr(n, "func", None) not in gone]


def _is_stack_call(call: gast.Call) -> bool:
    return isinstance(call.func, gast.Attribute) and call.func.attr in ("append", "pop") and nodes.is_name(call.func.value)


def overwritten_parameters(args: gast.arguments, every: list[gast.AST], context: Context) -> list[str]:
    """The inactive parameters whose contents a function surely overwrites, itself or by passing them on.

    Adding to a container is not counted: a log that the caller passes is there to be written to.
    """
    sure = {name for name in _sure(every, context.resolve, adding=False) if context.kinds.get(name) not in IMMUTABLE}
    if not sure:
        return []
    aliases = _aliases(every, context.resolve, loose=False)
    roots = {aliases.find(name) for name in sure}
    parameters = [p for p in nodes.all_parameters(args) if p not in context.varied]
    return [p for p in parameters if aliases.find(p) in roots and context.kinds.get(p) not in IMMUTABLE]


def _adds(node: gast.AST) -> bool:
    method = node.func if isinstance(node, gast.Call) else node
    if isinstance(method, gast.Attribute) and isinstance(method.ctx, gast.Load):
        return method.attr in ("append", "extend", "insert", "add", "update", "setdefault", "appendleft")
    return False


def active_changes(every: list[gast.AST], own: Collection[str], context: Context) -> list[tuple[gast.AST, str]]:
    """Where an object is changed in place that an active name may hold: (node, name).

    What a list or dictionary in `own` is built by is left out: the derivative follows that.
    """
    changes = [(node, name) for node in every for name in _changed_unfollowed(node, own, context)]
    if not changes:
        return []
    aliases = _aliases(every, context.resolve, loose=False)
    active: dict[str, str] = {}
    for name in sorted(context.varied & context.locals):
        active.setdefault(aliases.find(name), name)
    found = [(node, name if name in context.varied else active.get(aliases.find(name))) for node, name in changes]
    return [(node, name) for node, name in found if name is not None]


def _changed_unfollowed(node: gast.AST, own: Collection[str], context: Context) -> Iterator[str]:
    """Names whose objects this node surely changes, but for the building of a container in `own`."""
    if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
        name = node.target.id
        if context.kinds.get(name) in ("list", "dict") and name in context.varied and name not in own:
            yield name
    elif isinstance(node, _CHANGING) and not _builds(node, own):
        index = nodes.loads(node.slice) if isinstance(node, gast.Subscript) else ()
        yield from (name for name in _surely(node, context.resolve) if name not in index)


def _builds(node: gast.AST, own: Collection[str]) -> bool:
    """`ys[i] = v`, `ys.append(v)`: one level deep in a container of the function's own."""
    if isinstance(node, gast.Subscript):
        return isinstance(node.value, gast.Name) and node.value.id in own and not isinstance(node.ctx, gast.Del)
    method = node.func if isinstance(node, gast.Call) else node
    if not (isinstance(method, gast.Attribute) and isinstance(method.value, gast.Name) and method.value.id in own):
        return False
    return method.attr in BUILDERS | {"extend"} or method.attr not in IN_PLACE


def _changed(every: list[gast.AST], resolve: Resolve) -> set[str]:
    """The names whose objects one of the nodes may change."""
    return {name for node in every if isinstance(node, _CHANGING) for name in _direct(node, resolve)}


def _sure(every: list[gast.AST], resolve: Resolve, adding: bool) -> set[str]:
    """The names whose objects one of the nodes surely changes."""
    return {name for node in every if isinstance(node, _CHANGING) for name in _surely(node, resolve, adding)}


def _aliases(every: list[gast.AST], resolve: Resolve, *, loose: bool) -> Aliases:
    """Which names share memory; `loose`: what a call returns may share it with its arguments."""
    aliases = Aliases()
    inner = {n.name: n for n in every if isinstance(n, gast.FunctionDef)}
    for node in every:
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id in inner:
            for parameter, argument in _passed(inner[node.func.id].args, node):
                for name in _sources(argument, resolve, loose):
                    aliases.join(parameter, name)
        for names in _shared(node, resolve, loose):
            first, *rest = names or [""]
            for name in rest:
                aliases.join(first, name)
    return aliases


def _passed(args: gast.arguments, call: gast.Call) -> Iterator[tuple[str, gast.expr]]:
    """(parameter, argument) of a call of a nested function."""
    yield from zip(nodes.all_parameters(args), call.args, strict=False)
    yield from ((k.arg, k.value) for k in call.keywords if k.arg is not None)


def _direct(node: gast.AST, resolve: Resolve, adding: bool = True) -> Iterator[str]:
    """Names whose objects this node changes; unless `adding`, what only adds to a container is left out."""
    if not adding and _adds(node):
        return
    if isinstance(node, (gast.Subscript, gast.Attribute)) and isinstance(node.ctx, (gast.Store, gast.Del)):
        yield from nodes.loads(node)
    elif isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
        yield node.target.id
    elif isinstance(node, gast.Call):
        yield from _changed_by_call(node, resolve, adding)
    elif isinstance(node, gast.Attribute) and node.attr in IN_PLACE and resolve(node) is UNKNOWN:
        yield from nodes.loads(node.value)


def _changed_by_call(node: gast.Call, resolve: Resolve, adding: bool = True) -> Iterator[str]:
    for keyword in node.keywords:
        if keyword.arg == "out":
            yield from nodes.loads(keyword.value)
    function = resolve(node.func)
    given = [resolve(a) for a in [*_arguments(node), *(node.func.args if isinstance(node.func, gast.Call) else [])]]
    if any(isinstance(g, types.FunctionType) and mutated_parameters(g) for g in given):  # map(fill, arrays)
        yield from (n for a in _arguments(node) for n in nodes.loads(a))
    if function is UNKNOWN:
        if isinstance(node.func, gast.Attribute) and node.func.attr not in METHODS.keys() | _READERS:
            yield from nodes.loads(node.func.value)  # a method of an object may change it, and what it is given
        if not (isinstance(node.func, gast.Attribute) and node.func.attr in METHODS.keys() | _READERS):
            yield from (n for a in _arguments(node) for n in nodes.loads(a))
        return
    if isinstance(function, types.FunctionType) and registry.lookup(function) is None and equivalent(function) is None:
        changed = mutated_parameters(function, adding)
        for parameter, value in _bound(function, node):
            if changed if parameter is None else parameter in changed:
                yield from nodes.loads(value)
    else:
        yield from (n for a in _written_to(function, node) for n in nodes.loads(a))


def _written_to(function: Any, node: gast.Call) -> list[gast.expr]:
    """The arguments that a function of NumPy changes: the first one of some, and what a ufunc is given for its output."""
    if getattr(function, "__name__", "") in _WRITERS:
        return node.args[:1] if node.args and not nodes.has_stars(node) else _arguments(node)
    return node.args[function.nin :] if isinstance(getattr(function, "nin", None), int) else []


def _arguments(node: gast.Call) -> list[gast.expr]:
    return [*node.args, *(k.value for k in node.keywords)]


def _bound(function: types.FunctionType, node: gast.Call) -> Iterator[tuple[str | None, gast.expr]]:
    """(parameter, argument) of a call; None for the parameter where stars leave it open."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    starred = any(isinstance(a, gast.Starred) for a in node.args)
    for i, argument in enumerate(node.args):
        yield (names[i] if i < len(names) and not starred else None), argument
    for keyword in node.keywords:
        yield keyword.arg, keyword.value


def _shared(node: gast.AST, resolve: Resolve, loose: bool) -> Iterator[list[str]]:
    """Groups of names that may hold the same object, or parts of it, from this node on."""
    if isinstance(node, (gast.Assign, gast.AnnAssign, gast.NamedExpr)) and node.value is not None:
        targets = node.targets if isinstance(node, gast.Assign) else [node.target]
        names = [n for t in targets for n in sorted(nodes.stores(t) | {root(t) or ""})]
        yield [n for n in [*names, *_sources(node.value, resolve, loose)] if n]
    elif isinstance(node, (gast.For, gast.comprehension)):
        yield [*sorted(nodes.stores(node.target)), *_sources(node.iter, resolve, loose)]
    elif isinstance(node, gast.Call) and isinstance(node.func, gast.Lambda):
        for parameter, argument in zip(nodes.all_parameters(node.func.args), node.args, strict=False):
            yield [parameter, *_sources(argument, resolve, loose)]
    elif isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and root(node.func.value):
        builders = ("append", "insert", "extend", "add", "update", "setdefault")
        if node.func.attr in builders and resolve(node.func) is UNKNOWN:
            yield [root(node.func.value) or "", *(n for a in node.args for n in _sources(a, resolve, loose))]


def _sources(value: gast.expr, resolve: Resolve, loose: bool) -> list[str]:
    """Names that the value of an expression may share memory with."""
    if isinstance(value, (gast.Constant, gast.Compare, gast.JoinedStr, gast.UnaryOp)):
        return []
    if isinstance(value, gast.BinOp):  # arithmetic makes a new object; lists joined share their elements
        return [] if not isinstance(value.op, (gast.Add, gast.Mult)) else _displayed(value, resolve)
    if isinstance(value, gast.Call):
        function = resolve(value.func)
        if function is not UNKNOWN and getattr(function, "__module__", "") in ("math", "cmath"):
            return []
        if not loose and getattr(value.func, "attr", getattr(value.func, "id", "")) not in _VIEWS:
            return []
    return sorted(nodes.loads(value))


def _displayed(value: gast.BinOp, resolve: Resolve) -> list[str]:
    sides = [value.left, value.right]
    return [n for s in sides if isinstance(s, (gast.List, gast.Tuple)) for n in sorted(nodes.loads(s))]


def _is_outer(target: gast.expr, outer: Collection[str], own: Collection[str]) -> bool:
    return target.id in outer if isinstance(target, gast.Name) else root(target) not in own


_summaries: dict[tuple[types.CodeType, bool], frozenset[str]] = {}


def forget() -> None:
    """What functions change is found out anew: those that they call may have been redefined."""
    _summaries.clear()


def mutated_parameters(function: types.FunctionType, adding: bool = True) -> frozenset[str]:
    """The parameters of a function whose objects it may change in place; those of its callees included."""
    key = (function.__code__, adding)
    if key not in _summaries:
        _summaries[key] = frozenset()  # a recursive call adds nothing of its own
        _summaries[key] = _summary(function, adding)
    return _summaries[key]


def _summary(function: types.FunctionType, adding: bool) -> frozenset[str]:
    context = glance(function)
    if context is None:
        return frozenset(function.__code__.co_varnames[: function.__code__.co_argcount])
    tree = context.source.tree
    parameters = nodes.all_parameters(tree.args)
    every = list(nodes.walk(tree.body))
    own = own_containers(tree.args, list(nodes.walk_scope(tree.body)), context)
    elsewhere = [n for n in every if not _changes_own(n, own)]
    changed, aliases = _changed(elsewhere, context.resolve), _aliases(every, context.resolve, loose=False)
    # a method of unknown effect counts for what the function has itself, not for what its caller gave it
    sure = _sure(elsewhere, context.resolve, adding)
    roots = {aliases.find(name) for name in changed & sure}
    kept = {aliases.find(name) for name in _kept(tree, parameters)}
    return frozenset(p for p in parameters if aliases.find(p) in roots | kept)


def _changes_own(node: gast.AST, own: Collection[str]) -> bool:
    """Does this node change a container of the function's own, if anything? What the container holds stays as it is."""
    if isinstance(node, gast.AugAssign):
        return isinstance(node.target, gast.Name) and node.target.id in own
    method = node.func if isinstance(node, gast.Call) else node
    return isinstance(method, (gast.Attribute, gast.Subscript)) and nodes.is_name(method.value) and method.value.id in own


def _kept(function: gast.FunctionDef, parameters: Collection[str]) -> Iterator[str]:
    """Names whose values the function assigns to globals, and to parts of what is not its own.

    Appending to a global list is not counted: that is how logs are written.
    """
    body = function.body
    outer = {n for s in nodes.walk(body) if isinstance(s, (gast.Global, gast.Nonlocal)) for n in s.names}
    own = nodes.stores(body) - outer - set(parameters)
    for node in nodes.walk(body):
        if isinstance(node, (gast.Assign, gast.AugAssign)):
            targets = node.targets if isinstance(node, gast.Assign) else [node.target]
            if any(_is_outer(t, outer, own) for target in targets for t in nodes.leaves(target)):
                yield from nodes.loads(node.value)


def surely_changed(node: gast.AST, resolve: Resolve) -> Iterator[str]:
    """Names whose objects this one node surely changes."""
    if isinstance(node, _CHANGING):
        yield from _surely(node, resolve)


def aliases_of(every: list[gast.AST], resolve: Resolve) -> Aliases:
    """Which names share memory; what calls return is taken for new, but for views."""
    return _aliases(every, resolve, loose=False)


def _surely(node: gast.AST, resolve: Resolve, adding: bool = True) -> Iterator[str]:
    if isinstance(node, gast.Call) and (adding or not _adds(node)):
        if resolve(node.func) is UNKNOWN:
            if isinstance(node.func, gast.Attribute) and node.func.attr in IN_PLACE:
                yield from nodes.loads(node.func.value)
            made_of = [resolve(a) for a in node.func.args] if isinstance(node.func, gast.Call) else []
            if any(isinstance(g, types.FunctionType) and mutated_parameters(g) for g in made_of):
                yield from (n for a in _arguments(node) for n in nodes.loads(a))
            return
        yield from _changed_by_call(node, resolve, adding)
    elif not isinstance(node, gast.Call):
        yield from _direct(node, resolve, adding)
