"""What the runtime raises where only the run can tell that there is no derivative.

Plain exceptions, so that a standalone file can hold them; to the callers of derivative functions s2sad says the same
as an error of its own family, with the line of the user's (`loader.explain`).
"""


class Unfit(TypeError):
    """A value, or a cotangent, of a type or shape that has no place here."""


class NoRule(NotImplementedError):
    """A case that the rule of a function does not cover, and a way out of it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message if hint is None else f"{message}: {hint}")
        self.message, self.hint = message, hint
