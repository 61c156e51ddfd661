"""From emitted text to functions that share the real globals and closure cells of the user's functions.

All functions of a derivative stand in one text, as a person would write them in one file. They are compiled
once, each inside a factory whose parameters are the names that it takes from outside; so those become
closure variables, whose cells are the user's own, or hold what the text imports. Making the functions is
then cheap enough to be done anew for each closure.
"""

from __future__ import annotations

import ast
import linecache
import operator
import os
import threading
import types
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np

from s2sad.artifact import Artifact, Owner
from s2sad.captures import note_captures
from s2sad.dependencies import MISSING, Watch, cells_of, digest, fingerprints, imported, look
from s2sad.errors import InvalidArgument, Location, NotDifferentiable, S2SADError
from s2sad.origins import EMITTED, forget, of_user, remember
from s2sad.runtime.refusals import NoRule, Unfit
from s2sad.source import unwrap

#: How a function is passed by the name of a file, and where `def` stands in it.
Place = tuple[str, int]


class Compiled:
    """The code of an artifact's functions, for a main function at one place.

    `functions` and `objects` are what only this process can find (see `packing.Packed`).
    """

    def __init__(
        self,
        artifact: Artifact,
        place: Place,
        functions: dict[int, types.FunctionType] | None = None,
        objects: dict[str, Any] | None = None,
    ) -> None:
        self.artifact = artifact
        self.functions = functions or {}
        self.portable = not functions and not objects  # can another process load it?
        self.whole = True  # is everything there that the text imports?
        self.links = [self._linked(owner, objects or {}) for owner in artifact.owners]
        self.filename = f"{EMITTED} {artifact.main} {digest(artifact.text, repr(place))[:12]}>"
        self.codes: list[types.CodeType] = []
        self.docs: list[str | None] = []
        self.seeds: list[str] = []

    def _linked(self, owner: Owner, objects: dict[str, Any]) -> dict[str, types.CellType]:
        found = {}
        for name, spelled in owner.links.items():
            value = objects[spelled] if spelled in objects else imported(spelled)
            self.whole = self.whole and value is not MISSING
            found[name] = types.CellType(value)
        return found

    # -- finding what it refers to ----------------------------------------------------------------------

    def find_owners(self, function: types.FunctionType) -> list[types.FunctionType] | None:
        """The functions whose derivatives these are, `function` first; None if one is not there."""
        if not self.whole:
            return None
        found = [function]
        for number, owner in enumerate(self.artifact.owners[1:], 1):
            if number in self.functions:
                found.append(self.functions[number])
            elif owner.parent == -1:
                found.append(function)
            else:
                caller = found[owner.parent]
                value = look(owner.path, caller.__globals__, {**cells_of(caller), **self.links[owner.parent]})
                if not isinstance(value, types.FunctionType):
                    return None
                found.append(unwrap(value).function if hasattr(value, "__dict__") and value.__dict__ else value)
        return found

    def examine(self, owners: list[types.FunctionType]) -> tuple[Watch, list[dict[str, str]]]:
        """What each dependency is now, and its fingerprint."""
        watch = Watch(owners[0])
        values: list[dict[str, Any]] = []
        for owner, function, links in zip(self.artifact.owners, owners, self.links, strict=True):
            cells = {**cells_of(function), **links}
            values.append({path: look(path, function.__globals__, cells) for path in owner.dependencies})
            for path, value in values[-1].items():
                if path.partition(".")[0] not in links:
                    watch.add(path, function.__globals__, cells, value)
        return watch, fingerprints(owners[0], values)

    def bind(self, function: types.FunctionType) -> Variant | None:
        """The derivative of `function`, or None if something that it depends on is not what it was."""
        owners = self.find_owners(function)
        if owners is None:
            return None
        watch, prints = self.examine(owners)
        if prints != [owner.dependencies for owner in self.artifact.owners]:
            return None
        variant = self.load(owners, watch)
        # another thread may have put something else there, after the owners were found
        again = self.find_owners(function) or []
        return variant if len(again) == len(owners) and all(map(operator.is_, owners, again)) else None

    # -- making functions -------------------------------------------------------------------------------

    def load(self, owners: list[types.FunctionType], watch: Watch) -> Variant:
        pieces = self.artifact.pieces
        if not self.codes:
            self._compile(owners)
        shared = {piece.name: types.CellType() for piece in pieces}
        originals = {piece.name: owners[piece.owner] for piece in pieces}
        functions: dict[str, types.FunctionType] = {}
        for number, piece in enumerate(pieces):
            original = owners[piece.owner]
            available = {**shared, **cells_of(original), **self.links[piece.owner]}
            code = self.codes[number]
            closure = tuple(available[name] for name in code.co_freevars)
            new = types.FunctionType(code, original.__globals__, piece.name, None, closure)
            if piece.role != "backward":
                new.__defaults__ = original.__defaults__
                own = dict(original.__kwdefaults__ or {})
                if piece.role == "joint":
                    own[self.seeds[number]] = 1.0
                new.__kwdefaults__ = own or None
            new.__module__ = original.__module__
            if original.__closure__:
                note_captures(new, original, originals)
            new.__doc__ = self.docs[number]
            functions[piece.name] = shared[piece.name].cell_contents = new
        return Variant(self, functions, watch)

    def _compile(self, owners: list[types.FunctionType]) -> None:
        tree = ast.parse(self.artifact.text)
        plain = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
        factories: list[ast.stmt] = []
        names = [piece.name for piece in self.artifact.pieces]
        self.docs = [ast.get_docstring(plain[name]) for name in names]
        self.seeds = [plain[name].args.kwonlyargs[-1].arg if plain[name].args.kwonlyargs else "" for name in names]
        for piece in self.artifact.pieces:
            free = dict.fromkeys([*names, *owners[piece.owner].__code__.co_freevars, *self.links[piece.owner]])
            factories.append(_factory(plain[piece.name], list(free)))
        module = compile(ast.Module(factories, []), self.filename, "exec", dont_inherit=True)
        outer = [c for c in module.co_consts if isinstance(c, types.CodeType)]
        codes = [_inner(factory, name) for factory, name in zip(outer, names, strict=True)]
        register(self.filename, self.artifact.text, codes)
        remember(self.filename, self.artifact, [f.__code__ for f in owners])
        self.codes = codes  # last: other threads look here


class Variant:
    """One derivative of one function object, ready to be called."""

    __slots__ = ("__weakref__", "backward", "compiled", "functions", "is_current", "main")

    def __init__(self, compiled: Compiled, functions: dict[str, types.FunctionType], watch: Watch) -> None:
        artifact = compiled.artifact
        self.compiled, self.functions = compiled, functions
        self.is_current = watch.is_current
        self.main = functions[artifact.main]
        index = next(i for i, piece in enumerate(artifact.pieces) if piece.name == artifact.main)
        following = artifact.pieces[index + 1 : index + 2]
        #: The reverse sweep that belongs to the forward sweep `main`; of a joint derivative, itself.
        self.backward = functions[following[0].name] if following else self.main

    @property
    def text(self) -> str:
        return self.compiled.artifact.text


def _factory(tree: ast.FunctionDef, free: list[str]) -> ast.FunctionDef:
    """A function that has the names in `free`, around a function without defaults.

    Defaults were evaluated when the user's function was defined: the very same objects are used.
    """
    args = tree.args
    args.defaults, args.kw_defaults = [], [None] * len(args.kwonlyargs)
    line = tree.lineno
    parameters = [ast.arg(name, lineno=line, col_offset=0, end_lineno=line, end_col_offset=0) for name in free]
    return factory_of(ast.arguments([], parameters, None, [], [], None, []), [tree], line)


def factory_of(arguments: ast.arguments, body: list[ast.stmt], line: int) -> ast.FunctionDef:
    factory = ast.FunctionDef(
        "factory",
        arguments,
        body,
        [],
        None,
        None,
        lineno=line,
        col_offset=0,
        end_lineno=line,
        end_col_offset=0,
    )
    if "type_params" in ast.FunctionDef._fields:
        setattr(factory, "type_params", [])  # noqa: B010 (a field since 3.12)
    return factory


def _inner(factory: types.CodeType, name: str) -> types.CodeType:
    return next(c for c in factory.co_consts if isinstance(c, types.CodeType) and c.co_name == name)


# -- text that tracebacks, debuggers and `inspect` can find ---------------------------------------------

_registered: dict[str, int] = {}
_lock = threading.RLock()  # finalizers may run at any moment, in a thread that holds it


def register(filename: str, text: str, codes: list[types.CodeType]) -> None:
    """Makes `text` known to `linecache` for as long as one of `codes` is alive."""
    with _lock:
        linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
        _registered[filename] = _registered.get(filename, 0) + len(codes)
    for code in codes:
        weakref.finalize(code, _release, filename).atexit = False


def _release(filename: str) -> None:
    with _lock:
        _registered[filename] -= 1
        if not _registered[filename]:
            del _registered[filename]
            linecache.cache.pop(filename, None)
            forget(filename)


# -- exceptions -----------------------------------------------------------------------------------------


def explain(error: Exception) -> None:
    """Says which line of the user's an exception that came out of emitted code belongs to: an error of s2sad's own is
    given its location, any other one a note. What the runtime refuses is raised anew, as an error of s2sad's own.
    """
    refusal = _REFUSALS.get(type(error))
    trace = error.__traceback__
    if refusal is not None:
        error = refusal(getattr(error, "message", str(error)), hint=getattr(error, "hint", None))
    _locate(error, trace)
    if refusal is not None:
        raise error.with_traceback(trace) from None


_NUMPY = os.path.join(os.path.dirname(np.__file__), "")
_REFUSALS: dict[type[Exception], type[S2SADError]] = {Unfit: InvalidArgument, NoRule: NotDifferentiable}


def _emitted(trace: types.TracebackType | None) -> Iterator[tuple[types.CodeType, int]]:
    """The emitted code that a traceback goes through, and the lines."""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(EMITTED):
            yield trace.tb_frame.f_code, trace.tb_lineno
        trace = trace.tb_next


def _written_by_user(code: types.CodeType, line: int) -> Location | None:
    """The line that a line of emitted code belongs to; None of NumPy's own code, whose derivative may be emitted too."""
    emitted = Location(code.co_filename, line, 0, linecache.getline(code.co_filename, line).rstrip("\n"), code.co_qualname)
    place = of_user(emitted)
    return None if place is emitted or place.filename.startswith(_NUMPY) else place


def _locate(error: Exception, trace: types.TracebackType | None) -> None:
    if any(str(note).startswith("s2sad: ") for note in getattr(error, "__notes__", ())):
        return
    found = [(code, place) for code, line in _emitted(trace) if (place := _written_by_user(code, line)) is not None]
    if not found:
        return
    code, place = found[-1]
    if isinstance(error, S2SADError) and error.location is None and not error.errors:  # only the run could tell
        error.location = place
        return
    shown = f": {place.text.strip()}" if place.text.strip() else ""
    error.add_note(f"s2sad: in {code.co_name}, for line {place.line} of {os.path.basename(place.filename)}{shown}")
