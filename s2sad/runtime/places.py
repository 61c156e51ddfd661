"""Functions that move elements about, reversed: the same function, applied to the places of the elements, says where each
one came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.shapes import unbroadcast


def places(x: Any) -> Any:
    """The numbers of the elements of `x`, in its shape.

    >>> places(np.zeros((2, 3)))
    array([[0, 1, 2],
           [3, 4, 5]])
    """
    return np.arange(np.size(x)).reshape(np.shape(x))


def scattered(g: Any, source: Any, x: Any) -> Any:
    """The cotangent of `x` where `g` is that of the elements at the places `source`; place -1 is outside of `x`.

    >>> scattered(np.array([1.0, 2.0, 3.0]), np.array([0, 0, -1]), np.zeros(2))
    array([3., 0.])
    """
    g = np.asarray(g)
    total = np.zeros(np.size(x) + 1, g.dtype)
    np.add.at(total, np.ravel(source), np.ravel(np.broadcast_to(g, np.shape(source))))
    return unbroadcast(np.reshape(total[:-1], np.shape(x)), x)


def collected(x: Any, source: Any) -> Any:
    """The elements of `x` at the places `source`, and 0 for place -1."""
    flat = np.ravel(x)
    return np.append(flat, np.zeros(1, flat.dtype))[source]


def _places_of_leaves(tree: Any) -> Any:
    """Nested lists of arrays as nested lists of the places of their elements, counted through."""
    count = 0

    def numbered(node: Any) -> Any:
        nonlocal count
        if isinstance(node, list):
            return [numbered(part) for part in node]
        start, count = count, count + int(np.size(node))
        return places(node) + start

    return numbered(tree)


def _leaves_of(flat: Any, tree: Any) -> Any:
    """A flat cotangent of all elements, cut to nested lists of the shapes of `tree`."""
    position = 0

    def cut(node: Any) -> Any:
        nonlocal position
        if isinstance(node, list):
            return ListBar(cut(part) for part in node)
        start, position = position, position + int(np.size(node))
        return unbroadcast(np.reshape(flat[start:position], np.shape(node)), node)

    return cut(tree)


def block_pullback(g: Any, arrays: Any) -> Any:
    """The cotangents of nested lists of arrays where `g` is that of np.block(arrays)."""
    return _leaves_of(np.ravel(g)[np.argsort(np.ravel(np.block(_places_of_leaves(arrays))))], arrays)


def block_of(bars: Any, arrays: Any) -> Any:
    """np.block of cotangents or tangents of `arrays`, in which 0 may stand for any zero."""
    return np.block(_written_out(bars, arrays))


def _written_out(bar: Any, node: Any) -> Any:
    if isinstance(node, list):
        parts = bar if isinstance(bar, list) else [0] * len(node)
        return [_written_out(part, child) for part, child in zip(parts, node, strict=True)]
    return np.broadcast_to(bar, np.shape(node)) if np.shape(bar) != np.shape(node) else bar


def selected(parts: Any, which: Any, choices: Any) -> Any:
    """Of each element, that of `parts[which]`, and 0 where `which` is -1; the parts are alike `choices`."""
    arrays = [np.zeros_like(c) if type(p) is int else p for p, c in zip(parts, choices, strict=True)]
    return np.select([which == i for i in range(len(choices))], arrays, 0)


def selected_pullback(g: Any, which: Any, choices: Any) -> Any:
    """The cotangents of `choices` where `g` is that of what `which` selects of them."""
    parts = [unbroadcast(np.where(which == i, g, 0), c) for i, c in enumerate(choices)]
    return np.stack(parts) if isinstance(choices, np.ndarray) else ListBar(parts)


def unbroadcast_each(bars: Any, args: Any) -> Any:
    """The cotangents of `args` where `bars` are those of np.broadcast_arrays(*args)."""
    return ListBar([unbroadcast(bar, x) for bar, x in zip(bars, args, strict=True)])


def trimmed(filt: Any, trim: Any = "fb") -> Any:
    """The places of what np.trim_zeros(filt, trim) keeps."""
    kept = np.flatnonzero(filt)
    if len(kept) == 0:
        return places(filt)[:0]
    start = int(kept[0]) if "f" in trim.lower() else 0
    stop = int(kept[-1]) + 1 if "b" in trim.lower() else len(filt)
    return places(filt)[start:stop]


def rearranged(a: Any, ans: Any, axis: Any = -1) -> Any:
    """The places in `a` of the elements of `ans`, which holds those of `a` in another order along `axis`.

    Equal elements keep their order, as in a stable sort.
    """
    if axis is None:
        return np.ravel(rearranged(np.ravel(a), np.ravel(ans), 0))
    came, went = (np.argsort(v, axis=axis, kind="stable") for v in (a, ans))
    order = np.empty_like(came)
    np.put_along_axis(order, went, came, axis)
    return np.take_along_axis(places(a), order, axis)


def reduceat_pullback(g: Any, array: Any, indices: Any, axis: Any = 0) -> Any:
    """The cotangent of `array` where `g` is that of np.add.reduceat(array, indices, axis): each sum to its elements."""
    size = np.shape(array)[axis]
    ends = [*indices[1:], size]
    spans = [np.arange(i, max(end, i + 1)) for i, end in zip(indices, ends, strict=True)]
    source = np.concatenate(spans)
    shares = np.repeat(np.arange(len(spans)), [len(span) for span in spans])
    return scattered(np.take(g, shares, axis), np.take(places(array), source, axis), array)


def widened(a: Any, b: Any) -> Any:
    """`a` with an axis of length 1 behind for each axis of `b`: `ufunc(widened(a, b), b)` is ufunc.outer(a, b)."""
    return np.reshape(a, (*np.shape(a), *(1,) * np.ndim(b)))


def masks_of(condlist: Any, count: int, x: Any) -> list[Any]:
    """The conditions of np.piecewise, one for each of its `count` functions: a last one without condition is for the rest."""
    single = np.isscalar(condlist) or (not isinstance(condlist[0], (list, np.ndarray)) and np.ndim(x) != 0)
    masks = [np.asarray(c, bool) for c in ([condlist] if single else condlist)]
    return [*masks, ~np.any(masks, axis=0)] if len(masks) == count - 1 else masks


def places_within(mask: Any) -> Any:
    """The number of each element among those that `mask` selects, -1 of the others."""
    return np.where(mask, np.reshape(np.cumsum(mask), np.shape(mask)) - 1, -1)


def first_places(ar: Any) -> Any:
    """The place of the first of equal elements, in their order: where np.unique takes its values from."""
    return np.unique(ar, return_index=True)[1]


def places_of_values(x: Any, values: Any) -> Any:
    """The places in `x` of the first elements that are equal to those of np.unique_values(x), which are in no order."""
    return np.unique(x, return_index=True, equal_nan=False)[1][np.argsort(np.argsort(values))]


def ramp(num: Any, endpoint: Any, ans: Any) -> Any:
    """From 0 to 1 along the first axis of `ans`, which np.linspace or one of its like has made."""
    return np.reshape(np.linspace(0, np.real(ans).dtype.type(1), num, endpoint), (-1, *(1,) * (np.ndim(ans) - 1)))


def vander_slope(x: Any, ans: Any, increasing: Any = False) -> Any:
    """The derivatives of the columns `ans` of np.vander in the elements of `x`."""
    powers = np.arange(np.shape(ans)[1]) if increasing else np.arange(np.shape(ans)[1])[::-1]
    return powers * np.power(np.expand_dims(x, 1), np.maximum(powers - 1, 0))
