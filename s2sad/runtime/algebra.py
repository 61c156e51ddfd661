"""Pullbacks of products of arrays whose ranks are known only when the program runs.

Each is linear in the cotangent and in the other operand, so its derivatives are in this module too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.refusals import NoRule
from s2sad.runtime.shapes import unbroadcast


def dot_pullback_a(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` where `g` is that of np.dot(a, b)."""
    ranks = np.ndim(a), np.ndim(b)
    if ranks == (2, 2):
        found = np.dot(g, np.transpose(b))
    elif 0 in ranks:
        found = g * b
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
        found = a * g
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
        found = g * b
    elif ranks[1] == 1:
        found = np.expand_dims(g, -1) * b
    elif ranks[0] == 1:
        found = np.squeeze(np.matmul(b, np.expand_dims(g, -1)), -1)
    else:
        found = np.matmul(g, np.swapaxes(b, -1, -2))
    return unbroadcast(found, a)


def matmul_pullback_b(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` where `g` is that of a @ b."""
    ranks = np.ndim(a), np.ndim(b)
    if ranks == (1, 1):
        found = a * g
    elif ranks[0] == 1:
        found = np.expand_dims(a, -1) * np.expand_dims(g, -2)
    elif ranks == (2, 1):
        found = np.matmul(np.transpose(a), g)
    elif ranks[1] == 1:
        found = np.tensordot(g, a, np.ndim(g))
    else:
        found = np.matmul(np.swapaxes(a, -1, -2), g)
    return unbroadcast(found, b)


def inner_pullback_a(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `a` where `g` is that of np.inner(a, b)."""
    return tensordot_pullback_a(g, a, b, _INNER) if np.ndim(a) and np.ndim(b) else unbroadcast(g * b, a)


def inner_pullback_b(g: Any, a: Any, b: Any) -> Any:
    """The cotangent of `b` where `g` is that of np.inner(a, b)."""
    return tensordot_pullback_b(g, a, b, _INNER) if np.ndim(a) and np.ndim(b) else unbroadcast(a * g, b)


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
    found = np.tensordot(g, b, (list(range(len(kept_a), np.ndim(g))), kept_b))
    paired = [of_a[of_b.index(i)] for i in sorted(of_b)]  # tensordot leaves b's axes in b's order
    return unbroadcast(np.transpose(found, np.argsort(kept_a + paired)), a)


def tensordot_pullback_b(g: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """The cotangent of `b` where `g` is that of np.tensordot(a, b, axes)."""
    rank_a, rank_b = np.ndim(a), np.ndim(b)
    of_a, of_b = _contracted(axes, rank_a, rank_b)
    kept_a = [i for i in range(rank_a) if i not in of_a]
    kept_b = [i for i in range(rank_b) if i not in of_b]
    found = np.tensordot(a, g, (kept_a, list(range(len(kept_a)))))
    paired = [of_b[of_a.index(i)] for i in sorted(of_a)]
    return unbroadcast(np.transpose(found, np.argsort(paired + kept_b)), b)


def rows_outer(u: Any, x: Any, a: Any) -> Any:
    """The outer product of the solutions of two linear systems, summed over right sides: the shape of `a`.

    With u = solve(a.T, g) and x = solve(a, b), it is minus the cotangent of `a`.
    """
    if np.ndim(x) >= np.ndim(a):
        found = np.matmul(u, np.swapaxes(x, -1, -2))
    elif np.ndim(x) == 1 and np.ndim(a) == 2:
        found = np.outer(u, x)
    else:
        raise NoRule("solve with a stack of matrices and vectors: add an axis, b[..., None]")
    return unbroadcast(found, a)


def half_tril(x: Any) -> Any:
    """The lower triangle of `x` with half its diagonal."""
    return np.tril(x) - x * np.eye(np.shape(x)[-1], dtype=np.asarray(x).dtype) / 2


def lower_symmetric(x: Any) -> Any:
    """The symmetric matrix that has the lower triangle of `x`."""
    return np.tril(x) + np.swapaxes(np.tril(x, -1), -1, -2)


def lower_pullback(h: Any) -> Any:
    """The cotangent of x where `h` is that of lower_symmetric(x): both halves fold onto the lower one."""
    return np.tril(h) + np.tril(np.swapaxes(h, -1, -2), -1)


def slogdet_cotangent(g: Any, ans: Any) -> Any:
    """The cotangent of the logarithm in slogdet's result; that of a complex sign is refused."""
    if np.iscomplexobj(ans[0]) and not (isinstance(g[0], int) and g[0] == 0):
        raise NoRule("the derivative of the sign in slogdet of a complex matrix")
    return g[1]


# einsum -------------------------------------------------------------------------------------------


def _einsum_terms(subscripts: Any, operands: tuple[Any, ...]) -> tuple[list[str], str]:
    """The subscripts of each operand and of the result, the ellipsis written out in letters."""
    if not isinstance(subscripts, str):
        raise NoRule("np.einsum with axis lists; write the subscripts as a string")
    text = subscripts.replace(" ", "")
    left, arrow, result = text.partition("->")
    terms = left.split(",")
    if not arrow:
        letters = sorted(set(left) - set(",."))
        result = ("..." if "." in left else "") + "".join(c for c in letters if left.count(c) == 1)
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in text]
    extra = [np.ndim(x) - len(t.replace("...", "")) if "..." in t else 0 for t, x in zip(terms, operands, strict=True)]
    dots = spare[: max(extra)]
    written = [t.replace("...", "".join(dots[len(dots) - n :])) for t, n in zip(terms, extra, strict=True)]
    return written, result.replace("...", "".join(dots))


def _einsum_pullback_of(i: int, g: Any, terms: list[str], result: str, operands: tuple[Any, ...]) -> Any:
    """The cotangent of operand `i`: the result's cotangent contracted with the other operands."""
    term, operand = terms[i], operands[i]
    others = [k for k in range(len(terms)) if k != i]
    inputs = [result, *(terms[k] for k in others)]
    arrays = [g, *(operands[k] for k in others)]
    present = set("".join(inputs))
    wanted = "".join(dict.fromkeys(c for c in term if c in present))
    large = len(arrays) > 2 or np.size(g) > 1000  # where planning the contraction pays
    # Axes of length 1 that broadcast against longer ones are summed by unbroadcast at the end.
    found = np.einsum(",".join(inputs) + "->" + wanted, *arrays, optimize=large)
    sizes = {c: found.shape[wanted.index(c)] for c in wanted}
    letters = list(dict.fromkeys(term))
    shape = np.shape(operand)
    full = [sizes.get(c, shape[term.index(c)]) for c in letters]
    spread = np.broadcast_to(
        np.reshape(found, [sizes.get(c, 1) for c in sorted(letters, key=_order(wanted))]),
        [full[letters.index(c)] for c in sorted(letters, key=_order(wanted))],
    )
    spread = np.transpose(spread, [sorted(letters, key=_order(wanted)).index(c) for c in letters])
    if len(letters) < len(term):  # a repeated index reads a diagonal, so only the diagonal has a cotangent
        diagonal = np.zeros([shape[k] for k in range(len(term))], spread.dtype)
        at = np.ix_(*(np.arange(n) for n in full))
        diagonal[tuple(at[letters.index(c)] for c in term)] = spread
        spread = diagonal
    return unbroadcast(spread, operand)


def _order(wanted: str) -> Any:
    return lambda c: wanted.index(c) if c in wanted else len(wanted)


def einsum_pullback(g: Any, subscripts: Any, *operands: Any) -> Any:
    """The cotangents of the operands where `g` is that of np.einsum(subscripts, *operands)."""
    terms, result = _einsum_terms(subscripts, operands)
    return ListBar(_einsum_pullback_of(i, g, terms, result, operands) for i in range(len(operands)))


def _replaced(operands: tuple[Any, ...], i: int, new: Any) -> list[Any]:
    return [new if k == i else x for k, x in enumerate(operands)]


def _is_zero(x: Any) -> bool:
    return isinstance(x, int) and x == 0


def einsum_pushforward(t: Any, subscripts: Any, *operands: Any) -> Any:
    """The tangent of np.einsum(subscripts, *operands) where `t` holds those of the operands."""
    parts = [
        np.einsum(subscripts, *_replaced(operands, i, np.broadcast_to(d, np.shape(operands[i]))))
        for i, d in enumerate(t)
        if not _is_zero(d)
    ]
    return sum(parts[1:], parts[0]) if parts else 0 * np.einsum(subscripts, *operands)


def einsum_curvature(h: Any, g: Any, subscripts: Any, *operands: Any) -> Any:
    """The cotangents of the operands where `h` holds those of einsum_pullback's results."""
    total = ListBar([0] * len(operands))
    for i, d in enumerate(h):
        if not _is_zero(d):
            part = einsum_pullback(g, subscripts, *_replaced(operands, i, np.broadcast_to(d, np.shape(operands[i]))))
            part[i] = 0
            total = total + part
    return total
