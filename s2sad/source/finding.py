"""Finding the node of exactly the function that runs.

A code object says in which file and line its function starts, but a line may hold several lambdas. Since
Python 3.11 it also says where each of its instructions comes from, to the column: a function's come from its
body. What is found is compiled and compared with the code that runs, so a text edited since is no match.
"""

from __future__ import annotations

import ast
import dis
import inspect
import re
import types
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from s2sad.errors import SourceNotFound
from s2sad.source.files import ParsedFile, compiled, compiled_alone, first_line, parsed_file, spans, stale

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Position: TypeAlias = tuple[int | None, int | None, int | None, int | None]

_FAST = re.compile("LOAD_FAST|STORE_FAST")
_SILENT = {"NOP", "CACHE", "RESUME", "EXTENDED_ARG", "COPY_FREE_VARS", "MAKE_CELL", "RETURN_GENERATOR"}
_PYTEST = "@pytest_ar"  # the name by which pytest's rewritten assertions call it


@dataclass(frozen=True)
class Found:
    """A function's node, the file that holds it, and the class whose private names it may use."""

    node: FunctionNode
    file: ParsedFile
    class_name: str | None


def find(function: types.FunctionType) -> Found:
    code = function.__code__
    file = parsed_file(code, function.__globals__)
    candidates = _candidates(file, code)
    if not candidates:
        raise stale(code, "no such function starts there")
    asserts = _asserts(candidates) if _PYTEST in function.__globals__ else []
    twins = [c for c in compiled(file, code) if _same(c, code, asserts)]
    if not twins and code.co_freevars:
        twins = [c for c in compiled(file, code, code.co_freevars) if _same(c, code, asserts)]
    if not twins:
        raise stale(code, "the text now says something else")
    if len(candidates) == 1:
        return candidates[0]
    held = [c for c in candidates if _holds(c.node, code)]
    if held:  # bodies that hold the same instruction are nested in each other, and it belongs to the innermost
        return max(held, key=lambda c: _start(c.node))
    return _by_meaning(candidates, code)


def _by_meaning(candidates: list[Found], code: types.CodeType) -> Found:
    """Tells lambdas apart that Python gives no columns for: constant ones in 3.12, or all if told so."""
    alike = [
        c for c in candidates if isinstance(c.node, ast.Lambda) and _same(compiled_alone(c.file, c.node, code), code, [])
    ]
    if len({ast.dump(c.node) for c in alike}) != 1:
        raise SourceNotFound(
            f"line {code.co_firstlineno} of {code.co_filename} holds several lambdas, and nothing tells "
            "which of them is meant",
            hint="give each lambda a line of its own (or run Python without -X no_debug_ranges)",
        )
    return alike[0]


def _candidates(file: ParsedFile, code: types.CodeType) -> list[Found]:
    """All functions of the right name that start at the right line."""
    kinds = ast.Lambda if code.co_name == "<lambda>" else (ast.FunctionDef, ast.AsyncFunctionDef)
    line, name, found = code.co_firstlineno, code.co_name, []
    todo: list[tuple[ast.AST, str | None]] = [(s, None) for s in file.tree.body]
    while todo:
        node, class_name = todo.pop()
        if not spans(node, line):
            continue
        if isinstance(node, kinds) and first_line(node) == line and getattr(node, "name", name) == name:
            found.append(Found(node, file, class_name))
        if isinstance(node, ast.ClassDef):
            todo += [(s, node.name) for s in node.body]
            todo += [(n, class_name) for n in [*node.bases, *node.keywords, *node.decorator_list]]
        else:
            todo += [(n, class_name) for n in ast.iter_child_nodes(node)]
    return found


def _start(node: FunctionNode) -> tuple[int, int]:
    first = node.body if isinstance(node, ast.Lambda) else node.body[0]
    return first.lineno, first.col_offset


def _holds(node: FunctionNode, code: types.CodeType) -> bool:
    """Does an instruction of `code` come from the body of `node`?"""
    last = node.body if isinstance(node, ast.Lambda) else node.body[-1]
    start, end = _start(node), (last.end_lineno or 0, last.end_col_offset or 0)
    return any(_within(position, start, end) for position in code.co_positions())


def _within(position: Position, start: tuple[int, int], end: tuple[int, int]) -> bool:
    line, end_line, column, end_column = position
    if line is None or end_line is None or column is None or end_column is None:
        return False
    return start <= (line, column) and (end_line, end_column) <= end


def _same(one: types.CodeType, other: types.CodeType, asserts: list[ast.Assert]) -> bool:
    """Do both mean the same, instruction by instruction and place by place?"""
    if one == other:
        return True
    columns = _has_columns(one) and _has_columns(other)
    return _meaning(one, asserts, columns) == _meaning(other, asserts, columns)


def _has_columns(code: types.CodeType) -> bool:
    return any(position[2] is not None and position[3] for position in code.co_positions())


def _meaning(code: types.CodeType, asserts: list[ast.Assert], columns: bool) -> Collection[object]:
    """The instructions with their places; without their order, if columns give it.

    Two compilations of one text can differ in what is left out here: columns (one of them ran without),
    jumps, and how neighbours are fused. `asserts` are left out where pytest has rewritten them.
    """
    arity = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
    stars = code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + stars.bit_count()]
    found: list[object] = [(arity, stars, parameters, code.co_freevars)]
    for instruction in dis.get_instructions(code):
        name, value, where = instruction.opname, instruction.argval, instruction.positions
        if name in _SILENT or "JUMP" in name or name == "FOR_ITER" or where is None or where.lineno is None:
            continue
        place: Position = (where.lineno, where.end_lineno, where.col_offset, where.end_col_offset)
        if any(_in_assert(place, node) for node in asserts):
            continue
        shown = place if columns else where.lineno
        fast = _FAST.findall(name)
        values = value if isinstance(value, tuple) and fast else (value,)
        for kind, part in zip(fast or (name,), values):
            found.append((kind, _comparable(part, asserts, columns), shown))
    return frozenset(found) if columns else tuple(found)


def _comparable(value: object, asserts: list[ast.Assert], columns: bool) -> object:
    if isinstance(value, types.CodeType):
        return value.co_name, _meaning(value, asserts, columns)
    if isinstance(value, frozenset):
        return "frozenset", tuple(sorted(map(repr, value)))
    return type(value).__name__, repr(value)


def _asserts(candidates: list[Found]) -> list[ast.Assert]:
    return [node for found in candidates for node in ast.walk(found.node) if isinstance(node, ast.Assert)]


def _in_assert(place: Position, node: ast.Assert) -> bool:
    return _within(place, (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
