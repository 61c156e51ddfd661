"""The forms that the input of a function may have: each changes the arrays and numbers of a sample point.

A form that the function itself does not take is no form of its input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from s2sad.adjoints.registry import Sample
from s2sad.testing.structures import is_inexact

Change = Callable[[Any], Any]


def _of_arrays(change: Change) -> Change:
    return lambda x: change(x) if isinstance(x, np.ndarray) and x.ndim > 0 else x


def _of_numbers(change: Change) -> Change:
    return lambda x: change(x) if type(x) in (float, complex) else x


def _of_reals(change: Change) -> Change:
    """Of floats. An array stays one, also where it has no axis."""

    def changed(x: Any) -> Any:
        if not is_inexact(x) or np.iscomplexobj(x):
            return x
        return np.asarray(change(x)) if isinstance(x, np.ndarray) else change(x)

    return changed


# The same numbers, so that derivatives are the same -----------------------------------------------


def read_only(x: Any) -> Any:
    if not isinstance(x, np.ndarray):
        return x
    x = x.copy()
    x.flags.writeable = False
    return x


def _strided(x: Any) -> Any:
    return np.repeat(x, 2, axis=-1)[..., ::2]


def _backwards(x: Any) -> Any:
    turned = (slice(None, None, -1),) * x.ndim
    return x[turned].copy()[turned]


LAYOUTS: dict[str, Change] = {
    "strided arrays": _of_arrays(_strided),
    "arrays that run backwards": _of_arrays(_backwards),
    "arrays in Fortran's order": _of_arrays(lambda x: np.asfortranarray(x) if x.ndim > 1 else x),
    "NumPy's numbers": _of_numbers(lambda x: np.asarray(x)[()]),
    "arrays without an axis": _of_numbers(np.asarray),
}


def _whole(x: Any) -> Any:
    return np.sign(x) * np.ceil(np.abs(x))


def _large(x: Any) -> Any:
    """As large as eight bits hold: a square overflows."""
    return np.clip(_whole(40 * x), -127, 127)


def _as(dtype: type, change: Change) -> Change:
    return _of_reals(lambda x: change(x).astype(dtype) if np.all(np.isfinite(x)) else x)


#: Of the other arguments: floats that integers or truth values can stand for, and these.
WHOLE: dict[str, tuple[Change, Change]] = {
    "integers": (_of_reals(_whole), _as(int, _whole)),
    "integers of eight bits": (_of_reals(_large), _as(np.int8, _large)),
    "truth values": (_of_reals(lambda x: np.float64(1) * (x > 0)), _of_reals(lambda x: x > 0)),
}


# Other numbers ------------------------------------------------------------------------------------

#: Of differentiable arguments.
POINTS: dict[str, Change] = {
    "complex numbers": _of_reals(lambda x: x * (1 + 0.25j) + 0.14j),
    "no element in the first axis": _of_arrays(lambda x: x[:0]),
    "no element in the last axis": _of_arrays(lambda x: x[..., :0]),
}

_SHAPES = [((3, 1), (2,), (1, 2)), ((), (2,), ()), ((2, 3), (), (3,)), ((0,), (1,), ()), ((1, 1), (0,), (2, 1))]


def broadcasts(point: Sample) -> Iterator[Sample]:
    """Arrays of the shapes that are broadcast with each other, filled with the first number of each argument."""
    for shapes in _SHAPES if len(point.args) > 1 else ():
        yield Sample(tuple(_filled(s, x) for s, x in zip(shapes, point.args, strict=False)), point.kwargs)


def _filled(shape: tuple[int, ...], x: Any) -> Any:
    return np.full(shape, np.ravel(x)[0]) if is_inexact(x) and np.size(x) else x


# Other precisions ---------------------------------------------------------------------------------

#: With what their complex numbers are made of; a half has none.
PRECISIONS: dict[Any, Any] = {np.float16: np.complex64, np.float32: np.complex64, np.longdouble: np.clongdouble}


def in_precision(kind: Any) -> Change:
    """What is longer than a double gets digits that a double would lose."""

    def change(x: Any) -> Any:
        if not is_inexact(x):
            return x
        made = np.asarray(x).astype(PRECISIONS[kind] if np.iscomplexobj(x) else kind)
        made = np.asarray(made * (1 + kind(2) ** -58)) if kind is np.longdouble else made
        return made if isinstance(x, np.ndarray) else made[()]

    return change


def arrays_only(change: Change) -> Change:
    """Python's numbers stay, which take on the precision of what they meet."""
    return lambda x: change(x) if isinstance(x, np.ndarray) else x
