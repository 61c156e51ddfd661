"""Objects: methods, attributes, dataclasses, namedtuples, properties."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .cases import case


@dataclass
class Spring:
    stiffness: float
    length: float

    def energy(self, x):
        return 0.5 * self.stiffness * (x - self.length) ** 2

    @property
    def softness(self):
        return 1.0 / self.stiffness


@dataclass(frozen=True)
class Layer:
    weights: np.ndarray
    bias: np.ndarray


@dataclass
class Network:
    layers: list
    scale: float


class Point(NamedTuple):
    x: float
    y: float

    def norm_squared(self):
        return self.x**2 + self.y**2


class Plain:
    """An ordinary object, seen as it is, not differentiated with respect to."""

    rate = 0.3

    def __init__(self, weight):
        self.weight = weight
        self.history = []

    def predict(self, x, power=2):
        return self.weight * x**power + self.helper(x)

    def helper(self, x):
        return math.sin(x) * self.rate

    @staticmethod
    def stretch(x):
        return x * x + 1.0

    @classmethod
    def damp(cls, x):
        return x * cls.rate

    def __call__(self, x):
        return self.weight * x * x


class Derived(Plain):
    rate = 0.7

    def helper(self, x):
        return super().helper(x) * x


def read_attributes(x, spring):
    return spring.stiffness * x * x + spring.length


case(read_attributes, [(0.7, Spring(2.0, 0.5))])
case(read_attributes, [(0.7, Spring(2.0, 0.5))], argnums=(0, 1), name="read_attributes_both")


def method_of_argument(spring, x):
    return spring.energy(x) * spring.energy(2.0)


case(method_of_argument, [(Spring(2.0, 0.5), 0.7)], argnums=1)
case(method_of_argument, [(Spring(2.0, 0.5), 0.7)], argnums=(0, 1), name="method_of_active_object")


def property_of_argument(spring):
    return spring.softness * spring.length**2


case(property_of_argument, [(Spring(2.0, 0.5),)], tags="first-order")


def namedtuple_argument(p):
    x, y = p
    return p.x * y + p[1] * x * x + p.norm_squared()


case(namedtuple_argument, [(Point(0.7, 1.2),)])


def namedtuple_built(x, y):
    p = Point(x * y, y=x + y)
    return p.x * p.y + p[0]


case(namedtuple_built, [(0.7, 1.2)], argnums=(0, 1))


def list_of_dataclasses(springs, x):
    total = 0.0
    for spring in springs:
        total += spring.stiffness * (x - spring.length) ** 2
    return total


case(list_of_dataclasses, [([Spring(2.0, 0.5), Spring(1.0, -0.3)], 0.7)], argnums=(0, 1))


def nested_dataclasses(network, v):
    for layer in network.layers:
        v = np.tanh(v @ layer.weights + layer.bias)
    return np.sum(v) * network.scale


NETWORK = Network(
    [
        Layer(np.array([[0.1, 0.4], [-0.3, 0.2]]), np.array([0.1, 0.0])),
        Layer(np.array([[0.5], [-0.6]]), np.array([0.2])),
    ],
    1.5,
)

case(nested_dataclasses, [(NETWORK, np.array([0.7, -0.2]))])
case(nested_dataclasses, [(NETWORK, np.array([0.7, -0.2]))], argnums="v", name="nested_dataclasses_data")


def methods_of_plain_object(x, model):
    return model.predict(x) * model.predict(x, power=3) + model.helper(x)


case(methods_of_plain_object, [(0.7, Plain(1.5)), (0.7, Derived(1.5))])


def static_and_class_methods(x, model):
    return model.stretch(x) * Plain.stretch(x) + model.damp(x) * Derived.damp(x)


case(static_and_class_methods, [(0.7, Plain(1.5)), (0.7, Derived(1.5))])


def callable_object(x, model):
    return model(x) * model(x + 1)


case(callable_object, [(0.7, Plain(1.5))])

case(Plain(1.5).predict, [(0.7,), (-0.4, 3)], name="bound_method_given_directly")
case(Plain.stretch, [(0.7,)], name="static_method_given_directly")
case(Derived.damp, [(0.7,)], name="class_method_given_directly")
case(Plain(1.5), [(0.7,)], name="callable_given_directly")


def plain_object_in_a_loop(x, models):
    y = x
    for model in models:
        y = model.predict(y) * 0.5
    return y


case(plain_object_in_a_loop, [(0.7, [Plain(1.5), Derived(0.3), Plain(-0.2)]), (0.7, [])])


def inactive_attributes_are_written(x, model):
    log = Plain(0)
    log.name = "run"
    log.history.append(model.weight)
    return x * x * model.weight + len(log.history)


case(inactive_attributes_are_written, [(0.7, Plain(1.5))])


def methods_of_numbers(x):
    return x.conjugate() * x.real * 2.0 + (0.0 if x.is_integer() else x)


case(methods_of_numbers, [(0.7,), (-1.2,)])


def getattr_by_name(spring, names):
    total = 1.0
    for name in names:
        total = total * getattr(spring, name)
    return total


case(getattr_by_name, [(Spring(2.0, 0.5), ["stiffness", "length", "length"])])


def replaced_fields(stiffness, x):
    spring = Spring(stiffness, 0.5)
    for _ in range(2):
        spring = replace(spring, length=spring.length * x)
    return replace(spring, stiffness=2.0 * stiffness).energy(x) * stiffness


case(replaced_fields, [(2.0, 0.7)], argnums=(0, 1))


def replaced_in_a_named_tuple(x):
    point = Point(x, 2.0)
    point = point._replace(y=point.x * x)
    return point.norm_squared() * point._asdict()["y"]


case(replaced_in_a_named_tuple, [(0.7,)])
