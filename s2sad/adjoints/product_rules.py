"""Rules for the pullbacks of products, so that a gradient with products in it has a gradient.

Each is linear in the cotangent and in the other operand; of its own operand it reads the shape.
"""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.products import MATMULS, C, T, U, V, W
from s2sad.adjoints.registry import rule
from s2sad.runtime import (
    dot_pullback_a,
    dot_pullback_b,
    inner_pullback_a,
    inner_pullback_b,
    matmul_pullback_a,
    matmul_pullback_b,
    tensordot_pullback_a,
    tensordot_pullback_b,
)


@rule(dot_pullback_a, at=[(A @ C, A, C), (2.5, V, V), (V, A, W), (A[:, 0], np.array(2.5), V)])
class dot_a:
    def pullback_g(h, ans, g, a, b):
        return np.dot(h, b)

    def pullback_b(h, ans, g, a, b):
        return dot_pullback_b(g, h, b)

    def pushforward_g(t, ans, g, a, b):
        return dot_pullback_a(t, a, b)

    def pushforward_b(t, ans, g, a, b):
        return dot_pullback_a(g, a, t)


@rule(dot_pullback_b, at=[(A @ C, A, C), (2.5, V, V), (V, A, W), (A[:, 0], np.array(2.5), V)])
class dot_b:
    def pullback_g(h, ans, g, a, b):
        return np.dot(a, h)

    def pullback_a(h, ans, g, a, b):
        return dot_pullback_a(g, a, h)

    def pushforward_g(t, ans, g, a, b):
        return dot_pullback_b(t, a, b)

    def pushforward_a(t, ans, g, a, b):
        return dot_pullback_b(g, t, b)


@rule(matmul_pullback_a, at=[(np.matmul(a, b), a, b) for a, b in MATMULS[:9]])
class matmul_a:
    def pullback_g(h, ans, g, a, b):
        return h @ b

    def pullback_b(h, ans, g, a, b):
        return matmul_pullback_b(g, h, b)

    def pushforward_g(t, ans, g, a, b):
        return matmul_pullback_a(t, a, b)

    def pushforward_b(t, ans, g, a, b):
        return matmul_pullback_a(g, a, t)


@rule(matmul_pullback_b, at=[(np.matmul(a, b), a, b) for a, b in MATMULS[:9]])
class matmul_b:
    def pullback_g(h, ans, g, a, b):
        return a @ h

    def pullback_a(h, ans, g, a, b):
        return matmul_pullback_a(g, a, h)

    def pushforward_g(t, ans, g, a, b):
        return matmul_pullback_b(t, a, b)

    def pushforward_a(t, ans, g, a, b):
        return matmul_pullback_b(g, t, b)


@rule(inner_pullback_a, at=[(2.5, V, V), (V, A, W), (np.inner(T, C.T), T, C.T)])
class inner_a:
    def pullback_g(h, ans, g, a, b):
        return np.inner(h, b)

    def pullback_b(h, ans, g, a, b):
        return inner_pullback_b(g, h, b)

    def pushforward_g(t, ans, g, a, b):
        return inner_pullback_a(t, a, b)

    def pushforward_b(t, ans, g, a, b):
        return inner_pullback_a(g, a, t)


@rule(inner_pullback_b, at=[(2.5, V, V), (V, A, W)])
class inner_b:
    def pullback_g(h, ans, g, a, b):
        return np.inner(a, h)

    def pullback_a(h, ans, g, a, b):
        return inner_pullback_a(g, a, h)

    def pushforward_g(t, ans, g, a, b):
        return inner_pullback_b(t, a, b)

    def pushforward_a(t, ans, g, a, b):
        return inner_pullback_b(g, t, b)


@rule(
    tensordot_pullback_a,
    at=[(A @ C, A, C, 1), (np.tensordot(T, U, ((2, 0), (0, 1))), T, U, ((2, 0), (0, 1)))],
)
class tensordot_a:
    def pullback_g(h, ans, g, a, b, axes=2):
        return np.tensordot(h, b, axes)

    def pullback_b(h, ans, g, a, b, axes=2):
        return tensordot_pullback_b(g, h, b, axes)

    def pushforward_g(t, ans, g, a, b, axes=2):
        return tensordot_pullback_a(t, a, b, axes)

    def pushforward_b(t, ans, g, a, b, axes=2):
        return tensordot_pullback_a(g, a, t, axes)


@rule(
    tensordot_pullback_b,
    at=[(A @ C, A, C, 1), (np.tensordot(T, U, ((2, 0), (0, 1))), T, U, ((2, 0), (0, 1)))],
)
class tensordot_b:
    def pullback_g(h, ans, g, a, b, axes=2):
        return np.tensordot(a, h, axes)

    def pullback_a(h, ans, g, a, b, axes=2):
        return tensordot_pullback_a(g, a, h, axes)

    def pushforward_g(t, ans, g, a, b, axes=2):
        return tensordot_pullback_b(t, a, b, axes)

    def pushforward_a(t, ans, g, a, b, axes=2):
        return tensordot_pullback_b(g, t, b, axes)
