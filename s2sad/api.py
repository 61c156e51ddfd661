"""What users touch: `grad`, `value_and_grad`, `vjp`, and the functions that they return."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from s2sad.adjoints.registry import nondifferentiable
from s2sad.arguments import check_differentiable
from s2sad.artifact import Place, Request
from s2sad.derive import derive
from s2sad.errors import InvalidArgument
from s2sad.loader import Variant, explain
from s2sad.runtime import ListBar, as_gradient
from s2sad.runtime.cotangents import as_cotangent, detached, distinct, fresh_tape
from s2sad.source import unwrap
from s2sad.source.annotations import promised_kinds
from s2sad.synthetic import has_rule, signature_of, wrapper_of

Argnums = int | str | Sequence[int | str]


def grad(fun: Callable[..., Any] | None = None, argnums: Argnums = 0, *, has_aux: bool = False) -> Any:
    """The gradient of a function that returns a real scalar, as a function of the same arguments.

    Args:
        fun: a function with Python source, or one that has a rule. Left out, the result is a decorator.
        argnums: which arguments to differentiate with respect to: positions, names, or a tuple of either.
        has_aux: the function returns `(value, aux)`; the derivative function then returns `(gradient, aux)`.

    Returns:
        A function whose result has the type, dtype and structure of the argument, or a tuple of such if `argnums`
        is a tuple. Its source is its attribute `source`.

    Raises:
        SourceNotFound, UnsupportedSyntax, NotDifferentiable: at the first call, with the line of the user's code.

    >>> def f(x):
    ...     return x ** 3
    >>> grad(f)(2.0)
    12.0
    """
    return _transform(fun, "grad", argnums, has_aux)


def value_and_grad(fun: Callable[..., Any] | None = None, argnums: Argnums = 0, *, has_aux: bool = False) -> Any:
    """As `grad`, but the derivative function returns `(value, gradient)`; the function itself runs once.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _transform(fun, "value_and_grad", argnums, has_aux)


def _transform(fun: Any, form: str, argnums: Argnums, has_aux: bool) -> Any:
    if fun is None or (isinstance(fun, (int, str)) and not callable(fun)):
        given = argnums if fun is None else fun
        return lambda function: _transform(function, form, given, has_aux)
    if not callable(fun) and not isinstance(fun, (staticmethod, classmethod)):
        raise InvalidArgument(f"{form} takes a function, not {type(fun).__name__}")
    return DerivativeFunction(fun, form, argnums, has_aux)


def vjp(fun: Callable[..., Any], *args: Any, argnums: Argnums | None = None, has_aux: bool = False, **kwargs: Any) -> Any:
    """The value of a function, and its pullback: from a cotangent of the value to cotangents of the arguments.

    The function runs once, now. The pullback may be called any number of times; it returns a tuple with one
    cotangent for each argument in `argnums` (all positional ones, if it is left out).

    >>> y, pullback = vjp(lambda x, y: x * y, 2.0, 5.0)
    >>> y, pullback(1.0)
    (10.0, (5.0, 2.0))
    """
    chosen = tuple(range(len(args))) if argnums is None else argnums
    derivative = DerivativeFunction(fun, "split", chosen, has_aux)
    return derivative.vjp(args, kwargs)


# in a differentiated function, these give a function that captures what theirs does, or values
for _name, _gives in {"grad": "function", "value_and_grad": "function", "vjp": "values"}.items():
    globals()[_name].__s2sad_transform__ = _gives


class DerivativeFunction:
    """A derivative of a function: callable like it, with its name, docstring and signature.

    The function is transformed at the first call, so that it may refer to names that are defined later, and again
    if a function that it calls was redefined since. Equal requests share one transformation.
    """

    def __init__(self, fun: Any, form: str, argnums: Argnums, has_aux: bool) -> None:
        self._fun, self._form, self._argnums, self._has_aux = fun, form, argnums, has_aux
        around = _with_source(fun)
        self._target, self._ruled = unwrap(around), around is not fun
        self._variants: dict[Any, Variant] = {}
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            value = getattr(fun, name, getattr(self._target.function, name, None))
            if value is not None or name == "__doc__":
                setattr(self, name, value)

    # -- calling ----------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if (wider := self._wider(args, kwargs)) is not self:
            return wider(*args, **kwargs)
        args, kwargs = self._full(args, kwargs)
        plan = self._plan
        arguments = plan.bind(args, kwargs)
        plan.values(arguments)  # refuses what has no derivative
        variant = self._variant(plan.kinds_of(arguments))
        try:
            result = variant.main(*args, **kwargs)
        except Exception as error:
            explain(error)
            raise
        return distinct(result)

    def vjp(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Value and pullback (see `s2sad.vjp`)."""
        if (wider := self._wider(args, kwargs)) is not self:
            return wider.vjp(args, kwargs)
        plan = self._plan
        # the caller may change the arguments before the pullback is called
        args, kwargs = self._full(detached(args), detached(kwargs))
        arguments = plan.bind(args, kwargs)
        values = plan.values(arguments)
        variant = self._variant(plan.kinds_of(arguments))
        try:
            out, tape = variant.main(*args, **kwargs)
        except Exception as error:
            explain(error)
            raise
        aux = None
        if self._has_aux:
            out, aux = out
        tape, out = detached(tape), detached(out)  # the caller may change what the function returned, and its data
        backward = variant.backward

        def pullback(cotangent: Any) -> Any:
            try:
                seed = as_cotangent(cotangent, out)
                bars = backward(fresh_tape(tape), ListBar([seed, 0]) if self._has_aux else seed)
            except Exception as error:
                explain(error)
                raise
            bars = plan.pick(bars if len(plan.active) != 1 else (bars,))
            gradients = [as_gradient(b, v) for b, v in zip(bars, values, strict=True)]
            return distinct(tuple(gradients))

        return (out, pullback, aux) if self._has_aux else (out, pullback)

    def _wider(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> DerivativeFunction:
        """This; of a function that has a rule, and is given options of it, the derivative that takes them."""
        if not self._ruled:
            return self
        around = _with_source(self._fun, len(args), tuple(kwargs))
        if unwrap(around).function is self._target.function:
            return self
        return DerivativeFunction(around, self._form, self._argnums, self._has_aux)

    def _full(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        target = self._target
        return (*target.bound_args, *args), {**target.bound_kwargs, **kwargs}

    @functools.cached_property
    def _plan(self) -> Plan:
        return Plan(self._target.function, self._argnums, len(self._target.bound_args))

    def _variant(self, kinds: tuple[tuple[str, str], ...]) -> Variant:
        variant = self._variants.get(kinds)
        if variant is None or not variant.is_current():
            variant = self._variants[kinds] = derive(self._target.function, self._request(kinds))
        return variant

    def _request(self, kinds: tuple[tuple[str, str], ...]) -> Request:
        plan = self._plan
        asked = () if self._form == "split" else plan.asked
        return Request(self._form, plan.active, kinds, self._has_aux, places=asked, many=bool(asked) and plan.many)

    # -- what it looks like -----------------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The emitted source: the derivative, with those of the functions that it calls."""
        return self._variant(self._plan.annotated).text

    @property
    def __s2sad_function__(self) -> types.FunctionType:
        return self._variant(self._plan.annotated).main

    @property
    def __s2sad_bound__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return self._target.bound_args, self._target.bound_kwargs

    @property
    def __wrapped__(self) -> types.FunctionType:
        try:
            return self._variant(self._plan.annotated).main
        except Exception as error:  # `hasattr` must stay a question
            raise AttributeError(str(error)) from error

    @property
    def __signature__(self) -> inspect.Signature:
        return signature_of(self._fun).replace(return_annotation=inspect.Signature.empty)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<{self._form} of {getattr(self, '__qualname__', self._fun)!s} with respect to {self._argnums!r}>"

    def __copy__(self) -> DerivativeFunction:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> DerivativeFunction:
        return self

    def __reduce__(self) -> Any:
        from s2sad.pickling import reduce

        return reduce(self)


def _with_source(fun: Any, count: int = 0, names: tuple[str, ...] = ()) -> Any:
    """`fun`, or a function of Python around what has a rule, with the options that `count` arguments and `names` give."""
    if isinstance(fun, functools.partial) and has_rule(fun.func):
        around = wrapper_of(fun.func, len(fun.args) + count, (*fun.keywords, *names))
        return functools.partial(around, *fun.args, **fun.keywords)
    return wrapper_of(fun, count, names) if has_rule(fun) else fun


class Plan:
    """Which parameters are active, and how the caller's arguments map to them."""

    def __init__(self, function: types.FunctionType, argnums: Argnums, bound: int) -> None:
        self.signature = inspect.signature(function, follow_wrapped=False)
        self.name = function.__name__
        self.many = isinstance(argnums, (tuple, list))
        chosen = list(argnums) if self.many else [argnums]  # type: ignore[arg-type]
        self.places = tuple([self._place(a, bound) for a in chosen])
        self.active = tuple(dict.fromkeys([name for name, _ in self.places]))
        just = tuple([(name, None) for name in self.active])
        self.in_order = self.places == just
        #: The places, unless they are just the active parameters, which need no saying.
        self.asked = () if self.in_order and self.many == (len(just) > 1) else self.places
        self.annotated = tuple(promised_kinds(function).items())
        known = {*dict(self.annotated), *(p.name for p in self.signature.parameters.values() if p.kind is p.VAR_POSITIONAL)}
        self.listable = [name for name in self.active if name not in known]
        parameters = self.signature.parameters.values()
        plain = all(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
        self.plain = [p.name for p in parameters] if plain else None  # most functions: nothing to find out

    def _place(self, argnum: Any, bound: int) -> Place:
        """The parameter, and the position in it if it is `*args`."""
        parameters = list(self.signature.parameters.values())
        if isinstance(argnum, str):
            if argnum not in self.signature.parameters:
                raise InvalidArgument(
                    f"{self.name}() has no parameter {argnum!r}", hint=f"its signature is {self.signature}"
                )
            return argnum, None
        if isinstance(argnum, bool) or not isinstance(argnum, (int, np.integer)):
            raise InvalidArgument(f"argnums must be positions or names, not {argnum!r}")
        positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        index = int(argnum) + bound if argnum >= 0 else int(argnum) + len(positional)
        if 0 <= index < len(positional):
            return positional[index].name, None
        rest = [p for p in parameters if p.kind is p.VAR_POSITIONAL]
        if rest and index >= 0:
            return rest[0].name, index - len(positional)
        raise InvalidArgument(f"{self.name}() has no argument {argnum}", hint=f"its signature is {self.signature}")

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Mapping[str, Any]:
        """The arguments of a call by parameter, defaults included."""
        if self.plain is not None and len(args) == len(self.plain) and not kwargs:
            return dict(zip(self.plain, args, strict=True))
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound.arguments

    def values(self, arguments: Mapping[str, Any]) -> list[Any]:
        """The arguments to differentiate with respect to, checked."""
        found = []
        for name, index in self.places:
            value = arguments[name]
            if index is not None:
                if index >= len(value):
                    raise InvalidArgument(f"{self.name}() was called without the argument {index} of *{name}")
                value = value[index]
            check_differentiable(value, name)
            found.append(value)
        return found

    def kinds_of(self, arguments: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """The annotated kinds, as far as the arguments keep what their annotations promise; lists are seen without."""
        kept = tuple([pair for pair in self.annotated if _keeps(arguments[pair[0]], pair[1])])
        for name in self.listable:
            if (found := type(arguments[name])) is list or found is tuple:
                kept = (*kept, (name, found.__name__))
        return self.annotated if len(kept) == len(self.annotated) else kept

    def pick(self, bars: Any) -> list[Any]:
        """The cotangents in the order of argnums, out of those in the order of `active`."""
        if self.in_order:
            return list(bars)
        by_name = dict(zip(self.active, bars, strict=True))
        return [by_name[n] if i is None else _element(by_name[n], i) for n, i in self.places]


def _keeps(value: Any, kind: str) -> bool:
    if kind == "float":
        return isinstance(value, float)
    return type(value).__name__ == ("ndarray" if kind == "array" else kind)


def _element(bar: Any, index: int) -> Any:
    return bar[index] if isinstance(bar, (list, tuple)) else bar


def source(derivative: Any) -> str:
    """The emitted source of a derivative function."""
    if not isinstance(derivative, DerivativeFunction):
        raise InvalidArgument("source takes a function that s2sad made, such as grad(f)")
    return derivative.source


def stop_gradient(x: Any) -> Any:
    """`x`, through which no derivative flows.

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return x


nondifferentiable(stop_gradient)

__all__ = ["DerivativeFunction", "grad", "source", "stop_gradient", "value_and_grad", "vjp"]
