"""The table of kinks in docs/conventions.md, as examples that can be run."""

import linecache
from pathlib import Path
from typing import NamedTuple

import numpy as np

PAGE = Path(__file__).parent.parent / "docs" / "conventions.md"


class Kink(NamedTuple):
    """A row: what is run, what it gives, and what JAX gives (`same`, or `-` where there is nothing to compare)."""

    example: str
    given: str
    jax: str


def kinks():
    lines = PAGE.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("| function | where |")) + 2
    for line in lines[first:]:
        if not line.startswith("|"):
            return
        *_, example, given, jax = [cell.strip() for cell in line.strip("|").split(" | ")]
        yield Kink(example.strip("`"), given, jax)


def run(example, **scope):
    """The value of an expression whose source can be read."""
    name = f"<kink: {example}>"
    linecache.cache[name] = (len(example), None, [example + "\n"], name)
    with np.errstate(all="ignore"):
        return eval(compile(example, name, "eval"), scope)


def expected(text):
    return np.asarray(eval(text, {"inf": np.inf, "nan": np.nan}), float)
