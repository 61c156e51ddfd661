"""What of NumPy has no rule yet, by name. Each is refused where a derivative flows into it; this list only shrinks."""

_NAMES = {
    "ndarray": "flat",
    "np": """
        fastCopyAndTranspose msort polyadd polyder polydiv polyfit polyint polymul polysub roots round_
        row_stack
    """,
    "np.polynomial.chebyshev": """
        cheb2poly chebadd chebcompanion chebder chebdiv chebfit chebfromroots chebint chebinterpolate chebmul
        chebmulx chebpow chebroots chebsub chebtrim chebval2d chebval3d chebvalnd chebvander chebvander2d
        chebvander3d poly2cheb
    """,
    "np.polynomial.hermite": """
        herm2poly hermadd hermcompanion hermder hermdiv hermfit hermfromroots hermint hermmul hermmulx hermpow
        hermroots hermsub hermtrim hermval2d hermval3d hermvalnd hermvander hermvander2d hermvander3d
        poly2herm
    """,
    "np.polynomial.hermite_e": """
        herme2poly hermeadd hermecompanion hermeder hermediv hermefit hermefromroots hermeint hermemul
        hermemulx hermepow hermeroots hermesub hermetrim hermeval2d hermeval3d hermevalnd hermevander
        hermevander2d hermevander3d poly2herme
    """,
    "np.polynomial.laguerre": """
        lag2poly lagadd lagcompanion lagder lagdiv lagfit lagfromroots lagint lagmul lagmulx lagpow lagroots
        lagsub lagtrim lagval2d lagval3d lagvalnd lagvander lagvander2d lagvander3d poly2lag
    """,
    "np.polynomial.legendre": """
        leg2poly legadd legcompanion legder legdiv legfit legfromroots legint legmul legmulx legpow legroots
        legsub legtrim legval2d legval3d legvalnd legvander legvander2d legvander3d poly2leg
    """,
    "np.polynomial.polynomial": """
        polyadd polycompanion polyder polydiv polyfit polyfromroots polyint polymul polymulx polypow polyroots
        polysub polytrim polyval2d polyval3d polyvalnd polyvander polyvander2d polyvander3d
    """,
}

NOT_YET = frozenset(f"{module}.{name}" for module, names in _NAMES.items() for name in names.split())
