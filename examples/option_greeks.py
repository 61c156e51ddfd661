"""Greeks of an American put on a binomial tree.

One idea: one reverse sweep gives all sensitivities at once, through nested loops, comprehensions and the
choice, at every node of the tree, between exercising and waiting.
"""

import math

import s2sad


def american_put(spot: float, strike: float, rate: float, volatility: float, years: float, steps: int = 200) -> float:
    """The price on the tree of Cox, Ross and Rubinstein."""
    dt = years / steps
    up = math.exp(volatility * math.sqrt(dt))
    discount = math.exp(-rate * dt)
    chance = (1.0 / discount - 1.0 / up) / (up - 1.0 / up)
    values = [max(strike - spot * up ** (2 * i - steps), 0.0) for i in range(steps + 1)]
    for step in reversed(range(steps)):
        earlier = []
        for i in range(step + 1):
            waiting = discount * (chance * values[i + 1] + (1.0 - chance) * values[i])
            exercising = strike - spot * up ** (2 * i - step)
            earlier.append(exercising if exercising > waiting else waiting)
        values = earlier
    return values[0]


def main() -> None:
    market = {"spot": 36.0, "strike": 40.0, "rate": 0.06, "volatility": 0.2, "years": 1.0}
    greeks = s2sad.value_and_grad(american_put, argnums=tuple(market))
    price, sensitivities = greeks(**market)
    print(f"price {price:.4f}")
    for name, sensitivity in zip(market, sensitivities):
        h = 1e-6 * market[name]
        above, below = (american_put(**{**market, name: market[name] + d}) for d in (h, -h))
        print(f"by {name:10} {sensitivity:10.5f}")
        assert math.isclose(sensitivity, (above - below) / (2 * h), rel_tol=1e-4), name

    assert abs(price - 4.478) < 0.02  # Longstaff and Schwartz (2001), table 1
    delta, by_strike = sensitivities[:2]
    # Twice as dear, twice the price: Euler's theorem on homogeneous functions.
    assert math.isclose(delta * market["spot"] + by_strike * market["strike"], price)


if __name__ == "__main__":
    main()
