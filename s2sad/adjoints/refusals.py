"""Functions of NumPy that are refused by name where a derivative flows into them, each with the reason and a way out."""

from __future__ import annotations

import operator

import numpy as np

from s2sad.adjoints.names import of
from s2sad.adjoints.registry import refused

refused(
    np.copyto, np.fill_diagonal, np.place, np.put, np.put_along_axis, np.putmask,
    *(ufunc.at for ufunc in vars(np).values() if isinstance(ufunc, np.ufunc)),
    because="it changes its first argument in place",
    instead="build a new array (np.where, np.stack, np.concatenate)",
)  # fmt: skip

refused(
    np.lib.stride_tricks.as_strided,
    because="it reads memory, in which elements overlap or belong to nothing",
    instead="use np.lib.stride_tricks.sliding_window_view, slices, or np.broadcast_to",
)

refused(
    operator.iadd, operator.iand, operator.iconcat, operator.ifloordiv, operator.ilshift, operator.imatmul, operator.imod,
    operator.imul, operator.ior, operator.ipow, operator.irshift, operator.isub, operator.itruediv, operator.ixor,
    operator.setitem, operator.delitem,
    because="whether it changes its first argument in place is known only as the program runs",
    instead="write the statement (`x += y`, `x[i] = y`), or take the function that makes a new value (operator.add)",
)  # fmt: skip

refused(
    np.histogram2d, np.histogramdd, np.histogram_bin_edges,
    because="it counts, which jumps",
    instead="pass s2sad.stop_gradient(x), or write a smooth count: np.sum(np.exp(-((x - centre) / width) ** 2))",
)  # fmt: skip

refused(
    np.asmatrix, np.bmat, np.matrix, np.memmap, np.ndarray, np.recarray, np.record, np.object_, np.void,
    *of(np, "chararray", "format_parser"),
    because="it makes what is more than an array of numbers",
    instead="make a plain array: np.array(...)",
)  # fmt: skip

refused(
    np.frombuffer, np.from_dlpack, np.fromstring,
    because="it reads the bytes of its argument",
    instead="make an array of the values: np.array(...)",
)  # fmt: skip

refused(
    np.broadcast, np.flatiter, np.ndenumerate, np.nditer, np.nested_iters,
    because="it gives an iterator of NumPy's own",
    instead="loop over the array (`for row in x`), or over the indices (np.ndindex) and index it",
)  # fmt: skip

refused(
    np.poly1d, np.polynomial.Polynomial, np.polynomial.Chebyshev, np.polynomial.Hermite, np.polynomial.HermiteE,
    np.polynomial.Laguerre, np.polynomial.Legendre,
    because="it makes an object whose coefficients cannot be followed",
    instead="keep the coefficients in an array, and use functions of it: np.polyval, np.polynomial.chebyshev.chebval",
)  # fmt: skip

refused(
    np.polydiv,
    because="it leaves out what is nearly zero of the remainder",
    instead="use np.polynomial.polynomial.polydiv, whose coefficients begin with the lowest power",
)

refused(
    *of(np, "fastCopyAndTranspose", "msort", "round_", "row_stack"),
    because="NumPy has given it up",
    instead="use np.transpose(x).copy(), np.sort(x, axis=0), np.round, np.vstack",
)

refused(
    np.frompyfunc,
    because="what it makes has neither a rule nor a source",
    instead="call the function itself, or say the rule of what it makes with s2sad.elementwise",
)

refused(
    np.intersect1d, np.setdiff1d, np.setxor1d, np.union1d, *of(np, "unique_all", "unique_counts", "unique_inverse"),
    because="which elements there are jumps",
    instead="use np.unique(np.concatenate([a, b])), or choose the elements by indices",
)  # fmt: skip

refused(
    np.bartlett, np.blackman, np.hamming, np.hanning,
    because="its argument is how many points there are",
    instead="pass an int; for a window of varying width, write it as a function of the time",
)  # fmt: skip

refused(
    np.vectorize,
    because="it makes an object that calls a function, which holds what a derivative flows through",
    instead="make it outside, of a function that takes the values as arguments: np.vectorize(f)(x, a)",
)
