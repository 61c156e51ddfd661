"""Functions of polynomials' coefficients: six families with the same functions, and one set of rules for them all.

The functions whose own source can be differentiated need no rule.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial, polyutils

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.equivalents import FUNCTIONALS
from s2sad.adjoints.equivalents.polynomials import trimcoef, valnd, vander_nd
from s2sad.adjoints.names import of
from s2sad.adjoints.registry import readable, refused, rule, sample
from s2sad.runtime.fits import (
    fit_pullback_places,
    fit_pullback_weights,
    fit_pushforward_places,
    fit_pushforward_weights,
    fitting_matrix,
    highest_first,
    highest_first_der,
)
from s2sad.runtime.polynomials import (
    chebyshev_product_pullback,
    conversion_pullback,
    dividend_bar,
    division_pushforward,
    fitted,
    fitted_bar,
    fromroots_pullback,
    fromroots_pushforward,
    matrix_transposed,
    mulx_pullback,
    powers_product_pullback,
    product_pullback,
    unit_coefficients,
)
from s2sad.runtime.shapes import unbroadcast

C = np.array([0.5, -1.5, 2.0])
D = np.array([1.5, 0.25, -0.75, 1.25])
X = np.array([0.25, 0.75])
CUBE = np.arange(8.0).reshape(2, 2, 2) ** 0.5
PAIRS = [(C, D), (D, C), (C, X), (C + 1j * D[:3], D), (D, C - 1j * D[:3])]
ONE = [(C,), (D,), (C + 1j * D[:3],)]


def named(function: Any) -> Callable[[type], type]:
    """Gives the class of a rule the name of the function that it is for, which messages show."""

    def rename(cls: type) -> type:
        cls.__name__ = function.__name__
        return cls

    return rename


def products(add: Any, sub: Any, mul: Any, power: Any, mulx: Any, product_back: Any) -> None:
    """Sums, products and powers; `product_back` is the pullback of a product."""

    @rule(add, at=PAIRS)
    @named(add)
    class sum_:
        def pullback_c1(g, ans, c1, c2):
            return fitted_bar(g, c1)

        def pullback_c2(g, ans, c1, c2):
            return fitted_bar(g, c2)

        def pushforward_c1(t, ans, c1, c2):
            return fitted(t, ans)

        def pushforward_c2(t, ans, c1, c2):
            return fitted(t, ans)

    @rule(sub, at=PAIRS)
    @named(sub)
    class difference:
        def pullback_c1(g, ans, c1, c2):
            return fitted_bar(g, c1)

        def pullback_c2(g, ans, c1, c2):
            return -fitted_bar(g, c2)

        def pushforward_c1(t, ans, c1, c2):
            return fitted(t, ans)

        def pushforward_c2(t, ans, c1, c2):
            return -fitted(t, ans)

    @rule(mul, at=PAIRS)
    @named(mul)
    class product:
        def pullback_c1(g, ans, c1, c2):
            return product_back(g, mulx, c1, c2)

        def pullback_c2(g, ans, c1, c2):
            return product_back(g, mulx, c2, c1)

        def pushforward_c1(t, ans, c1, c2):
            return fitted(mul(t, c2), ans)

        def pushforward_c2(t, ans, c1, c2):
            return fitted(mul(c1, t), ans)

    most = signature(power).parameters["maxpower"].default

    @rule(power, at=[(C, 0), (C, 1), (C, 3), (C + 1j * D[:3], 2), (C, 2, None)])
    @named(power)
    class power_:
        def pullback_c(g, ans, c, pow, maxpower=most):
            return product_back(g, mulx, c, pow * power(c, max(pow - 1, 0), None))

        def pushforward_c(t, ans, c, pow, maxpower=most):
            return fitted(mul(t, pow * power(c, max(pow - 1, 0), None)), ans)

    @rule(mulx, at=ONE)
    @named(mulx)
    class times_x:
        def pullback_c(g, ans, c):
            return mulx_pullback(g, mulx, c)

        def pushforward_c(t, ans, c):
            return fitted(mulx(t), ans)


def conversions(to_powers: Any, from_powers: Any, mulx: Any) -> None:
    """Into the coefficients of powers, and out of them."""
    polymulx = polynomial.polymulx

    @rule(to_powers, at=ONE)
    @named(to_powers)
    class into_powers:
        def pullback_c(g, ans, c):
            return conversion_pullback(g, mulx, polymulx, c)

        def pushforward_c(t, ans, c):
            return fitted(to_powers(t), ans)

    @rule(from_powers, at=ONE)
    @named(from_powers)
    class out_of_powers:
        def pullback_pol(g, ans, pol):
            return conversion_pullback(g, polymulx, mulx, pol)

        def pushforward_pol(t, ans, pol):
            return fitted(from_powers(t), ans)


ORDERS = [(C,), (D, 2), (C, 5), (A, 1, 0.5), sample(A, axis=1), sample(CUBE, 1, 2.0, axis=-1), (C + 1j * D[:3],)]
INTEGRALS = [
    (C,),
    (D, 2, [0.5, 1.5], 0.25, 2.0),
    (A, 1),
    sample(A, axis=1),
    sample(CUBE, lbnd=1.5, axis=-1),
    (C + 1j * D[:3],),
]
NONE: list[float] = []  # NumPy's default


def calculus(der: Any, integral: Any) -> None:
    """Derivatives and integrals: along an axis, the function of the basis is a matrix."""

    @rule(der, at=ORDERS)
    @named(der)
    class derivative:
        def pullback_c(g, ans, c, m=1, scl=1, axis=0):
            return matrix_transposed(der(unit_coefficients(c, axis), m, scl), g, c, axis)

        def pushforward_c(t, ans, c, m=1, scl=1, axis=0):
            return der(t, m, scl, axis)

    @rule(integral, at=INTEGRALS)
    @named(integral)
    class integral_:
        def pullback_c(g, ans, c, m=1, k=NONE, lbnd=0, scl=1, axis=0):
            return matrix_transposed(integral(unit_coefficients(c, axis), m, (), lbnd, scl), g, c, axis)

        def pushforward_c(t, ans, c, m=1, k=NONE, lbnd=0, scl=1, axis=0):
            return integral(t, m, (), lbnd, scl, axis)


def zeros(fromroots: Any, roots: Any, vander: Any, val: Any, der: Any, mulx: Any) -> None:
    """Roots, polynomials of given roots, and Vandermonde matrices."""

    @rule(fromroots, at=[(C,), (D,), (C + 1j * D[:3],)])
    @named(fromroots)
    class from_roots:
        def pullback_roots(g, ans, roots):
            return fromroots_pullback(g, mulx, roots)

        def pushforward_roots(t, ans, roots):
            return fromroots_pushforward(t, ans, mulx, roots)

    @rule(roots, at=[(C,), (D,), (X,), (C + 1j * D[:3],), (np.array([5.0, 0.5, 1.0]),)])
    @named(roots)
    class roots_:
        """Of single roots: a multiple one has no derivative, and gives inf or nan."""

        def pullback_c(g, ans, c):
            return unbroadcast(-(g / val(ans, der(c))) @ vander(ans, len(c) - 1), c)

        def pushforward_c(t, ans, c):
            return -val(ans, t) / val(ans, der(c))

    @rule(vander, at=[(X, 3), (0.5, 2), (X, 0), (A, 2), (X + 1j, 2)])
    @named(vander)
    class vandermonde:
        def pullback_x(g, ans, x, deg):
            return unbroadcast(np.sum(g * (vander(x, max(deg - 1, 0)) @ der(np.eye(deg + 1, dtype=ans.dtype))), axis=-1), x)

        def pushforward_x(t, ans, x, deg):
            return np.expand_dims(t, -1) * (vander(x, max(deg - 1, 0)) @ der(np.eye(deg + 1, dtype=ans.dtype)))


def division(div: Any, mul: Any, mulx: Any, product_back: Any) -> None:
    """Quotient and remainder: c1 = q c2 + r, so dq c2 + dr = dc1 - q dc2, which is a division again."""

    @rule(div, at=PAIRS)
    @named(div)
    class division_:
        tuple_unless = ()

        def pullback_c1(g, ans, c1, c2):
            return unbroadcast(dividend_bar(g, mul, c1, c2), c1)

        def pullback_c2(g, ans, c1, c2):
            return -product_back(dividend_bar(g, mul, c1, c2), mulx, c2, ans[0])

        def pushforward_c1(t, ans, c1, c2):
            return division_pushforward(t, ans, div, c2)

        def pushforward_c2(t, ans, c1, c2):
            return division_pushforward(-mul(ans[0], t), ans, div, c2)


P = np.array([-0.9, -0.4, 0.1, 0.5, 1.0])
Q = np.array([0.5, 1.0, -1.0, 2.0, 0.25])
FITS = [(P, Q, 2), (P, np.stack([Q, P**2], 1), 1), (P, Q + 1j * P, 2, 1e-10), sample(P, Q, 1, w=Q + 1.5)]


def least_squares(fit: Any, vander: Any, der: Any, *more: Any) -> None:
    """The fit of a polynomial, linear in the values; where the rank stays as it is, places and weights may change as well."""

    @rule(fit, at=[*FITS, *more])
    @named(fit)
    class fit_:
        def pullback_y(g, ans, x, y, deg, rcond=None, *, w=None):
            return matrix_transposed(fitting_matrix(vander, x, deg, rcond, w), g, y)

        def pullback_x(g, ans, x, y, deg, rcond=None, *, w=None):
            return fit_pullback_places(g, ans, vander, der, x, y, deg, rcond, w)

        def pullback_w(g, ans, x, y, deg, rcond=None, *, w=None):
            return fit_pullback_weights(g, ans, vander, x, y, deg, rcond, w)

        def pushforward_y(t, ans, x, y, deg, rcond=None, *, w=None):
            return fit(x, t, deg, rcond, w=w)

        def pushforward_x(t, ans, x, y, deg, rcond=None, *, w=None):
            return fit_pushforward_places(t, ans, vander, der, x, y, deg, rcond, w)

        def pushforward_w(t, ans, x, y, deg, rcond=None, *, w=None):
            return fit_pushforward_weights(t, ans, vander, x, y, deg, rcond, w)


FAMILIES = {"poly": polynomial, "cheb": chebyshev, "leg": legendre, "herm": hermite, "herme": hermite_e, "lag": laguerre}
PRODUCTS = {"poly": powers_product_pullback, "cheb": chebyshev_product_pullback}
for prefix, module in FAMILIES.items():
    mul, mulx = getattr(module, f"{prefix}mul"), getattr(module, f"{prefix}mulx")
    product_back = PRODUCTS.get(prefix, product_pullback)
    readable(*of(module, f"{prefix}val"), at=[(X, C), (0.5, A)])
    readable(*of(module, f"{prefix}val2d"), at=[(X, X, A)])
    readable(*of(module, f"{prefix}val3d"), at=[(X, X, X, CUBE)])
    readable(*of(module, f"{prefix}valnd"), at=[])
    readable(*of(module, f"{prefix}vander2d"), at=[(X, X + 1, [1, 2])])
    readable(*of(module, f"{prefix}vander3d"), at=[(X, X, X, [1, 0, 2])])
    readable(*of(module, f"{prefix}vandernd"), at=[])
    readable(*of(module, f"{prefix}grid2d"), at=[(X, C, A)])
    readable(*of(module, f"{prefix}grid3d"), at=[(X, X, C, CUBE)])
    readable(*of(module, f"{prefix}line"), at=[(0.5, 1.5)])
    readable(*of(module, f"{prefix}weight"), at=[(X,)])
    products(*(getattr(module, f"{prefix}{n}") for n in ("add", "sub", "mul", "pow", "mulx")), product_back)
    if module is not polynomial:
        conversions(getattr(module, f"{prefix}2poly"), getattr(module, f"poly2{prefix}"), mulx)
    calculus(getattr(module, f"{prefix}der"), getattr(module, f"{prefix}int"))
    division(getattr(module, f"{prefix}div"), mul, mulx, product_back)
    vander, der = getattr(module, f"{prefix}vander"), getattr(module, f"{prefix}der")
    least_squares(getattr(module, f"{prefix}fit"), vander, der, (P, Q, [0, 2]))
    zeros(*(getattr(module, f"{prefix}{n}") for n in ("fromroots", "roots", "vander", "val", "der", "mulx")))
    refused(
        getattr(module, f"{prefix}companion"),
        because="it makes the matrix whose eigenvalues are the roots",
        instead=f"use {prefix}roots, which has a rule",
    )

refused(
    chebyshev.chebinterpolate,
    because="it calls a function that is known only as the program runs",
    instead="call the function at the nodes: x = chebpts1(deg + 1); chebfit(x, f(x), deg)",
)

least_squares(np.polyfit, highest_first, highest_first_der)

FUNCTIONALS[polyutils._valnd] = valnd
FUNCTIONALS[polyutils._vander_nd] = vander_nd
FUNCTIONALS[polyutils.trimcoef] = trimcoef


@rule(np.polyder, at=[(C,), (D, 2), (C, 0), (C, 3), (C + 1j * D[:3],)])
class polyder:
    def pullback_p(g, ans, p, m=1):
        return matrix_transposed(polynomial.polyder(unit_coefficients(p), m)[::-1, ::-1][: len(g)], g, p)

    def pushforward_p(t, ans, p, m=1):
        return np.polyder(t, m)


@rule(np.roots, at=[(C,), (D,), (X,), (C + 1j * D[:3],)])
class roots:
    """Of single roots: a multiple one has no derivative, and gives inf or nan."""

    def pullback_p(g, ans, p):
        return (
            unbroadcast(
                -(g / polynomial.polyval(ans, polynomial.polyder(p[::-1])))
                @ polynomial.polyvander(ans, len(p) - 1)[:, ::-1],
                p,
            )
            if len(ans) > 0
            else np.zeros_like(p)
        )

    def pushforward_p(t, ans, p):
        return (
            -polynomial.polyval(ans, t[::-1]) / polynomial.polyval(ans, polynomial.polyder(p[::-1])) if len(ans) > 0 else ans
        )


readable(polynomial.polyvalfromroots, at=[(X, C)])
readable(np.polyval, at=[(C, X)])
readable(np.poly, at=[(C,)])
readable(np.fromfunction, at=[])
