"""Builtins that arrange elements.

The builtin itself is applied to indices, so that its arguments and errors are its own.
"""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np

from s2sad.adjoints.equivalents.listing import endless, extreme_index, listed, sorted_indices


def _rows(items: Any, rows: Any) -> Any:
    """Tuples of the elements at the given indices."""
    return [tuple([items[i] for i in row]) for row in rows]


def _columns(lists: Any, rows: Any) -> Any:
    """Tuples with one element of each list, at the given indices."""
    return [tuple([lists[j][i] for j, i in enumerate(row)]) for row in rows]


def chain(*iterables: Any) -> Any:
    """`itertools.chain`"""
    return [x for iterable in iterables for x in listed(iterable, "itertools.chain")]


def chain_from(iterable: Any) -> Any:
    """`itertools.chain.from_iterable`"""
    lists = listed(iterable, "itertools.chain.from_iterable")
    return [x for inner in lists for x in listed(inner, "itertools.chain.from_iterable")]


def zipped(*iterables: Any, strict: Any = False) -> Any:
    """`zip`"""
    lists = [listed(iterable, "zip") for iterable in iterables]
    return _columns(lists, list(zip(*[range(len(x)) for x in lists], strict=strict)))


def zip_longest(*iterables: Any, fillvalue: Any = None) -> Any:
    """`itertools.zip_longest`"""
    lists = [listed(iterable, "itertools.zip_longest") for iterable in iterables]
    rows = list(itertools.zip_longest(*[range(len(x)) for x in lists]))
    return [tuple([fillvalue if i is None else lists[j][i] for j, i in enumerate(row)]) for row in rows]


def product(*iterables: Any, repeat: Any = 1) -> Any:
    """`itertools.product`"""
    lists = [listed(iterable, "itertools.product") for iterable in iterables]
    count = len(lists)
    rows = list(itertools.product(*[range(len(x)) for x in lists], repeat=repeat))
    return [tuple([lists[j % count][i] for j, i in enumerate(row)]) for row in rows]


def combinations(iterable: Any, r: Any) -> Any:
    """`itertools.combinations`"""
    items = listed(iterable, "itertools.combinations")
    return _rows(items, list(itertools.combinations(range(len(items)), r)))


def combinations_with_replacement(iterable: Any, r: Any) -> Any:
    """`itertools.combinations_with_replacement`"""
    items = listed(iterable, "itertools.combinations_with_replacement")
    return _rows(items, list(itertools.combinations_with_replacement(range(len(items)), r)))


def permutations(iterable: Any, r: Any = None) -> Any:
    """`itertools.permutations`"""
    items = listed(iterable, "itertools.permutations")
    return _rows(items, list(itertools.permutations(range(len(items)), r)))


def pairwise(iterable: Any) -> Any:
    """`itertools.pairwise`"""
    items = listed(iterable, "itertools.pairwise")
    return _rows(items, list(itertools.pairwise(range(len(items)))))


def batched(iterable: Any, n: Any, **options: Any) -> Any:
    """`itertools.batched`"""
    items = listed(iterable, "itertools.batched")
    return _rows(items, list(itertools.batched(range(len(items)), n, **options)))  # type: ignore[attr-defined]


def islice(iterable: Any, *bounds: Any) -> Any:
    """`itertools.islice`"""
    items = listed(iterable, "itertools.islice")
    return [items[i] for i in list(itertools.islice(range(len(items)), *bounds))]


def compress(data: Any, selectors: Any) -> Any:
    """`itertools.compress`"""
    items = listed(data, "itertools.compress")
    return [items[i] for i in list(itertools.compress(range(len(items)), selectors))]


def repeat(object: Any, times: Any = None) -> Any:
    """`itertools.repeat`"""
    if times is None:
        endless("itertools.repeat without a count")
    return [object for _ in range(times)]


def count(start: Any = 0, step: Any = 1) -> Any:
    """`itertools.count`"""
    return endless("itertools.count")


def cycle(iterable: Any) -> Any:
    """`itertools.cycle`"""
    return endless("itertools.cycle")


def numbered(iterable: Any, start: Any = 0) -> Any:
    """`enumerate`"""
    items = listed(iterable, "enumerate")
    return [(number, items[i]) for i, number in enumerate(range(start, start + len(items)))]


def backwards(sequence: Any) -> Any:
    """`reversed`"""
    places = list(reversed(range(len(sequence))))
    return [sequence[i] for i in places]


def sorted_by(iterable: Any, *, key: Any = None, reverse: Any = False) -> Any:
    """`sorted`"""
    items = list(iterable)
    return [items[i] for i in sorted_indices(items, key, reverse)]


def largest(*args: Any, key: Any = None, **default: Any) -> Any:
    """`max`"""
    items = list(args[0]) if len(args) == 1 else args
    if default and not items:
        return default["default"]
    return items[extreme_index(max, items, key)]


def smallest(*args: Any, key: Any = None, **default: Any) -> Any:
    """`min`"""
    items = list(args[0]) if len(args) == 1 else args
    if default and not items:
        return default["default"]
    return items[extreme_index(min, items, key)]


def list_copy(values: Any) -> Any:
    """`list.copy`"""
    return list(values)


def item(values: Any, key: Any) -> Any:
    """`operator.getitem`"""
    return values[key]


def chained(first: Any, second: Any) -> Any:
    """`first + second` where one of them is a list or tuple"""
    if isinstance(first, list) and isinstance(second, list):
        return [*first, *second]
    if isinstance(first, tuple) and isinstance(second, tuple):
        return (*first, *second)
    return operator.add(first, second)


def repeated(values: Any, times: Any) -> Any:
    """`values * times` of a list or tuple"""
    if isinstance(times, (np.ndarray, np.generic)):
        return np.asarray(values) * times
    places = list(range(len(values))) * times
    if isinstance(values, tuple):
        return tuple([values[i] for i in places])
    return [values[i] for i in places]
