"""From a function to its source: which function is meant, where its text stands, and what it refers to.

Everything starts with what really runs, the code object. Text is taken only if it compiles to that code; a
file that was edited since it was imported is noticed here instead of giving the derivative of something else.
"""

from s2sad.source.function import FunctionSource, read
from s2sad.source.wrappers import Target, unwrap

__all__ = ["FunctionSource", "Target", "read", "unwrap"]
