"""Helpers that the functions of other modules call."""

import math

import numpy as np

GRAVITY = 9.81
SETTINGS = {"rate": 0.3, "names": ["a", "b"]}


def smooth_step(t):
    """A helper with a branch."""
    if t < 0:
        return 0.01 * t
    return t * t * (3 - 2 * t)


def affine(x, slope=2.0, *, intercept=1.0):
    return slope * x + intercept


def mean_and_spread(values):
    mean = sum(values) / len(values)
    spread = sum((v - mean) ** 2 for v in values)
    return mean, spread


def dense(v, weights, bias):
    return np.tanh(v @ weights + bias)


def compose(*functions):
    def composed(x):
        for function in functions:
            x = function(x)
        return x

    return composed


def damped(x):
    return math.exp(-x * x)
