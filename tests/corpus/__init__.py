"""Ordinary user functions, by theme: what s2sad differentiates, in the language its users write.

Every function is smooth at the inputs it comes with, and each input is there to take another path. The functions
know nothing of s2sad: `tests/test_corpus.py` differentiates them, and the tests of the passes run each stage on them.
"""

from . import (
    arithmetic,
    arrays,
    assignment,
    branches,
    calls,
    changing,
    comprehensions,
    containers,
    effects,
    exceptions,
    indexing,
    iterables,
    jumps,
    loops,
    objects,
    rebinding,
    returns,
    simulations,
)
from .cases import CASES, Case, case

__all__ = [
    "CASES",
    "Case",
    "arithmetic",
    "arrays",
    "assignment",
    "branches",
    "calls",
    "case",
    "changing",
    "comprehensions",
    "containers",
    "effects",
    "exceptions",
    "indexing",
    "iterables",
    "jumps",
    "loops",
    "objects",
    "rebinding",
    "returns",
    "simulations",
]
