"""Import statements that give objects a name again: for standalone files."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Import:
    """`import module as name`, or, with a member, `from module import member as name`."""

    module: str
    member: str
    name: str
    submodules: set[str] = field(default_factory=set, compare=False)

    @property
    def is_module(self) -> bool:
        return not self.member

    def note_submodules(self, text: str, name: str) -> None:
        """Remembers the submodules that `text` reaches as attributes: the module alone may not load them."""
        if self.module.partition(".")[0] == "numpy":
            return
        for node in ast.walk(ast.parse(text)):
            path = _path(node)
            if path and path[0] == name:
                dotted = self.module
                for attribute in path[1:]:
                    dotted = f"{dotted}.{attribute}"
                    if isinstance(sys.modules.get(dotted), types.ModuleType):
                        self.submodules.add(dotted)

    def also_binds(self) -> set[str]:
        return {s.partition(".")[0] for s in self.submodules}

    def statements(self, final: str) -> list[str]:
        if self.member:
            alias = "" if self.member == final else f" as {final}"
            return [f"from {self.module} import {self.member}{alias}"]
        found = [f"import {s}" for s in sorted(self.submodules)]
        if final == self.module:
            return found or [f"import {self.module}"]
        parent, _, last = self.module.rpartition(".")
        own = f"from {parent} import {last}" if parent and last == final else f"import {self.module} as {final}"
        return [own, *found]


def _path(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        base = _path(node.value)
        return [*base, node.attr] if base else []
    return []


def import_of(name: str, value: Any) -> Import | None:
    """How to import `value`, a module or something that an installed module holds; None if it cannot be."""
    if isinstance(value, types.ModuleType):
        own = value.__name__
        top = own.partition(".")[0]
        return Import(own, "", name) if sys.modules.get(own) is value and top not in ("__main__", "s2sad") else None
    member = getattr(value, "__name__", None) or getattr(value, "_name", None)
    if not isinstance(member, str):
        return None
    module = _holder(value, member)
    return Import(module, member, name) if module else None


def _holder(value: Any, member: str) -> str | None:
    """The public installed module that holds `value` under the name `member`; of several the shortest."""
    stated = getattr(value, "__module__", None)
    if isinstance(stated, str) and is_public(stated) and is_installed(stated) and _has(stated, member, value):
        return stated
    candidates = [
        module for module in list(sys.modules) if is_public(module) and is_installed(module) and _has(module, member, value)
    ]
    return min(candidates, key=lambda m: (m.count("."), len(m), m), default=None)


def _has(module: str, member: str, value: Any) -> bool:
    held = sys.modules.get(module)
    return isinstance(held, types.ModuleType) and vars(held).get(member) is value


def is_public(module: str) -> bool:
    return not any(part.startswith("_") for part in module.split("."))


def is_installed(module: str) -> bool:
    """Does a module belong to Python or to an installed package, rather than to the user's own code?"""
    top = module.partition(".")[0]
    if top in ("__main__", "s2sad"):
        return False
    if top in sys.stdlib_module_names:
        return True
    file = getattr(sys.modules.get(top), "__file__", None) or ""
    parts = file.replace("\\", "/").split("/")
    return "site-packages" in parts or "dist-packages" in parts


def import_lines(imports: Iterable[tuple[Import | None, str]]) -> list[str]:
    """Blocks of import statements: the standard library, then what is installed, then the user's modules."""
    blocks: list[set[str]] = [set(), set(), set()]
    for imported, final in imports:
        if imported is not None:
            top = imported.module.partition(".")[0]
            block = 0 if top in sys.stdlib_module_names else 1 if is_installed(imported.module) else 2
            blocks[block].update(imported.statements(final))
    return ["\n".join(sorted(_merged(b), key=_sorting)) + "\n" for b in blocks if b]


def _merged(statements: set[str]) -> list[str]:
    members: dict[str, list[str]] = {}
    found = []
    for statement in sorted(statements):
        words = statement.split(" ", 3)
        if words[0] == "from":
            members.setdefault(words[1], []).append(words[3])
        else:
            found.append(statement)
    return found + [f"from {module} import {', '.join(names)}" for module, names in members.items()]


def _sorting(statement: str) -> tuple[bool, str]:
    return statement.startswith("from"), statement
