"""Where an environment's layers lie: below the files of the build context that came before it.

Layers are unpacked again when one below them changes, by every node that pulls and by the builder's
own image store. `COPY pyproject.toml uv.lock ./` changes whenever the environment does, and with
`COPY . .` all code does. So the layers go onto the state before such a copy, whose own layers are
put back on top as a difference: the files are the same (see `llb.layered`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from uvlayers.dockerfile.ancestry import from_context
from uvlayers.dockerfile.history import maker_of
from uvlayers.dockerfile.reach import reach_of
from uvlayers.llb.fileop import Additions, additions_of, covers, reaches
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered, State
from uvlayers.llb.rewriting import Paths


@dataclass(frozen=True, slots=True)
class Placement:
    """`below` is the state that layers go onto, `written` where the steps above them write.

    `lowest` is the digest of the vertex of the delegated graph that makes the lowest of these.
    """

    below: Output
    written: tuple[str, ...]
    lowest: str


def put_onto(
    root: Layered,
    placement: Placement | None,
    layers: Sequence[Output],
    prefixes: Sequence[str],
    bulk: Sequence[Output] = (),
    added: Output | None = None,
) -> Layered:
    """`root` with more layers at their placement; None is on top."""
    if placement is None:
        return root.with_layers(layers, prefixes, bulk, added)
    below, written = placement.below, placement.written
    return root.with_layers(layers, prefixes, bulk, added, below, written)


def place_layers(
    before: Output,
    prefixes: Sequence[str],
    state: Callable[[Output], State],
    paths: Paths,
) -> Placement | None:
    """Where layers below `prefixes` may lie that are to come after `before`.

    That is an output of the delegated graph, of which `state` says what has become. None where the
    context's files are not right below, or may have to do with the layers' places. Commands may
    come after them (`chmod`, `useradd`) whose paths are known and that remove nothing.
    """
    root = Layered.on(state(before))
    occupied = [prefix for prefix in prefixes if paths.exists(root.shadow, prefix)]
    placement, written = None, []
    here = before
    while (addition := _addition(here.vertex)) is not None:
        lower = Layered.on(state(addition.target))
        added = [paths.real(root.shadow, path) for path in addition.paths]
        apart = not any(reaches(added, prefix) for prefix in prefixes)
        if lower.segments != root.segments or not apart:
            break
        if any(covers(added, prefix) for prefix in occupied):
            break
        written += added
        if any(from_context(source.vertex) for source in addition.sources):
            placement = Placement(lower.shadow, tuple(written), maker_of(here.vertex).digest)
        here = addition.target
    return placement


def _addition(vertex: Vertex) -> Additions | None:
    """What a step adds to the state before it; None where it may change anything, or remove."""
    if vertex.op.WhichOneof("op") != "exec":
        return additions_of(vertex)
    root = next(mount for mount in vertex.op.exec.mounts if mount.dest == "/")
    reach = reach_of(vertex)
    if reach is None or root.input < 0 or root.output != 0:
        return None
    # the runtime makes the directory that it starts in
    return Additions(vertex.inputs[root.input], (), (reach.cwd, *reach.touched))
