"""Pullbacks of single functions at a million elements, over the same written by hand with the best formula we know.

A pullback by hand gets the cotangent of the result, the argument, and the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import s2sad
from benchmarks.measure import Note, Row, times

N = 1_000
RNG = np.random.default_rng(3)
SQUARE, LINE, ROW = RNG.uniform(0.5, 1.5, (N, N)), RNG.uniform(0.5, 1.5, N * N), RNG.uniform(0.5, 1.5, N)
INDEX = RNG.integers(0, N * N, N * N)
STACK, PAIR = RNG.normal(size=(1_000, 10, 100)), RNG.normal(size=(1_000, 100))
SMALL = RNG.normal(size=(300, 300)) + 20 * np.eye(300)


class Case(NamedTuple):
    name: str
    function: Callable[[Any], Any]
    by_hand: Callable[[Any, Any, Any], Any]
    x: Any


def _prod(g, x, p):
    return (g * p)[:, None] / x


def _max(g, x, most):
    hit = x == most[:, None]
    return hit * (g / np.sum(hit, axis=1))[:, None]


def _scattered(g, x, _):
    return np.bincount(INDEX, g, len(x))


def _sort(g, x, _):
    bar = np.empty_like(x)
    bar[np.argsort(x, kind="stable")] = g
    return bar


def _inner(g, x, _):
    bar = np.zeros_like(x)
    bar[1:-1] = g
    return bar


def _diff(g, x, _):
    bar = np.empty_like(x)
    bar[0], bar[1:] = 0.0, g
    bar[:-1] -= g
    return bar


def _var(g, x, _):
    return (x - np.mean(x, axis=1, keepdims=True)) * (2 / N * g)[:, None]


def _padded(g, x, _):
    return g[1:-1, 2:-2].copy()


CASES = [
    Case("np.tanh", np.tanh, lambda g, x, t: g * (1 - t**2), SQUARE),
    Case("np.exp", np.exp, lambda g, x, e: g * e, SQUARE),
    Case("x ** 2.5", lambda x: x**2.5, lambda g, x, _: 2.5 * g * x**1.5, SQUARE),
    Case("x / row", lambda x: x / ROW, lambda g, x, _: g / ROW, SQUARE),
    Case("row * x, of the row", lambda r: r * SQUARE, lambda g, r, _: np.sum(g * SQUARE, axis=0), ROW),
    Case("np.hypot", lambda x: np.hypot(x, ROW), lambda g, x, h: g * x / h, SQUARE),
    Case("np.maximum", lambda x: np.maximum(x, 1.0), lambda g, x, _: g * (x > 1.0), SQUARE),
    Case("np.clip", lambda x: np.clip(x, 0.7, 1.2), lambda g, x, _: g * ((x > 0.7) & (x < 1.2)), SQUARE),
    Case("np.where", lambda x: np.where(SQUARE > 1.0, x, 0.5), lambda g, x, _: np.where(SQUARE > 1.0, g, 0.0), SQUARE),
    Case("np.sum(axis=0)", lambda x: np.sum(x, axis=0), lambda g, x, _: np.broadcast_to(g, x.shape).copy(), SQUARE),
    Case("np.mean(axis=1)", lambda x: np.mean(x, axis=1), lambda g, x, _: np.repeat(g / N, N).reshape(N, N), SQUARE),
    Case("np.var(axis=1)", lambda x: np.var(x, axis=1), _var, SQUARE),
    Case("np.max(axis=1)", lambda x: np.max(x, axis=1), _max, SQUARE),
    Case("np.prod(axis=1)", lambda x: np.prod(x, axis=1), _prod, SQUARE),
    Case("np.cumsum", np.cumsum, lambda g, x, _: np.cumsum(g[::-1])[::-1].copy(), LINE),
    Case("np.sort", np.sort, _sort, LINE),
    Case("x[indices]", lambda x: x[INDEX], _scattered, LINE),
    Case("x[1:-1]", lambda x: x[1:-1], _inner, SQUARE),
    Case("np.concatenate", lambda x: np.concatenate([x, ROW[None]]), lambda g, x, _: g[:-1].copy(), SQUARE),
    Case("np.stack", lambda x: np.stack([x, SQUARE], axis=1), lambda g, x, _: g[:, 0].copy(), SQUARE),
    Case("np.pad", lambda x: np.pad(x, ((1, 1), (2, 2))), _padded, SQUARE),
    Case("x.T", lambda x: x.T, lambda g, x, _: np.ascontiguousarray(g.T), SQUARE),
    Case("np.roll", lambda x: np.roll(x, 7), lambda g, x, _: np.roll(g, -7), LINE),
    Case("np.diff", np.diff, _diff, LINE),
    Case("x @ y", lambda x: x @ SQUARE, lambda g, x, _: g @ SQUARE.T, SQUARE),
    Case("np.einsum", lambda x: np.einsum("bij,bj->bi", STACK, x), lambda g, x, _: np.einsum("bi,bij->bj", g, STACK), PAIR),
    Case("np.linalg.norm", np.linalg.norm, lambda g, x, n: g / n * x, SQUARE),
    Case("np.linalg.inv, 300", np.linalg.inv, lambda g, x, y: -(y.T @ g @ y.T), SMALL),
    Case("np.linalg.solve, 300", lambda b: np.linalg.solve(SMALL, b), lambda g, b, _: np.linalg.solve(SMALL.T, g), SMALL),
    Case("np.linalg.det, 300", np.linalg.det, lambda g, x, d: g * d * np.linalg.inv(x).T, SMALL / 20),
]


def run() -> list[Row | Note]:
    return [_row(case) for case in CASES]


def _row(case: Case) -> Row:
    ans, pullback = s2sad.vjp(case.function, case.x)
    g = RNG.normal(size=np.shape(ans))[()]
    expected = case.by_hand(g, case.x, ans)
    np.testing.assert_allclose(pullback(g)[0], expected, rtol=1e-9, atol=1e-9 * np.max(np.abs(expected)))
    t = times({"s2sad": lambda: pullback(g), "by hand": lambda: case.by_hand(g, case.x, ans)}, repeats=7, at_least=0.01)
    return Row(case.name, t["s2sad"] / t["by hand"], target=1.2, note=f"{t['s2sad'] * 1e3:.3g} ms")
