"""NumPy functions through which no derivative flows: questions about arrays, and arrays made of nothing."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.registry import nondifferentiable
from s2sad.runtime import (
    chosen,
    clip_high,
    clip_inside,
    clip_low,
    constant_mode,
    frobenius_axis,
    inverse_permutation,
    larger,
    outline,
    place_of_item,
    reduced_size,
    require_rebinding,
    require_scalar,
    ties,
    zeros_like,
)

nondifferentiable(
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.promote_types, np.issubdtype,
    np.isscalar, np.iterable, np.finfo, np.iinfo, np.dtype, np.min_scalar_type, np.shares_memory,
    np.may_share_memory, np.errstate, np.seterr, np.geterr, np.printoptions, np.set_printoptions,
    np.get_printoptions, np.array2string, np.array_repr, np.array_str, np.format_float_positional,
    np.format_float_scientific,
)  # fmt: skip

nondifferentiable(
    np.zeros, np.ones, np.empty, np.zeros_like, np.ones_like, np.empty_like, np.eye, np.identity,
    np.arange, np.tri, np.indices, np.tril_indices, np.triu_indices, np.tril_indices_from,
    np.triu_indices_from, np.diag_indices, np.diag_indices_from, np.ndindex, np.unravel_index,
    np.ravel_multi_index, np.ix_, np.broadcast_shapes, np.fromstring, np.loadtxt, np.genfromtxt,
    np.load,
)  # fmt: skip

nondifferentiable(
    np.all, np.any, np.allclose, np.isclose, np.array_equal, np.array_equiv, np.isin, np.argmax,
    np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition, np.argwhere, np.lexsort,
    np.nonzero, np.flatnonzero, np.count_nonzero, np.searchsorted, np.digitize, np.bincount,
    int.bit_length, float.is_integer, float.hex,
)  # fmt: skip

nondifferentiable(
    np.bool_, np.int8, np.int16, np.int32, np.int64, np.intp, np.uint8, np.uint16, np.uint32, np.uint64,
)  # fmt: skip

# Helpers of other rules that are constant wherever they are continuous.
nondifferentiable(
    larger, chosen, clip_inside, clip_low, clip_high, ties, reduced_size, frobenius_axis,
    inverse_permutation, constant_mode, require_rebinding, require_scalar, zeros_like, outline,
    place_of_item,
)  # fmt: skip
