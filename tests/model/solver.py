"""Graphs evaluated on file systems that are values: what BuildKit would make of them."""

from collections.abc import Callable, Mapping

from uvlayers.llb.graph import Output, Vertex, walk

from tests.model.tree import EMPTY, BuildError, Tree, apply_action, below, difference, merged

Execute = Callable[[Vertex, Mapping[str, Tree]], Mapping[str, Tree]]
"""What an exec makes of the trees of its mounts, both by destination."""


class Solver:
    """Trees of outputs; each vertex is evaluated once, `evaluated` says in which order."""

    def __init__(self, sources: Mapping[str, Tree], execute: Execute) -> None:
        """`sources` are the trees of source ops by identifier."""
        self._sources = sources
        self._execute = execute
        self._outputs: dict[str, list[Tree]] = {}
        self.evaluated: list[str] = []

    def tree(self, output: Output | None) -> Tree:
        """The files of an output; raises BuildError, and whatever an exec raises."""
        if output is None:
            return EMPTY
        for vertex in walk(output.vertex):
            if vertex.digest not in self._outputs:
                self._outputs[vertex.digest] = self._made(vertex)
                self.evaluated.append(vertex.digest)
        return self._outputs[output.vertex.digest][output.index]

    def _made(self, vertex: Vertex) -> list[Tree]:
        try:
            return self._evaluate(vertex)
        except BuildError as error:
            error.vertex = vertex.digest
            raise

    def _evaluate(self, vertex: Vertex) -> list[Tree]:
        inputs = [self._outputs[i.vertex.digest][i.index] for i in vertex.inputs]
        match vertex.op.WhichOneof("op"):
            case "source":
                return [self._source(vertex.op.source.identifier)]
            case "file":
                return _file(vertex, inputs)
            case "merge":
                return [merged(inputs[each.input] for each in vertex.op.merge.inputs)]
            case "diff":
                diff = vertex.op.diff
                return [difference(inputs[diff.lower.input], inputs[diff.upper.input])]
            case "exec":
                return self._exec(vertex, inputs)
            case kind:
                raise BuildError(f"unknown op: {kind}")

    def _source(self, identifier: str) -> Tree:
        if identifier not in self._sources:
            raise BuildError(f"not found: {identifier}")
        return self._sources[identifier]

    def _exec(self, vertex: Vertex, inputs: list[Tree]) -> list[Tree]:
        mounts = vertex.op.exec.mounts
        before = {
            mount.dest: selected(inputs[mount.input], mount.selector) if mount.input >= 0 else EMPTY
            for mount in mounts
        }
        after = {**before, **self._execute(vertex, before)}
        outputs = sorted((m.output, m.dest) for m in mounts if m.output >= 0)
        return [after[dest] for _, dest in outputs]


def _file(vertex: Vertex, inputs: list[Tree]) -> list[Tree]:
    results = list(inputs)
    outputs: dict[int, Tree] = {}
    for action in vertex.op.file.actions:
        target = results[action.input] if action.input >= 0 else EMPTY
        source = results[action.secondaryInput] if action.secondaryInput >= 0 else EMPTY
        result = apply_action(target, action, source)
        results.append(result)
        if action.output >= 0:
            outputs[action.output] = result
    return [outputs[index] for index in sorted(outputs)]


def selected(nodes: Tree, selector: str) -> Tree:
    """The part of a tree that a mount shows; a file is all of its own tree, at `/`."""
    if selector in ("", "/"):
        return nodes
    start = f"/{selector.strip('/')}"
    if start not in nodes:
        raise BuildError(f"not found: {selector}")
    return {path.removeprefix(start) or "/": nodes[path] for path in below(nodes, start)}
