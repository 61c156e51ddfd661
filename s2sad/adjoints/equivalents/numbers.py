"""Methods of Python's numbers."""

from __future__ import annotations

from typing import Any


def float_conjugate(x: Any) -> Any:
    """`float.conjugate`"""
    return +x


def complex_conjugate(z: Any) -> Any:
    """`complex.conjugate`"""
    return complex(z.real, -z.imag)
