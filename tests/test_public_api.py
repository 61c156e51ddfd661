"""The public names and their signatures: a change here is a change for everyone."""

import importlib
import inspect
import re
from importlib import metadata

import pytest

import s2sad

_TRANSFORM = "(fun: 'Callable[..., Any] | None' = None, argnums: 'Argnums' = 0, *, has_aux: 'bool' = False)"
_WORD = "(*functions: 'Any', at: 'Iterable[Any]' = ()) -> 'Callable[[F], F]'"
SIGNATURES = {
    "grad": f"{_TRANSFORM} -> 'Any'",
    "value_and_grad": f"{_TRANSFORM} -> 'Any'",
    "vjp": (
        "(fun: 'Callable[..., Any]', *args: 'Any', argnums: 'Argnums | None' = None, "
        "has_aux: 'bool' = False, **kwargs: 'Any') -> 'Any'"
    ),
    "source": "(derivative: 'Any') -> 'str'",
    **dict.fromkeys(("elementwise", "linear", "rule"), _WORD),
    "nondifferentiable": "(*functions: 'Any') -> 'None'",
    "stop_gradient": "(x: 'Any') -> 'Any'",
}

ERRORS = {
    "S2SADError": "Exception",
    "InvalidArgument": "S2SADError",
    "NotDifferentiable": "S2SADError",
    "InPlaceError": "S2SADError",
    "RuleError": "S2SADError",
    "SourceNotFound": "S2SADError",
    "UnsupportedSyntax": "S2SADError",
}

DERIVATIVE = {"source", "vjp"}  # the public attributes of what grad() returns


def test_names():
    assert sorted(s2sad.__all__) == sorted([*SIGNATURES, *ERRORS])
    assert all(hasattr(s2sad, name) for name in s2sad.__all__)
    public = {n for n, v in vars(s2sad).items() if not n.startswith("_") and not inspect.ismodule(v)}
    assert public == set(s2sad.__all__)


@pytest.mark.parametrize(("name", "signature"), SIGNATURES.items())
def test_signatures(name, signature):
    assert str(inspect.signature(getattr(s2sad, name))) == signature


@pytest.mark.parametrize("name", SIGNATURES)
def test_docstrings(name):
    assert len(inspect.getdoc(getattr(s2sad, name)).splitlines()[0]) > 10


@pytest.mark.parametrize(("name", "base"), ERRORS.items())
def test_errors(name, base):
    error = getattr(s2sad, name)
    assert [b.__name__ for b in error.__bases__][0] == base
    assert issubclass(error, s2sad.S2SADError) and error.__doc__


def test_what_derivative_functions_offer():
    derivative = type(s2sad.grad(lambda x: x))
    assert {name for name in vars(derivative) if not name.startswith("_")} == DERIVATIVE


def test_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", s2sad.__version__)
    try:
        installed = metadata.version("s2sad")
    except metadata.PackageNotFoundError:
        return  # run from a checkout
    assert installed == s2sad.__version__


@pytest.mark.parametrize("module", ["s2sad.testing", "s2sad.runtime", "s2sad.errors", "s2sad.cli", "s2sad.api"])
def test_modules(module):
    assert importlib.import_module(module).__doc__


def test_the_package_is_typed():
    from importlib.resources import files

    assert (files("s2sad") / "py.typed").is_file()
