"""Methods and attributes of arrays, as the functions whose rules they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import elementwise, linear, nondifferentiable, refused, rule, sample
from s2sad.runtime import (
    array_of,
    array_pullback,
    as_base,
    as_operand,
    astype_method,
    cast_tangent,
    clip_high,
    clip_inside,
    clip_low,
    clip_method,
    compress_method,
    copy_method,
    flatten_method,
    item_method,
    item_of,
    item_pullback,
    matrix_transposed,
    of_type,
    read_in,
    reshape_method,
    through_cast,
    tolist_method,
    transpose_method,
    transpose_method_pullback,
    unbroadcast,
    with_axes,
    with_axes_pullback,
)

T = np.arange(24.0).reshape(2, 3, 4) ** 1.5 - 20.0

METHODS: dict[str, Callable[..., Any]] = {
    "all": np.all,
    "any": np.any,
    "argmax": np.argmax,
    "argmin": np.argmin,
    "argpartition": np.argpartition,
    "argsort": np.argsort,
    "astype": astype_method,
    "choose": np.choose,
    "clip": clip_method,
    "compress": compress_method,
    "conj": np.conj,
    "conjugate": np.conj,
    "copy": copy_method,
    "cumprod": np.cumprod,
    "cumsum": np.cumsum,
    "diagonal": np.diagonal,
    "dot": np.dot,
    "dump": np.ndarray.dump,
    "dumps": np.ndarray.dumps,
    "flatten": flatten_method,
    "getfield": np.ndarray.getfield,
    "item": item_method,
    "max": np.max,
    "mean": np.mean,
    "min": np.min,
    "nonzero": np.nonzero,
    "prod": np.prod,
    "ravel": np.ravel,
    "repeat": np.repeat,
    "reshape": reshape_method,
    "round": np.round,
    "searchsorted": np.searchsorted,
    "squeeze": np.squeeze,
    "std": np.std,
    "sum": np.sum,
    "swapaxes": np.swapaxes,
    "take": np.take,
    "tobytes": np.ndarray.tobytes,
    "tofile": np.ndarray.tofile,
    "tolist": tolist_method,
    "trace": np.trace,
    "transpose": transpose_method,
    "var": np.var,
    "view": np.ndarray.view,
}
"""Each called as `function(x, *args, **kwargs)` gives what `x.name(*args, **kwargs)` gives."""

ATTRIBUTES: dict[str, Callable[[Any], Any]] = {
    "T": np.transpose,
    "imag": np.imag,
    "mT": matrix_transposed,
    "real": np.real,
}
"""Attributes that a derivative flows through, as functions."""

NONDIFFERENTIABLE_ATTRIBUTES = frozenset(
    {"device", "dtype", "flags", "itemsize", "nbytes", "ndim", "shape", "size", "strides"}
)

REFUSED_ATTRIBUTES = {
    "base": "the array that a view is of",
    "ctypes": "the memory of the array",
    "data": "the memory of the array",
    "flat": "an iterator of NumPy's own: use x.ravel()",
    "newbyteorder": "the bytes of the array as something else",
    "to_device": "there is one device",
    "ptp": "gone in NumPy 2: use np.ptp",
    "tostring": "the bytes of the array",
}
"""What gives something that a derivative cannot follow; the later ones are not in every NumPy."""

IN_PLACE_METHODS = frozenset({"byteswap", "fill", "itemset", "partition", "put", "resize", "setfield", "setflags", "sort"})
"""Methods that change the array; they are refused with all other changes in place (`transforms.changes`)."""

nondifferentiable(np.ndarray.dump, np.ndarray.dumps, np.ndarray.tobytes, np.ndarray.tofile, read_in)
refused(
    np.ndarray.getfield, np.ndarray.view,
    because="it reads the bytes of the array as something else",
    instead="use x.real, x.imag or x.astype(...); for the array itself, x",
)  # fmt: skip


@rule(reshape_method, at=[(A, 2, 3), (A, (2, 3)), (A, -1), sample(A, 6, order="F")])
class reshape_method_rule:
    def pullback_x(g, ans, x, *shape, order="C"):
        if order == "C":
            return np.reshape(g, np.shape(x))
        return np.reshape(g, np.shape(x), order=read_in(order))

    def pushforward_x(t, ans, x, *shape, order="C"):
        return np.reshape(t, np.shape(ans), order=read_in(order))


@linear(transpose_method, at=[(A,), (T,), (T, 2, 0, 1), (T, (-1, 0, 1)), (A, None)])
def transpose_method_rule(g, x, *axes):
    if len(axes) == 0:
        return np.transpose(g)
    return transpose_method_pullback(g, axes)


@rule(flatten_method, at=[(A,), (A, "F")])
class flatten_method_rule:
    def pullback_x(g, ans, x, order="C"):
        if order == "C":
            return np.reshape(g, np.shape(x))
        return np.reshape(g, np.shape(x), order=read_in(order))

    def pushforward_x(t, ans, x, order="C"):
        return np.ravel(t, order=read_in(order))


@linear(copy_method, at=[(A,)])
def copy_method_rule(g, x, order="C"):
    return g


@linear(matrix_transposed, at=[(A,), (T,)])
def matrix_transposed_rule(g, x):
    return np.swapaxes(g, -1, -2)


@elementwise(clip_method, at=[(A, -0.25, 2.0), sample(A, min=0.0), sample(A, max=2.0)])
def clip_method_rule(ans, x, min=None, max=None):
    return clip_inside(x, min, max), clip_low(x, min, max), clip_high(x, min, max)


@rule(astype_method, at=[(A, float), (A, complex), (A, int)])
class astype_method_rule:
    """A cast is the identity; nothing flows through one to integers."""

    def pullback_x(g, ans, x, dtype, order="K", copy=True):
        return unbroadcast(through_cast(g, ans), x)

    def pushforward_x(t, ans, x, dtype, order="K", copy=True):
        return cast_tangent(t, ans)


@linear(item_method, at=[(A[:1, :1],), (A, 3), (A, 1, 0), (A, (1, 0)), (np.array(2.5),)])
def item_method_rule(g, x, *index):
    return item_pullback(g, x, index)


@linear(tolist_method, at=[(A,), (A[0],), (np.array(2.5),)])
def tolist_method_rule(g, x):
    return array_of(g, tolist_method(x))


@linear(item_pullback, at=[(2.5, A, (1, 0)), (2.5, A, (3,)), (2.5, np.array(1.5), ())])
def item_pullback_rule(h, g, x, index):
    return item_of(h, index)


@linear(item_of, at=[(A, (1, 0)), (A, (3,))])
def item_of_rule(h, x, index):
    return item_pullback(h, x, index)


@linear(transpose_method_pullback, at=[(T, (2, 0, 1)), (T, ((1, 2, 0),)), (A, ())])
def transpose_method_pullback_rule(h, g, axes):
    return transpose_method(h, *axes)


@linear(array_pullback, at=[(A[0], [0.5, 1.5]), (A, [A[0], A[1], A[2]]), (A, A)])
def array_pullback_rule(h, g, a):
    return array_of(h, a)


@linear(with_axes, at=[(A, None), (A, (..., None))])
def with_axes_rule(g, x, index):
    return with_axes_pullback(g, x, index)


@linear(with_axes_pullback, at=[(A[None], A, None), (A[..., None], A, (..., None))])
def with_axes_pullback_rule(h, g, x, index):
    return with_axes(h, index)


@linear(as_operand, as_base, at=[(2.5,), (A,), ([0.5, 1.5],)])
def as_operand_rule(g, x):
    return array_pullback(g, x)


@rule(of_type, at=[(A, np.float32), (A, complex), (2.5, None), ([0.5, 1.5], float), (1j * A, np.complex64)])
class of_type_rule:
    """A cast is the identity."""

    def pullback_x(g, ans, x, dtype):
        return array_pullback(g, x)

    def pushforward_x(t, ans, x, dtype):
        return cast_tangent(array_of(t, x), ans)


@linear(array_of, at=[([0.5, 1.5], [2.5, 3.5]), (A, A)])
def array_of_rule(h, bar, a):
    return array_pullback(h, a)


@linear(through_cast, at=[(A, A), (A, A.astype(int))])
def through_cast_rule(h, g, ans):
    return through_cast(h, ans)


@linear(cast_tangent, at=[(A, A), (A, A.astype(int)), (A, 1j * A)])
def cast_tangent_rule(h, t, ans):
    return unbroadcast(through_cast(h, ans), t)
