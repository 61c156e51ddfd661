"""The source of one function with everything that it refers to."""

from __future__ import annotations

import ast
import functools
import keyword
import re
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import nodes
from s2sad.errors import Location, UnsupportedSyntax
from s2sad.origins import of_user
from s2sad.source.finding import Found, FunctionNode, find
from s2sad.source.mangling import mangle
from s2sad.source.webs import separate
from s2sad.source.wrappers import unwrap

_LONGEST = 88  # characters of a statement that are quoted


@dataclass(frozen=True, eq=False)
class FunctionSource:
    """A function as a tree and as text, and the names that it takes from outside.

    `tree` is the caller's own to rewrite; lines and columns in it are those of the file. `text` starts at
    `def` or `lambda`, without decorators and without the indentation that it has in the file. `cells` are the
    real ones: what the function shares with others through them stays shared. `spelled` says what the user calls a
    variable that has another name in the tree.
    """

    tree: gast.FunctionDef = field(repr=False)
    function: types.FunctionType
    name: str
    qualname: str
    module: str
    filename: str
    first_line: int
    text: str = field(repr=False)
    globals: dict[str, Any] = field(repr=False)
    cells: dict[str, types.CellType] = field(repr=False)
    defaults: dict[str, Any] = field(repr=False)
    file_lines: tuple[str, ...] = field(repr=False)
    spelled: dict[str, str] = field(default_factory=dict, repr=False)

    def line(self, number: int) -> str:
        """One line of the file, counted from 1; empty beyond its end."""
        return self.file_lines[number - 1] if 0 < number <= len(self.file_lines) else ""

    def written(self, number: int) -> str:
        """The statement that starts in a line, in one line and without what stands around it; else that line."""
        line = self.line(number)
        node = self._statements.get(number)
        if node is not None:
            lines = list(self.file_lines[number - 1 : node.end_lineno])
            lines[-1] = lines[-1].encode()[: node.end_col_offset].decode()
            lines[0] = lines[0].encode()[node.col_offset :].decode()
            line = _joined(lines)
        return line.strip() if len(line.strip()) <= _LONGEST else line.strip()[:_LONGEST].rstrip() + " ..."

    @functools.cached_property
    def _statements(self) -> dict[int, Any]:
        """The simple statements by the line that each starts in, but for lines with several."""
        found: dict[int, Any] = {}
        for node in nodes.walk(self.tree.body):
            if isinstance(node, gast.stmt):
                alone = node.lineno not in found and not hasattr(node, "body")
                found[node.lineno] = node if alone else None
        return {number: node for number, node in found.items() if node is not None}

    def location(self, node: Any) -> Location:
        """Where `node` stands in the user's file; the start of the function for a node that a pass made."""
        placed = node if getattr(node, "lineno", None) is not None else self.tree
        return _location(self.file_lines, placed, self.function)

    @property
    def closure_values(self) -> dict[str, Any]:
        """What the free variables hold now; those that nothing was assigned to yet are left out."""
        values = {}
        for name, cell in self.cells.items():
            try:
                values[name] = cell.cell_contents
            except ValueError:
                continue
        return values


def read(fn: Callable[..., Any]) -> FunctionSource:
    """The source of the function that is reached from `fn` (see `unwrap`)."""
    function = unwrap(fn).function
    code = function.__code__
    found = find(function)
    tree = _function_def(found, function)
    return FunctionSource(
        tree=tree,
        function=function,
        name=tree.name,
        qualname=function.__qualname__,
        module=function.__module__ or "",
        filename=code.co_filename,
        first_line=found.node.lineno,
        text=_text(found),
        globals=function.__globals__,
        cells=dict(zip(code.co_freevars, function.__closure__ or ())),
        defaults=_defaults(function),
        file_lines=found.file.lines,
        spelled=separate(tree),
    )


def read_text(function: types.FunctionType) -> str:
    """The function's text as a statement that can be compiled by itself."""
    found = find(function)
    return f"({_text(found)})\n" if isinstance(found.node, ast.Lambda) else _text(found)


def _function_def(found: Found, function: types.FunctionType) -> gast.FunctionDef:
    node = found.node
    if isinstance(node, ast.AsyncFunctionDef):
        raise UnsupportedSyntax(
            f"{function.__qualname__} is an async function",
            location=_location(found.file.lines, node, function),
            hint="move the computation into an ordinary function, differentiate that, and call it from here",
        )
    if isinstance(node, ast.Lambda):
        name = function.__name__
        valid = name.isidentifier() and not keyword.iskeyword(name)
        body: list[ast.stmt] = [ast.copy_location(ast.Return(node.body), node.body)]
        name = name if valid else "lambda_fn"
        plain = ast.FunctionDef(name=name, args=node.args, body=body, decorator_list=[])
    else:
        plain = ast.FunctionDef(**dict(ast.iter_fields(node)))
        plain.decorator_list = []
    try:
        module = gast.ast_to_gast(ast.Module([ast.copy_location(plain, node)], []))
        return mangle(module.body[0], found.class_name)
    except RecursionError as error:
        raise UnsupportedSyntax(
            f"an expression in {function.__qualname__} is nested too deeply",
            location=_location(found.file.lines, node, function),
            hint="split the expression into several statements, or use a loop",
        ) from error


def _location(lines: tuple[str, ...], node: Any, function: types.FunctionType) -> Location:
    text = lines[node.lineno - 1] if 0 < node.lineno <= len(lines) else ""
    column = len(text.encode()[: node.col_offset or 0].decode(errors="ignore"))
    return of_user(Location(function.__code__.co_filename, node.lineno, column, text, function.__qualname__))


def _text(found: Found) -> str:
    """The function's text, moved to the left margin; what stands inside of strings stays as it is."""
    node = found.node
    end = node.end_lineno or node.lineno
    lines = list(found.file.lines[node.lineno - 1 : end])
    if isinstance(node, ast.Lambda):
        return _segment(lines, node)
    margin = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    kept = _inside_strings(node) if margin else set()
    for index in range(len(lines)):
        if node.lineno + index not in kept:
            lines[index] = lines[index].removeprefix(margin)
    return "\n".join(lines) + "\n"


def _segment(lines: list[str], node: FunctionNode) -> str:
    lines[-1] = lines[-1].encode()[: node.end_col_offset].decode()
    lines[0] = lines[0].encode()[node.col_offset :].decode()
    return "\n".join(lines)


def _joined(lines: list[str]) -> str:
    """The lines of a statement as one, without the comments within."""
    parts = [re.sub(r"\s+#[^'\"]*$", "", part).strip() for part in lines[:-1]]
    text = " ".join([*parts, lines[-1].strip()])
    return re.sub(r",? ([)\]}])", r"\1", re.sub(r"([(\[{]) ", r"\1", text)) if parts else text


def _inside_strings(node: ast.AST) -> set[int]:
    """The lines that begin within a string."""
    return {
        line
        for n in ast.walk(node)
        if isinstance(n, ast.JoinedStr) or (isinstance(n, ast.Constant) and isinstance(n.value, (str, bytes)))
        for line in range(n.lineno + 1, (n.end_lineno or n.lineno) + 1)
    }


def _defaults(function: types.FunctionType) -> dict[str, Any]:
    """The default values by parameter, as they are now."""
    code, positional = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    return {**dict(zip(names[len(names) - len(positional) :], positional)), **(function.__kwdefaults__ or {})}
