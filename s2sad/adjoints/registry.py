"""The registry of derivative rules, and the words that fill it.

A rule is written once and serves both modes. Its functions are *templates*: what is used is their source, in which
the names of the parameters stand for the operands of the call (see `s2sad.template`). Nothing is parsed before a
rule is first used.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from s2sad.errors import RuleError

#: What NumPy calls parameters that take several arrays, or lists of any structure.
SEQUENCES = frozenset({"arrays", "tup", "object", "choicelist", "choices"})

Template = Callable[..., Any]
Kind = Literal["elementwise", "linear", "rule", "nondifferentiable", "refused"]
F = TypeVar("F")


@dataclass(frozen=True)
class Sample:
    """A point at which a rule is checked: the arguments of one call."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)


def sample(*args: Any, **kwargs: Any) -> Sample:
    """A point with keyword arguments, for `at=[sample(x, axis=0)]`."""
    return Sample(args, kwargs)


@dataclass(frozen=True, eq=False)
class Rule:
    """How one function is differentiated.

    `signature` is the primal's, as far as the rule handles it: an argument that it does not name is refused.
    `inert` are arguments of which only the shape matters. The result is a tuple where the arguments `tuple_unless` have their
    defaults; None says nothing. An elementwise function `leaves_reals` if what it makes of real numbers may be complex. `partials` is the template of an elementwise rule; `pullbacks` and `pushforwards` hold one
    template per argument, and `home` is the class that these stand in. A user's `own` rules are numbered; their templates
    may be any functions. Of a function that is refused, `doc` says why and `instead` what to do.
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
    leaves_reals: bool = False
    doc: str = ""
    own: int = 0
    home: type | None = None
    instead: str = ""

    @property
    def templates(self) -> tuple[Template, ...]:
        """All that is written in a rule."""
        partials = () if self.partials is None else (self.partials,)
        return (*partials, *self.pullbacks.values(), *self.pushforwards.values())

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


def replace(functions: Sequence[Any], rule: Rule) -> None:
    """Registers a rule of a user's, in the place of any other."""
    for function in functions:
        _RULES[function] = rule


def _samples(points: Iterable[Any]) -> tuple[Sample, ...]:
    return tuple(p if isinstance(p, Sample) else Sample(tuple(p)) for p in points)


def _name(template: Any) -> str:
    return str(template.__name__)


def _without(template: Template, drop: int) -> inspect.Signature:
    signature = inspect.signature(template)
    return signature.replace(parameters=list(signature.parameters.values())[drop + takes_place(template) :])


def takes_place(template: Template) -> bool:
    """Is this `pullback_operands(g, ans, place, *operands)`, the pullback of one of several operands at a time?"""
    parameters = list(inspect.signature(template).parameters.values())[2:4]
    return len(parameters) == 2 and parameters[0].name == "place" and parameters[1].kind is inspect.Parameter.VAR_POSITIONAL


# -- what a template says -------------------------------------------------------------------------------


def elementwise_rule(template: Any, at: Iterable[Any], leaves_reals: bool = False) -> Rule:
    """A function applied to each element: the template returns one partial derivative per argument.

    The template's first parameter is the result; the others are the function's arguments, in order.
    Broadcasting, both modes and what must be kept for the reverse sweep follow from it.
    """
    signature = _without(template, 1)
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in signature.parameters.values()):
        raise RuleError(
            f"{_name(template)} has any number of arguments, and a partial derivative is one of each: say it as a rule"
        )
    return Rule(
        _name(template), "elementwise", signature, _samples(at),
        partials=template, leaves_reals=leaves_reals, doc=template.__doc__ or "",
    )  # fmt: skip


def linear_rule(template: Any, at: Iterable[Any]) -> Rule:
    """A function linear in its first argument: the template `(g, x, *options)` is the pullback."""
    signature = _without(template, 1)
    first = next(iter(signature.parameters))
    doc = template.__doc__ or ""
    return Rule(_name(template), "linear", signature, _samples(at), pullbacks={first: template}, doc=doc)


def general_rule(cls: Any, at: Iterable[Any]) -> Rule:
    """The general form: a class with `pullback_x(g, ans, ...)` and `pushforward_x(t, ans, ...)` for each argument x.

    The pullback of `*xs` gives a list, or with `pullback_xs(g, ans, place, *xs)` the cotangent of `xs[place]`, and the
    list where `place` is None.
    """
    members = vars(cls)
    name = _name(cls)
    pullbacks = {k[9:]: v for k, v in members.items() if k.startswith("pullback_")}
    pushforwards = {k[12:]: v for k, v in members.items() if k.startswith("pushforward_")}
    if not pullbacks or set(pullbacks) != set(pushforwards):
        raise RuleError(f"the rule {name} needs a pullback_x and a pushforward_x for each argument x")
    signature, *others = [_without(t, 2) for t in [*pullbacks.values(), *pushforwards.values()]]
    if any(other != signature for other in others):
        raise RuleError(f"the templates of the rule {name} differ in their signatures")
    if set(pullbacks) - set(signature.parameters):
        raise RuleError(f"the rule {name} has a pullback for an argument that is not in its signature")
    return Rule(
        name, "rule", signature, _samples(at),
        pullbacks=pullbacks, pushforwards=pushforwards, inert=frozenset(members.get("inert", ())),
        tuple_unless=_names(members.get("tuple_unless")), doc=cls.__doc__ or "", home=cls,
    )  # fmt: skip


_ANYTHING = inspect.Signature([
    inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
    inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
])  # fmt: skip


def no_derivative(function: Any) -> Rule:
    """No derivative flows through the function, whatever its arguments are."""
    name = getattr(function, "__name__", repr(function))
    return Rule(name, "nondifferentiable", _ANYTHING)


# -- the words --------------------------------------------------------------------------------------


def _word(make: Callable[[Any, Iterable[Any]], Rule], functions: Sequence[Any], at: Iterable[Any]) -> Callable[[F], F]:
    def register(template: F) -> F:
        made = make(template, at)
        if not made.samples:
            raise RuleError(f"the rule {made.name} has no sample points: give at=[(argument, ...)]")
        _register(functions, made)
        return template

    return register


def elementwise(*functions: Any, at: Iterable[Any], leaves_reals: bool = False) -> Callable[[F], F]:
    """Registers what `elementwise_rule` makes of a template."""
    return _word(functools.partial(elementwise_rule, leaves_reals=leaves_reals), functions, at)


def linear(*functions: Any, at: Iterable[Any]) -> Callable[[F], F]:
    """Registers what `linear_rule` makes of a template."""
    return _word(linear_rule, functions, at)


def rule(*functions: Any, at: Iterable[Any]) -> Callable[[F], F]:
    """Registers what `general_rule` makes of a class."""
    return _word(general_rule, functions, at)


def nondifferentiable(*functions: Any) -> None:
    """Says of functions that no derivative flows through them (`len`, `np.argmax`, comparisons)."""
    for function in functions:
        _register([function], no_derivative(function))


def refused(*functions: Any, because: str, instead: str) -> None:
    """Says of functions why they are not differentiated, and what to do instead: calls of active values are refused."""
    for function in functions:
        name = getattr(function, "__name__", repr(function))
        _register([function], Rule(name, "refused", _ANYTHING, doc=because, instead=instead))


SOURCES: dict[Any, tuple[Sample, ...]] = {}


def readable(*functions: Any, at: Iterable[Any]) -> None:
    """Says of functions that they need no rule, since their own source can be differentiated, as at these points."""
    for function in functions:
        SOURCES[function] = _samples(at)


def _names(given: Iterable[str] | None) -> frozenset[str] | None:
    return None if given is None else frozenset(given)


def lookup(function: Any) -> Rule | None:
    """The rule of a function, or None. Unhashable callables have none."""
    load_families()
    try:
        return _RULES.get(function)
    except TypeError:
        return None


def all_rules() -> list[tuple[Any, Rule]]:
    """Every (function, rule) pair in the order of registration."""
    load_families()
    return list(_RULES.items())


_loaded = False


def load_families() -> None:
    """Rules are imported at the first look-up, so that `import s2sad` stays light."""
    global _loaded
    if not _loaded:
        import s2sad.adjoints.families  # noqa: F401

        _loaded = True  # not before: another thread waits for the import, and does not miss a rule
