"""The registry of derivative rules, and the four words that fill it.

A rule is written once and serves both modes. Its functions are *templates*: what is used is their source, in which
the names of the parameters stand for the operands of the call (see `s2sad.template`). Nothing is parsed before a
rule is first used.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from s2sad.errors import RuleError

Template = Callable[..., Any]
Kind = Literal["elementwise", "linear", "rule", "nondifferentiable"]
F = TypeVar("F")


@dataclass(frozen=True)
class Sample:
    """A point at which a rule is checked: the arguments of one call."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)


def sample(*args: Any, **kwargs: Any) -> Sample:
    return Sample(args, kwargs)


@dataclass(frozen=True, eq=False)
class Rule:
    """How one function is differentiated.

    `signature` is the primal's, as far as the rule handles it: an argument that it does not name is refused.
    `inert` are arguments of which only the shape matters. The result is a tuple where the arguments `tuple_unless` have their
    defaults; None says nothing. `partials` is the template of an elementwise rule; `pullbacks` and `pushforwards` hold one template per argument.
    """

    name: str
    kind: Kind
    signature: inspect.Signature
    samples: tuple[Sample, ...] = ()
    partials: Template | None = None
    pullbacks: Mapping[str, Template] = field(default_factory=dict)
    pushforwards: Mapping[str, Template] = field(default_factory=dict)
    inert: frozenset[str] = frozenset()
    tuple_unless: frozenset[str] | None = None
    doc: str = ""

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The parameters that a derivative flows through."""
        if self.kind == "elementwise":
            return tuple(self.signature.parameters)
        return tuple(self.pullbacks)


_RULES: dict[Any, Rule] = {}


def _register(functions: Sequence[Any], rule: Rule) -> None:
    for function in functions:
        known = _RULES.get(function)
        if known is not None and known.doc == rule.doc and known.name != rule.name:
            raise RuleError(f"{function!r} already has the rule {known.name}")
        _RULES[function] = rule


def _samples(points: Iterable[Any], name: str) -> tuple[Sample, ...]:
    result = tuple(p if isinstance(p, Sample) else Sample(tuple(p)) for p in points)
    if not result:
        raise RuleError(f"the rule {name} has no sample points: give at=[(argument, ...)]")
    return result


def _name(template: Any) -> str:
    return str(template.__name__)


def _without(template: Template, drop: int) -> inspect.Signature:
    signature = inspect.signature(template)
    return signature.replace(parameters=list(signature.parameters.values())[drop + takes_place(template) :])


def takes_place(template: Template) -> bool:
    """Is this `pullback_operands(g, ans, place, *operands)`, the pullback of one of several operands at a time?"""
    return list(inspect.signature(template).parameters)[2:3] == ["place"]


def elementwise(*functions: Any, at: Iterable[Any]) -> Callable[[F], F]:
    """A function applied to each element: the template returns one partial derivative per argument.

    The template's first parameter is the result; the others are the function's arguments, in order.
    Broadcasting, both modes and what must be kept for the reverse sweep follow from it.
    """

    def register(template: F) -> F:
        assert callable(template)
        name = _name(template)
        signature = _without(template, 1)
        _register(
            functions,
            Rule(name, "elementwise", signature, _samples(at, name), partials=template, doc=template.__doc__ or ""),
        )
        return template

    return register


def linear(*functions: Any, at: Iterable[Any]) -> Callable[[F], F]:
    """A function linear in its first argument: the template `(g, x, *options)` is the pullback."""

    def register(template: F) -> F:
        assert callable(template)
        name = _name(template)
        signature = _without(template, 1)
        first = next(iter(signature.parameters))
        _register(
            functions,
            Rule(name, "linear", signature, _samples(at, name), pullbacks={first: template}, doc=template.__doc__ or ""),
        )
        return template

    return register


def rule(*functions: Any, at: Iterable[Any]) -> Callable[[F], F]:
    """The general form: a class with `pullback_x(g, ans, ...)` and `pushforward_x(t, ans, ...)` for each argument x.

    The pullback of `*xs` gives a list, or with `pullback_xs(g, ans, place, *xs)` the cotangent of `xs[place]`, and the
    list where `place` is None.
    """

    def register(cls: F) -> F:
        members = vars(cls)
        name = _name(cls)
        pullbacks = {k[9:]: v for k, v in members.items() if k.startswith("pullback_")}
        pushforwards = {k[12:]: v for k, v in members.items() if k.startswith("pushforward_")}
        if not pullbacks or set(pullbacks) != set(pushforwards):
            raise RuleError(f"the rule {name} needs a pullback_x and a pushforward_x for each argument x")
        signatures = {_without(t, 2) for t in [*pullbacks.values(), *pushforwards.values()]}
        if len(signatures) != 1:
            raise RuleError(f"the templates of the rule {name} differ in their signatures")
        signature = signatures.pop()
        if set(pullbacks) - set(signature.parameters):
            raise RuleError(f"the rule {name} has a pullback for an argument that is not in its signature")
        _register(
            functions,
            Rule(
                name, "rule", signature, _samples(at, name),
                pullbacks=pullbacks, pushforwards=pushforwards, inert=frozenset(members.get("inert", ())),
                tuple_unless=_names(members.get("tuple_unless")), doc=cls.__doc__ or "",
            ),
        )  # fmt: skip
        return cls

    return register


def nondifferentiable(*functions: Any) -> None:
    """Says of functions that no derivative flows through them (`len`, `np.argmax`, comparisons)."""
    for function in functions:
        name = getattr(function, "__name__", repr(function))
        anything = [
            inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
            inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
        ]
        _register([function], Rule(name, "nondifferentiable", inspect.Signature(anything)))


def _names(given: Iterable[str] | None) -> frozenset[str] | None:
    return None if given is None else frozenset(given)


def lookup(function: Any) -> Rule | None:
    """The rule of a function, or None. Unhashable callables have none."""
    _load_families()
    try:
        return _RULES.get(function)
    except TypeError:
        return None


def all_rules() -> list[tuple[Any, Rule]]:
    """Every (function, rule) pair in the order of registration."""
    _load_families()
    return list(_RULES.items())


_loaded = False


def _load_families() -> None:
    """Rules are imported at the first look-up, so that `import s2sad` stays light."""
    global _loaded
    if not _loaded:
        import s2sad.adjoints.families  # noqa: F401

        _loaded = True  # not before: another thread waits for the import, and does not miss a rule
