"""Which arguments may be differentiated with respect to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from s2sad.errors import InvalidArgument
from s2sad.runtime.fields import stored_names

PLAIN = (np.ndarray, np.memmap)


def check_differentiable(value: Any, name: str) -> None:
    """Refuses an argument that has no derivative, such as an integer."""
    special = _special_array(value)
    if special is not None:
        held = "is" if special is value else "holds"
        raise InvalidArgument(
            f"the argument {name} {held} a {type(special).__name__}, which is more than an array",
            hint="pass a plain array: np.asarray(...), or np.ma.filled(...)",
        )
    _check(value, name)


def _special_array(value: Any) -> Any:
    """An array of floats whose class may have rules of its own, such as a mask: `value`, or a part of it."""
    if isinstance(value, np.ndarray):
        return value if type(value) not in PLAIN and value.dtype.kind in "fc" else None
    parts: Iterable[Any] = ()
    if isinstance(value, (list, tuple, dict)):
        parts = value.values() if isinstance(value, dict) else value
        parts = (_special_array(part) for part in parts if not isinstance(part, float))
    elif hasattr(value, "__dict__") and not isinstance(value, type):
        attributes = (getattr(value, n, None) for n in stored_names(value) or ())
        parts = (_special_array(part) for part in attributes if isinstance(part, np.ndarray))
    return next((part for part in parts if part is not None), None)


def _check(value: Any, name: str) -> None:
    if isinstance(value, (float, complex, np.inexact)):
        return
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fcO":
            return
        raise InvalidArgument(f"the argument {name} is an array of {value.dtype}", hint=f"pass floats: {name}.astype(float)")
    if isinstance(value, (bool, int, np.integer, np.bool_)):
        raise InvalidArgument(
            f"the argument {name} is the {type(value).__name__} {value!r}, which has no derivative", hint="pass a float"
        )
    if (
        value is None
        or isinstance(value, (str, bytes, range, set, frozenset))
        or (callable(value) and not hasattr(value, "__dict__"))
    ):
        raise InvalidArgument(f"the argument {name} is of type {type(value).__name__}, which has no derivative")

    if isinstance(value, (list, tuple, dict)):
        parts = list(value.values() if isinstance(value, dict) else value)
        if parts and not any(_holds_floats(part) for part in parts):
            raise InvalidArgument(f"the argument {name} holds nothing that has a derivative", hint="fill it with floats")


def _holds_floats(value: Any) -> bool:
    if isinstance(value, (list, tuple, dict)):
        return any(_holds_floats(part) for part in (value.values() if isinstance(value, dict) else value))
    try:
        _check(value, "")
    except InvalidArgument:
        return False
    return True
