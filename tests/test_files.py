"""What an exec would see, on the model: through mounts, symlinks and layers."""

import pytest
from uvlayers.dockerfile.shell.scope import Kind
from uvlayers.dockerfile.view import ExecView
from uvlayers.errors import Unsupported
from uvlayers.files import ExecFiles
from uvlayers.gateway.states import States
from uvlayers.llb.layered import Layered

from tests import dockerfiles
from tests.dockerfiles import Bind, Cache, Secret
from tests.model.gateway import FakeGateway
from tests.model.solver import Solver
from tests.model.tree import Tree, tree
from tests.model.uv import Machine

BASE, CONTEXT, LAYER = dockerfiles.image("base"), dockerfiles.context(), dockerfiles.image("layer")
TREES: dict[str, Tree] = {
    "docker-image://docker.io/library/base:latest": tree(
        {"/app/code.py": b"", "/app/link": "code.py", "/lost": "nowhere", "/dir": "app"}
    ),
    "docker-image://docker.io/library/layer:latest": tree({"/opt/venv/pyvenv.cfg": b""}),
    "local://context": tree({"/uv.lock": b"", "/sub/x": b"", "/linked": "uv.lock"}),
}
RUN = dockerfiles.run(
    BASE,
    "uv sync",
    mounts=[
        Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
        Bind("/app/linked", CONTEXT, "/linked"),
        Bind("/mounted/sub", CONTEXT, "/sub"),
        Bind("/empty", None),
        Cache("/root/.cache"),
        Secret("/run/secrets/x"),
    ],
).vertex


def files() -> ExecFiles:
    layered = Layered.on(BASE).with_layers([LAYER], ("/opt/venv",))
    view = ExecView(RUN, lambda output: layered if output == BASE else output)
    return ExecFiles(States(FakeGateway(Solver(TREES, Machine()))), view)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "directory"),
        ("/app", "directory"),
        ("/app/code.py", "file"),
        ("/app/link", "file"),
        ("/dir/code.py", "file"),
        ("/lost", None),
        ("/app/nothing", None),
        ("/app/uv.lock", "file"),
        ("/mounted", "directory"),
        ("/mounted/sub", "directory"),
        ("/mounted/sub/x", "file"),
        ("/app/../mounted/sub/x", "file"),
        ("/app/../../mounted/./sub//x", "file"),
        ("/mounted/sub/../sub/x", "file"),
        ("/mounted/sub/../../app/link", "file"),
        ("/dir/../lost", None),
        ("/mounted//sub/x", "file"),
        ("/empty", "directory"),
        ("/empty/x", None),
        ("/root", "directory"),
        ("/opt", "directory"),
        ("/opt/venv/pyvenv.cfg", "file"),
    ],
)
def test_what_is_at_a_path(path: str, kind: Kind | None) -> None:
    assert files().kind(path) == kind


@pytest.mark.parametrize("path", ["/root/.cache/uv", "/run/secrets/x", "/app/linked"])
def test_what_only_the_exec_can_tell(path: str) -> None:
    with pytest.raises(Unsupported):
        files().kind(path)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/app", ("code.py", "link", "uv.lock", "linked")),
        ("/mounted", ("sub",)),
        ("/mounted/sub", ("x",)),
        ("/root", (".cache",)),
        ("/opt", ("venv",)),
        ("/nowhere", None),
        ("/app/code.py", None),
    ],
)
def test_what_is_in_a_directory(path: str, names: tuple[str, ...] | None) -> None:
    assert files().list(path) == names


def test_what_a_shell_reads() -> None:
    assert files().sourced("/app/link") == b""
    assert files().sourced("/app/uv.lock") == b""
    assert files().sourced("/app") is None
    assert files().sourced("/app/nothing") is None


@pytest.mark.parametrize("path", ["/run/secrets/x", "/opt/venv/bin/activate", "/opt/venv"])
def test_what_a_shell_reads_cannot_be_told(path: str) -> None:
    with pytest.raises(Unsupported):
        files().sourced(path)
