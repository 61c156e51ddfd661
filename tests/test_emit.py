"""What is printed parses back to the same tree, reads as written by hand, and means what the tree means."""

import ast
import math
import sys
import warnings
from pathlib import Path

import gast
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from s2sad.emit import emit, emit_mapped
from s2sad.nodes import Comment, comment, const, function, if_, load, statement, store

STDLIB = """
abc argparse ast asyncio.base_events asyncio.events asyncio.queues asyncio.streams
asyncio.taskgroups asyncio.tasks asyncio.timeouts bisect calendar cmd codecs collections colorsys
configparser contextlib contextvars copy csv dataclasses datetime decimal difflib dis email.message
enum fractions functools gettext graphlib heapq html.parser http.client importlib._bootstrap inspect
ipaddress json json.decoder json.encoder json.scanner json.tool keyword linecache logging numbers
operator pathlib pickle pprint random re shlex statistics string tempfile textwrap threading
tokenize traceback types typing unittest.mock uuid weakref zipfile
""".split()


def parsed(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes, `is` with a literal
        return ast.parse(text)


def structure(text):
    return ast.dump(parsed(text))


def printed(text):
    """The text, parsed and printed."""
    return emit(gast.ast_to_gast(parsed(text)))


def expression(text):
    return gast.parse(text, mode="eval").body


def value_of(node, **names):
    """The value of the printed expression, and of the tree itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return eval(emit(node), dict(names))


def same(left, right):
    """Equal as values, types, signs of zeros and nans."""
    return type(left) is type(right) and repr(left) == repr(right)


# Round trips


@pytest.mark.parametrize("module", STDLIB)
def test_standard_library(module):
    path = Path(ast.__file__).parent.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    source = path.read_text(encoding="utf-8")
    text = printed(source)
    assert structure(text) == structure(source)
    assert printed(text) == text
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert all(line == line.rstrip() for line in text.split("\n"))


# Each is already as it should be: no parentheses to remove, none to add.
EXPRESSIONS = r"""
a * b + c
(a + b) * c
a + b * c
a - (b - c)
a - b - c
a / (b * c)
a / b * c
a @ b @ c
a @ (b @ c)
a // b % c
a ** b ** c
(a ** b) ** c
-x ** 2
(-x) ** 2
2 ** -x
2 ** -x ** 3
-(x + y)
-x * y
-(x * y)
-(-x).real
~x & y | z ^ w << 2 >> 1 + n
(a | b) & c
not a
not a == b
(not a) == b
not (a and b)
a and b or c and not d
a and (b or c)
(a or b) or c
a < b < c
(a < b) < c
a < (b < c)
a is not b
a not in b
a | b == c | d
a if b else c
a if b else c if d else e
(a if b else c) if d else e
a if (b if c else d) else e
(a if b else c) + 1
lambda: 0
lambda x, /, y=1, *args, z, k=2, **rest: x + y
lambda *, k: k
lambda x: lambda y: x
(lambda x: x)(1)
(lambda: a) if b else lambda: c
(a, b)
(a,)
()
[(a, b), *c, (yield), (yield x)]
[*a, *b]
[*(a or b)]
{*a, b}
{**a, "b": c, **(d or e)}
{}
{1: {2: 3}}
f(x)(y)
f(*args, x, *more, k=1, **(a or b), **c)
f((a, b), k=(a, b))
f(y := 1, (z := 2) + 1, k=(w := 3))
f(x for x in y)
f((x for x in y), 1)
f(k=(x for x in y))
x.y.z
(x + y).z
(-x).z
(1).real
1.5.real
1j.imag
", ".join(s)
b"a".hex()
(await x).y
await x.y
await x ** 2
-await x
(await x)(y)
await (await x)
x[i]
x[i, j]
x[i,]
x[(i, j), k]
x[()]
x[:]
x[:, 0]
x[1:2, ::2]
x[..., 1:]
x[*i, :]
x[*i]
x[a:b:c]
x[(a, b):c]
x[lambda: 0:1]
x[i := 0]
x[(i := 0):1]
x[a if b else c]
(a + b)[0]
[i for i in range(n)]
[i + j for i, j in zip(a, b) if i if j > 0 for k in (a if i else b)]
[(i, j) for i, (j, k) in x]
[y := f(x), y ** 2]
[y for x in z if (y := f(x))]
[x async for x in y if (lambda: x)]
{i for i in x}
{i: j for i, j in x}
(i for i in x)
(yield)
(yield a, b)
(yield from x)
(x := 1)
None
True
1e+16
0.1
1e309
2j
"it is"
"it's"
"\n\\"
"déjà"
u"x"
b"\x00"
f""
f"a{x}b"
f"{x!r:>{width}.{digits}f}"
f'{x["a"]}'
f"{{}}{ {1: 2}[1]}"
f"{((lambda: 0)())}"
f"{(a, b)}"
f"{a if b else c}"
f"{x:%H:%M}"
f"\n\\{x}"
f"it's {x}"
f"{a != b}"
""".strip().split("\n")

STATEMENTS = r"""
x = y = a, b
a, b = b, a
a, *b = c
(a,) = b
[a, b] = c
x = *a, b
x = yield
x = yield a, b
x = yield from y
x = (y := 1)
x = lambda: (yield)
x.y, z[0] = 1, 2
x += 1
x **= a, b
x: int
x: int = 3
(x): int = 3
x.y: (yield) = *a, b
return
return a, b
return *a, b
return (yield)
return -x
del a, b[0]
del (a, b)
del (a, b), c
raise
raise X
raise X(a) from a or b
assert x
assert x, "no"
assert (x := 1), (a, b)
import a.b, c as d
from . import x
from ..a.b import c as d, e
from a import *
global a, b
nonlocal a
pass
*a, b
(x := 1)
yield
await x
x < y
""".strip().split("\n")

SUITES = r'''
if x:
    a
elif y := f():
    b
else:
    c
---
if x:
    a
else:
    if y:
        b
    c
---
if x:
    a
else:
    for i in y:
        b
---
while chunk := read():
    break
else:
    continue
---
for i, (j, k) in a, *b:
    pass
else:
    x
---
for x in (yield):
    pass
---
for x[0] in a or b:
    pass
---
async def f():
    async for x in y:
        pass
    async with a as b, c:
        return [x async for x in y]
---
with a, b as (c, d), (e, f), (g, h) as k:
    pass
---
with ((a, b)):
    pass
---
with (a, b) as c:
    pass
---
with (yield):
    pass
---
with (x := y):
    pass
---
with (a or b).c:
    pass
---
try:
    a
except (A, B) as e:
    b
except C:
    c
except:
    d
else:
    e
finally:
    f
---
try:
    a
finally:
    b
---
try:
    a
except* A as e:
    b
---
def f(a: int, /, b, c: float = 1, d=(x, y), *args: (yield), e, g: int = 2, **rest: str) -> (a, b):
    pass
---
def f(*args: *Ts, k):
    pass
---
@a.b(c)
@lambda f: f
@x := y
async def f():
    pass
---
@a
class C(A, *B, k=1, **c):
    """A class."""

    def f(self):
        pass

    x = 1

    class D:
        pass

    def g(self):
        pass
---
class C((x for x in y)):
    pass
---
match x, *y:
    case 1 | -1 | 1.5 | -1 + 2j | 'a' 'b':
        pass
---
match x:
    case None | True if y := x:
        pass
    case [a, [b], *_, []]:
        pass
    case 1 | (2 as d) as c:
        pass
    case {"k": v, -1: [x], A.b: _, **rest}:
        pass
    case {**rest}:
        pass
    case P(x, y as z, k=1 | 2 as w) | Q() | a.b:
        pass
    case [a as b, (c as d) as e]:
        pass
    case _:
        pass
'''.strip().split("\n---\n")

NESTED = []  # f-strings of 3.12, which leave more than one choice of quotes
if sys.version_info >= (3, 12):
    NESTED += [r"""f'{'\n'.join(x['a'])}{"it's"}'""", r"""f'{x:{y['"']}}{f'{f'{"'" + '"'}'}'}{'''a"'''}'"""]
    EXPRESSIONS += NESTED
    SUITES += ["type X = int", "type X[T: (int, str), *Ts, **P] = dict[T, *Ts]"]
    SUITES += ["def f[T: int, **P](x: T) -> T:\n    pass", "class C[T, *Ts](A):\n    pass"]
if sys.version_info >= (3, 13):
    SUITES += ["def f[T = int, *Ts = *A, **P = [int]]():\n    pass"]


@pytest.mark.parametrize("text", [*EXPRESSIONS, *STATEMENTS, *SUITES])
def test_round_trip(text):
    assert structure(printed(text)) == structure(text)


@pytest.mark.parametrize("width", [1, 20, 40])
@pytest.mark.parametrize("text", [*EXPRESSIONS, *STATEMENTS, *SUITES])
def test_round_trip_of_broken_lines(text, width, monkeypatch):
    monkeypatch.setattr("s2sad.emit.statements.WIDTH", width)
    assert structure(printed(text)) == structure(text)


LONG = """
from s2sad.runtime import (
    as_gradient, scalar_seed,
    unbroadcast,
)
y_bar = (
    first_operand * second
    - third_operand(argument)
)
y_bar += function(
    an_argument, another_one
)
y = first_function(
    second_function(an_input),
    [x, "in, brackets)"],
    key=third,
)
return (
    gradient_of_x,
    gradient_of_y,
    z,
)
if (
    first_condition
    and second_condition(x)
):
    pass
some_name[index_of_it] = (
    a_value if condition else 0
)
function_without_end(
    lambda one, another: one + 1
)
"""


def test_long_lines_are_broken_as_by_hand(monkeypatch):
    monkeypatch.setattr("s2sad.emit.statements.WIDTH", 32)
    assert printed(LONG) == LONG.lstrip()


@pytest.mark.parametrize("text", [t for t in EXPRESSIONS if t not in NESTED])
def test_expressions_print_as_written(text):
    assert emit(expression(text)) == text


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements_print_as_written(text):
    assert printed(text) == text + "\n"


@pytest.mark.parametrize("text", [t for t in SUITES if "x, *y" not in t])
def test_suites_print_as_written(text):
    assert printed(text) == text + "\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("((a) * (b)) + (c)", "a * b + c"),
        ("(a ** (b ** c))", "a ** b ** c"),
        ("-(x ** 2)", "-x ** 2"),
        ("(x) [(0), (1)]", "x[0, 1]"),
        ("f((x for x in y))", "f(x for x in y)"),
        ("not (a == b)", "not a == b"),
        ("(a and b) or c", "a and b or c"),
        ("(yield)", "(yield)"),
        ("f'{x}'", 'f"{x}"'),
        ("0xff", "255"),
        ("x[(lambda: 0):1]", "x[lambda: 0:1]"),
    ],
)
def test_needless_parentheses_go(text, expected):
    assert emit(expression(text)) == expected


# Random trees


def _op(kinds):
    return st.sampled_from(kinds).map(lambda kind: kind())


BINARY = _op(
    [
        gast.Add,
        gast.Sub,
        gast.Mult,
        gast.Div,
        gast.FloorDiv,
        gast.Mod,
        gast.Pow,
        gast.MatMult,
        gast.LShift,
        gast.RShift,
        gast.BitOr,
        gast.BitXor,
        gast.BitAnd,
    ]
)
ARITHMETIC = _op([gast.Add, gast.Sub, gast.Mult, gast.Div, gast.FloorDiv, gast.Mod, gast.Pow])
UNARY = _op([gast.USub, gast.UAdd, gast.Invert, gast.Not])
COMPARISON = _op([gast.Lt, gast.GtE, gast.Eq, gast.NotEq, gast.Is, gast.IsNot, gast.In, gast.NotIn])


def _operations(e, binary, unary, comparison):
    return (
        st.builds(gast.BinOp, e, binary, e)
        | st.builds(gast.UnaryOp, unary, e)
        | st.builds(
            lambda op, values: gast.BoolOp(op, values),
            _op([gast.And, gast.Or]),
            st.lists(e, min_size=2, max_size=3),
        )
        | st.builds(lambda a, op, b: gast.Compare(a, [op], [b]), e, comparison, e)
        | st.builds(lambda a, p, b, q, c: gast.Compare(a, [p, q], [b, c]), e, comparison, e, comparison, e)
        | st.builds(gast.IfExp, e, e, e)
    )


def _elements(e):
    starred = st.builds(lambda v: gast.Starred(v, gast.Load()), e)
    return st.lists(e | starred, max_size=3)


def _everything(e):
    name = st.sampled_from("xyz")
    slices = st.builds(gast.Slice, st.none() | e, st.none() | e, st.none() | e)
    generators = st.builds(
        lambda target, iterable, tests: [gast.comprehension(target, iterable, tests, 0)],
        st.sampled_from([store("i"), gast.Tuple([store("i"), store("j")], gast.Store())]),
        e,
        st.lists(e, max_size=1),
    )
    arguments = st.builds(
        lambda default: gast.arguments([gast.Name("x", gast.Param(), None, None)], [], None, [], [], None, default),
        st.lists(e, max_size=1),
    )
    return (
        _operations(e, BINARY, UNARY, COMPARISON)
        | st.builds(gast.Lambda, arguments, e)
        | st.builds(lambda n, v: gast.NamedExpr(store(n), v), name, e)
        | st.builds(gast.Await, e)
        | st.builds(gast.Yield, st.none() | e)
        | st.builds(gast.YieldFrom, e)
        | st.builds(lambda es: gast.Tuple(es, gast.Load()), _elements(e))
        | st.builds(lambda es: gast.List(es, gast.Load()), _elements(e))
        | st.builds(gast.Set, _elements(e).filter(bool))
        | st.builds(lambda k, v, w: gast.Dict([k, None], [v, w]), e, e, e)
        | st.builds(gast.ListComp, e, generators)
        | st.builds(gast.GeneratorExp, e, generators)
        | st.builds(gast.DictComp, e, e, generators)
        | st.builds(lambda f, a, k: gast.Call(f, a, [gast.keyword(None, k), gast.keyword("k", k)]), e, _elements(e), e)
        | st.builds(lambda f, a: gast.Call(f, a, []), e, _elements(e))
        | st.builds(lambda v: gast.Attribute(v, "real", gast.Load()), e)
        | st.builds(lambda v, i: gast.Subscript(v, i, gast.Load()), e, e | slices)
        | st.builds(
            lambda v, es: gast.Subscript(v, gast.Tuple(es, gast.Load()), gast.Load()),
            e,
            st.lists(e | slices | st.builds(lambda v: gast.Starred(v, gast.Load()), e), min_size=1, max_size=3),
        )
    )


LEAVES = st.builds(load, st.sampled_from("abc")) | st.builds(
    lambda value: gast.Constant(value, None),
    st.sampled_from([0, 1, 2.5, 1e100, 3j, "s", b"s", None, True, ...]),
)
TREES = st.recursive(LEAVES, _everything, max_leaves=12)
NUMBERS = st.builds(load, st.sampled_from("abc")) | st.builds(
    lambda value: gast.Constant(value, None), st.sampled_from([0, 2, 3, -1, -2, 0.5, -0.0, -1.5, -2j, 1 - 1j])
)
FORMULAS = st.recursive(
    NUMBERS,
    lambda e: _operations(e, ARITHMETIC, _op([gast.USub, gast.UAdd, gast.Not]), _op([gast.Lt, gast.GtE, gast.Eq])),
    max_leaves=10,
)


@settings(max_examples=600, deadline=None)
@given(TREES)
def test_random_trees_parse_back(tree):
    assert structure(emit(tree)) == ast.dump(ast.Module([ast.Expr(gast.gast_to_ast(tree))], []))
    for place in (
        gast.Expr(tree),
        gast.Return(tree),
        gast.Assign([store("x")], tree, None),
        gast.AugAssign(store("x"), gast.Add(), tree),
        gast.AnnAssign(store("x"), tree, tree, 1),
        gast.For(store("x"), tree, [gast.Pass()], [], None),
        gast.While(tree, [gast.Pass()], []),
        gast.With([gast.withitem(tree, None)], [gast.Pass()], None),
        gast.With([gast.withitem(tree, store("x")), gast.withitem(tree, None)], [gast.Pass()], None),
        gast.Assert(tree, tree),
        gast.Raise(tree, tree),
        gast.Match(tree, [gast.match_case(gast.MatchAs(None, None), tree, [gast.Pass()])]),
        gast.ClassDef("C", [tree], [gast.keyword("k", tree)], [gast.Pass()], [tree], []),
    ):
        assert structure(emit(place)) == ast.dump(ast.Module([gast.gast_to_ast(place)], []))


def outcome(code, names):
    try:
        with np.errstate(all="ignore"):
            return repr(eval(code, dict(names)))
    except (ArithmeticError, TypeError, ValueError) as error:
        return type(error)


@settings(max_examples=600, deadline=None)
@given(FORMULAS, st.tuples(*[st.floats(-4, 4)] * 3))
def test_random_formulas_have_the_value_of_the_tree(tree, values):
    names = dict(zip("abc", values))
    compiled = compile(ast.fix_missing_locations(ast.Expression(gast.gast_to_ast(tree))), "tree", "eval")
    assert outcome(emit(tree), names) == outcome(compiled, names)


# Constants


@pytest.mark.parametrize(
    "value",
    [-1, -1.5, -2j, -0.0, 1 - 2j, complex(-0.0, 3.0), math.inf, -math.inf, 10**5000, -(10**5000)],
    ids=lambda value: "long" if type(value) is int and abs(value) > 9 else repr(value),
)
def test_constants_in_every_neighbourhood(value):
    node = gast.Constant(value, None)
    assert value_of(node) == value
    assert value_of(gast.BinOp(gast.Constant(2, None), gast.Sub(), node)) == 2 - value
    assert value_of(gast.BinOp(node, gast.Pow(), gast.Constant(2, None))) == value**2
    assert value_of(gast.UnaryOp(gast.USub(), node)) == -value
    assert value_of(gast.Attribute(node, "real", gast.Load())) == value.real
    absolute = gast.Call(gast.Attribute(node, "__abs__", gast.Load()), [], [])
    assert value_of(absolute) == abs(value)


def test_negative_base():
    power = gast.BinOp(gast.Constant(-1, None), gast.Pow(), gast.Constant(2, None))
    assert emit(power) == "(-1) ** 2"
    assert emit(gast.BinOp(gast.Constant(2, None), gast.Pow(), gast.Constant(-1, None))) == "2 ** -1"
    assert emit(gast.BinOp(const(-2), gast.Pow(), const(3))) == "(-2) ** 3"


PARTS = [0.0, -0.0, 1.0, -1.0, 2.5, 1e16, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("value", [complex(real, imag) for real in PARTS for imag in PARTS], ids=repr)
def test_complex_keeps_every_sign(value):
    result = value_of(gast.Constant(value, None))
    assert type(result) is complex
    for part, expected in ((result.real, value.real), (result.imag, value.imag)):
        assert repr(part) == repr(expected)


@given(st.floats() | st.complex_numbers() | st.integers() | st.text() | st.binary() | st.booleans())
def test_any_constant(value):
    result = value_of(gast.Constant(value, None))
    assert same(result, value) or (value != value and result != result)


def test_odd_constants():
    assert math.isnan(value_of(gast.Constant(math.nan, None)))
    for value in ((), (1,), (1, (-2.5, "a"), None, ...)):
        assert value_of(gast.Constant(value, None)) == value
    assert value_of(gast.Constant(Comment("text"), None)) == "text"
    assert value_of(gast.Set([])) == set()


@pytest.mark.parametrize(
    "value",
    [np.float64(2.5), np.int64(2), np.float32(1), np.bool_(True), np.str_("a"), np.ones(2), [1], frozenset()],
)
def test_what_is_no_literal_is_refused(value):
    with pytest.raises(ValueError, match="no literal stands for"):
        emit(gast.BinOp(load("x"), gast.Mult(), gast.Constant(value, None)))


# Strings


class Echo:
    def __format__(self, spec):
        return f"<{spec}>"


TEXT = st.text(st.sampled_from("ab '\"{}\\\n\t#!:é\x00\u2028\U0001f600") | st.characters(), max_size=8)


@settings(max_examples=500, deadline=None)
@example("'\"", "'\"", "{'\"}\\")
@example("\\N{DASH}", "x", "{}")
@given(TEXT, TEXT, TEXT)
def test_fstring_with_any_text_in_any_part(literal, key, spec):
    """On 3.11 no field may hold a backslash, so `key` may need `.format`, which has no braces in `spec`."""
    field = gast.Subscript(load("table"), gast.Constant(key, None), gast.Load())
    echo = gast.FormattedValue(load("echo"), -1, gast.JoinedStr([gast.Constant(spec, None)]))
    names = {"table": {key: 7}, "echo": Echo()}
    plain = gast.JoinedStr([gast.Constant(literal, None), echo, gast.Constant(literal, None)])
    assert value_of(plain, **names) == f"{literal}<{spec}>{literal}"
    keyed = gast.JoinedStr([gast.FormattedValue(field, 114, None), gast.Constant(literal, None)])
    assert value_of(keyed, **names) == f"7{literal}"
    nested = gast.JoinedStr([gast.FormattedValue(plain, -1, None), gast.FormattedValue(keyed, 115, None)])
    assert value_of(nested, **names) == f"{literal}<{spec}>{literal}7{literal}"


def test_fstring_field_with_a_backslash():
    joined = gast.Call(gast.Attribute(gast.Constant("\n", None), "join", gast.Load()), [load("x")], [])
    width = gast.JoinedStr([gast.Constant(">", None), gast.FormattedValue(load("n"), -1, None)])
    node = gast.JoinedStr([gast.Constant("{a}", None), gast.FormattedValue(joined, 115, width)])
    assert value_of(node, x=["b", "c"], n=5) == "{a}  b\nc"
    assert emit(node) == (
        r'f"{{a}}{"\n".join(x)!s:>{n}}"' if sys.version_info >= (3, 12) else r'"{{a}}{!s:>{}}".format("\n".join(x), n)'
    )


QUOTES = r"""
f'say "{x}"'
f"it's {x}"
f'{x["a"]}'
f'it\'s "{x["a"]}"'
""".strip().split("\n")


@pytest.mark.parametrize("text", [*QUOTES, 'f"""{x["it\'s"]}"""', 'f\'say "{x["a"]}"\''])
def test_fstring_quotes_need_the_fewest_escapes(text):
    assert emit(expression(text)) == text


def test_missing_conversion_means_none():
    assert emit(gast.JoinedStr([gast.FormattedValue(load("x"))])) == 'f"{x}"'


DOCSTRINGS = [
    "",
    "One line.",
    'Ends in a "quote"',
    'Has """ inside',
    '"',
    "back\\slash \\n",
    "line  \n   \n  last ",
    "tab\there",
    "carriage\rreturn",
    "\n    Indented.\n    ",
    "\x00",
    "ends in \\",
    '\\"""\\"',
    "é\ud800",
    '"""',
    '""""',
    '"',
]


@settings(deadline=None)
@given(TEXT)
@pytest.mark.parametrize("wrap", ["def f():\n    {}", "class C:\n    def f():\n        {}", "{}"])
def test_docstring_round_trip(wrap, text):
    check_docstring(wrap, text)


@pytest.mark.parametrize("text", DOCSTRINGS, ids=ascii)
@pytest.mark.parametrize("wrap", ["def f():\n    {}", "class C:\n    {}", "{}"])
def test_docstring_traps(wrap, text):
    printed_text = check_docstring(wrap, text)
    assert printed_text.count('"""') >= 2
    assert all(line == line.rstrip() for line in printed_text.split("\n"))


def check_docstring(wrap, text):
    source = wrap.format(repr(text))
    result = printed(source)
    assert structure(result) == structure(source)
    return result


def test_docstring_layout():
    source = 'def f(x):\n    """First.\n\n    Second: x\\\\y.\n    """\n    return x\n'
    assert printed(source) == source
    # Only what comes first is a docstring.
    assert printed("def f():\n    x\n    'text'\n") == 'def f():\n    x\n    "text"\n'
    assert printed("if x:\n    'text'\n") == 'if x:\n    "text"\n'
    assert emit([statement(gast.Constant("text", None))]) == '"text"\n'


# Layout


def test_comments():
    fn = function(
        "f",
        gast.arguments([], [], None, [], [], None, []),
        [
            comment("Before."),
            statement(gast.Constant("Doc.", None)),
            if_(load("x"), [comment("Nothing to do:\n\n  really nothing.  ")], [comment("")]),
            comment("about g"),
            function("g", gast.arguments([], [], None, [], [], None, []), []),
            comment("y = 1"),
            gast.Return(None),
        ],
    )
    text = emit(fn)
    assert (
        text
        == '''\
def f():
    # Before.
    """Doc."""
    if x:
        # Nothing to do:
        #
        #   really nothing.
        pass
    else:
        #
        pass

    # about g
    def g():
        pass

    # y = 1
    return
'''
    )
    assert ast.get_docstring(ast.parse(text).body[0]) == "Doc."
    assert emit(gast.Module([comment("only")], [])) == "# only\n"


def test_blank_lines():
    source = """\
import a


def f():
    def g():
        pass

    x = 1
    if x:
        y

        def h():
            pass

        def k():
            pass
    return g


@d
class C:
    pass


x = 2
"""
    assert printed(source.replace("\n\n", "\n").replace("\n\n", "\n")) == source


def test_newline_at_the_end():
    assert emit(load("x")) == "x"
    assert emit(gast.parse("x", mode="eval")) == "x"
    assert emit(statement(load("x"))) == "x\n"
    assert emit([statement(load("x"))] * 2) == "x\nx\n"
    assert emit(gast.parse("x")) == "x\n"
    assert emit(gast.parse("")) == emit([]) == ""


def test_empty_bodies():
    no_arguments = gast.arguments([], [], None, [], [], None, [])
    body = [
        gast.If(load("x"), [], []),
        gast.For(store("i"), load("x"), [], [], None),
        gast.While(load("x"), [], []),
    ]
    body.append(gast.Try([], [gast.ExceptHandler(None, None, [])], [], []))
    body.append(gast.ClassDef("C", [], [], [], [], []))
    text = emit(gast.FunctionDef("f", no_arguments, body, [], None, None, []))
    assert text.count("pass") == 6
    compile(text, "emitted", "exec")


# Trees that passes make


def test_optional_fields_may_be_missing():
    no_arguments = gast.arguments([gast.Name("x", gast.Param())], [], None, [], [], None, [])
    body = [
        gast.Assign([gast.Name("y", gast.Store())], gast.Constant(1)),
        gast.AnnAssign(gast.Name("y", gast.Store()), load("int")),
        gast.If(load("x"), [gast.Raise()]),
        gast.While(load("x"), [gast.Assert(load("x"))]),
        gast.For(store("i"), load("x"), [gast.ImportFrom("m", [gast.alias("a")])]),
        gast.With([gast.withitem(load("x"))], [gast.Expr(gast.Yield())]),
        gast.Try([gast.Pass()], [gast.ExceptHandler(body=[gast.Pass()])]),
        gast.Match(load("x"), [gast.match_case(pattern=gast.MatchAs(None, None), body=[])]),
        gast.ClassDef("C", body=[]),
        gast.Expr(gast.Subscript(load("x"), gast.Slice(load("x")), gast.Load())),
        gast.Expr(gast.Subscript(load("x"), gast.Slice(), gast.Load())),
        gast.Return(),
    ]
    text = emit(gast.FunctionDef("f", no_arguments, body))
    assert (
        text
        == """\
def f(x):
    y = 1
    y: int
    if x:
        raise
    while x:
        assert x
    for i in x:
        from m import a
    with x:
        yield
    try:
        pass
    except:
        pass
    match x:
        case _:
            pass

    class C:
        pass

    x[x:]
    x[:]
    return
"""
    )


def test_unknown_nodes_are_refused():
    class Strange(gast.expr):
        _fields = ()

    with pytest.raises(ValueError, match="no text for a node of type Strange"):
        emit(gast.BinOp(load("x"), gast.Add(), Strange()))


@pytest.mark.parametrize(("op", "symbol"), [(gast.Add, "+"), (gast.Mult, "*")])
def test_long_sums_need_no_recursion(op, symbol):
    tree = load("x")
    for _ in range(20_000):
        tree = gast.BinOp(tree, op(), load("y"))
    assert emit(tree) == "x" + f" {symbol} y" * 20_000


def test_long_elif_chain():
    tree = []
    for index in range(5_000):
        tree = [if_(load(f"x{index}"), [gast.Pass()], tree)]
    text = emit(tree)
    assert text.count("elif") == 4_999
    assert "else" not in text


def test_too_deep_a_tree_says_so():
    tree = load("x")
    for _ in range(20_000):
        tree = gast.UnaryOp(gast.USub(), tree)
    with pytest.raises(RecursionError):
        emit(tree)


def test_trees_are_left_alone():
    tree = gast.parse("def f(x: int = -1):\n    '''Doc.'''\n    with a as b: return f'{x!r:>{w}}', lambda y: x[:, 0]\n")
    before = gast.dump(tree)
    assert emit(tree) == emit(tree)
    assert gast.dump(tree) == before


def test_type_parameters():
    params = [
        gast.TypeVar("T", load("int"), None),
        gast.TypeVarTuple("Ts", None),
        gast.ParamSpec("P", None),
        gast.TypeVar("D", None, load("int")),
    ]
    no_arguments = gast.arguments([], [], None, [], [], None, [])
    text = emit(gast.FunctionDef("f", no_arguments, [], [], None, None, params))
    assert text == "def f[T: int, *Ts, **P, D = int]():\n    pass\n"
    assert emit(gast.TypeAlias(store("X"), params[:2], load("Y"))) == "type X[T: int, *Ts] = Y\n"


# Lines


def test_every_line_knows_its_statement():
    source = '''\
"""Module
text.
"""


@decorator
def f(x):
    """Two
    lines."""
    if x:
        y = 1
    elif z:
        y = 2
    else:
        y = 3
    try:
        pass
    except E:
        del y
    return y
'''
    tree = gast.parse(source)
    text, statements = emit_mapped(tree)
    assert text == source
    lines = source.splitlines()
    assert set(statements) == {number for number, line in enumerate(lines, 1) if line}
    fn = tree.body[1]
    for number, node in statements.items():
        # The line is the statement's own: within it, and in no statement inside it.
        first = 6 if node is fn else node.lineno
        assert first <= number <= node.end_lineno, (number, node)
    assert statements[6] is statements[7] is fn
    assert statements[8] is statements[9] is fn.body[0]
    assert statements[12] is fn.body[1].orelse[0]
    assert statements[14] is fn.body[1].orelse[0]
    assert statements[18] is fn.body[2]
    assert statements[19] is fn.body[2].handlers[0].body[0]


def test_mapped_text_is_the_text():
    for text in SUITES:
        tree = gast.ast_to_gast(parsed(text))
        assert emit_mapped(tree)[0] == emit(tree)
        assert emit_mapped(tree.body)[0] == emit(tree.body)
