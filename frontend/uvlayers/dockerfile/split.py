"""A RUN that does something before its sync, as two: `pip install uv`, then `uv sync`.

A sync that is the first command of its RUN can be taken over; one that follows others cannot, since
what they leave behind lies below the environment. The two halves leave what the whole would have.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from uvlayers.dockerfile.find import find_sync_exec
from uvlayers.llb.graph import Graph, Output, Vertex, make_vertex
from uvlayers.pb import ops_pb2 as pb

_NAME = "llb.customname"


@dataclass(frozen=True, slots=True)
class Split:
    """A graph with RUNs cut in two.

    `origins` leads from the digest of a vertex to that of the delegated vertex that it stands for,
    `firsts` from the digest of a RUN's second half to the text of its first.
    """

    graph: Graph
    origins: Mapping[str, str]
    firsts: Mapping[str, str]


def split_runs(graph: Graph, whole: Collection[str] = ()) -> Split:
    """Cut every RUN that can be cut, but for those with a digest in `whole`."""
    replaced: dict[str, Vertex] = {}
    origins: dict[str, str] = {}
    firsts: dict[str, str] = {}

    def now(output: Output) -> Output:
        vertex = replaced.get(output.vertex.digest)
        return output if vertex is None else vertex.output(output.index)

    for vertex in graph.vertices():
        carried = vertex.with_inputs([now(each) for each in vertex.inputs])
        halves = None if vertex.digest in whole else _halves(carried)
        if halves is not None:
            carried, text = halves
            firsts[carried.digest] = text
        if carried is not vertex:
            replaced[vertex.digest] = carried
        origins[carried.digest] = vertex.digest
    head = None if graph.head is None else now(graph.head)
    return Split(graph.with_head(head), origins, firsts)


def _halves(run: Vertex) -> tuple[Vertex, str] | None:
    """The second half of `run`, on top of the first, and the text of the first."""
    found = find_sync_exec(run)
    cut = None if found is None else found.cut
    if cut is None or any(_holds_state(mount) for mount in run.op.exec.mounts):
        return None
    *shell, script = run.op.exec.meta.args
    if not shell[-1].startswith("-") or not shell[-1].endswith("c"):
        return None
    root = next(mount for mount in run.op.exec.mounts if mount.dest == "/")
    if root.input < 0 or sum(mount.input == root.input for mount in run.op.exec.mounts) > 1:
        return None
    text = script.encode()
    first, second = text[: cut[0]].decode(), text[cut[1] :].decode()
    before = _with_args(run, [*shell, first], run.inputs, _described(run, first))
    inputs = list(run.inputs)
    inputs[root.input] = before.output(root.output)
    return _with_args(run, [*shell, second], inputs, run.metadata), first


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


def _described(run: Vertex, text: str) -> pb.OpMetadata:
    metadata = pb.OpMetadata()
    metadata.CopyFrom(run.metadata)
    metadata.description[_NAME] = f"[uvlayers] before the sync: {text}"
    return metadata
