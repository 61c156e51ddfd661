"""numpy.fft: every transform is linear, and its pullback is a transform again."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.products import T, V
from s2sad.adjoints.registry import linear, nondifferentiable, rule, sample
from s2sad.runtime import (
    conjugate,
    fft_pullback,
    fftn_pullback,
    ifft_pullback,
    ifftn_pullback,
    irfft_pullback,
    irfftn_pullback,
    opposite,
    rfft_pullback,
    rfftn_pullback,
)
from s2sad.runtime.fourier import counts, resized, transformed

Z = A + 1j * A[::-1] ** 2
REAL = [
    (V,),
    (A,),
    (A, 5),
    (A, 2, 0),
    (A, 4, 0),
    (A, None, 0, "ortho"),
    sample(T, 3, 1, "forward"),
    sample(A, axis=0, norm="backward"),
]
COMPLEX = [(Z,), (Z, 5), (Z, 2, 0), (Z, 4, 0), sample(1j * T, n=3, axis=1, norm="forward")]
SHAPES = [
    (A,),
    sample(T, axes=(0, 2)),
    sample(T, (4, 2), (0, 1)),
    sample(A, norm="ortho"),
    sample(T, axes=(1, 0), norm="forward"),
]
COMPLEX_SHAPES = [(Z,), sample(Z, (4, 3), axes=(0, 1)), sample(1j * T, s=(3, 5), axes=(2, 0), norm="backward")]


@linear(np.fft.fft, at=[*REAL, *COMPLEX])
def fft(g, a, n=None, axis=-1, norm=None):
    return fft_pullback(g, a, axis, norm)


@linear(np.fft.ifft, at=[*REAL, *COMPLEX])
def ifft(g, a, n=None, axis=-1, norm=None):
    return ifft_pullback(g, a, axis, norm)


@linear(np.fft.rfft, at=REAL)
def rfft(g, a, n=None, axis=-1, norm=None):
    return rfft_pullback(g, a, n, axis, norm)


@linear(np.fft.irfft, at=[*REAL, *COMPLEX])
def irfft(g, a, n=None, axis=-1, norm=None):
    return irfft_pullback(g, a, axis, norm)


@linear(np.fft.hfft, at=[*REAL, *COMPLEX])
def hfft(g, a, n=None, axis=-1, norm=None):
    """irfft of the conjugate, with the opposite norm."""
    return conjugate(irfft_pullback(g, a, axis, opposite(norm)))


@linear(np.fft.ihfft, at=REAL)
def ihfft(g, a, n=None, axis=-1, norm=None):
    """The conjugate of rfft, with the opposite norm."""
    return rfft_pullback(conjugate(g), a, n, axis, opposite(norm))


@linear(np.fft.fftn, at=[*SHAPES, *COMPLEX_SHAPES, (T,)])
def fftn(g, a, s=None, axes=None, norm=None):
    return fftn_pullback(g, a, s, axes, norm)


@linear(np.fft.ifftn, at=[*SHAPES, *COMPLEX_SHAPES, (T,)])
def ifftn(g, a, s=None, axes=None, norm=None):
    return ifftn_pullback(g, a, s, axes, norm)


@linear(np.fft.rfftn, at=[*SHAPES, (T,), (V,)])
def rfftn(g, a, s=None, axes=None, norm=None):
    return rfftn_pullback(g, a, s, axes, norm)


@linear(np.fft.irfftn, at=[*SHAPES, *COMPLEX_SHAPES, (T,), (V,)])
def irfftn(g, a, s=None, axes=None, norm=None):
    return irfftn_pullback(g, a, s, axes, norm)


PLANES = [*SHAPES, *COMPLEX_SHAPES, (T,), (T, (2, 4))]


@linear(np.fft.fft2, at=PLANES)
def fft2(g, a, s=None, axes=(-2, -1), norm=None):
    return fftn_pullback(g, a, s, axes, norm)


@linear(np.fft.ifft2, at=PLANES)
def ifft2(g, a, s=None, axes=(-2, -1), norm=None):
    return ifftn_pullback(g, a, s, axes, norm)


@linear(np.fft.rfft2, at=[*SHAPES, (T,), (T, (2, 4))])
def rfft2(g, a, s=None, axes=(-2, -1), norm=None):
    return rfftn_pullback(g, a, s, axes, norm)


@linear(np.fft.irfft2, at=PLANES)
def irfft2(g, a, s=None, axes=(-2, -1), norm=None):
    return irfftn_pullback(g, a, s, axes, norm)


@linear(np.fft.fftshift, at=[(V,), (A,), (A, 0), (T, (0, -1)), (1j * A,)])
def fftshift(g, x, axes=None):
    return np.fft.ifftshift(g, axes)


@linear(np.fft.ifftshift, at=[(V,), (A,), (A, 0), (T, (0, -1)), (1j * A,)])
def ifftshift(g, x, axes=None):
    return np.fft.fftshift(g, axes)


@linear(resized, at=[(A, T[0]), (T[0], A), (A + 1j, A), (A, A)])
def resized_rule(h, g, a):
    return resized(h, g)


@rule(np.fft.fftfreq, np.fft.rfftfreq, at=[(5, 0.5), (4, 1.5), sample(3, d=2.5)])
class fftfreq:
    """Inverse to the spacing `d` of the samples."""

    def pullback_d(g, ans, n, d=1.0):
        return np.sum(g * -ans / d)

    def pushforward_d(t, ans, n, d=1.0):
        return t * -ans / d


nondifferentiable(counts, opposite, transformed)
