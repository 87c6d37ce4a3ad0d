import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from types import ModuleType

import pytest
from uvlayers.__main__ import answer
from uvlayers.errors import UvlayersError
from uvlayers.gateway.client import Gateway, connect
from uvlayers.gateway.errors import GatewayError
from uvlayers.gateway.greeting import GREETING
from uvlayers.gateway.result import Result
from uvlayers.options import Options
from uvlayers.pb import gateway_pb2 as pb
from uvlayers.pb.status_pb2 import Status

from tests.gateway.daemon import Daemon, start_daemon

FRONTEND = Path(__file__).parents[1] / "frontend"
RESULT = pb.Result(ref=pb.Ref(id="ref1"))

Build = Callable[[Gateway, Options], Result]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with start_daemon(tmp_path) as daemon:
        daemon.answer(Return=pb.ReturnResponse())
        yield daemon


@pytest.fixture
def gateway(daemon: Daemon) -> Iterator[Gateway]:
    daemon.greet()
    with connect(daemon.stdin, daemon.stdout) as gateway:
        yield gateway


@pytest.fixture
def set_build(monkeypatch: pytest.MonkeyPatch) -> Callable[[Build], None]:
    def set_build(build: Build) -> None:
        module = ModuleType("uvlayers.build")
        module.build = build  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "uvlayers.build", module)

    return set_build


def returned(daemon: Daemon) -> pb.ReturnRequest:
    (request,) = daemon.requests
    assert isinstance(request, pb.ReturnRequest)
    return request


def test_result_is_returned(
    daemon: Daemon,
    gateway: Gateway,
    set_build: Callable[[Build], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def build(_gateway: Gateway, options: Options) -> Result:
        seen.append(options.opts["build-arg:UV"])
        return Result(RESULT)

    monkeypatch.setenv("BUILDKIT_FRONTEND_OPT_0", "build-arg:UV=a=b")
    set_build(build)
    answer(gateway)
    assert returned(daemon) == pb.ReturnRequest(result=RESULT)
    assert seen == ["a=b"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UvlayersError("no", hint="yes"), Status(code=2, message="no\n\nhint: yes")),
        (GatewayError(Status(code=5, message="gone")), Status(code=5, message="gone")),
    ],
)
def test_error_is_returned(
    daemon: Daemon,
    gateway: Gateway,
    set_build: Callable[[Build], None],
    error: Exception,
    status: Status,
) -> None:
    def build(_gateway: Gateway, _options: Options) -> Result:
        raise error

    set_build(build)
    answer(gateway)
    assert returned(daemon).error == status


def test_broken_import_is_returned_as_a_crash(
    daemon: Daemon, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvlayers.build", None)
    answer(gateway)
    message = returned(daemon).error.message
    assert message.startswith("uvlayers ")
    assert "ModuleNotFoundError" in message


def test_result_that_is_refused_becomes_the_error(
    daemon: Daemon, gateway: Gateway, set_build: Callable[[Build], None]
) -> None:
    daemon.refuse("Return", Status(code=2, message="return reference ref1 not found"))
    set_build(lambda _gateway, _options: Result(RESULT))
    with pytest.raises(GatewayError):
        answer(gateway)
    refused, error = daemon.requests
    assert refused == pb.ReturnRequest(result=RESULT)
    assert isinstance(error, pb.ReturnRequest)
    assert error.error.message == "return reference ref1 not found"


MAIN = """
import sys
sys.path.insert(0, sys.argv[1])
from uvlayers.__main__ import main
main()
"""

START = """
import sys, types
sys.path.insert(0, sys.argv[1])
from uvlayers.gateway.result import Result
from uvlayers.pb import gateway_pb2 as pb
module = types.ModuleType("uvlayers.build")
def build(gateway, options):
    print("stray print")
    return Result(pb.Result(ref=pb.Ref(id="ref1")))
module.build = build
sys.modules["uvlayers.build"] = module
from uvlayers.__main__ import main
main()
"""


def test_process_answers_and_exits_with_zero(daemon: Daemon) -> None:
    argv = [sys.executable, "-I", "-c", START, str(FRONTEND)]
    with Popen(argv, stdin=daemon.stdin, stdout=daemon.stdout, stderr=PIPE) as process:
        os.close(daemon.stdin)
        os.close(daemon.stdout)
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, b"stray print\n")
    assert returned(daemon) == pb.ReturnRequest(result=RESULT)


# Waits where grpc is imported, until something is written into the pipe.
DELAY = """
import os, sys
class Delay:
    def find_spec(self, name, path=None, target=None):
        if name == "grpc":
            sys.meta_path.remove(self)
            os.write(2, b"waiting\\n")
            os.read(int(sys.argv[2]), 1)
sys.meta_path.insert(0, Delay())
"""


def test_the_daemon_is_greeted_before_anything_slow_is_imported() -> None:
    stdin, to_process = os.pipe()
    hold, release = os.pipe()
    argv = [sys.executable, "-I", "-c", DELAY + MAIN, str(FRONTEND), str(hold)]
    with Popen(argv, stdin=stdin, stdout=PIPE, stderr=PIPE, pass_fds=[hold]) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(len(GREETING)) == GREETING
        assert process.stderr.readline() == b"waiting\n"
        process.kill()
    for descriptor in (stdin, to_process, hold, release):
        os.close(descriptor)


# Tells on its way out whether the pipe that was stdout is open still.
WATCH = """
import os
pipe = os.fstat(1).st_ino
leave = os._exit
def watching(code):
    held = {os.stat(f"/proc/self/fd/{each}").st_ino for each in os.listdir("/proc/self/fd")[:-1]}
    os.write(2, b"open" if pipe in held else b"closed")
    leave(code)
os._exit = watching
"""


def test_the_connection_ends_with_the_process_and_not_before(daemon: Daemon) -> None:
    argv = [sys.executable, "-I", "-c", WATCH + START, str(FRONTEND)]
    with Popen(argv, stdin=daemon.stdin, stdout=daemon.stdout, stderr=PIPE) as process:
        os.close(daemon.stdin)
        os.close(daemon.stdout)
        _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, b"stray print\nopen")


def test_process_whose_daemon_is_gone_says_so_on_stderr(daemon: Daemon) -> None:
    daemon.die()
    argv = [sys.executable, "-I", "-c", START, str(FRONTEND)]
    with Popen(argv, stdin=daemon.stdin, stdout=daemon.stdout, stderr=PIPE) as process:
        os.close(daemon.stdin)
        os.close(daemon.stdout)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 1
    assert b"GatewayError" in stderr
