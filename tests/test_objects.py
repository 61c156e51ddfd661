"""Objects: made of active values, with computed attributes, called, inherited from."""

import functools
import operator
from collections import namedtuple
from dataclasses import InitVar, dataclass, field
from typing import NamedTuple

import numpy as np
import pytest
from numeric import assert_close_tree, assert_identical, central_difference

import s2sad
from s2sad.errors import NotDifferentiable


@dataclass
class Spring:
    stiffness: float
    length: float = 0.5

    @property
    def softness(self):
        return 1.0 / self.stiffness

    @property
    def compliance(self):  # a property of properties
        return self.softness * self.length

    @functools.cached_property
    def reach(self):
        return self.length**2 * self.stiffness

    def energy(self, x):
        return 0.5 * self.stiffness * (x - self.length) ** 2


class Damped(Spring):
    def energy(self, x):
        return super().energy(x) * self.stiffness + super(Damped, self).energy(2.0)


@dataclass(frozen=True, slots=True)
class Layer:
    weights: np.ndarray
    bias: float
    name: str = "layer"

    def __call__(self, x):
        return np.sum(self.weights * x) + self.bias


@dataclass(kw_only=True)
class Network:
    layers: list = field(default_factory=list)
    scale: float = 2.0


class Point(NamedTuple):
    x: float
    y: float = 1.5

    @property
    def norm(self):
        return self.x**2 + self.y**2


Pair = namedtuple("Pair", "a b")


class Named(Pair):
    __slots__ = ()

    @property
    def product(self):
        return self.a * self.b


class Plain:
    rate = 0.3

    def __init__(self, weight):
        self.weight = weight

    @property
    def square(self):
        return self.weight**2 * self.rate

    def __call__(self, x):
        return self.weight * x * x


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


class Magic:
    def __init__(self, weight):
        self.weight = weight

    def __getattr__(self, name):
        if name == "tripled":
            return 3.0 * self.weight
        raise AttributeError(name)


class Descriptor:
    def __get__(self, instance, owner):
        return instance.weight * 2.0 if instance is not None else self


class Described:
    doubled = Descriptor()

    def __init__(self, weight):
        self.weight = weight


CASES = []


def checked(*inputs, argnums=0):
    def register(function):
        for i, args in enumerate(inputs):
            CASES.append(pytest.param(function, args, argnums, id=f"{function.__name__}-{i}"))
        return function

    return register


# -- computed attributes ---------------------------------------------------------------------------


@checked((Spring(2.0),))
def a_property(spring):
    return spring.softness * spring.length**2


@checked((Spring(2.0),), (Damped(1.5, 0.2),))
def properties_of_properties(spring):
    return spring.compliance * spring.softness + spring.length


@checked(([Spring(2.0), Spring(0.7, 1.1)], 0.3), argnums=(0, 1))
def properties_in_a_loop(springs, x):
    total = x
    for spring in springs:
        total = total * spring.softness + spring.compliance
    return total


@checked(({"p": Point(0.7, 1.2)},), ({"p": Point(0.3)},))
def property_of_a_named_tuple(d):
    p = d["p"]
    x, y = p
    return p.norm * p.x * y + p[1] * p.norm


@checked((Named(0.5, 2.0),))
def property_of_a_subclass(p):
    return p.product**2 * p.a


@checked((Plain(0.7),))
def property_and_class_constant(model):
    return model.square + model.weight * model.rate


@checked((Slotted(0.7, 1.2),))
def slots(s):
    return s.a * s.b**2


@checked((Spring(2.0), "stiffness"), (Spring(2.0), "softness"))
def attribute_by_name(spring, name):
    return getattr(spring, name) ** 2 * getattr(spring, "length") + getattr(spring, "missing", 3.0)


def slope(spring):
    return spring.softness * 2.0


@checked((Spring(2.0),))
def property_in_a_helper(spring):
    return slope(spring) * spring.length


# -- objects that are made -------------------------------------------------------------------------


@checked((0.7, 1.2), argnums=(0, 1))
def a_dataclass_made(x, y):
    spring = Spring(x * y, length=x + y)
    return spring.stiffness * spring.length + spring.energy(x)


@checked((0.7, 1.2), argnums=(0, 1))
def default_of_a_field(x, y):
    spring = Spring(x)
    return spring.stiffness * spring.length * y + spring.compliance


@checked((0.7, 1.2), argnums=(0, 1))
def a_named_tuple_made(x, y):
    p = Point(x * y, y=x + y)
    q = Pair(p, x)
    return p.norm * p[0] + q.a.y * q.b + Named(x, b=y).product


@checked((np.array([0.7, 1.2]), 0.4), argnums=(0, 1))
def frozen_and_nested(w, x):
    network = Network(layers=[Layer(w * x, x), Layer(w**2, bias=1.0)])
    total = 1.0
    for layer in network.layers:
        total = total * np.sum(layer.weights) + layer.bias
    return total * network.scale


@checked((0.7, 3), (0.7, 0))
def made_in_a_loop(x, n):
    spring = Spring(x, 1.0)
    for _ in range(n):
        spring = Spring(spring.stiffness * x, spring.length + spring.softness)
    return spring.length * spring.stiffness


@checked((0.7, True), (0.7, False))
def made_in_a_branch(x, long):
    if long:
        p = Point(x, x * x)
    else:
        p = Point(x)
    return p.x * p.y


@checked(([0.7, 1.2],), ((0.3, 0.4),))
def made_of_a_sequence(values):
    p = Point(*values)
    points = list(map(Point, values, reversed(values)))
    return p.x * p.y + sum(q.norm for q in points) + Spring(**{"stiffness": values[0]}).softness


def middle(kind, a, b):
    return kind((a.x + b.x) / 2, (a.y + b.y) / 2)


@checked((Point(0.7, 1.2), Point(-0.3, 0.4)), argnums=(0, 1))
def class_passed_on(a, b):
    return middle(Point, a, b).norm * a.x


def scaled(p, factor):
    return Point(p.x * factor, p.y * factor)


@checked((0.7, Point(0.5, 2.0)), argnums=(0, 1))
def returned_by_a_helper(factor, p):
    q = scaled(scaled(p, factor), 2.0)
    return q.norm + q.x


@checked((0.7,))
def fields_that_are_not_numbers(x):
    layer = Layer(np.array([1.0, 2.0]), x, name=f"at {x}")
    return layer.bias**2 * len(layer.name.split())


# -- methods ---------------------------------------------------------------------------------------


@checked((Damped(2.0, 0.4), 0.7), argnums=(0, 1))
def inherited_methods(spring, x):
    return spring.energy(x) * x


@checked((0.7,))
def inherited_methods_of_a_made_object(x):
    return Damped(x, x * x).energy(3.0)


@checked((Plain(1.5), 0.7), argnums=(0, 1))
def an_object_that_is_called(model, x):
    return model(x) * model(x + 1.0)


@checked((Spring(2.0), 0.7), argnums=(0, 1))
def a_bound_method_kept(spring, x):
    energy = spring.energy
    return energy(x) * energy(2.0) + sum(map(spring.energy, [x, 1.0]))


@checked(([Spring(2.0), Spring(0.7, 1.1)], 0.3), argnums=(0, 1))
def getters_of_objects(springs, x):
    stiffest = max(springs, key=operator.attrgetter("stiffness"))
    both = operator.attrgetter("stiffness", "length")(springs[1])
    energies = list(map(operator.methodcaller("energy", 0.3), springs))
    return (
        sum(map(operator.attrgetter("length"), springs)) * stiffest.energy(x) + both[0] * both[1] + energies[0] * energies[1]
    )


@pytest.mark.parametrize(("function", "args", "argnums"), CASES)
def test_gradient(function, args, argnums):
    value, gradient = s2sad.value_and_grad(function, argnums=argnums)(*args)
    assert_identical(value, function(*args))
    assert_close_tree(gradient, central_difference(function, args, argnums), 1e-6, 1e-7)


def test_cached_property():
    def f(spring):
        return spring.reach * spring.length + spring.reach

    spring = Spring(2.0)
    for _ in range(2):  # the second time it is cached
        gradient = s2sad.grad(f)(spring)
        assert gradient == Spring(0.5**3 + 0.5**2, 2.0 * (3 * 0.25 + 2 * 0.5))
        assert vars(gradient).keys() == {"stiffness", "length"}


# -- refusals --------------------------------------------------------------------------------------


@dataclass
class Normalised:
    x: float

    def __post_init__(self):
        self.x = self.x / 2


@dataclass
class WithInit:
    x: float

    def __init__(self, x):
        self.x = 2 * x


@dataclass
class WithInitVar:
    x: float
    y: InitVar[float]


class Guarded(Pair):
    def __new__(cls, a, b):
        return super().__new__(cls, 2 * a, b)


class Derived(Spring):
    def __init__(self, stiffness):
        super().__init__(stiffness**2, 1.0)


class Meta(type):
    def __call__(cls, x):
        return super().__call__(x**2)


@dataclass
class Made(metaclass=Meta):
    x: float


@dataclass
class Squaring:
    x: float

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value**2)


@pytest.mark.parametrize(
    ("cls", "why"),
    [
        (Normalised, "a __post_init__"), (WithInit, "an __init__ of its own"),
        (Derived, "an __init__ of its own"), (Plain, "neither a dataclass"),
        (Made, "metaclass"), (Squaring, "a __setattr__ of its own"),
    ],
)  # fmt: skip
def test_classes_that_compute_are_refused(cls, why):
    def f(x):
        return cls(x).x

    with pytest.raises(NotDifferentiable, match=rf"{cls.__qualname__}, [\s\S]*{why}[\s\S]*hint: use a dataclass"):
        s2sad.grad(f)(1.5)


@pytest.mark.parametrize(("cls", "why"), [(Guarded, "a __new__"), (WithInitVar, "not fields")])
def test_classes_of_two_that_compute_are_refused(cls, why):
    def f(x):
        return cls(x, x)[0]

    with pytest.raises(NotDifferentiable, match=why):
        s2sad.grad(f)(1.5)


@pytest.mark.parametrize(
    ("owner", "name", "why"),
    [(Magic(0.7), "tripled", "by __getattr__"), (Described(0.7), "doubled", "by a descriptor")],
)
def test_attributes_that_nobody_knows_how_to_differentiate(owner, name, why):
    functions = {"tripled": lambda m: m.tripled * m.weight, "doubled": lambda m: m.doubled * m.weight}
    with pytest.raises(NotDifferentiable, match=rf"{name}, which is made {why}[\s\S]*hint: store {name}"):
        s2sad.grad(functions[name])(owner)


class Inherited(Spring):
    @property
    def softness(self):
        return super().softness * self.length


def test_an_inherited_property_is_refused():
    with pytest.raises(NotDifferentiable, match=r"more than a method[\s\S]*hint"):
        s2sad.grad(a_property)(Inherited(2.0))


def test_a_property_of_a_property_has_no_silent_second_derivative():
    def f(spring):
        return spring.softness * spring.length

    def g(spring):
        return s2sad.grad(f)(spring).stiffness

    with pytest.raises(TypeError, match=r"softness, which is computed[\s\S]*make softness a method"):
        s2sad.grad(g)(Spring(2.0))
