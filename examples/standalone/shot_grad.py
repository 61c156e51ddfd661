"""Value and gradient of distance (shot.py) with respect to angle, speed.

Written by s2sad 0.1.0; runs without it.
"""

import math


def distance_value_and_grad(angle, speed, drag=0.01, dt=0.01, *, out_bar=1.0):
    """Value and gradient of distance with respect to angle, speed (reverse mode)."""
    branch_stash = []
    vx_stash = []
    t_11_stash = []
    vy_stash = []
    vy_stash_1 = []
    vx_stash_1 = []
    v_stash = []
    x = 0.0
    y = 0.0
    t = math.cos(angle)
    vx = speed * t
    t_1 = math.sin(angle)
    vy = speed * t_1
    trips = 0
    while True:
        trips += 1
        vx_stash_1.append(vx)
        t_2 = vx * vx
        vy_stash_1.append(vy)
        v = math.sqrt(t_2 + vy * vy)
        v_stash.append(v)
        vx = vx - dt * drag * v * vx
        vy = vy - dt * (9.81 + drag * v * vy)
        branch = y + dt * vy < 0.0
        branch_stash.append(branch)
        if branch:
            vy_stash.append(vy)
            t_11 = y / vy
            t_11_stash.append(t_11)
            vx_stash.append(vx)
            out = x - t_11 * vx
            break
        x = x + dt * vx
        y = y + dt * vy
    vx_bar = 0.0
    vy_bar = 0.0
    x_bar = 0.0
    y_bar = 0.0
    for _ in range(trips):
        if branch_stash.pop():
            # return x - y / vy * vx
            x_bar += out_bar
            t_12_bar = -out_bar
            vx = vx_stash.pop()
            t_11 = t_11_stash.pop()
            t_11_bar = t_12_bar * vx
            vx_bar += t_12_bar * t_11
            vy = vy_stash.pop()
            y_bar += t_11_bar / vy
            vy_bar -= t_11_bar * t_11 / vy
            out_bar = 0.0
        else:
            # y = y + dt * vy
            vy_bar += y_bar * dt
            # x = x + dt * vx
            vx_bar += x_bar * dt
        # vy = vy - dt * (9.81 + drag * v * vy)
        t_8_bar = -vy_bar * dt
        vy = vy_stash_1.pop()
        v = v_stash.pop()
        vy_bar += t_8_bar * (drag * v)
        v_bar = t_8_bar * vy * drag
        # vx = vx - dt * drag * v * vx
        t_6_bar = -vx_bar
        vx = vx_stash_1.pop()
        vx_bar += t_6_bar * (dt * drag * v)
        v_bar += t_6_bar * vx * dt * drag
        # v = math.sqrt(vx * vx + vy * vy)
        t_3_bar = v_bar * (0.5 / v if v else math.inf)
        vy_bar += 2.0 * t_3_bar * vy
        vx_bar += 2.0 * t_3_bar * vx
    # vy = speed * math.sin(angle)
    speed_bar = vy_bar * t_1
    angle_bar = vy_bar * speed * math.cos(angle)
    # vx = speed * math.cos(angle)
    speed_bar += vx_bar * t
    angle_bar -= vx_bar * speed * math.sin(angle)
    return out, (angle_bar, speed_bar)
