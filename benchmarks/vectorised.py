"""Gradient over primal, and over an adjoint written by hand: vectorised NumPy.

The hand-written adjoints are what a careful person writes: nothing computed twice, nothing that is not needed. They
are checked to give the same numbers. Those of the value and the gradient do the work that a derivative of s2sad may
not leave out, since an error or a warning in the loss is one of the user's function; those of the gradient alone
leave the loss out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import s2sad
from benchmarks.measure import Note, Row, times


def logistic_loss(w, x, y):
    margin = y * (x @ w)
    return np.mean(np.log1p(np.exp(-margin)))


def logistic_loss_by_hand(w, x, y):
    e = np.exp(-(y * (x @ w)))
    margin_bar = e / (1.0 + e) / -len(y)
    return np.mean(np.log1p(e)), x.T @ (y * margin_bar)


def logistic_loss_grad_by_hand(w, x, y):
    e = np.exp(-(y * (x @ w)))
    margin_bar = e / (1.0 + e) / -len(y)
    return x.T @ (y * margin_bar)


def mlp_loss(w1, b1, w2, b2, x, y):
    hidden = np.tanh(x @ w1 + b1)
    error = hidden @ w2 + b2 - y
    return np.mean(error**2)


def mlp_loss_by_hand(w1, b1, w2, b2, x, y):
    hidden = np.tanh(x @ w1 + b1)
    error = hidden @ w2 + b2 - y
    return np.mean(error**2), _mlp_reverse(w2, x, hidden, error)


def mlp_loss_grad_by_hand(w1, b1, w2, b2, x, y):
    hidden = np.tanh(x @ w1 + b1)
    return _mlp_reverse(w2, x, hidden, hidden @ w2 + b2 - y)


def _mlp_reverse(w2, x, hidden, error):
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


def smoothness_by_hand(u):
    s = np.sin(u)
    t = s * u
    root = np.sqrt(1.0 + t**2)
    t_bar = t / root
    return np.sum(root), t_bar * s + t_bar * u * np.cos(u)


def smoothness_grad_by_hand(u):
    return smoothness_by_hand(u)[1]  # the sum costs next to nothing


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


class Case(NamedTuple):
    name: str
    primal: Callable[..., Any]
    by_hand: Callable[..., Any]
    grad_by_hand: Callable[..., Any]
    argnums: int | tuple[int, ...]
    arguments: tuple[Any, ...]


_LOGISTIC = (logistic_loss, logistic_loss_by_hand, logistic_loss_grad_by_hand, 0)
_MLP = (mlp_loss, mlp_loss_by_hand, mlp_loss_grad_by_hand, (0, 1, 2, 3))
_SMOOTHNESS = (smoothness, smoothness_by_hand, smoothness_grad_by_hand, 0)
CASES = [
    Case("logistic loss, 1e5 elements", *_LOGISTIC, logistic_arguments(5_000, 20)),
    Case("logistic loss, 1e6 elements", *_LOGISTIC, logistic_arguments(50_000, 20)),
    Case("MLP, 1e5 elements", *_MLP, mlp_arguments(1_000, 100)),
    Case("MLP, 1e6 elements", *_MLP, mlp_arguments(10_000, 100)),
    Case("elementwise, 1e5 elements", *_SMOOTHNESS, (np.linspace(-3.0, 3.0, 100_000),)),
]


def run() -> list[Row | Note]:
    return [*(row for case in CASES for row in _rows(case)), *_autograd(), *_jax()]


def _rows(case: Case) -> list[Row]:
    arguments = case.arguments
    gradient = s2sad.grad(case.primal, argnums=case.argnums)
    both = s2sad.value_and_grad(case.primal, argnums=case.argnums)
    _assert_same(gradient(*arguments), case.grad_by_hand(*arguments))
    _assert_same(both(*arguments)[1], case.by_hand(*arguments)[1])
    t = times(
        {
            "primal": lambda: case.primal(*arguments),
            "gradient": lambda: gradient(*arguments),
            "gradient by hand": lambda: case.grad_by_hand(*arguments),
            "both": lambda: both(*arguments),
            "both by hand": lambda: case.by_hand(*arguments),
        },
        repeats=25,
        at_least=0.01,
    )
    hand = t["gradient by hand"] / t["primal"]
    alone = t["gradient"] / t["gradient by hand"]
    return [
        Row(f"{case.name}: gradient over primal", t["gradient"] / t["primal"], target=2.5, note=f"by hand {hand:.3g}"),
        Row(
            f"{case.name}: value and gradient over hand-written",
            t["both"] / t["both by hand"],
            target=1.3,
            note=f"the gradient over one that leaves the value out {alone:.3g}",
        ),
    ]


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
    for case, traced in zip(CASES, (logistic, logistic, mlp, mlp)):
        gradient = autograd.grad(traced, argnum=case.argnums)
        _assert_same(gradient(*case.arguments), case.grad_by_hand(*case.arguments))
        t = times(
            {"primal": lambda: case.primal(*case.arguments), "gradient": lambda: gradient(*case.arguments)},
            repeats=15,
            at_least=0.01,
        )
        lines.append(Row(f"autograd, {case.name}: over primal", t["gradient"] / t["primal"]))
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
    for case, traced in zip(CASES, (logistic, logistic, mlp, mlp)):
        gradient = jax.jit(jax.grad(traced, argnums=case.argnums))
        there = [jnp.asarray(argument) for argument in case.arguments]
        found = gradient(*there)
        _assert_same(jax.tree.map(np.asarray, found), case.grad_by_hand(*case.arguments))
        t = times(
            {
                "primal": lambda: case.primal(*case.arguments),
                "gradient": lambda: jax.block_until_ready(gradient(*there)),
            },
            repeats=15,
            at_least=0.01,
        )
        note = "compiled and threaded, over NumPy's primal"
        lines.append(Row(f"JAX, {case.name}: over primal", t["gradient"] / t["primal"], note=note))
    return lines
