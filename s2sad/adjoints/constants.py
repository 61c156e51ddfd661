"""NumPy functions through which no derivative flows: questions about arrays, and arrays made of nothing."""

from __future__ import annotations

import numpy as np

from s2sad.adjoints.names import of
from s2sad.adjoints.registry import nondifferentiable
from s2sad.runtime import (
    chosen,
    clip_high,
    clip_inside,
    clip_low,
    finite,
    inverse_permutation,
    larger,
    outline,
    place_of_item,
    reduced_size,
    require_apart,
    require_constants,
    require_rebinding,
    require_scalar,
    ties,
    within,
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
    np.tri, np.indices, np.tril_indices, np.triu_indices, np.tril_indices_from,
    np.triu_indices_from, np.diag_indices, np.diag_indices_from, np.ndindex, np.unravel_index,
    np.ravel_multi_index, np.broadcast_shapes, np.loadtxt, np.genfromtxt,
    np.load,
)  # fmt: skip

nondifferentiable(
    np.all, np.any, np.allclose, np.isclose, np.array_equal, np.array_equiv, np.isin, np.argmax,
    np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argpartition, np.argwhere, np.lexsort,
    np.nonzero, np.flatnonzero, np.count_nonzero, np.searchsorted, np.digitize,
    int.bit_length, float.is_integer, float.hex,
)  # fmt: skip

nondifferentiable(
    np.bool_, np.int8, np.int16, np.int32, np.int64, np.intp, np.longlong, np.uint8, np.uint16, np.uint32,
    np.uint64, np.ulonglong, np.bytes_, np.str_, np.datetime64, np.timedelta64,
    # Only asked about: nothing can be made of them.
    np.generic, np.number, np.inexact, np.floating, np.complexfloating, np.integer, np.signedinteger,
    np.unsignedinteger, np.flexible, np.character, np.ufunc,
)  # fmt: skip

# Questions about types, files and NumPy itself, and functions of integers and dates.
nondifferentiable(
    np.common_type, np.typename, np.mintypecode, np.isfortran, np.einsum_path, np.get_include, np.getbufsize,
    np.setbufsize, np.geterrcall, np.seterrcall, np.info, np.show_config, np.show_runtime, np.save, np.savetxt,
    np.savez, np.savez_compressed, np.fromfile, np.fromregex, np.base_repr, np.binary_repr, np.packbits, np.unpackbits,
    np.mask_indices, np.isnat, np.is_busday, np.busday_count,
    np.busday_offset, np.busdaycalendar, np.datetime_as_string, np.datetime_data, np.polynomial.set_default_printstyle,
    *of(np, "bitwise_count", "isdtype", "in1d"),
)  # fmt: skip

# Points and weights of quadrature, by their number.
nondifferentiable(
    np.polynomial.chebyshev.chebgauss, np.polynomial.chebyshev.chebpts1, np.polynomial.chebyshev.chebpts2,
    np.polynomial.hermite.hermgauss, np.polynomial.hermite_e.hermegauss, np.polynomial.laguerre.laggauss,
    np.polynomial.legendre.leggauss,
)  # fmt: skip

# Helpers of other rules that are constant wherever they are continuous.
nondifferentiable(
    larger, chosen, finite, clip_inside, clip_low, clip_high, ties, reduced_size,
    inverse_permutation, within, require_apart, require_constants, require_rebinding, require_scalar, zeros_like, outline,
    place_of_item,
)  # fmt: skip
