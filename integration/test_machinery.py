"""What else `docker buildx build` can be told: contexts, caches, outputs, attestations, bake."""

import json
import socket
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integration.bench.work import Work
from integration.commands import run
from integration.conftest import prepared, required
from integration.dockerfiles import STAND_INS
from integration.engine import Engine
from integration.failure import failure_of
from integration.frontends import HOST_NETWORK, Frontends, Image
from integration.index_server import Index
from integration.machine import Machine
from integration.projects import Project, Projects
from integration.side_by_side import LAYER, configuration, files, make_context

TEXT = """\
FROM python:3.13-slim AS builder
ARG FLAGS=--locked
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync ${FLAGS} --no-editable --no-dev

FROM python:3.13-slim AS final
COPY --from=builder /app/.venv /app/.venv
CMD ["/app/.venv/bin/shop"]
"""
NAMED = f"{TEXT}COPY --from=settings . /etc/shop/\n"
# Files of the environment only: what a build can export in seconds.
SMALL = f"{TEXT}FROM scratch AS small\nCOPY --from=builder /app/.venv /venv\n"


@pytest.fixture(scope="module")
def project(projects: Projects, index: Index) -> Project:
    return make_context(projects, index, "machinery")


def assert_same(ours: Image, docker: Image) -> None:
    """The same image with and without uvlayers, and layers of wheels in ours."""
    assert [*configuration(ours, docker), *files(ours, docker)] == []
    assert wheels(ours) == {"alpha 1.0", "beta 1.0", "gamma 1.0"}


def wheels(image: Image) -> set[str]:
    """The wheels that the image's history names."""
    return {name for entry in image.history() for name in entry.split(", ")} & LAYER


@dataclass(frozen=True)
class Pair:
    """Both frontends with the same options."""

    both: Frontends
    project: Project

    def build(self, text: str = TEXT, **options: Any) -> tuple[Image, Image]:
        flags = [HOST_NETWORK, *options.pop("flags", ())]
        docker = self.both.docker(self.project, text, flags=flags, **options)
        return self.both.ours(self.project, text, flags=flags, **options), docker


@pytest.fixture
def pair(both: Frontends, project: Project) -> Pair:
    return Pair(both, project)


def test_build_arguments_and_labels(pair: Pair) -> None:
    flags = ["--label=one=1", "--annotation=two=2"]
    assert_same(*pair.build(arguments={"FLAGS": "--frozen", "UNUSED": "x"}, flags=flags))


def test_a_named_context(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("debug = false\n")
    ours, docker = pair.build(NAMED, contexts={**STAND_INS, "settings": str(tmp_path)})
    assert_same(ours, docker)
    assert ours.run("cat", "/etc/shop/settings.toml") == "debug = false\n"


def test_ignored_files(pair: Pair, project: Project, tmp_path: Path) -> None:
    copied = project.copy(tmp_path / "ignoring")
    copied.write({".dockerignore": "*\n!pyproject.toml\n!uv.lock\n!src\n"})
    ours, docker = Pair(pair.both, copied).build(f"{TEXT}COPY . /context\n")
    assert_same(ours, docker)
    assert ours.run("ls", "/context").split() == ["pyproject.toml", "src", "uv.lock"]


def test_without_the_cache(pair: Pair) -> None:
    ours, docker = pair.build(flags=["--no-cache"])
    assert_same(ours, docker)
    assert "[uvlayers] install alpha 1.0" in ours.done.progress.executed()


def test_a_filter_of_the_cache(pair: Pair) -> None:
    assert_same(*pair.build(flags=["--no-cache-filter=final"]))


@pytest.mark.parametrize("kind", ["local", "inline", "registry"])
def test_a_cache_elsewhere(pair: Pair, machine: Machine, tmp_path: Path, kind: str) -> None:
    reference = machine.registry.image_ref("corpus-cache:latest")
    places = {
        "local": (f"type=local,mode=max,dest={tmp_path}", f"type=local,src={tmp_path}"),
        "inline": ("type=inline", f"type=registry,ref={reference}"),
        "registry": (f"type=registry,mode=max,ref={reference}", f"type=registry,ref={reference}"),
    }
    exported, imported = places[kind]
    ours, docker = pair.build(flags=[f"--cache-to={exported}"])
    assert_same(ours, docker)
    if kind == "inline":
        ours.engine.docker("tag", ours.image_ref, reference)
        ours.engine.docker("push", "--quiet", reference)
        ours.engine.docker("image", "rm", reference)
    again, docker = pair.build(flags=[f"--cache-from={imported}"])
    assert_same(again, docker)
    assert again.done.progress.named("importing cache manifest")
    assert again.layers() == ours.layers()


@pytest.fixture
def spare_engine(machine: Machine) -> Iterator[Engine]:
    """Another builder, which has the images of `TEXT` and the frontend."""
    with prepared(machine) as engine:
        yield engine


def test_a_cache_on_another_builder(
    pair: Pair, machine: Machine, spare_engine: Engine, tmp_path: Path
) -> None:
    cache = f"type=registry,ref={machine.registry.image_ref('corpus-cache:builders')}"
    flags = [HOST_NETWORK, f"--cache-to={cache},mode=max"]
    ours = pair.both.ours(pair.project, TEXT, flags=flags)
    assert wheels(ours) == {"alpha 1.0", "beta 1.0", "gamma 1.0"}
    there = Frontends(spare_engine, pair.both.syntax, tmp_path / "there")
    again = there.ours(pair.project, TEXT, flags=[HOST_NETWORK, f"--cache-from={cache}"])
    assert again.layers() == ours.layers()
    work = Work.of(again.done.progress)
    assert (work.fetched, work.installed) == ((), ())


@pytest.mark.parametrize("kind", ["tar", "local"])
def test_files_as_output(pair: Pair, tmp_path: Path, kind: str) -> None:
    found = []
    for side in (pair.both.ours, pair.both.docker):
        place = tmp_path / side.__name__
        side(pair.project, SMALL, tagged=False, flags=[HOST_NETWORK])
        text = f"{SMALL}# {kind}\n"
        side(pair.project, text, flags=[HOST_NETWORK, f"--output=type={kind},dest={place}"])
        if kind == "tar":
            with tarfile.open(place) as archive:
                found.append({each.name.rstrip("/"): each.mode for each in archive})
        else:
            paths = (path for path in place.rglob("*") if not path.is_symlink())
            found.append({str(p.relative_to(place)): p.stat().st_mode & 0o777 for p in paths})
    assert found[0] == found[1]
    assert any("alpha-1.0.dist-info" in path for path in found[0])


def test_an_archive_of_the_image_with_provenance(pair: Pair, tmp_path: Path) -> None:
    predicates = []
    for side in (pair.both.ours, pair.both.docker):
        place = tmp_path / side.__name__
        output = f"--output=type=oci,tar=false,dest={place}"
        side(pair.project, TEXT, flags=[HOST_NETWORK, "--provenance=mode=max", output])
        statement = attested(place)
        predicates.append(statement["predicate"])
        assert statement["predicateType"].startswith("https://slsa.dev/provenance/")
    ours, docker = (set(map(material, predicate["materials"])) for predicate in predicates)
    assert docker <= ours
    # the wheels and what builds them
    assert any("alpha-1.0-py3-none-any.whl" in uri for uri in ours - docker)


def material(raw: dict[str, Any]) -> str:
    return str(raw["uri"])


def attested(layout: Path) -> dict[str, Any]:
    """The statement in an OCI layout: the one blob that has a predicate of that kind."""
    for path in (layout / "blobs/sha256").iterdir():
        head = path.read_bytes()[:200]
        if b"predicateType" in head:
            statement = json.loads(path.read_text())
            assert isinstance(statement, dict)
            return statement
    raise AssertionError("there is no attestation")


def test_a_bill_of_materials(pair: Pair, tmp_path: Path) -> None:
    """Where its scanner cannot be pulled, the error is docker's own."""
    places = [tmp_path / name for name in ("ours", "docker")]
    left, right = (
        side(
            *(pair.project, SMALL),
            flags=[HOST_NETWORK, "--sbom=true", f"--output=type=oci,tar=false,dest={place}"],
            check=False,
        )
        for side, place in zip((pair.both.ours, pair.both.docker), places, strict=True)
    )
    if right.done.ok:
        found = [attested(place)["predicateType"] for place in places]
        assert found == ["https://spdx.dev/Document"] * 2
    else:
        assert failure_of(left.done).message == failure_of(right.done).message
        # as for every frontend that is named there
        assert list(failure_of(left.done).lines) == [1]


def test_times_from_outside(pair: Pair) -> None:
    arguments = {"SOURCE_DATE_EPOCH": "1700000000"}
    ours, docker = pair.build(arguments=arguments)
    assert_same(ours, docker)
    assert ours.inspect()["Created"] == docker.inspect()["Created"] == "2023-11-14T22:13:20Z"


def test_the_frontend_as_an_argument(pair: Pair) -> None:
    docker = pair.both.docker(pair.project, TEXT, flags=[HOST_NETWORK])
    arguments = {"BUILDKIT_SYNTAX": pair.both.syntax}
    named = pair.both.docker(pair.project, TEXT, flags=[HOST_NETWORK], arguments=arguments)
    assert_same(named, docker)


def test_a_frontend_below_ours_that_is_not_there(pair: Pair) -> None:
    arguments = {"UVLAYERS_DOCKERFILE": "uvlayers-test/none:none"}
    flags = [HOST_NETWORK]
    ours = pair.both.ours(pair.project, TEXT, arguments=arguments, flags=flags, check=False)
    assert "uvlayers-test/none:none" in failure_of(ours.done).message
    assert not ours.exists()


def test_our_frontend_below_ours(pair: Pair) -> None:
    """It is run once more, and delegates to the one that is built in."""
    arguments = {"UVLAYERS_DOCKERFILE": pair.both.syntax}
    docker = pair.both.docker(pair.project, TEXT, flags=[HOST_NETWORK])
    ours = pair.both.ours(pair.project, TEXT, arguments=arguments, flags=[HOST_NETWORK])
    assert_same(ours, docker)


def test_compose(pair: Pair, machine: Machine, tmp_path: Path) -> None:
    required(machine.require_compose)
    plain = pair.both.docker(pair.project, TEXT, tagged=False, flags=[HOST_NETWORK])
    ours, docker = (
        Image(machine.engine, f"{plain.image_ref}-{name}", plain.done)
        for name in ("ours", "docker")
    )
    compose(ours, f"# syntax={pair.both.syntax}\n{TEXT}", pair.project, tmp_path)
    compose(docker, TEXT, pair.project, tmp_path)
    try:
        assert_same(ours, docker)
    finally:
        machine.engine.docker("image", "rm", ours.image_ref, docker.image_ref)


def compose(image: Image, text: str, project: Project, work: Path) -> None:
    """Build with `docker compose`, as the only service of an application."""
    dockerfile, file = work / "Dockerfile", work / "compose.json"
    dockerfile.write_text(text)
    build = {
        "context": str(project.directory),
        "dockerfile": str(dockerfile),
        "additional_contexts": {k: f"docker-image://{v}" for k, v in STAND_INS.items()},
        "network": "host",
        "entitlements": ["network.host"],
    }
    file.write_text(json.dumps({"services": {"shop": {"image": image.image_ref, "build": build}}}))
    run(["docker", "compose", f"--file={file}", "build"], environment=image.engine.environment)


def test_bake(pair: Pair, engine: Engine, tmp_path: Path) -> None:
    docker = pair.both.docker(pair.project, TEXT, flags=[HOST_NETWORK])
    ours = Image(engine, f"{docker.image_ref}-baked", docker.done)
    target = {
        "context": str(pair.project.directory),
        "dockerfile": str(tmp_path / "Dockerfile"),
        "contexts": {name: f"docker-image://{image}" for name, image in STAND_INS.items()},
        "network": "host",
        "tags": [ours.image_ref],
        "output": ["type=docker"],
    }
    (tmp_path / "Dockerfile").write_text(f"# syntax={pair.both.syntax}\n{TEXT}")
    file = tmp_path / "bake.json"
    file.write_text(json.dumps({"target": {"default": target}}))
    run(
        ["docker", "buildx", "bake", f"--file={file}", "--allow=network.host", "--allow=fs=*"],
        environment=engine.environment,
    )
    try:
        assert_same(ours, docker)
    finally:
        engine.docker("image", "rm", ours.image_ref)


def test_a_context_from_standard_input(pair: Pair, engine: Engine, tmp_path: Path) -> None:
    docker = pair.both.docker(pair.project, TEXT, flags=[HOST_NETWORK])
    ours = Image(engine, f"{docker.image_ref}-streamed", docker.done)
    streamed = pair.project.copy(tmp_path / "streamed")
    streamed.write({"Dockerfile": f"# syntax={pair.both.syntax}\n{TEXT}"})
    # buildx knows an archive by its first block, which must be a file's
    with tarfile.open(tmp_path / "context.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
        archive.add(streamed.directory, ".")
    with (tmp_path / "context.tar").open("rb") as context:
        run(buildx(ours.image_ref, "-"), environment=engine.environment, stdin=context)
    try:
        # its own Dockerfile is in no layer: only the environment is copied
        assert_same(ours, docker)
    finally:
        engine.docker("image", "rm", ours.image_ref)


def buildx(image_ref: str, context: str) -> list[str]:
    contexts = (f"--build-context={name}=docker-image://{ref}" for name, ref in STAND_INS.items())
    return ["docker", "buildx", "build", HOST_NETWORK, *contexts, f"--tag={image_ref}", context]


@pytest.fixture
def repository(pair: Pair, tmp_path: Path) -> Iterator[str]:
    """The project with its Dockerfile in a git repository that a daemon serves."""
    tree = pair.project.copy(tmp_path / "tree")
    tree.write({"Dockerfile": f"# syntax={pair.both.syntax}\n{TEXT}"})
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost", "-C", str(tree.directory)]
    for command in (["init", "-q", "-b", "main"], ["add", "-f", "."], ["commit", "-qm", "Start"]):
        run([*git, *command])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve = ["daemon", "--export-all", "--listen=127.0.0.1", f"--port={port}", "--reuseaddr"]
    daemon = subprocess.Popen(["git", *serve, f"--base-path={tmp_path}"], stderr=subprocess.DEVNULL)
    try:
        yield f"git://127.0.0.1:{port}/tree#main"
    finally:
        daemon.terminate()
        daemon.wait()


def test_a_context_from_git(pair: Pair, engine: Engine, repository: str) -> None:
    docker = pair.both.docker(pair.project, TEXT, flags=[HOST_NETWORK])
    ours = Image(engine, f"{docker.image_ref}-cloned", docker.done)
    run(buildx(ours.image_ref, repository), environment=engine.environment)
    try:
        assert_same(ours, docker)
    finally:
        engine.docker("image", "rm", ours.image_ref)
