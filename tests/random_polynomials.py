"""Random calls of numpy.polynomial, which join those of `random_calls`."""

from random_calls import family

MODULES = {
    "poly": "polynomial",
    "cheb": "chebyshev",
    "leg": "legendre",
    "herm": "hermite",
    "herme": "hermite_e",
    "lag": "laguerre",
}


def spelled(prefix, name):
    return f"np.polynomial.{MODULES[prefix]}.{name.format(prefix)}"


@family(*MODULES)
def sums_and_products(d, prefix):
    function = spelled(prefix, "{}" + d.pick("add", "sub", "mul"))
    return f"{function}({d.array((d.count(1, 6),))}, {d.array((d.count(1, 6),))})"


@family(*MODULES)
def quotients(d, prefix):
    return f"{spelled(prefix, '{}div')}({d.array((d.count(1, 6),))}, {d.array((d.count(1, 4),))})[{d.pick(0, 1)}]"


@family(*MODULES)
def one_polynomial(d, prefix):
    names = ["{}mulx"] if prefix == "poly" else ["{}mulx", "{}2poly", "poly2{}"]
    return f"{spelled(prefix, d.pick(*names))}({d.array((d.count(1, 6),))})"


@family(*MODULES)
def powers(d, prefix):
    return f"{spelled(prefix, '{}pow')}({d.array((d.count(1, 4),))}, {d.spelled(d.count(0, 4))})"


@family(*MODULES)
def derivatives_and_integrals(d, prefix):
    shape = d.shape(1, 3)
    axis = d.axis(shape)
    if d.chance(0.5):  # a polynomial is left, as hermeder gives another shape where none is
        return f"{spelled(prefix, '{}der')}({d.array(shape)}, {d.count(0, shape[axis] - 1)}{d.given(scl=1.5)}, axis={axis})"
    return f"{spelled(prefix, '{}int')}({d.array(shape)}, {d.count(0, 3)}{d.given(scl=1.5, lbnd=0.5)}, axis={axis})"


@family(*MODULES)
def given_roots(d, prefix):
    return f"{spelled(prefix, '{}fromroots')}({d.array((d.count(1, 5),))})"


@family(*MODULES)
def roots(d, prefix):
    return f"{spelled(prefix, '{}roots')}({d.array((d.count(2, 4),), real=True)})"


@family(*MODULES)
def values(d, prefix):
    if d.chance(0.4):
        return f"{spelled(prefix, '{}vander')}({d.array(d.shape())}, {d.spelled(d.count(0, 4))})"
    return f"{spelled(prefix, '{}val')}({d.array(d.shape())}, {d.array(d.shape(1, 2))})"


@family(*MODULES)
def values_in_two_variables(d, prefix):
    shape = d.shape()
    x, y = d.array(shape, real=True), d.array(shape, real=True)
    if d.chance(0.3):
        return f"{spelled(prefix, '{}vander2d')}({x}, {y}, [{d.count(0, 2)}, {d.count(0, 2)}])"
    function = d.pick("{}val2d", "{}grid2d")
    return f"{spelled(prefix, function)}({x}, {y}, {d.array((d.count(1, 3), d.count(1, 3)))})"


@family(*MODULES)
def fits(d, prefix):
    shape = (7,) if d.chance(0.6) else (7, 2)
    places = "np.array([-0.9, -0.5, -0.2, 0.1, 0.4, 0.7, 1.0])"
    weights = ", w=np.arange(1.0, 8.0)" if d.chance(0.3) else ""
    return f"{spelled(prefix, '{}fit')}({places}, {d.array(shape)}, {d.spelled(d.count(0, 3))}{weights})"
