"""What of NumPy has no rule yet, by name. Each is refused where a derivative flows into it; this list only shrinks."""

_NAMES = {
    "ndarray": "flat",
    "np": """
        fastCopyAndTranspose msort polyadd polyder polydiv polyfit polyint polymul polysub roots round_
        row_stack
    """,
    "np.polynomial.chebyshev": """
        chebcompanion chebdiv chebfit chebinterpolate
        chebtrim chebval2d chebval3d chebvalnd chebvander2d
        chebvander3d
    """,
    "np.polynomial.hermite": """
        hermcompanion hermdiv hermfit
        hermtrim hermval2d hermval3d hermvalnd hermvander2d hermvander3d
    """,
    "np.polynomial.hermite_e": """
        hermecompanion hermediv hermefit
        hermetrim hermeval2d hermeval3d hermevalnd
        hermevander2d hermevander3d
    """,
    "np.polynomial.laguerre": """
        lagcompanion lagdiv lagfit
        lagtrim lagval2d lagval3d lagvalnd lagvander2d lagvander3d
    """,
    "np.polynomial.legendre": """
        legcompanion legdiv legfit
        legtrim legval2d legval3d legvalnd legvander2d legvander3d
    """,
    "np.polynomial.polynomial": """
        polycompanion polydiv polyfit
        polytrim polyval2d polyval3d polyvalnd polyvander2d polyvander3d
    """,
}

NOT_YET = frozenset(f"{module}.{name}" for module, names in _NAMES.items() for name in names.split())
