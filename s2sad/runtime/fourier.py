"""Pullbacks of Fourier transforms.

The matrix of a discrete Fourier transform is symmetric, so that the pullback is the transform itself; it is the *inverse*
that is conjugated, not the pullback. Where input is cut off or padded with zeros to `n` elements, the cotangent is padded or
cut off in turn. Transforms of real input, or to real output, know half of a spectrum: each element of it counts for
two, but the first, and the last of an even number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.runtime.refusals import NoRule
from s2sad.runtime.shapes import unbroadcast


def opposite(norm: Any) -> Any:
    """The `norm` of an inverse transform that scales as the transform does with `norm`, and the other way round."""
    return {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}[norm]


def fft_pullback(g: Any, a: Any, axis: int = -1, norm: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.fft.fft(a, n, axis, norm)."""
    return resized(np.fft.fft(g, axis=axis, norm=norm), a)


def ifft_pullback(g: Any, a: Any, axis: int = -1, norm: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.fft.ifft(a, n, axis, norm)."""
    return resized(np.fft.ifft(g, axis=axis, norm=norm), a)


def fftn_pullback(g: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.fft.fftn(a, s, axes, norm)."""
    return resized(np.fft.fftn(g, axes=transformed(a, s, axes), norm=norm), a)


def ifftn_pullback(g: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.fft.ifftn(a, s, axes, norm)."""
    return resized(np.fft.ifftn(g, axes=transformed(a, s, axes), norm=norm), a)


def rfft_pullback(g: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.fft.rfft(a, n, axis, norm)."""
    n = np.shape(a)[axis] if n is None else n
    return resized(np.fft.irfft(np.conj(g) * counts(g, n, axis, 0.5), n, axis, opposite(norm)), a)


def irfft_pullback(g: Any, a: Any, axis: int = -1, norm: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.fft.irfft(a, n, axis, norm)."""
    half = np.fft.rfft(g, axis=axis, norm=opposite(norm))
    return resized(np.conj(half * counts(half, np.shape(g)[axis], axis, 2)), a)


def rfftn_pullback(g: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.fft.rfftn(a, s, axes, norm): that of rfft along the last of the axes."""
    *others, last = transformed(a, s, axes)
    n = None if s is None or s[-1] == -1 else s[-1]
    if others:
        g = np.fft.fftn(g, axes=others, norm=norm)
    whole = np.shape(a)[last] if n is None else n
    return resized(np.fft.irfft(np.conj(g) * counts(g, whole, last, 0.5), whole, last, opposite(norm)), a)


def irfftn_pullback(g: Any, a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """The cotangent of `a` where `g` is that of np.fft.irfftn(a, s, axes, norm): that of irfft along the last of the axes."""
    *others, last = transformed(a, s, axes)
    half = np.fft.rfft(g, axis=last, norm=opposite(norm))
    half = np.conj(half * counts(half, np.shape(g)[last], last, 2))
    return resized(np.fft.ifftn(half, axes=others, norm=norm) if others else half, a)


def transformed(a: Any, s: Any, axes: Any) -> list[int]:
    """The axes that an n-dimensional transform of `a` works on; repeated ones are refused."""
    rank = np.ndim(a)
    if axes is None:
        return list(range(rank))[-rank if s is None else -len(s) :]
    found = [axis % rank for axis in axes]
    if len(set(found)) < len(found):
        raise NoRule("a Fourier transform along the same axis twice", "write two transforms")
    return found


def counts(half: Any, n: int, axis: int, inner: float) -> Any:
    """One for the elements of a half spectrum of `n` that stand for themselves, `inner` for those that stand for two."""
    size = np.shape(half)[axis]
    found = np.full(size, inner, np.asarray(half).real.dtype)
    found[0] = 1
    if n % 2 == 0 and n // 2 < size:
        found[n // 2] = 1
    return np.reshape(found, [size if i == axis % np.ndim(half) else 1 for i in range(np.ndim(half))])


def resized(g: Any, a: Any) -> Any:
    """`g` cut off or padded with zeros at the end of each axis to the shape of `a`, and real where that is."""
    if np.shape(g) != np.shape(a):
        cut = g[tuple(slice(n) for n in np.shape(a))]
        g = np.pad(cut, [(0, n - m) for n, m in zip(np.shape(a), np.shape(cut), strict=True)])
    return unbroadcast(g, a)
