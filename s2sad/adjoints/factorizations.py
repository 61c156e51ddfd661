"""numpy.linalg: the Cholesky and QR factorizations.

Murray, *Differentiation of the Cholesky decomposition* (2016); Walter, Lehmann and Lamour (2012) and Roberts and Roberts (2020) on QR.
"""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.products import STACK, C, S, T
from s2sad.adjoints.registry import rule, sample
from s2sad.runtime import cholesky_pullback, qr_pullback
from s2sad.runtime.factorizations import cholesky_pushforward, qr_pushforward

POSITIVE = S @ S.T
COMPLEX = (S + 1j * S[::-1]) @ np.conj(S + 1j * S[::-1]).T
STACKED = STACK @ np.swapaxes(STACK, -1, -2)
UPPER = [sample(POSITIVE, upper=True), sample(COMPLEX, upper=True)]


@rule(np.linalg.cholesky, at=[(POSITIVE,), (STACKED,), (COMPLEX,), *UPPER])
class cholesky:
    """NumPy reads one triangle alone, so that the cotangent is triangular."""

    def pullback_a(g, ans, a, *, upper=False):
        return cholesky_pullback(g, ans, upper)

    def pushforward_a(t, ans, a, *, upper=False):
        return cholesky_pushforward(t, ans, upper)


TALL = A + 1j * A[::-1] ** 2
WIDE = C + 1j * C[::-1] ** 2


@rule(
    np.linalg.qr,
    at=[(A,), (S,), (C,), (T,), (STACK,), (TALL,), (WIDE,), (A, "r"), (C, "r"), sample(S, mode="complete"),
        sample(C, mode="complete"), sample(TALL, mode="r")],
)  # fmt: skip
class qr:
    """Of matrices of full rank. The extra columns of mode="complete" are any basis, and are refused, like mode="raw"."""

    tuple_unless = ("mode",)

    def pullback_a(g, ans, a, mode="reduced"):
        return qr_pullback(g, ans, a, mode)

    def pushforward_a(t, ans, a, mode="reduced"):
        return qr_pushforward(t, ans, a, mode)
