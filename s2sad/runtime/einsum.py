"""Pullbacks of np.einsum, which are einsum again."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.shapes import as_operand, unbroadcast

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LARGE = 1000  # from here on planning the contraction of two operands pays


def einsum_pullback(g: Any, place: Any, *args: Any, optimize: Any = False) -> Any:
    """The cotangent of `args[place]` where `g` is that of np.einsum(*args); of all of them where `place` is None.

    It is the result's cotangent contracted with the other operands. An axis that only this operand has, or only it at
    full length, was summed: its cotangent is repeated.
    """
    if place is None:
        return ListBar([einsum_pullback(g, i, *args, optimize=optimize) for i in range(len(args))])
    plan = transposed_einsum(place, args)
    if plan is None:
        return 0
    subscripts, wanted, own, others, gaps, shape = plan
    arrays = [g, *[args[i] for i in others]]
    if others and subscripts[0] == ",":  # a number, which may as well be a factor of one of the others
        subscripts, arrays = subscripts[1:], [*arrays[1:-1], g * as_operand(arrays[-1])]
    found = np.einsum(subscripts, *arrays, optimize=contraction_order(optimize, arrays))
    if gaps:
        found = np.broadcast_to(np.expand_dims(found, gaps), shape)
    if own != wanted:
        found = on_diagonals(found, wanted, own)
    return unbroadcast(found, as_operand(args[place]))  # axes of length 1 were stretched


def transposed_einsum(place: int, args: tuple[Any, ...]) -> tuple[str, str, str, list[int], list[int], list[int]] | None:
    """The subscripts of the pullback, its axes and those of the operand, the places of the others, and where an axis is
    repeated to which shape; None of what is no operand."""
    terms, result = _terms(args)
    if place not in terms or np.asarray(args[place]).dtype.kind not in "fc":
        return None
    own = terms.pop(place)
    sizes = dict(zip(own, np.shape(args[place]), strict=True))
    there = [c in result or any(_size(c, t, args[i]) == n for i, t in terms.items()) for c, n in sizes.items()]
    kept = "".join(c for c, is_there in zip(sizes, there, strict=True) if is_there)
    gaps = [i for i, is_there in enumerate(there) if not is_there]
    subscripts = f"{','.join([result, *terms.values()])}->{kept}"
    return subscripts, "".join(sizes), own, list(terms), gaps, list(sizes.values())


def on_diagonals(x: Any, axes: str, own: str) -> Any:
    """The array with the axes `own`, of which one that repeats stands for a diagonal: `x` there, and zero elsewhere."""
    sizes = dict(zip(axes, np.shape(x), strict=True))
    whole = np.zeros([sizes[letter] for letter in own], np.asarray(x).dtype)
    np.einsum(f"{own}->{axes}", whole)[...] = x  # a view
    return whole


def _size(letter: str, term: str, operand: Any) -> int:
    return int(np.shape(operand)[term.index(letter)]) if letter in term else -1


def contraction_order(optimize: Any, arrays: list[Any]) -> Any:
    """The option `optimize` for the pullback: as the user says, unless that is an order of contractions."""
    if isinstance(optimize, str):
        return optimize
    return len(arrays) > 2 or np.size(arrays[0]) > _LARGE


def _terms(args: tuple[Any, ...]) -> tuple[dict[int, str], str]:
    """The subscripts of each operand, by its place among the arguments, and of the result. Ellipses are written out."""
    if isinstance(args[0], str):
        left, arrow, result = args[0].replace(" ", "").partition("->")
        terms = dict(enumerate(left.split(","), start=1))
    else:
        terms = {i: _spelled(args[i + 1]) for i in range(0, len(args) - 1, 2)}
        arrow = "->" if len(args) % 2 else ""
        result = _spelled(args[-1]) if arrow else ""
    used = "".join(terms.values())
    if not arrow:
        result = ("..." if "." in used else "") + "".join(sorted(c for c in set(used) if c != "." and used.count(c) == 1))
    spare = [c for c in _LETTERS if c not in used + result]
    hidden = {i: np.ndim(args[i]) - len(t.replace("...", "")) if "." in t else 0 for i, t in terms.items()}
    dots = spare[: max(hidden.values())]
    written = {i: t.replace("...", "".join(dots[len(dots) - hidden[i] :])) for i, t in terms.items()}
    return written, result.replace("...", "".join(dots))


def _spelled(axes: Any) -> str:
    """A list of axes, such as [0, Ellipsis, 1], in letters."""
    return "".join("..." if axis is Ellipsis else _LETTERS[axis] for axis in axes)


def einsum_pushforward(t: Any, *args: Any) -> Any:
    """The tangent of np.einsum(*args) where `t` holds those of the arguments."""
    total: Any = 0
    for i in _terms(args)[0]:
        if not (isinstance(t[i], int) and t[i] == 0):
            total = total + np.einsum(*args[:i], np.broadcast_to(t[i], np.shape(args[i])), *args[i + 1 :])
    return total
