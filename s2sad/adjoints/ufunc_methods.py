"""Methods of ufuncs (`np.add.reduce`), as the functions whose rules they share. Their axis is the first one."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import nondifferentiable, rule, sample
from s2sad.runtime import (
    collected,
    cumprod_pullback,
    cumprod_pushforward,
    cumsum_pullback,
    first_against_others,
    leaders,
    prod_others,
    prod_pullback,
    reduceat_pullback,
    scattered,
    ties,
    unbroadcast,
    unreduce,
    unreduce_where,
)

V = np.array([0.5, -1.5, 2.0, 3.5])
T = np.sin(np.arange(24.0) ** 2).reshape(2, 3, 4)
MASK = np.array([[True, False], [False, True], [True, True]])
AXES = [(V,), (A,), (A, 1), (A, None), (T, (0, -1)), sample(T, axis=1, keepdims=True)]
WHERE = [sample(A, where=MASK, initial=1.5), sample(A, axis=1, where=MASK, initial=2.5)]


nondifferentiable(first_against_others, leaders)


@rule(np.add.reduce, at=[*AXES, *WHERE])
class add_reduce:
    def pullback_array(g, ans, array, axis=0, *, keepdims=False, initial=0, where=True):
        return unreduce_where(g, array, axis, keepdims, where)

    def pushforward_array(t, ans, array, axis=0, *, keepdims=False, initial=0, where=True):
        return np.sum(t, axis=axis, keepdims=keepdims, where=where)


@rule(np.multiply.reduce, at=[*AXES, *WHERE])
class multiply_reduce:
    """The product of the others for each element, also where some are zero."""

    def pullback_array(g, ans, array, axis=0, *, keepdims=False, initial=1, where=True):
        if where is True and initial == 1:
            return prod_pullback(g, array, axis, keepdims, ans)
        return unreduce_where(g * initial, array, axis, keepdims, where) * prod_others(np.where(where, array, 1), axis)

    def pushforward_array(t, ans, array, axis=0, *, keepdims=False, initial=1, where=True):
        return initial * np.sum(t * prod_others(np.where(where, array, 1), axis), axis=axis, keepdims=keepdims, where=where)


@rule(np.maximum.reduce, np.minimum.reduce, at=[*AXES, *WHERE])
class maximum_reduce:
    """A tie splits evenly; `initial` takes half of one."""

    def pullback_array(g, ans, array, axis=0, *, keepdims=False, initial=None, where=True):
        return unreduce(g, array, axis, keepdims) * ties(array, ans, axis, keepdims, initial, where)

    def pushforward_array(t, ans, array, axis=0, *, keepdims=False, initial=None, where=True):
        return np.sum(t * ties(array, ans, axis, keepdims, initial, where), axis=axis, keepdims=keepdims)


@rule(np.logaddexp.reduce, at=AXES)
class logaddexp_reduce:
    """The share of each in the sum."""

    def pullback_array(g, ans, array, axis=0, *, keepdims=False):
        return unreduce(g, array, axis, keepdims) * np.exp(array - unreduce(ans, array, axis, keepdims))

    def pushforward_array(t, ans, array, axis=0, *, keepdims=False):
        return np.sum(t * np.exp(array - unreduce(ans, array, axis, keepdims)), axis=axis, keepdims=keepdims)


@rule(np.subtract.reduce, at=[(V,), (A,), (A, 1), sample(T, axis=-1, keepdims=True), (V[:1],)])
class subtract_reduce:
    """The first element less the others."""

    def pullback_array(g, ans, array, axis=0, *, keepdims=False):
        return unbroadcast(unreduce(g, array, axis, keepdims) * first_against_others(array, axis), array)

    def pushforward_array(t, ans, array, axis=0, *, keepdims=False):
        return np.sum(t * first_against_others(array, axis), axis=axis, keepdims=keepdims)


@rule(np.divide.reduce, at=[(V,), (A,), (A, 1), sample(T + 2, axis=-1, keepdims=True)])
class divide_reduce:
    """The first element over the others."""

    def pullback_array(g, ans, array, axis=0, *, keepdims=False):
        return unbroadcast(unreduce(g * ans, array, axis, keepdims) * first_against_others(array, axis) / array, array)

    def pushforward_array(t, ans, array, axis=0, *, keepdims=False):
        return ans * np.sum(t * first_against_others(array, axis) / array, axis=axis, keepdims=keepdims)


@rule(np.maximum.accumulate, np.minimum.accumulate, at=[(V,), (A,), (A, 1), (T, -1), ([0.5, 2.5, 1.5],)])
class maximum_accumulate:
    """Of equal elements the first one is taken."""

    def pullback_array(g, ans, array, axis=0):
        return scattered(g, leaders(ans, axis), array)

    def pushforward_array(t, ans, array, axis=0):
        return collected(t, leaders(ans, axis))


@rule(np.subtract.accumulate, at=[(V,), (A,), (A, 1), (T, -1)])
class subtract_accumulate:
    def pullback_array(g, ans, array, axis=0):
        return unbroadcast(cumsum_pullback(g, array, axis) * first_against_others(array, axis), array)

    def pushforward_array(t, ans, array, axis=0):
        return np.cumsum(t * first_against_others(array, axis), axis=axis)


@rule(np.divide.accumulate, at=[(V,), (A,), (A, 1), (T + 2, -1)])
class divide_accumulate:
    def pullback_array(g, ans, array, axis=0):
        return unbroadcast(cumsum_pullback(g * ans, array, axis) * first_against_others(array, axis) / array, array)

    def pushforward_array(t, ans, array, axis=0):
        return ans * np.cumsum(t * first_against_others(array, axis) / array, axis=axis)


@rule(np.add.accumulate, at=[(V,), (A,), (A, 1), (T, -1)])
class add_accumulate:
    def pullback_array(g, ans, array, axis=0):
        return cumsum_pullback(g, array, axis)

    def pushforward_array(t, ans, array, axis=0):
        return np.cumsum(t, axis=axis)


@rule(np.multiply.accumulate, at=[(V,), (A,), (A, 1), (T, -1)])
class multiply_accumulate:
    """Right also where some elements are zero."""

    def pullback_array(g, ans, array, axis=0):
        return cumprod_pullback(g, array, axis, ans)

    def pushforward_array(t, ans, array, axis=0):
        return cumprod_pushforward(t, array, axis)


@rule(np.add.reduceat, at=[(V, [0, 2]), (V, [0, 3, 1]), (A, [0, 1], 1), (T, [2, 0, 1], 1)])
class add_reduceat:
    def pullback_array(g, ans, array, indices, axis=0):
        return reduceat_pullback(g, array, indices, axis)

    def pushforward_array(t, ans, array, indices, axis=0):
        return np.add.reduceat(t, indices, axis)


WITH_RULES = {
    "reduce": "of np.add, subtract, multiply, divide, maximum, minimum and logaddexp; refused of others",
    "accumulate": "of np.add, subtract, multiply, divide, maximum and minimum; refused of others",
    "reduceat": "of np.add; refused of others",
    "outer": "of every ufunc of two arguments that has a rule",
}
"""Of which ufuncs the methods have rules."""
