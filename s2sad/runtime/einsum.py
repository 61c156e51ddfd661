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

    It is the result's cotangent contracted with the other operands. An axis that only this operand has, or
    only it at full length, was summed: its cotangent is repeated, the product with ones. An axis that it has twice was read
    along the diagonal, so that only the diagonal has a cotangent: the product with the identity.
    """
    if place is None:
        return ListBar([einsum_pullback(g, i, *args, optimize=optimize) for i in range(len(args))])
    plan = transposed_einsum(place, args)
    if plan is None:
        return 0
    subscripts, others, factors = plan
    arrays = [g, *[args[i] for i in others], *factors]
    found = np.einsum(subscripts, *arrays, optimize=contraction_order(optimize, arrays))
    shape = np.shape(args[place])
    whole = np.broadcast_shapes(np.shape(found), shape)  # along an axis on which the others have length 1
    if np.shape(found) != whole:
        found = np.broadcast_to(found, whole).copy()
    return unbroadcast(found, as_operand(args[place]))  # axes of length 1 were stretched


def transposed_einsum(place: int, args: tuple[Any, ...]) -> tuple[str, list[int], list[Any]] | None:
    """The subscripts of the pullback, the places of the operands in it, and the ones and identities; None of what is no
    operand."""
    terms, result = _terms(args)
    if place not in terms or np.asarray(args[place]).dtype.kind not in "fc":
        return None
    operand, own = args[place], terms.pop(place)
    inputs, factors, wanted = [result, *terms.values()], [], ""
    spare = [c for c in _LETTERS if c not in own + "".join(inputs)]
    for letter, size in zip(own, np.shape(operand), strict=True):
        dtype = np.asarray(operand).dtype
        if letter in wanted:
            inputs.append(letter + (twin := spare.pop()))
            factors.append(np.eye(size, dtype=dtype))
            letter = twin
        elif not (letter in result or any(_size(letter, t, args[i]) == size for i, t in terms.items())):
            inputs.append(letter)
            factors.append(np.ones(size, dtype))
        wanted += letter
    return f"{','.join(inputs)}->{wanted}", list(terms), factors


def _size(letter: str, term: str, operand: Any) -> int:
    return int(np.shape(operand)[term.index(letter)]) if letter in term else 0


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
