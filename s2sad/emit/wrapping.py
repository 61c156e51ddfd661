"""Lines that are too long, broken as a formatter breaks them: within brackets, one level of them after the other.

What breaks a line is the text alone, not the tree: inside of brackets a line may end anywhere between two tokens. So
the only thing added besides line ends are parentheses around the right side of an assignment, a `return` or a
condition, and a comma after the last of several elements.

>>> print(wrapped("y_bar = outer_function(first_argument_of_it, second_argument_of_it) * scale", 40))
y_bar = (
    outer_function(
        first_argument_of_it,
        second_argument_of_it,
    )
    * scale
)
"""

from __future__ import annotations

import io
import keyword
import token
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

WIDTH = 100
_ASSIGNMENTS = frozenset(["=", "+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", ">>=", "<<=", "**="])
_CONDITIONS = ("if", "elif", "while")
#: Where an expression is broken, before the operator: at the weakest of these that it has.
_OPERATORS = (("if", "else"), ("or",), ("and",), ("+", "-"), ("*", "/", "@", "//", "%"))


class _Token(NamedTuple):
    text: str
    start: int
    depth: int  # of the brackets around it
    binary: bool  # it stands between two operands, if it is an operator


def wrapped(line: str, width: int = WIDTH) -> str:
    """A line of a program in several lines, if it is longer than `width` and has brackets to break in."""
    text = line.lstrip(" ")
    if len(line) <= width or text.startswith("#"):
        return line
    margin = line[: len(line) - len(text)]
    return "\n".join(_statement(text, margin, width))


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    depth, operand = 0, False
    for t in tokenize.generate_tokens(io.StringIO(text).readline):
        if t.type in (token.NEWLINE, token.ENDMARKER):
            break
        closes = t.type == token.OP and t.string in (")", "]", "}")
        if closes or token.tok_name[t.type] in ("FSTRING_END", "TSTRING_END"):
            depth -= 1
        found.append(_Token(t.string, t.start[1], depth, operand))
        opens = t.type == token.OP and t.string in ("(", "[", "{")
        if opens or token.tok_name[t.type] in ("FSTRING_START", "TSTRING_START"):
            depth += 1
        name = t.type == token.NAME and not keyword.iskeyword(t.string)
        literal = t.type in (token.NUMBER, token.STRING) or t.string in ("None", "True", "False")
        operand = name or literal or closes or token.tok_name[t.type] in ("FSTRING_END", "TSTRING_END")
    return found


def _statement(text: str, margin: str, width: int) -> list[str]:
    """Breaks after the head of the statement: what is assigned to, or the keyword."""
    tokens = _tokens(text)
    head, tail, commas = _head(tokens, text)
    body = text[len(head) : len(text) - len(tail)]
    breaks = _breaks(_tokens(body), commas) if head else []
    if not breaks:
        return _bracketed(text, margin, width)
    inner = margin + "    "
    if text.startswith("from "):
        return [f"{margin}{head}(", *_filled(_pieces(body, breaks), inner, width), f"{margin})"]
    return [f"{margin}{head}(", *_block(body, inner, width, breaks), f"{margin}){tail}"]


def _head(tokens: list[_Token], text: str) -> tuple[str, str, bool]:
    """What comes before the part that may be put in parentheses, and after; whether that may have commas."""
    first = tokens[0].text
    outside = [t for t in tokens if not t.depth]
    if first == "return":
        return "return ", "", True
    if first in _CONDITIONS:
        return f"{first} ", ":", False
    if first == "from":
        end = next(t.start for t in outside if t.text == "import") + len("import ")
        return text[:end], "", True
    end = 0
    for t in outside:
        if t.text == "lambda":
            break
        if t.text in _ASSIGNMENTS:
            end = t.start + len(t.text) + 1
    return ("", "", False) if text[end:].startswith("yield") else (text[:end], "", True)


def _breaks(tokens: list[_Token], commas: bool = True) -> list[int]:
    """Where an expression may be broken outside of its brackets: after its commas, or before its operators."""
    outside = [t for t in tokens if not t.depth]
    if any(t.text in ("lambda", "for") for t in outside):
        return []
    found = [t.start + 1 for t in outside if t.text == ","] if commas else []
    for level in _OPERATORS:
        found = found or [t.start for t in outside if t.text in level and t.binary]
    return found


def _pieces(text: str, breaks: list[int]) -> list[str]:
    return [text[a:b].strip() for a, b in zip([0, *breaks], [*breaks, len(text)], strict=True) if text[a:b].strip()]


def _block(text: str, margin: str, width: int, breaks: list[int] | None = None) -> list[str]:
    """What stands within brackets: in one line if it fits, else one element or operand per line."""
    if len(margin) + len(text) <= width:
        return [margin + text]
    pieces = _pieces(text, _breaks(_tokens(text)) if breaks is None else breaks)
    if len(pieces) == 1:
        return _bracketed(text, margin, width)
    if pieces[0].endswith(",") and not pieces[-1].endswith(","):
        pieces[-1] += ","
    return [line for piece in pieces for line in _bracketed(piece, margin, width)]


def _bracketed(text: str, margin: str, width: int) -> list[str]:
    """Breaks within the longest of the outermost brackets."""
    if len(margin) + len(text) <= width:
        return [margin + text]
    pairs = [(b - a, a, b) for a, b in _brackets(_tokens(text)) if b - a > 1]
    if not pairs:
        return [margin + text]
    _, start, end = max(pairs)
    inside = _block(text[start + 1 : end], margin + "    ", width)
    return [margin + text[: start + 1], *inside, margin + text[end:]]


def _brackets(tokens: list[_Token]) -> Iterator[tuple[int, int]]:
    start = 0
    for t in tokens:
        if not t.depth and t.text in ("(", "[", "{"):
            start = t.start
        elif not t.depth and t.text in (")", "]", "}"):
            yield start, t.start


def _filled(pieces: list[str], margin: str, width: int) -> list[str]:
    """As many in a line as fit."""
    lines = [margin + pieces[0]]
    for piece in pieces[1:]:
        if len(lines[-1]) + 1 + len(piece) < width:
            lines[-1] += " " + piece
        else:
            lines.append(margin + piece)
    return [*lines[:-1], lines[-1] + ","]
