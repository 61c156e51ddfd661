"""Building blocks for gast trees: everything that passes construct goes through here.

Negative numbers are built as a unary minus (`const`), since every unparser prints `Constant(-1) ** 2` wrongly,
and comments are string constants of their own class, which survive every tree walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar, cast

import gast

Expr: TypeAlias = gast.expr
Stmt: TypeAlias = gast.stmt
Block: TypeAlias = list[gast.stmt]
T = TypeVar("T")

SCOPES = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda, gast.ClassDef)
_BINDERS = (
    gast.Name, gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef, gast.Import, gast.ImportFrom,
    gast.MatchAs, gast.MatchStar, gast.MatchMapping,
)  # fmt: skip
COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


COMPOUND = (
    gast.If, gast.For, gast.While, gast.With, gast.Try, gast.Match, gast.AsyncFor, gast.AsyncWith, gast.TryStar,
)  # fmt: skip


class Comment(str):
    """The text of a comment; `emit` prints it as `# text`."""

    __slots__ = ()


def comment(text: str) -> gast.Expr:
    return gast.Expr(gast.Constant(Comment(text), None))


def is_comment(node: gast.AST) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Constant) and isinstance(node.value.value, Comment)


_LOAD, _STORE = gast.Load(), gast.Store()  # these have no state; copies share them too


def load(identifier: str) -> gast.Name:
    return gast.Name(identifier, _LOAD, None, None)


def store(identifier: str) -> gast.Name:
    return gast.Name(identifier, _STORE, None, None)


def param(identifier: str) -> gast.Name:
    return gast.Name(identifier, gast.Param(), None, None)


def const(value: object) -> Expr:
    """A constant; negative numbers become a unary minus of a positive one."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and str(value).startswith("-"):
        return gast.UnaryOp(gast.USub(), gast.Constant(-value, None))
    return gast.Constant(value, None)


def dotted(path: str) -> Expr:
    """`dotted("np.linalg.inv")` is the attribute chain."""
    first, *rest = path.split(".")
    node: Expr = load(first)
    for attr in rest:
        node = gast.Attribute(node, attr, _LOAD)
    return node


def call(function: str | Expr, *args: Expr, **keywords: Expr) -> gast.Call:
    target = dotted(function) if isinstance(function, str) else function
    return gast.Call(target, list(args), [gast.keyword(name, value) for name, value in keywords.items()])


def method(owner: Expr, name: str, *args: Expr) -> gast.Call:
    return gast.Call(gast.Attribute(owner, name, _LOAD), list(args), [])


def subscript(value: Expr, index: Expr, *, ctx: gast.expr_context | None = None) -> gast.Subscript:
    return gast.Subscript(value, index, ctx or gast.Load())


def assign(target: str | Expr, value: Expr) -> gast.Assign:
    return gast.Assign([store(target) if isinstance(target, str) else target], value, None)


def augment(target: str | Expr, value: Expr, op: gast.operator | None = None) -> gast.AugAssign:
    return gast.AugAssign(store(target) if isinstance(target, str) else target, op or gast.Add(), value)


def binop(left: Expr, op: gast.operator, right: Expr) -> gast.BinOp:
    return gast.BinOp(left, op, right)


def add(left: Expr, right: Expr) -> gast.BinOp:
    return gast.BinOp(left, gast.Add(), right)


def multiply(left: Expr, right: Expr) -> gast.BinOp:
    return gast.BinOp(left, gast.Mult(), right)


def negate(value: Expr) -> Expr:
    if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
        return value.operand
    return gast.UnaryOp(gast.USub(), value)


def statement(value: Expr) -> gast.Expr:
    return gast.Expr(value)


def leaves(target: Expr) -> Iterator[Expr]:
    """The single targets of an assignment: names, subscripts and attributes."""
    if isinstance(target, (gast.Tuple, gast.List)):
        for element in target.elts:
            yield from leaves(element)
    else:
        yield target.value if isinstance(target, gast.Starred) else target


def if_(test: Expr, body: Block, orelse: Block | None = None) -> gast.If:
    return gast.If(test, body, orelse or [])


def for_(target: str | Expr, iterable: Expr, body: Block) -> gast.For:
    return gast.For(store(target) if isinstance(target, str) else target, iterable, body, [], None)


def tuple_(elements: Sequence[Expr], ctx: gast.expr_context | None = None) -> gast.Tuple:
    return gast.Tuple(list(elements), ctx or gast.Load())


def arguments(names: Iterable[str], defaults: Sequence[Expr] = ()) -> gast.arguments:
    return gast.arguments([param(n) for n in names], [], None, [], [], None, list(defaults))


def function(name: str, args: gast.arguments, body: Block) -> gast.FunctionDef:
    return gast.FunctionDef(name, args, body or [gast.Pass()], [], None, None, [])


def is_name(node: object, identifier: str | None = None) -> bool:
    return isinstance(node, gast.Name) and (identifier is None or node.id == identifier)


def number(node: object) -> float | int | complex | None:
    """The value of a numeric literal, a unary minus included; None for anything else."""
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        value = number(node.operand)
        return None if value is None else -value
    if isinstance(node, gast.Constant) and isinstance(node.value, (int, float, complex)):
        return None if isinstance(node.value, bool) else node.value
    return None


#: Fields of nodes that hold no statement or expression.
_LEAVES = {"ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment"}


def is_zero(node: object) -> bool:
    """Is this the literal 0, by which rules say that no derivative flows? A 0.0 is a number like any other."""
    return isinstance(node, gast.Constant) and type(node.value) is int and node.value == 0


_ATTRIBUTES = ("lineno", "col_offset", "end_lineno", "end_col_offset")


def clone(node: T) -> T:
    """A deep copy of a tree, positions included; several times faster than `copy.deepcopy`."""
    return cast(T, [clone(item) for item in node] if isinstance(node, list) else copy_with(node, clone))


def copy_with(node: T, copy: Callable[[Any], object]) -> T:
    """A node whose children are what `copy` makes of those of `node`."""
    new = node.__class__.__new__(node.__class__)
    fields = new.__dict__
    fields.update(node.__dict__)
    for name in reversed(_INNER[node.__class__]):  # in the order of the text
        value = fields.get(name)
        if value.__class__ is list:
            fields[name] = [copy(item) if isinstance(item, _AST) else item for item in value]
        elif isinstance(value, _AST):
            fields[name] = copy(value)
    return new


def copy_position(new: T, old: gast.AST) -> T:
    """Gives `new` the position of `old` in the user's file, and returns it."""
    for name in _ATTRIBUTES:
        if hasattr(old, name):
            setattr(new, name, getattr(old, name))
    return new


_AST = gast.AST


class _Inner(dict[type[gast.AST], tuple[str, ...]]):
    """For each kind of node the fields that may hold statements and expressions, the last one first."""

    def __missing__(self, kind: type[gast.AST]) -> tuple[str, ...]:
        fields = () if kind is gast.Constant else reversed(kind._fields)
        self[kind] = found = tuple(field for field in fields if field not in _LEAVES)
        return found


_INNER = _Inner()


def _below(node: gast.AST) -> list[gast.AST]:
    """The direct children of a node, the last one first: what a walk pushes on its stack."""
    found: list[gast.AST] = []
    fields = node.__dict__
    for field in _INNER[node.__class__]:
        value = fields.get(field)
        if value.__class__ is list:
            found += [item for item in reversed(value) if isinstance(item, _AST)]
        elif isinstance(value, _AST):
            found.append(value)
    return found


def children(node: gast.AST) -> list[gast.AST]:
    """The direct children of a node in evaluation order of fields; contexts and operators have nothing to tell."""
    return _below(node)[::-1]


def walk(node: gast.AST | Sequence[gast.AST]) -> Iterator[gast.AST]:
    """Every node below, the given one included, in source order (preorder)."""
    stack = [node] if isinstance(node, _AST) else list(reversed(node))
    while stack:
        current = stack.pop()
        yield current
        fields = current.__dict__
        for field in _INNER[current.__class__]:  # `_below`, spelled out: nothing else runs as often
            value = fields.get(field)
            if value is None:
                continue
            if value.__class__ is list:
                stack += [item for item in reversed(value) if isinstance(item, _AST)]
            elif isinstance(value, _AST):
                stack.append(value)


def walk_scope(node: gast.AST | Sequence[gast.AST]) -> Iterator[gast.AST]:
    """As `walk`, but does not enter the bodies of nested functions, lambdas and classes (their headers it does)."""
    stack = [node] if isinstance(node, _AST) else list(reversed(node))
    while stack:
        current = stack.pop()
        yield current
        stack += reversed(_header(current)) if isinstance(current, SCOPES) else _below(current)


def blocks(stmt: gast.AST) -> list[Block]:
    """The blocks of statements within a compound statement; none of a definition, which is a scope of its own."""
    if not isinstance(stmt, COMPOUND):
        return []
    within = [*getattr(stmt, "handlers", []), *getattr(stmt, "cases", [])]
    found = [getattr(stmt, name, []) for name in ("body", "orelse", "finalbody")]
    return [*found, *(part.body for part in within)]


def statements(block: Block) -> Iterator[gast.stmt]:
    """Every statement of a scope, those within compound ones included."""
    stack = list(reversed(block))
    while stack:
        current = stack.pop()
        yield current
        for inner in reversed(blocks(current)):
            stack += reversed(inner)


def declared(block: Block, *kinds: type[gast.AST]) -> set[str]:
    """The names that a scope declares `nonlocal` or `global`."""
    return {name for stmt in statements(block) if isinstance(stmt, kinds) for name in stmt.names}


def _header(scope: gast.AST) -> list[gast.AST]:
    """What is evaluated where a function, lambda or class is defined."""
    args = getattr(scope, "args", None)
    defaults = [d for d in [*args.defaults, *args.kw_defaults] if d is not None] if args else []
    return [*getattr(scope, "decorator_list", ()), *defaults]


def width(node: gast.AST) -> int:
    """About how many characters the text of an expression has."""
    if isinstance(node, gast.Name):
        return len(node.id)
    if isinstance(node, gast.Constant):
        return len(repr(node.value))
    own = len(node.attr) + 1 if isinstance(node, gast.Attribute) else 3 if isinstance(node, gast.BinOp) else 1
    return own + sum(width(child) + 1 for child in children(node))


def loads(node: gast.AST | Sequence[gast.AST]) -> set[str]:
    """Names read anywhere below, nested functions included."""
    if isinstance(node, gast.Name):
        return {node.id} if isinstance(node.ctx, gast.Load) else set()
    return {n.id for n in walk(node) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)}


def stores(node: gast.AST | Sequence[gast.AST]) -> set[str]:
    """Names that the statements below bind in this scope: assignments, loops, imports, definitions, patterns."""
    found: set[str] = set()
    stack = [node] if isinstance(node, gast.AST) else list(node)
    while stack:
        n = stack.pop()
        if isinstance(n, gast.Name):
            if isinstance(n.ctx, (gast.Store, gast.Del)):
                found.add(n.id)
            continue
        if isinstance(n, _BINDERS):
            found |= binds(n)
        if isinstance(n, COMPREHENSIONS):
            found.update(w.target.id for w in walk_scope(n) if isinstance(w, gast.NamedExpr))
        elif isinstance(n, SCOPES):
            stack.extend(m for m in walk_scope(n) if m is not n and isinstance(m, gast.NamedExpr))
        else:
            stack += children(n)
    return found


def binds(node: gast.AST) -> set[str]:
    """Names that this one node binds by itself."""
    if isinstance(node, gast.Name):
        return {node.id} if isinstance(node.ctx, (gast.Store, gast.Del)) else set()
    if isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)):
        return {node.name}
    if isinstance(node, (gast.Import, gast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, (gast.MatchAs, gast.MatchStar)):
        return {node.name} if node.name else set()
    if isinstance(node, gast.MatchMapping):
        return {node.rest} if node.rest else set()
    return set()


def paired(target: gast.AST, value: gast.AST | None) -> list[tuple[gast.expr, gast.expr]] | None:
    """What is bound to what in `a, b = x, y`; None where it is not written like this."""
    displays = (gast.Tuple, gast.List)
    if not (isinstance(target, displays) and isinstance(value, displays) and len(target.elts) == len(value.elts)):
        return None
    if any(isinstance(e, gast.Starred) for e in [*target.elts, *value.elts]):
        return None
    return list(zip(target.elts, value.elts, strict=True))


def has_stars(call: gast.Call) -> bool:
    """Does a call pass `*args` or `**kwargs`?"""
    return any(isinstance(a, gast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords)


def all_parameters(args: gast.arguments) -> list[str]:
    """Every parameter in order of the signature."""
    nodes = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
    return [n.id for n in nodes if n is not None]


def is_docstring(node: gast.AST) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Constant) and type(node.value.value) is str
