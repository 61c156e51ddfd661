"""Names for what passes introduce: never a name that the user has, and the same ones on every run."""

from __future__ import annotations

import builtins
from collections.abc import Iterable

import gast

from s2sad import nodes


class Namer:
    """Hands out names that are not in use: `fresh("t")` gives t, t_1, t_2 and so on."""

    def __init__(self, used: Iterable[str]) -> None:
        self._used = set(used) | set(dir(builtins))
        self._next: dict[str, int] = {}
        self.issued: set[str] = set()

    def fresh(self, base: str) -> str:
        name = self._unused(base)
        self._used.add(name)
        self.issued.add(name)
        return name

    def _unused(self, base: str) -> str:
        if base not in self._used:
            return base
        number = self._next.get(base, 1)
        while f"{base}_{number}" in self._used:
            number += 1
        self._next[base] = number + 1
        return f"{base}_{number}"

    def is_free(self, name: str) -> bool:
        return name not in self._used

    def reserve(self, names: Iterable[str]) -> None:
        self._used.update(names)


def used_names(function: gast.FunctionDef) -> set[str]:
    """Every identifier that occurs in a function, in whatever role."""
    found = {function.name}
    for node in nodes.walk(function):
        found |= nodes.binds(node)
        if isinstance(node, gast.Name):
            found.add(node.id)
        elif isinstance(node, gast.ExceptHandler) and isinstance(node.name, str):
            found.add(node.name)
        elif isinstance(node, (gast.Global, gast.Nonlocal)):
            found.update(node.names)
    return found
