"""NumPy: arithmetic with broadcasting, reductions, linear algebra, joining, shapes, dtypes."""

import math

import numpy as np

from .cases import case

VECTOR = np.array([0.5, -1.2, 2.0])
POSITIVE = np.array([0.5, 1.2, 2.0])
MATRIX = np.array([[0.5, -1.2, 0.3], [2.0, 0.1, -0.7]])
SQUARE = np.array([[0.5, -1.2], [0.8, 0.3]])
CUBE = np.linspace(-1.0, 1.0, 24).reshape(2, 3, 4) + 0.05
SINGLE = np.array([0.5, -1.25, 2.0], dtype=np.float32)


def sum_of_squares(v):
    return np.sum(v**2)


case(sum_of_squares, [(VECTOR,), (MATRIX,), (CUBE,), (np.array([]),)])


def broadcasting(a, v, s):
    return np.sum((a + v) * (a - s) / (2.0 + v * v) + s * v)


case(broadcasting, [(MATRIX, VECTOR, 0.7), (MATRIX, MATRIX[:, :1], np.array(0.7))], argnums=(0, 1, 2))


def small_divided_by_large(x, v):
    return np.sum(x / np.ones((2, 3)) + v**np.ones((2, 1)) * x)


case(small_divided_by_large, [(0.7, POSITIVE), (POSITIVE, POSITIVE)], argnums=(0, 1))


def elementwise_functions(v):
    a = np.sin(v) * np.exp(-v) + np.log(v + 3) * np.sqrt(v + 2)
    b = np.tanh(v) + np.arctan(v) * np.cos(v) + np.log1p(np.exp(v))
    return np.sum(a * b)


case(elementwise_functions, [(VECTOR,), (MATRIX,), (0.7,), (np.array(0.7),)])


def more_elementwise_functions(v):
    a = np.square(v) + np.reciprocal(v) + np.expm1(v) * np.log10(v) + np.log2(v) + np.cbrt(v)
    b = np.hypot(v, 2.0) + np.arctan2(v, 3.0) + np.power(v, 1.5) + np.abs(v) * np.negative(v)
    return np.sum(a * b) + np.sum(np.logaddexp(v, 0.5))


case(more_elementwise_functions, [(POSITIVE,), (0.7,)])


def ufuncs_by_name(a, b):
    return np.sum(np.multiply(np.add(a, b), np.subtract(a, 2.0)) + np.divide(a, np.true_divide(b, 2.0)))


case(ufuncs_by_name, [(VECTOR, POSITIVE), (MATRIX, POSITIVE)], argnums=(0, 1))


def matrix_products(a, b, v):
    return np.sum(a @ b) + (v @ a) @ (b @ v)


case(matrix_products, [(MATRIX.T, MATRIX, VECTOR)], argnums=(0, 1, 2))


def dot_and_matmul(a, v):
    return np.dot(v, v) * np.sum(np.dot(a, v)) + np.matmul(a, v) @ np.dot(a, v) + a.dot(v)[0]


case(dot_and_matmul, [(MATRIX, VECTOR)], argnums=(0, 1))


def batched_matmul(a, b):
    c = a @ b
    return np.sum(c * c)


case(batched_matmul, [(CUBE, CUBE[0].T), (CUBE, CUBE.transpose(0, 2, 1))], argnums=(0, 1))


def reductions(a):
    return np.mean(a) * np.sum(a * a) + np.prod(a) * a.mean() + a.sum() ** 2


case(reductions, [(MATRIX,), (VECTOR,)])


def reductions_along_axes(a):
    rows = np.sum(a, axis=1, keepdims=True)
    columns = np.mean(a, axis=0)
    return np.sum(rows * a * columns) + np.sum(a.sum(axis=-1) ** 2) + np.prod(a, axis=0).sum()


case(reductions_along_axes, [(MATRIX,)])


def reductions_over_several_axes(a):
    b = np.sum(a, axis=(0, 2)) * np.mean(a, axis=(0, -1))
    return np.sum(b * b)


case(reductions_over_several_axes, [(CUBE,)])


def extremes(a):
    return np.max(a) * np.min(a) + np.sum(np.max(a, axis=0) * np.min(a, axis=0)) + a.max() ** 2


case(extremes, [(MATRIX,)])


def shapes(a):
    b = np.reshape(a, (3, 2))
    c = a.reshape(-1) * b.ravel()
    d = a.T @ b.T
    return np.sum(c**2) + np.sum(d * np.transpose(d)) + a.size + len(a) + a.shape[1]


case(shapes, [(MATRIX,)])


def transposed_axes(a):
    b = np.transpose(a, (2, 0, 1))
    c = a.transpose(1, 0, 2)
    return np.sum(b[0] * b[1]) + np.sum(c[0] * c[1]) * np.sum(a[..., None] ** 2)


case(transposed_axes, [(CUBE,)])


def where_selects(v):
    return np.sum(np.where(v > 0, v * v, np.exp(v)) * v)


case(where_selects, [(VECTOR,), (MATRIX,)])


def maximum_and_minimum(a, b):
    return np.sum(np.maximum(a, b) * np.minimum(a, 0.4) + np.maximum(0.0, b) ** 2)


case(maximum_and_minimum, [(VECTOR, POSITIVE + 0.1), (MATRIX, POSITIVE - 0.3)], argnums=(0, 1))


def masks_by_product(v):
    return np.sum((v > 0) * v * v + (v <= 0) * np.sin(v))


case(masks_by_product, [(VECTOR,)])


def stacked(x, v):
    a = np.stack([v, v * x, np.ones(3)])
    b = np.stack([v, v * v], axis=1)
    return np.sum(a @ b)


case(stacked, [(0.7, VECTOR)], argnums=(0, 1))


def concatenated(x, v):
    a = np.concatenate([v, v * x, [x, 1.0]])
    b = np.concatenate((MATRIX * x, MATRIX), axis=1)
    return np.sum(a * a) * np.sum(b**2)


case(concatenated, [(0.7, VECTOR)], argnums=(0, 1))


def array_of_scalars(x, y):
    v = np.array([x, y, x * y])
    m = np.array([[x, 1.0], [y * y, x]])
    return v @ v + np.sum(m @ m)


case(array_of_scalars, [(0.7, 1.2)], argnums=(0, 1))


def creators(v):
    a = np.zeros(3) + v
    b = np.ones_like(v) * v[0] + np.zeros_like(a)
    c = np.full(3, 2.0) * np.arange(3) + np.linspace(0.0, 1.0, 3)
    return np.sum(a * b * c * v)


case(creators, [(VECTOR,)])


def filled_with_active(x):
    a = np.full((2, 2), x) * x
    b = np.full_like(a, x * x)
    return np.sum(a * b)


case(filled_with_active, [(0.7,)])


def array_methods(a):
    return (a * a).sum() * a.mean() + a.T.reshape(-1)[1] ** 2 + a.copy().flatten()[0] * a.astype(float).max()


case(array_methods, [(MATRIX,)])


def single_precision(v):
    w = v * 2.0 + 1.0
    return np.sum(w * np.sin(v))


case(single_precision, [(SINGLE,), (SINGLE[0],)], tags="float32")


def mixed_precision(v, w):
    return np.sum(v * w * w)


case(mixed_precision, [(SINGLE, VECTOR)], argnums=(0, 1), tags="first-order float32")


def integer_array_is_constant(x, counts):
    rate = x * counts
    return np.sum(rate * rate) + counts[0]


case(integer_array_is_constant, [(0.7, np.array([1, 2, 3]))])


def complex_arrays(z):
    w = z * np.exp(1j * np.real(z)) + np.conj(z)
    return np.sum(np.abs(w) ** 2) + np.sum(np.imag(w))


case(complex_arrays, [(np.array([1 + 2j, -0.5 + 0.3j]),)], tags="complex")


def real_part_of_complex_sum(v):
    phases = np.exp(2j * np.pi * np.arange(3) / 3)
    transform = np.sum(v * phases)
    return transform.real**2 + transform.imag


case(real_part_of_complex_sum, [(VECTOR,)])


def augmented_rebinds_scalar(v):
    total = 0.0
    total += np.sum(v)
    total *= v[0]
    total -= np.dot(v, v)
    return total * total


case(augmented_rebinds_scalar, [(VECTOR,)])


def loop_over_array_power(v, n):
    w = v
    for _ in range(n):
        w = np.sin(w) * v + 0.1
    return np.sum(w * w)


case(loop_over_array_power, [(VECTOR, 0), (VECTOR, 4)])


def matrix_power_loop(a, n):
    b = np.eye(2)
    for _ in range(n):
        b = b @ a
    return np.sum(b * a) + np.trace(b)


case(matrix_power_loop, [(SQUARE, 3), (SQUARE, 0)])


def branch_on_array_value(v):
    if np.sum(v) > 1 and v[0] > 0:
        return np.sum(v * v)
    if (v > -2).all():
        return np.prod(v)
    return v[1] * v[2]


case(branch_on_array_value, [(VECTOR,), (-0.9 * VECTOR,), (-2 * VECTOR,)])


def norm_and_outer(v):
    return math.sqrt(np.sum(v**2)) + np.sum(np.outer(v, v) @ v) + np.linalg.norm(v) * np.cumsum(v)[1]


case(norm_and_outer, [(VECTOR,)])


def numpy_of_lists(x, a):
    xs = [x, x * x, 2.0]
    spread = np.std(xs) + np.linalg.norm((x, 1.5)) * np.dot(xs, [1.0, 2.0, 3.0])
    return spread + np.sum(np.maximum(xs, 1.1 * a) * np.square([x, a[1], 3.0]))


case(numpy_of_lists, [(0.7, VECTOR), (-1.2, VECTOR)], argnums=(0, 1))


def numpy_of_a_growing_list(x):
    xs = [x]
    for _ in range(3):
        xs.append(np.mean(np.sin(xs)) * x)
    xs.append(np.max(xs))
    return np.sum(np.exp(xs))


case(numpy_of_a_growing_list, [(0.7,), (-1.2,)])


def lists_among_arrays(a, x):
    b = [x, 2.0, a[0]]
    c = b + a * (1.0 + x) - (x, 1.0, 2.0)
    d = (a @ a) * np.sum((a + b) * a)
    return np.sum([1.0, x, 2.0] * c) + d + np.sum([[1.0], [2.0]] + a) * x


case(lists_among_arrays, [(VECTOR, 0.7)], argnums=(0, 1))


def lists_or_arrays(xs, ys):
    longer = xs + [ys[0], 1.0]
    again = 2 * [ys[1], 3.0] + ys
    return np.sum(np.square(longer)) * np.prod(again)


case(lists_or_arrays, [([0.5, 1.5], [2.0, 2.5]), (np.array([0.5, 1.5]), [2.0, 2.5, 1.5, 0.5])], argnums=(0, 1))


def axes_added_to_numbers(v):
    total = np.sum(v * v)
    return np.sum(v[np.newaxis, :] * total[None]) + np.sum(v[..., None] * np.max(v)[..., np.newaxis]) * v.std() * v.var(ddof=1)


case(axes_added_to_numbers, [(VECTOR,)])


def largest_of_a_dictionary(d, x):
    d = {**d, "x": x}
    best, (_, second) = max(d, key=d.get), sorted(d.items(), key=lambda item: item[1])[-2]
    return d[best] ** 2 * second


case(largest_of_a_dictionary, [({"a": 0.5, "b": 1.5}, 0.7), ({"a": 0.5, "b": 1.5}, 2.0)], argnums=(0, 1))


def deviations(m):
    return m.std() + m.var(axis=0, ddof=1).sum() + m.var() * m.mean(where=m > 0.0) + m.max(initial=0.5)


case(deviations, [(MATRIX,)])


def one_of_several(m):
    kept = np.select([m > 1.0, m < 0.0], [np.ones_like(m), m * m], 0.5)
    both = np.linalg.multi_dot([kept, np.ones((3, 2)), m])
    return np.sum(both) + np.sum(np.linalg.multi_dot([np.ones((2, 2)), m, np.arange(3.0)]))


case(one_of_several, [(MATRIX,)])


def weighted_histogram(w):
    shares, edges = np.histogram(np.array([0.0, 1.0, 2.0, 2.0, 3.0]), [0.0, 1.0, 2.0, 2.5], weights=w, density=True)
    return np.sum(shares**2 * np.diff(edges))


case(weighted_histogram, [(np.array([0.7, 1.2, 0.4, 2.0, 0.5]),)])
