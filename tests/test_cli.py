"""The command line: what it prints, what it writes, and how it fails."""

import os
import pty
import re
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner

import s2sad
from s2sad.adjoints import registry
from s2sad.cli import main
from s2sad.cli.show import STAGES

MODEL = """
import math

import numpy as np

import s2sad


def loss(w, x: float = 2.0):
    return np.sum(w ** 2) * x


def cube(x: float):
    if x > 0.0:
        return x * x * x
    return -x


def not_its_gradient(x):
    return x * s2sad.stop_gradient(x)


def opens(x):
    with open("no such file") as file:
        return x * float(file.read())


def generates(x):
    yield x


def leaves(x):
    raise SystemExit(1)


def shaky(x):
    return x * id(object()) * np.random.default_rng().normal()


def vector(x):
    return np.sin(x) * x


class Model:
    def area(self, r):
        return 3.0 * r * r

    @staticmethod
    def double(x):
        return 2.0 * x


@s2sad.value_and_grad
def decorated(x):
    return x * x


data = np.arange(3.0)
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A file of the user's, in the working directory."""
    path = tmp_path / "model.py"
    path.write_text(MODEL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("S2SAD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield path
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in sys.modules[name].__file__:
            del sys.modules[name]


def s2sad_command(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments], prog_name="s2sad")


def good(*arguments):
    done = s2sad_command(*arguments)
    assert done.exit_code == 0, done.output
    assert done.stderr == "" or done.stderr.startswith("wrote ")
    return done.stdout


def bad(*arguments, code=2):
    done = s2sad_command(*arguments)
    assert done.exit_code == code, done.output
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


# show


def test_show(model):
    text = good("show", "model.py:cube")
    assert text.startswith(
        'def cube_grad(x, *, out_bar=1.0):\n    """Gradient of cube with respect to x (reverse mode)."""\n'
    )
    assert "    # return x * x * x\n" in text
    assert text.endswith("\n") and not text.endswith("\n\n")
    scope = {}
    exec(text, scope)
    assert (scope["cube_grad"](2.0), scope["cube_grad"](-3.0)) == (12.0, -1.0)


def test_show_is_what_the_library_gives(model):
    text = good("show", "model:loss", "--argnums", "w,1", "--value")
    import model as module

    assert text.strip() == s2sad.value_and_grad(module.loss, argnums=("w", 1)).source.strip()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["model.py:loss"], ["def loss_grad(w, x=2.0,", "with respect to w "]),
        (["model:loss", "--argnums", "x"], ["with respect to x "]),
        (["model.py:loss", "-a", "0,"], ["with respect to w "]),
        (["model.py:loss", "--argnums", "-1"], ["with respect to x "]),
        (["model.py:loss", "--value"], ["def loss_value_and_grad("]),
        (["model.py:loss", "--split"], ["def loss_fwd(", "def loss_bwd(tape"]),
        (["model.py:Model.area"], ["with respect to r "]),
        (["model.py:Model.double"], ["with respect to x "]),
        (["model.py:decorated"], ["def decorated_value_and_grad("]),
        (["model.py:decorated", "--split"], ["def decorated_fwd("]),
        (["math:exp"], ["def exp_grad(x"]),
        (["numpy.linalg:det"], ["def det_grad("]),
    ],
)
def test_show_options(model, arguments, expected):
    text = good("show", *arguments)
    for part in expected:
        assert part in text


def test_every_stage(model):
    for name in STAGES:
        text = good("show", "model.py:cube", "--stage", name)
        assert re.search(r"^def cube(_grad)?\(", text, re.MULTILINE), name
    everything = good("show", "model.py:cube", "--stage", "all")
    assert re.findall(r"^# (\w+)$", everything, re.MULTILINE) == list(STAGES)
    message = bad("show", "model.py:cube", "--stage", "ssa")
    assert all(name in message for name in STAGES)


def test_stages_before_the_derivative_run(model):
    for name in STAGES[:-1]:
        scope = {}
        exec(good("show", "model.py:cube", "--stage", name), scope)
        assert (scope["cube"](2.0), scope["cube"](-3.0)) == (8.0, 3.0)


def test_color(model, monkeypatch):
    plain = good("show", "model.py:cube")
    assert "\x1b" not in plain
    colored = good("show", "model.py:cube", "--color", "always")
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in good("show", "model.py:cube", "--color", "always")


def test_color_on_a_terminal(model):
    def output(**environment):
        reader, writer = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm", **environment}
        process = subprocess.Popen([sys.executable, "-m", "s2sad", "show", "model.py:cube"], stdout=writer, env=environment)
        os.close(writer)
        found = b""
        while True:
            try:
                part = os.read(reader, 4096)
            except OSError:
                break
            if not part:
                break
            found += part
        os.close(reader)
        assert process.wait() == 0
        return found

    assert b"\x1b[" in output()
    assert b"\x1b[" not in output(NO_COLOR="1")


def test_standalone_into_a_file(model, tmp_path):
    printed = good("show", "model.py:loss", "--standalone")
    assert good("show", "model.py:loss", "--standalone", "-o", "out.py") == ""
    out = tmp_path / "out.py"
    assert out.read_text(encoding="utf-8") == printed
    assert stat.S_IMODE(out.stat().st_mode) == stat.S_IMODE(model.stat().st_mode)
    scope = {}
    exec(printed, scope)
    assert scope["loss_grad"](scope["np"].ones(2)).tolist() == [4.0, 4.0]
    assert sorted(p.name for p in tmp_path.iterdir() if "out" in p.name) == ["out.py"]  # nothing temporary is left


def test_output_keeps_what_is_there_if_it_fails(model, tmp_path):
    (tmp_path / "out.py").write_text("precious")
    bad("show", "model.py:generates", "-o", "out.py")
    assert (tmp_path / "out.py").read_text() == "precious"
    assert "is the file that the function stands in" in bad("show", "model.py:cube", "-o", "model.py")
    assert model.read_text(encoding="utf-8") == MODEL
    assert "cannot be written" in bad("show", "model.py:cube", "-o", "nowhere/out.py")


def test_output_into_what_is_no_file(model):
    """A pipe, or a device, is written to; it is not replaced."""
    os.mkfifo("pipe")
    reader = subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE, text=True)
    good("show", "model.py:cube", "-o", "pipe")
    assert reader.communicate(timeout=60)[0] == good("show", "model.py:cube")
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)
    assert "Is a directory" in bad("show", "model.py:cube", "-o", ".")


def test_files_in_packages_and_relative_imports(model, tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "helpers.py").write_text("def square(x):\n    return x * x\n")
    (package / "inner.py").write_text("from .helpers import square\ndef f(x):\n    return square(x)\n")
    assert "square_bwd" in good("show", "package/inner.py:f")
    assert "square_bwd" in good("show", "package.inner:f")


# errors


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["show", "model.py:los"], "did you mean loss?"),
        (["show", "model.py:zzz"], "it has loss, cube,"),
        (["show", "model.py:Model.arae"], "did you mean area?"),
        (["show", "model.py:Model"], "the class Model is not a function"),
        (["show", "model.py:data"], "data, of type ndarray, is not a function"),
        (["show", "model.py"], "does not say which function; model.py has loss, cube,"),
        (["show", "missing.py:f"], "there is no file missing.py"),
        (["show", "missing_module:f"], "there is no module 'missing_module'"),
        (["show", "model.py:generates"], "line 29"),
        (["show", "model.py:loss", "--argnums", "q"], "loss() has no parameter 'q'"),
        (["show", "model.py:loss", "--argnums", "7"], "loss() has no argument 7"),
        (["show", "model.py:loss", "--argnums", "a b"], "neither a position nor the name"),
        (["show", "model.py:loss", "--value", "--split"], "--value and --split exclude each other"),
        (["show", "builtins:len"], "len has no derivative"),
        (["show", "model.py:loss", "--stage", "anf", "--standalone"], "exclude each other"),
        (["show", ":f"], "':f' does not say which function"),
        (["show", "..:f"], "'..' is neither a file nor the name of a module"),
        (["show", "a b:f"], "'a b' is neither a file nor the name of a module"),
        (["show", "x" * 5000 + ".py:f"], "there is no file x"),
        (["show", "x" * 5000 + ":f"], "there is no module 'x"),
        (["show", "."], "neither a file nor"),
        (["show", "os.path:join"], "built into Python"),
        (["show"], "Missing argument"),
        (["nonsense"], "No such command"),
        (["check", "model.py:cube"], "missing a required argument: 'x'"),
        (["check", "model.py:cube", "--args", "2.0,, 1"], "--args is not valid Python"),
        (["check", "model.py:cube", "--args", "1 / 0"], "--args: ZeroDivisionError"),
        (["check", "model.py:cube", "--args", "'a'"], "no argument has a derivative"),
        (["check", "model.py:cube", "--args", "exit(1)"], "--args: SystemExit: 1"),
        (["check", "model.py:cube", "--args", "1.0", "--rtol", "-1"], "'--rtol': -1"),
        (["check", "model.py:leaves", "--args", "1.0"], "the function raised SystemExit: 1"),
        (["check", "model.py:opens", "--args", "2.0"], "FileNotFoundError"),
        (["check", "model.py:generates", "--args", "2.0"], "the function returned generator"),
        (["rules", "no_such_rule"], "no rule matches 'no_such_rule'"),
        (["rules", "hypott"], "did you mean"),
    ],
)
def test_errors_are_one_paragraph(model, arguments, expected):
    message = bad(*arguments)
    assert expected in message
    assert "\n\n" not in message.strip() or message.startswith("Usage: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import math\n1 / 0\n", ["ZeroDivisionError", 'broken.py", line 2', "1 / 0", "__main__"]),
        ("def f(x):\n    return (\n", ["is not valid Python", 'broken.py", line 2']),
        ("import no_such_thing\n", ["No module named 'no_such_thing'", 'broken.py", line 1']),
        ("import sys\nsys.exit(5)\n", ["SystemExit: 5"]),
    ],
)
@pytest.mark.parametrize("how", ["broken.py:f", "broken:f"])
def test_a_file_that_cannot_be_imported(model, tmp_path, text, expected, how):
    (tmp_path / "broken.py").write_text(text)
    message = bad("show", how)
    for part in expected:
        assert part in message
    assert "s2sad/cli" not in message


def test_a_bug_of_ours_is_no_traceback(model, monkeypatch):
    monkeypatch.setattr(sys.modules["s2sad.cli.show"], "emit", lambda trees: 1 / 0)
    message = bad("show", "model.py:cube", "--stage", "anf")
    assert "this is a bug in s2sad: ZeroDivisionError" in message


# check


def test_check_agrees(model):
    text = good("check", "model.py:loss", "--args", "np.array([1.0, 2.0]), 3.0")
    lines = text.splitlines()
    assert lines[0].split() == ["argument", "gradient", "differences", "error"]
    assert re.match(r"w +6, 12 +6, 12 +\S+ +ok$", lines[1])
    assert re.match(r"x +5 +5 +\S+ +ok$", lines[2])


@pytest.mark.parametrize(
    "arguments",
    [
        ["model.py:cube", "--args", "2.0"],
        ["model.py:cube", "--args", "x=-2.0"],
        ["model.py:cube", "--kwargs", "{'x': 2.0}"],
        ["model.py:cube", "--kwargs", "x=2.0"],
        ["model.py:loss", "--args", "data", "--argnums", "w"],
        ["model.py:vector", "--args", "np.ones((3, 50))"],
        ["model.py:Model.area", "--args", "Model(), 2.0"],
        ["model.py:decorated", "--args", "2.0"],
        ["math:exp", "--args", "1.5"],
        ["numpy:hypot", "--args", "3.0, 4.0"],
        ["model.py:not_its_gradient", "--args", "2.0", "--rtol", "0.6"],
    ],
)
def test_check_forms(model, arguments):
    assert " ok" in good("check", *arguments)


def test_check_differs(model):
    done = s2sad_command("check", "model.py:not_its_gradient", "--args", "2.0")
    assert done.exit_code == 1
    assert re.search(r"x +2 +4 +5\.0e-01 +differs", done.stdout)
    assert done.stderr == ""


def test_check_at_a_kink_or_of_noise_is_not_fine(model):
    done = s2sad_command("check", "model.py:shaky", "--args", "2.0")
    assert done.exit_code in (1, 2)


def test_what_the_function_prints_is_not_in_the_way(model):
    with open("model.py", "a") as file:
        file.write("\ndef prints(x):\n    print('noise')\n    return x * x\n")
    assert "noise" not in good("check", "model.py:prints", "--args", "2.0")


# rules


def test_rules():
    text = good("rules")
    names = [line.split()[0] for line in text.splitlines()]
    assert {"np.sin", "math.sin", "np.linalg.inv", "len"} <= set(names)
    assert [name for name in names if name.startswith("s2sad")] == ["s2sad.stop_gradient"]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("pattern", "there", "absent"),
    [
        ("hypot", ["np.hypot", "math.hypot"], "np.sin"),
        ("np.s*n", ["np.sin", "np.sign"], "math.sin"),
        ("NumPy.Linalg.*", ["np.linalg.det"], "np.sin"),
        ("math.exp", ["math.exp", "math.expm1"], "np.exp"),
    ],
)
def test_rules_pattern(pattern, there, absent):
    names = [line.split()[0] for line in good("rules", pattern).splitlines()]
    assert set(there) <= set(names)
    assert absent not in names


def test_rules_say_kind_and_what():
    assert re.search(r"^np\.hypot +elementwise +x/ans, y/ans; 0 at the origin", good("rules", "np.hypot"), re.M)
    assert re.search(r"^np\.cos +elementwise +-np\.sin\(x\)$", good("rules", "np.cos"), re.MULTILINE)


def test_a_rule_of_a_user_without_text(model, monkeypatch):
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))
    scope = {"elementwise": registry.elementwise, "mine": lambda x: x}
    exec("@elementwise(mine, at=[(1.0,)])\ndef mine(ans, x):\n    return 1.0\n", scope)
    assert "<lambda>  elementwise\n" in good("rules", "<lambda>")
    model.write_text("def f(x):\n    return mine(x)\n")
    (function,) = [f for f, rule in registry.all_rules() if rule.name == "mine"]
    monkeypatch.setattr("builtins.mine", function, raising=False)
    assert "the source of the rule mine cannot be read" in bad("show", "model.py:f")


# cache


def test_cache(model, tmp_path):
    assert good("cache").strip() == good("cache", "path").strip() == str(tmp_path / "cache")
    assert s2sad_command("cache", "list").stderr.strip().endswith("is empty")
    good("show", "model.py:cube")
    assert "cube" in good("cache", "list")
    assert good("cache", "clear").startswith("removed 1 file from ")
    assert s2sad_command("cache", "list").stdout == ""


def test_cache_switched_off(model, monkeypatch):
    monkeypatch.setenv("S2SAD_CACHE", "off")
    assert "the cache is switched off" in bad("cache", "path")
    bad("cache", "no_such_action")


# as a program


def run(*command, **environment):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), **environment}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)


def test_python_m(model):
    done = run(sys.executable, "-W", "error", "-m", "s2sad", "show", "model.py:cube")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == good("show", "model.py:cube")
    assert run(sys.executable, "-m", "s2sad", "show", "model.py:nothing").returncode == 2
    assert run(sys.executable, "-m", "s2sad", "check", "model.py:not_its_gradient", "--args", "2.0").returncode == 1


@pytest.mark.parametrize("command", [["show", "model.py:cube"], ["rules"], ["check", "model.py:cube", "--args", "2.0"]])
def test_streams_that_are_closed_or_full(model, command):
    shown = " ".join([sys.executable, "-m", "s2sad", *command])
    for shell in (f"{shown} >&-", f"{shown} <&-", f"{shown} 2>&-", f"{shown} | head -c 1; exit ${{PIPESTATUS[0]}}"):
        done = run("bash", "-c", shell)
        assert done.returncode in (0, 1) and done.stderr == "", shell
    if os.path.exists("/dev/full"):
        done = run("bash", "-c", f"{shown} > /dev/full")
        assert done.returncode == 2 and done.stderr == "error: [Errno 28] No space left on device\n"


def test_interrupted(model):
    model.write_text("raise KeyboardInterrupt\n")
    assert s2sad_command("show", "model.py:f").exit_code == 130


def test_the_console_script(model):
    # what the script that pip installs does
    script = "import sys; from s2sad.cli import main; sys.argv[0] = 's2sad'; sys.exit(main())"
    done = run(sys.executable, "-c", script, "--version")
    assert (done.returncode, done.stdout) == (0, f"s2sad {s2sad.__version__}\n")
    done = run(sys.executable, "-c", script, "nonsense")
    assert done.returncode == 2 and "Usage: s2sad " in done.stderr


def test_importing_the_library_does_not_import_the_command_line():
    code = "import s2sad, sys; print({'click', 'pygments', 's2sad.cli', 's2sad.standalone'} & set(sys.modules))"
    assert run(sys.executable, "-c", code).stdout == "set()\n"


@pytest.mark.parametrize("command", [[], ["show"], ["check"], ["rules"], ["cache"]])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(command, flag):
    text = good(*command, flag)
    assert text.startswith("Usage: s2sad")
    assert re.search(r"^  s2sad \w+", text, re.MULTILINE)  # an example
