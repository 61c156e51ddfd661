"""Options that make a function of NumPy another one: values bit for bit, first and second derivatives."""

import numpy as np
import pytest
from numeric import assert_identical

from s2sad import NotDifferentiable, grad, value_and_grad, vjp
from s2sad.testing import check_grads

V = np.array([0.5, 1.25, 2.0])
M = np.array([[0.5, 1.5, 2.25], [2.5, 0.75, 1.0]])
PLACES = np.array([0.25, 2.75, 1.5, 0.75])
VALUES = np.array([1.0, -0.5, 2.0, 0.25])


def total(y):
    return np.sum(np.sin(y) * np.cos(np.arange(float(np.size(y)))).reshape(np.shape(y)))


def both(pair):
    return total(pair[0]) + total(pair[1]) * 0.5


def unpacked(function, *args):
    a, b = function(*args)
    return total(a) * np.sum(a) + total(b)


def second_of(function):
    def of(*args):
        _, b = function(*args)
        return total(b)

    return of


def fraction(x):
    part, _ = np.modf(np.reshape(x * x, (3, 2)))
    return total(part)


def whole(x):
    _, part = np.modf(np.reshape(x * x, (3, 2)))
    return total(part) + total(x)


# One of several results, or some: the others have the zero cotangent of any shape.
PARTS = {
    "modf, the fraction": (fraction, M + 0.1),
    "modf, the whole": (whole, M + 0.1),
    "modf, by number": (lambda x: total(np.modf(x * 1.5)[0]) + total(np.modf(x)[1]), V + 0.1),
    "frexp": (lambda x: total(np.frexp(np.reshape(x, 6))[0]) + np.sum(np.frexp(x)[1] * x), M + 0.1),
    "meshgrid, both": (lambda x, y: unpacked(np.meshgrid, x, y), V, PLACES),
    "meshgrid, one": (second_of(np.meshgrid), V, PLACES),
    "meshgrid, by number": (lambda x, y: total(np.meshgrid(x * y[0], y)[-1]), V, PLACES),
    "sparse meshgrid": (lambda x: total(np.meshgrid(np.reshape(x, 6), [1.0, 2.0], sparse=True)[1]) + total(x), M),
    "ix_": (lambda x: total(np.ix_(x * x, np.reshape(x, 3))[1]), V),
    "broadcast_arrays, one": (second_of(np.broadcast_arrays), V, M),
    "broadcast_arrays, by number": (lambda x, y: total(np.broadcast_arrays(np.reshape(x, (3, 1)), y)[0]), V, PLACES),
    "split, both": (lambda x: unpacked(np.split, np.reshape(x, 6), 2), M),
    "split, one": (lambda x: total(np.split(np.reshape(x, 6), [1, 4])[1]), M),
    "split, two": (lambda x: total(np.split(x, 3, axis=1)[0]) + total(np.hsplit(x, 3)[-1]), M),
    "vsplit": (lambda x: total(np.vsplit(x, 2)[1]), M),
    "eigh, the values": (lambda x: total(np.linalg.eigh(np.outer(x, x) + np.diag(x))[0]), V),
    "slogdet": (lambda x: np.linalg.slogdet(np.outer(x, x) + np.diag(x))[1], V),
    "divmod": (lambda x: total(np.divmod(np.reshape(x, 6), 0.7)[1]), M),
    "in a loop": (lambda x: sum(total(np.split(x * x[i], 3)[1]) for i in range(3)), V),
}
CALLS = {
    **PARTS,
    "sqrt dtype": (lambda x: total(np.abs(np.sqrt(x - 1.0, dtype=complex))), V),
    "add dtype": (lambda x: total(np.add(x, x * x, dtype=np.longdouble)), V),
    "multiply dtype of numbers": (lambda x: total(np.multiply(x[0], x[1], dtype=float)), V),
    "ufunc layout": (lambda x: total(np.multiply(x, x, order="F", subok=False)), M),
    "average returned": (lambda x, w: both(np.average(x, axis=1, weights=w, returned=True)), M, V),
    "average returned, no weights": (lambda x: both(np.average(x, axis=0, returned=True)), M),
    "average returned, all": (lambda x, w: both(np.average(x, weights=w, returned=True, keepdims=True)), M, M + 1.0),
    "linspace retstep": (lambda a, b: both(np.linspace(a, b, 4, retstep=True)), 0.5, 2.5),
    "linspace retstep, arrays": (lambda a, b: both(np.linspace(a, b, 3, False, retstep=True, axis=-1)), V, 2.5),
    "logspace": (lambda a, b: total(np.logspace(a, b, 4)), 0.5, 1.5),
    "logspace base": (lambda a, b, c: total(np.logspace(a, b, 4, base=c)), 0.5, 1.5, 2.25),
    "logspace bases": (lambda a, c: total(np.logspace(a, 1.5, 4, base=c, axis=-1)), 0.5, V),
    "logspace dtype": (lambda a: total(np.abs(np.logspace(a, V, 3, endpoint=False, dtype=complex))), V - 0.25),
    "interp period": (lambda x, p, f, d: total(np.interp(x, p, f, period=d)), 3.0 * V + 0.1, PLACES, VALUES, 3.25),
    "interp period of a number": (lambda x, f: np.interp(x, PLACES, f, period=-3.0) ** 2, 7.1, VALUES),
    "ix_": (lambda x, y: (lambda a, b: total(a * np.sin(b)))(*np.ix_(x, y)), V, PLACES),
    "kaiser": (lambda b: total(np.kaiser(5, b)), 1.5),
    "fftfreq": (lambda d: total(np.fft.fftfreq(4, d)) + total(np.fft.rfftfreq(5, d=d)), 1.5),
    "atleast": (lambda x, y: (lambda a, b: total(a) * total(b))(*np.atleast_2d(x, y)), V, 0.5),
    "meshgrid sparse": (lambda x, y: (lambda a, b: total(a * np.sin(b)))(*np.meshgrid(x, y, sparse=True)), V, PLACES),
    "stack dtype": (lambda x: total(np.abs(np.stack([x, 2.0 * x], axis=1, dtype=complex))), V),
    "pad ramp": (lambda x, e: total(np.pad(x, ((1, 2), (0, 2)), "linear_ramp", end_values=e)), M, 0.25),
    "pad constants": (lambda x, c: total(np.pad(x, 1, constant_values=((c, 1.0), (c * c, 0.0)))), M, 0.25),
    "pad statistics": (lambda x: total(np.pad(x, 2, "mean", stat_length=2)) + total(np.pad(x, 1, "median")), M),
    "pad odd": (lambda x: total(np.pad(x, ((1, 1), (2, 1)), mode="reflect", reflect_type="odd")), M),
    "gradient of moving points": (lambda f, x: total(np.gradient(f, x, axis=1)), M, V**2),
    "gradient at a distance": (lambda f, h: sum(total(g) for g in np.gradient(f, h, 2 * h)), M, 0.5),
}


def larger_squared(v, w):
    return v * v if v > w else v * w


SQUARED = np.vectorize(larger_squared)
CALLS |= {
    "angle deg": (lambda x: total(np.angle(x + 1j * x * x, deg=True)), V),
    "running maximum": (lambda x: total(np.maximum.accumulate(x, 1) * np.minimum.accumulate(x)), M),
    "differences and quotients": (lambda x: np.subtract.reduce(x) ** 2 * np.divide.reduce(x), V),
    "running differences": (lambda x: total(np.subtract.accumulate(x, 1) * np.divide.accumulate(x)), M),
    "windows": (lambda x: total(np.lib.stride_tricks.sliding_window_view(x, (2, 2)) ** 2), M),
    "apply_over_axes": (lambda x: total(np.apply_over_axes(np.sum, x, (0, -1)) ** 2), M),
    "vectorize": (lambda x, y: total(SQUARED(x, y)), V, 1.0),
    "vectorize here": (lambda x: total(np.vectorize(lambda v: v * np.sin(v))(x)), M),
    "fromiter": (lambda x: total(np.fromiter((v * v for v in x), float)), V),
    "fromiter of a list": (lambda x: total(np.fromiter([x[0], x[1] * x[2]], dtype=float, count=2)), V),
}


@pytest.mark.parametrize("name", CALLS)
def test_derivatives(name):
    function, *args = CALLS[name]
    numbers = tuple(range(len(args)))
    value, first = value_and_grad(function, numbers)(*args)
    assert_identical(value, function(*args))
    check_grads(function, tuple(args))

    def squared(*values):
        found = grad(function, numbers)(*values)
        return sum(np.sum(np.sin(part)) for part in found)

    check_grads(squared, tuple(args), rtol=1e-5)


def test_vectorized_functions_give_what_numpy_gives():
    """It asks for the type of the results by a call of its own, with the first elements as they are."""
    seen = []

    def squared(v):
        seen.append(type(v))
        return v * v

    vectorized = np.vectorize(squared)
    x = np.array([1.3, 2.6], np.float32)
    value, slope = value_and_grad(lambda x: np.sum(vectorized(x)))(x)
    assert seen == [np.float32, float, float]
    assert value == np.sum(vectorized(x)) and value.dtype == slope.dtype == np.float32
    np.testing.assert_allclose(slope, 2 * x)


def test_vectorized_functions_of_several_results_are_refused():
    both = np.vectorize(lambda v: (v, v * v))
    with pytest.raises(NotDifferentiable, match="with several results"):
        grad(lambda x: np.sum(both(x)[1]))(np.array([1.0, 2.0]))


def test_weights_of_less_precision_are_added_up_in_that_of_the_average():
    x, weights = np.array([0.5, 1.5, 2.5]), np.array([60000.0, 10000.0, 30000.0], np.float16)  # whose sum is infinite there
    found = grad(lambda x: np.average(x, weights=weights))(x)
    np.testing.assert_allclose(found, weights.astype(float) / np.sum(weights, dtype=float), rtol=1e-14)


@pytest.mark.parametrize("x", [[[0.0, 1.5], [0.0, 2.0]], [[0.0, 0.0], [1.5, 2.0]]])
def test_zeros_at_the_ends_of_several_axes_are_refused(x):
    with pytest.raises(NotDifferentiable, match="trim_zeros of an array of several axes"):
        grad(lambda x: np.sum(np.trim_zeros(x) ** 2))(np.array(x))


@pytest.mark.parametrize("order", ["A", "K", "a"])
@pytest.mark.parametrize(
    "flat",
    [
        lambda x, order: np.ravel(x, order=order),
        lambda x, order: np.reshape(x, -1, order=order),
        lambda x, order: x.ravel(order),
        lambda x, order: x.flatten(order),
        lambda x, order: x.reshape(-1, order=order),
    ],
)
def test_the_order_of_the_memory_is_refused(flat, order):
    """Of an array in the order of Fortran, "A" gave the gradient of another element."""
    x = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    try:
        flat(x, order)
    except ValueError:  # np.reshape has no "K"
        return
    with pytest.raises(NotDifferentiable, match="in the order of its memory"):
        grad(lambda x: flat(x, order)[1])(x)
    assert grad(lambda x: flat(x, "F")[1])(x).tolist() == [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    assert grad(lambda x: flat(x, "C")[1])(x).tolist() == [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]


def test_arguments_keep_their_order():
    constant = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert vjp(lambda x, c: x * np.ravel(c, order="K")[1], 2.0, constant, argnums=0)[0] == 6.0
