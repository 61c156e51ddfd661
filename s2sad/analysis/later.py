"""May an object change in place after a node, while the reverse sweep still needs what it held there?

Requires: `demands`, the containers that an active statement builds. Produces: yes or no for names that a call is given:
its tape may hold their objects, or views of them.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping

import gast

from s2sad import nodes
from s2sad.analysis.mutation import IMMUTABLE, Aliases, aliases_of, surely_changed
from s2sad.analysis.regions import Attempt, Block, Node, Rest, Simple
from s2sad.analysis.sharing import holders
from s2sad.analysis.versions import Overwrites
from s2sad.context import Context


class LaterChanges:
    """Changes in place of the function's own containers, and of what no derivative flows through."""

    def __init__(self, root: Block, demands: Mapping[gast.stmt, Iterable[str]], context: Context) -> None:
        self._root, self._demands, self._context = root, demands, context

    @functools.cached_property
    def _every(self) -> list[gast.AST]:
        return list(nodes.walk([node.stmt for node in self._root.nodes]))

    @functools.cached_property
    def _holds(self) -> dict[str, set[str]]:
        return holders(self._every, self._context.resolve)

    @functools.cached_property
    def _aliases(self) -> Aliases:
        return aliases_of(self._every, self._context.resolve)

    @functools.cached_property
    def _built(self) -> Overwrites:
        return Overwrites(self._root, lambda node: self._demands.get(node.stmt, ()))

    @functools.cached_property
    def _changed(self) -> Overwrites:
        return Overwrites(self._root, self._roots)

    def after(self, names: Collection[str], node: Node) -> bool:
        """May what one of `names` holds change after `node`, or before it is executed again?"""
        roots = {self._aliases.find(name) for name in names}
        return bool(self.built_after(names, node)) or any(self._changed.after(r, node, after=True) for r in roots)

    def built_after(self, names: Collection[str], node: Node) -> list[str]:
        """The function's own containers among what `names` hold that are changed then."""
        inside = {n for name in names for n in self._holds.get(name, {name})}
        return sorted(name for name in inside if self._built.after(name, node, after=True))

    def _roots(self, node: Node) -> set[str]:
        context = self._context
        changed = {name for part in _parts(node) for name in surely_changed(part, context.resolve)} - context.varied
        return {self._aliases.find(name) for name in changed if context.kinds.get(name) not in IMMUTABLE}


def _parts(node: Node) -> list[gast.AST]:
    """What is executed at a node itself: all of a simple statement, the header of a compound one."""
    if isinstance(node, Rest):
        return []
    if isinstance(node, (Simple, Attempt)):
        return list(nodes.walk(node.stmt))
    return [n for field, part in gast.iter_fields(node.stmt) if field not in ("body", "orelse") for n in _below(part)]


def _below(part: object) -> list[gast.AST]:
    parts = part if isinstance(part, list) else [part]
    return [n for p in parts if isinstance(p, gast.AST) for n in nodes.walk(p)]


__all__ = ["LaterChanges"]
