"""Which names a piece of source text takes from outside, and the same text with some of these renamed.

Python itself decides what is local: the text is compiled, and the code objects tell.
"""

from __future__ import annotations

import ast
import dis
import inspect
import types
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from s2sad.errors import S2SADError


@dataclass(frozen=True)
class Outside:
    """The names that a text takes from its module.

    `early` are those that are needed as soon as the text is executed (defaults, base classes), `annotations`
    those that stand in annotations only, `written` those that it assigns to through `global`.
    """

    names: frozenset[str] = frozenset()
    early: frozenset[str] = frozenset()
    annotations: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    annotated: bool = False


def outside(text: str) -> Outside:
    """What the statements of `text`, definitions or assignments, take from outside.

    >>> sorted(outside("def f(x: T, n=N):\\n    return math.sin(x) * g(n)").names)
    ['N', 'g', 'math']
    """
    tree = ast.parse(text)
    stated = list(_annotations(tree))
    annotations = {n.id for a in stated for n in ast.walk(a) if isinstance(n, ast.Name)}
    bare = ast.fix_missing_locations(_Bare().visit(tree))
    code = compile(bare, "<text>", "exec", dont_inherit=True)
    read: set[str] = set()
    early: set[str] = set()
    written: set[str] = set()
    _collect(code, True, True, read, early, written)
    defined = {i.argval for i in dis.get_instructions(code) if i.opname == "STORE_NAME"}
    return Outside(
        frozenset(read - defined),
        frozenset(early - defined),
        frozenset(annotations - read - defined),
        frozenset(written),
        bool(stated),
    )


def _collect(code: types.CodeType, top: bool, early: bool, read: set[str], now: set[str], written: set[str]) -> None:
    own: set[str] = set()
    found: set[str] = set()
    for instruction in dis.get_instructions(code):
        operation = instruction.opname
        if operation.startswith("STORE_NAME"):
            own.add(instruction.argval)
        elif operation in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            written.add(instruction.argval)
        elif "GLOBAL" in operation or operation == "LOAD_NAME":
            found.add(instruction.argval)
    if not top:
        found -= own  # the names of a class body
    found -= {"__name__", "__debug__"}
    read |= found
    if early:
        now |= found
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            runs_now = early and not constant.co_flags & inspect.CO_OPTIMIZED  # a class body
            _collect(constant, False, runs_now, read, now, written)


class _Bare(ast.NodeTransformer):
    """Removes annotations: with `from __future__ import annotations` they are never evaluated."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.copy_location(ast.arg(node.arg), node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        if node.value is None:
            return ast.copy_location(ast.AnnAssign(node.target, ast.Constant(0), None, node.simple), node)
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def _annotations(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        found = getattr(node, "annotation", None) or getattr(node, "returns", None)
        if isinstance(found, ast.expr):
            yield found


_MUTATORS = frozenset(
    ["add", "append", "clear", "discard", "extend", "fill", "insert", "pop", "popitem", "put", "remove"]
    + ["resize", "reverse", "setdefault", "sort", "update"]
)


def mutates(text: str, name: str) -> bool:
    """Does a text change, as far as can be seen, what an outside name is bound to?

    >>> mutates("def f(x):\\n    LOG.append(x)", "LOG"), mutates("def f(x):\\n    return LOG[x]", "LOG")
    (True, False)
    """
    for node in ast.walk(ast.parse(text)):
        target: ast.expr | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATORS:
            target = node.func.value
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            target = node
        while isinstance(target, (ast.Subscript, ast.Attribute)):
            target = target.value
        if isinstance(target, ast.Name) and target.id == name:
            return True
    return False


def identifiers(text: str) -> set[str]:
    """Every name in a text, in whatever role."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        for field in ("id", "arg", "name"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                found.add(value)
    return found


def renamed(text: str, new: Mapping[str, str]) -> str:
    """The text with outside names (and what it defines at its top) replaced, and nothing else touched.

    >>> renamed("def f(x):  # as before\\n    return g(x)", {"g": "g_1"})
    'def f(x):  # as before\\n    return g_1(x)'
    """
    new = {old: name for old, name in new.items() if old != name}
    if not new:
        return text
    tree = ast.parse(text)
    _require_free(tree, new)
    lines = [line.encode() for line in text.split("\n")]
    places = [(n.lineno, n.col_offset, n.id) for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in new]
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) and statement.name in new:
            line = statement.lineno
            start = lines[line - 1].index(statement.name.encode(), statement.col_offset + 4)
            places.append((line, start, statement.name))
    for line, column, old in sorted(places, reverse=True):
        row = lines[line - 1]
        if row[column : column + len(old.encode())] != old.encode():  # inside an f-string of Python 3.11
            raise S2SADError(f"{old} cannot be renamed in line {line} of this text:\n{text}")
        lines[line - 1] = row[:column] + new[old].encode() + row[column + len(old.encode()) :]
    return b"\n".join(lines).decode()


def _require_free(tree: ast.Module, new: Collection[str]) -> None:
    """Refuses to rename what is also the name of something local."""
    for statement in tree.body:
        for node in ast.walk(statement):
            local = (
                node.arg if isinstance(node, ast.arg)
                else node.id if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
                else getattr(node, "name", None)
            )  # fmt: skip
            is_definition = node is statement or node in getattr(statement, "targets", ())
            names = {local} if isinstance(local, str) else set(getattr(node, "names", ()) or ())
            if not is_definition and names & set(new):
                clash = sorted(names & set(new))[0]
                raise S2SADError(
                    f"two modules use the name {clash} for different things, and a function of one "
                    "of them has a local variable of that name",
                    hint=f"give one of the two another name than {clash}",
                )
