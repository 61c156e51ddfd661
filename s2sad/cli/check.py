"""`s2sad check`: a gradient beside finite differences."""

from __future__ import annotations

import ast
import contextlib
import io
import math
from collections.abc import Sequence
from typing import Any

import click
import numpy as np

from s2sad import checking
from s2sad.api import Argnums, DerivativeFunction
from s2sad.cli import targets
from s2sad.cli.common import ARGNUMS, table
from s2sad.errors import InvalidArgument, S2SADError


@click.command()
@click.argument("target", metavar="TARGET")
@click.option(
    "--args",
    "args_text",
    default="",
    metavar="ARGS",
    help="The arguments, as in a call. `np` and the names of the file may be used.",
)
@click.option("--kwargs", "kwargs_text", default="", metavar="KWARGS", help="Keyword arguments: a dict, or n=3, w=2.0.")
@ARGNUMS
@click.option(
    "--rtol", type=click.FloatRange(min=0), help="Tolerance relative to the largest number of the gradient. [1e-6]"
)
@click.option("--atol", type=click.FloatRange(min=0), help="Absolute tolerance. [1e-8]")
def check(
    target: str,
    args_text: str,
    kwargs_text: str,
    argnums: Argnums | None,
    rtol: float | None,
    atol: float | None,
) -> None:
    """Compare a function's gradient with finite differences.

    Exits with 1 if they differ. Without --argnums, every argument that has a derivative is checked.

    \b
    s2sad check model.py:loss --args '2.0, [1.0, 2.0]'
    s2sad check model.py:loss --args 'np.ones(3), y=np.zeros(3)' --argnums 0
    """
    found, module = targets.find(target)
    if isinstance(found, DerivativeFunction):
        argnums = found._argnums if argnums is None else argnums
        found = found._fun
    names = {"np": np, "numpy": np, "math": math, **vars(module)}
    args, kwargs = _call_arguments(args_text, names, "--args")
    more, named = _call_arguments(kwargs_text, names, "--kwargs")
    if len(more) == 1 and isinstance(more[0], dict):
        named = {**more[0], **named}
    elif more:
        raise click.UsageError("--kwargs takes a dict, or n=3, w=2.0")
    kwargs = {**kwargs, **named}
    function = DerivativeFunction(found, "grad", 0, False)
    try:
        function.__signature__.bind(*args, **kwargs)
    except TypeError as error:
        name = target.rpartition(":")[2]
        raise InvalidArgument(
            f"{name}{function.__signature__} cannot be called so: {error}",
            hint="give its arguments with --args",
        ) from None
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the function runs many times
            compared = checking.compare(found, args, kwargs, argnums, rtol, atol)
    except S2SADError:
        raise
    except (Exception, SystemExit) as error:
        raise InvalidArgument(f"the function raised {targets.described(error)}") from None
    _report(compared)
    if any(c.verdict != "ok" for c in compared):
        raise click.exceptions.Exit(1)


def _call_arguments(text: str, names: dict[str, Any], option: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """`2.0, [1.0]`, or with keywords as in a call."""

    def collect(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, kwargs

    if not text.strip():
        return (), {}
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        spread = isinstance(tree, ast.Tuple)
    except SyntaxError:
        tree, spread = None, False
    expression = f"collect(*({text}))" if spread else f"collect({text}\n)"
    try:
        return eval(compile(expression, option, "eval"), {**names, "collect": collect})  # type: ignore[no-any-return]
    except SyntaxError:
        raise click.UsageError(f"{option} is not valid Python: {text}") from None
    except (Exception, SystemExit) as error:
        raise click.UsageError(f"{option}: {type(error).__name__}: {error}") from None


def _report(compared: Sequence[checking.Comparison]) -> None:
    rows = [("argument", "gradient", "differences", "error", "")]
    for c in compared:
        rows.append((c.argument, _numbers(c.found), _numbers(c.expected), f"{c.error:.1e}", c.verdict))
    table(rows)
    if any(c.directional for c in compared):
        click.echo("large arrays were moved along random directions: the numbers are derivatives along them")
    if any(c.verdict == "unclear" for c in compared):
        click.echo("unclear: the differences do not settle, so the function is not smooth here, or draws at random")


def _numbers(values: np.ndarray[Any, Any]) -> str:
    shown = [f"{v:.6g}" for v in values[:4]]
    return ", ".join(shown) + (f", ... ({values.size})" if values.size > 4 else "")
