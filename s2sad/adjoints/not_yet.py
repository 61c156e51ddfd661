"""What of NumPy has no rule yet, by name. Each is refused where a derivative flows into it; this list only shrinks."""

_NAMES = {
    "ndarray": "flat",
    "np": """
        apply_along_axis apply_over_axes asarray_chkfinite asfarray astype dsplit fastCopyAndTranspose
        fromfunction geomspace hsplit intersect1d kaiser logspace msort nextafter piecewise poly polyadd
        polyder polydiv polyfit polyint polymul polysub polyval require roots round_ row_stack setdiff1d
        setxor1d union1d unique unique_all unique_counts unique_inverse unique_values unstack vander vectorize
        vsplit
    """,
    "np.emath": "arccos arcsin arctanh log log10 log2 logn power sqrt",
    "np.polynomial.chebyshev": """
        cheb2poly chebadd chebcompanion chebder chebdiv chebfit chebfromroots chebgrid2d chebgrid3d chebint
        chebinterpolate chebline chebmul chebmulx chebpow chebroots chebsub chebtrim chebval chebval2d
        chebval3d chebvalnd chebvander chebvander2d chebvander3d chebweight poly2cheb
    """,
    "np.polynomial.hermite": """
        herm2poly hermadd hermcompanion hermder hermdiv hermfit hermfromroots hermgrid2d hermgrid3d hermint
        hermline hermmul hermmulx hermpow hermroots hermsub hermtrim hermval hermval2d hermval3d hermvalnd
        hermvander hermvander2d hermvander3d hermweight poly2herm
    """,
    "np.polynomial.hermite_e": """
        herme2poly hermeadd hermecompanion hermeder hermediv hermefit hermefromroots hermegrid2d hermegrid3d
        hermeint hermeline hermemul hermemulx hermepow hermeroots hermesub hermetrim hermeval hermeval2d
        hermeval3d hermevalnd hermevander hermevander2d hermevander3d hermeweight poly2herme
    """,
    "np.polynomial.laguerre": """
        lag2poly lagadd lagcompanion lagder lagdiv lagfit lagfromroots laggrid2d laggrid3d lagint lagline
        lagmul lagmulx lagpow lagroots lagsub lagtrim lagval lagval2d lagval3d lagvalnd lagvander lagvander2d
        lagvander3d lagweight poly2lag
    """,
    "np.polynomial.legendre": """
        leg2poly legadd legcompanion legder legdiv legfit legfromroots leggrid2d leggrid3d legint legline
        legmul legmulx legpow legroots legsub legtrim legval legval2d legval3d legvalnd legvander legvander2d
        legvander3d legweight poly2leg
    """,
    "np.polynomial.polynomial": """
        polyadd polycompanion polyder polydiv polyfit polyfromroots polygrid2d polygrid3d polyint polyline
        polymul polymulx polypow polyroots polysub polytrim polyval polyval2d polyval3d polyvalfromroots
        polyvalnd polyvander polyvander2d polyvander3d
    """,
    "np.ufunc": "accumulate outer reduce reduceat",
}

NOT_YET = frozenset(f"{module}.{name}" for module, names in _NAMES.items() for name in names.split())
