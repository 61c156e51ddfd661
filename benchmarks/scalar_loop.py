"""Gradient over primal: a scalar loop with a branch, 100,000 trips.

Python is slow at this, and so is everything that traces it. Peers whose gradients take minutes get fewer
trips; their ratio is to the primal with as many. JAX compiles; its ratio is to the same Python primal, and
the one to its own primal is in the note.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

import s2sad
from benchmarks.measure import Note, Row, times

TRIPS = 100_000
FEWER = 2_000
AT = 0.7


def annotated(x: float, n: int):
    y = x
    for _i in range(n):
        if y > 1.0:
            y = math.sin(y) * x
        else:
            y = y * y + x
    return y


def plain(x, n):
    y = x
    for _i in range(n):
        if y > 1.0:
            y = math.sin(y) * x
        else:
            y = y * y + x
    return y


def with_numpy(x, n):
    y = x
    for _i in range(n):
        if y > 1.0:
            y = np.sin(y) * x
        else:
            y = y * y + x
    return y


def annotated_grad_by_hand(x, n, out_bar=1.0):
    y_stash = []
    branch_stash = []
    y = x
    for _i in range(n):
        y_stash.append(y)
        branch = y > 1.0
        branch_stash.append(branch)
        if branch:
            y = math.sin(y) * x
        else:
            y = y * y + x
    y_bar = out_bar
    x_bar = 0.0
    for _i in reversed(range(n)):
        y = y_stash.pop()
        if branch_stash.pop():
            x_bar += y_bar * math.sin(y)
            y_bar = y_bar * x * math.cos(y)
        else:
            x_bar += y_bar
            y_bar = 2 * y_bar * y
    x_bar += y_bar
    return x_bar


def run() -> list[Row | Note]:
    grad_annotated, grad_plain = s2sad.grad(annotated), s2sad.grad(plain)
    expected = annotated_grad_by_hand(AT, 1000)
    for gradient in (grad_annotated, grad_plain):
        assert math.isclose(gradient(AT, 1000), expected, rel_tol=1e-12)
    t = times(
        {
            "primal": lambda: annotated(AT, TRIPS),
            "annotated": lambda: grad_annotated(AT, TRIPS),
            "plain": lambda: grad_plain(AT, TRIPS),
            "by hand": lambda: annotated_grad_by_hand(AT, TRIPS),
        },
        repeats=9,
    )
    lines: list[Row | Note] = [
        Row("s2sad, x: float", t["annotated"] / t["primal"], target=4.5),
        Row("s2sad, no annotation", t["plain"] / t["primal"], target=6.5),
        Row("written by hand", t["by hand"] / t["primal"]),
    ]
    for name, peer in PEERS.items():
        try:
            lines.extend(peer(expected))
        except ImportError:
            lines.append(Note(name, "not installed"))
        except Exception as error:
            lines.append(Note(name, f"fails: {type(error).__name__}: {str(error).splitlines()[0][:80]}"))
    return lines


def _against_primal(
    gradient: Callable[[], object], trips: int, repeats: int, own_primal: Callable[[], object] | None = None
) -> tuple[float, float]:
    """Ratios to the Python primal, and to the peer's own."""
    functions = {"primal": lambda: annotated(AT, trips), "gradient": gradient}
    if own_primal is not None:
        functions["own"] = own_primal
    t = times(functions, repeats=repeats)
    return t["gradient"] / t["primal"], t["gradient"] / t.get("own", t["primal"])


def _tangent(expected: float) -> Iterator[Row]:
    import tangent

    gradient = tangent.grad(with_numpy)
    assert math.isclose(gradient(AT, 1000), expected, rel_tol=1e-9)
    ratio, _ = _against_primal(lambda: gradient(AT, TRIPS), TRIPS, 3)
    yield Row("tangent-ad", ratio, note="np.sin for math.sin, which it does not know")


def _autograd(expected: float) -> Iterator[Row]:
    import autograd
    import autograd.numpy as anp

    def traced(x, n):
        y = x
        for _i in range(n):
            y = anp.sin(y) * x if y > 1.0 else y * y + x
        return y

    gradient = autograd.grad(traced)
    assert math.isclose(gradient(AT, 1000), expected, rel_tol=1e-9)
    ratio, _ = _against_primal(lambda: gradient(AT, FEWER), FEWER, 3)
    yield Row("autograd", ratio, note=f"{FEWER:,} trips")


def _torch(expected: float) -> Iterator[Row]:
    import torch

    def eager(x, n):
        y = x
        for _i in range(n):
            y = torch.sin(y) * x if y > 1.0 else y * y + x
        return y

    def gradient(n):
        x = torch.tensor(AT, dtype=torch.float64, requires_grad=True)
        eager(x, n).backward()
        return x.grad.item()

    assert math.isclose(gradient(1000), expected, rel_tol=1e-9)
    value = torch.tensor(AT, dtype=torch.float64)
    ratio, own = _against_primal(lambda: gradient(FEWER), FEWER, 3, lambda: eager(value, FEWER))
    yield Row("PyTorch, eager", ratio, note=f"{FEWER:,} trips; {own:.3g} times its own primal")


def _jax(expected: float) -> Iterator[Row]:
    import jax

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def rolled(x, n):
        def body(_i, y):
            return jax.lax.cond(y > 1.0, lambda y: jnp.sin(y) * x, lambda y: y * y + x, y)

        return jax.lax.fori_loop(0, n, body, x)

    primal = jax.jit(rolled, static_argnums=1)
    gradient = jax.jit(jax.grad(rolled), static_argnums=1)
    assert math.isclose(float(gradient(AT, 1000)), expected, rel_tol=1e-9)
    ratio, own = _against_primal(
        lambda: gradient(AT, TRIPS).block_until_ready(),
        TRIPS,
        5,
        lambda: primal(AT, TRIPS).block_until_ready(),
    )
    yield Row("JAX, compiled", ratio, note=f"machine code over Python; {own:.3g} times its own primal")


PEERS: dict[str, Callable[[float], Iterator[Row]]] = {
    "tangent-ad": _tangent,
    "autograd": _autograd,
    "PyTorch, eager": _torch,
    "JAX, compiled": _jax,
}
