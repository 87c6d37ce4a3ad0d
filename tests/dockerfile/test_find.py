from dataclasses import dataclass

import pytest
from uvlayers.dockerfile.find import SyncExec, find_sync_exec
from uvlayers.dockerfile.shell.scope import Kind
from uvlayers.errors import Unrelated, Unsupported
from uvlayers.llb.graph import Vertex, make_vertex
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles

BASE = dockerfiles.image("base")


@dataclass(frozen=True)
class Seen:
    """The same at every path."""

    what: Kind | None
    text: bytes | None = None

    def kind(self, path: str) -> Kind | None:
        del path
        return self.what

    def sourced(self, path: str) -> bytes | None:
        del path
        return self.text


class Hidden:
    """Only the command itself can tell."""

    def kind(self, path: str) -> Kind | None:
        raise Unsupported(path)

    def sourced(self, path: str) -> bytes | None:
        raise Unsupported(path)


def nobody(user: str) -> str:
    raise AssertionError(user)


def found(vertex: Vertex) -> SyncExec:
    result = find_sync_exec(vertex)
    assert result is not None
    return result


def test_an_exec_that_syncs_is_found() -> None:
    run = dockerfiles.run(BASE, "uv sync --frozen", env=["HOME=/root"]).vertex
    assert find_sync_exec(run) == SyncExec(run)
    assert found(run).root_input == 0
    command = found(run).command(nobody)
    assert command.argv == ("uv", "sync", "--frozen")
    assert command.cwd == "/app"
    assert command.environment == {"HOME": "/root"}


@pytest.mark.parametrize(
    "vertex",
    [
        BASE.vertex,
        dockerfiles.workdir(BASE, "/uv sync").vertex,
        dockerfiles.run(BASE, "pip install uv").vertex,
        dockerfiles.run(BASE, ["true"]).vertex,
    ],
)
def test_anything_else_is_not(vertex: Vertex) -> None:
    assert find_sync_exec(vertex) is None


def test_the_home_is_asked_for_when_nobody_sets_it() -> None:
    run = dockerfiles.run(BASE, "uv sync", user="app:app").vertex
    command = found(run).command(lambda user: f"/home/{user}")
    assert command.environment["HOME"] == "/home/app:app"


def test_no_directory_is_the_root() -> None:
    run = dockerfiles.run(BASE, "uv sync", cwd="").vertex
    assert found(run).command(lambda _: "/root").cwd == "/"


def test_variables_out_of_secrets_are_not_known() -> None:
    run = dockerfiles.run(
        BASE, "uv sync", env=["TOKEN=old", "EMPTY"], secret_variables=["TOKEN"]
    ).vertex
    command = found(run).command(lambda _: "/root")
    assert command.unknown == {"TOKEN"}
    assert command.environment["EMPTY"] == ""


def test_several_syncs_are_not_understood() -> None:
    run = dockerfiles.run(BASE, "uv sync --frozen && uv sync --frozen").vertex
    with pytest.raises(Unsupported, match="the RUN has several syncs"):
        found(run).command(lambda _: "/root")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("for x in 1 2; do uv sync -q || uv sync; done", "it runs in a loop"),
        ("for x in 1 2; do uv sync; done; (uv sync)", "the RUN has several syncs"),
        ("(uv sync); uv sync", "the RUN has several syncs"),
    ],
)
def test_a_reason_that_all_syncs_share_is_told(command: str, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        found(dockerfiles.run(BASE, command).vertex).command(lambda _: "/root")


def test_what_is_not_understood_says_why() -> None:
    run = dockerfiles.run(BASE, "for x in 1 2; do uv sync; done").vertex
    with pytest.raises(Unsupported, match="it runs in a loop"):
        found(run).command(lambda _: "/root")


def test_an_exec_on_nothing_is_not_understood() -> None:
    op = pb.Op()
    op.CopyFrom(dockerfiles.run(BASE, ["uv", "sync"]).vertex.op)
    op.exec.mounts[0].input = -1
    with pytest.raises(Unsupported, match="its root file system is empty"):
        _ = found(make_vertex(op)).root_input


def test_a_condition_on_files() -> None:
    run = found(dockerfiles.run(BASE, "if [ -f uv.lock ]; then uv sync; fi").vertex)
    assert run.command(lambda _: "/root", Seen("file")).looked == ("/app/uv.lock",)
    with pytest.raises(Unrelated):
        run.command(lambda _: "/root", Seen(None))
    with pytest.raises(Unsupported, match="condition"):
        run.command(lambda _: "/root")


def test_a_file_that_cannot_be_looked_at() -> None:
    run = found(dockerfiles.run(BASE, "if [ -f uv.lock ]; then uv sync; fi").vertex)
    with pytest.raises(Unsupported, match="it depends on a condition"):
        run.command(lambda _: "/root", Hidden())


def test_a_file_that_is_sourced() -> None:
    run = found(dockerfiles.run(BASE, ". ./env && uv sync").vertex)
    seen = Seen("file", b'case ":${PATH}:" in\n*:"/x":*)\n;;\n*)\nexport PATH="/x:$PATH"\n;;\nesac')
    command = run.command(lambda _: "/root", seen)
    assert command.environment["PATH"].startswith("/x:")
    assert command.sourced == ("/app/./env",)
    for files in (None, Hidden(), Seen("file"), Seen(None)):
        with pytest.raises(Unsupported, match="it comes after a sourced file"):
            run.command(lambda _: "/root", files)


@pytest.mark.parametrize(
    ("user", "by_root"),
    [("", True), ("root:app", True), ("0", True), ("app", False), ("1000", False)],
)
def test_who_runs_it(user: str, by_root: bool) -> None:
    assert found(dockerfiles.run(BASE, "uv sync", user=user).vertex).by_root is by_root
