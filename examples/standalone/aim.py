"""Find the throw that reaches furthest, with a gradient that was generated once and saved.

One idea: the output of s2sad is a file to keep. This script and `shot_grad.py` run where s2sad is not
installed.
"""

import math

from shot_grad import distance_value_and_grad


def main() -> float:
    angle, speed = math.radians(60.0), 30.0
    for _ in range(100):
        reached, (by_angle, _) = distance_value_and_grad(angle, speed)
        angle += 2e-3 * by_angle
    print(f"{reached:.2f} m at {math.degrees(angle):.2f} degrees: drag makes the best throw flatter than 45")
    assert abs(by_angle) < 0.1
    assert 38.0 < math.degrees(angle) < 44.5
    return reached


if __name__ == "__main__":
    main()
