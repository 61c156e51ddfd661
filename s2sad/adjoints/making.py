"""The making of arrays: from numbers and lists, of other types, filled, and evenly spaced."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.names import of
from s2sad.adjoints.registry import linear, rule, sample
from s2sad.runtime import (
    array_of,
    array_pullback,
    cast_tangent,
    ramp,
    started,
    through_cast,
    unbroadcast,
    vander_pullback,
)
from s2sad.runtime.places import vander_slope

V = np.array([0.5, -1.5, 2.0])
T = np.arange(24.0).reshape(2, 3, 4) ** 1.5 - 20.0
ORDER = np.array([[2, 0], [1, 1], [0, 2]])


MADE_OF = [(2.5,), ([0.5, 2.5],), ([[0.5, 1.5], [2.0, 3.0]],), ([V, 2 * V],), (A,), (V, float), (V, int)]


@rule(
    np.array, at=[*MADE_OF, sample(V, ndmin=3), sample(V, dtype=int, ndmin=2), sample(V, copy=True, order="C", subok=True)]
)
class array:
    """The cotangent of nested lists has their structure. Nothing flows through a cast to integers."""

    def pullback_object(g, ans, object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0):
        if ndmin == 0 and dtype is None:
            return array_pullback(g, object)
        if ndmin == 0:
            return array_pullback(through_cast(g, ans), object)
        return array_pullback(np.reshape(through_cast(g, ans), np.shape(object)), object)

    def pushforward_object(t, ans, object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0):
        if ndmin == 0:
            return cast_tangent(array_of(t, object), ans)
        return cast_tangent(np.reshape(array_of(t, object), np.shape(ans)), ans)


@rule(np.asarray, np.asanyarray, at=[*MADE_OF, (A, float, "F"), sample(A, copy=True)])
class asarray:
    """The cotangent of nested lists has their structure. Nothing flows through a cast to integers."""

    def pullback_a(g, ans, a, dtype=None, order=None, *, copy=None):
        if dtype is None:
            return array_pullback(g, a)
        return array_pullback(through_cast(g, ans), a)

    def pushforward_a(t, ans, a, dtype=None, order=None, *, copy=None):
        return cast_tangent(array_of(t, a), ans)


@rule(np.asarray_chkfinite, at=[(A,), (V, float), ([0.5, 1.5],), (A, None, "F"), (V, int)])
class asarray_chkfinite:
    """A cast is the identity; nothing flows through one to integers."""

    def pullback_a(g, ans, a, dtype=None, order=None):
        return array_pullback(through_cast(g, ans), a)

    def pushforward_a(t, ans, a, dtype=None, order=None):
        return cast_tangent(array_of(t, a), ans)


@rule(np.require, at=[(A,), (V, float), ([0.5, 1.5],), (A, None, ["F", "W"]), (A, int)])
class require:
    """A cast is the identity; nothing flows through one to integers."""

    def pullback_a(g, ans, a, dtype=None, requirements=None):
        return array_pullback(through_cast(g, ans), a)

    def pushforward_a(t, ans, a, dtype=None, requirements=None):
        return cast_tangent(array_of(t, a), ans)


for asfarray in of(np, "asfarray"):

    @rule(asfarray, at=[(A,), (V, float), ([0.5, 1.5],)])
    class asfarray_rule:
        """A cast is the identity."""

        def pullback_a(g, ans, a, dtype=None):
            return array_pullback(g, a)

        def pushforward_a(t, ans, a, dtype=None):
            return array_of(t, a)


@rule(np.astype, at=[(A, float), (A, complex), (A, int)])
class astype:
    """A cast is the identity; nothing flows through one to integers."""

    def pullback_x(g, ans, x, dtype, *, copy=True):
        return unbroadcast(through_cast(g, ans), x)

    def pushforward_x(t, ans, x, dtype, *, copy=True):
        return cast_tangent(t, ans)


@rule(np.full, at=[((2, 3), 2.5), ((2, 3), V), (3, 2.5, float), (3, 2.5, int), sample((2, 3), V, order="F")])
class full:
    def pullback_fill_value(g, ans, shape, fill_value, dtype=None, order="C"):
        if dtype is None:
            return unbroadcast(g, fill_value)
        return unbroadcast(through_cast(g, ans), fill_value)

    def pushforward_fill_value(t, ans, shape, fill_value, dtype=None, order="C"):
        return np.broadcast_to(through_cast(t, ans), np.shape(ans))


@rule(np.full_like, at=[(A, 2.5), (A, A[0]), (A, 2.5, int), (ORDER, 2.5), sample(A, V, shape=(2, 3))])
class full_like:
    inert = ("a",)

    def pullback_fill_value(g, ans, a, fill_value, dtype=None, order="K", subok=True, shape=None):
        return unbroadcast(through_cast(g, ans), fill_value)

    def pushforward_fill_value(t, ans, a, fill_value, dtype=None, order="K", subok=True, shape=None):
        return np.broadcast_to(through_cast(t, ans), np.shape(ans))


TURNED = [sample(abs(V), 2.5, 4, axis=1), sample(abs(V), V + 2, 3, False, axis=-1)]
TURNED += [sample(0.5, 2.5, 4, dtype=complex), sample(abs(V), 2.5, 3, dtype=int)]
UNITS = [(0.5, 2.5), (0.5, 2.5, 5), (0.5, 2.5, 5, False), (V, 2.5, 4), (V, A[0, 0], 1), sample(0.5, 2.5, dtype=float)]


@rule(np.linspace, at=[*UNITS, *TURNED])
class linspace:
    def pullback_start(g, ans, start, stop, num=50, endpoint=True, *, dtype=None, axis=0):
        if dtype is None and axis == 0:
            return unbroadcast(np.tensordot(np.linspace(g.dtype.type(1), 0, num, endpoint, dtype=g.dtype), g, 1), start)
        return unbroadcast(
            np.tensordot(
                np.linspace(g.dtype.type(1), 0, num, endpoint, dtype=g.dtype), np.moveaxis(through_cast(g, ans), axis, 0), 1
            ),
            start,
        )

    def pullback_stop(g, ans, start, stop, num=50, endpoint=True, *, dtype=None, axis=0):
        if dtype is None and axis == 0:
            return unbroadcast(np.tensordot(np.linspace(0, g.dtype.type(1), num, endpoint, dtype=g.dtype), g, 1), stop)
        return unbroadcast(
            np.tensordot(
                np.linspace(0, g.dtype.type(1), num, endpoint, dtype=g.dtype), np.moveaxis(through_cast(g, ans), axis, 0), 1
            ),
            stop,
        )

    def pushforward_start(t, ans, start, stop, num=50, endpoint=True, *, dtype=None, axis=0):
        return cast_tangent(np.linspace(t, np.zeros(np.shape(stop), np.asarray(t).dtype), num, endpoint, axis=axis), ans)

    def pushforward_stop(t, ans, start, stop, num=50, endpoint=True, *, dtype=None, axis=0):
        return cast_tangent(np.linspace(np.zeros(np.shape(start), np.asarray(t).dtype), t, num, endpoint, axis=axis), ans)


@rule(
    np.arange,
    at=[(0.5, 3.25), (0.5, 3.0, 0.75), sample(2.5, -0.75, step=-0.5), (0.5, 3.25, 1, float), (0.5, 3.25, 1.5, int)],
)
class arange:
    """Where it stops counts as constant, and so does how many there are."""

    def pullback_start(g, ans, start, stop=None, step=1, dtype=None):
        return unbroadcast(np.sum(started(through_cast(g, ans), stop)), start)

    def pullback_stop(g, ans, start, stop=None, step=1, dtype=None):
        return 0.0

    def pullback_step(g, ans, start, stop=None, step=1, dtype=None):
        return unbroadcast(np.sum(through_cast(g, ans) * np.arange(len(ans))), step)

    def pushforward_start(t, ans, start, stop=None, step=1, dtype=None):
        return cast_tangent(np.full(np.shape(ans), started(t, stop)), ans)

    def pushforward_stop(t, ans, start, stop=None, step=1, dtype=None):
        return np.zeros_like(ans)

    def pushforward_step(t, ans, start, stop=None, step=1, dtype=None):
        return cast_tangent(t * np.arange(len(ans)), ans)


@linear(started, at=[(V, 2.5), (V, None)])
def started_rule(h, g, stop):
    return started(h, stop)


@rule(np.geomspace, at=[(0.5, 2.5, 5), (0.5, 1.5, 4, False), (abs(V), 2.5, 4), (2.5, abs(V), 4), *TURNED])
class geomspace:
    def pullback_start(g, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0):
        return unbroadcast(
            np.tensordot(
                np.linspace(g.dtype.type(1), 0, num, endpoint, dtype=g.dtype),
                np.moveaxis(through_cast(g, ans) * ans, axis, 0), 1,
            ) / start,
            start,
        )  # fmt: skip

    def pullback_stop(g, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0):
        return unbroadcast(
            np.tensordot(
                np.linspace(0, g.dtype.type(1), num, endpoint, dtype=g.dtype),
                np.moveaxis(through_cast(g, ans) * ans, axis, 0), 1,
            ) / stop,
            stop,
        )  # fmt: skip

    def pushforward_start(t, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0):
        return cast_tangent(
            np.moveaxis(t * np.moveaxis(ans, axis, 0) * (1 - ramp(num, endpoint, ans)) / start, 0, axis), ans
        )

    def pushforward_stop(t, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0):
        return cast_tangent(np.moveaxis(t * np.moveaxis(ans, axis, 0) * ramp(num, endpoint, ans) / stop, 0, axis), ans)


@rule(np.vander, at=[(V,), (V, 2), (V, 4, True), sample(V, increasing=True)])
class vander:
    """Each power's derivative; 0 of the power 0."""

    def pullback_x(g, ans, x, N=None, increasing=False):
        return vander_pullback(g, x, increasing)

    def pushforward_x(t, ans, x, N=None, increasing=False):
        return np.expand_dims(t, 1) * vander_slope(x, ans, increasing)
