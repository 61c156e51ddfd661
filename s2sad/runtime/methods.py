"""Methods of arrays as functions, where NumPy has no function that is called the same way."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import DictBar
from s2sad.runtime.refusals import NoRule


def reshape_method(x: Any, *shape: Any, order: Any = "C") -> Any:
    return x.reshape(*shape, order=order)


def read_in(order: str) -> str:
    """The order in which elements are read, refused where it is that of the memory, which a cotangent shares with nothing."""
    if order.upper() in ("A", "K"):
        raise NoRule(f"an array that is read in the order of its memory, order={order!r}", 'say order="C", or order="F"')
    return order


def transpose_method(x: Any, *axes: Any) -> Any:
    return x.transpose(*axes)


def flatten_method(x: Any, order: Any = "C") -> Any:
    return x.flatten(order)


def astype_method(x: Any, dtype: Any, order: Any = "K", copy: Any = True) -> Any:
    return x.astype(dtype, order=order, copy=copy)


def copy_method(x: Any, order: Any = "C") -> Any:
    return x.copy(order)


def item_method(x: Any, *index: Any) -> Any:
    return x.item(*index)


def with_axes(x: Any, index: Any) -> Any:
    """x[index], where the index is made of None and Ellipsis; of a dictionary, what it has at None."""
    return x[index]


def with_axes_pullback(g: Any, x: Any, index: Any) -> Any:
    """The cotangent of x where `g` is that of with_axes(x, index)."""
    return DictBar.of(x, {index: g}) if isinstance(x, dict) else np.reshape(g, np.shape(x))


def tolist_method(x: Any) -> Any:
    return x.tolist()


def clip_method(x: Any, min: Any = None, max: Any = None) -> Any:
    return x.clip(min, max)


def compress_method(x: Any, condition: Any, axis: Any = None) -> Any:
    return x.compress(condition, axis)


def matrix_transposed(x: Any) -> Any:
    """The attribute mT: the last two axes swapped."""
    return np.swapaxes(x, -1, -2)


def given_axes(axes: Any) -> Any:
    """The axes that x.transpose(*axes) was given, one by one or as a tuple; None for none."""
    if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
        axes = axes[0]
    return tuple(axes) if axes else None


def transpose_method_pullback(g: Any, axes: Any) -> Any:
    """The cotangent of x where `g` is that of x.transpose(*axes)."""
    axes = given_axes(axes)
    return np.transpose(g) if axes is None else np.transpose(g, np.argsort([i % len(axes) for i in axes]))


def item_pullback(g: Any, x: Any, index: Any) -> Any:
    """The cotangent of x where `g` is that of x.item(*index)."""
    if np.ndim(x) == 0:
        return g
    total = np.zeros(np.shape(x), np.result_type(x, g) if isinstance(g, complex) else np.asarray(x).dtype)
    if not index:
        total[...] = g
    elif len(index) == 1 and not isinstance(index[0], tuple):
        total.reshape(-1)[index[0]] = g
    else:
        total[index[0] if len(index) == 1 else index] = g
    return total


def item_of(x: Any, index: Any) -> Any:
    """x.item(*index) that keeps the type of the element."""
    return x if np.ndim(x) == 0 else np.asarray(x).item(*index)


def cast_tangent(t: Any, ans: Any) -> Any:
    """A tangent in the dtype of the result `ans` of a cast; none flows through integers."""
    if np.asarray(ans).dtype.kind not in "fcO":
        return np.zeros(np.shape(ans))
    if np.iscomplexobj(t) and not np.iscomplexobj(ans):
        t = np.real(t)
    return np.asarray(t, dtype=np.asarray(ans).dtype) if isinstance(ans, (np.ndarray, np.generic)) else t


def of_type(x: Any, dtype: Any) -> Any:
    """What a ufunc makes of its operand `x` where it is told `dtype`; `x` where it refuses to cast it."""
    if dtype is None:
        return x
    array, wanted = np.asarray(x), np.dtype(dtype)
    if wanted.kind not in "fc" and np.can_cast(array.dtype, wanted, "same_kind"):
        raise NoRule(f"a ufunc with dtype={wanted}", "leave it out, or take a type of floats or complex numbers")
    return array.astype(wanted) if np.can_cast(array.dtype, wanted, "same_kind") else x
