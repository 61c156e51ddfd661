"""Where emitted code comes from: the line of the user's that each emitted line belongs to.

The derivative of a derivative is made from emitted text, and so is that of a function that the user nested in
another: then the way back goes through several emitted texts.
"""

from __future__ import annotations

import linecache
import types
from collections.abc import Sequence

from s2sad.artifact import Artifact
from s2sad.errors import Location

EMITTED = "<s2sad"  # how the file names of emitted code begin

_origins: dict[str, tuple[Artifact, Sequence[types.CodeType]]] = {}


def remember(filename: str, artifact: Artifact, owners: Sequence[types.CodeType]) -> None:
    """The emitted text `filename` is that of `artifact`, made from the functions whose code is `owners`."""
    _origins[filename] = artifact, owners


def forget(filename: str) -> None:
    _origins.pop(filename, None)


def of_user(place: Location) -> Location:
    """The line of the user's that a place in emitted code belongs to; any other place as it is."""
    while place.filename.startswith(EMITTED) and place.filename in _origins:
        artifact, owners = _origins[place.filename]
        where = artifact.user_line(place.line)
        if where is None:
            break
        number, below = where
        code = owners[number]
        line = code.co_firstlineno + artifact.owners[number].start + below
        text = linecache.getline(code.co_filename, line).rstrip("\n")
        function = code.co_qualname + _nested(place.function)
        place = Location(code.co_filename, line, _column(place, text), text, function)
    return place


def _nested(name: str) -> str:
    """The part of a qualified name that is within an emitted function: `factory.<locals>.f_grad.<locals>.inner`."""
    return "".join([f".<locals>.{part}" for part in name.split(".<locals>.")[2:]])


def _column(place: Location, text: str) -> int:
    """The same column if the line was taken over as it is, else where it begins."""
    margin = len(text) - len(text.lstrip())
    if text.strip() != place.text.strip():
        return margin
    return margin + place.column - (len(place.text) - len(place.text.lstrip()))
