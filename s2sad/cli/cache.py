"""`s2sad cache`: the transformed functions on disk."""

from __future__ import annotations

import click

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
            table([(str(e.function), f"{e.size} bytes", str(e.path)) for e in entries])
        else:
            click.echo(f"{directory} is empty", err=True)
