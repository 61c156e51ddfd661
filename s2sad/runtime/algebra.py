"""Pullbacks of products of arrays whose ranks are known only when the program runs.

Each is linear in the cotangent and in the other operand, so its derivatives are in this module too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.shapes import as_operand, unbroadcast


def dot_pullback_a(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` where `g` is that of np.dot(a, b)."""
    ranks = np.ndim(a), np.ndim(b)
    if ranks == (2, 2):
        found = np.dot(g, np.transpose(b))
    elif 0 in ranks:
        found = np.multiply(g, b)
    elif ranks[1] == 1:
        found = np.multiply.outer(g, b)
    else:
        free = tuple(range(ranks[0] - 1, np.ndim(g)))
        found = np.tensordot(g, b, (free, (*range(ranks[1] - 2), ranks[1] - 1)))
    return unbroadcast(found, a)


def dot_pullback_b(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` where `g` is that of np.dot(a, b)."""
    ranks = np.ndim(a), np.ndim(b)
    if ranks == (2, 2):
        found = np.dot(np.transpose(a), g)
    elif 0 in ranks:
        found = np.multiply(a, g)
    else:
        free = tuple(range(ranks[0] - 1))
        found = np.tensordot(a, g, (free, free))
        if ranks[1] > 1:
            found = np.moveaxis(found, 0, -2)
    return unbroadcast(found, b)


def matmul_pullback_a(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` where `g` is that of a @ b."""
    ranks = np.ndim(a), np.ndim(b)
    if ranks == (1, 1):
        found = np.multiply(g, b)
    elif ranks[1] == 1:
        found = np.expand_dims(g, -1) * b
    elif ranks[0] == 1:
        found = np.squeeze(np.matmul(b, np.expand_dims(g, -1)), -1)
    else:
        found = np.matmul(g, np.swapaxes(b, -1, -2))
    return unbroadcast(found, as_operand(a))


def matmul_pullback_b(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` where `g` is that of a @ b."""
    ranks = np.ndim(a), np.ndim(b)
    if ranks == (1, 1):
        found = np.multiply(a, g)
    elif ranks[0] == 1:
        found = np.expand_dims(a, -1) * np.expand_dims(g, -2)
    elif ranks == (2, 1):
        found = np.matmul(np.transpose(a), g)
    elif ranks[1] == 1:
        found = np.tensordot(g, a, np.ndim(g))
    else:
        found = np.matmul(np.swapaxes(a, -1, -2), g)
    return unbroadcast(found, as_operand(b))


def inner_pullback_a(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` where `g` is that of np.inner(a, b)."""
    return tensordot_pullback_a(g, a, b, _INNER) if np.ndim(a) and np.ndim(b) else unbroadcast(np.multiply(g, b), a)


def inner_pullback_b(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` where `g` is that of np.inner(a, b)."""
    return tensordot_pullback_b(g, a, b, _INNER) if np.ndim(a) and np.ndim(b) else unbroadcast(np.multiply(a, g), b)


_INNER = (-1, -1)


def _contracted(axes: Any, rank_a: int, rank_b: int) -> tuple[list[int], list[int]]:
    if isinstance(axes, (int, np.integer)):
        return list(range(rank_a - int(axes), rank_a)), list(range(int(axes)))
    of_a, of_b = ([n] if isinstance(n, (int, np.integer)) else list(n) for n in axes)
    return [int(i) % rank_a for i in of_a], [int(i) % rank_b for i in of_b]


def tensordot_pullback_a(g: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The cotangent of `a` where `g` is that of np.tensordot(a, b, axes)."""
    rank_a, rank_b = np.ndim(a), np.ndim(b)
    of_a, of_b = _contracted(axes, rank_a, rank_b)
    kept_a = [i for i in range(rank_a) if i not in of_a]
    kept_b = [i for i in range(rank_b) if i not in of_b]
    paired = [of_b[of_a.index(i)] for i in sorted(of_a)]
    found = np.tensordot(g, np.transpose(b, kept_b + paired), len(kept_b))
    return unbroadcast(np.transpose(found, np.argsort(kept_a + sorted(of_a))), a)


def tensordot_pullback_b(g: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The cotangent of `b` where `g` is that of np.tensordot(a, b, axes)."""
    rank_a, rank_b = np.ndim(a), np.ndim(b)
    of_a, of_b = _contracted(axes, rank_a, rank_b)
    kept_a = [i for i in range(rank_a) if i not in of_a]
    kept_b = [i for i in range(rank_b) if i not in of_b]
    paired = [of_a[of_b.index(i)] for i in sorted(of_b)]
    found = np.tensordot(np.transpose(a, paired + kept_a), g, len(kept_a))
    return unbroadcast(np.transpose(found, np.argsort(sorted(of_b) + kept_b)), b)
