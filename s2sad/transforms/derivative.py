"""From a function in three-address form to its derivative, joint or split.

Both forms are made of the same parts: the forward statements, the reverse statements, and the names that cross
from one to the other. The joint form is one function; the split form hands the names over in a tuple.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from s2sad import nodes
from s2sad.analysis import regions
from s2sad.analysis.kinds import REAL, infer_kinds, kind_of
from s2sad.analysis.mutation import mutated_names, overwritten_parameters
from s2sad.analysis.regions import Block, Loop, Simple
from s2sad.artifact import Request
from s2sad.context import Context
from s2sad.nodes import Expr
from s2sad.runtime import ListBar, as_gradient, no_gradient, scalar_seed, snapshot
from s2sad.transforms import closures, steps
from s2sad.transforms.calls import announce
from s2sad.transforms.classify import classify
from s2sad.transforms.crossing import crossing, undefined_at_end
from s2sad.transforms.reverse import Reverse, compose
from s2sad.transforms.saves import Primal, Recipe, saves
from s2sad.transforms.sweep import Bar


@dataclass
class Derivative:
    """The parts of a derivative function."""

    arguments: gast.arguments
    docstring: str
    forward: nodes.Block
    result: Expr  # what the function returns
    seed: str  # the parameter that holds the cotangent of the result
    reverse: nodes.Block
    bars: dict[str, str]  # active parameter -> name of its cotangent; absent: no derivative reaches it
    originals: dict[str, str]  # active parameter -> name that holds the argument at the end


def reverse_mode(function: gast.FunctionDef, context: Context, *, has_aux: bool = False, scalar: bool = False) -> Derivative:
    """Differentiates a function in three-address form; `scalar` says that its seed is a number."""
    context.kinds = infer_kinds(function, context)
    statements, result = _split_return(function)
    step_of = _classified(statements, context)
    root = regions.build(statements, _Activity(step_of, context), lambda stmt: _may_swallow(stmt, context))
    parameters = nodes.all_parameters(function.args)
    reverse = Reverse(root, step_of, context)
    seed = context.namer.fresh("out_bar")
    seeds, seeding = _seed(result, seed, reverse, context, has_aux, scalar)
    chunks = reverse.run(seeds)
    mutated = {name for s in step_of.values() for name in s.demands} | context.changing
    every = list(nodes.walk(function.body))
    mutated |= mutated_names(every, context)
    if not context.trusted:
        for name in overwritten_parameters(function.args, every, context):  # the caller's objects stay as they are
            reverse.edits.start.append(nodes.assign(name, nodes.call(context.link("snapshot", snapshot), nodes.load(name))))
    primal = Primal(
        root, parameters, reverse.overwrites, mutated, _recipes(root, step_of, context),
        lambda loop: isinstance(loop, Loop) and reverse.is_range(loop),
    )  # fmt: skip
    restores = saves(primal, reverse.sweep.reads, reverse.decisions, reverse.edits, context)
    backward = [*seeding, *compose(chunks, restores, context.source.written)]
    originals = _originals(parameters, reverse, context)
    forward = [*reverse.edits.start, *reverse.edits.apply(statements)]
    bars = {p: reverse.sweep.names[p] for p in context.active if p in reverse.sweep.bars}
    doc = ", ".join(context.active)
    return Derivative(function.args, doc, forward, result, seed, backward, bars, originals)


def survey(function: gast.FunctionDef, context: Context) -> list[Any]:
    """Of a function that is refused: notes what else is wrong with it, and asks for what it calls, as that may be
    wrong as well. There is no derivative: nothing is emitted.
    """
    context.kinds = infer_kinds(function, context)
    statements, _ = _split_return(function)
    for step in _classified(statements, context).values():
        if isinstance(step, steps.Call):
            announce(step, context)
    return []


def _split_return(function: gast.FunctionDef) -> tuple[nodes.Block, Expr]:
    """The body without its docstring and final return, and the returned atom."""
    body = function.body
    if body and nodes.is_docstring(body[0]):
        body = body[1:]
    last = body[-1] if body else None
    if isinstance(last, gast.Return):
        return body[:-1], last.value if last.value is not None else nodes.const(None)
    return body, nodes.const(None)


def _classified(statements: nodes.Block, context: Context) -> dict[gast.stmt, steps.Step]:
    context.closures = closures.own_closures(statements, context)
    found: dict[gast.stmt, steps.Step] = {}
    for stmt in nodes.statements(statements):
        step = classify(stmt, context)
        if step is not None:
            found[stmt] = step
    return found


def _recipes(root: Block, step_of: dict[gast.stmt, steps.Step], context: Context) -> dict[str, Recipe]:
    """Temporaries that are cheap to compute again: arithmetic of numbers, functions of `math`, elements."""
    found = {}
    for node in regions.walk(root):
        step = step_of.get(node.stmt) if isinstance(node, Simple) else None
        if isinstance(step, (steps.Operation, steps.Read)) and step.target in context.namer.issued:
            value = step.stmt.value
            if _is_cheap(value, context):
                found[step.target] = Recipe(node, value)
    return found


def _is_cheap(value: Expr, context: Context) -> bool:
    if isinstance(value, (gast.BinOp, gast.UnaryOp)):
        return kind_of(value, context.kinds, context) in REAL
    if isinstance(value, gast.Subscript):
        return isinstance(value.value, gast.Name) and kind_of(value.slice, context.kinds, context) == "int"
    return isinstance(value, gast.Call) and getattr(context.resolve(value.func), "__module__", None) == "math"


class _Activity(regions.IsActive):
    """A statement is active if it, or a statement within, has a step, or may end the life of an active value."""

    def __init__(self, step_of: dict[gast.stmt, steps.Step], context: Context) -> None:
        self.step_of, self.context = step_of, context
        self.known: dict[gast.stmt, bool] = {}

    def __call__(self, stmt: gast.stmt) -> bool:
        if stmt not in self.known:
            self.known[stmt] = stmt in self.step_of or (
                isinstance(stmt, nodes.COMPOUND)
                and (any(self(s) for b in nodes.blocks(stmt) for s in b) or bool(nodes.stores(stmt) & self.context.varied))
            )
        return self.known[stmt]


def _may_swallow(stmt: gast.With, context: Context) -> bool:
    """May a context manager suppress an exception? The well-known ones do not."""
    known = (np.errstate, open, warnings.catch_warnings, contextlib.nullcontext, contextlib.redirect_stdout)
    managers = [i.context_expr for i in stmt.items]
    return not all(isinstance(m, gast.Call) and context.resolve(m.func) in known for m in managers)


def _seed(
    result: Expr, seed: str, reverse: Reverse, context: Context, has_aux: bool, scalar: bool
) -> tuple[dict[str, Bar], nodes.Block]:
    if not (isinstance(result, gast.Name) and result.id in context.varied):
        return {}, []
    if result.id in context.namer.issued:  # the result has no name of the user's: its cotangent is the seed
        reverse.sweep.names[result.id] = seed
    name = reverse.sweep.bar_name(result.id)
    zero = context.kinds.get(result.id) not in REAL and not scalar
    value: Expr = nodes.load(seed)
    if has_aux:  # of the pair (value, aux), only the value is differentiated
        value = nodes.call(context.link("ListBar", ListBar), gast.List([value, nodes.const(0)], gast.Load()))
    return {result.id: Bar(owned=False, zero=zero and not has_aux)}, [
        nodes.assign(name, value)
    ] if name != seed or has_aux else []


def _originals(parameters: list[str], reverse: Reverse, context: Context) -> dict[str, str]:
    """Names for the arguments as they came in, where the function binds its parameters anew."""
    found = {}
    for name in parameters:
        if name in reverse.overwrites.sites and name in context.active:
            found[name] = context.temporary(name, varied=False)
            reverse.edits.start.append(nodes.assign(found[name], nodes.load(name)))
    return found


def joint(derivative: Derivative, name: str, context: Context, request: Request) -> gast.FunctionDef:
    """One function: the forward sweep, then the reverse sweep, then the gradients."""
    result = derivative.result
    body: nodes.Block = [*derivative.forward]
    aux: Expr | None = None
    value = request.form == "value_and_grad"
    if request.has_aux:  # the function returned (value, aux)
        pair, result, aux = result, *(nodes.load(context.temporary(n, varied=False)) for n in ("value", "aux"))
        targets = nodes.tuple_([nodes.store(result.id), nodes.store(aux.id)], gast.Store())
        body.append(nodes.assign(targets, nodes.clone(pair)))
    kind = context.kinds.get(result.id, "unknown") if isinstance(result, gast.Name) else "unknown"
    if kind not in REAL:
        checked = nodes.call(context.link("scalar_seed", scalar_seed), nodes.load(derivative.seed), nodes.clone(result))
        check = nodes.assign(derivative.seed, checked)
        body.append(nodes.copy_position(check, body[-1]) if body else check)  # an error in it is one of the result
    if value and isinstance(result, gast.Name) and result.id in nodes.stores(derivative.reverse):
        kept = context.temporary("value", varied=False)  # the reverse sweep restores earlier values in this name
        body.append(nodes.assign(kept, result))
        result = nodes.load(kept)
    body += derivative.reverse
    returned = _gradients(derivative, context, request)
    if value:
        out = nodes.clone(result) if aux is None else nodes.tuple_([nodes.clone(result), aux])
        returned = nodes.tuple_([out, returned])
    elif aux is not None:
        returned = nodes.tuple_([returned, aux])
    body.append(gast.Return(returned))
    arguments = nodes.clone(derivative.arguments)
    arguments.kwonlyargs.append(nodes.param(derivative.seed))
    arguments.kw_defaults.append(nodes.const(1.0))
    what = "Value and gradient" if value else "Gradient"
    doc = f"{what} of {context.source.name} with respect to {derivative.docstring} (reverse mode)."
    return _define(name, arguments, doc, body)


def _gradients(derivative: Derivative, context: Context, request: Request) -> Expr:
    places = request.places or tuple((name, None) for name in context.active)
    found = []
    for name, position in places:
        gradient = _gradient(name, derivative, context)
        found.append(gradient if position is None else nodes.subscript(gradient, nodes.const(position)))
    return found[0] if len(found) == 1 and not request.many else nodes.tuple_(found)


def _gradient(parameter: str, derivative: Derivative, context: Context) -> Expr:
    argument = nodes.load(derivative.originals.get(parameter, parameter))
    if parameter not in derivative.bars:
        return nodes.call(context.link("no_gradient", no_gradient), nodes.const(parameter), argument)
    bar = nodes.load(derivative.bars[parameter])
    if context.parameter_kinds.get(parameter) == "float":
        if all(context.kinds.get(name) == "float" for name in context.varied):
            return bar
        return nodes.call("float", bar)
    return nodes.call(context.link("as_gradient", as_gradient), bar, argument)


def split_form(
    derivative: Derivative, forward_name: str, backward_name: str, context: Context, captured: tuple[str, ...] | None
) -> list[gast.FunctionDef]:
    """Two functions: `f_fwd(...) -> (value, tape)` and `f_bwd(tape, out_bar) -> cotangents`."""
    bars: list[Expr] = [_cotangent(p, derivative) for p in context.active]
    if captured is not None:
        bars = [closures.cotangent(captured, derivative.bars, context), *bars[len(captured) :]]
    returned = bars[0] if len(bars) == 1 else nodes.tuple_(bars)
    backward_body: nodes.Block = [*derivative.reverse, gast.Return(returned)]
    here = nodes.stores(derivative.forward) | set(nodes.all_parameters(derivative.arguments))
    names = crossing(backward_body, here, {derivative.seed})
    start = [
        nodes.assign(n, nodes.const(None))
        for n in undefined_at_end(derivative.forward, nodes.all_parameters(derivative.arguments), names)
    ]
    tape = context.namer.fresh("tape")
    forward_body = [*start, *derivative.forward]
    forward_body.append(gast.Return(nodes.tuple_([nodes.clone(derivative.result), _pack(names)])))
    unpack: nodes.Block = []
    if names:
        targets = nodes.tuple_([nodes.store(n) for n in names], gast.Store())
        unpack = [nodes.assign(targets, nodes.load(tape))]
    about = f"{context.source.name} with respect to {derivative.docstring}"
    forward = _define(forward_name, nodes.clone(derivative.arguments), f"Forward sweep of {about}.", forward_body)
    arguments = nodes.arguments([tape, derivative.seed])
    backward = _define(backward_name, arguments, f"Reverse sweep of {about}.", [*unpack, *backward_body])
    return [forward, backward]


def _cotangent(parameter: str, derivative: Derivative) -> Expr:
    return nodes.load(derivative.bars[parameter]) if parameter in derivative.bars else nodes.const(0)


def _pack(names: Collection[str]) -> Expr:
    return nodes.tuple_([nodes.load(n) for n in names])


def _define(name: str, arguments: gast.arguments, doc: str, body: nodes.Block) -> gast.FunctionDef:
    for parameter in [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]:
        if parameter is not None:
            parameter.annotation = None
    return nodes.function(name, arguments, [gast.Expr(gast.Constant(doc, None)), *body])


__all__ = ["Derivative", "joint", "reverse_mode", "split_form"]
