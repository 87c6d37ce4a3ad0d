import pytest
from uvlayers.llb.graph import Output, walk
from uvlayers.llb.ops import (
    File,
    Label,
    Mount,
    Process,
    diff,
    exec_op,
    files,
    gather,
    http_source,
    merge,
    tied,
)
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles
from tests.model.solver import Solver
from tests.model.tree import EMPTY, difference, tree
from tests.model.tree import File as Node

LABEL = Label("name", dockerfiles.at(3), ignore_cache=True)
PROCESS = Process(("true",), ("A=b",), "/work", "1000")
BASE, OTHER = dockerfiles.image("base"), dockerfiles.image("other")
TREES = {
    "docker-image://docker.io/library/base:latest": tree({"/etc/a": b"1", "/b": b"1"}),
    "docker-image://docker.io/library/other:latest": tree({"/etc/a": b"2"}),
}


def solver() -> Solver:
    return Solver(TREES, lambda _run, _mounts: {})


def test_a_label_names_and_places_a_vertex() -> None:
    vertex = files([], LABEL)
    assert vertex.metadata.description == {"llb.customname": "name"}
    assert vertex.metadata.ignore_cache
    assert vertex.locations == dockerfiles.at(3)


def test_a_label_does_not_change_the_vertex() -> None:
    assert files([File("/a", b"")], LABEL) == files([File("/a", b"")], Label("other"))


def test_a_download_is_verified_and_readable() -> None:
    vertex = http_source("https://example.org/x", "sha256:abc", "x.whl", LABEL)
    assert vertex.op.source.identifier == "https://example.org/x"
    assert vertex.op.source.attrs == {
        "http.checksum": "sha256:abc",
        "http.filename": "x.whl",
        "http.perm": "0644",
    }
    assert not vertex.inputs


def test_a_download_without_a_checksum_is_not_verified() -> None:
    vertex = http_source("https://example.org/x", None, "x.whl", LABEL)
    assert "http.checksum" not in vertex.op.source.attrs


def test_a_process_has_no_network_and_leaves_no_mount_points() -> None:
    op = exec_op(PROCESS, [Mount("/", BASE)], dockerfiles.PLATFORM, LABEL).op
    assert op.exec.network == pb.NetMode.NONE
    assert op.exec.meta.removeMountStubsRecursive
    assert op.platform == dockerfiles.PLATFORM
    assert list(op.exec.meta.args) == ["true"]
    assert list(op.exec.meta.env) == ["A=b"]
    assert (op.exec.meta.cwd, op.exec.meta.user) == ("/work", "1000")


def test_other_exit_codes_may_be_a_success() -> None:
    mounts = [Mount("/", BASE)]
    process = Process(("uv",), (), exit_codes=(0, 2))
    one, usual = (exec_op(each, mounts, dockerfiles.PLATFORM, LABEL) for each in (process, PROCESS))
    assert list(one.op.exec.meta.validExitCodes) == [0, 2]
    assert list(usual.op.exec.meta.validExitCodes) == []


def test_mounts_say_where_nothing_is() -> None:
    mounts = [
        Mount("/", BASE, readonly=True),
        Mount("/tmp", tmpfs=True),
        Mount("/first", output=True),
        Mount("/again", BASE, "/selected", readonly=True),
        Mount("/other", OTHER, output=True),
    ]
    vertex = exec_op(PROCESS, mounts, dockerfiles.PLATFORM, LABEL)
    assert vertex.inputs == (BASE, OTHER)
    wired = [(m.dest, m.input, m.output, m.selector, m.readonly) for m in vertex.op.exec.mounts]
    assert wired == [
        ("/", 0, -1, "", True),
        ("/tmp", -1, -1, "", False),
        ("/first", -1, 0, "", False),
        ("/again", 0, -1, "/selected", True),
        ("/other", 1, 1, "", False),
    ]
    kinds = [m.mountType for m in vertex.op.exec.mounts]
    assert kinds[1] == pb.MountType.TMPFS
    assert set(kinds) == {pb.MountType.TMPFS, pb.MountType.BIND}


def test_files_are_made_one_on_another() -> None:
    output = files([File("/a", b"1"), File("/b", b"2", 0o755), File("/c", b"3")], LABEL).output()
    assert solver().tree(output) == {
        **tree({"/a": b"1", "/c": b"3"}),
        "/b": Node(b"2", 0o755),
    }
    assert [a.mkfile.timestamp for a in output.vertex.op.file.actions] == [0, 0, 0]


def test_a_merge_of_one_is_that_one() -> None:
    assert merge([BASE]) is BASE


def test_later_inputs_of_a_merge_win() -> None:
    assert solver().tree(merge([BASE, OTHER], LABEL))["/etc/a"] == tree({"/a": b"2"})["/a"]
    assert solver().tree(merge([OTHER, BASE]))["/etc/a"] == tree({"/a": b"1"})["/a"]


def test_a_diff_is_what_changed() -> None:
    upper = dockerfiles.copy(BASE, OTHER, "/etc/a", "/new/")
    changed = solver().tree(diff(BASE, upper, LABEL))
    assert changed == difference(solver().tree(BASE), solver().tree(upper))
    assert changed == {**EMPTY, **tree({"/new/a": b"2"})}


@pytest.mark.parametrize("output", [BASE, merge([BASE, OTHER], LABEL)])
def test_what_is_tied_to_others_is_what_it_was(output: Output) -> None:
    again = tied(output, [OTHER, BASE], LABEL)
    assert solver().tree(again) == solver().tree(output)
    # an export of the cache walks from a vertex to its inputs
    assert {OTHER.vertex, BASE.vertex} <= set(walk(again.vertex))
    assert len(again.vertex.inputs) == max(1, len(output.vertex.inputs)) + 2
    assert tied(output, []) == output


def test_ops_have_the_constraints_that_go_writes() -> None:
    outputs = [merge([BASE, OTHER]), diff(BASE, OTHER), files([], LABEL).output()]
    assert all(output.vertex.op.HasField("constraints") for output in outputs)


def test_what_is_gathered_keeps_owners_modes_and_times() -> None:
    output = gather([BASE, OTHER], LABEL)
    assert output.vertex.inputs == (BASE, OTHER)
    first, last = output.vertex.op.file.actions
    assert (first.input, first.secondaryInput, first.output) == (-1, 0, -1)
    assert (last.input, last.secondaryInput, last.output) == (2, 1, 0)
    for action in (first, last):
        copy = action.copy
        assert (copy.src, copy.dest, copy.dirCopyContents) == ("/", "/", True)
        assert (copy.mode, copy.timestamp, copy.HasField("owner")) == (-1, -1, False)


def test_of_what_is_gathered_the_last_wins() -> None:
    found = solver().tree(gather([BASE, OTHER], LABEL))
    assert found == tree({"/etc/a": b"2", "/b": b"1"})
