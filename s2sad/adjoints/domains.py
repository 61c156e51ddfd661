"""numpy.emath: elementwise functions that turn complex where their argument is outside of the real domain."""

from __future__ import annotations

import math

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import elementwise

BOTH = [(0.75,), (-0.75,), (A,), (A + 0.5j,)]


@elementwise(np.emath.sqrt, at=BOTH, leaves_reals=True)
def sqrt(ans, x):
    """Infinite at 0."""
    return 0.5 / ans


@elementwise(np.emath.log, at=BOTH, leaves_reals=True)
def log(ans, x):
    return 1 / x


@elementwise(np.emath.log2, at=BOTH, leaves_reals=True)
def log2(ans, x):
    return 1 / (x * math.log(2))


@elementwise(np.emath.log10, at=BOTH, leaves_reals=True)
def log10(ans, x):
    return 1 / (x * math.log(10))


@elementwise(np.emath.logn, at=[(2.5, 0.75), (2.0, A), (abs(A) + 1, A)], leaves_reals=True)
def logn(ans, n, x):
    return -ans / (n * np.emath.log(n)), 1 / (x * np.emath.log(n))


@elementwise(np.emath.power, at=[(2.5, 1.5), (A, 1.5), (abs(A), A)], leaves_reals=True)
def power(ans, x, p):
    return p * np.emath.power(x, np.subtract(p, 1)), ans * np.emath.log(np.asarray(x, ans.dtype))


@elementwise(np.emath.arccos, at=BOTH, leaves_reals=True)
def arccos(ans, x):
    """Infinite at -1 and 1."""
    return -1 / np.sin(ans)


@elementwise(np.emath.arcsin, at=BOTH, leaves_reals=True)
def arcsin(ans, x):
    """Infinite at -1 and 1."""
    return 1 / np.cos(ans)


@elementwise(np.emath.arctanh, at=BOTH, leaves_reals=True)
def arctanh(ans, x):
    """Infinite at -1 and 1."""
    return 1 / (1 - x * x)
