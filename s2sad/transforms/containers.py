"""The reverse of statements that build, take apart or change lists, dictionaries, objects and closures."""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.analysis.expressions import root
from s2sad.nodes import Expr
from s2sad.runtime import (
    ListBar,
    ObjectBar,
    add_item,
    as_sequence,
    display_item,
    display_items,
    instantiate,
    owned,
    place_of_item,
    popped,
    settled,
    unbroadcast,
)
from s2sad.transforms import steps
from s2sad.transforms.contributions import Contribution, definite, finish, rename_root
from s2sad.transforms.sweep import Bar, Sweep


def display(step: steps.Display, sweep: Sweep) -> None:
    if step.target not in sweep.bars:
        return
    definite(step.target, sweep)
    bar, display = sweep.bar(step.target), step.display
    if isinstance(display, gast.Dict):
        elements = list(_items(step.target, display, sweep))
    else:
        assert isinstance(display, (gast.List, gast.Tuple))
        elements = list(_elements(bar, display.elts, sweep))
    contributions: list[Contribution] = []
    for value, operand in elements:
        if isinstance(operand, gast.Name) and operand.id in sweep.context.varied:
            contributions.append((operand.id, value, False))
    sweep.bars[step.target] = Bar(owned=False, zero=True)  # an element may be the universal zero
    finish(sweep, step.target, contributions)


def _items(target: str, display: gast.Dict, sweep: Sweep) -> list[tuple[Expr, Expr]]:
    """The cotangent of each value of a dictionary display; of equal keys, only the last one stays."""
    keys = [getattr(k, "value", None) if nodes.number(k) is None else nodes.number(k) for k in display.keys]
    found: list[tuple[Expr, Expr]] = []
    for i, (key, value) in enumerate(zip(display.keys, display.values, strict=True)):
        bar, later = sweep.bar(target), list(zip(display.keys[i + 1 :], display.values[i + 1 :], strict=True))
        if None not in keys[i:] and keys[i] not in keys[i + 1 :]:
            found.append((nodes.subscript(bar, nodes.clone(key)), value))
            continue
        spelled = [gast.Starred(sweep.primal(v), gast.Load()) if k is None else sweep.primal(k) for k, v in later]
        helper, which = (display_items, value) if key is None else (display_item, key)
        found.append((nodes.call(sweep.helper(helper), bar, sweep.primal(which), nodes.tuple_(spelled)), value))
    return found


def _elements(bar: Expr, operands: list[Expr], sweep: Sweep) -> list[tuple[Expr, Expr]]:
    """Each operand of a display with the part of its cotangent; a starred operand has a slice."""
    stars = [i for i, o in enumerate(operands) if isinstance(o, gast.Starred)]
    if not stars:
        return [(nodes.subscript(nodes.clone(bar), nodes.const(i)), o) for i, o in enumerate(operands)]
    found: list[tuple[Expr, Expr]] = []
    start: Expr = nodes.const(0)
    for o in operands:
        if isinstance(o, gast.Starred):
            stop = _plus(start, nodes.call(sweep.helper(len), sweep.primal(o.value)))
            part = nodes.subscript(nodes.clone(bar), gast.Slice(start, stop, None))
            found.append((nodes.call(sweep.helper(as_sequence), part, sweep.primal(o.value)), o.value))
        else:
            stop = _plus(start, nodes.const(1))
            found.append((nodes.subscript(nodes.clone(bar), start), o))
        start = nodes.clone(stop)
    return found


def _plus(a: Expr, b: Expr) -> Expr:
    left, right = nodes.number(a), nodes.number(b)
    if left is not None and right is not None:
        return nodes.const(left + right)
    return b if left == 0 else nodes.add(a, b)


def unpack(step: steps.Unpack, sweep: Sweep) -> None:
    targets = [t.value if isinstance(t, gast.Starred) else t for t in step.targets]
    present = [t.id for t in targets if t.id in sweep.bars]
    if not present:
        return
    if step.source in {t.id for t in targets} or _is_tape(step.source, sweep) or is_passed_on(step.source, sweep):
        parts = nodes.call(sweep.helper(ListBar), gast.List([_part(t, sweep) for t in step.targets], gast.Load()))
        parts.of_elements = True
        for name in present:
            sweep.take(name)
        sweep.emit(nodes.assign(sweep.bar_name(step.source), parts))
        sweep.bars[step.source] = Bar(owned=True)
        return
    sweep.materialise(step.source, after=False)
    total = len(step.targets)
    star = next((i for i, t in enumerate(step.targets) if isinstance(t, gast.Starred)), total)
    for i, target in enumerate(targets):
        if target.id not in present:
            continue
        index: Expr = nodes.const(i if i < star else i - total)
        if i == star:
            index = gast.Slice(nodes.const(i), nodes.const(i + 1 - total) if i + 1 < total else None, None)
            rest = nodes.subscript(sweep.primal(nodes.load(step.source)), index)
            part = nodes.call(sweep.helper(as_sequence), _whole(target.id, sweep), rest)
            place = nodes.subscript(sweep.bar(step.source), nodes.clone(index), ctx=gast.Store())
            sweep.emit(nodes.augment(place, part))
        else:
            add_element(step.source, index, target.id, sweep, is_key=False)
    for name in present:
        sweep.take(name)


def _is_tape(variable: str, sweep: Sweep) -> bool:
    """Is this a tape, or a value with a tape, of which nothing else is read? Its stashes are empty by now."""
    context = sweep.context
    if not context.trusted or variable in sweep.bars:
        return False
    if variable in context.namer.issued:
        return sweep.is_result(variable)
    return variable in context.active and sum(nodes.is_name(n, variable) for n in nodes.walk(context.source.tree.body)) == 1


def is_passed_on(variable: str, sweep: Sweep) -> bool:
    """Is this the tuple of `a, b = f(x)` or `f(x)[0]`, which has no other use?"""
    return sweep.context.kinds.get(variable) in ("list", "tuple") and variable in sweep.context.namer.issued


def _part(target: Expr, sweep: Sweep) -> Expr:
    if isinstance(target, gast.Starred):
        return gast.Starred(_whole(target.value.id, sweep), gast.Load())
    return sweep.bar(target.id) if target.id in sweep.bars else nodes.const(0)


def _whole(name: str, sweep: Sweep) -> Expr:
    """The cotangent of a variable with all its parts, for one that is taken apart."""
    present = sweep.bars.get(name)
    value: Expr = sweep.bar(name) if present is not None else nodes.const(0)
    if present is None or present.zero:
        value = nodes.call(sweep.helper(instantiate), value, sweep.primal(nodes.load(name), after=True))
    return value


def append(step: steps.Append, sweep: Sweep) -> None:
    sweep.materialise(step.owner)
    if step.owner in sweep.on_tape:  # what took it from there has popped it empty since
        last = nodes.call(sweep.helper(popped), sweep.bar(step.owner))
    else:
        last = nodes.method(sweep.bar(step.owner), "pop")
    if isinstance(step.value, gast.Name) and step.value.id in sweep.context.varied:
        sweep.add(step.value.id, last, fresh=False, zero=True)
    else:
        sweep.emit(nodes.statement(last))


def pop(step: steps.Pop, sweep: Sweep) -> None:
    sweep.materialise(step.owner)
    if step.target is not None and step.target in sweep.bars:
        value: Expr = sweep.bar(step.target)
        sweep.take(step.target)
    else:
        value = nodes.const(0)
    sweep.emit(nodes.statement(nodes.method(sweep.bar(step.owner), "append", value)))


def _cotangent_at(place: Expr, sweep: Sweep) -> Expr:
    """What `place` is of a container, of the container's cotangent."""
    owner = root(place)
    assert owner is not None
    sweep.materialise(owner)
    there = sweep.primal(place)
    rename_root(there, sweep.bar_name(owner))
    there.ctx = gast.Load()
    return there


def store(step: steps.Store, sweep: Sweep) -> None:
    assert step.place is not None
    place = _cotangent_at(step.place, sweep)
    value = step.value
    if isinstance(value, gast.Name) and value.id in sweep.context.varied:
        item = sweep.context.temporary("item_bar", varied=False)
        sweep.emit(nodes.assign(item, nodes.call(sweep.helper(owned), place)))
        target = nodes.clone(place)
        target.ctx = gast.Store()
        _mark_like(place, target, sweep)
        sweep.emit(nodes.assign(target, nodes.const(0)))
        sweep.add(value.id, nodes.load(item), fresh=False, zero=True)
    else:
        place.ctx = gast.Store()
        sweep.emit(nodes.assign(place, nodes.const(0)))


def accumulate(step: steps.Accumulate, sweep: Sweep) -> None:
    assert step.place is not None
    value = step.value
    if not (isinstance(value, gast.Name) and value.id in sweep.context.varied):
        return
    place = _cotangent_at(step.place, sweep)
    if isinstance(step.stmt, gast.Expr) and sweep.context.resolve(step.stmt.value.func) is add_item:
        name = sweep.context.temporary("place", varied=False)
        sweep.context.named.add(name)  # within the subscript it would be computed from the cotangent once more
        sweep.emit(nodes.assign(name, nodes.call(sweep.helper(place_of_item), nodes.clone(place.value), place.slice)))
        place.slice = nodes.load(name)
    part = nodes.call(sweep.helper(owned), place)
    sweep.add(value.id, nodes.call(sweep.helper(unbroadcast), part, sweep.primal(value)), fresh=False, zero=True)


def _mark_like(marked: Expr, clone: Expr, sweep: Sweep) -> None:
    """The clone of a place reads the same values of the primal."""
    reads = {id(r.name): r for r in sweep.reads}
    for old, new in zip(nodes.walk(marked), nodes.walk(clone), strict=True):
        if id(old) in reads:
            new.primal = reads[id(old)].after


def construct(step: steps.Construct, sweep: Sweep) -> None:
    if step.target not in sweep.bars:
        return
    definite(step.target, sweep)
    if step.computes:
        primal = sweep.primal(nodes.load(step.target), after=True)
        whole = nodes.call(sweep.helper(settled), sweep.bar(step.target), primal)
        sweep.emit(nodes.assign(sweep.bar_name(step.target), whole))
    contributions: list[Contribution] = []
    for operand, place in step.parts:
        if isinstance(operand, gast.Name) and operand.id in sweep.context.varied:
            value = nodes.clone(place)
            rename_root(value, sweep.bar_name(step.target))
            contributions.append((operand.id, value, False))
    sweep.bars[step.target] = Bar(owned=False, zero=True)  # a field may have the universal zero
    finish(sweep, step.target, contributions)


def closure(step: steps.Closure, sweep: Sweep) -> None:
    if step.name not in sweep.bars:
        return
    rebound = [v for v in step.captures if sweep.overwritten(v)]
    if rebound:
        sweep.context.refuse(
            step.stmt,
            f"a function that captures {rebound[0]} is kept as a value, and {rebound[0]} is assigned again",
            "pass the value as an argument, or give it a name of its own",
        )
    bar = sweep.bar(step.name)
    if sweep.bars[step.name].zero:
        like = nodes.call(sweep.helper(ObjectBar))
        sweep.emit(nodes.assign(bar.id, nodes.call(sweep.helper(instantiate), bar, like)))
    for variable in step.captures:
        sweep.add(variable, gast.Attribute(nodes.clone(bar), variable, gast.Load()), fresh=False, zero=True)
    sweep.take(step.name)


def add_element(source: str, position: Expr, element: str, sweep: Sweep, is_key: bool) -> None:
    """The cotangent of a loop's element goes to its place in that of what is iterated."""
    bar, g = sweep.bar(source), sweep.bar(element)
    if is_key or sweep.context.kinds.get(source) in ("list", "tuple", "array"):
        sweep.emit(nodes.augment(nodes.subscript(bar, position, ctx=gast.Store()), g))
    else:  # it may be a dictionary, whose keys have no derivative
        sweep.emit(nodes.statement(nodes.call(sweep.helper(add_item), bar, position, g)))
