"""Functions that move elements about: shapes, joins, cuts, selections."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import linear, rule, sample
from s2sad.runtime import (
    array_of,
    array_pullback,
    cast_tangent,
    column_stack_pullback,
    concatenate_pullback,
    diag_pullback,
    diagonal_pullback,
    dstack_pullback,
    filled,
    hstack_pullback,
    inverse_permutation,
    meshgrid_pullback,
    read_in,
    repeat_pullback,
    reshaped_all,
    reshaped_each,
    stack_pullback,
    take_along_axis_pullback,
    take_pullback,
    through_cast,
    tile_pullback,
    unbroadcast,
    vstack_pullback,
    within,
)

V = np.array([0.5, -1.5, 2.0])
T = np.arange(24.0).reshape(2, 3, 4) ** 1.5 - 20.0
ORDER = np.array([[2, 0], [1, 1], [0, 2]])
LISTS = [([V, 2 * V],), ((A, A[:2], A + 1),), (A,)]


@rule(np.reshape, at=[(A, (2, 3)), (A, -1), (A, 6, "F"), (2.5, (1, 1)), sample(A, (2, 3), copy=True)])
class reshape:
    def pullback_a(g, ans, a, shape, order="C", *, copy=None):
        if order == "C":
            return np.reshape(g, np.shape(a))
        return np.reshape(g, np.shape(a), order=read_in(order))

    def pushforward_a(t, ans, a, shape, order="C", *, copy=None):
        return np.reshape(t, shape, order=read_in(order))


@rule(np.ravel, at=[(A,), (A, "F"), (2.5,)])
class ravel:
    def pullback_a(g, ans, a, order="C"):
        if order == "C":
            return np.reshape(g, np.shape(a))
        return np.reshape(g, np.shape(a), order=read_in(order))

    def pushforward_a(t, ans, a, order="C"):
        return np.ravel(t, order=read_in(order))


@linear(np.transpose, at=[(A,), (T,), (T, (2, 0, 1)), (T, (-1, 0, 1)), (V,)])
def transpose(g, a, axes=None):
    if axes is None:
        return np.transpose(g)
    return np.transpose(g, inverse_permutation(axes))


@linear(np.swapaxes, at=[(A, 0, 1), (T, 0, -1)])
def swapaxes(g, a, axis1, axis2):
    return np.swapaxes(g, axis1, axis2)


@linear(np.moveaxis, at=[(T, 0, -1), (T, (0, 1), (1, 2))])
def moveaxis(g, a, source, destination):
    return np.moveaxis(g, destination, source)


@linear(np.expand_dims, at=[(A, 0), (A, (0, -1)), (2.5, 0)])
def expand_dims(g, a, axis):
    return np.reshape(g, np.shape(a))


@linear(np.squeeze, at=[(A[None],), (T[:1, :, :1], 0), (A,)])
def squeeze(g, a, axis=None):
    return np.reshape(g, np.shape(a))


@rule(np.atleast_1d, np.atleast_2d, np.atleast_3d, at=[(2.5,), (V,), (A,), (2.5, V), (V, A, 2.5)])
class atleast:
    """Of one array an array, of more of them a tuple."""

    def pullback_arys(g, ans, *arys):
        return reshaped_each(g, arys)

    def pushforward_arys(t, ans, *arys):
        return reshaped_all(t, ans)


@linear(np.broadcast_to, at=[(V, (2, 3)), (2.5, (2, 3)), (A[:, :1], (2, 3, 4)), (A, (3, 2))])
def broadcast_to(g, array, shape, subok=False):
    return unbroadcast(g, array)


@linear(np.roll, at=[(V, 1), (A, 3), (A, -1, 0), (A, (1, 2), (0, 1))])
def roll(g, a, shift, axis=None):
    return np.roll(g, np.negative(shift), axis)


@linear(np.flip, at=[(V,), (A,), (A, 0), (A, (0, 1))])
def flip(g, m, axis=None):
    return np.flip(g, axis)


@linear(np.flipud, at=[(A,)])
def flipud(g, m):
    return np.flipud(g)


@linear(np.fliplr, at=[(A,)])
def fliplr(g, m):
    return np.fliplr(g)


@linear(np.rot90, at=[(A,), (A, 2), (T, 3, (1, 2))])
def rot90(g, m, k=1, axes=(0, 1)):
    return np.rot90(g, -k, axes)


@linear(np.tile, at=[(V, 2), (A, (2, 1)), (A, (2, 1, 3)), (T, 2), (2.5, 3)])
def tile(g, A, reps):
    return tile_pullback(g, A, reps)


@linear(np.repeat, at=[(V, 2), (A, 3), (A, 2, 1), (V, [1, 0, 2]), (A, [2, 1], -1)])
def repeat(g, a, repeats, axis=None):
    return repeat_pullback(g, a, repeats, axis)


@linear(np.diag, at=[(V,), (V, 1), (A,), (T[0], 1), (T[0], -1)])
def diag(g, v, k=0):
    return diag_pullback(g, v, k)


@linear(np.diagonal, at=[(A,), (T[0], 1), (T, -1), (T, 0, 1, 2)])
def diagonal(g, a, offset=0, axis1=0, axis2=1):
    return diagonal_pullback(g, a, offset, axis1, axis2)


@linear(np.tril, at=[(A,), (T, 1)])
def tril(g, m, k=0):
    return np.tril(g, k)


@linear(np.triu, at=[(A,), (T, 1)])
def triu(g, m, k=0):
    return np.triu(g, k)


@linear(
    np.take,
    at=[
        (V, 1),
        (V, [0, 0, 2]),
        (A, ORDER),
        (A, [1, 1, 0], 0),
        (T, ORDER, -1),
        (A, -1, 1),
        sample(A, [0, 7], mode="wrap"),
        sample(A, [0, 7], 1, mode="clip"),
    ],
)
def take(g, a, indices, axis=None, *, mode="raise"):
    if mode == "raise":
        return take_pullback(g, a, indices, axis)
    return take_pullback(g, a, within(indices, a, axis, mode), axis)


@linear(np.take_along_axis, at=[(A, ORDER, 0), (A, ORDER % 2, 1), (V, np.array([1, 1]), None)])
def take_along_axis(g, arr, indices, axis=-1):
    return take_along_axis_pullback(g, arr, indices, axis)


@linear(np.copy, at=[(A,), (np.array(2.5),), (A, "F"), sample(A, subok=True)])
def copy(g, a, order="K", subok=False):
    return g


@rule(np.ascontiguousarray, np.asfortranarray, at=[(A,), (np.array(2.5),), (V, complex), (V, int), ([0.5, 1.5],)])
class ascontiguousarray:
    """Of 0-d input they make 1-d arrays. Nothing flows through a cast to integers."""

    def pullback_a(g, ans, a, dtype=None):
        return array_pullback(np.reshape(through_cast(g, ans), np.shape(a)), a)

    def pushforward_a(t, ans, a, dtype=None):
        return np.reshape(cast_tangent(array_of(t, a), ans), np.shape(ans))


# Joins and cuts -----------------------------------------------------------------------------------


TYPED = [sample([V, 2 * V], dtype=complex), sample([V, 2 * V], dtype=np.float32)]


@linear(np.concatenate, at=[*LISTS, ([A, 2 * A], 1), ((A, V), None), ([V, 1j * V],), *TYPED])
def concatenate(g, arrays, axis=0, *, dtype=None):
    return concatenate_pullback(g, arrays, axis)


@linear(
    np.stack, at=[([V, 2 * V],), ((A, 2 * A), 1), ([A, 2 * A], -1), (A,), ([0.5, 2.5],), *TYPED, sample(A, dtype=complex)]
)
def stack(g, arrays, axis=0, *, dtype=None):
    return stack_pullback(g, arrays, axis)


@linear(np.vstack, at=[*LISTS, ([V, V + 1],), *TYPED])
def vstack(g, tup, *, dtype=None):
    return vstack_pullback(g, tup)


@linear(np.hstack, at=[*LISTS[::2], ([A, A[:, :1]],), ([0.5, 2.5, V],), *TYPED])
def hstack(g, tup, *, dtype=None):
    return hstack_pullback(g, tup)


@linear(np.dstack, at=[([V, 2 * V],), ([A, 2 * A],), ([T, T[..., :1]],)])
def dstack(g, tup):
    return dstack_pullback(g, tup)


@linear(np.column_stack, at=[([V, 2 * V],), ([A, V],)])
def column_stack(g, tup):
    return column_stack_pullback(g, tup)


@rule(np.split, np.array_split, at=[(V, 3), (A, [1], 0), (T, 2, 2), (V, [1, 2])])
class split:
    def pullback_ary(g, ans, ary, indices_or_sections, axis=0):
        return np.concatenate(filled(g, ans), axis=axis)

    def pushforward_ary(t, ans, ary, indices_or_sections, axis=0):
        return np.array_split(t, indices_or_sections, axis)


@rule(np.hsplit, at=[(V, 3), (A, [1]), (T, 3)])
class hsplit:
    def pullback_ary(g, ans, ary, indices_or_sections):
        return np.concatenate(filled(g, ans), axis=int(np.ndim(ary) > 1))

    def pushforward_ary(t, ans, ary, indices_or_sections):
        return np.hsplit(t, indices_or_sections)


@rule(np.vsplit, at=[(A, 3), (T, [1])])
class vsplit:
    def pullback_ary(g, ans, ary, indices_or_sections):
        return np.concatenate(filled(g, ans), axis=0)

    def pushforward_ary(t, ans, ary, indices_or_sections):
        return np.vsplit(t, indices_or_sections)


@rule(np.dsplit, at=[(T, 2), (T, [1, 3])])
class dsplit:
    def pullback_ary(g, ans, ary, indices_or_sections):
        return np.concatenate(filled(g, ans), axis=2)

    def pushforward_ary(t, ans, ary, indices_or_sections):
        return np.dsplit(t, indices_or_sections)


@rule(np.unstack, at=[(A,), sample(T, axis=-1)])
class unstack:
    tuple_unless = ()

    def pullback_x(g, ans, x, *, axis=0):
        return np.stack(filled(g, ans), axis=axis) if len(ans) > 0 else np.zeros_like(x)

    def pushforward_x(t, ans, x, *, axis=0):
        return np.unstack(t, axis=axis)


@rule(np.ix_, at=[(V, A[0]), (V,), (V, [0, 2])])
class ix_:
    tuple_unless = ()

    def pullback_args(g, ans, *args):
        return meshgrid_pullback(g, args, "ij", True)

    def pushforward_args(t, ans, *args):
        return np.ix_(*filled(t, args))


@rule(
    np.meshgrid,
    at=[(V, A[0]), (V, A[0], V), sample(V, A[0], indexing="ij"), (V,), sample(V, A[0], V, sparse=True),
        sample(V, A[0], indexing="ij", sparse=True, copy=False)],
)  # fmt: skip
class meshgrid:
    tuple_unless = ()

    def pullback_xi(g, ans, *xi, copy=True, sparse=False, indexing="xy"):
        if sparse is False:
            return meshgrid_pullback(g, xi, indexing)
        return meshgrid_pullback(g, xi, indexing, sparse)

    def pushforward_xi(t, ans, *xi, copy=True, sparse=False, indexing="xy"):
        return np.meshgrid(*filled(t, xi), sparse=sparse, indexing=indexing)
