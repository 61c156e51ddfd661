"""Cotangents that users pass in, as the runtime holds them."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from s2sad.runtime.containers import DictBar, ListBar, NamedTupleBar, ObjectBar
from s2sad.runtime.fields import stored_names
from s2sad.runtime.refusals import Unfit


def as_cotangent(g: Any, like: Any) -> Any:
    """`g` with the structure of the value `like`, made so that `+` adds. Its arrays are read-only views of the user's.

    Raises TypeError if the structures or shapes differ.
    """
    if isinstance(like, np.ndarray):
        if np.shape(g) != like.shape:
            raise Unfit(f"a cotangent of shape {like.shape} is needed, not {np.shape(g)}")
        view = np.asarray(g).view()
        view.setflags(write=False)
        return view
    if isinstance(like, tuple) and hasattr(like, "_fields"):
        bar = NamedTupleBar.zeros(like._fields)
        bar[:] = _elements(g, like)
        return bar
    if isinstance(like, (list, tuple)):
        return ListBar(_elements(g, like))
    if isinstance(like, dict):
        if not isinstance(g, dict) or set(g) != set(like):
            raise Unfit(f"a cotangent with the keys {list(like)} is needed, not {g!r}")
        return DictBar.of(like, {k: as_cotangent(g[k], v) for k, v in like.items()})
    if type(g) is type(like) and hasattr(like, "__dict__") and not isinstance(like, types.FunctionType):
        parts = {n: as_cotangent(getattr(g, n), getattr(like, n)) for n in stored_names(like) or ()}
        return ObjectBar(like, **{n: 0 if part is None else part for n, part in parts.items()})
    return g


def _elements(g: Any, like: Any) -> list[Any]:
    if not isinstance(g, (list, tuple)) or len(g) != len(like):
        raise Unfit(f"a cotangent with {len(like)} elements is needed, not {g!r}")
    return [as_cotangent(a, b) for a, b in zip(g, like, strict=True)]


def fresh_tape(tape: Any) -> Any:
    """A copy of the lists of a tape, which the reverse sweep empties, so that the pullback can be called again."""
    if type(tape) in (tuple, list):
        return type(tape)([fresh_tape(part) if type(part) in (tuple, list) else part for part in tape])
    return tape


def detached(value: Any) -> Any:
    """The same structure with copies of its arrays, laid out alike, so that nobody else's changes reach them."""
    if isinstance(value, np.ndarray):
        return value.copy("K")
    if type(value) in (list, tuple):
        return type(value)(detached(part) for part in value)
    if type(value) is dict:
        return {key: detached(part) for key, part in value.items()}
    return value


def distinct(result: Any) -> Any:
    """`result` with no array in it twice: gradients that are equal are still arrays of their own."""
    if type(result) in (tuple, list) and len(result) == 1:
        return type(result)([distinct(result[0])])
    return _distinct(result, set()) if type(result) in (tuple, list, dict) else result


def _distinct(value: Any, seen: set[int]) -> Any:
    if isinstance(value, np.ndarray):
        if id(value) in seen:
            return value.copy()
        seen.add(id(value))
    elif type(value) in (tuple, list):
        return type(value)([_distinct(part, seen) for part in value])
    elif type(value) is dict:
        return {key: _distinct(part, seen) for key, part in value.items()}
    return value
