"""numpy.linalg, of matrices that take about as long as a pass over a million elements, and of stacks of small ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.rules.case import Case, Draw

linalg = np.linalg


def turned(x: Any) -> Any:
    """The transpose of each matrix in a stack."""
    return x.swapaxes(-1, -2)


def cases(draw: Draw) -> Iterator[Case]:
    yield from _systems(draw)
    yield from _factors(draw)
    yield from _spectra(draw)
    yield from _norms(draw)


def _systems(draw: Draw) -> Iterator[Case]:
    k = draw.n // 4 + 2
    a, b, v, many = draw.matrices(k, k), draw(k, k), draw(k), draw.matrices(draw.n, 8, 8)
    wide, right = draw.rng.normal(size=(2 * k, k)), draw(2 * k)
    side = max(2, int(np.sqrt(k)))
    tensor, flat = draw.matrices(side**2, side**2).reshape((side,) * 4), draw(side, side)
    yield Case("np.linalg.inv", linalg.inv, lambda g, a, y: -(y.T @ g @ y.T), a)
    yield Case("np.linalg.inv, stacked", linalg.inv, lambda g, a, y: -(turned(y) @ g @ turned(y)), many)
    yield Case("np.linalg.solve", lambda a: linalg.solve(a, b), lambda g, a, y: -(linalg.solve(a.T, g) @ y.T), a)
    yield Case("np.linalg.solve, of b", lambda b: linalg.solve(a, b), lambda g, b, _: linalg.solve(a.T, g), b)
    yield Case("np.linalg.solve, of a vector", lambda v: linalg.solve(a, v), lambda g, v, _: linalg.solve(a.T, g), v)
    yield Case("np.linalg.det", linalg.det, lambda g, a, d: g * d * linalg.inv(a).T, a / np.max(a))
    yield Case("np.linalg.slogdet", lambda a: linalg.slogdet(a)[1], lambda g, a, _: g * linalg.inv(a).T, a)
    yield Case("np.linalg.matrix_power(3)", lambda a: linalg.matrix_power(a, 3), _cube, a)
    yield Case("np.linalg.matrix_power(-1)", lambda a: linalg.matrix_power(a, -1), lambda g, a, y: -(y.T @ g @ y.T), a)
    yield Case("np.linalg.pinv", linalg.pinv, _pinv, wide)
    yield Case("np.linalg.lstsq", lambda w: linalg.lstsq(w, right)[0], lambda g, w, x: _lstsq(g, w, x, right), wide)
    yield Case("np.linalg.lstsq, of b", lambda b: linalg.lstsq(wide, b)[0], lambda g, b, _: linalg.pinv(wide).T @ g, right)
    yield Case("np.linalg.tensorinv", linalg.tensorinv, _tensorinv, tensor)
    yield Case(
        "np.linalg.tensorsolve", lambda b: linalg.tensorsolve(tensor, b), lambda g, b, _: _tensorsolve(g, tensor), flat
    )


def _cube(g: Any, a: Any, _: Any) -> Any:
    t = a.T
    once = t @ g
    return t @ once + (once + g @ t) @ t


def _pinv(g: Any, a: Any, y: Any) -> Any:
    """Of a matrix of full column rank."""
    left = g.T @ (y @ y.T)
    return left - a @ (y @ left) - y.T @ (g @ y.T)


def _lstsq(g: Any, a: Any, x: Any, b: Any) -> Any:
    """Of a matrix of full column rank."""
    y = linalg.pinv(a)
    u = y.T @ g
    return np.outer(b - a @ x, y @ u) - np.outer(u, x)


def _tensorinv(g: Any, a: Any, y: Any) -> Any:
    size = int(np.sqrt(a.size))
    inverse = y.reshape(size, size).T
    return -(inverse @ g.reshape(size, size) @ inverse).reshape(a.shape)


def _tensorsolve(g: Any, tensor: Any) -> Any:
    return linalg.solve(tensor.reshape(g.size, g.size).T, g.ravel()).reshape(g.shape)


def _factors(draw: Draw) -> Iterator[Case]:
    k = draw.n // 5 + 2
    a, many = draw.matrices(k, k), draw.matrices(draw.n, 8, 8)
    positive, positives = a @ a.T, many @ turned(many)
    tall = draw.rng.normal(size=(2 * k, k))
    yield Case("np.linalg.cholesky", linalg.cholesky, _cholesky, positive)
    yield Case("np.linalg.cholesky, stacked", linalg.cholesky, _cholesky, positives)
    yield Case("np.linalg.qr", linalg.qr, _qr, tall)


def _lower(x: Any) -> Any:
    """The cotangent of the triangle that is read, where `x` is that of the whole matrix."""
    found = np.tril(x + turned(x))
    diagonal = np.arange(x.shape[-1])
    found[..., diagonal, diagonal] *= 0.5
    return found


def _cholesky(g: Any, a: Any, y: Any) -> Any:
    middle = np.tril(turned(y) @ g)
    diagonal = np.arange(a.shape[-1])
    middle[..., diagonal, diagonal] *= 0.5
    inverse = linalg.inv(y)
    return _lower(turned(inverse) @ middle @ inverse)


def _qr(g: Any, a: Any, y: Any) -> Any:
    q, r = y
    inner = r @ g[1].T - g[0].T @ q
    inner = np.tril(inner) + np.tril(inner, -1).T
    return linalg.solve(r, (g[0] + q @ inner).T).T


def _spectra(draw: Draw) -> Iterator[Case]:
    k = draw.n // 8 + 2
    a, many = draw.rng.normal(size=(k, k)), draw.rng.normal(size=(draw.n, 6, 6))
    symmetric, tall = a + a.T, draw.rng.normal(size=(2 * k, k))
    yield Case("np.linalg.eigh", linalg.eigh, _eigh, symmetric)
    yield Case("np.linalg.eigh, stacked", linalg.eigh, _eigh, many + turned(many))
    yield Case("np.linalg.eigvalsh", linalg.eigvalsh, lambda g, a, _: _eigvalsh(g, linalg.eigh(a)[1]), symmetric)
    yield Case("np.linalg.eig", lambda a: linalg.eig(a)[0].real, lambda g, a, _: _eigvals(g, *linalg.eig(a)), a)
    yield Case("np.linalg.eigvals", lambda a: linalg.eigvals(a).real, lambda g, a, _: _eigvals(g, *linalg.eig(a)), a)
    yield Case("np.linalg.svd", lambda a: linalg.svd(a, False), _svd, tall)
    yield Case("np.linalg.svdvals", lambda a: linalg.svd(a, compute_uv=False), _svdvals, tall)


def _eigh(g: Any, a: Any, y: Any) -> Any:
    w, v = y
    eye = np.eye(w.shape[-1])
    middle = turned(v) @ g[1]
    middle *= (1 - eye) / (w[..., None, :] - w[..., None] + eye)
    diagonal = np.arange(w.shape[-1])
    middle[..., diagonal, diagonal] = g[0]
    return _lower(v @ middle @ turned(v))


def _eigvalsh(g: Any, v: Any) -> Any:
    return _lower((v * g[..., None, :]) @ turned(v))


def _eigvals(g: Any, w: Any, v: Any) -> Any:
    """Of the real parts."""
    return linalg.solve(v.T, g[:, None] * v.T).real.copy()


def _svd(g: Any, a: Any, y: Any) -> Any:
    u, s, vh = y
    eye = np.eye(len(s))
    spread = (1 - eye) / ((s + s[:, None]) * (s - s[:, None]) + eye)
    of_u, of_v = u.T @ g[0], vh @ g[2].T
    inner = (of_u - of_u.T) * spread * s + s[:, None] * ((of_v - of_v.T) * spread)
    inner += np.diag(g[1])
    return u @ inner @ vh + ((g[0] - u @ of_u) / s) @ vh


def _svdvals(g: Any, a: Any, y: Any) -> Any:
    u, _, vh = linalg.svd(a, full_matrices=False)
    return (u * g) @ vh


def _norms(draw: Draw) -> Iterator[Case]:
    k = draw.n // 5 + 2
    x, line, a = draw.square(), draw.line(), draw.matrices(k, k)
    yield Case("np.linalg.norm", linalg.norm, lambda g, x, y: g / (y or 1.0) * x, x)
    yield Case("np.linalg.norm(axis=1)", lambda x: linalg.norm(x, axis=1), _rows, x)
    yield Case(
        "np.linalg.norm(axis=0)", lambda x: linalg.norm(x, axis=0), lambda g, x, y: g / np.where(y == 0, 1.0, y) * x, x
    )
    yield Case("np.linalg.norm(1)", lambda x: linalg.norm(x, 1), lambda g, x, y: g * np.sign(x), line)
    yield Case("np.linalg.norm(3)", lambda x: linalg.norm(x, 3), lambda g, x, y: g * np.sign(x) * (np.abs(x) / y) ** 2, line)
    yield Case("np.linalg.norm(inf)", lambda x: linalg.norm(x, np.inf), _largest, line)
    yield Case("np.linalg.norm(1), of a matrix", lambda x: linalg.norm(x, 1), _column_sums, x)
    yield Case("np.linalg.norm(nuc)", lambda a: linalg.norm(a, "nuc"), _nuclear, a)
    yield Case("np.linalg.norm(2)", lambda a: linalg.norm(a, 2), _spectral, a)
    yield Case("np.linalg.vector_norm", lambda x: linalg.vector_norm(x), lambda g, x, y: g / (y or 1.0) * x, x)
    yield Case("np.linalg.cond", linalg.cond, _cond, a)


def _rows(g: Any, x: Any, y: Any) -> Any:
    return (g / np.where(y == 0, 1.0, y))[:, None] * x


def _largest(g: Any, x: Any, y: Any) -> Any:
    """A tie is split evenly."""
    hit = np.abs(x) == y
    return hit * np.sign(x) * (g / np.sum(hit))


def _column_sums(g: Any, x: Any, y: Any) -> Any:
    """Of the columns with the largest sums, in equal parts."""
    sums = np.sum(np.abs(x), axis=0)
    hit = sums == y
    return np.sign(x) * (hit * (g / np.sum(hit)))


def _nuclear(g: Any, a: Any, _: Any) -> Any:
    u, _, vh = linalg.svd(a)
    return (g * u) @ vh


def _spectral(g: Any, a: Any, _: Any) -> Any:
    u, _, vh = linalg.svd(a)
    return g * np.outer(u[:, 0], vh[0])


def _cond(g: Any, a: Any, _: Any) -> Any:
    u, s, vh = linalg.svd(a)
    return g / s[-1] * (np.outer(u[:, 0], vh[0]) - s[0] / s[-1] * np.outer(u[:, -1], vh[-1]))
