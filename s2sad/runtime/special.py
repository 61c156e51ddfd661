"""Special functions that derivatives of others need and that NumPy does not have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

# B_2k / (2k)!, the coefficients of the Euler-Maclaurin series behind the asymptotic expansion of polygamma.
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
_LARGE = 15.0


def polygamma(n: int, x: float) -> float:
    """The n-th derivative of digamma at `x`: recurrence up to where the asymptotic series has converged."""
    if x < 0 and n == 0:
        return polygamma(0, 1 - x) - math.pi / math.tan(math.pi * x)
    if x < 0 and n == 1:
        return (math.pi / math.sin(math.pi * x)) ** 2 - polygamma(1, 1 - x)
    factorial = math.factorial(n)
    sign = -1 if n % 2 == 0 else 1
    total = 0.0
    while x < _LARGE + n:
        total += factorial / x ** (n + 1)
        x = x + 1  # a new number: an array would be changed in place
    if n == 0:
        tail = 0.5 / x - math.log(x)
        terms = sum(b / (2 * k * x ** (2 * k)) for k, b in enumerate(_BERNOULLI, 1))
    else:
        tail = math.factorial(n - 1) / x**n + factorial / (2 * x ** (n + 1))
        terms = sum(
            b * math.factorial(2 * k + n - 1) / math.factorial(2 * k) / x ** (2 * k + n) for k, b in enumerate(_BERNOULLI, 1)
        )
    return sign * (total + tail + terms)


def bessel_i(n: int, x: Any) -> Any:
    """The modified Bessel function I_n, by the trapezoidal rule on its periodic integral."""
    values = np.asarray(x)
    top = float(np.max(np.abs(values), initial=0.0))
    points = 40 + n + int(9 * math.sqrt(top))
    angles = [2 * math.pi * k / points for k in range(points)]
    total = sum(math.cos(n * t) * np.exp(values * math.cos(t)) for t in angles)
    return total / points


def sinc_slope(x: Any, known: Any = None) -> Any:
    """The derivative of np.sinc, whose value may be `known`: near 0 by its series, where the quotient cancels."""
    x = np.asarray(x)
    small = np.abs(x) < 1e-2
    away = np.where(small, 1, x) if np.any(small) else x
    slope = (np.cos(np.pi * away) - (np.sinc(away) if known is None else known)) / away
    if away is not x:
        z = np.pi * x
        slope = np.where(small, -np.pi * z * (1 / 3 - z**2 * (1 / 30 - z**2 / 840)), slope)
    return slope.astype(x.dtype, copy=False)[()]


def sinc_curvature(x: Any) -> Any:
    """The second derivative of np.sinc."""
    x = np.asarray(x)
    small = np.abs(x) < 5e-2
    away = np.where(small, 1, x)
    z = np.pi * x
    series = -np.pi * np.pi * (1 / 3 - z**2 * (1 / 10 - z**2 * (1 / 168 - z**2 / 6480)))
    far = -np.pi * np.pi * np.sinc(away) - 2 * sinc_slope(away) / away
    return np.where(small, series, far).astype(x.dtype)[()]
