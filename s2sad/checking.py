"""Gradients compared with finite differences, argument by argument.

The differences are taken at many step widths and extrapolated to zero (Ridders' method), so that they are
good to about ten digits without a step width to choose, and come with an estimate of their own error.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import inspect
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from s2sad.api import Argnums, grad, vjp
from s2sad.arguments import check_differentiable
from s2sad.errors import InvalidArgument
from s2sad.synthetic import signature_of

#: Up to so many numbers in an argument each is moved alone; beyond, all of them along random directions.
_SINGLY = 64
_DIRECTIONS = 8
_STEPS = 20
_SHRINK = 2.0
_ORDER = 6  # how often differences are extrapolated
_ROUNDING = 2.0**-50


@dataclass(frozen=True)
class Comparison:
    """One argument: its gradient beside the differences.

    `found` and `expected` hold a derivative for each number in the argument, or for each direction that it
    was moved in. `uncertainty` is what the differences themselves may be off by.
    """

    argument: str
    found: np.ndarray[Any, Any]
    expected: np.ndarray[Any, Any]
    uncertainty: float
    rtol: float
    atol: float
    directional: bool

    @property
    def error(self) -> float:
        """The largest deviation, relative to the size of the gradient."""
        if self.found.size == 0:
            return 0.0
        deviation = np.abs(self.found - self.expected)
        return float(np.max(deviation)) / max(self._scale, 1e-300) if np.max(deviation) else 0.0

    @property
    def _scale(self) -> float:
        return float(np.max(np.abs(self.expected), initial=0.0))

    @property
    def verdict(self) -> str:
        """`ok`, `differs`, or `unclear` where the differences are too rough to tell, as at a kink."""
        limit = self.atol + self.rtol * self._scale
        deviation = np.abs(self.found - self.expected)
        if np.all(deviation <= limit):
            return "ok"
        if not np.all(deviation <= limit + self.uncertainty):
            return "differs"
        return "ok" if self.uncertainty <= 100 * limit else "unclear"


def check_grads(
    fun: Callable[..., Any],
    args: Sequence[Any],
    argnums: Argnums | None = None,
    *,
    kwargs: Mapping[str, Any] | None = None,
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Checks the gradient of `fun` against finite differences; raises AssertionError where it is wrong.

    Args:
        fun: a function; one that returns no scalar is checked through its pullback.
        args: the positional arguments, as a tuple.
        argnums: which arguments to check: positions, names, or a tuple of either; if it is left out, all
            that have a derivative.
        kwargs: keyword arguments.
        rtol: the tolerance relative to the largest number in the gradient (1e-6; 1e-3 for single precision).
        atol: the absolute tolerance (1e-8; 1e-5).

    >>> check_grads(lambda x, n: x ** n, (1.5, 3), argnums=0)
    """
    found = compare(fun, tuple(args), kwargs, argnums, rtol, atol)
    wrong = [c for c in found if c.verdict != "ok"]
    if wrong:
        name = getattr(fun, "__name__", repr(fun))
        parts = [
            f"argument {c.argument}: {np.array2string(c.found, precision=8)}\n"
            f"  but differences give {np.array2string(c.expected, precision=8)} (+- {c.uncertainty:.0e})"
            for c in wrong
        ]
        raise AssertionError(f"the gradient of {name} differs from finite differences\n" + "\n".join(parts))


def compare(
    fun: Callable[..., Any],
    args: tuple[Any, ...] = (),
    kwargs: Mapping[str, Any] | None = None,
    argnums: Argnums | None = None,
    rtol: float | None = None,
    atol: float | None = None,
) -> list[Comparison]:
    """One comparison for each argument in `argnums`, or for each that has a derivative."""
    bound = _bound(signature_of(fun), args, kwargs or {})
    if argnums is None:
        many = _differentiable(bound)
    else:
        many = (argnums,) if isinstance(argnums, (int, str)) else tuple(argnums)
    if not many:
        raise InvalidArgument("no argument has a derivative", hint="pass floats or arrays of floats")
    gradients, weights = _gradients(fun, bound, many)
    found = []
    for argnum, gradient in zip(many, gradients, strict=True):
        name, index = _place(argnum, bound.signature)
        value = bound.arguments[name] if index is None else bound.arguments[name][index]

        def at(moved: Any, name: str = name, index: int | None = index) -> float:
            return _evaluate(fun, bound, name, index, moved, weights)

        label = name if index is None else f"{name}[{index}]"
        found.append(_compared(label, at, value, gradient, rtol, atol))
    return found


def _bound(signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> inspect.BoundArguments:
    """The arguments by name, and the defaults that a derivative can be taken with respect to."""
    bound = signature.bind(*args, **kwargs)
    given = set(bound.arguments)
    bound.apply_defaults()
    for name in [n for n in bound.arguments if n not in given]:
        if not _has_numbers(bound.arguments[name]):
            del bound.arguments[name]
    return bound


def _differentiable(bound: inspect.BoundArguments) -> tuple[int | str, ...]:
    """The arguments that a derivative can be taken with respect to, as argnums."""
    found: list[int | str] = []
    for position, (name, parameter) in enumerate(bound.signature.parameters.items()):
        if name not in bound.arguments:
            continue
        value, kind = bound.arguments[name], parameter.kind
        if kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD):
            found += [name] if _has_numbers(value) else []
        else:
            values = value if kind is inspect.Parameter.VAR_POSITIONAL else (value,)
            found += [position + i for i, one in enumerate(values) if _has_numbers(one)]
    return tuple(found)


def _place(argnum: int | str, signature: inspect.Signature) -> tuple[str, int | None]:
    """The parameter that an argnum means, and the position in it if it is `*args`."""
    if isinstance(argnum, str):
        return argnum, None
    parameters = list(signature.parameters.values())
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if argnum < len(plain):
        return plain[argnum], None
    return next(p.name for p in parameters if p.kind is p.VAR_POSITIONAL), argnum - len(plain)


def _has_numbers(value: Any) -> bool:
    try:
        check_differentiable(value, "")
    except InvalidArgument:
        return False
    return not callable(value) and sum(np.size(leaf) for leaf in leaves(value)) > 0


def _gradients(fun: Any, bound: inspect.BoundArguments, argnums: tuple[int | str, ...]) -> tuple[Any, list[Any] | None]:
    """The gradients, and, if the function returns no scalar, the weights that make one of its result."""
    args, kwargs = copy.deepcopy(bound.args), copy.deepcopy(bound.kwargs)
    with _same_draws():
        out = fun(*args, **kwargs)
    args, kwargs = copy.deepcopy(bound.args), copy.deepcopy(bound.kwargs)
    if isinstance(out, float) or (
        isinstance(out, (np.ndarray, np.floating)) and np.shape(out) == () and not np.iscomplexobj(out)
    ):
        with _same_draws():
            return grad(fun, argnums)(*args, **kwargs), None
    generator = np.random.default_rng(0)
    parts = leaves(out)
    if not parts:
        raise InvalidArgument(f"the function returned {type(out).__name__}, which has no derivative")
    weights = [generator.standard_normal(np.shape(leaf)) for leaf in parts]
    weights = [w + 1j * generator.standard_normal(np.shape(w)) if np.iscomplexobj(p) else w for w, p in zip(weights, parts)]
    with _same_draws():
        _, pullback = vjp(fun, *args, argnums=argnums, **kwargs)
    return pullback(rebuilt(out, iter(weights), zero=True)), weights


def _evaluate(
    fun: Any,
    bound: inspect.BoundArguments,
    name: str,
    index: int | None,
    moved: Any,
    weights: list[Any] | None,
) -> float:
    arguments = dict(bound.arguments)
    if index is None:
        arguments[name] = moved
    else:
        arguments[name] = (*arguments[name][:index], moved, *arguments[name][index + 1 :])
    again = inspect.BoundArguments(bound.signature, arguments)
    args, kwargs = copy.deepcopy(again.args), copy.deepcopy(again.kwargs)
    with _same_draws(), np.errstate(all="ignore"):
        out = fun(*args, **kwargs)
    if weights is None:
        return float(out)
    return float(sum(np.real(np.sum(w * leaf)) for w, leaf in zip(weights, leaves(out), strict=True)))


@contextlib.contextmanager
def _same_draws() -> Iterator[None]:
    """Each evaluation sees the same global random numbers, and takes none away from others."""
    python, numpy = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


# -- one argument ------------------------------------------------------------------------------------------


def _compared(
    name: str, at: Callable[[Any], float], value: Any, gradient: Any, rtol: float | None, atol: float | None
) -> Comparison:
    parts = [np.asarray(leaf) for leaf in leaves(value)]
    single = any(p.dtype.itemsize // (2 if p.dtype.kind == "c" else 1) < 8 for p in parts if p.dtype.kind in "fc")
    points = [p.astype(complex if np.iscomplexobj(p) else float) for p in parts]
    slopes = [np.broadcast_to(np.asarray(g), p.shape) for g, p in zip(leaves_like(gradient, value), parts, strict=True)]
    directions = list(_directions(points))
    expected, found, uncertainty = [], [], 0.0
    for direction in directions:

        def along(step: float, direction: list[Any] = direction) -> float:
            return at(rebuilt(value, iter([p + step * d for p, d in zip(points, direction)])))

        size = max((float(np.max(np.abs(p[d != 0]), initial=0.0)) for p, d in zip(points, direction)), default=0.0)
        difference, error = ridders(along, 0.05 * max(size, 0.1))
        expected.append(difference)
        uncertainty = max(uncertainty, error)
        found.append(float(sum(np.real(np.sum(g * d)) for g, d in zip(slopes, direction))))
    return Comparison(
        name, np.array(found), np.array(expected), uncertainty,
        rtol if rtol is not None else 1e-3 if single else 1e-6,
        atol if atol is not None else 1e-5 if single else 1e-8,
        directional=sum(p.size for p in points) > _SINGLY,
    )  # fmt: skip


def _directions(points: list[Any]) -> Iterator[list[Any]]:
    if sum(p.size for p in points) > _SINGLY:
        generator = np.random.default_rng(1)
        for _ in range(_DIRECTIONS):
            yield [_random_like(p, generator) for p in points]
        return
    for k, point in enumerate(points):
        for i in range(point.size):
            for unit in (1.0, 1j) if np.iscomplexobj(point) else (1.0,):
                direction = [np.zeros_like(p) for p in points]
                direction[k].reshape(-1)[i] = unit
                yield direction


def _random_like(point: Any, generator: np.random.Generator) -> Any:
    found = generator.standard_normal(point.shape)
    return found + 1j * generator.standard_normal(point.shape) if np.iscomplexobj(point) else found


def ridders(function: Callable[[float], float], step: float) -> tuple[float, float]:
    """The derivative of `function` at 0, and an estimate of its error.

    Central differences at steps that shrink, extrapolated to step 0; the entry of the table that agrees best
    with its neighbours is taken (C. J. F. Ridders, 1982). Steps that leave the domain are left out.

    >>> ridders(lambda t: math.exp(2 * t), 0.1)[0]
    2.0000000000...
    """
    best, error = math.nan, math.inf
    row: list[float] = []
    trouble: Exception | None = None
    for k in range(_STEPS):
        h = step / _SHRINK**k
        try:
            above, below = function(h), function(-h)
            slope = (above - below) / (2 * h)
        except (ArithmeticError, ValueError, IndexError, TypeError) as problem:
            trouble, row = problem, []
            continue
        if not math.isfinite(slope):
            row = []
            continue
        rounding = _ROUNDING * max(abs(above), abs(below)) / h
        new, factor = [slope], 1.0
        for previous in row[:_ORDER]:
            factor *= _SHRINK**2
            new.append((new[-1] * factor - previous) / (factor - 1))
            estimate = max(abs(new[-1] - new[-2]), abs(new[-1] - previous)) + rounding
            if estimate < error:
                best, error = new[-1], estimate
        row = new
        if error <= 1e-11 * abs(best):
            break
    if math.isnan(best) and trouble is not None:
        raise trouble
    return best, error


# -- structures --------------------------------------------------------------------------------------------


def leaves(value: Any) -> list[Any]:
    """The floats, complex numbers, and arrays of them, in a value."""
    return leaves_like(value, value)


def leaves_like(gradient: Any, value: Any) -> list[Any]:
    """The parts of `gradient` where `value` has leaves."""
    if isinstance(value, (float, complex, np.inexact)):
        return [gradient]
    if isinstance(value, np.ndarray):
        return [gradient] if value.dtype.kind in "fc" else []
    pairs = zip(_parts(gradient), _parts(value), strict=True)
    return [leaf for (_, g), (_, v) in pairs for leaf in leaves_like(g, v)]


def _parts(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, (list, tuple)):
        return list(enumerate(value))
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, type) or callable(value):
        return []
    if dataclasses.is_dataclass(value):
        return [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)]
    return list(vars(value).items()) if hasattr(value, "__dict__") else []


def rebuilt(value: Any, new: Iterator[Any], zero: bool = False) -> Any:
    """`value` with its leaves replaced, in order; with `zero`, everything else is 0."""
    if isinstance(value, (float, complex, np.inexact)):
        leaf = next(new)
        return leaf if isinstance(leaf, (float, complex)) else leaf[()].item()
    if isinstance(value, np.ndarray):
        return next(new) if value.dtype.kind in "fc" else 0 if zero else value
    parts = _parts(value)
    if not parts:
        return 0 if zero else value
    fresh = {key: rebuilt(part, new, zero) for key, part in parts}
    if isinstance(value, tuple):
        return type(value)(*fresh.values()) if hasattr(value, "_fields") else tuple(fresh.values())
    if isinstance(value, list):
        return list(fresh.values())
    again = copy.copy(value)
    for key, part in fresh.items():
        if isinstance(value, dict):
            again[key] = part
        else:
            object.__setattr__(again, key, part)
    return again
