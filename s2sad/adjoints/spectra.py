"""numpy.linalg: eigenvalues and singular values, and their vectors.

Giles (2008), section 3; Seeger et al., *Auto-differentiating linear algebra* (2017); Wan and Zhang, *Automatic differentiation
for complex valued SVD* (2019). Where values are equal, their vectors have no derivative, and it is refused as the program
runs; the values have the derivative that JAX gives, one of many. Complex vectors are what they are up to a phase: a function that
depends on it is refused, where JAX takes one that stays in place.
"""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.factorizations import COMPLEX, POSITIVE, STACKED
from s2sad.adjoints.names import of
from s2sad.adjoints.products import STACK, C, S, T
from s2sad.adjoints.registry import nondifferentiable, rule, sample
from s2sad.runtime import eig_pullback, eigenvectors, eigh_pullback, svd_pullback
from s2sad.runtime.spectra import eig_pushforward, eigh_pushforward, require_phase_free, svd_pushforward

SYMMETRIC = [(POSITIVE,), (STACKED,), (S,), (S, "U"), sample(POSITIVE, UPLO="u")]


@rule(np.linalg.eigh, at=SYMMETRIC)
class eigh:
    """NumPy reads one triangle alone, so that the cotangent is triangular."""

    tuple_unless = ()

    def pullback_a(g, ans, a, UPLO="L"):
        return eigh_pullback(g, ans, UPLO)

    def pushforward_a(t, ans, a, UPLO="L"):
        return eigh_pushforward(t, ans, UPLO)


@rule(np.linalg.eigvalsh, at=[*SYMMETRIC, (COMPLEX,), (COMPLEX, "U")])
class eigvalsh:
    def pullback_a(g, ans, a, UPLO="L"):
        return eigh_pullback((g, 0), np.linalg.eigh(a, UPLO), UPLO)

    def pushforward_a(t, ans, a, UPLO="L"):
        return eigh_pushforward(t, np.linalg.eigh(a, UPLO), UPLO)[0]


REAL = np.array([[3.0, 1.0, 0.5], [0.25, 1.5, -0.5], [0.5, 0.75, -1.0]])


@rule(np.linalg.eig, at=[(POSITIVE,), (REAL,), (STACKED,)])
class eig:
    tuple_unless = ()

    def pullback_a(g, ans, a):
        return eig_pullback(g, ans, a)

    def pushforward_a(t, ans, a):
        return eig_pushforward(t, ans)


ROTATING = np.array([[1.0, -2.0, 0.5], [2.0, 0.5, -1.0], [0.25, 1.5, -1.0]])


@rule(np.linalg.eigvals, at=[(POSITIVE,), (S,), (STACKED,), (ROTATING,), (S + 1j * S[::-1],)])
class eigvals:
    def pullback_a(g, ans, a):
        return eig_pullback((g, 0), (ans, eigenvectors(a)), a)

    def pushforward_a(t, ans, a):
        return eig_pushforward(t, np.linalg.eig(a))[0]


@rule(
    np.linalg.svd,
    at=[(S,), (STACK,), (A, False), (C, False), (T, False), sample(A, full_matrices=False), sample(A, compute_uv=False),
        sample(C, compute_uv=False), sample(A + 1j * A[::-1] ** 2, compute_uv=False), sample(STACK, compute_uv=False)],
)  # fmt: skip
class svd:
    """The extra vectors of full_matrices=True, which are any basis, are refused where something depends on them."""

    tuple_unless = ("compute_uv",)

    def pullback_a(g, ans, a, full_matrices=True, compute_uv=True):
        return svd_pullback(g, ans, a, full_matrices, compute_uv)

    def pushforward_a(t, ans, a, full_matrices=True, compute_uv=True):
        return svd_pushforward(t, ans, a, compute_uv)


@rule(*of(np.linalg, "svdvals"), at=[(S,), (A,), (C,), (STACK,), (A + 1j * A[::-1] ** 2,)])
class svdvals:
    def pullback_a(g, ans, a):
        return svd_pullback(g, ans, a, False, False)

    def pushforward_a(t, ans, a):
        return svd_pushforward(t, ans, a, False)


nondifferentiable(require_phase_free)
