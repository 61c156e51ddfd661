"""What moves, repeats, joins and cuts arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.rules.case import Case, Draw


def cases(draw: Draw) -> Iterator[Case]:
    yield from _axes(draw)
    yield from _moves(draw)
    yield from _repetitions(draw)
    yield from _diagonals(draw)
    yield from _pads(draw)
    yield from _joins(draw)
    yield from _cuts(draw)
    yield from _makings(draw)


def _axes(draw: Draw) -> Iterator[Case]:
    n, x, line = draw.n, draw.square(), draw.line()
    solid, flat = x.reshape(2, n // 2, n), x[None, :, :, None]

    def copied(g: Any, x: Any, _: Any) -> Any:
        return g.reshape(x.shape).copy()

    yield Case("np.reshape", lambda x: np.reshape(x, -1), copied, x)
    yield Case("np.ravel", np.ravel, copied, x)
    yield Case("np.squeeze", np.squeeze, copied, flat)
    yield Case("np.expand_dims", lambda x: np.expand_dims(x, 1), copied, x)
    yield Case("np.atleast_3d", np.atleast_3d, copied, x)
    yield Case("np.copy", np.copy, copied, x)
    yield Case("np.ascontiguousarray", np.ascontiguousarray, copied, x)
    yield Case("np.array", np.array, copied, x)
    yield Case("x.flatten()", lambda x: x.flatten(), copied, x)
    yield Case("x.T", lambda x: x.T, lambda g, x, _: np.ascontiguousarray(g.T), x)
    yield Case("np.swapaxes", lambda x: np.swapaxes(x, 0, 2), lambda g, x, _: np.swapaxes(g, 0, 2).copy("K"), solid)
    yield Case("np.moveaxis", lambda x: np.moveaxis(x, 0, 2), lambda g, x, _: np.moveaxis(g, 2, 0).copy("K"), solid)
    yield Case("np.rollaxis", lambda x: np.rollaxis(x, 2), lambda g, x, _: np.moveaxis(g, 0, 2).copy("K"), solid)
    yield Case(
        "np.transpose(axes)",
        lambda x: np.transpose(x, (2, 0, 1)),
        lambda g, x, _: np.transpose(g, (1, 2, 0)).copy("K"),
        solid,
    )
    yield Case("np.broadcast_to", lambda r: np.broadcast_to(r, (n, n)), lambda g, r, _: np.sum(g, axis=0), draw.row())
    yield Case("np.broadcast_arrays", lambda r: np.broadcast_arrays(r, x)[0], lambda g, r, _: np.sum(g, axis=0), draw.row())
    yield Case("np.resize", lambda x: np.resize(x, n * n // 2), _resized, line)


def _resized(g: Any, x: Any, _: Any) -> Any:
    bar = np.zeros_like(x)
    bar[: len(g)] = g
    return bar


def _moves(draw: Draw) -> Iterator[Case]:
    x, line = draw.square(), draw.line()
    yield Case("np.roll", lambda x: np.roll(x, 7), lambda g, x, _: np.roll(g, -7), line)
    yield Case("np.roll(axis=1)", lambda x: np.roll(x, 2, 1), lambda g, x, _: np.roll(g, -2, 1), x)
    yield Case("np.flip", np.flip, lambda g, x, _: g[::-1].copy(), line)
    yield Case("np.flipud", np.flipud, lambda g, x, _: g[::-1].copy(), x)
    yield Case("np.fliplr", np.fliplr, lambda g, x, _: g[:, ::-1].copy(), x)
    yield Case("np.rot90", np.rot90, lambda g, x, _: np.rot90(g, -1).copy("K"), x)
    yield Case("np.fft.fftshift", np.fft.fftshift, lambda g, x, _: np.fft.ifftshift(g), x)
    yield Case("np.fft.ifftshift", np.fft.ifftshift, lambda g, x, _: np.fft.fftshift(g), x)
    yield Case("np.unwrap", np.unwrap, lambda g, x, _: g.copy(), line)


def _repetitions(draw: Draw) -> Iterator[Case]:
    n, x = draw.n, draw.square()
    row, half = draw.row(), draw(n * n // 2)
    counts = draw.rng.integers(0, 4, n)
    yield Case("np.tile", lambda x: np.tile(x, 2), lambda g, x, _: g[: len(x)] + g[len(x) :], half)
    yield Case("np.tile, of a row", lambda r: np.tile(r, (n, 1)), lambda g, r, _: np.sum(g, axis=0), row)
    yield Case("np.repeat", lambda x: np.repeat(x, 2), lambda g, x, _: g[::2] + g[1::2], half)
    yield Case("np.repeat(axis=0)", lambda x: np.repeat(x, 2, 0), lambda g, x, _: g[::2] + g[1::2], x[: n // 2])
    yield Case("np.repeat, of a row", lambda r: np.repeat(r, n), lambda g, r, _: np.sum(g.reshape(n, n), axis=1), row)
    yield Case("np.repeat(counts)", lambda x: np.repeat(x, counts, 0), lambda g, x, _: _summed_runs(g, x, counts), x)


def _summed_runs(g: Any, x: Any, counts: Any) -> Any:
    bar = np.zeros_like(x)
    there = counts > 0
    bar[there] = np.add.reduceat(g, (np.cumsum(counts) - counts)[there], axis=0)
    return bar


def _diagonals(draw: Draw) -> Iterator[Case]:
    n, x, row = draw.n, draw.square(), draw.row()
    yield Case("np.diag, of a row", np.diag, lambda g, r, _: np.diagonal(g).copy(), row)
    yield Case("np.diag", np.diag, lambda g, x, _: np.diag(g), x)
    yield Case("np.diagonal", np.diagonal, lambda g, x, _: np.diag(g), x)
    yield Case("np.diagflat", np.diagflat, lambda g, r, _: np.diagonal(g).copy(), row)
    yield Case("np.trace", np.trace, lambda g, x, _: g * np.eye(n), x)
    yield Case("np.tril", np.tril, lambda g, x, _: np.tril(g), x)
    yield Case("np.triu", np.triu, lambda g, x, _: np.triu(g), x)


def _pads(draw: Draw) -> Iterator[Case]:
    x, line = draw.square(), draw.line()
    yield Case("np.pad", lambda x: np.pad(x, ((1, 1), (2, 2))), lambda g, x, _: g[1:-1, 2:-2].copy(), x)
    yield Case("np.pad(edge)", lambda x: np.pad(x, 2, "edge"), _pad_edge, line)
    yield Case("np.pad(reflect)", lambda x: np.pad(x, 2, "reflect"), _pad_reflect, line)
    yield Case("np.pad(symmetric)", lambda x: np.pad(x, 2, "symmetric"), _pad_symmetric, line)
    yield Case("np.pad(wrap)", lambda x: np.pad(x, 2, "wrap"), _pad_wrap, line)
    yield Case("np.pad(edge), of a square", lambda x: np.pad(x, 2, "edge"), lambda g, x, _: _pad_edge(_pad_edge(g).T).T, x)


def _pad_edge(g: Any, *_: Any) -> Any:
    bar = g[2:-2].copy()
    bar[0] += g[0] + g[1]
    bar[-1] += g[-1] + g[-2]
    return bar


def _pad_reflect(g: Any, *_: Any) -> Any:
    bar = g[2:-2].copy()
    bar[1:3] += g[1::-1]
    bar[-3:-1] += g[:-3:-1]
    return bar


def _pad_symmetric(g: Any, *_: Any) -> Any:
    bar = g[2:-2].copy()
    bar[:2] += g[1::-1]
    bar[-2:] += g[:-3:-1]
    return bar


def _pad_wrap(g: Any, *_: Any) -> Any:
    bar = g[2:-2].copy()
    bar[-2:] += g[:2]
    bar[:2] += g[-2:]
    return bar


def _joins(draw: Draw) -> Iterator[Case]:
    n, x, other, row, line = draw.n, draw.square(), draw.square(), draw.row(), draw.line()
    h = n // 2
    yield Case("np.concatenate", lambda x: np.concatenate([x, row[None]]), lambda g, x, _: g[:-1].copy(), x)
    yield Case("np.concatenate(axis=1)", lambda x: np.concatenate([x, other], 1), lambda g, x, _: g[:, :n].copy(), x)
    yield Case("np.concatenate, twice", lambda x: np.concatenate([x, x]), lambda g, x, _: g[:n] + g[n:], x)
    yield Case("np.stack", lambda x: np.stack([x, other], axis=1), lambda g, x, _: g[:, 0].copy(), x)
    yield Case("np.vstack", lambda x: np.vstack([x, row]), lambda g, x, _: g[:-1].copy(), x)
    yield Case("np.hstack", lambda x: np.hstack([x, other]), lambda g, x, _: g[:, :n].copy(), x)
    yield Case("np.dstack", lambda x: np.dstack([x, other]), lambda g, x, _: g[:, :, 0].copy(), x)
    yield Case("np.column_stack", lambda x: np.column_stack([line, x]), lambda g, x, _: g[:, 1].copy(), line)
    yield Case("np.block", lambda x: np.block([[x, other], [other, other]]), lambda g, x, _: g[:n, :n].copy(), x)
    yield Case("np.append", lambda x: np.append(x, row), lambda g, x, _: g[: len(x)].copy(), line)
    yield Case("np.append, of values", lambda v: np.append(row, v), lambda g, v, _: g[n:].copy(), line)
    yield Case("np.insert", lambda x: np.insert(x, h, 0.5, axis=0), lambda g, x, _: np.delete(g, h, axis=0), x)
    yield Case("np.insert, of values", lambda v: np.insert(line, h, v), lambda g, v, _: g[h : h + len(v)].copy(), line)


def _cuts(draw: Draw) -> Iterator[Case]:
    n, x = draw.n, draw.square()
    solid = x.reshape(n, n // 2, 2)
    yield Case("np.split", lambda x: np.split(x, 2), lambda g, x, _: np.concatenate(g), x)
    yield Case("np.array_split", lambda x: np.array_split(x, 3, 1), lambda g, x, _: np.concatenate(g, 1), x)
    yield Case("np.vsplit", lambda x: np.vsplit(x, 2), lambda g, x, _: np.concatenate(g), x)
    yield Case("np.hsplit", lambda x: np.hsplit(x, 2), lambda g, x, _: np.concatenate(g, 1), x)
    yield Case("np.dsplit", lambda x: np.dsplit(x, 2), lambda g, x, _: np.concatenate(g, 2), solid)
    yield Case("np.split, one part", lambda x: np.split(x, 2)[0], lambda g, x, _: _first_half(g, x), x)
    yield Case("np.unstack", lambda x: np.unstack(x), lambda g, x, _: np.stack(g), x.reshape(2, -1))
    yield Case("np.delete", lambda x: np.delete(x, 1, 0), lambda g, x, _: np.insert(g, 1, 0.0, axis=0), x)


def _first_half(g: Any, x: Any) -> Any:
    bar = np.zeros_like(x)
    bar[: len(g)] = g
    return bar


def _makings(draw: Draw) -> Iterator[Case]:
    n, row = draw.n, draw.row()
    size = n * n
    start = np.float64(0.5)
    yield Case("np.full", lambda r: np.full((n, n), r), lambda g, r, _: np.sum(g, axis=0), row)
    yield Case("np.full_like", lambda r: np.full_like(row, r, shape=(n, n)), lambda g, r, _: np.sum(g, axis=0), row)
    yield Case("np.linspace", lambda a: np.linspace(a, 2.0, size), lambda g, a, _: np.linspace(1.0, 0.0, size) @ g, start)
    yield Case("np.arange", lambda a: np.arange(a, a + size), lambda g, a, _: np.sum(g), start)
    yield Case("np.logspace", lambda a: np.logspace(a, 2.0, size), _logspace, start)
    yield Case(
        "np.geomspace",
        lambda a: np.geomspace(a, 2.0, size),
        lambda g, a, y: np.linspace(1.0, 0.0, size) @ (g * y) / a,
        start,
    )
    yield Case("np.meshgrid", lambda r: np.meshgrid(r, row)[0], lambda g, r, _: np.sum(g, axis=0), row)
    yield Case("np.vander", lambda x: np.vander(x, 5), _vander, draw(size // 5))


def _logspace(g: Any, a: Any, y: Any) -> Any:
    return np.log(10.0) * (np.linspace(1.0, 0.0, len(g)) @ (g * y))


def _vander(g: Any, x: Any, y: Any) -> Any:
    """The polynomial's derivative, by Horner's scheme."""
    bar = 4 * g[:, 0]
    for k in (3, 2, 1):
        bar *= x
        bar += k * g[:, 4 - k]
    return bar
