"""A RUN that does more than one sync, as several: `pip install uv`, then `uv sync`.

A sync that is the first command of its RUN can be taken over; one that follows others cannot, since
what they leave behind lies below the environment. The parts leave what the whole would have.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from uvlayers.dockerfile.find import find_sync_exec
from uvlayers.llb.graph import Graph, Output, Vertex, make_vertex
from uvlayers.llb.rewriting import sole_root
from uvlayers.pb import ops_pb2 as pb

_NAME = "llb.customname"


@dataclass(frozen=True, slots=True)
class Split:
    """A graph with RUNs cut into parts.

    `origins` leads from the digest of a vertex to that of the delegated vertex that it stands for,
    `parts` from the digest of a delegated RUN to its parts, the first one first.
    """

    graph: Graph
    origins: Mapping[str, str]
    parts: Mapping[str, Sequence[Vertex]]


def split_runs(graph: Graph, whole: Collection[str] = ()) -> Split:
    """Cut every RUN that can be cut, but for those with a digest in `whole`."""
    replaced: dict[str, Vertex] = {}
    origins: dict[str, str] = {}
    parts: dict[str, Sequence[Vertex]] = {}

    def now(output: Output) -> Output:
        vertex = replaced.get(output.vertex.digest)
        return output if vertex is None else vertex.output(output.index)

    for vertex in graph.vertices():
        carried = vertex.with_inputs([now(each) for each in vertex.inputs])
        found = [carried] if vertex.digest in whole else _parts(carried)
        if len(found) > 1:
            parts[vertex.digest] = found
        if found[-1] is not vertex:
            replaced[vertex.digest] = found[-1]
        origins |= {part.digest: vertex.digest for part in found}
    head = None if graph.head is None else now(graph.head)
    return Split(graph.with_head(head), origins, parts)


def _parts(run: Vertex) -> list[Vertex]:
    """`run`, or what it is cut into, each part on top of the one before."""
    found = find_sync_exec(run)
    if found is None or any(_holds_state(mount) for mount in run.op.exec.mounts):
        return [run]
    root = sole_root(run)
    if root is None:
        return [run]
    cut = found.cut()
    if cut is None:
        return [run]
    first, second = cut
    before = _parts(_with_args(run, first, run.inputs, _described(run, first)))
    inputs = list(run.inputs)
    inputs[root] = before[-1].output()
    return [*before, _with_args(run, second, inputs, run.metadata)]


def _holds_state(mount: pb.Mount) -> bool:
    """Whether what the first half writes there would be gone, or shared, in the second."""
    if mount.dest == "/":
        return False
    writable = mount.mountType == pb.MountType.BIND and not mount.readonly
    return writable or mount.mountType == pb.MountType.TMPFS


def _with_args(
    run: Vertex, args: Sequence[str], inputs: Sequence[Output], metadata: pb.OpMetadata
) -> Vertex:
    op = pb.Op()
    op.CopyFrom(run.op)
    op.exec.meta.args[:] = args
    return make_vertex(op, inputs, metadata, run.locations)


def _described(run: Vertex, args: Sequence[str]) -> pb.OpMetadata:
    metadata = pb.OpMetadata()
    metadata.CopyFrom(run.metadata)
    syncs = find_sync_exec(_with_args(run, args, run.inputs, run.metadata)) is not None
    what = "" if syncs else "before the sync: "
    metadata.description[_NAME] = f"[uvlayers] {what}{args[-1]}"
    return metadata
