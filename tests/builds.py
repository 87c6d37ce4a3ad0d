"""Builds of whole Dockerfiles on the model, and what uv by itself would have made."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from uvlayers.build import build
from uvlayers.gateway.result import Result
from uvlayers.llb.graph import Output, Vertex
from uvlayers.options import Options

from tests import dockerfiles
from tests.dockerfiles import PATH, Bind, RunMount, copy, run, workdir
from tests.model.gateway import FakeGateway, delegated_result
from tests.model.solver import Solver
from tests.model.tree import Link, Tree, tree
from tests.model.uv import PYTHON_IMAGE, Machine, Package, project

BASE, UV, CONTEXT = dockerfiles.image("python"), dockerfiles.image("uv"), dockerfiles.context()


IDNA, CLICK, ATTRS = Package("idna", "3.6"), Package("click", "8.0"), Package("attrs")


FROZEN = "uv sync --frozen"


SYSTEM = (PATH, "UV_PROJECT_ENVIRONMENT=/usr/local")


def sources(context: Tree, *packages: Package) -> dict[str, Tree]:
    return {
        "docker-image://docker.io/library/python:latest": PYTHON_IMAGE,
        "docker-image://docker.io/library/uv:latest": tree({"/uv": b"\x7fELF uv"}),
        "local://context": context,
        **{each.url: tree({f"/{each.filename}": b"PK"}) for each in packages},
    }


@dataclass
class Built:
    """A build of a Dockerfile, and what uv's own RUN would have made."""

    gateway: FakeGateway
    result: Result
    head: Output | None
    files: Tree
    expected: Tree
    machine: Machine

    @property
    def history(self) -> list[dict[str, Any]]:
        config = json.loads(self.result.metadata["containerimage.config"])
        entries: list[dict[str, Any]] = config.get("history", [])
        return entries

    @property
    def unpacking(self) -> list[dict[str, Any]]:
        """What each exec that unpacked some wheels was told, in the order of the execs."""
        ran = (args for args in self.machine.ran if "guest/unpack.pyc" in str(args))
        return [json.loads(args[-1]) for args in ran]

    @property
    def unpacked(self) -> list[list[str]]:
        """The names of the wheels of each exec that unpacked some, in the order of the execs."""
        return [[wheel["name"] for wheel in each["wheels"]] for each in self.unpacking]

    @property
    def commands(self) -> list[str]:
        """The user's own commands that ran."""
        return [args[-1] for args in self.machine.ran if args[0] == "/bin/sh"]


def build_of(
    head: Output,
    context: Tree,
    *packages: Package,
    history: list[str] | None = None,
    extra: dict[str, Tree] | None = None,
    opts: dict[str, str] | None = None,
    failing: Sequence[str] = (),
    refused: Sequence[str] = (),
) -> Built:
    trees = {**sources(context, *packages), **(extra or {})}
    machine = Machine(failing=failing, refused=refused)
    entries = [{"created_by": name} for name in history or ()]
    config = json.dumps({"history": entries} if history else {}).encode()
    delegated = delegated_result(dockerfiles.graph(head), config)
    gateway = FakeGateway(Solver(trees, machine), delegated)
    result = build(gateway, Options({"cmdline": "uvlayers", **(opts or {})}))
    (ref,) = result.refs.values()
    after = head if ref.id == "delegated" else gateway.head(ref)
    files = gateway.solver.tree(after)
    expected = Solver(trees, Machine()).tree(head)
    return Built(gateway, result, after, files, expected, machine)


def recommended(command: str = FROZEN, *mounts: RunMount, **changes: Any) -> Output:
    """uv's recommended Dockerfile up to its first RUN, on line 4."""
    state = copy(BASE, UV, "/uv", "/bin/", line=2)
    state = workdir(state, "/app", line=3)
    binds = [
        Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
        Bind("/app/pyproject.toml", CONTEXT, "/pyproject.toml"),
    ]
    return run(state, command, mounts=[*binds, *mounts], line=4, **changes)


PLAIN = tree(project(IDNA, CLICK))
PACKAGED = tree(project(IDNA, CLICK, packaged=True, code=b"1"))


def name_of(vertex: Vertex) -> str:
    return vertex.metadata.description.get("llb.customname", "")


UV_VENV = "uv venv /opt/venv"


INTO_VENV = (PATH, "UV_PROJECT_ENVIRONMENT=/opt/venv")


PROJECT_FILES = (
    Bind("/app/uv.lock", CONTEXT, "/uv.lock"),
    Bind("/app/pyproject.toml", CONTEXT, "/pyproject.toml"),
)


def same_files(built: Built) -> bool:
    return not built.gateway.warnings and built.files == built.expected


def into_venv(state: Output, command: str = FROZEN, line: int = 4) -> Output:
    return run(state, command, env=INTO_VENV, mounts=PROJECT_FILES, line=line)


def with_files(**files: bytes) -> dict[str, Tree]:
    """The image of Python with an environment and more files in it."""
    environment: dict[str, bytes | Link] = {
        "/app/.venv/pyvenv.cfg": b"home = /usr/local/bin",
        "/app/.venv/bin/python": Link("/usr/local/bin/python3.13"),
        "/app/.venv/lib/python3.13/site-packages/_virtualenv.py": b"",
    }
    image = {**PYTHON_IMAGE, **tree({**environment, **files})}
    return {"docker-image://docker.io/library/python:latest": image}
