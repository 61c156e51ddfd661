"""Pullbacks of what builds arrays out of arrays and takes them apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar, zeros_like
from s2sad.runtime.scattering import LARGE, add_elements, places_along, places_taken
from s2sad.runtime.shapes import unbroadcast


def _is_zero(x: Any) -> bool:
    return type(x) is int and x == 0


def through_cast(g: Any, ans: Any) -> Any:
    """`g`, or zeros where the result `ans` holds integers, through which nothing flows."""
    kind = ans.dtype.kind if isinstance(ans, (np.ndarray, np.generic)) else "f"
    return g if kind in "fcO" else g * 0.0


def started(g: Any, stop: Any) -> Any:
    """`g`, or zeros where np.arange(start, stop) has but one bound, which is where it stops."""
    return 0.0 * g if stop is None else g


def inverse_permutation(axes: Any) -> Any:
    """The axes that undo np.transpose(a, axes)."""
    if axes is None:
        return None
    return tuple(int(i) for i in np.argsort([i % len(axes) for i in axes]))


def filled(bars: Any, arrays: Any) -> list[Any]:
    """Cotangents of the shapes of `arrays`, the universal zero written out."""
    if isinstance(bars, np.ndarray):
        return list(bars)
    if _is_zero(bars):
        bars = [0] * len(arrays)
    whole = [np.zeros_like(a, shape=()) if _is_zero(b) else b for b, a in zip(bars, arrays, strict=True)]
    return [b if np.shape(b) == np.shape(a) else np.broadcast_to(b, np.shape(a)) for b, a in zip(whole, arrays, strict=True)]


def _pieces(g: Any, shapes: list[tuple[int, ...]], arrays: Any, axis: int) -> Any:
    """`g` cut along `axis` into blocks of `shapes`, each in the shape of its array."""
    if isinstance(arrays, np.ndarray):
        return np.stack(_cut(g, shapes, list(arrays), axis)) if len(arrays) else np.zeros_like(arrays)
    return ListBar(_cut(g, shapes, arrays, axis))


def _cut(g: Any, shapes: list[tuple[int, ...]], arrays: Any, axis: int) -> list[Any]:
    cuts = np.cumsum([shape[axis] for shape in shapes])[:-1]
    return [unbroadcast(np.reshape(p, np.shape(a)), a) for p, a in zip(np.split(g, cuts, axis), arrays, strict=True)]


def concatenate_pullback(g: Any, arrays: Any, axis: Any = 0) -> Any:
    """The cotangents of `arrays` where `g` is that of np.concatenate(arrays, axis)."""
    if axis is None:
        return _pieces(g, [(int(np.size(a)),) for a in arrays], arrays, 0)
    return _pieces(g, [np.shape(a) for a in arrays], arrays, axis)


def stack_pullback(g: Any, arrays: Any, axis: Any = 0) -> Any:
    """The cotangents of `arrays` where `g` is that of np.stack(arrays, axis)."""
    rows = np.moveaxis(g, axis, 0)
    if isinstance(arrays, np.ndarray):
        return unbroadcast(rows, arrays)
    return ListBar(unbroadcast(row, a) for row, a in zip(rows, arrays, strict=True))


def vstack_pullback(g: Any, arrays: Any) -> Any:
    return _pieces(g, [np.atleast_2d(a).shape for a in arrays], arrays, 0)


def hstack_pullback(g: Any, arrays: Any) -> Any:
    shapes = [np.atleast_1d(a).shape for a in arrays]
    return _pieces(g, shapes, arrays, 0 if shapes and len(shapes[0]) == 1 else 1)


def column_stack_pullback(g: Any, arrays: Any) -> Any:
    return _pieces(g, [np.shape(a) if np.ndim(a) == 2 else (int(np.size(a)), 1) for a in arrays], arrays, 1)


def dstack_pullback(g: Any, arrays: Any) -> Any:
    return _pieces(g, [np.atleast_3d(a).shape for a in arrays], arrays, 2)


def take_pullback(g: Any, a: Any, indices: Any, axis: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.take(a, indices, axis): what is taken twice adds up."""
    g = np.asarray(g)
    total = np.zeros(np.shape(a), g.dtype)
    if axis is None:
        add_elements(total, indices, g)
        return unbroadcast(total, a)
    axis = axis % total.ndim
    if g.size < LARGE:
        np.add.at(total, (slice(None),) * axis + (np.asarray(indices),), g)
    else:
        add_elements(total, places_taken(indices, total.shape, axis), g)
    return unbroadcast(total, a)


def within(indices: Any, a: Any, axis: Any, mode: Any) -> Any:
    """The places along `axis` that np.take(a, indices, axis, mode=mode) takes."""
    size = np.size(a) if axis is None else np.shape(a)[axis]
    return np.mod(indices, size) if mode == "wrap" else np.clip(indices, 0, size - 1)


def take_along_axis_pullback(g: Any, a: Any, indices: Any, axis: Any) -> Any:
    """The cotangent of `a` where `g` is that of np.take_along_axis(a, indices, axis)."""
    total = np.zeros(np.shape(a), np.asarray(g).dtype)
    add_elements(total, indices if axis is None else places_along(indices, total.shape, axis), g)
    return total


def unsort(g: Any, a: Any, axis: Any = -1) -> Any:
    """The cotangent of `a` where `g` is that of np.sort(a, axis)."""
    if axis is None:
        return np.reshape(unsort(g, np.ravel(a)), np.shape(a))
    total = np.empty_like(g)
    np.put_along_axis(total, np.argsort(a, axis=axis, kind="stable"), g, axis)
    return total


def sort_like(t: Any, a: Any, axis: Any = -1) -> Any:
    """`t` in the order in which np.sort(a, axis) puts `a`."""
    if axis is None:
        return sort_like(np.ravel(t), np.ravel(a))
    return np.take_along_axis(t, np.argsort(a, axis=axis, kind="stable"), axis)


def tile_pullback(g: Any, a: Any, reps: Any) -> Any:
    """The cotangent of `a` where `g` is that of np.tile(a, reps)."""
    reps = tuple(np.atleast_1d(reps))
    shape = np.shape(a)
    rank = max(len(reps), len(shape))
    reps = (1,) * (rank - len(reps)) + reps
    sizes = (1,) * (rank - len(shape)) + shape
    for axis, (n, size) in enumerate(zip(reps, sizes, strict=True)):
        g = _summed(np.reshape(g, (*sizes[:axis], n, size, *np.shape(g)[axis + 1 :])), axis)
    return np.reshape(g, shape)


def _summed(copies: Any, axis: int) -> Any:
    """The sum along an axis: of few parts one by one, for which NumPy takes longer."""
    parts = np.moveaxis(copies, axis, 0)
    if not 0 < len(parts) < 20:
        return np.sum(copies, axis=axis)
    total = parts[0] + parts[1] if len(parts) > 1 else parts[0]
    for part in parts[2:]:
        total += part
    return total


def repeat_pullback(g: Any, a: Any, repeats: Any, axis: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.repeat(a, repeats, axis)."""
    shape = np.shape(a)
    if isinstance(repeats, (int, np.integer)) and repeats > 0:
        flat = (int(np.size(a)),) if axis is None else shape
        place = 1 + (0 if axis is None else axis % len(shape))
        return np.reshape(_summed(np.reshape(g, (*flat[:place], repeats, *flat[place:])), place), shape)
    length = int(np.size(a)) if axis is None else shape[axis]
    source = np.repeat(np.arange(length), repeats)
    return take_pullback(g, a, source, axis) if axis is not None else take_pullback(g, a, source)


def diagonal_pullback(g: Any, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The cotangent of `a` where `g` is that of np.diagonal(a, offset, axis1, axis2)."""
    total = np.zeros(np.shape(a), np.asarray(g).dtype)
    view = np.moveaxis(total, (axis1, axis2), (-2, -1))
    n = np.shape(g)[-1]
    rows = np.arange(n) + max(-offset, 0)
    view[..., rows, rows + offset] = g
    return total


def trace_pullback(g: Any, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The cotangent of `a` where `g` is that of np.trace(a, offset, axis1, axis2)."""
    n = np.diagonal(a, offset, axis1, axis2).shape[-1]
    return diagonal_pullback(np.repeat(np.expand_dims(g, -1), n, -1), a, offset, axis1, axis2)


def diag_pullback(g: Any, v: Any, k: int = 0) -> Any:
    """The cotangent of `v` where `g` is that of np.diag(v, k)."""
    return np.diagonal(g, k) if np.ndim(v) == 1 else diagonal_pullback(g, v, k)


def diff_pullback(g: Any, a: Any, n: int = 1, axis: int = -1, part: slice | None = None) -> Any:
    """The cotangent of `a`, or of `part` of it along `axis`, where `g` is that of np.diff(a, n, axis)."""
    g, part = np.asarray(g), part or slice(None)
    axis = axis % g.ndim
    if g.shape[axis] == 0:
        g, n = np.zeros(np.shape(a), g.dtype), 0
    if n == 0:
        return g[(*(slice(None),) * axis, part)]
    for _ in range(n - 1):
        g = _from_differences(g, axis, slice(None))
    return _from_differences(g, axis, part)


def _from_differences(g: Any, axis: int, part: slice) -> Any:
    """The cotangent of `part` of what has one element more than its differences, whose cotangent is `g`."""
    size = g.shape[axis]
    start, stop, _ = part.indices(size + 1)
    bar = np.empty([max(stop - start, 0) if i == axis else m for i, m in enumerate(g.shape)], g.dtype)
    if bar.size == 0:
        return bar
    ours, theirs = bar.swapaxes(axis, 0), g.swapaxes(axis, 0)
    low, high = max(start, 1), min(stop, size)
    np.subtract(theirs[low - 1 : high - 1], theirs[low:high], out=ours[low - start : high - start])
    if start == 0:
        ours[0] = -theirs[0]
    if stop == size + 1:
        ours[-1] = theirs[-1]
    return bar


def reshaped_each(g: Any, arrays: tuple[Any, ...]) -> Any:
    """The cotangents of `arrays` where `g` is that of what they are in other shapes: of one array one, of more a list."""
    bars = [g] if len(arrays) == 1 else [0] * len(arrays) if _is_zero(g) else g
    return ListBar(_reshaped(bar, a) for bar, a in zip(bars, arrays, strict=True))


def reshaped_all(bars: Any, like: Any) -> Any:
    """The inverse of `reshaped_each`: what it gave, in the shapes of `like`, an array or several."""
    if not isinstance(like, (list, tuple)):
        return _reshaped(bars[0], like)
    parts = [0] * len(like) if _is_zero(bars) else bars
    return ListBar(_reshaped(bar, a) for bar, a in zip(parts, like, strict=True))


def _reshaped(bar: Any, a: Any) -> Any:
    return 0 if _is_zero(bar) or _is_zero(a) else np.reshape(bar, np.shape(a))


def meshgrid_pullback(g: Any, xi: tuple[Any, ...], indexing: str = "xy", sparse: bool = False) -> Any:
    """The cotangents of the axes where `g` holds those of np.meshgrid(*xi, indexing=indexing, sparse=sparse)."""
    order = list(range(len(xi)))
    if indexing == "xy" and len(xi) > 1:
        order[:2] = [1, 0]
    shape = tuple(int(np.size(xi[order.index(k)])) for k in range(len(xi)))

    def summed(i: int, x: Any, part: Any) -> Any:
        if _is_zero(part):
            return zeros_like(x)
        if sparse:
            return _reshaped(part, x)
        others = tuple(k for k in range(len(xi)) if k != order[i])
        return np.reshape(np.sum(np.broadcast_to(part, shape), axis=others), np.shape(x))

    return ListBar(summed(i, x, part) for i, (part, x) in enumerate(zip(g, xi, strict=True)))
