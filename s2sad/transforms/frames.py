"""Refuses code that reads the function's own variables by other means than their names.

`eval`, `exec`, `locals()`: what they read is not in the function's text, so nobody could tell that a derivative flows
through it; and the frame of a derivative function holds more than that of the function. Text that is
written down, and names nothing active, is fine, and so is text that is given the names it may use.
"""

from __future__ import annotations

import ast

import gast

from s2sad.context import Context

_FRAMES = (locals, vars, dir)
_RUNNERS = (eval, exec)


def refuse_frame_reads(every: list[gast.AST], context: Context) -> None:
    """Notes each call among the nodes that may read active variables by other means than their names."""
    for node in every:
        if not isinstance(node, gast.Call):
            continue
        called = context.resolve(node.func)
        if any(called is f for f in _FRAMES) and not node.args:
            context.refuse(
                node,
                f"{called.__name__}() reads all variables of {context.source.name}, and a derivative flows through some",
                "name the variables that you need: dict(a=a, b=b)",
            )
        elif any(called is f for f in _RUNNERS) and len(node.args) == 1 and _may_read(node.args[0], context):
            context.refuse(
                node,
                f"the text that {called.__name__} runs may read variables that a derivative flows through",
                f"write it as Python, or give it the names that it may use: {called.__name__}(text, {{}})",
            )


def _may_read(text: gast.expr, context: Context) -> bool:
    """May running this text read a variable that a derivative flows through?"""
    if not (isinstance(text, gast.Constant) and isinstance(text.value, str)):
        return True
    try:
        tree = ast.parse(text.value.strip())
    except SyntaxError:  # it says so itself when it runs
        return False
    named = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return bool(named & (context.varied | {f.__name__ for f in (*_FRAMES, *_RUNNERS)}))
