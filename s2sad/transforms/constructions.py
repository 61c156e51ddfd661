"""Objects made of active values: where each argument of a constructor lives in the object.

Handled are the classes whose constructor stores its arguments and does nothing else: dataclasses, named
tuples and `functools.partial`. Any other may compute what it likes.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from typing import Any

import gast

from s2sad import nodes
from s2sad.nodes import Expr
from s2sad.runtime import ObjectBar

_BINARY = ("add", "sub", "mul", "truediv", "matmul", "pow", "mod")
_OPERATORS = {f"__{r}{name}__" for name in _BINARY for r in ("", "r")} | {"__neg__", "__pos__", "__abs__", "__getitem__"}
Part = tuple[Expr, Expr]  # an operand, and its place in the object, whose name is that of the target


class NotStored(Exception):
    """Why a constructor is not known to store its arguments."""


def parts(cls: type, call: gast.Call, target: str) -> tuple[Part, ...]:
    """The operands of a constructor call with their places in the object, or `NotStored`."""
    if nodes.has_stars(call):
        raise NotStored("with * or **")
    if cls is functools.partial:
        return tuple(_partial(call, target))
    if cls is ObjectBar:  # in emitted code
        return tuple((k.value, gast.Attribute(nodes.load(target), k.arg, gast.Load())) for k in call.keywords)
    fields = _fields(cls)
    try:
        bound = inspect.signature(cls).bind(*call.args, **{k.arg: k.value for k in call.keywords})
    except TypeError as error:
        raise NotStored(f"and cannot be called like this: {error}") from error
    owner = nodes.load(target)
    if issubclass(cls, tuple):
        return tuple((v, nodes.subscript(owner, nodes.const(fields.index(n)))) for n, v in bound.arguments.items())
    return tuple((v, gast.Attribute(owner, n, gast.Load())) for n, v in bound.arguments.items())


def _partial(call: gast.Call, target: str) -> list[Part]:
    function, *args = call.args
    owner = nodes.load(target)
    held = gast.Attribute(owner, "args", gast.Load())
    options = gast.Attribute(owner, "keywords", gast.Load())
    found: list[Part] = [(function, gast.Attribute(owner, "func", gast.Load()))]
    found += [(a, nodes.subscript(held, nodes.const(i))) for i, a in enumerate(args)]
    return found + [(k.value, nodes.subscript(options, nodes.const(k.arg))) for k in call.keywords]


def computes(cls: type) -> bool:
    """Has a class attributes that are computed when they are read, or operators of its own?"""
    if cls is ObjectBar:
        return False
    kinds = (property, functools.cached_property, types.FunctionType)
    members = [m for base in cls.__mro__ for m in vars(base).items() if base is not object]
    own = any(
        isinstance(m, kinds) and (n in _OPERATORS or not (n.startswith("__") and n.endswith("__"))) for n, m in members
    )
    return own or hasattr(cls, "__getattr__")


def _fields(cls: type) -> list[str]:
    if type(cls).__call__ is not type.__call__:
        raise NotStored("whose metaclass does something of its own")
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        maker = _owner(cls, "__new__")
        if "_fields" not in vars(maker) or _owner(cls, "__init__") is not object:
            raise NotStored("which has a __new__ or __init__ of its own")
        return list(cls._fields)
    if not dataclasses.is_dataclass(cls):
        raise NotStored("which is neither a dataclass nor a named tuple")
    maker = _owner(cls, "__init__")
    options = vars(maker).get("__dataclass_params__")
    code = getattr(vars(maker)["__init__"], "__code__", None)
    if options is None or code is None or not code.co_qualname.startswith("__create_fn__."):
        raise NotStored("which has an __init__ of its own")
    if hasattr(cls, "__post_init__"):
        raise NotStored("which has a __post_init__")
    if _owner(cls, "__new__") not in (object, *_known_makers()):
        raise NotStored("which has a __new__ of its own")
    if _owner(cls, "__setattr__") is not object and not options.frozen:
        raise NotStored("which has a __setattr__ of its own")
    names = [f.name for f in dataclasses.fields(maker) if f.init]
    if set(inspect.signature(cls).parameters) != set(names):
        raise NotStored("which has arguments that are not fields")
    for name in names:
        member = inspect.getattr_static(cls, name, None)
        if hasattr(type(member), "__set__") and not isinstance(member, types.MemberDescriptorType):
            raise NotStored(f"whose field {name} is a descriptor")
    return names


def _known_makers() -> tuple[Any, ...]:
    from typing import Generic, Protocol

    return Generic, Protocol


def _owner(cls: type, name: str) -> type:
    """The class that defines a member."""
    return next(base for base in cls.__mro__ if name in vars(base))
