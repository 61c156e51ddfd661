"""The laws that hold for every derivative: the primal keeps its meaning, refusals are loud, and so on.

1. The value is that of the function, bit for bit; side effects happen once and in order; exceptions come out
   as they are. 2. What cannot be differentiated is refused, all of it at once. 3. Every stage of the pipeline
   can be run and gives what the function gives. 5. Inactive code passes through verbatim. 6. Gradients are
   cheap. 7. The caller's data is never modified.
"""

import contextlib
import copy
import inspect
import itertools
import logging
import math
import random
import textwrap
import tracemalloc
import types
from collections import Counter

import gast
import numpy as np
import pytest
from numeric import assert_identical

import s2sad
from corpus import CASES
from corpus.effects import fresh_world
from s2sad import InPlaceError, NotDifferentiable, S2SADError, UnsupportedSyntax, grad, value_and_grad, vjp

V = np.array([0.5, -1.2, 2.0])

# -- law 1: values ---------------------------------------------------------------------------------------

LOG = []

# programs of all kinds: some results depend on no argument, and s2sad warns of it
pytestmark = pytest.mark.filterwarnings("ignore:s2sad. the result does not depend")


def note(value):
    """Says that it was evaluated, and when."""
    LOG.append(value)
    return value


def observed(function, *args):
    """What a call returns or raises, and everything it did."""
    LOG.clear()
    with fresh_world() as events:
        try:
            outcome = function(*args)
        except BaseException as error:
            outcome = (type(error), error.args)
    return outcome, [*LOG], events


NOTED, KEPT = [], []


def noted(function):
    NOTED.append(function)
    return function


def kept(function):
    """A generator that is kept may be refused, but never run at another time than Python does."""
    KEPT.append(function)
    return function


@noted
def constant_result(x):
    return note(2.0) * 1.0


@noted
def drawn_result(x):
    return random.random() + np.random.rand()


@noted
def asked_result(x):
    return float(input("number? "))


@noted
def conditional_result(x):
    y = note(1.0)
    return x * y if note(x > 0) else note(3.0)


@noted
def unused_effect(x):
    note(1)
    return 5.0


@noted
def comprehension_effects(x):
    a = [note(i) for i in range(3)]
    b = {note(i): note(x) for i in range(2)}
    return x * a[1] * b[1]


@noted
def loop_over_noted_generator(x):
    for i in (note(j) for j in range(3)):
        x = x * note(i) + 1
    return x


@noted
def operands_from_left_to_right(x):
    return note(x) * note(2.0) + note(3.0) - note(x) ** note(2)


@noted
def keys_before_values(x):
    d = {note("a"): note(x), note("b"): note(2.0)}
    return d[note("a")] * d["b"]


@noted
def short_circuits(x):
    y = note(x) or note(2.0)
    z = note(0) or note(x)
    w = note(x > 5) and note(x)
    return y * z * (2.0 if note(1) < note(x) < note(3) else x) + (w or 1.0)


@noted
def chained_comparison_stops(x):
    return x ** note(2) if note(9) < note(x) < note(3) else note(x)


@noted
def store_order(x):
    ks = [1.0, 2.0]
    ks[note(0)] = note(5.0)
    ks[note(1)] += note(2.0)
    return ks[note(0)] * x * ks[1]


@noted
def while_test_effects(x):
    y = x
    while note(y) < 5:
        y = y * 2
    else:
        note("done")
    return y


@noted
def assertion_effects(x):
    assert note(x) > 0, note("message")
    return x * x


@noted
def keyword_order(x):
    def product(a, b, c=note(4.0)):
        return a * b * c

    return product(b=note(x), a=note(2.0)) * product(note(x), note(1.0))


@noted
def finally_effects(x):
    try:
        return note(x) * 2
    finally:
        note("finally")


@noted
def handler_effects(x):
    try:
        y = note(x) * 2
        y = y / note(0)
        note("never")
    except ZeroDivisionError as error:
        note(str(error))
        y = note(x) * x
    else:
        note("never")
    return y


@noted
def subscript_order(x):
    y = [note(x), note(2.0)][note(0)]
    return y * [note(1.0), x][note(1)]


@noted
def continue_effects(x):
    total = 0.0
    for i in range(note(4)):
        if note(i) == 1:
            continue
        total = total + x * note(i)
        if note(i) == 2:
            break
    return total


@noted
def lazy_generator_in_sum(x):
    return sum(note(x) * k for k in (note(1.0), note(2.0)) if note(k) > 0)


@noted
def extremes(x):
    return max(note(x), note(1.0)) * min([note(x), 2.0])


@noted
def tuple_order(x):
    a, b = note(x), note(2.0)
    a, b = note(b), note(a)
    (a, *c), b = (note(a), note(x), note(b)), note(b)
    return a * b * c[0]


@noted
def format_effects(x):
    return f"{note(x):.3f} {note('text')!r}" and x * x


@noted
def with_effects(x):
    @contextlib.contextmanager
    def told(name):
        note(("enter", name))
        try:
            yield name
        finally:
            note(("exit", name))

    with told("outer"), told("inner") as name:
        note(name)
        y = x * x
    return y * note(x)


@kept
def generator_made_before_it_runs(x):
    g = (note(k) * x for k in range(4))
    note("made")
    return sum(g)


@noted
def generator_stops_early(x):
    found = any(note(k * x) > 1 for k in range(5))
    every = all(note(k * x) < 1 for k in range(5))
    return x * x if found or every else x


@noted
def map_interleaves(x):
    for k in map(note, [1, 2]):
        note("body")
        x = x * k
    return x


@noted
def zip_interleaves(x):
    for k, j in zip((note(i) for i in range(3)), (note(-i) for i in range(2))):
        x = x * k + j
        note("body")
    return x


@noted
def enumerate_interleaves(x):
    for i, k in enumerate(note(q) for q in range(3)):
        note("body")
        x = x * k + i
    return x


@noted
def active_generator_interleaves(x):
    total = x
    for v in (note(k) * x for k in range(3)):
        note("body")
        total = total * v + x
    return total


@noted
def exhausted_iterator(x):
    it = iter([1.0, 2.0, 3.0])
    first = sum(k * x for k in it)
    return first + sum(k * x for k in it)


@kept
def exhausted_generator(x):
    g = (x * k for k in range(4))
    return sum(g) + 2.0 * sum(g)


@noted
def prints_and_asks(x):
    print("x is", x, note(x))
    k = float(input("k? "))
    print(f"{k:.2f}", end="")
    return x * k * float(input())


@noted
def draws(x):
    total = 0.0
    for _ in range(3):
        total = total + random.gauss(0.0, 1.0) * x + np.random.rand() * x * x
    return total


@noted
def effect_after_the_result(x):
    y = x * x
    note("before")
    z = y * x
    del y
    note("after")
    return z


@noted
def recursion_effects(x):
    def down(v, n):
        note(n)
        return v if n == 0 else down(v * x, n - 1) * note(2.0)

    return down(x, 3)


@noted
def raises_in_the_middle(x):
    y = note(x) * x
    for i in range(3):
        y = y * note(2.0 / (1 - i))
    return y


@noted
def match_effects(x):
    match [note(1), note(x)]:
        case [2, y]:
            return y
        case [1, y] if note(y) > 100:
            return y * y
        case [1, y]:
            return y * note(x)


@pytest.mark.parametrize("function", NOTED, ids=lambda f: f.__name__)
def test_effects_happen_once_and_in_order(function):
    expected = observed(function, 1.7)

    def split(x):
        return vjp(function, x)[0]

    def split_and_back(x):
        value, pullback = vjp(function, x)
        pullback(1.0)
        pullback(2.0)
        return value

    def of_pair(x):
        return value_and_grad(function)(x)[0]

    for form in (of_pair, split, split_and_back):
        got = observed(form, 1.7)
        assert got[1:] == expected[1:]
        assert_identical(got[0], expected[0])
    assert observed(grad(function), 1.7)[1:] == expected[1:]


@pytest.mark.parametrize("function", KEPT, ids=lambda f: f.__name__)
def test_generators_run_when_python_runs_them_or_are_refused(function):
    expected = observed(function, 1.7)
    got = observed(lambda x: value_and_grad(function)(x)[0], 1.7)
    if got[0] == (UnsupportedSyntax, got[0][1] if isinstance(got[0], tuple) else None):
        assert got[1] == []  # before anything ran
    else:
        assert got[1:] == expected[1:]
        assert_identical(got[0], expected[0])


def test_logging_and_warnings_come_out(caplog):
    def f(x):
        logging.getLogger("law").warning("x is %s", x)
        return x * x

    with caplog.at_level(logging.WARNING):
        assert value_and_grad(f)(3.0) == (9.0, 6.0)
    assert [record.getMessage() for record in caplog.records] == ["x is 3.0"]


VALUES = [
    lambda x: (x + 0.1) + 0.2,
    lambda x: x * 0.1 * 0.2,
    lambda x: 0.1 * (0.2 * x),
    lambda x: x / 3 * 3,
    lambda x: x**2 - x * x,
    lambda x: x**0.5,
    lambda x: x**-1,
    lambda x: -(-x),
    lambda x: 0.0 * -x,
    lambda x: -0.0 + 0 * x,
    lambda x: x - x,
    lambda x: sum([x, 0.1, 0.2]),
    lambda x: sum([x * 0.1] * 10),
    lambda x: math.fsum([x, 1e16, -1e16]),
    lambda x: math.pow(x, 3) - x**3,
    lambda x: math.exp(x) - np.exp(x),
    lambda x: np.sum(np.full(1001, x) * 0.1),
    lambda x: np.float64(x) * 1.0,
    lambda x: x % 0.3,
    lambda x: divmod(x, 0.3)[0] * x,
    lambda x: abs(-x) + max(x, x * 1.0),
    lambda x: (1e308 * x) * 10,
    lambda x: x * math.nan,
    lambda x: +x,
    lambda x: True * x,
]  # fmt: skip


@pytest.mark.parametrize("function", VALUES)
@pytest.mark.parametrize("x", [0.7, 1.7, 1e-300, np.float64(0.3), -0.0])
def test_values_are_those_of_the_function_bit_for_bit(function, x):
    with np.errstate(all="ignore"):
        try:
            expected = function(x)
        except ArithmeticError as error:
            with pytest.raises(type(error)) as caught:
                value_and_grad(function)(x)
            assert caught.value.args == error.args
            return
        if isinstance(expected, complex):
            return
        try:
            value, _ = value_and_grad(function)(x)
        except (ArithmeticError, ValueError):  # the derivative may be infinite where the value is not
            assert x == 0 or abs(x) < 1e-200
            return
    assert_identical(value, expected)


# -- law 1: exceptions -----------------------------------------------------------------------------------


class Unusual(Exception):
    def __init__(self, message, code):
        super().__init__(message, code)
        self.code = code


THE_ONE = Unusual("the very same object", 17)


def raises_the_one(x):
    y = x * x
    if y > 0:
        raise THE_ONE
    return y


def raises_in_helper(x):
    return raises_the_one(x) * 2.0


def raises_in_loop(x):
    y = x
    for i in range(5):
        y = y * x
        if i == 3:
            raise THE_ONE
    return y


def raises_in_try(x):
    try:
        y = x * x
        raise THE_ONE
    except KeyError:
        y = x
    return y


def raises_again(x):
    try:
        raise THE_ONE
    except Unusual:
        y = x * x
        raise
    return y


def raises_through_finally(x):
    y = x
    try:
        y = y * x
        raise THE_ONE
    finally:
        y = y * 2.0
    return y


def raises_in_comprehension(x):
    def check(v):
        if v > 1:
            raise THE_ONE
        return v

    return sum(check(x * k) for k in range(5))


@pytest.mark.parametrize(
    "function",
    [
        raises_the_one,
        raises_in_helper,
        raises_in_loop,
        raises_in_try,
        raises_again,
        raises_through_finally,
        raises_in_comprehension,
    ],
)
def test_the_same_exception_object_comes_out(function):
    for run in (grad(function), value_and_grad(function), lambda x: vjp(function, x)):
        with pytest.raises(Unusual) as caught:
            run(0.7)
        assert caught.value is THE_ONE
        assert caught.value.args == ("the very same object", 17) and caught.value.code == 17


def causes(x):
    try:
        y = {}["key"] * x
    except KeyError as error:
        raise ValueError("no key", x) from error
    return y


ORDINARY = [
    lambda x: x / 0,
    lambda x: math.sqrt(-x),
    lambda x: math.log(0 * x),
    lambda x: [x][3],
    lambda x: {"a": x}["b"],
    lambda x: x + "text",
    lambda x: x.nothing,
    lambda x: undefined_name * x,  # noqa: F821
    lambda x: (x, x)[0:1][1],
    lambda x: int("text") * x,
    lambda x: next(iter([])) * x,
    lambda x: x[0],
    lambda x: len(x) * 1.0,
    lambda x: np.zeros(3) @ np.zeros(4) * x,
    causes,
]
WRONG_CALLS = [
    lambda x: math.sin(x, x),
    lambda x: (lambda a: a)(x, x),
    lambda x: abs() * x,
    lambda x: x(3),
    lambda x: causes(x, x),
    lambda x: causes(y=x),
]


@pytest.mark.parametrize("function", ORDINARY)
def test_ordinary_exceptions_are_unchanged(function):
    with pytest.raises(Exception) as expected:
        function(0.7)
    for run in (grad(function), value_and_grad(function), lambda x: vjp(function, x)):
        with pytest.raises(type(expected.value)) as caught:
            run(0.7)
        assert type(caught.value) is type(expected.value)
        assert caught.value.args == expected.value.args
        assert type(caught.value.__cause__) is type(expected.value.__cause__)


@pytest.mark.parametrize("function", WRONG_CALLS)
def test_calls_with_wrong_arguments_are_errors(function):
    """Seen when transforming, or the TypeError of the call."""
    for run in (grad(function), value_and_grad(function), lambda x: vjp(function, x)):
        with pytest.raises((TypeError, S2SADError)):
            run(0.7)


def test_unbound_and_undefined_names_are_named():
    def f(x):
        if x > 5:
            y = x
        return y * x

    with pytest.raises(UnboundLocalError, match="y"):
        grad(f)(0.7)


def test_wrong_calls_raise_type_error_as_the_function_does():
    def f(x, *, scale):
        return x * scale

    for args, kwargs in [((), {}), ((0.7,), {}), ((0.7, 1.0), {"scale": 1.0}), ((0.7,), {"other": 1.0})]:
        with pytest.raises(TypeError) as expected:
            f(*args, **kwargs)
        with pytest.raises(TypeError) as caught:
            grad(f)(*args, **kwargs)
        assert str(expected.value).split("()")[-1][:20] in str(caught.value) or "argument" in str(caught.value)


def test_exceptions_carry_the_users_line():
    def f(x):
        y = x * x
        return y / 0

    with pytest.raises(ZeroDivisionError) as caught:
        grad(f)(0.7)
    notes = " ".join(getattr(caught.value, "__notes__", []))
    assert "test_laws.py" in notes and str(f.__code__.co_firstlineno + 2) in notes


def test_keyboard_interrupt_and_exit_pass():
    for kind in (KeyboardInterrupt, SystemExit, GeneratorExit):

        def f(x, kind=kind):
            y = x * x
            try:
                raise kind
            except ValueError:
                return x
            return y

        with pytest.raises(kind):
            grad(f)(0.7)


# -- law 2: refusals -------------------------------------------------------------------------------------


def three_problems(x, d):
    x[0] = 1.0
    y = x * 2.0
    d["key"] = y[0]
    y.sort()
    return np.sum(y)


def generator(x):
    yield x * x


async def coroutine(x):
    return x * x


def class_inside(x):
    class Local:
        value = x * x

    return Local.value


def lines_of(function, *texts):
    lines, first = inspect.getsourcelines(function)
    return [next(first + i for i, line in enumerate(lines) if text in line) for text in texts]


def test_all_problems_are_reported_at_once():
    with pytest.raises(S2SADError) as caught:
        grad(three_problems)(V, {})
    error = caught.value
    texts = ["x[0] = 1.0", 'd["key"] = y[0]', "y.sort()"]
    numbers = lines_of(three_problems, *texts)
    assert len(error.errors) == 3
    for part, text, number in zip(error.errors, texts, numbers):
        assert isinstance(part, S2SADError)
        assert part.location.line == number and part.location.filename == __file__
        assert part.location.function == "three_problems"
        assert part.hint
        said = str(part)
        assert f'File "{__file__}", line {number}, in three_problems' in said
        shown = said.splitlines()
        place = next(i for i, line in enumerate(shown) if line.strip() == text)
        caret = shown[place + 1]
        assert caret.strip() == "^"
        assert len(caret) - 1 == shown[place].index(text)
        assert said in str(error) or textwrap.indent(said, "   ")[3:] in str(error)


def test_calls_that_change_their_arguments_are_reported_with_the_rest():
    def helper(v):
        v[0] = 2.0
        return v * 2.0

    def f(x):
        y = helper(x)
        y[1] = 3.0
        return np.sum(y)

    with pytest.raises(S2SADError) as caught:
        grad(f)(V)
    said = str(caught.value)
    assert "y[1] = 3.0" in said and "y = helper(x)" in said


@pytest.mark.parametrize(
    ("function", "line"),
    [(generator, "yield x * x"), (coroutine, "async def"), (class_inside, "class Local:")],
)
def test_unsupported_syntax(function, line):
    with pytest.raises(UnsupportedSyntax) as caught:
        grad(function)(0.7)
    said = str(caught.value)
    assert __file__ in said and line in said and "^" in said and "hint: " in said


def test_unknown_functions_are_refused_by_name():
    import zlib

    def f(x):
        return zlib.adler32(x) * x

    with pytest.raises(S2SADError, match="adler32") as caught:
        grad(f)(0.7)
    assert "zlib.adler32(x)" in str(caught.value) and __file__ in str(caught.value)


def test_options_that_a_rule_does_not_know_are_refused():
    def f(x):
        return np.sum(x, where=x > 0) * 1.0

    try:
        value, gradient = value_and_grad(f)(V)
    except NotDifferentiable as error:
        assert "where" in str(error)
    else:
        assert (value, gradient.tolist()) == (2.5, [1.0, 0.0, 1.0])


def test_in_place_updates_found_when_running_name_the_line():
    def f(x):
        y = x * 1.0
        z = y
        z += 1.0
        return np.sum(y * z)

    with pytest.raises(InPlaceError) as caught:
        grad(f)(V)
    said = str(caught.value) + " ".join(getattr(caught.value, "__notes__", []))
    assert "test_laws.py" in said and "z += 1.0" in said
    assert grad(lambda x: f(float(x)))(0.5) == pytest.approx(2.0)


def test_errors_belong_to_one_family():
    kinds = [
        s2sad.SourceNotFound,
        UnsupportedSyntax,
        NotDifferentiable,
        InPlaceError,
        s2sad.InvalidArgument,
        s2sad.RuleError,
    ]
    assert all(issubclass(kind, S2SADError) for kind in kinds)


# -- law 3: every stage is a program ---------------------------------------------------------------------

POINTS = [pytest.param(c, args, id=f"{c.name}-{i}") for c in CASES for i, args in enumerate(c.inputs)]


def plain(case):
    from s2sad.source import unwrap

    return unwrap(case.function)


def active_names(case, target):
    parameters = list(inspect.signature(target.function).parameters)
    chosen = case.argnums if isinstance(case.argnums, tuple) else (case.argnums,)
    bound = len(target.bound_args)
    found = []
    for a in chosen:
        place = a if isinstance(a, str) else parameters[min(a + bound, len(parameters) - 1)]
        found.append(place)
    return tuple(dict.fromkeys(found))


def compiled(tree, function, context_links):
    """The function that a stage's tree is."""
    from s2sad.emit import emit

    names = [
        *function.__code__.co_freevars,
        *(n for n in context_links if n not in function.__code__.co_freevars),
    ]
    text = emit(tree).replace(f"def {tree.name}(", "def stage(", 1)
    outer = f"def factory({', '.join(names)}):\n" + textwrap.indent(text, "    ") + "\n    return stage\n"
    scope = {}
    exec(compile(outer, f"<stage {tree.name}>", "exec"), {**function.__globals__}, scope)
    code = next(c for c in scope["factory"].__code__.co_consts if isinstance(c, types.CodeType) and c.co_name == "stage")
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    closure = tuple(cells[n] if n in cells else types.CellType(context_links[n]) for n in code.co_freevars)
    made = types.FunctionType(code, function.__globals__, tree.name, function.__defaults__, closure)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def run(function, target, args, kwargs):
    args, kwargs = copy.deepcopy((args, dict(kwargs)))
    with fresh_world() as events:
        value = function(*target.bound_args, *args, **{**target.bound_kwargs, **kwargs})
    return value, events


@pytest.mark.parametrize(("case", "args"), POINTS)
def test_every_stage_gives_what_the_function_gives(case, args):
    from s2sad import pipeline

    target = plain(case)
    function = target.function
    request = pipeline.Request("grad", active_names(case, target))
    transformer = pipeline.Transformer()
    context = transformer._context(pipeline.read(function), request)
    tree = pipeline._prepare(context, False)
    expected, events = run(function, target, args, case.kwargs)
    seen = ["source"]
    for name, tree in pipeline._passes(tree, context):
        assert context.errors == []
        made = compiled(tree, function, context.links)
        value, did = run(made, target, args, case.kwargs)
        assert_identical(value, expected, f"value after {name}")
        assert did == events, f"effects after {name}"
        seen.append(name)
    assert seen == ["source", *(p.__name__ for p in pipeline.PASSES)]


def test_stages_yield_printable_functions():
    from s2sad.emit import emit
    from s2sad.pipeline import PASSES, Request, stages

    def f(x, n):
        y = x
        for i in range(n):
            y = y * x if y < 3 else y + math.sin(x)
        return y

    found = list(stages(f, Request("grad", ("x",))))
    assert [name for name, _ in found] == ["source", *(p.__name__ for p in PASSES), "derivative"]
    for _, trees in found:
        for tree in trees:
            assert isinstance(tree, gast.FunctionDef)
            compile(emit(tree), "<stage>", "exec")


# -- law 5: inactive code is verbatim --------------------------------------------------------------------


def inactive_untouched(x, n):
    import json as js

    rows = [[(i, j) for j in range(i) if j != 1] for i in range(n)]
    with contextlib.suppress(OSError):
        rows.append([open("/nonexistent/file").read()])
    try:
        value = {"a": 1}["b"]
    except KeyError as error:
        value = len(str(error))
    finally:
        rows.sort(key=len, reverse=True)
    total = 0
    while (total := total + 1) < 5:
        if total == 3:
            continue
        elif not total % 2:
            pass
    matrix = np.arange(12).reshape(3, 4)
    matrix[1:, ::2] += 1
    matrix[0], matrix[1] = matrix[1].copy(), matrix[0].copy()
    first, *_, last = [*range(4), *(k for k in range(2))]
    text = f"{value!r:>4}{first + last}"
    k = value + int(matrix[1, 2]) + js.loads("[3]")[0] + len(text) + (lambda q, *r, s=2: q + s)(1)
    for p, (q, r) in zip(range(2), [(1, 2), (3, 4)]):
        k += p * q - r
    else:
        k **= 1
    del rows[0], q
    return x * x * k


def inactive_lines(function):
    lines = textwrap.dedent(inspect.getsource(function)).replace('"', "'").splitlines()
    return [line.rstrip() for line in lines if line.strip() and not line.startswith(("def ", "    return x"))]


def test_inactive_code_is_emitted_verbatim_and_in_order():
    derivative = value_and_grad(inactive_untouched)
    emitted = [line.rstrip() for line in derivative.source.replace('"', "'").splitlines()]  # quotes are repr's
    wanted = inactive_lines(inactive_untouched)
    missing = [line for line in wanted if line not in emitted]
    assert missing == []
    places = iter(emitted)
    assert all(line in places for line in wanted)
    expected = inactive_untouched(0.7, 4)
    value, gradient = derivative(0.7, 4)
    assert_identical(value, expected)
    assert gradient == pytest.approx(2 * expected / 0.7)


def test_inactive_code_may_contain_anything():
    def f(x, n):
        class Point:
            def __init__(self, k):
                self.k = k

        def count():
            for k in range(n):
                yield Point(k).k

        total = 0
        for k in count():
            try:
                total += k // (k - 1)
            except ZeroDivisionError:
                total -= 1
                continue
        points = {k: Point(k) for k in range(n)}
        points[0].k, *rest = range(4)
        exec("hidden = 3")
        return x * x * (total + points[1].k + len(rest))

    expected = f(0.7, 5)
    value, gradient = value_and_grad(f)(0.7, 5)
    assert_identical(value, expected)
    assert gradient == pytest.approx(2 * expected / 0.7)


# -- law 6: cheap gradients ------------------------------------------------------------------------------


class Counting(np.ndarray):
    """An array that counts operations and what they allocate."""

    operations = 0
    elements = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        raw = [np.asarray(i) if isinstance(i, Counting) else i for i in inputs]
        if out is not None:
            kwargs["out"] = tuple(np.asarray(o) for o in out)
        result = getattr(ufunc, method)(*raw, **kwargs)
        Counting.operations += 1
        Counting.elements += max([np.size(i) for i in raw], default=0)
        return result.view(Counting) if isinstance(result, np.ndarray) else result


@pytest.fixture
def counting(monkeypatch):
    """Arrays that count pass for plain ones."""
    monkeypatch.setattr("s2sad.arguments.PLAIN", (np.ndarray, Counting))


def cost(function, *args):
    Counting.operations = Counting.elements = 0
    function(*args)
    return Counting.operations, Counting.elements


def peak(function, *args):
    """Bytes allocated at the highest point of the second run."""
    function(*args)
    tracemalloc.start()
    try:
        function(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def reads_elements(x, n):
    total = 0.0
    for i in range(n):
        total = total + x[i] * x[i]
    return total


def reads_slices(x, n):
    total = 0.0
    for i in range(n - 2):
        total = total + np.sum(x[i : i + 2] * x[i + 1 : i + 3])
    return total


@pytest.mark.usefixtures("counting")
def test_reading_elements_costs_no_more_for_a_longer_array():
    costs = {}
    for size in (100, 1600):
        x = np.linspace(0.1, 1.0, size).view(Counting)
        costs[size] = cost(grad(reads_elements), x, 100)
    assert costs[1600][1] - costs[100][1] <= 10 * (1600 - 100)


@pytest.mark.parametrize("function", [reads_elements, reads_slices])
def test_reading_in_a_loop_is_linear(function):
    import time

    derivative = grad(function)
    derivative(np.linspace(0.1, 1.0, 10), 10)

    def seconds(n):
        x = np.linspace(0.1, 1.0, n)
        runs = []
        for _ in range(3):
            start = time.perf_counter()
            derivative(x, n)
            runs.append(time.perf_counter() - start)
        return min(runs)

    assert seconds(32_000) < 8 * 3 * seconds(4_000)


def test_memory_of_reading_is_linear():
    sizes = [peak(grad(reads_elements), np.linspace(0.1, 1.0, n), n) for n in (1000, 8000)]
    assert sizes[1] < 16 * sizes[0]


def linear_in_numbers(x: float, n: int):
    y = x
    for _ in range(n):
        y = 2.0 * y + x
    return y


def test_linear_loops_record_nothing():
    assert "append" not in grad(linear_in_numbers).source and "stash" not in grad(linear_in_numbers).source


def linear_in_arrays(y, v, n):
    for _ in range(n):
        y = 2.0 * y + v
    return np.sum(y)


def test_linear_loops_keep_no_arrays():
    n, size = 50, 100_000
    derivative = grad(linear_in_arrays, argnums=("y", "v"))
    y_bar, v_bar = derivative(np.ones(3), np.ones((2, 3)), 2)  # y grows in the first round
    assert y_bar.tolist() == [8.0] * 3 and v_bar.tolist() == [[3.0] * 3] * 2
    assert peak(derivative, np.ones(size), np.ones(size), n) < 10 * 8 * size


def mixed_loop(x: float, n: int):
    y = x
    z = x
    for i in range(n):
        y = y * y * 0.5 + x
        z = z + y + i
        k = i * 2
    return z * y * k


def test_stashes_hold_only_what_the_reverse_sweep_reads():
    text = grad(mixed_loop).source
    stashed = {line.strip().split(".append")[0] for line in text.splitlines() if ".append(" in line}
    popped = {line.split(".pop()")[0].split()[-1].split("(")[-1] for line in text.splitlines() if ".pop()" in line}
    assert stashed == popped == {"y_stash"}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_whatever_is_stashed_is_popped(case):
    import re

    with fresh_world():
        if case.output == "scalar":
            text = value_and_grad(case.function, argnums=case.argnums).source
            for name in re.findall(r"^\s*(\w+_stash\w*) = \[\]", text, re.M):
                pushed = len(re.findall(rf"\b{name}\.append\(", text))
                assert pushed >= 1, f"{name} is made but not filled"
                assert re.search(rf"\b{name}\.pop\(", text), f"{name} is never read"


@pytest.mark.usefixtures("counting")
def test_no_work_for_inputs_nobody_asked_about():
    def f(x, y):
        return np.sum(np.exp(y) * y * x)

    text = grad(f).source
    assert "y_bar" not in text
    both = cost(grad(f, argnums=(0, 1)), V.view(Counting), V.view(Counting))
    one = cost(grad(f), V.view(Counting), V.view(Counting))
    assert one[0] < both[0]


@pytest.mark.usefixtures("counting")
def test_work_is_a_small_multiple_of_the_primal():
    def f(x, n):
        y = x
        for i in range(n):
            y = np.sin(y) * x + y * y
        return np.sum(y)

    x = np.full(50, 0.1).view(Counting)
    primal = cost(f, x, 20)[1]
    assert cost(grad(f), x, 20)[1] <= 4 * primal
    assert cost(value_and_grad(f), x, 20)[1] <= 4 * primal


def test_lists_in_loops_are_linear():
    def f(x, n):
        ys = [x]
        for i in range(n):
            ys.append(ys[-1] * 0.9 + ys[i // 2])
        return sum(ys)

    calls = Counter()

    class Number(float):
        def __mul__(self, other):
            calls["mul"] += 1
            return Number(float(self) * float(other))

        def __add__(self, other):
            calls["add"] += 1
            return Number(float(self) + float(other))

        __radd__, __rmul__ = __add__, __mul__

    counts = []
    for n in (50, 400):
        calls.clear()
        grad(f)(Number(0.1), n)
        counts.append(sum(calls.values()))
    assert counts[1] < 16 * counts[0]


# -- law 7: the caller's data ----------------------------------------------------------------------------


class Box:
    def __init__(self, **parts):
        vars(self).update(parts)


def uses_everything(params, xs, box, n):
    y = np.sum(params["w"] * params["inner"]["b"][0]) + xs[0][1] * box.scale
    for i in range(n):
        y = y * xs[1][i] + np.sum(box.parts[0])
    return y


def everything():
    params = {"w": V.copy(), "inner": {"b": [V * 2.0, 3.0]}, "name": "p"}
    xs = ([0.5, 1.5], (1.1, 0.9, 0.7))
    return params, xs, Box(scale=2.0, parts=[V + 1.0, None]), 3


@pytest.mark.parametrize("argnums", [0, 1, 2, (0, 1), (2, 1, 0)])
def test_arguments_are_not_modified(argnums):
    args = everything()
    before = copy.deepcopy(args)
    identities = [id(args[0]["inner"]["b"][0]), id(args[1][0]), id(args[2].parts[0])]
    value_and_grad(uses_everything, argnums=argnums)(*args)
    _, pullback = vjp(uses_everything, *args, argnums=argnums)
    pullback(1.0)
    pullback(2.0)
    assert_identical(args, before)
    assert [id(args[0]["inner"]["b"][0]), id(args[1][0]), id(args[2].parts[0])] == identities


def test_frozen_arguments_will_do():
    x = V.copy()
    x.flags.writeable = False
    params = types.MappingProxyType({"w": x})
    assert grad(lambda p: np.sum(p["w"] ** 2))({"w": x})["w"].tolist() == (2 * V).tolist()
    assert grad(lambda v, p: np.sum(v * p["w"]), argnums=0)(x, params).tolist() == V.tolist()


def test_arguments_are_not_modified_on_exceptions():
    def f(xs, table):
        y = xs[0] * table["k"]
        for v in xs:
            y = y * v
        return y / (len(xs) - 2)

    args = ([0.5, 0.7], {"k": 2.0})
    before = copy.deepcopy(args)
    for run_ in (grad(f), value_and_grad(f), lambda *a: vjp(f, *a, argnums=0)):
        with pytest.raises(ZeroDivisionError):
            run_(*args)
        assert_identical(args, before)


def test_gradients_are_not_the_arguments():
    xs = [V.copy(), V.copy()]
    got = grad(lambda xs: np.sum(xs[0] * xs[1]))(xs)
    for one, other in itertools.product(got, xs):
        assert not np.shares_memory(one, other)
    got[0][:] = 100.0
    assert_identical(xs, [V, V])


def test_seed_is_not_modified():
    seed = {"a": np.ones(3), "b": [2.0, np.ones(3)]}
    before = copy.deepcopy(seed)
    _, pullback = vjp(lambda x: {"a": x * 2.0 + x, "b": [np.sum(x), x]}, V)
    one = pullback(seed)
    two = pullback(seed)
    assert_identical(seed, before)
    assert_identical(one, two)
    np.testing.assert_allclose(one[0], [6.0, 6.0, 6.0])
