"""What is not understood, or cannot be done, is built as it was written, and a warning says why."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.compare import compare, explained, files_of
from integration.engine import Engine
from integration.failure import failure_of
from integration.frontends import HOST_NETWORK, Frontends, Image, frontends
from integration.index_server import Index
from integration.machine import Machine
from integration.progress import BuildWarning
from integration.projects import Project, Projects, pyproject
from integration.recipes import PYTHON, UV
from integration.tree import differences
from integration.wheels import Wheel

NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
ENVIRONMENT = "/app/.venv"

BASE = """\
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
"""
PLAIN = f"{BASE}RUN uv sync --frozen\n"
PROGRAM = "import os\ndef main(): os.makedirs('/made/it')\n"
PYTHON_ALONE = ["--entrypoint=/usr/local/bin/python3"]


@pytest.fixture(scope="module")
def project(projects: Projects, index: Index) -> Project:
    index.serve(*(Wheel(name) for name in NAMES))
    text = pyproject("as-written", NAMES, more=index.settings)
    return projects.new("as-written", {"pyproject.toml": text, "requirements.sh": "uv sync\n"})


@dataclass(frozen=True)
class Shape:
    """A RUN that does more than sync; `reason` is in the warning, None where layers hold it all."""

    run: str
    reason: str | None

    def __str__(self) -> str:
        return self.run.partition("\n")[0]


SHAPES = (
    Shape("uv sync --frozen && rm -rf /root/.cache/uv", None),
    Shape("uv sync --frozen; uv cache clean", None),
    Shape("UV_NO_CACHE=1 uv sync --frozen && chmod -R go-w .venv", None),
    Shape("uv sync --frozen && find .venv -name METADATA -delete", None),
    Shape("cd /app && set -eux && uv sync --frozen", None),
    Shape("uv sync --frozen || uv sync", None),
    Shape("ls missing || uv sync", "it is an alternative of `||`"),
    Shape("if [ -f uv.lock ]; then uv sync --frozen; fi", None),
    Shape("if [ -s uv.lock ]; then uv sync --frozen; fi", "it depends on a condition"),
    Shape("touch a; if [ -f a ]; then uv sync --frozen; fi", "it depends on a condition"),
    Shape("if [ ! -e .venv ]; then uv sync --frozen; fi", "a condition depends on what is at"),
    Shape("for i in 1; do uv sync --frozen; done", ""),
    Shape("uv sync --frozen $(printenv NOTHING)", ""),
    Shape("touch before && uv sync --frozen && ls before", None),
    Shape("touch before; cd / ; ls before; cd /app && uv sync --frozen && ls before", None),
    Shape("export X=1; touch a; uv sync --frozen --inexact && uv sync --frozen", None),
    Shape("python -c 'pass'; uv sync --frozen", "another command comes first: `python -c 'pass'`"),
    Shape("touch a && uv sync --frozen && rm a", "another command comes first: `touch a`"),
    Shape("umask 077 && uv sync --frozen", "it sets a umask"),
)


def sync_warnings(image: Image) -> list[BuildWarning]:
    return [each for each in image.done.progress.warnings if each.short.startswith("uvlayers: ")]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_run_that_does_more(both: Frontends, project: Project, shape: Shape) -> None:
    text = f"{BASE}RUN {shape.run}\n"
    ours = both.ours(project, text, flags=[HOST_NETWORK])
    docker = both.docker(project, text, flags=[HOST_NETWORK])
    assert compare(both.engine, ours.image_ref, docker.image_ref, "/app", "/root", "/tmp") == []
    if shape.reason is None:
        assert sync_warnings(ours) == []
        assert "[uvlayers] install alpha 1.0" in known_steps(ours)
        return
    (warning,) = sync_warnings(ours)
    assert warning.short.startswith("uvlayers: `uv sync` runs as written: ")
    assert shape.reason in warning.short
    assert (warning.filename, warning.lines) == ("Dockerfile", ((6, 6),))
    assert not any("[uvlayers] install" in name for name in known_steps(ours))
    assert ours.layers() == docker.layers()


def known_steps(image: Image) -> frozenset[str]:
    progress = image.done.progress
    return progress.executed() | progress.cached()


def test_a_program_by_the_name_of_one_of_the_systems(
    both: Frontends, projects: Projects, index: Index
) -> None:
    """`RUN mkdir` after the environment would run it, with `PATH` as it often is."""
    index.serve(Wheel("tool", scripts={"mkdir": "tool:main"}, files={"tool/__init__.py": PROGRAM}))
    text = pyproject("shadowing", ["tool"], more=index.settings)
    project = projects.new("shadowing", {"pyproject.toml": text})
    path = 'ENV PATH="/app/.venv/bin:$PATH"'
    text = f"{BASE}RUN uv sync --frozen\n{path}\nRUN mkdir /made\n"
    ours = both.ours(project, text, flags=[HOST_NETWORK])
    (warning,) = sync_warnings(ours)
    assert "a package brings a file by a name that the system or uv has taken" in warning.short
    docker = both.docker(project, text, flags=[HOST_NETWORK])
    assert ours.layers() == docker.layers()
    assert ours.run("-c", "import os; print(os.listdir('/made'))", flags=PYTHON_ALONE) == "['it']\n"


def test_switched_off(both: Frontends, project: Project) -> None:
    docker = both.docker(project, PLAIN, flags=[HOST_NETWORK])
    off = both.ours(project, PLAIN, flags=[HOST_NETWORK], arguments={"UVLAYERS": "off"})
    assert off.layers() == docker.layers()
    assert off.history() == docker.history()
    assert off.done.progress.warnings == ()
    assert off.done.progress.executed() == frozenset()


def test_few_layers(both: Frontends, project: Project) -> None:
    many = both.ours(project, PLAIN, flags=[HOST_NETWORK])
    few = both.ours(project, PLAIN, flags=[HOST_NETWORK], arguments={"UVLAYERS_LAYERS": "5"})
    assert compare(both.engine, few.image_ref, many.image_ref, "/app") == []
    holding = [entry for entry in few.history() if any(f"{n} 1.0" in entry for n in NAMES)]
    assert 0 < len(holding) < 5 < len(NAMES)
    assert sorted(", ".join(holding).split(", ")) == sorted(f"{name} 1.0" for name in NAMES)
    assert len(many.layers()) - len(few.layers()) == len(NAMES) - len(holding)


@pytest.mark.parametrize(
    "arguments", [{"UVLAYERS": "maybe"}, {"UVLAYERS_LAYERS": "0"}, {"UVLAYERS_LAYERS": "many"}]
)
def test_a_switch_with_a_wrong_value(
    both: Frontends, project: Project, arguments: dict[str, str]
) -> None:
    (name,) = arguments
    image = both.ours(project, PLAIN, arguments=arguments, flags=[HOST_NETWORK], check=False)
    failure = failure_of(image.done)
    assert f"build argument `{name}` must be" in failure.message
    assert f"--build-arg {name}=" in failure.hint
    assert not image.exists()


def test_an_engine_that_cannot_merge(
    machine: Machine,
    second_engine: Engine,
    both: Frontends,
    project: Project,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    for recipe in (PYTHON, UV):
        machine.image(recipe.image_ref, second_engine)
    syntax = machine.frontend_image(second_engine)
    docker = both.docker(project, PLAIN, flags=[HOST_NETWORK])
    work = tmp_path_factory.mktemp("second")
    with frontends(second_engine, syntax, work) as second:
        image = second.ours(project, PLAIN)
        (warning,) = sync_warnings(image)
        assert "this engine cannot merge layers" in warning.short
        assert "containerd" in " ".join(warning.detail)
        assert any("uv sync" in name for name in known_steps(image))
        assert image.history() == docker.history()
        ours = explained(files_of(second_engine, image.image_ref, "/app"))
        assert differences(ours, explained(files_of(both.engine, docker.image_ref, "/app"))) == []


def test_the_stages_of_the_pipeline_are_shown(
    both: Frontends, project: Project, tmp_path: Path
) -> None:
    flags = [HOST_NETWORK, f"--output={tmp_path}"]
    arguments = {"UVLAYERS_DEBUG": "plan,llb"}
    image = both.ours(project, PLAIN, flags=flags, arguments=arguments, tagged=False)
    assert {path.name for path in tmp_path.iterdir()} == {"plan.json", "llb.json"}
    (plan,) = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert sorted(name for each in plan["layers"] for name in each["wheels"]) == sorted(NAMES)
    assert not any("[uvlayers] install" in name for name in image.done.progress.executed())


def test_the_wheels_show_as_one_line(both: Frontends, project: Project) -> None:
    progress = both.ours(project, PLAIN, flags=[HOST_NETWORK, "--no-cache"]).done.progress
    told = {
        line.strip()
        for vertex in progress.vertices.values()
        if vertex.name.startswith("[uvlayers] install")
        for line in progress.logs.get(vertex.digest, "").splitlines()
    }
    assert told == {f"+ {name}==1.0" for name in NAMES}
