"""One call of a function that has a rule, and the templates of the rule as functions of it."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np

from s2sad.adjoints.registry import Rule, Sample, Template, takes_place
from s2sad.runtime import ListBar, unbroadcast
from s2sad.testing.structures import combine, flat, is_inexact, leaves, map_leaves, precision

_STEP = 1e-3  # of a difference formula of order four, whose error is then near 1e-12


@dataclass(frozen=True)
class Call:
    """A call at a point. What is `specialised` is derived as for arguments that are literals, the rest as for any."""

    function: Callable[..., Any]
    rule: Rule
    point: Sample
    ans: Any

    @classmethod
    def at(cls, function: Callable[..., Any], rule: Rule, point: Sample) -> Call:
        with np.errstate(all="ignore"):
            return cls(function, rule, point, function(*point.args, **point.kwargs))

    def __str__(self) -> str:
        return f"{self.rule.name} at {self.point.args!r} {dict(self.point.kwargs)!r}"

    @property
    def bound(self) -> dict[str, Any]:
        return self.rule.signature.bind(*self.point.args, **self.point.kwargs).arguments

    def active(self) -> Iterator[tuple[str, Any]]:
        """The arguments that a derivative flows through."""
        bound = self.bound
        for name in self.rule.differentiable:
            if name in bound and any(is_inexact(leaf) for leaf in leaves(bound[name])):
                yield name, bound[name]

    def pullback(self, name: str, g: Any, specialised: bool = True) -> Any:
        rule, args, kwargs = self.rule, self.point.args, self.point.kwargs
        if rule.kind == "elementwise":
            return unbroadcast(g * self._partial(name, specialised), self.bound[name])
        template = self._template(rule.pullbacks[name], specialised)
        before = (g,) if rule.kind == "linear" else (g, self.ans)
        if takes_place(rule.pullbacks[name]):
            return ListBar([template(*before, i, *args, **kwargs) for i in range(len(self.bound[name]))])
        return template(*before, *args, **kwargs)

    def pullback_together(self, name: str, g: Any, specialised: bool = True) -> Any:
        """The pullback of several operands that are otherwise asked for one by one."""
        template = self._template(self.rule.pullbacks[name], specialised)
        return template(g, self.ans, None, *self.point.args, **self.point.kwargs)

    def pushforward(self, name: str, t: Any, specialised: bool = True) -> Any:
        if self.rule.kind == "elementwise":
            return np.broadcast_to(t * self._partial(name, specialised), np.shape(self.ans))
        if self.rule.kind == "linear":
            return self._moved(name, t)
        template = self._template(self.rule.pushforwards[name], specialised)
        return template(t, self.ans, *self.point.args, **self.point.kwargs)

    def difference(self, name: str, t: Any) -> tuple[Any, float]:
        """The directional derivative by central differences of order four, and how far those of single and double step
        differ, in comparison with it: much where the function has a jump or a kink."""
        value = self.bound[name]

        def at(step: float) -> Any:
            with np.errstate(all="ignore"):
                return self._moved(name, combine(lambda x, d: x + step * d, value, t))

        values = [at(k * _STEP) for k in (1, -1, 2, -2)]
        found = combine(lambda a, b, c, d: (8 * (a - b) - (c - d)) / (12 * _STEP), *values)
        doubt = flat(combine(lambda a, b, c, d: (2 * (a - b) - (c - d)) / (4 * _STEP), *values), self.ans)
        size = 1 + np.max(np.abs(flat(found, self.ans)), initial=0.0)
        return found, float(np.max(np.abs(doubt), initial=0.0) / size)

    def closeness(self) -> float:
        """How close differences come where the result is of less than double precision: its rounding over the step."""
        return rounding(self.ans) * float(np.max(np.abs(self.ans), initial=2 * _STEP)) / _STEP if rounding(self.ans) else 0.0

    def with_changed(self, names: Iterable[str], change: Callable[[Any], Any]) -> Sample:
        """The point with some arguments changed."""
        bound = self.rule.signature.bind(*self.point.args, **self.point.kwargs)
        for name in names:
            bound.arguments[name] = map_leaves(change, bound.arguments[name])
        return Sample(bound.args, bound.kwargs)

    def _moved(self, name: str, value: Any) -> Any:
        bound = self.rule.signature.bind(*self.point.args, **self.point.kwargs)
        bound.arguments[name] = tuple(value) if isinstance(bound.arguments[name], tuple) else value
        keyword = self.rule.signature.parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        if name in self.point.kwargs or keyword:
            return self.function(*self.point.args, **{**self.point.kwargs, name: value})
        return self.function(*bound.args[: len(self.point.args)], **self.point.kwargs)

    def _partial(self, name: str, specialised: bool) -> Any:
        assert self.rule.partials is not None
        names = list(self.rule.signature.parameters)
        place = names.index(name) if len(names) > 1 else None
        found = self._template(self.rule.partials, specialised, place)(self.ans, *self.point.args, **self.point.kwargs)
        return found[place] if self.rule.own and place is not None else found

    def _template(self, template: Template, specialised: bool, place: int | None = None) -> Template:
        if self.rule.own:  # a user's is what it says
            return template
        return _evaluated(template, specialised, frozenset(self.bound), place)


def rounding(ans: Any) -> float:
    """The rounding of a result of less than double precision; 0 of others."""
    single = isinstance(ans, np.generic | np.ndarray) and ans.dtype in (np.float16, np.float32, np.complex64)
    return float(4 * np.finfo(ans.dtype).eps) if single else 0.0


# What templates compute on the way ----------------------------------------------------------------

#: What stands in for a precision that complex numbers do not have.
WIDER = {np.float16: (np.float32,)}

_kept: ContextVar[tuple[Any, str]] = ContextVar("kept", default=(None, ""))


@contextmanager
def keeping(kept: Any, where: str) -> Iterator[None]:
    """Within, nothing that a template computes may have another precision than the type `kept`."""
    token = _kept.set((kept, where))
    try:
        yield
    finally:
        _kept.reset(token)


def _called(text: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A call or an operation, watched. What a function of NumPy's makes of numbers is its own affair, as where the primal
    calls it."""
    value = function(*args, **kwargs)
    kept, where = _kept.get()
    if kept is None or precision(value) in (None, kept, *WIDER.get(kept, ())):
        return value
    known = {precision(leaf) for leaf in leaves(args)}
    numpys = (getattr(function, "__module__", None) or "").startswith("numpy") and any(is_inexact(x) for x in leaves(args))
    if not numpys and not known - {None, kept}:
        raise AssertionError(f"{where}: {text} is {value.dtype}")
    return value


# Templates ----------------------------------------------------------------------------------------


class _Evaluable(ast.NodeTransformer):
    """Static tests made to fail where they cannot be decided or name an argument of `unknown`; the rest is watched.

    Of several partial derivatives the one in its `place` is returned, and no other is computed.
    """

    def __init__(self, unknown: frozenset[str], place: int | None) -> None:
        self.unknown, self.place = unknown, place

    def visit_Return(self, node: ast.Return) -> ast.Return:
        if self.place is not None and isinstance(node.value, ast.Tuple):
            node.value = node.value.elts[self.place]
        self.generic_visit(node)
        return node

    def visit_If(self, node: ast.If) -> ast.If | None:
        if self.unknown & {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}:
            return None
        decide = ast.parse("__decide__(lambda: 0)", mode="eval").body
        assert isinstance(decide, ast.Call) and isinstance(decide.args[0], ast.Lambda)
        decide.args[0].body = node.test
        node.test = decide
        node.body = [kept for kept in map(self.visit, node.body) if kept is not None]
        return node if node.body else None

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        text = ast.unparse(node)
        self.generic_visit(node)
        formula = ast.parse("lambda x, y: x + y", mode="eval").body
        assert isinstance(formula, ast.Lambda) and isinstance(formula.body, ast.BinOp)
        formula.body.op = node.op
        return ast.Call(ast.Name("__called__", ast.Load()), [ast.Constant(text), formula, node.left, node.right], [])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        text = ast.Constant(ast.unparse(node))
        self.generic_visit(node)
        return ast.Call(ast.Name("__called__", ast.Load()), [text, node.func, *node.args], node.keywords)


@functools.cache
def _evaluated(template: Template, specialised: bool, given: frozenset[str], place: int | None) -> Template:
    tree = ast.parse(textwrap.dedent(inspect.getsource(template)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    definition.args.defaults, definition.args.kw_defaults = [], [None] * len(definition.args.kwonlyargs)
    tree = _Evaluable(frozenset() if specialised else given, place).visit(tree)
    closed = inspect.getclosurevars(template).nonlocals
    scope = {**template.__globals__, **closed, "__decide__": _decide, "__called__": _called}
    exec(compile(ast.fix_missing_locations(tree), inspect.getfile(template), "exec"), scope)
    evaluated: Any = scope[definition.name]
    evaluated.__defaults__, evaluated.__kwdefaults__ = template.__defaults__, template.__kwdefaults__
    return evaluated  # type: ignore[no-any-return]


def _decide(test: Callable[[], Any]) -> bool:
    try:
        return bool(test())
    except (TypeError, ValueError):  # of None, or of an array
        return False
