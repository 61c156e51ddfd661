"""Pullbacks of functions of polynomials' coefficients, the same for every family (powers, Chebyshev, Legendre, ...).

A family is known by what multiplication by x does to its polynomials: x P_k = a P_(k+1) + b P_k + c P_(k-1). Products,
conversions and polynomials of given roots are made of that step, and are transposed by its transpose in as many steps.
Functions of a family trim leading zeros off their results: what is trimmed off is no part of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.shapes import unbroadcast
from s2sad.runtime.spectra import is_absent


def fitted(c: Any, like: Any) -> Any:
    """Coefficients as many as `like` has, in its precision: zeros in the place of what was trimmed off, without what is
    trimmed off there."""
    made = of_length(c, np.shape(like)[0])
    return made.astype(like.dtype, copy=False) if made.dtype.kind == like.dtype.kind else made


def of_length(c: Any, n: Any) -> Any:
    """The first `n` coefficients of `c`, with zeros for those that are not there."""
    there = np.shape(c)[0]
    return c[:n] if there >= n else np.concatenate((c, np.zeros_like(c, shape=(n - there,))))


def fitted_bar(g: Any, c: Any) -> Any:
    """The cotangent of the coefficients `c` that of_length(c, len(g)) takes into a result with cotangent `g`."""
    return unbroadcast(of_length(g, np.shape(c)[0]), c)


# Multiplication by x


def recurrence(mulx: Any, n: Any, like: Any) -> Any:
    """The rows a, b, c of x P_k = a P_(k+1) + b P_k + c P_(k-1) for k < n, in the precision of `like`.

    What mulx makes of every third polynomial does not overlap.
    """
    k = np.arange(n)
    images = np.stack([of_length(mulx((k % 3 == i).astype(np.real(like).dtype)), n + 1) for i in range(3)])
    return np.stack([images[k % 3, k + 1], images[k % 3, k], images[k % 3, k - 1] * (k > 0)])


def times_x_pullback(g: Any, rows: Any) -> Any:
    """The cotangent of coefficients, one less than `g` has, that were multiplied by x."""
    up, level, down = rows[:, : np.shape(g)[0] - 1]
    return up * g[1:] + level * g[:-1] + down * np.concatenate((np.zeros_like(g[:1]), g[:-2]))


def mulx_pullback(g: Any, mulx: Any, c: Any) -> Any:
    """The cotangent of `c` in mulx(c)."""
    n = np.size(c)
    return unbroadcast(times_x_pullback(of_length(g, n + 1), recurrence(mulx, n, g)), c)


def times_basis_pullbacks(g: Any, n: Any, basis: Any, rows: Any) -> Any:
    """For k < n the cotangent of what was multiplied by P_k; `basis` is the recurrence of P, `rows` that of what is multiplied."""
    up, level, down = basis
    bars = [g]
    for k in range(n - 1):
        bar = times_x_pullback(bars[k], rows) - level[k] * bars[k][:-1]
        if k > 0:
            bar = bar - down[k] * bars[k - 1][:-2]
        bars.append(bar / up[k])
    return bars


# Products and conversions


def product_pullback(g: Any, mulx: Any, c: Any, other: Any) -> Any:
    """The cotangent of `c` in the product of `c` and `other`, in as many steps as the shorter has coefficients."""
    n, m = np.size(c), np.size(other)
    g = of_length(g, n + m - 1)
    rows = recurrence(mulx, n + m, g)
    factor = np.atleast_1d(other)
    if n <= m:
        return unbroadcast(np.stack([np.sum(bar[:m] * factor) for bar in times_basis_pullbacks(g, n, rows, rows)]), c)
    bar = np.zeros_like(g, shape=(n,))
    for k, part in enumerate(times_basis_pullbacks(g, m, rows, rows)):
        bar = bar + factor[k] * part[:n]
    return unbroadcast(bar, c)


def powers_product_pullback(g: Any, mulx: Any, c: Any, other: Any) -> Any:
    """As product_pullback where the coefficients are those of powers: a correlation."""
    n, m = np.size(c), np.size(other)
    return unbroadcast(np.convolve(of_length(g, n + m - 1), np.atleast_1d(other)[::-1], "valid"), c)


def chebyshev_product_pullback(g: Any, mulx: Any, c: Any, other: Any) -> Any:
    """As product_pullback for Chebyshev polynomials: 2 T_i T_j = T_(i+j) + T_|i-j|, a correlation of what is mirrored at 0."""
    n, m = np.size(c), np.size(other)
    g, factor = of_length(g, n + m - 1), np.atleast_1d(other)
    mirrored = np.concatenate((factor[:0:-1], 2 * factor[:1], factor[1:]))
    return unbroadcast(np.convolve(np.concatenate((g[1:m][::-1], g)), mirrored, "valid") / 2, c)


def conversion_pullback(g: Any, mulx_from: Any, mulx_to: Any, c: Any) -> Any:
    """The cotangent of the coefficients `c` of one family where they were converted into those of another."""
    n = np.size(c)
    g = of_length(g, n)
    bars = times_basis_pullbacks(g, n, recurrence(mulx_from, n, g), recurrence(mulx_to, n, g))
    return unbroadcast(np.stack([bar[0] for bar in bars]), c)


# Derivatives, integrals, and fits: the function of the basis is a matrix


def matrix_transposed(matrix: Any, g: Any, c: Any, axis: Any = 0) -> Any:
    """The cotangent of `c` where its coefficients along an axis were multiplied by a matrix."""
    if np.size(c) == 0:
        return np.zeros_like(c)
    return unbroadcast(np.moveaxis(np.tensordot(matrix, np.moveaxis(g, axis, 0), (0, 0)), 0, axis), c)


def unit_coefficients(c: Any, axis: Any = 0) -> Any:
    """The polynomials of the basis along an axis of `c`, one in each column."""
    return np.eye(np.shape(c)[axis], dtype=np.asarray(c).dtype)


def fromroots_pullback(g: Any, mulx: Any, roots: Any) -> Any:
    """The cotangent of the roots of the product of the lines x - root."""
    n = np.size(roots)
    if n == 0:
        return np.zeros_like(roots)
    rows = recurrence(mulx, n, g)
    products = [np.ones_like(roots, shape=(1,))]
    for k in range(n - 1):
        products.append(_times_line(products[k], mulx, roots[k]))
    shares = []
    bar = of_length(g, n + 1)
    for k in range(n - 1, -1, -1):
        shares.append(-np.sum(bar[:-1] * products[k]))
        bar = times_x_pullback(bar, rows) - roots[k] * bar[:-1]
    return unbroadcast(np.stack(shares[::-1]), roots)


def fromroots_pushforward(t: Any, ans: Any, mulx: Any, roots: Any) -> Any:
    """The tangent of the product `ans` of the lines x - root where `t` is that of the roots."""
    product = np.ones_like(roots, shape=(1,))
    tangent = np.zeros_like(product)
    for k in range(np.size(roots)):
        tangent = _times_line(tangent, mulx, roots[k]) - t[k] * of_length(product, k + 2)
        product = _times_line(product, mulx, roots[k])
    return fitted(tangent, ans)


def _times_line(c: Any, mulx: Any, root: Any) -> Any:
    n = np.shape(c)[0] + 1
    return of_length(mulx(c), n) - root * of_length(c, n)


# Division


def dividend_bar(g: Any, mul: Any, c1: Any, c2: Any) -> Any:
    """The cotangent of the dividend where `g` holds those of the quotient and the remainder: c1 = q c2 + r. Complex if one of them is."""
    n, m = np.size(c1), np.flatnonzero(c2)[-1] + 1
    quotient, remainder = [np.zeros_like(c1, shape=(1,)) if is_absent(bar) else bar for bar in g]
    if n < m:
        return of_length(remainder, n)
    products = np.stack([of_length(mul(e, c2), n) for e in np.eye(n - m + 1, dtype=np.asarray(c2).dtype)])
    bar, quotient = of_length(remainder, m - 1), of_length(quotient, n - m + 1)
    for k in range(n - m + 1):  # the product of c2 and the k-th of the basis has this cotangent, and ends at m + k
        known = products[k : k + 1, : m + k - 1] @ bar
        bar = np.concatenate((bar, (quotient[k : k + 1] - known) / products[k, m + k - 1]))
    return bar


def division_pushforward(t: Any, ans: Any, div: Any, c2: Any) -> Any:
    """The tangents of ans = div(c1, c2) where `t` is that of the dividend, or less the quotient times that of the divisor."""
    return ListBar(tuple(fitted(part, like) for part, like in zip(div(t, c2), ans, strict=True)))
