"""Functions of NumPy that need no rule: their own source can be differentiated."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.names import of
from s2sad.adjoints.registry import readable

C = np.array([0.5, -1.5, 2.0])
X = np.array([0.25, 0.75])
CUBE = np.arange(8.0).reshape(2, 2, 2) ** 0.5

FAMILIES = {"poly": polynomial, "cheb": chebyshev, "leg": legendre, "herm": hermite, "herme": hermite_e, "lag": laguerre}
for prefix, module in FAMILIES.items():
    readable(*of(module, f"{prefix}val"), at=[(X, C), (0.5, A)])
    readable(*of(module, f"{prefix}grid2d"), at=[(X, C, A)])
    readable(*of(module, f"{prefix}grid3d"), at=[(X, X, C, CUBE)])
    readable(*of(module, f"{prefix}line"), at=[(0.5, 1.5)])
    readable(*of(module, f"{prefix}weight"), at=[(X,)])

readable(polynomial.polyvalfromroots, at=[(X, C)])
readable(np.polyval, at=[(C, X)])
readable(np.poly, at=[(C,)])
readable(np.fromfunction, at=[])
