"""Text of a gast expression, with parentheses only where the grammar needs them.

Every node class has a level, its binding strength, and every place in the grammar asks for one; what binds
too weakly for its place is put in parentheses. Associativity needs no rule of its own: the right operand of
`-` is asked for one level more than the left one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import gast
from astunparse import Unparser

from s2sad.emit.literals import fstring, literal

# Weakest first. (Patterns are measured with the same rule: `a as b` is a TEST, `a | b` a BITOR.)
YIELD, TUPLE, NAMED, TEST, OR, AND, NOT, COMPARE, BITOR, BITXOR, BITAND, SHIFT, SUM, TERM, FACTOR = range(15)
POWER, AWAIT, ATOM = range(15, 18)

OPERATORS: dict[type, tuple[str, int]] = {
    gast.Or: ("or", OR), gast.And: ("and", AND), gast.Not: ("not ", NOT),
    gast.BitOr: ("|", BITOR), gast.BitXor: ("^", BITXOR), gast.BitAnd: ("&", BITAND),
    gast.LShift: ("<<", SHIFT), gast.RShift: (">>", SHIFT), gast.Add: ("+", SUM), gast.Sub: ("-", SUM),
    gast.Mult: ("*", TERM), gast.MatMult: ("@", TERM), gast.Div: ("/", TERM), gast.FloorDiv: ("//", TERM),
    gast.Mod: ("%", TERM), gast.USub: ("-", FACTOR), gast.UAdd: ("+", FACTOR), gast.Invert: ("~", FACTOR),
    gast.Pow: ("**", POWER),
}  # fmt: skip
_COMPARISONS: dict[type, str] = {
    gast.Eq: "==", gast.NotEq: "!=", gast.Lt: "<", gast.LtE: "<=", gast.Gt: ">", gast.GtE: ">=",
    gast.Is: "is", gast.IsNot: "is not", gast.In: "in", gast.NotIn: "not in",
}  # fmt: skip
_LEVELS: dict[type, int] = {
    gast.Yield: YIELD, gast.YieldFrom: YIELD, gast.NamedExpr: NAMED, gast.Lambda: TEST, gast.IfExp: TEST,
    gast.Compare: COMPARE, gast.Await: AWAIT, gast.MatchOr: BITOR,
}  # fmt: skip


class Expressions(Unparser):  # type: ignore[misc]
    """The half of the printer that returns text; a method per node class, without the parentheses around."""

    def text(self, node: Any, level: int = TEST) -> str:
        """An expression, or a part of one such as a slice, for a place that asks for `level`."""
        kind = type(node)
        if kind is gast.Name:
            return str(node.id)
        written: str = self.method(node)(node)
        if kind is gast.BinOp or kind is gast.UnaryOp or kind is gast.BoolOp:
            own = OPERATORS[type(node.op)][1]
        elif kind is gast.Constant:
            own = FACTOR if written[0] == "-" else ATOM
        elif kind is gast.Tuple:
            own = TUPLE if len(node.elts) > 1 else ATOM
        elif kind is gast.MatchAs:
            own = TEST if node.pattern else ATOM
        else:
            own = _LEVELS.get(kind, ATOM)
        # `a := b` may stand bare after `if`, where a tuple may not, but not after `=`, where a tuple may.
        return f"({written})" if own < level or own == NAMED != level else written

    def texts(self, nodes: Iterable[Any], level: int = TEST) -> str:
        return ", ".join([self.text(node, level) for node in nodes])

    def method(self, node: object) -> Any:
        try:
            return getattr(self, "_" + type(node).__name__)
        except AttributeError:
            raise ValueError(f"there is no text for a node of type {type(node).__name__}") from None

    # Operators

    def _BinOp(self, t: Any) -> str:
        right: list[str] = []  # a loop down the left operands, since `a + b + ...` may be thousands deep
        while True:
            symbol, level = OPERATORS[type(t.op)]
            if level == POWER:
                power = f"{self.text(t.left, AWAIT)} ** {self.text(t.right, FACTOR)}"
                return "".join([power, *reversed(right)])
            right.append(f" {symbol} {self.text(t.right, level + 1)}")
            if not isinstance(t.left, gast.BinOp) or OPERATORS[type(t.left.op)][1] < level:
                return "".join([self.text(t.left, level), *reversed(right)])
            t = t.left

    def _UnaryOp(self, t: Any) -> str:
        symbol, level = OPERATORS[type(t.op)]
        return symbol + self.text(t.operand, level)

    def _BoolOp(self, t: Any) -> str:
        symbol, level = OPERATORS[type(t.op)]
        return f" {symbol} ".join([self.text(value, level + 1) for value in t.values])

    def _Compare(self, t: Any) -> str:
        pairs = zip(t.ops, t.comparators, strict=True)
        rest = [f" {_COMPARISONS[type(op)]} {self.text(right, BITOR)}" for op, right in pairs]
        return self.text(t.left, BITOR) + "".join(rest)

    def _NamedExpr(self, t: Any) -> str:
        return f"{self.text(t.target)} := {self.text(t.value)}"

    def _IfExp(self, t: Any) -> str:
        return f"{self.text(t.body, OR)} if {self.text(t.test, OR)} else {self.text(t.orelse)}"

    def _Lambda(self, t: Any) -> str:
        return f"lambda {self.text(t.args)}".rstrip() + f": {self.text(t.body)}"

    def _Await(self, t: Any) -> str:
        return f"await {self.text(t.value, ATOM)}"

    def _Yield(self, t: Any) -> str:
        value = getattr(t, "value", None)
        return f"yield {self.text(value, TUPLE)}" if value else "yield"

    def _YieldFrom(self, t: Any) -> str:
        return f"yield from {self.text(t.value)}"

    # Calls, attributes, subscripts

    def _Call(self, t: Any) -> str:
        if len(t.args) == 1 and not t.keywords and isinstance(t.args[0], gast.GeneratorExp):
            return self.text(t.func, ATOM) + self.text(t.args[0])
        return f"{self.text(t.func, ATOM)}({self.texts([*t.args, *t.keywords], NAMED)})"

    def _keyword(self, t: Any) -> str:
        return f"{t.arg}={self.text(t.value)}" if t.arg else f"**{self.text(t.value, BITOR)}"

    def _Attribute(self, t: Any) -> str:
        value = self.text(t.value, ATOM)
        if isinstance(t.value, gast.Constant) and type(t.value.value) is int and value[0] != "(":
            value = f"({value})"  # `1.real` is no Python
        return f"{value}.{t.attr}"

    def _Subscript(self, t: Any) -> str:
        index = t.slice
        if isinstance(index, gast.Tuple) and index.elts:
            comma = "," if len(index.elts) == 1 and not isinstance(index.elts[0], gast.Starred) else ""
            inside = self.texts(index.elts) + comma
        else:
            inside = self.text(index, NAMED)
        return f"{self.text(t.value, ATOM)}[{inside}]"

    def _Slice(self, t: Any) -> str:
        parts = (getattr(t, name, None) for name in ("lower", "upper", "step"))
        lower, upper, step = (self.text(part) if part else "" for part in parts)
        return f"{lower}:{upper}" + (f":{step}" if step else "")

    # Displays and comprehensions

    def _Starred(self, t: Any) -> str:
        return f"*{self.text(t.value, BITOR)}"

    def _Tuple(self, t: Any) -> str:
        return self.texts(t.elts) if len(t.elts) > 1 else f"({self.texts(t.elts)}{',' if t.elts else ''})"

    def _List(self, t: Any) -> str:
        return f"[{self.texts(t.elts, NAMED)}]"

    def _Set(self, t: Any) -> str:
        return f"{{{self.texts(t.elts, NAMED)}}}" if t.elts else "{*()}"

    def _Dict(self, t: Any) -> str:
        pairs = zip(t.keys, t.values, strict=True)
        items = [f"{self.text(k)}: {self.text(v)}" if k else f"**{self.text(v, BITOR)}" for k, v in pairs]
        return f"{{{', '.join(items)}}}"

    def _ListComp(self, t: Any) -> str:
        return f"[{self.text(t.elt, NAMED)}{self.generators(t)}]"

    def _SetComp(self, t: Any) -> str:
        return f"{{{self.text(t.elt, NAMED)}{self.generators(t)}}}"

    def _GeneratorExp(self, t: Any) -> str:
        return f"({self.text(t.elt, NAMED)}{self.generators(t)})"

    def _DictComp(self, t: Any) -> str:
        return f"{{{self.text(t.key)}: {self.text(t.value)}{self.generators(t)}}}"

    def generators(self, t: Any) -> str:
        return "".join([self.text(generator) for generator in t.generators])

    def _comprehension(self, t: Any) -> str:
        keyword = " async for" if getattr(t, "is_async", 0) else " for"
        tests = "".join([f" if {self.text(test, OR)}" for test in getattr(t, "ifs", ())])
        return f"{keyword} {self.text(t.target, TUPLE)} in {self.text(t.iter, OR)}{tests}"

    # Literals

    def _Constant(self, t: Any) -> str:
        return ("u" if getattr(t, "kind", None) else "") + literal(t.value)

    def _JoinedStr(self, t: Any) -> str:
        return fstring(t, self.text)

    def _TemplateStr(self, t: Any) -> str:
        return fstring(t, self.text, "t")

    # Parameters

    def _TypeVar(self, t: Any, stars: str = "") -> str:
        bound = f": {self.text(t.bound)}" if getattr(t, "bound", None) else ""
        default = f" = {self.text(t.default_value)}" if getattr(t, "default_value", None) else ""
        return f"{stars}{t.name}{bound}{default}"

    def _TypeVarTuple(self, t: Any) -> str:
        return self._TypeVar(t, "*")

    def _ParamSpec(self, t: Any) -> str:
        return self._TypeVar(t, "**")

    def _arguments(self, t: Any) -> str:
        return ", ".join(self.parameters(t))

    def parameters(self, t: Any) -> Iterator[str]:
        positional = [*t.posonlyargs, *t.args]
        first = len(positional) - len(t.defaults)
        for index, param in enumerate(positional):
            yield self.parameter(param, t.defaults[index - first] if index >= first else None)
            if index + 1 == len(t.posonlyargs):
                yield "/"
        if t.vararg:
            yield "*" + self.parameter(t.vararg)
        elif t.kwonlyargs:
            yield "*"
        for param, default in zip(t.kwonlyargs, t.kw_defaults, strict=True):
            yield self.parameter(param, default)
        if t.kwarg:
            yield "**" + self.parameter(t.kwarg)

    def parameter(self, t: Any, default: Any = None) -> str:
        annotation = getattr(t, "annotation", None)
        if annotation is None:
            return f"{t.id}={self.text(default)}" if default else str(t.id)
        return f"{t.id}: {self.text(annotation)}" + (f" = {self.text(default)}" if default else "")

    # Patterns

    def _MatchValue(self, t: Any) -> str:
        return self.text(t.value)

    def _MatchSingleton(self, t: Any) -> str:
        return literal(t.value)

    def _MatchSequence(self, t: Any) -> str:
        return f"[{self.texts(t.patterns)}]"

    def _MatchStar(self, t: Any) -> str:
        return f"*{t.name or '_'}"

    def _MatchMapping(self, t: Any) -> str:
        pairs = zip(t.keys, t.patterns, strict=True)
        items = [f"{self.text(key)}: {self.text(pattern)}" for key, pattern in pairs]
        return "{" + ", ".join([*items, f"**{t.rest}"] if t.rest else items) + "}"

    def _MatchClass(self, t: Any) -> str:
        pairs = zip(t.kwd_attrs, t.kwd_patterns, strict=True)
        named = [f"{name}={self.text(pattern)}" for name, pattern in pairs]
        return f"{self.text(t.cls)}({', '.join([*map(self.text, t.patterns), *named])})"

    def _MatchAs(self, t: Any) -> str:
        return f"{self.text(t.pattern, BITOR)} as {t.name}" if t.pattern else str(t.name or "_")

    def _MatchOr(self, t: Any) -> str:
        return " | ".join([self.text(pattern, ATOM) for pattern in t.patterns])
