"""Rule templates: from the source of a rule to expressions over the operands of one call.

A template is a function whose body is a docstring, static tests and one `return`. The tests are evaluated where
every name in them is bound to a literal, and are skipped otherwise: they specialise, they never decide.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import operator
import textwrap
import types
from collections.abc import Callable, Mapping
from typing import Any

import gast

from s2sad import nodes
from s2sad.dependencies import MISSING, cells_of, look
from s2sad.errors import RuleError

Link = Callable[[str, Any], gast.Name]
#: What is done with literals beforehand; a person would do it in the head.
_FOLDED = {gast.Add: operator.add, gast.Sub: operator.sub, gast.Mult: operator.mul}


@functools.cache
def _parse(template: Callable[..., Any]) -> gast.FunctionDef:
    try:
        text = textwrap.dedent(inspect.getsource(template))
        tree = gast.ast_to_gast(ast.parse(text)).body[0]
    except (OSError, SyntaxError):
        tree = None
    if not isinstance(tree, gast.FunctionDef):
        raise RuleError(
            f"the source of the rule {template.__qualname__} cannot be read, and it is what a rule is made of",
            hint="write the rule as a function in a file",
        )
    return tree


def instantiate(template: Callable[..., Any], bindings: Mapping[str, gast.expr], link: Link) -> list[gast.expr]:
    """The expressions that a template returns, with `bindings` for its parameters.

    `link(name, object)` says by which name emitted code reaches a module or helper that the template refers to.
    """
    returned = _select(_parse(template).body, bindings, template)
    elements = returned.elts if isinstance(returned, gast.Tuple) else [returned]
    substitution = _Substitution(bindings, template, link)
    return [substitution.of(element) for element in elements]


def can_be_written_out(function: Callable[..., Any]) -> bool:
    """Does a function that is no template mean the same where its expression is written in place of a call?

    It is one `return`, and what it refers to does not change: modules and builtins.
    """
    try:
        body = _parse(function).body
    except RuleError:
        return False
    said = [stmt for stmt in body if not nodes.is_docstring(stmt)]
    if len(said) != 1 or not isinstance(said[0], gast.Return) or said[0].value is None:
        return False
    outer = nodes.loads(said[0]) - set(inspect.signature(function).parameters)
    found = [look(name, function.__globals__, _cells(function)) for name in outer]
    return all(isinstance(value, types.ModuleType) or value in vars(builtins).values() for value in found)


def _select(body: list[gast.stmt], bindings: Mapping[str, gast.expr], template: Callable[..., Any]) -> gast.expr:
    for stmt in body:
        if isinstance(stmt, gast.If):
            if _holds(stmt.test, bindings):
                return _select(stmt.body, bindings, template)
        elif isinstance(stmt, gast.Return) and stmt.value is not None:
            return stmt.value
        elif not nodes.is_docstring(stmt):
            break
    raise RuleError(f"the template {template.__qualname__} must be static tests and one return")


def _holds(test: gast.expr, bindings: Mapping[str, gast.expr]) -> bool:
    values = {}
    for name in nodes.loads(test):
        if name in bindings:
            literal, value = literal_value(bindings[name])
            if not literal:
                return False
            values[name] = value
    try:
        return bool(eval(_code(test), {}, values))
    except TypeError:  # such as None < 1: the specialisation does not apply
        return False


@functools.cache
def _code(test: gast.expr) -> types.CodeType:
    """A static test, compiled; the trees of templates stay as long as the process."""
    return compile(gast.unparse(gast.Expression(test)), "<template>", "eval")


def literal_value(node: gast.expr) -> tuple[bool, Any]:
    """(True, value) of a literal, (False, None) of anything else."""
    number = nodes.number(node)
    if number is not None:
        return True, number
    if isinstance(node, gast.Constant):
        return True, node.value
    if isinstance(node, (gast.Tuple, gast.List)):
        parts = [literal_value(e) for e in node.elts]
        if all(ok for ok, _ in parts):
            return True, tuple(v for _, v in parts)
    return False, None


class _Substitution:
    """Operands for parameters, linked names for everything global, and arithmetic of literals done."""

    def __init__(self, bindings: Mapping[str, gast.expr], template: Callable[..., Any], link: Link) -> None:
        self.bindings, self.template, self.link = bindings, template, link

    def of(self, node: gast.expr) -> gast.expr:
        """A copy of an expression of the template, with everything substituted."""
        if isinstance(node, gast.Name):
            return self._name(node)
        new = nodes.copy_with(node, self.of)
        if isinstance(new, gast.Call):
            new.args = [e for a in new.args for e in _unstar(a)]
            new.keywords = [k for k in new.keywords if not _is_default(k)]
            _drop_defaults(new, self._helper(node))
        if isinstance(new, gast.Subscript):
            return _element(new)
        return _folded(new) if isinstance(new, gast.BinOp) else new

    def _helper(self, call: gast.Call) -> Any:
        """The function of the runtime that a template calls, or None."""
        found = self.template.__globals__.get(call.func.id) if isinstance(call.func, gast.Name) else None
        return found if getattr(found, "__module__", "").startswith("s2sad.runtime") else None

    def _name(self, node: gast.Name) -> gast.expr:
        if node.id in self.bindings:
            return nodes.clone(self.bindings[node.id])
        cells = _cells(self.template)
        found = look(node.id, self.template.__globals__, cells)
        if found is MISSING:
            raise RuleError(f"the template {self.template.__qualname__} refers to an unknown name {node.id}")
        name = getattr(found, "__name__", "") if node.id in cells else ""  # of a rule for several functions: each by its own
        return self.link(name if name.isidentifier() else node.id, found)


def _cells(template: Callable[..., Any]) -> Mapping[str, types.CellType]:
    return cells_of(template) if isinstance(template, types.FunctionType) else {}


def _element(node: gast.Subscript) -> gast.expr:
    """Of operands that are written out, the one that is meant."""
    operands, place = getattr(node.value, "elts", []), nodes.number(node.slice)
    if not operands or not isinstance(place, int) or any(isinstance(o, gast.Starred) for o in operands):
        return node
    return operands[place]


def _folded(node: gast.BinOp) -> gast.expr:
    left, right = nodes.number(node.left), nodes.number(node.right)
    if isinstance(left, (int, float)) and isinstance(right, int) and type(node.op) in _FOLDED:
        return nodes.const(_FOLDED[type(node.op)](left, right))
    neutral = (right == 1 and isinstance(node.op, gast.Pow)) or (right == 0 and isinstance(node.op, gast.Sub))
    return node.left if neutral else node


def _unstar(node: gast.expr) -> list[gast.expr]:
    if isinstance(node, gast.Starred) and isinstance(node.value, gast.Tuple):
        return list(node.value.elts)
    return [node]


def _is_default(keyword: gast.keyword) -> bool:
    """Keywords that every function of NumPy has with this default: left out of the emitted call."""
    literal, value = literal_value(keyword.value)
    return literal and (keyword.arg, value) in {("axis", None), ("keepdims", False), ("order", "C"), ("dtype", None)}


def _drop_defaults(call: gast.Call, helper: Any) -> None:
    """Leaves out of a call of a helper what its parameters have as defaults: the options that the user did not give."""
    if not isinstance(helper, types.FunctionType):
        return
    parameters = inspect.signature(helper).parameters
    call.keywords = [k for k in call.keywords if k.arg is None or not _is_literally(k.value, parameters[k.arg].default)]
    defaults = [p.default for p in parameters.values() if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    while 0 < len(call.args) <= len(defaults) and _is_literally(call.args[-1], defaults[len(call.args) - 1]):
        call.args.pop()


def _is_literally(node: gast.expr, value: Any) -> bool:
    literal, found = literal_value(node)
    return literal and type(found) is type(value) and bool(found == value)


def given(signature: inspect.Signature, call: gast.Call) -> dict[str, gast.expr] | None:
    """The call's arguments by parameter; None if they do not fit the signature.

    A `*args` parameter is bound to a tuple display. Calls with `*` or `**` do not fit, unless the star stands where the
    signature has one.
    """
    positional, star = list(call.args), None
    if positional and isinstance(positional[-1], gast.Starred):  # f(a, *rest) where the rule is for (a, *rest)
        kinds = [p.kind for p in signature.parameters.values()]
        if (
            inspect.Parameter.VAR_POSITIONAL in kinds
            and kinds.index(inspect.Parameter.VAR_POSITIONAL) == len(positional) - 1
        ):
            star = positional.pop().value
    if any(isinstance(a, gast.Starred) for a in positional) or any(k.arg is None for k in call.keywords):
        return None
    try:
        bound = signature.bind(*positional, **{k.arg: k.value for k in call.keywords})
    except TypeError:
        return None
    result: dict[str, gast.expr] = dict(bound.arguments)
    for name, parameter in signature.parameters.items():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            result[name] = star if star is not None else nodes.tuple_(list(bound.arguments.get(name, ())))
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD and name in result:
            return None
    return result


def as_literal(value: Any) -> gast.expr:
    """A default as an expression."""
    if isinstance(value, tuple):
        return nodes.tuple_([as_literal(v) for v in value])
    if isinstance(value, list):
        return gast.List([as_literal(v) for v in value], gast.Load())
    if isinstance(value, (int, float, complex, str, type(None), bool)):
        return nodes.const(value)
    if isinstance(value, types.EllipsisType):
        return nodes.const(...)
    raise RuleError(f"a rule's default must be a literal, not {value!r}")
