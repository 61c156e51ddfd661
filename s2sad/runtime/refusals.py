"""What the runtime raises where only the run can tell that there is no derivative.

Plain exceptions, so that a standalone file can hold them; to the callers of derivative functions s2sad says the same
as an error of its own family, with the line of the user's (`loader.explain`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

_DISCRETE = frozenset("biuSUmM")


class Unfit(TypeError):
    """A value, or a cotangent, of a type or shape that has no place here."""


class NoRule(NotImplementedError):
    """A case that the rule of a function does not cover, and a way out of it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message}: {hint}")
        self.message, self.hint = message, hint


def require_defaults(name: str, **given: Any) -> None:
    """Refuses arguments that a rule does not handle, unless they are what they are by default; each with its default."""
    for argument, (value, default) in given.items():
        if value is not default and (type(value) is not type(default) or value != default):
            raise NoRule(f"the rule of {name} does not handle the argument {argument}", "leave it out")


def require_constants(name: str, **given: Any) -> None:
    """Refuses arguments that a rule takes for constants, and that may hold floats."""
    for argument, value in given.items():
        if not _is_constant(value):
            raise NoRule(
                f"the rule of {name} takes this argument for a constant: {argument}", "pass s2sad.stop_gradient(value)"
            )


def _is_constant(value: Any) -> bool:
    """Has a value no derivative, whatever it depends on: integers, masks, text, and containers of them?"""
    if isinstance(value, (list, tuple)):
        return all(map(_is_constant, value))
    if isinstance(value, slice):
        return all(map(_is_constant, (value.start, value.stop, value.step)))
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return kind in _DISCRETE if kind else isinstance(value, (int, str, bytes, range, type, np.dtype, type(None), type(...)))
