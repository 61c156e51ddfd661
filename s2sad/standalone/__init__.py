"""A derivative as a module of its own, which runs where s2sad is not installed.

Everything that the emitted functions refer to is brought along: what is installed is imported, helpers of
`s2sad.runtime` and the user's own functions are copied as source, constants are written out. What cannot be
(a call whose target only the run knows, a large array, an object) is refused by name.
"""

from __future__ import annotations

from s2sad.pipeline import Program
from s2sad.standalone.writer import Writer


def text(program: Program, version: str = "") -> str:
    """The source of a module with the functions of `program` and all that they need.

    Raises S2SADError where something cannot be brought along; all of it is said at once.
    """
    return Writer(program, version).text()


__all__ = ["text"]
