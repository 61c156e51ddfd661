"""Elementwise functions: a name, the function, and the cotangent of the argument."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.rules.case import Case, Draw


def cases(draw: Draw) -> Iterator[Case]:
    yield from _of_one(draw)
    yield from _of_two(draw)
    yield from _with_bounds(draw)
    yield from _complex(draw)


def _of_one(draw: Draw) -> Iterator[Case]:
    x = draw.square()
    half, more = x / 2, x + 1
    lies = np.isfinite
    yield Case("np.negative", np.negative, lambda g, x, y: -g, x)
    yield Case("np.positive", np.positive, lambda g, x, y: g.copy(), x)
    yield Case("np.sin", np.sin, lambda g, x, y: g * np.cos(x), x)
    yield Case("np.cos", np.cos, lambda g, x, y: -g * np.sin(x), x)
    yield Case("np.tan", np.tan, lambda g, x, y: g * (1 + y**2), x)
    yield Case("np.arcsin", np.arcsin, lambda g, x, y: g / np.sqrt(1 - x**2), half)
    yield Case("np.arccos", np.arccos, lambda g, x, y: -g / np.sqrt(1 - x**2), half)
    yield Case("np.arctan", np.arctan, lambda g, x, y: g / (1 + x**2), x)
    yield Case("np.sinh", np.sinh, lambda g, x, y: g * np.cosh(x), x)
    yield Case("np.cosh", np.cosh, lambda g, x, y: g * np.sinh(x), x)
    yield Case("np.tanh", np.tanh, lambda g, x, y: g * (1 - y**2), x)
    yield Case("np.arcsinh", np.arcsinh, lambda g, x, y: g / np.sqrt(x**2 + 1), x)
    yield Case("np.arccosh", np.arccosh, lambda g, x, y: g / (np.sqrt(x - 1) * np.sqrt(x + 1)), more)  # nan below -1
    yield Case("np.arctanh", np.arctanh, lambda g, x, y: g / (1 - x**2), half)
    yield Case("np.exp", np.exp, lambda g, x, y: g * y, x)
    yield Case("np.exp2", np.exp2, lambda g, x, y: math.log(2) * g * y, x)
    yield Case("np.expm1", np.expm1, lambda g, x, y: g * (y + 1), x)
    yield Case("np.log", np.log, lambda g, x, y: g / x, x)
    yield Case("np.log2", np.log2, lambda g, x, y: g / (x * math.log(2)), x)
    yield Case("np.log10", np.log10, lambda g, x, y: g / (x * math.log(10)), x)
    yield Case("np.log1p", np.log1p, lambda g, x, y: g / (1 + x), half)
    yield Case("np.sqrt", np.sqrt, lambda g, x, y: 0.5 * g / y, x)
    yield Case("np.cbrt", np.cbrt, lambda g, x, y: g / (3 * y**2), x)
    yield Case("np.square", np.square, lambda g, x, y: 2 * g * x, x)
    yield Case("np.reciprocal", np.reciprocal, lambda g, x, y: -g * y**2, x)
    yield Case("np.abs", np.abs, lambda g, x, y: g * np.sign(x), x)
    yield Case("np.fabs", np.fabs, lambda g, x, y: g * np.sign(x), x)
    yield Case("np.sign", np.sign, lambda g, x, y: np.zeros_like(g), x)
    yield Case("np.degrees", np.degrees, lambda g, x, y: g * (180 / math.pi), x)
    yield Case("np.radians", np.radians, lambda g, x, y: g * (math.pi / 180), x)
    yield Case("np.sinc", np.sinc, _sinc, x)
    yield Case("np.nan_to_num", np.nan_to_num, lambda g, x, y: g * lies(x), x)
    yield Case("np.float32", lambda x: x.astype(np.float32), lambda g, x, y: g.astype(float), x)
    yield Case("np.modf", lambda x: np.modf(x)[0], lambda g, x, y: g.copy(), x)
    yield Case("np.frexp", lambda x: np.frexp(x)[0], lambda g, x, y: np.ldexp(g, -np.frexp(x)[1]), x)
    yield Case("np.ldexp", lambda x: np.ldexp(x, 3), lambda g, x, y: np.ldexp(g, 3), x)
    yield Case("x ** 2", lambda x: x**2, lambda g, x, y: 2 * g * x, x)
    yield Case("x ** 3", lambda x: x**3, lambda g, x, y: 3 * g * x**2, x)
    yield Case("x ** 2.5", lambda x: x**2.5, lambda g, x, y: 2.5 * g * x**1.5, x)
    yield Case("x ** 0.5", lambda x: x**0.5, lambda g, x, y: 0.5 * g * x**-0.5, x)
    yield Case("2.0 ** x", lambda x: 2.0**x, lambda g, x, y: math.log(2) * g * y, x)
    yield Case("3.0 * x", lambda x: 3.0 * x, lambda g, x, y: 3.0 * g, x)
    yield Case("3.0 - x", lambda x: 3.0 - x, lambda g, x, y: -g, x)
    yield Case("3.0 / x", lambda x: 3.0 / x, lambda g, x, y: -g * y / x, x)
    yield Case("np.emath.sqrt", np.emath.sqrt, lambda g, x, y: 0.5 * g / y, abs(x))
    yield Case("np.emath.log", np.emath.log, lambda g, x, y: g / x, abs(x))
    yield Case("np.emath.log2", np.emath.log2, lambda g, x, y: g / (x * math.log(2)), abs(x))
    yield Case("np.emath.log10", np.emath.log10, lambda g, x, y: g / (x * math.log(10)), abs(x))
    yield Case("np.emath.power", lambda x: np.emath.power(x, 2.5), lambda g, x, y: 2.5 * g * np.emath.power(x, 1.5), abs(x))
    yield Case("np.emath.arcsin", np.emath.arcsin, lambda g, x, y: g / np.cos(y), half)
    yield Case("np.emath.arccos", np.emath.arccos, lambda g, x, y: -g / np.sin(y), half)
    yield Case("np.emath.arctanh", np.emath.arctanh, lambda g, x, y: g / (1 - x**2), half)


def _sinc(g: Any, x: Any, y: Any) -> Any:
    """A series near 0, where the quotient cancels."""
    small = np.abs(x) < 1e-2
    if not small.any():
        return g * (np.cos(np.pi * x) - y) / x
    away = np.where(small, 1.0, x)
    series = -(np.pi**2) * x * (1 / 3 - (np.pi * x) ** 2 / 30)
    return g * np.where(small, series, (np.cos(np.pi * away) - y) / away)


def _of_two(draw: Draw) -> Iterator[Case]:
    """Of an array with a row or another array, in either argument."""
    x, other, row = draw.square(), draw.square(), draw.row()
    positive, first = abs(x) + 0.5, abs(row) + 0.5
    yield Case("x + row", lambda x: x + row, lambda g, x, y: g.copy(), x)
    yield Case("row + x, of the row", lambda r: r + x, lambda g, r, y: np.sum(g, axis=0), row)
    yield Case("x - y, of y", lambda y: x - y, lambda g, y, z: -g, other)
    yield Case("x * y", lambda x: x * other, lambda g, x, y: g * other, x)
    yield Case("row * x, of the row", lambda r: r * x, lambda g, r, y: np.sum(g * x, axis=0), row)
    yield Case("x / row", lambda x: x / row, lambda g, x, y: g / row, x)
    yield Case("x / row, of the row", lambda r: x / r, lambda g, r, y: -np.sum(g * y, axis=0) / r, first)
    yield Case("x % row", lambda x: x % first, lambda g, x, y: g.copy(), x)
    yield Case("x % y, of y", lambda y: x % y, lambda g, y, z: -g * (x // y), positive)
    yield Case("np.fmod", lambda x: np.fmod(x, first), lambda g, x, y: g.copy(), x)
    yield Case("np.fmod, of y", lambda y: np.fmod(x, y), lambda g, y, z: g * (z - x) / y, positive)
    yield Case("np.power, of y", lambda y: np.power(positive, y), lambda g, y, z: g * z * np.log(positive), other)
    yield Case("x ** y", lambda x: x**other, lambda g, x, y: g * _slope(x, other), positive)
    yield Case("np.float_power", lambda x: np.float_power(x, 2.5), lambda g, x, y: 2.5 * g * x**1.5, positive)
    yield Case("np.arctan2", lambda y: np.arctan2(y, row), lambda g, y, z: g * row / (y**2 + row**2), x)
    yield Case("np.arctan2, of x", lambda x: np.arctan2(other, x), lambda g, x, z: -g * other / (x**2 + other**2), x)
    yield Case("np.hypot", lambda x: np.hypot(x, row), lambda g, x, h: g * x / np.where(h == 0, 1.0, h), x)
    yield Case("np.logaddexp", lambda x: np.logaddexp(x, row), lambda g, x, y: g * np.exp(x - y), x)
    yield Case("np.logaddexp2", lambda x: np.logaddexp2(x, row), lambda g, x, y: g * np.exp2(x - y), x)
    yield Case(
        "np.copysign", lambda x: np.copysign(x, other), lambda g, x, y: g * np.copysign(1.0, x) * np.copysign(1.0, other), x
    )
    yield Case("np.nextafter", lambda x: np.nextafter(x, 2.0), lambda g, x, y: g.copy(), x)
    yield Case("np.heaviside, of y", lambda y: np.heaviside(x, y), lambda g, y, z: g * (x == 0), other)
    yield Case("np.divmod, of y", lambda y: np.divmod(x, y)[1], lambda g, y, z: -g * (x // y), positive)


def _slope(x: Any, y: Any) -> Any:
    return y * x ** np.where(y == 0, 1.0, y - 1)


def _with_bounds(draw: Draw) -> Iterator[Case]:
    """A tie is split evenly, which is looked for once for all elements."""
    x, other, mask, row = draw.square(), draw.square(), draw.mask(), draw.row()
    yield Case("np.maximum", lambda x: np.maximum(x, 1.0), lambda g, x, y: _shared(g, x > 1.0, x == 1.0), x)
    yield Case("np.maximum, of y", lambda y: np.maximum(x, y), lambda g, y, z: _shared(g, y > x, x == y), other)
    yield Case("np.minimum", lambda x: np.minimum(x, row), lambda g, x, y: _shared(g, x < row, x == row), x)
    yield Case("np.fmax", lambda x: np.fmax(x, other), lambda g, x, y: _shared(g, x > other, x == other), x)
    yield Case("np.fmin", lambda x: np.fmin(x, other), lambda g, x, y: _shared(g, x < other, x == other), x)
    yield Case(
        "np.clip",
        lambda x: np.clip(x, 0.5, 1.0),
        lambda g, x, y: _shared(g, (x > 0.5) & (x < 1.0), (x == 0.5) | (x == 1.0)),
        x,
    )
    yield Case("np.clip, one bound", lambda x: np.clip(x, None, 1.0), lambda g, x, y: _shared(g, x < 1.0, x == 1.0), x)
    yield Case("np.clip, of a bound", lambda b: np.clip(x, b, None), lambda g, b, y: _shared(g, x < b, x == b), other)
    yield Case("np.where", lambda x: np.where(mask, x, 0.5), lambda g, x, y: np.where(mask, g, 0.0), x)
    yield Case("np.where, of y", lambda y: np.where(mask, x, y), lambda g, y, z: np.where(mask, 0.0, g), other)


def _shared(g: Any, one: Any, half: Any) -> Any:
    bar = g * one
    if half.any():
        bar[half] = 0.5 * g[half]
    return bar


def _complex(draw: Draw) -> Iterator[Case]:
    x = draw.square()
    z = x + 1j * draw.square()
    yield Case("np.conj", np.conj, lambda g, z, y: np.conj(g), z)
    yield Case("np.real", np.real, lambda g, z, y: g.astype(complex), z)
    yield Case("np.imag", np.imag, lambda g, z, y: -1j * g, z)
    yield Case("np.angle", np.angle, lambda g, z, y: -1j * g / z, z + 0.25j)
    yield Case("np.abs of complex", np.abs, lambda g, z, y: g / np.where(y == 0, 1.0, y) * np.conj(z), z)
    yield Case("np.exp of complex", np.exp, lambda g, z, y: g * y, z)
    yield Case("z * w, of real z", lambda x: x * z, lambda g, x, y: (g * z).real.copy(), x)
