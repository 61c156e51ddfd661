"""Random calls of NumPy's functions, as text: shapes, axes and options are drawn anew for each.

`draw_call(seed)` gives a `Call`: an expression and the arguments in it. Options are spelled out as literals or come in
variables, since a transformer may treat the two differently. Equal seeds give equal calls.
"""

import random
from typing import NamedTuple

import numpy as np


class Call(NamedTuple):
    """An expression of names; the derivative flows through `arrays`, the rest are `options`."""

    name: str
    text: str
    arrays: dict
    options: dict


class Draw:
    """Draws the parts of one call."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.arrays, self.options = {}, {}

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, *choices):
        return self.random.choice(choices)

    def count(self, low, high):
        return self.random.randint(low, high)

    # -- arrays -----------------------------------------------------------------------------------------------

    def shape(self, low=0, high=3, least=1):
        return tuple(self.count(least, 3) for _ in range(self.count(low, high)))

    def array(self, shape, *, positive=False, within=None, real=False):
        """The name of a new array: its elements are distinct, and away from 0; it may have gaps in memory."""
        name = f"x{len(self.arrays)}"
        size = int(np.prod(shape))
        values = self.numbers.permutation(np.linspace(0.35, 1.85, size) if size > 1 else np.full(size, 0.7))
        values = values + self.numbers.uniform(-0.2, 0.2, size) / max(size, 1)
        if within:
            values = within[0] + (within[1] - within[0]) * (values - 0.1) / 2.0
        elif not positive:
            values = values * self.numbers.choice([-1.0, 1.0], size)
        value = values.reshape(shape)
        if not (real or positive or within) and self.chance(0.15):
            value = value + 1j * self.numbers.permutation(value.ravel()).reshape(shape)
        elif self.chance(0.1):
            value = value.astype(np.float32)
        if value.ndim and self.chance(0.2):
            spaced = np.zeros((*shape[:-1], 2 * shape[-1]), value.dtype)
            spaced[..., ::2] = value
            value = spaced[..., ::2]
        self.arrays[name] = value if value.ndim or self.chance(0.5) else value[()]
        return name

    def like(self, shape):
        """A shape that can be broadcast with this one."""
        kept = shape[self.count(0, len(shape)) :]
        return tuple(1 if self.chance(0.25) else n for n in kept)

    # -- options ----------------------------------------------------------------------------------------------

    def spelled(self, value):
        """A literal, or the name of a variable."""
        if self.chance(0.6):
            return repr(value)
        name = f"k{len(self.options)}"
        self.options[name] = value
        return name

    def index(self, length):
        return self.count(-length, length - 1)

    def axis(self, shape):
        return self.index(len(shape))

    def axes(self, shape):
        """None, one axis or several."""
        if not shape or self.chance(0.25):
            return None
        if self.chance(0.55):
            return self.axis(shape)
        chosen = self.random.sample(range(len(shape)), self.count(1, len(shape)))
        return tuple(a - len(shape) if self.chance(0.3) else a for a in chosen)

    def given(self, **options):
        """Some of these options, by keyword."""
        return "".join(f", {name}={self.spelled(value)}" for name, value in options.items() if self.chance(0.7))


FAMILIES = {}


def family(*names):
    """Registers a function that makes an expression of a draw and one of these names."""

    def register(make):
        FAMILIES.update({f"{make.__name__}:{name}": (make, name) for name in names})
        return make

    return register


def draw_call(seed, only=None):
    """The call of a seed."""
    draw = Draw(seed)
    names = sorted(name for name in FAMILIES if only is None or only in name)
    name = draw.pick(*names)
    make, function = FAMILIES[name]
    return Call(name, make(draw, function), draw.arrays, draw.options)


# -- elementwise ----------------------------------------------------------------------------------------------


@family(
    "sin", "cos", "tan", "exp", "exp2", "expm1", "sinh", "cosh", "tanh", "arctan", "arcsinh", "square", "negative",
    "positive", "conjugate", "real", "imag", "angle", "absolute",
)  # fmt: skip
def unary(d, name):
    return f"np.{name}({d.array(d.shape())})"


@family(
    "fabs", "degrees", "radians", "deg2rad", "rad2deg", "sinc", "nan_to_num", "i0", "sign", "floor", "rint", "fix",
)  # fmt: skip
def unary_real(d, name):
    return f"np.{name}({d.array(d.shape(), real=True)})"


@family("sqrt", "add", "hypot", "log", "maximum")
def typed(d, name):
    """With the type to compute in."""
    shape, positive = d.shape(), name in ("sqrt", "log")
    wide = d.pick("float", "np.longdouble", *(["complex"] if name in ("sqrt", "add", "log") else []))
    other = [d.array(d.like(shape), real=True)] if name in ("add", "hypot", "maximum") else []
    return f"np.{name}({', '.join([d.array(shape, real=True, positive=positive), *other])}, dtype={wide})"


@family("log", "log2", "log10", "log1p", "sqrt", "cbrt", "reciprocal", "arccosh")
def unary_positive(d, name):
    return f"np.{name}({d.array(d.shape(), within=(1.1, 2.0))})"


@family("arcsin", "arccos", "arctanh")
def unary_within_one(d, name):
    return f"np.{name}({d.array(d.shape(), within=(-0.9, 0.9))})"


@family("add", "subtract", "multiply", "divide", "true_divide")
def binary(d, name):
    shape = d.shape()
    return f"np.{name}({d.array(shape)}, {d.array(d.like(shape))})"


@family("+", "-", "*", "/")
def operators(d, name):
    shape = d.shape()
    return f"{d.array(shape)} {name} {d.array(d.like(shape))}"


@family(
    "hypot", "arctan2", "maximum", "minimum", "fmax", "fmin", "logaddexp", "logaddexp2", "copysign", "heaviside",
)  # fmt: skip
def binary_real(d, name):
    shape = d.shape()
    return f"np.{name}({d.array(shape, real=True)}, {d.array(d.like(shape), real=True)})"


@family("fmod", "remainder", "mod")
def remainders(d, name):
    """With quotients that are not near a jump."""
    shape = d.shape()
    return f"np.{name}({d.array(shape, real=True)}, {d.array(d.like(shape), within=(2.2, 2.9))})"


@family("power", "float_power")
def powers(d, name):
    shape = d.shape()
    exponent = d.array(d.like(shape), real=True) if d.chance(0.6) else d.spelled(d.pick(2, 3, -1, 0.5, 0, 1))
    return f"np.{name}({d.array(shape, positive=True)}, {exponent})"


@family("clip")
def clips(d, name):
    shape = d.shape(1)
    return d.pick(
        f"np.clip({d.array(shape, real=True)}, {d.spelled(-0.51)}, {d.spelled(0.52)})",
        f"np.clip({d.array(shape, real=True)}, {d.array(d.like(shape), real=True)}, None)",
        f"{d.array(shape, real=True)}.clip({d.spelled(-0.51)}, {d.spelled(0.52)})",
    )


# -- reductions -----------------------------------------------------------------------------------------------


@family("sum", "mean", "prod")
def reductions(d, name):
    shape = d.shape()
    options = d.given(keepdims=d.chance(0.5))
    axes = d.axes(shape)
    if d.chance(0.4):
        return f"np.asarray({d.array(shape)}).{name}(axis={d.spelled(axes)}{options})"
    if d.chance(0.3):
        options += ", dtype=complex"
    return f"np.{name}({d.array(shape)}, axis={d.spelled(axes)}{options})"


@family("max", "min", "amax", "amin", "std", "var", "ptp", "median", "nansum", "nanmean", "nanmax", "nanmin", "nanprod")
def reductions_real(d, name):
    shape = d.shape(1)
    options = d.given(keepdims=d.chance(0.5))
    if name in ("std", "var") and len(shape):
        options += d.given(ddof=0)
        if d.chance(0.3):
            mean = tuple(1 if d.chance(0.5) else n for n in shape)
            return f"np.{name}({d.array(shape, real=True)}, axis=-1{options}, mean={d.array((*mean[:-1], 1), real=True)})"
    return f"np.{name}({d.array(shape, real=True)}, axis={d.spelled(d.axes(shape))}{options})"


@family("max", "min", "std", "var")
def reduction_methods(d, name):
    shape = d.shape(1, least=2)
    options = d.given(keepdims=d.chance(0.5))
    if name in ("std", "var"):
        options += d.given(ddof=d.pick(0, 1))
    return f"{d.array(shape, real=True)}.{name}(axis={d.spelled(d.axes(shape))}{options})"


@family("quantile", "percentile")
def quantiles(d, name):
    shape = d.shape(1, 3, 2)
    q = d.pick(0.31, 0.62, [0.2, 0.7])
    q = d.spelled(q if name == "quantile" else (np.array(q) * 100).tolist())
    if name == "quantile" and d.chance(0.4):
        q = d.array(d.shape(0, 1), within=(0.03, 0.97))
    options = d.given(method=d.pick("linear", "weibull", "hazen", "median_unbiased", "midpoint"), keepdims=d.chance(0.5))
    return f"np.{name}({d.array(shape, real=True)}, {q}, axis={d.spelled(d.pick(None, d.axis(shape)))}{options})"


@family("average")
def averages(d, name):
    shape = d.shape(1)
    axis = d.axis(shape)
    weights = d.array((shape[axis],), positive=True) if d.chance(0.5) else d.array(shape, positive=True)
    call = f"np.average({d.array(shape, real=True)}, axis={d.spelled(axis)}, weights={weights}{d.given(keepdims=True)}"
    return d.pick(f"{call})", f"{call}, returned=True)[{d.pick(0, 1)}]")


@family("cumsum", "cumprod")
def running(d, name):
    shape = d.shape(1)
    axis = d.pick(None, d.axis(shape))
    return d.pick(
        f"np.{name}({d.array(shape)}, axis={d.spelled(axis)})",
        f"{d.array(shape)}.{name}(axis={d.spelled(axis)})",
        f"np.{name}({d.array(shape)})",
    )


@family("norm")
def norms(d, name):
    shape = d.shape(1, 2, 2)
    order = d.pick(None, 1, 2, 3, np.inf) if len(shape) == 1 else d.pick(None, "fro", 1, 2, "nuc")
    spelled = f", ord={d.spelled(order)}" if order != np.inf else ", np.inf"
    if len(shape) == 2 and d.chance(0.4):
        return f"np.linalg.norm({d.array(shape, real=True)}, axis={d.spelled(d.axis(shape))})"
    return f"np.linalg.norm({d.array(shape, real=True)}{spelled})"


@family(
    "add.reduce",
    "multiply.reduce",
    "add.accumulate",
    "maximum.reduce",
    "logaddexp.reduce",
    "multiply.outer",
    "subtract.outer",
    "subtract.reduce",
    "divide.reduce",
    "maximum.accumulate",
    "minimum.accumulate",
    "subtract.accumulate",
    "divide.accumulate",
)
def ufunc_methods(d, name):
    shape = d.shape(1)
    if name.endswith("outer"):
        return f"np.{name}({d.array(shape)}, {d.array(d.shape(0, 2))})"
    real = name.startswith(("maximum", "minimum", "logaddexp"))
    return f"np.{name}({d.array(shape, real=real)}, axis={d.spelled(d.axis(shape))})"


# -- order ----------------------------------------------------------------------------------------------------


@family("sort", "partition")
def orders(d, name):
    shape = d.shape(1)
    axis = d.axis(shape)
    kth = f"{d.spelled(d.index(shape[axis]))}, " if name == "partition" else ""
    return f"np.{name}({d.array(shape, real=True)}, {kth}axis={d.spelled(axis)})"


@family("take_along_axis")
def along_axis(d, name):
    shape = d.shape(1)
    axis, x = d.axis(shape), d.array(shape)
    return f"np.take_along_axis({x}, np.argsort(np.real({x}), axis={axis}), axis={d.spelled(axis)})"


@family("take")
def takes(d, name):
    shape = d.shape(1)
    axis = d.pick(None, d.axis(shape))
    length = int(np.prod(shape)) if axis is None else shape[axis]
    indices = [d.index(length) for _ in range(d.count(1, 4))]
    return f"np.take({d.array(shape)}, {d.spelled(indices)}, axis={d.spelled(axis)})"


@family("index")
def indexing(d, name):
    shape = d.shape(1)
    x, parts, fancy = d.array(shape), [], d.count(1, 3)
    for n in shape[: d.count(1, len(shape))]:
        kind = d.pick("int", "slice", "list", "reverse", "mask", "none")
        if kind == "none":
            parts.append("None")
        parts.append(
            {
                "int": lambda n: d.spelled(d.index(n)),
                "list": lambda n: d.spelled([d.index(n) for _ in range(fancy)]),
                "mask": lambda n: ":",
            }.get(kind, lambda n: d.pick(":", "1:", "::-1", ":-1", "::2"))(n)
        )
    if d.chance(0.2):
        return f"{x}[np.real({x}) > 0]"
    return f"{x}[{', '.join(parts)}{', ...' if d.chance(0.2) else ''}]"


@family("where", "select", "choose", "piecewise", "compress", "extract")
def selections(d, name):
    shape = d.shape(1)
    x, y = d.array(shape, real=True), d.array(shape, real=True)
    if name == "where":
        z = d.array(d.like(shape), real=True)
        return d.pick(f"np.where({x} > 0, {x}, {z})", f"np.where({x} > {y}, {z}, {d.spelled(1.5)})")
    if name == "select":
        return f"np.select([{x} > 0.6, {x} < -0.2], [{x} * 2, {y}], {d.pick('0', '1.0', y)})"
    if name == "choose":
        return f"np.choose(({x} > 0).astype(int), [{x}, {y}])"
    if name == "piecewise":
        return f"np.piecewise({x}, [{x} > 0], [lambda v: v * v, lambda v: -v])"
    if name == "extract":
        return f"np.extract({x} > 0, {y})"
    axis = d.axis(shape)
    return f"np.compress({[d.chance(0.6) for _ in range(shape[axis])]}, {x}, axis={d.spelled(axis)})"


# -- shapes ---------------------------------------------------------------------------------------------------


@family("reshape", "ravel", "flatten")
def reshapes(d, name):
    shape = d.shape()
    size, x = int(np.prod(shape)), d.array(shape)
    new = d.pick((-1,), (size,), (1, -1), (size, 1), shape[::-1], -1)
    if name != "reshape":
        return f"np.asarray({x}).{name}({d.pick('', repr('C'), repr('F'))})" if name == "flatten" else f"np.{name}({x})"
    order = d.pick("", ", order='F'", ", order='C'")
    return d.pick(f"np.reshape({x}, {d.spelled(new)}{order})", f"np.asarray({x}).reshape({d.spelled(new)}{order})")


@family("transpose", "T", "swapaxes", "moveaxis", "rollaxis", "matrix_transpose", "permute_dims")
def permutations(d, name):
    shape = d.shape(2)
    order = tuple(d.random.sample(range(len(shape)), len(shape)))
    one, other = d.axis(shape), d.axis(shape)
    x = d.array(shape)
    return {
        "transpose": d.pick(f"np.transpose({x})", f"np.transpose({x}, {d.spelled(order)})", f"{x}.transpose({order})"),
        "permute_dims": f"np.permute_dims({x}, {d.spelled(order)})",
        "T": f"{x}.T",
        "matrix_transpose": f"np.matrix_transpose({x})",
        "rollaxis": f"np.rollaxis({x}, {d.spelled(one)}, {d.spelled(d.count(0, len(shape)))})",
    }.get(name, f"np.{name}({x}, {d.spelled(one)}, {d.spelled(other)})")


@family("expand_dims", "squeeze", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_to")
def dimensions(d, name):
    shape = d.shape()
    x = d.array(shape)
    if name == "expand_dims":
        return f"np.expand_dims({x}, {d.spelled(d.index(len(shape) + 1))})"
    if name == "broadcast_to":
        return f"np.broadcast_to({x}, {d.spelled((2, *shape))})"
    return f"np.{name}({x})"


@family("flip", "fliplr", "flipud", "rot90", "roll")
def turns(d, name):
    shape = d.shape(2)
    x = d.array(shape)
    if name == "flip":
        return f"np.flip({x}, {d.spelled(d.axes(shape))})"
    if name == "rot90":
        return f"np.rot90({x}, {d.spelled(d.count(-2, 3))}, axes={d.spelled(d.pick((0, 1), (1, 0)))})"
    if name == "roll":
        axes = d.axes(shape)
        shift = tuple(d.count(-2, 2) for _ in axes) if isinstance(axes, tuple) else d.count(-3, 3)
        return f"np.roll({x}, {d.spelled(shift)}, axis={d.spelled(axes)})"
    return f"np.{name}({x})"


@family("tile", "repeat", "resize")
def copies(d, name):
    shape = d.shape(1)
    x = d.array(shape)
    if name == "tile":
        return f"np.tile({x}, {d.spelled(d.pick(2, (2, 1), (1, 2, 2)))})"
    if name == "resize":
        return f"np.resize({x}, {d.spelled(d.pick((2, 3), 4, (1,)))})"
    axis = d.pick(None, d.axis(shape))
    length = int(np.prod(shape)) if axis is None else shape[axis]
    times = d.pick(2, [d.count(0, 2) for _ in range(length)])
    return f"np.repeat({x}, {d.spelled(times)}, axis={d.spelled(axis)})"


@family("concatenate", "stack", "vstack", "hstack", "dstack", "column_stack", "append", "block")
def joins(d, name):
    shape = d.shape(1, 2)
    one, other, axis = d.array(shape), d.array(shape), d.axis(shape)
    if name == "append":
        return d.pick(f"np.append({one}, {other})", f"np.append({one}, {other}, axis={d.spelled(axis)})")
    if name == "block":
        return f"np.block([[{one}, {other}], [{other}, {one}]])"
    many = d.pick(f"[{one}, {other}]", f"({one}, {other}, {one})")
    dtype = d.pick("", "", ", dtype=complex") if name in ("concatenate", "stack", "vstack", "hstack") else ""
    axis = f", axis={d.spelled(axis)}" if name in ("concatenate", "stack") else ""
    return f"np.{name}({many}{axis}{dtype})"


@family("split", "array_split", "hsplit", "vsplit", "unstack")
def cuts(d, name):
    shape = (d.pick(2, 4), d.pick(2, 4))
    x = d.array(shape)
    if name == "unstack":
        return f"np.unstack({x}, axis={d.spelled(d.axis(shape))})[1]"
    where = d.pick(2, [1])
    axis = f", axis={d.spelled(d.axis(shape))}" if name in ("split", "array_split") else ""
    return f"np.{name}({x}, {d.spelled(where)}{axis})[{d.pick(0, 1)}]"


@family("insert", "delete", "trim_zeros")
def edits(d, name):
    shape = d.shape(1, 2)
    x, axis = d.array(shape), d.axis(shape)
    if name == "trim_zeros":
        return f"np.trim_zeros({d.array((3,))})"
    if name == "delete":
        return f"np.delete({x}, {d.spelled(d.index(shape[axis]))}, axis={d.spelled(axis)})"
    return f"np.insert({x}, {d.spelled(d.index(shape[axis]))}, {d.array(())}, axis={d.spelled(axis)})"


@family("pad")
def pads(d, name):
    shape = d.shape(1, 2, 2)
    mode = d.pick("constant", "edge", "reflect", "symmetric", "wrap", "linear_ramp", "maximum", "mean", "minimum", "median")
    width = d.pick(1, (1, 2), tuple((d.count(0, 2), d.count(0, 2)) for _ in shape))
    options = ""
    if mode in ("constant", "linear_ramp") and d.chance(0.6):
        name = "constant_values" if mode == "constant" else "end_values"
        options = f", {name}={d.pick(d.array((), real=True), d.array((2,), real=True), d.array((len(shape), 2), real=True))}"
    elif mode in ("maximum", "mean", "minimum", "median"):
        options = d.given(stat_length=d.pick(1, 2, (1, 3)))
    elif mode in ("reflect", "symmetric") and min(shape) > 2:
        options = d.given(reflect_type=d.pick("odd", "even"))
    return f"np.pad({d.array(shape, real=True)}, {d.spelled(width)}, {d.spelled(mode)}{options})"


@family("tril", "triu", "diag", "diagflat", "diagonal", "trace", "fill_diagonal")
def triangles(d, name):
    shape = d.shape(2, 2) if name != "diagflat" else d.shape(1, 1)
    x, k = d.array(shape), d.spelled(d.count(-1, 1))
    if name == "fill_diagonal":
        return f"np.diag(np.diag({x}))"
    return f"np.{name}({x}, {k})"


# -- products ---------------------------------------------------------------------------------------------------


@family("matmul", "dot", "@")
def matrix_products(d, name):
    n = d.count(1, 3)
    left = d.pick((n,), (d.count(1, 3), n), *([(2, d.count(1, 3), n)] if name != "dot" else []))
    right = d.pick((n,), (n, d.count(1, 3)))
    one, other = d.array(left), d.array(right)
    return f"{one} @ {other}" if name == "@" else f"np.{name}({one}, {other})"


@family("outer", "kron", "inner", "vdot", "tensordot", "cross", "vecdot", "matvec", "vecmat")
def products(d, name):
    n, shape = d.count(1, 3), d.shape(1, 2)
    if name == "cross":
        return f"np.cross({d.array((*d.pick((), (2,)), 3))}, {d.array((3,))})"
    if name in ("outer", "kron"):
        return f"np.{name}({d.array(shape)}, {d.array(d.shape(1, 2))})"
    if name == "tensordot":
        axes = d.pick(1, ([1], [0]), (1, 0))
        return f"np.tensordot({d.array((2, n))}, {d.array((n, 3))}, axes={d.spelled(axes)})"
    if name == "matvec":
        return f"np.matvec({d.array((2, n))}, {d.array((n,))})"
    if name == "vecmat":
        return f"np.vecmat({d.array((n,))}, {d.array((n, 2))})"
    return f"np.{name}({d.array((n,))}, {d.array((n,))})"


@family("einsum")
def einsums(d, name):
    text, *shapes = d.pick(
        ("ij,jk->ik", (2, 3), (3, 2)), ("ij->ji", (2, 3)), ("ij->i", (2, 3)), ("ii->i", (3, 3)), ("ii", (2, 2)),
        ("i,j", (2,), (3,)), ("...i,...i", (2, 3), (3,)), ("bij,bjk->bik", (2, 2, 3), (2, 3, 1)),
        ("ij,ij->", (2, 2), (2, 2)), ("i,ij,j->", (2,), (2, 3), (3,)),
    )  # fmt: skip
    return f"np.einsum({d.spelled(text)}, {', '.join(d.array(s) for s in shapes)})"


@family("inv", "det", "slogdet", "cholesky", "solve", "eigvalsh", "eigh", "svd", "qr", "pinv", "matrix_power", "lstsq")
def linear_algebra(d, name):
    n = d.count(2, 3)
    x = d.array((*d.pick((), (), (2,)), n, n), real=True)
    spd = f"({x} @ np.swapaxes({x}, -1, -2) + np.eye({n}))"
    away = f"({x} + 4 * np.eye({n}))"
    return {
        "inv": f"np.linalg.inv({away})",
        "det": f"np.linalg.det({away})",
        "slogdet": f"np.linalg.slogdet({away})[1]",
        "cholesky": f"np.linalg.cholesky({spd})",
        "solve": f"np.linalg.solve({away}, {d.array((n, 2), real=True)})",
        "eigvalsh": f"np.linalg.eigvalsh({spd} * np.arange(1.0, {n + 1}) * np.arange(1.0, {n + 1})[:, None])",
        "eigh": f"np.linalg.eigh({spd})[0]",
        "svd": f"np.linalg.svd({away} * np.arange(1.0, {n + 1}))[1]",
        "qr": f"np.linalg.qr({away})[1]",
        "pinv": f"np.linalg.pinv({away})",
        "matrix_power": f"np.linalg.matrix_power({x}, {d.spelled(d.pick(0, 1, 2, 3))})",
        "lstsq": f"np.linalg.lstsq({d.array((4, n), real=True)}, {d.array((4,), real=True)})[0]",
    }[name]


@family("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
def fourier(d, name):
    shape = d.shape(1, 2, 2)
    options = d.given(n=d.count(2, 5), norm=d.pick("ortho", "forward", None))
    return f"np.fft.{name}({d.array(shape, real=name in ('rfft', 'ihfft'))}{options}, axis={d.spelled(d.axis(shape))})"


@family("fft2", "ifft2", "rfft2", "fftn", "ifftn", "rfftn", "fftshift", "ifftshift")
def fourier_many(d, name):
    x = d.array(d.shape(2, 3, 2), real=name in ("rfft2", "rfftn"))
    return f"np.fft.{name}({x})"


# -- the rest ---------------------------------------------------------------------------------------------------


@family("diff", "ediff1d", "gradient", "trapezoid")
def differences(d, name):
    shape = d.shape(1, 2, 3) if name != "gradient" else (d.count(3, 5),)
    x, axis = d.array(shape, real=True), d.axis(shape)
    return {
        "diff": f"np.diff({x}, {d.spelled(d.count(0, 2))}, axis={d.spelled(axis)})",
        "ediff1d": f"np.ediff1d({x})",
        "gradient": d.pick(
            f"np.gradient({x}{d.pick('', ', 0.5')})",
            f"np.gradient({x}, {d.array((), positive=True)}{d.given(edge_order=2)})",
            f"np.gradient({x}, np.cumsum({d.array(shape, positive=True)}){d.given(edge_order=2)})",
        ),
        "trapezoid": f"np.trapezoid({x}{d.pick('', ', dx=0.5')}, axis={d.spelled(axis)})",
    }[name]


@family("convolve", "correlate")
def convolutions(d, name):
    mode = d.pick("full", "same", "valid")
    return f"np.{name}({d.array((d.count(2, 5),))}, {d.array((d.count(1, 3),))}, {d.spelled(mode)})"


@family("interp")
def interpolations(d, name):
    nodes = d.pick(f"np.array({[0.0, 0.4, 1.1, 2.0]})", f"np.cumsum({d.array((4,), positive=True)})")
    options = d.pick("", d.given(left=0.25, right=-0.5), f", period={d.spelled(3.7)}", f", left={d.array((), real=True)}")
    return f"np.interp({d.array(d.shape(0, 2), positive=True)}, {nodes}, {d.array((4,), real=True)}{options})"


@family("cov", "corrcoef")
def covariances(d, name):
    shape = d.pick((4,), (2, 4), (3, 4))
    options = "" if name == "corrcoef" else d.given(bias=d.chance(0.5))
    return f"np.{name}({d.array(shape, real=True)}{options})"


@family("np.polyfit", "chebyshev.chebfit", "polynomial.polyfit")
def fits(d, name):
    function = name if name.startswith("np") else f"np.polynomial.{name}"
    weights = f", w={d.array((5,), positive=True)}" if d.chance(0.5) else ""
    values = d.array(d.pick((5,), (5, 2)), real=True)
    return f"{function}({d.array((5,), real=True)}, {values}, {d.spelled(d.count(0, 2))}{weights})"


@family("polyval", "vander", "unwrap", "polyadd", "polymul", "polyder", "polyint")
def polynomials(d, name):
    if name == "polyval":
        return f"np.polyval({d.array((d.count(1, 4),))}, {d.array(d.shape(0, 2))})"
    if name in ("polyadd", "polymul"):
        return f"np.{name}({d.array((d.count(1, 3),))}, {d.array((d.count(1, 3),))})"
    if name == "vander":
        return f"np.vander({d.array((3,))}, {d.spelled(d.count(1, 4))}{d.given(increasing=True)})"
    return f"np.{name}({d.array((4,), real=True)})"


@family("meshgrid", "broadcast_arrays", "ix_", "atleast_2d")
def grids(d, name):
    if name == "ix_":
        return f"np.ix_({d.array((2,))}, {d.array((3,))})[{d.pick(0, 1)}]"
    if name == "atleast_2d":
        return f"np.atleast_2d({d.array((2,))}, {d.array(d.shape())})[{d.pick(0, 1)}]"
    if name == "meshgrid":
        indexing = d.given(indexing=d.pick("xy", "ij"), sparse=d.chance(0.5))
        return f"np.meshgrid({d.array((2,))}, {d.array((3,))}{indexing})[{d.pick(0, 1)}]"
    shape = d.shape(1)
    return f"np.broadcast_arrays({d.array(shape)}, {d.array(d.like(shape))})[{d.pick(0, 1)}]"


@family(
    "apply_along_axis", "apply_over_axes", "vectorize", "fromfunction", "fromiter", "array", "full", "full_like", "linspace",
    "geomspace", "logspace", "sliding_window_view", "kaiser", "fftfreq",
)  # fmt: skip
def builders(d, name):
    shape = d.shape(1, 2)
    x, y = d.array(shape, real=True), d.array(())
    return {
        "apply_along_axis": f"np.apply_along_axis(lambda v: v * np.sum(v), {d.spelled(d.axis(shape))}, {x})",
        "vectorize": f"np.vectorize(lambda v, w: v * w)({x}, 2.0)",
        "fromfunction": f"np.fromfunction(lambda i, j: i * {y} + j, (2, 3))",
        "array": f"np.array([{y}, {y} * 2.0, 1.0])",
        "full": f"np.full((2, 2), {y})",
        "full_like": f"np.full_like({x}, {d.array((), real=True)})",
        "linspace": d.pick(
            f"np.linspace({d.array((), real=True)}, {d.array((), real=True)}, 4)",
            f"np.linspace({x}, {d.array((), real=True)}, {d.count(1, 3)}"
            + d.given(endpoint=False, axis=-1)
            + d.pick(")", ", dtype=complex)"),
            f"np.linspace({x}, {d.array((), real=True)}, 3, retstep=True)[{d.pick(0, 1)}]",
        ),
        "geomspace": f"np.geomspace({d.array(shape, positive=True)}, 2.5, 3{d.given(endpoint=False, axis=-1)})",
        "logspace": f"np.logspace({x}, {y}, 3{d.pick('', ', base=' + d.array((), positive=True))}{d.given(axis=-1)})",
        "apply_over_axes": f"np.apply_over_axes(np.{d.pick('sum', 'mean', 'max')}, {x}, {d.spelled(d.axis(shape))})",
        "fromiter": f"np.fromiter([{y}, {y} * 2.0], {d.pick('float', 'complex')})",
        "sliding_window_view": f"np.lib.stride_tricks.sliding_window_view({x}, 1, {d.spelled(d.axis(shape))})",
        "kaiser": f"np.kaiser({d.spelled(d.count(1, 5))}, {d.array((), positive=True)})",
        "fftfreq": f"np.fft.{d.pick('fftfreq', 'rfftfreq')}({d.spelled(d.count(1, 5))}, {d.array((), positive=True)})",
    }[name]
