"""The command `s2sad`: see a gradient, check it, list the rules, look after the cache.

Exit codes: 0 fine, 1 it differs, 2 bad use or not differentiable. No error of a user's code or of s2sad comes
out as a traceback.
"""

from __future__ import annotations

import os
from typing import Any

import click

import s2sad
from s2sad.cli import targets
from s2sad.cli.cache import cache
from s2sad.cli.check import check
from s2sad.cli.rules import rules
from s2sad.cli.show import show
from s2sad.errors import S2SADError


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
        except KeyboardInterrupt:
            raise click.exceptions.Exit(130) from None  # as shells have it; 1 says that a gradient differs
        except OSError as error:
            self._fail(str(error))
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


for command in (show, check, rules, cache):
    main.add_command(command)
