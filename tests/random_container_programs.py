"""Random programs over lists, dictionaries, tuples, records and closures, of two floats: what `random_programs`
writes, and containers that are built, changed after they were read, shared, captured and taken apart.

A *daring* program also changes containers in ways that may be refused (through a second name, `insert`, `del`).
"""

import random

from random_programs import Scope, Writer

HEAD = """import contextlib
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Pair(NamedTuple):
    p: float
    q: float


@dataclass
class Box:
    p: float
    q: float


"""
KEYS = ["k", "m", "n"]


class ContainerScope(Scope):
    """Beside numbers and lists of numbers: what holds them in other ways."""

    def __init__(self, floats, integers=()):
        super().__init__(floats, integers)
        self.dicts = {}  # name: keys
        self.tuples = {}  # name: length
        self.records = {}  # name: class
        self.rows = []  # lists of lists
        self.pairs = []  # lists of tuples of two
        self.functions = []  # of one number
        self.tables = {}  # lists and dictionaries of functions: how one is taken out


class ContainerWriter(Writer):
    """Writes modules that keep numbers in containers."""

    scope = ContainerScope

    def __init__(self, seed, size):
        super().__init__(seed, size)
        self.daring = self.chance(0.2)
        self.over_lists = []

    def module(self):
        for _ in range(self.random.randrange(3)):
            self.helper()
        for _ in range(self.random.randrange(3)):
            self.list_helper()
        self.put("def f(x, y):")
        scope = self.scope(["x", "y"])
        self.depth = 1
        self.new_list(scope)
        while self.budget > 0:
            self.statement(scope)
        self.put(f"return {self.expression(scope, 2)} + {self.expression(scope, 2)}")
        return HEAD + "\n".join([*self.lines, ""])

    def list_helper(self):
        name, scope = f"g{len(self.over_lists)}", self.scope(["v"])
        scope.lists = ["us"]
        self.put(f"def {name}(us, v):")
        self.depth = 1
        kinds = [self.assign, self.read_list]
        if self.chance(0.6):
            self.put("ws = " + self.pick("list(us)", "[*us]", "us[1:] + [v]", "[u * v for u in us]", "us + us"))
            scope.lists = ["ws"]
        if scope.lists == ["ws"] or self.daring:
            kinds += [self.store, self.append]
        for _ in range(self.random.randrange(3)):
            self.pick(*kinds)(scope)
        if self.chance(0.3):
            self.put(f"for u in {scope.lists[0]}:\n        v = {self.bounded(scope.inner(['u']))}")
        self.put(f"return {self.expression(scope, 1)}")
        self.depth = 0
        self.lines += ["", ""]
        self.over_lists.append(name)

    # Expressions.

    def atom(self, scope):
        if self.holders(scope) and self.chance(0.35):
            return self.element(scope)
        return super().atom(scope)

    def holders(self, scope):
        """The names of what numbers can be read from."""
        return [*scope.lists, *scope.dicts, *scope.tuples, *scope.records, *scope.rows, *scope.pairs]

    def index(self, scope, name):
        return self.pick("0", "-1", *[f"{i} % len({name})" for i in scope.integers])

    def element(self, scope):
        name = self.pick(*self.holders(scope))
        if name in scope.lists:
            return self.pick(f"{name}[{self.index(scope, name)}]", self.reduction(scope, name))
        if name in scope.dicts:
            return self.entry(scope, name)
        if name in scope.tuples:
            return f"{name}[{self.random.randrange(scope.tuples[name])}]"
        if name in scope.records:
            return f"{name}.{self.pick('p', 'q')}"
        if name in scope.rows:
            return self.pick(f"{name}[{self.index(scope, name)}][0]", f"sum(sum(row) for row in {name})", f"{name}[-1][-1]")
        return self.pick(f"{name}[{self.index(scope, name)}][{self.pick(0, 1)}]", f"sum(p * q for p, q in {name})")

    def reduction(self, scope, name):
        other = self.pick(*scope.lists)
        return self.pick(
            f"sum({name})",
            f"sum({name}, {self.pick(*scope.floats)})",
            f"max({name})",
            f"min({name})",
            f"max({name}, key=lambda v: v * {self.constant()})",
            f"(sum({name}) / len({name}))",
            f"math.tanh(math.prod({name}))",
            f"math.fsum({name})",
            f"math.hypot(1.0, *{name})",
            f"np.mean({name})",
            f"np.sum({name})",
            f"np.max({name})",
            f"np.tanh(np.prod(np.array({name})))",
            f"math.sin(sum(p * q for p, q in zip({name}, {other})))",
            f"sum(i * v for i, v in enumerate({name}))",
            f"sum(v for v in {name} if v > {self.constant()})",
            f"sorted({name})[0]",
            f"len({name})",
        )

    def entry(self, scope, name):
        key = self.pick(*scope.dicts[name])
        return self.pick(
            f"{name}[{key!r}]",
            f"{name}[{key!r}]",
            f"{name}.get({self.pick(*KEYS)!r}, {self.pick(*scope.floats)})",
            f"sum({name}.values())",
            f"max({name}.values())",
            f"sum(v * len(k) for k, v in {name}.items())",
            f"({name}[{key!r}] if {self.pick(*KEYS)!r} in {name} else {self.constant()})",
        )

    def applied(self, scope):
        value = self.bounded(scope)
        calls = [f"{g}({value})" for g in scope.functions]
        calls += [f"{name}[{how}]({value})" for name, how in scope.tables.items()]
        calls += [f"{g}({us}, {value})" for g in self.over_lists for us in scope.lists if us not in scope.frozen]
        return self.pick(*calls) if calls else value

    # Statements.

    def weights(self, scope, simple):
        deep = simple or self.depth > 3
        free = set(scope.lists) - scope.frozen
        return {
            **super().weights(scope, simple),
            self.parallel: 1,
            self.attempt: 0 if simple else 0.5,
            self.read_list: 2,
            self.store: 3,
            self.grow: 2 if free else 0,
            self.shrink: 1.5 if free else 0,
            self.dare: 6 if self.daring else 0,
            self.new_dict: 1.5,
            self.enter: 3 if scope.dicts else 0,
            self.over_dict: 1.5 if scope.dicts and not deep else 0,
            self.new_tuple: 1,
            self.unpack: 1,
            self.new_record: 0.7,
            self.new_rows: 0.7,
            self.new_pairs: 0.7,
            self.nested: 1 if (scope.rows or scope.pairs) and not deep else 0,
            self.new_function: 2 if not deep else 0,
            self.new_table: 1,
            self.call: 3,
        }

    def new_list(self, scope):
        name = self.fresh("ys")
        self.put(f"{name} = {self.list_text(scope)}")
        scope.lists = [*scope.lists, name]

    def list_text(self, scope):
        items = ", ".join(self.expression(scope, 1) for _ in range(self.pick(1, 2, 3)))
        literals = [f"[{items}]", f"[{items}]", f"[{self.atom(scope)}] * 2", f"[0.0, {items}]"]
        if not scope.lists or self.chance(0.4):
            return self.pick(*literals)
        us, vs, value = self.pick(*scope.lists), self.pick(*scope.lists), self.atom(scope)
        others = [f"list({d}.values())" for d in scope.dicts] + [f"[sum(row) for row in {r}]" for r in scope.rows]
        return self.pick(
            f"[math.sin(q) * {value} for q in {us}]",
            f"[q * {value} for q in {us} if q > {self.constant()}] + [{value}]",
            f"[p * q for p in {us}[:2] for q in {vs}[:2]]",
            f"[p * q for p, q in zip({us}, {vs})]",
            f"[q * i for i, q in enumerate({us})]",
            f"[{value}, *{us}]",
            f"list({us})",
            f"{us}.copy()",
            f"{us}[::-1]",
            f"{us}[1:] + [{value}]",
            f"{us} + {vs}",
            f"sorted({us})",
            f"sorted({us}, key=lambda q: -q, reverse={self.pick(True, False)})",
            f"list(map(lambda q: q * {value}, {us}))",
            f"list(reversed({us}))",
            *others,
        )

    def read_list(self, scope):
        name = self.target(scope)
        self.put(f"{name} = {self.reduction(scope, self.pick(*scope.lists))}")
        self.bind(scope, name)

    def store(self, scope):
        name = self.pick(*scope.lists)
        place = f"{name}[{self.index(scope, name)}]"
        value = self.bounded(scope)
        self.put(
            self.pick(f"{place} = {value}", f"{place} += {value}", f"{place} *= {value}", f"{place} -= {self.atom(scope)}")
        )

    def grow(self, scope):
        name, value = self.pick(*sorted(set(scope.lists) - scope.frozen)), self.bounded(scope)
        other = self.pick(*scope.lists)
        self.put(
            self.pick(f"{name}.extend([{value}, {self.atom(scope)}])", f"{name}.extend({other}[:2])", f"{name} += [{value}]")
        )

    def shrink(self, scope):
        name, target = self.pick(*sorted(set(scope.lists) - scope.frozen)), self.pick(*scope.floats)
        self.put(f"if len({name}) > 2:")
        self.put(
            "    " + self.pick(f"{target} = {name}.pop()", f"{target} += {name}.pop() * {self.atom(scope)}", f"{name}.pop()")
        )

    def dare(self, scope):
        """What changes a container in a way that may be refused."""
        name, value = self.pick(*scope.lists), self.bounded(scope)
        if scope.dicts and self.chance(0.7):
            name = self.pick(*scope.dicts)
            self.put(
                self.pick(
                    f"{name}.update({scope.dicts[name][0]}={value})", f"{name}.setdefault({scope.dicts[name][0]!r}, {value})"
                )
            )
        elif self.chance(0.3):
            other = self.fresh("zs")
            self.put(f"{other} = {name}")
            scope.lists = [*scope.lists, other]
            scope.frozen = scope.frozen | {name, other}
        elif name in scope.frozen:
            self.store(scope)
        else:
            self.put(
                self.pick(
                    f"{name}.insert(0, {value})",
                    f"{name}[:1] = [{value}, {self.atom(scope)}]",
                    f"{name}.sort()",
                    f"{name}.reverse()",
                    f"if len({name}) > 2: del {name}[0]",
                    f"if len({name}) > 2: {name}.pop(0)",
                )
            )

    def new_dict(self, scope):
        name, keys = self.fresh("d"), KEYS[: self.pick(1, 2, 3)]
        text, keys = self.pick(*self.dict_texts(scope, keys))
        self.put(f"{name} = {text}")
        scope.dicts = {**scope.dicts, name: keys}

    def dict_texts(self, scope, keys):
        """Texts of dictionaries, and the keys that each is sure to have."""
        entries = ", ".join(f"{k!r}: {self.expression(scope, 1)}" for k in keys)
        yield f"{{{entries}}}", keys
        yield f"dict({', '.join(f'{k}={self.atom(scope)}' for k in keys)})", keys
        yield f"{{q: {self.atom(scope)} for q in {keys}}}", keys
        for other, known in list(scope.dicts.items())[-2:]:
            yield f"{{**{other}, {entries}}}", list(dict.fromkeys([*known, *keys]))
            yield f"dict({other}, k={self.atom(scope)})", list(dict.fromkeys([*known, "k"]))
            yield f"{{k: v * {self.atom(scope)} for k, v in {other}.items()}}", known
            yield self.pick(f"dict({other})", f"{other}.copy()"), known
        for us in scope.lists[-1:]:
            yield f"dict(zip({KEYS}, {us}))", KEYS[:1]

    def enter(self, scope):
        name, value = self.pick(*scope.dicts), self.bounded(scope)
        known = self.pick(*scope.dicts[name])
        texts = [f"{name}[{known!r}] = {value}", f"{name}[{known!r}] += {value}", f"{name}[{known!r}] *= {value}"]
        if name not in scope.frozen:
            key = self.pick(*KEYS)
            texts += [f"{name}[{key!r}] = {value}", f"{name}[{key!r}] = {name}.get({key!r}, 0.0) + {value}"]
        self.put(self.pick(*texts))

    def over_dict(self, scope):
        name, v = self.pick(*scope.dicts), self.fresh("v")
        header = self.pick(
            f"k, {v} in {name}.items()", f"{v} in {name}.values()", f"k in {name}", f"k, {v} in sorted({name}.items())"
        )
        inner = scope.inner(floats=[v] if v in header else [], frozen=[name], loop=True)
        self.put(f"for {header}:")
        if header.startswith("k"):
            target = self.pick(*scope.floats)
            place = f"{name}[k]"
            self.put(
                "    "
                + self.pick(f"{target} += {place}", f"{place} = {self.bounded(inner)}", f"{place} *= {self.atom(inner)}")
            )
        self.block(inner)

    def new_tuple(self, scope):
        name, length = self.fresh("t"), self.pick(1, 2, 3)
        self.put(f"{name} = ({', '.join(self.expression(scope, 1) for _ in range(length))},)")
        scope.tuples = {**scope.tuples, name: length}

    def unpack(self, scope):
        one, rest, name = self.target(scope), self.fresh("ys"), self.pick(*scope.lists)
        kind = self.random.random()
        if kind < 0.5:
            self.put(
                self.pick(
                    f"{one}, *{rest} = [*{name}, {self.atom(scope)}]", f"*{rest}, {one} = ({self.atom(scope)}, *{name})"
                )
            )
            scope.lists = [*scope.lists, rest]
        elif scope.records or scope.pairs:
            names = [n for n in scope.records if scope.records[n] == "Pair"] + [f"{n}[0]" for n in scope.pairs]
            self.put(f"{one}, {rest} = {self.pick(*names, f'({self.atom(scope)}, {self.atom(scope)})')}")
            self.bind(scope, rest)
        else:
            self.put(
                f"({one}, {rest}), {self.pick(*scope.floats)} = ({self.atom(scope)}, {self.atom(scope)}), {self.atom(scope)}"
            )
            self.bind(scope, rest)
        self.bind(scope, one)

    def new_record(self, scope):
        name, kind = self.fresh("r"), self.pick("Pair", "Box")
        self.put(f"{name} = {kind}({self.expression(scope, 1)}, {self.pick('', 'q=')}{self.atom(scope)})")
        scope.records = {**scope.records, name: kind}

    def new_rows(self, scope):
        name = self.fresh("rows")
        texts = [f"[[{self.atom(scope)}, {self.atom(scope)}], [{self.expression(scope, 1)}]]"]
        texts += [f"[[q * p for q in {us}] for p in {vs}]" for us in scope.lists[:2] for vs in scope.lists[:2]]
        texts += [f"[[{us}[0], {self.atom(scope)}], {us}]" for us in scope.lists if self.daring]
        self.put(f"{name} = {self.pick(*texts)}")
        scope.rows = [*scope.rows, name]

    def new_pairs(self, scope):
        name = self.fresh("ps")
        texts = [f"[({self.atom(scope)}, {self.expression(scope, 1)}), ({self.atom(scope)}, {self.atom(scope)})]"]
        texts += [f"list(zip({us}, {vs}))" for us in scope.lists[:2] for vs in scope.lists[:2]]
        texts += [f"[(q, q * {self.atom(scope)}) for q in {us}]" for us in scope.lists]
        self.put(f"{name} = {self.pick(*texts)}")
        scope.pairs = [*scope.pairs, name]

    def nested(self, scope):
        """A loop over what is nested."""
        name, v = self.pick(*scope.rows, *scope.pairs), self.fresh("v")
        if name in scope.rows:
            self.put(f"for row in {name}:")
            inner = scope.inner(loop=True)
            inner.lists, inner.frozen = [*scope.lists, "row"], inner.frozen | {"row"}
            if self.daring:
                inner.frozen -= {"row"}
        else:
            w = self.fresh("w")
            header = self.pick(f"{v}, {w} in {name}", f"_, ({v}, {w}) in enumerate({name})", f"{v}, {w} in reversed({name})")
            self.put(f"for {header}:")
            inner = scope.inner(floats=[v, w], loop=True)
        self.block(inner)

    def new_function(self, scope):
        """A function of the function's own, that captures what is around it."""
        name, inner = self.fresh("g"), scope.inner(floats=["u"])
        inner.loops, inner.frozen = 0, inner.frozen | set(scope.lists)
        if self.chance(0.4):
            self.put(f"{name} = lambda u: {self.expression(inner, 2)}")
        else:
            log = self.fresh("log") if self.chance(0.2) else None
            if log:
                self.put(f"{log} = [{self.atom(scope)}]")
            self.put(f"def {name}(u):")
            self.depth += 1
            outer = self.pick(*scope.floats)
            if log:
                self.put(f"{log}.append({self.bounded(inner)})")
                scope.tuples = {**scope.tuples, log: 1}
            elif self.chance(0.5) and self.depth == 2:
                self.put(f"nonlocal {outer}")
                self.put(f"{outer} = {self.bounded(inner)}")
            elif self.chance(0.2):
                self.store(inner)
            self.put(f"return {self.expression(inner, 1)}")
            self.depth -= 1
        scope.functions = [*scope.functions, name]

    def new_table(self, scope):
        name, inner = self.fresh("fs"), scope.inner(floats=["u"])
        made = [f"lambda u: {self.expression(inner, 1)}", f"lambda u: {self.bounded(inner)}"]
        chosen = [self.pick("math.sin", "math.tanh", *made, *scope.functions) for _ in range(2)]
        if self.chance(0.5):
            self.put(f"{name} = [{', '.join(chosen)}]")
            how = self.pick("0", "-1", *[f"{i} % 2" for i in scope.integers])
        else:
            self.put(f"{name} = {{'k': {chosen[0]}, 'm': {chosen[1]}}}")
            how = self.pick("'k'", "'m'")
        scope.tables = {**scope.tables, name: how}

    def call(self, scope):
        name = self.target(scope)
        self.put(f"{name} = {self.applied(scope)}")
        self.bind(scope, name)


def generate(seed, size=14):
    """The text of a random module with a function `f(x, y)` of about `size` statements."""
    return ContainerWriter(seed, size).module()


def points(seed, count=2):
    """Points to try the program of `seed` at."""
    draw = random.Random(f"points of {seed}")
    return [(draw.uniform(-1.6, 1.6), draw.uniform(-1.6, 1.6)) for _ in range(count)]
