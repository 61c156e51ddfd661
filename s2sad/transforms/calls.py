"""Calls of functions without a rule: split reversal.

Before: `y = g(a, b)`
After:  `y, g_tape = g_fwd(a, b)` in the forward sweep, `a_bar += g_bwd(g_tape, y_bar)` in the reverse sweep.

A callee that is known when transforming is transformed along. One that is known only as the program runs (a
parameter, a method of an object, a closure) is looked up then: `g_fwd, g_bwd = split(g, (0,))`.
"""

from __future__ import annotations

import inspect
import types
from typing import Any

import gast

from s2sad import nodes
from s2sad.analysis.expressions import root
from s2sad.analysis.kinds import kind_of
from s2sad.analysis.regions import Simple
from s2sad.context import UNKNOWN, Callee, Context
from s2sad.errors import S2SADError
from s2sad.nodes import Expr
from s2sad.runtime import ObjectBar, instantiate, require_apart, require_no_change, snapshot, split, split_method, split_star
from s2sad.transforms import steps
from s2sad.transforms.closures import receivers
from s2sad.transforms.edits import Edits
from s2sad.transforms.sweep import Sweep

Receiver = Expr  # what a cotangent that a callee returns is added to: the operand of the call


def pull_call(step: steps.Call, node: Simple, sweep: Sweep, edits: Edits) -> None:
    """Writes both sides of a call into the two sweeps."""
    call = step.call
    assert call is not None
    context = sweep.context
    if step.target not in sweep.bars:
        if step.target in context.dropped:
            _inspect(step, call, node, context, edits)
        return
    plan: Plan | None
    if nodes.has_stars(call):
        plan = _starred(call, context, edits, node)
    elif _is_static(step.function):
        plan = _static(step, call, context)
    elif isinstance(call.func, gast.Attribute) and step.function is UNKNOWN:
        plan = _method(call, context, edits, node)
    else:
        plan = _dynamic(call, context, edits, node)
    if plan is None:
        return
    forward, backward, arguments, keywords, receivers = plan
    tape = edits.local(f"{_label(call.func)}_tape")
    pair = nodes.tuple_([nodes.store(step.target), nodes.store(tape)], gast.Store())
    replacement = nodes.assign(pair, gast.Call(forward, arguments, keywords))
    edits.replaced[step.stmt] = nodes.copy_position(replacement, step.stmt)
    kept_tape = edits.keep(node, nodes.load(tape))
    edits.after[node.stmt][:0] = _kept_from_changes(step, call, tape, node, sweep)
    if isinstance(backward, gast.Name) and backward.id in context.locals:
        backward = edits.keep(node, backward)
    _receive(step, nodes.call(backward, kept_tape, sweep.bar(step.target)), receivers, sweep)


def _kept_from_changes(step: steps.Call, call: gast.Call, tape: str, node: Simple, sweep: Sweep) -> nodes.Block:
    """Where what the callee was given, or gave, changes later: its tape is copied, and what it gave must be another."""
    context, later = sweep.context, sweep.later
    assert later is not None
    found: nodes.Block = []
    names = sorted(nodes.loads(call) & context.locals)
    if later.after([*names, step.target], node):
        copied = nodes.call(context.link("snapshot", snapshot), nodes.load(tape))
        found.append(nodes.assign(tape, copied))
    built = later.built_after(names, node)
    if built and step.function is UNKNOWN:
        operands = [nodes.load(name) for name in (step.target, *built)]
        found.append(nodes.statement(nodes.call(context.link("require_apart", require_apart), *operands)))
    return found


def _inspect(step: steps.Call, call: gast.Call, node: Simple, context: Context, edits: Edits) -> None:
    """A call whose result is dropped may change its arguments; of a callee known only then, the run finds out."""
    if step.function is UNKNOWN:
        where, _ = _active_arguments(call, context)
        check = nodes.call(context.link("require_no_change", require_no_change), nodes.clone(call.func), where)
        edits.before[node.stmt].append(nodes.statement(check))
    elif not _is_static(step.function):
        name = getattr(step.function, "__name__", "the function")
        context.refuse(
            call,
            f"{name} is called for its effect, with arguments that a derivative flows through",
            "keep what a derivative flows through out of the call, or pass s2sad.stop_gradient(value)",
        )


def announce(step: steps.Call, context: Context) -> None:
    """Has the function that is called transformed along, if it is known now."""
    call = step.call
    if call is not None and _is_static(step.function) and not nodes.has_stars(call):
        _static(step, call, context)


Plan = tuple[Expr, Expr, list[Expr], list[gast.keyword], list[Receiver]]


def _receive(step: steps.Call, result: Expr, receivers: list[Receiver], sweep: Sweep) -> None:
    sweep.take(step.target)
    own = sweep.context.closures
    if len(receivers) == 1 and isinstance(receivers[0], gast.Name) and receivers[0].id not in own:
        sweep.add(receivers[0].id, result, fresh=False, zero=True)
        return
    names = [sweep.context.temporary(f"{_receiver_name(r)}_part", varied=False) for r in receivers]
    if len(names) == 1:
        sweep.emit(nodes.assign(names[0], result))
    else:
        sweep.emit(nodes.assign(nodes.tuple_([nodes.store(n) for n in names], gast.Store()), result))
    for name, receiver in zip(names, receivers, strict=True):
        _give(receiver, nodes.load(name), sweep)


def _receiver_name(receiver: Receiver) -> str:
    return receiver.id if isinstance(receiver, gast.Name) else root(receiver) or "arguments"


def _give(receiver: Receiver, value: Expr, sweep: Sweep) -> None:
    """Adds a cotangent to a variable, to a place in one, or to each element of a display."""
    _complete(receiver, value, sweep)
    if isinstance(receiver, gast.Name) and receiver.id in sweep.context.closures:
        _give_captured(receiver.id, value, sweep)
    elif isinstance(receiver, gast.Name):
        sweep.add(receiver.id, value, fresh=False, zero=True)
    elif isinstance(receiver, (gast.Attribute, gast.Subscript)):
        owner = root(receiver)
        assert owner is not None
        sweep.materialise(owner, after=False)
        place = sweep.primal(receiver)
        base = place
        while isinstance(base, (gast.Attribute, gast.Subscript)):
            base = base.value
        base.id = sweep.bar_name(owner)
        base.__dict__.pop("primal", None)
        place.ctx = gast.Store()
        sweep.emit(nodes.augment(place, value))
    elif isinstance(receiver, gast.Tuple):
        for i, element in enumerate(receiver.elts):
            if isinstance(element, gast.Name) and element.id in sweep.context.varied:
                _give(element, nodes.subscript(nodes.clone(value), nodes.const(i)), sweep)
    elif isinstance(receiver, gast.Dict):
        for key, element in zip(receiver.keys, receiver.values, strict=True):
            if isinstance(element, gast.Name) and element.id in sweep.context.varied and key is not None:
                _give(element, nodes.subscript(nodes.clone(value), nodes.clone(key)), sweep)


def _give_captured(closure: str, value: Expr, sweep: Sweep) -> None:
    """Hands the parts of an own closure's cotangent to the variables, which may have been bound since."""
    holders: dict[tuple[str, ...], Expr] = {(): value}
    for *within, variable in receivers(closure, sweep.context.closures):
        for depth, name in enumerate(within):
            path = tuple(within[: depth + 1])
            if path not in holders:
                holders[path] = nodes.load(sweep.context.temporary(f"{name}_part", varied=False))
                part = gast.Attribute(nodes.clone(holders[path[:-1]]), name, gast.Load())
                whole = nodes.call(sweep.helper(instantiate), part, nodes.call(sweep.helper(ObjectBar)))
                sweep.emit(nodes.assign(holders[path].id, whole))
        part = gast.Attribute(nodes.clone(holders[tuple(within)]), variable, gast.Load())
        sweep.add(variable, part, fresh=False, zero=True)


def _complete(receiver: Receiver, value: Expr, sweep: Sweep) -> None:
    """The universal zero, which a callee may return for an argument that it did not use, gets its parts."""
    like: Expr
    if isinstance(receiver, gast.Tuple):
        like = gast.List([nodes.const(0) for _ in receiver.elts], gast.Load())
    elif isinstance(receiver, gast.Dict):
        like = gast.Dict([nodes.clone(k) for k in receiver.keys], [nodes.const(0) for _ in receiver.keys])
    elif isinstance(receiver, gast.Name) and receiver.id in sweep.context.closures:
        like = nodes.call(sweep.helper(ObjectBar))
    else:
        return
    if isinstance(value, gast.Name):
        sweep.emit(nodes.assign(value.id, nodes.call(sweep.helper(instantiate), nodes.clone(value), like)))


def _label(function: Expr) -> str:
    if isinstance(function, gast.Attribute):
        return str(function.attr)
    return str(function.id) if isinstance(function, gast.Name) else "call"


def _is_static(function: Any) -> bool:
    return isinstance(function, types.FunctionType) and not inspect.iscoroutinefunction(function)


def _is_active(node: Expr, context: Context) -> bool:
    return bool(nodes.loads(node) & context.varied)


def _static(step: steps.Call, call: gast.Call, context: Context) -> Plan | None:
    """A function of Python that is known now: its split derivative is emitted beside the caller's."""
    function = step.function
    try:
        bound = inspect.signature(function, follow_wrapped=False).bind(*call.args, **{k.arg: k.value for k in call.keywords})
    except TypeError as error:
        context.refuse(call, f"{function.__qualname__}() cannot be called like this: {error}", "correct the call")
        return None
    receivers: dict[str, Receiver] = {}
    kinds: dict[str, str] = {}
    parameters = inspect.signature(function, follow_wrapped=False).parameters
    for name, value in bound.arguments.items():
        kind = parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            value = nodes.tuple_(list(value))
        elif kind is inspect.Parameter.VAR_KEYWORD:
            value = gast.Dict([nodes.const(k) for k in value], list(value.values()))
        else:
            kinds[name] = kind_of(value, context.kinds, context) or "unknown"
        if _is_active(value, context):
            receivers[name] = value
    assert context.split is not None
    try:
        callee: Callee = context.split(function, tuple(receivers), kinds, call)
    except S2SADError as error:
        context.refuse(call, error.message, error.hint or "write what it does in Python")
        return None
    order = [receivers[name] for name in callee.active]
    return nodes.load(callee.forward), nodes.load(callee.backward), call.args, call.keywords, order


def _lookup(
    node: Simple, helper: Any, arguments: list[Expr], label: str, context: Context, edits: Edits
) -> tuple[Expr, Expr]:
    """`g_fwd, g_bwd = split(...)` ahead of the call."""
    forward, backward = edits.local(f"{label}_fwd"), edits.local(f"{label}_bwd")
    pair = nodes.tuple_([nodes.store(forward), nodes.store(backward)], gast.Store())
    lookup = nodes.call(context.link(helper.__name__, helper), *arguments)
    edits.before[node.stmt].append(nodes.assign(pair, lookup))
    return nodes.load(forward), nodes.load(backward)


def _active_arguments(call: gast.Call, context: Context) -> tuple[Expr, list[Receiver]]:
    """The positions and keywords of the active arguments, as a literal, and the arguments."""
    positions: list[tuple[object, Expr]] = [(i, a) for i, a in enumerate(call.args)]
    positions += [(k.arg, k.value) for k in call.keywords]
    active = [(where, value) for where, value in positions if _is_active(value, context)]
    return nodes.tuple_([nodes.const(where) for where, _ in active]), [value for _, value in active]


def _dynamic(call: gast.Call, context: Context, edits: Edits, node: Simple) -> Plan:
    where, receivers = _active_arguments(call, context)
    arguments = [call.func, where]
    if _is_active(call.func, context):  # a closure, or an object that is called
        arguments.append(nodes.const(True))
        receivers = [call.func, *receivers]
    forward, backward = _lookup(node, split, arguments, _label(call.func), context, edits)
    return forward, backward, call.args, call.keywords, receivers


def _method(call: gast.Call, context: Context, edits: Edits, node: Simple) -> Plan:
    """`obj.method(a)`: the object is the first argument."""
    owner = call.func.value
    where, receivers = _active_arguments(call, context)
    arguments = [owner, nodes.const(call.func.attr), where]
    if _is_active(owner, context):
        arguments.append(nodes.const(True))
        receivers = [owner, *receivers]
    forward, backward = _lookup(node, split_method, arguments, call.func.attr, context, edits)
    return forward, backward, [owner, *call.args], call.keywords, receivers


def _starred(call: gast.Call, context: Context, edits: Edits, node: Simple) -> Plan:
    """`g(*args, **kwargs)`: the callee is looked up for the number of arguments that there are."""
    positional = call.args[0].value if call.args else gast.Tuple([], gast.Load())
    options = call.keywords[0].value if call.keywords else gast.Dict([], [])
    receivers = [e for e in (positional, options) if isinstance(e, gast.Name) and e.id in context.varied]
    active = nodes.tuple_([nodes.const(n) for e, n in ((positional, "args"), (options, "kwargs")) if e in receivers])
    arguments = [call.func, nodes.clone(positional), nodes.clone(options), active]
    if _is_active(call.func, context):  # a closure, or an object that is called
        forward, backward = _lookup(node, split_star, [*arguments, nodes.const(True)], _label(call.func), context, edits)
        return forward, backward, [call.func, positional, options], [], [call.func, *receivers]
    forward, backward = _lookup(node, split_star, arguments, _label(call.func), context, edits)
    return forward, backward, [positional, options], [], receivers
