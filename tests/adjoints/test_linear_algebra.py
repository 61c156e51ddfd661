"""numpy.linalg and numpy.fft in programs: named tuples, what is refused as the program runs, and where values repeat."""

import numpy as np
import pytest

from s2sad import grad, vjp
from s2sad.errors import NotDifferentiable
from s2sad.testing import check_grads

A = np.array([[2.0, -1.0, 0.5], [0.25, 1.5, -0.5], [1.0, 0.75, 3.0]])
TALL = np.array([[0.5, -1.0], [2.0, 1.5], [-0.25, 0.75]])
Z = A + 1j * A[::-1].T
HERMITIAN = Z @ Z.conj().T


def unpacked(a):
    w, v = np.linalg.eigh(a)
    return np.sum(w * np.sin(v[0]))


def by_name(a):
    return np.sum(np.linalg.eigh(a).eigenvalues ** 3)


def by_name_twice(a):
    found = np.linalg.eigh(a)
    return np.sum(found.eigenvalues * found.eigenvectors[0] ** 2) + found.eigenvalues[0] ** 2


def by_position(a):
    return np.linalg.svd(a)[1][0] * np.linalg.slogdet(a)[1]


def from_the_end(a):
    return np.sum(np.linalg.qr(a)[-1] ** 2 * np.arange(9.0).reshape(3, 3))


def element_by_name(a):
    return np.linalg.svd(a).S[0] * np.linalg.svd(a).S[-1] ** 2


def rest(a):
    u, *others = np.linalg.svd(a)
    return np.sum(others[0] ** 3) + u[0, 0] ** 2


def in_a_loop(a):
    total = 0.0
    for _ in range(3):
        q, r = np.linalg.qr(a)
        a = r @ q
        total = total + a[0, 0]
    return total


def handed_on(a):
    return of_decomposition(np.linalg.eigh(a))


def of_decomposition(found):
    return np.sum(np.log(found.eigenvalues)) + found.eigenvectors[0, 0] ** 2


def left_over(a):
    x, sums, _, s = np.linalg.lstsq(a[:, :2], a[:, 2], rcond=None)
    return x[0] * sums[0] + s[0] ** 2


PROGRAMS = [
    unpacked, by_name, by_name_twice, by_position, from_the_end, element_by_name, rest, in_a_loop, handed_on, left_over,
]  # fmt: skip


@pytest.mark.parametrize("function", PROGRAMS)
def test_results_of_several_parts(function):
    """At both orders, however the parts are reached."""
    a = A @ A.T
    check_grads(function, (a,))
    derivative = grad(function)
    check_grads(lambda x: np.sum(derivative(x) ** 2), (a,))


def test_two_parts_are_written_as_such():
    assert "svd_pullback(ListBar([0, s_bar, 0]), " in grad(largest).source


def largest(a):
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return s[0]


def solution(a, b):
    return np.sum(np.linalg.solve(a, b) ** 2)


def test_the_transposed_system_is_solved_once():
    derivative = grad(solution, argnums=("a", "b"))
    assert derivative.source.count("solved(") == 1
    check_grads(solution, (A, A[0]))
    check_grads(lambda a, b: np.sum(derivative(a, b)[0] * derivative(a, b)[1]), (A, A[0]))


# Complex vectors are what they are up to a phase.


def weighted(h):
    w, v = np.linalg.eigh(h)
    return np.sum(w**2 * np.abs(v[0]) ** 2) + np.sum(np.abs(v[1] * np.conj(v[2])))


def projected(z):
    w, v = np.linalg.eig(z)
    return np.sum(np.abs(w * v[0]) ** 2) + np.sum(np.real(v[1] / v[2]))


def rebuilt(z):
    u, s, vh = np.linalg.svd(z, full_matrices=False)
    return np.sum(np.abs((u / s) @ vh) ** 2 * np.arange(1.0, 4.0)) + np.sum(np.real(u[0] * vh[:, 0]))


@pytest.mark.parametrize(
    ("function", "a"),
    [(weighted, HERMITIAN), (projected, Z), (projected, A), (rebuilt, Z), (rebuilt, Z[:, :2]), (rebuilt, Z[:2])],
)
def test_complex_vectors(function, a):
    a = a[:, :3]
    if function is rebuilt and a.shape[1] == 2:
        check_grads(narrow, (a,))
        return
    check_grads(function, (a,))
    derivative = grad(function)
    check_grads(lambda x: np.sum(np.abs(derivative(x)) ** 2), (a,))


def narrow(z):
    u, s, vh = np.linalg.svd(z, full_matrices=False)
    return np.sum(np.abs((u / s) @ vh) ** 2) + np.sum(np.real(u[0] * vh[:, 0]))


def phase_of_eigh(h):
    return np.sum(np.linalg.eigh(h)[1].real)


def phase_of_eig(z):
    return np.sum(np.linalg.eig(z).eigenvectors.imag)


def phase_of_svd(z):
    return np.sum(np.linalg.svd(z).U.real)


# What is refused, as the program runs.


def vectors(a):
    return np.sum(np.linalg.eigh(a).eigenvectors)


def left_vectors(a):
    return np.sum(np.linalg.svd(a).U)


def thin_left_vectors(a):
    return np.sum(np.linalg.svd(a, full_matrices=False).U)


def complete(a):
    return np.sum(np.linalg.qr(a, mode="complete").Q)


def twice(a):
    return np.sum(np.abs(np.fft.fftn(a, axes=(0, 0))))


@pytest.mark.parametrize(
    ("function", "a", "message"),
    [
        (vectors, np.eye(3), "the derivative of eigenvectors that belong to equal values"),
        (
            left_vectors,
            np.eye(3),
            "the derivative of singular vectors that belong to equal values",
        ),
        (left_vectors, TALL, "the derivative of the full matrices of np.linalg.svd"),
        (thin_left_vectors, np.outer([1.0, 2.0, 0.0], [1.0, 0.0]), "singular vectors where a singular value is zero"),
        (complete, TALL, 'the derivative of Q in np.linalg.qr(a, mode="complete")'),
        (twice, TALL, "a Fourier transform along the same axis twice"),
        (phase_of_eigh, HERMITIAN, "depends on the phases of complex eigenvectors"),
        (phase_of_eig, Z, "depends on the phases of complex eigenvectors"),
        (phase_of_svd, Z, "depends on the phases of complex singular vectors"),
    ],
)
def test_refusals(function, a, message):
    with pytest.raises(NotDifferentiable) as caught:
        grad(function)(a)
    assert message in caught.value.message and caught.value.hint
    assert caught.value.location.filename == __file__


# Where values repeat, what depends on the values alone has a derivative.


def power_sum(a):
    return np.sum(np.linalg.eigvalsh(a) ** 2) + np.sum(np.linalg.eigh(a).eigenvalues ** 2)


def nuclear(a):
    return np.linalg.norm(a, "nuc") + np.sum(np.linalg.svd(a)[1])


def in_a_branch(a, deep):
    w, v = np.linalg.eigh(a)
    total = np.sum(w**2)
    if deep:
        total = total + np.sum(v)
    return total * 3.0


def test_vectors_that_nothing_depends_on_in_this_run():
    np.testing.assert_allclose(grad(in_a_branch)(np.eye(3), False), 6 * np.eye(3), atol=1e-14)
    check_grads(lambda a: in_a_branch(a, True), (A,))


def test_values_of_degenerate_matrices():
    np.testing.assert_allclose(grad(power_sum)(np.eye(3)), 4 * np.eye(3), atol=1e-14)
    np.testing.assert_allclose(grad(nuclear)(np.eye(3)), 2 * np.eye(3), atol=1e-14)


def thin_r(a):
    return np.sum(np.linalg.qr(a, mode="complete").R ** 2) + np.sum(np.linalg.svd(a).S)


def test_full_matrices_of_which_only_the_others_are_used():
    check_grads(thin_r, (TALL,))


def first_row(a):
    return np.linalg.det(a)


def test_determinant_of_singular_matrices():
    a = np.array([[1.0, 2.0], [2.0, 4.0]])
    np.testing.assert_allclose(grad(first_row)(a), [[4.0, -2.0], [-2.0, 1.0]], atol=1e-14)
    check_grads(lambda x: np.sum(grad(first_row)(x) ** 3), (a,))
    np.testing.assert_allclose(grad(first_row)(np.zeros((2, 2))), np.zeros((2, 2)))


NORMS = {ord: (lambda x, ord=ord: np.linalg.norm(x, ord)) for ord in (None, 1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc")}


@pytest.mark.parametrize("ord", NORMS)
def test_matrix_norms_at_zero(ord):
    np.testing.assert_array_equal(grad(NORMS[ord])(np.zeros((2, 3))), np.zeros((2, 3)))


VECTOR_NORMS = {ord: (lambda x, ord=ord: np.linalg.norm(x, ord)) for ord in (None, 0, 0.5, 1, 2, 3, np.inf, -np.inf)}


@pytest.mark.parametrize("ord", VECTOR_NORMS)
def test_vector_norms_at_zero(ord):
    np.testing.assert_array_equal(grad(VECTOR_NORMS[ord])(np.zeros(3)), np.zeros(3))


def test_norms_where_elements_tie():
    np.testing.assert_array_equal(grad(VECTOR_NORMS[np.inf])(np.array([2.0, -2.0, 1.0])), [0.5, -0.5, 0.0])
    np.testing.assert_array_equal(grad(NORMS[1])(np.array([[1.0, 2.0], [1.0, 0.0]])), [[0.5, 0.5], [0.5, 0.0]])


def everything(a):
    q, r = np.linalg.qr(a)
    w, v = np.linalg.eigh(a @ a.T)
    s = np.linalg.svd(a)[1]
    spectrum = np.fft.irfft(np.fft.rfft(a) * np.fft.fft(a)[..., :2], 3)
    x = np.linalg.lstsq(a, a[0], rcond=None)[0] + np.linalg.pinv(a)[0] + np.linalg.matrix_power(a, -2)[0]
    total = np.sum(q * r) + np.sum(w * v) + np.sum(s) + np.linalg.norm(spectrum) + np.linalg.cond(a, 1)
    return total + np.sum(x) + np.linalg.norm(a, "nuc") + np.sum(np.linalg.cholesky(a @ a.T)) + np.linalg.det(a)


def test_single_precision_stays():
    found = grad(everything)(A.astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, grad(everything)(A), rtol=2e-3)


def no_operands(a):
    return np.sum(np.einsum("ij,jk->ik", a, a, out=np.zeros((3, 3))))


def test_options_that_no_rule_names_are_refused():
    with pytest.raises(NotDifferentiable, match="the rule of einsum does not handle this argument: out"):
        grad(no_operands)(A)


OF_ALL_RANKS = [A, A * [[1.0], [1.0], [0.0]], TALL, TALL.T, TALL[:, :1] @ TALL.T[:1], Z, np.outer(Z[0], Z[1])]


@pytest.mark.parametrize("a", [*OF_ALL_RANKS, np.stack(OF_ALL_RANKS[:2]), np.stack([TALL, TALL[:, :1] * [1.0, 2.0]])])
def test_pseudo_inverses_of_any_rank(a):
    """Terms of the derivative vanish for matrices of full rank. It is asked for where the rank stays."""
    rng = np.random.default_rng(1)
    t = rng.normal(size=(a.shape[-2],) * 2) @ a + a @ rng.normal(size=(a.shape[-1],) * 2)
    ans, pullback = vjp(np.linalg.pinv, a)
    g = rng.normal(size=ans.shape)
    difference = (np.linalg.pinv(a + 1e-6 * t, 1e-3) - np.linalg.pinv(a - 1e-6 * t, 1e-3)) / 2e-6
    np.testing.assert_allclose(np.sum(pullback(g)[0] * t).real, np.sum(g * difference).real, rtol=1e-5)


def test_elements_that_a_norm_does_not_notice_have_no_slope():
    np.testing.assert_allclose(grad(VECTOR_NORMS[3])(np.array([1e100, -1e-250, 0.0])), [1.0, 0.0, 0.0], rtol=1e-12)
