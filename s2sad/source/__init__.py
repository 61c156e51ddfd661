"""From a function to its source: which function is meant, where its text stands, and what it refers to.

Everything starts with what really runs, the code object. Text is taken only if it compiles to that code; a
file that was edited since it was imported is noticed here instead of giving the derivative of something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from s2sad.source.wrappers import Target, unwrap

if TYPE_CHECKING:
    from s2sad.source.function import FunctionSource, read

__all__ = ["FunctionSource", "Target", "read", "unwrap"]


def __getattr__(name: str) -> Any:
    """Trees are gast's: they are imported when a function is read, which one from the cache is not."""
    if name in ("FunctionSource", "read"):
        from s2sad.source import function

        return getattr(function, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
