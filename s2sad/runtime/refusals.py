"""What the runtime raises where only the run can tell that there is no derivative.

Plain exceptions, so that a standalone file can hold them; to the callers of derivative functions s2sad says the same
as an error of its own family, with the line of the user's (`loader.explain`).
"""

from __future__ import annotations

from typing import Any


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
    """Refuses arguments that hold floats where a rule takes them for constants."""
    for argument, value in given.items():
        if _holds_floats(value):
            raise NoRule(
                f"the rule of {name} takes this argument for a constant: {argument}", "pass s2sad.stop_gradient(value)"
            )


def _holds_floats(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_floats, value))
    return isinstance(value, (float, complex)) or getattr(getattr(value, "dtype", None), "kind", "") in ("f", "c", "O")
