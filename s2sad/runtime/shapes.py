"""Cotangents that fit their primal: shape, type and structure."""

from __future__ import annotations

import copy
import dataclasses
import functools
import math
import sys
import warnings
from typing import Any

import numpy as np

from s2sad.runtime.containers import OPAQUE, DictBar, ListBar, ObjectBar, zeros_like
from s2sad.runtime.fields import settled, stored_names
from s2sad.runtime.refusals import NoRule, Unfit

_BARS = (ListBar, DictBar, ObjectBar)


def unbroadcast(g: Any, like: Any) -> Any:
    """The cotangent `g` summed to the shape of `like`, and real where `like` is.

    >>> unbroadcast(np.ones((2, 3)), np.zeros(3))
    array([2., 2., 2.])
    """
    if type(g) is float or (type(g) is int and g == 0):
        return g
    if isinstance(g, float) and isinstance(like, float):  # np.float64 is one of them
        return g
    if type(g) is type(like) is np.ndarray and g.shape == like.shape and g.dtype == like.dtype:
        return g
    if isinstance(like, _BARS):  # in the derivative of a derivative
        return g
    if isinstance(like, (list, tuple, dict)):
        array = np.asarray(like)
        if isinstance(g, (ListBar, DictBar)) or (np.ndim(g) == array.ndim and np.shape(g) != array.shape):
            raise NoRule("`+` or `*` on lists whose type is not known: write [*a, *b], or annotate them as lists")
        return unbroadcast(g, array)
    if isinstance(g, ListBar) and isinstance(like, (float, np.ndarray)):  # of an array that was made into a list
        g = array_of(g, like) if isinstance(like, np.ndarray) else np.asarray(g)
    elif isinstance(g, _BARS):  # of a sum with the universal zero
        return g
    shape = np.shape(like)
    if np.shape(g) != shape:
        g = _sum_to(g, shape)
    if np.iscomplexobj(g) and not np.iscomplexobj(like):
        g = g.real
    return g


def array_pullback(g: Any, a: Any) -> Any:
    """The cotangent of what an array was made of: nested lists of numbers or arrays, or one of these."""
    if not isinstance(a, (list, tuple)):
        return unbroadcast(g, a)
    if np.ndim(g) == 1 and not any(isinstance(x, (np.ndarray, np.generic)) for x in a):
        g = np.asarray(g)
        return ListBar((np.real(g) if np.iscomplexobj(g) and not np.iscomplexobj(a) else g).tolist())
    return ListBar(array_pullback(part, x) for part, x in zip(g, a, strict=True))


def as_operand(x: Any) -> Any:
    """`x`, or the array of a list: what operators can be applied to."""
    return np.asarray(x) if isinstance(x, (list, tuple)) else x


def as_base(x: Any) -> Any:
    """As as_operand, but a float is NumPy's, whose powers are nan where they are not real; Python's are complex there."""
    return np.float64(x) if isinstance(x, float) else as_operand(x)


def array_of(bar: Any, a: Any) -> Any:
    """The array of cotangents of what np.array(a) was made of: the inverse of array_pullback."""
    if isinstance(a, (list, tuple)) or isinstance(bar, list):
        if isinstance(bar, np.ndarray):
            return bar
        parts = bar if isinstance(bar, list) else [0] * len(a)
        return np.array([array_of(part, x) for part, x in zip(parts, a, strict=True)])
    if np.shape(bar) == np.shape(a) and not (type(bar) is int and bar == 0):
        return bar
    return np.zeros_like(a, dtype=np.result_type(a, float)) + bar


def _sum_to(g: Any, shape: tuple[int, ...]) -> Any:
    g_shape = np.shape(g)
    lead = len(g_shape) - len(shape)
    if lead < 0:
        return _spread_zero(g, shape)
    axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(shape) if n == 1 and g_shape[lead + i] != 1)
    total = np.sum(g, axis=axes) if axes else g
    if np.size(total) == math.prod(shape):
        return np.reshape(total, shape) if np.shape(total) != shape else total
    return _spread_zero(total, shape)


def _spread_zero(g: Any, shape: tuple[int, ...]) -> Any:
    """The universal zero, scaled by something of another shape than its primal: anything else of that shape is an error."""
    if np.any((g != 0) & (g == g)):  # nan is zero times infinity
        raise Unfit(f"a cotangent of shape {np.shape(g)} for a value of shape {shape}")
    return np.broadcast_to(np.zeros_like(g, shape=()), shape)


def instantiate(g: Any, like: Any) -> Any:
    """`g`, with the universal zero, which a number may have scaled, made into a zero of the type and shape of `like`;
    an array, where `like` is a list that a function took for an array, made into the cotangent of a list.
    """
    if isinstance(g, (int, float)) and g == 0:
        return zeros_like(like)
    return array_pullback(g, like) if isinstance(g, np.ndarray) and isinstance(like, (list, tuple)) else g


def instantiate_pullback(h: Any, g: Any) -> Any:
    """The cotangent of `g` where `h` is that of `instantiate(g, like)`."""
    return array_of(h, g) if isinstance(h, ListBar) and isinstance(g, np.ndarray) else h


def require_scalar(out: Any) -> None:
    """Refuses a function value that has no gradient: only a real scalar has one."""
    if isinstance(out, (float, int)) or (
        isinstance(out, (np.ndarray, np.generic)) and out.shape == () and out.dtype.kind in "fiubO"
    ):
        return
    if isinstance(out, (complex, np.complexfloating)) or (np.iscomplexobj(out) and np.shape(out) == ()):
        raise Unfit("the function returned a complex number; a gradient needs a real one (take .real or abs)")
    if isinstance(out, np.ndarray):
        raise Unfit(f"the function returned an array of shape {out.shape}; a gradient needs a scalar (use vjp)")
    if hasattr(out, "__add__") and not isinstance(out, (list, tuple, str, dict)) and out is not None:
        return
    raise Unfit(
        f"the function returned {type(out).__name__}; a gradient needs a real scalar (has_aux=True for (value, aux))"
    )


def as_gradient(g: Any, x: Any) -> Any:
    """The cotangent `g` in the type, dtype and structure of the argument `x`, sharing memory with nothing."""
    if isinstance(x, np.ndarray):
        return _array_gradient(g, x)
    if isinstance(x, np.inexact):
        return x.dtype.type(g if x.dtype.kind == "c" else g.real)
    if isinstance(x, float):
        return float(g.real)
    if isinstance(x, complex):
        return complex(g)
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*_element_gradients(settled(g, x), x))
    if isinstance(x, (list, tuple)):
        return type(x)(_element_gradients(g, x))
    if isinstance(x, dict):
        items = {key: as_gradient(g[key] if g else 0, value) for key, value in x.items()}
        return items if type(x) is dict else _filled(copy.copy(x), items)
    if x is None or isinstance(x, (bool, int, np.integer, np.bool_, *OPAQUE)):
        return None
    return _object_gradient(g, x)


def _array_gradient(g: Any, x: Any) -> Any:
    if x.dtype.kind not in "fcO":
        return None
    if isinstance(g, np.ndarray) and g.shape == x.shape and g.dtype == x.dtype:
        if g.flags.writeable and (g.base is None or _views_all_alone(g)):
            return g
        return _repeated(g, x) if 0 in g.strides else g.copy("K")
    if np.shape(g) not in (x.shape, ()):
        raise Unfit(f"a cotangent of shape {np.shape(g)} for an argument of shape {x.shape}")
    if np.shape(g) != x.shape:
        return np.full_like(x, g)
    return np.array(np.real(g) if x.dtype.kind == "f" else g, dtype=x.dtype)


def _repeated(g: Any, x: Any) -> Any:
    """A copy of `g`, which repeats elements that it has once, in the order of `x`: there is none of its own."""
    whole = np.empty_like(x)
    whole[...] = g
    return whole


def _views_all_alone(g: Any) -> bool:
    """Is `g` all, or nearly all, of an array that nothing else holds, as what np.reshape makes of a result of its own?

    Two references are that of `g` to its base, and that of asking for it.
    """
    own = isinstance(g.base, np.ndarray) and g.base.base is None and 0.9 * g.base.size <= g.size
    return own and bool(g.flags.forc) and sys.getrefcount(g.base) <= 2


def _element_gradients(g: Any, x: Any) -> list[Any]:
    if isinstance(g, np.ndarray) and len(g) != len(x):
        raise TypeError("s2sad: `+` or `*` on lists whose type is not known: write [*a, *b], or annotate them as lists")
    return [as_gradient(g[i] if isinstance(g, (list, np.ndarray)) else 0, value) for i, value in enumerate(x)]


def _filled(target: Any, items: Any) -> Any:
    for key, value in items.items():
        target[key] = value
    return target


def _object_gradient(g: Any, x: Any) -> Any:
    names = stored_names(x)
    plain = hasattr(x, "__dict__") or dataclasses.is_dataclass(x)
    if not plain and hasattr(type(x), "__add__"):  # a number of the user's own, such as a Fraction
        return g
    if names is None:
        return None
    g = settled(g, x)
    gradient = _without_cached(copy.copy(x), names)
    for name in names:
        value = getattr(x, name)
        object.__setattr__(gradient, name, as_gradient(getattr(g, name) if isinstance(g, ObjectBar) else 0, value))
    return gradient


def _without_cached(x: Any, names: list[str]) -> Any:
    """Removes what cached properties keep: values of the primal, which are not part of its gradient."""
    for name in set(getattr(x, "__dict__", ())) - set(names):
        if not dataclasses.is_dataclass(x) or isinstance(getattr(type(x), name, None), functools.cached_property):
            del x.__dict__[name]
    return x


def snapshot(value: Any) -> Any:
    """A copy of a value that may go on to be changed in place: of arrays, and of containers with what they hold."""
    if isinstance(value, np.ndarray):
        return value.copy("K")
    if type(value) in (list, tuple):
        return type(value)(snapshot(v) for v in value)
    if isinstance(value, dict):
        return _filled(copy.copy(value), {k: snapshot(v) for k, v in value.items()})
    return value


_NO_DATA = bytes(np.dtype(np.clongdouble).itemsize)


def outline(value: Any) -> Any:
    """Something of the shape and type of a value that does not keep an array's elements alive.

    >>> outline(np.ones((2, 3)))
    array([[0., 0., 0.],
           [0., 0., 0.]])
    """
    if type(value) is not np.ndarray or value.dtype.kind not in "biufc":
        return value
    return np.ndarray(value.shape, value.dtype, _NO_DATA, 0, (0,) * value.ndim)


def no_gradient(name: str, x: Any) -> Any:
    """The zero gradient of an argument that the result does not depend on, with a warning."""
    warnings.warn(f"s2sad: the result does not depend on the argument {name}; its gradient is zero", stacklevel=4)
    return as_gradient(0, x)


def scalar_seed(seed: Any, out: Any) -> Any:
    """The cotangent to start from at the result `out`, which must be a real scalar.

    A number that is neither Python's nor NumPy's, such as a Fraction, keeps its own arithmetic: its one is exact. That
    of NumPy's floats divides by zero.
    """
    require_scalar(out)
    if type(out) is np.float64:
        return out.dtype.type(seed)
    if type(seed) is int and isinstance(out, (float, int, np.ndarray, np.generic)):
        return float(seed)  # an int 0 would be the zero of any type
    if type(seed) is float and seed == 1.0 and not isinstance(out, (float, int, np.ndarray, np.generic)):
        return type(out)(1) if hasattr(out, "__add__") and not isinstance(out, (ListBar, DictBar, ObjectBar)) else seed
    return seed
