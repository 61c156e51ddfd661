"""Rules for what emitted code calls, so that a gradient has a gradient. Most are linear in a cotangent."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import elementwise, linear, rule
from s2sad.runtime import (
    DictBar,
    ListBar,
    ObjectBar,
    abs_bend,
    abs_slope,
    abs_slope_pullback,
    abs_slope_pushforward,
    alone,
    as_complex,
    as_gradient,
    as_operand,
    broadcast_like,
    column_stack_pullback,
    concatenate_pullback,
    conjugate,
    diag_pullback,
    diagonal_pullback,
    display_item,
    display_item_pullback,
    display_items,
    dstack_pullback,
    extremum_pullback,
    extremum_pushforward,
    filled,
    folded,
    hstack_pullback,
    imag_pullback,
    instantiate,
    instantiate_pullback,
    meshgrid_pullback,
    or_one,
    owned,
    power_curvature,
    power_log,
    power_slope,
    repeat_pullback,
    reshaped_all,
    reshaped_each,
    scalar_seed,
    settled,
    snapshot,
    sort_like,
    sorted_pullback,
    sorted_pushforward,
    squared_length,
    stack_pullback,
    take_along_axis_pullback,
    take_pullback,
    through_gradient,
    through_settled,
    tile_pullback,
    trace_pullback,
    unbroadcast,
    unfolded,
    unsort,
    vstack_pullback,
    when_empty,
)

V = np.array([0.5, -1.5, 2.0])
T = np.arange(24.0).reshape(2, 3, 4) ** 1.5 - 20.0
NUMBERS = [0.5, -1.5, 2.0]
ORDER = np.array([[2, 0], [1, 1], [0, 2]])


@linear(unbroadcast, at=[(2.5, 1.5), (A, A), (A, A[0]), (A, 2.5), (A, A[:, :1]), (1j * A + 1, A[0]), (2.5, A)])
def unbroadcast_rule(h, g, like):
    return broadcast_like(h, g)


@linear(broadcast_like, at=[(2.5, 1.5), (A, A), (A[0], A), (2.5, A), (A[:, :1], A), (A, 2.5)])
def broadcast_like_rule(h, g, like):
    return broadcast_like(h, g)


@linear(instantiate, at=[(2.5, 1.5), (A, A)])
def instantiate_rule(h, g, like):
    return instantiate_pullback(h, g)


@linear(instantiate_pullback, at=[(2.5, 1.5), (A, A), (ListBar(NUMBERS), V)])
def instantiate_pullback_rule(k, h, g):
    return instantiate(k, h)


@linear(owned, at=[(2.5,), (A,), (ListBar(NUMBERS),)])
def owned_rule(h, g):
    return h


@linear(as_gradient, at=[(2.5, 1.5), (A, A), (2.5, A), (ListBar(NUMBERS), NUMBERS), (NUMBERS, tuple(NUMBERS))])
def as_gradient_rule(h, g, x):
    return through_gradient(h, g)


@linear(folded, at=[(ObjectBar(a=1.5), (("g",),))])
def folded_rule(h, bar, paths):
    return unfolded(h, paths)


@linear(unfolded, at=[(ObjectBar(a=1.5), ())])
def unfolded_rule(k, h, paths):
    return folded(k, paths)


@linear(settled, at=[(ListBar(NUMBERS), tuple(NUMBERS))])
def settled_rule(h, g, x):
    return through_settled(h, g, x)


@linear(through_settled, at=[(ListBar(NUMBERS), ListBar(NUMBERS), tuple(NUMBERS))])
def through_settled_rule(k, h, g, x):
    return through_settled(k, g, x)


@linear(through_gradient, at=[(2.5, 1.5), (A, A), (A, 2.5)])
def through_gradient_rule(h, g, like):
    return through_gradient(np.broadcast_to(h, np.shape(g)), g)


@linear(ListBar, at=[(NUMBERS,)])
def list_bar_rule(h, parts):
    return h


@linear(conjugate, at=[(2.5,), (A,), (A + 1j,)])
def conjugate_rule(h, x):
    return conjugate(h)


@linear(as_complex, at=[(A, A), (A, 1j * A), (2.5, 1j)])
def as_complex_rule(h, g, x):
    return unbroadcast(h, g)


@linear(imag_pullback, at=[(A, A), (A, 1j * A), (2.5, 1j)])
def imag_pullback_rule(h, g, x):
    return unbroadcast(-1j * h if np.iscomplexobj(x) else 0 * h, g)


@elementwise(power_slope, at=[(2.5, 1.5), (abs(A), A[0] + 3.0), (abs(A), 3), (2.5, -1.5)])
def power_slope_rule(ans, x, y):
    return power_curvature(x, y), x ** (y - 1) + ans * power_log(x, ans)


@elementwise(power_curvature, at=[(2.5, 1.5), (abs(A), A[0] + 4.0), (abs(A), 3)])
def power_curvature_rule(ans, x, y):
    """y * slope(x, y - 1), and the slope's own rule."""
    return (
        y * power_curvature(x, y - 1),
        power_slope(x, y - 1) + y * (x ** (y - 2) + power_slope(x, y - 1) * power_log(x, ans)),
    )


@elementwise(power_log, at=[(2.5, 1.5), (abs(A), A)])
def power_log_rule(ans, x, like):
    return 1 / (x + (x == 0)) * (x != 0), 0


@elementwise(squared_length, at=[(2.5, 1.5), (A, A[0]), (A, 2.0)])
def squared_length_rule(ans, x, y):
    return 2 * as_operand(x), 2 * as_operand(y)


@elementwise(or_one, at=[(2.5,), (A,)])
def or_one_rule(ans, x):
    return 1


@rule(abs_slope, at=[(2.5,), (A,), (A + 1j,), (0.5 - 2j,)])
class abs_slope_rule:
    def pullback_x(h, ans, x):
        return abs_slope_pullback(h, x)

    def pushforward_x(t, ans, x):
        return abs_slope_pushforward(t, x)


@rule(abs_slope_pullback, at=[(2.5, 1.5), (A, A)])
class abs_slope_pullback_rule:
    def pullback_h(k, ans, h, x):
        return abs_slope_pushforward(k, x)

    def pullback_x(k, ans, h, x):
        return abs_bend(k, x)

    def pushforward_h(t, ans, h, x):
        return abs_slope_pullback(t, x)

    def pushforward_x(t, ans, h, x):
        return abs_bend(t, x)


@rule(abs_slope_pushforward, at=[(2.5, 1.5), (A, A)])
class abs_slope_pushforward_rule:
    def pullback_t(h, ans, t, x):
        return abs_slope_pullback(h, x)

    def pullback_x(h, ans, t, x):
        return abs_bend(h, x)

    def pushforward_t(k, ans, t, x):
        return abs_slope_pushforward(k, x)

    def pushforward_x(k, ans, t, x):
        return abs_bend(k, x)


@linear(abs_bend, at=[(2.5, 1.5), (A, A)])
def abs_bend_rule(k, h, x):
    return abs_bend(k, x)


# Of extrema and sorting


@linear(extremum_pullback, at=[(2.5, 2.0, (NUMBERS,)), (2.5, 1.5, (1.5, 0.5, 1.5)), (2.5, 2.0, (V,))])
def extremum_pullback_rule(h, g, ans, xs, key=None):
    return extremum_pushforward(h, ans, xs, key)


@linear(extremum_pushforward, at=[(ListBar(NUMBERS), 1.5, (1.5, 0.5, 1.5)), (ListBar([NUMBERS]), 2.0, (NUMBERS,))])
def extremum_pushforward_rule(h, t, ans, xs, key=None):
    return extremum_pullback(h, ans, xs, key)


@linear(when_empty, at=[(2.5, ([],)), (2.5, (NUMBERS,))])
def when_empty_rule(h, g, xs):
    return when_empty(h, xs)


@linear(sorted_pullback, at=[(NUMBERS, [3.0, 1.0, 2.0]), (NUMBERS, [3.0, 1.0, 2.0], True)])
def sorted_pullback_rule(h, g, xs, reverse=False):
    return sorted_pushforward(h, xs, reverse)


@linear(sorted_pushforward, at=[(NUMBERS, [3.0, 1.0, 2.0]), (NUMBERS, [3.0, 1.0, 2.0], True)])
def sorted_pushforward_rule(h, t, xs, reverse=False):
    return sorted_pullback(h, xs, reverse)


@linear(unsort, at=[(V, V[::-1]), (A, A + 1, 0), (np.arange(6.0), A, None)])
def unsort_rule(h, g, a, axis=-1):
    return sort_like(h, a, axis)


@linear(sort_like, at=[(V, V[::-1]), (A, A + 1, 0), (A, A, None)])
def sort_like_rule(h, t, a, axis=-1):
    return unsort(h, a, axis)


# Of joins, cuts and moves: the transpose of a pullback is the function itself.


@linear(filled, at=[([V, 2 * V], [V, V])])
def filled_rule(h, bars, arrays):
    return ListBar(h)


@linear(
    concatenate_pullback,
    at=[(np.arange(6.0), [V, V]), (np.hstack([A, A]), (A, A), 1), (A, A[:, None]), (np.arange(9.0), [V, A], None)],
)
def concatenate_pullback_rule(h, g, arrays, axis=0):
    return np.concatenate(filled(h, arrays), axis)


@linear(stack_pullback, at=[(np.stack([V, 2 * V]), [V, V]), (np.stack([V, 2 * V], 1), [V, V], 1)])
def stack_pullback_rule(h, g, arrays, axis=0):
    return np.stack(filled(h, arrays), axis=axis)


@linear(vstack_pullback, at=[(np.stack([V, 2 * V]), [V, V])])
def vstack_pullback_rule(h, g, arrays):
    return np.vstack(filled(h, arrays))


@linear(hstack_pullback, at=[(np.arange(6.0), [V, V])])
def hstack_pullback_rule(h, g, arrays):
    return np.hstack(filled(h, arrays))


@linear(dstack_pullback, at=[(np.dstack([V, 2 * V]), [V, V])])
def dstack_pullback_rule(h, g, arrays):
    return np.dstack(filled(h, arrays))


@linear(column_stack_pullback, at=[(np.column_stack([V, 2 * V]), [V, V])])
def column_stack_pullback_rule(h, g, arrays):
    return np.column_stack(filled(h, arrays))


@linear(
    meshgrid_pullback,
    at=[
        (np.meshgrid(V, A[0]), (V, A[0])),
        (np.meshgrid(V, A[0], indexing="ij"), (V, A[0]), "ij"),
        (np.meshgrid(V, A[0], sparse=True), (V, A[0]), "xy", True),
    ],
)
def meshgrid_pullback_rule(h, g, xi, indexing="xy", sparse=False):
    return ListBar(np.meshgrid(*filled(h, xi), indexing=indexing, sparse=sparse))


@linear(reshaped_each, at=[([V[None], A], (V, A)), (V[:, None], (V,))])
def reshaped_each_rule(h, g, arrays):
    return reshaped_all(h, g)


@linear(reshaped_all, at=[([V, A], [V[None], A]), ([V], V[:, None])])
def reshaped_all_rule(h, bars, like):
    return reshaped_each(h, bars)


@linear(take_pullback, at=[(V, V, [0, 0, 2]), (A[:2], A, [1, 1], 0)])
def take_pullback_rule(h, g, a, indices, axis=None):
    return np.take(h, indices, axis=axis)


@linear(take_along_axis_pullback, at=[(A, A, ORDER, 0)])
def take_along_axis_pullback_rule(h, g, a, indices, axis):
    return np.take_along_axis(h, indices, axis)


@linear(tile_pullback, at=[(np.tile(A, (2, 1, 3)), A, (2, 1, 3))])
def tile_pullback_rule(h, g, a, reps):
    return np.tile(h, reps)


@linear(repeat_pullback, at=[(np.repeat(A, 2, 1), A, 2, 1), (np.repeat(A, 3), A, 3)])
def repeat_pullback_rule(h, g, a, repeats, axis=None):
    return np.repeat(h, repeats, axis)


@linear(diagonal_pullback, at=[(np.diagonal(T, 1, 1, 2), T, 1, 1, 2)])
def diagonal_pullback_rule(h, g, a, offset=0, axis1=0, axis2=1):
    return np.diagonal(h, offset, axis1, axis2)


@linear(trace_pullback, at=[(np.trace(T, 1, 1, 2), T, 1, 1, 2), (2.5, A)])
def trace_pullback_rule(h, g, a, offset=0, axis1=0, axis2=1):
    return np.trace(h, offset, axis1, axis2)


@linear(diag_pullback, at=[(np.diag(V), V), (np.diag(A), A), (np.diag(V, 1), V, 1)])
def diag_pullback_rule(h, g, v, k=0):
    return np.diag(h, k)


@linear(snapshot, at=[(2.5,), (A,)])
def snapshot_rule(g, value):
    return g


@linear(scalar_seed, at=[(1.5, 2.5)])
def scalar_seed_rule(h, seed, out):
    return h


@linear(alone, at=[(2.5, 1, (0.5, 1.5))])
def alone_rule(h, g, position, sequence):
    return instantiate(h[position], g)


@linear(display_item, at=[(DictBar.of({"a": 1.5}, {"a": 2.5}), "a", ())])
def display_item_rule(h, bar, key, later):
    return display_item_pullback(h, bar, key, later)


@linear(display_item_pullback, at=[(2.5, {"a": 1.5}, "a", ())])
def display_item_pullback_rule(h, g, bar, key, later):
    return display_item(h, key, later)


@linear(display_items, at=[(DictBar.of({"a": 1.5}, {"a": 2.5}), {"a": 1.5}, ())])
def display_items_rule(h, bar, mapping, later):
    return display_items(h, mapping, later)
