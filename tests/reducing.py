"""Makes a program for which a test fails small, so that its reader sees what fails."""

import ast
import contextlib

ERRORS = (ArithmeticError, ValueError, NameError, LookupError, TypeError, SyntaxError, RecursionError)


def reduced(source, fails, patience=600):
    """A small program for which `fails(source)` still holds: statements are left out while it does."""
    shorter = True
    while shorter:
        shorter, place = False, 0
        while patience and place < len(cuts := list(_cuts(source))):
            patience -= 1
            candidate = _cut(source, *cuts[place])
            place += 1
            with contextlib.suppress(*ERRORS):
                if candidate and fails(candidate):
                    source, shorter, place = candidate, True, place - 1
    return source


def _cuts(source):
    """What may be cut: a statement (the larger first) with all it holds, or just its header."""
    for number, node in enumerate(ast.walk(ast.parse(source))):
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                for index in range(isinstance(node, ast.While), len(statements)):  # what ends a `while` stays
                    yield number, field, index, False
                    if hasattr(statements[index], "body"):
                        yield number, field, index, True


def _cut(source, number, field, index, keep_body):
    """`source` with one statement cut out, or None where this is no program."""
    tree = ast.parse(source)
    statements = getattr(list(ast.walk(tree))[number], field)
    statements[index : index + 1] = statements[index].body if keep_body else []
    if not statements and field == "body":
        statements.append(ast.Pass())
    with contextlib.suppress(*ERRORS):
        text = ast.unparse(tree)
        return text if len(text) < len(source) else None
