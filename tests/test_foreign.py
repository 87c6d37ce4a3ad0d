"""Builds for another platform than the builder's, on the model: nothing of it is run."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from uvlayers.build import build
from uvlayers.dockerfile.twin import Twins
from uvlayers.llb.graph import Output
from uvlayers.options import Options
from uvlayers.pb import ops_pb2 as pb

from tests import dockerfiles
from tests.dockerfiles import PATH, PLATFORM, Bind, copy, run, workdir
from tests.model.gateway import FakeGateway, delegated_result
from tests.model.solver import Solver
from tests.model.tree import Tree, tree
from tests.model.uv import PYTHON_IMAGE, Machine, Package, project
from tests.python.surveys import make_document

ARM = pb.Platform(OS="linux", Architecture="arm64")
THERE = Twins(PLATFORM, ARM)
BASE, UV, CONTEXT = dockerfiles.image("python"), dockerfiles.image("uv"), dockerfiles.context()
IDNA, CLICK = Package("idna", "3.6"), Package("click", "8.0")
FROZEN = "uv sync --frozen"
PLAIN = tree(project(IDNA, CLICK))
PACKAGED = tree(project(IDNA, CLICK, packaged=True, code=b"1"))


@dataclass
class Built:
    gateway: FakeGateway
    machine: Machine
    head: Output | None

    @property
    def reason(self) -> str:
        """Why the RUN is built as written."""
        (warning,) = self.gateway.warnings
        return warning.short.partition("it is for another platform, ")[2]

    @property
    def installs(self) -> set[str]:
        """The digests of the vertices that unpack wheels."""
        return {
            vertex.digest
            for vertex in dockerfiles.graph(self.head).vertices()
            if "guest/unpack.pyc" in str(vertex.op.exec.meta.args)
        }


def build_of(
    head: Output,
    context: Tree = PLAIN,
    *,
    survey: dict[str, Any] | None = None,
    platforms: tuple[pb.Platform, ...] = (PLATFORM,),
    images: Mapping[str, Tree] | None = None,
) -> Built:
    trees = {
        "docker-image://docker.io/library/python:latest": PYTHON_IMAGE,
        "docker-image://docker.io/library/uv:latest": tree({"/uv": b"\x7fELF uv"}),
        "docker-image://docker.io/library/tools:latest": tree({"/tool": b"\x7fELF"}),
        "local://context": context,
        **{each.url: tree({f"/{each.filename}": b"PK"}) for each in (IDNA, CLICK)},
        **(images or {}),
    }
    machine = Machine(survey)
    delegated = delegated_result(dockerfiles.graph(head))
    gateway = FakeGateway(Solver(trees, machine), delegated, platforms=platforms)
    (ref,) = build(gateway, Options({"cmdline": "uvlayers"})).refs.values()
    return Built(gateway, machine, head if ref.id == "delegated" else gateway.head(ref))


def dockerfile(command: str = FROZEN, *, uv: bool = True, **changes: Any) -> Output:
    state = workdir(copy(BASE, UV, "/uv", "/bin/", line=2) if uv else BASE, "/app", line=3)
    state = copy(state, CONTEXT, "/", "/app/", line=4)
    return run(state, command, line=5, **changes)


def test_nothing_is_run_on_the_other_platform() -> None:
    native, foreign = build_of(dockerfile()), build_of(THERE.output(dockerfile()))
    assert foreign.gateway.warnings == []
    assert set(foreign.machine.on) == {"amd64"}
    assert foreign.installs == native.installs
    assert len(foreign.installs) == 2
    bases = {
        vertex.op.platform.Architecture
        for vertex in dockerfiles.graph(foreign.head).vertices()
        if vertex.op.source.identifier.endswith("python:latest")
    }
    assert bases == {"amd64", "arm64"}  # what wheels are unpacked on, and what the image is


def test_the_environment_is_made_once_for_both_platforms() -> None:
    command = "uv sync --frozen"
    env = (PATH, "TARGETARCH=amd64")
    machine = Machine()
    for head in (dockerfile(command, env=env), THERE.output(dockerfile(command, env=env))):
        found = build_of(head)
        machine.ran += [args for args in found.machine.ran if "environment.py" in str(args)]
    assert len(machine.ran) == 2
    assert machine.ran[0] == machine.ran[1]


def test_the_project_is_left_to_the_command() -> None:
    built = build_of(THERE.output(dockerfile()), PACKAGED)
    assert built.gateway.warnings == []
    commands = [
        (args[-1].partition(" --inexact")[0], on)
        for args, on in zip(built.machine.ran, built.machine.on, strict=True)
        if args[0] == "/bin/sh"
    ]
    assert commands == [(FROZEN, "arm64")]


def test_what_must_be_built_is_left_to_the_command() -> None:
    files = project(IDNA, CLICK)
    source = f'sdist = {{ url = "https://files.example.org/x.tar.gz", hash = "{CLICK.digest}" }}'
    wheels = re.compile(rb"wheels = \[\s+{ url = .*click.*\s+\]")
    files["/uv.lock"] = wheels.sub(source.encode(), files["/uv.lock"])
    built = build_of(THERE.output(dockerfile()), tree(files))
    (warning,) = built.gateway.warnings
    assert "`click` has no layer, the RUN installs it: it must be built, and that" in warning.short
    assert len(built.installs) == 1
    ran = zip(built.machine.ran, built.machine.on, strict=True)
    assert [on for args, on in ran if args[0] == "/bin/sh"] == ["arm64"]


def test_a_system_prefix() -> None:
    env = (PATH, "UV_PROJECT_ENVIRONMENT=/usr/local")
    native, foreign = (
        build_of(h) for h in (dockerfile(env=env), THERE.output(dockerfile(env=env)))
    )
    assert foreign.gateway.warnings == []
    assert foreign.installs == native.installs


def test_commands_before_the_sync_are_run_for_the_twin_too() -> None:
    state = run(copy(BASE, UV, "/uv", "/bin/", line=2), "make tools", line=3)
    state = copy(workdir(state, "/app", line=4), CONTEXT, "/", "/app/", line=5)
    built = build_of(THERE.output(run(state, FROZEN, line=6)))
    assert built.gateway.warnings == []
    ran = zip(built.machine.ran, built.machine.on, strict=True)
    # the target first: where it cannot be run, nothing is run in vain
    assert [on for args, on in ran if args[-1] == "make tools"] == ["arm64", "amd64"]


def test_a_mounted_uv() -> None:
    mount = Bind("/bin/uv", UV, "/uv")
    head = THERE.output(dockerfile("/bin/uv sync --frozen", uv=False, mounts=[mount]))
    built = build_of(head, survey=make_document(target__uv_mount="/bin/uv"))
    assert built.gateway.warnings == []
    assert len(built.installs) == 2


def test_another_mount_that_depends_on_the_platform() -> None:
    mount = Bind("/tools", dockerfiles.image("tools"))
    built = build_of(THERE.output(dockerfile(mounts=[mount])))
    assert "a mount is not the same on both platforms: `/tools`" in built.reason
    assert built.installs == set()


@pytest.mark.parametrize(
    ("survey", "reason"),
    [
        ({"result": "error", "message": "no such thing"}, "no such thing"),
        ({"target__same__library": "c"}, "Python's standard library"),
    ],
)
def test_what_differs_is_built_as_written(survey: dict[str, Any], reason: str) -> None:
    survey = survey if "result" in survey else make_document(**survey)
    built = build_of(THERE.output(dockerfile()), survey=survey)
    assert built.reason.startswith("`linux/arm64`: ")
    assert reason in built.reason
    assert built.installs == set()


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ("UV_PYTHON=cpython-3.13-linux-x86_64-gnu", "name an architecture: `x86_64`"),
        ("LD_LIBRARY_PATH=/opt/ARM64", "name an architecture: `arm64`"),
        ("UV_PROJECT_ENVIRONMENT=/amd64/venv", "name an architecture: `amd64`"),
    ],
)
def test_what_names_an_architecture(env: str, reason: str) -> None:
    built = build_of(THERE.output(dockerfile(env=(PATH, env))))
    assert reason in built.reason


def test_a_base_that_is_no_image() -> None:
    state = workdir(copy(None, CONTEXT, "/", "/"), "/app")
    context = {**PYTHON_IMAGE, **tree({f"/app{k}": v for k, v in project(IDNA).items()})}
    built = build_of(THERE.output(run(state, FROZEN, line=5)), context)
    assert "is not an image of several platforms" in built.reason


def test_a_platform_without_a_twin() -> None:
    """The image of the builder's own platform has no Python."""
    head = THERE.output(dockerfile())
    built = build_of(head, images={"docker-image://docker.io/library/python:latest": PYTHON_IMAGE})
    assert built.gateway.warnings == []
    without = {name: node for name, node in PYTHON_IMAGE.items() if "python3.13" not in name}
    images = {"docker-image://docker.io/library/python:latest": without}
    assert build_of(head, images=images).reason


@pytest.mark.parametrize(
    ("platform", "reason"),
    [
        (pb.Platform(OS="linux", Architecture="riscv64"), "can stand in for `linux/riscv64`"),
        (pb.Platform(OS="linux", Architecture="arm", Variant="v7"), "for `linux/arm/v7`"),
        (pb.Platform(OS="linux", Architecture="arm64", Variant="v9"), "for `linux/arm64/v9`"),
        (pb.Platform(OS="windows", Architecture="arm64"), "for `windows/arm64`"),
    ],
)
def test_platforms_that_nothing_stands_in_for(platform: pb.Platform, reason: str) -> None:
    built = build_of(Twins(PLATFORM, platform).output(dockerfile()))
    assert reason in built.reason


def test_the_usual_spelling_of_a_variant() -> None:
    eighth = pb.Platform(OS="linux", Architecture="arm64", Variant="v8")
    assert build_of(Twins(PLATFORM, eighth).output(dockerfile())).gateway.warnings == []


def test_a_variant_of_the_builders_own_architecture_is_run_by_it() -> None:
    second = pb.Platform(OS="linux", Architecture="amd64", Variant="v2")
    built = build_of(Twins(PLATFORM, second).output(dockerfile()))
    assert built.gateway.warnings == []
    assert not any("survey.py" in json.dumps(args) for args in built.machine.ran)
