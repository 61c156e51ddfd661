"""Text of what stands for itself: numbers, strings, docstrings, f-strings.

`repr` is right for most of it, and wrong for what has no literal (nan, infinity, most complex numbers: `1-2j`
is a subtraction, in which signs of zeros get lost) and for integers too long to be read back. What merely
looks like a number is refused: a NumPy scalar prints as a call of a name that the code may not have.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import gast

from s2sad.nodes import Comment

_QUOTES = ('"', "'", '"""', "'''")
_ANY_QUOTE_NESTS = sys.version_info >= (3, 12)  # PEP 701: in the fields of f-strings


def literal(value: object) -> str:
    """The text of a constant; it is an atom, or starts with a minus."""
    if isinstance(value, (str, bytes)) and type(value) in (str, bytes, Comment):
        return _quoted(repr(str(value) if isinstance(value, str) else value))
    if isinstance(value, bool) or value is None:
        return repr(value)
    if value is Ellipsis:
        return "..."
    if type(value) is int:
        return str(value) if value.bit_length() < 2000 else hex(value)  # Python limits the length of decimals
    if type(value) is float:
        return "(1e309 - 1e309)" if math.isnan(value) else repr(value).replace("inf", "1e309")
    if type(value) is complex:
        return _complex(value)
    if type(value) is tuple:
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    raise ValueError(f"no literal stands for {value!r} of type {kind}")


def _quoted(text: str) -> str:
    """The text of a string in double quotes, unless it would need an escape for that."""
    prefix, body = text[: text.index(text[-1])], text[text.index(text[-1]) + 1 : -1]
    return text if text[-1] == '"' or '"' in body or "\\'" in body else f'{prefix}"{body}"'


def _complex(value: complex) -> str:
    real = literal(value.real).removesuffix(".0")
    imag = repr(complex(0.0, abs(value.imag))).replace("nanj", "(1e309j - 1e309j)").replace("inf", "1e309")
    minus = math.copysign(1.0, value.imag) < 0
    if real == "0" and not minus:
        return imag
    if real == "-0":
        return f"-{imag}" if minus else f"(-{imag}).conjugate()"
    if value.imag == 0 and minus:
        return f"({real} + 0j).conjugate()"
    return f"({real} {'-' if minus else '+'} {imag})"


def docstring(text: str) -> str:
    """The text in triple quotes, line by line as it is; a blank that ends a line is escaped, to be seen."""
    lines = [_escape(line) for line in text.split("\n")]
    lines = [line[:-1] + "\\x20" if line.endswith(" ") else line for line in lines[:-1]] + lines[-1:]
    body = re.sub(r'"{3,}|"+\Z', lambda quotes: '\\"' * len(quotes[0]), "\n".join(lines))
    return f'"""{body}"""'


def fstring(node: Any, text: Callable[[Any], str], prefix: str = "f") -> str:
    """An f-string, given how to print an expression; in those quotes that need the fewest escapes."""
    pieces = list(_pieces(node, text))
    fields = [piece for piece, is_code in pieces if is_code]
    usable = [q for q in _QUOTES if not any(q in code or "\\" in code for code in fields)]
    if not usable and not _ANY_QUOTE_NESTS:
        return _format_call(node, text)
    literals = "".join(piece for piece, is_code in pieces if not is_code)
    quote = min(usable or _QUOTES, key=lambda q: q[0] in literals)
    body = [piece if is_code else piece.replace(quote[0], "\\" + quote[0]) for piece, is_code in pieces]
    return f"{prefix}{quote}{''.join(body)}{quote}"


def _pieces(node: Any, text: Callable[[Any], str], is_spec: bool = False) -> Iterator[tuple[str, bool]]:
    """The pieces, each with whether it is code, which must not be escaped."""
    for value in node.values:
        if isinstance(value, gast.Constant):
            # In a format specification, only an escape means a brace on every version of Python.
            opening, closing = ("\\x7b", "\\x7d") if is_spec else ("{{", "}}")
            yield _escape(value.value).replace("{", opening).replace("}", closing), False
            continue
        code = text(value.value)
        if "lambda" in code:
            code = f"({code})"  # or its colon would start the format specification
        yield "{ " if code.startswith("{") else "{", True
        yield code + _conversion(value), True
        if getattr(value, "format_spec", None):
            yield ":", True
            yield from _pieces(value.format_spec, text, is_spec=True)
        yield "}", True


def _format_call(node: Any, text: Callable[[Any], str]) -> str:
    """`'...'.format(...)`: before 3.12 a field can hold neither a backslash nor the quotes around it."""
    template, values = "", []
    for piece in node.values:
        if isinstance(piece, gast.Constant):
            template += piece.value.replace("{", "{{").replace("}", "}}")
            continue
        spec = getattr(piece, "format_spec", None)
        template += "{" + _conversion(piece) + (":" if spec else "")
        values.append(text(piece.value))
        for part in spec.values if spec else ():
            if not isinstance(part, gast.Constant) and not getattr(part, "format_spec", None):
                template += "{" + _conversion(part) + "}"
                values.append(text(part.value))
            elif isinstance(part, gast.Constant) and not {"{", "}"} & set(part.value):
                template += part.value
            else:
                raise ValueError("Python 3.11 has no text for an f-string with such a format specification")
        template += "}"
    return f"{literal(template)}.format({', '.join(values)})"


def _conversion(field: Any) -> str:
    code = getattr(field, "conversion", None) or -1
    return f"!{chr(code)}" if code > 0 else ""


def _escape(text: str) -> str:
    """Backslashes and the unprintable are escaped; quotes are not."""
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(c if c.isprintable() and c != "\\" else c.encode("unicode_escape").decode() for c in text)
