"""Functions that move elements about, reversed: the same function, applied to the places of the elements, says where each
one came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.refusals import NoRule
from s2sad.runtime.scattering import add_elements
from s2sad.runtime.shapes import as_operand, instantiate, unbroadcast


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
    g = np.broadcast_to(g, np.shape(source))
    if np.min(source, initial=0) < 0:
        there = np.greater_equal(source, 0)
        g, source = g[there], source[there]
    total = np.zeros(np.shape(x), g.dtype)
    add_elements(total, source, g)
    return unbroadcast(total, x)


def put_back(g: Any, kept: Any, x: Any, axis: Any = None) -> Any:
    """The cotangent of `x` where `g` is that of its elements at `kept` along `axis`, an array of places or a slice: each
    at most once. Without an axis it is that of the elements in a row.

    >>> put_back(np.array([1.0, 2.0]), np.array([0, 2]), np.zeros(3))
    array([1., 0., 2.])
    """
    g = np.asarray(g)
    total = np.zeros(np.shape(x), g.dtype)
    if axis is None:
        np.reshape(total, -1)[kept] = np.ravel(g)
    else:
        total[(*(slice(None),) * (axis % total.ndim), kept)] = g
    return unbroadcast(total, x)


def taken(t: Any, kept: Any, axis: Any = None) -> Any:
    """The elements of `t` at `kept` along `axis`, or of all in a row: the inverse of `put_back`."""
    if axis is None:
        return np.ravel(t)[kept]
    return np.asarray(t)[(*(slice(None),) * (axis % np.ndim(t)), kept)]


def length(x: Any, axis: Any) -> int:
    """How many elements `x` has along `axis`, or in all."""
    return int(np.size(x)) if axis is None else int(np.shape(x)[axis])


def delete_pullback(g: Any, arr: Any, obj: Any, axis: Any = None) -> Any:
    """The cotangent of `arr` where `g` is that of np.delete(arr, obj, axis): zero for what was deleted."""
    if axis is None:
        return np.reshape(delete_pullback(g, np.ravel(arr), obj, 0), np.shape(arr))
    total = np.empty_like(g, shape=np.shape(arr))
    along = np.moveaxis(total, axis, 0)
    left = np.delete(np.arange(len(along)), obj)
    along[np.delete(np.arange(len(along)), left)] = 0  # a tuple of places, in brackets, would be one place
    along[left] = np.moveaxis(g, axis, 0)
    return unbroadcast(total, arr)


def put_between(arr: Any, obj: Any, ans: Any, axis: Any = None) -> Any:
    """Where the values are in the result of np.insert(arr, obj, values, axis), in their order."""
    if type(obj) is int:
        count, size = length(ans, axis), length(arr, axis)
        start = obj + size if obj < 0 else obj
        return slice(start, start + count - size)
    new = _inserted(arr, obj, ans, axis)
    return np.argsort(new, kind="stable")[np.count_nonzero(new < 0) :]


def _inserted(arr: Any, obj: Any, ans: Any, axis: Any) -> Any:
    size = length(arr, axis)
    return np.insert(np.full(size, -1), obj, np.arange(length(ans, axis) - size))


def as_inserted(g: Any, obj: Any, values: Any, arr: Any, axis: Any = None) -> Any:
    """The cotangent of the `values` of np.insert where `g` is that of what was inserted: at one place `obj`, which is a
    number, their first axis lies along `axis`."""
    if axis is not None and np.ndim(obj) == 0 and not isinstance(obj, slice):
        g = np.moveaxis(g, axis, 0)
    return unbroadcast(np.reshape(g, np.shape(values)) if np.size(g) == np.size(values) else g, as_operand(values))


def rolled_to(a: Any, axis: int, start: int = 0) -> int:
    """Where np.rollaxis(a, axis, start) puts the axis."""
    rank = np.ndim(a)
    before = start + rank if start < 0 else start
    return before - (axis % rank < before)


def folded_over(g: Any, a: Any) -> Any:
    """The cotangent of `a` where `g` is that of np.resize(a, shape): the sum of its repetitions."""
    size, flat = max(int(np.size(a)), 1), np.ravel(g)
    total = np.zeros(size, flat.dtype)
    for start in range(0, np.size(flat), size):
        part = flat[start : start + size]
        total[: len(part)] += part
    return unbroadcast(np.reshape(total[: np.size(a)], np.shape(a)), a)


def collected(x: Any, source: Any) -> Any:
    """The elements of `x` at the places `source`, and 0 for place -1."""
    flat = np.ravel(x)
    return np.append(flat, np.zeros(1, flat.dtype))[source]


def block_pullback(g: Any, arrays: Any) -> Any:
    """The cotangents of nested lists of arrays where `g` is that of np.block(arrays): cut along one axis for each level."""
    return _blocks(g, arrays, _depth(arrays))


def _blocks(g: Any, node: Any, depth: int) -> Any:
    if not isinstance(node, list):
        return unbroadcast(np.reshape(g, np.shape(node)), node)
    cuts = np.cumsum([_extent(part, depth, depth - 1) for part in node])[:-1]
    return ListBar(_blocks(part, child, depth - 1) for part, child in zip(np.split(g, cuts, -depth), node, strict=True))


def _depth(node: Any) -> int:
    return 1 + _depth(node[0]) if isinstance(node, list) else 0


def _extent(node: Any, axis: int, depth: int) -> int:
    """How long a part of a block is along an axis, counted from the last one; lists at the depth `axis` lie along it."""
    if not isinstance(node, list):
        return int(np.shape(node)[-axis]) if np.ndim(node) >= axis else 1
    parts = node if depth == axis else node[:1]
    return sum(_extent(part, axis, depth - 1) for part in parts)


def block_of(bars: Any, arrays: Any) -> Any:
    """np.block of cotangents or tangents of `arrays`, in which 0 may stand for any zero."""
    return np.block(_written_out(bars, arrays))


def _written_out(bar: Any, node: Any) -> Any:
    if isinstance(node, list):
        parts = bar if isinstance(bar, list) else [0] * len(node)
        return [_written_out(part, child) for part, child in zip(parts, node, strict=True)]
    return np.broadcast_to(bar, np.shape(node)) if np.shape(bar) != np.shape(node) else bar


def first_true(condlist: Any) -> Any:
    """Of each element the number of the first condition that holds, -1 if none does."""
    which = np.full(np.broadcast_shapes(*map(np.shape, condlist)), -1, np.int8 if len(condlist) < 128 else int)
    for i in reversed(range(len(condlist))):
        which += (i - which) * np.asarray(condlist[i], bool).view(np.int8)
    return which


def numbers_within(a: Any, count: int, mode: str = "raise") -> Any:
    """The numbers of the choices that np.choose(a, choices, mode=mode) takes of `count`."""
    return np.asarray(a) if mode == "raise" else np.mod(a, count) if mode == "wrap" else np.clip(a, 0, count - 1)


def selected(parts: Any, which: Any, choices: Any) -> Any:
    """Of each element, that of `parts[which]`, and 0 where `which` is -1; the parts are alike `choices`."""
    arrays = [np.zeros_like(c) if type(p) is int and np.ndim(c) else p for p, c in zip(parts, choices, strict=True)]
    return np.select([which == i for i in range(len(choices))], arrays, 0)


def selected_pullback(g: Any, which: Any, choices: Any, place: Any = None) -> Any:
    """The cotangents of `choices` where `g` is that of what `which` selects of them; that of `choices[place]` alone."""
    if place is not None:
        return unbroadcast(np.where(which == place, g, 0), choices[place])
    parts = [selected_pullback(g, which, choices, i) for i in range(len(choices))]
    return np.stack(parts) if isinstance(choices, np.ndarray) else ListBar(parts)


def unbroadcast_each(bars: Any, args: Any) -> Any:
    """The cotangents of `args` where `bars` are those of np.broadcast_arrays(*args)."""
    return ListBar([unbroadcast(instantiate(bar, x), x) for bar, x in zip(bars, args, strict=True)])


def trimmed(filt: Any, ans: Any, trim: Any = "fb") -> Any:
    """Which part of `filt` ans = np.trim_zeros(filt, trim) is: it starts among so many elements as were cut off, or behind."""
    if np.ndim(filt) != 1:
        raise NoRule("np.trim_zeros of an array of several axes", "take the part of it: x[i:j, k:l]")
    start = 0
    if "f" in trim.lower() and len(ans):
        start = int(np.argmax(np.not_equal(filt[: len(filt) - len(ans) + 1], 0)))
    return slice(start, start + len(ans))


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
    counts = np.diff(np.append(indices, size))
    if np.all(counts > 0):
        spread = np.take(g, np.repeat(np.arange(len(counts)), counts), axis)  # np.repeat copies what is read-only first
        if indices[0] > 0:
            before = [indices[0] if i == axis % np.ndim(array) else n for i, n in enumerate(np.shape(array))]
            spread = np.concatenate([np.zeros(before, g.dtype), spread], axis)
        return unbroadcast(spread, array)
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
    if any(mask.shape != np.shape(x) for mask in masks):
        raise NoRule("np.piecewise with a condition of another shape than x", "use np.broadcast_to for the condition")
    return [*masks, ~np.any(masks, axis=0)] if len(masks) == count - 1 else masks


def taken_each(x: Any, theres: Any) -> Any:
    """The elements of `x` at each of several lists of places, counted through the whole array."""
    return [np.ravel(x)[there] for there in theres]


def taken_each_pullback(g: Any, theres: Any, x: Any) -> Any:
    """The cotangent of `x` where `g` is that of taken_each(x, theres)."""
    total = np.zeros(np.shape(x), np.asarray(x).dtype)
    for there, bar in zip(theres, g, strict=True):
        np.reshape(total, -1)[there] += bar
    return total


def put_each(parts: Any, theres: Any, x: Any) -> Any:
    """An array in the shape of `x` with each of `parts` at its places, and zeros elsewhere; what comes later replaces.

    >>> put_each([np.array([1.0, 2.0]), 3.0], [np.array([0, 1]), np.array([1])], np.zeros(3))
    array([1., 3., 0.])
    """
    whole = np.zeros(np.shape(x), np.result_type(x, 0.0))
    for there, part in zip(theres, parts, strict=True):
        np.reshape(whole, -1)[there] = part
    return whole


def put_each_pullback(g: Any, theres: Any, parts: Any) -> Any:
    """The cotangents of `parts` where `g` is that of put_each(parts, theres, x): none of what was replaced."""
    left = np.array(g).reshape(-1)
    bars = []
    for there, part in zip(reversed(theres), reversed(parts), strict=True):
        bars.append(unbroadcast(left[there], part))
        left[there] = 0
    return ListBar(reversed(bars))


def first_places(ar: Any) -> Any:
    """The place of the first of equal elements, in their order: where np.unique takes its values from."""
    return np.unique(ar, return_index=True)[1]


def places_of_values(x: Any, values: Any) -> Any:
    """The places in `x` of the first elements that are equal to those of np.unique_values(x), which are in no order."""
    return np.unique(x, return_index=True, equal_nan=False)[1][np.argsort(np.argsort(values))]


def ramp(num: Any, endpoint: Any, ans: Any) -> Any:
    """From 0 to 1 along the first axis of `ans`, which np.linspace or one of its like has made."""
    return np.reshape(np.linspace(0, np.real(ans).dtype.type(1), num, endpoint), (-1, *(1,) * (np.ndim(ans) - 1)))


def histogram_pullback(g: Any, ans: Any, a: Any, weights: Any, density: Any = None) -> Any:
    """The cotangent of `weights` where `g` is that of ans = np.histogram(a, density=density, weights=weights)."""
    counts, edges = ans
    bins, each = bins_of(a, edges), instantiate(g[0], counts)
    inside = np.reshape(np.logical_and(bins >= 0, bins < len(counts)), np.shape(weights))
    if density:
        each = (each / np.diff(edges) - np.sum(each * counts)) / np.sum(np.where(inside, weights, 0))
    return unbroadcast(np.where(inside, np.reshape(np.take(each, bins, mode="clip"), np.shape(weights)), 0), weights)


def histogram_tangent(t: Any, ans: Any, a: Any, weights: Any, density: Any = None) -> Any:
    """The tangent of ans = np.histogram(a, density=density, weights=weights) where `t` is that of `weights`."""
    counts, edges = ans
    moved = np.histogram(a, edges, weights=t)[0]
    if density:
        whole = np.sum(np.histogram(a, edges, weights=weights)[0])
        moved = (moved / np.diff(edges) - counts * np.sum(moved)) / whole
    return ListBar([moved, 0])


def bins_of(a: Any, edges: Any) -> Any:
    """The bin of each element of `a`: -1, or their number, for what is outside of all. The last one has both of its edges.

    >>> bins_of([0.5, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0])
    array([0, 1, 1, 2])
    """
    a = np.ravel(a)
    return np.searchsorted(edges, a, "right") - 1 - np.equal(a, edges[-1])


def vander_pullback(g: Any, x: Any, increasing: Any = False) -> Any:
    """The cotangent of `x` where `g` is that of np.vander(x, N, increasing): each row's polynomial derived, by Horner's scheme."""
    columns = g.T if increasing else g.T[::-1]
    if not len(columns):
        return np.zeros(len(g), g.dtype)
    bar = (len(columns) - 1) * columns[-1]
    for power in range(len(columns) - 2, 0, -1):
        bar = bar * x + power * columns[power]
    return bar


def vander_slope(x: Any, ans: Any, increasing: Any = False) -> Any:
    """The derivatives of the columns `ans` of np.vander in the elements of `x`."""
    powers = np.arange(1, max(np.shape(ans)[1], 1), dtype=ans.dtype)
    none = np.zeros((len(ans), min(np.shape(ans)[1], 1)), ans.dtype)
    if increasing:
        return np.concatenate([none, powers * ans[:, :-1]], 1)
    return np.concatenate([powers[::-1] * ans[:, 1:], none], 1)


def leaders(ans: Any, axis: Any) -> Any:
    """The places of the elements that the running extremes `ans` along `axis` come from: where each was reached first."""
    rows = np.moveaxis(ans, axis, 0)
    reached = np.ones(np.shape(rows), bool)
    reached[1:] = rows[1:] != rows[:-1]
    first = np.maximum.accumulate(np.where(reached, np.reshape(np.arange(len(rows)), (-1, *(1,) * (rows.ndim - 1))), 0))
    return np.moveaxis(np.take_along_axis(np.moveaxis(places(ans), axis, 0), first, 0), 0, axis)


def first_against_others(array: Any, axis: Any) -> Any:
    """1 for the first along `axis` and -1 for the others, in a shape that fits that of `array`."""
    array = np.asarray(array)
    signs = np.full(array.shape[axis], -1, np.real(array).dtype if array.dtype.kind in "fc" else float)
    signs[:1] = 1
    return np.reshape(signs, [-1 if i == axis % array.ndim else 1 for i in range(array.ndim)])
