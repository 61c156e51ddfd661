"""The functions that a function captures, and what the user calls those that emitted code captures in their place.

The derivative of `outer` captures `inner_fwd` and `inner_bwd` where `outer` captures `inner`. Its own cotangent is
one of `outer`, so it must be known that both belong to `inner`. This is noted when emitted code is loaded, and
without a reference to the user's functions, which come and go.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from s2sad.dependencies import cells_of

Path = tuple[str, ...]

ITSELF = ""
_NOTE = "__s2sad_captures__"


class Captures(NamedTuple):
    """What captured functions are called by the user: ITSELF, or None if the user's function does not capture it.

    `cycles` are the ways by which the function captures itself through others: `("h", "g")` of a `g` that captures
    an `h` that captures `g`.
    """

    names: Mapping[str, str | None]
    cycles: tuple[Path, ...]


def captures(function: types.FunctionType) -> Captures:
    """Those of an emitted function as they were noted, those of the user's as they are."""
    noted = getattr(function, _NOTE, None)
    if isinstance(noted, Captures):
        return noted
    names = {name: ITSELF if held is function else name for name, held in _functions(function).items()}
    return Captures(names, tuple(_cycles(function)))


def note_captures(
    emitted: types.FunctionType, original: types.FunctionType, pieces: Mapping[str, types.FunctionType]
) -> None:
    """Notes what is captured by an emitted function; `pieces` are the originals of those that came along with it."""
    of_original = captures(original)
    held = _functions(original)
    names = dict(of_original.names)
    for name in emitted.__code__.co_freevars:
        if name in pieces:
            called = next((n for n, f in held.items() if f is pieces[name]), None)
            if called is not None:
                names[name] = of_original.names.get(called, called)
            else:
                names[name] = ITSELF if pieces[name] is original else None
    setattr(emitted, _NOTE, Captures(names, of_original.cycles))


def _functions(function: types.FunctionType) -> dict[str, types.FunctionType]:
    found = {}
    for name, cell in cells_of(function).items():
        try:
            value = cell.cell_contents
        except ValueError:
            continue
        if isinstance(value, types.FunctionType):
            found[name] = value
    return found


def _cycles(function: types.FunctionType) -> Iterator[Path]:
    todo: list[tuple[types.FunctionType, Path, list[types.FunctionType]]] = [(function, (), [function])]
    while todo:
        current, path, seen = todo.pop()
        for name, held in _functions(current).items():
            if held is function and path:
                yield (*path, name)
            elif not any(held is s for s in seen):
                todo.append((held, (*path, name), [*seen, held]))
