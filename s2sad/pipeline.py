"""The order of the passes, and the module of emitted functions that one derivative consists of.

This is the only place that knows which pass follows which. `stages` gives the function after each of them.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from s2sad import nodes
from s2sad.adjoints import registry
from s2sad.analysis import glances, mutation, sharing
from s2sad.analysis.activity import varied_names
from s2sad.analysis.depth import deepest
from s2sad.analysis.kinds import infer_kinds
from s2sad.artifact import Request
from s2sad.context import UNKNOWN, Callee, Context
from s2sad.errors import NotDifferentiable, S2SADError, UnsupportedSyntax, combine
from s2sad.naming import Namer, used_names
from s2sad.origins import EMITTED
from s2sad.source import FunctionSource, read
from s2sad.transforms.anf import anf
from s2sad.transforms.assignments import assignments
from s2sad.transforms.derivative import joint, reverse_mode, split_form, survey
from s2sad.transforms.fence import fence
from s2sad.transforms.logs import refuse_reading_back
from s2sad.transforms.loops import loops
from s2sad.transforms.matches import matches
from s2sad.transforms.partials import partials
from s2sad.transforms.returns import returns
from s2sad.transforms.simplify import simplify
from s2sad.transforms.unnest import unnest

Pass = Callable[[gast.FunctionDef, Context], gast.FunctionDef]

#: From the user's function to core Python. Each takes and gives a function that can be printed, compiled and run.
PASSES: tuple[Pass, ...] = (
    fence,  # refuse what has no derivative, before anything is rewritten
    returns,  # one exit, at the end
    matches,  # `match` becomes a selection, then branches
    loops,  # `for ... else`, and iteration over zip, enumerate, items
    assignments,  # one plain target per assignment
    partials,  # partial functions are called as what they are made of
    anf,  # one active operation per statement; comprehensions and short-circuits become loops and branches
)


#: What a callee is told of its arguments.
_PASSED = ("float", "int", "bool", "array", "scalar", "list", "tuple")


@dataclass(eq=False)
class Emitted:
    """One emitted function: its tree, and what it needs to be loaded."""

    tree: gast.FunctionDef
    context: Context
    role: str  # "joint", "forward" or "backward"


@dataclass(eq=False)
class Program:
    """The emitted functions of one derivative: the one that was asked for, and those of its callees."""

    main: str
    emitted: list[Emitted] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)


def trusted(source: FunctionSource) -> bool:
    """Is this emitted code, which is differentiated again? The user's own functions within it are not."""
    return source.filename.startswith(EMITTED) and source.function.__code__.co_qualname.count("<locals>") <= 1


Site = tuple[Context, gast.Call] | None


class Transformer:
    """Transforms a function and, as they are met, the functions that it calls."""

    def __init__(self) -> None:
        self.module = Namer(())
        self.callees: dict[tuple[Any, ...], Callee] = {}
        self.queue: list[tuple[FunctionSource, Request, Callee, Site]] = []

    def run(self, function: Any, request: Request) -> Program:
        for looked_through in (glances, mutation, sharing):
            looked_through.forget()
        source = read(function)
        if request.form == "split":
            callee = self._callee(function, request, Namer(()))
            program = Program(callee.forward)
        else:
            name = self.module.fresh(f"{source.name}_{request.form}")
            program = Program(name)
            context = self._context(source, request)
            tree = _prepare(context, request.form)
            self._guard(program, context, lambda: self._joint(tree, context, name, request))
        while self.queue:
            callee_source, callee_request, callee, site = self.queue.pop(0)
            context = self._context(callee_source, callee_request)
            context.site = site if _of_library(callee_source.function) else None
            tree = _prepare(context, callee_request.form)
            self._guard(program, context, lambda: self._split(tree, context, callee, callee_request))  # noqa: B023
        refuse_reading_back(program.contexts)
        _refuse_at_sites(program.contexts)
        errors = [e for context in program.contexts for e in context.errors]
        if errors and _of_library(function):  # met as the program runs: whoever called it knows the line
            raise _without_rule(_spelled(function), errors)
        if errors:
            raise combine(errors)
        # callees first, as a person would order a file
        program.emitted.sort(key=lambda e: e.role == "joint")
        program.contexts += _only_seen(program.contexts)
        return program

    def _guard(self, program: Program, context: Context, transform: Callable[[], list[Emitted]]) -> None:
        try:
            found = transform()
        except RecursionError as error:
            raise UnsupportedSyntax(
                f"{context.source.name} is nested too deeply: an expression, or statements that leave a loop or return",
                location=context.source.location(deepest(context.source.tree.body)),
                hint="split it into several statements, or move part of it into a function of its own",
            ) from error
        program.emitted += found
        program.contexts.append(context)

    def _joint(self, tree: gast.FunctionDef, context: Context, name: str, request: Request) -> list[Emitted]:
        tree = _core(tree, context)
        if context.errors:
            return survey(tree, context)
        derivative = reverse_mode(tree, context, has_aux=request.has_aux, scalar=True)
        new = joint(derivative, name, context, request)
        return [Emitted(unnest(simplify(new, context), context), context, "joint")]

    def _split(self, tree: gast.FunctionDef, context: Context, callee: Callee, request: Request) -> list[Emitted]:
        tree = _core(tree, context)
        if context.errors:
            return survey(tree, context)
        derivative = reverse_mode(tree, context)
        forward, backward = split_form(derivative, callee.forward, callee.backward, context, request.captured)
        forward, backward = (unnest(simplify(tree, context), context) for tree in (forward, backward))
        return [Emitted(forward, context, "forward"), Emitted(backward, context, "backward")]

    def _context(self, source: FunctionSource, request: Request) -> Context:
        names = used_names(source.tree) | set(source.cells)
        names |= {n for c in self.callees.values() for n in (c.forward, c.backward)}
        context = Context(source, request.active, Namer(names), dict(request.kinds), trusted=trusted(source))
        context.split = lambda function, active, kinds, call: self._callee(
            function, Request("split", active, _known(kinds)), context.namer, context.site or (context, call)
        )
        return context

    def _callee(self, function: Any, request: Request, namer: Namer, site: Site = None) -> Callee:
        key = (function, request)
        if key not in self.callees:
            source = read(function)
            base = "lambda" if function.__name__ == "<lambda>" else function.__name__
            forward = self._fresh(f"{base}_fwd", namer)
            backward = self._fresh(f"{base}_bwd", namer)
            self.callees[key] = Callee(forward, backward, request.active)
            self.queue.append((source, request, self.callees[key], site))
        callee = self.callees[key]
        namer.reserve((callee.forward, callee.backward))
        return callee

    def _fresh(self, base: str, namer: Namer) -> str:
        """A name for an emitted function that is not a variable of its caller."""
        while not namer.is_free(name := self.module.fresh(base)):
            pass
        return name


def _only_seen(contexts: list[Context]) -> list[Context]:
    """The functions that were looked through, each once, and are not differentiated themselves."""
    known = {context.source.function for context in contexts}
    merged: dict[types.FunctionType, Context] = {}
    for context in glances.glances():
        if context.source.function not in known:
            merged.setdefault(context.source.function, context).dependencies.update(context.dependencies)
    return list(merged.values())


def _of_library(function: Any) -> bool:
    """Is this a function of NumPy, whose lines mean nothing to the user?"""
    return str(function.__module__).partition(".")[0] == "numpy"


def _refuse_at_sites(contexts: list[Context]) -> None:
    """What is wrong with the source of a library's function is said where the user calls it."""
    wrong: dict[gast.Call, tuple[Context, list[S2SADError]]] = {}
    for context in contexts:
        if context.site is not None and context.errors:
            caller, call = context.site
            wrong.setdefault(call, (caller, []))[1].extend(context.errors)
            context.errors.clear()
    for call, (caller, errors) in wrong.items():
        told = _without_rule(gast.unparse(call.func), errors)
        caller.refuse(call, told.message, told.hint or "")


def _spelled(function: types.FunctionType) -> str:
    """`np.median`, wherever it stands in NumPy."""
    public = hasattr(np, function.__name__)
    return f"np.{function.__name__}" if public else f"{function.__module__}.{function.__qualname__}"


def _without_rule(name: str, errors: list[S2SADError]) -> S2SADError:
    return NotDifferentiable(
        f"{name} has no rule, and NumPy's code for it cannot be differentiated: {errors[0].message}",
        hint="use functions that have a rule (`s2sad rules` lists them), or register a rule for it",
    )


def _core(tree: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    *_, (_, core) = _passes(tree, context)
    return core


def _passes(tree: gast.FunctionDef, context: Context) -> Iterator[tuple[str, gast.FunctionDef]]:
    known = set(context.namer.issued)
    for transform in PASSES:
        if transform is anf and context.namer.issued != known:
            analyse(tree, context)  # the passes before have added names
        tree = transform(tree, context)
        yield transform.__name__, tree


def _known(kinds: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, kind) for name, kind in kinds.items() if kind in _PASSED)


def _prepare(context: Context, form: str) -> gast.FunctionDef:
    """The function's tree with the facts that all passes need."""
    tree = nodes.clone(context.source.tree)
    tree.decorator_list, tree.returns = [], None
    outside = nodes.declared(tree.body, gast.Global, gast.Nonlocal)
    context.locals = (nodes.stores(tree.body) | set(nodes.all_parameters(tree.args))) - outside
    analyse(tree, context)
    context.volatile = form == "split" or bool(outside) or _calls_user_code(tree, context)
    return tree


def _calls_user_code(tree: gast.FunctionDef, context: Context) -> bool:
    """Does the function, or anything that it calls, possibly change what its module holds?"""
    for node in nodes.walk(tree.body):
        if isinstance(node, (gast.Subscript, gast.Attribute)) and isinstance(node.ctx, gast.Store):
            if nodes.loads(node) - context.locals:
                return True
        if isinstance(node, gast.Call):
            function = context.resolve(node.func)
            if function in (globals, locals, vars, setattr, exec, eval):
                return True
            known = function is not UNKNOWN and registry.lookup(function) is not None
            if not known and not isinstance(function, (types.BuiltinFunctionType, type)):
                return True
    return False


def analyse(tree: gast.FunctionDef, context: Context) -> None:
    """Computes which names vary and of what kind they are."""
    context.varied = varied_names(tree, context)
    context.kinds = infer_kinds(tree, context)


def stages(function: Any, request: Request) -> Iterator[tuple[str, list[gast.FunctionDef]]]:
    """The name of each stage and the function after it; the last one is the derivative."""
    transformer = Transformer()
    source = read(function)
    context = transformer._context(source, request)
    tree = _prepare(context, request.form)
    yield "source", [tree]
    for name, stage in _passes(tree, context):
        if context.errors:
            raise combine(context.errors)
        yield name, [stage]
    program = Transformer().run(function, request)
    yield "derivative", [e.tree for e in program.emitted]
