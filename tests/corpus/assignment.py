"""Every way to bind a name."""

import math

from .cases import case


def tuple_assignment(x, y):
    a, b = x * y, x + y
    (c, d) = math.sin(a), b * b
    return c * d


case(tuple_assignment, [(0.5, 1.5), (-1.0, 0.3)], argnums=(0, 1))


def swap(x, y):
    a, b = x, y * y
    a, b = b, a
    return a * a * b


case(swap, [(0.5, 1.5), (-1.0, 0.3)], argnums=(0, 1))


def swap_in_a_loop(x, y, n):
    a, b = x, y
    for _ in range(n):
        a, b = b, a * b + 0.5
    return a + 2 * b


case(swap_in_a_loop, [(0.5, 1.5, 0), (0.5, 1.1, 5)], argnums=(0, 1))


def rotate_three(x, y, z):
    for _ in range(4):
        x, y, z = y, z, 0.5 * x * y
    return x + y * z


case(rotate_three, [(0.5, 1.5, -0.7)], argnums=(0, 1, 2))


def nested_targets(x, y):
    (a, b), [c, (d, e)] = (x, y), [x * y, (x + 1, y - 1)]
    return a * b + c * d * e


case(nested_targets, [(0.5, 1.5), (-1.0, 0.3)], argnums=(0, 1))


def starred_targets(x, y):
    first, *rest = [x * x, y * x, y + x, y]
    *init, last = rest
    return first * last + init[0] * init[1] + len(init)


case(starred_targets, [(0.5, 1.5), (-1.0, 0.3)], argnums=(0, 1))


def starred_in_the_middle(x):
    a, *middle, z = x, x * 2, x**2, x**3
    return a * z + middle[0] * middle[-1]


case(starred_in_the_middle, [(1.5,), (-0.4,)])


def chained_assignment(x):
    a = b = x * x
    c = d = a + b
    c = c * 2
    return a * b + c * d


case(chained_assignment, [(1.5,), (-0.4,)])


def chained_with_tuple(x, y):
    pair = a, b = x * y, x - y
    return pair[0] * b + pair[1] * a


case(chained_with_tuple, [(1.5, 0.2), (-0.4, 2.0)], argnums=(0, 1))


def augmented(x, y):
    a = x
    a += y
    a -= 0.5 * x
    a *= a
    a /= 2.0 + y * y
    a **= 2
    return a


case(augmented, [(1.5, 0.2), (-0.4, 2.0)], argnums=(0, 1))


def augmented_floor_modulo(x):
    a = x * 3.0
    a %= 2.0
    b = x * x
    b //= 1.0
    return a * a + b * a


case(augmented_floor_modulo, [(1.5,), (0.45,)])


def annotated_assignment(x):
    a: float = x * x
    b: float
    b = a + x
    c: "float" = b * a
    return c


case(annotated_assignment, [(1.5,), (-0.4,)])


def walrus(x):
    if (y := x * x) > 1.0:
        return y * 3
    return (z := y + 1) * z


case(walrus, [(1.5,), (-0.4,)])


def walrus_in_expression(x):
    return (a := math.sin(x)) * a + (b := a * x) / (2 + b**2)


case(walrus_in_expression, [(1.5,), (-0.4,)])


def walrus_in_while(x):
    n = 0
    while (y := x * 0.5**n) > 0.3:
        n += 1
    return y * y + n


case(walrus_in_while, [(2.0,), (0.1,), (9.0,)])


def reassigned_parameter(x):
    x = x * x
    x = math.sin(x)
    x = x + 1
    return x * x


case(reassigned_parameter, [(0.8,), (-1.4,)])


def self_overwriting(v):
    v = v * v
    v = v * v
    return v


case(self_overwriting, [(1.3,), (-0.7,)])


def unused_and_dead(x):
    a = x * 3
    b = a * a
    a = math.cos(x)
    del b
    _ = math.exp(a)
    return a * x


case(unused_and_dead, [(0.8,), (-1.4,)])


def deleted_and_bound_again(x):
    y = x * x
    z = y + 1
    del y
    y = z * x
    del z
    return y


case(deleted_and_bound_again, [(0.8,), (-1.4,)])


def user_names_that_look_generated(x, y):
    x_bar = x * y
    y_bar = x_bar + x
    y_stash = y_bar * y_bar
    out_bar = y_stash * x_bar
    branch = out_bar + 1.0
    t_bar = branch * x
    for i in range(2):
        y_stash = y_stash * 0.5 + t_bar
        branch = y_stash * x_bar
    return branch + y_stash


case(user_names_that_look_generated, [(0.8, 0.5), (-1.4, 1.1)], argnums=(0, 1))


def user_names_of_builtins(x):
    list = x * 2
    range = list * x
    len = range + 1
    sum = 0.0
    for reversed in (1, 2, 3):
        sum += len * reversed * list
    return sum


case(user_names_of_builtins, [(0.8,), (-1.4,)])


def user_names_of_modules(np, math):
    s2sad = np * math
    runtime = s2sad + np
    return runtime * s2sad


case(user_names_of_modules, [(0.8, 0.5), (-1.4, 1.1)], argnums=("np", "math"))


def one_letter_greek(α, β):
    Δ = α * β
    return Δ**2 + α


case(one_letter_greek, [(0.8, 0.5)], argnums=("α", "β"))
