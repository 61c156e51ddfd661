"""Reference derivatives by finite differences, for numbers, arrays and nested containers of them.

A "tree" is a float or complex number, an array of them, or a list, tuple, namedtuple, dict or dataclass of
trees. Whatever else it holds (ints, text, functions, plain objects) is carried along and never varied.
"""

import dataclasses
import inspect
from itertools import chain

import numpy as np

STEP = 1e-3  # branches of the functions under test must be further away than this


def is_leaf(value):
    """Whether `value` is a number or array that a derivative can be taken with respect to."""
    if isinstance(value, np.ndarray):
        return np.issubdtype(value.dtype, np.inexact)
    return isinstance(value, (float, complex, np.inexact))


def children(tree):
    """The parts of a container, in order; None where `tree` is not a container."""
    if isinstance(tree, dict):
        return list(tree.values())
    if isinstance(tree, (list, tuple)):
        return list(tree)
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return [getattr(tree, field.name) for field in dataclasses.fields(tree)]
    return None


def with_children(tree, parts):
    """The same container as `tree`, holding `parts`."""
    if isinstance(tree, dict):
        return type(tree)(zip(tree, parts))
    if dataclasses.is_dataclass(tree):
        return dataclasses.replace(tree, **dict(zip((f.name for f in dataclasses.fields(tree)), parts)))
    if hasattr(tree, "_fields"):
        return type(tree)(*parts)
    return type(tree)(parts)


def map_leaves(function, tree):
    """`tree` with `function` applied to each leaf."""
    if is_leaf(tree):
        return function(tree)
    parts = children(tree)
    return tree if parts is None else with_children(tree, [map_leaves(function, part) for part in parts])


def leaves(tree):
    """The leaves of `tree`, from left to right."""
    if is_leaf(tree):
        return [tree]
    return list(chain.from_iterable(map(leaves, children(tree) or [])))


def components(tree):
    """Every number in `tree`, as a list."""
    return list(chain.from_iterable(np.ravel(leaf).tolist() for leaf in leaves(tree)))


def _widened(leaf, numbers):
    """A leaf like `leaf` that holds `numbers`, in double precision, so that differences are accurate."""
    wide = np.complex128 if np.iscomplexobj(leaf) else np.float64
    if isinstance(leaf, np.ndarray):
        return np.array(numbers, dtype=wide).reshape(leaf.shape)
    return wide(numbers[0]) if isinstance(leaf, np.generic) else type(leaf)(numbers[0])


def _narrowed(leaf, numbers):
    """A leaf of exactly the type of `leaf` that holds `numbers`."""
    if isinstance(leaf, np.ndarray):
        return np.array(numbers).astype(leaf.dtype).reshape(leaf.shape)
    return type(leaf)(numbers[0])


def refill(tree, numbers, leaf=_widened):
    """`tree` with its components replaced by `numbers`."""
    rest = list(numbers)

    def fill(old):
        size = np.size(old)
        taken, rest[:size] = rest[:size], []
        return leaf(old, taken)

    return map_leaves(fill, tree)


def ridders(function, step=STEP, levels=5):
    """The derivative of `function` at 0 and an estimate of its error: extrapolated differences (Ridders)."""
    best, error = np.nan, np.inf
    previous = []
    for level in range(levels):
        h = step / 2**level
        row = [(function(h) - function(-h)) / (2 * h)]
        for k, coarse in enumerate(previous):
            row.append(row[k] + (row[k] - coarse) / (4.0 ** (k + 1) - 1))
            estimate = max(abs(row[k + 1] - row[k]), abs(row[k + 1] - coarse))
            if estimate <= error:
                best, error = row[k + 1], estimate
        previous = row
    return best, error


def contract(cotangent, value):
    """The sum of products of the components: what a cotangent says of a value."""
    pairs = zip(components(cotangent), components(value), strict=True)
    return sum((bar * number for bar, number in pairs), 0.0)


def locate(fn, args, kwargs, argnum):
    """Where the argument called `argnum` is: `(args, position)` or `(kwargs, name)`."""
    if isinstance(argnum, str):
        if argnum in kwargs:
            return kwargs, argnum
        argnum = list(inspect.signature(fn).parameters).index(argnum)
    return args, argnum


def selected(fn, args, kwargs, argnums):
    """The arguments that `argnums` names, as a list."""
    numbers = argnums if isinstance(argnums, tuple) else (argnums,)
    found = (locate(fn, args, kwargs, argnum) for argnum in numbers)
    return [where[key] for where, key in found]


def central_difference(fn, args, argnums=0, kwargs=None, cotangent=None, step=STEP):
    """The gradient of `fn` at `args`, in the structure of the arguments that `argnums` names.

    Where `fn` returns a tree, `cotangent` (of the same structure) makes a real number of it. With respect to a
    complex number x + iy the gradient of a real function is df/dx - i df/dy.
    """
    args, kwargs = list(args), dict(kwargs or {})

    def number(at_args, at_kwargs):
        value = fn(*at_args, **at_kwargs)
        return float(value) if cotangent is None else contract(cotangent, value).real

    def of_one(argnum):
        where, key = locate(fn, args, kwargs, argnum)
        tree = where[key]
        start = components(tree)

        def along(index, direction):
            def moved(h):
                shifted = list(start)
                shifted[index] += h * direction
                new = list(where) if where is args else dict(where)
                new[key] = refill(tree, shifted)
                return number(new, kwargs) if where is args else number(args, new)

            return ridders(moved, step * max(1.0, abs(start[index])))[0]

        slopes = []
        for index, component in enumerate(start):
            slope = along(index, 1.0)
            slopes.append(slope - 1j * along(index, 1j) if isinstance(component, complex) else slope)
        return refill(tree, slopes, leaf=_narrowed)

    return tuple(map(of_one, argnums)) if isinstance(argnums, tuple) else of_one(argnums)


def cotangent_like(value):
    """Some cotangent for `value`: every leaf another number, and 0 for what is not differentiable."""
    numbers = iter(np.cos(np.arange(1.0, 1.0 + len(components(value)))).tolist())

    def fill(tree):
        if is_leaf(tree):
            return _narrowed(tree, [next(numbers) for _ in range(np.size(tree))])
        parts = children(tree)
        return 0 if parts is None else with_children(tree, list(map(fill, parts)))

    return fill(value)


def assert_same_structure(got, expected, where="gradient"):
    """`got` has the containers, shapes and dtypes of `expected`."""
    if is_leaf(expected):
        if isinstance(expected, (np.ndarray, np.generic)):
            shape, dtype = np.shape(got), np.result_type(got)
            assert shape == expected.shape, f"{where}: shape {shape}, not {expected.shape}"
            assert dtype == expected.dtype, f"{where}: {dtype}, not {expected.dtype}"
        if isinstance(expected, np.ndarray) and expected.ndim:
            assert isinstance(got, np.ndarray), f"{where}: {type(got)}, not an array"
        if not isinstance(expected, (np.ndarray, np.generic)):
            assert isinstance(got, type(expected)), f"{where}: {type(got)}, not {type(expected)}"
        return
    parts = children(expected)
    if parts is None:
        return
    assert type(got) is type(expected), f"{where}: {type(got)}, not {type(expected)}"
    if isinstance(expected, dict):
        assert list(got) == list(expected), f"{where}: keys {list(got)}, not {list(expected)}"
    inner = children(got)
    assert len(inner) == len(parts), f"{where}: {len(inner)} parts, not {len(parts)}"
    for index, (one, other) in enumerate(zip(inner, parts)):
        assert_same_structure(one, other, f"{where}[{index}]")


def assert_close_tree(got, expected, rtol=1e-7, atol=1e-9):
    """`got` has the structure of `expected` and about the same numbers."""
    assert_same_structure(got, expected)
    for one, other in zip(leaves(got), leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=atol)


def assert_identical(got, expected, where="value"):
    """Bit for bit the same, down to types, signs of zero and nan; plain objects by what they hold."""
    assert type(got) is type(expected), f"{where}: {type(got)}, not {type(expected)}"
    if isinstance(expected, (np.ndarray, np.generic)):
        assert (got.dtype, got.shape) == (expected.dtype, expected.shape), where
        assert got.tobytes() == expected.tobytes(), f"{where}: {got!r}, not {expected!r}"
    elif isinstance(expected, float):
        assert float(got).hex() == float(expected).hex(), f"{where}: {got!r}, not {expected!r}"
    elif isinstance(expected, complex):
        assert_identical((got.real, got.imag), (expected.real, expected.imag), where)
    elif (parts := children(expected)) is not None:
        if isinstance(expected, dict):
            assert list(got) == list(expected), f"{where}: keys {list(got)}, not {list(expected)}"
        inner = children(got)
        assert len(inner) == len(parts), f"{where}: {len(inner)} parts, not {len(parts)}"
        for index, (one, other) in enumerate(zip(inner, parts)):
            assert_identical(one, other, f"{where}[{index}]")
    elif got is not expected and type(expected).__eq__ is object.__eq__:
        assert_identical(vars(got), vars(expected), where)
    else:
        assert got is expected or got == expected, f"{where}: {got!r}, not {expected!r}"
