"""What a derivative depends on outside of the function: how to look it up, and how to tell that it changed.

A *path* is a name or dotted name as the function writes it (`helper`, `np.sin`, `model.predict`), looked up
in its closure cells, its globals and the builtins. A *fingerprint* says what was found there in a form that
another process can compare: the code and text of a function, the qualified name of anything else.

Nothing here needs the transformer: this runs before it is known whether anything has to be transformed.
"""

from __future__ import annotations

import builtins
import dis
import functools
import importlib
import linecache
import operator
import os
import sys
import types
import weakref
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

try:  # hashlib takes ten times as long to import, for the same function
    from _blake2 import blake2b
except ImportError:  # pragma: no cover
    from hashlib import blake2b

MISSING: Any = object()

Cells = Mapping[str, types.CellType]

#: Where the functions live that s2sad itself has rules for.
KNOWN_ROOTS = frozenset(
    {
        "_operator",
        "builtins",
        "cmath",
        "contextlib",
        "functools",
        "itertools",
        "math",
        "numpy",
        "operator",
        "random",
        "s2sad",
        "statistics",
        "time",
    }
)


def digest(*parts: str | bytes) -> str:
    """A short, stable hash of texts; where one ends and the next begins counts."""
    state = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()


# -- looking up -----------------------------------------------------------------------------------------


def cells_of(function: types.FunctionType) -> dict[str, types.CellType]:
    return dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))


def look(path: str, namespace: Mapping[str, Any], cells: Cells) -> Any:
    """What a path leads to, or MISSING. Of a plain object, it is its class that knows the method."""
    name, *attributes = path.split(".")
    if name in cells:
        try:
            value = cells[name].cell_contents
        except ValueError:
            return MISSING
    else:
        value = namespace.get(name, MISSING)
        if value is MISSING:
            value = getattr(builtins, name, MISSING)
    for attribute in attributes:
        if value is MISSING:
            return MISSING
        owner = value if isinstance(value, (types.ModuleType, type)) else type(value)
        value = getattr(owner, attribute, MISSING)
    return value


def imported(spelled: str) -> Any:
    """The object that `module:name` stands for, or MISSING."""
    module, _, name = spelled.partition(":")
    try:
        value: Any = importlib.import_module(module)
    except (ImportError, ValueError):
        return MISSING
    for attribute in name.split(".") if name else ():
        value = getattr(value, attribute, MISSING)
    return value


_PROCESS = os.urandom(8).hex()  # tells this process from others
_rules = 0  # how often a user has registered a rule


def rules_changed() -> int:
    """Says that derivatives may rest on rules that are not what they were; the number of the change."""
    global _rules
    _rules += 1
    return _rules


class Watch:
    """Everything that was looked up, ready to be compared with what is there now, in nanoseconds.

    Attributes of the modules of `KNOWN_ROOTS` are taken to stay as they are.
    """

    __slots__ = ("attributes", "builtins", "cells", "codes", "globals", "keywords", "main", "paths", "rules")

    def __init__(self, main: types.FunctionType) -> None:
        # weakly: the derivative of a function must not keep it alive
        self.main = weakref.ref(main), main.__code__, main.__defaults__
        self.rules = _rules
        self.globals: list[tuple[Any, str, Any]] = []
        self.builtins: list[tuple[Mapping[str, Any], str]] = []
        self.cells: list[tuple[types.CellType, Any]] = []
        self.attributes: list[tuple[Any, str, Any]] = []
        self.paths: list[tuple[str, Mapping[str, Any], Cells, Any]] = []
        self.codes: list[tuple[types.FunctionType, types.CodeType, Any]] = []
        self.keywords: list[tuple[weakref.ref[types.FunctionType], list[Any]]] = []
        self._add_keywords(main)

    def add(self, path: str, namespace: Mapping[str, Any], cells: Cells, value: Any) -> None:
        owner_path, _, attribute = path.rpartition(".")
        if owner_path:
            owner = look(owner_path, namespace, cells)
            if not isinstance(owner, (types.ModuleType, type)):
                self.paths.append((path, namespace, cells, value))
            elif not _is_known(owner):
                self.attributes.append((owner, attribute, value))
        elif path in cells:
            self.cells.append((cells[path], value))
        elif path in namespace:
            self.globals.append((namespace.get, path, value))
        else:
            self.builtins.append((namespace, path))
        if isinstance(value, types.FunctionType):  # a notebook's autoreload gives an old function new code
            self.codes.append((value, value.__code__, value.__defaults__))
            self._add_keywords(value)

    def _add_keywords(self, function: types.FunctionType) -> None:
        """The defaults of what a function takes by keyword alone, which most do not; they may be replaced one by one."""
        if function.__code__.co_kwonlyargcount:
            self.keywords.append((weakref.ref(function), _keyword_defaults(function)))

    def is_current(self) -> bool:
        if self.rules != _rules:
            return False
        for get, name, value in self.globals:
            if get(name) is not value:
                return False
        reference, main_code, main_defaults = self.main
        main = reference()
        if main is not None and (main.__code__ is not main_code or main.__defaults__ is not main_defaults):
            return False
        for function, code, defaults in self.codes:
            if function.__code__ is not code or function.__defaults__ is not defaults:
                return False
        for weak, before in self.keywords:
            now = before if (owner := weak()) is None else _keyword_defaults(owner)
            if len(now) != len(before) or not all(map(operator.is_, now, before)):
                return False
        for namespace, name in self.builtins:
            if name in namespace:
                return False
        for owner, name, value in self.attributes:
            if getattr(owner, name, MISSING) is not value:
                return False
        try:
            for cell, value in self.cells:
                if cell.cell_contents is not value:
                    return False
        except ValueError:
            return False
        return all(look(path, namespace, cells) is value for path, namespace, cells, value in self.paths)


def _keyword_defaults(function: types.FunctionType) -> list[Any]:
    """Names and values in turn."""
    return [x for item in (function.__kwdefaults__ or {}).items() for x in item]


def _is_known(owner: types.ModuleType | type) -> bool:
    module = owner.__name__ if isinstance(owner, types.ModuleType) else owner.__module__
    return str(module).partition(".")[0] in KNOWN_ROOTS


# -- fingerprints ---------------------------------------------------------------------------------------


def fingerprint(value: Any) -> str:
    """The same for the same thing in every process, and different for what is transformed differently."""
    if value is MISSING:
        return "missing"
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, types.FunctionType):
        wrapped = getattr(value, "__wrapped__", None)
        inner = f" {fingerprint(wrapped)}" if isinstance(wrapped, types.FunctionType) else ""
        arity = f"{len(value.__defaults__ or ())} {sorted(value.__kwdefaults__ or ())}"
        said = f"{value.__module__}.{value.__qualname__}"
        return f"function {said} {digest(code_digest(value), arity)}{inner}{_rule(value)}"
    if isinstance(value, type):
        arguments = getattr(value, "__match_args__", ())
        return f"class {value.__module__}.{value.__qualname__} {arguments}{_made(value)}{_rule(value)}"
    kind = type(value)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    module = getattr(value, "__module__", None) or getattr(getattr(value, "__objclass__", None), "__module__", None)
    shown = f"{module}.{name} " if isinstance(name, str) else ""
    owner = getattr(value, "__self__", None) if isinstance(value, types.BuiltinFunctionType) else None
    bound = f" bound to {fingerprint(owner)}" if owner is not None else ""  # np.add.reduce is not np.multiply.reduce
    return f"{shown}of {kind.__module__}.{kind.__qualname__}{bound}{_rule(value)}"


def fingerprints(main: types.FunctionType, found: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The fingerprint of each path of each owner. Which of the functions are one and the same counts."""
    numbers = {id(main): 0}
    prints: list[dict[str, str]] = []
    for values in found:
        prints.append({path: fingerprint(values[path]) for path in sorted(values)})
        for path in prints[-1]:
            if isinstance(values[path], types.FunctionType):
                prints[-1][path] += f" #{numbers.setdefault(id(values[path]), len(numbers))}"
    return prints


def _made(cls: type) -> str:
    """What makes the instances of a user's class, and which of their attributes are computed."""
    if str(cls.__module__).partition(".")[0] in KNOWN_ROOTS:
        return ""
    makers = [getattr(cls, n, None) for n in ("__new__", "__init__", "__post_init__", "__setattr__")]
    codes = [code_digest(m) for m in makers if isinstance(m, types.FunctionType)]
    members = {n: m for base in reversed(cls.__mro__) for n, m in vars(base).items()}
    computed = sorted(n for n, m in members.items() if isinstance(m, (property, functools.cached_property)))
    return f" {digest(*codes, *computed)}"


def may_have_rule(function: Any) -> bool:
    """False if there surely is no rule for a function: told without importing the rules."""
    registry = sys.modules.get("s2sad.adjoints.registry")
    try:
        if registry is not None and function in registry._RULES:
            return True
    except TypeError:
        return False
    if isinstance(function, (functools.partial, types.MethodType)):
        return False
    return str(getattr(function, "__module__", None) or "builtins").partition(".")[0] in KNOWN_ROOTS


def _rule(value: Any) -> str:
    """The rule that a user has registered for a function, if there is one."""
    registry = sys.modules.get("s2sad.adjoints.registry")
    try:
        rule = registry._RULES.get(value) if registry is not None else None
    except TypeError:
        return ""
    if rule is None or not rule.own:
        return ""
    reached = all(_is_reached(t) for t in ([rule.home] if rule.home else rule.templates))
    said = digest(rule.kind, str(rule.signature), *map(code_digest, rule.templates))
    return f" rule {said}" if reached else f" rule {said} {_PROCESS} {rule.own}"


def _is_reached(template: Any) -> bool:
    """Is it what stands under its name? Another function with the same text may have other variables around it."""
    return imported(f"{template.__module__}:{template.__qualname__}") is template


_digests: dict[int, tuple[weakref.ref[types.CodeType], str]] = {}


def code_digest(function: types.FunctionType) -> str:
    """What a function says: its code, and the lines it was written in, wherever they stand.

    Neither is enough alone. Annotations of local variables and comments are not in the code; the text of a
    file that was edited since is not what runs.
    """
    code = function.__code__
    known = _digests.get(id(code))
    if known is not None and known[0]() is code:
        return known[1]
    found = digest(*_code_parts(code), function.__name__, "".join(source_lines(code, function.__globals__)))
    number = id(code)
    _digests[number] = weakref.ref(code, lambda _: _digests.pop(number, None)), found
    return found


def _code_parts(code: types.CodeType) -> Iterator[str | bytes]:
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    yield repr((counts, code.co_name, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars))
    yield code.co_code
    yield code.co_exceptiontable
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _code_parts(constant)
        elif isinstance(constant, frozenset):
            yield repr(sorted(map(repr, constant)))
        else:
            yield repr(constant)


def text_lines(code: types.CodeType, namespace: dict[str, Any]) -> list[str]:
    """The lines of the file, cell, doctest or registered text that a function stands in; none if there are none."""
    if os.path.exists(code.co_filename):
        # A reloaded module has new text. What has no file was registered by someone: nothing to check.
        linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, namespace)  # by its full name: doctest puts its own function there
    if not lines and hasattr(linecache, "_getlines_from_code"):  # what 3.13 keeps of the interactive prompt
        lines = linecache._getlines_from_code(code)
    return list(lines)


def source_lines(code: types.CodeType, namespace: dict[str, Any]) -> list[str]:
    """The lines that a function was written in, as far as they are known."""
    lines = text_lines(code, namespace)[code.co_firstlineno - 1 : _last_line(code)]
    return [line.rstrip("\n") + "\n" for line in lines]


def _last_line(code: types.CodeType) -> int:
    nested = [_last_line(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    ends = [position[1] or 0 for position in code.co_positions()] or [line for _, line in dis.findlinestarts(code) if line]
    return max([code.co_firstlineno, *ends, *nested])
