"""What a name in a piece of source stands for, seen from where the piece comes from."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.errors import Location
from s2sad.standalone.module_text import COPIED, MISSING, ModuleText, module_text
from s2sad.standalone.refusals import Where

BUILTIN = "builtin"
Look = Callable[[str], Any]


@dataclass(frozen=True)
class Helper:
    """A definition in a module of s2sad."""

    module: ModuleText
    name: str


def helper_of(value: Any, module: str) -> Helper | None:
    """A function or class of s2sad that may be copied: what emitted code calls, and `stop_gradient`."""
    name = getattr(value, "__name__", "")
    if not isinstance(value, (types.FunctionType, type)):
        return None
    if module.startswith(COPIED) or (module == "s2sad.api" and name == "stop_gradient"):
        return Helper(module_text(module), name)
    return None


def _defined(module: ModuleText, name: str) -> Helper:
    """The definition behind a name that a package may only pass on."""
    while name not in module.definitions:
        base, name = module.imported[name]
        module = module_text(base)
    return Helper(module, name)


def helper_look(module: ModuleText, local_imports: dict[str, tuple[str, str]], name: str) -> Any:
    origin = local_imports.get(name) or module.imported.get(name)
    if origin is not None:
        base, member = origin
        if base.startswith("s2sad.") and member:
            return _defined(module_text(base), member)
        found = sys.modules[base]
        return getattr(found, member) if member else found
    if name in module.definitions:
        return Helper(module, name)
    return BUILTIN if hasattr(builtins, name) else MISSING


def constant_look(name: str) -> Any:
    return sys.modules["numpy"] if name == "np" else BUILTIN


def plain_look(context: Context) -> Look:
    source = context.source

    def look(name: str) -> Any:
        if name in source.cells:
            return source.closure_values.get(name, MISSING)
        if name in source.globals:
            return source.globals[name]
        return BUILTIN if hasattr(builtins, name) else MISSING

    return look


def locator(tree: gast.AST, context: Context) -> Where:
    def where(name: str) -> Location | None:
        for node in nodes.walk(tree):
            if isinstance(node, gast.Name) and node.id == name and getattr(node, "lineno", None) is not None:
                return context.source.location(node)
        return context.source.location(context.source.tree)

    return where


def emitted_look(context: Context, derivatives: Mapping[str, Any]) -> Look:
    plain = plain_look(context)

    def look(name: str) -> Any:
        if name in context.links:
            return context.links[name]
        if name in derivatives and name not in context.source.cells:
            return derivatives[name]
        return plain(name)

    return look
