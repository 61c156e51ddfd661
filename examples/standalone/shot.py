"""A ball thrown through air: how far it lands, by the angle and the speed of the throw.

`shot_grad.py` beside this file was written by

    cd examples/standalone
    s2sad show shot.py:distance --argnums angle,speed --value --standalone -o shot_grad.py
"""

import math


def distance(angle: float, speed: float, drag: float = 0.01, dt: float = 0.01) -> float:
    """Where the ball comes down; the last step ends on the ground exactly."""
    x = 0.0
    y = 0.0
    vx = speed * math.cos(angle)
    vy = speed * math.sin(angle)
    while True:
        v = math.sqrt(vx * vx + vy * vy)
        vx = vx - dt * drag * v * vx
        vy = vy - dt * (9.81 + drag * v * vy)
        if y + dt * vy < 0.0:
            return x - y / vy * vx
        x = x + dt * vx
        y = y + dt * vy
