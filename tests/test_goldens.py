"""Short functions and the text that is emitted for them, in tests/goldens. The emitted text is the product.

Each file holds the program and, below a line `# --- what`, the text of each derivative that it asks for.
After a change, `pytest tests/test_goldens.py --update-goldens`; then read the difference as a person who has
to maintain that code.
"""

import ast
import difflib
import linecache
import types
from pathlib import Path

import pytest
from numeric import assert_close_tree, central_difference

import s2sad

DIRECTORY = Path(__file__).parent / "goldens"
MARK = "# --- "
FILES = sorted(DIRECTORY.glob("*.txt"))


@pytest.fixture(autouse=True)
def no_cache_of_the_user(monkeypatch):
    monkeypatch.setenv("S2SAD_CACHE", "off")


def parts(path):
    """The program, and the recorded text by what was asked for."""
    program, *sections = path.read_text(encoding="utf-8").split("\n" + MARK)
    return program.rstrip() + "\n", dict(s.split("\n", 1) for s in sections)


def module_of(path, program):
    """The program as a module. It defines `f`, and `AT`: the arguments at which the gradient is tried."""
    filename = f"<golden {path.stem}>"
    linecache.cache[filename] = (len(program), None, program.splitlines(True), filename)
    module = types.ModuleType(path.stem)
    exec(compile(program, filename, "exec"), module.__dict__)
    return module


def emitted(module, what):
    form, _, argnums = what.strip().partition(" ")
    chosen = ast.literal_eval(argnums) if argnums else 0
    return getattr(s2sad, form)(module.f, argnums=chosen), chosen


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_golden(path, request):
    program, recorded = parts(path)
    module = module_of(path, program)
    got = {what: emitted(module, what)[0].source for what in recorded}
    if request.config.getoption("--update-goldens"):
        sections = [f"\n{MARK}{what}\n{text.rstrip()}\n" for what, text in got.items()]
        path.write_text(program + "".join(sections), encoding="utf-8")
        return
    assert recorded, "nothing is asked for"
    for what, text in got.items():
        before, now = recorded[what].rstrip(), text.rstrip()
        assert now == before, "\n".join(difflib.unified_diff(before.split("\n"), now.split("\n"), lineterm=""))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_golden_is_right(path):
    """A text that reads well must also give the gradient."""
    program, recorded = parts(path)
    module = module_of(path, program)
    for what in recorded:
        derivative, argnums = emitted(module, what)
        result = derivative(*module.AT)
        gradient = result[1] if what.startswith("value_and_grad") else result
        if what.startswith("value_and_grad"):
            assert result[0] == module.f(*module.AT)
        assert_close_tree(gradient, central_difference(module.f, module.AT, argnums, {}), rtol=2e-7, atol=1e-8)


def test_there_are_goldens():
    assert len(FILES) >= 15
