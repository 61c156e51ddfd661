"""Imports point one way, what runs inside emitted code needs NumPy only, and no module outgrows a sitting.

The order is that of docs/architecture.md. All imports count, those inside functions as well: a late import
hides a cycle, it does not remove it.
"""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "s2sad"
LINE_CAP = 400

# Lowest first. A module may import its own layer and those before it.
LAYERS = (
    ("errors",),
    ("runtime",),
    ("dependencies", "artifact", "origins", "nodes", "naming"),
    ("captures", "context", "source", "template", "emit", "verify"),
    ("adjoints",),
    ("analysis",),
    ("transforms",),
    ("pipeline",),
    ("packing", "cache", "loader"),
    ("derive", "synthetic", "pickling", "bound", "arguments"),
    ("api", "rules"),
    ("checking", "standalone"),
    ("testing",),
    ("",),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}

# The registry loads the rules at the first look-up, and they register themselves: the one cycle we mean.
MEANT = {("adjoints.registry", "adjoints.families")}

# Who may import what from outside; the standard library is everyone's.
THIRD_PARTY = {
    "numpy": set(RANK),
    "gast": set(RANK) - {"runtime"},
    "astunparse": {"emit"},
    "platformdirs": {"cache"},
    "click": {"cli"},
    "pygments": {"cli"},
}


def modules(package):
    """Dotted name, with the package's own name left off ('' is the package itself), to path."""
    names = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


def imports(name, path, known, root):
    """What one module imports: (line, name inside the package or None, top-level name outside or None)."""
    is_package = path.name == "__init__.py"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            targets = [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = [root, *name.split(".")] if name else [root]
                here = here[: len(here) - node.level + is_package]
                base = ".".join([*here, base] if base else here)
            targets = [(base, alias.name) for alias in node.names]
        else:
            continue
        for base, item in targets:
            top, _, inner = base.partition(".")
            if top != root:
                yield node.lineno, None, top
                continue
            deeper = f"{inner}.{item}".strip(".") if item else inner
            yield node.lineno, deeper if deeper in known else inner, None


def layer(name):
    return name.split(".")[0]


def violations(package):
    known = modules(package)
    for name, path in known.items():
        if layer(name) not in RANK:
            yield f"{path.name}: give s2sad.{layer(name)} a place in LAYERS"
            continue
        for line, inner, outer in imports(name, path, known, package.name):
            where = f"{path.relative_to(package.parent)}:{line}"
            if outer is not None:
                allowed = outer in sys.stdlib_module_names or layer(name) in THIRD_PARTY.get(outer, ())
                if not allowed:
                    yield f"{where}: {layer(name) or package.name} may not import {outer}"
            elif RANK.get(layer(inner), -1) > RANK[layer(name)]:
                yield f"{where}: {name} may not import {inner or package.name}, which is above it"


def cycles(package):
    """Each module that can reach itself."""
    known = modules(package)
    graph = {
        name: {inner for _, inner, _ in imports(name, path, known, package.name) if inner is not None}
        - {meant for importer, meant in MEANT if importer == name}
        for name, path in known.items()
    }
    for start in graph:
        seen, todo = set(), list(graph[start])
        while todo:
            current = todo.pop()
            if current == start:
                yield start
                break
            if current not in seen:
                seen.add(current)
                todo.extend(graph.get(current, ()))


def test_imports_point_one_way():
    assert list(violations(PACKAGE)) == []


def test_no_import_cycles():
    assert list(cycles(PACKAGE)) == []


def test_line_cap():
    counts = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules(PACKAGE).items()}
    assert counts
    assert {name: lines for name, lines in counts.items() if lines > LINE_CAP} == {}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"nodes.py": "from s2sad import pipeline\n", "pipeline.py": ""}, "nodes may not import pipeline"),
        ({"nodes.py": "def late():\n    import s2sad.api\n", "api.py": ""}, "nodes may not import api"),
        (
            {"analysis/__init__.py": "", "analysis/cfg.py": "from ..api import grad\n", "api.py": ""},
            "cfg may not import api",
        ),
        ({"api.py": "from . import grad\n"}, "api may not import s2sad"),
        ({"runtime/__init__.py": "import gast\n"}, "runtime may not import gast"),
        (
            {"runtime/__init__.py": "from s2sad.nodes import const\n", "nodes.py": ""},
            "runtime may not import nodes",
        ),
        ({"api.py": "import scipy.special\n"}, "api may not import scipy"),
        ({"helpers.py": ""}, "give s2sad.helpers a place"),
    ],
)
def test_a_wrong_import_is_found(tmp_path, files, expected):
    package = write_package(tmp_path, files)
    (found,) = violations(package)
    assert expected in found


def test_right_imports_pass_and_cycles_are_found(tmp_path):
    package = write_package(
        tmp_path,
        {
            "errors.py": "import dataclasses\nimport numpy as np\n",
            "nodes.py": "import gast\nfrom s2sad.errors import A\nfrom s2sad.naming import b\n",
            "naming.py": "def f():\n    from . import nodes\n",
        },
    )
    assert list(violations(package)) == []
    assert sorted(cycles(package)) == ["naming", "nodes"]


def write_package(directory, files):
    package = directory / "s2sad"
    for name, text in {"__init__.py": "", **files}.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return package
