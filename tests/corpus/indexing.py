"""Reading arrays: basic and fancy indices."""

import numpy as np

from .cases import case

VECTOR = np.array([0.5, -1.2, 2.0, 0.3])
MATRIX = np.array([[0.5, -1.2, 0.3], [2.0, 0.1, -0.7]])
CUBE = np.linspace(-1.0, 1.0, 24).reshape(2, 3, 4) + 0.05


def single_elements(v):
    return v[0] * v[1] + v[-1] ** 2 * v[0]


case(single_elements, [(VECTOR,), ([0.5, 1.5, -2.0],)])


def read_in_a_loop(v):
    total = 0.0
    for i in range(len(v)):
        total = total + v[i] * v[i] * (i + 1)
    return total


case(read_in_a_loop, [(VECTOR,)], name="array_read_in_a_loop")


def neighbours(v):
    total = 0.0
    for i in range(1, len(v)):
        if v[i] > v[i - 1]:
            total += (v[i] - v[i - 1]) ** 2
        else:
            total += v[i] * v[i - 1]
    return total


case(neighbours, [(VECTOR,)])


def slices(v):
    return np.sum(v[1:] * v[:-1]) + np.sum(v[::2] ** 2) + v[::-1][0] * v[-2:][0] + np.sum(v[1:3:1])


case(slices, [(VECTOR,)])


def matrix_indices(a):
    return a[0, 1] * a[1, -1] + np.sum(a[0] * a[1]) + a[1][0] ** 2 + np.sum(a[:, 1] * a[:, 2])


case(matrix_indices, [(MATRIX,)])


def slices_of_matrices(a):
    return np.sum(a[:, 1:] * a[:, :2]) + np.sum(a[..., 0] ** 2) + np.sum(a[None, 0, ::-1] * a[1:, :])


case(slices_of_matrices, [(MATRIX,)])


def starred_indices(a, before):
    return np.sum(a[(*before, slice(1, None))] ** 2) + a[(*before, *[0, 1][:1])] ** 3


case(starred_indices, [(MATRIX, (1,))])


def cube_indices(a):
    return np.sum(a[0, :, 1:3] * a[1, :, ::2]) + np.sum(a[..., -1] * a[:, :, 0]) + a[1, 2, 3] ** 3


case(cube_indices, [(CUBE,)])


def new_axes(v):
    table = v[:, None] * v[None, :]
    return np.sum(table * table[0]) + np.sum(v[np.newaxis] ** 3)


case(new_axes, [(VECTOR,)])


def repeated_fancy_indices(v):
    w = v[[0, 0, 1, 3, 0]]
    return np.sum(w * np.arange(1.0, 6.0) * w)


case(repeated_fancy_indices, [(VECTOR,)])


def fancy_index_array(v, index):
    return np.sum(v[index] ** 2) + np.sum(v[index - 1])


case(fancy_index_array, [(VECTOR, np.array([2, 2, 0])), (VECTOR, np.array([[1, 0], [1, 1]]))])


def fancy_pairs(a, rows, columns):
    return np.sum(a[rows, columns] ** 2) * np.sum(a[:, columns]) + np.sum(a[rows] * a[rows])


case(fancy_pairs, [(MATRIX, [0, 1, 1], [2, 0, 0])])


def boolean_masks(v):
    return np.sum(v[v > 0] ** 2) + np.sum(np.sin(v[v < 0]))


case(boolean_masks, [(VECTOR,)])


def taken(v, a):
    return np.sum(np.take(v, [1, 1, 3]) ** 2) + np.sum(a.take(np.array([0, 2, 2]), axis=1) ** 2)


case(taken, [(VECTOR, MATRIX)], argnums=(0, 1))


def index_computed_from_value(v, x):
    i = int(np.argmax(v))
    j = int(x * 2)
    return v[i] * v[j] * x


case(index_computed_from_value, [(VECTOR, 0.7), (VECTOR, 1.7)], argnums=(0, 1))


def index_error_is_kept(v):
    try:
        y = v[0] * v[9]
    except IndexError:
        y = v[0] * v[1]
    return y * y


case(index_error_is_kept, [(VECTOR,)])


def convolution(signal, kernel):
    total = 0.0
    for i in range(len(signal) - len(kernel) + 1):
        part = 0.0
        for j in range(len(kernel)):
            part += signal[i + j] * kernel[j]
        total += part * part
    return total


case(convolution, [(VECTOR, np.array([0.5, -1.0]))], argnums=(0, 1))


def rows_by_name(params, i):
    w = params["w"]
    row = w[i]
    return np.sum(row * w[i - 1]) + params["b"][i] * w[i, 0]


case(rows_by_name, [({"w": MATRIX, "b": np.array([0.2, 0.4])}, 1)])
