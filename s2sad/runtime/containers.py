"""Cotangents of lists, tuples, dictionaries and objects.

They look like what they belong to, but `+` adds element by element; the int `0` stands for a zero of any type,
so a cotangent costs no more than the parts that were touched. Plain containers would concatenate under `+`: a
wrong gradient without a word.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from s2sad.runtime.refusals import Unfit

IMMUTABLE = (int, float, complex, str, bytes, bool, type(None), np.generic)
OPAQUE = (
    str,
    bytes,
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.ModuleType,
    range,
    set,
    frozenset,
)


class _Bar:
    """A sum of two cotangents, out of `+=`, which works in place."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        if _is_nothing(other):
            return self
        total = owned(self)
        total += other
        return total

    def __radd__(self, other: Any) -> Any:
        return self + other


class ListBar(_Bar, list[Any]):
    """The cotangent of a list or tuple: one cotangent per element."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None) -> Any:
        """array + ListBar is left to ListBar; `array += ListBar`, where both are of a list of numbers, to the array."""
        if ufunc is not np.add or method != "__call__":
            return NotImplemented
        if out is None:
            return self + next(x for x in inputs if x is not self)
        if any(np.shape(x) != np.shape(out[0]) for x in inputs):
            raise Unfit(f"cotangents of different structure: {inputs[0]!r} and {inputs[1]!r}")
        return np.add(*(np.asarray(x) if x is self else x for x in inputs), out=out)

    def __iadd__(self, other: Any) -> Any:
        """In place, so that what `other` says nothing about costs nothing."""
        if _is_nothing(other):
            return self
        if not isinstance(other, (list, np.ndarray)) or len(other) != len(self):
            raise Unfit(f"cotangents of different structure: {self!r} and {other!r}")
        for i, more in other.touched() if isinstance(other, ListBar) else enumerate(other):
            mine = self.held(i)
            self[i] = mine + more if type(mine) is float else _added(mine, more)
        return self

    def touched(self) -> Iterator[tuple[int, Any]]:
        """The elements that may be other than zero, with their places."""
        return ((i, g) for i, g in enumerate(list.__iter__(self)) if not _is_nothing(g))

    def held(self, place: int) -> Any:
        """An element as it is held: 0 for one that is missing."""
        return list.__getitem__(self, place)

    def __sub__(self, other: Any) -> Any:
        return self + -other  # of a function of arrays, which was given a list

    def __getitem__(self, index: Any) -> Any:
        found = list.__getitem__(self, index)
        return ListBar(found) if isinstance(index, slice) else found

    def __mul__(self, other: Any) -> Any:
        raise Unfit("the cotangent of a list cannot be scaled")

    __rmul__ = __imul__ = __mul__

    def copy(self) -> ListBar:
        return type(self)(map(owned, self))


class PartsBar(ListBar):
    """The cotangent of a list or tuple of which few elements are touched: these alone, until somebody asks for all.

    So a function that reads one element of a long list has a pullback that takes no longer than it does.
    """

    __slots__ = ("parts", "primal")

    parts: dict[int, Any] | None  # None: all elements are in the list itself
    primal: tuple[Any, ...]  # as it is now: a list may go on to change

    @classmethod
    def of(cls, primal: Sequence[Any]) -> PartsBar:
        new = cls()
        new.parts, new.primal = {}, tuple(primal)
        return new

    def whole(self) -> PartsBar:
        """This, with all elements in the list itself."""
        if self.parts is not None:
            parts, self.parts = self.parts, None
            list.extend(self, [parts[i] if i in parts else zeros_like(x) for i, x in enumerate(self.primal)])
        return self

    def __len__(self) -> int:
        return len(self.primal) if self.parts is not None else list.__len__(self)

    def __getitem__(self, index: Any) -> Any:
        if self.parts is None or isinstance(index, slice):
            return ListBar.__getitem__(self.whole(), index)
        place = range(len(self.primal))[index]
        if place not in self.parts:
            self.parts[place] = zeros_like(self.primal[place])
        return self.parts[place]

    def __setitem__(self, index: Any, value: Any) -> None:
        if self.parts is None or isinstance(index, slice):
            list.__setitem__(self.whole(), index, value)
        else:
            self.parts[range(len(self.primal))[index]] = value

    def touched(self) -> Iterator[tuple[int, Any]]:
        return ListBar.touched(self) if self.parts is None else iter(self.parts.items())

    def held(self, place: int) -> Any:
        return list.__getitem__(self, place) if self.parts is None else self.parts.get(place, 0)

    def copy(self) -> ListBar:
        if self.parts is None:
            return ListBar(map(owned, self))
        new = PartsBar.of(self.primal)
        new.parts = {i: owned(g) for i, g in self.parts.items()}
        return new


def _of_whole(name: str) -> Any:
    method = getattr(list, name)
    return lambda self, *args, **options: method(self.whole(), *args, **options)


for _name in (
    "__iter__", "__reversed__", "__contains__", "__delitem__", "__eq__", "__ne__", "__repr__", "append", "clear", "count",
    "extend", "index", "insert", "pop", "remove", "reverse", "sort",
):  # fmt: skip
    setattr(PartsBar, _name, _of_whole(_name))


def _is_nothing(g: Any) -> bool:
    """Is this the zero of any type?"""
    return type(g) is int and g == 0


def _added(mine: Any, more: Any) -> Any:
    """`mine += more`, which shares no memory with `more`; an array may have to be of another dtype."""
    if isinstance(mine, _Bar):
        mine += more
        return mine
    return owned(mine) if _is_nothing(more) else owned(more) if _is_nothing(mine) else mine + more


class NamedTupleBar(ListBar):
    """The cotangent of a named tuple: elements by position and by name.

    An element that is missing, which iterating shows as 0, is made from the primal when it is first asked for. `named` holds
    what belongs to attributes that are not fields (properties), until it is settled.
    """

    __slots__ = ("_fields", "named", "primal")

    _fields: tuple[str, ...]
    named: dict[str, Any]
    primal: Any

    @classmethod
    def zeros(cls, fields: tuple[str, ...], primal: Any = None) -> NamedTupleBar:
        return cls([0] * len(fields))._with(fields, {}, primal)

    def _with(self, fields: tuple[str, ...], named: dict[str, Any], primal: Any) -> NamedTupleBar:
        object.__setattr__(self, "_fields", fields)
        object.__setattr__(self, "named", named)
        object.__setattr__(self, "primal", primal)
        return self

    def __iadd__(self, other: Any) -> Any:
        ListBar.__iadd__(self, other)
        for name, value in getattr(other, "named", {}).items():
            self.named[name] = _added(self.named.get(name, 0), value)
        return self

    def __getitem__(self, index: Any) -> Any:
        found = ListBar.__getitem__(self, index)
        if _is_nothing(found) and self.primal is not None:
            found = self[index] = zeros_like(self.primal[index])
        return found

    def __getattr__(self, name: str) -> Any:
        if name in self.__slots__ or name.startswith("__"):
            raise AttributeError(name)
        return self[self._fields.index(name)] if name in self._fields else self.named.get(name, 0)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._fields:
            self[self._fields.index(name)] = value
        else:
            self.named[name] = value

    def copy(self) -> NamedTupleBar:
        new = NamedTupleBar(map(owned, list.__iter__(self)))
        return new._with(self._fields, {n: owned(g) for n, g in self.named.items()}, self.primal)


class DictBar(_Bar, dict[Any, Any]):
    """The cotangent of a dictionary. A part that is missing is made from the primal when it is first asked for."""

    __slots__ = ("primal",)

    primal: Any

    @classmethod
    def of(cls, primal: Any, parts: Any = ()) -> DictBar:
        new = cls(parts)
        new.primal = primal
        return new

    def __missing__(self, key: Any) -> Any:
        zero = zeros_like(self.primal[key]) if key in self.primal else 0
        self[key] = zero
        return zero

    def __iadd__(self, other: Any) -> Any:
        if _is_nothing(other):
            return self
        if not isinstance(other, dict):
            raise Unfit(f"cotangents of different structure: {self!r} and {other!r}")
        for key, value in other.items():
            self[key] = _added(self.get(key, 0), value)
        return self

    def copy(self) -> DictBar:
        return DictBar.of(self.primal, {k: owned(v) for k, v in self.items()})


_PRIMAL = "the primal"  # no attribute has this name


class ObjectBar(_Bar):
    """The cotangent of an object. An attribute that is missing is made from the primal when it is first asked for."""

    def __init__(self, primal: Any = None, /, **attributes: Any) -> None:
        self.__dict__.update(attributes)
        self.__dict__[_PRIMAL] = primal

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        primal = primal_of(self)
        own = primal.__dict__.get(name) if isinstance(primal, ObjectBar) else getattr(primal, name, None)
        zero = zeros_like(own)
        self.__dict__[name] = zero
        return zero

    def __iadd__(self, other: Any) -> Any:
        if _is_nothing(other):
            return self
        if not isinstance(other, ObjectBar):
            raise Unfit(f"cotangents of different structure: {self!r} and {other!r}")
        for name, value in parts_of(other).items():
            self.__dict__[name] = _added(self.__dict__.get(name, 0), value)
        return self

    def _operated(self, *_: Any) -> Any:
        raise Unfit(operated(primal_of(self)))

    __getitem__ = __mul__ = __rmul__ = __truediv__ = __neg__ = _operated

    def __repr__(self) -> str:
        return f"ObjectBar({', '.join(f'{k}={v!r}' for k, v in parts_of(self).items())})"

    def __copy__(self) -> ObjectBar:
        return ObjectBar(primal_of(self), **{k: owned(v) for k, v in parts_of(self).items()})


# not methods of ObjectBar, since attributes of the object may have any name


def primal_of(bar: ObjectBar) -> Any:
    return bar.__dict__[_PRIMAL]


def parts_of(bar: ObjectBar) -> dict[str, Any]:
    return {k: v for k, v in bar.__dict__.items() if k != _PRIMAL}


def operated(x: Any) -> str:
    """Why an object has no cotangent: an operator of its class was used, whose derivative nobody knows."""
    return f"an operator of {type(x).__qualname__} is used, which a derivative flows through: call a method instead"


def folded(bar: Any, paths: tuple[tuple[str, ...], ...]) -> Any:
    """A closure's cotangent, in which the parts at `paths`, which belong to the same closure, are added to the whole."""
    for path in paths:
        bar, own = _taken(bar, path)
        bar = bar + own
    return bar


def unfolded(h: Any, paths: tuple[tuple[str, ...], ...]) -> Any:
    """The cotangent of `bar` where `h` is that of `folded(bar, paths)`."""
    bar = h
    for path in paths:
        bar = _placed(bar, path, h)
    return bar


def _taken(bar: Any, path: tuple[str, ...]) -> tuple[Any, Any]:
    parts = dict(parts_of(bar)) if isinstance(bar, ObjectBar) else {}
    if path[0] not in parts:
        return bar, 0
    if len(path) == 1:
        own = parts.pop(path[0])
    else:
        parts[path[0]], own = _taken(parts[path[0]], path[1:])
    return ObjectBar(primal_of(bar), **parts), own


def _placed(bar: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    parts = dict(parts_of(bar)) if isinstance(bar, ObjectBar) else {}
    parts[path[0]] = _placed(parts.get(path[0], 0), path[1:], value)
    return ObjectBar(None, **parts)


def zeros_like(x: Any) -> Any:
    """The zero cotangent of `x`, made to be added to; the int 0 for what has no derivative."""
    if isinstance(x, np.ndarray):
        if x.dtype.kind == "O":
            return _object_zeros(x)
        return np.zeros_like(x, x.dtype if x.dtype.kind in "fc" else float)  # of integers only to be added to
    if isinstance(x, float):
        return 0.0
    if isinstance(x, IMMUTABLE) or x is None:
        return 0
    if isinstance(x, (tuple, NamedTupleBar)) and hasattr(x, "_fields"):
        return NamedTupleBar.zeros(x._fields, x)
    if isinstance(x, (list, tuple)):
        return PartsBar.of(x.primal if isinstance(x, PartsBar) and x.parts is not None else x)
    if isinstance(x, dict):
        return DictBar.of(x)
    if isinstance(x, (type, types.ModuleType)):  # what is read from it is constant
        return ObjectBar(x)
    if isinstance(x, (ListBar, DictBar, ObjectBar)) or hasattr(x, "__dict__") or hasattr(type(x), "__slots__"):
        return 0 if isinstance(x, OPAQUE) else ObjectBar(x)
    return 0


def _object_zeros(x: Any) -> Any:
    zeros = np.empty_like(x)
    zeros.fill(0)
    return zeros


def owned(g: Any) -> Any:
    """A copy of a cotangent that may be added to in place."""
    if isinstance(g, IMMUTABLE):
        return g
    return g.copy() if isinstance(g, (np.ndarray, list, dict)) else copy.copy(g)
