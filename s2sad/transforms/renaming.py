"""Other names for variables, in one scope and wherever the scopes within it mean the same variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gast

from s2sad import nodes


def renamed(node: gast.AST, names: Mapping[str, str]) -> Any:
    """A copy of a statement or expression with its variables renamed."""
    return _Rename(names).visit(nodes.clone(node))


class _Rename(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: gast.Name) -> gast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_MatchAs(self, node: gast.MatchAs) -> gast.MatchAs:
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        return node

    def visit_MatchStar(self, node: gast.MatchStar) -> gast.MatchStar:
        node.name = self.names.get(node.name, node.name)
        return node

    def visit_Nonlocal(self, node: gast.Nonlocal) -> gast.Nonlocal:
        node.names = [self.names.get(n, n) for n in node.names]
        return node

    def _scope(self, node: gast.AST) -> gast.AST:
        own = set(nodes.all_parameters(node.args))
        body = node.body if isinstance(node.body, list) else [node.body]
        if isinstance(node, gast.FunctionDef):
            declared = nodes.declared(body, gast.Nonlocal)
            own |= nodes.stores(body) - declared
            node.name = self.names.get(node.name, node.name)
        inner = _Rename({k: v for k, v in self.names.items() if k not in own})
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.args.kw_defaults = [self.visit(d) if d is not None else None for d in node.args.kw_defaults]
        inside = [inner.visit(s) for s in body]
        node.body = inside if isinstance(node.body, list) else inside[0]
        return node

    visit_FunctionDef = visit_Lambda = _scope
