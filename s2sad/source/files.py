"""The text that a code object came from, parsed once per text."""

from __future__ import annotations
import __future__

import ast
import functools
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from s2sad.dependencies import text_lines
from s2sad.errors import SourceNotFound, UnsupportedSyntax

T = TypeVar("T")
# One thread at a time: filters of warnings are everybody's, and Python 3.11 counts the depth of all trees together.
_parsing = threading.RLock()

# Features of `from __future__` that a code object inherits from its module.
_FUTURE = functools.reduce(
    lambda mask, name: mask | getattr(__future__, name).compiler_flag, __future__.all_feature_names, 0
)


@dataclass(frozen=True, eq=False)
class ParsedFile:
    """One text and its tree, both shared by all the functions that are read from it: never changed.

    `imports` are those of the module itself, wherever they stand in it.
    """

    tree: ast.Module
    lines: tuple[str, ...]
    imports: tuple[ast.stmt, ...]


def parsed_file(code: types.CodeType, namespace: dict[str, Any]) -> ParsedFile:
    """The file, notebook cell, doctest or registered text that `code` was compiled from."""
    lines = _text_lines(code, namespace)
    if not lines:
        what = f"the source of {code.co_qualname} cannot be found: {_why(code)}"
        raise SourceNotFound(what, hint=_remedy(code))
    # texts are usually registered with their line ends, but not always
    joint = "" if any(line.endswith("\n") for line in lines[:-1]) else "\n"
    try:
        return _parse(joint.join(lines))
    except (SyntaxError, ValueError) as error:
        raise stale(code, f"it is not Python any more ({error})") from error
    except RecursionError as error:
        raise UnsupportedSyntax(
            f"something in {code.co_filename} is nested too deeply to be parsed",
            hint="split long expressions into several statements, or give the function a file of its own",
        ) from error


def has_text(code: types.CodeType, namespace: dict[str, Any]) -> bool:
    return bool(_text_lines(code, namespace))


def _text_lines(code: types.CodeType, namespace: dict[str, Any]) -> list[str]:
    lines = text_lines(code, namespace)
    if code.co_filename == "<string>":  # that of `python -c`, which 3.13 keeps, or any text given to exec
        texts = [lines, *(argument.splitlines(True) for argument in sys.orig_argv)]
        return next((text for text in texts if _stands_in(text, code)), [])
    return lines


def _stands_in(lines: list[str], code: types.CodeType) -> bool:
    """Is the text that of `code`?"""
    try:
        return bool(compiled(_parse("".join(lines)), code))
    except (SyntaxError, ValueError, RecursionError, UnsupportedSyntax):
        return False


def stale(code: types.CodeType, what: str) -> SourceNotFound:
    """The text does not belong to the code: what to say in place of a guess."""
    return SourceNotFound(
        f"the text of {code.co_filename} does not fit the running {code.co_qualname}, line {code.co_firstlineno}: {what}",
        hint="import or define it again if the text changed since (importlib.reload, or a new process); "
        "if an import hook or a tool rewrites the module, leave this function out of it",
    )


def _why(code: types.CodeType) -> str:
    filename = code.co_filename
    if filename == "<stdin>":
        return "it was typed at a prompt that does not keep its text"
    if filename.startswith("<frozen"):
        return "it belongs to a module that is built into Python"
    if filename.startswith("<"):
        return f"it was made from text by exec or eval ({filename}), and the text was not kept"
    return f"there is no file {filename}"


def _remedy(code: types.CodeType) -> str:
    if code.co_filename.startswith("<frozen"):
        return "register a rule for it, or write what it does in Python"
    if code.co_filename.startswith("<"):
        return (
            "put it in a file, or use a notebook or IPython; code that makes functions from text can "
            "register it: linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)"
        )
    return "install the package with its .py files, or register a rule for the function"


@functools.lru_cache(maxsize=32)
def _parse(text: str) -> ParsedFile:
    tree = _despite_warnings(lambda: ast.parse(text))
    return ParsedFile(tree, tuple(text.split("\n")), tuple(_imports(tree.body)))


def _imports(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement
        elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for block in ("body", "orelse", "finalbody"):
                yield from _imports(getattr(statement, block, []))
            for part in [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
                yield from _imports(part.body)


def _despite_warnings(parse: Callable[[], T]) -> T:
    """Text that has been imported may be parsed again although it warns, even where warnings are errors."""
    with _parsing:
        try:
            return parse()
        except SyntaxError:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return parse()


def first_line(node: ast.AST) -> int:
    """The line that a code object calls its first: that of the first decorator, if there is one."""
    decorators = getattr(node, "decorator_list", None)
    return int(decorators[0].lineno if decorators else getattr(node, "lineno", 0))


def spans(node: ast.AST, line: int) -> bool:
    """May `line` be inside the node? True of nodes that have no position."""
    end = getattr(node, "end_lineno", None)
    return end is None or first_line(node) <= line <= int(end)


def compiled(file: ParsedFile, code: types.CodeType, free: tuple[str, ...] = ()) -> list[types.CodeType]:
    """The code objects that the text gives today for the place where `code` starts.

    With `free`, as if the text stood in a function that has these names: so are emitted functions loaded, to
    give them the cells of others.
    """
    around = tuple(s for s in file.tree.body if spans(s, code.co_firstlineno))
    # since 3.12 the compiler treats attributes of what the module imports in another way: show it the imports
    statements = around if free else (*file.imports, *around)
    try:
        found = _compiled(statements, code.co_filename, code.co_flags & _FUTURE, free)
    except (SyntaxError, ValueError):
        return []
    except RecursionError as error:
        raise UnsupportedSyntax(
            f"something around {code.co_qualname} in {code.co_filename} is nested too deeply to be compiled",
            hint="split long expressions into several statements",
        ) from error
    return [c for c in found if (c.co_name, c.co_firstlineno) == (code.co_name, code.co_firstlineno)]


def compiled_alone(file: ParsedFile, node: ast.Lambda, code: types.CodeType) -> types.CodeType:
    """What one lambda compiles to without the others around it, if it has the free variables of `code`."""
    args, free = node.args, code.co_freevars
    no_defaults: list[ast.expr | None] = [None] * len(args.kwonlyargs)
    bare = ast.arguments(args.posonlyargs, args.args, args.vararg, args.kwonlyargs, no_defaults, args.kwarg, [])
    statement = ast.copy_location(ast.Expr(ast.copy_location(ast.Lambda(bare, node.body), node)), node)
    statements = (statement,) if free else (*file.imports, statement)
    found = _compiled.__wrapped__(statements, code.co_filename, code.co_flags & _FUTURE, free)
    return next(c for c in found if c.co_name == "<lambda>")


@functools.lru_cache(maxsize=256)
def _compiled(
    statements: tuple[ast.stmt, ...], filename: str, flags: int, free: tuple[str, ...]
) -> tuple[types.CodeType, ...]:
    body = list(statements)
    if free and body:
        names = ast.arguments([], [ast.arg(name) for name in free], None, [], [], None, [])
        factory = ast.FunctionDef(name="factory", args=names, body=body, decorator_list=[])
        if "type_params" in ast.FunctionDef._fields:
            setattr(factory, "type_params", [])  # noqa: B010 (a field since 3.12)
        body = [ast.fix_missing_locations(ast.copy_location(factory, body[0]))]
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    module = ast.Module(body, [])
    code = _despite_warnings(lambda: compile(module, filename, "exec", flags=flags, dont_inherit=True))
    return tuple(_nested(code))


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _nested(constant)
