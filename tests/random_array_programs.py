"""Random programs over arrays: `f(v, m, s)` of a vector of 4, a matrix of 3 by 4 and a number.

Every expression is written for a shape, by broadcasting, reducing and rearranging what has other shapes. A *daring*
program also changes arrays in place, which may be refused.
"""

import random

import numpy as np
from random_programs import Scope, Writer

SHAPES = {"number": (), "vector": (4,), "column": (3, 1), "short": (3,), "matrix": (3, 4)}
SMALLER = {"number": [], "vector": ["number"], "column": ["number"], "short": ["number"]}
SMALLER["matrix"] = ["number", "vector", "column"]  # what broadcasts to it


class ArrayScope(Scope):
    """`arrays` are the names that surely hold an array of each shape; numbers are among the floats."""

    def __init__(self, floats, integers=()):
        super().__init__(floats, integers)
        self.arrays = {shape: [] for shape in SHAPES}

    def inner(self, floats=(), integers=(), frozen=(), loop=False):
        new = super().inner(floats, integers, frozen, loop)
        new.arrays = {shape: list(names) for shape, names in self.arrays.items()}
        return new


class ArrayWriter(Writer):
    """Writes modules whose values are arrays of a few shapes."""

    scope = ArrayScope

    def __init__(self, seed, size):
        super().__init__(seed, size)
        self.daring = self.chance(0.15)
        self.over_arrays = []

    def module(self):
        for _ in range(self.random.randrange(3)):
            self.array_helper()
        notes = self.pick("", "", ": np.ndarray")
        self.put(f"def f(v{notes}, m{notes}, s{notes and ': float'}):")
        scope = self.scope(["s"])
        scope.arrays |= {"vector": ["v"], "matrix": ["m"]}
        self.depth = 1
        while self.budget > 0:
            self.statement(scope)
        self.put(f"return {self.of('number', scope, 3)} + {self.of('number', scope, 2)}")
        return "\n".join(["import contextlib", "import math", "", "import numpy as np", "", "", *self.lines, ""])

    def array_helper(self):
        """A function of a vector and a number that gives a vector, or of a matrix that gives a number."""
        name, scope = f"h{len(self.over_arrays)}", self.scope(["r"])
        given, result = self.pick(("vector", "vector"), ("matrix", "number"), ("matrix", "vector"))
        scope.arrays[given] = ["a"]
        self.put(f"def {name}(a, r):")
        self.depth = 1
        if self.chance(0.4):
            self.put(f"if {self.condition(scope)}:")
            self.put(f"    return {self.of(result, scope, 1)}")
        if self.chance(0.4):
            self.put(f"for i in range({self.random.randrange(4)}):")
            self.put(f"    a = {self.bounded_of(given, scope.inner(integers=['i']))}")
        self.put(f"return {self.of(result, scope, 2)}")
        self.depth = 0
        self.lines += ["", ""]
        self.over_arrays.append((name, given, result))

    # Expressions, by shape.

    def of(self, shape, scope, depth):
        """An expression that has `shape`."""
        if depth <= 0 or self.chance(0.1):
            return self.leaf(shape, scope)
        kind = self.random.random()
        if kind < 0.35:
            return self.arithmetic(shape, scope, depth)
        if kind < 0.5:
            return self.bounded_of(shape, scope, self.of(shape, scope, depth - 1))
        return self.pick(*getattr(self, f"{shape}_texts")(scope, depth - 1))

    def leaf(self, shape, scope):
        if shape == "number":
            return super().atom(scope)
        if scope.arrays[shape]:
            return self.pick(*scope.arrays[shape])
        v, m = self.pick(*scope.arrays["vector"], "v"), self.pick(*scope.arrays["matrix"], "m")
        if self.over_arrays is not None and "v" not in scope.arrays["vector"] and "m" not in scope.arrays["matrix"]:
            a = (scope.arrays["vector"] or scope.arrays["matrix"])[0]
            v, m = (a, "np.outer(a[:3], a)") if scope.arrays["vector"] else (f"{a}[1]", a)
        return {"vector": v, "matrix": m, "short": f"{v}[1:]", "column": f"{m}[:, 1:2]"}[shape]

    def expression(self, scope, depth):
        return self.of("number", scope, depth) if self.chance(0.6) else super().expression(scope, depth)

    def bounded_of(self, shape, scope, of=None):
        of = of or self.of(shape, scope, 1)
        return self.pick(
            f"np.sin({of})", f"np.cos({of})", f"np.tanh({of})", f"np.exp(-np.sin({of}))", f"np.sqrt(1.1 + np.sin({of}))"
        )

    def arithmetic(self, shape, scope, depth):
        other = self.pick(shape, *SMALLER[shape])
        one, two = self.of(shape, scope, depth - 1), self.of(other, scope, depth - 1)
        if self.chance(0.5):
            one, two = two, one
        return self.pick(
            f"({one} {self.pick('+', '-')} {two})",
            f"({one} * {two})",
            f"({one} / (2 + np.cos({two})))",
            f"np.{self.pick('add', 'multiply', 'subtract')}({one}, {two})",
            f"np.{self.pick('maximum', 'minimum', 'hypot', 'arctan2')}({one}, 0.3 + {two})",
            f"(({one} - {two}) ** 2)",
            f"(-{one} * {two})",
        )

    def condition(self, scope, depth=1):
        if self.chance(0.3):
            return f"{self.of('number', scope, 1)} {self.pick('<', '>')} {self.constant()}"
        return super().condition(scope, depth)

    def row(self, scope, length):
        return self.pick("0", "-1", "1", *[f"{i} % {length}" for i in scope.integers])

    def number_texts(self, scope, depth):
        v, m = self.of("vector", scope, depth), self.of("matrix", scope, depth)
        w = self.of("vector", scope, depth - 1)
        reduction = self.pick("sum", "mean", "max", "min", "std", "var")
        yield from (f"np.{reduction}({v})", f"np.{reduction}({m})", f"({m}).{self.pick('sum', 'mean', 'max')}()")
        yield f"np.tanh(np.prod({v}))"
        yield from (f"({v})[{self.row(scope, 4)}]", f"({m})[{self.row(scope, 3)}, {self.row(scope, 4)}]")
        yield from (f"np.dot({v}, {w})", f"(({v}) @ ({w}))", f"np.linalg.norm({v})", f"np.sum(({m})[1])", f"len({w})")
        yield from (f"np.sum(({v})[{w} > {self.constant()}])", f"np.sum(np.outer({v}, {w}))", f"float(np.sum({v}))")
        yield f"sum(e * {self.constant()} for e in {v})"
        yield f"np.sum(np.array([{self.leaf('number', scope)}, {self.leaf('number', scope)}]))"
        for name, given, result in self.over_arrays:
            if result == "number":
                yield from [f"{name}({self.leaf(given, scope)}, {self.leaf('number', scope)})"] * 3

    def vector_texts(self, scope, depth):
        v, m, x = self.of("vector", scope, depth), self.of("matrix", scope, depth), self.of("number", scope, depth)
        w, short = self.leaf("vector", scope), self.of("short", scope, depth - 1)
        yield from (f"({m}).{self.pick('sum', 'mean', 'max')}(axis=0)", f"np.{self.pick('sum', 'prod', 'min')}({m}, axis=0)")
        yield from (
            f"({m})[{self.row(scope, 3)}]",
            f"(({short}) @ ({m}))",
            f"(({m}).T @ ({short}))",
            f"np.dot({short}, {m})",
        )
        yield from (f"np.array([{x}, {self.leaf('number', scope)}, {self.constant()}, {x}])", f"np.stack([{x}] * 4)")
        yield from (f"np.where({w} > {self.constant()}, {v}, {x})", f"np.where({w} > 0, {v}, {w})")
        yield from (f"np.concatenate([({v})[:2], {w}[2:]])", f"np.append({short}, {x})", f"np.hstack([{short}, {x}])")
        yield from (f"({v})[::-1]", f"({v})[[0, 0, 1, 3]]", f"({v})[np.array([1, 1, 2, -1])]", f"np.cumsum({v})")
        yield from (f"(np.zeros_like({w}) + {x})", f"np.full(4, {x})", f"np.sort({v})", f"np.roll({v}, 1)", f"np.abs({v})")
        yield from (f"({m}).reshape(4, 3)[:, 1]", f"np.ravel({m})[::3]", f"np.array([e * {self.constant()} for e in {v}])")
        yield from (f"({v}).copy()", f"np.clip({v}, -0.9, 0.8)", f"({m}).T[:, 0]", f"np.reshape({v}, (2, 2)).T.ravel()")
        for name, given, result in self.over_arrays:
            if result == "vector":
                yield from [f"{name}({self.leaf(given, scope)}, {self.leaf('number', scope)})"] * 3

    def short_texts(self, scope, depth):
        v, m = self.of("vector", scope, depth), self.of("matrix", scope, depth)
        yield from (f"({m}).{self.pick('sum', 'mean', 'max')}(axis=1)", f"np.mean({m}, axis=-1)", f"(({m}) @ ({v}))")
        yield from (f"({m})[:, {self.row(scope, 4)}]", f"({v})[1:]", f"({v})[:3]", f"np.diff({v})", f"np.dot({m}, {v})")

    def column_texts(self, scope, depth):
        m, short = self.of("matrix", scope, depth), self.of("short", scope, depth)
        yield from (f"({m}).{self.pick('sum', 'mean', 'max')}(axis=1, keepdims=True)", f"np.sum({m}, axis=1, keepdims=True)")
        yield from (f"({short})[:, None]", f"({short}).reshape(3, 1)", f"({m})[:, :1]", f"np.expand_dims({short}, 1)")

    def matrix_texts(self, scope, depth):
        v, m, short = self.of("vector", scope, depth), self.of("matrix", scope, depth), self.of("short", scope, depth)
        w, n = self.leaf("vector", scope), self.leaf("matrix", scope)
        yield from (
            f"np.outer({short}, {v})",
            f"np.stack([{v}, {w}, {v}])",
            f"np.array([{w}, {v}, {w}])",
            f"(({short})[:, None] * {v})",
        )
        yield from (
            f"({m}).reshape(4, 3).T",
            f"({m} - {n}.mean(axis=1, keepdims=True))",
            f"({m})[[0, 2, 2]]",
            f"({m})[::-1, ::-1]",
        )
        yield from (f"np.concatenate([({m})[:1], {n}[1:]])", f"np.vstack([{v}, {n}[:2]])", f"np.where({n} > 0, {m}, {v})")
        yield from (f"np.where({n}[:, :1] > {self.constant()}, {v}, {m})", f"({m})[:, [3, 0, 0, 1]]", f"({m}).copy()")
        yield from (f"np.cumsum({m}, axis={self.pick(0, 1)})", f"np.swapaxes(({m}).T, 0, 1)", f"np.tile({v}, (3, 1))")
        yield from (f"np.array([r * {self.constant()} for r in {m}])", f"({n} @ np.outer({w}, {v}))", f"np.atleast_2d({m})")
        yield f"np.broadcast_to({v}, (3, 4))"

    # Statements.

    def weights(self, scope, simple):
        return {
            **super().weights(scope, simple),
            self.parallel: 1,
            self.attempt: 0 if simple else 0.5,
            self.new_list: 0.5,
            self.assign_array: 7,
            self.over_rows: 0 if simple else 2,
            self.over_elements: 0 if simple else 1.5,
            self.gather: 0 if simple else 2,
            self.swap: 0.7,
            self.constants: 0.7,
            self.in_place: 2 if self.daring else 0,
        }

    def assign_array(self, scope):
        shape = self.pick("vector", "vector", "matrix", "matrix", "short", "column")
        value = self.of(shape, scope, 2)
        name = self.pick(*scope.arrays[shape]) if scope.arrays[shape] and self.chance(0.5) else self.fresh(shape[0])
        self.put(f"{name} = {value}")
        self.bind_array(scope, shape, name)

    def bind_array(self, scope, shape, name):
        scope.arrays[shape] = list(dict.fromkeys([*scope.arrays[shape], name]))

    def over_rows(self, scope):
        row, other, i = self.fresh("row"), self.fresh("e"), self.fresh("i")
        m, w = self.of("matrix", scope, 1), self.leaf("vector", scope)
        inner = scope.inner(loop=True)
        header = self.pick(
            f"{row} in {m}", f"{row}, {other} in zip({m}, {w})", f"{i}, {row} in enumerate({m})", f"{row} in reversed({m})"
        )
        self.put(f"for {header}:")
        self.bind_array(inner, "vector", row)
        if other in header:
            inner.floats.append(other)
        if i in header.split():
            inner.integers.append(i)
        if i + "," in header:
            inner.integers = list(dict.fromkeys([*inner.integers, i]))
        self.block(inner)

    def over_elements(self, scope):
        i, target, v = self.fresh("i"), self.pick(*scope.floats), self.leaf("vector", scope)
        self.put(f"for {i} in range({self.pick('4', f'len({v})', f'{v}.shape[0]', '1, 4')}):")
        inner = scope.inner(integers=[i], loop=True)
        value = f"{v}[{i}] * {self.of('number', inner, 1)}"
        self.put(
            "    "
            + self.pick(f"{target} = np.tanh({target}) + {value}", f"{target} += {value}", f"{target} -= np.sin({value})")
        )
        self.block(inner, self.pick(1, 2))

    def gather(self, scope):
        """A list of arrays, or of numbers, that becomes an array."""
        rows, i, name = self.fresh("rows"), self.fresh("i"), self.fresh("g")
        shape, n = self.pick(("vector", 3), ("number", 4), ("number", 3))
        result = {("vector", 3): "matrix", ("number", 4): "vector", ("number", 3): "short"}[shape, n]
        self.put(f"{rows} = []")
        self.put(f"for {i} in range({n}):")
        inner = scope.inner(integers=[i], loop=False)
        inner.loops = 0
        self.depth += 1
        self.assign(inner) if self.chance(0.5) else self.assign_array(inner)
        self.put(f"{rows}.append({self.of(shape, inner, 2)})")
        self.depth -= 1
        self.put(f"{name} = {self.pick(f'np.array({rows})', f'np.stack({rows})')}")
        self.bind_array(scope, result, name)

    def swap(self, scope):
        shape = self.pick("vector", "matrix")
        if len(scope.arrays[shape]) > 1:
            one, two = self.random.sample(scope.arrays[shape], 2)
            self.put(f"{one}, {two} = {two}, {self.of(shape, scope, 1)}")
        else:
            self.assign_array(scope)

    def constants(self, scope):
        """An array of constants, filled and changed in place."""
        name, value = self.fresh("c"), self.leaf("vector", scope)
        self.put(f"{name} = {self.pick('np.ones(4)', 'np.zeros(4)', 'np.arange(4.0)', f'np.ones_like({value})')}")
        self.put(self.pick(f"{name}[1:] = 0.5", f"{name}[0] += 2.0", f"{name} *= 0.7", f"{name}[{name} > 0.5] = 0.2"))
        self.bind_array(scope, "vector", name)

    def in_place(self, scope):
        shape = self.pick("vector", "matrix")
        if not scope.arrays[shape]:
            return self.assign_array(scope)
        name, value = self.pick(*scope.arrays[shape]), self.of("number", scope, 1)
        self.put(
            self.pick(
                f"{name} += {self.of(shape, scope, 1)}",
                f"{name} *= {value}",
                f"{name}[0] = {value}",
                f"{name}[1:] += {value}",
                f"np.multiply({name}, {value}, out={name})",
            )
        )


def generate(seed, size=14):
    """The text of a random module with a function `f(v, m, s)` of about `size` statements."""
    return ArrayWriter(seed, size).module()


def points(seed, count=2):
    """Points to try the program of `seed` at; in single precision now and then."""
    draw = np.random.default_rng([random.Random(f"points of {seed}").randrange(2**32)])
    kind = np.float32 if seed % 10 == 7 else np.float64
    shapes = [SHAPES["vector"], SHAPES["matrix"]]
    return [
        (*(draw.uniform(-1.6, 1.6, s).astype(kind) for s in shapes), float(draw.uniform(-1.6, 1.6))) for _ in range(count)
    ]
