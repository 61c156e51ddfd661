"""Makes emitted code what a person would write: temporaries un-nested, what is never read removed.

Each pass here works on names that s2sad introduced; the user's own statements keep their names and their order.
"""

from __future__ import annotations

from collections.abc import Callable

import gast

from s2sad.context import Context
from s2sad.transforms.copies import copies
from s2sad.transforms.dead import dead
from s2sad.transforms.empties import empties
from s2sad.transforms.factors import factors
from s2sad.transforms.fuse import fuse
from s2sad.transforms.joins import joins
from s2sad.transforms.singles import singles
from s2sad.transforms.spreads import spreads
from s2sad.transforms.stores import stores

#: In order; each may be left out, and the function means the same.
SIMPLIFICATIONS: tuple[Callable[[gast.FunctionDef, Context], gast.FunctionDef], ...] = (
    dead,
    singles,
    copies,
    fuse,
    spreads,
    factors,
    joins,
    stores,
    empties,
)


def simplify(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Runs every simplification once."""
    for transform in SIMPLIFICATIONS:
        function = transform(function, context)
    return function
