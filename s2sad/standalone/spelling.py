"""Values written as Python expressions that give them back, bit for bit."""

from __future__ import annotations

import builtins
import math
import sys
from typing import Any

import numpy as np

#: Larger arrays are data, and belong into a file or an argument.
LARGEST_ARRAY = 1000


class Unspellable(Exception):
    """No expression gives this value; the message says what it is."""


def spelled(value: Any) -> str:
    """An expression of literals, builtins and `np` (NumPy) that evaluates to an equal value of the same type.

    >>> spelled({"rate": float("inf"), "steps": (1, -2)})
    "{'rate': float('inf'), 'steps': (1, -2)}"
    >>> spelled(np.array([0.1, 0.2], dtype=np.float32))
    'np.array([0.1, 0.2], dtype=np.float32)'
    """
    kind = type(value)
    if value is None or value is Ellipsis or value is NotImplemented or kind in (bool, int, str, bytes):
        return repr(value)
    if kind is float:
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    if kind is complex:
        return _complex(value)
    if kind in (tuple, list, set, frozenset):
        return _sequence(value)
    if kind is dict:
        return "{" + ", ".join(f"{spelled(k)}: {spelled(v)}" for k, v in value.items()) + "}"
    if kind is range:
        return repr(value)
    if kind is slice:
        return f"slice({spelled(value.start)}, {spelled(value.stop)}, {spelled(value.step)})"
    if isinstance(value, type):
        return _type(value)
    if isinstance(value, np.generic):
        return _scalar(value)
    if kind is np.ndarray:
        return _array(value)
    if isinstance(value, np.dtype) and value.kind in "fiubc":
        return f"np.dtype({value.name!r})"
    raise Unspellable(f"an object of type {kind.__qualname__}")


def _complex(value: complex) -> str:
    text = f"complex({spelled(value.real)}, {spelled(value.imag)})"
    short = repr(value)
    if not (math.isfinite(value.real) and math.isfinite(value.imag)):
        return text
    # `-0j` and its like lose the sign of a zero
    return short if repr(eval(short, {"__builtins__": {}})) == short and "-0" not in short else text


def _sequence(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"frozenset({_sequence(set(value))})" if value else "frozenset()"
    if isinstance(value, set):  # in an order that does not depend on the hash seed
        return "{" + ", ".join(sorted(map(spelled, value))) + "}" if value else "set()"
    parts = ", ".join(map(spelled, value))
    if isinstance(value, list):
        return f"[{parts}]"
    return f"({parts},)" if len(value) == 1 else f"({parts})"


def _type(value: type) -> str:
    name: str = value.__name__
    if getattr(builtins, name, None) is value:
        return name
    if getattr(np, name, None) is value:
        return f"np.{name}"
    raise Unspellable(f"the class {value.__qualname__}")


def _scalar(value: np.generic) -> str:
    if value.dtype.kind not in "fiubc" or value.dtype.itemsize > np.dtype(complex).itemsize:
        raise Unspellable(f"a NumPy scalar of type {value.dtype}")
    return f"{_type(type(value))}({_leaf(value)})"


def _leaf(value: np.generic) -> str:
    """The shortest number that becomes `value` in its type."""
    if isinstance(value, np.floating) and np.isfinite(value):
        short = float(str(value))
        if type(value)(short) == value:
            return repr(short)
    return spelled(value.item())


def _array(value: np.ndarray[Any, Any]) -> str:
    dtype = value.dtype
    if dtype.kind not in "fiubc" or dtype.itemsize > np.dtype(complex).itemsize or not dtype.isnative:
        raise Unspellable(f"an array of {dtype}")
    if value.size > LARGEST_ARRAY:
        raise Unspellable(f"an array of {value.size} numbers")
    default = dtype in (np.dtype(float), np.dtype(bool), np.dtype(complex), np.dtype(np.int64))
    suffix = "" if default else f", dtype={_type(dtype.type)}"
    if value.size == 0:
        return f"np.zeros({value.shape!r}, dtype={_type(dtype.type)})"
    if dtype.kind == "c" or value.ndim == 0:
        text = f"np.array({spelled(value.tolist())}{suffix})"
    else:
        text = f"np.array({_rows(value)}{suffix})"
    again = eval(text, {"np": np})
    same = again.tobytes() == value.tobytes() or np.array_equal(again, value, equal_nan=True)
    return text if again.dtype == dtype and same else f"np.array({spelled(value.tolist())}{suffix})"


def _rows(value: np.ndarray[Any, Any]) -> str:
    """The numbers in rows and columns, each with as many digits as tell it from its neighbours."""
    text = np.array2string(
        value, separator=", ", threshold=sys.maxsize, floatmode="unique", max_line_width=88,
        formatter={"float_kind": lambda x: _leaf(x) if np.isfinite(x) else str(x)},
    )  # fmt: skip
    return text.replace("nan", "np.nan").replace("inf", "np.inf")
