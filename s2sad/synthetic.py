"""Small Python functions around callables that have a rule but no source, so that they can be differentiated."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from typing import Any

from s2sad.dependencies import digest, may_have_rule
from s2sad.errors import NotDifferentiable
from s2sad.loader import register

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
    """
    name, signature = _handled(function)
    taken: list[str] = []
    passed: list[str] = []
    for i, p in enumerate(signature.parameters.values()):
        if p.kind is p.VAR_POSITIONAL:
            passed.append(f"*{p.name}")
        elif p.default is p.empty or (i < count and p.kind is not p.KEYWORD_ONLY):
            passed.append(p.name)
        elif p.name in names or (options and not _is_sentinel(function, p)):
            passed.append(f"{p.name}={p.name}")
        else:
            continue
        taken.append(str(p))
    return _wrapper(function, name, ", ".join(taken), ", ".join(passed))


def _is_sentinel(function: Any, parameter: inspect.Parameter) -> bool:
    """Is the default of a parameter one that cannot be passed? Where a rule says None, NumPy says nothing.

    But for `initial`: None says that there is no such value, too.
    """
    if parameter.name == "initial":
        return False
    try:
        own = inspect.signature(function).parameters.get(parameter.name, parameter)
    except (TypeError, ValueError):  # compiled
        return False
    return parameter.default is None and own.default is not None


@functools.lru_cache(maxsize=_KEPT)
def _wrapper(function: Any, name: str, taken: str, passed: str) -> types.FunctionType:
    called, namespace = _spelling(function)
    return define(name, taken, f"{called}({passed})", namespace)


def _handled(function: Any) -> tuple[str, inspect.Signature]:
    """The name and signature that a function's rule handles; a constant function of Python has its own."""
    from s2sad.adjoints import registry

    rule = registry.lookup(function)
    if rule is not None and rule.kind == "refused":
        raise NotDifferentiable(f"{rule.name} is not differentiated: {rule.doc}", hint=rule.instead)
    if rule is not None and rule.kind != "nondifferentiable":
        named = getattr(function, "__name__", "")
        return named if rule.own and named.isidentifier() else rule.name, rule.signature
    name = getattr(function, "__name__", repr(function))
    if rule is None or not isinstance(function, types.FunctionType):
        raise NotDifferentiable(f"{name} has no derivative", hint="s2sad rules lists what has one")
    return name, inspect.signature(function)


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


def define(name: str, parameters: str, expression: str, namespace: dict[str, Any]) -> types.FunctionType:
    """`def name(parameters): return expression`, with a text that can be read."""
    text = f"def {name}({parameters}):\n    return {expression}\n"
    filename = f"<s2sad wrapper {name} {digest(text)}>"
    exec(compile(text, filename, "exec"), namespace)
    function = namespace[name]
    assert isinstance(function, types.FunctionType)
    register(filename, text, [function.__code__])
    return function
