"""The fold that turns the delegated graph into the new one, vertex by vertex, inputs first."""

from collections.abc import Callable, Sequence
from functools import partial
from posixpath import join, relpath
from typing import Protocol

from uvlayers.llb.fileop import Writing, above, covers, plain_copy_of, reaches, writing_of
from uvlayers.llb.graph import Graph, Output, Vertex, make_vertex
from uvlayers.llb.layered import Layered, State, whole
from uvlayers.llb.reach import Reach
from uvlayers.pb import ops_pb2 as pb


class Paths(Protocol):
    """The file systems of outputs; each question evaluates the output it is about."""

    def real(self, output: Output, path: str) -> str:
        """`path` (absolute) with every symlink in it resolved; its end need not exist."""

    def exists(self, output: Output, path: str) -> bool:
        """Whether `path` is there, be it as a dangling symlink."""

    def looks(self, output: Output, path: str) -> tuple[int, int, int] | None:
        """Permission bits, owner and group of `path`, a symlink not followed; None if not there."""

    def names(self, output: Output, path: str) -> Sequence[str]:
        """The names in the directory `path`, none if there is no such directory."""


def _unknown(_exec: Vertex) -> Reach | None:
    return None


class Rewriting:
    """States of the outputs seen so far; `visit` every vertex of `graph` in order, then `finish`.

    `paths` is asked about what an op on a Layered state writes to, `reach` about execs.
    """

    def __init__(
        self, graph: Graph, paths: Paths, reach: Callable[[Vertex], Reach | None] = _unknown
    ) -> None:
        self._graph = graph
        self._paths = paths
        self._reach = reach
        self._states: dict[Output, State] = {}
        self._bases: dict[Output, Layered] = {}

    def state(self, output: Output) -> State:
        """What has become of an output of the delegated graph."""
        return self._states.get(output, output)

    def base(self, output: Output) -> Layered | None:
        """The layers that what has become of an output was made on top of, be it by many ops."""
        state = self.state(output)
        return None if isinstance(state, Layered) else self._bases.get(state)

    def visit(self, vertex: Vertex, root: State | None = None, *, movable: bool = True) -> None:
        """Carry `vertex` over; `root`, when given, replaces its first output.

        One that is `movable` is done below the environment that it stands on, where it is the same.
        """
        if root is not None:
            self._states[vertex.output()] = root
        elif movable and (moved := self._move_below(vertex)) is not None:
            self._states[vertex.output()] = moved
        else:
            self._carry(vertex, vertex.with_inputs(self._inputs(vertex)))

    def visit_on(self, vertex: Vertex, root_input: int, root: State) -> None:
        """Carry an exec over with its root replaced: the original command on prepared layers."""
        inputs = [whole(self.state(i)) for i in vertex.inputs]
        self._carry(vertex, with_root(vertex, vertex.op, inputs, root_input, whole(root)))
        if isinstance(root, Layered):
            self._bases[whole(self.state(vertex.output()))] = root

    def finish(self) -> Graph:
        head = self._graph.head
        return self._graph.with_head(None if head is None else whole(self.state(head)))

    def _carry(self, old: Vertex, new: Vertex) -> None:
        if new is old:
            return
        # every output that the graph can ask for; unused entries cost nothing
        for index in range(_output_count(old)):
            self._states[old.output(index)] = new.output(index)
        written = _written_on(old)
        if written is not None:
            below = self.state(written)
            base = below if isinstance(below, Layered) else self._bases.get(below)
            if base is not None:
                self._bases[new.output()] = base

    def _inputs(self, vertex: Vertex) -> list[Output]:
        """The new inputs; what only copies from beside an environment need not have all of it."""
        inputs = [whole(self.state(i)) for i in vertex.inputs]
        if vertex.op.WhichOneof("op") != "file":
            return inputs
        copy = plain_copy_of(vertex.op.file, len(vertex.inputs))
        source = None if copy is None else self.state(vertex.inputs[copy.source])
        if copy is not None and isinstance(source, Layered) and copy.source != copy.target:
            slim = source.without_bulk()
            # where the path leads to: a link may lead into the environment
            real = self._paths.real(slim, copy.path)
            if not any(reaches([real], p) or covers([real], p) for p in source.bulky):
                inputs[copy.source] = slim
        return inputs

    def _move_below(self, vertex: Vertex) -> State | None:
        """`vertex` moved below the environment it stands on; None where that is not the same."""
        match vertex.op.WhichOneof("op"):
            case "file":
                return self._write_below(vertex)
            case "exec":
                return self._run_below(vertex)
        return None

    def _run_below(self, vertex: Vertex) -> State | None:
        root = sole_root(vertex)
        target = None if root is None else self.state(vertex.inputs[root])
        if root is None or not isinstance(target, Layered):
            return None
        reach = self._reach(vertex)
        if reach is None:
            return None
        if not self._keeps_off(target, reach):
            return None
        if self._meets_added(target, reach):
            # what a command has added can be below as well, which takes a merge
            target = target.with_bulk_alone()
            if self._meets_added(target, reach) or not self._keeps_off(target, reach):
                return None
        inputs = [whole(self.state(each)) for each in vertex.inputs]
        inputs[root] = target.shadow
        written = [self._real(target, path) for path in reach.changed]
        return target.with_shadow(vertex.with_inputs(inputs).output(), written)

    def _keeps_off(self, target: Layered, reach: Reach) -> bool:
        """Whether an exec neither sees nor changes what the layers hold."""
        return not reach.meets(target, target.prefixes, partial(self._real, target))

    def _meets_added(self, target: Layered, reach: Reach) -> bool:
        """Whether an exec may see, or change, what a command has added beside the layers."""
        written = [self._real(target, path) for path in reach.changed]
        cwd, *searched = (self._real(target, path) for path in (reach.cwd, *reach.searched))
        if any(self._paths.exists(each, path) for each in target.added for path in written):
            return True
        if any(self._undoes(target, path) for path in (cwd, *written)):
            return True
        inside = [path for path in searched if target.has_harmless_programs(path)]
        return any(
            not reach.programs.isdisjoint(self._paths.names(each, path))
            for each in target.added
            for path in inside
        )

    def _undoes(self, target: Layered, path: str) -> bool:
        """Whether a write to `path` below would take back what a command has made of its parents.

        Those come with it, as they are in the shadow.
        """
        parts = [each for each in (path, *above(path)) if each != "/"]
        return any(
            looks not in (None, self._paths.looks(target.shadow, each))
            for added in target.added
            for each in parts
            for looks in [self._paths.looks(added, each)]
        )

    def _written(self, target: Layered, writing: Writing) -> list[str] | None:
        """Where a file op ends up writing; None if that is a place of the layers."""
        written = [self._real(target, path) for path in writing.paths]
        return None if any(reaches(written, each) for each in target.prefixes) else written

    def _takes_back(self, target: Layered, writing: Writing, written: Sequence[str]) -> bool:
        """Whether a file op below would undo what a command has added."""
        if any(self._undoes(target, path) for path in written):
            return True
        return bool(writing.sources) and any(self._adds_below(target, path) for path in written)

    def _adds_below(self, target: Layered, path: str) -> bool:
        """Whether a command has added something in the directory `path`, its environment aside."""
        return any(self._holds_more(each, path, target.prefixes) for each in target.added)

    def _holds_more(self, layer: Output, directory: str, prefixes: Sequence[str]) -> bool:
        inside = [join(directory, name) for name in self._paths.names(layer, directory)]
        others = [path for path in inside if not any(reaches([path], each) for each in prefixes)]
        return any(
            not any(covers([path], each) for each in prefixes)
            or self._holds_more(layer, path, prefixes)
            for path in others
        )

    def _write_below(self, vertex: Vertex) -> State | None:
        writing = writing_of(vertex.op.file, len(vertex.inputs))
        target = None if writing is None else self.state(vertex.inputs[writing.target])
        if writing is None or not isinstance(target, Layered):
            return None
        written = self._written(target, writing)
        if written is not None and self._takes_back(target, writing, written):
            # what a command has added can be below as well, which takes a merge
            target = target.with_bulk_alone()
            written = self._written(target, writing)
            if written is not None and self._takes_back(target, writing, written):
                return None
        if written is None:
            return None
        inputs = self._inputs(vertex)
        inputs[writing.target] = target.shadow
        shadow = vertex.with_inputs(inputs).output()
        risky = [each for each in target.prefixes if writing.sources and covers(written, each)]
        there = (prefix for prefix in risky if self._paths.exists(shadow, prefix))
        if not all(self._spares(vertex, prefix, target.shadow, written) for prefix in there):
            return None
        return target.with_shadow(shadow, written)

    def _spares(self, vertex: Vertex, prefix: str, target: Output, written: Sequence[str]) -> bool:
        """Whether the file op brings nothing to a `prefix` that the state `target` has as well."""
        copy = plain_copy_of(vertex.op.file, len(vertex.inputs))
        if copy is None or [copy.dest] != written or not self._paths.exists(target, prefix):
            return False
        source = self.state(vertex.inputs[copy.source])
        if isinstance(source, Layered):
            return False
        copied = join(self._paths.real(source, copy.path), relpath(prefix, copy.dest))
        return not self._paths.exists(source, copied)

    def _real(self, target: Layered, path: str) -> str:
        """Where a write to `path` ends up; steps after the environment are seldom evaluated."""
        settled = target.settled(path)
        plain = settled is not None and self._paths.real(settled, path) == path
        return path if plain else self._paths.real(target.shadow, path)


def sole_root(run: Vertex) -> int | None:
    """The position of the input that an exec changes; None if another mount of it shows that too.

    None as well for one that starts with nothing, or whose changes are thrown away.
    """
    mounts = run.op.exec.mounts
    root = next(mount for mount in mounts if mount.dest == "/")
    seen_twice = sum(mount.input == root.input for mount in mounts) > 1
    return None if root.input < 0 or root.output != 0 or seen_twice else int(root.input)


def with_root(
    run: Vertex, op: pb.Op, inputs: Sequence[Output], root_input: int, root: Output
) -> Vertex:
    """The exec `op`, which is `run` changed, on `inputs` but for its root."""
    wired, changed = list(inputs), pb.Op()
    changed.CopyFrom(op)
    if sum(mount.input == root_input for mount in op.exec.mounts) > 1:
        # another mount shows the same state, which must stay as it is
        next(mount for mount in changed.exec.mounts if mount.dest == "/").input = len(wired)
        wired.append(root)
    else:
        wired[root_input] = root
    return make_vertex(changed, wired, run.metadata, run.locations)


def _written_on(vertex: Vertex) -> Output | None:
    """The state that a vertex makes its first output of; None for one that only reads others."""
    match vertex.op.WhichOneof("op"):
        case "exec":
            root = sole_root(vertex)
            return None if root is None else vertex.inputs[root]
        case "file":
            writing = writing_of(vertex.op.file, len(vertex.inputs))
            return None if writing is None else vertex.inputs[writing.target]
        case _:
            return None


def _output_count(vertex: Vertex) -> int:
    match vertex.op.WhichOneof("op"):
        case "exec":
            return sum(mount.output >= 0 for mount in vertex.op.exec.mounts)
        case "file":
            return sum(action.output >= 0 for action in vertex.op.file.actions)
        case "passthrough":
            return len(vertex.op.passthrough.outputs)
        case _:
            return 1
