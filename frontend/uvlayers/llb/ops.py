"""Makers of the ops that we add to a graph; each returns a new vertex.

Every field in which protobuf's zero means something else than "unset" is set here, once:
mounts without input or output, file actions' modes and timestamps (BuildKit
`solver/pb/ops.proto`, `client/llb/fileop.go`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from uvlayers.llb.graph import Output, Vertex, make_vertex
from uvlayers.pb import ops_pb2 as pb

NONE = -1  # `Mount.input`, `Mount.output`, `FileAction.output`: nothing there


@dataclass(frozen=True, slots=True)
class Group:
    """Vertices that show as one line of the progress output; clients tell groups by `key`."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Label:
    """How a vertex shows in the progress output and which Dockerfile lines it belongs to."""

    name: str
    locations: tuple[pb.Location, ...] = ()
    ignore_cache: bool = False
    group: Group | None = None

    def metadata(self) -> pb.OpMetadata:
        metadata = pb.OpMetadata(
            description={"llb.customname": self.name}, ignore_cache=self.ignore_cache
        )
        if self.group is not None:
            metadata.progress_group.id, metadata.progress_group.name = (
                self.group.key,
                self.group.name,
            )
        return metadata


@dataclass(frozen=True, slots=True)
class Mount:
    """A mount of an exec; a bind mount whose `source` is None starts empty.

    `output` asks for what the mount holds afterwards; outputs are numbered in mount order.
    """

    dest: str
    source: Output | None = None
    selector: str = ""
    readonly: bool = False
    output: bool = False
    tmpfs: bool = False


@dataclass(frozen=True, slots=True)
class Process:
    """What an exec runs and as whom; `environment` is complete and in order.

    Any of `exit_codes` is a success.
    """

    args: tuple[str, ...]
    environment: tuple[str, ...]
    cwd: str = "/"
    user: str = ""
    exit_codes: tuple[int, ...] = (0,)


def http_source(url: str, checksum: str | None, filename: str, label: Label) -> Vertex:
    """A file that the daemon fetches, mode 0644; it must have the `checksum` (`sha256:…`), if any.

    With one, BuildKit leaves the URL out of the cache key (`source/http`): a mirror hits the same
    cache.
    """
    attrs = {"http.filename": filename, "http.perm": "0644"}
    if checksum is not None:
        attrs["http.checksum"] = checksum
    return _labelled(pb.Op(source=pb.SourceOp(identifier=url, attrs=attrs)), [], label)


def exec_op(
    process: Process, mounts: Sequence[Mount], platform: pb.Platform, label: Label
) -> Vertex:
    """A process without network on `mounts`, of which one must be `/`."""
    inputs: list[Output] = []
    op = pb.ExecOp(
        meta=pb.Meta(
            args=process.args,
            env=process.environment,
            cwd=process.cwd,
            user=process.user,
            removeMountStubsRecursive=True,
            validExitCodes=() if process.exit_codes == (0,) else process.exit_codes,
        ),
        network=pb.NetMode.NONE,
    )
    outputs = 0
    for mount in mounts:
        op.mounts.append(wired(mount, inputs, outputs))
        outputs += mount.output
    return _labelled(pb.Op(exec=op, platform=platform), inputs, label)


@dataclass(frozen=True, slots=True)
class File:
    """A file to be made: absolute path, contents, permission bits."""

    path: str
    data: bytes
    mode: int = 0o644


def files(contents: Sequence[File], label: Label) -> Vertex:
    """A file system that holds just `contents`, timestamps fixed so that the digest is too."""
    op = pb.FileOp()
    for position, file in enumerate(contents):
        last = position == len(contents) - 1
        op.actions.append(
            pb.FileAction(
                # no op inputs: 0, 1, … are the results of the actions before
                input=position - 1,
                secondaryInput=NONE,
                output=0 if last else NONE,
                mkfile=pb.FileActionMkFile(
                    path=file.path, mode=file.mode, data=file.data, timestamp=0
                ),
            )
        )
    return _labelled(pb.Op(file=op), [], label)


def gather(sources: Sequence[Output], label: Label) -> Output:
    """All files of `sources` in one new layer, later ones win; owners, modes and times are kept.

    BuildKit's copy sets the times of directories below the root once their contents are there
    (fsutil `copy/copy.go`), so that the layer is the one that an exec writing all would have made.
    """
    op = pb.FileOp()
    for position in range(len(sources)):
        copy = pb.FileActionCopy(
            src="/", dest="/", mode=NONE, timestamp=NONE, dirCopyContents=True, createDestPath=True
        )
        first, last = position == 0, position == len(sources) - 1
        op.actions.append(
            pb.FileAction(
                input=NONE if first else len(sources) + position - 1,
                secondaryInput=position,
                output=0 if last else NONE,
                copy=copy,
            )
        )
    return _labelled(pb.Op(file=op), list(sources), label).output()


def merge(inputs: Sequence[Output], label: Label | None = None) -> Output:
    """`inputs` on top of one another, later ones win; a single input is itself."""
    if len(inputs) == 1:
        return inputs[0]
    op = pb.MergeOp(inputs=[pb.MergeInput(input=i) for i in range(len(inputs))])
    return _labelled(pb.Op(merge=op), list(inputs), label).output()


def diff(lower: Output, upper: Output, label: Label | None = None) -> Output:
    """The layers that `upper` has above `lower`."""
    op = pb.DiffOp(lower=pb.LowerDiffInput(input=0), upper=pb.UpperDiffInput(input=1))
    return _labelled(pb.Op(diff=op), [lower, upper], label).output()


def tied(output: Output, others: Sequence[Output], label: Label | None = None) -> Output:
    """`output`, unchanged, but such that a cache export of it takes `others` along.

    The diff of a result and itself is nothing, and a merge of one thing is that thing (BuildKit
    `solver/llbsolver/ops/diff.go`, `cache/manager.go`): there is no layer of it. An exporter walks
    from the result to all that it was made of, which an output that was only read is not.
    """
    nothing = [diff(each, each, label) for each in others]
    vertex, op = output.vertex, pb.Op()
    if vertex.op.WhichOneof("op") != "merge":
        return merge([output, *nothing], label)
    op.CopyFrom(vertex.op)
    inputs = [*vertex.inputs, *nothing]
    op.merge.inputs.extend(pb.MergeInput(input=i) for i in range(len(vertex.inputs), len(inputs)))
    return make_vertex(op, inputs, vertex.metadata, vertex.locations).output()


def _labelled(op: pb.Op, inputs: Sequence[Output], label: Label | None) -> Vertex:
    # Go marshals an empty submessage here; the same bytes let equal ops meet
    op.constraints.CopyFrom(pb.WorkerConstraints())
    if label is None:
        return make_vertex(op, inputs)
    return make_vertex(op, inputs, label.metadata(), label.locations)


def wired(mount: Mount, inputs: list[Output], output: int) -> pb.Mount:
    """The mount in an exec with those `inputs`; its output, if it has one, is number `output`."""
    return pb.Mount(
        dest=mount.dest,
        selector=mount.selector,
        readonly=mount.readonly,
        input=NONE if mount.source is None else index_of(inputs, mount.source),
        output=output if mount.output else NONE,
        mountType=pb.MountType.TMPFS if mount.tmpfs else pb.MountType.BIND,
    )


def index_of(inputs: list[Output], source: Output) -> int:
    """The position of `source` among `inputs`, which grows by it when it is new."""
    if source not in inputs:
        inputs.append(source)
    return inputs.index(source)
