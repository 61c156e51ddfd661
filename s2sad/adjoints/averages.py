"""Python's `statistics`: means, variances and deviations of sequences of numbers. The rest of it is read from its source."""

from __future__ import annotations

import math
import statistics

import numpy as np

from s2sad.adjoints.registry import linear, refused, rule, sample
from s2sad.runtime import deviations, or_one, scaled, spread, weighted_sum

NUMBERS = [0.5, 1.5, 2.0, 0.75]
WEIGHTS = [1.0, 2.5, 0.5, 3.0]
VECTOR = np.array(NUMBERS)


@linear(statistics.mean, at=[(NUMBERS,), (VECTOR,)])
def mean(g, data):
    return spread(g / len(data), data)


@rule(statistics.fmean, at=[(NUMBERS,), (VECTOR,), (NUMBERS, WEIGHTS)])
class fmean:
    def pullback_data(g, ans, data, weights=None):
        if weights is None:
            return spread(g / len(data), data)
        return scaled(g / math.fsum(weights), weights, data)

    def pullback_weights(g, ans, data, weights=None):
        return scaled(g / math.fsum(weights), deviations(data, ans), weights)

    def pushforward_data(t, ans, data, weights=None):
        if weights is None:
            return math.fsum(t) / len(data)
        return weighted_sum(weights, t) / math.fsum(weights)

    def pushforward_weights(t, ans, data, weights=None):
        return weighted_sum(deviations(data, ans), t) / math.fsum(weights)


@rule(statistics.geometric_mean, at=[(NUMBERS,), (VECTOR,)])
class geometric_mean:
    def pullback_data(g, ans, data):
        return scaled(g * ans / len(data), np.reciprocal(data), data)

    def pushforward_data(t, ans, data):
        return ans / len(data) * weighted_sum(np.reciprocal(data), t)


@rule(statistics.harmonic_mean, at=[(NUMBERS,), (VECTOR,), (NUMBERS, WEIGHTS)])
class harmonic_mean:
    def pullback_data(g, ans, data, weights=None):
        if weights is None:
            return scaled(g / len(data), np.square(np.divide(ans, data)), data)
        return scaled(g / math.fsum(weights), np.multiply(weights, np.square(np.divide(ans, data))), data)

    def pullback_weights(g, ans, data, weights=None):
        return scaled(g * ans / math.fsum(weights), 1 - np.divide(ans, data), weights)

    def pushforward_data(t, ans, data, weights=None):
        if weights is None:
            return weighted_sum(np.square(np.divide(ans, data)), t) / len(data)
        return weighted_sum(np.multiply(weights, np.square(np.divide(ans, data))), t) / math.fsum(weights)

    def pushforward_weights(t, ans, data, weights=None):
        return weighted_sum(1 - np.divide(ans, data), t) * ans / math.fsum(weights)


SPREADS = [(NUMBERS,), (VECTOR,), (NUMBERS, 1.75)]


@rule(statistics.variance, at=[*SPREADS, sample(NUMBERS, xbar=0.25)])
class variance:
    """Twice the deviation from the mean, or from what is given for it, over n - 1."""

    def pullback_data(g, ans, data, xbar=None):
        return scaled(2 * g / (len(data) - 1), deviations(data, xbar), data)

    def pullback_xbar(g, ans, data, xbar=None):
        return -2 * g * math.fsum(deviations(data, xbar)) / (len(data) - 1)

    def pushforward_data(t, ans, data, xbar=None):
        return 2 * weighted_sum(deviations(data, xbar), t) / (len(data) - 1)

    def pushforward_xbar(t, ans, data, xbar=None):
        return -2 * t * math.fsum(deviations(data, xbar)) / (len(data) - 1)


@rule(statistics.pvariance, at=[*SPREADS, sample(NUMBERS, mu=0.25)])
class pvariance:
    """Twice the deviation from the mean, or from what is given for it, over n."""

    def pullback_data(g, ans, data, mu=None):
        return scaled(2 * g / len(data), deviations(data, mu), data)

    def pullback_mu(g, ans, data, mu=None):
        return -2 * g * math.fsum(deviations(data, mu)) / len(data)

    def pushforward_data(t, ans, data, mu=None):
        return 2 * weighted_sum(deviations(data, mu), t) / len(data)

    def pushforward_mu(t, ans, data, mu=None):
        return -2 * t * math.fsum(deviations(data, mu)) / len(data)


@rule(statistics.stdev, at=[*SPREADS, sample(NUMBERS, xbar=0.25)])
class stdev:
    """The deviation over (n - 1) ans; 0 where all are equal, as for norms."""

    def pullback_data(g, ans, data, xbar=None):
        return scaled(g / (or_one(ans) * (len(data) - 1)), deviations(data, xbar), data)

    def pullback_xbar(g, ans, data, xbar=None):
        return -g * math.fsum(deviations(data, xbar)) / (or_one(ans) * (len(data) - 1))

    def pushforward_data(t, ans, data, xbar=None):
        return weighted_sum(deviations(data, xbar), t) / (or_one(ans) * (len(data) - 1))

    def pushforward_xbar(t, ans, data, xbar=None):
        return -t * math.fsum(deviations(data, xbar)) / (or_one(ans) * (len(data) - 1))


@rule(statistics.pstdev, at=[*SPREADS, sample(NUMBERS, mu=0.25)])
class pstdev:
    """The deviation over n ans; 0 where all are equal, as for norms."""

    def pullback_data(g, ans, data, mu=None):
        return scaled(g / (or_one(ans) * len(data)), deviations(data, mu), data)

    def pullback_mu(g, ans, data, mu=None):
        return -g * math.fsum(deviations(data, mu)) / (or_one(ans) * len(data))

    def pushforward_data(t, ans, data, mu=None):
        return weighted_sum(deviations(data, mu), t) / (or_one(ans) * len(data))

    def pushforward_mu(t, ans, data, mu=None):
        return -t * math.fsum(deviations(data, mu)) / (or_one(ans) * len(data))


refused(
    statistics.median_grouped, statistics.mode, statistics.multimode,
    because="it counts how often values occur, which jumps",
    instead="use statistics.median, or choose the element by its index",
)  # fmt: skip


@rule(deviations, at=[(NUMBERS,), (VECTOR,), (NUMBERS, 1.75)])
class deviations_rule:
    """Symmetric in the numbers: each less the mean of all."""

    def pullback_data(h, ans, data, centre=None):
        if centre is None:
            return scaled(1.0, deviations(h), data)
        return scaled(1.0, h, data)

    def pullback_centre(h, ans, data, centre=None):
        return -sum(h)

    def pushforward_data(t, ans, data, centre=None):
        if centre is None:
            return deviations(t)
        return scaled(1.0, t, ans)

    def pushforward_centre(t, ans, data, centre=None):
        return spread(-t, ans)
