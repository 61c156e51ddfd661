"""`s2sad cache`: the transformed functions on disk."""

from __future__ import annotations

from pathlib import Path

import click

from s2sad import cache as store
from s2sad.cli.common import table
from s2sad.errors import InvalidArgument


@click.command()
@click.argument("action", type=click.Choice(["path", "list", "clear"]), default="path")
def cache(action: str) -> None:
    """Show or clear the cache of transformed functions on disk.

    \b
    s2sad cache         print its directory
    s2sad cache list    print what it holds
    s2sad cache clear   remove all of it

    S2SAD_CACHE_DIR names another directory; S2SAD_CACHE=off switches it off.
    """
    directory = store.location()
    if directory is None:
        raise InvalidArgument("the cache is switched off", hint="unset S2SAD_CACHE")
    if action == "path":
        click.echo(directory)
    elif action == "clear":
        count = store.clear()
        click.echo(f"removed {count} file{'' if count == 1 else 's'} from {directory}")
    elif files := store.entries():
        table([(_size(path), str(path)) for path in files])
    else:
        click.echo(f"{directory} is empty", err=True)


def _size(path: Path) -> str:
    try:
        return f"{path.stat().st_size / 1024:.1f} KiB"
    except OSError:  # another process removed it
        return "gone"
