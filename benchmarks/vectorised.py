"""Gradient over primal, and over an adjoint written by hand: vectorised NumPy.

The hand-written adjoints are what a careful person writes: nothing computed twice, nothing that the gradient
does not need. They are checked to give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import s2sad
from benchmarks.measure import Note, Row, times


def logistic_loss(w, x, y):
    margin = y * (x @ w)
    return np.mean(np.log1p(np.exp(-margin)))


def logistic_loss_grad_by_hand(w, x, y):
    e = np.exp(-(y * (x @ w)))
    margin_bar = e / (1.0 + e) / -len(y)
    return x.T @ (y * margin_bar)


def mlp_loss(w1, b1, w2, b2, x, y):
    hidden = np.tanh(x @ w1 + b1)
    error = hidden @ w2 + b2 - y
    return np.mean(error**2)


def mlp_loss_grad_by_hand(w1, b1, w2, b2, x, y):
    hidden = np.tanh(x @ w1 + b1)
    error = hidden @ w2 + b2 - y
    error_bar = error * (2.0 / error.size)
    inner_bar = (error_bar @ w2.T) * (1.0 - hidden**2)
    return (
        x.T @ inner_bar,
        np.sum(inner_bar, axis=0),
        hidden.T @ error_bar,
        np.sum(error_bar, axis=0),
    )


def smoothness(u):
    """Elementwise throughout: no matrix product hides what the rest costs."""
    return np.sum(np.sqrt(1.0 + (np.sin(u) * u) ** 2))


def smoothness_grad_by_hand(u):
    s = np.sin(u)
    t = s * u
    t_bar = t / np.sqrt(1.0 + t**2)
    return t_bar * s + t_bar * u * np.cos(u)


def logistic_arguments(rows: int, columns: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(1)
    return (
        0.1 * rng.normal(size=columns),
        rng.normal(size=(rows, columns)),
        np.where(rng.random(rows) < 0.5, -1.0, 1.0),
    )


def mlp_arguments(rows: int, width: int) -> tuple[Any, ...]:
    rng = np.random.default_rng(2)
    return (
        0.1 * rng.normal(size=(width, width)),
        np.zeros(width),
        0.1 * rng.normal(size=(width, 10)),
        np.zeros(10),
        rng.normal(size=(rows, width)),
        rng.normal(size=(rows, 10)),
    )


CASES: list[tuple[str, Callable[..., Any], Callable[..., Any], Any, tuple[Any, ...]]] = [
    (
        "logistic loss, 1e5 elements",
        logistic_loss,
        logistic_loss_grad_by_hand,
        0,
        logistic_arguments(5_000, 20),
    ),
    (
        "logistic loss, 1e6 elements",
        logistic_loss,
        logistic_loss_grad_by_hand,
        0,
        logistic_arguments(50_000, 20),
    ),
    ("MLP, 1e5 elements", mlp_loss, mlp_loss_grad_by_hand, (0, 1, 2, 3), mlp_arguments(1_000, 100)),
    ("MLP, 1e6 elements", mlp_loss, mlp_loss_grad_by_hand, (0, 1, 2, 3), mlp_arguments(10_000, 100)),
    ("elementwise, 1e5 elements", smoothness, smoothness_grad_by_hand, 0, (np.linspace(-3.0, 3.0, 100_000),)),
]


def run() -> list[Row | Note]:
    lines: list[Row | Note] = []
    for name, primal, by_hand, argnums, arguments in CASES:
        gradient = s2sad.grad(primal, argnums=argnums)
        _assert_same(gradient(*arguments), by_hand(*arguments))
        t = times(
            {
                "primal": lambda: primal(*arguments),
                "gradient": lambda: gradient(*arguments),
                "by hand": lambda: by_hand(*arguments),
            },
            repeats=25,
            at_least=0.01,
        )
        hand = t["by hand"] / t["primal"]
        lines.append(Row(f"{name}: over primal", t["gradient"] / t["primal"], target=2.5, note=f"by hand {hand:.3g}"))
        lines.append(Row(f"{name}: over hand-written", t["gradient"] / t["by hand"], target=1.3))
    return [*lines, *_autograd(), *_jax()]


def _assert_same(got: Any, expected: Any) -> None:
    got, expected = (value if isinstance(value, tuple) else (value,) for value in (got, expected))
    assert len(got) == len(expected)
    for g, e in zip(got, expected):
        assert g.shape == e.shape and g.dtype == e.dtype
        np.testing.assert_allclose(g, e, rtol=1e-9, atol=1e-12)


def _autograd() -> list[Row | Note]:
    try:
        import autograd
        import autograd.numpy as anp
    except ImportError:
        return [Note("autograd", "not installed")]

    def logistic(w, x, y):
        return anp.mean(anp.log1p(anp.exp(-(y * (x @ w)))))

    def mlp(w1, b1, w2, b2, x, y):
        return anp.mean((anp.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2)

    lines: list[Row | Note] = []
    for (name, primal, by_hand, argnums, arguments), traced in zip(CASES, (logistic, logistic, mlp, mlp)):
        gradient = autograd.grad(traced, argnum=argnums)
        _assert_same(gradient(*arguments), by_hand(*arguments))
        t = times(
            {"primal": lambda: primal(*arguments), "gradient": lambda: gradient(*arguments)},
            repeats=15,
            at_least=0.01,
        )
        lines.append(Row(f"autograd, {name}: over primal", t["gradient"] / t["primal"]))
    return lines


def _jax() -> list[Row | Note]:
    try:
        import jax
    except ImportError:
        return [Note("JAX", "not installed")]
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def logistic(w, x, y):
        return jnp.mean(jnp.log1p(jnp.exp(-(y * (x @ w)))))

    def mlp(w1, b1, w2, b2, x, y):
        return jnp.mean((jnp.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2)

    lines: list[Row | Note] = []
    for (name, primal, by_hand, argnums, arguments), traced in zip(CASES, (logistic, logistic, mlp, mlp)):
        gradient = jax.jit(jax.grad(traced, argnums=argnums))
        there = [jnp.asarray(argument) for argument in arguments]
        found = gradient(*there)
        _assert_same(jax.tree.map(np.asarray, found), by_hand(*arguments))
        t = times(
            {
                "primal": lambda: primal(*arguments),
                "gradient": lambda: jax.block_until_ready(gradient(*there)),
            },
            repeats=15,
            at_least=0.01,
        )
        note = "compiled and threaded, over NumPy's primal"
        lines.append(Row(f"JAX, {name}: over primal", t["gradient"] / t["primal"], note=note))
    return lines
