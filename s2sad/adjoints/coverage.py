"""Every public callable of the installed NumPy, and what becomes of it where a derivative flows into it."""

from __future__ import annotations

import types
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from s2sad.adjoints import registry
from s2sad.adjoints.equivalents import equivalent
from s2sad.adjoints.methods import (
    ATTRIBUTES,
    IN_PLACE_METHODS,
    METHODS,
    NONDIFFERENTIABLE_ATTRIBUTES,
    REFUSED_ATTRIBUTES,
)
from s2sad.adjoints.ufunc_methods import WITH_RULES

POLYNOMIALS = ("polynomial", "chebyshev", "legendre", "hermite", "hermite_e", "laguerre")
MODULES: dict[str, types.ModuleType] = {
    "np": np,
    "np.linalg": np.linalg,
    "np.fft": np.fft,
    "np.emath": np.emath,
    "np.polynomial": np.polynomial,
    **{f"np.polynomial.{name}": getattr(np.polynomial, name) for name in POLYNOMIALS},
}

CLASSES = {
    "elementwise": "a rule: one partial derivative per argument",
    "linear": "a rule: a pullback; the pushforward is the function itself",
    "rule": "a rule: pullbacks and pushforwards",
    "python": "differentiated by an equal written in Python",
    "source": "differentiated by NumPy's own source",
    "nondifferentiable": "no derivative flows through it",
    "refused": "refused where a derivative flows into it",
}

DIFFERENTIABLE = ("elementwise", "linear", "rule", "python", "source")


class Entry(NamedTuple):
    """One public callable: its name, one of `CLASSES` (or none), and what there is to say."""

    name: str
    kind: str | None
    note: str = ""


def entries() -> list[Entry]:
    """All of them, sorted by module and name."""
    return [*(_of_function(name, function) for name, function in _functions()), *_of_arrays(), *_of_ufuncs()]


def _functions() -> Iterator[tuple[str, Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some names are on their way out
        for prefix, module in MODULES.items():
            for name in sorted(set(module.__all__) - {"test"}):  # which runs NumPy's tests
                found = getattr(module, name)
                if callable(found) and not name.startswith("_") and not _is_error(found):
                    yield f"{prefix}.{name}", found


def _is_error(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, BaseException)


def _of_function(name: str, function: Any) -> Entry:
    rule = registry.lookup(function)
    if rule is not None:
        return Entry(name, rule.kind, rule.doc if rule.kind == "refused" else _arguments(rule))
    if equivalent(function) is not None:
        return Entry(name, "python")
    if function in registry.SOURCES:
        return Entry(name, "source")
    return Entry(name, None)


def _arguments(rule: registry.Rule) -> str:
    """The arguments that a rule handles."""
    return str(rule.signature) if rule.kind != "nondifferentiable" else ""


def _of_arrays() -> Iterator[Entry]:
    for name in sorted(n for n in dir(np.ndarray) if not n.startswith("_")):
        full = f"ndarray.{name}"
        if name in METHODS or name in ATTRIBUTES:
            yield _of_function(full, METHODS.get(name) or ATTRIBUTES[name])
        elif name in NONDIFFERENTIABLE_ATTRIBUTES:
            yield Entry(full, "nondifferentiable")
        elif name in IN_PLACE_METHODS:
            yield Entry(full, "refused", "it works in place")
        elif name in REFUSED_ATTRIBUTES:
            yield Entry(full, "refused", REFUSED_ATTRIBUTES[name])
        else:
            yield Entry(full, None)


def _of_ufuncs() -> Iterator[Entry]:
    for name in ("accumulate", "at", "outer", "reduce", "reduceat"):
        if name in WITH_RULES:
            yield Entry(f"ufunc.{name}", "rule", WITH_RULES[name])
        else:
            yield Entry(f"ufunc.{name}", "refused", "it works in place")
