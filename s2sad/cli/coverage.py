"""`s2sad rules --coverage`: what becomes of each public callable of NumPy, and the page of the documentation that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from s2sad.adjoints.coverage import CLASSES, DIFFERENTIABLE, Entry, entries

PAGE = Path("docs/coverage.md")

_HEAD = """\
# Coverage of NumPy

Every public callable of NumPy {version}, by class. Written by `s2sad rules --coverage --write`; a test holds that it is true.

{classes}

A rule serves both modes. What is differentiable is tested against finite differences at its sample points, once and twice
differentiated, one mode against the other, and against JAX where that has it; an argument that a rule does not name is refused.

"""


def page() -> str:
    """The text of docs/coverage.md."""
    found = entries()
    counts = Counter(e.kind for e in found)
    classes = "\n".join(f"- **{kind}** ({counts[kind]}): {meaning}" for kind, meaning in CLASSES.items())
    return _HEAD.format(version=np.__version__, classes=classes) + "\n".join(_sections(found))


def _sections(found: list[Entry]) -> Iterator[str]:
    module = ""
    for entry in found:
        owner, _, _ = entry.name.rpartition(".")
        if owner != module:
            yield f"{'' if not module else chr(10)}## {owner}\n"
            yield "| function | class | modes | orders | |"
            yield "| --- | --- | --- | --- | --- |"
            module = owner
        modes, orders = ("forward, reverse", "1, 2") if entry.kind in DIFFERENTIABLE else ("", "")
        note = f"`{entry.note}`" if entry.note.startswith("(") else entry.note
        cells = (f"`{entry.name}`", entry.kind, modes, orders, note.replace("|", "&#124;"))
        yield "".join(f"| {cell} " if cell else "| " for cell in cells) + "|"
    yield ""


def rows(text: str) -> Iterator[tuple[str, str]]:
    """(function, the rest of its row) of a page."""
    for line in text.splitlines():
        if line.startswith("| `"):
            name, _, rest = line[3:].partition("` ")
            yield name, rest


def write() -> Path:
    """Writes the page anew; to be run where the project is."""
    PAGE.write_text(page(), encoding="utf-8")
    return PAGE
