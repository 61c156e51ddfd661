"""Rules of the user's own: for functions that s2sad cannot read, and for those whose derivative is better said than derived.

They are written in the words of `s2sad.adjoints.registry`. A function that is one expression goes into the emitted code
as the templates of other rules do; any other one is called there.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from s2sad import dependencies
from s2sad.adjoints import registry
from s2sad.adjoints.registry import Rule
from s2sad.errors import RuleError

F = TypeVar("F")


def elementwise(*functions: Any, at: Iterable[Any] = ()) -> Callable[[F], F]:
    """Says what the partial derivatives of functions are that are applied to each element.

    The decorated function takes the result and the arguments, and returns one partial derivative per argument, in
    their order (a single one for a single argument), of the shape of the result; 0 where there is none. Broadcasting is
    taken care of. `at` holds points, tuples of arguments, at which `s2sad.testing.check_rule` checks the rule.

    Raises `RuleError` if its parameters do not fit those of the functions.

    >>> import math
    >>> import s2sad
    >>> def softplus(x):
    ...     return math.log1p(math.exp(x))
    >>> @s2sad.elementwise(softplus, at=[(0.5,)])
    ... def softplus_rule(ans, x):
    ...     return 1 - math.exp(-ans)
    >>> s2sad.grad(softplus)(0.0)
    0.5
    """
    return _word(functools.partial(registry.elementwise_rule, leaves_reals=True), functions, at)


def linear(*functions: Any, at: Iterable[Any] = ()) -> Callable[[F], F]:
    """Says what the pullback is of functions that are linear in their first argument.

    The decorated function takes the cotangent of the result and the arguments, and returns the cotangent of the
    first one, in its shape. `at` and errors are those of `elementwise`.

    >>> import numpy as np
    >>> import s2sad
    >>> def doubled_ends(x):
    ...     return np.concatenate([x[:1], x, x[-1:]])
    >>> @s2sad.linear(doubled_ends, at=[(np.arange(3.0),)])
    ... def doubled_ends_rule(g, x):
    ...     inner = g[1:-1].copy()
    ...     inner[0] += g[0]
    ...     inner[-1] += g[-1]
    ...     return inner
    >>> s2sad.grad(lambda x: np.sum(doubled_ends(x) ** 2))(np.array([1.0, 2.0]))
    array([4., 8.])
    """
    return _word(registry.linear_rule, functions, at)


def rule(*functions: Any, at: Iterable[Any] = ()) -> Callable[[F], F]:
    """Says what the pullbacks and pushforwards of functions are, in a class.

    For each argument x that a derivative flows through it has `pullback_x(g, ans, ...)`, which takes the cotangent of
    the result to that of x, and `pushforward_x(t, ans, ...)`, which takes a tangent of x to that of the result; the
    arguments of the function follow the result `ans`. `at` and errors are those of `elementwise`.

    >>> import numpy as np
    >>> import s2sad
    >>> def energy(a, x):
    ...     return x @ a @ x
    >>> @s2sad.rule(energy, at=[(np.eye(2), np.array([1.0, 2.0]))])
    ... class energy_rule:
    ...     def pullback_x(g, ans, a, x):
    ...         return g * (a + a.T) @ x
    ...     def pushforward_x(t, ans, a, x):
    ...         return t @ (a + a.T) @ x
    >>> s2sad.grad(energy, argnums="x")(np.eye(2), np.array([1.0, 2.0]))
    array([2., 4.])
    """
    return _word(registry.general_rule, functions, at)


def nondifferentiable(*functions: Any) -> None:
    """Says that no derivative flows through functions, whatever is in them.

    >>> import s2sad
    >>> def rounded(x):
    ...     return float(f"{x:.1f}")
    >>> s2sad.nondifferentiable(rounded)
    >>> s2sad.grad(lambda x: x * rounded(x))(1.26)
    1.3
    """
    for function in functions:
        _register((function,), registry.no_derivative(function))


def _word(make: Callable[[Any, Iterable[Any]], Rule], functions: Sequence[Any], at: Iterable[Any]) -> Callable[[F], F]:
    if not functions:
        raise RuleError("a rule is for functions: @elementwise(function, at=[(argument, ...)])")

    def register(template: F) -> F:
        made = make(template, at)
        for function in functions:
            check_fit(function, made)
        _register(functions, made)
        return template

    return register


def _register(functions: Sequence[Any], made: Rule) -> None:
    for function in functions:
        if not callable(function):
            raise RuleError(f"{function!r} is not a function")
    registry.load_families()  # or theirs would come after the user's
    registry.replace(functions, dataclasses.replace(made, own=dependencies.rules_changed()))


def check_fit(function: Any, made: Rule) -> None:
    """Refuses a rule that would read the arguments of a call as other ones than the function does."""
    theirs = _parameters(function)
    problem = _misfit(list(made.signature.parameters.values()), theirs) if theirs is not None else None
    if theirs is not None and problem is not None:
        name = getattr(function, "__name__", repr(function))
        raise RuleError(
            f"the rule {made.name} does not fit {name}: {problem}",
            hint=f"{name} takes {inspect.Signature(theirs)}",
        )


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _parameters(function: Any) -> list[inspect.Parameter] | None:
    """Those of a function; None of a compiled one that does not tell."""
    if isinstance(function, np.ufunc):  # one that is made of a function of Python does not tell either
        return [inspect.Parameter(f"x{i + 1}", inspect.Parameter.POSITIONAL_ONLY) for i in range(function.nin)]
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None


def _misfit(ours: list[inspect.Parameter], theirs: list[inspect.Parameter]) -> str | None:
    """What is wrong with the parameters of a rule, if anything is."""
    star = any(p.kind is p.VAR_POSITIONAL for p in theirs)
    stars = any(p.kind is p.VAR_KEYWORD for p in theirs)
    named = {p.name: p for p in theirs if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    places = [p for p in theirs if p.kind in _POSITIONAL]
    known: set[str] = set()
    for number, own in enumerate(p for p in ours if p.kind in _POSITIONAL):
        if number >= len(places):
            if own.default is own.empty and not (star or stars or own.name in named):
                return f"it has an argument {own.name}, and the function none in that place"
            continue
        other = places[number]
        known.add(other.name)
        if other.kind is not other.POSITIONAL_ONLY and other.name != own.name:
            return f"argument {number + 1} is {own.name} here, and {other.name} there"
        if own.default is not own.empty and not _same_default(own.default, other.default):
            return f"the default of {own.name} is {own.default!r} here, and {other.default!r} there"
    for own in (p for p in ours if p.kind is p.KEYWORD_ONLY):
        if own.default is own.empty and own.name not in named and not stars:
            return f"the function has no argument {own.name}"
        known.add(own.name)
    takes_rest = any(p.kind is p.VAR_POSITIONAL for p in ours)
    missing = [p.name for p in named.values() if p.default is p.empty and p.name not in known]
    return f"it has no argument {missing[0]}" if missing and not takes_rest else None


def _same_default(own: Any, other: Any) -> bool:
    """Is the default of a rule that of the function, as far as one can see? NumPy has a value that means none."""
    if other is inspect.Parameter.empty or type(other).__name__ == "_NoValueType":
        return True
    return own is other or bool(np.all(own == other))
