"""Statements of a gast tree, line by line, and the two functions that print a tree.

Blank lines set definitions apart, a comment stays with the definition below it, and each line knows the
statement that it belongs to, so that a traceback through emitted code can name the user's own line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gast

from s2sad.emit.expressions import NAMED, OPERATORS, TUPLE, YIELD, Expressions
from s2sad.emit.literals import docstring
from s2sad.emit.wrapping import WIDTH, wrapped
from s2sad.nodes import is_comment, is_docstring

_DEFINITIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)


def emit(node: gast.AST | Sequence[gast.stmt]) -> str:
    """The source text of a module or statements (ends with a newline), or of an expression (does not)."""
    if isinstance(node, (gast.stmt, gast.Module, list, tuple)):
        return emit_mapped(node)[0]
    return _Emitter().text(node.body if isinstance(node, gast.Expression) else node)


def emit_mapped(node: gast.AST | Sequence[gast.stmt]) -> tuple[str, dict[int, gast.stmt]]:
    """The text, and for each line that is not blank the innermost statement printed there."""
    emitter = _Emitter()
    if isinstance(node, gast.Module):
        emitter.suite(node.body, documented=True)
    else:
        emitter.suite([node] if isinstance(node, gast.stmt) else node)
    statements: dict[int, gast.stmt] = {}
    number = 1
    lines = [wrapped(line, WIDTH) if len(line) > WIDTH and "\n" not in line else line for line in emitter.lines]
    for line, owner in zip(lines, emitter.owners):
        after = number + 1 + line.count("\n")
        if owner is not None:
            statements.update(dict.fromkeys(range(number, after), owner))
        number = after
    return "".join([line + "\n" for line in lines]), statements


class _Emitter(Expressions):
    """The statements; `enter`, `leave`, and simple statements such as `del` and `import` are inherited."""

    def __init__(self) -> None:  # the inherited one would print at once
        self.lines: list[str] = []
        self.owners: list[gast.stmt | None] = []  # the statement of each line
        self.owner: gast.stmt | None = None
        self.docstring: gast.stmt | None = None
        self._indent = 0

    def fill(self, text: str = "") -> None:
        self.lines.append("    " * self._indent + text)
        self.owners.append(self.owner)

    def write(self, text: str) -> None:
        self.lines[-1] += text

    def dispatch(self, tree: Any) -> None:
        """How the inherited methods print what is below them."""
        self.write(self.text(tree))

    def suite(self, body: Sequence[gast.stmt], documented: bool = False) -> None:
        """Statements one below the other; if `documented`, a string that comes first is a docstring."""
        if documented:
            first = next((statement for statement in body if not is_comment(statement)), None)
            self.docstring = first if first is not None and is_docstring(first) else None
        outer = self.owner
        for index, statement in enumerate(body):
            if index and _is_apart(body, index):
                blank = 1 if self._indent else 2
                self.lines += [""] * blank
                self.owners += [None] * blank
            self.owner = statement
            self.method(statement)(statement)
        self.owner = outer

    def block(self, body: Sequence[gast.stmt], documented: bool = False) -> None:
        self.enter()
        self.suite(body, documented)
        if all(is_comment(statement) for statement in body):
            self.fill("pass")
        self.leave()

    def clause(self, keyword: str, body: Sequence[gast.stmt] | None) -> None:
        if body:
            self.fill(keyword)
            self.block(body)

    # Simple statements. Passes leave out optional fields, hence `getattr`.

    def _Expr(self, t: Any) -> None:
        value = t.value
        if is_comment(t):
            for line in value.value.splitlines() or [""]:
                self.fill(f"# {line}".rstrip())
        elif t is self.docstring and not getattr(value, "kind", None):
            self.fill(docstring(value.value))
        else:
            self.fill(self.text(value, YIELD))

    def _Assign(self, t: Any) -> None:
        targets = "".join([f"{self.text(target, TUPLE)} = " for target in t.targets])
        self.fill(targets + self.text(t.value, YIELD))

    def _AugAssign(self, t: Any) -> None:
        self.fill(f"{self.text(t.target)} {OPERATORS[type(t.op)][0]}= {self.text(t.value, YIELD)}")

    def _AnnAssign(self, t: Any) -> None:
        target = self.text(t.target)
        if isinstance(t.target, gast.Name) and not getattr(t, "simple", 1):
            target = f"({target})"
        value = getattr(t, "value", None)
        self.fill(f"{target}: {self.text(t.annotation)}" + (f" = {self.text(value, YIELD)}" if value else ""))

    def _Return(self, t: Any) -> None:
        value = getattr(t, "value", None)
        self.fill(f"return {self.text(value, TUPLE)}" if value else "return")

    def _Raise(self, t: Any) -> None:
        exc, cause = getattr(t, "exc", None), getattr(t, "cause", None)
        origin = f" from {self.text(cause)}" if cause else ""
        self.fill(f"raise {self.text(exc)}{origin}" if exc else "raise")

    def _Assert(self, t: Any) -> None:
        message = getattr(t, "msg", None)
        self.fill(f"assert {self.text(t.test)}" + (f", {self.text(message)}" if message else ""))

    def _ImportFrom(self, t: Any) -> None:
        dots = "." * (getattr(t, "level", 0) or 0)
        self.fill(f"from {dots}{getattr(t, 'module', None) or ''} import {self.texts(t.names)}")

    def _alias(self, t: Any) -> str:
        return f"{t.name} as {t.asname}" if getattr(t, "asname", None) else str(t.name)

    def _TypeAlias(self, t: Any) -> None:
        self.fill(f"type {self.text(t.name)}{self.type_params(t)} = {self.text(t.value)}")

    # Compound statements

    def _If(self, t: Any) -> None:
        keyword = "if"
        while True:
            self.fill(f"{keyword} {self.text(t.test, NAMED)}")
            self.block(t.body)
            orelse = getattr(t, "orelse", None)
            if not orelse or len(orelse) > 1 or not isinstance(orelse[0], gast.If):
                break
            keyword, t = "elif", orelse[0]
            self.owner = t
        self.clause("else", orelse)

    def _While(self, t: Any) -> None:
        self.fill(f"while {self.text(t.test, NAMED)}")
        self.block(t.body)
        self.clause("else", getattr(t, "orelse", None))

    def _For(self, t: Any, prefix: str = "") -> None:
        self.fill(f"{prefix}for {self.text(t.target, TUPLE)} in {self.text(t.iter, TUPLE)}")
        self.block(t.body)
        self.clause("else", getattr(t, "orelse", None))

    def _AsyncFor(self, t: Any) -> None:
        self._For(t, "async ")

    def _With(self, t: Any, prefix: str = "") -> None:
        items = self.texts(t.items)
        only = t.items[0] if len(t.items) == 1 else None
        if only and isinstance(only.context_expr, gast.Tuple) and not getattr(only, "optional_vars", None):
            items = f"({items})"  # `with (a, b)` has two items, `with ((a, b))` one
        self.fill(f"{prefix}with {items}")
        self.block(t.body)

    def _AsyncWith(self, t: Any) -> None:
        self._With(t, "async ")

    def _withitem(self, t: Any) -> str:
        target = getattr(t, "optional_vars", None)
        return self.text(t.context_expr) + (f" as {self.text(target)}" if target else "")

    def _Try(self, t: Any, keyword: str = "except") -> None:
        self.fill("try")
        self.block(t.body)
        for handler in t.handlers:
            caught, name = getattr(handler, "type", None), getattr(handler, "name", None)
            alias = f" as {name.id}" if name else ""
            self.fill(f"{keyword} {self.text(caught)}{alias}" if caught else keyword)
            self.block(handler.body)
        self.clause("else", getattr(t, "orelse", None))
        self.clause("finally", getattr(t, "finalbody", None))

    def _TryStar(self, t: Any) -> None:
        self._Try(t, "except*")

    def _Match(self, t: Any) -> None:
        self.fill(f"match {self.text(t.subject, NAMED)}")
        self.enter()
        for case in t.cases:
            guard = getattr(case, "guard", None)
            self.fill(f"case {self.text(case.pattern)}" + (f" if {self.text(guard, NAMED)}" if guard else ""))
            self.block(case.body)
        self.leave()

    # Definitions

    def _FunctionDef(self, t: Any, prefix: str = "") -> None:
        self.decorators(t)
        returns = getattr(t, "returns", None)
        signature = f"({self.text(t.args)})" + (f" -> {self.text(returns)}" if returns else "")
        self.fill(f"{prefix}def {t.name}{self.type_params(t)}{signature}")
        self.block(t.body, documented=True)

    def _AsyncFunctionDef(self, t: Any) -> None:
        self._FunctionDef(t, "async ")

    def _ClassDef(self, t: Any) -> None:
        self.decorators(t)
        bases = self.texts([*(getattr(t, "bases", None) or ()), *(getattr(t, "keywords", None) or ())])
        self.fill(f"class {t.name}{self.type_params(t)}" + (f"({bases})" if bases else ""))
        self.block(t.body, documented=True)

    def decorators(self, t: Any) -> None:
        for decorator in getattr(t, "decorator_list", None) or ():
            self.fill(f"@{self.text(decorator, NAMED)}")

    def type_params(self, t: Any) -> str:
        params = getattr(t, "type_params", None)
        return f"[{self.texts(params)}]" if params else ""


def _is_apart(body: Sequence[gast.stmt], index: int) -> bool:
    """Whether blank lines come before this statement: around definitions, whose comments stay with them."""
    if isinstance(body[index - 1], _DEFINITIONS):
        return True
    if is_comment(body[index - 1]):
        return False
    while index + 1 < len(body) and is_comment(body[index]):
        index += 1
    return isinstance(body[index], _DEFINITIONS)
