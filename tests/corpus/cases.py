"""What a corpus case is, and the list they are registered in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

CASES: list["Case"] = []


@dataclass(frozen=True)
class Case:
    """One user function with the arguments to try it at.

    `inputs` holds tuples of positional arguments; `kwargs` go along with each of them. `output` is `"scalar"` where
    the value is one real number (so that `grad` applies) and `"tree"` where it is a tuple, dict, list or array of them.

    Tags: `effects` (does something besides computing: run it within `effects.fresh_world()`), `complex`, `float32`,
    `first-order` (its second derivative is refused; docs/limitations.md says why).
    """

    function: Callable[..., Any]
    inputs: tuple[tuple[Any, ...], ...]
    name: str
    argnums: int | str | tuple[int | str, ...] = 0
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    output: str = "scalar"


def case(
    function: Callable[..., Any],
    inputs: Iterable[tuple[Any, ...]],
    *,
    argnums: int | str | tuple[int | str, ...] = 0,
    kwargs: Mapping[str, Any] | None = None,
    name: str | None = None,
    tags: str = "",
    output: str = "scalar",
) -> Case:
    """Register `function`; `tags` are words in one string."""
    made = Case(
        function=function,
        inputs=tuple(inputs),
        name=name or function.__name__,
        argnums=argnums,
        kwargs=dict(kwargs or {}),
        tags=frozenset(tags.split()),
        output=output,
    )
    CASES.append(made)
    return made
