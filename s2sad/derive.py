"""From a request to derivative functions that run: transforms once, loads as often as needed.

A derivative is looked for among those of this process, then in the cache on disk, and is made only if it is
in neither. What makes it is imported only then. Also the entry for functions that emitted code meets only
as it runs (`runtime.split`).
"""

from __future__ import annotations

import contextlib
import functools
import gc
import inspect
import threading
import types
import weakref
from collections import OrderedDict
from collections.abc import Collection, Iterator
from typing import Any

from s2sad import bound, cache
from s2sad.adjoints.equivalents import method_equivalent
from s2sad.artifact import Artifact, Request
from s2sad.bound import bound_pair, getter_of_attribute, holds_values, is_nondifferentiable, with_source
from s2sad.dependencies import cells_of, digest, fingerprint
from s2sad.errors import InPlaceError, NotDifferentiable
from s2sad.loader import Compiled, Place, Variant
from s2sad.runtime import dynamic
from s2sad.source import unwrap
from s2sad.synthetic import apply_wrapper, define, has_rule, wrapper_of

_KEPT = 512  # functions whose derivatives are kept: their text and code, not what they close over
_TWINS = 8  # derivatives of one text that differ in what it refers to
_PATIENCE = 16  # how often something may be redefined while a function is transformed
_RECENT = 64  # function objects whose derivatives are kept ready

_compiled: OrderedDict[tuple[str, Place], list[Compiled]] = OrderedDict()
_recent: OrderedDict[tuple[int, Request], tuple[weakref.ref[types.FunctionType], Variant]] = OrderedDict()
_lock = threading.RLock()


def derive(function: types.FunctionType, request: Request) -> Variant:
    """The derivative of a function: kept for this very function, or for the same text, or made now."""
    entry = _recent.get((id(function), request))
    if entry is not None and entry[0]() is function and entry[1].is_current():
        return entry[1]
    with _lock:  # one thread makes it, and the others find it
        variant = _find(function, request) or _make(function, request)
        _remember(function, request, variant)
    return variant


def adopt(function: types.FunctionType, request: Request, artifact: Artifact, own: Collection[str] = ()) -> None:
    """Takes over an artifact that another process made, if what it refers to is the same here.

    `own` are the fingerprints of functions that came with it. Their text may stand in other lines than it
    did.
    """
    compiled = Compiled(artifact, _place(function))
    owners = compiled.find_owners(function)
    if owners is None:
        return
    _, prints = compiled.examine(owners)
    for owner, found in zip(artifact.owners, prints, strict=True):
        for path, now in found.items():
            (what, number), (was, before) = _split_print(now), _split_print(owner.dependencies[path])
            came_along = what in own and what.split()[:2] == was.split()[:2]
            if number != before or (what != was and not came_along):
                return
    moved = [0 if fingerprint(f) in own else owner.start for f, owner in zip(owners, artifact.owners, strict=True)]
    adapted = tuple(
        owner._replace(dependencies=found, start=start)
        for owner, found, start in zip(artifact.owners, prints, moved, strict=True)
    )
    with _lock:
        _keep(_key(function, request), Compiled(artifact._replace(owners=adapted), _place(function)))


def _split_print(shown: str) -> tuple[str, str]:
    what, mark, number = shown.rpartition(" #")
    return (what, number) if mark else (shown, "")


def function_digest(function: types.FunctionType) -> str:
    """Says of a function what its derivative depends on, as far as one sees without resolving its names."""
    held = []
    for name, cell in sorted(cells_of(function).items()):
        try:
            value = cell.cell_contents
        except ValueError:
            continue
        if callable(value) or isinstance(value, types.ModuleType):
            held.append(f"{name} {fingerprint(value)}")
    return digest(fingerprint(function), *held)


def _place(function: types.FunctionType) -> Place:
    return function.__code__.co_filename, function.__code__.co_firstlineno


def _key(function: types.FunctionType, request: Request) -> tuple[str, Place]:
    return digest(function_digest(function), repr(request)), _place(function)


def _find(function: types.FunctionType, request: Request) -> Variant | None:
    key = _key(function, request)
    for compiled in _compiled.get(key, ()):
        variant = compiled.bind(function)
        if variant is not None:
            _compiled.move_to_end(key)
            return variant
    artifact = cache.load(_entry_name(function, request), _entry_key(function, request))
    if artifact is None:
        return None
    compiled = Compiled(artifact, _place(function))
    variant = compiled.bind(function)
    if variant is not None:
        _keep(key, compiled)
    return variant


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Nobody looks for garbage meanwhile: to search trees that live to the end, again and again, takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_uncollected()
def _make(function: types.FunctionType, request: Request) -> Variant:
    from s2sad.packing import pack
    from s2sad.pipeline import Transformer

    for _ in range(_PATIENCE):
        packed = pack(Transformer().run(function, request), function)
        compiled = Compiled(packed.artifact, _place(function), packed.functions, packed.objects)
        variant = compiled.bind(function)
        if variant is not None:
            _keep(_key(function, request), compiled)
            if compiled.portable:
                cache.store(_entry_name(function, request), _entry_key(function, request), compiled.artifact)
            return variant
    raise NotDifferentiable(
        f"what {function.__qualname__} refers to is never the same: it changes while it is transformed",
        hint="bind it to a name that stays",
    )


def _entry_name(function: types.FunctionType, request: Request) -> str:
    return f"{function.__name__}_{request.form}"


def _entry_key(function: types.FunctionType, request: Request) -> str:
    return cache.entry_key(function_digest(function), request)


def _keep(key: tuple[str, Place], compiled: Compiled) -> None:
    twins = _compiled.setdefault(key, [])
    twins.insert(0, compiled)
    del twins[_TWINS:]
    _compiled.move_to_end(key)
    while len(_compiled) > _KEPT:
        _compiled.popitem(last=False)


def _remember(function: types.FunctionType, request: Request, variant: Variant) -> None:
    """Keeps a derivative ready as long as its function lives, and at most until enough others came."""
    key, forget = (id(function), request), _recent.pop  # when the interpreter exits, globals go first
    _recent[key] = weakref.ref(function, lambda _: forget(key, None)), variant
    while len(_recent) > _RECENT:
        _recent.popitem(last=False)


# -- functions met at run time --------------------------------------------------------------------------


def _split(how: str, subject: Any, active: tuple[Any, ...], itself: bool) -> dynamic.Pair:
    if how == "check":
        _refuse_change(subject, active)
        return _nothing, _nothing
    if how == "method":
        owner, name = subject
        return _split_method(owner, name, active, itself)
    if how == "star":
        count, names, chosen = active
        if itself:
            return _pair(apply_wrapper(None, count, names), ("function", *chosen))
        return _pair(apply_wrapper(subject, count, names), chosen)
    if how == "property":
        return _split_function(getter_of_attribute(*subject), (0,), False)
    return _split_function(subject, active, itself)


def _pair(function: types.FunctionType, names: tuple[str, ...]) -> dynamic.Pair:
    variant = derive(function, Request("split", names))
    return variant.main, variant.backward


def _split_function(function: Any, active: tuple[Any, ...], itself: bool) -> dynamic.Pair:
    if is_nondifferentiable(function):
        zeros = (0,) * (len(active) + itself)
        return (lambda *a, **k: (function(*a, **k), None)), (lambda tape, g: zeros if len(zeros) != 1 else 0)
    if getattr(function, "__module__", None) == bound.__name__:
        raise NotDifferentiable(
            "a second derivative flows through a call of a partial, a bound method or an object, which holds active values",
            hint="make it a nested function or a lambda that captures them",
        )
    if itself and has_rule(function) and getattr(function, "__closure__", None):
        raise NotDifferentiable(
            f"{function.__qualname__} has a rule, which says nothing of the active values that it captures",
            hint="pass them as arguments, and say so in the rule",
        )
    function = with_source(function)
    if itself and isinstance(getattr(function, "__s2sad_function__", None), types.FunctionType):
        return _derivative_pair(function, active)
    if itself and holds_values(function):
        return bound_pair(function, active, _pair, _parameters)
    target = unwrap(function)
    plain = target.function
    if itself:
        return _closure_pair(plain, active)
    places = _places(plain, active, len(target.bound_args))
    names = tuple(dict.fromkeys(name for name, _ in places))
    variant = derive(plain, Request("split", names))
    backward = variant.backward
    if any(where is not None for _, where in places):
        backward = _picking(variant.backward, names, places)
    if not target.bound_args and not target.bound_kwargs:
        return variant.main, backward

    def forward(*args: Any, **kwargs: Any) -> Any:
        return variant.main(*target.bound_args, *args, **{**target.bound_kwargs, **kwargs})

    return forward, backward


def _derivative_pair(derivative: Any, active: tuple[Any, ...]) -> dynamic.Pair:
    """The derivative of a closure captures what the closure does."""
    target = unwrap(derivative)
    if target.bound_args or target.bound_kwargs:
        raise NotDifferentiable(
            f"the derivative of a partial or bound method of {derivative.__name__}, which holds active values",
            hint="differentiate a lambda or nested function that captures them",
        )
    return _closure_pair(target.function, active)


Spot = tuple[str, Any]  # a parameter, and for one of *args or **kwargs the position or keyword in it


def _places(function: types.FunctionType, active: tuple[Any, ...], bound: int) -> list[Spot]:
    """The parameters that positions and keywords refer to."""
    parameters = list(inspect.signature(function, follow_wrapped=False).parameters.values())
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    args = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
    kwargs = next((p.name for p in parameters if p.kind is p.VAR_KEYWORD), None)
    named = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    found: list[Spot] = []
    for place in active:
        if isinstance(place, str):
            found.append((place, None) if place in named or kwargs is None else (kwargs, place))
        elif place + bound < len(positional):
            found.append((positional[place + bound].name, None))
        elif args is not None:
            found.append((args, place + bound - len(positional)))
        else:
            raise TypeError(f"{function.__qualname__}() takes {len(positional)} positional arguments")
    return found


def _picking(backward: Any, names: tuple[str, ...], places: list[Spot]) -> Any:
    """A backward function that gives the cotangents of single elements of *args and **kwargs.

    `def picked(tape, g): return (lambda bars: element(bars, 0))(backward(tape, g))`, which can be differentiated again.
    """
    of = {name: f"bars[{i}]" if len(names) != 1 else "bars" for i, name in enumerate(names)}
    found = [of[name] if where is None else f"element({of[name]}, {where!r})" for name, where in places]
    expression = found[0] if len(found) == 1 else f"({', '.join(found)})"
    code = _picked(f"(lambda bars: {expression})(backward(tape, g))")
    return types.FunctionType(code, {"backward": backward, "element": _element})


@functools.lru_cache(maxsize=_KEPT)
def _picked(expression: str) -> types.CodeType:
    return define("picked", "tape, g", expression, {}).__code__


def _element(bar: Any, where: Any) -> Any:
    return bar if type(bar) is int else bar[where]


def _nothing(*_: Any) -> None:
    """The pair of a call that is only checked."""


_WRITERS = {"writer.writerow", "writer.writerows"}  # of csv files


def _refuse_change(function: Any, active: tuple[Any, ...]) -> None:
    """Refuses a call for its effect that changes an active argument in place."""
    from s2sad.analysis.expressions import IN_PLACE
    from s2sad.analysis.mutation import mutated_parameters

    plain = getattr(function, "__func__", function)
    name = getattr(function, "__qualname__", repr(function))
    if isinstance(plain, types.FunctionType):
        bound = 1 if plain is not function else 0
        names = [n for n, _ in _places(plain, active, bound)]
        changed = [n for n in names if n in mutated_parameters(plain)]
        if not changed:
            return
        message = f"{name}() changes its argument {changed[0]} in place, and a derivative flows through it"
    elif getattr(function, "__name__", "") in IN_PLACE:
        message = f"{name}() changes a container that others can see, and a derivative flows through it"
    elif isinstance(plain, types.BuiltinFunctionType) and not (is_nondifferentiable(plain) or name in _WRITERS):
        message = f"{name}() is compiled, and may keep an argument that a derivative flows through"
    else:
        return
    raise InPlaceError(message, hint="return a new value instead of changing the argument")


def _parameters(function: types.FunctionType, active: tuple[Any, ...], bound: int) -> tuple[str, ...]:
    """The names of the parameters that positions and keywords refer to."""
    places = _places(function, active, bound)
    if any(where is not None for _, where in places):
        raise NotDifferentiable(
            f"{function.__qualname__}(*args) holds active values, and is called with others in *args",
            hint="call it by its name",
        )
    return tuple(name for name, _ in places)


def _split_method(owner: Any, name: str, active: tuple[Any, ...], itself: bool) -> dynamic.Pair:
    bound = getattr(owner, name)
    function = getattr(bound, "__func__", None)
    if isinstance(owner, super) and isinstance(function, types.FunctionType):
        return _split_inherited(function, active, itself)
    if method_equivalent(owner, name) is not None:
        plain: Any = method_equivalent(owner, name)
    elif isinstance(function, types.FunctionType) and getattr(bound, "__self__", None) is owner:
        plain = function
    else:
        plain = None if hasattr(owner, "__dict__") else _array_method(name)
    if plain is None:  # a function kept in an attribute, a static method, a module's function
        forward, backward = _split_function(bound, active, False)
        if itself:
            return (lambda _owner, *a, **k: forward(*a, **k)), (lambda tape, g: _with_zero(backward(tape, g), len(active)))
        return (lambda _owner, *a, **k: forward(*a, **k)), backward
    places = tuple(p + 1 if isinstance(p, int) else p for p in active)
    return _split_function(plain, (0, *places) if itself else places, False)


def _split_inherited(function: types.FunctionType, active: tuple[Any, ...], itself: bool) -> dynamic.Pair:
    """`super().method(...)`: the owner is a proxy of the object."""
    places = tuple(p + 1 if isinstance(p, int) else p for p in active)
    main, backward = _split_function(function, (0, *places) if itself else places, False)
    return (lambda owner, *a, **k: main(owner.__self__, *a, **k)), backward


def _array_method(name: str) -> Any:
    from s2sad.adjoints.methods import METHODS

    return wrapper_of(METHODS[name], options=True) if name in METHODS else None


def _with_zero(bars: Any, count: int) -> Any:
    return (0, *bars) if count != 1 else (0, bars)


def _closure_pair(function: types.FunctionType, active: tuple[Any, ...]) -> dynamic.Pair:
    """Forward and backward of a closure; the cotangent of the closure is that of what it captures."""
    captured = tuple(name for name, cell in cells_of(function).items() if _may_be_active(cell))
    names = (*captured, *_parameters(function, active, 0))
    variant = derive(function, Request("split", names, captured=captured))
    return variant.main, variant.backward


def _may_be_active(cell: types.CellType) -> bool:
    try:
        value = cell.cell_contents
    except ValueError:
        return False
    if isinstance(value, types.FunctionType):
        return bool(value.__closure__)
    return not isinstance(value, (int, str, bytes, type, types.ModuleType, types.BuiltinFunctionType, type(None)))


dynamic.install(_split)
