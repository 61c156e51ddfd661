"""Reductions, running sums, quantiles, and what statistics are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.rules.case import Case, Draw


def cases(draw: Draw) -> Iterator[Case]:
    yield from _sums(draw)
    yield from _products(draw)
    yield from _extrema(draw)
    yield from _running(draw)
    yield from _with_holes(draw)
    yield from _quantiles(draw)
    yield from _statistics(draw)


def _spread(g: Any, x: Any) -> Any:
    """Sums along the last axis, each given to all that went into it."""
    return np.broadcast_to(g[:, None], x.shape).copy()


def _sums(draw: Draw) -> Iterator[Case]:
    n, x, mask = draw.n, draw.square(), draw.mask()
    yield Case("np.sum", np.sum, lambda g, x, _: np.full_like(x, g), x)
    yield Case("np.sum(axis=0)", lambda x: np.sum(x, axis=0), lambda g, x, _: np.broadcast_to(g, x.shape).copy(), x)
    yield Case("np.sum(axis=1)", lambda x: np.sum(x, axis=1), lambda g, x, _: _spread(g, x), x)
    yield Case("np.sum(where=)", lambda x: np.sum(x, axis=1, where=mask), lambda g, x, _: np.where(mask, g[:, None], 0.0), x)
    yield Case("np.mean(axis=1)", lambda x: np.mean(x, axis=1), lambda g, x, _: _spread(g / n, x), x)
    yield Case("np.mean(where=)", lambda x: np.mean(x, axis=1, where=mask), lambda g, x, _: _mean_where(g, mask), x)
    yield Case("np.var(axis=1)", lambda x: np.var(x, axis=1), lambda g, x, _: _var(g, x, n), x)
    yield Case("np.var", np.var, lambda g, x, _: (2 / x.size * g) * (x - np.mean(x)), x)
    yield Case("np.std(axis=1)", lambda x: np.std(x, axis=1), lambda g, x, s: _var(g / (2 * _or_one(s)), x, n), x)
    yield Case("np.add.reduce", np.add.reduce, lambda g, x, _: np.broadcast_to(g, x.shape).copy(), x)
    yield Case("np.logaddexp.reduce", np.logaddexp.reduce, lambda g, x, s: g * np.exp(x - s), x)
    starts = np.arange(0, n, 2)
    counts = np.append(np.diff(starts), n - starts[-1])
    yield Case("np.add.reduceat", lambda x: np.add.reduceat(x, starts), lambda g, x, _: np.repeat(g, counts, axis=0), x)


def _or_one(s: Any) -> Any:
    return np.where(s == 0, 1.0, s)


def _mean_where(g: Any, mask: Any) -> Any:
    return np.where(mask, (g / np.sum(mask, axis=1))[:, None], 0.0)


def _var(g: Any, x: Any, n: int) -> Any:
    bar = x - np.mean(x, axis=1, keepdims=True)
    bar *= (2 / n * g)[:, None]
    return bar


def _products(draw: Draw) -> Iterator[Case]:
    x, mask = draw.square(), draw.mask()
    yield Case("np.prod(axis=1)", lambda x: np.prod(x, axis=1), _prod, x)
    yield Case("np.prod", np.prod, lambda g, x, p: _prod(np.array([g]), x.reshape(1, -1), np.array([p])).reshape(x.shape), x)
    yield Case("np.prod(where=)", lambda x: np.prod(x, axis=1, where=mask), lambda g, x, p: _prod_where(g, x, p, mask), x)
    yield Case("np.multiply.reduce", np.multiply.reduce, lambda g, x, p: _prod(g, x.T, p).T, x)
    yield Case("np.cumprod", np.cumprod, _cumprod, 0.5 + draw.line() / 2)
    yield Case("np.cumprod(axis=1)", lambda x: np.cumprod(x, axis=1), _cumprod, x)
    yield Case("np.multiply.accumulate", np.multiply.accumulate, lambda g, x, p: _cumprod(g.T, x.T, p.T).T, x)


def _prod(g: Any, x: Any, p: Any) -> Any:
    """The quotient, where there is one: the products of those to the left times those to the right where it is not."""
    size = np.abs(p)
    if np.all((size > 1e-300) & (size < np.inf)):
        return (g * p)[:, None] / x
    left, right = np.ones_like(x), np.ones_like(x)
    np.cumprod(x[:, :-1], axis=1, out=left[:, 1:])
    np.cumprod(x[:, :0:-1], axis=1, out=right[:, -2::-1])
    left *= right
    left *= g[:, None]
    return left


def _prod_where(g: Any, x: Any, p: Any, mask: Any) -> Any:
    return np.where(mask, _prod(g, np.where(mask, x, 1.0), p), 0.0)


def _cumprod(g: Any, x: Any, p: Any) -> Any:
    if np.all(p):
        bar = np.flip(np.cumsum(np.flip(g * p, -1), -1), -1)
        return bar / x
    bar, behind = np.empty_like(x), np.zeros_like(x[..., 0])
    for k in reversed(range(x.shape[-1])):
        behind = behind * x[..., k + 1] + g[..., k] if k + 1 < x.shape[-1] else g[..., k]
        bar[..., k] = behind * p[..., k - 1] if k else behind
    return bar


def _extrema(draw: Draw) -> Iterator[Case]:
    x = draw.square()
    yield Case("np.max", np.max, lambda g, x, y: _ties(g, x, y, None), x)
    yield Case("np.max(axis=0)", lambda x: np.max(x, axis=0), lambda g, x, y: _ties(g, x, y, 0), x)
    yield Case("np.max(axis=1)", lambda x: np.max(x, axis=1), lambda g, x, y: _ties(g[:, None], x, y[:, None], 1), x)
    yield Case("np.min(axis=1)", lambda x: np.min(x, axis=1), lambda g, x, y: _ties(g[:, None], x, y[:, None], 1), x)
    yield Case("np.maximum.reduce", np.maximum.reduce, lambda g, x, y: _ties(g, x, y, 0), x)
    yield Case("np.ptp(axis=1)", lambda x: np.ptp(x, axis=1), _ptp, x)


def _ties(g: Any, x: Any, y: Any, axis: int | None) -> Any:
    hit = x == y
    return hit * (g / np.sum(hit, axis=axis, keepdims=True))


def _ptp(g: Any, x: Any, y: Any) -> Any:
    top = _ties(g[:, None], x, np.max(x, axis=1, keepdims=True), 1)
    top -= _ties(g[:, None], x, np.min(x, axis=1, keepdims=True), 1)
    return top


def _running(draw: Draw) -> Iterator[Case]:
    x, line = draw.square(), draw.line()
    yield Case("np.cumsum", np.cumsum, lambda g, x, _: np.cumsum(g[::-1])[::-1].copy(), line)
    yield Case(
        "np.cumsum(axis=0)", lambda x: np.cumsum(x, axis=0), lambda g, x, _: np.cumsum(g[::-1], axis=0)[::-1].copy(), x
    )
    yield Case("np.cumsum(axis=1)", lambda x: np.cumsum(x, axis=1), _cumsum_rows, x)
    yield Case("np.cumulative_sum", lambda x: np.cumulative_sum(x), lambda g, x, _: np.cumsum(g[::-1])[::-1].copy(), line)
    yield Case("np.add.accumulate", np.add.accumulate, lambda g, x, _: np.cumsum(g[::-1], axis=0)[::-1].copy(), x)


def _cumsum_rows(g: Any, x: Any, _: Any) -> Any:
    return np.cumsum(g[:, ::-1], axis=1)[:, ::-1].copy()


def _with_holes(draw: Draw) -> Iterator[Case]:
    """A tenth of the elements is not there."""
    x = np.where(draw.rng.random((draw.n, draw.n)) < 0.1, np.nan, draw.square())
    x[:, 0] = 0.5
    yield Case(
        "np.nansum(axis=1)", lambda x: np.nansum(x, axis=1), lambda g, x, _: np.where(np.isnan(x), 0.0, g[:, None]), x
    )
    yield Case("np.nanmean(axis=1)", lambda x: np.nanmean(x, axis=1), _nanmean, x)
    yield Case("np.nanvar(axis=1)", lambda x: np.nanvar(x, axis=1), _nanvar, x)
    yield Case("np.nanstd(axis=1)", lambda x: np.nanstd(x, axis=1), lambda g, x, s: _nanvar(g / (2 * _or_one(s)), x, s), x)
    yield Case("np.nanprod(axis=1)", lambda x: np.nanprod(x, axis=1), _nanprod, x)
    yield Case("np.nanmax(axis=1)", lambda x: np.nanmax(x, axis=1), lambda g, x, y: _ties(g[:, None], x, y[:, None], 1), x)
    yield Case("np.nanmin(axis=1)", lambda x: np.nanmin(x, axis=1), lambda g, x, y: _ties(g[:, None], x, y[:, None], 1), x)
    yield Case(
        "np.nancumsum(axis=1)", lambda x: np.nancumsum(x, axis=1), lambda g, x, y: _cumsum_rows(g, x, y) * ~np.isnan(x), x
    )
    yield Case("np.nancumprod(axis=1)", lambda x: np.nancumprod(x, axis=1), _nancumprod, x)


def _nanmean(g: Any, x: Any, _: Any) -> Any:
    there = ~np.isnan(x)
    return np.where(there, (g / np.sum(there, axis=1))[:, None], 0.0)


def _nanvar(g: Any, x: Any, _: Any) -> Any:
    there = ~np.isnan(x)
    count = np.sum(there, axis=1, keepdims=True)
    full = np.where(there, x, 0.0)
    full -= np.sum(full, axis=1, keepdims=True) / count
    full *= 2 * g[:, None] / count
    full *= there
    return full


def _nanprod(g: Any, x: Any, p: Any) -> Any:
    there = ~np.isnan(x)
    return there * _prod(g, np.where(there, x, 1.0), p)


def _nancumprod(g: Any, x: Any, p: Any) -> Any:
    there = ~np.isnan(x)
    return there * _cumprod(g, np.where(there, x, 1.0), p)


def _quantiles(draw: Draw) -> Iterator[Case]:
    n, x, line = draw.n, draw.square(), draw.line()
    yield Case("np.median", np.median, lambda g, x, _: _quantile(g, x[None], 0.5)[0], line)
    yield Case("np.median(axis=1)", lambda x: np.median(x, axis=1), lambda g, x, _: _quantile(g, x, 0.5), x)
    yield Case("np.quantile(axis=1)", lambda x: np.quantile(x, 0.3, axis=1), lambda g, x, _: _quantile(g, x, 0.3), x)
    yield Case("np.percentile(axis=1)", lambda x: np.percentile(x, 30.0, axis=1), lambda g, x, _: _quantile(g, x, 0.3), x)
    holes = np.where(draw.rng.random((n, n)) < 0.1, np.nan, x)
    holes[:, 0] = 0.5
    yield Case("np.nanmedian(axis=1)", lambda x: np.nanmedian(x, axis=1), lambda g, x, _: _nanquantile(g, x, 0.5), holes)
    yield Case(
        "np.nanquantile(axis=1)", lambda x: np.nanquantile(x, 0.3, axis=1), lambda g, x, _: _nanquantile(g, x, 0.3), holes
    )


def _quantile(g: Any, x: Any, q: float) -> Any:
    """Of each row, two elements in the stable order: those at the places around q."""
    return _two_of(g, x, np.full(len(x), q * (x.shape[1] - 1)))


def _nanquantile(g: Any, x: Any, q: float) -> Any:
    return _two_of(g, x, q * (np.sum(~np.isnan(x), axis=1) - 1.0))


def _two_of(g: Any, x: Any, along: Any) -> Any:
    order, rows = np.argsort(x, axis=1, kind="stable"), np.arange(len(x))
    low = np.floor(along).astype(int)
    share = along - low
    bar = np.zeros_like(x)
    bar[rows, order[rows, low]] = g * (1 - share)
    bar[rows, order[rows, np.ceil(along).astype(int)]] += g * share
    return bar


def _statistics(draw: Draw) -> Iterator[Case]:
    n, x, weights = draw.n, draw.square(), np.abs(draw.row()) + 0.5
    many, all_weights = draw(10, n * n // 10), np.abs(draw.square()) + 0.5
    shares = weights / np.sum(weights)
    yield Case("np.average", lambda x: np.average(x, axis=1), lambda g, x, _: _spread(g / n, x), x)
    yield Case("np.average(weights=)", lambda x: np.average(x, 1, weights), lambda g, x, _: g[:, None] * shares, x)
    yield Case(
        "np.average, weights of all", lambda x: np.average(x, 1, all_weights), lambda g, x, _: _averaged(g, all_weights), x
    )
    yield Case("np.average, of weights", lambda w: np.average(x, 1, w), lambda g, w, m: _of_weights(g, x, w, m), all_weights)
    yield Case("np.cov", np.cov, _cov, many)
    yield Case("np.corrcoef", np.corrcoef, _corrcoef, many + draw.rng.normal(size=many.shape))


def _averaged(g: Any, w: Any) -> Any:
    return (g / np.sum(w, axis=1))[:, None] * w


def _of_weights(g: Any, x: Any, w: Any, mean: Any) -> Any:
    bar = x - mean[:, None]
    bar *= (g / np.sum(w, axis=1))[:, None]
    return bar


def _cov(g: Any, x: Any, _: Any) -> Any:
    return ((g + g.T) / (x.shape[1] - 1)) @ (x - np.mean(x, axis=1, keepdims=True))


def _corrcoef(g: Any, x: Any, r: Any) -> Any:
    centred = x - np.mean(x, axis=1, keepdims=True)
    sizes = np.sqrt(np.sum(centred**2, axis=1))
    inner = (g + g.T) / np.outer(sizes, sizes)
    inner[np.diag_indices(len(x))] -= np.sum((g + g.T) * r, axis=1) / sizes**2
    return inner @ centred
