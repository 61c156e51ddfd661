"""Private names: in a class the compiler reads `__x` as `_Class__x`, and a function taken out must say so."""

from __future__ import annotations

import gast

# Fields that hold a bare identifier; the keywords of a call and of a class pattern are not mangled.
_FIELDS = {
    gast.Name: "id",
    gast.Attribute: "attr",
    gast.FunctionDef: "name",
    gast.AsyncFunctionDef: "name",
    gast.ClassDef: "name",
    gast.MatchAs: "name",
    gast.MatchStar: "name",
    gast.MatchMapping: "rest",
}


def mangle(function: gast.FunctionDef, class_name: str | None) -> gast.FunctionDef:
    """Spells out, in place, the private names of a function whose innermost class is `class_name`.

    Before: `return self.__scale * x`, in a class `Model`.
    After: `return self._Model__scale * x`, which means the same anywhere.
    The function's own name stays: it is a name for people here.
    """
    if class_name is None:
        return function
    own = function.name
    _mangle(function, class_name)
    function.name = own
    return function


def _mangle(node: gast.AST, class_name: str | None) -> None:
    body_class = node.name if isinstance(node, gast.ClassDef) else class_name  # before it is spelled out itself
    field = _FIELDS.get(type(node))
    if field is not None and getattr(node, field, None) is not None:
        setattr(node, field, private(getattr(node, field), class_name))
    elif isinstance(node, (gast.Global, gast.Nonlocal)):
        node.names = [private(name, class_name) for name in node.names]
    elif isinstance(node, (gast.Import, gast.ImportFrom)):
        for alias in node.names:
            stored = private(alias.asname or alias.name, class_name)
            if stored != (alias.asname or alias.name):
                alias.asname = stored
    for name, value in gast.iter_fields(node):
        inside = body_class if name == "body" else class_name
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, gast.AST):
                _mangle(child, inside)


def private(name: str, class_name: str | None) -> str:
    """`name` as the compiler reads it in a class.

    >>> private("__x", "Model"), private("__x__", "Model"), private("__x", "__")
    ('_Model__x', '__x__', '__x')
    """
    stripped = (class_name or "").lstrip("_")
    if not stripped or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    return f"_{stripped}{name}"
