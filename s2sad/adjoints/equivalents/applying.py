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
    return [function(*args) for args in zipped(iterable, *iterables, strict=strict)]


def starmap(function: Any, iterable: Any) -> Any:
    """`itertools.starmap`"""
    return [function(*args) for args in listed(iterable, "itertools.starmap")]


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
    items = listed(iterable, "itertools.takewhile")
    count = 0
    for x in items:
        if not predicate(x):
            break
        count += 1
    return items[:count]


def dropwhile(predicate: Any, iterable: Any) -> Any:
    """`itertools.dropwhile`"""
    items = listed(iterable, "itertools.dropwhile")
    count = 0
    for x in items:
        if not predicate(x):
            break
        count += 1
    return items[count:]


def called(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """`operator.call`"""
    return function(*args, **kwargs)
