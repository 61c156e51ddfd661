"""Checks of derivatives against what they claim to be derivatives of."""

from __future__ import annotations

from s2sad.adjoints.registry import sample
from s2sad.checking import check_grads
from s2sad.testing.points import check_rule

__all__ = ["check_grads", "check_rule", "sample"]
