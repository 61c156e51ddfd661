"""Functions of the runtime, where no program that is transformed shows what they refuse."""

import numpy as np
import pytest

from s2sad import grad
from s2sad.runtime import as_gradient, prod_others_pullback, unbroadcast, zeros_like
from s2sad.runtime.refusals import Unfit


@pytest.mark.parametrize("g", [np.ones(3), np.ones((1, 3)), np.ones((2, 2)), 1.5, np.array([0.0, 1.0, 0.0])])
def test_a_cotangent_smaller_than_its_value_is_refused(g):
    with pytest.raises(Unfit, match=r"for a value of shape \(2, 3\)"):
        unbroadcast(np.asarray(g), np.zeros((2, 3)))


@pytest.mark.parametrize("zero", [0, 0.0, np.zeros(3), np.array([0.0, np.nan, 0.0])])
def test_but_the_universal_zero_has_any_shape(zero):
    found = unbroadcast(np.asarray(zero), np.zeros((2, 3)))
    assert np.shape(found) == (2, 3) and not np.any(found > 0)


def test_also_one_that_something_of_another_shape_has_scaled():
    def f(v, least):
        m = np.outer(v, v)
        for _ in range(2):
            m = np.sin(v)[:, None] * np.cos(v[1:])
        if np.sum(v) > least:
            return np.sum(m)
        return np.sum(v * v)

    assert grad(f)(np.array([0.5, 1.0, 2.0]), 100.0).tolist() == [1.0, 2.0, 4.0]


def test_second_derivatives_of_a_product_cancel_nothing():
    """Of a*b*c they are c, b and a, however small the elements; zeros on the diagonal."""
    a = np.array([1e-200, 2.0, 3.0, 0.5])
    expected = np.array(
        [[0.0, 1.5, 1.0, 6.0], [1.5, 0.0, 5e-201, 3e-200], [1.0, 5e-201, 0.0, 2e-200], [6.0, 3e-200, 2e-200, 0.0]]
    )
    for row, derivatives in zip(np.eye(4), expected, strict=True):
        np.testing.assert_allclose(prod_others_pullback(row, a), derivatives, rtol=1e-14, atol=0)
        found = grad(lambda x, row=row: np.sum(row * grad(np.prod)(x)))(a)
        np.testing.assert_allclose(found, derivatives, rtol=1e-14, atol=0)


def test_a_result_that_is_all_of_an_array_of_its_own_is_no_copy():
    whole = np.arange(6.0)
    view = whole.reshape(2, 3)
    assert not np.shares_memory(as_gradient(view, np.zeros((2, 3))), view)  # `whole` holds it too
    del whole
    assert as_gradient(view, np.zeros((2, 3))) is view
    part = np.arange(6.0)[:3]
    assert not np.shares_memory(as_gradient(part, np.zeros(3)), part)


def test_nearly_all_of_an_array_of_its_own_is_no_copy():
    """What is left over of it is little memory."""
    most = np.arange(20.0)[1:]
    assert as_gradient(most, np.zeros(19)) is most


class TestCotangentsOfSequences:
    """A function that reads one element costs what this one does: a loop over calls of it is not quadratic."""

    arrays = (np.ones(2), np.ones((2, 3)), np.ones(4, np.float32))

    def test_only_what_is_asked_for_is_made(self):
        bar = zeros_like(list(self.arrays))
        bar[1] += 2.0
        bar[-1] += 3.0
        assert list(bar.parts) == [1, 2]
        assert list(zeros_like(bar).parts) == []
        assert len(bar) == 3
        with pytest.raises(IndexError):
            bar[3]

    def test_only_what_was_made_is_added(self):
        total, part = zeros_like(self.arrays), zeros_like(self.arrays)
        part[2] += 1.0
        total += part
        part[2] += 5.0
        assert list(total.parts) == [2]
        assert total[2].tolist() == [1.0, 1.0, 1.0, 1.0]
        both = total + total
        assert list(both.parts) == [2]
        assert both[2].tolist() == [2.0, 2.0, 2.0, 2.0]
        assert list(total.copy().parts) == [2]

    def test_a_long_list_of_numbers_is_not_walked_through(self):
        seen = []

        class Watched(list):
            def __iter__(self):
                seen.append(len(self))
                return super().__iter__()

        numbers = Watched([0.5] * 1000)
        bar, other = zeros_like(numbers), zeros_like(numbers)
        bar[3] += 1.5
        other[4] += 2.5
        seen.clear()
        bar += other
        assert bar.parts == {3: 1.5, 4: 2.5}
        assert seen == []

    @pytest.mark.parametrize("layers", [lambda a: list(a), lambda a: {"all": list(a)}, lambda a: [{"w": x} for x in a]])
    def test_a_sum_shares_no_memory(self, layers):
        x, y = zeros_like(layers(self.arrays)), zeros_like(layers(self.arrays))
        first = lambda bar: (  # noqa: E731
            bar["all"][0] if isinstance(bar, dict) else bar[0]["w"] if isinstance(bar[0], dict) else bar[0]
        )
        first(x)[:] = 1.0
        total = x + y
        first(total)[:] += 1.0
        assert first(x).tolist() == [1.0, 1.0]
        assert first(y).tolist() == [0.0, 0.0]

    def test_a_list_beside_an_array_is_itself(self):
        def f(x):
            pair = ([x[0] ** 2, x[1]], x * 3.0)
            return weighed(pair)

        def weighed(pair):
            return pair[0][0] * pair[0][1] + np.sum(pair[1])

        bar = zeros_like(([1.0, 2.0], np.ones(2)))
        bar[0][1] += 1.0
        assert bar[0] == [0.0, 1.0]
        assert grad(f)(np.array([2.0, 5.0])).tolist() == [23.0, 7.0]

    def test_whatever_reads_all_finds_all(self):
        shapes = [(2,), (2, 3), (4,)]
        assert [part.shape for part in zeros_like(self.arrays)] == shapes
        assert [part.shape for part in reversed(zeros_like(self.arrays))] == shapes[::-1]
        assert [part.shape for part in zeros_like(self.arrays)[1:]] == shapes[1:]
        assert [part.dtype for part in [*zeros_like(self.arrays)]] == [np.float64, np.float64, np.float32]
        assert zeros_like(self.arrays).pop().shape == (4,)
        first, *_ = zeros_like(self.arrays)
        assert first.tolist() == [0.0, 0.0]
        assert np.asarray(zeros_like(self.arrays[:1])).tolist() == [[0.0, 0.0]]
        assert [*zeros_like([0.5, 1.5]), 2.0] == [0.0, 0.0, 2.0]
        assert tuple(zeros_like([0.5, 1.5])) == (0.0, 0.0)
        assert zeros_like([0.5, 1.5]) == [0.0, 0.0]

    def test_what_changes_a_list_finds_all_of_it(self):
        numbers = [0.5, 1.5, 2.5]
        bar = zeros_like(numbers)
        bar[1] += 4.0
        numbers.clear()  # the cotangent is that of what it was
        bar.append(1.0)
        assert bar == [0.0, 4.0, 0.0, 1.0]
        assert bar.pop(1) == 4.0
        bar.insert(0, 3.0)
        del bar[1]
        bar[0] += 1.0
        assert bar == [4.0, 0.0, 1.0]
        total = bar + zeros_like([0.5, 0.5, 0.5])
        total[0] += 1.0
        assert (bar, total) == ([4.0, 0.0, 1.0], [5.0, 0.0, 1.0])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_small_integers_count_through_large_arrays(dtype):
    i, j, x = np.array([15, 3, 15], dtype), np.array([3, 19, 3]), np.ones((20, 20))
    expected = np.zeros((20, 20))
    expected[15, 3], expected[3, 19] = 4.0, 2.0
    np.testing.assert_array_equal(grad(lambda x: np.sum(x[i, j] ** 2))(x), expected)
    rows = np.full((1, 20), 19, dtype)
    along = grad(lambda x: np.sum(np.take_along_axis(x, rows, axis=0)))(x)
    np.testing.assert_array_equal(along[19], np.ones(20))
    assert np.sum(along) == 20.0


def test_a_gradient_lies_in_memory_as_its_argument_does():
    x = np.ones((3, 4))
    for function in (lambda x: np.sum(x), lambda x: np.sum(np.sum(x, axis=0)), lambda x: np.sum(np.mean(x, axis=1) ** 2)):
        assert grad(function)(x).flags.c_contiguous
        assert grad(function)(np.asfortranarray(x)).flags.f_contiguous
