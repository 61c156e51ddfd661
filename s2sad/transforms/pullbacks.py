"""The reverse of one statement: from the cotangents of what it binds to those of its operands.

Requires: steps (`steps.of`). Each function here writes the reverse of one class of step into the sweep.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad import nodes
from s2sad.analysis.expressions import root
from s2sad.analysis.kinds import REAL, kind_of
from s2sad.nodes import Expr
from s2sad.runtime import add_at, add_item, attribute_cotangent, instantiate, settled, owned, take_items, unbroadcast
from s2sad.template import instantiate as instantiate_template
from s2sad.transforms import steps
from s2sad.transforms.products import floats, is_fresh, product, sum_of
from s2sad.transforms.sweep import Bar, Sweep

Contribution = tuple[str, Expr, bool]  # variable, value, fresh?


def pull(step: steps.Step, sweep: Sweep) -> None:
    """Writes the reverse of a step."""
    _PULLBACKS[type(step)](step, sweep)


def _finish(sweep: Sweep, target: str, contributions: list[Contribution]) -> None:
    """Adds contributions and ends the cotangent of the target, which may itself be among the operands."""
    bar = sweep.bars[target]
    bare = [v for v, value, _ in contributions if nodes.is_name(value, sweep.bar_name(target))]
    own = [(value, fresh) for v, value, fresh in contributions if v == target]
    for variable, value, fresh in contributions:
        if variable != target:
            aliased = nodes.is_name(value, sweep.bar_name(target))
            sweep.add(variable, value, fresh=fresh or (aliased and bar.owned), zero=bar.zero)
    if len(bare) > 1:
        sweep.share(bare)
    sweep.take(target)
    if own:
        total, fresh = own[0]
        for value, _ in own[1:]:
            total, fresh = nodes.add(total, value), True
        if not nodes.is_name(total, sweep.bar_name(target)):
            sweep.emit(nodes.assign(sweep.bar_name(target), total))
            sweep.bars[target] = Bar(owned=fresh, zero=bar.zero)
        else:
            sweep.bars[target] = Bar(owned=bar.owned and len(bare) == 1, zero=bar.zero)


def add_element(source: str, position: Expr, element: str, sweep: Sweep, is_key: bool) -> None:
    """The cotangent of a loop's element goes to its place in that of what is iterated."""
    bar, g = sweep.bar(source), sweep.bar(element)
    if is_key or sweep.context.kinds.get(source) in ("list", "tuple", "array"):
        sweep.emit(nodes.augment(nodes.subscript(bar, position, ctx=gast.Store()), g))
    else:  # it may be a dictionary, whose keys have no derivative
        sweep.emit(nodes.statement(nodes.call(sweep.helper(add_item), bar, position, g)))


def _copy(step: steps.Copy, sweep: Sweep) -> None:
    (target,) = step.kills
    if target in sweep.bars:
        _finish(sweep, target, [(step.source, sweep.bar(target), False)])


def _operation(step: steps.Operation, sweep: Sweep) -> None:
    if step.target not in sweep.bars:
        return
    assert step.rule is not None and step.bindings is not None
    if step.rule.kind == "elementwise":
        _finish(sweep, step.target, _elementwise(step, sweep))
    else:
        _definite(step.target, sweep)
        _finish(sweep, step.target, _general(step, sweep))


def _definite(target: str, sweep: Sweep) -> None:
    """A rule that is not elementwise needs a cotangent of the right shape, not the universal zero."""
    if sweep.bars[target].zero and not sweep.is_scalar(target):
        primal = sweep.primal(nodes.load(target), after=True, structure=True)
        value = nodes.call(sweep.helper(instantiate), sweep.bar(target), primal)
        sweep.emit(nodes.assign(sweep.bar_name(target), value))
        sweep.bars[target] = Bar(owned=sweep.bars[target].owned)


def _template_bindings(step: steps.Operation, sweep: Sweep) -> dict[str, Expr]:
    assert step.bindings is not None
    bindings = {name: sweep.primal(value) for name, value in step.bindings.items()}
    bindings.setdefault("ans", sweep.primal(nodes.load(step.target), after=True))
    return bindings


def _elementwise(step: steps.Operation, sweep: Sweep) -> list[Contribution]:
    assert step.rule is not None and step.rule.partials is not None and step.bindings is not None
    partials = _partials(step, sweep)
    by_variable: dict[str, list[Expr]] = {}
    operands = list(step.bindings.values())
    for operand, partial in zip(operands, partials, strict=True):
        if isinstance(operand, gast.Name) and operand.id in sweep.context.varied and not nodes.is_zero(partial):
            by_variable.setdefault(operand.id, []).append(partial)
    contributions = []
    for variable, found in by_variable.items():
        value = product(sweep.bar(step.target), sum_of(found))
        if sweep.context.kinds.get(step.target) == "float":
            floats(value)  # Python multiplies two floats faster than an int and a float
        others = [o for o in operands if not nodes.is_name(o, variable)]
        if _may_broadcast(step.target, others, sweep):
            value = nodes.call(sweep.helper(unbroadcast), value, _like(variable, sweep))
            contributions.append((variable, value, False))
        else:
            contributions.append((variable, value, is_fresh(value)))
    return contributions


def _like(variable: str, sweep: Sweep) -> Expr:
    """Something of the shape of a variable, at hand rather than saved for its shape alone."""
    if sweep.context.kinds.get(variable) in REAL:
        return nodes.const(0.0)
    return sweep.primal(nodes.load(sweep.alike(variable)))


def _partials(step: steps.Operation, sweep: Sweep) -> list[Expr]:
    assert step.rule is not None and step.rule.partials is not None
    first = next(iter(step.rule.partials.__code__.co_varnames))
    bindings = _template_bindings(step, sweep)
    bindings[first] = sweep.primal(nodes.load(step.target), after=True)
    return instantiate_template(step.rule.partials, bindings, sweep.context.link)


def _may_broadcast(target: str, others: list[Expr], sweep: Sweep) -> bool:
    """May the operand be smaller than the result, or real where the result is complex?"""
    if sweep.context.kinds.get(target) in REAL:
        return False
    return any(kind_of(o, sweep.context.kinds, sweep.context) not in REAL for o in others)


def _general(step: steps.Operation, sweep: Sweep) -> list[Contribution]:
    assert step.rule is not None and step.bindings is not None
    contributions: list[Contribution] = []
    for parameter, template in step.rule.pullbacks.items():
        operand = step.bindings.get(parameter)
        if operand is None or not (nodes.loads(operand) & step.uses):
            continue
        bindings = _template_bindings(step, sweep)
        first, second = (*template.__code__.co_varnames, "")[:2]
        if step.rule.kind == "rule":
            bindings[second] = sweep.primal(nodes.load(step.target), after=True)
        bindings[first] = sweep.bar(step.target)
        (value,) = instantiate_template(template, bindings, sweep.context.link)
        contributions += _distribute(operand, value, sweep)
    return contributions


def _distribute(operand: Expr, value: Expr, sweep: Sweep) -> list[Contribution]:
    """The cotangent of an operand, which is a variable or a display of several (`*args`)."""
    if isinstance(operand, gast.Name):
        return [(operand.id, value, is_fresh(value))]
    assert isinstance(operand, gast.Tuple)
    parts = sweep.context.temporary("parts", varied=False)
    sweep.emit(nodes.assign(parts, value))
    return [
        (element.id, nodes.subscript(nodes.load(parts), nodes.const(i)), False)
        for i, element in enumerate(operand.elts)
        if isinstance(element, gast.Name) and element.id in sweep.context.varied
    ]


def _read(step: steps.Read, sweep: Sweep) -> None:
    if step.target not in sweep.bars:
        return
    assert step.place is not None
    owner = root(step.place)
    assert owner is not None
    if owner == step.target:  # `t = t[0]`: the container's cotangent starts where the item's ends
        item = sweep.context.temporary("item_bar", varied=False)
        sweep.emit(nodes.assign(item, sweep.bar(step.target)))
        sweep.take(step.target)
        g: Expr = nodes.load(item)
    else:
        g = sweep.bar(step.target)
    sweep.materialise(owner, after=False)
    place = sweep.primal(step.place)
    _rename_root(place, sweep.bar_name(owner))
    if isinstance(place, gast.Subscript) and not _plain_index(place.slice, sweep):
        index = _index_value(place.slice, sweep)
        sweep.emit(nodes.statement(nodes.call(sweep.helper(add_at), place.value, index, g)))
    else:
        place.ctx = gast.Store()
        sweep.emit(nodes.augment(place, g))
    if owner != step.target:
        sweep.take(step.target)


def _rename_root(place: Expr, name: str) -> None:
    while isinstance(place, (gast.Subscript, gast.Attribute)):
        place = place.value
    assert isinstance(place, gast.Name)
    place.id = name
    place.__dict__.pop("primal", None)


def _index_value(index: Expr, sweep: Sweep) -> Expr:
    """An index as a value: outside brackets, `1:n` is spelled `slice(1, n)`."""
    if isinstance(index, gast.Tuple):
        return nodes.tuple_([_index_value(e, sweep) for e in index.elts])
    if isinstance(index, gast.Slice):
        parts = [p if p is not None else nodes.const(None) for p in (index.lower, index.upper, index.step)]
        return nodes.call(sweep.helper(slice), *(parts if index.step is not None else parts[:2]))
    return index


def _plain_index(index: Expr, sweep: Sweep) -> bool:
    """An index that selects each element at most once, so that `+=` adds up."""
    if isinstance(index, gast.Tuple):
        return all(_plain_index(e, sweep) for e in index.elts)
    if isinstance(index, gast.Slice):
        return True
    if isinstance(index, gast.Constant) and (index.value is None or index.value is Ellipsis):
        return True
    return kind_of(index, sweep.context.kinds, sweep.context) in ("int", "str")


def _attribute(step: steps.Attribute, sweep: Sweep) -> None:
    if step.target in sweep.bars:
        _definite(step.target, sweep)
        assert step.name is not None
        owner = sweep.primal(nodes.load(step.owner))
        value = nodes.call(sweep.helper(attribute_cotangent), owner, sweep.primal(step.name), sweep.bar(step.target))
        _finish(sweep, step.target, [(step.owner, value, False)])


def _display(step: steps.Display, sweep: Sweep) -> None:
    if step.target not in sweep.bars:
        return
    _definite(step.target, sweep)
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
    _finish(sweep, step.target, contributions)


def _items(target: str, display: gast.Dict, sweep: Sweep) -> list[tuple[Expr, Expr]]:
    """The cotangent of each value of a dictionary display; of equal keys, only the last one stays."""
    keys = [nodes.number(k) if nodes.number(k) is not None else getattr(k, "value", None) for k in display.keys]
    if None not in keys and len(set(keys)) == len(keys):
        pairs = zip(display.keys, display.values, strict=True)
        return [(nodes.subscript(sweep.bar(target), nodes.clone(k)), v) for k, v in pairs]
    sweep.bars[target] = Bar(owned=False)
    sweep.materialise(target)
    found: list[tuple[Expr, Expr]] = []
    for key, value in reversed(list(zip(display.keys, display.values, strict=True))):
        part = sweep.context.temporary("item_bar", varied=False)
        if key is None:
            taken = nodes.call(sweep.helper(take_items), sweep.bar(target), sweep.primal(value))
        else:
            taken = nodes.method(sweep.bar(target), "pop", sweep.primal(key))
        sweep.emit(nodes.assign(part, taken))
        found.append((nodes.load(part), value))
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
            found.append((nodes.subscript(nodes.clone(bar), gast.Slice(start, stop, None)), o.value))
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


def _unpack(step: steps.Unpack, sweep: Sweep) -> None:
    targets = [t.value if isinstance(t, gast.Starred) else t for t in step.targets]
    present = [t.id for t in targets if t.id in sweep.bars]
    if not present:
        return
    if step.source in {t.id for t in targets}:
        parts = nodes.call(sweep.helper(_list_bar()), gast.List([_part(t, sweep) for t in step.targets], gast.Load()))
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
        place = nodes.subscript(sweep.bar(step.source), index, ctx=gast.Store())
        sweep.emit(nodes.augment(place, sweep.bar(target.id)))
    for name in present:
        sweep.take(name)


def _list_bar() -> Any:
    from s2sad.runtime import ListBar

    return ListBar


def _part(target: Expr, sweep: Sweep) -> Expr:
    if isinstance(target, gast.Starred):
        name = target.value.id
        empty = nodes.call(sweep.helper(instantiate), nodes.const(0), sweep.primal(nodes.load(name), after=True))
        return gast.Starred(sweep.bar(name) if name in sweep.bars else empty, gast.Load())
    return sweep.bar(target.id) if target.id in sweep.bars else nodes.const(0)


def _append(step: steps.Append, sweep: Sweep) -> None:
    sweep.materialise(step.owner)
    popped = nodes.method(sweep.bar(step.owner), "pop")
    if isinstance(step.value, gast.Name) and step.value.id in sweep.context.varied:
        sweep.add(step.value.id, popped, fresh=False, zero=True)
    else:
        sweep.emit(nodes.statement(popped))


def _pop(step: steps.Pop, sweep: Sweep) -> None:
    sweep.materialise(step.owner)
    if step.target is not None and step.target in sweep.bars:
        value: Expr = sweep.bar(step.target)
        sweep.take(step.target)
    else:
        value = nodes.const(0)
    sweep.emit(nodes.statement(nodes.method(sweep.bar(step.owner), "append", value)))


def _store(step: steps.Store, sweep: Sweep) -> None:
    assert step.place is not None
    owner = root(step.place)
    assert owner is not None
    sweep.materialise(owner)
    place = sweep.primal(step.place)
    _rename_root(place, sweep.bar_name(owner))
    place.ctx = gast.Load()
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


def _accumulate(step: steps.Accumulate, sweep: Sweep) -> None:
    assert step.place is not None
    value = step.value
    if not (isinstance(value, gast.Name) and value.id in sweep.context.varied):
        return
    owner = root(step.place)
    assert owner is not None
    sweep.materialise(owner)
    place = sweep.primal(step.place)
    _rename_root(place, sweep.bar_name(owner))
    place.ctx = gast.Load()
    part = nodes.call(sweep.helper(owned), place)
    sweep.add(value.id, nodes.call(sweep.helper(unbroadcast), part, sweep.primal(value)), fresh=False, zero=True)


def _mark_like(marked: Expr, clone: Expr, sweep: Sweep) -> None:
    """The clone of a place reads the same values of the primal."""
    reads = {id(r.name): r for r in sweep.reads}
    for old, new in zip(nodes.walk(marked), nodes.walk(clone), strict=True):
        if id(old) in reads:
            new.primal = (reads[id(old)].after, reads[id(old)].structure)


def _construct(step: steps.Construct, sweep: Sweep) -> None:
    if step.target not in sweep.bars:
        return
    _definite(step.target, sweep)
    if step.computes:
        primal = sweep.primal(nodes.load(step.target), after=True)
        whole = nodes.call(sweep.helper(settled), sweep.bar(step.target), primal)
        sweep.emit(nodes.assign(sweep.bar_name(step.target), whole))
    contributions: list[Contribution] = []
    for operand, place in step.parts:
        if isinstance(operand, gast.Name) and operand.id in sweep.context.varied:
            value = nodes.clone(place)
            _rename_root(value, sweep.bar_name(step.target))
            contributions.append((operand.id, value, False))
    sweep.bars[step.target] = Bar(owned=False, zero=True)  # a field may have the universal zero
    _finish(sweep, step.target, contributions)


def _closure(step: steps.Closure, sweep: Sweep) -> None:
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
    for variable in step.captures:
        sweep.add(variable, gast.Attribute(nodes.clone(bar), variable, gast.Load()), fresh=False, zero=True)
    sweep.take(step.name)


_PULLBACKS: dict[type[steps.Step], Callable[[Any, Sweep], None]] = {
    steps.Copy: _copy,
    steps.Operation: _operation,
    steps.Read: _read,
    steps.Attribute: _attribute,
    steps.Display: _display,
    steps.Unpack: _unpack,
    steps.Append: _append,
    steps.Pop: _pop,
    steps.Store: _store,
    steps.Accumulate: _accumulate,
    steps.Construct: _construct,
    steps.Closure: _closure,
}
