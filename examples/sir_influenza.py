"""Calibrate an epidemic model to the influenza in an English boarding school, 1978.

One idea: a simulation is a function like any other. Its loops, its branches on the data and its list of
results stay as they are, and the optimiser gets the exact gradient of the whole simulation.

Data: boys confined to bed on each day, 22 January to 4 February, of 763 boys (British Medical Journal,
4 March 1978).
"""

import math

import numpy as np
from scipy.optimize import minimize

import s2sad

IN_BED = [3, 8, 26, 76, 225, 298, 258, 233, 189, 128, 68, 29, 14, 4]
BOYS = 763.0


def flow(susceptible: float, infected: float, beta: float, gamma: float) -> tuple[float, float]:
    """How many boys fall ill, and how many more lie in bed, per day."""
    infections = beta * susceptible * infected / BOYS
    return -infections, infections - gamma * infected


def simulate(beta: float, gamma: float) -> list[float]:
    """The number of infected boys on each of the days, by Heun's method."""
    infected = 3.0
    susceptible = BOYS - infected
    by_day = [infected]
    for _ in range(len(IN_BED) - 1):
        time = 0.0
        while time < 1.0:
            dt = 0.125 if infected < 50.0 else 0.03125  # small steps while much is going on
            s_slope, i_slope = flow(susceptible, infected, beta, gamma)
            s_later, i_later = flow(susceptible + dt * s_slope, infected + dt * i_slope, beta, gamma)
            susceptible += 0.5 * dt * (s_slope + s_later)
            infected += 0.5 * dt * (i_slope + i_later)
            if susceptible < 0.0:  # a wild guess of beta must not make debts of boys
                susceptible = 0.0
            time += dt
        by_day.append(infected)
    return by_day


def misfit(parameters):
    """Mean squared error; the parameters are logarithms, which keeps the rates positive."""
    by_day = simulate(math.exp(parameters[0]), math.exp(parameters[1]))
    total = 0.0
    for expected, counted in zip(by_day, IN_BED):
        total += (expected - counted) ** 2
    return total / len(IN_BED)


def main() -> float:
    guess = np.log([0.8, 0.3])
    fit = minimize(s2sad.value_and_grad(misfit), guess, jac=True, method="BFGS", options={"gtol": 1e-4})
    beta, gamma = np.exp(fit.x)
    r0 = beta / gamma
    print(f"infection rate {beta:.3f} and recovery rate {gamma:.3f} a day: R0 = {r0:.2f}")
    print(f"root mean squared error {math.sqrt(fit.fun):.1f} boys, after {fit.nfev} simulations")

    assert fit.success, fit.message
    assert 3.7 < r0 < 3.9
    assert math.sqrt(fit.fun) < 20.0
    assert np.linalg.norm(fit.jac) < 1e-4
    return float(r0)


if __name__ == "__main__":
    main()
