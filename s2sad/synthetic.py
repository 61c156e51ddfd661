"""Small Python functions around callables that have a rule but no source, so that they can be differentiated."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Collection
from typing import Any

import numpy as np

from s2sad.dependencies import digest, may_have_rule
from s2sad.errors import NotDifferentiable
from s2sad.loader import register
from s2sad.runtime import require_defaults

_KEPT = 256  # wrappers of each sort


def has_rule(function: Any) -> bool:
    """Is a function differentiated by a rule? The rules are imported only if it may be one of theirs."""
    if not may_have_rule(function):
        return False
    from s2sad.adjoints import registry

    return registry.lookup(function) is not None


def wrapper_of(function: Any, count: int = 0, names: tuple[str, ...] = (), *, options: bool = False) -> types.FunctionType:
    """`def sin(x): return np.sin(x)`, with the signature that the rule handles.

    Of the parameters that have a default it takes those among the first `count`, those in `names`, or with `options` all.
    Those that the rule does not handle are taken in their places, and have to be what they are by default. Of ufuncs, the
    operands alone: what is called is mostly a ufunc, and without options.
    """
    name, signature, handled = _handled(function)
    every = list(signature.parameters.values())
    first = {p.name for p in every[:count] if p.kind is not p.KEYWORD_ONLY}
    usual = {p.name for p in every if options and not isinstance(function, np.ufunc) and not _is_sentinel(function, p)}
    wanted = [p for p in every if p.default is p.empty or p.name in {*first, *names, *usual}]
    passed: list[str] = []
    checked: list[str] = []
    for p in wanted:
        if p.kind is p.VAR_POSITIONAL:
            passed.append(f"*{p.name}")
        elif p.name not in handled:
            checked.append(f"{p.name}=({p.name}, {p.default!r})")
        elif p.default is p.empty or (p.name in first and not checked):
            passed.append(p.name)
        else:
            passed.append(f"{p.name}={p.name}")
    return _wrapper(function, name, _spelled(every, wanted), ", ".join(passed), ", ".join(checked))


def signature_of(function: Any) -> inspect.Signature:
    """That of a function; of one that is compiled and does not tell, such as NumPy's ufuncs before 2.4, what its rule names."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        if not has_rule(function):
            raise
        return inspect.signature(wrapper_of(function, options=True))


def _spelled(every: list[inspect.Parameter], wanted: list[inspect.Parameter]) -> str:
    """The parameters of a wrapper: those after one that is left out are taken by name."""
    taken = []
    for p in wanted:
        missing = any(q not in wanted for q in every[: every.index(p)])
        if p.kind is p.POSITIONAL_ONLY:
            p = p.replace(kind=p.POSITIONAL_OR_KEYWORD)
        if missing and p.kind is not p.VAR_POSITIONAL:
            p = p.replace(kind=p.KEYWORD_ONLY)
        taken.append(p)
    return str(inspect.Signature(taken))[1:-1]


def _is_sentinel(function: Any, parameter: inspect.Parameter) -> bool:
    """Is the default of a parameter one that cannot be passed? Where a rule says None, NumPy says nothing.

    But for `initial`: None says that there is no such value, too.
    """
    if parameter.name == "initial":
        return False
    try:
        own = inspect.signature(function).parameters.get(parameter.name, parameter)
    except (TypeError, ValueError):  # compiled, and it does not tell
        return parameter.default is None
    return parameter.default is None and own.default is not None


@functools.lru_cache(maxsize=_KEPT)
def _wrapper(function: Any, name: str, taken: str, passed: str, checked: str) -> types.FunctionType:
    called, namespace = _spelling(function)
    if not checked:
        return define(name, taken, f"{called}({passed})", namespace)
    check = f"require_defaults({name!r}, {checked})"
    return define(name, taken, f"{called}({passed})", {**namespace, "require_defaults": require_defaults}, check)


def _handled(function: Any) -> tuple[str, inspect.Signature, Collection[str]]:
    """The name of a function, its signature, and what its rule handles of that; a constant function of Python has its own."""
    from s2sad.adjoints import calling, registry

    rule = registry.lookup(function)
    if rule is not None and rule.kind == "refused":
        raise NotDifferentiable(f"{rule.name} is not differentiated: {rule.doc}", hint=rule.instead)
    if rule is not None and rule.kind != "nondifferentiable":
        named = getattr(function, "__name__", "")
        return (
            named if rule.own and named.isidentifier() else rule.name,
            calling.signature_of(function, rule),
            rule.signature.parameters,
        )
    name = getattr(function, "__name__", repr(function))
    if rule is None or not isinstance(function, types.FunctionType):
        raise NotDifferentiable(f"{name} has no derivative", hint="s2sad rules lists what has one")
    signature = inspect.signature(function)
    return name, signature, signature.parameters


def _spelling(function: Any) -> tuple[str, dict[str, Any]]:
    """`np.sin`, and what `np` is; `function` where no module is known to hold it under its name."""
    module, name = getattr(function, "__module__", None), getattr(function, "__name__", "")
    top, _, rest = (module or "").partition(".")
    if top in ("builtins", "") or getattr(sys.modules.get(module or ""), name, None) is not function:
        return "function", {"function": function}
    alias = "np" if top == "numpy" else top
    return ".".join(filter(None, (alias, rest, name))), {alias: sys.modules[top]}


@functools.lru_cache(maxsize=_KEPT)
def apply_wrapper(function: Any, count: int, names: tuple[str, ...]) -> types.FunctionType:
    """`def apply(args, kwargs): return function(args[0], args[1], k=kwargs["k"])`.

    Without a function, `apply` takes one as its first parameter.
    """
    passed = [f"args[{i}]" for i in range(count)] + [f"{n}=kwargs[{n!r}]" for n in names]
    parameters = "args, kwargs" if function is not None else "function, args, kwargs"
    return define("apply", parameters, f"function({', '.join(passed)})", {"function": function})


def define(name: str, parameters: str, expression: str, namespace: dict[str, Any], *before: str) -> types.FunctionType:
    """`def name(parameters): return expression`, with a text that can be read, and with statements before that."""
    text = "".join(
        f"{line}\n" for line in (f"def {name}({parameters}):", *(f"    {s}" for s in before), f"    return {expression}")
    )
    filename = f"<s2sad wrapper {name} {digest(text)}>"
    defined: dict[str, Any] = {}  # apart: the expression may call something of the same name
    exec(compile(text, filename, "exec"), namespace, defined)
    function = defined[name]
    assert isinstance(function, types.FunctionType)
    register(filename, text, [function.__code__])
    return function
