from uvlayers.llb.graph import Output, make_vertex
from uvlayers.llb.ops import Label, Mount, Process
from uvlayers.llb.rerun import rerun
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles
from tests.dockerfiles import Bind, Cache, Secret, Tmpfs

BASE, ROOT, CONTEXT, TOOLS = (dockerfiles.image(n) for n in ("base", "root", "context", "tools"))
GUEST = dockerfiles.image("guest")
PROCESS = Process(("build",), ("A=b",), "/work", "1000")
RUN = dockerfiles.run(
    BASE,
    "uv sync",
    env=["SECRET=1"],
    mounts=[
        Bind("/src", CONTEXT),
        Bind("/tools", TOOLS, "/bin"),
        Bind("/empty", None),
        Cache("/cache"),
        Secret("/run/token"),
        Tmpfs("/tmp"),
    ],
    ignore_cache=True,
).vertex


def rerun_with(keep: Output | None, *mounts: Mount) -> pb.ExecOp:
    def kept(mount: pb.Mount) -> Output | None:
        return keep if mount.dest == "/src" else TOOLS

    return rerun(RUN, PROCESS, ROOT, kept, mounts, Label("x")).op.exec


def test_the_process_is_another_and_the_rest_stays() -> None:
    op = rerun_with(CONTEXT)
    assert (list(op.meta.args), list(op.meta.env)) == (["build"], ["A=b"])
    assert (op.meta.cwd, op.meta.user) == ("/work", "1000")
    assert op.network == RUN.op.exec.network
    assert [mount.dest for mount in op.mounts] == [mount.dest for mount in RUN.op.exec.mounts]
    assert [m.mountType for m in op.mounts] == [m.mountType for m in RUN.op.exec.mounts]


def test_the_root_is_writable_and_has_an_output() -> None:
    (root, *others) = rerun_with(CONTEXT).mounts
    assert (root.dest, root.output, root.readonly) == ("/", 0, False)
    assert {m.output for m in others if m.mountType == pb.MountType.BIND} == {-1}


def test_inputs_are_those_of_the_new_graph() -> None:
    vertex = rerun(RUN, PROCESS, ROOT, lambda _mount: TOOLS, [], Label("x"))
    assert vertex.inputs == (ROOT, TOOLS)
    wired = {m.dest: (m.input, m.selector) for m in vertex.op.exec.mounts}
    assert wired["/src"] == (1, "")
    assert wired["/tools"] == (1, "/bin")
    assert wired["/empty"] == (-1, "")


def test_a_mount_can_be_left_out() -> None:
    assert "/src" not in [mount.dest for mount in rerun_with(None).mounts]


def test_a_cache_that_begins_with_a_state_keeps_it() -> None:
    run = dockerfiles.run(BASE, "uv sync", mounts=[Bind("/cache", TOOLS)]).vertex
    op = pb.Op()
    op.CopyFrom(run.op)
    op.exec.mounts[1].mountType = pb.MountType.CACHE
    vertex = rerun(make_vertex(op, run.inputs), PROCESS, ROOT, lambda _m: None, [], Label("x"))
    assert vertex.inputs == (ROOT, TOOLS)
    assert vertex.op.exec.mounts[1].input == 1


def test_mounts_are_added_with_outputs_from_one() -> None:
    op = rerun_with(
        None, Mount("/guest", GUEST, readonly=True), Mount("/out", output=True), Mount("/x", GUEST)
    )
    added = [(m.dest, m.output, m.readonly) for m in op.mounts[-3:]]
    assert added == [("/guest", -1, True), ("/out", 1, False), ("/x", -1, False)]
    assert op.mounts[-3].input == op.mounts[-1].input
    assert op.mounts[-2].input == -1


def test_places_of_added_mounts_are_removed_again() -> None:
    op = rerun_with(CONTEXT, Mount("/scratch/new", tmpfs=True), Mount("/in", GUEST, readonly=True))
    scratch, guest = op.mounts[-2:]
    assert (scratch.mountType, scratch.input, scratch.output) == (pb.MountType.TMPFS, -1, -1)
    assert (guest.mountType, guest.readonly) == (pb.MountType.BIND, True)
    assert op.meta.removeMountStubsRecursive
