"""A derivative as data: its text and all that is needed to load it into a process that never made it.

It is written as a readable Python file: a header of comments, then the functions as a person would write
them.
"""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from s2sad.dependencies import digest

FORMAT = 1


#: A parameter, and the position in it if it is `*args`.
Place = tuple[str, int | None]


class Request(NamedTuple):
    """What is asked for: which derivative of which function, with respect to what.

    The first of the `active` may be `captured` variables; their cotangents are then given together, as that of
    the closure. What a gradient gives are the `places`, each the whole of a parameter or one of `*args`, if these are
    not just the `active` parameters; as a tuple if there are several, or if `many` says that there may be.
    """

    form: str  # "grad", "value_and_grad" or "split"
    active: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...] = ()
    has_aux: bool = False
    captured: tuple[str, ...] | None = None
    places: tuple[Place, ...] = ()
    many: bool = False


class Piece(NamedTuple):
    """One emitted function. Its globals and cells are those of its owner."""

    name: str
    role: str  # "joint", "forward" or "backward"
    owner: int


class Owner(NamedTuple):
    """A user's function that was differentiated: how to find it, and what it refers to.

    The first owner is the function itself. The others are found by `path`, as the owner `parent` writes it;
    a path of "" is the function itself once more. `links` says what names of emitted code stand for that
    the function does not have; `dependencies` what each path that was resolved led to (see
    `dependencies.fingerprint`).
    """

    parent: int
    path: str
    start: int  # from the first line of the code, decorators included, to that of `def`
    links: dict[str, str]
    dependencies: dict[str, str]


class Artifact(NamedTuple):
    """The emitted functions of one derivative.

    `lines` holds, as text since only exceptions need it, `line owner below` for each emitted line that
    belongs to a line of the user's: that one is so many lines below the `def` of the owner.
    """

    main: str
    text: str
    pieces: tuple[Piece, ...]
    owners: tuple[Owner, ...]
    lines: str

    def user_line(self, line: int) -> tuple[int, int] | None:
        """The owner that an emitted line belongs to, and how far below its `def`."""
        for entry in self.lines.split(","):
            number, _, where = entry.strip().partition(" ")
            if number == str(line):
                owner, below = where.split()
                return int(owner), int(below)
        return None


def to_file(artifact: Artifact, key: str, made_by: str) -> str:
    """The text of a file that holds an artifact; the same for the same artifact, to the byte."""
    fields: list[tuple[str, Any]] = [
        ("format", FORMAT),
        ("key", key),
        ("main", artifact.main),
        ("lines", artifact.lines),
    ]
    fields += [("piece", tuple(piece)) for piece in artifact.pieces]
    for owner in artifact.owners:
        fields.append(
            (
                "owner",
                (*owner[:3], dict(sorted(owner.links.items())), dict(sorted(owner.dependencies.items()))),
            )
        )
    header = "".join(f"# {name}: {value!r}\n" for name, value in fields)
    body = f"{header}\n{artifact.text}"
    return f"# {artifact.main}, {made_by}. A cache: not to be edited.\n# checksum: {digest(body)}\n{body}"


def from_file(text: str, key: str) -> Artifact | None:
    """The artifact in a file, or None if it is damaged, or of another key or format."""
    first, _, rest = text.partition("\n")
    second, _, body = rest.partition("\n")
    if not first.startswith("# ") or second != f"# checksum: {digest(body)}":
        return None
    header, _, emitted = body.partition("\n\n")
    named = [line.removeprefix("# ").partition(": ") for line in header.split("\n")]
    values = ast.literal_eval("[" + ",".join([shown for _, _, shown in named]) + "]")
    fields: dict[str, list[Any]] = {"piece": [], "owner": []}
    for (name, _, _), value in zip(named, values, strict=True):
        fields.setdefault(name, []).append(value)
    if fields["format"] != [FORMAT] or fields["key"] != [key]:
        return None
    pieces, owners = [Piece(*p) for p in fields["piece"]], [Owner(*o) for o in fields["owner"]]
    return Artifact(fields["main"][0], emitted, tuple(pieces), tuple(owners), fields["lines"][0])
