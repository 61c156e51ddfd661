"""`s2sad rules`: what is differentiable."""

from __future__ import annotations

import ast
import difflib
import fnmatch
import inspect
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import click

from s2sad.adjoints import registry
from s2sad.cli.common import table
from s2sad.errors import InvalidArgument


@click.command()
@click.argument("pattern", default="")
def rules(pattern: str) -> None:
    """List the functions that have a derivative rule.

    PATTERN is a part of the name, or a glob. Functions written in Python need no rule.

    \b
    s2sad rules
    s2sad rules sum
    s2sad rules 'np.linalg.*'
    """
    named = {
        _rule_name(function): rule for function, rule in registry.all_rules() if not _is_internal(function)
    }
    wanted = pattern.lower().replace("numpy.", "np.")
    is_glob = any(c in pattern for c in "*?[")
    matches = [
        n for n in named if (fnmatch.fnmatchcase(n.lower(), wanted) if is_glob else wanted in n.lower())
    ]
    if not matches:
        near = difflib.get_close_matches(wanted, [*named, *(n.rpartition(".")[2] for n in named)], n=3)
        hint = (
            f"did you mean {', '.join(dict.fromkeys(near))}?" if near else "`s2sad rules` lists all of them"
        )
        raise InvalidArgument(f"no rule matches {pattern!r}", hint=hint)
    table(
        [
            (n, named[n].kind, _about(named[n]))
            for n in sorted(matches, key=lambda n: (n.rpartition(".")[0], n))
        ]
    )


def _is_internal(function: Any) -> bool:
    return (getattr(function, "__module__", None) or "").startswith("s2sad.runtime")


def _rule_name(function: Any) -> str:
    """`np.sin`, `math.exp`, `len`, `str.join`."""
    name = getattr(function, "__name__", repr(function))
    owner = getattr(function, "__objclass__", None)
    if owner is not None:
        return f"{owner.__name__}.{name}"
    module = getattr(function, "__module__", None)
    if not module:
        module = next(
            (
                m
                for m in ("numpy.random", "random", "math")
                if getattr(sys.modules.get(m), name, None) is function
            ),
            "",
        )
    module = {"builtins": "", "_operator": "operator"}.get(module, module)
    module = "np" + module[5:] if module == "numpy" or module.startswith("numpy.") else module
    return f"{module}.{name}" if module else name


def _about(rule: registry.Rule) -> str:
    lines = rule.doc.strip().splitlines()
    if lines or rule.kind != "elementwise" or rule.partials is None:
        return lines[0] if lines else ""
    return _returned(rule.partials)


def _returned(template: Callable[..., Any]) -> str:
    """The expression that a template ends with."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(template))).body[0]
    last = tree.body[-1] if isinstance(tree, ast.FunctionDef) else None
    return ast.unparse(last.value) if isinstance(last, ast.Return) and last.value is not None else ""
