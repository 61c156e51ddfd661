"""A derivative as a module of its own, which runs where s2sad is not installed.

Everything that the emitted functions refer to is brought along: what is installed is imported, helpers of
`s2sad.runtime` and the user's own functions are copied as source, constants are written out. What cannot be
(a call whose target only the run knows, a large array, an object) is refused by name.
"""

from __future__ import annotations

import ast
import builtins
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import nodes
from s2sad.context import Context
from s2sad.emit import emit
from s2sad.errors import Location, S2SADError, combine
from s2sad.imports import Import, import_lines, import_of, is_installed
from s2sad.module_text import MISSING, ModuleText, module_text
from s2sad.naming import Namer
from s2sad.pipeline import Emitted, Program
from s2sad.runtime import split, split_method, split_star
from s2sad.scopes import Outside, identifiers, outside, renamed
from s2sad.source import read, unwrap
from s2sad.spelling import Unspellable, spelled

_BUILTIN = "builtin"
_DYNAMIC = (split, split_method, split_star)
_WIDTH = 100


@dataclass(eq=False)
class Item:
    """Something that the file holds at its top level, and how the names in its text are to be understood."""

    section: str  # "import", "helper", "constant", "function" or "derivative"
    name: str  # as it is called where it comes from
    text: str = ""
    imported: Import | None = None
    outside: Outside = field(default_factory=lambda: Outside())
    uses: dict[str, Item] = field(default_factory=dict)
    final: str = ""  # as it is called in the file
    rank: tuple[int, str, int] = (0, "", 0)


Look = Callable[[str], Any]
Where = Callable[[str], Location | None]


def text(program: Program, version: str = "") -> str:
    """The source of a module with the functions of `program` and all that they need.

    Raises S2SADError where something cannot be brought along; all of it is said at once.
    """
    return _Writer(program, version).text()


class _Writer:
    def __init__(self, program: Program, version: str) -> None:
        self.program, self.version = program, version
        self.items: dict[Any, Item] = {}
        self.kept: list[Any] = []  # objects whose `id` is a key
        self.builtins: set[str] = set()
        self.errors: list[S2SADError] = []
        self.derivatives: dict[str, Item] = {e.tree.name: Item("derivative", e.tree.name) for e in program.emitted}

    # -- collecting ----------------------------------------------------------------------------------------------

    def text(self) -> str:
        for emitted in self.program.emitted:
            self._guard(lambda: self._derivative(emitted))  # noqa: B023
        if self.errors:
            raise combine(self.errors)
        self._choose_names()
        return self._layout()

    def _guard(self, action: Callable[[], object]) -> None:
        try:
            action()
        except S2SADError as error:
            self.errors.append(error)

    def _derivative(self, emitted: Emitted) -> None:
        context = emitted.context
        for error in _dynamic_calls(emitted):
            self.errors.append(error)
        tree = nodes.clone(emitted.tree)
        look = _emitted_look(context, self.derivatives)
        where = _locator(emitted.tree, context)
        _require_own_variables(tree, where)
        if emitted.role != "backward":
            _literal_defaults(tree.args, context.source.function, look, where, keep_last=emitted.role == "joint")
        item = self.derivatives[tree.name]
        item.text = emit([tree])
        self._follow(item, look, where)

    def _follow(self, item: Item, look: Look, where: Where) -> None:
        """Makes the items that `item` refers to."""
        item.outside = outside(item.text)
        if item.outside.written:
            name = sorted(item.outside.written)[0]
            raise S2SADError(
                f"{item.name} assigns to the global variable {name}, which a standalone file does not share",
                location=where(name),
                hint="return the value instead",
            )
        for name in sorted(item.outside.names):
            self._guard(lambda: self._use(item, name, look, where))  # noqa: B023
        for name in sorted(item.outside.annotations):
            value = look(name)
            imported = None if value is MISSING or isinstance(value, _Helper) else import_of(name, value)
            if imported is not None:
                item.uses[name] = self._import(imported)

    def _use(self, item: Item, name: str, look: Look, where: Where) -> None:
        value = look(name)
        if isinstance(value, Item):
            item.uses[name] = value
        elif value is _BUILTIN:
            self.builtins.add(name)
        elif value is MISSING:
            raise S2SADError(f"{name} is not defined", location=where(name), hint="define it before")
        else:
            found = self._item_of(name, value, where)
            if found is not None:
                item.uses[name] = found
                if found.imported is not None and found.imported.is_module:
                    found.imported.note_submodules(item.text, name)

    def _item_of(self, name: str, value: Any, where: Where) -> Item | None:
        if isinstance(value, _Helper):
            return self._helper(value)
        if any(value is d for d in _DYNAMIC):
            return None  # already refused
        module = getattr(value, "__module__", None) or ""
        if isinstance(value, types.ModuleType) or callable(value):
            helper = _helper_of(value, module)
            if helper is not None:
                return self._helper(helper)
            imported = import_of(name, value)
            if imported is not None:
                return self._import(imported)
        if isinstance(value, types.FunctionType) and not module.startswith("s2sad."):
            return self._function(name, value, where)
        return self._constant(name, value, where)

    def _import(self, imported: Import) -> Item:
        return self._known(imported, lambda: Item("import", imported.name, imported=imported))

    def _known(self, key: Any, make: Callable[[], Item]) -> Item:
        if key not in self.items:
            self.items[key] = make()
        return self.items[key]

    def _helper(self, helper: _Helper) -> Item:
        module, name = helper.module, helper.name
        key = ("helper", module.name, name)
        if key not in self.items:
            source = module.definition(name)
            rank = (module.depth, module.name, module.definitions[name].lineno)
            item = self.items[key] = Item("helper", name, source.text, rank=rank)
            self._follow(item, lambda n: _helper_look(module, source.imports, n), lambda n: None)
        return self.items[key]

    def _constant(self, name: str, value: Any, where: Where) -> Item:
        try:
            expression = spelled(value)
        except Unspellable as what:
            raise S2SADError(
                f"{name} is {what}, which cannot be written into a standalone file",
                location=where(name),
                hint=_way_out(value, name),
            ) from None
        key = ("constant", name, expression)
        if key not in self.items:
            item = self.items[key] = Item("constant", name, _wrapped(name, expression))
            self._follow(item, _constant_look, where)
        return self.items[key]

    def _function(self, name: str, function: types.FunctionType, where: Where) -> Item:
        key = ("function", id(function))
        if key in self.items:
            return self.items[key]
        self.kept.append(function)
        if unwrap(function).function is not function:
            raise S2SADError(
                f"{name} is wrapped by a decorator, which cannot be written into a standalone file",
                location=where(name),
                hint="call the function that it wraps, or move it to a module that the file can import",
            )
        source = read(function)
        own = source.name if source.name == function.__name__ else name
        item = self.items[key] = Item("function", own)
        context = Context(source, (), Namer(()))
        look, inner = _plain_look(context), _locator(source.tree, context)
        tree = nodes.clone(source.tree)
        tree.decorator_list = []
        _require_own_variables(tree, inner)
        changed = _literal_defaults(tree.args, function, look, inner)
        if changed or own != source.name or not source.text.startswith("def "):
            tree.name = own
            item.text = emit([tree])
        else:
            item.text = source.text
        self._follow(item, look, inner)
        return item

    # -- naming --------------------------------------------------------------------------------------------------

    def _all(self) -> Iterator[Item]:
        yield from self.derivatives.values()
        yield from sorted(self.items.values(), key=lambda item: item.section == "helper")

    def _choose_names(self) -> None:
        """The names things have where they come from; where two would collide, the later one gets a number."""
        local = set().union(*(identifiers(item.text) for item in self._all()))
        taken = set(self.builtins)
        for item in self._all():
            name, number = item.name, 1
            while name in taken or (number > 1 and name in local):
                name = f"{item.name}_{number}"
                number += 1
            taken.add(name)
            item.final = name
            if item.imported is not None:
                taken |= item.imported.also_binds()

    # -- layout --------------------------------------------------------------------------------------------------

    def _layout(self) -> str:
        texts = {}
        for item in self._all():
            names = {name: used.final for name, used in item.uses.items()}
            for name, used in item.uses.items():
                if used.final != name and used.final in identifiers(item.text) - set(item.uses):
                    raise S2SADError(
                        f"{item.name} calls {used.final} by the name {name}, and has a variable {used.final} as well",
                        hint="give the variable another name",
                    )
            texts[item] = renamed(item.text, {**names, item.name: item.final}).strip("\n")
        imports = [(i.imported, i.final) for i in self.items.values() if i.imported is not None]
        future = ["from __future__ import annotations\n"] if any(i.outside.annotated for i in texts) else []
        head = "\n".join([self._docstring(), *future, *import_lines(imports)])
        order = self._order()
        helpers = [texts[i] for i in order if i.section == "helper"]
        own = [texts[i] for i in order if i.section == "constant"]
        own += [texts[i] for i in order if i.section == "function"]
        sections = []
        if helpers:
            sections.append(_section(f"Helpers: copied from s2sad{self._version()} (MIT licence).", helpers))
        if own:
            sections.append(_section(f"From {self._module()}, as it was when this was written.", own))
        titled = "The derivative." if sections else ""
        sections.append(_section(titled, [texts[i] for i in self.derivatives.values()]))
        return head + ("\n\n" if titled else "") + "\n\n".join(sections)

    def _docstring(self) -> str:
        main = next(e for e in self.program.emitted if e.tree.name == self.program.main)
        active = ", ".join(main.context.active)
        what = {"forward": "Forward and reverse sweep"}.get(main.role) or "Gradient"
        if "value_and_grad" in self.program.main:
            what = "Value and gradient"
        name = main.context.source.qualname
        return (
            f'"""{what} of {name} ({self._module()}) with respect to {active}.\n\n'
            f"Written by s2sad{self._version()}; runs without it.\n"
            '"""\n'
        )

    def _version(self) -> str:
        return f" {self.version}" if self.version else ""

    def _module(self) -> str:
        filename = self.program.contexts[0].source.filename
        return filename.replace("\\", "/").rsplit("/", 1)[-1]

    def _order(self) -> list[Item]:
        """All items, each after those that it needs while the file is executed, and after what it calls."""
        called: list[Item] = []
        seen: set[Item] = set()

        def visit(item: Item) -> None:
            if item not in seen:
                seen.add(item)
                for name in sorted(item.uses):
                    visit(item.uses[name])
                called.append(item)

        for item in self.derivatives.values():
            visit(item)
        called.sort(key=lambda item: item.rank)  # helpers as in the files that they come from
        placed: dict[Item, None] = {}

        def place(item: Item) -> None:
            if item not in placed:
                for name in sorted(item.outside.early & set(item.uses)):
                    place(item.uses[name])
                placed[item] = None

        for item in called:
            place(item)
        return list(placed)


# -- what names mean ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Helper:
    """A definition in a module of s2sad."""

    module: ModuleText
    name: str


def _helper_of(value: Any, module: str) -> _Helper | None:
    """A function or class of s2sad that may be copied: from its runtime, or `stop_gradient`."""
    name = getattr(value, "__name__", "")
    if not isinstance(value, (types.FunctionType, type)):
        return None
    if module.startswith("s2sad.runtime.") or (module == "s2sad.api" and name == "stop_gradient"):
        return _Helper(module_text(module), name)
    return None


def _helper_look(module: ModuleText, local_imports: dict[str, tuple[str, str]], name: str) -> Any:
    origin = local_imports.get(name) or module.imported.get(name)
    if origin is not None:
        base, member = origin
        if base.startswith("s2sad.") and member:
            return _Helper(module_text(base), member)
        found = sys.modules[base]
        return getattr(found, member) if member else found
    if name in module.definitions:
        return _Helper(module, name)
    return _BUILTIN if hasattr(builtins, name) else MISSING


def _constant_look(name: str) -> Any:
    return sys.modules["numpy"] if name == "np" else _BUILTIN


def _plain_look(context: Context) -> Look:
    source = context.source

    def look(name: str) -> Any:
        if name in source.cells:
            return source.closure_values.get(name, MISSING)
        if name in source.globals:
            return source.globals[name]
        return _BUILTIN if hasattr(builtins, name) else MISSING

    return look


def _emitted_look(context: Context, derivatives: dict[str, Item]) -> Look:
    plain = _plain_look(context)

    def look(name: str) -> Any:
        if name in context.links:
            return context.links[name]
        if name in derivatives and name not in context.source.cells:
            return derivatives[name]
        return plain(name)

    return look


def _locator(tree: gast.AST, context: Context) -> Where:
    def where(name: str) -> Location | None:
        for node in nodes.walk(tree):
            if isinstance(node, gast.Name) and node.id == name and getattr(node, "lineno", None) is not None:
                return context.source.location(node)
        return context.source.location(context.source.tree)

    return where


def _require_own_variables(tree: gast.FunctionDef, where: Where) -> None:
    for node in nodes.walk_scope(tree.body):
        if isinstance(node, gast.Nonlocal):
            raise S2SADError(
                f"{tree.name} assigns to the variable {node.names[0]} of the function around it, which a standalone "
                "file does not share",
                location=where(node.names[0]),
                hint="return the value instead",
            )


def _literal_defaults(
    args: gast.arguments, function: types.FunctionType, look: Look, where: Where, keep_last: bool = False
) -> bool:
    """Puts the values of the defaults in the place of their expressions; says whether anything changed."""
    changed = False
    values = function.__defaults__ or ()
    parameters = [*args.posonlyargs, *args.args][-len(values) :] if values else []
    if len(args.defaults) != len(values):  # they were assigned to
        args.defaults = [nodes.const(None) for _ in values]
        changed = True
    for i, (parameter, value) in enumerate(zip(parameters, values, strict=True)):
        args.defaults[i], new = _default(args.defaults[i], parameter.id, value, look, where)
        changed |= new
    keyword_values = function.__kwdefaults__ or {}
    for i, parameter in enumerate(args.kwonlyargs[: len(args.kwonlyargs) - keep_last]):
        if parameter.id in keyword_values:
            node = args.kw_defaults[i] or nodes.const(None)
            args.kw_defaults[i], new = _default(node, parameter.id, keyword_values[parameter.id], look, where)
            changed |= new
    return changed


def _default(node: gast.expr, parameter: str, value: Any, look: Look, where: Where) -> tuple[gast.expr, bool]:
    expression = emit(node)
    found = look(expression.split(".")[0]) if expression.replace(".", "").isidentifier() else MISSING
    for attribute in expression.split(".")[1:]:
        found = getattr(found, attribute, MISSING)
    if found is value and (callable(value) or isinstance(value, types.ModuleType)):
        return node, False
    try:
        literal = spelled(value)
    except Unspellable as what:
        raise S2SADError(
            f"the default of the parameter {parameter} is {what}, which cannot be written into a standalone file",
            location=where(parameter),
            hint="give the parameter no default, and pass the value",
        ) from None
    if outside(literal).names & {"np"} and look("np") is not sys.modules["numpy"]:
        raise S2SADError(
            f"the default of the parameter {parameter} needs NumPy, which is not called np in its module",
            location=where(parameter),
            hint="import numpy as np",
        )
    if _same_literal(expression, literal):
        return node, False
    return gast.parse(literal, mode="eval").body, True


def _same_literal(expression: str, literal: str) -> bool:
    """`1e-3` may stay instead of `0.001`."""
    try:
        value = eval(expression, {"__builtins__": {}})
        return spelled(value) == literal
    except Exception:
        return False


def _dynamic_calls(emitted: Emitted) -> Iterable[S2SADError]:
    """One error for each call whose target only the run knows."""
    context = emitted.context
    links = {name for name, value in context.links.items() if any(value is d for d in _DYNAMIC)}
    for node in nodes.walk(emitted.tree):
        blocks = [b for b in (getattr(node, f, None) for f in ("body", "orelse", "finalbody")) if isinstance(b, list)]
        for block in blocks:
            for statement, after in zip(block, [*block[1:], None]):
                call = getattr(statement, "value", None)
                if not (isinstance(call, gast.Call) and isinstance(call.func, gast.Name) and call.func.id in links):
                    continue
                target = emit(call.args[0])
                if context.links[call.func.id] is split_method:
                    target = f"{target}.{getattr(call.args[1], 'value', '')}"
                placed = after if after is not None and hasattr(after, "lineno") else context.source.tree
                yield S2SADError(
                    f"which function {target}(...) calls is known only as the program runs, so its derivative cannot "
                    "be written into a standalone file",
                    location=context.source.location(placed),
                    hint="call a function by its name; a method of an object can be a function of its attributes",
                )


def _way_out(value: Any, name: str) -> str:
    if type(value).__module__.startswith("numpy"):
        return f"pass {name} as an argument, or load it from a file in a module that the function refers to"
    if isinstance(value, type):
        return f"move {name} to a module of its own, and refer to it as module.{name}: modules are imported"
    if type(value).__module__.startswith("s2sad"):
        return "write its derivative into a file of its own, and import it from there"
    if isinstance(value, types.ModuleType):
        return "import what is needed by name (from s2sad import stop_gradient)"
    return f"pass {name} as an argument, or keep it in a module and refer to it as module.{name}: modules are imported"


def _wrapped(name: str, expression: str) -> str:
    """An assignment; the rows of an array below each other, a long display with one element per line."""
    line = f"{name} = {expression}"
    if "\n" in expression:
        margin = len(name) + len(" = ") + expression.index("(") + 1
        return line.replace("\n", "\n" + " " * margin)
    display = ast.parse(expression, mode="eval").body
    if len(line) <= _WIDTH or not isinstance(display, (ast.List, ast.Tuple, ast.Dict, ast.Set)):
        return line
    if isinstance(display, ast.Dict):
        parts = [f"{ast.unparse(k)}: {ast.unparse(v)}" for k, v in zip(display.keys, display.values) if k is not None]
    else:
        parts = [ast.unparse(element) for element in display.elts]
    inner = "".join(f"    {part},\n" for part in parts)
    return f"{name} = {expression[0]}\n{inner}{expression[-1]}"


def _section(title: str, texts: list[str]) -> str:
    """A comment line, then definitions two blank lines apart and constants one below the other."""
    parts = [f"# {title}\n" if title else "", ""]
    for before, text in zip(["# " if title else _DEFINING[0], *texts], texts):
        apart = before.startswith(_DEFINING) or text.startswith(_DEFINING)
        parts.append(("\n\n" if apart else "\n" if before == "# " else "") + text + "\n")
    return "".join(parts)


_DEFINING = ("def ", "class ", "@", "async ")

__all__ = ["is_installed", "text"]
