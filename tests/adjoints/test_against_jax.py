"""Every rule of NumPy against JAX, at the points of the rule: needs the extra `jax`.

pip install -e '.[test,jax]' && pytest tests/adjoints/test_against_jax.py
"""

import numpy as np
import pytest
from kinks import expected, kinks, run

from s2sad.adjoints.registry import all_rules
from s2sad.testing.calls import Call
from s2sad.testing.structures import cotangent, is_inexact

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)

TOLERANCE = 1e-8

# NumPy reads one triangle, JAX takes the mean of both: the cotangents agree along Hermitian directions.
TRIANGULAR = {"cholesky", "eigh", "eigvalsh"}

MEANT = {
    "arange": "JAX makes a constant of it",
    "arccosh": "NumPy's branch of a complex number, whose slope JAX's formula has with the other sign",
    "acosh": "as arccosh",
    "fmax": "a tie splits evenly, as for maximum",
    "fmin": "a tie splits evenly, as for minimum",
    "sign": "of a complex number it is the direction, which turns with the number",
    "unique": "the values are elements of the array, and move with them",
    "unique_values": "the values are elements of the array, and move with them",
    "float16": "a cotangent is rounded where it is added up, not at the cast",
}


def counterpart(function):
    """What JAX has under the same name."""
    spaces = {"numpy": jax.numpy, "numpy.linalg": jax.numpy.linalg, "numpy.fft": jax.numpy.fft}
    found = spaces.get(getattr(function, "__module__", "numpy") or "numpy")
    return getattr(found, rule_name(function), None)


def rule_name(function):
    return getattr(function, "__name__", "")


RULES = [(f, counterpart(f), r) for f, r in all_rules() if r.samples and counterpart(f) is not None]
NAMES = [f"{getattr(f, '__module__', '') or 'numpy'}.{rule_name(f)}" for f, _, _ in RULES]
# At none of the points: JAX asks for other arguments, or has no derivative.
UNCOMPARED = {"bincount", "choose", "compress", "eig", "nextafter"}


FIRST = 8  # of the points of a rule; JAX compiles for each
MORE = [rule for rule in zip(RULES, NAMES, strict=True) if len(rule[0][2].samples) > FIRST]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "theirs", "rule"), RULES, ids=NAMES)
def test_pullbacks_are_those_of_jax(function, theirs, rule):
    compare(function, theirs, rule, rule.samples[:FIRST])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("function", "theirs", "rule"), [rule for rule, _ in MORE], ids=[name for _, name in MORE])
def test_pullbacks_are_those_of_jax_at_every_point(function, theirs, rule):
    compare(function, theirs, rule, rule.samples)


def compare(function, theirs, rule, points):
    compared = [(point, *pair) for point in points for pair in cotangents(function, theirs, rule, point)]
    different = [
        f"{describe(point)}, {name}: {ours}, JAX {others}"
        for point, name, ours, others in compared
        if not same(ours, others)
    ]
    if rule_name(function) in MEANT:
        assert different or len(points) < len(rule.samples), "it is as in JAX now: take it from the list"
    else:
        assert not different
    assert bool(compared) == (rule_name(function) not in UNCOMPARED)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kink", [kink for kink in kinks() if kink.jax != "-"], ids=lambda kink: kink.example)
def test_kinks_are_as_the_table_says(kink):
    found = run(kink.example, grad=jax.grad, np=jax.numpy)
    np.testing.assert_allclose(found, expected(kink.given if kink.jax == "same" else kink.jax), rtol=1e-12, atol=1e-15)


def describe(point):
    spelled = [f"{np.asarray(a).dtype}{list(a.shape)}" if isinstance(a, np.ndarray) else repr(a) for a in point.args]
    return f"({', '.join([*spelled, *(f'{k}={v!r}' for k, v in point.kwargs.items())])})"


def cotangents(function, theirs, rule, point):
    """For each argument its name, its cotangents by the rule, and by JAX, where JAX takes such arguments."""
    call = Call.at(function, rule, point)
    g = cotangent(call.ans, np.random.default_rng(0))
    for name, value in call.active():
        if rule.name in TRIANGULAR and not is_hermitian(value):
            continue
        try:
            expected = jax_pullback(theirs, rule, point, name, g, call.ans)
        except (TypeError, ValueError, NotImplementedError, IndexError, AttributeError):
            continue
        with np.errstate(all="ignore"):
            found = call.pullback(name, g)
        ours, others = flat(found, value), flat(expected, value)
        yield name, *((folded(ours), folded(others)) if rule.name in TRIANGULAR else (ours, others))


def is_hermitian(matrix):
    return np.allclose(matrix, np.conj(np.swapaxes(matrix, -1, -2)))


def folded(bars):
    return [bar + np.conj(np.swapaxes(bar, -1, -2)) for bar in bars]


def same(ours, others):
    return len(ours) == len(others) and all(map(close, ours, others))


def close(found, expected):
    if np.shape(found) != np.shape(expected):
        return False
    scale = 1 + np.max(np.abs(expected), initial=0.0)
    return np.all((np.abs(found - expected) <= TOLERANCE * scale) | (np.isnan(found) & np.isnan(expected)))


def flat(bar, like):
    """The cotangents of the floating arrays in a structure, in order."""
    if isinstance(like, (list, tuple)):
        parts = [0] * len(like) if isinstance(bar, int) else bar
        return [leaf for part, inner in zip(parts, like, strict=True) for leaf in flat(part, inner)]
    return [np.broadcast_to(bar, np.shape(like))] if is_inexact(like) else []


def jax_pullback(theirs, rule, point, name, g, ans):
    """The same cotangent by jax.vjp, with zeros in it where an argument is no float."""
    bound = rule.signature.bind(*point.args, **point.kwargs)
    leaves, tree = jax.tree.flatten(bound.arguments[name], is_leaf=lambda x: x is Ellipsis)
    active = [i for i, leaf in enumerate(leaves) if is_inexact(leaf)]

    def moved(*values):
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
    bars = [0] * len(leaves)
    for i, bar in zip(active, pullback(jax.tree.unflatten(out_tree, seeds)), strict=True):
        bars[i] = np.asarray(bar)
    return jax.tree.unflatten(tree, bars)
