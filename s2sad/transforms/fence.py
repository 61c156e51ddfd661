"""Refuses what has no derivative, before anything is rewritten: one message per construct, all at once.

Inactive statements are not looked at: any Python is allowed there.
"""

from __future__ import annotations

import gast

from s2sad import nodes
from s2sad.analysis.expressions import BUILDERS, IN_PLACE, is_varied, lasting, root, rule_of
from s2sad.analysis.own import is_own_at_times, own_containers
from s2sad.context import UNKNOWN, Context
from s2sad.transforms.changes import refuse_changes
from s2sad.transforms.frames import refuse_frame_reads
from s2sad.transforms.iterators import refuse_kept_iterators


def fence(function: gast.FunctionDef, context: Context) -> gast.FunctionDef:
    """Notes every unsupported construct on an active path of `function`."""
    if isinstance(function, gast.AsyncFunctionDef):
        context.refuse(function, "async functions are not supported", "differentiate a plain function", syntax=True)
    scope, every = list(nodes.walk_scope(function.body)), list(nodes.walk(function.body))
    own = set(context.locals) if context.trusted else own_containers(function.args, scope, context)
    for node in scope:
        _check(node, own, context)
        if isinstance(node, gast.Call) and not context.trusted:
            _check_passed(node, context)
    if not context.trusted:
        refuse_changes(function, every, own, context)
        refuse_frame_reads(every, context)
    refuse_kept_iterators(function, every, context)
    return function


def _check(node: gast.AST, own: set[str], context: Context) -> None:
    if isinstance(node, (gast.Yield, gast.YieldFrom)):
        context.refuse(
            node, "a generator cannot be differentiated", "return a list, or loop where the values are used", syntax=True
        )
    elif isinstance(node, (gast.Await, gast.AsyncFor, gast.AsyncWith)):
        context.refuse(node, "async code cannot be differentiated", "await outside the differentiated function", syntax=True)
    elif isinstance(node, gast.ClassDef) and nodes.loads(node) & context.varied:
        context.refuse(
            node, "a class defined where a derivative flows through it", "define the class outside the function", syntax=True
        )
    elif isinstance(node, gast.For):
        _check_target(node.target, node, own, context)
        if not is_varied(node.iter, context.varied, context):
            _check_stored(node.target, context)
    elif isinstance(node, gast.Try):
        _check_handlers(node, context)
    elif isinstance(node, (gast.Assign, gast.AugAssign, gast.AnnAssign)):
        targets = node.targets if isinstance(node, gast.Assign) else [node.target]
        for target in targets:
            _check_target(target, node, own, context)
    elif isinstance(node, gast.Call) and getattr(context.resolve(node.func), "__s2sad_transform__", None) == "values":
        if any(nodes.loads(a) & context.varied for a in [*node.args, *(k.value for k in node.keywords)]):
            context.refuse(
                node,
                "vjp of what a derivative flows through",
                "use grad or value_and_grad, whose results can be differentiated",
            )
    elif isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
        _check_method(node, own, context)
    elif isinstance(node, gast.With):
        for item in node.items:
            if item.optional_vars is not None:
                _check_target(item.optional_vars, node, own, context)
                _check_stored(item.optional_vars, context)
            if is_varied(item.context_expr, context.varied, context):
                context.refuse(node, "a context manager that a derivative flows through", "create it from other values")
    elif isinstance(node, gast.Attribute) and node.attr == "__dict__" and is_varied(node.value, context.varied, context):
        context.refuse(node, "the __dict__ of an object that a derivative flows through", "read the attributes by name")
    elif isinstance(node, (gast.Global, gast.Nonlocal)):
        for name in node.names:
            if name in context.varied:
                context.refuse(
                    node,
                    f"the outer variable {name} is assigned a value that a derivative flows through",
                    "return the value instead, or store s2sad.stop_gradient(value)",
                )
    elif isinstance(node, gast.Delete):
        for target in node.targets:
            if not isinstance(target, gast.Name) and root(target) in context.varied:
                context.refuse(node, "deleting from a container that a derivative flows through", "build a new container")


def _check_target(target: gast.expr, node: gast.AST, own: set[str], context: Context) -> None:
    if isinstance(target, (gast.Tuple, gast.List)):
        for element in target.elts:
            _check_target(element, node, own, context)
        return
    if isinstance(target, gast.Starred):
        target = target.value
    if isinstance(target, gast.Name):
        return
    owner = root(target)
    if isinstance(target, gast.Attribute) and owner in context.varied and not context.trusted:
        context.refuse(
            node,
            f"an attribute of {owner} is assigned, which a derivative flows through",
            "keep the value in a local variable, and return it",
        )
    elif isinstance(target, gast.Subscript):
        if (
            isinstance(target.slice, gast.Slice)
            and inside_own(target, own)
            and owner in context.varied
            and not context.trusted
        ):
            context.refuse(node, f"a slice of {owner} is assigned", "assign the elements one by one, or build a new list")
        value = getattr(node, "value", None)
        stored = value is not None and is_varied(value, context.varied, context)
        inside = bool(nodes.loads(target.value) & context.varied)
        if (inside or stored) and (owner not in own or (not isinstance(target.value, gast.Name) and not context.trusted)):
            context.refuse(
                node,
                f"{owner or 'an object'} is changed in place, which a derivative flows through",
                "build a new array (np.stack, np.where, np.concatenate), or a list of the function's own",
            )


def _check_stored(target: gast.expr, context: Context) -> None:
    """`for ys[0] in (1.0, 2.0)`: constants that overwrite what is active, in the head of a statement."""
    for leaf in nodes.leaves(target):
        if not isinstance(leaf, gast.Name) and root(leaf) in context.varied:
            context.refuse(leaf, f"{root(leaf)} is assigned to in the head of a statement", "assign it in the body")


def _check_handlers(node: gast.Try, context: Context) -> None:
    """What an exception carries is not followed: it must not be read back where it may be active."""
    for handler in node.handlers:
        if handler.name is None or not _may_carry(node.body, context):
            continue
        for value in (v for n in nodes.walk(handler.body) for v in lasting(n)):
            if is_varied(value, {handler.name.id}, context):
                context.refuse(
                    value,
                    f"what the exception {handler.name.id} carries is used, and a derivative may flow through it",
                    "keep the value in a variable before the exception is raised",
                )


def _may_carry(body: nodes.Block, context: Context) -> bool:
    """May an exception that is raised here hold active values?"""
    for node in nodes.walk(body):
        if isinstance(node, gast.Raise) and is_varied(node.exc, context.varied, context):
            return True
        if isinstance(node, gast.Call) and is_varied(node, context.varied, context) and rule_of(node, context)[1] is None:
            return True
    return False


def inside_own(target: gast.Subscript, own: set[str]) -> bool:
    return isinstance(target.value, gast.Name) and target.value.id in own


def _any_varied(node: gast.Call, context: Context) -> bool:
    return any(is_varied(a, context.varied, context) for a in node.args)


def _check_passed(node: gast.Call, context: Context) -> None:
    """`map(ys.append, values)`: a method that changes its object, given away with what is active."""
    for argument in node.args:
        changes = isinstance(argument, gast.Attribute) and argument.attr in IN_PLACE
        if changes and context.resolve(argument) is UNKNOWN and _any_varied(node, context):
            context.refuse(
                argument,
                f".{argument.attr} is passed on, and changes a container in place",
                "call it in a loop, or build the container with a comprehension",
            )


def _check_method(node: gast.Call, own: set[str], context: Context) -> None:
    owner, method = node.func.value, node.func.attr
    if method in IN_PLACE and isinstance(context.resolve(owner), type) and _any_varied(node, context):
        what = gast.unparse(node.func).strip()
        context.refuse(node, f"{what}() changes what a derivative flows through", "call it as a method of the object")
    if method not in IN_PLACE or context.resolve(node.func) is not UNKNOWN:
        return
    name = root(owner)
    active = bool(nodes.loads(owner) & context.varied) or any(is_varied(a, context.varied, context) for a in node.args)
    if not active:
        return
    way_out = "build a list of the function's own with append, and return what you need"
    if method == "pop" and node.args:
        message = f"{name}.pop() with an argument"
    elif name is None or not isinstance(owner, gast.Name) or name not in own:
        message = f".{method}() changes a container that others can see, and a derivative flows through it"
        if nodes.is_name(owner) and is_own_at_times(owner.id, context):
            message = f".{method}() changes a container, and {name} holds something else on another path"
            way_out = "give what is no container a name of its own"
    elif method not in BUILDERS | {"extend"}:
        message = f"{name}.{method}() changes {name} in place, which a derivative flows through"
    else:
        return
    context.refuse(node, message, way_out)
