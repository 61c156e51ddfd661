"""What kind of value each name holds, as far as annotations, literals and operations tell.

Produces: name -> kind, over the whole function. A kind is a fact, never a guess: "unknown" is always legal and
costs the emitted code a helper call. Annotated parameters count only where the caller checks them (`context`).

Kinds: int, float (Python's), scalar (real, Python's or NumPy's), complex, bool, str, array, list, tuple, dict, range, none, unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gast
import numpy as np

from s2sad import nodes
from s2sad.adjoints import calling
from s2sad.adjoints.equivalents.selecting import repeated
from s2sad.adjoints.registry import Rule
from s2sad.analysis.expressions import rule_of
from s2sad.context import UNKNOWN, Context
from s2sad.template import literal_value

Kinds = Mapping[str, str]
REAL = frozenset({"int", "float", "bool", "scalar"})
_BINDERS = (gast.stmt, gast.NamedExpr, gast.pattern)  # what may bind a name, or hold what does
_LITERALS = {int: "int", float: "float", complex: "complex", bool: "bool", str: "str", type(None): "none"}
_DISPLAYS = {gast.List: "list", gast.ListComp: "list", gast.Tuple: "tuple", gast.Dict: "dict", gast.DictComp: "dict"}
_ARRAY_MAKERS = {"zeros", "ones", "empty", "full", "array", "asarray", "arange", "linspace", "eye", "stack", "concatenate"}
_SPLITS = dict.fromkeys((np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit), "list")
_CONSTRUCTORS: dict[Any, str] = {
    int: "int", len: "int", float: "float", bool: "bool", str: "str", range: "range", list: "list", sorted: "list",
    tuple: "tuple", dict: "dict", complex: "complex", isinstance: "bool", any: "bool", all: "bool", **_SPLITS,
}  # fmt: skip


def infer_kinds(function: gast.FunctionDef, context: Context) -> dict[str, str]:
    """The kind of every local name: the join over all its assignments."""
    kinds: dict[str, str] = {
        name: context.parameter_kinds.get(name, "unknown") for name in nodes.all_parameters(function.args)
    }
    if function.args.vararg is not None:
        kinds[function.args.vararg.id] = "tuple"
    if function.args.kwarg is not None:
        kinds[function.args.kwarg.id] = "dict"
    scope = [n for n in nodes.walk_scope(function.body) if isinstance(n, _BINDERS)]
    bindings = [b for n in scope for b in _bindings(n)]
    nested = [s for n in scope if isinstance(n, nodes.SCOPES) for s in nodes.walk(n)]
    shared = {name for s in [*scope, *nested] if isinstance(s, gast.Nonlocal) for name in s.names}
    bindings += [(name, None, "unknown") for name in sorted(shared)]  # nested functions assign these
    for _ in range(len(_LITERALS)):  # the lattice is two steps high; chains settle in few rounds
        before = dict(kinds)
        for name, value, how in bindings:
            found = _bound_kind(value, how, kinds, context)
            if found is not None:
                kinds[name] = found if name not in kinds else join(kinds[name], found)
        if kinds == before:
            return kinds
    settled = {name for name in kinds if kinds[name] == before.get(name)}
    return {name: kind if name in settled else "unknown" for name, kind in kinds.items()}


def join(a: str, b: str) -> str:
    if a == b:
        return a
    if {a, b} <= REAL:
        return "scalar" if "scalar" in (a, b) else "float"
    return "unknown"


def _bindings(node: gast.AST) -> list[tuple[str, gast.expr | None, str]]:
    if isinstance(node, gast.Assign):
        return [pair for t in node.targets for pair in _target_bindings(t, node.value)]
    if isinstance(node, (gast.AnnAssign, gast.NamedExpr)):
        return _target_bindings(node.target, node.value) if node.value is not None else []
    if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
        target = gast.Name(node.target.id, gast.Load(), None, None)
        return [(node.target.id, gast.BinOp(target, node.op, node.value), "value")]
    if isinstance(node, gast.For):
        if isinstance(node.target, gast.Name):
            return [(node.target.id, node.iter, "element")]
        if isinstance(node.target, gast.Tuple) and _is_enumerate(node.iter) and isinstance(node.target.elts[0], gast.Name):
            counter = node.target.elts[0].id
            rest = [(n, None, "unknown") for n in nodes.stores(node.target) if n != counter]
            return [(counter, node.iter, "counter"), *rest]
        return [(name, None, "unknown") for name in nodes.stores(node.target)]
    return [(name, None, "unknown") for name in nodes.binds(node)]


def _is_enumerate(node: gast.expr) -> bool:
    return isinstance(node, gast.Call) and nodes.is_name(node.func, "enumerate")


def _target_bindings(target: gast.expr, value: gast.expr) -> list[tuple[str, gast.expr | None, str]]:
    if isinstance(target, gast.Name):
        return [(target.id, value, "value")]
    if isinstance(target, (gast.Tuple, gast.List)):
        pairs = nodes.paired(target, value)
        if pairs is not None:
            return [b for t, v in pairs for b in _target_bindings(t, v)]
        return [(name, None, "unknown") for name in nodes.stores(target)]
    return []


def _bound_kind(value: gast.expr | None, how: str, kinds: Kinds, context: Context) -> str | None:
    if value is None or how == "unknown":
        return "unknown"
    if how == "counter":
        return "int" if context.resolve(value.func) is enumerate else "unknown"
    found = kind_of(value, kinds, context)
    if how == "value" or found is None:
        return found
    return {"range": "int", "str": "str"}.get(found, "unknown")


def kind_of(node: gast.expr, kinds: Kinds, context: Context) -> str | None:
    """The kind of an expression; None while a name in it has none yet."""
    if isinstance(node, gast.Constant):
        return _LITERALS.get(type(node.value), "unknown")
    if isinstance(node, gast.Name):
        return kinds.get(node.id) if node.id in context.locals else "unknown"
    if isinstance(node, gast.UnaryOp):
        if isinstance(node.op, gast.Not):
            return "bool"
        inner = kind_of(node.operand, kinds, context)
        return "int" if inner == "bool" else inner
    if isinstance(node, gast.BinOp):
        return _arithmetic(node, kinds, context)
    if isinstance(node, gast.Call):
        return _call_kind(node, kinds, context)
    if isinstance(node, gast.IfExp):
        sides = [kind_of(node.body, kinds, context), kind_of(node.orelse, kinds, context)]
        present = [s for s in sides if s is not None]
        return None if not present else present[0] if len(present) == 1 else join(*present)
    if isinstance(node, gast.NamedExpr):
        return kind_of(node.value, kinds, context)
    if isinstance(node, gast.Subscript) and isinstance(node.slice, gast.Slice):  # a part is of the same kind
        whole = kind_of(node.value, kinds, context)
        return whole if whole in (None, "list", "tuple", "str") else "unknown"
    return _DISPLAYS.get(type(node), "str" if isinstance(node, gast.JoinedStr) else "unknown")


def _arithmetic(node: gast.BinOp, kinds: Kinds, context: Context) -> str | None:
    left, right = kind_of(node.left, kinds, context), kind_of(node.right, kinds, context)
    if left is None or right is None:
        return None
    pair = {left, right}
    if pair <= REAL:
        if "scalar" in pair:
            return "scalar" if not isinstance(node.op, gast.Pow) or nodes.number(node.right) is not None else "unknown"
        if isinstance(node.op, gast.Div):
            return "float"
        if isinstance(node.op, gast.Pow):
            # a negative base with a fractional exponent is complex; an integer exponent is safe
            return (
                ("float" if left == "float" or nodes.number(node.right) is None else "int") if right == "int" else "unknown"
            )
        return "float" if "float" in pair else "int"
    if pair <= REAL | {"complex"}:
        return "complex"
    if "array" in pair and pair <= REAL | {"array"}:
        return "unknown" if isinstance(node.op, gast.MatMult) else "array"
    if isinstance(node.op, gast.Add) and left == right and left in ("list", "tuple", "str"):
        return left
    if isinstance(node.op, gast.Mult) and pair & {"list", "tuple"} and pair & {"int"}:
        return (pair - {"int"}).pop()
    return "unknown"


def _call_kind(node: gast.Call, kinds: Kinds, context: Context) -> str | None:
    function, rule = rule_of(node, context)
    if function is UNKNOWN:
        return "unknown"
    try:
        if function in _CONSTRUCTORS:
            return _CONSTRUCTORS[function]
    except TypeError:
        return "unknown"
    if rule is not None and rule.tuple_unless is not None:
        return _kind_by_options(node, function, rule)
    if function is repeated and kind_of(node.args[1], kinds, context) == "int":
        return kind_of(node.args[0], kinds, context)
    if getattr(function, "__module__", None) == "math" and rule is not None:
        return (
            "int"
            if function.__name__ in ("floor", "ceil", "comb", "factorial", "gcd", "isqrt", "perm")
            else "float"
            if function.__name__ not in ("modf", "frexp", "isnan", "isinf", "isfinite", "isclose")
            else "unknown"
        )
    if function in (abs, max, min) and node.args and not node.keywords:
        found = [kind_of(a, kinds, context) for a in node.args]
        if None in found:
            return None
        if len(found) > 1 or function is abs:
            if not set(found) <= REAL:
                return "unknown"
            return "scalar" if "scalar" in found else "float" if "float" in found else "int"
        return "unknown"
    if isinstance(function, np.ufunc) and len(node.args) == function.nin and function.nout == 1 and not node.keywords:
        found = [kind_of(a, kinds, context) for a in node.args]
        if None in found:
            return None
        if set(found) <= REAL:
            return "scalar" if rule is not None and rule.kind != "nondifferentiable" else "unknown"
        return "array" if set(found) <= REAL | {"array"} and "array" in found else "unknown"
    if getattr(function, "__module__", None) == "numpy" and getattr(function, "__name__", "") in _ARRAY_MAKERS:
        return "array"
    return "unknown"


def _kind_by_options(node: gast.Call, function: Any, rule: Rule) -> str:
    """A tuple, unless an option says otherwise."""
    bound = calling.bind(function, rule, node)
    if bound is None or rule.tuple_unless is None:
        return "unknown"
    parameters = rule.signature.parameters
    usual = all(literal_value(bound[name]) == (True, parameters[name].default) for name in rule.tuple_unless)
    return "tuple" if usual else "unknown"
