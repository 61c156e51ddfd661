"""Text of a gast tree, as a person would write it.

The emitted derivative is meant to be read, so parentheses stand only where the grammar needs them, and blank
lines, docstrings and comments are laid out as by hand. And it is meant to be run: parsing the text gives the
tree back, whatever it holds. The stock printers give neither. `astunparse` wraps every operation in
parentheses and breaks `x[:, 0]`; all of them print `Constant(-1) ** 2` as `-1 ** 2`; that of `ast` needs the
tree converted first, which costs several times the printing.

`astunparse.Unparser` still gives the frame: a method per node class, which for a statement writes its lines
(`statements`), and for an expression returns its text (`expressions`, `literals`).

>>> import gast
>>> print(emit(gast.parse("def f(x):\\n  return (((x[:,0]) ** 2) - (1 - x).sum())")), end="")
def f(x):
    return x[:, 0] ** 2 - (1 - x).sum()

Guarantees: `parse(emit(tree))` is `tree` if `tree` came from parsing, and means the same if it was built.
"""

from s2sad.emit.statements import emit, emit_mapped

__all__ = ["emit", "emit_mapped"]
