"""Adaptive integration by recursion, and the derivative of the integral by a parameter.

One idea: a recursive function needs nothing special. How deep it goes depends on the data; its derivative
comes back up the same calls.
"""

import math

import s2sad


def bump(x: float, width: float) -> float:
    return width / (width * width + x * x)


def simpson(fa: float, fm: float, fb: float, length: float) -> float:
    return length / 6.0 * (fa + 4.0 * fm + fb)


def integrate(a: float, b: float, width: float, tolerance: float) -> float:
    """The integral of `bump` over [a, b]: halve the interval until two halves agree with the whole."""
    middle = 0.5 * (a + b)
    fa, fm, fb = bump(a, width), bump(middle, width), bump(b, width)
    whole = simpson(fa, fm, fb, b - a)
    left = simpson(fa, bump(0.5 * (a + middle), width), fm, middle - a)
    right = simpson(fm, bump(0.5 * (middle + b), width), fb, b - middle)
    if abs(left + right - whole) <= 15.0 * tolerance:
        return left + right
    return integrate(a, middle, width, tolerance / 2.0) + integrate(middle, b, width, tolerance / 2.0)


def main() -> None:
    derivative = s2sad.value_and_grad(integrate, argnums="width")
    for width in (1.0, 0.1, 0.01):
        value, by_width = derivative(0.0, 2.0, width, 1e-9)
        exact = math.atan(2.0 / width)
        exact_by_width = -2.0 / (width * width + 4.0)
        print(f"width {width}: integral {value:.9f}, derivative {by_width:.9f} (exact {exact_by_width:.9f})")
        assert math.isclose(value, exact, rel_tol=1e-8)
        assert math.isclose(by_width, exact_by_width, rel_tol=1e-5)


if __name__ == "__main__":
    main()
