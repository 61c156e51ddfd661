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
