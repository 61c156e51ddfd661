"""`s2sad rules`: what is differentiable."""

from __future__ import annotations

import ast
import difflib
import fnmatch
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import click
import numpy as np

import s2sad
from s2sad.adjoints import registry
from s2sad.adjoints.coverage import entries
from s2sad.adjoints.equivalents import EQUIVALENTS
from s2sad.adjoints.methods import METHODS
from s2sad.cli import coverage as pages
from s2sad.cli.common import table
from s2sad.errors import InvalidArgument


@click.command()
@click.argument("pattern", default="")
@click.option("--coverage", is_flag=True, help="List every public callable of NumPy with its class.")
@click.option("--write", is_flag=True, help="With --coverage: write docs/coverage.md anew.")
def rules(pattern: str, coverage: bool, write: bool) -> None:
    """List the functions that have a derivative rule.

    PATTERN is a part of the name, or a glob. Functions written in Python need no rule. The last column says
    what the derivative is, where that is not obvious: partial derivatives, `ans` being the result.

    \b
    s2sad rules
    s2sad rules sum
    s2sad rules 'np.linalg.*'
    """
    if coverage:
        _cover(pattern.lower().replace("numpy.", "np."), write)
        return
    named = dict(sorted(_listed(), key=lambda row: (row[0].rpartition(".")[0], row[0])))
    wanted = pattern.lower().replace("numpy.", "np.")
    matches = [n for n in named if _matches(n.lower(), wanted)]
    if not matches:
        near = difflib.get_close_matches(wanted, [*named, *(n.rpartition(".")[2] for n in named)], n=3)
        hint = f"did you mean {', '.join(dict.fromkeys(near))}?" if near else "`s2sad rules` lists all of them"
        raise InvalidArgument(f"no rule matches {pattern!r}", hint=hint)
    table([(name, *named[name]()) for name in matches])


def _cover(pattern: str, write: bool) -> None:
    """What `--coverage` prints."""
    if write:
        click.echo(f"wrote {pages.write()}")
        return
    table([(e.name, e.kind or "", e.note) for e in entries() if _matches(e.name.lower(), pattern)])


def _matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name, pattern) if any(c in pattern for c in "*?[") else pattern in name


Row = Callable[[], tuple[str, str]]  # the kind of a rule, and what it says


def _listed() -> Iterator[tuple[str, Row]]:
    """Everything that needs no source to be differentiated: functions, methods of arrays, builtins."""
    for builtin, replacement in EQUIVALENTS.items():
        yield _rule_name(builtin), lambda r=replacement: ("python", _first_line(r.__doc__))  # type: ignore[misc]
    for function, rule in registry.all_rules():
        if not (_is_internal(function) or rule.kind == "refused"):
            yield _rule_name(function), lambda rule=rule: (rule.kind, _about(rule))  # type: ignore[misc]
    for name, function in METHODS.items():
        found = registry.lookup(function)
        if found is not None and found.kind != "refused":
            yield f"ndarray.{name}", lambda rule=found: (rule.kind, _about(rule))  # type: ignore[misc]


def _is_internal(function: Any) -> bool:
    module = getattr(function, "__module__", None) or ""
    return module.startswith("s2sad.") and not hasattr(s2sad, getattr(function, "__name__", ""))


def _rule_name(function: Any) -> str:
    """`np.sin`, `math.exp`, `len`, `str.join`."""
    name = getattr(function, "__name__", repr(function))
    if isinstance(getattr(function, "__self__", None), np.ufunc):
        return f"np.{function.__self__.__name__}.{name}"
    owner = getattr(function, "__objclass__", None)
    if owner is not None:
        return f"{owner.__name__}.{name}"
    module = getattr(function, "__module__", None) or _holder(function, name)
    module = {"builtins": "", "_operator": "operator", "s2sad.api": "s2sad"}.get(module, module)
    module = "np" + module[5:] if module == "numpy" or module.startswith("numpy.") else module
    return f"{module}.{name}" if module else name


def _holder(function: Any, name: str) -> str:
    """The module or class of a function that does not say, such as a method of a random generator."""
    if isinstance(getattr(function, "__self__", None), type):
        return f"{function.__self__.__module__}.{function.__self__.__name__}"
    modules = ("numpy.random", "random", "math")
    return next((m for m in modules if getattr(sys.modules.get(m), name, None) is function), "")


def _about(rule: registry.Rule) -> str:
    """What a rule says of itself; failing that, the partial derivatives of an elementwise function."""
    if rule.doc.strip() or rule.partials is None:
        return _first_line(rule.doc)
    return _returned(rule.partials)


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]


def _returned(template: Callable[..., Any]) -> str:
    """The expression that a template ends with; nothing if its text cannot be had."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(template))).body[0]
    except (OSError, SyntaxError):
        return ""
    last = tree.body[-1] if isinstance(tree, ast.FunctionDef) else None
    return ast.unparse(last.value) if isinstance(last, ast.Return) and last.value is not None else ""
