"""What does not come from an index as a wheel: URLs, files of the build, sdists, git, trees."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from integration.compare import compare
from integration.dockerfiles import STAND_INS
from integration.engine import Engine
from integration.frontends import HOST_NETWORK, Frontends
from integration.progress import BuildWarning, Progress
from integration.projects import Project, Projects, pyproject
from integration.recipes import OLD_UV, UV, Uv
from integration.wheels import Wheel

ENVIRONMENT = "/app/.venv"
WITH_GIT = """\
FROM python:3.13-slim
RUN apt-get update -qq && apt-get install -qq --no-install-recommends git
"""
BOUND = """\
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
RUN --mount=type=cache,id=test-sources,target=/root/.cache/uv \\
    --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    --mount=type=bind,source=vendor,target=vendor \\
    uv sync --frozen --no-install-project
"""
COPIED = """\
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY . .
RUN useradd --create-home user && chown user /app
USER user
RUN uv sync --frozen --no-cache --compile-bytecode
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


@dataclass(frozen=True)
class Served:
    """A directory on a loopback port."""

    directory: Path
    url: str

    def add_wheel(self, wheel: Wheel) -> str:
        (self.directory / wheel.filename).write_bytes(wheel.content())
        return f"{self.url}/{wheel.filename}"

    def add_repository(self, name: str, files: dict[str, str]) -> str:
        """A git repository with one commit and the tag v1, for git's dumb protocol."""
        tree = self.directory / f"{name}.tree"
        for path, text in files.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(text, encoding="utf-8")
        git = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost", "-C", str(tree)]
        bare = self.directory / f"{name}.git"
        for command in (
            [*git, "init", "-q"],
            [*git, "add", "."],
            [*git, "commit", "-qm", "Start"],
            [*git, "tag", "v1"],
            ["git", "clone", "-q", "--bare", str(tree), str(bare)],
            ["git", "-C", str(bare), "update-server-info"],
        ):
            subprocess.run(command, check=True)
        return f"{self.url}/{name}.git"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("served")
    handler = partial(Quiet, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Served(directory, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


@pytest.fixture(scope="module")
def project(projects: Projects, served: Served) -> Project:
    """One dependency of every kind, and one that comes as a wheel."""
    linked, direct = Wheel("linked"), Wheel("direct", version="1.0+local.1")
    repository = served.add_repository("tracked", TRACKED)
    vendor = projects.root / "sources" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / direct.filename).write_bytes(direct.content())
    shutil.make_archive(
        str(vendor / "archived-1.0"), "gztar", _sdist(projects.root), "archived-1.0"
    )
    sources = "\n".join(
        (
            "[tool.uv]",
            'no-binary-package = ["idna"]',
            "[tool.uv.sources]",
            f'linked = {{ url = "{served.add_wheel(linked)}" }}',
            f'direct = {{ path = "vendor/{direct.filename}" }}',
            'archived = { path = "vendor/archived-1.0.tar.gz" }',
            f'tracked = {{ git = "{repository}", tag = "v1", subdirectory = "inner" }}',
        )
    )
    names = ("archived", "direct", "docopt==0.6.2", "idna==3.6", "linked", "six==1.16.0")
    text = pyproject("sources", [*names, "tracked"], more=sources)
    project = Project(projects.root / "sources", projects.uv, projects.environment)
    return project.write({"pyproject.toml": text, ".dockerignore": ".venv\n"}).lock()


TRACKED = {
    "inner/pyproject.toml": """\
[project]
name = "tracked"
dynamic = ["version", "description"]
[project.scripts]
tracked = "tracked:main"
[build-system]
requires = ["flit_core>=3.9"]
build-backend = "flit_core.buildapi"
""",
    "inner/tracked.py": '"""Tracked."""\n__version__ = "2.0"\ndef main(): print("tracked")\n',
}


def _sdist(work: Path) -> Path:
    """The directory in which the files of an sdist lie."""
    tree = work / "archived" / "archived-1.0"
    tree.mkdir(parents=True)
    (tree / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: archived\nVersion: 1.0\n")
    (tree / "setup.py").write_text(SETUP)
    (tree / "archived.py").write_text("VALUE = 1\n")
    return tree.parent


BUILT = ("archived", "docopt", "idna", "tracked")


def built(progress: Progress) -> set[str]:
    """The packages whose build ran."""
    mark = "[uvlayers] build "
    return {n.removeprefix(mark).split()[0] for n in progress.executed() if n.startswith(mark)}


def warnings_about(progress: Progress, text: str) -> list[BuildWarning]:
    return [warning for warning in progress.warnings if text in warning.short]


@pytest.mark.parametrize(
    ("steps", "uv"),
    [(BOUND, UV), (COPIED, UV), (BOUND, OLD_UV)],
    ids=["bound", "copied", "bound-old-uv"],
)
def test_every_source_is_installed_as_uv_does(
    steps: str, uv: Uv, project: Project, both: Frontends, engine: Engine
) -> None:
    text = WITH_GIT + steps
    contexts = {**STAND_INS, "ghcr.io/astral-sh/uv:latest": uv.image_ref}
    ours = both.ours(project, text, contexts=contexts, flags=[HOST_NETWORK])
    docker = both.docker(project, text, contexts=contexts, flags=[HOST_NETWORK])
    assert compare(engine, ours.image_ref, docker.image_ref, ENVIRONMENT) == []
    assert ours.done.progress.warnings == ()


COPIED_FIRST = """\
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
COPY vendor vendor
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-install-project
COPY . .
RUN uv sync --frozen
"""


@pytest.mark.parametrize(
    ("steps", "added"), [(BOUND, "2.0.0"), (COPIED_FIRST, "2.1.0")], ids=["bound", "copied"]
)
def test_another_dependency_builds_nothing_again(
    steps: str, added: str, project: Project, both: Frontends, tmp_path: Path
) -> None:
    text = WITH_GIT + steps
    both.ours(project, text, flags=[HOST_NETWORK], tagged=False)
    changed = project.copy(tmp_path / "changed")
    changed.add(f"iniconfig=={added}")
    changed.write({"README.md": "Changed.\n"})
    done = both.ours(changed, text, flags=[HOST_NETWORK], tagged=False).done
    assert built(done.progress) == set()
    installed = {name for name in done.progress.executed() if "[uvlayers] install" in name}
    # what the other case, or an earlier test, has installed is shared
    assert installed <= {f"[uvlayers] install iniconfig {added}"}


SETUP = """\
from setuptools import setup
setup(name='archived', version='1.0', py_modules=['archived'])
"""
# Inside the image it needs a file of the project; where the project is locked it does not.
READS_THE_PROJECT = """\
import os
from setuptools import setup
if os.path.isdir('/uvlayers') or os.path.isdir('/app'):
    open('/app/version').close()
setup(name='archived', version='1.0', py_modules=['archived'])
"""


def test_what_cannot_be_built_apart_is_left_to_the_run(
    projects: Projects, both: Frontends, engine: Engine
) -> None:
    project = Project(projects.root / "left", projects.uv, projects.environment)
    project.write({"version": "1.0\n", ".dockerignore": ".venv\n"})
    tree = _sdist(projects.root / "reading")
    (tree / "archived-1.0" / "setup.py").write_text(READS_THE_PROJECT)
    shutil.make_archive(str(project.directory / "archived-1.0"), "gztar", tree, "archived-1.0")
    source = '[tool.uv.sources]\narchived = { path = "archived-1.0.tar.gz" }'
    project.write({"pyproject.toml": pyproject("left", ["archived", "six==1.16.0"], more=source)})
    project.lock()
    steps = COPIED_FIRST.replace("vendor vendor", "version archived-1.0.tar.gz ./")
    text = f"FROM python:3.13-slim\n{steps}"
    ours, docker = both.ours(project, text), both.docker(project, text)
    assert compare(engine, ours.image_ref, docker.image_ref, ENVIRONMENT) == []
    (warning,) = warnings_about(ours.done.progress, "`archived` has no layer")
    assert warning.lines


def test_a_build_in_the_environment_is_left_to_the_run(
    projects: Projects, both: Frontends, engine: Engine
) -> None:
    names = ["docopt==0.6.2", "setuptools==80.9.0"]
    project = projects.new("shared", {"pyproject.toml": pyproject("shared", names)})
    steps = COPIED_FIRST.replace("COPY vendor vendor\n", "").replace(
        "--frozen", "--frozen --no-build-isolation-package=docopt"
    )
    text = f"FROM python:3.13-slim\n{steps}"
    ours, docker = both.ours(project, text), both.docker(project, text)
    assert compare(engine, ours.image_ref, docker.image_ref, ENVIRONMENT) == []
    assert warnings_about(ours.done.progress, "`docopt` has no layer, the RUN installs it: it is")
    assert built(ours.done.progress) == set()


def test_a_local_index_gives_layers(projects: Projects, both: Frontends, engine: Engine) -> None:
    listed = Wheel("listed", scripts={"listed": "listed:main"})
    project = Project(projects.root / "listing", projects.uv, projects.environment)
    links = project.directory / "links"
    links.mkdir(parents=True)
    (links / listed.filename).write_bytes(listed.content())
    more = '[tool.uv]\nfind-links = ["links"]'
    text = pyproject("listing", ["listed", "six==1.16.0"], more=more)
    project.write({"pyproject.toml": text, ".dockerignore": ".venv\n"}).lock()
    steps = COPIED_FIRST.replace("vendor", "links")
    ours = both.ours(project, f"FROM python:3.13-slim\n{steps}")
    docker = both.docker(project, f"FROM python:3.13-slim\n{steps}")
    assert compare(engine, ours.image_ref, docker.image_ref, ENVIRONMENT) == []
    assert ours.done.progress.named("[uvlayers] install listed 1.0")
    assert ours.done.progress.warnings == ()
