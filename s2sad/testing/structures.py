"""Arguments, results and their derivatives as what they hold: arrays and numbers, in lists of any depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from s2sad.adjoints.registry import Sample
from s2sad.runtime import ListBar


def leaves(x: Any) -> Iterator[Any]:
    if isinstance(x, (list, tuple)):
        for part in x:
            yield from leaves(part)
    else:
        yield x


def map_leaves(change: Callable[[Any], Any], x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        parts = [map_leaves(change, part) for part in x]
        return ListBar(parts) if isinstance(x, ListBar) else tuple(parts) if isinstance(x, tuple) else parts
    return change(x)


def map_point(change: Callable[[Any], Any], point: Sample) -> Sample:
    kwargs: Mapping[str, Any] = {k: map_leaves(change, v) for k, v in point.kwargs.items()}
    return Sample(map_leaves(change, point.args), kwargs)


def point_leaves(point: Sample) -> list[Any]:
    return list(leaves([point.args, *point.kwargs.values()]))


def combine(formula: Callable[..., Any], x: Any, *others: Any) -> Any:
    """A formula of numbers applied leaf by leaf; 0 where the leaf is not a float."""
    if isinstance(x, (list, tuple)):
        parts = [combine(formula, *parts) for parts in zip(x, *others, strict=True)]
        return tuple(parts) if isinstance(x, tuple) else parts
    return formula(x, *others) if is_inexact(x) else x


def is_inexact(x: Any) -> bool:
    if isinstance(x, (np.ndarray, np.generic)):
        return x.dtype.kind in "fc"
    return isinstance(x, (float, complex))


def precision(x: Any) -> Any:
    """The type of the real part of NumPy's numbers; None of anything else."""
    if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "fc":
        return np.finfo(x.dtype).dtype.type
    return None


def direction(x: Any, generator: np.random.Generator) -> Any:
    """A random tangent or cotangent of x: the int 0 where x is not a float."""
    if isinstance(x, (list, tuple)):
        return ListBar(direction(part, generator) for part in x)
    if not is_inexact(x):
        return 0
    shape = np.shape(x)
    found = generator.standard_normal(shape)
    if np.iscomplexobj(x):
        found = found + 1j * generator.standard_normal(shape)
    return found if isinstance(x, np.ndarray) else complex(found) if np.iscomplexobj(x) else float(found)


def cotangent(ans: Any, generator: np.random.Generator) -> Any:
    """A random cotangent of a result; also of NumPy's integers, through which no rule may let it pass."""
    if isinstance(ans, (np.ndarray, np.generic)) and not is_inexact(ans):
        return generator.standard_normal(ans.shape)[()]
    return direction(ans, generator)


def same_numbers(x: Any, y: Any) -> bool:
    """Are two results the same but for rounding?"""
    x, y = np.concatenate([np.zeros(0), *map(np.ravel, leaves(x))]), np.concatenate([np.zeros(0), *map(np.ravel, leaves(y))])
    return x.shape == y.shape and np.allclose(x, y, rtol=1e-10, atol=1e-10, equal_nan=True)


def is_zero(x: Any) -> bool:
    return type(x) is int and x == 0


def flat(x: Any, like: Any) -> Any:
    """The numbers of a tangent or cotangent in the order of the leaves of `like`."""
    if isinstance(like, (list, tuple)):
        parts = [0] * len(like) if is_zero(x) else x
        found = [flat(part, leaf) for part, leaf in zip(parts, like, strict=True)]
        return np.concatenate(found) if found else np.zeros(0)
    if not is_inexact(like):
        return np.zeros(np.size(like))
    return np.ravel(np.broadcast_to(x, np.shape(like)))


def pairing(bar: Any, dot: Any, like: Any) -> Any:
    """The real part of the sum of products of a cotangent and a tangent, without conjugates (as in JAX)."""
    return np.real(np.sum(flat(bar, like) * flat(dot, like)))


def assert_fits(bar: Any, like: Any, where: str) -> None:
    """A cotangent has the structure and shapes of what it belongs to, and is real where that is."""
    if is_zero(bar):
        return
    if isinstance(like, (list, tuple)):
        if len(bar) != len(like):
            raise AssertionError(f"{where}: {len(bar)} cotangents for {len(like)} elements")
        for part, leaf in zip(bar, like, strict=True):
            assert_fits(part, leaf, where)
    elif is_inexact(like):
        if np.shape(bar) != np.shape(like):
            raise AssertionError(f"{where}: a cotangent of shape {np.shape(bar)} for {np.shape(like)}")
        if np.iscomplexobj(bar) and not np.iscomplexobj(like):
            raise AssertionError(f"{where}: a complex cotangent of a real argument")


def assert_still(dot: Any, like: Any, where: str) -> None:
    """What is no float has no tangent, and that of an array has its shape."""
    if isinstance(like, (list, tuple)) and not is_zero(dot):
        for part, leaf in zip(dot, like, strict=True):
            assert_still(part, leaf, where)
    elif isinstance(like, (np.ndarray, np.generic)) and not is_inexact(like) and np.any(dot != 0):
        raise AssertionError(f"{where}: a tangent of an array of {like.dtype}")
    elif isinstance(like, np.ndarray) and not is_zero(dot) and np.shape(dot) != like.shape:
        raise AssertionError(f"{where}: a tangent of shape {np.shape(dot)} for {like.shape}")


def assert_close(found: Any, expected: Any, tolerance: float, where: str) -> None:
    scale = 1 + np.max(np.abs(expected), initial=0.0)
    if np.shape(found) != np.shape(expected) or not np.allclose(found, expected, 0, tolerance * scale):
        raise AssertionError(f"{where}: {found!r}, expected {expected!r}")
