"""One function with its pullback written by hand, and the numbers that cases are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """A function of one argument at `x`; `by_hand(g, x, ans)` is its pullback, in an array that owns its memory."""

    name: str
    function: Callable[[Any], Any]
    by_hand: Callable[[Any, Any, Any], Any]
    x: Any


class Draw:
    """Random numbers: of one run to the next the same ones. Those that are `coarse` have ties, zeros, and meet bounds."""

    def __init__(self, n: int, coarse: bool = False) -> None:
        self.n = n
        self.coarse = coarse
        self.rng = np.random.default_rng(3)

    def __call__(self, *shape: int) -> Any:
        """Around one; where they are coarse, halves between -1 and 1."""
        if self.coarse:
            return self.rng.integers(-2, 3, shape) / 2
        return self.rng.uniform(0.5, 1.5, shape)

    def square(self) -> Any:
        return self(self.n, self.n)

    def line(self) -> Any:
        return self(self.n * self.n)

    def row(self) -> Any:
        return self(self.n)

    def mask(self) -> Any:
        return self.rng.random((self.n, self.n)) < 0.5

    def matrices(self, *shape: int) -> Any:
        """Square matrices that are far from singular, whatever else is coarse."""
        return self.rng.normal(size=shape) + 3 * np.sqrt(shape[-1]) * np.eye(shape[-1])


def cotangent(ans: Any) -> Any:
    """Random numbers of the shape and structure of a result."""
    rng = np.random.default_rng(4)

    def of(part: Any) -> Any:
        if isinstance(part, (tuple, list)):
            return [of(p) for p in part]
        if np.iscomplexobj(part):
            return (rng.normal(size=np.shape(part)) + 1j * rng.normal(size=np.shape(part)))[()]
        return rng.normal(size=np.shape(part))[()]

    return of(ans)
