"""Random numbers: a draw that has no parameters depends on nothing.

The parameters of a distribution have no rule here, so active ones are refused rather than counted as
constant: write `mean + scale * rng.standard_normal()`. So are `choice`, `shuffle` and `permutation`, which
return what they are given.
"""

from __future__ import annotations

import random

import numpy as np

from s2sad.adjoints.registry import nondifferentiable

nondifferentiable(
    random.random, random.randint, random.randrange, random.getrandbits, random.randbytes, random.seed,
    random.getstate, random.setstate, np.random.rand, np.random.randn, np.random.random,
    np.random.random_sample, np.random.standard_normal, np.random.randint, np.random.seed,
    np.random.default_rng, np.random.get_state, np.random.set_state,
)  # fmt: skip
