"""What the passes share while one function is transformed."""

from __future__ import annotations

import builtins
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from s2sad import nodes
from s2sad.errors import NotDifferentiable, S2SADError, UnsupportedSyntax
from s2sad.naming import Namer
from s2sad.source import FunctionSource

UNKNOWN: Any = object()


@dataclass(frozen=True)
class Callee:
    """The split derivative of a function that emitted code calls."""

    forward: str
    backward: str
    active: tuple[str, ...]


@dataclass
class Context:
    """One function being transformed: its source, the names in use, and what its emitted code links to.

    `links` maps names of emitted code to objects that the user's function does not itself refer to; `dependencies`
    holds what was looked up by name and must still be the same object when the derivative is called. `varied` and `kinds`
    are the facts of `analysis`, kept true for the names that passes add. `changing` are temporaries that hold outer
    objects which may change in place, `dropped` the results that nothing uses, `named` the cotangents of the user's own
    variables, which are not un-nested. `trusted` marks emitted code that is differentiated again: it works in place only
    on arrays of its own. `volatile` says that outer variables may change before the reverse sweep reads them. `closures`
    are the function's own nested functions that are bound once, with the active variables that they capture. `constant` are
    temporaries of emitted code that were computed from its tape alone. `site` is where the user's code calls the library that
    this function belongs to.
    """

    source: FunctionSource
    active: tuple[str, ...]
    namer: Namer
    parameter_kinds: Mapping[str, str] = field(default_factory=dict)
    links: dict[str, Any] = field(default_factory=dict)
    dependencies: dict[str, Any] = field(default_factory=dict)
    locals: set[str] = field(default_factory=set)
    varied: set[str] = field(default_factory=set)
    kinds: dict[str, str] = field(default_factory=dict)
    changing: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    trusted: bool = False
    volatile: bool = False
    closures: dict[str, tuple[str, ...]] = field(default_factory=dict)
    constant: set[str] = field(default_factory=set)
    errors: list[S2SADError] = field(default_factory=list)
    split: Callable[[Any, tuple[str, ...], Mapping[str, str], gast.Call], Callee] | None = None
    site: tuple[Context, gast.Call] | None = None

    def resolve(self, node: gast.AST) -> Any:
        """The object that a name or dotted name is bound to outside the function, or UNKNOWN."""
        if isinstance(node, gast.Name):
            return self._resolve_name(node.id)
        if isinstance(node, gast.Attribute):
            owner = self.resolve(node.value)
            if isinstance(owner, (types.ModuleType, type)):
                return self._depend(f"{ast_path(node)}", getattr(owner, node.attr, UNKNOWN))
            if isinstance(owner, np.ufunc):  # np.add.reduce has a rule of its own
                return getattr(owner, node.attr, UNKNOWN)
            if owner is not UNKNOWN and not isinstance(owner, (int, float, complex, str)):
                member = getattr(type(owner), node.attr, UNKNOWN)
                if isinstance(member, types.MethodDescriptorType):
                    return self._depend(ast_path(node), member)
        return UNKNOWN

    def _resolve_name(self, name: str) -> Any:
        if name in self.links:
            return self.links[name]
        if name in self.locals or name in self.active:
            return UNKNOWN
        if name in self.source.cells:
            try:
                return self._depend(name, self.source.cells[name].cell_contents)
            except ValueError:
                return UNKNOWN
        if name in self.source.globals:
            return self._depend(name, self.source.globals[name])
        return self._depend(name, getattr(builtins, name, UNKNOWN))

    def _depend(self, path: str, value: Any) -> Any:
        if value is not UNKNOWN and (callable(value) or isinstance(value, types.ModuleType)):
            self.dependencies.setdefault(path, value)
        return value

    def temporary(self, base: str = "t", *, varied: bool = True, kind: str = "unknown") -> str:
        """A fresh local name."""
        name = self.namer.fresh(base)
        self.locals.add(name)
        self.kinds[name] = kind
        if varied:
            self.varied.add(name)
        return name

    def link(self, name: str, value: Any) -> gast.Name:
        """A name by which emitted code reaches `value`: the user's own where it is bound to the same object."""
        if name not in self.locals and name not in self.source.cells and self.source.globals.get(name, UNKNOWN) is value:
            return nodes.load(name)
        builtin = getattr(builtins, name, UNKNOWN) is value and name not in self.source.globals
        if builtin and name not in self.locals and name not in self.source.cells:
            return nodes.load(name)
        for known, linked in self.links.items():
            if linked is value:
                return nodes.load(known)
        chosen = self.namer.fresh(name)
        self.links[chosen] = value
        return nodes.load(chosen)

    def refuse(self, node: gast.AST, message: str, hint: str, *, syntax: bool = False) -> None:
        """Notes a construct that cannot be differentiated; all of them are reported together."""
        error = UnsupportedSyntax if syntax else NotDifferentiable
        location = self.source.location(node)
        for name, spelled in self.source.spelled.items():
            message = re.sub(rf"\b{name}\b", spelled, message)
        if not any(e.location == location and str(e).startswith(message) for e in self.errors):
            self.errors.append(error(message, location=location, hint=hint))


def ast_path(node: gast.AST) -> str:
    """`a.b.c` of a chain of attributes."""
    if isinstance(node, gast.Attribute):
        return f"{ast_path(node.value)}.{node.attr}"
    assert isinstance(node, gast.Name)
    return str(node.id)
