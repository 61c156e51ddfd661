"""The writer of standalone files: collects what is needed, gives it names, and lays it out."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from s2sad import nodes
from s2sad.context import Context
from s2sad.emit import emit
from s2sad.errors import S2SADError, combine
from s2sad.naming import Namer
from s2sad.pipeline import Emitted, Program
from s2sad.runtime import split
from s2sad.source import read, unwrap
from s2sad.standalone.defaults import literal_defaults
from s2sad.standalone.imports import Import, import_lines, import_of
from s2sad.standalone.layout import section, wrapped
from s2sad.standalone.meaning import (
    BUILTIN,
    Helper,
    Look,
    constant_look,
    emitted_look,
    helper_look,
    helper_of,
    locator,
    plain_look,
)
from s2sad.standalone.module_text import MISSING
from s2sad.standalone.refusals import DYNAMIC, Where, absent, dynamic_calls, require_own_variables, way_out
from s2sad.standalone.scopes import Outside, identifiers, mutates, outside, renamed
from s2sad.standalone.spelling import Unspellable, spelled


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


class Writer:
    def __init__(self, program: Program, version: str) -> None:
        self.program, self.version = program, version
        self.items: dict[Any, Item] = {}
        self.kept: list[Any] = []  # objects whose `id` is a key
        self.builtins: set[str] = set()
        self.errors: list[S2SADError] = []
        self.derivatives: dict[str, Item] = {e.tree.name: Item("derivative", e.tree.name) for e in program.emitted}

    # -- collecting ----------------------------------------------------------------------------------------

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
        for error in dynamic_calls(emitted):
            self.errors.append(error)
        tree = nodes.clone(emitted.tree)
        look = emitted_look(context, self.derivatives)
        where = locator(emitted.tree, context)
        require_own_variables(tree, where)
        if emitted.role != "backward":
            literal_defaults(tree.args, context.source.function, look, where, keep_last=emitted.role == "joint")
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
            imported = None if value is MISSING or isinstance(value, Helper) else import_of(name, value)
            if imported is not None:
                item.uses[name] = self._import(imported)

    def _use(self, item: Item, name: str, look: Look, where: Where) -> None:
        value = look(name)
        if isinstance(value, Item):
            item.uses[name] = value
        elif value is BUILTIN:
            self.builtins.add(name)
        elif value is MISSING:
            raise S2SADError(f"{name} is not defined", location=where(name), hint="define it before")
        else:
            found = self._item_of(name, value, where)
            if found is not None:
                item.uses[name] = found
                if found.section == "constant" and mutates(item.text, name):
                    raise S2SADError(
                        f"{item.name} changes the global variable {name}, which a standalone file does not share",
                        location=where(name),
                        hint=f"keep it in a module and refer to it as module.{name}: modules are imported",
                    )
                if found.imported is not None and found.imported.is_module:
                    found.imported.note_submodules(item.text, name)

    def _item_of(self, name: str, value: Any, where: Where) -> Item | None:
        if isinstance(value, Helper):
            return self._helper(value)
        if any(value is d for d in DYNAMIC):
            return None  # already refused
        module = getattr(value, "__module__", None) or ""
        if isinstance(value, types.ModuleType) or callable(value):
            helper = helper_of(value, module)
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

    def _helper(self, helper: Helper) -> Item:
        module, name = helper.module, helper.name
        key = ("helper", module.name, name)
        if key not in self.items:
            source = module.definition(name) if module.name != split.__module__ else absent(name)
            rank = (module.depth, module.name, module.definitions[name].lineno)
            item = self.items[key] = Item("helper", name, source.text, rank=rank)
            self._follow(item, lambda n: helper_look(module, source.imports, n), lambda n: None)
        return self.items[key]

    def _constant(self, name: str, value: Any, where: Where) -> Item:
        try:
            expression = spelled(value)
        except Unspellable as what:
            raise S2SADError(
                f"{name} is {what}, which cannot be written into a standalone file",
                location=where(name),
                hint=way_out(value, name),
            ) from None
        key = ("constant", name, expression)
        if key not in self.items:
            item = self.items[key] = Item("constant", name, wrapped(name, expression))
            self._follow(item, constant_look, where)
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
        look, inner = plain_look(context), locator(source.tree, context)
        tree = nodes.clone(source.tree)
        tree.decorator_list = []
        require_own_variables(tree, inner)
        changed = literal_defaults(tree.args, function, look, inner)
        if changed or own != source.name or not source.text.startswith("def "):
            tree.name = own
            item.text = emit([tree])
        else:
            item.text = source.text
        self._follow(item, look, inner)
        return item

    # -- naming --------------------------------------------------------------------------------------------

    def _all(self) -> Iterator[Item]:
        yield from self.derivatives.values()
        yield from sorted(self.items.values(), key=lambda item: item.section == "helper")

    def _choose_names(self) -> None:
        """The names that things have where they come from; of two that collide, the later gets a number."""
        own = {item: identifiers(item.text) - set(item.uses) for item in self._all()}
        local = set().union(*own.values())
        users: dict[Item, list[Item]] = {}
        for item in self._all():
            for used in item.uses.values():
                users.setdefault(used, []).append(item)
        taken = set(self.builtins)
        for item in self._all():
            hidden = set().union(*(own[user] for user in users.get(item, ())))  # by their local variables
            name, number = item.name, 1
            if item.section == "derivative":
                hidden = set()
            while name in taken or name in hidden or (number > 1 and name in local):
                name = f"{item.name}_{number}"
                number += 1
            taken.add(name)
            item.final = name
            if item.imported is not None:
                taken |= item.imported.also_binds()

    # -- layout --------------------------------------------------------------------------------------------

    def _layout(self) -> str:
        texts = {}
        for item in self._all():
            names = {name: used.final for name, used in item.uses.items()}
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
            sections.append(section(f"Helpers: copied from s2sad{self._version()} (MIT licence).", helpers))
        if own:
            sections.append(section(f"From {self._module()}, as it was when this was written.", own))
        titled = "The derivative." if sections else ""
        sections.append(section(titled, [texts[i] for i in self.derivatives.values()]))
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
