"""Modules of s2sad as text, to copy from: each definition with its comments, and what it imports."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
from dataclasses import dataclass

MISSING = object()
COPIED = ("s2sad.runtime", "s2sad.adjoints.equivalents")  # what emitted code calls
_PRAGMA = re.compile(r"  # (type: ignore|noqa)\S*$")


@dataclass(frozen=True)
class Definition:
    """The text of one definition; `imports` is what it imported from s2sad: name -> (module, member)."""

    text: str
    imports: dict[str, tuple[str, str]]


@dataclass(frozen=True, eq=False)
class ModuleText:
    """`imported` maps a name to (module, member), the member empty for a module itself."""

    name: str
    lines: tuple[str, ...]
    definitions: dict[str, ast.stmt]
    imported: dict[str, tuple[str, str]]

    @property
    def depth(self) -> int:
        """How many layers of modules of s2sad it stands on."""
        below = {base for base, member in self.imported.values() if member and base.startswith(COPIED)}
        return 1 + max((module_text(base).depth for base in below), default=0)

    def definition(self, name: str) -> Definition:
        node = self.definitions[name]
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        while first > 1 and self.lines[first - 2].startswith("#"):
            first -= 1
        last = node.end_lineno or node.lineno
        dropped: set[int] = set()
        imports: dict[str, tuple[str, str]] = {}
        for inner in ast.walk(node):
            if isinstance(inner, ast.ImportFrom) and (inner.module or "").startswith("s2sad"):
                imports.update(_members(inner))
                dropped |= set(range(inner.lineno, (inner.end_lineno or inner.lineno) + 1))
        for line in sorted(dropped):
            if line + 1 not in dropped and line < last and not self.lines[line].strip():
                dropped.add(line + 1)  # the blank line after the imports
        kept = [_PRAGMA.sub("", self.lines[i - 1]) for i in range(first, last + 1) if i not in dropped]
        return Definition("\n".join(kept) + "\n", imports)


@functools.cache
def module_text(name: str) -> ModuleText:
    text = inspect.getsource(importlib.import_module(name))
    definitions: dict[str, ast.stmt] = {}
    imported: dict[str, tuple[str, str]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign):
            definitions.update({t.id: node for t in node.targets if isinstance(t, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            definitions[node.target.id] = node
        elif isinstance(node, ast.Import):
            imported.update({a.asname or a.name: (a.name, "") for a in node.names})
        elif isinstance(node, ast.ImportFrom):
            imported.update(_members(node))
    return ModuleText(name, tuple(text.split("\n")), definitions, imported)


def _members(node: ast.ImportFrom) -> dict[str, tuple[str, str]]:
    return {alias.asname or alias.name: (node.module or "", alias.name) for alias in node.names}
