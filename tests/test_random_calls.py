"""Random calls of NumPy's functions: the value bit for bit, gradients against differences, at both orders."""

import linecache
import warnings
from collections import Counter

import numpy as np
import pytest
import random_polynomials  # noqa: F401
from random_calls import draw_call

import s2sad

STEP = 1e-3
SINGLE = (np.float32, np.complex64)
PER_CHUNK, CHUNKS = 1300, 16


def define(text, name="f", **namespace):
    """The function `name` of a text that can be read."""
    filename = f"<random call {abs(hash(text))} {define.count}>"
    define.count += 1
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    scope = {"np": np, "__name__": "random_call", **namespace}
    exec(compile(text, filename, "exec"), scope)
    return scope[name]


define.count = 0


def wide(value):
    """In double precision, so that differences are accurate."""
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype in SINGLE:
        return value.astype(np.complex128 if np.iscomplexobj(value) else np.float64)
    return value


def direction(value, generator):
    t = generator.normal(size=np.shape(value))
    return t + 1j * generator.normal(size=np.shape(value)) if np.iscomplexobj(value) else t


def slope(function, arrays, directions):
    """The directional derivative, by differences of order four; None where there is a kink or a pole nearby."""

    def at(step):
        return function(*(a + step * t for a, t in zip(arrays, directions)))

    one, other = ((8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h) for h in (STEP, STEP / 2))
    return other if abs(one - other) <= 1e-6 * max(1.0, abs(one)) else None


def pairing(bars, directions):
    return sum(float(np.sum(np.real(np.asarray(b) * t))) for b, t in zip(bars, directions))


def primal_of(call):
    """The call with everything else in its place, as a function of its arrays."""
    return define(f"def f({', '.join([*call.arrays, *call.options])}):\n    return {call.text}\n")


def program_of(call, complex_result):
    """A real number made of the result of a call, with weights `w`."""
    names = ", ".join([*call.arrays, *call.options, "w"])
    real = "np.real(w * t)" if complex_result else "w * t"
    return f"def f({names}):\n    t = {call.text}\n    return np.sum({real})\n"


def differs(found, expected, scale, tolerance):
    return not abs(found - expected) <= tolerance * max(1.0, abs(scale), abs(expected))


def complaint(call, generator, second):
    """What is wrong with a call's gradient; None if nothing is, "-" if there is nothing to check."""
    options = list(call.options.values())
    arrays = list(call.arrays.values())
    try:
        result = primal_of(call)(*arrays, *options)
    except (ValueError, TypeError, np.linalg.LinAlgError, IndexError):
        return "-"
    if not isinstance(result, (np.ndarray, np.generic, float, complex)) or np.asarray(result).dtype.kind not in "fc":
        return "-"
    weights = direction(result, generator)
    f = define(program_of(call, np.iscomplexobj(result)))
    before = [np.array(a) for a in arrays]
    value, bars = s2sad.value_and_grad(f, argnums=tuple(range(len(arrays))))(*arrays, *options, weights)
    if not np.array_equal(value, f(*arrays, *options, weights), equal_nan=True):
        return f"the value is {value}"
    if not all(np.array_equal(a, b) for a, b in zip(arrays, before)):
        return "an argument was changed"
    for array, bar in zip(arrays, bars):
        if np.shape(bar) != np.shape(array) or np.asarray(bar).dtype != np.asarray(array).dtype:
            return f"a gradient of {np.asarray(bar).dtype}{np.shape(bar)} for {np.asarray(array).dtype}{np.shape(array)}"
    single = any(np.asarray(a).dtype in SINGLE for a in arrays)
    doubles = [wide(a) for a in arrays]
    directions = [direction(a, generator) for a in arrays]
    expected, found = slope(lambda *a: f(*a, *options, weights), doubles, directions), pairing(bars, directions)
    if expected is None:
        return "-"
    scale = sum(float(np.sum(np.abs(b))) for b in bars)
    if differs(found, expected, scale, 2e-3 if single else 1e-7):
        return f"the slope is {found}, differences say {expected}"
    if second and not single and not any(np.iscomplexobj(a) for a in arrays):
        return second_complaint(call, f, arrays, options, weights, generator)
    return None


def second_complaint(call, f, arrays, options, weights, generator):
    df = s2sad.grad(f, argnums=tuple(range(len(arrays))))
    ways = [generator.normal(size=np.shape(a)) for a in arrays]
    names = ", ".join([*call.arrays, *call.options, "w"])
    bars = ", ".join(f"b{i}" for i in range(len(arrays)))
    total = " + ".join(f"np.sum(v{i} * b{i})" for i in range(len(arrays)))
    text = f"def g({names}):\n    {bars}, = df({names})\n    return {total}\n"
    g = define(text, "g", df=df, **{f"v{i}": v for i, v in enumerate(ways)})
    bars = s2sad.grad(g, argnums=tuple(range(len(arrays))))(*arrays, *options, weights)
    directions = [direction(a, generator) for a in arrays]
    expected, found = slope(lambda *a: g(*a, *options, weights), arrays, directions), pairing(bars, directions)
    scale = sum(float(np.sum(np.abs(b))) for b in bars)
    if expected is not None and differs(found, expected, scale, 1e-6):
        return f"the second slope is {found}, differences say {expected}"
    return None


def check(seed, tally):
    """Checks the call of a seed; what s2sad refuses is counted."""
    call = draw_call(seed)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            said = complaint(call, np.random.default_rng(seed), second=seed % 3 == 0)
        except s2sad.S2SADError as error:
            tally["refused"] += 1
            tally[f"refused {call.name}: {str(error).splitlines()[0][:90]}"] += 1
            return
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
    tally["nothing to check" if said == "-" else "checked"] += 1
    if said not in (None, "-"):
        shown = {k: (np.asarray(v).dtype.name, np.shape(v)) for k, v in call.arrays.items()}
        pytest.fail(f"seed {seed}: {call.text} of {shown}, {call.options}: {said}", pytrace=False)


def test_random_calls():
    tally = Counter()
    for seed in range(250):
        check(seed, tally)
    assert tally["checked"] > 100


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_many_random_calls(chunk):
    tally = Counter()
    for seed in range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK):
        check(seed, tally)
    print(dict(tally))
    assert tally["checked"] > 0.5 * PER_CHUNK
