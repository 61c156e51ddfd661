"""Random programs as source text: loops, branches, jumps, helpers, lists, exceptions, contexts, over two floats.

`generate(seed, size)` gives the text of a module with a function `f(x, y)`; equal arguments give equal text.
Programs terminate, stay bounded as a rule, and use every variable only where it is surely defined. They are
smooth but for their branches. What is asked of them is in `random_checks`.
"""

import copy
import random

NAMES = ["a", "b", "c", "d", "e", "t", "x_bar", "y_stash"]


class Scope:
    """The names that are surely bound at this place, and where we are."""

    def __init__(self, floats, integers=()):
        self.floats = list(floats)
        self.integers = list(integers)
        self.lists = []
        self.frozen = frozenset()  # containers being iterated: they may not grow
        self.loops = 0

    def inner(self, floats=(), integers=(), frozen=(), loop=False):
        new = copy.copy(self)
        new.floats = list(dict.fromkeys([*self.floats, *floats]))
        new.integers = list(dict.fromkeys([*self.integers, *integers]))
        new.frozen = self.frozen | set(frozen)
        new.loops = self.loops + loop
        return new


class Writer:
    """Writes one module, statement by statement, until its budget is spent."""

    scope = Scope

    def __init__(self, seed, size):
        self.random = random.Random(seed)
        self.budget = size
        self.lines = []
        self.helpers = []
        self.counter = 0
        self.depth = 0

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, *choices):
        return self.random.choice(choices)

    def put(self, text):
        self.lines.append("    " * self.depth + text)

    def fresh(self, prefix):
        self.counter += 1
        return f"{prefix}{self.counter}"

    def module(self):
        for _ in range(self.random.randrange(3)):
            self.helper()
        if self.chance(0.3):
            self.recursive_helper()
        self.put("def f(x, y):")
        scope = self.scope(["x", "y"])
        self.depth = 1
        while self.budget > 0:
            self.statement(scope)
        self.put(f"return {self.expression(scope, 2)}")
        return "\n".join(["import contextlib", "import math", "", "", *self.lines, ""])

    # Helpers: small functions, with a branch or a loop now and then.

    def helper(self):
        name = f"h{len(self.helpers)}"
        scope = self.scope(["u", "v"])
        self.put(f"def {name}(u, v):")
        self.depth = 1
        if self.chance(0.5):
            self.put(f"if {self.condition(scope)}:")
            self.put(f"    return {self.bounded(scope)}")
        if self.chance(0.4):
            self.put(f"for i in range({self.random.randrange(4)}):")
            self.put(f"    u = {self.bounded(scope.inner(integers=['i']))}")
        self.put(f"return {self.bounded(scope)}")
        self.depth = 0
        self.lines += ["", ""]
        self.helpers.append(name + "({}, {})")

    def recursive_helper(self):
        scope = self.scope(["u"], ["n"])
        body = self.bounded(scope)
        again = self.pick(
            "math.sin(again(u * 0.7, n - 1)) + u",
            f"again({body}, n - 1) * 0.8",
            "u * again(-u, n - 1)",
        )
        self.lines += ["def again(u, n):", "    if n == 0:", "        return u"]
        self.lines += [f"    return {again}", "", ""]
        self.helpers.append("again({}, " + str(self.random.randrange(4)) + ")")

    # Expressions: smooth, and bounded as long as their operands are.

    def constant(self):
        return repr(round(self.random.uniform(-2, 2), 2)).replace("-0.0", "0.5")

    def atom(self, scope):
        kind = self.random.random()
        if scope.lists and kind < 0.2:
            return self.element(scope)
        if scope.integers and kind < 0.35:
            return self.pick(*scope.integers)
        if kind < 0.45:
            return self.constant()
        return self.pick(*scope.floats)

    def element(self, scope):
        items = self.pick(*scope.lists)
        where = ["0", "-1"] + [f"{i} % len({items})" for i in scope.integers]
        return self.pick(*[f"{items}[{index}]" for index in where], f"(sum({items}) / len({items}))")

    def expression(self, scope, depth):
        if depth <= 0 or self.chance(0.15):
            return self.atom(scope)
        left, right = self.expression(scope, depth - 1), self.expression(scope, depth - 1)
        kind = self.random.random()
        if kind < 0.3:
            return f"({left} {self.pick('+', '-')} {right})"
        if kind < 0.5:
            return f"{left} * {right}" if self.chance(0.5) else f"({left} * {right})"
        if kind < 0.6:
            return f"({left} / (2 + math.cos({right})))"
        if kind < 0.8:
            return self.bounded(scope, left)
        if kind < 0.86 and self.helpers:
            return self.pick(*self.helpers).format(left, right)
        if kind < 0.92:
            return f"({left} if {self.condition(scope)} else {right})"
        if kind < 0.96:
            return f"math.sin({left}) ** 2"
        return f"(-{self.atom(scope)})"

    def bounded(self, scope, of=None):
        of = of or self.expression(scope, 2)
        return self.pick(
            f"math.sin({of})",
            f"math.cos({of})",
            f"math.tanh({of})",
            f"math.exp(-math.sin({of}))",
            f"math.sqrt(1.1 + math.sin({of}))",
        )

    def condition(self, scope, depth=1):
        kind = self.random.random()
        if depth and kind < 0.15:
            parts = self.condition(scope, 0), self.condition(scope, 0)
            return f" {self.pick('and', 'or')} ".join(parts)
        if depth and kind < 0.2:
            return f"not ({self.condition(scope, 0)})"
        if scope.integers and kind < 0.4:
            return f"{self.pick(*scope.integers)} % {self.pick(2, 3)} == {self.pick(0, 1)}"
        value = self.pick(*scope.floats)
        if kind < 0.5:
            return f"{self.constant()} < {value} < {self.constant()}"
        if kind < 0.65:
            return f"{self.expression(scope, 1)} {self.pick('<', '>')} {self.constant()}"
        return f"{value} {self.pick('<', '>', '<=', '>=')} {self.constant()}"

    # Statements.

    def block(self, scope, statements=None):
        """An indented block in a scope of its own."""
        self.depth += 1
        for _ in range(statements or self.random.choice([1, 1, 2, 2, 3, 4])):
            self.statement(scope)
        self.depth -= 1

    def statement(self, scope):
        self.budget -= 1
        weights = self.weights(scope, simple=self.depth > 4 or self.budget <= 0)
        self.random.choices(list(weights), list(weights.values()))[0](scope)

    def weights(self, scope, simple):
        """How often each kind of statement is written here; `simple`: none that holds others."""
        return {
            self.assign: 6,
            self.augment: 4,
            self.parallel: 2,
            self.new_list: 1.5,
            self.append: 3 if set(scope.lists) - scope.frozen else 0,
            self.branch: 0 if simple else 4,
            self.count: 0 if simple else 3.5,
            self.iterate: 0 if simple else 1.5,
            self.repeat: 0 if simple else 1.5,
            self.attempt: 0 if simple else 1,
            self.context: 0 if simple else 0.7,
            self.jump: 0 if self.depth < 2 else 2,
        }

    def target(self, scope):
        return self.pick(*scope.floats) if self.chance(0.6) else self.pick(*NAMES)

    def bind(self, scope, *names):
        scope.floats = list(dict.fromkeys([*scope.floats, *names]))

    def assign(self, scope):
        value = self.bounded(scope) if self.chance(0.5) else self.expression(scope, 2)
        name = self.target(scope)
        if self.chance(0.1):
            other = self.target(scope)
            self.put(f"{name} = {other} = {value}")
            self.bind(scope, other)
        else:
            self.put(f"{name} = {value}")
        self.bind(scope, name)

    def augment(self, scope):
        value, name = self.expression(scope, 1), self.pick(*scope.floats)
        self.put(
            self.pick(
                f"{name} += {value}",
                f"{name} -= {value}",
                f"{name} *= {self.bounded(scope)}",
                f"{name} /= 2 + math.cos({value})",
            )
        )

    def parallel(self, scope):
        one, other = self.target(scope), self.target(scope)
        if one == other:
            return self.assign(scope)
        first = other if other in scope.floats else self.atom(scope)
        self.put(f"{one}, {other} = {first}, {self.expression(scope, 2)}")
        self.bind(scope, one, other)

    def new_list(self, scope):
        name = self.fresh("ys")
        sources = scope.lists
        if sources and self.chance(0.4):
            self.put(f"{name} = [math.sin(q) * {self.atom(scope)} for q in {self.pick(*sources)}]")
        else:
            items = ", ".join(self.expression(scope, 1) for _ in range(self.pick(1, 2, 3)))
            self.put(f"{name} = [{items}]")
        scope.lists = [*scope.lists, name]

    def append(self, scope):
        growing = sorted(set(scope.lists) - scope.frozen)
        self.put(f"{self.pick(*growing)}.append({self.bounded(scope)})")

    def branch(self, scope):
        self.put(f"if {self.condition(scope)}:")
        self.block(scope.inner())
        while self.chance(0.25):
            self.put(f"elif {self.condition(scope)}:")
            self.block(scope.inner())
        if self.chance(0.5):
            self.put("else:")
            self.block(scope.inner())

    def loop(self, header, inner, scope):
        self.put(header)
        self.block(inner)
        if self.chance(0.2):
            self.put("else:")
            self.block(scope.inner())

    def count(self, scope):
        i = self.pick("i", "j", "k") if self.chance(0.3) else self.fresh("i")
        bounds = self.pick("4", "3", "2", "0", "1, 4", "3, -1, -1", "5, 0, -2", "0, 6, 2", "1, 1")
        self.loop(f"for {i} in range({bounds}):", scope.inner(integers=[i], loop=True), scope)

    def iterate(self, scope):
        v = self.fresh("v")
        if scope.lists and self.chance(0.7):
            items = self.pick(*scope.lists)
            inner = {"floats": [v], "frozen": [items], "loop": True}
            if self.chance(0.3):
                i = self.fresh("i")
                header = self.pick(f"{i}, {v} in enumerate({items})", f"{i}, {v} in zip(range(3), {items})")
                inner["integers"] = [i]
            else:
                header = self.pick(f"{v} in {items}", f"{v} in reversed({items})", f"{v} in {items}[1:]")
        else:
            header = f"{v} in ({self.expression(scope, 1)}, {self.atom(scope)}, {self.constant()})"
            inner = {"floats": [v], "loop": True}
        self.loop(f"for {header}:", scope.inner(**inner), scope)

    def repeat(self, scope):
        n = self.fresh("n")
        self.put(f"{n} = 0")
        self.put(f"while {n} < {self.random.randrange(1, 5)} and {self.condition(scope, 0)}:")
        inner = scope.inner(integers=[n], loop=True)
        self.depth += 1
        self.put(f"{n} += 1")
        self.depth -= 1
        self.block(inner)
        if self.chance(0.2):
            self.put("else:")
            self.block(scope.inner())

    def attempt(self, scope):
        self.put("try:")
        self.block(scope.inner(), 1)
        self.depth += 1
        if scope.integers and self.chance(0.6):
            name, bottom = self.target(scope), f"({self.pick(*scope.integers)} - {self.pick(0, 1, 2)})"
            self.put(f"{name} = {self.expression(scope, 1)} + 1 / {bottom}")
        else:
            self.put(f"if {self.condition(scope)}:")
            self.put("    raise ZeroDivisionError")
        self.depth -= 1
        self.block(scope.inner(), 1)
        self.put("except ZeroDivisionError:")
        self.block(scope.inner(), self.pick(1, 2))
        if self.chance(0.3):
            self.put(self.pick("else:", "finally:"))
            self.depth += 1
            self.assign(scope.inner())
            self.depth -= 1

    def context(self, scope):
        """A body that is always executed, or one that an exception may cut short."""
        if self.chance(0.7):
            self.put("with contextlib.nullcontext():")
            self.block(scope)
            return
        self.put("with contextlib.suppress(ZeroDivisionError):")
        self.block(scope.inner(), 1)
        self.depth += 1
        self.put(f"if {self.condition(scope)}:")
        self.put("    raise ZeroDivisionError")
        self.assign(scope.inner())
        self.depth -= 1

    def jump(self, scope):
        kinds = ["break", "continue"] * 3 if scope.loops else []
        kind = self.pick(*kinds, f"return {self.expression(scope, 2)}")
        self.put(f"if {self.condition(scope)}:")
        if self.chance(0.4):
            self.depth += 1
            self.assign(scope.inner())
            self.depth -= 1
        self.put(f"    {kind}")


def generate(seed, size=14):
    """The text of a random module with a function `f(x, y)` of about `size` statements."""
    return Writer(seed, size).module()
