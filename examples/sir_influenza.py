"""Calibrate an epidemic model to the influenza in an English boarding school, 1978.

One idea: a simulation is a function like any other. Its loops, its branch on the data and its list of
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
STEPS_PER_DAY = 16
FAR_OFF = 30.0


def flow(susceptible: float, infected: float, beta: float, gamma: float) -> tuple[float, float]:
    """How many boys fall ill, and how many more lie in bed, per day."""
    infections = beta * susceptible * infected / BOYS
    return -infections, infections - gamma * infected


def simulate(beta: float, gamma: float) -> list[float]:
    """The number of infected boys on each of the days, by Heun's method."""
    dt = 1.0 / STEPS_PER_DAY
    infected = 3.0
    susceptible = BOYS - infected
    by_day = [infected]
    for _day in range(len(IN_BED) - 1):
        for _step in range(STEPS_PER_DAY):
            s_slope, i_slope = flow(susceptible, infected, beta, gamma)
            s_later, i_later = flow(susceptible + dt * s_slope, infected + dt * i_slope, beta, gamma)
            susceptible += 0.5 * dt * (s_slope + s_later)
            infected += 0.5 * dt * (i_slope + i_later)
        by_day.append(infected)
    return by_day


def misfit(parameters):
    """Huber's loss, per day. The parameters are logarithms, which keeps the rates positive."""
    by_day = simulate(math.exp(parameters[0]), math.exp(parameters[1]))
    total = 0.0
    for expected, counted in zip(by_day, IN_BED):
        error = abs(expected - counted)
        if error > FAR_OFF:  # one day that is far off does not outvote all others
            total += FAR_OFF * (2.0 * error - FAR_OFF)
        else:
            total += error**2
    return total / len(IN_BED)


def main() -> float:
    guess, bounds = np.log([0.8, 0.3]), np.log([(0.1, 10.0), (0.1, 10.0)])
    fit = minimize(s2sad.value_and_grad(misfit), guess, jac=True, method="L-BFGS-B", bounds=bounds)
    beta, gamma = np.exp(fit.x)
    r0 = beta / gamma
    print(f"infection rate {beta:.3f} and recovery rate {gamma:.3f} a day: R0 = {r0:.2f}")
    print(f"root mean squared error {math.sqrt(fit.fun):.1f} boys, after {fit.nfev} simulations")

    assert fit.success, fit.message
    assert 3.7 < r0 < 3.9
    assert math.sqrt(fit.fun) < 20.0
    assert np.linalg.norm(fit.jac) < 0.1
    return float(r0)


if __name__ == "__main__":
    main()
