"""From a transformed program to an artifact: the text, and how each thing that it refers to is found
again.
"""

from __future__ import annotations

import types
from typing import Any

import gast

from s2sad import nodes, runtime
from s2sad.artifact import Artifact, Owner, Piece
from s2sad.context import Context
from s2sad.dependencies import fingerprints, imported
from s2sad.emit import emit_mapped
from s2sad.pipeline import Emitted, Program
from s2sad.source import unwrap


class Packed:
    """An artifact, with what only this process can find: functions without a path, objects without a name."""

    __slots__ = ("artifact", "functions", "objects")

    def __init__(self, artifact: Artifact, functions: dict[int, types.FunctionType], objects: dict[str, Any]) -> None:
        self.artifact, self.functions, self.objects = artifact, functions, objects


def pack(program: Program, function: types.FunctionType) -> Packed:
    """The artifact of a program that was made for `function`."""
    text, origins = source_text(program)
    contexts = program.contexts
    missing: dict[int, types.FunctionType] = {}
    objects: dict[str, Any] = {}
    owners = []
    prints = fingerprints(function, [context.dependencies for context in contexts])  # of what was seen, not of what is
    for number, context in enumerate(contexts):
        parent, path = (-1, "") if number == 0 else _path(contexts, number, function)
        if parent == -2:
            missing[number] = context.source.function
        links = {name: _spelled(value, objects) for name, value in context.links.items()}
        start = context.source.first_line - context.source.function.__code__.co_firstlineno
        owners.append(Owner(parent, path, start, links, prints[number]))
    numbers = {id(context): number for number, context in enumerate(contexts)}
    pieces = tuple(Piece(e.tree.name, e.role, numbers[id(e.context)]) for e in program.emitted)
    lines = _lines(program.emitted, numbers, text, origins)
    return Packed(Artifact(program.main, text, pieces, tuple(owners), lines), missing, objects)


def _path(contexts: list[Context], number: int, main: types.FunctionType) -> tuple[int, str]:
    """Where a callee was looked up: the number of the caller, and the path that it wrote; (-2, "") if
    unknown.
    """
    wanted = contexts[number].source.function
    if wanted is main:
        return -1, ""
    for parent, context in enumerate(contexts[:number]):
        for path, value in [*sorted(context.dependencies.items()), *sorted(context.links.items())]:
            if value is wanted:
                return parent, path
            if isinstance(value, types.FunctionType) and unwrap(value).function is wanted:
                return parent, path
    return -2, ""


def _spelled(value: Any, objects: dict[str, Any]) -> str:
    """`module:name` of something that can be imported; anything else is kept in `objects`."""
    if isinstance(value, types.ModuleType):
        spelled = f"{value.__name__}:"
    else:
        spelled = f"{getattr(value, '__module__', None)}:{getattr(value, '__qualname__', type(value).__qualname__)}"
    if imported(spelled) is value:
        return spelled
    spelled = f"object:{len(objects)}"
    objects[spelled] = value
    return spelled


# -- text -----------------------------------------------------------------------------------------------


def source_text(program: Program) -> tuple[str, dict[int, gast.stmt]]:
    """The text of all functions under the imports that they need, and the statement of each line."""
    body: list[gast.stmt] = [*imports(program), *(e.tree for e in program.emitted)]
    return emit_mapped(gast.Module(body, []))


def imports(program: Program) -> list[gast.stmt]:
    """Import statements for what emitted code refers to and the user's module does not have."""
    modules: dict[str, str] = {}
    members: dict[str, set[tuple[str, str | None]]] = {}
    for context in program.contexts:
        used = nodes.loads([e.tree for e in program.emitted if e.context is context])
        for name, value in context.links.items():
            if name not in used:  # such as what a partial derivative that nobody asked for needs
                continue
            if isinstance(value, types.ModuleType):
                modules[name] = value.__name__
            elif isinstance(value, (types.FunctionType, type)) and value.__name__.isidentifier():
                module = "s2sad.runtime" if getattr(runtime, value.__name__, None) is value else value.__module__
                members.setdefault(module, set()).add((value.__name__, None if value.__name__ == name else name))
    found: list[gast.stmt] = [
        gast.Import([gast.alias(module, name if name != module else None)]) for name, module in sorted(modules.items())
    ]
    for module in sorted(members):
        aliases = [gast.alias(name, alias) for name, alias in sorted(members[module], key=lambda m: (m[0], m[1] or ""))]
        found.append(gast.ImportFrom(module, aliases, 0))
    return found


def _lines(emitted: list[Emitted], numbers: dict[int, int], text: str, origins: dict[int, gast.stmt]) -> str:
    """For each emitted line the user's line that it belongs to: its own, or that of the comment above it."""
    owners = {e.tree.name: e for e in emitted}
    found = []
    current: Emitted | None = None
    last = None
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("def "):
            current, last = owners[line[4 : line.index("(")]], None
        stmt = origins.get(number)
        if current is None or stmt is None:
            continue
        source = current.context.source
        position = getattr(stmt, "lineno", None)
        if position is not None and not isinstance(stmt, gast.FunctionDef):
            last = f"{numbers[id(current.context)]} {position - source.first_line}"
        if last is not None:
            found.append(f"{number} {last}")
    return ", ".join(found)
