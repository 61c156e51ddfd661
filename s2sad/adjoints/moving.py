"""Functions that select, repeat and rearrange elements: applied to the places of the elements, they say where each came from."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import linear, nondifferentiable, rule, sample
from s2sad.runtime import (
    ListBar,
    alone,
    as_inserted,
    bins_of,
    block_of,
    block_pullback,
    collected,
    compress_method,
    concatenate_pullback,
    delete_pullback,
    filled,
    first_places,
    first_true,
    folded_over,
    histogram_pullback,
    histogram_tangent,
    instantiate,
    masks_of,
    numbers_within,
    places,
    places_of_values,
    put_back,
    put_between,
    put_each,
    put_each_pullback,
    ramp,
    rearranged,
    rolled_to,
    scattered,
    selected,
    selected_pullback,
    sort_like,
    taken,
    taken_each,
    taken_each_pullback,
    trimmed,
    unbroadcast,
    unbroadcast_each,
    unsort,
    widened,
)

V = np.array([0.5, -1.5, 2.0])
T = np.arange(24.0).reshape(2, 3, 4) ** 1.5 - 20.0
MASK = np.array([[True, False], [False, False], [True, True]])
W = np.array([[1.0, 3.0, 1.5, 0.5], [2.0, -2.0, 2.5, -1.0]])
EMPTY = np.zeros((0, 3))

nondifferentiable(
    places, trimmed, rearranged, first_places, places_of_values, masks_of, ramp, put_between, rolled_to,
    first_true, numbers_within, bins_of,
)  # fmt: skip


@linear(
    scattered, at=[(V, np.array([1, 1, -1]), A), (A, np.array([[0, 1], [2, 2], [-1, 0]]), V), (2.5, np.array([1, 1]), V)]
)
def scattered_rule(h, g, source, x):
    return unbroadcast(collected(h, source), g)


@linear(collected, at=[(V, np.array([[1, 1], [-1, 0]])), (A, np.array([5, -1]))])
def collected_rule(h, x, source):
    return scattered(h, source, x)


@linear(put_back, at=[(V[:2], np.array([2, 0]), V), (A[:2], np.array([0, 2]), A, 0), (V, slice(1, 4), A)])
def put_back_rule(h, g, kept, x, axis=None):
    return unbroadcast(np.reshape(taken(h, kept, axis), np.shape(g)), g)


@linear(taken, at=[(V, np.array([2, 0])), (A, np.array([0, 2]), 0), (A, slice(1, 4))])
def taken_rule(h, t, kept, axis=None):
    return put_back(h, kept, t, axis)


@linear(taken_each, at=[(V, [np.array([0, 2]), np.array([2])]), (A, [np.array([5]), np.array([], int)])])
def taken_each_rule(h, x, theres):
    return taken_each_pullback(h, theres, x)


@linear(taken_each_pullback, at=[([V[:2], V[:1]], [np.array([0, 2]), np.array([2])], V)])
def taken_each_pullback_rule(h, g, theres, x):
    return ListBar(taken_each(h, theres))


@linear(
    put_each, at=[([V[:2], 2.5], [np.array([0, 2]), np.array([2, 1])], V), ([V, V[:1]], [np.arange(3), np.array([4])], A)]
)
def put_each_rule(h, parts, theres, x):
    return put_each_pullback(h, theres, parts)


@linear(put_each_pullback, at=[(V, [np.array([0, 2]), np.array([2])], [V[:2], 2.5])])
def put_each_pullback_rule(h, g, theres, parts):
    return put_each(h, theres, g)


@linear(folded_over, at=[(np.arange(7.0), V), (V[:2], A), (A, 2.5)])
def folded_over_rule(h, g, a):
    return np.resize(h, np.shape(g))


# Selections ------------------------------------------------------------------------------------------


@rule(np.extract, at=[(MASK, A), (np.array([1, 0, 1]), V), (MASK, 1j * A)])
class extract:
    def pullback_arr(g, ans, condition, arr):
        return put_back(g, np.flatnonzero(condition), arr)

    def pushforward_arr(t, ans, condition, arr):
        return np.extract(condition, t)


@rule(np.compress, at=[([True, False, True], V), ([False, True], A, 0), ([False, True], A, -1), ([0, 1, 1], A)])
class compress:
    def pullback_a(g, ans, condition, a, axis=None):
        return put_back(g, np.flatnonzero(condition), a, axis)

    def pushforward_a(t, ans, condition, a, axis=None):
        return np.compress(condition, t, axis)


@linear(compress_method, at=[(V, [True, False, True]), (A, [False, True], 0)])
def compress_method_rule(g, x, condition, axis=None):
    return put_back(g, np.flatnonzero(condition), x, axis)


@linear(
    np.delete,
    at=[
        (V, 1),
        (A, [0, 3]),
        (A, 1, 0),
        (T, slice(1, 3), -1),
        (V, np.array([True, False, False])),
        (A, (0, 1), 0),
        (V, (0, 1)),
    ],
)
def delete(g, arr, obj, axis=None):
    return delete_pullback(g, arr, obj, axis)


@linear(
    delete_pullback,
    at=[(V[1:], V, 1), (A[1:], A, 0, 0), (T[..., 2:], T, slice(2), -1), (V[:1], A[0], np.array([True, False]))],
)
def delete_pullback_rule(h, g, arr, obj, axis=None):
    return np.delete(h, obj, axis)


@rule(np.trim_zeros, at=[(V,), (V, "f"), (V, "b")])
class trim_zeros:
    """What is cut off counts as constant."""

    def pullback_filt(g, ans, filt, trim="fb"):
        return put_back(g, trimmed(filt, ans, trim), filt)

    def pushforward_filt(t, ans, filt, trim="fb"):
        return taken(t, trimmed(filt, ans, trim))


@rule(np.choose, at=[([0, 1, 0], [V, 2 * V]), ([[0], [1]], (V, A[0][:1])), sample([0, 4, -1], [V, 2.5], mode="wrap")])
class choose:
    def pullback_choices(g, ans, a, choices, *, mode="raise"):
        return selected_pullback(g, numbers_within(a, len(choices), mode), choices)

    def pushforward_choices(t, ans, a, choices, *, mode="raise"):
        return selected(t, numbers_within(a, len(choices), mode), choices)


@rule(np.select, at=[([A > 1, A < 0], [A, 2 * A]), ([A > 1, A < 0], [A, A[0]], 2.5), ([V > 0], [V], V + 1)])
class select:
    """The first condition that holds says whose the cotangent is."""

    def pullback_choicelist(g, ans, condlist, choicelist, default=0):
        return selected_pullback(g, first_true(condlist), choicelist)

    def pullback_default(g, ans, condlist, choicelist, default=0):
        return unbroadcast(np.where(np.any(condlist, axis=0), 0, g), default)

    def pushforward_choicelist(t, ans, condlist, choicelist, default=0):
        return selected(t, first_true(condlist), choicelist)

    def pushforward_default(t, ans, condlist, choicelist, default=0):
        return np.where(np.any(condlist, axis=0), 0, t)


# Orders ----------------------------------------------------------------------------------------------


@rule(np.sort, at=[(V,), (A,), (A, 0), (A, None), (W, 1, "stable"), (W, 0), (A - 2j * A,), (EMPTY,)])
class sort:
    """Equal elements keep their order."""

    def pullback_a(g, ans, a, axis=-1, kind=None, order=None, *, stable=None):
        return unsort(g, a, axis)

    def pushforward_a(t, ans, a, axis=-1, kind=None, order=None, *, stable=None):
        return sort_like(t, a, axis)


@rule(np.partition, at=[(V, 1), (A, 1, 0), (A, 2, None), (W, (1, 2)), (W, 0, 0)])
class partition:
    """Equal elements keep their order."""

    def pullback_a(g, ans, a, kth, axis=-1, kind="introselect"):
        return scattered(g, rearranged(a, ans, axis), a)

    def pushforward_a(t, ans, a, kth, axis=-1, kind="introselect"):
        return collected(t, rearranged(a, ans, axis))


@rule(np.sort_complex, at=[(V,), (W,), (A - 2j * A,)])
class sort_complex:
    def pullback_a(g, ans, a):
        return scattered(g, rearranged(a, ans), a)

    def pushforward_a(t, ans, a):
        return collected(t, rearranged(a, ans)) + 0j


@rule(np.unique, at=[(V,), (A,)])
class unique:
    """Of equal elements the first one is taken."""

    def pullback_ar(g, ans, ar):
        return put_back(g, first_places(ar), ar)

    def pushforward_ar(t, ans, ar):
        return collected(t, first_places(ar))


@rule(np.unique_values, at=[(V,), (A,)])
class unique_values:
    """Of equal elements the first one is taken."""

    def pullback_x(g, ans, x):
        return put_back(g, places_of_values(x, ans), x)

    def pushforward_x(t, ans, x):
        return collected(t, places_of_values(x, ans))


# Repetitions and insertions --------------------------------------------------------------------------


@linear(np.resize, at=[(V, 7), (A, (2, 5)), (A, (2,)), (2.5, (2, 2))])
def resize(g, a, new_shape):
    return folded_over(g, a)


@rule(np.append, at=[(V, A), (A, A[:1], 0), (2.5, V), (A, A, -1), (V, 1j * V), (V, EMPTY)])
class append:
    def pullback_arr(g, ans, arr, values, axis=None):
        return concatenate_pullback(g, (arr, values), axis)[0]

    def pullback_values(g, ans, arr, values, axis=None):
        return concatenate_pullback(g, (arr, values), axis)[1]

    def pushforward_arr(t, ans, arr, values, axis=None):
        return np.append(t, np.zeros_like(values), axis)

    def pushforward_values(t, ans, arr, values, axis=None):
        return np.append(np.zeros_like(arr), t, axis)


@rule(np.insert, at=[(V, 1, 2.5), (A, [1, 1, 4], V), (A, 1, A[0], 0), (A, [0, 2], A[:, :1], 1), (A, 1, 2.5, -1)])
class insert:
    def pullback_arr(g, ans, arr, obj, values, axis=None):
        return unbroadcast(np.reshape(np.delete(g, put_between(arr, obj, ans, axis), axis), np.shape(arr)), arr)

    def pullback_values(g, ans, arr, obj, values, axis=None):
        return as_inserted(taken(g, put_between(arr, obj, ans, axis), axis), obj, values, arr, axis)

    def pushforward_arr(t, ans, arr, obj, values, axis=None):
        return np.insert(t, obj, 0, axis)

    def pushforward_values(t, ans, arr, obj, values, axis=None):
        return np.insert(np.zeros_like(arr), obj, t, axis)


@rule(np.bincount, at=[([0, 1, 1], V), ([3, 0, 3], V, 6), sample([2, 0, 0], weights=V, minlength=1)])
class bincount:
    """Each weight goes to the place that its number says."""

    def pullback_weights(g, ans, x, weights=None, minlength=0):
        return np.take(g, x)

    def pushforward_weights(t, ans, x, weights=None, minlength=0):
        return np.bincount(x, t, minlength)


@rule(
    np.histogram,
    at=[sample(V, 2, weights=V**2), sample(A[:2], [0, 1, 3], weights=abs(A[:2])), sample(V, 3, (0, 1), weights=V),
        sample(V, 2, weights=abs(V), density=True)],
)  # fmt: skip
class histogram:
    """The sums of weights; of what is counted it has no derivative."""

    tuple_unless = ()

    def pullback_weights(g, ans, a, bins=10, range=None, density=None, weights=None):
        return histogram_pullback(g, ans, a, weights, density)

    def pushforward_weights(t, ans, a, bins=10, range=None, density=None, weights=None):
        return histogram_tangent(t, ans, a, weights, density)


# Shapes ----------------------------------------------------------------------------------------------


@linear(np.rollaxis, at=[(T, 2), (T, -1, 1), (T, 0, 3)])
def rollaxis(g, a, axis, start=0):
    return np.moveaxis(g, rolled_to(a, axis, start), axis)


@linear(np.lib.stride_tricks.sliding_window_view, at=[(V, 2), (A, (2, 1)), (T, 2, -1), sample(T, (2, 3), axis=(1, 2))])
def sliding_window_view(g, x, window_shape, axis=None, *, subok=False, writeable=False):
    return scattered(g, np.lib.stride_tricks.sliding_window_view(places(x), window_shape, axis), x)


@linear(np.diagflat, at=[(V,), (A, 1), (2.5, -1)])
def diagflat(g, v, k=0):
    return np.reshape(np.diagonal(g, k), np.shape(v))


@rule(np.broadcast_arrays, at=[(V, A.T), (2.5, V, A.T), (A,)])
class broadcast_arrays:
    tuple_unless = ()

    def pullback_args(g, ans, place, *args):
        if place is None:
            return unbroadcast_each(g, args)
        return unbroadcast(instantiate(g[place], args[place]), args[place])

    def pushforward_args(t, ans, *args):
        return np.broadcast_arrays(*filled(t, args))


@rule(np.block, at=[([V, 2 * V],), ([[A, A], [A[:1], A[:1]]],), (A,), ([[2.5, 1.5], [0.5, 3.5]],), ([V, 1j * V],)])
class block:
    def pullback_arrays(g, ans, arrays):
        return block_pullback(g, arrays)

    def pushforward_arrays(t, ans, arrays):
        return block_of(t, arrays)


# What the templates above call, so that emitted gradients have gradients.


@linear(block_pullback, at=[(A.T, [[V], [2 * V]]), (A, A)])
def block_pullback_rule(h, g, arrays):
    return block_of(h, arrays)


@linear(block_of, at=[([V, 2 * V], [V, V])])
def block_of_rule(h, bars, arrays):
    return block_pullback(h, arrays)


@linear(
    selected_pullback,
    at=[
        (V, np.array([0, 1, -1]), [V, 2 * V]),
        (A, np.array([[0, 1], [1, 0], [-1, 1]]), [2.5, A[0]]),
        (2.5, np.array([0, 1, -1]), [V, V]),
        (A, np.array([[0, 1], [1, 0], [-1, 1]]), [2.5, A[0]], 1),
        (2.5, np.array([0, 1, -1]), [V, V], 0),
    ],
)
def selected_pullback_rule(h, g, which, choices, place=None):
    if place is None:
        return unbroadcast(selected(h, which, choices), g)
    return unbroadcast(selected(alone(h, place, choices), which, choices), g)


@linear(selected, at=[([V, 2 * V], np.array([0, 1, -1]), [V, V])])
def selected_rule(h, parts, which, choices):
    return selected_pullback(h, which, choices)


@linear(widened, at=[(A, V), (V, 2.5), (2.5, V)])
def widened_rule(g, a, b):
    return np.reshape(g, np.shape(a))
