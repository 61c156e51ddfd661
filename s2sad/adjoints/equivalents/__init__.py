"""Builtins that have no source, written in Python, so that they are differentiated like any user's function.

Emitted code calls these in place of the builtins, where a derivative flows through the call. They give lists
where the builtins give iterators: `transforms.iterators` sees to it that nobody can tell.
"""

from __future__ import annotations

import builtins
import collections
import dataclasses
import functools
import itertools
import operator
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from s2sad.adjoints.equivalents import applying, functionals, mappings, numbers, polynomials, selecting

EQUIVALENTS: dict[Any, Callable[..., Any]] = {
    builtins.dict: mappings.dict_of,
    builtins.enumerate: selecting.numbered,
    builtins.filter: applying.filtered,
    builtins.map: applying.mapped,
    builtins.reversed: selecting.backwards,
    builtins.zip: selecting.zipped,
    dataclasses.replace: mappings.replaced,
    functools.reduce: applying.reduce,
    itertools.accumulate: applying.accumulate,
    itertools.chain: selecting.chain,
    itertools.chain.from_iterable: selecting.chain_from,
    itertools.combinations: selecting.combinations,
    itertools.combinations_with_replacement: selecting.combinations_with_replacement,
    itertools.compress: selecting.compress,
    itertools.count: selecting.count,
    itertools.cycle: selecting.cycle,
    itertools.dropwhile: applying.dropwhile,
    itertools.filterfalse: applying.filterfalse,
    itertools.islice: selecting.islice,
    itertools.pairwise: selecting.pairwise,
    itertools.permutations: selecting.permutations,
    itertools.product: selecting.product,
    itertools.repeat: selecting.repeat,
    itertools.starmap: applying.starmap,
    itertools.takewhile: applying.takewhile,
    itertools.zip_longest: selecting.zip_longest,
}
if hasattr(itertools, "batched"):
    EQUIVALENTS[itertools.batched] = selecting.batched

#: Functions that apply a function, to parts of an array or at all, and those that are a few lines of Python's.
#: `adjoints.polynomials` adds those of modules that NumPy imports late.
FUNCTIONALS: dict[Any, Callable[..., Any]] = {
    np.apply_along_axis: functionals.apply_along_axis,
    np.apply_over_axes: functionals.apply_over_axes,
    np.fromiter: functionals.fromiter,
    np.kaiser: functionals.kaiser,
    np.logspace: functionals.logspace,
    np.piecewise: functionals.piecewise,
    np.polyadd: polynomials.polyadd,
    np.polyint: polynomials.polyint,
    np.polymul: polynomials.polymul,
    np.polysub: polynomials.polysub,
    operator.call: applying.called,
    operator.concat: selecting.chained,
    operator.getitem: selecting.item,
}

#: Functions that have a rule, which does not handle these options.
WITH_OPTIONS: dict[Any, tuple[Callable[..., Any], frozenset[str]]] = {
    builtins.max: (selecting.largest, frozenset({"key"})),
    builtins.min: (selecting.smallest, frozenset({"key"})),
    builtins.sorted: (selecting.sorted_by, frozenset({"key"})),
    np.average: (functionals.average_and_weight, frozenset({"returned"})),
    np.interp: (functionals.interp_around, frozenset({"period"})),
    np.linspace: (functionals.linspace_and_step, frozenset({"retstep"})),
}

#: What gives an iterator, which can be consumed once. The value says whether it calls functions meanwhile.
ITERATORS: dict[Any, bool] = {
    function: function
    in (
        builtins.filter, builtins.map, itertools.accumulate, itertools.dropwhile, itertools.filterfalse,
        itertools.starmap, itertools.takewhile,
    )
    for function in EQUIVALENTS
    if function not in (builtins.dict, dataclasses.replace, functools.reduce)
}  # fmt: skip

#: Methods of builtin containers, by type and name.
METHOD_EQUIVALENTS: dict[tuple[type, str], Callable[..., Any]] = {
    (dict, "copy"): mappings.dict_copy,
    (dict, "get"): mappings.dict_get,
    (dict, "items"): mappings.dict_items,
    (dict, "values"): mappings.dict_values,
    (list, "copy"): selecting.list_copy,
}
NAMED_TUPLE_METHODS: dict[str, Callable[..., Any]] = {
    "_asdict": mappings.named_tuple_dict,
    "_replace": mappings.named_tuple_replaced,
}
NUMBER_METHODS: dict[tuple[type, str], Callable[..., Any]] = {
    (float, "conjugate"): numbers.float_conjugate,
    (complex, "conjugate"): numbers.complex_conjugate,
}
for subclass in (collections.OrderedDict, collections.defaultdict, collections.Counter):
    for name in ("get", "items", "values"):
        METHOD_EQUIVALENTS[subclass, name] = METHOD_EQUIVALENTS[dict, name]


def equivalent(function: Any, options: Collection[str | None] = ()) -> Callable[..., Any] | None:
    """The function in Python that stands for a builtin called with keywords `options`, or None.

    None among the options stands for `**options`.
    """
    try:
        if function in WITH_OPTIONS:
            found, needed = WITH_OPTIONS[function]
            return found if needed & set(options) or None in options else None
        return EQUIVALENTS.get(function) or FUNCTIONALS.get(function)
    except TypeError:
        return None


def method_equivalent(owner: Any, name: str) -> Callable[..., Any] | None:
    """The function in Python that stands for a method of a builtin container, or None."""
    if isinstance(owner, tuple) and hasattr(owner, "_fields") and name in NAMED_TUPLE_METHODS:
        return NAMED_TUPLE_METHODS[name]
    key = (type(owner), name)
    return METHOD_EQUIVALENTS.get(key) or NUMBER_METHODS.get(key)


__all__ = [
    "EQUIVALENTS",
    "FUNCTIONALS",
    "ITERATORS",
    "METHOD_EQUIVALENTS",
    "WITH_OPTIONS",
    "equivalent",
    "method_equivalent",
]
