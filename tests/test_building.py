"""Builds of packages apart from their RUN, on fakes of what the daemon tells about files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from uvlayers.building import Prepared, prepare
from uvlayers.dockerfile.find import SyncExec
from uvlayers.installation import Installation
from uvlayers.layers.artifacts import Built, PathWheel
from uvlayers.layers.plan import Artifact, Wheel
from uvlayers.llb.graph import Output, Vertex
from uvlayers.llb.layered import Layered
from uvlayers.pb import ops_pb2 as pb
from uvlayers.pb.stat_pb2 import Stat
from uvlayers.settings.building import Building
from uvlayers.workshop import Workshop

from tests import dockerfiles
from tests.dockerfiles import Bind, Cache, RunMount, Secret, copy, workdir

if TYPE_CHECKING:
    from uvlayers.gateway.states import States
    from uvlayers.recipe import Recipe

BASE, CONTEXT, UV = dockerfiles.image("python"), dockerfiles.context(), dockerfiles.image("uv")
BUILDER = dockerfiles.image("builder")
PACKAGE = Built("pkg", "1.0", "version = 1\n")
LOCAL = Built("pkg", "1.0", "version = 1\n", archive="/app/pkg-1.0.tar.gz")
WHEEL = PathWheel("pkg", "1.0", "/app/pkg-1.0-py3-none-any.whl", None, direct=True)
LINK = 1 << 27


@dataclass
class Files:
    """`States` over the paths that exist; a path maps to where it links to, or to nothing."""

    paths: Mapping[str, str] = field(default_factory=dict)

    def entry(self, _output: Output, directory: str, name: str) -> Stat | None:
        path = f"{directory.rstrip('/')}/{name}"
        if path not in self.paths:
            return None
        link = self.paths[path]
        return Stat(path=name, linkname=link, mode=LINK if link else 0)

    def names(self, _output: Output, path: str) -> tuple[str, ...] | None:
        below = [p.removeprefix(f"{path}/") for p in self.paths if p.startswith(f"{path}/")]
        return tuple(name for name in below if "/" not in name) or None


SOURCES = {f"/src/{WHEEL.filename}": ""}
FILES = dict.fromkeys(("/app", LOCAL.archive or "", WHEEL.path), "")


def bench(
    *artifacts: Artifact,
    root: Output = BASE,
    mounts: Sequence[RunMount] = (),
    environment: Mapping[str, str] | None = None,
    unknown: frozenset[str] = frozenset(),
    secrets: Sequence[str] = (),
    uv: tuple[int, int, int] = (0, 13, 9),
    files: Mapping[str, str] = FILES,
    directory: str = "/app",
    shared: frozenset[str] | bool = False,
    building: Building | None = None,
    present: tuple[Artifact, ...] = (),
    given_up: Mapping[str, str] | None = None,
) -> Prepared:
    run = dockerfiles.run(root, "uv sync", mounts=mounts, secret_variables=secrets).vertex
    variables = {"PATH": "/bin", "HOME": "/root", **(environment or {})}
    interpreter = SimpleNamespace(base_executable="/usr/bin/python3", uv=uv)
    request = SimpleNamespace(
        workspace_root=directory, shared_builds=shared, building=building or Building()
    )
    recipe = SimpleNamespace(
        python=None,
        found=SyncExec(run),
        command=SimpleNamespace(environment=variables, unknown=unknown, uv=("uv",)),
        root=Layered.on(root),
        request=request,
        skeleton=SimpleNamespace(interpreter=interpreter),
        installation=Installation(artifacts, ()),
    )
    states = cast("States", Files(files))
    given = {run.digest: given_up or {}}
    shop = Workshop(
        states, BASE, BUILDER, BASE, BASE, BASE, dockerfiles.PLATFORM, 64, given_up=given
    )
    return prepare(cast("Recipe", recipe), lambda output: output, shop, present)


def vertex_of(prepared: Prepared) -> Vertex:
    (archive,) = prepared.archives.values()
    return archive.output.vertex


def mount_at(vertex: Vertex, path: str) -> pb.Mount | None:
    return next((m for m in vertex.op.exec.mounts if m.dest == path), None)


def root_of(vertex: Vertex) -> Output:
    root = mount_at(vertex, "/")
    assert root is not None
    return vertex.inputs[root.input]


def arguments_of(vertex: Vertex) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(vertex.op.exec.meta.args[-1])
    return found


def reason_of(prepared: Prepared) -> str:
    assert prepared.installation.wheels == ()
    assert not prepared.archives
    (left,) = prepared.installation.left
    assert not left.local
    return left.reason


def test_a_build_is_a_vertex_of_its_own() -> None:
    found = bench(PACKAGE)
    vertex = vertex_of(found)
    assert found.builds == {vertex.digest: PACKAGE}
    assert found.archives[PACKAGE].metadata
    assert found.installation.wheels == (PACKAGE,)
    output = mount_at(vertex, "/uvlayers/out")
    assert output is not None
    assert output.output == found.archives[PACKAGE].output.index
    assert vertex.metadata.description["llb.customname"] == "[uvlayers] build pkg 1.0"


def test_the_program_is_told_what_to_build() -> None:
    building = Building(settings=('"a" = 1', '"b" = 2'), flags=("--no-binary",), no_cache=True)
    arguments = arguments_of(vertex_of(bench(PACKAGE, building=building)))
    assert arguments["arguments"] == ["--no-binary", "--python=/usr/bin/python3"]
    assert arguments["no_cache"]
    assert arguments["project"]["lock"] == PACKAGE.lock
    assert arguments["project"]["configuration"] is None
    assert '[tool.uv]\n"a" = 1\n"b" = 2\n' in arguments["project"]["pyproject"]
    assert 'dependencies = ["pkg"]' in arguments["project"]["pyproject"]


def test_the_only_configuration_is_a_file() -> None:
    building = Building(settings=('"a" = 1',), alone=True)
    project = arguments_of(vertex_of(bench(PACKAGE, building=building)))["project"]
    assert project["configuration"] == '"a" = 1\n'
    assert '"a"' not in project["pyproject"]


def test_the_key_does_not_change_with_the_projects_files() -> None:
    below = workdir(BASE, "/app")
    copied = copy(copy(below, CONTEXT, "/uv.lock", "/app/"), CONTEXT, "/", "/app")
    bound = [Bind("/app/uv.lock", CONTEXT, "/uv.lock"), Bind("/app", CONTEXT)]
    plain = vertex_of(bench(PACKAGE, root=below))
    assert vertex_of(bench(PACKAGE, root=copied)) == plain
    assert vertex_of(bench(PACKAGE, root=below, mounts=bound)) == plain
    assert root_of(plain) == BASE


def test_other_files_and_mounts_stay() -> None:
    root = copy(BASE, CONTEXT, "/certificates", "/etc/certificates")
    mounts: list[RunMount] = [Bind("/bin/uv", UV, "/uv"), Bind("/certs", CONTEXT)]
    mounts += [Cache("/cache"), Secret("/key")]
    vertex = vertex_of(bench(PACKAGE, root=root, mounts=mounts))
    assert root_of(vertex) == root
    kept = [mount.dest for mount in vertex.op.exec.mounts]
    assert kept[:5] == ["/", "/bin/uv", "/certs", "/cache", "/key"]


@pytest.mark.parametrize(
    ("environment", "files"),
    [
        ({"CFLAGS": "-I/app/include"}, FILES),
        ({"HOME": "/app"}, FILES),
        ({"PYTHONPATH": "/app/src"}, {**FILES, "/app/src/module.py": ""}),
        ({"PYTHONPATH": "/app/src"}, {**FILES, "/app/src/package": ""}),
        ({}, {**FILES, "/app": "/srv"}),
    ],
)
def test_files_that_a_build_may_see_stay(
    environment: Mapping[str, str], files: Mapping[str, str]
) -> None:
    root = copy(BASE, CONTEXT, "/", "/app")
    mounts = [Bind("/app/uv.lock", CONTEXT, "/uv.lock")]
    vertex = vertex_of(
        bench(PACKAGE, root=root, mounts=mounts, environment=environment, files=files)
    )
    assert root_of(vertex) == root
    assert mount_at(vertex, "/app/uv.lock") is not None


@pytest.mark.parametrize(
    ("environment", "files"),
    [
        ({"PATH": "/app/.venv/bin:/bin", "VIRTUAL_ENV": "/app/.venv"}, FILES),
        ({"DATA": "/application", "NAME": "app"}, FILES),
        ({"PYTHONPATH": "/app"}, {**FILES, "/app/uv.lock": "", "/app/.venv": ""}),
        ({"PYTHONPATH": "/app/src"}, FILES),
    ],
)
def test_variables_without_a_bearing_on_builds(
    environment: Mapping[str, str], files: Mapping[str, str]
) -> None:
    root = copy(BASE, CONTEXT, "/", "/app")
    assert root_of(vertex_of(bench(PACKAGE, root=root, environment=environment, files=files))) == (
        BASE
    )


def test_modules_that_only_the_run_sees() -> None:
    root = copy(BASE, CONTEXT, "/", "/app")
    found = bench(
        PACKAGE, root=root, environment={"PYTHONPATH": "/app/src"}, mounts=[Cache("/app/src")]
    )
    assert root_of(vertex_of(found)) == root


def test_a_local_sdist_is_where_it_was() -> None:
    root = copy(BASE, CONTEXT, "/", "/app")
    vertex = vertex_of(bench(LOCAL, root=root))
    archive = mount_at(vertex, "/app/pkg-1.0.tar.gz")
    assert archive is not None
    assert archive.readonly
    assert (vertex.inputs[archive.input], archive.selector) == (root, "/app/pkg-1.0.tar.gz")
    assert root_of(vertex) == BASE


def test_a_wheel_at_a_path() -> None:
    found = bench(WHEEL, mounts=[Bind("/app", CONTEXT, "/src")], files={"/src": "", **SOURCES})
    (archive,) = found.archives.values()
    assert (archive.output, archive.path) == (CONTEXT, f"/src/{WHEEL.filename}")
    assert not archive.metadata
    assert not found.builds


@pytest.mark.parametrize(
    ("path", "options", "expected"),
    [
        ("/app/missing.whl", {}, "there is no file"),
        (WHEEL.path, {"mounts": [Cache("/app")]}, "it is in a mount"),
        (WHEEL.path, {"mounts": [Bind("/app", None)]}, "there is no file"),
        (WHEEL.path, {"files": {**FILES, WHEEL.path: "other.whl"}}, "a symbolic link"),
        (WHEEL.path, {"uv": (0, 7, 3)}, "uv is older than 0.8"),
        ("/app/a b.whl", {}, "unusual characters"),
    ],
)
def test_wheels_that_are_left(path: str, options: dict[str, Any], expected: str) -> None:
    wheel = PathWheel("pkg", "1.0", path, None, direct=True)
    assert expected in reason_of(bench(wheel, **options))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"shared": True}, "no-build-isolation"),
        ({"shared": frozenset(("pkg",))}, "no-build-isolation"),
        ({"building": Building(refusal="because")}, "because"),
        ({"unknown": frozenset(("TOKEN",))}, "the value of `TOKEN` is only known when it runs"),
        ({"uv": (0, 7, 3)}, "uv is older than 0.8"),
        ({"given_up": {"pkg": "it failed"}}, "it failed"),
    ],
)
def test_builds_that_are_left(options: dict[str, Any], expected: str) -> None:
    assert expected in reason_of(bench(PACKAGE, **options))


def test_secret_variables_are_the_execs_own() -> None:
    found = bench(PACKAGE, unknown=frozenset(("TOKEN",)), secrets=["TOKEN"])
    assert [each.name for each in vertex_of(found).op.exec.secretenv] == ["TOKEN"]


def test_builds_in_the_environment_are_told_apart() -> None:
    assert bench(PACKAGE, shared=frozenset(("other",))).builds


def test_what_is_fetched_or_present_needs_nothing() -> None:
    wheel = Wheel("six", "1.0", "six.whl", "https://f.example/six.whl", "sha256:0")
    found = bench(wheel, PACKAGE, present=(PACKAGE,))
    assert found == Prepared(Installation((wheel, PACKAGE), ()), {}, {})
