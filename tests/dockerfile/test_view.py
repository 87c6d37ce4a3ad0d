import pytest
from uvlayers.dockerfile.view import ExecView, Place
from uvlayers.llb.layered import Layered

from tests import dockerfiles
from tests.dockerfiles import Bind, Cache, Secret, Tmpfs

BASE, CONTEXT, TOOLS = dockerfiles.image("base"), dockerfiles.context(), dockerfiles.image("tools")
RUN = dockerfiles.run(
    BASE,
    "uv sync",
    mounts=[
        Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
        Bind("/src", CONTEXT),
        Bind("src/tools/", TOOLS, "/usr/bin/"),
        Bind("/empty", None),
        Cache("/root/.cache"),
        Secret("/run/secrets/x"),
        Tmpfs("/tmp"),
    ],
).vertex
VIEW = ExecView(RUN, lambda output: output)


@pytest.mark.parametrize(
    ("path", "place", "mount"),
    [
        ("/", Place(BASE, "/"), "/"),
        ("/app/pyproject.toml", Place(BASE, "/app/pyproject.toml"), "/"),
        ("/app/uv.lock", Place(CONTEXT, "/uv.lock"), "/app/uv.lock"),
        ("/app/uv.lock2", Place(BASE, "/app/uv.lock2"), "/"),
        ("/src", Place(CONTEXT, "/"), "/src"),
        ("/src/a/../b", Place(CONTEXT, "/b"), "/src"),
        ("/src/tools/uv", Place(TOOLS, "/usr/bin/uv"), "/src/tools"),
        ("/empty/x", Place(None, "/x"), "/empty"),
        ("/tmp/x", None, "/tmp"),
        ("/root/.cache", None, "/root/.cache"),
        ("/run/secrets/x", None, "/run/secrets/x"),
    ],
)
def test_a_path_is_in_the_mount_nearest_to_it(path: str, place: Place | None, mount: str) -> None:
    assert VIEW.locate(path) == place
    assert VIEW.mount_of(path) == mount


def test_states_are_those_of_the_new_graph() -> None:
    layered = Layered.on(BASE)
    view = ExecView(RUN, lambda output: layered if output == BASE else output)
    assert view.locate("/x") == Place(layered, "/x")


@pytest.mark.parametrize(
    ("path", "holds"),
    [("/", True), ("/app", True), ("/app/uv.lock", False), ("/src", False), ("/run", True)],
)
def test_a_mount_below_a_path(path: str, holds: bool) -> None:
    assert (
        ExecView(
            dockerfiles.run(
                BASE,
                "x",
                mounts=[
                    Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
                    Bind("/src", CONTEXT),
                    Secret("/run/secrets/x"),
                ],
            ).vertex,
            lambda output: output,
        ).holds(path)
        is holds
    )
