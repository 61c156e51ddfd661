"""`s2sad show`: the source of a gradient."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import types
from pathlib import Path
from typing import Any, TextIO

import click

import s2sad
from s2sad import pipeline, standalone
from s2sad.api import Argnums, DerivativeFunction
from s2sad.cli import targets
from s2sad.cli.common import ARGNUMS
from s2sad.emit import emit
from s2sad.errors import InvalidArgument
from s2sad.pipeline import PASSES, Transformer

STAGES = ("source", *(p.__name__ for p in PASSES), "derivative")


@click.command()
@click.argument("target", metavar="TARGET")
@ARGNUMS
@click.option("--value", is_flag=True, help="The function's value as well (value_and_grad).")
@click.option("--split", is_flag=True, help="Forward and reverse sweep as two functions, f_fwd and f_bwd.")
@click.option("--stage", metavar="NAME", help=f"The function after one stage: {', '.join(STAGES)}; or all.")
@click.option("--standalone", "alone", is_flag=True, help="A whole module, which runs without s2sad.")
@click.option("--output", "-o", metavar="FILE", help="Write to a file instead ('-' is standard output).")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True,
    help="Highlight the source; auto: on a terminal, unless NO_COLOR is set.",
)  # fmt: skip
def show(
    target: str,
    argnums: Argnums | None,
    value: bool,
    split: bool,
    stage: str | None,
    alone: bool,
    output: str | None,
    color: str,
) -> None:
    """Print the source of a function's gradient.

    TARGET is FILE:FUNC, package.module:func, or either with a Class.method.

    \b
    s2sad show model.py:loss
    s2sad show model.py:loss --argnums w,b --value
    s2sad show model.py:loss --stage anf
    s2sad show model.py:loss --standalone -o loss_grad.py
    s2sad show numpy:hypot
    """
    if value and split:
        raise click.UsageError("--value and --split exclude each other: f_fwd returns the value in any case")
    if stage is not None and alone:
        raise click.UsageError("--stage and --standalone exclude each other")
    if stage is not None and stage not in (*STAGES, "all"):
        raise click.UsageError(f"there is no stage {stage!r}; the stages are {', '.join(STAGES)} (or: all)")
    found, module = targets.find(target)
    form = "split" if split else "value_and_grad" if value else None
    derivative = _derivative(found, argnums, form)
    if stage is not None:
        text = _stages(derivative, stage)
    elif alone:
        program = Transformer().run(derivative._target.function, derivative._request(derivative._plan.annotated))
        text = standalone.text(program, s2sad.__version__)
    else:
        text = derivative.source.lstrip("\n")
    if output is not None and output != "-":
        _write(Path(output), text, module)
    else:
        _print(text, color)


def _derivative(found: Any, argnums: Argnums | None, form: str | None) -> DerivativeFunction:
    if isinstance(found, DerivativeFunction):  # the file itself says what it wants: @grad
        if argnums is None and form is None:
            return found
        argnums = found._argnums if argnums is None else argnums
        form = form or ("grad" if found._form == "split" else found._form)
        return DerivativeFunction(found._fun, form, argnums, found._has_aux)
    chosen = _first(found) if argnums is None else argnums
    return DerivativeFunction(found, form or "grad", chosen, False)


def _first(function: Any) -> int:
    """The first parameter; after `self`, for a function in a class."""
    code = getattr(function, "__code__", None)
    if "." in getattr(function, "__qualname__", "") and code is not None and code.co_varnames[:1] in (("self",), ("cls",)):
        return 1 if code.co_argcount > 1 else 0
    return 0


def _stages(derivative: DerivativeFunction, wanted: str) -> str:
    texts: list[str] = []
    before = ""
    for name, trees in pipeline.stages(derivative._target.function, derivative._request(derivative._plan.annotated)):
        text = emit(trees)
        if wanted == name:
            return text
        texts.append(f"# {name}\n" + ("# (nothing to do)\n" if text == before else text))
        before = text
    return "\n\n".join(texts)


def _print(text: str, color: str) -> None:
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb" or not _is_terminal(sys.stdout)
    wanted = color == "always" or (color == "auto" and not plain)
    if wanted:
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import PythonLexer

        text = highlight(text, PythonLexer(ensurenl=False, stripnl=False), TerminalFormatter())
    click.echo(text, nl=False, color=wanted)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()  # a closed one is None


def _write(path: Path, text: str, module: types.ModuleType) -> None:
    """All of the file or nothing: a reader never sees half of it."""
    source = getattr(module, "__file__", None)
    try:
        if source is not None and path.exists() and path.samefile(source):
            raise InvalidArgument(f"{path} is the file that the function stands in", hint="write to another one")
        if path.exists() and not path.is_file():  # a device, or a pipe: not to be replaced by a file
            path.write_text(text, encoding="utf-8")
            return
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        handle, temporary = tempfile.mkstemp(dir=path.resolve().parent, prefix=f".{path.name}.")
        try:
            with open(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.chmod(temporary, mode)
            os.replace(temporary, path.resolve())
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise InvalidArgument(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {path}", err=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
