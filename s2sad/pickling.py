"""Derivative functions as pickles.

One that an importable module holds (`@grad def f` in a module) is pickled as that name. Of any other, the
pickle holds the function that it was made of, what was asked for, and the emitted text, so that nothing is
transformed where it is loaded. The function itself goes by name if its module can be imported. If not (it
stands in `__main__` or a notebook, is a lambda or a closure), it goes as its source text with what that
refers to:

- modules, and functions of importable modules, by name;
- other functions and derivatives, the same way, so that recursion and shared closure cells stay what they
  are;
- everything else by value, with `pickle`'s own means and limits: the loaded function has globals of its own.

Text that was emitted for a function of an importable module is used only if that module still says the same.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import dis
import functools
import importlib
import pickle
import sys
import types
from collections.abc import Iterator
from typing import Any

from s2sad.artifact import FORMAT, Request
from s2sad.dependencies import digest, fingerprint
from s2sad.derive import adopt, function_digest
from s2sad.errors import S2SADError
from s2sad.loader import factory_of, register
from s2sad.origins import EMITTED

#: How a value stands in a pickle: its kind, and what the kind needs.
Encoded = tuple[Any, ...]
_ATTRIBUTES = ("__name__", "__qualname__", "__module__", "__doc__")
_MAIN = ("__main__", "__mp_main__")


def reduce(derivative: Any) -> Any:
    """What `__reduce__` of a derivative function returns."""
    if _is_importable(derivative):
        return derivative.__qualname__
    writer = _Writer(type(derivative))
    writer.encode(derivative, root=True)
    return _blank, (type(derivative),), writer.payload(), None, None, _restore


def _blank(cls: Any) -> Any:
    return object.__new__(cls)


def _is_importable(value: Any) -> bool:
    """Does another process find the same thing under the same name?"""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", "<")
    if not isinstance(module, str) or module in _MAIN or module not in sys.modules:
        return False
    found: Any = sys.modules[module]
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is value


# -- writing --------------------------------------------------------------------------------------------


class _Writer:
    """Collects the functions, derivatives, cells and namespaces that hang together, each once."""

    def __init__(self, cls: type) -> None:
        self.cls = cls
        self.made: list[dict[str, Any]] = []
        self.cells: list[Encoded | None] = []
        self.namespaces: list[dict[str, Encoded]] = []
        self._numbers: dict[int, int] = {}

    def payload(self) -> dict[str, Any]:
        return {"format": FORMAT, "made": self.made, "cells": self.cells, "namespaces": self.namespaces}

    def encode(self, value: Any, *, root: bool = False) -> Encoded:
        if isinstance(value, types.ModuleType):
            return "module", value.__name__
        if isinstance(value, self.cls) and (root or not _is_importable(value)):
            return "made", self._number(value, self.made, {}, self._derivative)
        if isinstance(value, types.FunctionType) and not _is_importable(value):
            return "made", self._number(value, self.made, {}, self._function)
        if type(value) is functools.partial:
            keywords = {name: self.encode(v) for name, v in value.keywords.items()}
            return "partial", self.encode(value.func), [self.encode(a) for a in value.args], keywords
        if isinstance(value, types.MethodType):
            return "method", self.encode(value.__func__), self.encode(value.__self__)
        return "value", value

    def _number(self, value: Any, table: list[Any], blank: Any, fill: Any) -> int:
        """The place of `value` in a table; filled in after it has one, since it may refer to itself."""
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(table)
            table.append(blank)
            fill(value, len(table) - 1)
        return self._numbers[id(value)]

    def _derivative(self, value: Any, number: int) -> None:
        with contextlib.suppress(S2SADError):  # it says so when it is called, here as there
            value._variant(value._plan.annotated)  # so that there is something to be loaded
        before = len(self.made)
        fun = self.encode(value._fun)
        by_value = len(self.made) > before or fun[0] == "made"
        emitted = [
            (
                tuple(value._request(kinds)),
                variant.compiled.artifact,
            )
            for kinds, variant in value._variants.items()
            if variant.compiled.portable
        ]
        known = None if by_value or not emitted else function_digest(value._target.function)
        self.made[number].update(
            kind="derivative", fun=fun, form=value._form, argnums=value._argnums, has_aux=value._has_aux,
            digest=known, emitted=emitted,
        )  # fmt: skip

    def _function(self, function: types.FunctionType, number: int) -> None:
        from s2sad.source.finding import find
        from s2sad.source.function import read_text

        code = function.__code__
        try:
            text, class_name = read_text(function), find(function).class_name
        except S2SADError as error:
            raise pickle.PicklingError(f"{function.__qualname__} has no source to be pickled by: {error}") from error
        namespace = self._number(function.__globals__, self.namespaces, {}, lambda *_: None)
        self.made[number].update(
            kind="function", text=text, name=code.co_name, class_name=class_name, namespace=namespace,
            emitted=code.co_filename.startswith(EMITTED),
            attributes={name: getattr(function, name) for name in _ATTRIBUTES},
            annotations=_plain(function),
            cells={
                name: self._number(cell, self.cells, None, self._cell)
                for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True)
            },
        )  # fmt: skip
        self.made[number]["defaults"] = [self.encode(v) for v in function.__defaults__ or ()]
        self.made[number]["kwdefaults"] = {n: self.encode(v) for n, v in (function.__kwdefaults__ or {}).items()}
        values = self.namespaces[namespace]
        for name in ["__name__", *_global_names(code)]:
            if name in function.__globals__ and name not in values:
                values[name] = ("value", None)  # a function may refer to itself
                values[name] = self.encode(function.__globals__[name])

    def _cell(self, cell: types.CellType, number: int) -> None:
        try:
            value = cell.cell_contents
        except ValueError:
            return
        self.cells[number] = self.encode(value)


def _global_names(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if "GLOBAL" in instruction.opname or instruction.opname == "LOAD_NAME":
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _global_names(constant)


def _plain(function: types.FunctionType) -> dict[str, Any]:
    """The annotations that another process knows: the others are for people."""
    try:
        found = function.__annotations__
    except Exception:
        return {}
    known = (n for n, a in found.items() if isinstance(a, str) or (isinstance(a, type) and _is_importable(a)))
    return {name: found[name] for name in known}


# -- reading --------------------------------------------------------------------------------------------


def _restore(derivative: Any, payload: dict[str, Any]) -> None:
    if payload["format"] != FORMAT:
        raise pickle.UnpicklingError("this derivative was pickled by another version of s2sad")
    _Reader(derivative, payload).run()


class _Reader:
    """First makes all objects, then lets them refer to each other, then the derivatives."""

    def __init__(self, root: Any, payload: dict[str, Any]) -> None:
        self.records = payload["made"]
        self.payload = payload
        self.cells = [types.CellType() for _ in payload["cells"]]
        self.namespaces: list[dict[str, Any]] = [{"__builtins__": builtins} for _ in payload["namespaces"]]
        self.made: list[Any] = [
            self._function(record) if record["kind"] == "function" else _blank(type(root)) for record in self.records
        ]
        self.made[0] = root
        self.ready: set[int] = set()

    def run(self) -> None:
        for namespace, values in zip(self.namespaces, self.payload["namespaces"], strict=True):
            namespace.update({name: self._decode(value) for name, value in values.items()})
        for cell, value in zip(self.cells, self.payload["cells"], strict=True):
            if value is not None:
                cell.cell_contents = self._decode(value)
        for function, record in zip(self.made, self.records, strict=True):
            if record["kind"] == "function":
                function.__defaults__ = tuple(self._decode(v) for v in record["defaults"]) or None
                function.__kwdefaults__ = {n: self._decode(v) for n, v in record["kwdefaults"].items()} or None
        for number in range(len(self.records)):
            self._finish(number)

    def _decode(self, encoded: Encoded) -> Any:
        kind, what, *rest = encoded
        if kind == "module":
            return importlib.import_module(what)
        if kind == "made":
            return self.made[what]
        if kind == "partial":
            keywords = {name: self._decode(v) for name, v in rest[1].items()}
            return functools.partial(self._decode(what), *map(self._decode, rest[0]), **keywords)
        if kind == "method":
            return types.MethodType(self._decode(what), self._decode(rest[0]))
        return what

    def _function(self, record: dict[str, Any]) -> types.FunctionType:
        text = record["text"]
        begin = EMITTED if record["emitted"] else "<"
        filename = f"{begin} unpickled {record['name'].strip('<>')} {digest(text)[:12]}>".replace("< ", "<")
        code = _compiled(text, filename, record["name"], record["class_name"], list(record["cells"]))
        register(filename, text, [code])
        closure = tuple(self.cells[record["cells"][name]] for name in code.co_freevars)
        function = types.FunctionType(code, self.namespaces[record["namespace"]], record["name"], None, closure)
        for name, value in record["attributes"].items():
            setattr(function, name, value)
        function.__annotations__ = dict(record["annotations"])
        return function

    def _finish(self, number: int) -> None:
        """Gives a derivative its function, after those that it is a derivative of."""
        record = self.records[number]
        if record["kind"] != "derivative" or number in self.ready:
            return
        self.ready.add(number)
        inner = record["fun"]
        while inner[0] in ("partial", "method"):
            inner = inner[1]
        if inner[0] == "made":
            self._finish(inner[1])
        derivative = self.made[number]
        derivative.__init__(self._decode(record["fun"]), record["form"], record["argnums"], record["has_aux"])
        if not record["emitted"]:
            return
        function = derivative._target.function
        if record["digest"] in (None, function_digest(function)):
            own = {fingerprint(f) for f in self.made if isinstance(f, types.FunctionType)}
            for request, artifact in record["emitted"]:
                adopt(function, Request(*request), artifact, own)


def _compiled(text: str, filename: str, name: str, class_name: str | None, free: list[str]) -> types.CodeType:
    """The code of the function in a text, which takes the names in `free` from around it."""
    body: list[ast.stmt] = ast.parse(text).body
    if class_name is not None:
        body = [ast.ClassDef(class_name, [], [], body, [])]
        if "type_params" in ast.ClassDef._fields:
            setattr(body[0], "type_params", [])  # noqa: B010 (a field since 3.12)
    if name.isidentifier() and name not in free:
        body.insert(0, ast.copy_location(ast.Global([name]), body[0]))  # in its own text it is not a local
    parameters = ast.arguments([], [ast.arg(n) for n in free], None, [], [], None, [])
    module = ast.fix_missing_locations(ast.Module([factory_of(parameters, body, 1)], []))
    level = [compile(module, filename, "exec", dont_inherit=True)]
    while level:  # the function itself is further out than others of its name, and comes after its defaults
        found = [c for c in level if c.co_name == name]
        if found:
            return found[-1]
        level = [c for outer in level for c in outer.co_consts if isinstance(c, types.CodeType)]
    raise pickle.UnpicklingError(f"there is no function {name} in the text that was pickled for it")
