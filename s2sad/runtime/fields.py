"""Cotangents of attributes that are computed, not stored: properties, cached properties and bound methods.

Reading `spring.softness` adds to `spring_bar.softness`, whatever softness is. Where the cotangent of an
object is complete, what was added to a computed attribute moves on to the stored ones that its getter reads.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from typing import Any

import numpy as np

from s2sad.runtime.containers import NamedTupleBar, ObjectBar, operated, parts_of
from s2sad.runtime.dynamic import split_property
from s2sad.runtime.refusals import Unfit

_MISSING = object()


def stored_names(x: Any) -> list[str] | None:
    """The attributes that an object keeps; None if it is not an object that keeps any."""
    if dataclasses.is_dataclass(x):
        return [f.name for f in dataclasses.fields(x)]
    slots = [n for n in _slots(type(x)) if hasattr(x, n)]
    if not hasattr(x, "__dict__"):
        return slots or None
    return [*slots, *(n for n in vars(x) if not isinstance(_member(x, n), functools.cached_property))]


def _slots(cls: type) -> list[str]:
    found: dict[str, None] = {}
    for base in reversed(cls.__mro__):
        names = [n for n, member in vars(base).items() if isinstance(member, types.MemberDescriptorType)]
        found |= dict.fromkeys(names)
    return list(found)


def _member(x: Any, name: str) -> Any:
    return inspect.getattr_static(type(x), name, _MISSING)


def _is_stored(x: Any, name: str) -> bool:
    """Is an attribute a value of the object's own, or one without part in its gradient: a constant?"""
    member = _member(x, name)
    if isinstance(member, (property, functools.cached_property)):
        return False
    if isinstance(member, types.MemberDescriptorType) or name in getattr(x, "__dict__", ()):
        return True
    if member is _MISSING:  # where nothing makes it up, it was the default of a getattr
        return not hasattr(type(x), "__getattr__")
    return not hasattr(type(member), "__get__")


def _contributions(g: Any) -> dict[str, Any]:
    """The parts of a cotangent that go by name."""
    if isinstance(g, ObjectBar):
        return parts_of(g)
    return g.named if isinstance(g, NamedTupleBar) else {}


def computed_parts(g: Any, x: Any) -> list[str]:
    """The names of those parts of the cotangent `g` that belong to computed attributes of `x`."""
    parts = _contributions(g)
    if not parts or x is None:
        return []
    return [n for n in parts if isinstance(g, NamedTupleBar) or not _is_stored(x, n)]


def settled(g: Any, x: Any) -> Any:
    """The cotangent `g` of `x`, with what belongs to computed attributes moved on to stored ones."""
    if isinstance(g, (float, complex, np.ndarray, np.generic)) and np.any(g != 0):
        raise Unfit(operated(x))
    while names := computed_parts(g, x):
        parts = _contributions(g)
        if isinstance(g, NamedTupleBar):
            total: Any = NamedTupleBar.zeros(g._fields) + list(g)
        else:
            total = ObjectBar(x, **{n: v for n, v in parts.items() if n not in names})
        for name in names:
            if not (isinstance(parts[name], (int, float)) and parts[name] == 0):
                total = total + _through(x, name, parts[name])
        g = total
    return g


def _through(x: Any, name: str, part: Any) -> Any:
    """What the cotangent of one computed attribute contributes to its object."""
    if isinstance(_member(x, name), types.FunctionType):  # a bound method: the object is what it holds
        return part.owner if isinstance(part, ObjectBar) else 0
    forward, backward = split_property(type(x), name)
    _, tape = forward(x)
    return backward(tape, part)


def require_settled(g: Any, x: Any) -> None:
    """Refuses a second derivative through a computed attribute: the first one does not show its getter."""
    names = computed_parts(g, x)
    if names:
        raise Unfit(
            f"the second derivative goes through {type(x).__qualname__}.{names[0]}, which is computed "
            f"when it is read (make {names[0]} a method, and call it)"
        )


def through_settled(h: Any, g: Any, x: Any) -> Any:
    """The cotangent of g where `h` is that of settled(g, x)."""
    require_settled(g, x)
    return h
