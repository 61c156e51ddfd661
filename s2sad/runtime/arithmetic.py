"""Partial derivatives of the power, with the edges where its formula divides by zero or takes log(0)."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np


def power_slope(x: Any, y: Any) -> Any:
    """y * x**(y - 1), and 0 where y is 0; infinite where a root's slope is, also of Python's numbers."""
    if isinstance(y, np.ndarray):
        return y * x ** np.where(y == 0, 1, y - 1)
    try:
        return y * x ** (y - 1) if y != 0 else 0.0 * x
    except ZeroDivisionError:
        return y * math.inf


def power_log(x: Any, like: Any) -> Any:
    """log(x) in the precision of the power `like`, and 0 where x is 0, so that 0**y has the derivative 0 in y."""
    if isinstance(x, (np.ndarray, np.generic)) and not isinstance(x, float):
        positive = x.dtype.kind == "f" and float(np.min(x, initial=1)) > 0
        return np.log(x if positive else np.where(x == 0, 1, x), dtype=np.result_type(like, 0.0))
    if isinstance(x, complex) or (x < 0 and np.iscomplexobj(like)):
        return cmath.log(x or 1)
    return math.log(x) if x > 0 else (0.0 if x == 0 else math.nan)


def power_curvature(x: Any, y: Any) -> Any:
    """y * (y - 1) * x**(y - 2), and 0 where y is 0 or 1."""
    return y * power_slope(x, y - 1)
