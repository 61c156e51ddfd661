"""What cannot be written into a standalone file, and what to do instead."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any

import gast

from s2sad import nodes
from s2sad.emit import emit
from s2sad.errors import Location, S2SADError
from s2sad.pipeline import Emitted
from s2sad.runtime import split, split_method, split_property, split_star
from s2sad.standalone.module_text import Definition

DYNAMIC = (split, split_method, split_property, split_star)
Where = Callable[[str], Location | None]


def dynamic_calls(emitted: Emitted) -> Iterator[S2SADError]:
    """One error for each call whose target only the run knows."""
    context = emitted.context
    helpers = {name: value for name, value in context.links.items() if any(value is d for d in DYNAMIC)}
    for node in nodes.walk(emitted.tree):
        blocks = [getattr(node, part, None) for part in ("body", "orelse", "finalbody")]
        for block in [b for b in blocks if isinstance(b, list)]:
            for statement, after in zip(block, [*block[1:], None]):
                call = getattr(statement, "value", None)
                if not (isinstance(call, gast.Call) and nodes.is_name(call.func) and call.func.id in helpers):
                    continue
                helper = call.func.id
                target = emit(call.args[0])
                if helpers[helper] is split_method:
                    target = f"{target}.{getattr(call.args[1], 'value', '')}"
                if context.source.module.startswith("s2sad."):  # in our version of a builtin such as `map`
                    yield S2SADError(
                        f"what {context.source.name}() calls is known only as the program runs, so that its "
                        "derivative cannot be written into a file",
                        hint="write a loop or a comprehension",
                    )
                    continue
                yield S2SADError(
                    f"what {target}(...) calls is known only as the program runs, so that its derivative "
                    "cannot be written into a file",
                    location=context.source.location(after if hasattr(after, "lineno") else context.source.tree),
                    hint="call a function by its name, and write a method as a function",
                )


def absent(name: str) -> Definition:
    """What stands for a helper that transforms as the program runs: an error that says so."""
    return Definition(
        f"def {name}(*what: Any) -> Any:\n"
        '    """Here s2sad would make a derivative as the program runs."""\n'
        '    raise TypeError(f"a derivative flows through {what}, which only s2sad itself can follow")\n',
        {},
    )


def way_out(value: Any, name: str) -> str:
    """What to do with a value that has no literal."""
    if type(value).__module__.startswith("numpy"):
        return f"pass {name} as an argument, or load it from a file in a module that the function refers to"
    if isinstance(value, types.ModuleType):
        return "import what is needed by name (from s2sad import stop_gradient)"
    if type(value).__module__.startswith("s2sad"):
        return "write its derivative into a file of its own, and import it from there"
    move = f"keep it in a module and refer to it as module.{name}: modules are imported"
    return move if isinstance(value, type) else f"pass {name} as an argument, or {move}"


def require_own_variables(tree: gast.FunctionDef, where: Where) -> None:
    """Refuses `nonlocal`."""
    for node in nodes.walk_scope(tree.body):
        if isinstance(node, gast.Nonlocal):
            raise S2SADError(
                f"{tree.name} assigns to the variable {node.names[0]} of the function around it, which a "
                "standalone file does not share",
                location=where(node.names[0]),
                hint="return the value instead",
            )
