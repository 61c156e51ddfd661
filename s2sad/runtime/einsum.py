"""Pullbacks of np.einsum, which are einsum again."""

from __future__ import annotations

import functools
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


Plan = tuple[str, str, str, list[int], list[int], tuple[int, ...]]


def transposed_einsum(place: int, args: tuple[Any, ...]) -> Plan | None:
    """The subscripts of the pullback, its axes and those of the operand, the places of the others, and where an axis is
    repeated to which shape; None of what is no operand.
    """
    text, places = _in_letters(args)
    if place not in places or np.asarray(args[place]).dtype.kind not in "fc":
        return None
    subscripts, wanted, own, others, gaps, shape = _plan(
        text, places.index(place), tuple([np.shape(args[i]) for i in places])
    )
    return subscripts, wanted, own, [places[i] for i in others], gaps, shape


@functools.lru_cache(maxsize=256)  # of what a loop contracts, each time around
def _plan(text: str, number: int, shapes: tuple[tuple[int, ...], ...]) -> Plan:
    """What `transposed_einsum` says of an operand, by numbers of operands."""
    terms, result = _terms(text, [len(shape) for shape in shapes])
    own, shape = terms[number], shapes[number]
    others = [i for i in range(len(terms)) if i != number]
    sizes = dict(zip(own, shape, strict=True))
    there = [c in result or any(_size(c, terms[i], shapes[i]) == n for i in others) for c, n in sizes.items()]
    kept = "".join(c for c, is_there in zip(sizes, there, strict=True) if is_there)
    gaps = [i for i, is_there in enumerate(there) if not is_there]
    subscripts = f"{','.join([result, *(terms[i] for i in others)])}->{kept}"
    return subscripts, "".join(sizes), own, others, gaps, tuple(sizes.values())


def on_diagonals(x: Any, axes: str, own: str) -> Any:
    """The array with the axes `own`, of which one that repeats stands for a diagonal: `x` there, and zero elsewhere."""
    sizes = dict(zip(axes, np.shape(x), strict=True))
    whole = np.zeros([sizes[letter] for letter in own], np.asarray(x).dtype)
    np.einsum(f"{own}->{axes}", whole)[...] = x  # a view
    return whole


def _size(letter: str, term: str, shape: tuple[int, ...]) -> int:
    return shape[term.index(letter)] if letter in term else -1


def contraction_order(optimize: Any, arrays: list[Any]) -> Any:
    """The option `optimize` for the pullback: as the user says, unless that is an order of contractions."""
    if isinstance(optimize, str):
        return optimize
    return len(arrays) > 2 or np.size(arrays[0]) > _LARGE


def _in_letters(args: tuple[Any, ...]) -> tuple[str, range]:
    """The subscripts as a text, and the places of the operands among the arguments."""
    if isinstance(args[0], str):
        return args[0].replace(" ", ""), range(1, len(args))
    places = range(0, len(args) - 1, 2)
    result = f"->{_spelled(args[-1])}" if len(args) % 2 else ""
    return ",".join([_spelled(args[i + 1]) for i in places]) + result, places


def _terms(text: str, ranks: list[int]) -> tuple[list[str], str]:
    """The subscripts of each operand, and of the result. Ellipses are written out."""
    left, arrow, result = text.partition("->")
    terms = left.split(",")
    used = "".join(terms)
    if not arrow:
        result = ("..." if "." in used else "") + "".join(sorted(c for c in set(used) if c != "." and used.count(c) == 1))
    spare = [c for c in _LETTERS if c not in used + result]
    hidden = [rank - len(t.replace("...", "")) if "." in t else 0 for rank, t in zip(ranks, terms, strict=True)]
    dots = spare[: max(hidden)]
    written = [t.replace("...", "".join(dots[len(dots) - n :])) for n, t in zip(hidden, terms, strict=True)]
    return written, result.replace("...", "".join(dots))


def _spelled(axes: Any) -> str:
    """A list of axes, such as [0, Ellipsis, 1], in letters."""
    return "".join("..." if axis is Ellipsis else _LETTERS[axis] for axis in axes)


def einsum_pushforward(t: Any, *args: Any) -> Any:
    """The tangent of np.einsum(*args) where `t` holds those of the arguments."""
    total: Any = 0
    for i in _in_letters(args)[1]:
        if not (isinstance(t[i], int) and t[i] == 0):
            total = total + np.einsum(*args[:i], np.broadcast_to(t[i], np.shape(args[i])), *args[i + 1 :])
    return total
