import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf.message import Message
from uvlayers.gateway import capabilities
from uvlayers.gateway.client import MEBIBYTE, READ_SIZE, Gateway
from uvlayers.gateway.errors import GatewayError
from uvlayers.gateway.result import Ref
from uvlayers.pb import gateway_pb2 as pb
from uvlayers.pb.caps_pb2 import APICap
from uvlayers.pb.ops_pb2 import Definition, Position, Range, SourceInfo
from uvlayers.pb.stat_pb2 import Stat
from uvlayers.pb.status_pb2 import Status

from tests.gateway.daemon import Daemon

REF = Ref("ref1", Definition())
SCRATCH = Ref("", Definition())


def pong(*enabled: str) -> pb.PongResponse:
    return pb.PongResponse(FrontendAPICaps=[APICap(ID=name, Enabled=True) for name in enabled])


def serve_file(daemon: Daemon, content: bytes) -> None:
    def read(request: Message, _context: grpc.ServicerContext) -> Message:
        assert isinstance(request, pb.ReadFileRequest)
        start = request.Range.Offset
        return pb.ReadFileResponse(Data=content[start : start + request.Range.Length])

    daemon.handlers["ReadFile"] = read


def test_ping(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(Ping=pong("gateway.evaluate"))
    assert gateway.ping().supports(capabilities.EVALUATE)


def test_capabilities_are_asked_for_once(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(Ping=pong())
    assert gateway.capabilities is gateway.capabilities
    assert daemon.requests == [pb.PingRequest()]


def test_solve_frontend(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(Solve=pb.SolveResponse(result=pb.Result(ref=pb.Ref(id="ref1"))))
    result = gateway.solve(
        frontend="dockerfile.v0",
        opts={"cmdline": "x"},
        inputs={"context": Definition(def_=[b"op"])},
        cache_imports=[("registry", {"ref": "r/cache"})],
    )
    assert result.refs == {"": Ref("ref1", Definition())}
    assert daemon.requests == [
        pb.SolveRequest(
            Frontend="dockerfile.v0",
            FrontendOpt={"cmdline": "x"},
            FrontendInputs={"context": Definition(def_=[b"op"])},
            CacheImports=[pb.CacheOptionsEntry(Type="registry", Attrs={"ref": "r/cache"})],
            allowResultReturn=True,
            allowResultArrayRef=True,
        )
    ]


def test_solve_definition(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(Solve=pb.SolveResponse(result=pb.Result(ref=pb.Ref(id="ref1"))))
    gateway.solve(Definition(def_=[b"op"]), evaluate=True)
    request = daemon.requests[0]
    assert isinstance(request, pb.SolveRequest)
    assert request.Definition.def_ == [b"op"]
    assert request.Evaluate
    assert not request.Frontend


@pytest.mark.parametrize("size", [0, 1, READ_SIZE - 1, READ_SIZE, READ_SIZE + 1, 7 * MEBIBYTE])
def test_read_file_pages(daemon: Daemon, gateway: Gateway, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    serve_file(daemon, content[:size])
    assert gateway.read_file(REF, "/uv.lock") == content[:size]
    assert len(daemon.requests) == size // READ_SIZE + 1


def test_read_dir_and_stat_file(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(
        ReadDir=pb.ReadDirResponse(entries=[Stat(path="lib", linkname="usr/lib")]),
        StatFile=pb.StatFileResponse(stat=Stat(path="lib", mode=0x800001ED)),
    )
    assert gateway.read_dir(REF, "/", "l*") == (Stat(path="lib", linkname="usr/lib"),)
    assert gateway.stat_file(REF, "/lib") == Stat(path="lib", mode=0x800001ED)
    assert daemon.requests == [
        pb.ReadDirRequest(Ref="ref1", DirPath="/", IncludePattern="l*"),
        pb.StatFileRequest(Ref="ref1", Path="/lib"),
    ]


@pytest.mark.parametrize(
    "message",
    [
        "open /a/uv.lock: no such file or directory",
        "lstat /a/uv.lock: not a directory",
        "resolve /var/lib/m1/a: lstat /var/lib/m1/a: no such file or directory",
    ],
)
def test_missing_paths_are_none(daemon: Daemon, gateway: Gateway, message: str) -> None:
    for method in ("ReadFile", "ReadDir", "StatFile"):
        daemon.refuse(method, Status(code=2, message=message))
    assert gateway.read_file(REF, "/a/uv.lock") is None
    assert gateway.read_dir(REF, "/a") is None
    assert gateway.stat_file(REF, "/a/uv.lock") is None


def test_other_failures_of_a_look_are_errors(daemon: Daemon, gateway: Gateway) -> None:
    daemon.refuse("ReadFile", Status(code=2, message="/a is not a regular file"))
    with pytest.raises(GatewayError, match=r"^/a is not a regular file$"):
        gateway.read_file(REF, "/a")


def test_scratch_holds_nothing_and_asks_nobody(daemon: Daemon, gateway: Gateway) -> None:
    assert gateway.read_file(SCRATCH, "/a") is None
    assert gateway.read_dir(SCRATCH, "/") is None
    assert gateway.stat_file(SCRATCH, "/") is None
    gateway.evaluate(SCRATCH)
    assert daemon.requests == []


def test_evaluate(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(Ping=pong(capabilities.EVALUATE), Evaluate=pb.EvaluateResponse())
    gateway.evaluate(REF)
    assert daemon.requests[1:] == [pb.EvaluateRequest(Ref="ref1")]


def test_evaluate_by_a_look_where_it_is_missing(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(Ping=pong(), StatFile=pb.StatFileResponse())
    gateway.evaluate(REF)
    assert daemon.requests[1:] == [pb.StatFileRequest(Ref="ref1", Path=".")]


def test_inputs(daemon: Daemon, gateway: Gateway) -> None:
    definition = Definition(def_=[b"op"])
    daemon.answer(Inputs=pb.InputsResponse(Definitions={"context": definition}))
    assert gateway.inputs() == {"context": definition}


def test_warn(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(Ping=pong(capabilities.WARNINGS), Warn=pb.WarnResponse())
    info = SourceInfo(filename="Dockerfile")
    ranges = [Range(start=Position(line=3), end=Position(line=4))]
    gateway.warn("sha256:1", "not layered", detail=["because", "of this"], info=info, ranges=ranges)
    assert daemon.requests[1:] == [
        pb.WarnRequest(
            digest="sha256:1",
            level=1,
            short=b"not layered",
            detail=[b"because", b"of this"],
            info=info,
            ranges=ranges,
        )
    ]


def test_warnings_are_dropped_where_they_cannot_be_shown(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(Ping=pong())
    gateway.warn("sha256:1", "not layered")
    assert daemon.requests == [pb.PingRequest()]


def test_return_error(daemon: Daemon, gateway: Gateway) -> None:
    daemon.answer(Return=pb.ReturnResponse())
    gateway.return_error(Status(code=2, message="no"))
    assert daemon.requests == [pb.ReturnRequest(error=Status(code=2, message="no"))]


def test_messages_of_15_mebibytes_both_ways(daemon: Daemon, gateway: Gateway) -> None:
    definition = Definition(def_=[bytes(15 * MEBIBYTE)])
    result = pb.Result(ref=pb.Ref(id="ref1", def_=definition))
    daemon.answer(Solve=pb.SolveResponse(result=result))
    assert gateway.solve(definition).refs[""].definition == definition
    assert daemon.requests[0].ByteSize() > 15 * MEBIBYTE


def test_message_beyond_the_limit_is_an_error(gateway: Gateway) -> None:
    with pytest.raises(GatewayError, match="larger than max") as raised:
        gateway.solve(Definition(def_=[bytes(17 * MEBIBYTE)]))
    assert raised.value.code == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]


@pytest.mark.parametrize("size", [10_000, 20_000, 100_000, 1_000_000])
def test_errors_with_big_details(daemon: Daemon, gateway: Gateway, size: int) -> None:
    status = Status(code=2, message="process did not complete successfully: exit code: 1")
    status.details.add(type_url="github.com/moby/buildkit/errdefs.Source+json", value=b"1" * size)
    daemon.refuse("Solve", status)
    with pytest.raises(GatewayError) as raised:
        gateway.solve(Definition())
    assert raised.value.status == status


def test_calls_from_many_threads(daemon: Daemon, gateway: Gateway) -> None:
    together = threading.Barrier(16, timeout=10)

    def read(request: Message, _context: grpc.ServicerContext) -> Message:
        assert isinstance(request, pb.ReadFileRequest)
        together.wait()
        return pb.ReadFileResponse(Data=request.FilePath.encode() * 100_000)

    daemon.handlers["ReadFile"] = read
    paths = [f"/{number:02}" for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        contents = list(pool.map(lambda path: gateway.read_range(REF, path, 0, READ_SIZE), paths))
    assert contents == [path.encode() * 100_000 for path in paths]


def test_daemon_that_dies_in_a_call(daemon: Daemon, gateway: Gateway) -> None:
    def die(_request: Message, context: grpc.ServicerContext) -> Message:
        daemon.die()
        context.abort(grpc.StatusCode.UNKNOWN, "never seen")
        raise AssertionError

    daemon.handlers["Solve"] = die
    with pytest.raises(GatewayError) as raised:
        gateway.solve(Definition())
    assert raised.value.code == grpc.StatusCode.UNAVAILABLE.value[0]
