"""s2sad: derivatives of ordinary Python functions, as ordinary Python source."""

from s2sad.api import grad, source, stop_gradient, value_and_grad, vjp
from s2sad.errors import (
    InPlaceError,
    InvalidArgument,
    NotDifferentiable,
    RuleError,
    S2SADError,
    SourceNotFound,
    UnsupportedSyntax,
)
from s2sad.rules import elementwise, linear, nondifferentiable, rule

__version__ = "0.1.0"
__all__ = [
    "InPlaceError",
    "InvalidArgument",
    "NotDifferentiable",
    "RuleError",
    "S2SADError",
    "SourceNotFound",
    "UnsupportedSyntax",
    "elementwise",
    "grad",
    "linear",
    "nondifferentiable",
    "rule",
    "source",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
