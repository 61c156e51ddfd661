"""What one active statement means for the reverse sweep.

A *step* says which variables the statement binds (their cotangents end there), which variables receive
contributions, and which containers' cotangents change in step with the container. `classify` finds the step of a
statement in three-address form; `pullbacks` writes the reverse of each class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gast

from s2sad.adjoints import registry
from s2sad.context import UNKNOWN
from s2sad.transforms.constructions import Part


@dataclass(eq=False)
class Step:
    stmt: gast.stmt
    kills: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    demands: frozenset[str] = frozenset()  # containers whose cotangent must exist here, whatever follows
    indexed: frozenset[str] = frozenset()  # variables whose cotangent is added to in place


@dataclass(eq=False)
class Copy(Step):
    """`y = x`"""

    source: str = ""


@dataclass(eq=False)
class Operation(Step):
    """`y = f(a, b)` where f has a rule; `bindings` are the operands by parameter.

    The rule takes those in `constant` for constants; whether they are, as integers and masks are, only the run can tell.
    """

    target: str = ""
    rule: registry.Rule | None = None
    bindings: Mapping[str, gast.expr] | None = None
    constant: tuple[str, ...] = ()


@dataclass(eq=False)
class Read(Step):
    """`y = x[i]`, `y = params["w"].b[k]`"""

    target: str = ""
    place: gast.expr | None = None


@dataclass(eq=False)
class Attribute(Step):
    """`y = x.T` where x may be an array or an object"""

    target: str = ""
    owner: str = ""
    name: gast.expr | None = None


@dataclass(eq=False)
class Display(Step):
    """`t = [a, b]`, `t = (a, b)`, `t = {"k": a}`"""

    target: str = ""
    display: gast.expr | None = None


@dataclass(eq=False)
class Unpack(Step):
    """`a, b = t`"""

    targets: tuple[gast.expr, ...] = ()
    source: str = ""


@dataclass(eq=False)
class Append(Step):
    """`ys.append(v)`"""

    owner: str = ""
    value: gast.expr | None = None


@dataclass(eq=False)
class Pop(Step):
    """`t = ys.pop()`"""

    owner: str = ""
    target: str | None = None


@dataclass(eq=False)
class Store(Step):
    """`d[k] = v` on a list or dictionary of the function's own"""

    place: gast.expr | None = None
    value: gast.expr | None = None


@dataclass(eq=False)
class Accumulate(Step):
    """`x_bar[i] += v` and `add_at(x_bar, i, v)`, in emitted code"""

    place: gast.expr | None = None
    value: gast.expr | None = None


@dataclass(eq=False)
class Call(Step):
    """`y = g(a, b)` where g has no rule: differentiated by its own source, now or when it runs."""

    target: str = ""
    call: gast.Call | None = None
    function: Any = UNKNOWN


@dataclass(eq=False)
class Construct(Step):
    """`p = Point(a, y=b)` where the class stores its arguments; `parts` are the operands with their places in `p`."""

    target: str = ""
    parts: tuple[Part, ...] = ()
    computes: bool = False


@dataclass(eq=False)
class Closure(Step):
    """`def h(z): ...` or `h = lambda z: ...` that reads active variables from around it"""

    name: str = ""
    captures: tuple[str, ...] = ()
