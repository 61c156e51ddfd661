"""Weighted averages, covariances and correlations."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import rule, sample
from s2sad.runtime import (
    average_pullback_a,
    average_pullback_weights,
    average_pushforward_weights,
    corrcoef_pullback,
    corrcoef_pushforward,
    cov_pullback,
    cov_pushforward,
    reduced_size,
    unreduce,
)

V = np.array([0.5, -1.5, 2.0])
T = np.sin(np.arange(24.0) ** 2).reshape(2, 3, 4)
M = np.array([[0.5, 1.5, -1.0, 2.0], [2.5, 0.25, 1.0, -0.5], [1.0, 3.0, 0.0, 0.5]])
N = np.array([1, 2, 1, 3])


@rule(
    np.average,
    at=[(V,), (A, 0), (T, (0, 2)), (A, 1, [0.5, 1.5]), (V, None, V + 2), (A, None, A + 1), sample(A, 0, V + 2, keepdims=True),
        (T, 1, np.array([1.0, 2.0, 0.5])), (T, 0, T + 2), (M + 1j * M, 1, M[0] + 3), sample(A, axis=0, keepdims=True)],
)  # fmt: skip
class average:
    def pullback_a(g, ans, a, axis=None, weights=None, *, keepdims=False):
        if weights is None:
            return unreduce(g / reduced_size(a, axis), a, axis, keepdims)
        return average_pullback_a(g, a, axis, weights, keepdims)

    def pullback_weights(g, ans, a, axis=None, weights=None, *, keepdims=False):
        return average_pullback_weights(g, ans, a, axis, weights, keepdims)

    def pushforward_a(t, ans, a, axis=None, weights=None, *, keepdims=False):
        return np.average(t, axis, weights, keepdims=keepdims)

    def pushforward_weights(t, ans, a, axis=None, weights=None, *, keepdims=False):
        return average_pushforward_weights(t, ans, a, axis, weights, keepdims)


@rule(
    np.cov,
    at=[(M,), (M[0],), (M[:2], M[2]), (A, None, False), (A, A, False), sample(M, ddof=0), sample(M, bias=True),
        sample(M, fweights=N), sample(M, aweights=N * 0.5), sample(M, aweights=[1.0, 2.5, 0.5, 3.0]), sample(M, None, True, False, 2, N, N), (M + 1j * M[::-1],)],
)  # fmt: skip
class cov:
    """The weights of the observations count as constant."""

    def pullback_m(g, ans, m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
        return cov_pullback(g, 0, m, y, rowvar, bias, ddof, fweights, aweights)

    def pullback_y(g, ans, m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
        return cov_pullback(g, 1, m, y, rowvar, bias, ddof, fweights, aweights)

    def pushforward_m(t, ans, m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
        return cov_pushforward(t, 0, m, y, rowvar, bias, ddof, fweights, aweights)

    def pushforward_y(t, ans, m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None):
        return cov_pushforward(t, 1, m, y, rowvar, bias, ddof, fweights, aweights)


@rule(np.corrcoef, at=[(M,), (M[:2], M[2]), (A, None, False), (M[0],)])
class corrcoef:
    def pullback_x(g, ans, x, y=None, rowvar=True):
        return corrcoef_pullback(g, ans, 0, x, y, rowvar)

    def pullback_y(g, ans, x, y=None, rowvar=True):
        return corrcoef_pullback(g, ans, 1, x, y, rowvar)

    def pushforward_x(t, ans, x, y=None, rowvar=True):
        return corrcoef_pushforward(t, ans, 0, x, y, rowvar)

    def pushforward_y(t, ans, x, y=None, rowvar=True):
        return corrcoef_pushforward(t, ans, 1, x, y, rowvar)
