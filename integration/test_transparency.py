"""Everything else in a Dockerfile means what it has always meant."""

import pytest

from integration.frontends import HOST_NETWORK, NO_SYNTAX, Frontends, Image
from integration.index_server import Index
from integration.projects import Project, Projects, pyproject
from integration.recipes import PYTHON, UV
from integration.wheels import Wheel

# Of everything something, and a line that the linter does not like; no sync.
WITHOUT_SYNC = f"""\
ARG VERSION=1
FROM {PYTHON.image_ref} AS base
ARG VERSION
ENV A=b PATH=/opt/bin:$PATH
LABEL version=$VERSION
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN echo $VERSION | tee /version
WORKDIR /app
COPY --link --chmod=600 pyproject.toml .
FROM base as final
RUN --mount=from=base,source=/version,target=/mnt/version cp /mnt/version . && rm -r /var/tmp
COPY --from={UV.image_ref} --chown=1:1 /uv /bin/
ADD --chown=7 uv.lock /added/
VOLUME ["/data"]
EXPOSE 80/udp
HEALTHCHECK --interval=5s CMD true
STOPSIGNAL SIGINT
ONBUILD RUN true
USER 1000:1000
ENTRYPOINT ["python3"]
CMD python3 -V
"""

STAGES = f"""\
FROM {PYTHON.image_ref} AS base
ARG GROUP=dev
ENV UV_PROJECT_ENVIRONMENT=/opt/venv
COPY --from={UV.image_ref} /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./

FROM base as development
RUN uv sync --frozen --group $GROUP

FROM base AS production
RUN uv sync --frozen --no-dev

FROM {PYTHON.image_ref} AS final
COPY --from=production /opt/venv /opt/venv
"""


@pytest.fixture(scope="module")
def project(projects: Projects, index: Index) -> Project:
    index.serve(Wheel("alpha"), Wheel("beta"))
    text = pyproject("transparent", ["alpha"], groups={"dev": ["beta"]}, more=index.settings)
    return projects.new("transparent", {"pyproject.toml": text})


def test_a_dockerfile_without_a_sync(both: Frontends, project: Project) -> None:
    docker = both.docker(project, WITHOUT_SYNC)
    ours = both.ours(project, WITHOUT_SYNC)
    assert ours.done.progress.executed() == frozenset()
    assert ours.inspect()["Config"] == docker.inspect()["Config"]
    assert ours.layers() == docker.layers()
    assert ours.history() == docker.history()
    assert warnings(ours) == warnings(docker) != []


def warnings(image: Image) -> list[tuple[object, ...]]:
    return [
        (each.short, each.detail, each.url, each.filename, each.lines)
        for each in image.done.progress.warnings
    ]


@pytest.mark.parametrize(
    ("target", "packages"),
    [("development", {"alpha", "beta"}), ("production", {"alpha"}), ("base", set())],
)
def test_a_target_is_built_and_nothing_else(
    both: Frontends, project: Project, target: str, packages: set[str]
) -> None:
    flags = [HOST_NETWORK, f"--target={target}"]
    image = both.ours(project, STAGES, flags=flags)
    progress = image.done.progress
    steps = progress.executed() | progress.cached()
    installed = {name.split()[2] for name in steps if name.startswith("[uvlayers] install ")}
    assert installed == packages
    assert (
        image.inspect()["Config"] == both.docker(project, STAGES, flags=flags).inspect()["Config"]
    )
    code = "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"
    python = "/opt/venv/bin/python" if packages else "python3"
    assert set(image.run("-c", code, flags=[f"--entrypoint={python}"]).split()) >= packages


@pytest.mark.parametrize("call", ["check", "outline", "targets"])
@pytest.mark.parametrize("target", ["final", "development", "none"])
def test_questions_about_a_dockerfile(
    both: Frontends, project: Project, call: str, target: str
) -> None:
    text = STAGES.replace(" AS development", " as development")
    ours, docker = both.answers(project, text, call, [f"--target={target}"])
    assert ours == docker.replace(NO_SYNTAX, f"# syntax={both.syntax}")
    assert "exit code 0" in ours or target == "none" or call == "check"
