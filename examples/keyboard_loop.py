"""A savings plan that asks for each year's interest at the keyboard, and its derivative.

One idea: side effects belong to the computation. Each question is asked once and in order, although the loop
runs forwards and then backwards: what the reverse sweep needs of an answer was kept.

    printf '3\n-1.5\n4\n\n' | python examples/keyboard_loop.py
"""

import math

import s2sad


def savings(deposit: float) -> float:
    """What a deposit has become when the user has no more years to tell of."""
    total = deposit
    year = 0
    while True:
        year += 1
        answer = input(f"interest of year {year} in percent (nothing to stop): ")
        if not answer:
            break
        interest = total * float(answer) / 100.0
        if interest > 0.0:
            interest = 0.75 * interest  # a quarter of what is gained goes to the state
        total = total + interest
    return total


def main() -> float:
    total, derivative = s2sad.value_and_grad(savings)(1000.0)
    print(f"\n1000.00 became {total:.2f}; each unit more at the start would add {derivative:.6f}")
    assert math.isclose(1000.0 * derivative, total)  # the plan is proportional to the deposit
    return derivative


if __name__ == "__main__":
    main()
