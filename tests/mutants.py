"""Wrong copies of rules: each template of a rule with one thing about it changed."""

import ast
import copy
import dataclasses
import inspect
import itertools
import linecache
import textwrap

# What a template calls on what it returns, and what is wrong without it.
WRAPPERS = {
    "unbroadcast",
    "conjugate",
    "np.conj",
    "np.real",
    "unreduce",
    "through_cast",
    "cast_tangent",
    "np.swapaxes",
    "np.transpose",
}
OTHER = {ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Add: ast.Sub, ast.Sub: ast.Add}
_numbers = itertools.count()


def mutants(rule):
    """Pairs of a description and a rule with one of its templates changed in one place."""
    if rule.partials is not None:
        for what, template in changed(rule.partials):
            yield what, dataclasses.replace(rule, partials=template)
    for attribute in ("pullbacks", "pushforwards"):
        templates = getattr(rule, attribute)
        for name in templates:
            for what, template in changed(templates[name]):
                wrong_one = dataclasses.replace(rule, **{attribute: {**templates, name: template}})
                yield f"{attribute} of {name}: {what}", wrong_one


def changed(template):
    """Each change of one node of what a template returns."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(template)))
    places = [i for i, node in enumerate(ast.walk(tree)) if isinstance(node, ast.Return)]
    for place in places:
        value = list(ast.walk(tree))[place].value
        whole = {id(v) for v in (value.elts if isinstance(value, ast.Tuple) else [value]) if not isinstance(v, ast.Constant)}
        count = len(list(ast.walk(list(ast.walk(tree))[place])))
        for inner in range(1, count):
            original = list(ast.walk(list(ast.walk(tree))[place]))[inner]
            for other in [*changes(original), *(wrong(original) if id(original) in whole else ())]:
                again = copy.deepcopy(tree)
                returned = list(ast.walk(again))[place]
                _Swap(list(ast.walk(returned))[inner], other).visit(returned)
                yield f"{ast.unparse(original)} -> {ast.unparse(other)}", made(template, again)


def changes(node):
    """What may stand in the place of a node, and means something else."""
    if not isinstance(node, ast.expr) or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    if isinstance(node, ast.BinOp) and type(node.op) in OTHER:
        yield ast.BinOp(node.left, OTHER[type(node.op)](), node.right)
        yield node.left
        yield node.right
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield node.operand
    elif isinstance(node, ast.Call):
        if ast.unparse(node.func) in WRAPPERS:
            yield node.args[0]
        for i, keyword in enumerate(node.keywords):
            if keyword.arg in ("axis", "keepdims"):
                yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])


def wrong(value):
    """What may stand in the place of a value that is returned."""
    yield ast.UnaryOp(ast.USub(), value)
    yield ast.BinOp(ast.Constant(2), ast.Mult(), value)


class _Swap(ast.NodeTransformer):
    def __init__(self, old, new):
        self.old, self.new = old, copy.deepcopy(new)

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


def made(template, tree):
    """A template of a changed tree, whose source can be asked for."""
    definition = tree.body[0]
    definition.decorator_list = []
    definition.args.defaults, definition.args.kw_defaults = [], [None] * len(definition.args.kwonlyargs)
    text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    name = f"<mutant {next(_numbers)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    scope = {**template.__globals__, **inspect.getclosurevars(template).nonlocals}
    exec(compile(text, name, "exec"), scope)
    function = scope[definition.name]
    function.__defaults__, function.__kwdefaults__ = template.__defaults__, template.__kwdefaults__
    return function
