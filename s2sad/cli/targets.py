"""From `FILE:FUNC` or `package.module:func` on the command line to the function."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import os
import sys
import traceback
import types
from pathlib import Path
from typing import Any

from s2sad.errors import InvalidArgument, S2SADError


def find(target: str) -> tuple[Any, types.ModuleType]:
    """The function that `target` names, and the module that it was looked up in."""
    where, _, path = target.rpartition(":")
    if not where or not path or path.startswith(("\\", "/")):
        module = _module(target) if not where and ":" not in target else None
        names = f"; {target} has {_listed(_functions(module))}" if module else ""
        raise InvalidArgument(
            f"{target!r} does not say which function{names}", hint="write FILE:FUNC or package.module:func"
        )
    module = _module(where)
    found: Any = module
    seen: list[str] = []
    for name in path.split("."):
        try:
            found = inspect.getattr_static(found, name) if isinstance(found, type) else getattr(found, name)
        except AttributeError:
            owner = f"the class {'.'.join(seen)}" if isinstance(found, type) else ".".join([where, *seen])
            known = _functions(found)
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {_listed(known)}"
            raise InvalidArgument(f"{owner} has no {name!r}", hint=hint) from None
        seen.append(name)
        if isinstance(found, (staticmethod, classmethod)):
            found = found.__func__
    if isinstance(found, type) or not callable(found):
        what = f"the class {path}" if isinstance(found, type) else f"{path}, of type {type(found).__name__},"
        raise InvalidArgument(f"{what} is not a function", hint=f"{where} has {_listed(_functions(found, module))}")
    return found, module


def _module(where: str) -> types.ModuleType:
    path = Path(where)
    if where.endswith(".py") or os.sep in where or "/" in where or os.path.isfile(where):
        return _from_file(path)
    if not all(part.isidentifier() for part in where.split(".")):
        raise InvalidArgument(f"{where!r} is neither a file nor the name of a module")
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{where}.".startswith(f"{error.name}."):
            raise _import_failed(where, error) from None
        raise InvalidArgument(
            f"there is no module {error.name!r}",
            hint=f"for a file, write its name with the ending: {where}.py:...",
        ) from None
    except (Exception, SystemExit) as error:
        raise _import_failed(where, error) from None


def _from_file(path: Path) -> types.ModuleType:
    if not os.path.isfile(path):  # of a name that no file can have, too
        raise InvalidArgument(f"there is no file {path}")
    path = path.resolve()
    parts, root = [path.stem], path.parent
    while (root / "__init__.py").is_file():  # in a package, so that relative imports work
        parts.insert(0, root.name)
        root = root.parent
    sys.path.insert(0, str(root))
    name = ".".join(parts)
    try:
        if len(parts) > 1:
            return importlib.import_module(name.removesuffix(".__init__"))
        if name in sys.modules:  # a file that is called like a module in use
            name = f"{name}_"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise InvalidArgument(f"{path.name} is not a Python file")
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except S2SADError:
        raise
    except (Exception, SystemExit) as error:
        raise _import_failed(str(path), error) from None
    return module


def _import_failed(where: str, error: BaseException) -> S2SADError:
    """What the user's own code raised, and where."""
    if isinstance(error, SyntaxError):
        return InvalidArgument(
            f"{where} is not valid Python: {error.msg}\n"
            f'  File "{error.filename}", line {error.lineno}\n    {(error.text or "").strip()}'
        )
    return InvalidArgument(
        f"importing {where} raised {described(error)}",
        hint='code that is not for import belongs under `if __name__ == "__main__":`',
    )


def described(error: BaseException) -> str:
    """An exception of the user's code in a few lines: what, and in which line of the user's own files."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    own = os.path.dirname(__file__)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((own, "<frozen", "<s2sad"))
    ]
    if frames:
        last = frames[-1]
        text += f'\n  File "{last.filename}", line {last.lineno}, in {last.name}\n    {(last.line or "").strip()}'
    notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
    return text + notes


def _functions(*owners: Any) -> list[str]:
    """The names of the functions that are defined in a module or class."""
    for owner in owners:
        name = getattr(owner, "__name__", None)
        found = [
            key
            for key, value in vars(owner).items()
            if isinstance(value, (types.FunctionType, staticmethod, classmethod))
            and not key.startswith("__")
            and (isinstance(owner, type) or value.__module__ == name)
        ] if isinstance(owner, (type, types.ModuleType)) else []  # fmt: skip
        if found:
            return found
    return []


def _listed(names: list[str]) -> str:
    if not names:
        return "no functions"
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
