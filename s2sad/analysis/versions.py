"""Which value of a variable does a statement read, and does the variable still hold it in the reverse sweep?

The forward sweep keeps the user's names, so one name holds several values one after the other. A *version* is one
of them: what one definition, the merge of two branches, the head of a loop, or the end of a loop provides.

Produces: for each (node, variable) of interest the version read there; whether a later statement may overwrite it.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from s2sad.analysis.regions import (
    Attempt,
    Block,
    Branch,
    Loop,
    Node,
    Rest,
    Scope,
    Simple,
    all_definitions,
    always_jumps,
    definitions,
    walk,
)  # fmt: skip


@dataclass(eq=False)
class Version:
    """One value of a variable. `loop` is the innermost loop that makes a new one in each iteration."""

    variable: str
    loop: Loop | Attempt | None
    certain: bool = True  # False: there may be no value at all
    target: bool = False  # what the head of a `for` binds


Environment = dict[str, Version]
Query = tuple[Node, str, bool]  # (node, variable, after the node?)


def versions(root: Block, parameters: Iterable[str], queries: Iterable[Query]) -> dict[Query, Version]:
    """The version that each query asks for."""
    walker = _Walker(queries)
    walker.block(root, {p: Version(p, None) for p in parameters})
    return walker.found


class _Walker:
    def __init__(self, queries: Iterable[Query]) -> None:
        self.asked: dict[tuple[Node, bool], list[str]] = {}
        for node, variable, after in queries:
            self.asked.setdefault((node, after), []).append(variable)
        self.found: dict[Query, Version] = {}

    def answer(self, node: Node, env: Environment, after: bool) -> None:
        for variable in self.asked.get((node, after), ()):
            self.found[node, variable, after] = env.get(variable) or Version(variable, node.loop, certain=False)

    def block(self, block: Block, env: Environment) -> Environment:
        for node in block.nodes:
            if not isinstance(node, Loop):
                self.answer(node, env, False)
            env = self.node(node, env)
            self.answer(node, env, True)
        return env

    def node(self, node: Node, env: Environment) -> Environment:
        if isinstance(node, Branch):
            self._define(node, env)
            body = self.block(node.body, dict(env))
            orelse = self.block(node.orelse, dict(env))
            if _leaves(node.body):
                return _left(node, env, orelse)
            if _leaves(node.orelse):
                return _left(node, env, body)
            return _merged(node, body, orelse)
        if isinstance(node, Loop):
            return self._loop(node, env)
        if isinstance(node, (Scope, Rest)):
            self._define(node, env)
            return _left(node, env, self.block(node.body, dict(env)))
        self._define(node, env)
        return env

    def _define(self, node: Node, env: Environment) -> None:
        for name in definitions(node):
            env[name] = Version(name, node.loop, certain=isinstance(node, Simple) and not _conditional(node))

    def _loop(self, node: Loop, env: Environment) -> Environment:
        changed = sorted(all_definitions(node.body) | definitions(node))
        head = dict(env)
        for name in changed:
            before = env.get(name)
            head[name] = Version(name, node, before is not None and before.certain)
        self.answer(node, head, False)
        inner = dict(head)
        for name in definitions(node):
            inner[name] = Version(name, node, target=True)
        self.block(node.body, inner)
        after = dict(env)
        for name in changed:
            after[name] = Version(name, node.loop, head[name].certain)
        return after


def _merged(node: Branch, body: Environment, orelse: Environment) -> Environment:
    merged = dict(body)
    for name in [*body, *(n for n in orelse if n not in body)]:
        one, other = body.get(name), orelse.get(name)
        if one is not other:
            certain = one is not None and other is not None and one.certain and other.certain
            merged[name] = Version(name, node.loop, certain)
    return merged


def _left(node: Node, before: Environment, inside: Environment) -> Environment:
    """What holds after the block of `node`. What was bound within is a version of its own from here on: a value is
    saved in a block that is executed as often as the one where it is restored.
    """
    return {
        name: version if version is before.get(name) else Version(name, node.loop, version.certain)
        for name, version in inside.items()
    }


def _conditional(node: Simple) -> bool:
    """An inactive compound statement may or may not bind its names."""
    return hasattr(node.stmt, "body")


def _leaves(block: Block) -> bool:
    return always_jumps([n.stmt for n in block.nodes if not isinstance(n, Rest)])


class Overwrites:
    """Answers whether a variable may be bound again after a node, before the reverse sweep comes back to it; or
    whatever else `happens` to variables at a node.
    """

    def __init__(self, root: Block, happens: Callable[[Node], Iterable[str]] = definitions) -> None:
        self.sites: dict[str, list[Node]] = {}  # in the order of the text
        self.repeated: set[tuple[str, Node | None]] = set()  # (variable, the outermost loop around a site)
        for node in walk(root):
            for name in happens(node):
                self.sites.setdefault(name, []).append(node)
                self.repeated.add((name, _outermost_loop(node)))

    def after(self, variable: str, node: Node, *, after: bool = False) -> bool:
        """May `variable` change between this node (before it, or `after` it) and the end of the forward sweep?"""
        loop = _outermost_loop(node)
        if loop is not None and (variable, loop) in self.repeated:
            return True
        for site in reversed(self.sites.get(variable, [])):
            if site is node:
                return not after
            if site.order < node.order:
                return False
            if not _exclusive(node, site):
                return True
        return False

    def stable(self, variables: Iterable[str], start: Node, end: Node) -> bool:
        """Do `variables` keep their values from after `start` to before `end`, two nodes of one block?"""
        if start.block is not end.block:
            return False
        return not any(self._between(start.order, self.sites.get(v, []), end.order) for v in variables)

    def _between(self, start: int, sites: list[Node], end: int) -> bool:
        first = bisect.bisect_right(sites, start, key=lambda site: site.order)
        return first < len(sites) and sites[first].order < end


def _outermost_loop(node: Node) -> Node | None:
    """Nodes that share a loop share this one."""
    outermost = node if isinstance(node, Loop) else node.loop
    while outermost is not None and outermost.loop is not None:
        outermost = outermost.loop
    return outermost


def _ancestry(node: Node) -> list[tuple[Block, Node]]:
    path = [(node.block, node)]
    while path[-1][0].owner is not None:
        owner = path[-1][0].owner
        path.append((owner.block, owner))
    return path[::-1]


def _exclusive(a: Node, b: Node) -> bool:
    """Are two nodes in different branches of one `if`?"""
    for (block_a, node_a), (block_b, node_b) in zip(_ancestry(a), _ancestry(b), strict=False):
        if block_a is not block_b:
            return isinstance(block_a.owner, Branch) and block_a.owner is block_b.owner
        if node_a is not node_b:
            return False
    return False


def common_block(nodes: list[Node], loop: Node | None) -> list[Node]:
    """The nodes of the innermost block that holds all of `nodes`, no deeper than the body of `loop`.

    Returns the members of that block in which the given nodes lie, in order.
    """
    paths = [_clip(_ancestry(n), loop) for n in nodes]
    depth = 0
    while all(len(p) > depth + 1 for p in paths) and len({p[depth + 1][0] for p in paths}) == 1:
        depth += 1
    members = {p[depth][1].order: p[depth][1] for p in paths}
    return [members[k] for k in sorted(members)]


def _clip(path: list[tuple[Block, Node]], loop: Node | None) -> list[tuple[Block, Node]]:
    """The part of a path that lies in the iteration of `loop`, not in that of a loop within."""
    return [(block, node) for block, node in path if node.loop is loop]
