"""How `runtime.split` is differentiated: the cotangent of a closure's derivative pair is that of the closure."""

from __future__ import annotations

import inspect
from typing import Any

from s2sad.adjoints.registry import Rule, nondifferentiable
from s2sad.runtime import no_gradient, require_no_change, split, split_method, split_star


def _pullback(g, function, active, itself=False):  # type: ignore[no-untyped-def]
    return g[0] + g[1]


_signature = inspect.Signature(list(inspect.signature(_pullback).parameters.values())[1:])
#: Rules of functions that have no sample points, since what they return is no value.
LOOKUPS: dict[Any, Rule] = {split: Rule("split", "linear", _signature, pullbacks={"function": _pullback})}

nondifferentiable(split_method, split_star, require_no_change, no_gradient)
