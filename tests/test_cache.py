"""The cache, on disk and in memory: what one process made another one loads, and nothing stale or foreign
is used.
"""

import ast
import gc
import importlib
import os
import sys
import time
import types
import warnings
import weakref

import numpy as np
import pytest
from processes import finish, run, start

import s2sad
from s2sad import cache, dependencies, derive
from s2sad.adjoints import registry
from s2sad.artifact import Artifact, Owner, Piece, Request, from_file, to_file


@pytest.fixture(autouse=True)
def no_cache_of_the_user(monkeypatch):
    monkeypatch.setenv("S2SAD_CACHE", "off")
    monkeypatch.setattr(cache, "_environment", ["as it was when the tests began"])


MODEL = """
import math

import numpy as np

import scaling
from scaling import shift

def helper(a, k=2.0):
    return a * k + math.sin(a)

def f(x, n=3):
    y = 0.0
    for i in range(n):
        y = y * x + helper(x) if i % 2 else y + scaling.scaled(x) * shift(x)
    return np.exp(y / 10)
"""
SCALING = """
FACTOR = 3.0

def scaled(x):
    return x * FACTOR

def shift(x):
    return x + 1.0
"""
# Prints the gradient, and which of the modules that only transforming needs were imported.
PROGRAM = """
import sys
import s2sad, model
print(repr(s2sad.grad(model.f)(0.7)))
heavy = ("gast", "astunparse", "s2sad.pipeline", "s2sad.emit", "s2sad.transforms", "s2sad.adjoints.families")
print(sorted(set(heavy) & set(sys.modules)))
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "scaling.py").write_text(SCALING)
    return tmp_path


def files(project):
    return sorted((project / "cache").glob("*"))


def slope(project):
    """The gradient by differences, of the model as its files say now."""
    program = "import model; h = 1e-6; print((model.f(0.7 + h) - model.f(0.7 - h)) / (2 * h))"
    return float(run(program, project))


def gradient(project, **variables):
    """The gradient in a new process, and whether it was transformed there."""
    value, heavy = run(PROGRAM, project, **variables).splitlines()
    return float(value), heavy != "[]"


def test_a_second_process_loads_without_transforming(project):
    first, transformed = gradient(project)
    assert transformed and first == pytest.approx(slope(project), rel=1e-7)
    (file,) = files(project)
    before = file.read_bytes()
    assert gradient(project) == (first, False)
    assert files(project) == [file] and file.read_bytes() == before
    ast.parse(before)
    text = before.decode()
    assert "def f_grad(x, n=3, *, out_bar=1.0):" in text and text.startswith("# f_grad, made by s2sad")


def test_files_are_for_the_user_alone(project):
    gradient(project)
    assert (project / "cache").stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in files(project)] == [0o600]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("model.py", "a * k + math.sin(a)", "a * k - math.cos(a)"),
        ("model.py", "return np.exp(y / 10)", "return np.exp(y / 9)"),
        ("model.py", "k=2.0", "k=2.5"),
        ("scaling.py", "return x * FACTOR", "return x * x * FACTOR"),
        ("scaling.py", "FACTOR = 3.0", "FACTOR = 4.0"),
        (
            "scaling.py",
            "def shift(x):\n    return x + 1.0",
            "def shift(y):\n    z: float = y * 0.5\n    return z",
        ),
    ],
)
def test_what_changed_is_noticed(project, name, old, new):
    first, _ = gradient(project)
    text = (project / name).read_text()
    assert old in text
    (project / name).write_text(text.replace(old, new))
    changed, _ = gradient(project)
    assert changed == pytest.approx(slope(project), rel=1e-7)
    assert changed != pytest.approx(first, rel=1e-3)
    assert gradient(project) == (changed, False)


def test_a_function_that_moved_in_its_file_is_still_known(project):
    first, _ = gradient(project)
    (project / "model.py").write_text("# a comment above\n\n" + MODEL)
    assert gradient(project) == (first, False)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"x_bar = ", b"x_bar = 7 + "),
        lambda data: data.replace(b"# key: '", b"# key: 'a"),
        lambda data: b"\xff\xfe" + data,
        lambda data: b"# checksum: 0\n" + data,
        lambda data: b"\n".join(data.split(b"\n")[2:]),
    ],
)
def test_damaged_files_are_made_anew(project, damage):
    first, _ = gradient(project)
    (file,) = files(project)
    whole = file.read_bytes()
    assert damage(whole) != whole
    file.write_bytes(damage(whole))
    assert gradient(project) == (first, True)
    assert file.read_bytes() == whole


def resealed(text):
    """The text with a checksum that fits: as somebody with bad intentions would write it."""
    first, _, body = text.split("\n", 2)
    return f"{first}\n# checksum: {dependencies.digest(body)}\n{body}"


def test_what_others_may_have_written_is_not_loaded(project):
    first, _ = gradient(project)
    (file,) = files(project)
    planted = resealed(
        file.read_text().replace("    return ", "    return 1000 * ", 1).replace("x_bar = 0.0", "x_bar = 5.0")
    )
    file.write_text(planted)
    assert gradient(project)[0] != first  # so the plant is one: only permissions keep it out
    file.chmod(0o666)
    assert gradient(project)[0] == first
    file.write_text(planted)
    file.chmod(0o600)
    file.parent.chmod(0o777)
    used = PROGRAM.replace("import s2sad, model", "import warnings; warnings.simplefilter('ignore'); import s2sad, model")
    assert float(run(used, project).splitlines()[0]) == first
    assert file.read_text() == planted and files(project) == [file]


def test_a_directory_that_others_can_write_is_named_once(tmp_path, monkeypatch):
    directory = tmp_path / "open"
    directory.mkdir()
    directory.chmod(0o777)
    monkeypatch.setenv("S2SAD_CACHE_DIR", str(directory))
    monkeypatch.delenv("S2SAD_CACHE", raising=False)
    with pytest.warns(RuntimeWarning, match="others can write") as caught:
        assert s2sad.grad(lambda x: x * 3.0)(1.0) == 3.0
        assert s2sad.grad(lambda x: x * 4.0)(1.0) == 4.0
    assert len(caught) == 1 and str(directory) in str(caught[0].message)
    assert list(directory.iterdir()) == []


def test_switched_off(project):
    gradient(project, S2SAD_CACHE="off")
    assert not (project / "cache").exists()
    first, _ = gradient(project)
    assert gradient(project, S2SAD_CACHE="off") == (first, True)


def test_a_place_that_cannot_be_written_does_no_harm(project):
    (project / "cache").write_text("a file, not a directory")
    first, transformed = gradient(project)
    assert transformed and first == pytest.approx(slope(project), rel=1e-7)


def test_many_processes_at_once(project):
    crowd = [start(PROGRAM, project) for _ in range(6)]
    values = {finish(process).splitlines()[0] for process in crowd}
    assert len(values) == 1
    assert float(values.pop()) == pytest.approx(slope(project), rel=1e-7)
    (file,) = files(project)  # and nothing half-written
    assert gradient(project)[1] is False


def test_two_closures_of_one_text_with_different_helpers(tmp_path):
    (tmp_path / "model.py").write_text(
        "import math\n\ndef make(g):\n    return lambda x: g(x) * x\n\n\ndef twice(x):\n    return 2 * x\n"
        "\n\nsine, double, third = make(math.sin), make(twice), make(lambda x: x ** 3)\n"
    )
    program = """
import sys, s2sad, model
print([s2sad.grad(h)(0.5) for h in (model.sine, model.double, model.third)], "gast" in sys.modules)
"""
    expected = [np.sin(0.5) + 0.5 * np.cos(0.5), 2.0, 0.5]
    for transformed in ("True", "False"):
        *values, heavy = run(program, tmp_path).strip("[\n").replace("]", ",").split(",")
        assert [float(v) for v in values] == pytest.approx(expected)
        assert heavy.strip() == transformed


# -- one file -------------------------------------------------------------------------------------------

ARTIFACT = Artifact(
    "f_grad",
    'def f_grad(x):\n    """Text with # signs\n\n    and blank lines."""\n    return np.exp(x)\n',
    (Piece("f_grad", "joint", 0),),
    (Owner(-1, "", 1, {"np": "numpy:"}, {"np.exp": 'it\'s # "quoted"\nand broken'}),),
    "1 0 0, 2 0 1",
)


def test_files_hold_what_they_are_given():
    text = to_file(ARTIFACT, "0" * 32, "made by a test")
    assert from_file(text, "0" * 32) == ARTIFACT
    assert from_file(text, "1" * 32) is None
    assert ARTIFACT.user_line(2) == (0, 1) and ARTIFACT.user_line(3) is None
    ast.parse(text)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("S2SAD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("S2SAD_CACHE", raising=False)
    return tmp_path / "cache"


def keys(count):
    return [f"{i:032x}" for i in range(count)]


def test_the_oldest_go_first(store, monkeypatch):
    size = len(to_file(ARTIFACT, keys(1)[0], ""))
    for age, key in enumerate(keys(20)):
        cache.store("f", key, ARTIFACT)
        os.utime(store / f"f-{key}.py", (1e9 + age, 1e9 + age))
    monkeypatch.setattr(cache, "LIMIT", 8 * size)
    (store / "mine.py").write_text("not an entry")
    cache.store("f", f"{128:032x}", ARTIFACT)
    left = {path.name for path in cache.entries()}
    assert sum(path.stat().st_size for path in cache.entries()) <= 8 * size
    assert 3 <= len(left) <= 8
    assert f"f-{128:032x}.py" in left and f"f-{keys(20)[-1]}.py" in left and f"f-{keys(1)[0]}.py" not in left
    assert (store / "mine.py").exists()
    assert cache.clear() == len(left) and cache.entries() == []


def test_what_is_used_becomes_young(store):
    cache.store("f", keys(1)[0], ARTIFACT)
    path = store / f"f-{keys(1)[0]}.py"
    os.utime(path, (1e9, 1e9))
    assert cache.load("f", keys(1)[0]) == ARTIFACT
    assert path.stat().st_mtime > 1.5e9


def test_a_write_that_fails_leaves_nothing(store, monkeypatch):
    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    cache.store("f", keys(1)[0], ARTIFACT)
    assert list(store.iterdir()) == []
    assert cache.load("f", keys(1)[0]) is None


def test_links_out_of_the_directory_are_files_of_their_owner(store, tmp_path):
    cache.store("f", keys(1)[0], ARTIFACT)
    path = store / f"f-{keys(1)[0]}.py"
    path.unlink()
    path.mkdir()
    assert cache.load("f", keys(1)[0]) is None


def test_another_numpy_python_or_s2sad_is_another_key(monkeypatch, tmp_path):
    late = time.time_ns() + 10**12
    monkeypatch.setattr(cache, "_STARTED", late)

    def key():
        monkeypatch.setattr(cache, "_environment", [])
        return cache.entry_key("function", Request("grad", ("x",)))

    first = key()
    assert key() == first
    monkeypatch.setattr(np, "__version__", "0.0")
    second = key()
    monkeypatch.setattr(sys, "version_info", (3, 99))
    third = key()
    package = tmp_path / "s2sad"
    package.mkdir()
    (package / "api.py").write_text("1")

    described = cache._describe(str(package), late)
    (package / "api.py").write_text("12")
    assert len({first, second, third, described, cache._describe(str(package), late)}) == 5
    assert cache._describe(str(package), imported=0) == ""  # replaced while this process runs the old ones
    assert cache._describe(str(tmp_path / "nothing"), late) == ""


def test_the_place_is_that_of_platformdirs(monkeypatch):
    from platformdirs import user_cache_dir

    monkeypatch.delenv("S2SAD_CACHE_DIR", raising=False)
    monkeypatch.delenv("S2SAD_CACHE", raising=False)
    assert str(cache.location()) == user_cache_dir("s2sad", appauthor=False)
    monkeypatch.setenv("XDG_CACHE_HOME", os.path.abspath("somewhere"))
    assert str(cache.location()) == user_cache_dir("s2sad", appauthor=False)
    monkeypatch.setenv("S2SAD_CACHE", "off")
    assert cache.location() is None and cache.entries() == []


# -- in memory ------------------------------------------------------------------------------------------


def module(text, name="notebook", directory=None):
    """A module made of text that is kept, as a notebook keeps its cells."""
    import linecache

    made = types.ModuleType(name)
    define(made, text)
    assert linecache.cache
    return made


def define(made, text):
    import linecache

    filename = f"<cell {dependencies.digest(text)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    exec(compile(text, filename, "exec"), vars(made))


def test_a_helper_that_is_redefined_is_noticed():
    cells = module("import math\ndef helper(x):\n    return x * 2\ndef f(x):\n    return helper(x) * x\n")
    df = s2sad.grad(cells.f)
    assert df(3.0) == 12.0
    define(cells, "def helper(x):\n    return x * x\n")
    assert df(3.0) == 27.0
    define(cells, "helper = math.sin\n")
    assert df(3.0) == pytest.approx(np.sin(3.0) + 3.0 * np.cos(3.0))
    define(cells, "helper = lambda x, k=2: x ** k\n")
    assert df(3.0) == 27.0


def test_a_helper_of_a_helper_and_the_function_itself():
    cells = module("def g(x):\n    return 2 * x\ndef h(x):\n    return g(x)\ndef f(x):\n    return h(x)\n")
    df = s2sad.grad(cells.f)
    assert df(3.0) == 2.0
    define(cells, "def g(x):\n    return 5 * x\n")
    assert df(3.0) == 5.0
    define(cells, "def h(x):\n    return -g(x)\n")
    assert df(3.0) == -5.0
    other = module("def f(x):\n    return x * x * x\n")
    cells.f.__code__ = other.f.__code__  # as a notebook's autoreload does
    assert df(3.0) == 27.0


def test_a_rebound_attribute_of_a_module_is_noticed(project, monkeypatch):
    monkeypatch.syspath_prepend(project)
    model, scaling = importlib.import_module("model"), importlib.import_module("scaling")
    df = s2sad.grad(model.f)
    before = df(0.7)
    monkeypatch.setattr(scaling, "scaled", lambda x: x * x)
    after = df(0.7)
    h = 1e-6
    assert after == pytest.approx((model.f(0.7 + h) - model.f(0.7 - h)) / (2 * h), rel=1e-7)
    assert after != pytest.approx(before, rel=1e-3)
    monkeypatch.setattr(model, "scaling", types.SimpleNamespace(scaled=lambda x: 0.5 * x))
    assert df(0.7) == pytest.approx((model.f(0.7 + h) - model.f(0.7 - h)) / (2 * h), rel=1e-7)
    for name in ("model", "scaling"):
        sys.modules.pop(name)


def test_a_builtin_that_is_hidden_later_is_noticed():
    cells = module("def f(x):\n    return abs(x) * 3\n")
    df = s2sad.grad(cells.f)
    assert df(-2.0) == -3.0
    define(cells, "def abs(x):\n    return x * x\n")
    assert df(-2.0) == -12.0


def test_a_class_whose_method_is_replaced_is_noticed():
    cells = module(
        "class Model:\n    def scale(self, x):\n        return 2 * x\nm = Model()\ndef f(x):\n    return m.scale(x)\n"
    )
    df = s2sad.grad(cells.f)
    assert df(1.0) == 2.0
    define(cells, "def scale(self, x):\n    return 7 * x\nModel.scale = scale\n")
    assert df(1.0) == 7.0


def test_which_helpers_are_one_and_the_same_counts():
    """`a` and `b` have the same code, so nothing but their identity tells what each of them holds."""
    cells = module(
        "def make(k):\n    def scale(x):\n        return k * x\n    return scale\n"
        "a = b = make(2.0)\ndef f(x):\n    return a(x) * 10 + b(x)\n"
    )
    df = s2sad.grad(cells.f)
    assert df(1.0) == 22.0
    define(cells, "b = make(3.0)\n")
    assert df(1.0) == 23.0
    define(cells, "a = b\n")
    assert df(1.0) == 33.0


def test_closures_of_one_text_hold_their_own():
    makers = [lambda x, k=k: lambda y: y * x * k for k in (1.0, 2.0)]
    functions = [make(x) for make in makers for x in (3.0, 5.0)]
    assert [s2sad.grad(f)(1.0) for f in functions] == [3.0, 5.0, 6.0, 10.0]
    derivatives = [s2sad.grad(f) for f in functions]
    assert [df(1.0) for df in derivatives] == [3.0, 5.0, 6.0, 10.0]


def test_annotations_of_locals_are_part_of_the_text():
    plain = module("def f(x):\n    y = x * 2\n    return y\n").f
    noted = module("def f(x):\n    y: float = x * 2\n    return y\n").f
    assert dependencies.fingerprint(plain) != dependencies.fingerprint(noted)
    again = module("# moved\ndef f(x):\n    y = x * 2\n    return y\n").f
    assert dependencies.fingerprint(plain) == dependencies.fingerprint(again)


def test_a_rule_of_the_user_is_part_of_what_is_found():
    def cube(x):
        return x**3

    def template(ans, x):
        return 3 * x**2

    before = dependencies.fingerprint(cube)
    s2sad.elementwise(cube)(template)
    assert dependencies.fingerprint(cube) != before
    assert dependencies.may_have_rule(cube)


def test_where_rules_may_be_is_known():
    """Of every function with a rule it is said that it may have one, before any rule is imported."""
    missed = [
        function
        for function, _ in registry.all_rules()
        if str(getattr(function, "__module__", None) or "builtins").partition(".")[0] not in dependencies.KNOWN_ROOTS
        and "<locals>" not in getattr(function, "__qualname__", "")  # other tests register their own
    ]
    assert missed == []


def test_functions_made_in_a_loop_are_let_go():
    def loop():
        for i in range(40):
            held = np.full(10, float(i))
            f = lambda x: (x * held).sum()  # noqa: B023
            assert s2sad.grad(f)(np.ones(10))[0] == i
            yield weakref.ref(f), weakref.ref(held)

    references = list(loop())
    gc.collect()
    assert [r for pair in references for r in pair if r() is not None] == []


def test_derivatives_kept_in_memory_are_bounded(monkeypatch):
    import linecache

    monkeypatch.setattr(derive, "_KEPT", 5)
    monkeypatch.setattr(derive, "_RECENT", 5)
    gc.collect()
    for i in range(1, 21):
        cells = module(f"def f(x):\n    return x * x * {i} + {i}\n")
        assert s2sad.grad(cells.f)(1.0) == 2 * i
        del cells
    gc.collect()
    assert len(derive._compiled) <= 5 and len(derive._recent) <= 5
    texts = [t for name, (_, _, t, _) in linecache.cache.items() if name.startswith("<s2sad f_grad")]
    assert sum(f"return x * x * {i} + {i}" in "".join(t) for t in texts for i in range(1, 21)) <= 5


def test_the_text_lives_as_long_as_the_code():
    import inspect

    main = s2sad.grad(module("def f(x):\n    return x * x * 41\n").f).__wrapped__
    derive._compiled.clear()
    derive._recent.clear()
    gc.collect()
    assert "def f_grad" in inspect.getsource(main)
    assert s2sad.grad(main)(1.0) == 82.0


def test_importing_s2sad_is_light(tmp_path):
    program = """
import sys, numpy
before = set(sys.modules)
import s2sad
heavy = "gast astunparse click pygments platformdirs hashlib json pathlib tempfile six".split()
ours = "pipeline context nodes emit analysis transforms packing pickling adjoints.families".split()
added = set(sys.modules) - before
print(sorted(added & {*heavy, *("s2sad." + name for name in ours)}))
"""
    assert run(program, tmp_path) == "[]\n"


def test_no_warnings_are_left(tmp_path, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        monkeypatch.delenv("S2SAD_CACHE")
        monkeypatch.setenv("S2SAD_CACHE_DIR", str(tmp_path / "a" / "b"))
        assert s2sad.grad(lambda x: x * 8.0)(1.0) == 8.0
    assert len(list((tmp_path / "a" / "b").iterdir())) == 1
