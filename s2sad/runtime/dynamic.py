"""Split derivatives of functions that are known only as the program runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Pair = tuple[Callable[..., Any], Callable[..., Any]]
Where = tuple[Any, ...]

_transform: Callable[..., Pair] | None = None


def install(transform: Callable[..., Pair]) -> None:
    """Called once by s2sad itself: the runtime does not import the transformer."""
    global _transform
    _transform = transform


def split(function: Any, active: Where, itself: bool = False) -> Pair:
    """The forward and backward functions of `function` for the active arguments: positions and keywords.

    With `itself`, the backward function returns first the cotangent of the function: of what it captures.
    """
    assert _transform is not None
    return _transform("function", function, active, itself)


def split_method(owner: Any, name: str, active: Where, itself: bool = False) -> Pair:
    """As `split`, for `owner.name(...)`; both functions take the owner as their first argument."""
    assert _transform is not None
    return _transform("method", (owner, name), active, itself)


def split_star(function: Any, args: Any, kwargs: dict[str, Any], active: Where, itself: bool = False) -> Pair:
    """As `split`, for `function(*args, **kwargs)`; the functions take one tuple and one dictionary.

    With `itself` they take the function first, and the backward function returns its cotangent first.
    """
    assert _transform is not None
    return _transform("star", function, (len(args), tuple(kwargs), active), itself)


def split_property(cls: type, name: str) -> Pair:
    """As `split`, for the getter of the computed attribute `name` of a class."""
    assert _transform is not None
    return _transform("property", (cls, name), (), False)


def require_no_change(function: Any, active: Where) -> None:
    """Refuses a call, made for its effect, of a function that changes one of its active arguments in place."""
    assert _transform is not None
    _transform("check", function, active, False)
