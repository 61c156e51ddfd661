"""A loop that reads x[i] n times: time per element, over that at n = 1,000.

Constant if the gradient is linear in n. Where each read makes an array of zeros of full size, it grows.
"""

from __future__ import annotations

import numpy as np

import s2sad
from benchmarks.measure import Note, Row, times

SIZES = (1_000, 10_000, 100_000)


def energy(x):
    total = 0.0
    for i in range(len(x) - 1):
        total = total + x[i] * x[i + 1]
    return total


def run() -> list[Row | Note]:
    gradient = s2sad.grad(energy)
    arrays = {n: np.linspace(0.0, 1.0, n) for n in SIZES}
    for x in arrays.values():
        expected = np.concatenate([[0.0], x[:-1]]) + np.concatenate([x[1:], [0.0]])
        np.testing.assert_allclose(gradient(x), expected, rtol=1e-12)
    functions = {"primal": energy, "gradient": gradient}
    calls = {f"{name}{n}": _call(f, x) for n, x in arrays.items() for name, f in functions.items()}
    t = times(calls, repeats=7, at_least=0.05)
    first = t[f"gradient{SIZES[0]}"] / SIZES[0]
    lines: list[Row | Note] = []
    for n in SIZES:
        ratio = t[f"gradient{n}"] / t[f"primal{n}"]
        per_element = t[f"gradient{n}"] / n
        note = f"{per_element * 1e9:.0f} ns an element; {ratio:.3g} times the primal"
        lines.append(Row(f"s2sad, n = {n:,}", per_element / first, target=1.5, note=note))
    return [*lines, *_autograd(arrays)]


def _call(function, x):
    return lambda: function(x)


def _autograd(arrays) -> list[Row | Note]:
    try:
        import autograd
    except ImportError:
        return [Note("autograd", "not installed")]
    gradient = autograd.grad(energy)
    sizes = SIZES[:2]
    t = times({str(n): _call(gradient, arrays[n]) for n in sizes}, repeats=2)
    first = t[str(sizes[0])] / sizes[0]
    return [Row(f"autograd, n = {n:,}", t[str(n)] / n / first) for n in sizes]
