"""What the annotations of a function's parameters promise, read off the function itself: no text is
needed.
"""

from __future__ import annotations

import types
import typing
from typing import Any

import numpy as np

_NAMES = {
    "float": "float",
    "int": "int",
    "list": "list",
    "tuple": "tuple",
    "np.ndarray": "array",
    "numpy.ndarray": "array",
    "ndarray": "array",
    "NDArray": "array",
}


def promised_kinds(function: types.FunctionType) -> dict[str, str]:
    """The parameters that are said to be floats, ints, lists, tuples or arrays.

    >>> def f(x: float, n: int, a: "np.ndarray", ys: list[float], other): ...
    >>> promised_kinds(f)
    {'x': 'float', 'n': 'int', 'a': 'array', 'ys': 'list'}
    """
    try:
        annotations = function.__annotations__
    except Exception:  # evaluated only now, since Python 3.14: it may name what does not exist
        return {}
    if not annotations:
        return {}
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    found = {name: _kind(annotations.get(name)) for name in names}
    return {name: kind for name, kind in found.items() if kind}


def _kind(annotation: Any) -> str:
    if isinstance(annotation, str):
        return _NAMES.get(annotation.strip("'\"").split("[")[0], "")
    kind = typing.get_origin(annotation) or annotation
    if kind in (float, int, list, tuple):
        return str(kind.__name__)
    return "array" if kind is np.ndarray else ""
