"""From whatever can be called to the plain function that runs, and the arguments bound on the way."""

from __future__ import annotations

import ast
import functools
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from s2sad.errors import InvalidArgument, S2SADError, SourceNotFound
from s2sad.source.files import has_text
from s2sad.source.finding import find


@dataclass(frozen=True, eq=False)
class Target:
    """`fn(*args, **kwargs)` is `function(*bound_args, *args, **{**bound_kwargs, **kwargs})`.

    `wrappers` are the decorators that were read through, the outermost first.
    """

    function: types.FunctionType
    bound_args: tuple[Any, ...] = ()
    bound_kwargs: dict[str, Any] = field(default_factory=dict)
    wrappers: tuple[Any, ...] = ()


def unwrap(fn: Any) -> Target:
    """Peels bound methods, partials, callable objects, compiled versions and decorators off a function.

    A decorator's wrapper is read through (`__wrapped__`) if all it does is to pass on its arguments and the
    result, or if it has no source to tell. One that does more is itself the function that runs, and so it is
    the target: differentiating what it wraps would be the derivative of something else.
    """
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    wrappers: list[Any] = []
    seen: list[Any] = []
    current = fn
    while True:
        if any(current is s for s in seen):
            raise SourceNotFound(f"{_name(fn)} wraps itself", hint="look at its __wrapped__ attribute")
        seen.append(current)
        derivative = getattr(current, "__s2sad_function__", None)
        if isinstance(derivative, types.FunctionType):
            bound, options = _bound_already(current)
            return Target(derivative, (*bound, *args), {**options, **kwargs}, tuple(wrappers))
        if isinstance(current, functools.partial) and type(current).__call__ is functools.partial.__call__:
            args, kwargs = _bind(current, args, kwargs)
            current = current.func
        elif isinstance(current, types.MethodType):
            args, current = (current.__self__, *args), current.__func__
        elif isinstance(current, (staticmethod, classmethod)):
            current = current.__func__
        else:
            _refuse_dispatch(current)
            inner = _inside(current)
            if inner is None:
                assert isinstance(current, types.FunctionType)
                return Target(current, args, kwargs, tuple(wrappers))
            if any(inner is getattr(current, attribute, None) for attribute in ("__wrapped__", "py_func")):
                wrappers.append(current)
            current = inner


def _bound_already(derivative: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a derivative of a method or partial is always called with."""
    bound, options = getattr(derivative, "__s2sad_bound__", ((), {}))
    return bound, options


def _bind(partial: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    placeholder = getattr(functools, "Placeholder", None)  # Python 3.14
    if placeholder is not None and any(a is placeholder for a in partial.args):
        raise SourceNotFound(f"{_name(partial)} is a partial with a placeholder", hint="write a function in its place")
    return (*partial.args, *args), {**partial.keywords, **kwargs}


def _inside(fn: Any) -> Any:
    """What `fn` calls in its place; None if `fn` is itself the function that runs."""
    wrapped = getattr(fn, "__wrapped__", None)
    if isinstance(fn, types.FunctionType):
        return wrapped if callable(wrapped) and _only_forwards(fn, wrapped) else None
    python = getattr(fn, "py_func", None)
    if isinstance(python, types.FunctionType) and not isinstance(fn, type):
        return python
    if isinstance(fn, type):
        raise SourceNotFound(f"{_name(fn)} is a class", hint="give a function, or one of its methods")
    if not callable(fn):
        raise InvalidArgument(f"a function is needed, not {_name(fn)} of type {type(fn).__name__}", hint="pass a function")
    call = inspect.getattr_static(type(fn), "__call__", None)
    bound = call.__get__(fn, type(fn)) if hasattr(type(call), "__get__") else call
    if not isinstance(bound, (types.MethodWrapperType, types.BuiltinMethodType)):
        return bound
    if callable(wrapped):
        return wrapped
    raise SourceNotFound(
        f"{_name(fn)} has no Python source: it is compiled ({type(fn).__name__})",
        hint="register a rule for it, or write what it does in Python",
    )


def _refuse_dispatch(fn: Any) -> None:
    """Refuses what wraps a function but gives another result than it would."""
    if _is_single_dispatch(fn):
        raise SourceNotFound(
            f"{_name(fn)} chooses its implementation when it is called (functools.singledispatch)",
            hint="differentiate one implementation, for example that of f.dispatch(float)",
        )
    if isinstance(fn, np.vectorize) or (hasattr(type(fn), "nin") and hasattr(type(fn), "nout")):
        raise SourceNotFound(
            f"{_name(fn)} is applied element by element: it has no source of its own",
            hint="differentiate the function that it was made from, or register a rule",
        )
    if hasattr(fn, "_self_wrapper"):
        raise SourceNotFound(
            f"{_name(fn)} is decorated by wrapt, which hides what the decorator does",
            hint="differentiate its __wrapped__ if the decorator leaves arguments and result alone",
        )


def _is_single_dispatch(fn: Any) -> bool:
    if isinstance(fn, types.FunctionType):
        maker = fn.__code__.co_qualname.partition(".")[0]
        return fn.__globals__.get("__name__") == "functools" and maker.startswith("singledispatch")
    return type(fn).__module__ == "functools" and "singledispatch" in type(fn).__name__


def _name(fn: Any) -> str:
    name = getattr(fn, "__qualname__", None) or getattr(fn, "__name__", None)
    return name if isinstance(name, str) else f"{repr(fn)[:60]}"


def _only_forwards(wrapper: types.FunctionType, wrapped: Callable[..., Any]) -> bool:
    """Is `wrapper` nothing but `return wrapped(*args, **kwargs)`? True also if it has no text to tell."""
    if not has_text(wrapper.__code__, wrapper.__globals__):
        return True
    try:
        node = find(wrapper).node
    except S2SADError:
        return False
    if isinstance(node, ast.AsyncFunctionDef):
        return False
    statements: list[Any] = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else list(node.body)
    if not isinstance(node, ast.Lambda) and ast.get_docstring(node) is not None:
        del statements[0]
    if len(statements) != 1 or not isinstance(statements[0], ast.Return):
        return False
    call = statements[0].value
    if not isinstance(call, ast.Call) or _value(wrapper, call.func) is not wrapped:
        return False
    return _passes_all(node.args, call)


def _passes_all(parameters: ast.arguments, call: ast.Call) -> bool:
    """Does the call hand on all parameters, and nothing else? Defaults may differ from the wrapped one's."""
    if parameters.defaults or parameters.kwonlyargs:
        return False
    given = [ast.unparse(a) for a in call.args]
    given += [("**" if k.arg is None else f"{k.arg}=") + ast.unparse(k.value) for k in call.keywords]
    expected = [p.arg for p in [*parameters.posonlyargs, *parameters.args]]
    expected += [f"*{parameters.vararg.arg}"] if parameters.vararg else []
    expected += [f"**{parameters.kwarg.arg}"] if parameters.kwarg else []
    return given == expected


def _value(function: types.FunctionType, node: ast.expr) -> Any:
    """What a plain name in the function refers to outside of it."""
    if not isinstance(node, ast.Name):
        return None
    cells: Mapping[str, types.CellType] = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    if node.id in cells:
        try:
            return cells[node.id].cell_contents
        except ValueError:
            return None
    return function.__globals__.get(node.id)
