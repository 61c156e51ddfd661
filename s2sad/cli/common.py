"""What the commands share: options and output."""

from __future__ import annotations

from collections.abc import Sequence

import click

from s2sad.api import Argnums


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


ARGNUMS = click.option(
    "--argnums", "-a", callback=_argnums, metavar="WHICH",
    help="What to differentiate with respect to: a position, a name, or several with commas between.",
)  # fmt: skip


def table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
