"""What of NumPy has no rule yet, by name. Each is refused where a derivative flows into it; this list only shrinks."""

_NAMES = {
    "ndarray": "flat",
    "np": """
        fastCopyAndTranspose msort polyadd polydiv polyint polymul polysub round_
        row_stack
    """,
    "np.polynomial.chebyshev": """
        chebcompanion chebinterpolate
        chebtrim chebval2d chebval3d chebvalnd chebvander2d
        chebvander3d
    """,
    "np.polynomial.hermite": """
        hermcompanion
        hermtrim hermval2d hermval3d hermvalnd hermvander2d hermvander3d
    """,
    "np.polynomial.hermite_e": """
        hermecompanion
        hermetrim hermeval2d hermeval3d hermevalnd
        hermevander2d hermevander3d
    """,
    "np.polynomial.laguerre": """
        lagcompanion
        lagtrim lagval2d lagval3d lagvalnd lagvander2d lagvander3d
    """,
    "np.polynomial.legendre": """
        legcompanion
        legtrim legval2d legval3d legvalnd legvander2d legvander3d
    """,
    "np.polynomial.polynomial": """
        polycompanion
        polytrim polyval2d polyval3d polyvalnd polyvander2d polyvander3d
    """,
}

NOT_YET = frozenset(f"{module}.{name}" for module, names in _NAMES.items() for name in names.split())
