"""Functions to sources: the right one, with its own names, or a clear refusal.

What is found is checked by running it: the tree is compiled, given the real globals and cells, and called.
"""

import __future__

import ast
import copy
import doctest
import functools
import importlib.util
import linecache
import math
import operator
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import types
from pathlib import Path

import gast
import numpy as np
import pytest

from s2sad.errors import (
    InPlaceError,
    InvalidArgument,
    Location,
    NotDifferentiable,
    RuleError,
    S2SADError,
    SourceNotFound,
    UnsupportedSyntax,
    combine,
)
from s2sad.source import files as source_files
from s2sad.source import read, unwrap

ROOT = Path(__file__).parents[1]
HERE = __file__


def rebuild(source):
    """The function that a source describes, made from nothing but the source."""
    factory = ast.parse(f"def factory({', '.join(source.cells)}):\n    pass").body[0]
    (tree,) = gast.gast_to_ast(gast.Module([source.tree], [])).body
    tree.args.defaults, tree.args.kw_defaults = [], [None] * len(tree.args.kwonlyargs)
    factory.body = [tree]
    module = ast.fix_missing_locations(ast.Module([factory], []))
    flags = source.function.__code__.co_flags & __future__.annotations.compiler_flag
    outer = compile(module, "<rebuilt>", "exec", flags=flags, dont_inherit=True).co_consts[0]
    code = next(c for c in outer.co_consts if isinstance(c, types.CodeType) and c.co_name == source.tree.name)
    function = types.FunctionType(code, source.globals, source.name, None, tuple(source.cells[n] for n in code.co_freevars))
    function.__defaults__ = source.function.__defaults__
    function.__kwdefaults__ = source.function.__kwdefaults__
    return function


def agrees(fn, *args, **kwargs):
    """The source of `fn`, once it was seen to compute what `fn` does."""
    source, target = read(fn), unwrap(fn)
    assert rebuild(source)(*target.bound_args, *args, **{**target.bound_kwargs, **kwargs}) == fn(*args, **kwargs)
    return source


def load(path, text):
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def registered(name, text, **namespace):
    """The names that exec'd text defines, its text registered."""
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec"), namespace)
    return namespace


def run(*arguments, code, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        input=textwrap.dedent(code),
        text=True,
        capture_output=True,
        env=environment,
        **options,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- plain functions -----------------------------------------------------------------------------------------


def plain(x: float, /, y=2.0, *rest, scale=3.0, **more):
    """Has everything."""
    return x * y * scale + sum(rest) + len(more)


def test_a_function():
    source = agrees(plain, 5.0, 2.0, 1.0, scale=4.0, other=0)
    assert isinstance(source.tree, gast.FunctionDef)
    assert (source.name, source.qualname, source.module) == ("plain", "plain", __name__)
    assert source.filename == HERE and source.function is plain
    assert source.globals is globals() and source.cells == {}
    assert source.defaults == {"y": 2.0, "scale": 3.0}
    assert source.first_line == plain.__code__.co_firstlineno
    assert source.text.startswith("def plain(x: float, /") and source.text.endswith("+ len(more)\n")
    assert source.line(source.first_line) == source.text.splitlines()[0]
    assert source.line(0) == source.line(10**6) == ""


def test_positions_are_those_of_the_file():
    source = read(plain)
    back = source.tree.body[-1]
    where = source.location(back.value)
    assert where.line == source.first_line + 2 and where.filename == HERE and where.function == "plain"
    assert where.text[where.column :].startswith("x * y * scale")
    assert source.location(gast.Pass()) == source.location(source.tree)


def test_columns_are_characters():
    """äöü moves the byte offset."""
    f = lambda x: "äöü" and x * math.pi
    source = read(f)
    where = source.location(source.tree.body[0].value.values[1])
    assert where.text[where.column :].startswith("x * math.pi")


def test_each_tree_is_its_own():
    first, second = read(plain), read(plain)
    first.tree.body.clear()
    assert second.tree.body and read(plain).tree.body


def decorate(*_):
    return lambda f: f


@decorate(1, lambda x: x)
@decorate(
    2,
)
def decorated(x):
    return x + 1


def test_decorators_are_left_out():
    source = agrees(decorated, 3)
    assert source.tree.decorator_list == []
    assert source.text == "def decorated(x):\n    return x + 1\n"
    assert source.first_line == decorated.__code__.co_firstlineno + 4 == source.tree.lineno


def test_defaults_are_those_of_now():
    def f(a, b=1, *, c=2):
        return a + b + c

    f.__defaults__ = (10, 20)
    f.__kwdefaults__ = None
    assert read(f).defaults == {"a": 10, "b": 20}


def test_redefinitions_of_one_name():
    def f(x):
        return x + 1

    first = f

    def f(x):
        return x + 2

    agrees(first, 1)
    agrees(f, 1)
    if len(sys.argv) < 0:

        def f(x):
            return 0
    else:

        def f(x):
            return x + 3

    assert agrees(f, 1).first_line == f.__code__.co_firstlineno


def test_text_keeps_strings():
    def f(x):
        text = """first
        second
    third"""
        other = f"""{x}
        {x}"""
        return text, other

    source = read(f)
    namespace = {}
    exec(source.text, namespace)
    assert namespace["f"](1) == f(1)


def test_functions_with_assertions():
    def f(x):
        assert x > 0, "positive"
        if x > 1:
            assert isinstance(x, float)
        return [x * y for y in range(3)]

    agrees(f, 2.0)


def test_generators_and_comprehensions():
    def f(n):
        return sum(i * i for i in range(n)) + len({j for j in range(n)})

    agrees(f, 5)


def test_async_is_refused():
    async def f(x):
        return x

    with pytest.raises(UnsupportedSyntax, match="async") as caught:
        read(f)
    assert caught.value.location.text.strip() == "async def f(x):"
    assert caught.value.location.column == 4


# -- closures ------------------------------------------------------------------------------------------------


def test_real_cells():
    scale, later = 2.0, None

    def f(x):
        return scale * x + (later or 0)

    source = agrees(f, 3.0)
    assert dict(zip(f.__code__.co_freevars, f.__closure__)) == source.cells
    assert all(source.cells[n] is c for n, c in zip(f.__code__.co_freevars, f.__closure__))
    assert source.closure_values == {"scale": 2.0, "later": None}
    scale, later = 5.0, 1.0
    assert rebuild(source)(3.0) == 16.0


def test_empty_cells():
    def f(x):
        return missing + x

    source = read(f)
    assert list(source.cells) == ["missing"] and source.closure_values == {}
    missing = 1
    assert source.closure_values == {"missing": 1}


def test_nonlocal():
    count = 0

    def f(x):
        nonlocal count
        count += 1
        return x

    rebuild(read(f))(1.0)
    f(1.0)
    assert count == 2


def test_nested_deeply():
    def outer(a):
        def middle(b):
            return lambda c: a + 10 * b + 100 * c

        return middle

    source = agrees(outer(1)(2), 3)
    assert source.closure_values == {"a": 1, "b": 2}
    assert source.qualname == "test_nested_deeply.<locals>.outer.<locals>.middle.<locals>.<lambda>"


# -- lambdas -------------------------------------------------------------------------------------------------

# fmt: off
on_one_line = [lambda x: x, lambda x: x + 1, lambda y: y, lambda x: x, lambda x: (lambda x: x + 2)(x)]
with_default = lambda x, f=lambda x: x * 3: f(x) + 1
lambda_giver = lambda x: lambda y: x * y
in_call = sorted([3, -1, 2], key=lambda x: -x), (lambda x: -x)
(twice := [lambda x: x * 2, lambda x: x * 2])
over_lines = (lambda x:
    x
    + 1), (lambda
    x: x - 1
)
conditional = (lambda x: x if x > 0 else -x), (lambda x: x if x > 1 else -x), lambda: 1, lambda: None
in_default = lambda x=(lambda: 1, lambda: 2): x[0]() + x[1]()
decorated_by = decorate(lambda x: x)(lambda x: x + 5); after_semicolon = lambda x: x + 6
renamed = lambda x: x + 7
renamed.__name__ = "seven"
in_dict = {"a": lambda x: x + 1, "b": lambda x: x + 2, "c": {"d": lambda x: x + 3}}
# fmt: on


@pytest.mark.parametrize("index", range(5))
def test_lambdas_on_one_line(index):
    source = agrees(on_one_line[index], 7)
    expected = [
        "lambda x: x",
        "lambda x: x + 1",
        "lambda y: y",
        "lambda x: x",
        "lambda x: (lambda x: x + 2)(x)",
    ]
    assert source.text == expected[index]
    assert source.name == source.tree.name == "lambda_fn"


def test_equal_lambdas_are_told_apart():
    first, second = (read(f).tree for f in twice)
    assert first.lineno == second.lineno and first.col_offset < second.col_offset
    assert read(on_one_line[0]).tree.col_offset < read(on_one_line[3]).tree.col_offset


def test_a_lambda_in_a_lambda():
    assert agrees(lambda_giver(4), 5).text == "lambda y: x * y"
    assert read(lambda_giver).text == "lambda x: lambda y: x * y"
    assert agrees(with_default, 2).text.startswith("lambda x, f=lambda")
    assert agrees(with_default.__defaults__[0], 2).text == "lambda x: x * 3"
    assert agrees(in_default).text.endswith("x[0]() + x[1]()")
    assert [agrees(f).text for f in in_default.__defaults__[0]] == ["lambda: 1", "lambda: 2"]


def test_lambdas_over_several_lines():
    first, second = (agrees(f, 5) for f in over_lines)
    assert first.text == "lambda x:\n    x\n    + 1"
    assert second.text == "lambda\n    x: x - 1"
    assert second.first_line == first.first_line + 2


def test_lambdas_everywhere():
    assert agrees(in_call[1], 2).text == "lambda x: -x"
    for f in conditional[:2]:
        agrees(f, -2), agrees(f, 0.5), agrees(f, 3)
    assert [agrees(f).text for f in conditional[2:]] == ["lambda: 1", "lambda: None"]
    agrees(decorated_by, 1)
    agrees(after_semicolon, 1)
    assert agrees(renamed, 1).name == "seven"
    for f in (in_dict["a"], in_dict["b"], in_dict["c"]["d"]):
        agrees(f, 1)


def test_lambdas_of_a_loop_and_of_calls():
    made = [lambda x, k=k: x * k for k in range(3)] + [lambda x: x * k for k in [5]]
    assert [read(f).defaults for f in made] == [{"k": 0}, {"k": 1}, {"k": 2}, {}]
    for f in made:
        agrees(f, 2.0)
    pair = (lambda f, g: (f, g))(lambda x: x + 1, lambda x: x + 2)
    for f in pair:
        agrees(f, 1)


def test_lambdas_in_format_strings():
    kept = []
    keep = lambda f: kept.append(f) or 0
    f"{keep(lambda x: x + 1)} and {keep(lambda x: x + 2)}"
    assert [agrees(f, 1).function for f in kept] == kept


# -- methods, partials and other callables -------------------------------------------------------------------


class Model:
    __scale = 3.0
    key = lambda self, x: self.__scale * x

    def __init__(self, weight):
        self.weight = weight

    def __call__(self, x):
        return self.weight * x

    def method(self, x, *, shift=0.0):
        """Private names of all sorts."""
        __local = self.__scale

        def __helper(__y, k=1.0):
            return __local * __y * k

        try:
            if x < 0:
                raise ValueError
        except ValueError as __error:
            return str(type(__error))
        import math as __math
        from math import sin as __sin

        match [x, x]:
            case [__first, *__rest]:
                pass
        match {"a": 1, "b": 2}:
            case {"a": 1, **__more}:
                pass

        class __Inner:
            __value = 4.0

            def __get(self):
                return self.__value

            def get(self):
                return self.__get()

        __call = functools.partial(dict, __x=1)
        return __helper(x, k=__math.pi) + __sin(x) + __first + len(__rest) + __more["b"] + __Inner().get() + shift, __call()

    @staticmethod
    def static(x):
        return x + 10.0

    @classmethod
    def of_class(cls, x):
        return cls.__scale + x

    class Deeper:
        __name = "deeper"

        def get(self):
            return lambda: self.__name

    def counter(self):
        __n = 0

        def step():
            nonlocal __n
            __n += 1
            return __n

        return step


class __:
    __x = 2.0

    def get(self):
        return self.__x


def test_methods():
    model = Model(2.0)
    source = agrees(model.method, 2.0, shift=1.0)
    assert unwrap(model.method).bound_args == (model,)
    assert source.qualname == "Model.method" and source.text.startswith("def method(self")
    agrees(model.method, -1.0)
    assert unwrap(Model.method).bound_args == ()
    agrees(Model.method, model, 2.0)
    agrees(Model.static, 1.0)
    agrees(model.static, 1.0)
    agrees(Model.of_class, 1.0)
    assert unwrap(model.of_class).bound_args == (Model,)
    agrees(model.key, 2.0)


def test_method_objects_themselves():
    assert unwrap(vars(Model)["static"]).function is Model.static
    assert unwrap(vars(Model)["of_class"]).function is Model.of_class.__func__


def test_private_names():
    model = Model(1.0)
    names = {n.attr for n in gast.walk(read(model.method).tree) if isinstance(n, gast.Attribute)}
    assert "_Model__scale" in names and "__scale" not in names and "_Inner__value" in names
    agrees(Model.Deeper().get())
    agrees(__().get)
    source = read(model.counter())
    assert list(source.cells) == ["_Model__n"]
    assert rebuild(source)() == 1


def test_callable_objects():
    model = Model(2.0)
    assert unwrap(model).function is Model.__call__ and unwrap(model).bound_args == (model,)
    agrees(model, 3.0)

    class Holder:
        __call__ = Model(7.0)

    agrees(Holder(), 2.0)

    class Static:
        __call__ = staticmethod(lambda x: x + 1)

    agrees(Static(), 2.0)


def test_partials():
    inner = functools.partial(plain, 1.0, scale=2.0)
    inner.note = "keeps partials from being merged"
    outer = functools.partial(inner, 3.0, 4.0, scale=5.0, other=1)
    target = unwrap(outer)
    assert target.function is plain
    assert target.bound_args == (1.0, 3.0, 4.0) and target.bound_kwargs == {"scale": 5.0, "other": 1}
    agrees(outer, 6.0)
    agrees(functools.partial(Model(2.0).method, shift=4.0), 3.0)
    assert unwrap(functools.partial(Model(2.0), 3.0)).bound_args[1:] == (3.0,)

    class Half(functools.partial):
        def __call__(self, *args):
            return super().__call__(*args) / 2

    assert unwrap(Half(plain, 2.0)).function is Half.__call__


def test_partial_methods():
    class C:
        def f(self, a, b):
            return a - b

        g = functools.partialmethod(f, 10)

    agrees(C().g, 3)


def forward(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        """Passes on."""
        return f(*args, **kwargs)

    return wrapper


def double(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return 2 * f(*args, **kwargs)

    return wrapper


def test_wrappers_that_forward_are_read_through():
    @forward
    @forward
    def f(x, y=1.0):
        return x * y

    target = unwrap(f)
    assert target.function is f.__wrapped__.__wrapped__
    assert target.wrappers == (f, f.__wrapped__)
    assert agrees(f, 2.0, y=3.0).name == "f"


def other_default(f):
    @functools.wraps(f)
    def wrapper(x, y=3.0):
        return f(x, y)

    return wrapper


def swapped(f):
    @functools.wraps(f)
    def wrapper(x, y):
        return f(y, x)

    return wrapper


def counted(f):
    @functools.wraps(f)
    def wrapper(*args):
        counts.append(args)
        return f(*args)

    return wrapper


def another(f):
    @functools.wraps(f)
    def wrapper(*args):
        return divmod(*args)

    return wrapper


counts = []


@pytest.mark.parametrize("decorator", [double, other_default, swapped, counted, another])
def test_wrappers_that_do_more_are_the_function(decorator):
    """Reading through these would be the derivative of something else."""

    @decorator
    def f(x, y):
        return x - 2 * y

    target = unwrap(f)
    assert target.function is f and target.wrappers == ()
    source = agrees(f, 5.0, 2.0)
    assert source.tree.name == "wrapper"


def test_a_wrapper_whose_parameters_are_spelled_out():
    def g(a, /, b):
        return a - b

    h = functools.wraps(g)(lambda a, b: g(a, b))
    assert unwrap(h).function is g
    h = functools.wraps(g)(lambda a, b: g(a, b=b))
    assert unwrap(h).function is h


def test_a_wrapper_without_text_is_read_through():
    namespace = {"f": plain}
    exec("def wrapper(*a, **k): return f(*a, **k)", namespace)
    wrapper = functools.update_wrapper(namespace["wrapper"], plain)
    assert unwrap(wrapper).function is plain


def test_caches():
    @functools.lru_cache(maxsize=None)
    def f(x):
        return x * x

    assert unwrap(f).function is f.__wrapped__
    agrees(f, 3.0)
    agrees(functools.cache(lambda x: x + 1), 3.0)


def test_compiled_versions():
    class Dispatcher:
        def __init__(self, f):
            self.py_func = f

        def __call__(self, *args):
            raise AssertionError

    target = unwrap(Dispatcher(plain))
    assert target.function is plain and len(target.wrappers) == 1


def test_derivative_objects():
    class Derivative:
        def __init__(self, f):
            functools.update_wrapper(self, f)
            self.__s2sad_function__ = lambda x: 2 * x

        def __call__(self, x):
            raise AssertionError

    derivative = Derivative(plain)
    assert unwrap(derivative).function is derivative.__s2sad_function__
    assert read(functools.partial(derivative, 1.0)).text == "lambda x: 2 * x"


def test_choice_at_the_call_is_refused():
    @functools.singledispatch
    def f(x):
        return x

    class C:
        @functools.singledispatchmethod
        def g(self, x):
            return x

    for fn in (f, C().g, vars(C)["g"]):
        with pytest.raises(SourceNotFound, match="singledispatch"):
            unwrap(fn)
    agrees(f.dispatch(float), 1.0)


@pytest.mark.parametrize("fn", [np.vectorize(plain), np.sin], ids=["vectorize", "ufunc"])
def test_element_by_element_is_refused(fn):
    with pytest.raises(SourceNotFound, match="element by element"):
        unwrap(fn)


@pytest.mark.parametrize("fn", [math.sin, len, [].append, "".join, str.upper, operator.itemgetter(0)])
def test_compiled_functions_are_refused(fn):
    with pytest.raises(SourceNotFound, match="no Python source") as caught:
        unwrap(fn)
    assert "rule" in caught.value.hint


def test_what_is_no_function_is_refused():
    with pytest.raises(SourceNotFound, match="Model is a class"):
        unwrap(Model)
    with pytest.raises(InvalidArgument, match="a function is needed, not 3"):
        unwrap(3)

    with pytest.raises(SourceNotFound, match="wraps itself"):
        unwrap(forward_cycle())


def forward_cycle():
    """Two wrappers that forward to each other."""

    def f(*args):
        return g(*args)

    def g(*args):
        return f(*args)

    f.__wrapped__, g.__wrapped__ = g, f
    return f


def test_transparent_proxies_are_refused():
    class Proxy:
        _self_wrapper = None
        __wrapped__ = staticmethod(plain)

        def __call__(self, x):
            return x

    with pytest.raises(SourceNotFound, match="wrapt"):
        unwrap(Proxy())


# -- where text comes from -----------------------------------------------------------------------------------


def test_text_registered_with_linecache():
    text = "def f(x):\n    return x * x\n\n\ng = [lambda x: x, lambda x: -x]\n"
    found = registered("<made 1>", text)
    assert agrees(found["f"], 3.0).filename == "<made 1>"
    assert [agrees(g, 3.0).text for g in found["g"]] == ["lambda x: x", "lambda x: -x"]


def test_lines_registered_without_ends():
    text = "import math\ndef f(x):\n    return math.cos(x)"
    found = registered("<made 2>", text)
    linecache.cache["<made 2>"] = (len(text), 1.0, text.splitlines(), "<made 2>")
    agrees(found["f"], 3.0)


def test_text_inside_a_factory_that_it_does_not_show():
    """So are emitted functions loaded: their globals are others' and their cells too."""
    text = "def f(x):\n    return [scale * x + other(x) for _ in range(2)]\n"
    linecache.cache["<made 3>"] = (len(text), None, text.splitlines(True), "<made 3>")
    inner = ast.parse(text).body[0]
    factory = ast.parse("def factory(scale, other):\n    pass").body[0]
    factory.body = [inner, *ast.parse("return f").body]
    ast.fix_missing_locations(ast.copy_location(factory, inner))
    namespace = {}
    exec(compile(ast.Module([factory], []), "<made 3>", "exec"), namespace)
    source = agrees(namespace["factory"](3.0, abs), -2.0)
    assert sorted(source.cells) == ["other", "scale"]


def test_imports_change_how_attributes_compile():
    text = """
        try:
            import numpy as np
        except ImportError:
            np = None
        import math

        def f(x):
            return math.sin(x) + np.cos(x) + x.real.conjugate()
    """
    agrees(registered("<made 4>", textwrap.dedent(text))["f"], 1.5)


def test_inherited_future_features():
    text = """
        from __future__ import annotations

        def f(x: Unknown) -> Unknown:
            def g(y: Other):
                return y
            return g(x)
    """
    agrees(registered("<made 5>", textwrap.dedent(text))["f"], 1.5)


def test_exec_without_text():
    namespace = {}
    exec("def f(x): return x", namespace)
    with pytest.raises(SourceNotFound, match="made from text by exec") as caught:
        read(namespace["f"])
    assert "put it in a file" in caught.value.hint and "linecache" in caught.value.hint
    exec(compile("def f(x): return x", "/nowhere/gone.py", "exec"), namespace)
    with pytest.raises(SourceNotFound, match="there is no file /nowhere/gone.py"):
        read(namespace["f"])


def test_doctests():
    text = """
    >>> from s2sad.source import read
    >>> def f(x):
    ...     return x * x
    >>> read(f).text
    'def f(x):\\n    return x * x\\n'
    >>> gs = [lambda x: x + 1, lambda x: x + 2]
    >>> [read(g).text for g in gs]
    ['lambda x: x + 1', 'lambda x: x + 2']
    """
    test = doctest.DocTestParser().get_doctest(text, {}, "example", "example.py", 0)
    assert doctest.DocTestRunner(verbose=False).run(test) == doctest.TestResults(0, 5)


def test_notebook_cells():
    """A cell is compiled with `await` allowed, and its text has a time in linecache that fits no file."""
    name, text = "/tmp/ipykernel_0/123.py", "import asyncio\nawait asyncio.sleep(0); f = lambda x: x + 1\n"
    linecache.cache[name] = (len(text), 5.0, text.splitlines(True), name)
    code = compile(text, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    namespace = {}
    coroutine = eval(code, namespace)
    import asyncio

    async def cell():
        await coroutine

    asyncio.run(cell())
    agrees(namespace["f"], 1)


def test_the_interactive_prompt():
    code = """
        from s2sad.source import read
        f = lambda x: x * 5

        try:
            print(read(f).text)
        except Exception as error:
            print(type(error).__name__, error)

    """
    out = run("-i", "-q", code=code)
    assert ("lambda x: x * 5" in out) or ("SourceNotFound" in out and "typed at a prompt" in out)


def test_dash_c():
    code = """
        from s2sad.source import read
        f = lambda x: x * 5
        try:
            print(read(f).text)
        except Exception as error:
            print(error)
    """
    out = run("-c", textwrap.dedent(code), code="")
    assert out.strip() == "lambda x: x * 5"


def test_zipped_modules(tmp_path, monkeypatch):
    import zipfile

    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        archive.writestr("zipped_module.py", "def f(x):\n    return x + 1\n")
    monkeypatch.syspath_prepend(str(tmp_path / "pack.zip"))
    import zipped_module

    agrees(zipped_module.f, 1)
    monkeypatch.delitem(sys.modules, "zipped_module")


ONE_LINE = """
    pair = [lambda x: x + 1, lambda x: x + 2]; same = [lambda x: x, lambda x: x]
    made = (lambda k: [lambda x: x * k, lambda x: (lambda y: y * k)(x)])(3)
    constant = [lambda x: 1, lambda x: 1.0, lambda: 1, lambda x: True, lambda x: None]
    unclear = [lambda x=1: x * 5, lambda x=2: x * 5]
    def single(x):
        return [x * y for y in range(3)]
    lone = lambda x: x - 1
"""
CHECK = """
    from s2sad.source import read
    from s2sad.errors import SourceNotFound
    import one_line
    print(read(one_line.single).text.split("(")[0], "|", read(one_line.lone).text)
    for f in (*one_line.pair, *one_line.same, *one_line.made, *one_line.constant, *one_line.unclear):
        try:
            source = read(f)
            print(source.text)
        except SourceNotFound as error:
            print("told" if "nothing tells which" in str(error) else error)
"""


NO_COLUMNS = [
    "def single | lambda x: x - 1",
    "lambda x: x + 1",
    "lambda x: x + 2",
    "lambda x: x",
    "lambda x: x",
    "lambda x: x * k",
    "lambda x: (lambda y: y * k)(x)",
    "lambda x: 1",
    "lambda x: 1.0",
    "lambda: 1",
    "lambda x: True",
    "lambda x: None",
    "told",
    "told",
]


BARE = ("-X", "no_debug_ranges")


@pytest.mark.parametrize(("built", "ran"), [((), BARE), (BARE, ()), (BARE, BARE)])
def test_without_columns(tmp_path, built, ran):
    (tmp_path / "one_line.py").write_text(textwrap.dedent(ONE_LINE))
    run(*built, "-m", "py_compile", "one_line.py", code="", cwd=tmp_path)
    assert list(tmp_path.glob("__pycache__/*.pyc"))
    assert run(*ran, "-", code=CHECK, cwd=tmp_path).splitlines() == NO_COLUMNS


READ = "import module\nfrom s2sad.source import read\nprint(read(module.f).name)"


@pytest.mark.parametrize("optimize", ["-O", "-OO"])
def test_optimized_python(tmp_path, optimize):
    (tmp_path / "module.py").write_text('def f(x):\n    """Doc."""\n    assert x\n    return x if __debug__ else -x\n')
    assert run(optimize, "-", code=READ, cwd=tmp_path) == "f\n"


# -- text that changed ---------------------------------------------------------------------------------------

BEFORE = """
def f(x):
    y = x * 2
    return y + len('ab')


g = lambda x: x * 2
"""


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("x * 2\n    return", "x + 2\n    return", "f"),
        ("x * 2\n    return", "x * 3\n    return", "f"),
        ("len", "abs", "f"),
        ("return y", "return x", "f"),
        ("\ndef f", "\n\ndef f", "f"),
        ("def f(x)", "def f(z)", "f"),
        ("def f(x)", "def h(x)", "f"),
        ("return y + len('ab')", "return (", "f"),
        ("def f(x):", "def f(*x):", "f"),
        ("lambda x: x * 2", "lambda x: x * 4", "g"),
        ("lambda x: x * 2", " lambda x: x * 2", "g"),
        ("\ng = ", "\ng = k = ", "g"),
    ],
)
def test_an_edited_file_is_noticed(tmp_path, old, new, name):
    path = tmp_path / "edited.py"
    module = load(path, BEFORE)
    agrees(getattr(module, name), 3.0)
    assert old in BEFORE
    path.write_text(BEFORE.replace(old, new))
    os.utime(path, (1, 1))
    with pytest.raises(SourceNotFound, match="does not fit the running") as caught:
        read(getattr(module, name))
    assert "reload" in caught.value.hint


def test_an_edit_elsewhere_is_none(tmp_path):
    path = tmp_path / "elsewhere.py"
    module = load(path, BEFORE)
    path.write_text(BEFORE.replace("lambda x: x * 2", "lambda x: x"))
    os.utime(path, (1, 1))
    agrees(module.f, 3.0)


def test_a_reloaded_module(tmp_path):
    path = tmp_path / "again.py"
    first = load(path, BEFORE)
    read(first.f)
    second = load(path, BEFORE.replace("x * 2", "x * 30"))
    os.utime(path, (1, 1))
    assert "x * 30" in agrees(second.f, 3.0).text


def test_a_file_that_is_gone(tmp_path):
    path = tmp_path / "gone.py"
    module = load(path, BEFORE)
    agrees(module.f, 1.0)
    path.unlink()
    agrees(module.f, 1.0)  # its text is still known, and fits
    linecache.checkcache()
    with pytest.raises(SourceNotFound, match="there is no file"):
        read(module.f)


def test_edited_assertions_beside_edited_code():
    """What pytest rewrites is left out of the comparison, and only that."""

    def f(x):
        assert x > 0
        return x * 2

    text = Path(HERE).read_text(encoding="utf-8")
    lines = text.split("\n")
    number = f.__code__.co_firstlineno
    changed = [*lines[: number + 1], lines[number + 1].replace("* 2", "* 3"), *lines[number + 2 :]]
    assert changed != lines
    name = "<a copy of this file>"
    code = f.__code__.replace(co_filename=name)
    copied = types.FunctionType(code, globals(), "f")
    for lines_now, fits in ((lines, True), (changed, False)):
        linecache.cache[name] = (1, None, [line + "\n" for line in lines_now], name)
        if fits:
            read(copied)
        else:
            with pytest.raises(SourceNotFound, match="something else"):
                read(copied)


def test_warnings_of_the_text_are_not_repeated_as_errors(tmp_path):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = load(tmp_path / "warns.py", "def f(x):\n    return x, '\\d', x is 1\n")
    assert read(module.f).name == "f"


def test_nested_too_deeply():
    text = "def f(x):\n    return " + "+".join(["x"] * 900) + "\n"
    with pytest.raises(UnsupportedSyntax, match="nested too deeply") as caught:
        read(registered("<deep>", text)["f"])
    assert "split" in caught.value.hint


# -- many functions ------------------------------------------------------------------------------------------


def test_a_file_is_parsed_once(tmp_path, monkeypatch):
    text = "".join(f"def f{i}(x):\n    return x + {i}\n\n\n" for i in range(40))
    module = load(tmp_path / "many.py", text)
    parsed = []
    real = ast.parse
    monkeypatch.setattr(source_files.ast, "parse", lambda text, *a: parsed.append(text) or real(text, *a))
    for i in range(40):
        assert read(getattr(module, f"f{i}")).tree.name == f"f{i}"
    assert sum(len(p) == len(text) for p in parsed) == 1


def test_only_the_function_is_converted(tmp_path, monkeypatch):
    module = load(tmp_path / "large.py", "".join(f"def f{i}(x):\n    return x + {i}\n" for i in range(2000)))
    converted = []
    real = gast.ast_to_gast
    monkeypatch.setattr(gast, "ast_to_gast", lambda tree: converted.append(len(list(ast.walk(tree)))) or real(tree))
    agrees(module.f1999, 1)
    assert len(converted) == 1 and converted[0] < 20


def test_threads():
    errors, barrier = [], threading.Barrier(8)

    def work():
        try:
            barrier.wait()
            for f in (*on_one_line, plain, Model(1.0).method):
                read(f)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


# -- errors --------------------------------------------------------------------------------------------------

HERE_IT_IS = Location("model.py", 12, 8, "    y = foo(x)\n", "f")


def test_an_error_says_all():
    error = UnsupportedSyntax("foo is unknown", location=HERE_IT_IS, hint="import it")
    assert str(error).splitlines() == [
        "foo is unknown",
        '  File "model.py", line 12, in f',
        "    y = foo(x)",
        "        ^",
        "hint: import it",
    ]
    assert (error.message, error.location, error.hint) == ("foo is unknown", HERE_IT_IS, "import it")
    assert str(RuleError("only this")) == "only this"


@pytest.mark.parametrize(
    ("text", "column", "caret"),
    [
        ("\ty = \tfoo(x)", 6, "    " + "    \t" + "^"),
        ("äö = foo", 5, "    " + " " * 5 + "^"),
        ("'日本' + x", 7, "    " + " " * 9 + "^"),
        ("    x", 0, "    ^"),
        ("x", 99, "     ^"),
    ],
)
def test_the_caret_stands_below_the_column(text, column, caret):
    assert str(Location("m.py", 1, column, text, "f")).splitlines()[2] == caret


def test_a_location_without_text():
    assert str(Location("m.py", 1, 4, "", "f")) == '  File "m.py", line 1, in f'


@pytest.mark.parametrize(
    "kind", [SourceNotFound, UnsupportedSyntax, NotDifferentiable, InvalidArgument, InPlaceError, RuleError]
)
def test_errors_survive_pickle_and_copy(kind):
    error = kind("what", location=HERE_IT_IS, hint="do")
    both = combine([error, S2SADError("other")])
    for original in (error, both):
        for again in (pickle.loads(pickle.dumps(original)), copy.copy(original), copy.deepcopy(original)):
            assert type(again) is type(original) and str(again) == str(original)
            assert again.location == original.location and again.hint == original.hint
            assert [str(e) for e in again.errors] == [str(e) for e in original.errors]


def test_families():
    assert issubclass(InvalidArgument, TypeError)
    assert all(
        issubclass(e, S2SADError)
        for e in (
            SourceNotFound,
            UnsupportedSyntax,
            NotDifferentiable,
            InvalidArgument,
            InPlaceError,
            RuleError,
        )
    )


def test_combined_errors():
    first = UnsupportedSyntax("yield", location=HERE_IT_IS, hint="return a list")
    second = UnsupportedSyntax("await")
    third = NotDifferentiable("foo")
    assert combine([first]) is first and combine([first, first]) is first
    both = combine([first, second])
    assert type(both) is UnsupportedSyntax and both.errors == (first, second)
    assert str(both).splitlines() == [
        "2 problems:",
        "",
        "1. yield",
        '     File "model.py", line 12, in f',
        "       y = foo(x)",
        "           ^",
        "   hint: return a list",
        "",
        "2. await",
    ]
    assert type(combine([first, third])) is S2SADError
    assert type(combine([InvalidArgument("a"), InvalidArgument("b")])) is InvalidArgument
    assert combine([both, third, first]).errors == (first, second, third)
    with pytest.raises(ValueError, match="no errors"):
        combine([])
