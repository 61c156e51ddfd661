"""From a request to derivative functions that run: transforms once, loads as often as needed.

Also the entry for functions that emitted code meets only as it runs (`runtime.split`).
"""

from __future__ import annotations

import inspect
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from s2sad.adjoints import registry
from s2sad.adjoints.equivalents import equivalent, method_equivalent
from s2sad.adjoints.methods import METHODS
from s2sad.context import UNKNOWN, Context
from s2sad.errors import NotDifferentiable
from s2sad.loader import Loaded, load
from s2sad.pipeline import Program, Request, Transformer
from s2sad.runtime import dynamic
from s2sad.source import unwrap
from s2sad.synthetic import apply_wrapper, wrapper_of


@dataclass(eq=False)
class Variant:
    """One derivative of one function object, ready to be called."""

    program: Program
    loaded: Loaded
    function: types.FunctionType
    watched: list[tuple[Callable[[], Any], Any]] = field(default_factory=list)

    @property
    def main(self) -> types.FunctionType:
        return self.loaded.functions[self.program.main]

    @property
    def backward(self) -> types.FunctionType:
        """The reverse sweep that belongs to the forward sweep `main`."""
        index = next(i for i, e in enumerate(self.program.emitted) if e.tree.name == self.program.main)
        return self.loaded.functions[self.program.emitted[index + 1].tree.name]

    @property
    def text(self) -> str:
        return self.loaded.text

    def is_current(self) -> bool:
        """Is every function that was looked up by name still the same?"""
        return all(look() is value for look, value in self.watched)


_programs: dict[tuple[types.CodeType, Request], list[Program]] = {}
_lock = threading.RLock()


def derive(function: types.FunctionType, request: Request) -> Variant:
    """The derivative of a function, transformed now or, for the same code and the same callees, before."""
    with _lock:
        known = _programs.setdefault((function.__code__, request), [])
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        for program in known:
            watched = _watch(program, function, cells)
            same = program.contexts[0].source.globals is function.__globals__
            if same and all(look() is value for look, value in watched):
                return _variant(program, function, cells, watched)
        program = Transformer().run(function, request)
        known.append(program)
        return _variant(program, function, cells, _watch(program, function, cells))


def _variant(program: Program, function: types.FunctionType, cells: dict[str, types.CellType], watched: list[Any]) -> Variant:
    return Variant(program, load(program, function, cells), function, watched)


def _watch(program: Program, function: types.FunctionType, cells: dict[str, types.CellType]) -> list[tuple[Callable[[], Any], Any]]:
    """For each dependency a function that looks it up again, and what it was."""
    found: list[tuple[Callable[[], Any], Any]] = []
    for i, context in enumerate(program.contexts):
        closure = cells if i == 0 else context.source.cells
        for path, value in context.dependencies.items():
            found.append((_looker(path, context, closure), value))
    return found


def _looker(path: str, context: Context, cells: dict[str, types.CellType]) -> Callable[[], Any]:
    name, *attributes = path.split(".")
    namespace = context.source.globals

    def look() -> Any:
        try:
            value = cells[name].cell_contents if name in cells else namespace.get(name, UNKNOWN)
            for attribute in attributes:
                value = getattr(value, attribute, UNKNOWN)
        except ValueError:
            return UNKNOWN
        return value

    return look


# -- functions met at run time --------------------------------------------------------------------------------------

_pairs: dict[Any, dynamic.Pair] = {}


def _split(how: str, subject: Any, active: tuple[Any, ...], itself: bool) -> dynamic.Pair:
    if how == "method":
        return _split_method(*subject, active, itself)
    if how == "star":
        count, names, chosen = active
        wrapper = apply_wrapper(subject, count, names)
        variant = derive(wrapper, Request("split", chosen))
        return variant.main, variant.backward
    return _split_function(subject, active, itself)


def _split_function(function: Any, active: tuple[Any, ...], itself: bool) -> dynamic.Pair:
    if registry.lookup(function) is not None and not isinstance(function, types.FunctionType):
        function = wrapper_of(function)
    function = equivalent(function) or function
    target = unwrap(function)
    plain = target.function
    if itself:
        return _closure_pair(plain, active)
    names = _parameters(plain, active, len(target.bound_args))
    variant = derive(plain, Request("split", names))
    if not target.bound_args and not target.bound_kwargs:
        return variant.main, variant.backward

    def forward(*args: Any, **kwargs: Any) -> Any:
        return variant.main(*target.bound_args, *args, **{**target.bound_kwargs, **kwargs})

    return forward, variant.backward


def _parameters(function: types.FunctionType, active: tuple[Any, ...], bound: int) -> tuple[str, ...]:
    """The names of the parameters that positions and keywords refer to."""
    parameters = list(inspect.signature(function).parameters.values())
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    found = []
    for place in active:
        if isinstance(place, str):
            found.append(place)
        elif place + bound < len(positional):
            found.append(positional[place + bound].name)
        else:
            raise NotDifferentiable(
                f"{function.__qualname__}(*args) is called through a variable, with active arguments in *args",
                hint="call it by its name",
            )
    return tuple(found)


def _split_method(owner: Any, name: str, active: tuple[Any, ...], itself: bool) -> dynamic.Pair:
    bound = getattr(owner, name)
    function = getattr(bound, "__func__", None)
    if isinstance(function, types.FunctionType) and getattr(bound, "__self__", None) is owner:
        plain: Any = function
    elif method_equivalent(owner, name) is not None:
        plain = method_equivalent(owner, name)
    elif name in METHODS and not hasattr(owner, "__dict__"):
        plain = wrapper_of(METHODS[name], options=True)
    else:
        plain = None
    if plain is None:  # a function kept in an attribute, a static method, a module's function
        forward, backward = _split_function(bound, active, False)
        if itself:
            return (lambda _owner, *a, **k: forward(*a, **k)), (lambda tape, g: _with_zero(backward(tape, g), len(active)))
        return (lambda _owner, *a, **k: forward(*a, **k)), backward
    places = tuple(p + 1 if isinstance(p, int) else p for p in active)
    return _split_function(plain, (0, *places) if itself else places, False)


def _with_zero(bars: Any, count: int) -> Any:
    return (0, *bars) if count != 1 else (0, bars)


def _closure_pair(function: types.FunctionType, active: tuple[Any, ...]) -> dynamic.Pair:
    """Forward and backward of a closure; the cotangent of the closure is that of what it captures."""
    captured = tuple(
        name
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        if _may_be_active(cell)
    )
    names = _parameters(function, active, 0)
    variant = derive(function, Request("split", (*captured, *names)))
    backward = variant.backward

    def pair_backward(tape: Any, g: Any) -> Any:
        bars = backward(tape, g)
        bars = bars if len(captured) + len(names) != 1 else (bars,)
        own = _flattened(dict(zip(captured, bars, strict=False)), function)
        rest = bars[len(captured) :]
        return (own, *rest) if rest else own

    return variant.main, pair_backward


def _flattened(bars: dict[str, Any], function: types.FunctionType) -> Any:
    """The cotangents of a closure's cells, with those of the closures that it captures among them."""
    from s2sad.runtime import ObjectBar

    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    own: dict[str, Any] = {}
    for name, bar in bars.items():
        inner = cells[name].cell_contents
        if not isinstance(inner, types.FunctionType):
            own[name] = own.get(name, 0) + bar
            continue
        theirs = dict(zip(inner.__code__.co_freevars, inner.__closure__ or (), strict=True))
        for part, value in bar._parts().items() if isinstance(bar, ObjectBar) else ():
            if part in cells and part in theirs and cells[part] is not theirs[part]:
                raise NotDifferentiable(f"two closures capture different variables named {part}", hint="rename one of them")
            own[part] = own.get(part, 0) + value
    return ObjectBar(**own)


def _may_be_active(cell: types.CellType) -> bool:
    try:
        value = cell.cell_contents
    except ValueError:
        return False
    if isinstance(value, types.FunctionType):
        return bool(value.__closure__)
    return not isinstance(value, (int, str, bytes, type, types.ModuleType, types.BuiltinFunctionType, type(None)))


dynamic.install(_split)
