"""Pullbacks of kron, cross and the products of stacked vectors and matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.refusals import NoRule
from s2sad.runtime.shapes import unbroadcast
from s2sad.runtime.slopes import conjugate


def kron_pullback_a(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` where `g` is that of np.kron(a, b): each block of `g` contracted with `b`."""
    _, of_b, both, rank = kron_shapes(a, b)
    found = np.tensordot(np.reshape(g, both), np.reshape(b, of_b), (range(1, 2 * rank, 2), range(rank)))
    return unbroadcast(np.reshape(found, np.shape(a)), a)


def kron_pullback_b(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` where `g` is that of np.kron(a, b): the blocks of `g` weighted by `a`."""
    of_a, _, both, rank = kron_shapes(a, b)
    found = np.tensordot(np.reshape(a, of_a), np.reshape(g, both), (range(rank), range(0, 2 * rank, 2)))
    return unbroadcast(np.reshape(found, np.shape(b)), b)


def kron_shapes(a: Any, b: Any) -> tuple[Any, Any, Any, int]:
    """The shapes of `a` and `b` with equally many axes, that of np.kron(a, b) with one of each in turn, and their number."""
    rank = max(np.ndim(a), np.ndim(b))
    of_a, of_b = ((1,) * (rank - np.ndim(x)) + np.shape(x) for x in (a, b))
    return of_a, of_b, [n for pair in zip(of_a, of_b, strict=True) for n in pair], rank


def cross_pullback_a(g: Any, a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.cross(a, b, ...): b x g."""
    return -cross_pullback_b(g, b, a, axisb, axisa, axisc, axis)


def cross_pullback_b(g: Any, a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Any:
    """The cotangent of `b` where `g` is that of np.cross(a, b, ...): g x a."""
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    rows_a, rows_b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if np.shape(rows_a)[-1] == 2 or np.shape(rows_b)[-1] == 2:
        raise NoRule("np.cross of vectors with two elements", "write x[0] * y[1] - x[1] * y[0]")
    return np.moveaxis(unbroadcast(np.cross(np.moveaxis(g, axisc, -1), rows_a), rows_b), -1, axisb)


def vecdot_pullback_a(g: Any, a: Any, b: Any, axis: int = -1) -> Any:
    """The cotangent of `a`, which is conjugated, where `g` is that of np.vecdot(a, b, axis=axis)."""
    rows_a, rows_b = np.moveaxis(a, axis, -1), np.moveaxis(b, axis, -1)
    return np.moveaxis(unbroadcast(conjugate(np.expand_dims(g, -1) * rows_b), rows_a), -1, axis)


def vecdot_pullback_b(g: Any, a: Any, b: Any, axis: int = -1) -> Any:
    """The cotangent of `b` where `g` is that of np.vecdot(a, b, axis=axis)."""
    rows_a, rows_b = np.moveaxis(a, axis, -1), np.moveaxis(b, axis, -1)
    return np.moveaxis(unbroadcast(np.expand_dims(g, -1) * conjugate(rows_a), rows_b), -1, axis)


def column(x: Any) -> Any:
    """Stacked vectors as matrices of one column."""
    return np.expand_dims(x, -1)


def row(x: Any) -> Any:
    """Stacked vectors as matrices of one row."""
    return np.expand_dims(x, -2)


def multi_dot_pullback(g: Any, arrays: Any, place: Any = None) -> Any:
    """The cotangents of the arrays where `g` is that of np.linalg.multi_dot(arrays); that of `arrays[place]` alone."""
    if place is None:
        return ListBar([multi_dot_pullback(g, arrays, i) for i in range(len(arrays))])
    first, last = np.atleast_2d(arrays[0]), column(arrays[-1]) if np.ndim(arrays[-1]) == 1 else arrays[-1]
    matrices = [first, *arrays[1:-1], last]
    middle = np.reshape(g, (np.shape(first)[0], np.shape(last)[1]))
    transposed = [np.transpose(m) for m in matrices]
    chain = [*transposed[:place][::-1], middle, *transposed[place + 1 :][::-1]]
    return unbroadcast(np.reshape(np.linalg.multi_dot(chain), np.shape(arrays[place])), arrays[place])


def multi_dot_pushforward(t: Any, arrays: Any) -> Any:
    """The tangent of np.linalg.multi_dot(arrays) where `t` holds those of the arrays."""
    total: Any = 0
    for i, tangent in enumerate(t):
        total = total + np.linalg.multi_dot([*arrays[:i], np.broadcast_to(tangent, np.shape(arrays[i])), *arrays[i + 1 :]])
    return total
