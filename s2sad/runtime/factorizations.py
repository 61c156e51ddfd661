"""Pullbacks of the Cholesky and QR factorizations. Formulas of the literature are applied to conjugates, see `spectra`."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.containers import ListBar
from s2sad.runtime.refusals import NoRule
from s2sad.runtime.slopes import conjugate
from s2sad.runtime.spectra import hermitian_fold, hermitian_of, is_absent, on_diagonal
from s2sad.runtime.systems import adjoint


def half_tril(x: Any) -> Any:
    """The lower triangle of `x` with half its diagonal."""
    return np.tril(x) - on_diagonal(x) / 2


def lower_hermitian(x: Any) -> Any:
    """The Hermitian matrix that has the lower triangle of `x`."""
    return np.tril(x) + adjoint(np.tril(x, -1))


def cholesky_pullback(g: Any, ans: Any, upper: bool = False) -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.cholesky(a): Murray (2016), and half the diagonal."""
    if upper:
        return np.swapaxes(cholesky_pullback(np.swapaxes(g, -1, -2), np.swapaxes(ans, -1, -2), False), -1, -2)
    inverse = np.linalg.inv(ans)
    whole = adjoint(inverse) @ half_tril(adjoint(ans) @ conjugate(g)) @ inverse
    return conjugate(hermitian_fold(whole, False))


def cholesky_pushforward(t: Any, ans: Any, upper: bool) -> Any:
    """The tangent of ans = np.linalg.cholesky(a) where `t` is that of `a`."""
    if upper:
        return np.swapaxes(cholesky_pushforward(np.swapaxes(t, -1, -2), np.swapaxes(ans, -1, -2), False), -1, -2)
    inverse = np.linalg.inv(ans)
    return ans @ half_tril(inverse @ hermitian_of(t, False) @ adjoint(inverse))


def qr_pullback(g: Any, ans: Any, a: Any, mode: str = "reduced") -> Any:
    """The cotangent of `a` where `g` is that of ans = np.linalg.qr(a, mode).

    Walter, Lehmann and Lamour, *On evaluating higher-order derivatives of the QR decomposition of tall matrices with full
    column rank* (2012); of wide matrices, Roberts and Roberts (2020).
    """
    rows, columns = np.shape(a)[-2:]
    q, r = np.linalg.qr(a) if mode == "r" else ans
    g_q, g_r = (0, g) if mode == "r" else g
    if mode == "complete" and rows > columns:
        if not is_absent(g_q):
            raise NoRule('the derivative of Q in np.linalg.qr(a, mode="complete")', 'pass mode="reduced"')
        q, r, g_r = q[..., :columns], r[..., :columns, :], g_r[..., :columns, :]
    g_q, g_r = 0 * q if is_absent(g_q) else conjugate(g_q), 0 * r if is_absent(g_r) else conjugate(g_r)
    if rows >= columns:
        return conjugate(_tall_pullback(g_q, g_r, q, r))
    left = _tall_pullback(g_q + np.asarray(a)[..., rows:] @ adjoint(g_r[..., rows:]), g_r[..., :rows], q, r[..., :rows])
    return conjugate(np.concatenate([left, q @ g_r[..., rows:]], axis=-1))


def _tall_pullback(g_q: Any, g_r: Any, q: Any, r: Any) -> Any:
    inner = lower_hermitian(r @ adjoint(g_r) - adjoint(g_q) @ q)
    inner = inner - 1j * on_diagonal(np.imag(inner)) if np.iscomplexobj(inner) else inner
    return adjoint(np.linalg.solve(r, adjoint(g_q + q @ inner)))


def qr_pushforward(t: Any, ans: Any, a: Any, mode: str = "reduced") -> Any:
    """The tangents of ans = np.linalg.qr(a, mode) where `t` is that of `a`."""
    rows, columns = np.shape(a)[-2:]
    q, r = np.linalg.qr(a)
    q_dot, r_dot = _tall_pushforward(t[..., :rows], q, r[..., :rows])
    if rows < columns:
        r_dot = np.concatenate([r_dot, adjoint(q_dot) @ a[..., rows:] + adjoint(q) @ t[..., rows:]], axis=-1)
    if mode == "r":
        return r_dot
    if mode == "complete" and rows > columns:
        raise NoRule('the derivative of Q in np.linalg.qr(a, mode="complete")', 'pass mode="reduced"')
    return ListBar((q_dot, r_dot))


def _tall_pushforward(t: Any, q: Any, r: Any) -> Any:
    along = adjoint(np.linalg.solve(adjoint(r), adjoint(t)))
    inner = adjoint(q) @ along
    turn = np.tril(inner, -1)
    turn = turn - adjoint(turn)
    if np.iscomplexobj(inner):
        turn = turn + 1j * on_diagonal(np.imag(inner))
    return along - q @ (inner - turn), (inner - turn) @ r
