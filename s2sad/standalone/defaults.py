"""Defaults of parameters, which were evaluated when the user's function was defined, as literals."""

from __future__ import annotations

import sys
import types
from typing import Any

import gast

from s2sad import nodes
from s2sad.emit import emit
from s2sad.errors import S2SADError
from s2sad.standalone.meaning import Look
from s2sad.standalone.module_text import MISSING
from s2sad.standalone.refusals import Where
from s2sad.standalone.scopes import outside
from s2sad.standalone.spelling import Unspellable, spelled


def literal_defaults(
    args: gast.arguments, function: types.FunctionType, look: Look, where: Where, keep_last: bool = False
) -> bool:
    """Puts the values of the defaults in the place of their expressions; says whether anything changed."""
    changed = False
    values = function.__defaults__ or ()
    parameters = [*args.posonlyargs, *args.args][-len(values) :] if values else []
    if len(args.defaults) != len(values):  # they were assigned to
        args.defaults = [nodes.const(None) for _ in values]
        changed = True
    for i, (parameter, value) in enumerate(zip(parameters, values, strict=True)):
        args.defaults[i], new = _default(args.defaults[i], parameter.id, value, look, where)
        changed |= new
    keyword_values = function.__kwdefaults__ or {}
    for i, parameter in enumerate(args.kwonlyargs[: len(args.kwonlyargs) - keep_last]):
        if parameter.id in keyword_values:
            node = args.kw_defaults[i] or nodes.const(None)
            args.kw_defaults[i], new = _default(node, parameter.id, keyword_values[parameter.id], look, where)
            changed |= new
    return changed


def _default(node: gast.expr, parameter: str, value: Any, look: Look, where: Where) -> tuple[gast.expr, bool]:
    expression = emit(node)
    found = look(expression.split(".")[0]) if expression.replace(".", "").isidentifier() else MISSING
    for attribute in expression.split(".")[1:]:
        found = getattr(found, attribute, MISSING)
    if found is value and (callable(value) or isinstance(value, types.ModuleType)):
        return node, False
    try:
        literal = spelled(value)
    except Unspellable as what:
        raise S2SADError(
            f"the default of the parameter {parameter} is {what}, which a standalone file cannot hold",
            location=where(parameter),
            hint="give the parameter no default, and pass the value",
        ) from None
    if outside(literal).names & {"np"} and look("np") is not sys.modules["numpy"]:
        raise S2SADError(
            f"the default of the parameter {parameter} needs NumPy, which is not called np in its module",
            location=where(parameter),
            hint="import numpy as np",
        )
    if _same_literal(expression, literal):
        return node, False
    return gast.parse(literal, mode="eval").body, True


def _same_literal(expression: str, literal: str) -> bool:
    """`1e-3` may stay instead of `0.001`."""
    try:
        value = eval(expression, {"__builtins__": {}})
        return spelled(value) == literal
    except Exception:
        return False
