"""numpy.einsum: sums of products, by the names of their axes."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.arithmetic import A
from s2sad.adjoints.products import C, S, T, V, W
from s2sad.adjoints.registry import linear, nondifferentiable, rule, sample
from s2sad.runtime import einsum_pullback
from s2sad.runtime.einsum import contraction_order, einsum_pushforward, on_diagonals, transposed_einsum

EINSUMS = [
    ("ij,jk->ik", A, C), ("ij,jk", A, C), ("i,i", V, V), ("ii", S), ("ii->i", S), ("ij->", A), ("ij->ji", A), ("ba", A),
    ("...i,i", T, W), ("...i,...i->...", T, T[:1]), ("...ij->...ji", T), ("i...", A), ("ij,j,i->", A, W, V),
    ("i,j->ji", V, W), (" ijk, jl -> ilk ", T, A), ("ii,ij->j", S, S), ("ij,kj->i", A, C.T), ("ij,ij->i", A, A[:1]),
    ("ij,ij->j", A, A[:1]), ("iii->i", np.stack([S, S, S])), ("aab,b->", np.stack([S, S, S]), V), (",ij", 2.5, A),
    ("ij,jk->ik", A, 1j * C), ("ij,jk->ik", A + 1j * A, C), ("ij,j", A, np.arange(2)), ("i,i,i", V, V, V + 1j),
    (A, [0, 1], C, [1, 2], [0, 2]), (A, [0, 1], C, [1, 2]), (T, [Ellipsis, 0], W, [0], [Ellipsis]), (S, [3, 3]),
    sample("ij,jk,kl->il", A, C, C.T, optimize=True), sample("ij,jk,kl->il", A, C, C.T, optimize="optimal"),
    sample("ij,jk,kl->il", A, C, C.T, optimize=["einsum_path", (0, 1), (0, 1)]), sample("ij->i", A, order="F"),
]  # fmt: skip


@rule(np.einsum, at=EINSUMS)
class einsum:
    """Einsum again: the result's cotangent with the other operands, to the subscripts of this one."""

    def pullback_operands(g, ans, place, *operands, optimize=False, order="K"):
        return einsum_pullback(g, place, *operands, optimize=optimize)

    def pushforward_operands(t, ans, *operands, optimize=False, order="K"):
        return einsum_pushforward(t, *operands)


@linear(on_diagonals, at=[(V, "i", "ii"), (S, "ij", "iij"), (S, "ij", "jiij")])
def on_diagonals_rule(h, x, axes, own):
    return np.einsum(own + "->" + axes, h)


nondifferentiable(transposed_einsum, contraction_order)
