"""What s2sad says when it will not, or cannot, differentiate something.

Every message has the same shape, so that a person finds what is needed at a glance: what is wrong, where it
stands (as in a traceback, which editors turn into links), the line with a caret below the column, and what
to do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Location:
    """A place in a user's file. `line` counts from 1, `column` from 0 and in characters, not bytes."""

    filename: str
    line: int
    column: int
    text: str
    function: str

    def __str__(self) -> str:
        where = f'  File "{self.filename}", line {self.line}, in {self.function}'
        source = self.text.strip()
        if not source:
            return where
        indent = len(self.text) - len(self.text.lstrip())
        before = self.text.rstrip()[indent : max(self.column, indent)]
        return f"{where}\n    {source}\n    {''.join(map(_blank, before))}^"


def _blank(character: str) -> str:
    """As much blank space as `character` takes on a terminal."""
    if character == "\t":
        return character
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "


class S2SADError(Exception):
    """The base of all errors of s2sad. `errors` are the parts of one that `combine` made."""

    def __init__(self, message: str, *, location: Location | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.hint = hint
        self.errors: tuple[S2SADError, ...] = ()

    def __str__(self) -> str:
        parts = [self.message]
        if self.location is not None:
            parts.append(str(self.location))
        if self.hint:
            parts.append(f"hint: {self.hint}")
        return "\n".join(parts)


class SourceNotFound(S2SADError):
    """The Python text of a function cannot be had, or is not the text of what runs."""


class UnsupportedSyntax(S2SADError):
    """A construct of the language that s2sad does not differentiate."""


class NotDifferentiable(S2SADError):
    """An active value reaches something whose derivative is unknown."""


class InvalidArgument(S2SADError, TypeError):
    """An argument of s2sad itself (`argnums`), or one of a kind that has no derivative."""


class InPlaceError(S2SADError):
    """Active or shared data would be changed in place; found when transforming or as the program runs."""


class RuleError(S2SADError):
    """A rule that contradicts itself or its function."""


def combine(errors: Sequence[S2SADError]) -> S2SADError:
    """One error that says all of `errors`, in order, each once; a single one is given as it is.

    Its class is the closest one that all of them have in common, so that `except` clauses still work.
    """
    different: dict[str, S2SADError] = {}
    for error in errors:
        for part in error.errors or (error,):
            different.setdefault(f"{type(part).__name__} {part}", part)
    parts = tuple(different.values())
    if not parts:
        raise ValueError("no errors to combine")
    if len(parts) == 1:
        return parts[0]
    common = next(
        base
        for base in type(parts[0]).__mro__
        if issubclass(base, S2SADError) and all(isinstance(part, base) for part in parts)
    )
    numbered = [_indent(str(part), f"{number}. ") for number, part in enumerate(parts, 1)]
    combined = common("\n\n".join([f"{len(parts)} problems:", *numbered]))
    combined.errors = parts
    return combined


def _indent(text: str, bullet: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([bullet + first, *(" " * len(bullet) + line if line else line for line in rest)])
