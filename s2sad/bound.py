"""Callables without a text of their own: getters, classes, partials, bound methods, objects that are called.

`with_source` gives a plain function that does the same. `bound_pair` differentiates a callable that itself
holds active values: its cotangent is that of what it holds.
"""

from __future__ import annotations

import functools
import inspect
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.adjoints.equivalents import equivalent
from s2sad.adjoints.equivalents.functionals import vectorized
from s2sad.dependencies import may_have_rule
from s2sad.errors import NotDifferentiable
from s2sad.runtime import DictBar, ListBar, ObjectBar
from s2sad.runtime.dynamic import Pair
from s2sad.synthetic import define, has_rule, wrapper_of

Split = Callable[[types.FunctionType, tuple[str, ...]], Pair]


def with_source(function: Any) -> Any:
    """`function`, or what does the same and has a text."""
    if has_rule(function):
        return wrapper_of(function, options=True)
    if isinstance(function, types.FunctionType):
        return function
    equal = equivalent(function)
    if equal is not None:
        return equal
    if isinstance(function, (operator.itemgetter, operator.attrgetter, operator.methodcaller)):
        return _getter(function)
    if type(function) is np.vectorize:
        return _vectorized(function)
    if type(function) is functools.partial:
        inner = with_source(function.func)
        return function if inner is function.func else functools.partial(inner, *function.args, **function.keywords)
    if isinstance(function, type):
        return _constructor(function)
    return function


def is_nondifferentiable(function: Any) -> bool:
    """Was it said of a function that no derivative flows through it?"""
    if not may_have_rule(function):
        return False
    from s2sad.adjoints import registry

    rule = registry.lookup(function)
    return rule is not None and rule.kind == "nondifferentiable"


def _vectorized(function: Any) -> Any:
    """The function that is called for each element, with what calls it; as it is, where an option says more."""
    if function.signature is not None or function.otypes is not None or function.excluded or function.cache:
        raise NotDifferentiable(
            "np.vectorize with options", hint="leave them out, or write a comprehension: np.array([f(v) for v in x])"
        )
    return functools.partial(vectorized, with_source(function.pyfunc))


def _getter(function: Any) -> types.FunctionType:
    """`def itemgetter(x): return (x[item_0], x[item_1])`, and so on."""
    kind, arguments = type(function).__name__, function.__reduce__()
    names: tuple[Any, ...] = arguments[1]
    if kind == "attrgetter":
        parts = [f"x.{name}" for name in names]
        return define(kind, "x", parts[0] if len(parts) == 1 else f"({', '.join(parts)})", {})
    if kind == "itemgetter":
        namespace = {f"item_{i}": item for i, item in enumerate(names)}
        parts = [_item(f"item_{i}", item) for i, item in enumerate(names)]
        return define(kind, "x", parts[0] if len(parts) == 1 else f"({', '.join(parts)})", namespace)
    options: dict[str, Any] = {}
    if isinstance(arguments[0], functools.partial):
        (name, *_), options = arguments[0].args, arguments[0].keywords
        given = list(names)
    else:
        name, *given = names
    namespace = {f"argument_{i}": value for i, value in enumerate(given)}
    passed = [*namespace, *(f"{key}=options[{key!r}]" for key in options)]
    return define(kind, "x", f"x.{name}({', '.join(passed)})", {**namespace, "options": options})


def _item(name: str, item: Any) -> str:
    return f"x[{item!r}]" if type(item) in (int, str) else f"x[{name}]"


def _constructor(cls: type) -> types.FunctionType:
    """`def Point(x, y=default_y): return function(x, y)`"""
    try:
        parameters = list(inspect.signature(cls).parameters.values())
    except (TypeError, ValueError):
        parameters = [inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)]
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        raise NotDifferentiable(
            f"{cls.__qualname__}(...) is made of values that a derivative flows through",
            hint="make it a dataclass or a named tuple",
        )
    namespace: dict[str, Any] = {"function": cls}
    spelled, passed = [], []
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and "*" not in spelled:
            spelled.append("*")
        default = "" if p.default is p.empty else f"=default_{p.name}"
        namespace[f"default_{p.name}"] = p.default
        spelled.append(f"{p.name}{default}")
        passed.append(f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else p.name)
    return define(cls.__name__, ", ".join(spelled), f"function({', '.join(passed)})", namespace)


def getter_of_attribute(cls: type, name: str) -> Any:
    """The function that computes an attribute of instances of `cls`."""
    member = inspect.getattr_static(cls, name, None)
    if isinstance(member, property) and member.fget is not None:
        return member.fget
    if isinstance(member, functools.cached_property):
        return member.func
    kind = "by __getattr__" if member is None else f"by a descriptor ({type(member).__name__})"
    raise NotDifferentiable(
        f"a derivative flows through {cls.__qualname__}.{name}, which is made {kind} when it is read",
        hint=f"store {name} as an attribute, or make it a property",
    )


def holds_values(function: Any) -> bool:
    """Does a callable hold values of its own, other than through a closure?"""
    return not isinstance(function, (types.FunctionType, types.BuiltinFunctionType, type))


def bound_pair(function: Any, active: tuple[Any, ...], split: Split, parameters: Callable[..., tuple[str, ...]]) -> Pair:
    """Forward and backward of a callable that holds active values; its own cotangent comes first."""
    plain, args, keywords, own_bar = _taken_apart(function)
    if plain.__closure__ and any(not isinstance(c.cell_contents, (type, types.FunctionType)) for c in plain.__closure__):
        raise NotDifferentiable(
            f"{plain.__qualname__} is a closure, and is called through an object that holds active values",
            hint="pass the values as arguments",
        )
    positions = parameters(plain, tuple(range(len(args))), 0)
    names = parameters(plain, active, len(args))
    given = {n: v for n, v in zip(positions, args, strict=True)} | keywords
    held = tuple(n for n, v in given.items() if n not in names and _may_be_active(v))
    main, backward = split(plain, (*held, *names))

    def forward(*more: Any, **others: Any) -> Any:
        value, tape = main(*args, *more, **{**keywords, **others})
        return value, (tape, others.keys() & keywords.keys())

    def pair_backward(tape: Any, g: Any) -> Any:
        inner, replaced = tape
        bars = backward(inner, g)
        bars = bars if len(held) + len(names) != 1 else (bars,)
        parts = {n: b for n, b in zip(held, bars, strict=False) if n not in replaced}
        own = own_bar([parts.get(n, 0) for n in positions], {n: parts[n] for n in keywords if n in parts})
        rest = bars[len(held) :]
        return (own, *rest) if rest else own

    return forward, pair_backward


def _taken_apart(
    function: Any,
) -> tuple[types.FunctionType, tuple[Any, ...], dict[str, Any], Callable[..., Any]]:
    """The plain function, what is bound to it, and how the cotangents of that make that of `function`."""
    if type(function) is functools.partial and isinstance(function.func, types.FunctionType):
        keywords = function.keywords

        def of_partial(args: list[Any], options: dict[str, Any]) -> Any:
            return ObjectBar(function, args=ListBar(args), keywords=DictBar.of(keywords, options))

        return function.func, function.args, keywords, of_partial
    if isinstance(function, types.MethodType) and isinstance(function.__func__, types.FunctionType):
        return function.__func__, (function.__self__,), {}, lambda args, _: ObjectBar(owner=args[0])
    call = inspect.getattr_static(type(function), "__call__", None)
    if isinstance(call, types.FunctionType):
        return call, (function,), {}, lambda args, _: args[0]
    raise NotDifferentiable(
        f"an object of type {type(function).__qualname__} is called, which a derivative flows through",
        hint="call a function, and pass the values as arguments",
    )


def _may_be_active(value: Any) -> bool:
    return not isinstance(value, (int, str, bytes, type, types.ModuleType, types.FunctionType, type(None)))
