"""Kepler's equation by Newton's method, and how its root moves with the eccentricity.

One idea: a `while` whose trip count depends on the data is differentiated as it stands, by running the
iterations backwards. The implicit function theorem gives the same number, from pen and paper.
"""

import math

import s2sad

EARTH, MERCURY, HALLEYS_COMET = (0.0167, 1.0), (0.2056, 2.5), (0.9671, 0.3)


def eccentric_anomaly(eccentricity: float, mean_anomaly: float) -> float:
    """The root E of E - eccentricity * sin(E) = mean_anomaly."""
    angle = mean_anomaly
    residual = angle - eccentricity * math.sin(angle) - mean_anomaly
    while abs(residual) > 1e-12:
        angle = angle - residual / (1.0 - eccentricity * math.cos(angle))
        residual = angle - eccentricity * math.sin(angle) - mean_anomaly
    return angle


def main() -> None:
    derivative = s2sad.value_and_grad(eccentric_anomaly, argnums=("eccentricity", "mean_anomaly"))
    for eccentricity, mean_anomaly in [EARTH, MERCURY, HALLEYS_COMET]:
        angle, (by_eccentricity, by_mean_anomaly) = derivative(eccentricity, mean_anomaly)
        slope = 1.0 - eccentricity * math.cos(angle)
        print(f"e = {eccentricity}: E = {angle:.6f}, dE/de {by_eccentricity:.6f}, dE/dM {by_mean_anomaly:.6f}")
        assert math.isclose(by_eccentricity, math.sin(angle) / slope, rel_tol=1e-6)
        assert math.isclose(by_mean_anomaly, 1.0 / slope, rel_tol=1e-6)


if __name__ == "__main__":
    main()
