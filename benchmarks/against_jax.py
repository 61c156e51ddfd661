"""`python -m benchmarks.against_jax [-v] [names]`: every rule of NumPy against JAX, at the points of the rule.

Prints where they differ, and exits with 1 if that is anywhere but where it is meant. Needs jax.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from s2sad.adjoints.registry import Rule, Sample, all_rules
from s2sad.testing import _cotangent, _is_inexact, _pullback

TOLERANCE = 1e-8

# NumPy reads one triangle, JAX takes the mean of both: the cotangents agree along Hermitian directions.
TRIANGULAR = {"cholesky", "eigh", "eigvalsh"}

MEANT = {
    "arccosh": "NumPy's branch of a complex number, whose slope JAX's formula has with the other sign",
    "fmax": "a tie splits evenly, as for maximum",
    "fmin": "a tie splits evenly, as for minimum",
    "sign": "of a complex number it is the direction, which turns with the number",
    "unique": "the values are elements of the array, and move with them",
    "unique_values": "the values are elements of the array, and move with them",
    "float16": "a cotangent is rounded where it is added up, not at the cast",
}


def main() -> int:
    jax.config.update("jax_enable_x64", True)
    warnings.simplefilter("ignore")
    wanted = [w for w in sys.argv[1:] if w != "-v"]
    outcomes: Counter[str] = Counter()
    for function, rule in all_rules():
        theirs = counterpart(function)
        if theirs is None or (wanted and not any(w in qualified(function) for w in wanted)):
            continue
        for point in rule.samples:
            for outcome, what in compared(function, theirs, rule, point):
                if outcome == "different" and rule_name(function) in MEANT:
                    outcome, what = "meant", MEANT[rule_name(function)]
                outcomes[outcome] += 1
                if outcome == "different" or (outcome != "equal" and "-v" in sys.argv):
                    print(f"{qualified(function)}{describe(point)}: {outcome}: {what}")
    print(", ".join(f"{n} {outcome}" for outcome, n in sorted(outcomes.items())))
    return 1 if outcomes["different"] else 0


def qualified(function: Any) -> str:
    return f"{getattr(function, '__module__', '')}.{rule_name(function)}"


def rule_name(function: Any) -> str:
    return getattr(function, "__name__", "")


def counterpart(function: Any) -> Callable[..., Any] | None:
    """What JAX has under the same name."""
    found: Any = {"numpy": jax.numpy, "numpy.linalg": jax.numpy.linalg, "numpy.fft": jax.numpy.fft}.get(
        getattr(function, "__module__", "numpy") or "numpy"
    )
    return getattr(found, rule_name(function), None)


def describe(point: Sample) -> str:
    spelled = [f"{np.asarray(a).dtype}{list(a.shape)}" if isinstance(a, np.ndarray) else repr(a) for a in point.args]
    return f"({', '.join([*spelled, *(f'{k}={v!r}' for k, v in point.kwargs.items())])})"


def compared(function: Any, theirs: Callable[..., Any], rule: Rule, point: Sample) -> Iterator[tuple[str, str]]:
    with np.errstate(all="ignore"):
        ans = function(*point.args, **point.kwargs)
    g = _cotangent(ans, np.random.default_rng(0))
    bound = rule.signature.bind(*point.args, **point.kwargs).arguments
    for name in rule.differentiable:
        if not any(map(_is_inexact, jax.tree.leaves(bound.get(name)))):
            continue
        try:
            expected = jax_pullback(theirs, rule, point, name, g, ans)
        except Exception as error:
            yield "not in JAX", f"{name}: {type(error).__name__}"
            continue
        with np.errstate(all="ignore"):
            found = _pullback(rule, point, name, g, ans)
        parts = list(zip(flat(found, bound[name]), flat(expected, bound[name]), strict=True))
        if rule.name in TRIANGULAR:
            if not np.allclose(bound[name], np.conj(np.swapaxes(bound[name], -1, -2))):
                yield "other input in JAX", name
                continue
            parts = [(folded(a), folded(b)) for a, b in parts]
        yield ("equal", "") if all(map(same, *zip(*parts, strict=True))) else ("different", f"{name}: {parts}")


def folded(bar: Any) -> Any:
    return bar + np.conj(np.swapaxes(bar, -1, -2))


def same(found: Any, expected: Any) -> bool:
    if np.shape(found) != np.shape(expected):
        return False
    scale = 1 + np.max(np.abs(expected), initial=0.0)
    return bool(np.all((np.abs(found - expected) <= TOLERANCE * scale) | (np.isnan(found) & np.isnan(expected))))


def flat(bar: Any, like: Any) -> list[Any]:
    """The cotangents of the floating arrays in a structure, in order."""
    if isinstance(like, (list, tuple)):
        parts = [0] * len(like) if isinstance(bar, int) else bar
        return [leaf for part, inner in zip(parts, like, strict=True) for leaf in flat(part, inner)]
    return [np.broadcast_to(bar, np.shape(like))] if _is_inexact(like) else []


def jax_pullback(theirs: Callable[..., Any], rule: Rule, point: Sample, name: str, g: Any, ans: Any) -> Any:
    """The same cotangent by jax.vjp, with zeros in it where an argument is no float."""
    bound = rule.signature.bind(*point.args, **point.kwargs)
    leaves, tree = jax.tree.flatten(bound.arguments[name], is_leaf=lambda x: x is Ellipsis)
    active = [i for i, leaf in enumerate(leaves) if _is_inexact(leaf)]

    def moved(*values: Any) -> Any:
        new = list(leaves)
        for i, value in zip(active, values, strict=True):
            new[i] = value
        bound.arguments[name] = jax.tree.unflatten(tree, new)
        kwargs = {k: bound.arguments.get(k, v) for k, v in point.kwargs.items()}
        return theirs(*bound.args[: len(point.args)], **kwargs)

    result, pullback = jax.vjp(moved, *[np.asarray(leaves[i]) for i in active])
    parts = list(g) if isinstance(ans, (list, tuple)) else [g]
    outs, out_tree = jax.tree.flatten(result)
    seeds = [
        np.broadcast_to(np.asarray(part, out.dtype), out.shape)
        if np.issubdtype(out.dtype, np.inexact)
        else np.zeros(out.shape, jax.dtypes.float0)
        for part, out in zip(parts, outs, strict=True)
    ]
    bars: list[Any] = [0] * len(leaves)
    for i, bar in zip(active, pullback(jax.tree.unflatten(out_tree, seeds)), strict=True):
        bars[i] = np.asarray(bar)
    return jax.tree.unflatten(tree, bars)


if __name__ == "__main__":
    raise SystemExit(main())
