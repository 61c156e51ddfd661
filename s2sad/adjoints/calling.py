"""How the arguments of a call become those of the function's rule.

A call is bound as the function itself binds it. A rule has names and defaults for the parameters that it handles; the others may
be given as what they are by default, and not otherwise.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import gast
import numpy as np

from s2sad.adjoints.registry import Rule
from s2sad.template import as_literal, given, literal_value

Parameter = inspect.Parameter

#: What to do instead of passing an argument that a rule does not handle.
WAYS_OUT: Mapping[str, str] = {
    "casting": "leave it out, and cast the operands: x.astype(...)",
    "like": "leave it out: arrays of NumPy are what is differentiated",
    "out": "take what is returned: y = np.add(a, b)",
    "overwrite_input": "leave it out: what is overwritten is read again",
    "where": "choose among the values: np.where(mask, f(np.where(mask, x, 1.0)), 0.0)",
}

#: Keywords of every ufunc; the first two change the memory of the result alone, and `dtype` is lowered to casts of the operands.
_HARMLESS = frozenset({"order", "subok", "dtype"})
_OF_UFUNCS: Mapping[str, Any] = {
    "where": True, "casting": "same_kind", "order": "K", "dtype": None, "subok": True, "signature": None,
}  # fmt: skip


class Arguments(NamedTuple):
    """The operands of a rule by its parameters, and the arguments that it does not handle."""

    operands: dict[str, gast.expr]
    unhandled: tuple[str, ...]


def bind(function: Any, rule: Rule, call: gast.Call) -> dict[str, gast.expr] | None:
    """The call's arguments by the rule's parameters, defaults filled in; None if the rule does not handle them."""
    found = arguments(function, rule, call)
    return found.operands if found is not None and not found.unhandled else None


def arguments(function: Any, rule: Rule, call: gast.Call) -> Arguments | None:
    """How a call is bound; None if it does not fit the function's signature, or has stars that the rule has not."""
    signature = signature_of(function, rule)
    found = given(signature, call)
    if found is None:
        return None
    operands = {name: as_literal(p.default) for name, p in rule.signature.parameters.items() if p.default is not p.empty}
    theirs = {name: p.default for name, p in signature.parameters.items() if name in operands and p.default is not p.empty}
    operands |= {name: as_literal(default) for name, default in theirs.items()}
    operands |= {name: value for name, value in found.items() if name in rule.signature.parameters}
    ordered = {name: operands[name] for name in rule.signature.parameters if name in operands}
    return Arguments(ordered, tuple(_unhandled(function, rule, signature, found)))


def _unhandled(function: Any, rule: Rule, signature: inspect.Signature, found: Mapping[str, gast.expr]) -> Iterator[str]:
    harmless = _HARMLESS if isinstance(function, np.ufunc) else frozenset()
    for name in found.keys() - rule.signature.parameters.keys() - harmless:
        literal, value = literal_value(found[name])
        default = signature.parameters[name].default
        if not literal or type(value) is not type(default) or value != default:
            yield name


@functools.cache
def signature_of(function: Any, rule: Rule) -> inspect.Signature:
    """What a call is bound by: the function's parameters, under the rule's names and with its defaults where it has any."""
    theirs = None if rule.own else _signature(function, rule)
    merged = None if theirs is None else _merged(list(theirs.parameters.values()), rule)
    return rule.signature if merged is None else inspect.Signature(merged)


def _signature(function: Any, rule: Rule) -> inspect.Signature | None:
    if isinstance(function, np.ufunc):
        return _of_ufunc(function, rule)
    if str(getattr(function, "__module__", "")).startswith("s2sad"):
        return None
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _of_ufunc(ufunc: np.ufunc, rule: Rule) -> inspect.Signature:
    """Of ufuncs it is known, also where NumPy does not tell."""
    operands = [Parameter(name, Parameter.POSITIONAL_ONLY) for name in list(rule.signature.parameters)[: ufunc.nin]]
    out = Parameter("out", Parameter.POSITIONAL_OR_KEYWORD, default=None)
    core = {"axes": ..., "axis": ..., "keepdims": False} if ufunc.signature else {}
    options = {**core, **_OF_UFUNCS}
    named = [Parameter(name, Parameter.KEYWORD_ONLY, default=default) for name, default in options.items()]
    return inspect.Signature([*operands, out, *named])


def _merged(theirs: list[Parameter], rule: Rule) -> list[Parameter] | None:
    """Their parameters with the rule's names and defaults; None where the two do not fit."""
    ours = dict(rule.signature.parameters)
    merged: list[Parameter] = []
    for place, parameter in enumerate(theirs):
        name = list(rule.signature.parameters)[place : place + 1] if parameter.kind is Parameter.POSITIONAL_ONLY else []
        own = ours.pop(name[0] if name else parameter.name, None)
        if parameter.kind is Parameter.VAR_KEYWORD:
            merged += [p.replace(kind=Parameter.KEYWORD_ONLY) for p in ours.values()]
            ours = {}
        elif parameter.kind is Parameter.VAR_POSITIONAL and own is None:
            return None
        elif own is None:
            merged.append(parameter if _can_be_spelled(parameter.default) else parameter.replace(default=...))
        else:
            default = parameter.default if _can_be_spelled(parameter.default) else own.default
            merged.append(parameter.replace(name=own.name, default=default))
    return None if any(p.default is p.empty for p in ours.values()) else merged


def _can_be_spelled(default: Any) -> bool:
    return default in (None, Parameter.empty) or isinstance(default, (bool, int, float, complex, str, tuple, list))
