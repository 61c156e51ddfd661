"""Families of rules whose pullbacks are plain Python in `s2sad.runtime`, differentiated again by their source."""

NAMES = (
    "einsum",
    "factorizations",
    "fourier",
    "least_squares",
    "linear_systems",
    "missing",
    "making",
    "moving",
    "ufunc_methods",
    "calculus",
    "quantiles",
    "statistics",
    "norms",
    "polynomials",
    "products",
    "spectra",
)
FAMILIES = {f"s2sad.adjoints.{name}" for name in NAMES}
