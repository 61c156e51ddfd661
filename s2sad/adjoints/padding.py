"""np.pad in all its modes."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.registry import linear, rule, sample
from s2sad.runtime import pad_pullback, pad_pullback_values, pad_tangent, pad_values_tangent

V = np.array([0.5, -1.5, 2.0])
T = np.sin(np.arange(24.0) ** 2).reshape(2, 3, 4)
W = ((2, 1), (0, 3))
COPYING = [(A, W, m) for m in ("edge", "reflect", "symmetric", "wrap")]
COMPUTING = [(A, W, m) for m in ("linear_ramp", "maximum", "mean", "median", "minimum")]
OPTIONS = [
    sample(V, 2, "linear_ramp", end_values=1.5),
    sample(A, W, "linear_ramp", end_values=((0.5, 1.5), (2.0, 0.25))),
    sample(T, 1, mode="maximum", stat_length=2),
    sample(T, ((0, 0), (1, 2), (2, 0)), "mean", stat_length=((1, 2), (2, 1), (3, 2))),
    sample(V, (1, 2), "reflect", reflect_type="odd"),
    sample(T, ((1, 0), (2, 3), (0, 4)), "symmetric", reflect_type="odd"),
    sample(V, 1, constant_values=2.5),
    sample(A, W, constant_values=(1.5, 0.5)),
    sample(A, W, "constant", constant_values=[[0.5, 1.5], [2.5, 3.5]]),
    (A + 1j * A, 1, "mean"),
]


@rule(np.pad, at=[(V, 1), (A, ((1, 0), (2, 1))), (A, (2, 1), "constant"), *COPYING, *COMPUTING, *OPTIONS])
class pad:
    """The part in the middle, and what the padding was made of. A tie of extrema splits evenly."""

    def pullback_array(
        g, ans, array, pad_width, mode="constant", *,
        constant_values=0, end_values=0, stat_length=None, reflect_type="even",
    ):  # fmt: skip
        return pad_pullback(g, array, pad_width, mode, stat_length, reflect_type)

    def pullback_constant_values(
        g, ans, array, pad_width, mode="constant", *,
        constant_values=0, end_values=0, stat_length=None, reflect_type="even",
    ):  # fmt: skip
        return pad_pullback_values(g, constant_values, array, pad_width, mode)

    def pullback_end_values(
        g, ans, array, pad_width, mode="constant", *,
        constant_values=0, end_values=0, stat_length=None, reflect_type="even",
    ):  # fmt: skip
        return pad_pullback_values(g, end_values, array, pad_width, mode)

    def pushforward_array(
        t, ans, array, pad_width, mode="constant", *,
        constant_values=0, end_values=0, stat_length=None, reflect_type="even",
    ):  # fmt: skip
        return pad_tangent(t, array, pad_width, mode, stat_length, reflect_type)

    def pushforward_constant_values(
        t, ans, array, pad_width, mode="constant", *,
        constant_values=0, end_values=0, stat_length=None, reflect_type="even",
    ):  # fmt: skip
        return pad_values_tangent(t, array, pad_width, mode)

    def pushforward_end_values(
        t, ans, array, pad_width, mode="constant", *,
        constant_values=0, end_values=0, stat_length=None, reflect_type="even",
    ):  # fmt: skip
        return pad_values_tangent(t, array, pad_width, mode)


# What the templates above call, so that emitted gradients have gradients.

PADDED = [(1, "constant"), (W, "mean", 2), (W, "median"), ((1, 1), "reflect", None, "odd"), (W, "wrap"), (1, "linear_ramp")]


@linear(pad_pullback, at=[(np.pad(A, o[0]), A, *o) for o in PADDED])
def pad_pullback_rule(h, g, a, pad_width, mode="constant", stat_length=None, reflect_type="even"):
    return pad_tangent(h, a, pad_width, mode, stat_length, reflect_type)


@linear(pad_tangent, at=[(2 * A + 1, A, *o) for o in PADDED])
def pad_tangent_rule(h, t, a, pad_width, mode="constant", stat_length=None, reflect_type="even"):
    return pad_pullback(h, a, pad_width, mode, stat_length, reflect_type)


@linear(pad_pullback_values, at=[(np.pad(A, W), v, A, W, m) for v in (1.5, V[:2]) for m in ("constant", "linear_ramp")])
def pad_pullback_values_rule(h, g, values, a, pad_width, mode):
    return pad_values_tangent(h, a, pad_width, mode)


@linear(pad_values_tangent, at=[(v, A, W, m) for v in (1.5, V[:2]) for m in ("constant", "linear_ramp")])
def pad_values_tangent_rule(h, t, a, pad_width, mode):
    return pad_pullback_values(h, t, a, pad_width, mode)
