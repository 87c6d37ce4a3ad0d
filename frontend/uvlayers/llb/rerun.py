"""Another process in the surroundings of an exec: its network, secrets, caches and limits."""

from collections.abc import Callable, Sequence

from uvlayers.llb.graph import Output, Vertex, make_vertex
from uvlayers.llb.ops import NONE, Label, Mount, Process, index_of, wired
from uvlayers.pb import ops_pb2 as pb


def rerun(
    run: Vertex,
    process: Process,
    root: Output,
    keep: Callable[[pb.Mount], Output | None],
    mounts: Sequence[Mount],
    label: Label,
) -> Vertex:
    """`process` in the place of the exec `run`; output 0 is what it does to `root`.

    The root has one because BuildKit mounts a root without output as it was committed: nothing
    could be written to it (`frontend/gateway/container`, PrepareMounts).

    `keep` says what a bind mount of the exec shows now, None for one that is left out; mounts of
    other types stay as they are. `mounts` are added, their outputs numbered from 1.
    """
    op = pb.Op()
    op.CopyFrom(run.op)
    inputs = [root]
    op.exec.meta.args[:] = process.args
    op.exec.meta.env[:] = process.environment
    op.exec.meta.cwd, op.exec.meta.user = process.cwd, process.user
    op.exec.meta.removeMountStubsRecursive = True
    del op.exec.mounts[:]
    op.exec.mounts.append(pb.Mount(dest="/", input=0, output=0))
    for mount in run.op.exec.mounts:
        if mount.dest != "/":
            _add_kept(op.exec, inputs, mount, run, keep)
    outputs = 1
    for added in mounts:
        op.exec.mounts.append(wired(added, inputs, outputs))
        outputs += added.output
    return make_vertex(op, inputs, label.metadata(), label.locations)


def _add_kept(
    execution: pb.ExecOp,
    inputs: list[Output],
    mount: pb.Mount,
    run: Vertex,
    keep: Callable[[pb.Mount], Output | None],
) -> None:
    kept = pb.Mount()
    kept.CopyFrom(mount)
    if mount.mountType in (pb.MountType.BIND, pb.MountType.CACHE):
        kept.output = NONE
    if mount.mountType == pb.MountType.CACHE and mount.input >= 0:
        kept.input = index_of(inputs, run.inputs[mount.input])
    if mount.mountType == pb.MountType.BIND and mount.input >= 0:
        source = keep(mount)
        if source is None:
            return
        kept.input = index_of(inputs, source)
    execution.mounts.append(kept)
