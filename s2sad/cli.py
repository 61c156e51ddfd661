"""The command `s2sad`: see a gradient, check it, list the rules, look after the cache.

Exit codes: 0 fine, 1 it differs, 2 bad use or not differentiable. No error of a user's code or of s2sad comes out
as a traceback.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import fnmatch
import io
import math
import os
import sys
import tempfile
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import numpy as np

import s2sad
from s2sad import checking, pipeline, standalone, targets
from s2sad.adjoints import registry
from s2sad.api import Argnums, DerivativeFunction
from s2sad.emit import emit
from s2sad.errors import InvalidArgument, S2SADError
from s2sad.pipeline import PASSES, Request, Transformer

STAGES = ("source", *(p.__name__ for p in PASSES), "derivative")


class _Command(click.Group):
    """Errors become one paragraph on standard error, and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except S2SADError as error:
            self._fail(str(error))
        except RecursionError:
            self._fail("the function is nested too deeply")
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("S2SAD_DEBUG"):
                raise
            self._fail(
                f"this is a bug in s2sad: {targets.described(error)}\n"
                "hint: please report it with the function; S2SAD_DEBUG=1 shows the traceback"
            )

    @staticmethod
    def _fail(message: str) -> None:
        first, *rest = message.split("\n")
        click.echo("\n".join([click.style("error: ", fg="red", bold=True) + first, *rest]), err=True)
        raise click.exceptions.Exit(2)


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(s2sad.__version__, prog_name="s2sad", message="%(prog)s %(version)s")
def main() -> None:
    """Derivatives of ordinary Python functions, as ordinary Python source.

    \b
    s2sad show model.py:loss              print the gradient of loss
    s2sad check model.py:loss --args 2.0  compare it with finite differences
    s2sad rules 'np.linalg.*'             list what is differentiable

    Exit codes: 0 fine, 1 it differs, 2 bad use or not differentiable.
    """


def _argnums(context: click.Context, parameter: click.Parameter, value: str | None) -> Argnums | None:
    """`0`, `w`, `0,w` or `0,`: a position, a name, or a tuple of these."""
    if value is None:
        return None
    parts = [part.strip() for part in value.split(",")]
    if len(parts) > 1 and not parts[-1]:
        parts = parts[:-1]
    elif len(parts) == 1:
        return _argnum(parts[0])
    return tuple(_argnum(part) for part in parts)


def _argnum(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        if text.isidentifier():
            return text
        raise click.BadParameter(f"{text!r} is neither a position nor the name of a parameter") from None


_ARGNUMS = click.option(
    "--argnums", "-a", callback=_argnums, metavar="WHICH",
    help="What to differentiate with respect to: a position, a name, or several with commas between.",
)  # fmt: skip


# -- show --------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("target", metavar="TARGET")
@_ARGNUMS
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
    target: str, argnums: Argnums | None, value: bool, split: bool, stage: str | None, alone: bool, output: str | None,
    color: str,
) -> None:  # fmt: skip
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
        program = Transformer().run(derivative._target.function, _request(derivative))
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
        return min(1, max(code.co_argcount - 1, 0))
    return 0


def _request(derivative: DerivativeFunction) -> Request:
    plan = derivative._plan
    return Request(derivative._form, plan.active, plan.annotated, derivative._has_aux)


def _stages(derivative: DerivativeFunction, wanted: str) -> str:
    texts: list[str] = []
    before = ""
    for name, trees in pipeline.stages(derivative._target.function, _request(derivative)):
        text = emit(trees)
        if wanted == name:
            return text
        texts.append(f"# {name}\n" + ("# (nothing to do)\n" if text == before else text))
        before = text
    return "\n\n".join(texts)


def _print(text: str, color: str) -> None:
    wanted = color == "always" or color == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    if wanted and (color == "always" or os.environ.get("TERM") != "dumb"):
        from pygments import highlight
        from pygments.formatters import TerminalFormatter
        from pygments.lexers import PythonLexer

        text = highlight(text, PythonLexer(ensurenl=False, stripnl=False), TerminalFormatter())
    click.echo(text, nl=False, color=wanted)


def _write(path: Path, text: str, module: types.ModuleType) -> None:
    """All of the file or nothing: a reader never sees half of it."""
    source = getattr(module, "__file__", None)
    if source is not None and path.exists() and path.samefile(source):
        raise InvalidArgument(f"{path} is the file that the function stands in", hint="write to another one")
    try:
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


# -- check -------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("target", metavar="TARGET")
@click.option("--args", "args_text", default="", metavar="ARGS", help="The arguments, as in a call. `np` and the names of the file may be used.")
@click.option("--kwargs", "kwargs_text", default="", metavar="KWARGS", help="Keyword arguments: a dict, or n=3, w=2.0.")
@_ARGNUMS
@click.option("--rtol", type=float, help="Tolerance relative to the largest number of the gradient. [1e-6]")
@click.option("--atol", type=float, help="Absolute tolerance. [1e-8]")
def check(
    target: str, args_text: str, kwargs_text: str, argnums: Argnums | None, rtol: float | None, atol: float | None
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
            f"{name}{function.__signature__} cannot be called so: {error}", hint="give its arguments with --args"
        ) from None
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the function runs many times
            compared = checking.compare(found, args, kwargs, argnums, rtol, atol)
    except S2SADError:
        raise
    except Exception as error:
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
    except Exception as error:
        raise click.UsageError(f"{option}: {type(error).__name__}: {error}") from None


def _report(compared: Iterable[checking.Comparison]) -> None:
    rows = [("argument", "gradient", "differences", "error", "")]
    for c in compared:
        rows.append((c.argument, _numbers(c.found), _numbers(c.expected), f"{c.error:.1e}", c.verdict))
    _table(rows)
    if any(c.directional for c in compared):
        click.echo("large arrays were moved along random directions: the numbers are derivatives along them")
    if any(c.verdict == "unclear" for c in compared):
        click.echo("unclear: the differences do not settle, so the function is not smooth here, or draws at random")


def _numbers(values: np.ndarray[Any, Any]) -> str:
    shown = [f"{v:.6g}" for v in values[:4]]
    return ", ".join(shown) + (f", ... ({values.size})" if values.size > 4 else "")


def _table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


# -- rules -------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("pattern", default="")
def rules(pattern: str) -> None:
    """List the functions that have a derivative rule.

    PATTERN is a part of the name, or a glob. Functions written in Python need no rule.

    \b
    s2sad rules
    s2sad rules sum
    s2sad rules 'np.linalg.*'
    """
    named = {_rule_name(function): rule for function, rule in registry.all_rules() if not _is_internal(function)}
    wanted = pattern.lower().replace("numpy.", "np.")
    is_glob = any(c in pattern for c in "*?[")
    matches = [n for n in named if (fnmatch.fnmatchcase(n.lower(), wanted) if is_glob else wanted in n.lower())]
    if not matches:
        near = difflib.get_close_matches(wanted, [*named, *(n.rpartition(".")[2] for n in named)], n=3)
        hint = f"did you mean {', '.join(dict.fromkeys(near))}?" if near else "`s2sad rules` lists all of them"
        raise InvalidArgument(f"no rule matches {pattern!r}", hint=hint)
    _table([(n, named[n].kind, _about(named[n])) for n in sorted(matches, key=lambda n: (n.rpartition(".")[0], n))])


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
        module = next((m for m in ("numpy.random", "random", "math") if getattr(sys.modules.get(m), name, None) is function), "")
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
    import inspect
    import textwrap

    tree = ast.parse(textwrap.dedent(inspect.getsource(template))).body[0]
    last = tree.body[-1] if isinstance(tree, ast.FunctionDef) else None
    return ast.unparse(last.value) if isinstance(last, ast.Return) and last.value is not None else ""


# -- cache -------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("action", type=click.Choice(["path", "list", "clear"]), default="path")
def cache(action: str) -> None:
    """Show or clear the cache of transformed functions on disk.

    \b
    s2sad cache         print its directory
    s2sad cache list    print what it holds
    s2sad cache clear   remove all of it

    S2SAD_CACHE_DIR names another directory.
    """
    try:
        from s2sad import cache as store
    except ImportError:
        raise InvalidArgument("this version keeps no cache on disk") from None
    directory = store.directory()
    if directory is None:
        raise InvalidArgument("the cache on disk is switched off")
    if action == "path":
        click.echo(directory)
    elif action == "clear":
        count = store.clear()
        click.echo(f"removed {count} file{'' if count == 1 else 's'} from {directory}")
    else:
        entries = store.entries()
        if entries:
            _table([(str(e.function), f"{e.size} bytes", str(e.path)) for e in entries])
        else:
            click.echo(f"{directory} is empty", err=True)


if __name__ == "__main__":
    main(prog_name="s2sad")
