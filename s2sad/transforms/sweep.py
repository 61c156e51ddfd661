"""The state of the reverse sweep while it is written: cotangents, statements, and what it reads of the primal.

A cotangent is *absent* until something contributes to it; then it is *owned* (a fresh value, which may be added to
in place) or *shared* (it may be the same array as another cotangent), and it is or is not possibly the universal
zero. These facts are tracked statement by statement, so that the emitted code initialises nothing that it need not.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import gast

from s2sad import nodes
from s2sad.analysis.kinds import REAL
from s2sad.analysis.later import LaterChanges
from s2sad.analysis.regions import Node
from s2sad.context import Context
from s2sad.nodes import Block, Expr
from s2sad.runtime import instantiate, owned, zeros_like
from s2sad.transforms.outlines import outlined

_SCALARS = REAL | {"complex"}


@dataclass(frozen=True)
class Bar:
    """What is known of a cotangent that is present."""

    owned: bool = False
    zero: bool = False  # it may be the int 0


@dataclass(eq=False)
class PrimalRead:
    """A name in the reverse sweep that means a value of the primal, as it is before or after a node.

    `outline`: only shape and type matter; `in_step`: or what a container consists of, and that is undone in step.
    """

    name: gast.Name
    node: Node
    after: bool
    outline: bool = False
    in_step: bool = False


@dataclass
class Sweep:
    """Everything that is written to while the reverse sweep is generated."""

    context: Context
    bars: dict[str, Bar] = field(default_factory=dict)
    out: Block = field(default_factory=list)
    reads: list[PrimalRead] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    node: Node | None = None
    alike: Callable[[str], str] = lambda variable: variable
    is_result: Callable[[str], bool] = lambda variable: False  # of a call of a function without a rule
    overwritten: Callable[[str], bool] = lambda variable: False  # later than the current node
    later: LaterChanges | None = None

    # -- names ------------------------------------------------------------------------------------------------

    def bar_name(self, variable: str) -> str:
        if variable not in self.names:
            name = self.names[variable] = self.context.namer.fresh(f"{variable}_bar")
            if variable not in self.context.namer.issued:
                self.context.named.add(name)
        return self.names[variable]

    def bar(self, variable: str) -> gast.Name:
        return nodes.load(self.bar_name(variable))

    def primal(self, expression: Expr, *, after: bool = False) -> Expr:
        """A copy of an expression of the primal, whose names are to have the values they had at this node."""

        def copy(node: Expr) -> Expr:
            new = nodes.copy_with(node, copy)
            if isinstance(new, gast.Name) and new.id in self.context.locals:
                new.primal = after
            return new

        return copy(expression)

    @functools.cached_property
    def on_tape(self) -> set[str]:
        """Of emitted code that is differentiated again: the names that it may hand over in a tape."""
        if not self.context.trusted:
            return set()
        tuples = [n for n in nodes.walk(self.context.source.tree.body) if isinstance(n, gast.Tuple)]
        return {e.id for t in tuples for e in t.elts if isinstance(e, gast.Name)}

    def is_scalar(self, variable: str) -> bool:
        return self.context.kinds.get(variable) in _SCALARS

    def helper(self, function: object) -> gast.Name:
        return self.context.link(function.__name__, function)  # type: ignore[attr-defined]

    # -- statements -------------------------------------------------------------------------------------------

    def emit(self, stmt: gast.stmt) -> None:
        """Writes a statement, and notes which values of the primal it reads."""
        assert self.node is not None
        parts = list(nodes.walk(stmt))
        outlines = dict(outlined(parts, self.context))
        for n in parts:
            after = n.__dict__.pop("primal", None)
            if after is not None:
                self.reads.append(PrimalRead(n, self.node, after, n in outlines, outlines.get(n, False)))
        stmt.reverse = True
        self.out.append(stmt)

    def zero(self, variable: str) -> None:
        """Makes the cotangent of `variable` zero."""
        kind = self.context.kinds.get(variable)
        value = {"float": 0.0, "complex": 0.0}.get(kind or "", 0)
        self.emit(nodes.assign(self.bar_name(variable), nodes.const(value)))
        self.bars[variable] = Bar(owned=True, zero=kind not in _SCALARS)

    def add(self, variable: str, value: Expr, *, fresh: bool, zero: bool = False) -> None:
        """Adds a contribution to the cotangent of `variable`; the first one assigns."""
        name = self.bar_name(variable)
        present = self.bars.get(variable)
        if present is None:
            self.emit(nodes.assign(name, value))
            self.bars[variable] = Bar(owned=fresh, zero=zero)
        elif present.owned or self.is_scalar(variable):
            stmt = nodes.augment(name, value)
            stmt.number = self.is_scalar(variable)
            self.emit(stmt)
            self.bars[variable] = Bar(True, present.zero and zero)
        else:
            self.emit(nodes.assign(name, nodes.add(nodes.load(name), value)))
            # x + 0 may be x itself for containers, so only a certain non-zero sum is fresh
            self.bars[variable] = Bar(not (present.zero or zero), present.zero and zero)

    def take(self, variable: str) -> Bar:
        """Ends the cotangent of a variable, where the variable was bound."""
        return self.bars.pop(variable)

    def materialise(self, variable: str, *, after: bool = True) -> None:
        """Makes the cotangent of `variable` a thing of its own that can be added to in place."""
        name = self.bar_name(variable)
        present = self.bars.get(variable)
        primal = self.primal(nodes.load(variable), after=after)
        if present is None:
            self.emit(nodes.assign(name, nodes.call(self.helper(zeros_like), primal)))
        else:
            value: Expr = nodes.load(name)
            if present.zero:
                value = nodes.call(self.helper(instantiate), value, primal)
            if not present.owned:
                value = nodes.call(self.helper(owned), value)
            if isinstance(value, gast.Call):
                self.emit(nodes.assign(name, value))
        self.bars[variable] = Bar(owned=True)

    def share(self, variables: Iterable[str]) -> None:
        """Several cotangents got the same value: none of them may be added to in place."""
        for variable in variables:
            if variable in self.bars:
                self.bars[variable] = replace(self.bars[variable], owned=False)
