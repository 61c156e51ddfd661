"""Derivatives of polynomial fits: c = pinv(A) b, where A holds the weighted basis at the places and b the weighted values.

Where all coefficients are determined, dc = pinv(A) (db - dA c) + pinv(A) pinv(A)^T dA^T (b - A c), Golub and Pereyra (1973).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from s2sad.runtime.refusals import NoRule
from s2sad.runtime.shapes import unbroadcast

Basis = Callable[[Any, Any], Any]
Derivative = Callable[[Any], Any]


class Fit(NamedTuple):
    """The basis, the weights, pinv(A), what is left over, and the coefficients, of the given degrees alone."""

    basis: Any
    weights: Any
    inverse: Any
    left_over: Any
    coefficients: Any


def highest_first(x: Any, deg: Any) -> Any:
    """The Vandermonde matrix of np.polyfit."""
    return np.vander(x, deg + 1)


def highest_first_der(c: Any) -> Any:
    """The derivatives of polynomials whose coefficients are the columns of `c`, in the order of np.polyfit."""
    return np.arange(len(c) - 1, 0, -1, dtype=c.dtype)[:, None] * c[:-1] if len(c) > 1 else 0 * c


def _basis_slope(vander: Basis, der: Derivative, x: Any, deg: Any) -> Any:
    """The derivatives of a basis in the places that it is evaluated at."""
    x, degrees = np.asarray(x) + 0.0, degrees_of(deg)
    return (vander(x, max(degrees[-1] - 1, 0)) @ der(np.eye(degrees[-1] + 1, dtype=x.dtype)))[:, degrees]


def fitting_matrix(vander: Basis, x: Any, deg: Any, rcond: Any = None, w: Any = None) -> Any:
    """The matrix that takes values at `x` to the coefficients fitted to them: (coefficients, places)."""
    x, degrees = np.asarray(x) + 0.0, degrees_of(deg)
    weights = np.ones_like(x) if w is None else np.asarray(w)
    inverse = _inverse(vander(x, degrees[-1])[:, degrees] * weights[:, None], x, rcond)
    return spread_out(degrees, inverse.dtype) @ inverse * weights


def degrees_of(deg: Any) -> Any:
    """The degrees that a fit has coefficients for, in their order."""
    return np.sort(deg) if np.ndim(deg) else np.arange(deg + 1)


def spread_out(degrees: Any, dtype: Any) -> Any:
    """The matrix that takes the coefficients of some degrees to those of all."""
    return np.eye(degrees[-1] + 1, dtype=dtype)[:, degrees]


def _inverse(weighted: Any, x: Any, rcond: Any) -> Any:
    """The pseudo-inverse, of a matrix whose columns are scaled as NumPy does it."""
    lengths = np.sqrt(np.sum(np.square(weighted), axis=0))
    lengths = lengths + (lengths == 0)
    return np.linalg.pinv(weighted / lengths, len(x) * np.finfo(x.dtype).eps if rcond is None else rcond) / lengths[:, None]


def _fit(ans: Any, vander: Basis, x: Any, y: Any, deg: Any, rcond: Any, w: Any) -> Fit:
    x, degrees = np.asarray(x) + 0.0, degrees_of(deg)
    weights = np.ones_like(x) if w is None else np.asarray(w) + 0.0  # products of integers overflow
    basis = vander(x, degrees[-1])[:, degrees]
    weighted = basis * weights[:, None]
    if np.iscomplexobj(weighted):
        raise NoRule("the places or weights of a fit that are complex", "take real ones")
    inverse = _inverse(weighted, x, rcond)
    if np.sum(np.transpose(inverse) * weighted) < len(degrees) - 0.5:  # the rank, the trace of what projects onto it
        raise NoRule("the places or weights of a fit that does not determine all coefficients", "fit fewer of them")
    coefficients = _columns(ans)[degrees]
    left_over = _columns(y) * weights[:, None] - weighted @ coefficients
    return Fit(basis, weights, inverse, left_over, coefficients)


def _columns(y: Any) -> Any:
    return np.expand_dims(y, -1) if np.ndim(y) == 1 else np.asarray(y)


def _bars(g: Any, fit: Fit, degrees: Any) -> tuple[Any, Any]:
    """The cotangents of A and b."""
    u = np.transpose(fit.inverse) @ _columns(g)[degrees]
    return fit.left_over @ np.transpose(fit.inverse @ u) - u @ np.transpose(fit.coefficients), u


def _tangent(a_dot: Any, b_dot: Any, fit: Fit, degrees: Any, ans: Any) -> Any:
    """The tangent of the coefficients where those of A and b are given."""
    dot = fit.inverse @ (b_dot - a_dot @ fit.coefficients)
    dot = dot + fit.inverse @ (np.transpose(fit.inverse) @ (np.transpose(a_dot) @ fit.left_over))
    return np.reshape(spread_out(degrees, fit.inverse.dtype) @ dot, np.shape(ans))


def fit_pullback_places(
    g: Any, ans: Any, vander: Basis, der: Derivative, x: Any, y: Any, deg: Any, rcond: Any = None, w: Any = None
) -> Any:
    """The cotangent of `x` where `g` is that of the coefficients ans."""
    fit = _fit(ans, vander, x, y, deg, rcond, w)
    bar, _ = _bars(g, fit, degrees_of(deg))
    return unbroadcast(np.sum(bar * _basis_slope(vander, der, x, deg), axis=1) * fit.weights, x)


def fit_pullback_weights(g: Any, ans: Any, vander: Basis, x: Any, y: Any, deg: Any, rcond: Any = None, w: Any = None) -> Any:
    """The cotangent of `w` where `g` is that of the coefficients ans."""
    fit = _fit(ans, vander, x, y, deg, rcond, w)
    bar, values_bar = _bars(g, fit, degrees_of(deg))
    return unbroadcast(np.sum(bar * fit.basis, axis=1) + np.sum(values_bar * _columns(y), axis=1), w)


def fit_pushforward_places(
    t: Any, ans: Any, vander: Basis, der: Derivative, x: Any, y: Any, deg: Any, rcond: Any = None, w: Any = None
) -> Any:
    """The tangent of the coefficients ans where `t` is that of `x`."""
    fit = _fit(ans, vander, x, y, deg, rcond, w)
    moved = _basis_slope(vander, der, x, deg) * (t * fit.weights)[:, None]
    return _tangent(moved, 0.0, fit, degrees_of(deg), ans)


def fit_pushforward_weights(
    t: Any, ans: Any, vander: Basis, x: Any, y: Any, deg: Any, rcond: Any = None, w: Any = None
) -> Any:
    """The tangent of the coefficients ans where `t` is that of `w`."""
    fit = _fit(ans, vander, x, y, deg, rcond, w)
    return _tangent(fit.basis * t[:, None], _columns(y) * t[:, None], fit, degrees_of(deg), ans)
