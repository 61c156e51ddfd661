"""Pullbacks of eigenvalues and eigenvectors, and of singular values and vectors.

The cotangents of this project are not conjugated, those of the literature are: the formulas are applied to conjugates.
A cotangent that is the number 0 says that nothing depends on that part of the result, so that the eigenvalues of a
degenerate matrix have a gradient where its eigenvectors have none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.refusals import NoRule
from s2sad.runtime.shapes import unbroadcast
from s2sad.runtime.slopes import conjugate
from s2sad.runtime.systems import adjoint


def is_absent(g: Any) -> bool:
    """Is this the zero of any type, which a number may have scaled: the cotangent of a result that nothing depends on?"""
    return isinstance(g, (int, float)) and g == 0


def diagonal_matrix(x: Any) -> Any:
    """The diagonal matrices of stacked vectors."""
    return np.expand_dims(x, -1) * np.eye(np.shape(x)[-1], dtype=np.asarray(x).dtype)


def on_diagonal(x: Any) -> Any:
    """Of each matrix in a stack, its diagonal alone."""
    return x * np.eye(np.shape(x)[-1], dtype=np.real(x).dtype)


def with_diagonal(values: Any, x: Any) -> Any:
    """Each matrix in a stack with other values on its diagonal: those of the row `values`, or a number."""
    return np.where(np.eye(np.shape(x)[-1], dtype=bool), values, x)


def gaps(w: Any, what: str) -> Any:
    """The differences w[j] - w[i] as a matrix, infinite on its diagonal; refused where two values are equal."""
    return _without_ties(np.expand_dims(w, -2) - np.expand_dims(w, -1), what)


def _without_ties(differences: Any, what: str) -> Any:
    found = with_diagonal(np.inf, differences)
    if not np.all(found):
        raise NoRule(f"the derivative of {what} that belong to equal values", "use what depends on the values alone")
    return found


def require_phase_free(x: Any, what: str, turning: Any = True) -> None:
    """Refuses a function of complex vectors that depends on their phases, which are arbitrary.

    The diagonal of `x` is what turning a phase does to the function: purely imaginary parts of it must vanish, for those
    vectors that are `turning`.
    """
    if not np.iscomplexobj(x):
        return
    turned = np.max(np.abs(np.imag(np.diagonal(x, axis1=-2, axis2=-1))) * turning, initial=0.0)
    if turned > np.sqrt(np.finfo(np.asarray(x).dtype).eps) * np.max(np.abs(x), initial=0.0):
        raise NoRule(
            f"the derivative of what depends on the phases of complex {what}, which are arbitrary",
            "use what does not change with them, such as np.abs(v) or v[0] * np.conj(v[1])",
        )


# Hermitian matrices -----------------------------------------------------------------------------------


def hermitian_fold(x: Any, upper: bool) -> Any:
    """The cotangent of the triangle that is read, where `x` is that of the whole Hermitian matrix (not conjugated)."""
    n, dtype = np.shape(x)[-1], np.real(x).dtype
    lower = np.tri(n, dtype=dtype) - np.eye(n, dtype=dtype) / 2
    return (x + adjoint(x)) * (np.transpose(lower) if upper else lower)


def hermitian_of(t: Any, upper: bool) -> Any:
    """The Hermitian matrix of which one triangle is read."""
    half = np.triu(t, 1) if upper else np.tril(t, -1)
    return half + adjoint(half) + on_diagonal(np.real(t))


def eigh_pullback(g: Any, ans: Any, UPLO: str = "L") -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.eigh(a): Giles (2008), section 3.1."""
    g_w, g_v = g
    w, v = ans
    if is_absent(g_v):
        return conjugate(hermitian_fold((v * np.expand_dims(conjugate(g_w), -2)) @ adjoint(v), UPLO in "uU"))
    inner = adjoint(v) @ conjugate(g_v)
    require_phase_free(inner, "eigenvectors")
    middle = inner / gaps(w, "eigenvectors")
    if not is_absent(g_w):
        middle = with_diagonal(np.expand_dims(np.real(g_w), -2), middle)
    return conjugate(hermitian_fold(v @ middle @ adjoint(v), UPLO in "uU"))


def eigh_pushforward(t: Any, ans: Any, UPLO: str) -> Any:
    """The tangents of ans = np.linalg.eigh(a) where `t` is that of `a`."""
    w, v = ans
    along = adjoint(v) @ hermitian_of(t, UPLO in "uU") @ v
    w_dot = np.real(np.diagonal(along, axis1=-2, axis2=-1))
    return ListBar((w_dot, v @ (along / gaps(w, "eigenvectors"))))


# Any square matrices ----------------------------------------------------------------------------------


def eig_pullback(g: Any, ans: Any, a: Any) -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.eig(a), the eigenvectors being of length one.

    Giles (2008), section 3.1, and Boeddeker et al., *On the computation of complex-valued gradients* (2017).
    """
    g_w, g_v = g
    w, v = ans
    if is_absent(g_v):
        return _from_eigenvectors(diagonal_matrix(conjugate(g_w)), v, a)
    inner = adjoint(v) @ conjugate(g_v)
    turning = np.iscomplexobj(a) | np.any(np.imag(v) != 0, axis=-2)  # those of real values stay real
    require_phase_free(inner, "eigenvectors", turning)
    lengths = (adjoint(v) @ v) * np.expand_dims(np.real(np.diagonal(inner, axis1=-2, axis2=-1)), -2)
    middle = (inner - lengths) / conjugate(gaps(w, "eigenvectors"))
    if not is_absent(g_w):
        middle = with_diagonal(np.expand_dims(conjugate(g_w), -2), middle)
    return _from_eigenvectors(middle, v, a)


def _from_eigenvectors(middle: Any, v: Any, a: Any) -> Any:
    return unbroadcast(conjugate(np.linalg.solve(adjoint(v), middle @ adjoint(v))), a)


def eigenvectors(a: Any) -> Any:
    """The eigenvectors of `a`, for a derivative of its eigenvalues."""
    return np.linalg.eig(a)[1]


def eig_pushforward(t: Any, ans: Any) -> Any:
    """The tangents of ans = np.linalg.eig(a) where `t` is that of `a`."""
    w, v = ans
    along = np.linalg.solve(v, t @ v)
    v_dot = v @ (along / gaps(w, "eigenvectors"))
    shrunk = np.real(np.sum(conjugate(v) * v_dot, axis=-2, keepdims=True))
    return ListBar((np.diagonal(along, axis1=-2, axis2=-1), v_dot - v * shrunk))


# Singular values --------------------------------------------------------------------------------------


def svd_pullback(g: Any, ans: Any, a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.svd(a): Seeger et al. (2017), and Wan and Zhang (2019).

    The extra vectors of full matrices are any basis: what depends on them is refused.
    """
    if not compute_uv:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        return conjugate((u * np.expand_dims(g, -2)) @ vh)
    g_u, g_s, g_vh = g
    u, s, vh = ans
    rows, columns = np.shape(a)[-2:]
    if full_matrices and rows != columns:
        if not is_absent(g_u if rows > columns else g_vh):
            raise NoRule("the derivative of the full matrices of np.linalg.svd", "pass full_matrices=False")
        size = min(rows, columns)
        u, vh = u[..., :size], vh[..., :size, :]
    if is_absent(g_u) and is_absent(g_vh):
        return conjugate((u * np.expand_dims(0 * s if is_absent(g_s) else g_s, -2)) @ vh)
    return conjugate(_of_vectors(g_u, g_s, g_vh, u, s, vh))


def _of_vectors(g_u: Any, g_s: Any, g_vh: Any, u: Any, s: Any, vh: Any) -> Any:
    g_u = 0 * u if is_absent(g_u) else conjugate(g_u)
    g_vh = 0 * vh if is_absent(g_vh) else conjugate(g_vh)
    row, column = np.expand_dims(s, -2), np.expand_dims(s, -1)
    spread = squared_gaps(s)
    of_u, of_v = adjoint(u) @ g_u, vh @ adjoint(g_vh)
    require_phase_free(of_u + of_v, "singular vectors")
    inner = (of_u - adjoint(of_u)) / spread * row + column * ((of_v - adjoint(of_v)) / spread)
    if not is_absent(g_s):
        inner = inner + diagonal_matrix(g_s)
    if np.iscomplexobj(of_u):
        inner = inner + on_diagonal(of_u - adjoint(of_u)) / (2 * nonzero(s))
    bar = u @ inner @ vh
    if np.shape(u)[-2] > np.shape(s)[-1]:
        bar = bar + ((g_u - u @ of_u) / np.expand_dims(nonzero(s), -2)) @ vh
    if np.shape(vh)[-1] > np.shape(s)[-1]:
        bar = bar + u @ ((g_vh - adjoint(of_v) @ vh) / np.expand_dims(nonzero(s), -1))
    return bar


def squared_gaps(s: Any) -> Any:
    """The differences s[j]**2 - s[i]**2 as a matrix, infinite on its diagonal."""
    row, column = np.expand_dims(s, -2), np.expand_dims(s, -1)
    return _without_ties((row - column) * (row + column), "singular vectors")


def nonzero(s: Any) -> Any:
    """The singular values, refused where one is zero: its vectors are arbitrary."""
    if np.any(np.equal(s, 0)):
        raise NoRule(
            "the derivative of singular vectors where a singular value is zero", "use what depends on the values alone"
        )
    return s


def svd_pushforward(t: Any, ans: Any, a: Any, compute_uv: bool) -> Any:
    """The tangents of ans = np.linalg.svd(a, full_matrices=False) where `t` is that of `a`."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    along = adjoint(u) @ t @ adjoint(vh)
    s_dot = np.real(np.diagonal(along, axis1=-2, axis2=-1))
    if not compute_uv:
        return s_dot
    row, column = np.expand_dims(s, -2), np.expand_dims(s, -1)
    spread = squared_gaps(s)
    of_u, of_v = along * row + column * adjoint(along), column * along + adjoint(along) * row
    u_dot, v_dot = u @ (of_u / spread), adjoint(vh) @ (of_v / spread)
    if np.iscomplexobj(along):
        u_dot = u_dot + u @ (on_diagonal(along - adjoint(along)) / (2 * nonzero(s)))
    if np.shape(u)[-2] > np.shape(s)[-1]:
        u_dot = u_dot + (t @ adjoint(vh) - u @ along) / np.expand_dims(nonzero(s), -2)
    if np.shape(vh)[-1] > np.shape(s)[-1]:
        v_dot = v_dot + (adjoint(t) @ u - adjoint(vh) @ adjoint(along)) / np.expand_dims(nonzero(s), -2)
    return ListBar((u_dot, s_dot, adjoint(v_dot)))
