"""What NumPy's functions of polynomials are made with, written in Python.

Of several variables, every family has the same two; coefficients that begin with the highest power have functions of their own.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.runtime.refusals import NoRule

_UNLIKE = {2: "x, y are incompatible", 3: "x, y, z are incompatible"}


def valnd(val_f: Callable[..., Any], c: Any, *args: Any) -> Any:
    """Polynomials in several variables, as `chebval2d`, by the family's function of one variable."""
    if any(np.shape(x) != np.shape(args[0]) for x in args):
        raise ValueError(_UNLIKE.get(len(args), "ordinates are incompatible"))
    c = val_f(np.asarray(args[0]), c)
    for x in args[1:]:
        c = val_f(np.asarray(x), c, tensor=False)
    return c


def vander_nd(vander_fs: Sequence[Callable[..., Any]], points: Any, degrees: Sequence[int]) -> Any:
    """Products of the polynomials of a basis in several variables, as `chebvander2d` arranges them."""
    n = len(vander_fs)
    for what, given in (("sample points", points), ("degrees", degrees)):
        if len(given) != n:
            raise ValueError(f"Expected {n} dimensions of {what}, got {len(given)}")
    if n == 0:
        raise ValueError("Unable to guess a dtype or shape when no points are given")
    points = np.asarray(tuple(points)) + 0.0
    return functools.reduce(operator.mul, [_along(f(points[i], degrees[i]), i, n) for i, f in enumerate(vander_fs)])


def _along(v: Any, i: int, n: int) -> Any:
    """The last axis of `v` as the i-th of n."""
    return np.reshape(v, (*v.shape[:-1], *[1] * i, v.shape[-1], *[1] * (n - 1 - i)))


def trimcoef(c: Any, tol: float = 0) -> Any:
    """`numpy.polynomial.polyutils.trimcoef`, which every family has under a name of its own."""
    if tol < 0:
        raise ValueError("tol must be non-negative")
    c = np.atleast_1d(c) + 0.0
    if c.size == 0:
        raise ValueError("Coefficient array is empty")
    if c.ndim > 1:
        raise ValueError("Coefficient array is not 1-d")
    large = np.flatnonzero(np.abs(c) > tol)
    return c[: large[-1] + 1] if len(large) else c[:1] * 0


def polyadd(a1: Any, a2: Any) -> Any:
    """`numpy.polyadd`"""
    first, second = _aligned(a1, a2)
    return first + second


def polysub(a1: Any, a2: Any) -> Any:
    """`numpy.polysub`"""
    first, second = _aligned(a1, a2)
    return first - second


def _aligned(a1: Any, a2: Any) -> tuple[Any, Any]:
    """As many coefficients of the one as of the other."""
    a1, a2 = np.atleast_1d(_plain(a1)), np.atleast_1d(_plain(a2))
    n = max(len(a1), len(a2))
    return _longer(a1, n), _longer(a2, n)


def _longer(a: Any, n: int) -> Any:
    """`n` coefficients, the first of them zero."""
    return np.concatenate((np.zeros(n - len(a), a.dtype), a)) if len(a) < n else a


def polymul(a1: Any, a2: Any) -> Any:
    """`numpy.polymul`"""
    a1, a2 = np.atleast_1d(_plain(a1)), np.atleast_1d(_plain(a2))
    if a1.ndim > 1 or a2.ndim > 1:
        raise ValueError("Polynomial must be 1d only.")
    return np.convolve(a1, a2)[_leading_zeros(a1) + _leading_zeros(a2) :]


def _leading_zeros(a: Any) -> int:
    """How many coefficients NumPy takes off: not the last."""
    return int(np.argmax(a != 0)) if np.any(a != 0) else len(a) - 1


def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """`numpy.polyint`"""
    m = int(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    k = np.zeros(m) if k is None else np.atleast_1d(k)
    if len(k) == 1 and m > 1:
        k = k[0] * np.ones(m)
    if len(k) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    p = np.asarray(_plain(p))
    for constant in k[:m]:
        p = np.concatenate((p / np.arange(len(p), 0, -1), [constant]))
    return p


def _plain(a: Any) -> Any:
    if isinstance(a, np.poly1d):
        raise NoRule("a poly1d among coefficients that a derivative flows through", "pass its array: p.coef")
    return a
