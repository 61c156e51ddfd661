"""Builtins that apply a function to elements: once to each, in order."""

from __future__ import annotations

from typing import Any

from s2sad.adjoints.equivalents.listing import listed
from s2sad.adjoints.equivalents.selecting import zipped


def reduce(function: Any, values: Any, *initial: Any) -> Any:
    """`functools.reduce`"""
    started = bool(initial)
    total = initial[0] if initial else None
    for x in values:
        total = function(total, x) if started else x
        started = True
    if not started:
        raise TypeError("reduce() of empty iterable with no initial value")
    return total


def accumulate(iterable: Any, func: Any = None, *, initial: Any = None) -> Any:
    """`itertools.accumulate`"""
    items = listed(iterable, "itertools.accumulate")
    if initial is not None:
        total = initial
        start = 0
    else:
        if not items:
            return []
        total = items[0]
        start = 1
    result = [total]
    for i in range(start, len(items)):
        if func is None:
            total = total + items[i]
        else:
            total = func(total, items[i])
        result.append(total)
    return result


def mapped(function: Any, iterable: Any, *iterables: Any, strict: Any = False) -> Any:
    """`map`"""
    if not iterables:
        return [function(x) for x in listed(iterable, "map")]
    result = []
    for args in zipped(iterable, *iterables, strict=strict):
        result.append(function(*args))
    return result


def starmap(function: Any, iterable: Any) -> Any:
    """`itertools.starmap`"""
    result = []
    for args in listed(iterable, "itertools.starmap"):
        result.append(function(*args))
    return result


def filtered(function: Any, iterable: Any) -> Any:
    """`filter`"""
    items = listed(iterable, "filter")
    if function is None:
        return [x for x in items if x]
    return [x for x in items if function(x)]


def filterfalse(function: Any, iterable: Any) -> Any:
    """`itertools.filterfalse`"""
    items = listed(iterable, "itertools.filterfalse")
    if function is None:
        return [x for x in items if not x]
    return [x for x in items if not function(x)]


def takewhile(predicate: Any, iterable: Any) -> Any:
    """`itertools.takewhile`"""
    result = []
    for x in listed(iterable, "itertools.takewhile"):
        if not predicate(x):
            break
        result.append(x)
    return result


def dropwhile(predicate: Any, iterable: Any) -> Any:
    """`itertools.dropwhile`"""
    result = []
    dropping = True
    for x in listed(iterable, "itertools.dropwhile"):
        if dropping and predicate(x):
            continue
        dropping = False
        result.append(x)
    return result
