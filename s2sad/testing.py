"""Checks of derivatives against what they claim to be derivatives of."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from s2sad.adjoints.registry import Rule, Sample, Template, lookup, sample, takes_place
from s2sad.checking import check_grads
from s2sad.errors import RuleError
from s2sad.runtime import ListBar, unbroadcast

__all__ = ["check_grads", "check_rule", "sample"]

_STEP = 1e-3  # of a difference formula of order four, whose error is then near 1e-12
_CLOSE = 1e-7
_EQUAL = 1e-9


def check_rule(function: Callable[..., Any]) -> None:
    """Checks the derivative rule of `function` at its sample points; raises AssertionError where it is wrong.

    At each point, for each argument: the pushforward against finite differences, the pullback against the
    pushforward (`<pullback(g), t> == <g, pushforward(t)>`), the shape and realness of the cotangent, float32
    in and float32 out, and the same numbers for arrays that are not contiguous. Arguments are read-only.

    >>> import numpy as np
    >>> check_rule(np.hypot)
    """
    rule = lookup(function)
    if rule is None:
        raise RuleError(f"{function!r} has no rule")
    if not rule.samples and rule.kind not in ("nondifferentiable", "refused"):
        raise RuleError(f"the rule {rule.name} has no sample points", hint="give at=[(argument, ...)]")
    for point in rule.samples:
        _check_point(function, rule, point)
        _check_float32(function, rule, point)
    if isinstance(function, np.ufunc) and rule.kind == "elementwise":
        for point in rule.samples:
            _check_point(function, rule, _as_zero_dim(point))
            if function.nin > 1 and all(np.ndim(a) == 0 for a in point.args):
                _check_point(function, rule, _as_broadcast(point))


# One point ----------------------------------------------------------------------------------------


def _check_point(function: Callable[..., Any], rule: Rule, point: Sample) -> None:
    point = Sample(_frozen(point.args), {k: _frozen(v) for k, v in point.kwargs.items()})
    generator = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        ans = function(*point.args, **point.kwargs)
    g = _cotangent(ans, generator)
    for name, value in _arguments(rule, point):
        where = f"{rule.name} at {point.args!r} {dict(point.kwargs)!r}, argument {name}"
        t = _direction(value, generator)
        expected = _flat(_difference(function, rule, point, name, t), ans)
        for specialised in (False, True):
            forward = _pushforward(function, rule, point, name, t, ans, specialised)
            _assert_close(_flat(forward, ans), expected, _closeness(ans), f"{where}: pushforward")
            backward = _pullback(rule, point, name, g, ans, specialised)
            _assert_fits(backward, value, where)
            left, right = _pairing(backward, t, value), _pairing(g, forward, ans)
            _assert_close(left, right, _EQUAL + _rounding(ans), f"{where}: pullback against pushforward")
        strided = _pullback(rule, _map_point(point, _strided), name, _map(_strided, g), _map(_strided, ans))
        _assert_close(_flat(strided, value), _flat(backward, value), _EQUAL, f"{where}: strided arrays")


def _arguments(rule: Rule, point: Sample) -> Iterator[tuple[str, Any]]:
    """The arguments of a point that a derivative flows through."""
    bound = rule.signature.bind(*point.args, **point.kwargs).arguments
    for name in rule.differentiable:
        if name in bound and any(_is_inexact(leaf) for leaf in _leaves(bound[name])):
            yield name, bound[name]


def _partial(rule: Rule, point: Sample, name: str, ans: Any, specialised: bool) -> Any:
    assert rule.partials is not None
    given = _given(rule, point)
    found = _template(rule, rule.partials, specialised, given)(ans, *point.args, **point.kwargs)
    names = list(rule.signature.parameters)
    return found[names.index(name)] if len(names) > 1 else found


def _pullback(rule: Rule, point: Sample, name: str, g: Any, ans: Any, specialised: bool = True) -> Any:
    if rule.kind == "elementwise":
        value = rule.signature.bind(*point.args, **point.kwargs).arguments[name]
        return unbroadcast(g * _partial(rule, point, name, ans, specialised), value)
    template = _template(rule, rule.pullbacks[name], specialised, _given(rule, point))
    before = (g,) if rule.kind == "linear" else (g, ans)
    if takes_place(rule.pullbacks[name]):
        places = range(len(rule.signature.bind(*point.args, **point.kwargs).arguments[name]))
        parts = [template(*before, i, *point.args, **point.kwargs) for i in places]
        together = template(*before, None, *point.args, **point.kwargs)
        _assert_close(_flat(together, point.args), _flat(parts, point.args), _EQUAL, f"{rule.name}: one by one")
        return ListBar(parts)
    return template(*before, *point.args, **point.kwargs)


def _pushforward(
    function: Callable[..., Any], rule: Rule, point: Sample, name: str, t: Any, ans: Any, specialised: bool
) -> Any:
    if rule.kind == "elementwise":
        return np.broadcast_to(t * _partial(rule, point, name, ans, specialised), np.shape(ans))
    if rule.kind == "linear":
        moved = _replace(rule, point, name, t)
        return function(*moved.args, **moved.kwargs)
    template = _template(rule, rule.pushforwards[name], specialised, _given(rule, point))
    return template(t, ans, *point.args, **point.kwargs)


def _replace(rule: Rule, point: Sample, name: str, value: Any) -> Sample:
    bound = rule.signature.bind(*point.args, **point.kwargs)
    bound.arguments[name] = tuple(value) if isinstance(bound.arguments[name], tuple) else value
    parameters = rule.signature.parameters
    if name in point.kwargs or parameters[name].kind is inspect.Parameter.KEYWORD_ONLY:
        return Sample(point.args, {**point.kwargs, name: value})
    return Sample(bound.args[: len(point.args)], point.kwargs)


def _difference(function: Callable[..., Any], rule: Rule, point: Sample, name: str, t: Any) -> Any:
    """The directional derivative by central differences of order four."""
    value = rule.signature.bind(*point.args, **point.kwargs).arguments[name]

    def at(step: float) -> Any:
        moved = _replace(rule, point, name, _combine(lambda x, d: x + step * d, value, t))
        with np.errstate(all="ignore"):
            return function(*moved.args, **moved.kwargs)

    values = [at(k * _STEP) for k in (1, -1, 2, -2)]
    return _combine(lambda a, b, c, d: (8 * (a - b) - (c - d)) / (12 * _STEP), *values)


def _closeness(ans: Any) -> float:
    """How close finite differences come: of less than double precision, the rounding of the result over the step."""
    size = float(np.max(np.abs(ans), initial=2 * _STEP)) if _rounding(ans) else 0.0
    return max(_CLOSE, _rounding(ans) * size / _STEP)


def _rounding(ans: Any) -> float:
    """The rounding of a result of less than double precision; 0 of others."""
    single = isinstance(ans, np.generic | np.ndarray) and ans.dtype in (np.float16, np.float32, np.complex64)
    return float(4 * np.finfo(ans.dtype).eps) if single else 0.0


def _check_float32(function: Callable[..., Any], rule: Rule, point: Sample) -> None:
    """Arrays of float32 have cotangents of float32, where the result is one as well."""
    single = _map_point(point, _single)
    arguments = [(n, v) for n, v in _arguments(rule, single) if isinstance(v, np.ndarray)]
    with np.errstate(all="ignore"):
        ans = function(*single.args, **single.kwargs)
    if not isinstance(ans, (np.ndarray, np.generic)) or ans.dtype not in (np.float32, np.complex64):
        return
    g = _single(np.asarray(_direction(ans, np.random.default_rng(0))))
    for name, value in arguments:
        if value.dtype not in (np.float32, np.complex64):
            continue
        found = np.asarray(_pullback(rule, single, name, g, ans)).dtype
        if found not in (np.float32, np.complex64):
            raise AssertionError(f"{rule.name} at {point.args!r}, argument {name}: {found} from float32")


# Templates ----------------------------------------------------------------------------------------


class _Tests(ast.NodeTransformer):
    """Static tests made to fail where they cannot be decided or name an argument of `unknown`."""

    def __init__(self, unknown: frozenset[str]) -> None:
        self.unknown = unknown

    def visit_If(self, node: ast.If) -> ast.If | None:
        self.generic_visit(node)
        if self.unknown & {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)}:
            return None
        decide = ast.parse("__decide__(lambda: 0)", mode="eval").body
        assert isinstance(decide, ast.Call) and isinstance(decide.args[0], ast.Lambda)
        decide.args[0].body = node.test
        node.test = decide
        return node


def _given(rule: Rule, point: Sample) -> frozenset[str]:
    return frozenset(rule.signature.bind(*point.args, **point.kwargs).arguments)


def _template(rule: Rule, template: Template, specialised: bool, given: frozenset[str]) -> Template:
    """A template as a function, as for arguments that are literals or as for arguments that are not."""
    return template if rule.own else _evaluated(template, specialised, given)  # a user's is what it says


@functools.cache
def _evaluated(template: Template, specialised: bool, given: frozenset[str]) -> Template:
    tree = _Tests(frozenset() if specialised else given).visit(ast.parse(textwrap.dedent(inspect.getsource(template))))
    definition = tree.body[0]
    definition.decorator_list = []
    definition.args.defaults, definition.args.kw_defaults = [], [None] * len(definition.args.kwonlyargs)
    closed = inspect.getclosurevars(template).nonlocals
    scope = {**template.__globals__, **closed, "__decide__": _decide}
    exec(compile(ast.fix_missing_locations(tree), inspect.getfile(template), "exec"), scope)
    evaluated: Any = scope[definition.name]
    evaluated.__defaults__, evaluated.__kwdefaults__ = template.__defaults__, template.__kwdefaults__
    return evaluated  # type: ignore[no-any-return]


def _decide(test: Callable[[], Any]) -> bool:
    try:
        return bool(test())
    except (TypeError, ValueError):  # of None, or of an array
        return False


# Structures ---------------------------------------------------------------------------------------


def _leaves(x: Any) -> Iterator[Any]:
    if isinstance(x, (list, tuple)):
        for part in x:
            yield from _leaves(part)
    else:
        yield x


def _map(change: Callable[[Any], Any], x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        parts = [_map(change, part) for part in x]
        return ListBar(parts) if isinstance(x, ListBar) else tuple(parts) if isinstance(x, tuple) else parts
    return change(x)


def _map_point(point: Sample, change: Callable[[Any], Any]) -> Sample:
    kwargs: Mapping[str, Any] = {k: _map(change, v) for k, v in point.kwargs.items()}
    return Sample(_map(change, point.args), kwargs)


def _combine(formula: Callable[..., Any], x: Any, *others: Any) -> Any:
    """A formula of numbers applied leaf by leaf; 0 where the leaf is not a float."""
    if isinstance(x, (list, tuple)):
        parts = [_combine(formula, *parts) for parts in zip(x, *others, strict=True)]
        return tuple(parts) if isinstance(x, tuple) else parts
    return formula(x, *others) if _is_inexact(x) else x


def _is_inexact(x: Any) -> bool:
    if isinstance(x, (np.ndarray, np.generic)):
        return x.dtype.kind in "fc"
    return isinstance(x, (float, complex))


def _direction(x: Any, generator: np.random.Generator) -> Any:
    """A random tangent or cotangent of x: the int 0 where x is not a float."""
    if isinstance(x, (list, tuple)):
        return ListBar(_direction(part, generator) for part in x)
    if not _is_inexact(x):
        return 0
    shape = np.shape(x)
    found = generator.standard_normal(shape)
    if np.iscomplexobj(x):
        found = found + 1j * generator.standard_normal(shape)
    return found if isinstance(x, np.ndarray) else complex(found) if np.iscomplexobj(x) else float(found)


def _cotangent(ans: Any, generator: np.random.Generator) -> Any:
    """A random cotangent of a result; also of an array of integers, through which no rule may let it pass."""
    if isinstance(ans, np.ndarray) and not _is_inexact(ans):
        return generator.standard_normal(ans.shape)
    return _direction(ans, generator)


def _frozen(x: Any) -> Any:
    def freeze(leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray):
            leaf = leaf.copy()
            leaf.flags.writeable = False
        return leaf

    return _map(freeze, x)


def _strided(x: Any) -> Any:
    """An equal array that is not contiguous."""
    if not isinstance(x, np.ndarray) or x.ndim == 0:
        return x
    wide = np.repeat(x, 2, axis=-1)
    return wide[..., ::2]


def _single(x: Any) -> Any:
    if isinstance(x, np.ndarray) and x.dtype.kind in "fc":
        return x.astype(np.float32 if x.dtype.kind == "f" else np.complex64)
    return x


def _as_zero_dim(point: Sample) -> Sample:
    return _map_point(point, lambda x: np.array(x) if isinstance(x, (float, complex)) else x)


def _as_broadcast(point: Sample) -> Sample:
    shapes = [(3, 1), (2,), (1, 2)]
    return Sample(tuple(np.full(shape, a) for shape, a in zip(shapes, point.args, strict=False)), point.kwargs)


# Comparisons --------------------------------------------------------------------------------------


def _is_zero(x: Any) -> bool:
    return type(x) is int and x == 0


def _flat(x: Any, like: Any) -> Any:
    """The numbers of a tangent or cotangent in the order of the leaves of `like`."""
    if isinstance(like, (list, tuple)):
        parts = [0] * len(like) if _is_zero(x) else x
        flat = [_flat(part, leaf) for part, leaf in zip(parts, like, strict=True)]
        return np.concatenate(flat) if flat else np.zeros(0)
    if not _is_inexact(like):
        return np.zeros(np.size(like))
    return np.ravel(np.broadcast_to(x, np.shape(like)))


def _pairing(bar: Any, dot: Any, like: Any) -> Any:
    """The real part of the sum of products of a cotangent and a tangent, without conjugates (as in JAX)."""
    return np.real(np.sum(_flat(bar, like) * _flat(dot, like)))


def _assert_fits(bar: Any, like: Any, where: str) -> None:
    if _is_zero(bar):
        return
    if isinstance(like, (list, tuple)):
        if len(bar) != len(like):
            raise AssertionError(f"{where}: {len(bar)} cotangents for {len(like)} elements")
        for part, leaf in zip(bar, like, strict=True):
            _assert_fits(part, leaf, where)
    elif _is_inexact(like):
        if np.shape(bar) != np.shape(like):
            raise AssertionError(f"{where}: a cotangent of shape {np.shape(bar)} for {np.shape(like)}")
        if np.iscomplexobj(bar) and not np.iscomplexobj(like):
            raise AssertionError(f"{where}: a complex cotangent of a real argument")


def _assert_close(found: Any, expected: Any, tolerance: float, where: str) -> None:
    scale = 1 + np.max(np.abs(expected), initial=0.0)
    if np.shape(found) != np.shape(expected) or not np.all(np.abs(found - expected) <= tolerance * scale):
        raise AssertionError(f"{where}: {found!r}, expected {expected!r}")
