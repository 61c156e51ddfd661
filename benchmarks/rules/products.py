"""Products of vectors, matrices and tensors, einsum in its forms, and Fourier transforms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.rules.case import Case, Draw


def cases(draw: Draw) -> Iterator[Case]:
    yield from _products(draw)
    yield from _tensors(draw)
    yield from _einsums(draw)
    yield from _fourier(draw)


def _products(draw: Draw) -> Iterator[Case]:
    n, x, y, line, row = draw.n, draw.square(), draw.square(), draw.line(), draw.row()
    thirds = draw(n * n // 3, 3)
    yield Case("x @ y", lambda x: x @ y, lambda g, x, _: g @ y.T, x)
    yield Case("x @ y, of y", lambda y: x @ y, lambda g, y, _: x.T @ g, y)
    yield Case("x @ row", lambda x: x @ row, lambda g, x, _: np.outer(g, row), x)
    yield Case("x @ row, of the row", lambda r: x @ r, lambda g, r, _: g @ x, row)
    yield Case("line @ line", lambda x: x @ line, lambda g, x, _: g * line, line)
    yield Case("np.dot", lambda x: np.dot(x, y), lambda g, x, _: g @ y.T, x)
    yield Case("np.inner", lambda x: np.inner(x, y), lambda g, x, _: g @ y, x)
    yield Case("np.outer", lambda r: np.outer(r, row), lambda g, r, _: g @ row, row)
    yield Case("np.vdot", lambda x: np.vdot(x, line), lambda g, x, _: g * line, line)
    yield Case("np.vecdot", lambda x: np.vecdot(x, y), lambda g, x, _: g[:, None] * y, x)
    yield Case("np.matvec", lambda x: np.matvec(x, row), lambda g, x, _: np.outer(g, row), x)
    yield Case("np.matvec, of the vector", lambda r: np.matvec(x, r), lambda g, r, _: g @ x, row)
    yield Case("np.vecmat", lambda r: np.vecmat(r, x), lambda g, r, _: x @ g, row)
    yield Case("np.vecmat, of the matrix", lambda x: np.vecmat(row, x), lambda g, x, _: np.outer(row, g), x)
    yield Case("np.cross", lambda x: np.cross(x, thirds), lambda g, x, _: np.cross(thirds, g), thirds + 1)
    yield Case("np.linalg.multi_dot", lambda x: np.linalg.multi_dot([x, y, row]), lambda g, x, _: np.outer(g, y @ row), x)


def _tensors(draw: Draw) -> Iterator[Case]:
    n = draw.n
    k = round(np.sqrt(n))
    solid, cube = draw(n, k, k), draw(k, k, k)
    left, right, small = draw.square(), draw(n, n // 10 + 1), draw(k, k)
    stack, vectors = draw(n, 10, n // 10 + 1), draw(n, n // 10 + 1)
    yield Case("np.tensordot", lambda x: np.tensordot(x, right, 1), lambda g, x, _: g @ right.T, left)
    yield Case("np.tensordot, two axes", lambda x: np.tensordot(x, small), _two_axes(small), solid)
    yield Case("np.tensordot, of the tensor", lambda s: np.tensordot(solid, s), lambda g, s, _: _summed(g, solid), small)
    yield Case("np.tensordot(axes)", lambda x: np.tensordot(x, cube, ([1, 2], [2, 0])), _over(cube), solid)
    yield Case("np.kron", lambda s: np.kron(s, small), lambda g, s, _: _blocks(g, s, small), draw(k, k))
    yield Case("np.kron, of the block", lambda s: np.kron(small, s), lambda g, s, _: _weighted(g, small, s), draw(k, k))
    yield Case(
        "stack @ vectors",
        lambda x: stack @ x[..., None],
        lambda g, x, _: np.matmul(stack.swapaxes(1, 2), g)[..., 0].copy(),
        vectors,
    )


def _two_axes(small: Any) -> Any:
    return lambda g, x, _: np.outer(g, small).reshape(x.shape)


def _over(cube: Any) -> Any:
    return lambda g, x, _: np.dot(g, cube.transpose(1, 2, 0).reshape(cube.shape[1], -1)).reshape(x.shape)


def _summed(g: Any, solid: Any) -> Any:
    return (g @ solid.reshape(len(g), -1)).reshape(solid.shape[1:])


def _blocks(g: Any, a: Any, b: Any) -> Any:
    apart = g.reshape(a.shape[0], b.shape[0], a.shape[1], b.shape[1])
    return np.einsum("iajb,ab->ij", apart, b, optimize=True)


def _weighted(g: Any, a: Any, b: Any) -> Any:
    apart = g.reshape(a.shape[0], b.shape[0], a.shape[1], b.shape[1])
    return np.einsum("iajb,ij->ab", apart, a, optimize=True)


def _einsums(draw: Draw) -> Iterator[Case]:
    """The pullback of a contraction is a contraction of the same order."""
    n, x, y, row, line = draw.n, draw.square(), draw.square(), draw.row(), draw.line()
    stack, pairs = draw(n, 10, n // 10 + 1), draw(n, n // 10 + 1)
    ones = np.ones(n)
    yield Case("einsum ij,jk->ik", lambda x: np.einsum("ij,jk->ik", x, y), lambda g, x, _: g @ y.T, x)
    yield Case(
        "einsum ij,jk->ik, optimized", lambda x: np.einsum("ij,jk->ik", x, y, optimize=True), lambda g, x, _: g @ y.T, x
    )
    yield Case(
        "einsum bij,bj->bi",
        lambda p: np.einsum("bij,bj->bi", stack, p),
        lambda g, p, _: np.einsum("bi,bij->bj", g, stack),
        pairs,
    )
    yield Case(
        "einsum bij,bj->bi, of the stack",
        lambda s: np.einsum("bij,bj->bi", s, pairs),
        lambda g, s, _: g[:, :, None] * pairs[:, None],
        stack,
    )
    yield Case("einsum i,i->", lambda x: np.einsum("i,i->", x, line), lambda g, x, _: g * line, line)
    yield Case("einsum i,j->ij", lambda r: np.einsum("i,j->ij", r, row), lambda g, r, _: g @ row, row)
    yield Case("einsum ij,ij->i", lambda x: np.einsum("ij,ij->i", x, y), lambda g, x, _: g[:, None] * y, x)
    yield Case("einsum ij,j->i", lambda x: np.einsum("ij,j->i", x, row), lambda g, x, _: np.outer(g, row), x)
    yield Case("einsum ij,j,i->", lambda x: np.einsum("ij,j,i->", x, row, ones), lambda g, x, _: np.outer(g * ones, row), x)
    yield Case("einsum ij->", lambda x: np.einsum("ij->", x), lambda g, x, _: np.full_like(x, g), x)
    yield Case("einsum ij->i", lambda x: np.einsum("ij->i", x), lambda g, x, _: np.repeat(g, n).reshape(n, n), x)
    yield Case("einsum ij->ji", lambda x: np.einsum("ij->ji", x), lambda g, x, _: g.T.copy("K"), x)
    yield Case("einsum ii", lambda x: np.einsum("ii", x), lambda g, x, _: g * np.eye(n), x)
    yield Case("einsum ii->i", lambda x: np.einsum("ii->i", x), lambda g, x, _: np.diag(g), x)
    yield Case("einsum ...i,i", lambda x: np.einsum("...i,i", x, row), lambda g, x, _: np.outer(g, row), x)
    yield Case("einsum by lists", lambda x: np.einsum(x, [0, 1], row, [1], [0]), lambda g, x, _: np.outer(g, row), x)
    yield Case(
        "einsum ij,jk,kl->il",
        lambda x: np.einsum("ij,jk,k->i", x, y, row, optimize=True),
        lambda g, x, _: np.outer(g, y @ row),
        x,
    )


def _fourier(draw: Draw) -> Iterator[Case]:
    """The matrix of a transform is symmetric: the pullback is a transform again."""
    n, x, line = draw.n, draw.square(), draw.line()
    z, half = x + 1j * draw.square(), draw(n, n // 2 + 1) + 1j * draw(n, n // 2 + 1)
    fft = np.fft
    yield Case("np.fft.fft", fft.fft, lambda g, x, _: fft.fft(g), z)
    yield Case("np.fft.fft, of reals", fft.fft, lambda g, x, _: fft.fft(g).real.copy(), line)
    yield Case("np.fft.fft(n)", lambda x: fft.fft(x, n // 2), lambda g, x, _: _widened(fft.fft(g), x), z)
    yield Case("np.fft.ifft", fft.ifft, lambda g, x, _: fft.ifft(g), z)
    yield Case("np.fft.rfft", fft.rfft, lambda g, x, _: _rfft(g, x), x)
    yield Case("np.fft.irfft", fft.irfft, _irfft, half)
    yield Case("np.fft.hfft", fft.hfft, lambda g, x, _: np.conj(_irfft(g, x, scale=g.shape[-1])), half)
    yield Case("np.fft.ihfft", fft.ihfft, lambda g, x, _: _rfft(np.conj(g), x) / n, x)
    yield Case("np.fft.fft2", fft.fft2, lambda g, x, _: fft.fft2(g), z)
    yield Case("np.fft.ifft2", fft.ifft2, lambda g, x, _: fft.ifft2(g), z)
    yield Case("np.fft.fftn", fft.fftn, lambda g, x, _: fft.fftn(g), z)
    yield Case("np.fft.ifftn", fft.ifftn, lambda g, x, _: fft.ifftn(g), z)
    yield Case("np.fft.rfft2", fft.rfft2, lambda g, x, _: _rfft(fft.fft(g, axis=0), x), x)
    yield Case("np.fft.irfft2", fft.irfft2, lambda g, x, _: fft.ifft(_irfft(g, x), axis=0), half)
    yield Case("np.fft.rfftn", fft.rfftn, lambda g, x, _: _rfft(fft.fft(g, axis=0), x), x)
    yield Case("np.fft.irfftn", fft.irfftn, lambda g, x, _: fft.ifft(_irfft(g, x), axis=0), half)


def _widened(g: Any, x: Any) -> Any:
    bar = np.zeros_like(x)
    bar[:, : g.shape[1]] = g
    return bar


def _rfft(g: Any, x: Any) -> Any:
    """Half of the spectrum stands for all of it: what stands for two counts half in the inverse."""
    n = x.shape[-1]
    whole = np.conj(g)
    whole[..., 1 : (n + 1) // 2] *= 0.5
    return np.fft.irfft(whole, n, norm="forward")


def _irfft(g: Any, x: Any, _: Any = None, scale: float = 1.0) -> Any:
    n = g.shape[-1]
    bar = np.fft.rfft(g, norm="forward")
    bar[..., 1 : (n + 1) // 2] *= 2
    np.conj(bar, out=bar)
    bar *= scale
    return bar
