"""Functions that are looked through, not differentiated: what they change in place, what they give back.

A derivative rests on what is seen there, and so on everything that these functions refer to in turn.
"""

from __future__ import annotations

import types

from s2sad import nodes
from s2sad.context import Context
from s2sad.dependencies import KNOWN_ROOTS
from s2sad.errors import S2SADError
from s2sad.naming import Namer
from s2sad.source import read

_seen: list[Context] = []  # in the order in which they were met, callers before what they call


def glance(function: types.FunctionType) -> Context | None:
    """A function as a context in which names can be resolved; None if it has no source."""
    try:
        source = read(function)
    except S2SADError:
        return None
    context = Context(source, (), Namer(()))
    context.locals = nodes.stores(source.tree.body) | set(nodes.all_parameters(source.tree.args))
    if function.__module__ is None or function.__module__.partition(".")[0] not in KNOWN_ROOTS:
        _seen.append(context)
    return context


def glances() -> list[Context]:
    """The functions that were looked through since `forget`, but for those that stay as they are."""
    return list(_seen)


def forget() -> None:
    """Nothing was looked through yet."""
    _seen.clear()
