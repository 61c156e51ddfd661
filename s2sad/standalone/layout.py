"""How a standalone file is laid out."""

from __future__ import annotations

import ast

_WIDTH = 100
_DEFINING = ("def ", "class ", "@", "async ")


def wrapped(name: str, expression: str) -> str:
    """An assignment; the rows of an array below each other, a long display with one element per line."""
    line = f"{name} = {expression}"
    if "\n" in expression:
        margin = len(name) + len(" = ") + expression.index("(") + 1
        return line.replace("\n", "\n" + " " * margin)
    display = ast.parse(expression, mode="eval").body
    if len(line) <= _WIDTH or not isinstance(display, (ast.List, ast.Tuple, ast.Dict, ast.Set)):
        return line
    if isinstance(display, ast.Dict):
        parts = [f"{ast.unparse(k)}: {ast.unparse(v)}" for k, v in zip(display.keys, display.values) if k is not None]
    else:
        parts = [ast.unparse(element) for element in display.elts]
    inner = "".join(f"    {part},\n" for part in parts)
    return f"{name} = {expression[0]}\n{inner}{expression[-1]}"


def section(title: str, texts: list[str]) -> str:
    """A comment line, then definitions two blank lines apart and constants one below the other."""
    parts = [f"# {title}\n" if title else "", ""]
    for before, text in zip(["# " if title else _DEFINING[0], *texts], texts):
        apart = before.startswith(_DEFINING) or text.startswith(_DEFINING)
        parts.append(("\n\n" if apart else "\n" if before == "# " else "") + text + "\n")
    return "".join(parts)
