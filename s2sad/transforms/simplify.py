"""Makes emitted code what a person would write: temporaries un-nested, what is never read removed.

Each pass here works on names that s2sad introduced; the user's own statements keep their names and their order.
"""

from __future__ import annotations

from collections.abc import Callable

import gast

from s2sad.context import Context
from s2sad.transforms.dead import dead
from s2sad.transforms.fuse import fuse

#: In order; each may be left out, and the function means the same.
SIMPLIFICATIONS: tuple[Callable[[gast.FunctionDef, Context], gast.FunctionDef], ...] = (fuse, dead)


def simplify(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Runs every simplification once."""
    for transform in SIMPLIFICATIONS:
        function = transform(function, context)
    return function
