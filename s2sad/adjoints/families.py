"""Imports every family of rules, which registers them."""

from s2sad.adjoints import (
    arithmetic,
    constants,
    draws,
    einsum,
    equivalents,
    linear_algebra,
    methods,
    product_rules,
    reductions,
    refusals,
    runtime_rules,
    scalars,
    sequences,
    shaping,
    ufuncs,
)

__all__ = [
    "arithmetic",
    "constants",
    "draws",
    "einsum",
    "equivalents",
    "linear_algebra",
    "methods",
    "product_rules",
    "reductions",
    "refusals",
    "runtime_rules",
    "scalars",
    "sequences",
    "shaping",
    "ufuncs",
]
