"""Reads of the primal that ask for the shape and type of a value, not for the value itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import gast
import numpy as np

from s2sad.context import Context
from s2sad.runtime import alone, broadcast_like, instantiate, unbroadcast, zeros_like

# function: the argument of which only the outline matters
_IN_STEP = {zeros_like: 0, instantiate: 1}
_OUTLINED = {np.shape: 0, np.ndim: 0, np.size: 0, unbroadcast: 1, broadcast_like: 1, alone: 2, **_IN_STEP}


def outlined(parts: Iterable[gast.AST], context: Context) -> Iterator[tuple[gast.Name, bool]]:
    """The names among the nodes of a statement of the reverse sweep of whose values only the outline matters.

    With each: is it that of a container as it ends up? What changed it is undone in the cotangent made from it.
    """
    for call in parts:
        if isinstance(call, gast.Call):
            function = _called(call.func, context)
            position = _OUTLINED.get(function)
            if position is not None and position < len(call.args):
                argument = call.args[position]
                if isinstance(argument, gast.Name):
                    yield argument, function in _IN_STEP


def _called(function: gast.expr, context: Context) -> Any:
    """What emitted code links to by this name, or by an attribute of NumPy; None for anything else."""
    if isinstance(function, gast.Name):
        linked = context.links.get(function.id)
        return linked if linked is None or linked.__hash__ is not None else None
    if isinstance(function, gast.Attribute) and isinstance(function.value, gast.Name):
        name = function.value.id
        module = context.links.get(name) or (None if name in context.locals else context.source.globals.get(name))
        return getattr(np, function.attr, None) if module is np else None
    return None
