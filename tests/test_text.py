"""What emitted text leaves out and how it is put: one test per blemish, each on the smallest function that had it."""

import ast

import s2sad


def text_of(function, argnums=0, form="grad"):
    return getattr(s2sad, form)(function, argnums=argnums).source


def test_nothing_is_imported_that_nothing_uses():
    tree = ast.parse(text_of(lambda x: x**2 + 1.0))
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    assert imported and imported <= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
