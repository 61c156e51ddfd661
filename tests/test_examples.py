"""Every example runs, as its reader would run it, and says what its first lines promise."""

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
STANDALONE = EXAMPLES / "standalone"

# What a script prints, beside what it asserts itself.
EXPECTED = {
    "iris_logistic.py": r"146 of 150 flowers",
    "keyboard_loop.py": r"would add 1\.03",
    "newton_while.py": r"(e = .*\n){3}",
    "option_greeks.py": r"price 4\.4871\n(by .*\n){5}",
    "recursive_simpson.py": r"(width .*\n){3}",
    "sir_influenza.py": r"R0 = 3\.8",
}
ANSWERS = {"keyboard_loop.py": "3\n-1.5\n4\n\n"}


def run(*command, cwd=ROOT, answers="", **environment):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **environment},
        input=answers,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_example(name, tmp_path):
    done = run(EXAMPLES / name, answers=ANSWERS.get(name, ""), S2SAD_CACHE_DIR=str(tmp_path))
    assert re.search(EXPECTED[name], done.stdout), done.stdout
    assert done.stderr == ""


def test_no_example_is_forgotten():
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(EXPECTED)
    index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"({name})" in index for name in EXPECTED)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_examples_say_their_idea_and_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert "One idea:" in ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= 100


def test_keyboard_is_asked_once_and_in_order():
    done = run(EXAMPLES / "keyboard_loop.py", answers=ANSWERS["keyboard_loop.py"])
    assert re.findall(r"interest of year (\d+)", done.stdout) == ["1", "2", "3", "4"]
    growth = (1 + 0.75 * 0.03) * (1 - 0.015) * (1 + 0.75 * 0.04)
    assert f"became {1000 * growth:.2f}" in done.stdout
    assert f"would add {growth:.6f}" in done.stdout


def test_standalone_file_is_what_the_command_in_its_model_writes(tmp_path):
    model = STANDALONE / "shot.py"
    (line,) = re.findall(r"^    (s2sad show .*)$", model.read_text(encoding="utf-8"), re.MULTILINE)
    *arguments, name = shlex.split(line)[1:]
    run("-m", "s2sad", *arguments, tmp_path / name, cwd=STANDALONE)
    assert (tmp_path / name).read_text(encoding="utf-8") == (STANDALONE / name).read_text(encoding="utf-8")


def test_standalone_runs_where_s2sad_is_not_installed():
    # -S leaves site-packages out, so that neither s2sad nor NumPy can be had.
    look = "import importlib.util as u; print(u.find_spec('s2sad'), u.find_spec('numpy'))"
    hidden = run("-S", "-c", look, cwd=STANDALONE, PYTHONPATH="")
    assert hidden.stdout == "None None\n"
    done = run("-S", "aim.py", cwd=STANDALONE, PYTHONPATH="")
    assert "41.31 degrees" in done.stdout
