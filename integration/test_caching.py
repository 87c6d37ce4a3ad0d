"""What is built again after a change, from the build's own records."""

from secrets import randbelow

import pytest

from integration.build import Build
from integration.frontends import HOST_NETWORK, Frontends, Image
from integration.index_server import Index
from integration.projects import Project, Projects, pyproject
from integration.wheels import Wheel

WHEELS = (Wheel("alpha", requires=["beta"]), Wheel("beta"), Wheel("gamma"), Wheel("delta"))

# uv's recommended steps, once with each of the flags under which a lock is taken as it is.
RECOMMENDED = """\
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
WORKDIR /app
RUN --mount=type=cache,target=/root/.cache/uv \\
    --mount=type=bind,source=uv.lock,target=uv.lock \\
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\
    uv sync {flag} --no-install-project
COPY . /app
RUN --mount=type=cache,target=/root/.cache/uv \\
    uv sync {flag}
"""
COPIED = "[stage-0 4/6] COPY . /app"


def new_wheel(name: str) -> Wheel:
    """A wheel that no engine has ever seen."""
    return Wheel(name, version=f"1.{randbelow(10**9)}")


@pytest.fixture(scope="module", params=["--frozen", "--locked"])
def text(request: pytest.FixtureRequest) -> str:
    return RECOMMENDED.format(flag=request.param)


@pytest.fixture(scope="module")
def project(projects: Projects, index: Index, text: str) -> Project:
    index.serve(*WHEELS)
    name = "caching-locked" if "--locked" in text else "caching-frozen"
    described = pyproject(name, [wheel.name for wheel in WHEELS], more=index.settings)
    return projects.new(name, {"pyproject.toml": described})


@pytest.fixture(scope="module")
def first(both: Frontends, project: Project, text: str) -> Image:
    return both.ours(project, text, flags=[HOST_NETWORK])


def wheel_steps(done: Build) -> set[str]:
    """The vertices that fetch or install wheels, of those that ran."""
    steps = ("[uvlayers] fetch ", "[uvlayers] install ")
    return {name for name in done.progress.executed() if name.startswith(steps)}


def build_again(both: Frontends, project: Project, text: str) -> Build:
    return both.ours(project, text, flags=[HOST_NETWORK]).done


@pytest.mark.usefixtures("first")
def test_nothing_is_built_again_when_nothing_changed(
    both: Frontends, project: Project, text: str
) -> None:
    assert build_again(both, project, text).progress.executed() == frozenset()


@pytest.mark.usefixtures("first")
def test_one_more_dependency_is_one_fetch_and_one_install(
    both: Frontends, project: Project, text: str, index: Index
) -> None:
    added = new_wheel(f"for-{project.directory.name}")
    index.serve(added)
    changed = project.copy(project.directory.with_name(f"{project.directory.name}-added"))
    changed.add(added.name)
    done = build_again(both, changed, text)
    assert wheel_steps(done) == {
        f"[uvlayers] fetch {added.filename}",
        f"[uvlayers] install {added.name} {added.version}",
    }
    assert index.requests[-1] == f"/files/{added.filename}"
    if "--frozen" in text:
        ours = {name for name in done.progress.executed() if name.startswith("[uvlayers]")}
        assert ours - wheel_steps(done) == {
            "[uvlayers] steps after the environment",
            "[uvlayers] merge 7 layers",
        }
        assert done.progress.executed() - ours == {COPIED}


@pytest.mark.usefixtures("first")
def test_another_version_of_the_project_runs_no_wheel_step(
    both: Frontends, project: Project, text: str
) -> None:
    changed = project.copy(project.directory.with_name(f"{project.directory.name}-bumped"))
    changed.replace("pyproject.toml", 'version = "1.0.0"', 'version = "1.0.1"').lock()
    done = build_again(both, changed, text)
    assert wheel_steps(done) == set()
    assert COPIED in done.progress.executed()


@pytest.mark.usefixtures("first")
def test_another_project_with_the_same_wheels_finds_them_installed(
    both: Frontends, project: Project, text: str
) -> None:
    changed = project.copy(project.directory.with_name(f"{project.directory.name}-other"))
    changed.replace("pyproject.toml", '"gamma", ', "").lock()
    assert wheel_steps(build_again(both, changed, text)) == set()


@pytest.mark.usefixtures("first")
def test_a_build_without_cache_installs_every_wheel(
    both: Frontends, project: Project, text: str
) -> None:
    done = both.ours(project, text, flags=[HOST_NETWORK, "--no-cache"], tagged=False).done
    installed = {f"[uvlayers] install {wheel.name} {wheel.version}" for wheel in WHEELS}
    assert installed <= wheel_steps(done)
