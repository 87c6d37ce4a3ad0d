"""One build for two platforms, of which the builder can run one.

The oracle for the other one is uv itself, told by `--python-platform` what to install.
"""

import json
import platform
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from integration.compare import compare
from integration.engine import Engine
from integration.failure import failure_of
from integration.frontends import HOST_NETWORK, Frontends, Image
from integration.index_server import Index
from integration.machine import Machine
from integration.progress import BuildWarning
from integration.projects import HATCHLING, Project, Projects, pyproject
from integration.recipes import PYTHON, PYTHON_FOR_PLATFORMS, UV_FOR_PLATFORMS
from integration.wheels import Wheel

OWN, OTHER = ("arm64", "amd64") if platform.machine() == "aarch64" else ("amd64", "arm64")
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
BOTH = f"--platform=linux/{OWN},linux/{OTHER}"
FOREIGN = f"--platform=linux/{OTHER}"

# As far as `--python-platform` goes; the image has 2.41.
ORACLE = f"--python-platform={MACHINES[OTHER]}-manylinux_2_40"

CONTEXTS = {"python:3.13": PYTHON_FOR_PLATFORMS.image_ref, "uv": UV_FOR_PLATFORMS.image_ref}
BASE = """\
FROM python:3.13
COPY --from=uv /uv /bin/
ENV UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY pyproject.toml uv.lock ./
"""
DOCKERFILE = f"{BASE}RUN uv sync --frozen\n"

PURE = ("alpha", "beta")
LEVELS = ("manylinux_2_17", "manylinux_2_34", "musllinux_1_2")


def wheels() -> list[Wheel]:
    pure = [Wheel(name, scripts={name: f"{name}:main"}) for name in PURE]
    native = [
        Wheel("native", tag=f"cp313-cp313-{level}_{machine}", purelib=False)
        for level in LEVELS
        for machine in MACHINES.values()
    ]
    return [*pure, *native, *(Wheel(f"for-{name}") for name in MACHINES)]


@pytest.fixture(scope="module")
def project(machine: Machine, projects: Projects, index: Index) -> Project:
    for image_ref in CONTEXTS.values():
        machine.image(image_ref)
    index.serve(*wheels())
    conditional = [f"for-{a}; platform_machine == '{m}'" for a, m in MACHINES.items()]
    text = pyproject("platforms", [*PURE, "native", *conditional], more=index.settings)
    return projects.new("platforms", {"pyproject.toml": text})


@pytest.fixture(scope="module")
def emulates(engine: Engine) -> bool:
    return f"linux/{OTHER}" in engine.docker("buildx", "inspect")


@pytest.fixture(scope="module")
def image(both: Frontends, project: Project) -> Image:
    return both.ours(project, DOCKERFILE, contexts=CONTEXTS, flags=[HOST_NETWORK, BOTH])


@dataclass(frozen=True)
class Variant:
    """The image for one platform: digests of its layers, what made each, and the same of blobs."""

    diff_ids: list[str]
    made_by: list[str]
    blobs: list[str]

    def layer(self, made_by: str) -> tuple[str, str]:
        place = self.made_by.index(made_by)
        return self.diff_ids[place], self.blobs[place]


@pytest.fixture(scope="module")
def variants(image: Image, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Variant]:
    """By architecture."""
    archive = tmp_path_factory.mktemp("platforms") / "image.tar"
    image.engine.save(image.image_ref, archive)
    with tarfile.open(archive) as layout:
        return dict(read_variants(layout))


def read_variants(layout: tarfile.TarFile) -> list[tuple[str, Variant]]:
    (top,) = read_json(layout, "index.json")["manifests"]
    manifests = [read_blob(layout, each) for each in read_blob(layout, top)["manifests"]]
    found = []
    for manifest in manifests:
        config = read_blob(layout, manifest["config"])
        if config["architecture"] not in MACHINES:
            continue  # an attestation
        made_by = [e["created_by"] for e in config["history"] if not e.get("empty_layer")]
        blobs = [layer["digest"] for layer in manifest["layers"]]
        variant = Variant(config["rootfs"]["diff_ids"], made_by, blobs)
        found.append((config["architecture"], variant))
    return found


def read_blob(layout: tarfile.TarFile, descriptor: Any) -> Any:
    return read_json(layout, "blobs/" + descriptor["digest"].replace(":", "/"))


def read_json(layout: tarfile.TarFile, name: str) -> Any:
    content = layout.extractfile(name)
    assert content is not None
    return json.load(content)


def test_nothing_runs_but_on_the_builders_own_platform(image: Image) -> None:
    assert image.done.progress.warnings == ()
    names = image.done.progress.executed() | image.done.progress.cached()
    assert not any(f"linux/{OTHER} " in name and "RUN" in name for name in names)


def test_layers_of_pure_python_are_shared(variants: dict[str, Variant]) -> None:
    assert variants.keys() == MACHINES.keys()
    own, other = variants[OWN], variants[OTHER]
    for name in ("virtual environment", *(f"{name} 1.0" for name in PURE)):
        assert own.layer(name) == other.layer(name), name
    assert own.layer("native 1.0") != other.layer("native 1.0")
    assert f"for-{OTHER} 1.0" in other.made_by
    assert f"for-{OTHER} 1.0" not in own.made_by


def brought_over(both: Frontends, project: Project, image_ref: str) -> Image:
    """The environment of an image for the other platform, in one that can be run."""
    text = f"FROM --platform=linux/{OTHER} made AS other\nFROM python:3.13\n"
    contexts = {**CONTEXTS, "made": image_ref}
    return both.docker(project, f"{text}COPY --from=other /app /app\n", contexts=contexts)


def test_the_other_environment_is_what_uv_makes_for_that_platform(
    both: Frontends, project: Project, image: Image
) -> None:
    ours = brought_over(both, project, image.image_ref)
    text = DOCKERFILE.replace("--frozen", f"--frozen {ORACLE}")
    theirs = both.docker(project, text, contexts=CONTEXTS, flags=[HOST_NETWORK])
    assert compare(both.engine, ours.image_ref, theirs.image_ref, "/app") == []
    assert f"for_{OTHER}" in theirs.run("ls", "/app/.venv/lib/python3.13/site-packages")


def test_another_user_and_a_mounted_uv(both: Frontends, project: Project) -> None:
    text = """\
FROM python:3.13
ENV UV_NO_CACHE=1
USER 7
WORKDIR /app
COPY --chown=7 pyproject.toml uv.lock ./
RUN --mount=type=bind,from=uv,source=/uv,target=/bin/uv uv sync --frozen
"""
    flags = [HOST_NETWORK, FOREIGN]
    made = both.ours(project, text, contexts=CONTEXTS, flags=flags)
    assert made.done.progress.warnings == ()
    ours = brought_over(both, project, made.image_ref)
    text = text.replace("--frozen", f"--frozen {ORACLE}")
    theirs = both.docker(project, text, contexts=CONTEXTS, flags=[HOST_NETWORK])
    assert compare(both.engine, ours.image_ref, theirs.image_ref, "/app/.venv") == []


def test_an_environment_that_is_copied(both: Frontends, project: Project, image: Image) -> None:
    text = f"{DOCKERFILE.replace('3.13', '3.13 AS builder', 1)}FROM python:3.13\n"
    text += "COPY --from=builder /app/.venv /app/.venv\n"
    made = both.ours(project, text, contexts=CONTEXTS, flags=[HOST_NETWORK, BOTH])
    assert made.done.progress.warnings == ()
    ours = brought_over(both, project, made.image_ref)
    theirs = brought_over(both, project, image.image_ref)
    roots = ("/app/.venv",)
    assert compare(both.engine, ours.image_ref, theirs.image_ref, *roots) == []


def test_a_builder_stage_of_the_builders_own_platform(both: Frontends, project: Project) -> None:
    own = "FROM --platform=$BUILDPLATFORM "
    text = DOCKERFILE.replace("FROM ", own).replace("3.13", "3.13 AS builder", 1)
    text = f"{own}uv AS tools\n{text.replace('--from=uv', '--from=tools')}"
    text += "FROM python:3.13\nCOPY --from=builder /app/.venv /app/.venv\n"
    made = both.ours(project, text, contexts=CONTEXTS, flags=[HOST_NETWORK, FOREIGN])
    docker = both.docker(project, text, contexts=CONTEXTS, flags=[HOST_NETWORK, FOREIGN])
    assert made.done.progress.warnings == ()
    ours = brought_over(both, project, made.image_ref)
    theirs = brought_over(both, project, docker.image_ref)
    assert compare(both.engine, ours.image_ref, theirs.image_ref, "/app") == []


@dataclass(frozen=True)
class Refused:
    """A base, or a step before the sync, that makes the platforms differ; why is in the warning."""

    name: str
    step: str
    reason: str

    def __str__(self) -> str:
        return self.name


REFUSED = (
    Refused(
        "accounts",
        "echo 'app:x:7:7::/app:/bin/sh' >> /etc/passwd",
        "not the same on both platforms: the accounts",
    ),
    Refused(
        "version",
        "sed -i 's/3[.]13[.][0-9]*/3.13.0/' /usr/bin/python3.13",
        "the version of `/usr/bin/python3.13` is not the same on both platforms",
    ),
    Refused(
        "library",
        "echo >> /usr/lib/python3.13/this.py",
        "not the same on both platforms: Python's standard library",
    ),
    Refused(
        "configuration",
        "mkdir /etc/uv && touch /etc/uv/uv.toml",
        "not the same on both platforms: uv's configuration, or its Pythons",
    ),
    Refused(
        "pythons",
        "cp -p /usr/bin/python3.13 /usr/bin/python3.12",
        "not the same on both platforms: the Pythons that uv may find",
    ),
    Refused(
        "manylinux",
        "touch /usr/lib/python3.13/_manylinux.py",
        "not the same on both platforms: Python's standard library",
    ),
)


@pytest.mark.parametrize("refused", REFUSED, ids=str)
def test_platforms_that_differ(
    both: Frontends, project: Project, refused: Refused, emulates: bool
) -> None:
    """The step is done to the other platform's files alone, in an image of both."""
    if emulates:
        pytest.skip("the builder can run both")
    changed = f"""\
FROM --platform=linux/{OTHER} python:3.13 AS other
FROM --platform=linux/{OWN} python:3.13 AS tool
COPY --from=other / /other
RUN {refused.step.replace(" /", " /other/")}
FROM python:3.13 AS base-{OWN}
FROM scratch AS base-{OTHER}
COPY --from=tool /other /
ENV PATH=/usr/bin:/bin
FROM base-$TARGETARCH
"""
    base = both.docker(project, changed, contexts=CONTEXTS, flags=[BOTH])
    contexts = {**CONTEXTS, "python:3.13": base.image_ref}
    warning = warning_of_failure(both, project, contexts)
    assert warning.short.startswith(
        f"uvlayers: `uv sync` runs as written: it is for another platform, `linux/{OTHER}`: "
    )
    assert refused.reason in warning.short


def test_a_base_of_one_platform(
    both: Frontends, machine: Machine, project: Project, emulates: bool
) -> None:
    """It is the builder's, whatever the build asks for."""
    if emulates:
        pytest.skip("the builder can run both")
    contexts = {**CONTEXTS, "python:3.13": machine.image(PYTHON.image_ref)}
    warning = warning_of_failure(both, project, contexts)
    assert f"`/usr/local/bin/python3.13` is no program for {OTHER}" in warning.short


def warning_of_failure(
    both: Frontends, project: Project, contexts: Mapping[str, str]
) -> BuildWarning:
    """The one warning of a build that fails as it does with docker's frontend."""
    flags = [HOST_NETWORK, FOREIGN]
    made = both.ours(project, DOCKERFILE, contexts=contexts, flags=flags, check=False)
    (warning,) = made.done.progress.warnings
    docker = both.docker(project, DOCKERFILE, contexts=contexts, flags=flags, check=False)
    assert failure_of(made.done) == failure_of(docker.done)
    return warning


def test_the_project_itself_is_the_commands_own(
    both: Frontends, projects: Projects, index: Index, emulates: bool
) -> None:
    """The layers are made; what then runs as written needs emulation, as with docker's frontend."""
    if emulates:
        pytest.skip("the builder can run both")
    text = pyproject("installed", PURE, build_system=HATCHLING, more=index.settings)
    project = projects.new("installed", {"pyproject.toml": text, "installed.py": ""})
    flags = [HOST_NETWORK, FOREIGN]
    made = both.ours(project, DOCKERFILE, contexts=CONTEXTS, flags=flags, check=False)
    docker = both.docker(project, DOCKERFILE, contexts=CONTEXTS, flags=flags, check=False)
    assert "exec format error" in "".join(made.done.progress.logs.values())
    assert failure_of(made.done).lines == failure_of(docker.done).lines
