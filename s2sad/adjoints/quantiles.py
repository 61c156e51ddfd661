"""Quantiles and medians: weighted sums of two elements in their order, whose weights move with `q`."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import nondifferentiable, rule, sample
from s2sad.runtime import (
    array_pullback,
    neighbours,
    places_per_q,
    quantile_pullback,
    quantile_pullback_q,
    quantile_pushforward,
    quantile_pushforward_q,
    shares,
)

V = np.array([0.5, -1.5, 2.0, 0.75, 3.5])
T = np.sin(np.arange(24.0) ** 2).reshape(2, 3, 4)
HOLES = np.array([[0.5, np.nan, 2.0, 1.0], [1.5, -0.5, np.nan, 0.0]])
METHODS = ("lower", "higher", "midpoint", "nearest", "hazen", "weibull", "closest_observation", "inverted_cdf")
AXES = [(A, 0), (A, -1), (T, (0, -1)), sample(T, axis=1, keepdims=True), sample(A, keepdims=True)]
QUANTILES = [
    (V, 0.3), (V, [0.1, 0.55]), (A, 0.5), (A, 0.25, 0), (T, [0.2, 0.9], (0, -1)), sample(T, 0.7, axis=1, keepdims=True),
    sample(T, [[0.1, 0.95]], keepdims=True), (V, 0), *(sample(V, 0.45, method=m) for m in METHODS),
]  # fmt: skip
PERCENTILES = [(V, 30), (A, [10.0, 90.0], 0), sample(T, 70, axis=1, keepdims=True)]
GAPS = [(HOLES, 0.3), (HOLES, [0.1, 0.9], 1), sample(HOLES, 0.6, axis=-1, keepdims=True), (T, 0.4, (0, 2))]
PERCENT_GAPS = [(HOLES, 30), (HOLES, [10.0, 90.0], 1)]

nondifferentiable(neighbours, places_per_q)


SHARES = [
    (np.quantile, (), V, 0.3, None, "linear"),
    (np.percentile, (2, 2), A, [30.0, 70.0], 0, "hazen"),
    (np.quantile, (2, 2, 3), T, np.array([0.3, 0.6]), -1, "linear"),
]


@rule(shares, at=SHARES)
class shares_rule:
    inert = ("a",)

    def pullback_q(h, ans, function, shape, a, q, axis, method):
        return array_pullback(
            np.sum(
                np.reshape((h[1] - h[0]) * places_per_q(function, shape, a, q, axis, method), (*np.shape(q), -1)), axis=-1
            ),
            q,
        )

    def pushforward_q(t, ans, function, shape, a, q, axis, method):
        return np.stack(
            [-places_per_q(function, shape, a, q, axis, method), places_per_q(function, shape, a, q, axis, method)]
        ) * np.reshape(t, (*np.shape(q), *(1,) * (len(shape) - np.ndim(q))))


@rule(np.median, at=[(V,), (A,), (V[:4],), *AXES])
class median:
    def pullback_a(g, ans, a, axis=None, *, keepdims=False):
        return quantile_pullback(np.quantile, g, a, 0.5, axis)

    def pushforward_a(t, ans, a, axis=None, *, keepdims=False):
        return quantile_pushforward(np.quantile, t, ans, a, 0.5, axis)


@rule(np.nanmedian, at=[(HOLES,), (HOLES, 1), sample(HOLES, axis=1, keepdims=True), (T, (0, 1))])
class nanmedian:
    def pullback_a(g, ans, a, axis=None, *, keepdims=False):
        return quantile_pullback(np.nanquantile, g, a, 0.5, axis)

    def pushforward_a(t, ans, a, axis=None, *, keepdims=False):
        return quantile_pushforward(np.nanquantile, t, ans, a, 0.5, axis)


@rule(np.quantile, at=QUANTILES)
class quantile:
    def pullback_a(g, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pullback(np.quantile, g, a, q, axis, method)

    def pullback_q(g, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pullback_q(np.quantile, g, a, q, axis, method)

    def pushforward_a(t, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pushforward(np.quantile, t, ans, a, q, axis, method)

    def pushforward_q(t, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pushforward_q(np.quantile, t, ans, a, q, axis, method)


@rule(np.nanquantile, at=GAPS)
class nanquantile:
    def pullback_a(g, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pullback(np.nanquantile, g, a, q, axis, method)

    def pullback_q(g, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pullback_q(np.nanquantile, g, a, q, axis, method)

    def pushforward_a(t, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pushforward(np.nanquantile, t, ans, a, q, axis, method)

    def pushforward_q(t, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pushforward_q(np.nanquantile, t, ans, a, q, axis, method)


@rule(np.percentile, at=PERCENTILES)
class percentile:
    def pullback_a(g, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pullback(np.percentile, g, a, q, axis, method)

    def pullback_q(g, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pullback_q(np.percentile, g, a, q, axis, method)

    def pushforward_a(t, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pushforward(np.percentile, t, ans, a, q, axis, method)

    def pushforward_q(t, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pushforward_q(np.percentile, t, ans, a, q, axis, method)


@rule(np.nanpercentile, at=PERCENT_GAPS)
class nanpercentile:
    def pullback_a(g, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pullback(np.nanpercentile, g, a, q, axis, method)

    def pullback_q(g, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pullback_q(np.nanpercentile, g, a, q, axis, method)

    def pushforward_a(t, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pushforward(np.nanpercentile, t, ans, a, q, axis, method)

    def pushforward_q(t, ans, a, q, axis=None, *, method="linear", keepdims=False):
        return quantile_pushforward_q(np.nanpercentile, t, ans, a, q, axis, method)
