import pytest
from uvlayers.gateway.client import Gateway
from uvlayers.gateway.states import States, is_directory, is_symlink, permissions
from uvlayers.llb.graph import Output, make_vertex
from uvlayers.pb import gateway_pb2 as pb
from uvlayers.pb import ops_pb2
from uvlayers.pb.stat_pb2 import Stat
from uvlayers.pb.status_pb2 import Status

from tests.gateway.daemon import Daemon

IMAGE = Output(make_vertex(ops_pb2.Op(source=ops_pb2.SourceOp(identifier="docker-image://python"))))


@pytest.fixture
def states(daemon: Daemon, gateway: Gateway) -> States:
    daemon.answer(Solve=pb.SolveResponse(result=pb.Result(ref=pb.Ref(id="ref1"))))
    return States(gateway, cache_imports=[("registry", {"ref": "r/cache"})])


def test_each_state_is_solved_once_and_each_file_read_once(daemon: Daemon, states: States) -> None:
    daemon.answer(ReadFile=pb.ReadFileResponse(Data=b"lock"), StatFile=pb.StatFileResponse())
    for _ in range(2):
        assert states.read(IMAGE, "/uv.lock") == b"lock"
        assert states.exists(IMAGE, "/uv.lock")
    solve, read, stat = daemon.requests
    assert isinstance(solve, pb.SolveRequest)
    assert solve.Definition.def_[0] == IMAGE.vertex.data
    assert solve.CacheImports[0].Type == "registry"
    assert not solve.Evaluate
    assert isinstance(read, pb.ReadFileRequest)
    assert read.Ref == "ref1"
    assert isinstance(stat, pb.StatFileRequest)


def test_answers_are_remembered(daemon: Daemon, states: States) -> None:
    daemon.answer(ReadFile=pb.ReadFileResponse(Data=b"3.13"))
    assert states.read(IMAGE, "/etc/version") == b"3.13"
    assert not states.answers
    for _ in range(2):
        assert states.answer(IMAGE, "/answer") == b"3.13"
    assert states.answers == (IMAGE,)


def test_directories(daemon: Daemon, states: States) -> None:
    entries = [Stat(path="lib", linkname="usr/lib"), Stat(path="lib64")]
    daemon.answer(ReadDir=pb.ReadDirResponse(entries=entries))
    assert states.names(IMAGE, "/") == ("lib", "lib64")
    assert states.entry(IMAGE, "/", "lib") == entries[0]
    assert states.entry(IMAGE, "/", "li") is None


def test_no_directory_is_listed_twice(daemon: Daemon, states: States) -> None:
    entries = [Stat(path="lib"), Stat(path="srv")]
    daemon.answer(ReadDir=pb.ReadDirResponse(entries=entries))
    for path, patterns in (("/srv/app", ["lib", ""]), ("/", [""]), ("/app", [""])):
        daemon.requests.clear()
        for _ in range(2):
            assert states.entry(IMAGE, path, "lib") == entries[0]
            assert states.entry(IMAGE, path, "srv") == entries[1]
            assert states.names(IMAGE, path) == ("lib", "srv")
        asked = [each for each in daemon.requests if isinstance(each, pb.ReadDirRequest)]
        assert [each.IncludePattern for each in asked] == patterns


def test_below_what_is_absent_nothing_is_looked_for(daemon: Daemon, states: States) -> None:
    daemon.answer(ReadDir=pb.ReadDirResponse(entries=[]))
    assert states.entry(IMAGE, "/root", ".config") is None
    assert states.entry(IMAGE, "/root/.config", "uv") is None
    assert states.entry(IMAGE, "/root/.config/uv", "uv.toml") is None
    asked = [each for each in daemon.requests if isinstance(each, pb.ReadDirRequest)]
    assert [each.DirPath for each in asked] == ["/root"]


def test_what_is_missing(daemon: Daemon, states: States) -> None:
    for method in ("ReadFile", "ReadDir", "StatFile"):
        daemon.refuse(method, Status(code=2, message="open /a: no such file or directory"))
    assert states.read(IMAGE, "/a") is None
    assert states.names(IMAGE, "/a") is None
    assert states.entry(IMAGE, "/a", "b") is None
    assert not states.exists(IMAGE, "/a")


@pytest.mark.parametrize(
    ("mode", "directory", "symlink", "bits"),
    [
        (0o644, False, False, 0o644),
        (1 << 31 | 1 << 20 | 0o777, True, False, 0o1777),
        (1 << 27 | 0o777, False, True, 0o777),
        (1 << 23 | 1 << 22 | 0o755, False, False, 0o6755),
    ],
)
def test_modes_of_go(mode: int, directory: bool, symlink: bool, bits: int) -> None:
    stat = Stat(mode=mode)
    assert (is_directory(stat), is_symlink(stat), permissions(stat)) == (directory, symlink, bits)
