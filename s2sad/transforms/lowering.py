"""Expressions to three-address form: operands become names, short-circuits become branches.

The statements that an expression needs are emitted before it, in the order in which Python evaluates. `anf` runs this
over the statements of a function.
"""

from __future__ import annotations

import functools

import gast
import numpy as np

from s2sad import nodes
from s2sad.adjoints import calling
from s2sad.adjoints.equivalents import equivalent
from s2sad.analysis.activity import mark_varied
from s2sad.analysis.expressions import BUILDERS, is_simple, is_varied, root, rule_of
from s2sad.analysis.kinds import kind_of
from s2sad.context import UNKNOWN, Context
from s2sad.nodes import Block, Expr
from s2sad.transforms import assignments, inline, loops, matches, sequences
from s2sad.transforms.comprehensions import expand
from s2sad.transforms.inline import Local
from s2sad.transforms.ufunc_calls import plain_call


class Lowering:
    """Emits statements into `out`; `origin` is the user's statement that they come from."""

    def __init__(self, context: Context, local: dict[str, Local]) -> None:
        self.context, self.local = context, local
        self.out: Block = []
        self.origin: gast.AST | None = None

    def block(self, statements: Block) -> Block:
        saved, self.out = self.out, []
        for stmt in statements:
            self.origin = stmt
            self.statement(stmt)
        result, self.out = self.out, saved
        return result or [gast.Pass()]

    def emit(self, stmt: gast.stmt) -> None:
        if self.origin is not None and not hasattr(stmt, "lineno"):
            nodes.copy_position(stmt, self.origin)
        self.out.append(stmt)

    def statement(self, stmt: gast.stmt) -> None:
        handler = getattr(self, f"_{type(stmt).__name__.lower()}", None)
        if handler is not None:
            handler(stmt)
        else:
            self.emit(stmt)

    def lower_listcomp(self, node: gast.AST) -> Expr:
        """A comprehension becomes loops; a generator expression too, where all of it is consumed at once."""
        statements, result = expand(node, self.context)
        self.surface(statements)
        return nodes.load(result)

    def surface(self, statements: Block) -> None:
        """Emits statements in the user's language, which earlier passes have not seen."""
        for stmt in statements:
            for n in nodes.walk(stmt):
                if not hasattr(n, "lineno") and self.origin is not None:
                    nodes.copy_position(n, self.origin)
        mark_varied(statements, self.context)
        for stmt in assignments.plain(
            loops.plain_loops(matches.plain_matches(statements, self.context), self.context), self.context
        ):
            self.statement(stmt)

    def _with_source(self, node: gast.Call) -> Expr:
        """A builtin that has an equal in Python is replaced by that one, which can be differentiated."""
        found = self.context.resolve(node.func)
        equal = equivalent(found, [k.arg for k in node.keywords]) if found is not UNKNOWN else None
        return node.func if equal is None else self.context.link(equal.__name__, equal)

    def _fits_rule(self, node: gast.Call) -> bool:
        """A call without stars, or one whose star stands where the function's rule has one."""
        if not nodes.has_stars(node):
            return True
        function, rule = rule_of(node, self.context)
        return rule is not None and rule.kind != "nondifferentiable" and calling.bind(function, rule, node) is not None

    def starred(self, function: Expr, node: gast.Call) -> Expr:
        """`g(a, *xs, k=v)` as `g(*args, **kwargs)`: all arguments in one tuple and one dictionary."""
        positional = gast.Tuple(node.args, gast.Load())
        if len(node.args) == 1 and isinstance(node.args[0], gast.Starred):
            positional = gast.Call(self.context.link("tuple", tuple), [node.args[0].value], [])
        args = [gast.Starred(nodes.load(self.held(positional, "args", "tuple")), gast.Load())] if node.args else []
        options = [gast.keyword(None, nodes.load(self.held(_options(node), "kwargs", "dict")))] if node.keywords else []
        return gast.Call(function, args, options)

    def held(self, node: Expr, base: str, kind: str) -> str:
        varied = self.active(node)
        value = self.lower(node) if varied else node
        name = self.context.temporary(base, varied=varied, kind=kind)
        self.emit(nodes.assign(name, value))
        return name

    def written_out(self, node: gast.Call) -> Expr | None:
        """The result of a call of a lambda or nested function, whose body is emitted here."""
        function = node.func if isinstance(node.func, gast.Lambda) else None
        if isinstance(node.func, gast.Name):
            function = self.local.get(node.func.id)
        if function is None:
            return None
        operands = self.atoms([*node.args, *(k.value for k in node.keywords)])
        keywords = [gast.keyword(k.arg, v) for k, v in zip(node.keywords, operands[len(node.args) :], strict=True)]
        found = inline.expand(function, gast.Call(node.func, operands[: len(node.args)], keywords), self.context)
        if found is None:
            return None
        statements, value = found
        self.surface(statements)
        return self.atom(value)

    lower_dictcomp = lower_generatorexp = lower_listcomp

    def active(self, node: gast.AST) -> bool:
        return is_varied(node, self.context.varied, self.context) or self.touches(node)

    def touches(self, node: gast.AST) -> bool:
        """Does evaluating `node` bind or change something active, whatever its value is?"""
        for n in nodes.walk_scope(node):
            if isinstance(n, gast.NamedExpr) and n.target.id in self.context.varied:
                return True
            if isinstance(n, gast.Call) and self._call_touches(n):
                return True
        return False

    def _call_touches(self, node: gast.Call) -> bool:
        if isinstance(node.func, gast.Name) and node.func.id in self.local:
            body = self.local[node.func.id].body
            return isinstance(body, list) and bool(nodes.declared(body, gast.Nonlocal) & self.context.varied)
        if isinstance(node.func, gast.Attribute) and node.func.attr in BUILDERS:
            if root(node.func.value) in self.context.varied:
                return True
        return False

    def test(self, node: Expr) -> Expr:
        """A condition: verbatim, unless something active is bound or changed within."""
        return self.lower(node) if self.touches(node) else node

    def atom(self, node: Expr, base: str = "t") -> Expr:
        """A name or literal with the value of `node`."""
        if self.changeable(node):
            name = self.bind(node, node.id if isinstance(node, gast.Name) else base, varied=False)
            if isinstance(node, gast.Name) and not self._is_number(node.id):
                self.context.changing.add(name)
            return nodes.load(name)
        if nodes.number(node) is not None or isinstance(node, (gast.Name, gast.Constant)):
            return node
        if not self.active(node):
            if is_simple(node):
                return node
            return nodes.load(self.bind(node, base, varied=False))
        if isinstance(node, gast.NamedExpr):
            self.emit(nodes.assign(node.target.id, self.lower(node.value)))
            return nodes.load(node.target.id)
        value = self.lower(node)
        if isinstance(value, gast.Name):
            return value
        varied = is_varied(value, self.context.varied, self.context)
        return nodes.load(self.bind(value, base, varied=varied))

    def changeable(self, node: Expr) -> bool:
        """Does a simple operand refer to outer variables, which may have changed when the reverse sweep comes?"""
        if not self.context.volatile or not is_simple(node) or self.active(node):
            return False
        outer = [n for n in nodes.walk(node) if isinstance(n, gast.Name) and n.id not in self.context.locals]
        return any(not callable(self.context.resolve(n)) or self.context.resolve(n) is UNKNOWN for n in outer)

    def _is_number(self, name: str) -> bool:
        source = self.context.source
        value = source.closure_values.get(name, source.globals.get(name))
        return isinstance(value, (int, float, complex, str))

    def bind(self, value: Expr, base: str, *, varied: bool) -> str:
        kind = kind_of(value, self.context.kinds, self.context) or "unknown"
        name = self.context.temporary(base, varied=varied, kind=kind)
        self.emit(nodes.assign(name, value))
        return name

    def atoms(self, operands: list[Expr]) -> list[Expr]:
        """Atoms of operands that are evaluated from left to right."""
        result: list[Expr] = []
        for i, node in enumerate(operands):
            later = operands[i + 1 :]
            value = self.atom(node.value if isinstance(node, gast.Starred) else node)
            if any(self.rebinds(o, name) for o in later for name in nodes.loads(value)):
                value = nodes.load(self.bind(value, "t", varied=is_varied(value, self.context.varied, self.context)))
            result.append(gast.Starred(value, gast.Load()) if isinstance(node, gast.Starred) else value)
        return result

    def rebinds(self, node: Expr, name: str) -> bool:
        """May evaluating `node` bind `name`: by a walrus, or by calling a nested function that assigns it?"""
        inside = list(nodes.walk_scope(node))
        if any(isinstance(n, gast.NamedExpr) and n.target.id == name for n in inside):
            return True
        return name in self.assigned_within and any(isinstance(n, gast.Call) for n in inside)

    @functools.cached_property
    def assigned_within(self) -> frozenset[str]:
        """Variables that nested functions assign by `nonlocal`."""
        inner = [f.body for f in self.local.values() if isinstance(f, gast.FunctionDef)]
        return frozenset(n for body in inner for s in nodes.walk(body) if isinstance(s, gast.Nonlocal) for n in s.names)

    def lower(self, node: Expr) -> Expr:
        """`node` as one operation on atoms; what it needs is emitted before."""
        if not self.active(node):
            return node
        handler = getattr(self, f"lower_{type(node).__name__.lower()}", None)
        if handler is None:
            self.context.refuse(
                node,
                f"{type(node).__name__} is not supported where a derivative flows through it",
                "compute it in a statement of its own, or keep it out of the differentiated values",
                syntax=True,
            )
            return node
        result: Expr = handler(node)
        return nodes.copy_position(result, node)

    def lower_name(self, node: gast.Name) -> Expr:
        return node

    def lower_constant(self, node: gast.Constant) -> Expr:
        return node

    def lower_binop(self, node: gast.BinOp) -> Expr:
        left, right = self.atoms([node.left, node.right])
        return sequences.operation(gast.BinOp(left, node.op, right), self.context, self.atom)

    def lower_unaryop(self, node: gast.UnaryOp) -> Expr:
        return gast.UnaryOp(node.op, self.atom(node.operand))

    def lower_namedexpr(self, node: gast.NamedExpr) -> Expr:
        return self.atom(node)

    def lower_tuple(self, node: gast.Tuple) -> Expr:
        return gast.Tuple(self.atoms(node.elts), gast.Load())

    def lower_list(self, node: gast.List) -> Expr:
        return gast.List(self.atoms(node.elts), gast.Load())

    def lower_dict(self, node: gast.Dict) -> Expr:
        flat = self.atoms([x for pair in zip(node.keys, node.values, strict=True) for x in pair if x is not None])
        keys: list[Expr | None] = []
        values: list[Expr] = []
        for key in node.keys:
            keys.append(flat.pop(0) if key is not None else None)
            values.append(flat.pop(0))
        return gast.Dict(keys, values)

    def lower_starred(self, node: gast.Starred) -> Expr:
        return gast.Starred(self.atom(node.value), gast.Load())

    def lower_joinedstr(self, node: gast.JoinedStr) -> Expr:
        shown = [v for v in node.values if isinstance(v, gast.FormattedValue)]
        for part, value in zip(shown, self.atoms([v.value for v in shown]), strict=True):
            part.value = value
        return node

    def lower_compare(self, node: gast.Compare) -> Expr:
        if len(node.ops) > 1 and any(self.touches(c) for c in node.comparators[1:]):
            return self._chain(node)
        left, *rest = self.atoms([node.left, *node.comparators])
        return gast.Compare(left, node.ops, rest)

    def _chain(self, node: gast.Compare) -> Expr:
        """`a < b < c` stops at the first comparison that fails."""
        middle = nodes.load(self.bind(self.atom(node.comparators[0]), "t", varied=False))
        first = gast.Compare(self.atom(node.left), node.ops[:1], [middle])
        rest = gast.Compare(middle, node.ops[1:], node.comparators[1:])
        return self.lower_boolop(gast.BoolOp(gast.And(), [first, rest]))

    def lower_boolop(self, node: gast.BoolOp) -> Expr:
        """`a and b` is b if a is true, else a; b is not evaluated otherwise."""
        result = self._result(node)
        first, *rest = node.values
        self.emit(nodes.assign(result, self.lower(first)))
        remaining = rest[0] if len(rest) == 1 else gast.BoolOp(node.op, rest)
        test: Expr = nodes.load(result)
        if isinstance(node.op, gast.Or):
            test = gast.UnaryOp(gast.Not(), test)
        self.emit(nodes.if_(test, self._branch(result, remaining)))
        return nodes.load(result)

    def lower_ifexp(self, node: gast.IfExp) -> Expr:
        test = self.test(node.test)
        result = self._result(node)
        self.emit(nodes.if_(test, self._branch(result, node.body), self._branch(result, node.orelse)))
        return nodes.load(result)

    def _result(self, node: Expr) -> str:
        kind = kind_of(node, self.context.kinds, self.context) or "unknown"
        return self.context.temporary("t", varied=is_varied(node, self.context.varied, self.context), kind=kind)

    def _branch(self, result: str, value: Expr) -> Block:
        saved, self.out = self.out, []
        self.emit(nodes.assign(result, self.lower(value)))
        body, self.out = self.out, saved
        return body

    def lower_attribute(self, node: gast.Attribute) -> Expr:
        if isinstance(node.value, gast.Call) and self.context.resolve(node.value.func) is super:
            self.context.refuse(node, "super() is asked for more than a method", "make it a method, and call it")
        return gast.Attribute(self.path(node.value), node.attr, gast.Load())

    def lower_subscript(self, node: gast.Subscript) -> Expr:
        owner = self.path(node.value)
        return gast.Subscript(owner, self.index(node.slice), gast.Load())

    def path(self, node: Expr) -> Expr:
        """What is subscripted: a name, or a chain of attributes and items that is one place in memory."""
        if isinstance(node, gast.Attribute) and root(node) and not self._is_array_attribute(node):
            return gast.Attribute(self.path(node.value), node.attr, gast.Load())
        if isinstance(node, gast.Subscript) and root(node) and self._is_item(node.slice):
            return gast.Subscript(self.path(node.value), node.slice, gast.Load())
        return self.atom(node)

    def _is_array_attribute(self, node: gast.Attribute) -> bool:
        return node.attr in ("T", "mT", "real", "imag")

    def _is_item(self, index: Expr) -> bool:
        """An index that surely selects one item, never a copy of several."""
        if not is_simple(index) or isinstance(index, (gast.Slice, gast.Tuple)):
            return False
        return kind_of(index, self.context.kinds, self.context) in ("int", "str")

    def index(self, node: Expr) -> Expr:
        if isinstance(node, gast.Attribute) and self.context.resolve(node) is np.newaxis:
            return nodes.const(None)
        if is_simple(node) and not isinstance(node, (gast.Tuple, gast.Slice)):
            return self.atom(node) if self.changeable(node) else node
        if isinstance(node, gast.Tuple):
            return gast.Tuple([self.index(e) for e in node.elts], gast.Load())
        if isinstance(node, gast.Slice):
            parts = [None if p is None else self.index(p) for p in (node.lower, node.upper, node.step)]
            return gast.Slice(*parts)
        if isinstance(node, gast.Starred):
            return gast.Starred(self.index(node.value), gast.Load())
        return self.atom(node)

    def lower_call(self, node: gast.Call) -> Expr:
        lowered = self.call(node)
        if isinstance(lowered, gast.Call) and self._appends(lowered):  # for its effect: the value is None
            self.emit(gast.Expr(lowered))
            return nodes.const(None)
        return lowered

    def _appends(self, call: gast.Call) -> bool:
        owned = isinstance(call.func, gast.Attribute) and nodes.is_name(call.func.value)
        return owned and call.func.attr == "append" and call.func.value.id in self.context.varied

    def lower_lambda(self, node: gast.Lambda) -> Expr:
        self.check_defaults(node)
        return node

    def check_defaults(self, node: Local) -> None:
        """What a default holds belongs to the function object, whose cotangent does not say so."""
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        if any(is_varied(d, self.context.varied, self.context) for d in defaults):
            self.context.refuse(
                node, "a default value that a derivative flows through", "pass it as an argument, or capture it"
            )

    def call(self, node: gast.Call) -> Expr:
        written = self.written_out(node)
        if written is not None:
            return written
        node = plain_call(node, self.context, self.atoms)
        function = self._with_source(node)
        if isinstance(function, gast.Attribute) and self.context.resolve(function) is UNKNOWN:
            owner = self.path(function.value)
            function = gast.Attribute(owner, function.attr, gast.Load())
        elif not isinstance(function, (gast.Name, gast.Attribute)):
            function = self.atom(function)
        if not self._fits_rule(node):
            return self.starred(function, node)
        operands = self.atoms([*node.args, *(k.value for k in node.keywords)])
        count = len(node.args)
        keywords = [gast.keyword(k.arg, v) for k, v in zip(node.keywords, operands[count:], strict=True)]
        return sequences.arguments(gast.Call(function, operands[:count], keywords), self.context, self.atom)


def _options(node: gast.Call) -> gast.Dict:
    keys = [None if k.arg is None else nodes.const(k.arg) for k in node.keywords]
    return gast.Dict(keys, [k.value for k in node.keywords])
