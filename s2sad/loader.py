"""From emitted functions to callable ones that share the real globals and closure cells of the user's functions.

All functions of a derivative stand in one text, as a person would write them in one file. Each is compiled on its
own, inside a factory whose parameters are the names that it takes from outside; so those become closure variables,
whose cells are the user's own, or hold what the text imports.
"""

from __future__ import annotations

import ast
import hashlib
import linecache
import types
from dataclasses import dataclass
from typing import Any

import gast


from s2sad.context import Context
from s2sad.emit import emit_mapped
from s2sad.pipeline import EMITTED, Program


@dataclass(frozen=True, eq=False)
class Loaded:
    """The functions of a derivative, and the text that they stand in."""

    text: str
    filename: str
    functions: dict[str, types.FunctionType]
    origins: dict[int, gast.stmt]


def source_text(program: Program) -> tuple[str, dict[int, gast.stmt]]:
    """The text of all functions under the imports that they need, and the statement of each line."""
    body: list[gast.stmt] = [*imports(program), *(e.tree for e in program.emitted)]
    return emit_mapped(gast.Module(body, []))


def imports(program: Program) -> list[gast.stmt]:
    """Import statements for what emitted code refers to and the user's module does not have."""
    modules: dict[str, str] = {}
    members: dict[str, set[str]] = {}
    for context in program.contexts:
        for name, value in context.links.items():
            if isinstance(value, types.ModuleType):
                modules[name] = value.__name__
            elif isinstance(value, (types.FunctionType, type)):
                module = "s2sad.runtime" if value.__module__.startswith("s2sad.runtime") else value.__module__
                alias = value.__name__ if value.__name__ == name else f"{value.__name__} as {name}"
                members.setdefault(module, set()).add(alias)
    found: list[gast.stmt] = [
        gast.Import([gast.alias(module, name if name != module else None)]) for name, module in sorted(modules.items())
    ]
    for module in sorted(members):
        aliases = [gast.alias(*_split_alias(a)) for a in sorted(members[module])]
        found.append(gast.ImportFrom(module, aliases, 0))
    return found


def _split_alias(text: str) -> tuple[str, str | None]:
    name, _, alias = text.partition(" as ")
    return name, alias or None


def load(program: Program, function: types.FunctionType, cells: dict[str, types.CellType]) -> Loaded:
    """Compiles the functions of a program for `function`, one of those with the code that was transformed."""
    text, origins = source_text(program)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    filename = f"{EMITTED} {program.main} {digest}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    trees = {n.name: n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)}
    shared = {name: types.CellType() for name in trees}
    functions: dict[str, types.FunctionType] = {}
    for emitted in program.emitted:
        context = emitted.context
        main = context is program.contexts[0]
        own, original = (cells, function) if main else (context.source.cells, context.source.function)
        available = {**shared, **own, **{n: types.CellType(v) for n, v in context.links.items()}}
        functions[emitted.tree.name] = _build(trees[emitted.tree.name], filename, available, context, emitted.role, original)
    for name, function in functions.items():
        shared[name].cell_contents = function
    return Loaded(text, filename, functions, origins)


def _build(
    tree: ast.FunctionDef, filename: str, available: dict[str, types.CellType], context: Context, role: str,
    original: types.FunctionType,
) -> types.FunctionType:
    code = _code(tree, filename, tuple(available))
    closure = tuple(available[name] for name in code.co_freevars)
    source = context.source
    function = types.FunctionType(code, source.globals, tree.name, None, closure)
    if role != "backward":
        function.__defaults__ = original.__defaults__
        own = dict(original.__kwdefaults__ or {})
        if role == "joint":
            own[tree.args.kwonlyargs[-1].arg] = 1.0
        function.__kwdefaults__ = own or None
    function.__module__ = source.module
    function.__doc__ = ast.get_docstring(tree)
    return function


def _code(tree: ast.FunctionDef, filename: str, free: tuple[str, ...]) -> types.CodeType:
    """The code of a function whose names in `free` are closure variables."""
    arguments = ast.arguments([], [ast.arg(n) for n in free], None, [], [], None, [])
    plain = _without_defaults(tree)
    factory = ast.FunctionDef("factory", arguments, [plain], [], None, None)
    if "type_params" in ast.FunctionDef._fields:
        factory.type_params = []
    module = ast.Module([ast.fix_missing_locations(ast.copy_location(factory, tree))], [])
    outer = next(c for c in compile(module, filename, "exec").co_consts if isinstance(c, types.CodeType))
    return next(c for c in outer.co_consts if isinstance(c, types.CodeType) and c.co_name == tree.name)


def _without_defaults(tree: ast.FunctionDef) -> ast.FunctionDef:
    """Defaults were evaluated when the user's function was defined: the very same objects are used."""
    args = tree.args
    bare = ast.arguments(args.posonlyargs, args.args, args.vararg, args.kwonlyargs, [None] * len(args.kwonlyargs), args.kwarg, [])
    new = ast.FunctionDef(tree.name, bare, tree.body, [], None, None)
    if "type_params" in ast.FunctionDef._fields:
        new.type_params = []
    return ast.copy_location(new, tree)


