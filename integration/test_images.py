"""Images that our frontend and the engine's own make of one Dockerfile: the same, and they work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from integration.compare import compare, files_of
from integration.dockerfiles import IN_PLACE, RECOMMENDED
from integration.frontends import HOST_NETWORK, Frontends, Image
from integration.index_server import Index
from integration.machine import Machine
from integration.projects import HATCHLING, Project, Projects, pyproject
from integration.recipes import PYTHON, SYSTEM_PYTHON, UV
from integration.wheels import Wheel

SHOP = {
    "pyproject.toml": pyproject(
        "shop",
        ["flask==3.1.1", "markupsafe<3.1"],
        groups={"dev": ["iniconfig"]},
        scripts={"shop": "shop:main"},
        build_system=HATCHLING,
    ),
    "src/shop/__init__.py": 'def main() -> None:\n    print("open")\n',
    "scripts/start.sh": "#!/bin/sh\nexec shop\n",
    "migrations/0001.sql": "select 1;\n",
}

# All that a wheel can have in it: programs, data, headers, a path file, both kinds of library.
PECULIAR = Wheel(
    "peculiar",
    files={
        "peculiar/__init__.py": "def main():\n    print('peculiar')\n",
        "peculiar/tool.sh": "#!/bin/sh\n",
        "peculiar.pth": "import sys\n",
        "peculiar-1.0.data/scripts/peculiar-run": "#!python -O\nprint('ran')\n",
        "peculiar-1.0.data/scripts/peculiar.sh": "#!/bin/sh\necho shell\n",
        "peculiar-1.0.data/data/share/peculiar/notes.txt": "notes\n",
        "peculiar-1.0.data/headers/peculiar.h": "int x;\n",
        "peculiar-1.0.data/purelib/peculiar_pure.py": "WHERE = 'purelib'\n",
        "peculiar-1.0.data/platlib/peculiar_platform.py": "WHERE = 'platlib'\n",
    },
    programs=("peculiar/tool.sh",),
    scripts={"peculiar": "peculiar:main", "pip3": "peculiar:main", "pip3.9": "peculiar:main"},
    tag="cp313-cp313-manylinux_2_17_x86_64",
    purelib=False,
)
ALPHA = Wheel("alpha", requires=["beta"])
BETA = Wheel("beta", files={"beta.py": "def f(x):\n    return x in {1, 2, 3}\n"})

# The environment, the cache and the home are those of a user without privileges.
OF_A_USER = f"""\
FROM {SYSTEM_PYTHON.image_ref}
COPY --from={UV.image_ref} /uv /usr/local/bin/
RUN useradd --create-home app && install --directory --owner=app --group=app /srv/app
USER app
WORKDIR /srv/app
COPY --chown=app:app . .
RUN uv sync --locked
ENV PATH="/srv/app/.venv/bin:$PATH"
CMD ["peculiar"]
"""

ELSEWHERE = f"""\
FROM {PYTHON.image_ref} AS builder
COPY --from={UV.image_ref} /uv /bin/
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN ["uv", "sync", "--frozen", "--no-install-project"]

FROM {PYTHON.image_ref}
RUN useradd --create-home app
COPY --from=builder --chown=app:app /opt/venv /opt/venv
COPY --from=builder /app /app
ENV PATH="/opt/venv/bin:$PATH"
USER app
CMD ["peculiar"]
"""

# Whatever else a Dockerfile may do around the environment.
AROUND = f"""\
FROM {PYTHON.image_ref} AS base
COPY --from={UV.image_ref} /uv /bin/
ENV UV_COMPILE_BYTECODE=1 PYC_INVALIDATION_MODE=UNCHECKED_HASH
WORKDIR /app

FROM base AS builder
COPY pyproject.toml uv.lock ./
RUN <<EOF
uv sync --frozen
EOF
COPY --chmod=0750 pyproject.toml .venv/share/added
RUN echo changed > .venv/share/peculiar/notes.txt && rm .venv/bin/activate.fish
COPY . .

FROM base
COPY --link --from=builder /app/uv.lock /locked
COPY --from=builder /app/.venv /app/.venv
VOLUME /data
EXPOSE 8080/tcp
LABEL kind=around
HEALTHCHECK CMD true
ENTRYPOINT ["/app/.venv/bin/peculiar"]
"""


@dataclass(frozen=True)
class Scenario:
    """A Dockerfile, its project, and what its image must be able to do."""

    name: str
    text: str
    files: Mapping[str, str] = field(default_factory=dict)
    # Wheels of an index of our own; without any the project is locked against the real one.
    wheels: Sequence[Wheel] = ()
    directory: str = "/app"
    environment: str = "/app/.venv"
    modules: Sequence[str] = ("alpha", "beta", "peculiar", "peculiar_pure", "peculiar_platform")
    scripts: Mapping[str, str] = field(default_factory=dict)
    # What the image says when it is run.
    output: str = "peculiar\n"
    # What uv is asked to check; None where the Dockerfile changes what uv made.
    selection: str | None = ""
    # Whether the image has bytecode.
    compiled: bool = True
    # The line that a warning is about, of the Dockerfile as it is built.
    warned: int | None = None
    layers: Sequence[str] = ("alpha 1.0", "beta 1.0", "peculiar 1.0", "virtual environment")

    def __str__(self) -> str:
        return self.name


LOCAL = (ALPHA, BETA, PECULIAR)
SHOPPED = ("click", "flask", "jinja2", "markupsafe", "shop")
SCENARIOS = (
    Scenario(
        "recommended",
        RECOMMENDED,
        SHOP,
        modules=(*SHOPPED, "iniconfig"),
        scripts={"/app/.venv/bin/flask": "Flask 3.1.1", "/app/.venv/bin/shop": "open"},
        output="open\n",
        layers=("flask 3.1.1", "iniconfig", "markupsafe 3.0.", "virtual environment"),
    ),
    Scenario(
        "in-place",
        IN_PLACE,
        SHOP,
        environment="/usr/local",
        modules=SHOPPED,
        scripts={"/usr/local/bin/flask": "Flask 3.1.1", "/usr/local/bin/shop": "open"},
        output="open\n",
        selection="--no-dev",
        layers=("flask 3.1.1", "markupsafe 3.0."),
    ),
    Scenario(
        "of-a-user",
        OF_A_USER,
        wheels=LOCAL,
        directory="/srv/app",
        environment="/srv/app/.venv",
        compiled=False,
        scripts={
            "/srv/app/.venv/bin/peculiar-run": "ran",
            "/srv/app/.venv/bin/peculiar.sh": "shell",
        },
    ),
    Scenario(
        "elsewhere",
        ELSEWHERE,
        wheels=LOCAL,
        environment="/opt/venv",
        scripts={"/opt/venv/bin/pip3.13": "peculiar"},
    ),
    # what was changed is copied with the whole
    Scenario("around", AROUND, wheels=LOCAL, selection=None, warned=18),
)


@dataclass(frozen=True)
class Pair:
    scenario: Scenario
    project: Project
    ours: Image
    docker: Image

    @property
    def flags(self) -> list[str]:
        return [HOST_NETWORK] if self.scenario.wheels else []


@pytest.fixture(scope="module", params=SCENARIOS, ids=str)
def pair(
    request: pytest.FixtureRequest,
    machine: Machine,
    both: Frontends,
    projects: Projects,
    index: Index,
) -> Pair:
    scenario: Scenario = request.param
    machine.image(SYSTEM_PYTHON.image_ref)
    files = dict(scenario.files)
    if scenario.wheels:
        index.serve(*scenario.wheels)
        text = pyproject(scenario.name, ["alpha", "peculiar"], more=index.settings)
        files["pyproject.toml"] = text
    project = projects.new(scenario.name, files)
    flags = [HOST_NETWORK] if scenario.wheels else []
    ours = both.ours(project, scenario.text, flags=flags)
    docker = both.docker(project, scenario.text, flags=flags)
    return Pair(scenario, project, ours, docker)


def test_no_file_differs(pair: Pair) -> None:
    assert compare(pair.ours.engine, pair.ours.image_ref, pair.docker.image_ref) == []


def test_nothing_is_said_that_docker_does_not_say(pair: Pair) -> None:
    ours, docker = pair.ours.done.progress, pair.docker.done.progress
    warned = pair.scenario.warned
    own = [each for each in ours.warnings if each not in docker.warnings]
    assert [each.lines for each in own] == ([] if warned is None else [((warned, warned),)])
    assert set(docker.warnings) <= set(ours.warnings)


def test_the_image_is_configured_alike(pair: Pair) -> None:
    assert pair.ours.inspect()["Config"] == pair.docker.inspect()["Config"]


def test_history_names_what_is_in_each_layer(pair: Pair) -> None:
    history = pair.ours.history()
    names = [name for name in history if name.startswith(tuple(pair.scenario.layers))]
    if pair.scenario.name in {"elsewhere", "around"}:
        # a copied environment is whatever Docker makes of a copy
        names = list(pair.scenario.layers)
    assert len(names) == len(pair.scenario.layers)
    written = [entry for entry in history if not entry.startswith(tuple(pair.scenario.layers))]
    assert [entry for entry in pair.docker.history() if entry not in written] == []


def test_there_is_an_entry_for_every_layer(pair: Pair) -> None:
    made = pair.ours.inspect()
    count = len(made["RootFS"]["Layers"])
    shown = pair.ours.engine.docker(
        "history", "--human=false", "--format={{.Size}}", pair.ours.image_ref
    )
    assert len(set(made["RootFS"]["Layers"])) == count
    assert count <= len(shown.splitlines())


def test_the_image_runs(pair: Pair) -> None:
    scenario = pair.scenario
    assert pair.ours.run() == scenario.output
    code = "; ".join(f"import {module}" for module in scenario.modules)
    pair.ours.run("-c", code, flags=[f"--entrypoint={scenario.environment}/bin/python"])
    for script, said in scenario.scripts.items():
        arguments = ["--version"] if script.endswith("/flask") else []
        assert said in pair.ours.run(*arguments, flags=[f"--entrypoint={script}"])


def test_uv_finds_nothing_to_do(pair: Pair, both: Frontends) -> None:
    scenario = pair.scenario
    if scenario.selection is None:
        pytest.skip("the Dockerfile changes what uv made")
    text = f"""\
FROM {pair.ours.image_ref}
RUN --network=none --mount=from={UV.image_ref},source=/uv,target=/tmp/uv \\
    UV_PROJECT_ENVIRONMENT={scenario.environment} /tmp/uv sync --project {scenario.directory} \\
    --locked --check --inexact --no-install-local --offline --no-cache {scenario.selection}
"""
    both.docker(pair.project, text, flags=pair.flags, tagged=False)


def test_bytecode_is_valid(pair: Pair) -> None:
    """Else every start of the program would compile it again."""
    tree = files_of(pair.ours.engine, pair.ours.image_ref, pair.scenario.environment)
    compiled = [entry for path, entry in tree.items() if "/site-packages/" in path]
    stale = [entry.path for entry in compiled if " stale " in entry.sha256]
    assert stale == []
    assert any(entry.path.endswith(".pyc") for entry in compiled) is pair.scenario.compiled
