"""Longer functions, as they come in practice: each mixes what the other modules hold apart."""

import math
from dataclasses import dataclass

import numpy as np

from .cases import case


def sir_model(beta, gamma, days):
    s, i, r = 0.99, 0.01, 0.0
    peak = 0.0
    dt = 0.25
    for day in range(days):
        for _ in range(4):
            infected = beta * s * i
            recovered = gamma * i
            s, i, r = s - dt * infected, i + dt * (infected - recovered), r + dt * recovered
        if i > peak:
            peak = i
        elif i < 0.001:
            break
    return peak + r


case(sir_model, [(1.6, 0.5, 12), (0.4, 0.6, 12)], argnums=("beta", "gamma"))


def runge_kutta(f, y, t, dt, n):
    for _ in range(n):
        k1 = f(t, y)
        k2 = f(t + dt / 2, y + dt / 2 * k1)
        k3 = f(t + dt / 2, y + dt / 2 * k2)
        k4 = f(t + dt, y + dt * k3)
        y = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += dt
    return y


def pendulum(theta, damping):
    def slope(t, y):
        return np.array([y[1], -np.sin(y[0]) - damping * y[1]])

    y = runge_kutta(slope, np.array([theta, 0.0]), 0.0, 0.1, 6)
    return y[0] ** 2 + y[1]


case(pendulum, [(0.7, 0.2)], argnums=(0, 1))


def logistic_loss(weights, bias, features, labels):
    margins = labels * (features @ weights + bias)
    return np.mean(np.log1p(np.exp(-margins))) + 0.01 * np.sum(weights**2)


FEATURES = np.array([[0.5, 1.0], [-1.0, 0.3], [0.2, -0.7], [1.5, 0.1]])
LABELS = np.array([1.0, -1.0, -1.0, 1.0])

case(logistic_loss, [(np.array([0.4, -0.6]), 0.1, FEATURES, LABELS)], argnums=(0, 1))


def multilayer_perceptron(params, x):
    for w, b in params[:-1]:
        x = np.tanh(x @ w + b)
    w, b = params[-1]
    scores = x @ w + b
    scores = scores - np.max(scores, axis=1, keepdims=True)
    logs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(logs[np.arange(len(x)), [0, 1, 1, 0]])


PARAMS = [
    (np.array([[0.1, -0.4, 0.7], [0.3, 0.2, -0.5]]), np.array([0.1, 0.0, -0.1])),
    (np.array([[0.5, -0.2], [0.1, 0.9], [-0.3, 0.4]]), np.array([0.05, -0.05])),
]

case(multilayer_perceptron, [(PARAMS, FEATURES)], argnums="params")


def kepler(mean_anomaly, eccentricity):
    e = mean_anomaly
    for _ in range(50):
        step = (e - eccentricity * math.sin(e) - mean_anomaly) / (1 - eccentricity * math.cos(e))
        e -= step
        if abs(step) < 1e-13:
            break
    else:
        raise ArithmeticError("no convergence")
    return e


case(kepler, [(0.7, 0.3), (2.4, 0.6)], argnums=(0, 1))


def simpson(f, a, b, tolerance):
    def rule(lo, hi):
        return (hi - lo) / 6 * (f(lo) + 4 * f((lo + hi) / 2) + f(hi))

    def refine(lo, hi, whole, depth):
        middle = (lo + hi) / 2
        left, right = rule(lo, middle), rule(middle, hi)
        if depth == 0 or abs(left + right - whole) < tolerance:
            return left + right
        return refine(lo, middle, left, depth - 1) + refine(middle, hi, right, depth - 1)

    return refine(a, b, rule(a, b), 5)


def arc_length(width):
    return simpson(lambda t: math.sqrt(1 + math.cos(width * t) ** 2), 0.0, width, 1e-4)


case(arc_length, [(1.3,), (2.9,)])


def black_scholes(spot, strike, years, rate, volatility):
    sigma = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + volatility**2 / 2) * years) / sigma
    d2 = d1 - sigma
    normal = lambda d: 0.5 * (1 + math.erf(d / math.sqrt(2)))
    return spot * normal(d1) - strike * math.exp(-rate * years) * normal(d2)


case(black_scholes, [(42.0, 40.0, 0.5, 0.1, 0.2)], argnums=(0, 2, 3, 4))


@dataclass
class Body:
    mass: float
    position: np.ndarray
    velocity: np.ndarray


def potential_energy(bodies):
    total = 0.0
    for i, a in enumerate(bodies):
        for b in bodies[i + 1 :]:
            gap = a.position - b.position
            total -= a.mass * b.mass / math.sqrt(np.dot(gap, gap))
        total += 0.5 * a.mass * np.sum(a.velocity**2)
    return total


BODIES = [
    Body(1.0, np.array([0.0, 0.0]), np.array([0.1, 0.0])),
    Body(0.5, np.array([1.0, 0.3]), np.array([0.0, -0.2])),
    Body(0.2, np.array([-0.4, 1.1]), np.array([0.3, 0.1])),
]

case(potential_energy, [(BODIES,)])


def viterbi_like(scores, transition):
    best = list(scores[0])
    for row in scores[1:]:
        updated = []
        for j in range(len(row)):
            candidates = [best[i] + transition[i][j] for i in range(len(best))]
            updated.append(max(candidates) + row[j] ** 2)
        best = updated
    return max(best)


case(
    viterbi_like,
    [([[0.5, 1.1], [0.2, 0.9], [1.4, 0.3]], [[0.1, -0.2], [0.35, 0.7]])],
    argnums=(0, 1),
)


def power_iteration(a, n):
    v = np.ones(2)
    for _ in range(n):
        w = a @ v
        size = np.sqrt(np.sum(w * w))
        v = w / size
    return v @ a @ v


case(power_iteration, [(np.array([[2.0, 0.3], [0.4, 1.0]]), 4)])


def parse_and_evaluate(text, x):
    """A stack machine: control flow by text, values by number."""
    stack = []
    for token in text.split():
        if token == "x":
            stack = stack + [x]
        elif token in "+*":
            *stack, a, b = stack
            stack = stack + [a + b if token == "+" else a * b]
        elif token == "sin":
            stack = stack[:-1] + [math.sin(stack[-1])]
        else:
            stack = stack + [float(token)]
    (value,) = stack
    return value


case(parse_and_evaluate, [("x x * 3 + sin x *", 0.7), ("x", 0.7), ("2 x sin * x +", -0.4)], argnums="x")


def gradient_descent_inside(x, rate):
    w = np.array([0.3, -0.2])
    target = np.array([1.0, 2.0])
    for step in range(5):
        slope = 2 * x * (w * x - target)
        w = w - rate * slope
        if np.max(np.abs(slope)) < 1e-9:
            break
    return np.sum((w * x - target) ** 2)


case(gradient_descent_inside, [(0.7, 0.1)], argnums=(0, 1))
