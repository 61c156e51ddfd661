"""Conditions: `if`, conditional expressions, boolean operators, `match`."""

import math

from .cases import case


def if_else(x):
    if x > 1.0:
        y = x * x
    else:
        y = math.sin(x)
    return y * x


case(if_else, [(1.5,), (0.5,)])


def if_without_else(x):
    y = x
    if x < 0:
        y = y * y * x
    return y * 2 + x**2


case(if_without_else, [(1.5,), (-0.5,)])


def elif_chain(x):
    if x < -1:
        y = x**3
    elif x < 0:
        y = math.exp(x)
    elif x < 1:
        y = math.cos(x)
    else:
        y = 1.0 / x
    return y + x * x


case(elif_chain, [(-1.5,), (-0.5,), (0.5,), (1.5,)])


def nested_branches(x, y):
    if x > 0:
        if y > 0:
            z = x * y
        else:
            z = x - y
            if x > 1:
                z = z * z
    else:
        z = math.exp(x) * y
    return z * z


case(nested_branches, [(0.5, 1.0), (0.5, -1.0), (1.5, -1.0), (-0.5, 2.0)], argnums=(0, 1))


def overwritten_in_both(x):
    y = x * x
    if y > 1:
        y = y * x
        y = y + 1
    else:
        y = math.sin(y)
    y = y * y
    return y


case(overwritten_in_both, [(1.5,), (0.5,)])


def condition_variable_changes(x):
    if x > 0:
        x = x - 3.0
    if x > 0:
        x = x * 2
    else:
        x = x * x
    return x


case(condition_variable_changes, [(4.5,), (1.0,), (-1.0,)])


def defined_in_one_branch(x):
    if x > 0:
        extra = x * x
    y = x * 3
    if x > 0:
        y = y + extra
    return y * x


case(defined_in_one_branch, [(1.5,), (-0.5,)])


def defined_in_one_branch_of_a_loop(x):
    total = 0.0
    for i in range(4):
        if i == 1:
            found = x * x
        if i >= 1:
            total += found * i
    return total


case(defined_in_one_branch_of_a_loop, [(1.5,), (-0.5,)])


def empty_branch(x):
    y = x * x
    if x > 0:
        pass
    else:
        y = y * x
    return y


case(empty_branch, [(1.5,), (-0.5,)])


def conditional_expression(x):
    return x * x if x > 0 else math.exp(x)


case(conditional_expression, [(1.5,), (-0.5,)])


def nested_conditional_expressions(x):
    y = (x * 2 if x > 1 else x * x) if x > 0 else (math.sin(x) if x > -1 else -x)
    return y * (1.0 if y > 0.5 else x)


case(nested_conditional_expressions, [(1.5,), (0.9,), (-0.5,), (-1.5,)])


def conditional_guards_evaluation(x):
    return math.log(x) if x > 0 else x * x


case(conditional_guards_evaluation, [(1.5,), (-0.5,)])


def or_returns_operand(x, y):
    a = x or y
    b = 0.0 or y
    return a * b


case(or_returns_operand, [(1.5, 2.0), (-0.5, 0.7)], argnums=1)


def and_returns_operand(x, y):
    a = x and y * x
    b = y and x and 2.0 * y
    return a + b


case(and_returns_operand, [(1.5, 2.0), (-0.5, 0.7)], argnums=(0, 1))


def short_circuit_guards(x):
    y = 2.0
    if x > 0 and math.log(x) > 0.1:
        y = x * x
    if x <= 0 or math.sqrt(x) < 0.5:
        y = y * x
    return y * x


case(short_circuit_guards, [(1.5,), (0.1,), (-0.5,)])


def default_by_or(x, scale=None):
    scale = scale or 2.0 * x
    return scale * x


case(default_by_or, [(1.5,), (1.5, 3.0)])


def walrus_behind_and(x):
    y = 1.0
    if x > 0 and (y := math.sqrt(x)) > 1.0:
        return y * x
    return y + x * x


case(walrus_behind_and, [(2.0,), (0.5,), (-1.0,)])


def not_and_chained_comparison(x):
    if not 0 < x < 2:
        y = x * x
    elif not (x > 1):
        y = x
    else:
        y = x**3
    if 0.1 < y <= 10 != x:
        y = y * 2
    return y


case(not_and_chained_comparison, [(-1.5,), (0.5,), (1.5,), (3.5,)])


def comparison_as_number(x):
    return (x > 0) * x * x + (x <= 0) * math.exp(x) + True


case(comparison_as_number, [(1.5,), (-0.5,)])


def identity_and_membership(x, mode=None, allowed=("square", "cube")):
    if mode is None:
        y = x
    elif mode in allowed and mode is not None:
        y = x * x
    else:
        y = x**3
    if mode not in allowed:
        y = y * 2
    return y * x


case(identity_and_membership, [(1.5,), (1.5, "square"), (0.5, "other")])


def isinstance_branch(x):
    if isinstance(x, float) and type(x) is float:
        return x * x
    return x * 0.0


case(isinstance_branch, [(1.5,), (-0.5,)])


def truthiness(x, items):
    y = x
    if items:
        y = y * items[0]
    while items and y < 100.0:
        items = items[1:]
        y = y * (len(items) + x)
    return y


case(truthiness, [(1.5, []), (0.7, [2.0, 3.0, 4.0])])


def match_literal(x, mode):
    match mode:
        case "square":
            y = x * x
        case "sine" | "sin":
            y = math.sin(x)
        case 3:
            y = x**3
        case None:
            y = 2 * x
        case _:
            y = math.exp(x)
    return y * x


case(match_literal, [(0.7, "square"), (0.7, "sin"), (0.7, 3), (0.7, None), (0.7, "?")])


def match_sequence(x, points):
    total = x * 0
    for point in points:
        match point:
            case (a, b):
                total = total + a * x + b
            case (a, b, *rest) if len(rest) > 1:
                total = total * x + a * b + sum(rest)
            case [a]:
                total = total * a + x * x
            case _:
                return total * x
    return total


case(match_sequence, [(0.7, [(1, 2.0), [3.0], (1, 2, 3, 4)]), (0.7, [(1, 2.0), ()]), (0.3, [])])


def match_active_values(x, y):
    match (x * y, x + y):
        case (a, b) if a > b:
            return a * a
        case (a, b):
            return b * b * a


case(match_active_values, [(3.0, 4.0), (0.5, 0.7)], argnums=(0, 1))


def match_mapping(x, request):
    match request:
        case {"op": "scale", "by": k}:
            return x * k * x
        case {"op": op, **rest} if rest:
            return x**3 + len(rest)
        case {}:
            return math.sin(x)


case(match_mapping, [(0.7, {"op": "scale", "by": 2.0}), (0.7, {"op": "?", "a": 1}), (0.7, {})])


def match_on_value_of_active(x):
    y = x * x
    match y > 1.0:
        case True:
            y = y * x
        case False:
            y = y + x
    return y


case(match_on_value_of_active, [(1.7,), (0.7,)])
