"""What is asked early is asked once, whoever needs it and whatever comes of it."""

from dataclasses import dataclass, field
from threading import Event

import pytest
from uvlayers import foresight
from uvlayers.dockerfile.command import SyncCommand
from uvlayers.dockerfile.view import ExecView
from uvlayers.errors import Unsupported
from uvlayers.files import ExecFiles
from uvlayers.foresight import foresee, foresee_files
from uvlayers.gateway.result import Ref
from uvlayers.gateway.states import States
from uvlayers.pb.stat_pb2 import Stat

from tests import dockerfiles
from tests.dockerfiles import Bind
from tests.model.gateway import FakeGateway
from tests.model.solver import Solver
from tests.model.tree import tree
from tests.model.uv import Machine

BASE, CONTEXT = dockerfiles.image("base"), dockerfiles.context()
SOLVER = Solver(
    {
        "docker-image://docker.io/library/base:latest": tree({"/app/code.py": b"", "/srv/x": b""}),
        "local://context": tree({"/uv.lock": b"no lock"}),
    },
    Machine(),
)
RUN = dockerfiles.run(BASE, "uv sync", mounts=[Bind("/app/uv.lock", CONTEXT, "/uv.lock")]).vertex
SYNC = SyncCommand(("uv", "sync"), {}, "/app", alone=True, span=None)


@dataclass
class AskedGateway(FakeGateway):
    """Remembers which paths were asked for."""

    asked: list[str] = field(default_factory=list)

    def read_file(self, ref: Ref, path: str) -> bytes | None:
        self.asked.append(path)
        return super().read_file(ref, path)

    def read_dir(self, ref: Ref, path: str, pattern: str = "") -> tuple[Stat, ...] | None:
        self.asked.append(path)
        return super().read_dir(ref, path, pattern)


def test_the_lock_and_the_top_of_the_root_are_asked_for_once() -> None:
    gateway = AskedGateway(SOLVER)
    states = States(gateway)
    files = ExecFiles(states, ExecView(RUN, lambda output: output))
    foresee_files(SYNC, files, BASE, states)
    assert states.names(BASE, "/") == ("app", "srv")
    assert states.names(BASE, "/app") == ("code.py",)
    assert files.read("/app/uv.lock") == b"no lock"
    assert sorted(gateway.asked) == ["/", "/app", "/uv.lock"]
    assert len(gateway.heads) == 2


@pytest.mark.parametrize("words", [("sync", "--nothing-known"), ("pip", "sync", "pylock.toml")])
def test_nothing_is_asked_for_where_it_may_not_be_needed(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(foresight, "foresee", begun.append)
    states = States(AskedGateway(SOLVER))
    files = ExecFiles(states, ExecView(RUN, lambda output: output))
    what = " ".join(("uv", *words[:2]))
    command = SyncCommand(("uv", *words), {}, "/app", alone=True, span=None, what=what)
    foresee_files(command, files, BASE, states)
    assert not begun
    foresee_files(SYNC, files, BASE, states)
    assert len(begun) == 2


def test_whoever_needs_the_answer_hears_what_is_wrong() -> None:
    asked: list[str] = []
    done = Event()

    def refuse() -> None:
        asked.append("asked")
        done.set()
        raise Unsupported("only the command itself can see it")

    foresee(refuse)
    assert done.wait(10)
    with pytest.raises(Unsupported):
        refuse()
    assert asked == ["asked", "asked"]


@pytest.mark.parametrize("cwd", ["/", "/app", "/app/deeper"])
def test_any_directory_has_a_top(cwd: str) -> None:
    states = States(AskedGateway(SOLVER))
    files = ExecFiles(states, ExecView(RUN, lambda output: output))
    foresee_files(SyncCommand(("uv", "sync"), {}, cwd, alone=True, span=None), files, BASE, states)
    assert states.names(BASE, "/") == ("app", "srv")
